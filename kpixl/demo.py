"""Sample workbooks: new ones, filled with sample rows and eleven closed months, and refreshed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kpixl import catalog
from kpixl.period import Period
from kpixl.refresh import refresh_package
from kpixl.samples import sample
from kpixl.workbook.append import append_entries
from kpixl.workbook.new import new_package
from kpixl.workbook.past import append_past
from kpixl.workbook.read import read
from kpixl.workbook.sheet import SheetEditor

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

    from kpixl.check import Problem
    from kpixl.score import Scorecard
    from kpixl.workbook.package import Package

SAMPLES = (
    ("remote-va-agency", "es", "EUR"),
    ("luxury-personal-assistant", "pt", "BRL"),
    ("multilingual-va", "fr", "EUR"),
    ("career-coaching", "es", "EUR"),
    ("service-business", "ro", "RON"),
    ("remote-va-agency", "en", "USD"),
)
SAMPLE_PERIOD = "2026-10"


def sample_path(folder: Path, business_id: str, code: str) -> Path:
    """Where the sample workbook of a business in a language is kept."""
    return folder / f"{catalog.business(business_id).sample_name} {SAMPLE_PERIOD} {code}.xlsx"


def sample_workbook(
    folder: Path, business_id: str, code: str, currency: str, moment: datetime
) -> tuple[Package, Path, Scorecard, tuple[Problem, ...]]:
    """The sample workbook of a business in a language, still to be saved, and where."""
    business, period = catalog.business(business_id), Period.parse(SAMPLE_PERIOD)
    path = sample_path(folder, business_id, code)
    made = sample(business, period, code, currency)
    package = new_package(business, code, period, business.sample_name, currency, path)
    book = read(package)
    for table, columns in made.rows.items():
        append_entries(package, book, table, columns)
    append_past(package, book, made.past)
    for block, column, values in (
        ("kpis", "target", made.targets),
        ("totals", "typed", made.typed),
        ("settings", "value", made.settings),
    ):
        place = book.placements[block]
        editor = SheetEditor(package, book.sheets[place.sheet])
        for row, value in values.items():
            editor.set(*place.position(row, column), value)
        editor.commit()
    scorecard, problems = refresh_package(package, moment=moment, rows_changed=True)
    return package, path, scorecard, problems
