"""A language is its file and its translations, and nothing else: one made up for the test works everywhere."""

from __future__ import annotations

import importlib.util
import os
import shutil
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import msgspec
import pytest
import yaml
from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from kpixl.languages import FOLDER, codes, load
from kpixl.ooxml.package import MAIN, Package
from kpixl.ooxml.vba.reader import module_texts
from kpixl.texts.words import means_yes
from narrow import string

ROOT = Path(__file__).parent.parent
MARK = "Q"
"""Stands before every text of the made-up translations."""
PARTICULARS = {
    '"yes": []': '"yes": [sì, certo]',
    '"no": []': '"no": [no, mai]',
    '"true": ""': '"true": VERO',
    '"false": ""': '"false": FALSO',
    "date_words: []": "date_words: [di]",
    "before_time: []": "before_time: [alle]",
}
LEADS = """\
Data;Nome;Qualificato
3 di ottobre 2026;Anna;certo
4 ott. 2026;Bruno;sì
5 ottobre 2026 alle 9:30;Carla;mai
6/10/2026;Dario;QYes
"""


def script(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(name, ROOT / "tools" / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


class Kpixl:
    """A copy of kpixl with one more language, of which no test but these knows."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.package = folder / "kpixl"
        shutil.copytree(ROOT / "kpixl", self.package)
        shutil.copytree(ROOT / "templates", folder / "templates")
        self.file, self.po = script("begin_language").begin("it", self.package)

    def fill_in(self) -> None:
        """What a translator would do: the words of the language, and every text."""
        text = self.file.read_text(encoding="utf-8")
        for blank, filled in PARTICULARS.items():
            assert blank in text
            text = text.replace(blank, filled)
        self.file.write_text(text, encoding="utf-8")
        catalogue = self.untranslated
        for message in catalogue:
            if message.id:
                message.string = MARK + string(message.id)
        with self.po.with_suffix(".mo").open("wb") as target:
            write_mo(target, catalogue)

    @property
    def untranslated(self) -> Catalog:
        with self.po.open("rb") as source:
            return read_po(source)

    def python(self, *words: str) -> str:
        """What Python prints that has the copy for kpixl."""
        done = subprocess.run(
            [sys.executable, *words],
            cwd=self.folder,
            env={**os.environ, "PYTHONPATH": str(self.folder), "PYTHONUTF8": "1"},
            capture_output=True,
            text=True,
            encoding="utf-8",
        )
        assert done.returncode in (0, 1), done.stderr
        return done.stdout

    def __call__(self, *words: str) -> str:
        return self.python("-m", "kpixl", *words)


@pytest.fixture(scope="module")
def kpixl(tmp_path_factory: pytest.TempPathFactory) -> Kpixl:
    made = Kpixl(tmp_path_factory.mktemp("languages"))
    made.fill_in()
    return made


@pytest.fixture(scope="module")
def workbook(kpixl: Kpixl) -> Path:
    """A workbook in the language with imported rows."""
    path, rows = kpixl.folder / "libro.xlsm", kpixl.folder / "leads.csv"
    rows.write_text(LEADS, encoding="utf-8")
    kpixl("new", "remote-va-agency", "--lang", "it", "--period", "2026-10", "--vba", "--out", path.name)
    mapping = ("--map", "date=Data", "lead=Nome", "qualified=Qualificato")
    said = kpixl("import", path.name, "leads", rows.name, "--yes", *mapping)
    assert f"{MARK}New rows: 4;" in said
    return path


# The file that begins a language


def test_a_language_begins_with_what_is_known_of_it(tmp_path: Path) -> None:
    for name in ("languages", "locale"):
        (tmp_path / name).mkdir()
    shutil.copy(ROOT / "kpixl" / "locale" / "kpixl.pot", tmp_path / "locale")
    tool = script("begin_language")
    file, po = tool.begin("it", tmp_path)
    raw = yaml.load(file.read_text(encoding="utf-8"), Loader=yaml.CBaseLoader)
    found = msgspec.convert(raw, load.Particulars, strict=False)
    assert {*raw} == {*load.Particulars.__struct_fields__}
    assert (found.locale, found.currency, found.month_first) == ("it", "EUR", False)
    assert {"ora", "ore", "h"} <= {*found.hours}
    assert {"minuto", "minuti"} <= {*found.minutes}
    with po.open("rb") as one, (tmp_path / "locale" / "kpixl.pot").open("rb") as other:
        begun, template = read_po(one), read_po(other)
    assert {m.id for m in begun} - {""} == {m.id for m in template} - {""}
    assert not any(message.string for message in begun if message.id)
    with pytest.raises(ValueError, match="already"):
        tool.begin("it", tmp_path)


@pytest.mark.parametrize("code", ["", "en_US.UTF-8", "zz", "../it"])
def test_no_language_begins_without_a_code_that_is_known(code: str, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="language"):
        script("begin_language").begin(code, tmp_path)
    assert not any(tmp_path.iterdir())


# With its file and its translations, it is there


def test_the_help_and_doctor_know_it(kpixl: Kpixl) -> None:
    assert f"{MARK}Monthly KPI workbooks" in kpixl("--help", "--lang", "it")
    assert ", ".join(["en", "es", "fr", "it", "pt", "ro"]) in kpixl("doctor", "--lang", "en")


def test_results_are_told_in_it(kpixl: Kpixl, workbook: Path) -> None:
    assert kpixl("refresh", workbook.name).startswith(MARK)
    told = kpixl("results", workbook.name)
    assert f"{MARK}Client retention rate" in told
    assert "ottobre 2026" in told
    assert f"{MARK}Client retention rate" in kpixl("results", workbook.name, "--lang", "it")
    english = kpixl("results", workbook.name, "--lang", "en")
    assert "Client retention rate" in english
    assert f"{MARK}Client" not in english  # but for what is the workbook's own
    assert "October 2026" in english


def test_its_words_and_months_are_read(kpixl: Kpixl, workbook: Path) -> None:
    rows = kpixl.python(
        "-c",
        "import kpixl; from pathlib import Path; from kpixl.ooxml.package import Package\n"
        "from kpixl.workbook.read import read; from kpixl.period import from_serial\n"
        f"entries = read(Package.open(Path({workbook.name!r}))).entries; leads = entries.tables['leads']\n"
        "print(kpixl.__file__, entries.language, entries.currency)\n"
        "for day, lead, word in zip(leads.numbers['date'], leads.texts['lead'], leads.texts['qualified']):\n"
        "    print(from_serial(float(day)), lead, word)",
    ).splitlines()
    assert rows[0] == f"{kpixl.package / '__init__.py'} it EUR"
    assert rows[1:] == [
        f"2026-10-03 Anna {MARK}yes",
        f"2026-10-04 Bruno {MARK}yes",
        f"2026-10-05 Carla {MARK}no",
        f"2026-10-06 Dario {MARK}yes",
    ]


def test_functions_of_the_workbook_speak_it(kpixl: Kpixl, workbook: Path) -> None:
    plain = kpixl.folder / "plain.xlsx"
    kpixl("new", "remote-va-agency", "--lang", "it", "--period", "2026-10", "--out", plain.name)
    modules = module_texts(Package.open(workbook).read("xl/vbaProject.bin"))
    assert f'"{MARK}Client retention rate"' in modules["KpixlTexts_it"]
    assert f'"{MARK}exceptional"' in modules["KpixlWords"]
    assert f'"{MARK}Client retention rate' not in modules["KpixlTexts_es"]
    package = Package.open(plain)
    names = {entry.get("name"): entry for entry in package.tree(package.workbook_part).iter(f"{{{MAIN}}}definedName")}
    assert names["KPI_CRR"].get("comment", "").startswith(MARK)


def test_samples_in_it_borrow_english_words(kpixl: Kpixl) -> None:
    made = kpixl.python(
        "-c",
        "from kpixl.catalog import businesses; from kpixl.period import Period; from kpixl.samples import sample\n"
        "for one in businesses():\n"
        "    rows = [sample(one, Period.parse('2026-10'), code).rows for code in ('it', 'en')]\n"
        "    print(one.id, [{table: len(next(iter(c.values()))) for table, c in found.items()} for found in rows])",
    ).splitlines()
    assert len(made) == 5
    for line in made:
        italian, english = line.partition(" ")[2][1:-1].split("}, {")
        assert italian.strip("{}") == english.strip("{}")


# Those that are there


@pytest.mark.parametrize("code", codes())
def test_the_file_of_every_language_says_what_people_type(code: str) -> None:
    found = load.particulars(code)
    assert all((found.yes, found.no, found.true, found.false, found.hours, found.minutes, found.seconds))
    assert {*found.yes, found.true.lower()} <= load.yes_no()["yes"]
    assert {*found.no, found.false.lower()} <= load.yes_no()["no"]


def test_what_a_file_does_not_say_is_no_language(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in ("en", "xx"):
        (tmp_path / f"{name}.yaml").write_text((FOLDER / "en.yaml").read_text(encoding="utf-8"), encoding="utf-8")
    (tmp_path / "notes.txt").touch()
    monkeypatch.setattr("kpixl.languages.FOLDER", tmp_path)
    assert codes() == ("en", "xx")


def test_a_word_that_is_yes_here_and_no_there_is_neither(monkeypatch: pytest.MonkeyPatch) -> None:
    here = load.Particulars(locale="el", currency="EUR", yes=("ne", "ja"), no=("ochi",))
    there = load.Particulars(locale="cs", currency="CZK", yes=("ano",), no=("ne",))
    monkeypatch.setattr(load, "every", lambda: iter((here, there)))
    found = load.yes_no.__wrapped__()
    assert found["yes"] >= {"ja", "ano", "1"}
    assert found["no"] >= {"ochi", "0"}
    assert "ne" not in found["yes"] | found["no"]


@pytest.mark.parametrize("answer", ["y", "Yes ", "SI", "sí", "sim", "o", "oui", "Da"])
def test_yes_is_understood_in_every_language(answer: str) -> None:
    assert means_yes(answer)


@pytest.mark.parametrize("answer", ["", "n", "no", "não", "nu", "later", "0"])
def test_anything_else_is_no_yes(answer: str) -> None:
    assert not means_yes(answer)
