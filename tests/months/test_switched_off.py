"""A KPI that the owner does not watch is switched off in Settings: it is nowhere, and comes back with its history."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from hand import Month

from clock import NOW
from kpixl.catalog import business
from kpixl.cli.scorecard import scorecard_text
from kpixl.errors import KpiRowDeleted
from kpixl.i18n import language
from kpixl.ooxml.cells import cell_name
from kpixl.ooxml.package import Package
from kpixl.period import Period, serial
from kpixl.texts.words import kpi_title
from kpixl.verbs import refresh, report, roll
from kpixl.workbook.sheets.what_if import KPI_ROW
from workbooks import Filled, Value, make, opened, placed, put

EN = language("en")
SEPTEMBER = float(serial(Period.parse("2026-09").start))
FILLED = Filled(
    typed={"satisfied": 30, "surveyed": 50, "tasks_completed": 9, "tasks_assigned": 10},
    past=[(SEPTEMBER, "va_css", 0.7), (SEPTEMBER, "va_tcr", 0.8)],
)
"""60 % satisfied is below benchmark, and the worst there is."""


def switched(path: Path, **kpis: str) -> Month:
    book = opened(path)
    put(path, {placed(book, "in_use", kpi, "value"): word for kpi, word in kpis.items()})
    refresh.refresh(path, now=NOW)
    return Month(path)


def hidden(path: Path, block: str, row: str) -> bool:
    place, package = opened(path).placements[block], Package.open(path)
    part = opened(path).sheets[place.sheet].part
    rows = package.tree(part).iter("{*}row")
    return any(r.get("r") == str(place.row_numbers[row]) and r.get("hidden") == "1" for r in rows)


def test_it_is_nowhere(tmp_path: Path) -> None:
    path = make(tmp_path / "b.xlsx", FILLED)
    assert "Client satisfaction" in scorecard_text(Month(path).scorecard, (), EN)
    month = switched(path, css="no")
    assert "css" not in [result.kpi.id for result in month.scorecard.results]
    assert "Client satisfaction" not in scorecard_text(month.scorecard, (), EN)
    assert month.apart == []
    assert month.cell("kpis", "css", "value") == ""
    assert month.cell("calc", "css", "name") == ""
    assert all(hidden(path, *place) for place in (("kpis", "css"), ("guide", "css_name"), ("what_if", KPI_ROW + "css")))
    # Nobody asks for what only it is computed from.
    assert hidden(path, "totals", "surveyed")
    assert not hidden(path, "totals", "tasks_assigned")
    page = report.report(path, out=tmp_path / "page.html", now=NOW)
    assert "Client satisfaction" not in page.path.read_text(encoding="utf-8")


def test_it_comes_back_with_its_history(tmp_path: Path) -> None:
    path = make(tmp_path / "TZ 2026-10.xlsx", FILLED)
    switched(path, css="NO")
    month = switched(path, css="yes")
    css = month["css"]
    assert css.value == pytest.approx(0.6)
    assert css.past.previous == 0.7
    assert not hidden(path, "kpis", "css")
    assert month.apart == []


def test_a_month_that_is_closed_without_it(tmp_path: Path) -> None:
    """October is closed while it is switched off. Its switch stays in November; what it is computed from is kept."""
    path = make(tmp_path / "TZ 2026-10.xlsx", FILLED)
    switched(path, css="no")
    following = roll.roll(path, now=NOW, anyway=True).path
    november = Month(following)
    assert november.scorecard.entries.off == {"css"}
    history = november.scorecard.entries.history
    assert history.value(Period.parse("2026-10"), "va_tcr") == pytest.approx(0.9)
    back = switched(following, css="yes")
    assert back["css"].past.previous == pytest.approx(0.6)
    assert back.apart == []


@pytest.mark.parametrize("word", ["", "perhaps", 0.0])
def test_anything_else_leaves_it_in_use(word: Value, tmp_path: Path) -> None:
    path = make(tmp_path / "b.xlsx", FILLED)
    month = switched(path, css=word)  # type: ignore[arg-type]
    assert month["css"].value == pytest.approx(0.6)
    told = [problem.details["got"] for problem in month.problems("pick_unknown")]
    assert told == ([word] if word != "" else [])
    assert month.apart == []


def test_all_of_them(tmp_path: Path) -> None:
    """Whoever switches everything off sees an empty page, and no error."""
    path = make(tmp_path / "b.xlsx", FILLED)
    month = switched(path, **{kpi.id: "no" for kpi in business("remote-va-agency").kpis})
    assert month.scorecard.results == ()
    assert month.apart == []
    assert json.dumps(scorecard_text(month.scorecard, (), EN))


@pytest.mark.parametrize("row", ["css", "tcr"])
def test_a_deleted_row_is_told_with_the_switch_as_the_mend(row: str, tmp_path: Path) -> None:
    """As Excel leaves it: the ids of the block no longer have it."""
    path = make(tmp_path / "b.xlsx", FILLED)
    before = path.read_bytes()
    book = opened(path)
    place = book.placements["kpis"]
    sheet = book.sheets["kpis"].name
    put(path, {(sheet, cell_name(place.row_numbers[row], place.left)): None})
    spoilt = path.read_bytes()
    with pytest.raises(KpiRowDeleted, match="switch the KPI off in Settings") as told:
        refresh.refresh(path, now=NOW)
    assert "KPIs" in str(told.value)
    assert path.read_bytes() == spoilt != before


def test_the_trend_shows_none_that_is_off(tmp_path: Path) -> None:
    """What was picked is drawn, whichever else is off. Once the one that was picked is off itself, the chart shows the
    first in use, and says so beside the cell that still names the other one."""
    path = make(tmp_path / "b.xlsx", replace(FILLED, trend=kpi_title(business("remote-va-agency").kpis[3], EN)))
    others = switched(path, css="no", art="no")
    assert others.cell("line", "p11", "raw") == pytest.approx(0.8)
    assert others.cell("dashboard", "line_head", "year") == "%"
    assert others.apart == []
    itself = switched(path, tcr="no")
    assert (
        itself.cell("dashboard", "line_head", "year")
        == itself.cell("line", "name", "value")
        == "CRR · Client retention rate"
    )
    assert itself.cell("line", "p11", "raw") == ""
    assert itself.apart == []
