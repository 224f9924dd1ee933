"""What every test needs: translations as .mo files, a word on LibreOffice, a scorecard made by hand."""

from __future__ import annotations

import gc
import os
import tempfile
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from hypothesis import HealthCheck, settings

import browser
import builds
import libreoffice
import uses
from clock import TODAY
from kpixl.catalog import Level, business
from kpixl.check import Problem
from kpixl.entries import Entries, InputCell, PastValue
from kpixl.kpi.measure import measure
from kpixl.kpi.score import Scorecard, score
from kpixl.period import Period

LOCALES = Path(__file__).parent.parent / "kpixl" / "locale"
ENGINES = {
    "libreoffice": ("LibreOffice", libreoffice.available, "KPIXL_REQUIRE_LIBREOFFICE"),
    "browser": ("Chromium with Playwright", browser.available, "KPIXL_REQUIRE_BROWSER"),
}
"""By marker: what it needs, whether that is there, and the variable that says it must be."""


# A machine may be busy: no example fails for the time it took. The same examples in every run, so that a change is
# judged by what it changed; KPIXL_RANDOM=1 looks for new ones, and a failure says how to see it again.
settings.register_profile(
    "kpixl",
    deadline=None,
    print_blob=True,
    derandomize="KPIXL_RANDOM" not in os.environ,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("kpixl")


def pytest_configure() -> None:
    # Whole workbooks come and go by the million of objects, none of which needs the collector to be let go.
    gc.set_threshold(200_000, 20, 50)
    _compile_missing()
    for name, available, required in ENGINES.values():
        if os.environ.get(required) and not available():
            raise pytest.UsageError(f"{name} is not installed, and {required} is set")


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for marker, (name, available, _) in ENGINES.items():
        if available():
            continue
        for item in items:
            if item.get_closest_marker(marker):
                item.add_marker(pytest.mark.skip(reason=f"{name} is not installed"))
    # After that: a test may lead to LibreOffice for one of its parameters alone, which then says so itself.
    for item in items:
        if isinstance(item, pytest.Function):
            for marker in uses.marked(item):
                item.add_marker(marker)


def pytest_collection_finish() -> None:
    # What has been imported and collected stays to the end: no need to look through it again and again.
    gc.collect()
    gc.freeze()
    # Workbooks are many small objects, few of which are in a cycle.
    gc.set_threshold(50_000, 20, 20)


@pytest.fixture(scope="session", autouse=True)
def _made_once(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """What many tests need alike is made once by all workers of a run."""
    base = tmp_path_factory.getbasetemp()
    builds.keep_in((base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "made")
    with pytest.MonkeyPatch.context() as patch:
        builds.skeletons_once(patch)
        yield


def _compile_missing() -> None:
    """A .mo beside each .po that has none or an older one; swapped in whole, since workers do it side by side."""
    for po in LOCALES.glob("*/LC_MESSAGES/kpixl.po"):
        mo = po.with_suffix(".mo")
        if mo.exists() and mo.stat().st_mtime_ns >= po.stat().st_mtime_ns:
            continue
        with po.open("rb") as source:
            catalogue = read_po(source, locale=po.parent.parent.name)
        with tempfile.NamedTemporaryFile(dir=mo.parent, suffix=".tmp", delete=False) as target:
            write_mo(target, catalogue)
        Path(target.name).replace(mo)


@pytest.fixture
def scorecard() -> Scorecard:
    """October 2026 of an agency that types totals: satisfaction, resolution time, utilisation, and no requests."""
    typed = {
        "satisfied": 88,
        "surveyed": 100,
        "resolution_hours": 10,
        "requests_resolved": 0,
        "productive_hours": 110,
        "available_hours": 100,
        "tasks_completed": 95,
        "tasks_assigned": 100,
    }
    entries = Entries(
        business=business("remote-va-agency"),
        company="TaskZenith",
        language="en",
        currency="USD",
        period=Period.parse("2026-10"),
        tables={},
        settings={},
        typed={name: InputCell(number, "Totals", "D5") for name, number in typed.items()},
        targets={"css": InputCell(0.9, "KPIs", "E5")},
        thresholds={("css", Level.TYPICAL): InputCell(0.8, "KPIs", "G5")},
        past=(
            PastValue(date(2026, 9, 1), "kpi", "va_css", 0.9),
            PastValue(date(2025, 10, 1), "kpi", "va_css", 0.7),
            PastValue(date(2026, 9, 1), "kpi", "va_tcr", 0.95),
            PastValue(date(2026, 9, 1), "measure", "satisfied", 90),
            PastValue(date(2026, 9, 1), "measure", "surveyed", 100),
        ),
    )
    return score(entries, measure(entries), TODAY)


@pytest.fixture
def problems() -> tuple[Problem, ...]:
    """An error in a cell and a warning about a whole sheet."""
    return (
        Problem("error", "text_for_number", "Hours", "E7", "hours", "productive", {"got": "eight"}),
        Problem("warning", "truth_for_number", "Hours", None, "hours", None, {"got": True}),
    )
