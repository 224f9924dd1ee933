"""A real export of a helpdesk: what Python, IronCalc and LibreOffice count is what its own data say.

The known answers were computed from the raw export without kpixl (see its README).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from pathlib import Path

import pytest

from clock import NOW, TODAY
from engines import Place, Value, differences, ironcalc_values, libreoffice_values
from kpixl.entries import Setup
from kpixl.period import Period, serial
from kpixl.verbs import new, results
from kpixl.verbs.import_plan import ImportRequest
from kpixl.verbs.import_rows import import_rows
from workbooks import AGENCY, BUSINESS, named, opened, put

EXPORT = Path(__file__).resolve().parents[3] / "shared" / "data" / "helpdesk_tickets.csv"
MAPPING = {"id": "Ticket", "client": "Department", "opened": "Logged", "resolved": "Closed", "assistant": "Assignee"}
KNOWN = {
    "2020-01": {"requests_resolved": 33, "resolution_hours": 10_903.35, "va_art_value": 330.4045},
    "2020-02": {"requests_resolved": 44, "resolution_hours": 16_494.25, "va_art_value": 374.8693},
}
OPENED = {"2020-01": 353, "2020-02": 312}
TAKEN = {"2020-01": 665, "2020-02": 665 - 33}
"""Those closed in January no longer count in February."""

pytestmark = pytest.mark.skipif(not EXPORT.exists(), reason=f"{EXPORT.name} is not beside this repository")


def imported(path: Path, period: str) -> Path:
    new.new(Setup(AGENCY, "en", Period.parse(period), "Helpdesk", "USD"), path, now=NOW)
    outcome = import_rows(path, ImportRequest("requests", EXPORT, MAPPING, add_new=True), now=NOW)
    assert (outcome.imported, outcome.rejected) == (TAKEN[period], ())
    assert outcome.added["clients"]
    return path


@pytest.fixture(scope="module")
def january(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return imported(tmp_path_factory.mktemp("helpdesk") / "january.xlsx", "2020-01")


@pytest.fixture(scope="module")
def february(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return imported(tmp_path_factory.mktemp("helpdesk") / "february.xlsx", "2020-02")


@pytest.fixture(scope="module")
def turned(january: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The workbook of January, in which the owner has typed a day of February; not refreshed."""
    path = tmp_path_factory.mktemp("helpdesk") / "turned.xlsx"
    path.write_bytes(january.read_bytes())
    put(path, {named(opened(path), "period_day"): serial(date(2020, 2, 29))})
    return path


def assert_known(found: Mapping[str, object], period: str) -> None:
    known = KNOWN[period]
    assert found["requests_resolved"] == known["requests_resolved"]
    assert found["requests_opened"] == OPENED[period]
    assert found["resolution_hours"] == pytest.approx(known["resolution_hours"], abs=0.005)
    assert found["va_art_value"] == pytest.approx(known["va_art_value"], abs=0.00005)


def in_python(path: Path) -> Mapping[str, object]:
    scorecard = results.results(path, today=TODAY).scorecard
    shown = scorecard.entries.business.shown
    return {name: value.used for name, value in scorecard.measures.items() if name in shown} | {
        "va_art_value": scorecard.result("art").value
    }


def by_name(path: Path, values: Mapping[Place, Value]) -> dict[str, object]:
    names = [*(measure.name for measure in BUSINESS.measures), "va_art_value", "va_art_level"]
    book = opened(path)
    return {name: values[named(book, name)] for name in names}


def test_in_python(january: Path, february: Path, turned: Path) -> None:
    assert_known(in_python(january), "2020-01")
    assert_known(in_python(february), "2020-02")
    assert_known(in_python(turned), "2020-02")


@pytest.mark.parametrize(
    "compute",
    [
        pytest.param(lambda paths: [ironcalc_values(path) for path in paths], id="ironcalc"),
        pytest.param(libreoffice_values, id="libreoffice", marks=pytest.mark.libreoffice),
    ],
)
def test_in_the_engines(
    compute: Callable[[list[Path]], list[Mapping[Place, Value]]], january: Path, february: Path, turned: Path
) -> None:
    first, second, third = compute([january, february, turned])
    assert_known(by_name(january, first), "2020-01")
    assert_known(by_name(february, second), "2020-02")
    assert_known(by_name(turned, third), "2020-02")
    assert by_name(january, first)["va_art_level"] == "▼ below benchmark"
    assert differences(january, first) == []
    assert differences(february, second) == []


def test_the_backlog_is_what_was_logged_and_not_closed(february: Path) -> None:
    # 353 + 312 logged, 33 + 44 closed by the end of February.
    assert in_python(february)["requests_open"] == 353 + 312 - 33 - 44
