"""What machines read key by key, and what people read line by line."""

from __future__ import annotations

import dataclasses
import io
import json
import re
import sys
from datetime import date
from functools import partial
from itertools import dropwhile, takewhile

import msgspec
import pytest

from clock import TODAY
from kpixl.catalog import Business, business, businesses
from kpixl.check import Problem, problem
from kpixl.cli import scorecard as shown
from kpixl.cli.commands import kpis
from kpixl.entries import Entries, InputCell, PastValue
from kpixl.i18n import language
from kpixl.kpi.calc import calc
from kpixl.kpi.measure import measure
from kpixl.kpi.score import Scorecard, score
from kpixl.period import Period, serial
from kpixl.texts import lines

EN = language("en")
ANSI = re.compile(r"\x1b\[[0-9;]*m")
RESULT_KEYS = {
    "kpi", "business", "abbreviation", "name", "value", "unit", "level", "standing", "reason", "next_level", "to_next",
    "measures", "window", "thresholds", "target", "against_target", "previous", "year_before", "year_to_date",
    "year_to_date_reason", "change", "trend", "sample", "interval", "settled", "usual_range", "signal", "pace", "note",
    "alert", "open", "final",
}  # fmt: skip


def test_a_result_for_machines(scorecard: Scorecard) -> None:
    css = shown.result_json(scorecard.result("css"), EN)
    assert set(css) == RESULT_KEYS
    assert css == css | {
        "kpi": "css",
        "business": "remote-va-agency",
        "abbreviation": "CSS",
        "name": "Client satisfaction score",
        "value": 0.88,
        "unit": "fraction",
        "level": "typical",
        "standing": None,
        "reason": None,
        "next_level": "above_average",
        "to_next": {"measure": "satisfied", "amount": 2, "direction": "more"},
        "measures": {"satisfied": 88, "surveyed": 100},
        "window": "period",
        "thresholds": [
            {"level": "typical", "comparison": ">=", "value": 0.8},
            {"level": "above_average", "comparison": ">=", "value": 0.9},
            {"level": "exceptional", "comparison": ">=", "value": 0.95},
        ],
        "target": 0.9,
        "against_target": "missed",
        "previous": 0.9,
        "year_before": 0.7,
        "year_to_date": 0.89,
        "change": pytest.approx(-0.02),
        "trend": "worse",
        "sample": 100,
        "interval": {"low": pytest.approx(0.80187901), "high": pytest.approx(0.93000594)},
        "settled": False,
        "usual_range": None,
        "signal": None,
        "pace": None,
        "note": None,
        "alert": None,
    }


def test_a_result_without_a_value_says_why(scorecard: Scorecard) -> None:
    art = shown.result_json(scorecard.result("art"), EN)
    assert art["value"] is art["level"] is art["next_level"] is art["to_next"] is None
    assert art["reason"] == {"code": "zero_denominator", "text": "No requests resolved in this period"}


def test_the_lowest_level_is_a_level() -> None:
    assert shown.result_json(calc("css", {"satisfied": 1, "surveyed": 2}), EN)["level"] == "below"


def test_an_alert_is_a_sentence(scorecard: Scorecard) -> None:
    assert shown.result_json(scorecard.result("aur"), EN)["alert"].startswith("Utilization above 100%")


def test_a_scorecard_for_machines(scorecard: Scorecard, problems: tuple[Problem, ...]) -> None:
    data = shown.scorecard_json(scorecard, EN, problems)
    assert {key: data[key] for key in ("business", "company", "period", "currency", "language")} == {
        "business": "remote-va-agency",
        "company": "TaskZenith",
        "period": "2026-10",
        "currency": "USD",
        "language": "en",
    }
    assert [kpi["kpi"] for kpi in data["kpis"]] == ["css", "art", "crr", "tcr", "aur", "ncar", "sdi"]
    assert data["measures"]["satisfied"] == {"value": 88, "log": None, "typed": 88, "source": "typed"}
    assert data["measures"]["leads"] == {"value": None, "log": None, "typed": None, "source": None}
    assert data["problem_count"] == {"error": 1, "warning": 1, "note": 0}
    assert data["clock"] == {"days_gone": 31, "days_left": 0}
    json.dumps(data, allow_nan=False)


def test_a_problem_for_machines(problems: tuple[Problem, ...]) -> None:
    data = problem.problem_json(problems[0], EN)
    assert data == data | {
        "severity": "error",
        "code": "text_for_number",
        "sheet": "Hours",
        "cell": "E7",
        "table": "hours",
        "field": "productive",
        "message": "“eight” is text, not a number, so this row does not count.",
    }
    assert data["mend"].endswith(".")


@pytest.mark.parametrize("one", businesses(), ids=lambda one: one.id)
def test_the_catalogue_for_machines(one: Business) -> None:
    data = kpis.kpis_json(one, EN)
    assert data["business"] == one.id
    for kpi, listed in zip(one.kpis, data["kpis"], strict=True):
        assert listed["id"] == kpi.id
        assert list(listed["measures"]) == list(kpi.kpi.arguments)
        assert listed["example"] == {"arguments": kpi.example.arguments, "value": kpi.example.value}
        assert all(set(edge) == {"level", "comparison", "value"} for edge in listed["thresholds"])
        texts = ("abbreviation", "name", "formula", "published", "reading", "source", "definition")
        assert all(listed[key] for key in texts)
    json.dumps(data)


def test_measures_name_what_they_are_bound_to() -> None:
    crr = next(kpi for kpi in kpis.kpis_json(business("remote-va-agency"), EN)["kpis"] if kpi["id"] == "crr")
    assert crr["measures"] == {
        "clients_end": "clients_end_12m",
        "clients_new": "clients_new_staying_12m",
        "clients_start": "clients_start_12m",
    }
    assert crr["window"] == "12m"
    assert crr["thresholds"][1] == {"level": "above_average", "comparison": ">", "value": 0.85}


def test_the_scorecard_in_a_terminal(scorecard: Scorecard, problems: tuple[Problem, ...]) -> None:
    lines = shown.scorecard_text(scorecard, problems, EN).splitlines()
    assert lines[0] == "TaskZenith · October 2026"
    assert lines[3:9] == [
        "CSS   Client satisfaction score       88.0%  ● typical      −2.0 points worse",
        "      Likely 80 – 93% · small sample",
        "      Satisfied answers: +2 → above average",
        "ART   Average resolution time             –  ○ not graded   –",
        "      No requests resolved in this period",
        "CRR   Client retention rate               –  ○ not graded   –",
    ]
    assert next(line for line in lines if line.startswith("TCR")).endswith("★ exceptional  same")
    assert any(line.startswith("✖ Utilization above 100%") for line in lines)
    assert lines[-1] == "Check has found errors: 1, warnings: 1."


def test_the_terminal_is_a_hundred_wide(scorecard: Scorecard) -> None:
    longest = "Frecuencia con que los clientes recomiendan la agencia a otros y estos también contratan "
    results = tuple(
        dataclasses.replace(result, kpi=msgspec.structs.replace(result.kpi, name=longest * 2))
        for result in scorecard.results
    )
    text = shown.scorecard_text(dataclasses.replace(scorecard, slots=results), (), EN)
    assert max(map(len, text.splitlines())) <= lines.WIDTH
    assert "otros" in text
    assert "…" not in text


def test_colour_only_when_asked_and_without_moving_anything(scorecard: Scorecard) -> None:
    plain = shown.scorecard_text(scorecard, (), EN)
    coloured = shown.scorecard_text(scorecard, (), EN, colour=True)
    assert "\x1b" not in plain
    assert "\x1b[1;34m★ exceptional" in coloured
    assert ANSI.sub("", coloured) == plain


def test_problems_in_a_terminal(problems: tuple[Problem, ...]) -> None:
    lines = problem.problems_text(problems, EN).splitlines()
    assert lines[0] == "error · Hours!E7: “eight” is text, not a number, so this row does not count."
    assert lines[1].startswith("    Type the number again")
    assert any(line.startswith("warning · Hours: TRUE") for line in lines)
    assert problem.problems_text((), EN) == "Check has found no problems."


def test_the_catalogue_in_a_terminal() -> None:
    text = kpis.kpis_text(business("remote-va-agency"), EN)
    assert "CRR  Client retention rate\n    crr = (clients_end - clients_new) / clients_start\n" in text
    assert max(map(len, text.splitlines())) <= lines.WIDTH


def test_one_kpi_in_a_terminal() -> None:
    text = shown.calc_text(calc("css", {"satisfied": 80, "surveyed": 100}, "remote-va-agency"), EN)
    assert text.splitlines() == [
        "CSS, Client satisfaction score (remote-va-agency): 80.0%  ▼ below benchmark (small sample)",
        "  Satisfied answers: +5 → typical",
    ]
    sure = shown.calc_text(calc("css", {"satisfied": 800, "surveyed": 1000}, "remote-va-agency"), EN)
    assert sure.splitlines()[0].endswith("▼ below benchmark")


# Signal or noise, and pace


PAST = (10_000.0, 12_000.0, 10_000.0, 12_000.0, 10_000.0, 12_000.0)
"""April to September: their mean is 11,000 and each step 2,000, so that 5,680 to 16,320 is usual."""


def takings(revenue: float, until: date | None = None, target: float | None = None) -> Scorecard:
    """October 2026 of a service business, entered up to a day."""
    cell = partial(InputCell, sheet="Totals", cell="D5")
    entries = Entries(
        business=business("service-business"),
        company="D",
        language="en",
        currency="EUR",
        period=Period.parse("2026-10"),
        tables={},
        settings={} if until is None else {"entered_until": cell(float(serial(until)))},
        typed={"revenue": cell(revenue)},
        targets={} if target is None else {"revenue": cell(target)},
        thresholds={},
        past=(
            *(PastValue(date(2026, 4 + n, 1), "kpi", "sb_revenue", value) for n, value in enumerate(PAST)),
            *(
                PastValue(date(2026, month, 1), "part", f"revenue.{n}", 10 / 31)
                for month in (7, 8, 9)
                for n in range(10)
            ),
        ),
    )
    return score(entries, measure(entries), TODAY)


def told(scorecard: Scorecard) -> list[str]:
    """What the terminal says of revenue below its value, a line each."""
    lines = shown.scorecard_text(scorecard, (), EN).splitlines()
    _, *lines = dropwhile(lambda line: "  Revenue  " not in line, lines)
    return [line.strip() for line in takewhile(lambda line: line.startswith("  "), lines)]


@pytest.mark.parametrize(
    ("revenue", "signal", "line"),
    [
        (16_000, "usual", None),
        (17_000, "above", "◆ Above its usual range"),
        (5_600, "below", "◆ Below its usual range"),
    ],
)
def test_signal_or_noise(revenue: float, signal: str, line: str | None) -> None:
    scorecard = takings(revenue)
    found = shown.result_json(scorecard.result("revenue"), EN)
    assert found["usual_range"] == pytest.approx({"low": 5680, "mean": 11_000, "high": 16_320})
    assert (found["signal"], found["pace"], found["interval"], found["settled"]) == (signal, None, None, None)
    assert told(scorecard) == ([line] if line else [])


def test_while_the_period_runs() -> None:
    """By the 11th 10 of 31 parts had come: 9,000 becomes 27,900; on its way to 31,000 it would be 10,000."""
    scorecard = takings(9_000, date(2026, 10, 11), 31_000)
    data = shown.scorecard_json(scorecard, EN)
    assert data["clock"] == {"days_gone": 11, "days_left": 20}
    (revenue,) = [kpi for kpi in data["kpis"] if kpi["kpi"] == "revenue"]
    assert revenue["pace"] == {"forecast": pytest.approx(27_900), "steady": pytest.approx(10_000), "on_track": False}
    assert revenue["signal"] is None
    assert revenue["usual_range"]["mean"] == 11_000
    assert shown.scorecard_text(scorecard, (), EN).startswith("D · October 2026 · days left: 20\n")
    assert told(scorecard) == ["Forecast €27,900 · off track"]
    json.dumps(data, allow_nan=False)


def test_before_it_begins_a_period_has_no_days_left_to_tell() -> None:
    text = shown.scorecard_text(takings(9_000, date(2026, 9, 20)), (), EN)
    assert text.startswith("D · October 2026\n")
    assert "Forecast" not in text


def test_without_a_target_there_is_a_forecast_alone() -> None:
    scorecard = takings(9_000.4, date(2026, 10, 11))
    pace = shown.result_json(scorecard.result("revenue"), EN)["pace"]
    assert pace == {"forecast": pytest.approx(27_901.24), "steady": None, "on_track": None}
    assert told(scorecard) == ["Forecast €27,901"]
    on_track = takings(10_000, date(2026, 10, 11), 31_000)
    assert told(on_track) == ["Forecast €31,000 · on track"]


@pytest.mark.parametrize(("revenue", "line"), [(1e300, "Forecast 3.1e+300"), (-1_000, "Forecast -€3,100.00")])
def test_a_forecast_of_any_size_is_written(revenue: float, line: str) -> None:
    assert told(takings(revenue, date(2026, 10, 11))) == [line]


# Colours


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def in_colour(
    monkeypatch: pytest.MonkeyPatch, stdout: io.StringIO, platform: str = "linux", **environment: str
) -> bool:
    """Whether there is colour on a stream of a computer, whatever the tests run in."""
    with monkeypatch.context() as patch:
        for name in ("NO_COLOR", "TERM", "WT_SESSION"):
            patch.delenv(name, raising=False)
        for name, value in environment.items():
            patch.setenv(name, value)
        patch.setattr(sys, "stdout", stdout)
        patch.setattr(sys, "platform", platform)
        return shown.in_colour()


def test_a_terminal_is_coloured_and_a_file_is_not(monkeypatch: pytest.MonkeyPatch) -> None:
    assert in_colour(monkeypatch, Terminal(), TERM="xterm-256color")
    assert not in_colour(monkeypatch, io.StringIO(), TERM="xterm-256color")


def test_no_color_is_heeded(monkeypatch: pytest.MonkeyPatch) -> None:
    assert not in_colour(monkeypatch, Terminal(), TERM="xterm-256color", NO_COLOR="1")
    assert not in_colour(monkeypatch, Terminal(), "win32", WT_SESSION="1", NO_COLOR="1")


def test_a_dumb_terminal_is_not_coloured(monkeypatch: pytest.MonkeyPatch) -> None:
    assert not in_colour(monkeypatch, Terminal(), TERM="dumb")


def test_the_old_console_of_windows_is_not_coloured(monkeypatch: pytest.MonkeyPatch) -> None:
    assert not in_colour(monkeypatch, Terminal(), "win32")
    assert in_colour(monkeypatch, Terminal(), "win32", WT_SESSION="1")
