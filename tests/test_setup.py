"""The first minute: what ``kpixl setup`` brings in a fresh home, and what kpixl says to whoever types nothing."""

from __future__ import annotations

import importlib.util
import json
import tomllib
from pathlib import Path

import pytest

from clock import NOW
from kpixl.cli import outside
from kpixl.cli.command import first_steps
from kpixl.cli.commands import names
from kpixl.cli.main import main
from kpixl.i18n import language
from kpixl.languages import codes
from kpixl.message import phrase
from kpixl.ooxml.package import Package
from kpixl.verbs import addin, doctor, machine, results, setup
from kpixl.workbook.macros.xlam import version_in
from test_addin_install import Home, place


@pytest.fixture(params=["win32", "darwin"])
def home(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Home:
    made = Home(tmp_path, request.param)
    made.documents = tmp_path / "Documents"
    for module in (addin, doctor, machine, setup):
        monkeypatch.setattr(module, "ThisMachine", lambda: made)
    return made


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """What was to be opened."""
    found: list[Path] = []

    def open_file(path: Path) -> bool:
        found.append(path)
        return True

    monkeypatch.setattr(outside, "open_file", open_file)
    return found


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A sample that takes no time."""
    path = tmp_path / "sample.xlsx"
    monkeypatch.setattr(setup, "_sample", lambda *_: (path, True))
    return path


def with_excel(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    found = doctor.Finding("ok", "excel", phrase("Excel is there."))
    monkeypatch.setattr(setup, "excel_here", lambda _: iter([found]))


def test_it_brings_the_add_in_and_a_workbook_that_is_sound(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    home = Home(tmp_path, "win32")
    home.documents = tmp_path / "Documents"
    ready = setup.setup(home, code="ro", now=NOW)
    assert ready.added is not None
    assert version_in(place(home).read_bytes()) is not None
    assert ready.workbook.parent == tmp_path / "Documents" / "kpixl"
    assert ready.made
    outcome = results.results(ready.workbook, today=NOW.date())
    assert outcome.scorecard.entries.language == "ro"
    assert any(one.level is not None for one in outcome.scorecard.results)
    before = ready.workbook.read_bytes()
    again = setup.setup(home, code="ro", now=NOW)
    assert (again.workbook, again.made) == (ready.workbook, False)
    assert ready.workbook.read_bytes() == before
    assert Package.open(ready.workbook).sheets


def test_it_opens_the_sample_where_there_is_excel(
    home: Home, quick: Path, opened: list[Path], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with_excel(home, monkeypatch)
    assert main(["setup", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told == {
        "addin": str(place(home)), "excel": True, "workbook": str(quick), "opened": True, "problem": None
    }  # fmt: skip
    assert opened == [quick]


def test_without_excel_it_says_so_and_opens_nothing(
    home: Home, quick: Path, opened: list[Path], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    none = doctor.Finding("missing", "excel", phrase("Excel was not found on this computer."))
    monkeypatch.setattr(setup, "excel_here", lambda _: iter([none]))
    assert main(["setup", "--lang", "en"]) == 1
    assert "Excel was not found on this computer." in capsys.readouterr().out.splitlines()
    assert opened == []
    assert place(home).exists()


def test_a_running_excel_hinders_the_add_in_alone(
    home: Home, quick: Path, opened: list[Path], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with_excel(home, monkeypatch)
    addin.install(home, code="en")
    place(home).with_name("~$kpixl.xlam").touch()
    assert main(["setup", "--lang", "en"]) == 1
    out = capsys.readouterr().out
    assert addin.AddInInUse(path="kpixl.xlam").text() in out.splitlines()
    assert str(quick) in out
    assert opened == [quick]


def test_on_another_system_there_is_a_sample_all_the_same(
    quick: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    ready = setup.setup(Home(tmp_path, "linux"), code="en", now=NOW)
    assert (ready.added, ready.hindrance) == (None, None)
    assert ready.workbook == quick


@pytest.mark.parametrize("code", codes())
def test_who_types_nothing_is_told_three_things(
    code: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KPIXL_LANG", code)
    assert main([]) == 0
    out, err = capsys.readouterr()
    assert err == ""
    assert out.strip() == first_steps(language(code)).strip()
    typed = [line.split() for line in out.splitlines() if line.startswith("  kpixl")]
    assert [words[1] for words in typed] == ["setup", "new", "--help"]
    assert {"setup", "new"} <= set(names())
    if code != "en":
        assert first_steps(language(code)) != first_steps(str)


def test_a_release_has_both_add_ins(tmp_path: Path) -> None:
    tool = Path(__file__).parents[1] / "tools" / "make_release.py"
    spec = importlib.util.spec_from_file_location("make_release", tool)
    assert spec is not None
    assert spec.loader is not None
    release = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(release)
    made = {path.parent.name: version_in(path.read_bytes()) for path in release.add_ins(tmp_path)}
    assert {folder: found and found[1] for folder, found in made.items()} == release.ADD_INS


def test_a_release_as_source_has_the_example_packs() -> None:
    root = Path(__file__).parents[1]
    listed = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))
    included = [root / one.lstrip("/") for one in listed["tool"]["hatch"]["build"]["targets"]["sdist"]["include"]]
    assert [path for path in included if not path.exists()] == []
    packs = list((root / "examples").rglob("*.yaml"))
    assert len(packs) >= 3
    assert [pack for pack in packs if not any(pack.is_relative_to(path) for path in included)] == []
