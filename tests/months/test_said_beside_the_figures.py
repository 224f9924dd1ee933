"""What is said beside the figures, by hand: when a period begins, which totals do not count, what a median is of, why
customers complain, and over which span the articles are read."""

from __future__ import annotations

from pathlib import Path

import openpyxl
import pytest
from hand import Month

from clock import TODAY
from engines import contents, ironcalc_values
from kpixl import palette
from kpixl.catalog import business
from kpixl.cellvalue import ExcelError
from kpixl.i18n import language
from kpixl.languages import codes
from kpixl.texts.commentary import headline
from kpixl.verbs.results import results
from workbooks import Filled, Rows, blank, day, opened, placed

SERVICE = "service-business"


def test_when_a_period_begins_is_said(tmp_path: Path) -> None:
    """December's workbook, read on 22 November."""
    month = Month.of(tmp_path, Filled(business=SERVICE, day=day("2026-12-01"), typed={"revenue": 0}))
    assert headline(month.scorecard, language("en")) == (
        "December 2026 has not begun: it begins on December 1, 2026, and nothing is judged before."
    )


@pytest.mark.filterwarnings("ignore::UserWarning")
def test_totals_that_do_not_count_are_grey(tmp_path: Path) -> None:
    """All of the column to type in, as long as the cell says that they are of another month."""
    month = Month.of(tmp_path, Filled(business=SERVICE, typed={"revenue": 12_000}))
    book = opened(month.path)
    name, cell = placed(book, "totals", "revenue", "typed")
    sheet = openpyxl.load_workbook(month.path)[name]
    greyed = [
        rule
        for area in sheet.conditional_formatting
        if cell in area
        for rule in area.rules
        if rule.dxf is not None and rule.dxf.font is not None and rule.dxf.font.color.rgb[-6:] == palette.FAINT
    ]
    assert len(greyed) == 1
    counts = placed(book, "dates", "totals_count", "value")[1]
    letters, number = counts.rstrip("0123456789"), counts.lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ")
    assert greyed[0].formula[0].replace("$", "").endswith(f"{letters}{number}=0")


def test_why_customers_complain(tmp_path: Path) -> None:
    """Three complaints of October: two about delay, one about the price; one has no reason."""
    rows: dict[str, Rows] = {
        "complaints": {
            "received": [day(f"2026-10-{n:02}") for n in (1, 2, 12, 20)],
            "reason": ["Delay", "delay", "price", None],
        }
    }
    month = Month.of(tmp_path, Filled(business=SERVICE, rows=rows))
    assert {name: month.group("reason", name)["complaints"][0] for name in ("Delay", "price")} == {
        "Delay": 2,
        "price": 1,
    }
    assert month.apart == []


def test_times_of_requests_are_called_clock_time(tmp_path: Path) -> None:
    month = Month.of(tmp_path, Filled())
    assert month.cell("totals", "resolution_hours_median", "label") == "Median clock time of a request"


@pytest.mark.parametrize("kpi", ["referral", "upsell"])
def test_the_span_of_what_is_read_as_yearly_is_said(kpi: str) -> None:
    """Recommendations and upsells of a concierge are of twelve months, and their reading says so in every language."""
    (found,) = (one for one in business("luxury-personal-assistant").kpis if one.id == kpi)
    assert found.window.months == 12
    words = {"en": "12 months", "es": "12 meses", "fr": "12 derniers mois", "pt": "12 meses", "ro": "12 luni"}
    assert {*words} == {*codes()}
    for code, word in words.items():
        assert word in language(code)(found.texts.reading)


def test_the_house_language_stands_on_settings_in_its_own_words(tmp_path: Path) -> None:
    """A new workbook in Portuguese works in Portuguese, until the owner says otherwise."""
    book = opened(blank(tmp_path / "new.xlsx", "multilingual-va", "pt"))
    assert contents(tmp_path / "new.xlsx")[placed(book, "settings", "house_language", "value")].value == "Português"


@pytest.mark.parametrize("code", ["en", "ro"])
def test_every_line_of_check_stands_on_its_sheet(code: str, tmp_path: Path) -> None:
    """An agency's October with a slip of many kinds: a day of thirty hours, a score of 7 of 5 and an error in the place
    of another, a task done before it was given, one code for two, and August closed twice. What is told elsewhere
    stands on the sheet, line for line, in the owner's language; and the sheet counts the same errors by itself."""
    days = [day(f"2026-10-{n:02}") for n in (5, 6, 7)]
    rows: dict[str, Rows] = {
        "hours": {"date": days, "assistant": ["Eva"] * 3, "available": [8, 30, 8], "productive": [6, 6, 6]},
        "surveys": {"date": days, "client": ["Ana"] * 3, "score": [5, 7, ExcelError.NA]},
        "tasks": {"id": ["T1", "T2", "T2"], "assigned": days, "due": days, "completed": [days[0], days[0], None]},
    }
    past = [(day("2026-08-01"), "va_css", 0.9), (day("2026-08-01"), "va_css", 0.8)]
    month = Month.of(tmp_path, Filled(language=code, rows=rows, past=past))
    told = results(month.path, today=TODAY).problems
    assert {"hours_over_day", "too_large", "backwards", "duplicate", "past_twice"} <= {one.code for one in told}
    for number, problem in enumerate(told, 1):
        line = [month.cell("check", f"problem_{number}", column) for column in ("text", "mend", "where")]
        assert line == [problem.text(language(code)), problem.mend(language(code)), problem.place]
    book = opened(month.path)
    errors = ironcalc_values(month.path)[placed(book, "check", "help", "errors")]
    assert errors == sum(one.severity == "error" for one in told)
