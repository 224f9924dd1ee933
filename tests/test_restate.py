"""A closed period computed anew, and what later workbooks take over of it."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from clock import NOW, TODAY
from kpixl.cli.main import main
from kpixl.errors import FileInUse
from kpixl.ooxml.cells import cell_name, parse_area
from kpixl.ooxml.package import Package
from kpixl.ooxml.sheet import SheetEditor
from kpixl.ooxml.table_rows import HoldsFormula
from kpixl.period import Period
from kpixl.verbs import results
from kpixl.verbs.restate import AnotherBusiness, NotLater, OtherPeriod, restate
from kpixl.verbs.roll import roll
from workbooks import COUNTED, Filled, append, day, make, opened, package_of


@pytest.fixture(scope="module")
def closed(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    october = make(tmp_path_factory.mktemp("closed") / "TaskZenith 2026-10.xlsx", COUNTED)
    return october, roll(october, now=NOW).path


@pytest.fixture
def pair(closed: tuple[Path, Path], tmp_path: Path) -> tuple[Path, Path]:
    """The archive of October, and November's workbook that came of it."""
    october, november = (Path(shutil.copy(path, tmp_path)) for path in closed)
    return october, november


def test_a_late_survey(pair: tuple[Path, Path]) -> None:
    archive, current = pair
    append(archive, "surveys", {"date": [day("2026-10-30")], "client": ["Zoë"], "score": [5]})
    before = current.read_bytes()
    restated = restate(archive, Period.parse("2026-10"), [current], now=NOW)
    assert restated.scorecard.result("css").value == pytest.approx(3 / 4)
    entries = opened(current).entries
    past = {line.id: line.value for line in entries.past}
    assert (past["surveyed"], past["satisfied"], past["va_css"]) == (4, 3, 0.75)
    assert len(past) == len(entries.past)
    assert results.results(current, today=TODAY).scorecard.result("css").past.previous == 0.75
    ((path, backup),) = restated.taken_over
    assert path == current
    assert backup is not None
    assert backup.read_bytes() == before
    assert str(entries.period) == "2026-11"


def test_restating_without_a_current_workbook(pair: tuple[Path, Path]) -> None:
    archive, current = pair
    before = current.read_bytes()
    append(archive, "surveys", {"date": [day("2026-10-30")], "client": ["Zoë"], "score": [5]})
    assert restate(archive, Period.parse("2026-10"), [], now=NOW).taken_over == ()
    assert current.read_bytes() == before


def test_what_cannot_be_restated(pair: tuple[Path, Path], tmp_path: Path) -> None:
    archive, current = pair
    other = make(tmp_path / "other.xlsx", Filled(business="service-business", day=day("2026-11-01")))
    dollars = make(tmp_path / "dollars.xlsx", Filled(currency="USD", day=day("2026-11-01")))
    before = {path: path.read_bytes() for path in (archive, current, other, dollars)}
    append(archive, "surveys", {"date": [day("2026-10-30")], "client": ["Zoë"], "score": [5]})
    before[archive] = archive.read_bytes()
    with pytest.raises(OtherPeriod, match=r"is the workbook of 2026-10, not of 2026-09"):
        restate(archive, Period.parse("2026-09"), [current], now=NOW)
    with pytest.raises(NotLater, match=r"about 2026-10, which does not come after 2026-10"):
        restate(archive, Period.parse("2026-10"), [current, archive], now=NOW)
    for foreign in (other, dollars):
        with pytest.raises(AnotherBusiness):
            restate(archive, Period.parse("2026-10"), [current, foreign], now=NOW)
    current.with_name(f"~${current.name}").write_bytes(b"owner")
    with pytest.raises(FileInUse):
        restate(archive, Period.parse("2026-10"), [current], now=NOW)
    assert {path: path.read_bytes() for path in before} == before


def test_the_same_again_changes_nothing(pair: tuple[Path, Path]) -> None:
    archive, current = pair
    lines = opened(current).entries.past
    restate(archive, Period.parse("2026-10"), [current], now=NOW)
    assert opened(current).entries.past == lines


def test_a_formula_in_past_periods_is_not_written_over(pair: tuple[Path, Path]) -> None:
    archive, current = pair
    append(archive, "surveys", {"date": [day("2026-10-30")], "client": ["Zoë"], "score": [5]})
    where = opened(current)
    row = next(i for i, line in zip(where.past_rows, where.entries.past, strict=True) if line.id == "surveyed")
    table = next(one for one in package_of(where).tables if one.name == "tbl_past")
    area = parse_area(table.ref)
    place = area.top + 1 + row, area.left + table.columns.index(where.headings["past"]["value"])
    package = Package.open(current)
    editor = SheetEditor(package, table.sheet)
    editor.set(*place, 3.0, "1+2")
    editor.commit()
    package.save(current)
    before = archive.read_bytes(), current.read_bytes()
    with pytest.raises(HoldsFormula, match=f"{cell_name(*place)} holds a formula"):
        restate(archive, Period.parse("2026-10"), [current], now=NOW)
    assert (archive.read_bytes(), current.read_bytes()) == before


def test_the_command_says_who_took_over(pair: tuple[Path, Path], capsys: pytest.CaptureFixture[str]) -> None:
    archive, current = pair
    append(archive, "surveys", {"date": [day("2026-10-30")], "client": ["Zoë"], "score": [5]})
    words = ["refresh", str(archive), "--restate", "2026-10", "--into", str(current)]
    assert main([*words, "--json"], now=NOW) == 0
    data = json.loads(capsys.readouterr().out)
    assert (data["restated"], data["written"]) == ("2026-10", True)
    (taken,) = data["taken_over"]
    assert taken["path"] == str(current)
    assert Path(taken["backup"]).is_file()
    assert main([*words, "--lang", "en"], now=NOW) == 0
    assert current.name in capsys.readouterr().out


def test_the_command_is_told_which_period(pair: tuple[Path, Path], capsys: pytest.CaptureFixture[str]) -> None:
    archive, current = pair
    before = archive.read_bytes(), current.read_bytes()
    assert main(["refresh", str(archive), "--into", str(current), "--json"], now=NOW) == 2
    assert json.loads(capsys.readouterr().out)["error"]["code"] == "into_what"
    assert (archive.read_bytes(), current.read_bytes()) == before
