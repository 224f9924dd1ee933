"""The functions put into a workbook that is there, or written into files; and the verb that does it."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

import hosts
import openpyxl
import pytest
from cases import VA
from openpyxl.workbook.defined_name import DefinedName

import engines
import libreoffice
from clock import NOW
from kpixl.cli.main import main
from kpixl.errors import FileExists, NotAWorkbook
from kpixl.functions import call, descriptions
from kpixl.functions.describe import functions
from kpixl.ooxml.package import Package
from kpixl.verbs import refresh
from kpixl.verbs.functions import CopyExists, OwnMacros, export, install
from kpixl.workbook.macros import functions_udf, functions_vba
from kpixl.workbook.macros.install import FunctionNameTaken
from schema import schema_errors

PROJECT = "xl/vbaProject.bin"
DOCS = (Path(__file__).parents[2] / "docs" / "cli.md").read_text(encoding="utf-8")


@pytest.fixture
def book(tmp_path: Path) -> Path:
    """A new workbook in Spanish, with the functions as names."""
    return Path(shutil.copy(hosts.workbook(VA, "es"), tmp_path / "libro.xlsx"))


def owners(path: Path) -> Path:
    """A workbook that kpixl never saw."""
    book = openpyxl.Workbook()
    assert book.active is not None
    book.active["A1"] = "mine"
    book.save(path)
    return path


def macro_enabled(path: Path, source: Path) -> Path:
    """The same workbook saved as .xlsm by somebody who has no macros."""
    package = Package.open(source)
    types = package.read("[Content_Types].xml")
    ordinary = b"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"
    assert ordinary in types
    package.replace(
        "[Content_Types].xml", types.replace(ordinary, b"application/vnd.ms-excel.sheet.macroEnabled.main+xml")
    )
    package.save(path)
    return path


@pytest.mark.parametrize("udf", [True, False])
def test_an_xlsx_gets_a_copy_with_macros(book: Path, udf: bool) -> None:
    before = book.read_bytes()
    done = install(book, udf=udf, code=None, otherwise="en", now=NOW)
    assert (done.path, done.backup, done.language) == (book.with_suffix(".xlsm"), None, "es")
    assert book.read_bytes() == before
    old, new = Package.open(book), Package.open(done.path)
    assert functions().keys() <= old.defined_names.keys()
    assert {name: text for name, text in old.defined_names.items() if name not in functions()} == new.defined_names
    assert [sheet.name for sheet in new.sheets] == [
        *(sheet.name for sheet in old.sheets),
        *([functions_udf.CONF_SHEET] if udf else []),
    ]
    assert new.has(PROJECT)
    # Worksheets take a code name each; the others keep their bytes.
    kept = [part for part in old.parts if not part.startswith(("xl/worksheets/sheet", "xl/workbook", "xl/_rels", "["))]
    assert len(kept) > 10
    assert [part for part in kept if new.read(part) != old.read(part)] == []


def test_the_settings_are_where_xlwings_looks(book: Path) -> None:
    path = install(book, udf=True, code=None, otherwise="en", now=NOW).path
    with pytest.warns(UserWarning, match="Sparkline"):
        sheet = openpyxl.load_workbook(path)[functions_udf.CONF_SHEET]
    assert {name: value for name, value in sheet.iter_rows(values_only=True)} == functions_udf.conf()  # noqa: C416
    assert sheet.sheet_state == "hidden"


@pytest.mark.parametrize("udf", [True, False])
def test_what_is_written_is_valid(book: Path, udf: bool) -> None:
    path = install(book, udf=udf, code=None, otherwise="en", now=NOW).path
    found = {f"{e.part_uri} {e.description}" for e in schema_errors(path)}
    before = {f"{e.part_uri} {e.description}" for e in schema_errors(book)}
    assert {text for text in found - before if "inline-string" not in text} == set()


@pytest.mark.parametrize("udf", [True, False])
def test_the_macros_outlive_a_refresh(book: Path, udf: bool) -> None:
    path = install(book, udf=udf, code=None, otherwise="en", now=NOW).path
    before = Package.open(path).read(PROJECT)
    refresh.refresh(path, now=NOW)
    after = Package.open(path)
    assert after.read(PROJECT) == before
    assert not functions().keys() & after.defined_names.keys()


def test_an_xlsm_without_macros_is_changed_and_kept(book: Path, tmp_path: Path) -> None:
    path = macro_enabled(tmp_path / "hers.xlsm", book)
    before = path.read_bytes()
    done = install(path, udf=False, code="fr", otherwise="en", now=NOW)
    assert (done.path, done.language) == (path, "fr")
    assert done.backup is not None
    assert done.backup.read_bytes() == before
    assert Package.open(path).has(PROJECT)


def test_macros_that_are_there_stay(book: Path) -> None:
    path = install(book, udf=False, code=None, otherwise="en", now=NOW).path
    before = path.read_bytes()
    with pytest.raises(OwnMacros, match=r"libro\.xlsm .*kpixl functions export"):
        install(path, udf=True, code=None, otherwise="en", now=NOW)
    assert path.read_bytes() == before


def test_a_copy_that_is_there_stays(book: Path) -> None:
    other = owners(book.with_suffix(".xlsm"))
    before = other.read_bytes()
    with pytest.raises(CopyExists, match=r"libro\.xlsm"):
        install(book, udf=False, code=None, otherwise="en", now=NOW)
    assert other.read_bytes() == before


def test_a_name_of_the_owners_is_not_taken(tmp_path: Path) -> None:
    path = owners(tmp_path / "hers.xlsx")
    book = openpyxl.load_workbook(path)
    book.defined_names["Kpi_Crr"] = DefinedName("Kpi_Crr", attr_text="Sheet!$A$1")
    book.save(path)
    with pytest.raises(FunctionNameTaken, match=r"hers\.xlsx .*Kpi_Crr"):
        install(path, udf=False, code=None, otherwise="en", now=NOW)
    assert not path.with_suffix(".xlsm").exists()


def test_a_workbook_of_the_owners_takes_them_too(tmp_path: Path) -> None:
    done = install(owners(tmp_path / "hers.xlsx"), udf=True, code=None, otherwise="pt", now=NOW)
    assert done.language == "pt"
    assert [sheet.name for sheet in Package.open(done.path).sheets] == ["Sheet", functions_udf.CONF_SHEET]


def test_her_own_settings_for_xlwings_are_kept(tmp_path: Path) -> None:
    path = owners(tmp_path / "hers.xlsx")
    book = openpyxl.load_workbook(path)
    book.create_sheet("XLWINGS.conf")["A1"] = "Interpreter_Win"
    book.save(path)
    done = install(path, udf=True, code=None, otherwise="en", now=NOW)
    assert [sheet.name for sheet in Package.open(done.path).sheets] == ["Sheet", "XLWINGS.conf"]


def test_another_ending_is_refused(book: Path) -> None:
    other = book.rename(book.with_suffix(".xltx"))
    with pytest.raises(NotAWorkbook):
        install(other, udf=False, code=None, otherwise="en", now=NOW)


@pytest.mark.libreoffice
def test_libreoffice_opens_it_and_computes_the_same(book: Path, tmp_path: Path) -> None:
    path = install(book, udf=True, code=None, otherwise="en", now=NOW).path
    without = Path(shutil.copy(book, tmp_path / "without.xlsx"))
    opened, plain = libreoffice.recalculate([path, without], tmp_path / "opened")
    found = {place: one.value for place, one in engines.contents(opened).items() if place[0] == "KPI"}
    assert found == {place: one.value for place, one in engines.contents(plain).items() if place[0] == "KPI"}
    assert len(found) > 100


# Files


@pytest.mark.parametrize("udf", [True, False])
def test_modules_as_files(tmp_path: Path, udf: bool) -> None:
    done = export(tmp_path / "modules", udf=udf, code="ro")
    modules = {module.name: module for module in (functions_udf if udf else functions_vba).modules("ro")}
    assert [path.stem for path in done.modules] == list(modules)
    for path in done.modules:
        text = path.read_bytes().decode("cp1252")
        assert text.count("\r\n") == text.count("\n")
        first, *lines = text.splitlines()
        assert first == f'Attribute VB_Name = "{path.stem}"'
        assert lines == modules[path.stem].source.splitlines()
    assert done.settings == (tmp_path / "modules" / "xlwings.conf" if udf else None)
    if done.settings:
        assert '"UDF Modules","kpixl.functions.udf"\r\n' in done.settings.read_bytes().decode()
    with pytest.raises(FileExists):
        export(tmp_path / "modules", udf=udf, code="en")


# The verb


def test_the_list_of_functions(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["functions", "list", "--lang", "es", "--json"]) == 0
    listed = json.loads(capsys.readouterr().out)["functions"]
    assert [one["name"] for one in listed] == list(functions())
    assert {one["name"]: one["help"] for one in listed} == {one.name: one.help for one in descriptions("es")}
    assert main(["functions", "list", "--lang", "en"]) == 0
    shown = capsys.readouterr().out
    assert "\nKPI_GRADE(kpi, value, [business], [language])\n    The level of a value" in shown
    assert "    business: Id of the business; left out, the first that has the KPI\n" in shown


def test_installing_by_the_command_line(book: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["functions", "install", str(book), "--vba", "--json"]) == 0
    answer = json.loads(capsys.readouterr().out)
    path = str(book.with_suffix(".xlsm"))
    assert answer == {"path": path, "source": str(book), "backup": None, "udf": False, "upgraded": False}
    assert main(["functions", "install", str(book), "--vba", "--lang", "en"]) == 2
    assert capsys.readouterr().err.startswith("libro.xlsm exists already")
    for words in (["--vba", "--udf"], []):
        assert main(["functions", "install", str(book), *words, "--lang", "en"]) == 2
        assert capsys.readouterr().err.startswith("Say which functions: ")


def test_exporting_by_the_command_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["functions", "export", "--udf", "--out", str(tmp_path / "here"), "--lang", "en"]) == 0
    shown = capsys.readouterr().out
    assert str(tmp_path / "here" / "kpixl_udfs.bas") in shown
    assert str(tmp_path / "here" / "xlwings.conf") in shown


def test_what_the_guide_says_that_they_show() -> None:
    guide = (Path(__file__).parents[2] / "docs" / "functions.md").read_text(encoding="utf-8")
    table = re.findall(r"^\| `=(KPI_\w+)\((.*)\)` \| (.+) \|$", guide, re.M)
    assert len(table) >= 9
    for name, arguments, shown in table:
        found = call(name, *json.loads(f"[{arguments}]"))
        assert (f"{found:g}" if isinstance(found, float | int) else str(found)) == shown, name
