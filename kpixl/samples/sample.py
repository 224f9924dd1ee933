"""The sample of a business: a month's rows, and eleven closed months before it that agree with them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from kpixl.entries import Entries, PastValue
from kpixl.errors import N_, Phrase, UnknownChoice
from kpixl.measure import measure
from kpixl.period import Kind, serial
from kpixl.rows import Value, entry_table
from kpixl.samples.agency import Agency
from kpixl.samples.plan import MONTHS, TARGETS
from kpixl.score import score

if TYPE_CHECKING:
    from kpixl.catalog.model import Business
    from kpixl.period import Period

_MAKERS = {"remote-va-agency": Agency}


@dataclass(frozen=True)
class Sample:
    """What an owner could have entered: rows by table and field, and the values of the closed months."""

    rows: Mapping[str, Mapping[str, list[Value]]]
    past: tuple[PastValue, ...]
    targets: Mapping[str, float]
    """KPI id -> the target that the owner set herself."""


def sample(business: Business, period: Period, language: str) -> Sample:
    """The sample of ``business`` for a month, with texts in the owner's language. The same every time, and the same
    numbers in every language."""
    if business.id not in _MAKERS:
        raise UnknownChoice(got=business.id, what=Phrase(N_("business with sample data")), allowed=", ".join(_MAKERS))
    if period.kind is not Kind.MONTH:
        raise UnknownChoice(got=period, what=Phrase(N_("month")), allowed="2026-10, 2026-11…")
    rows = _MAKERS[business.id](business, period, language).rows()
    return Sample(rows=current(business, rows, period), past=past(business, rows, period, language), targets=TARGETS)


def current(
    business: Business, rows: Mapping[str, Mapping[str, list[Value]]], period: Period
) -> dict[str, dict[str, list[Value]]]:
    """The rows that stand in the workbook of ``period``: kept tables whole, of the others the period's rows and the
    requests that were still open when it began."""
    start = serial(period.start)
    chosen: dict[str, dict[str, list[Value]]] = {}
    for table in business.tables:
        columns = rows[table.id]
        if table.kept or table.date is None:
            chosen[table.id] = dict(columns)
            continue
        dates = columns[table.date]
        kept = [i for i, date in enumerate(dates) if not isinstance(date, float) or date >= start]
        chosen[table.id] = {id_: [values[i] for i in kept] for id_, values in columns.items()}
    return chosen


def past(
    business: Business, rows: Mapping[str, Mapping[str, list[Value]]], period: Period, language: str
) -> tuple[PastValue, ...]:
    """Every measure and KPI of the closed months, oldest first."""
    entries = Entries(
        business=business,
        company=business.sample_name,
        language=language,
        currency="EUR",
        period=period,
        tables={table.id: entry_table(table, rows[table.id]) for table in business.tables},
        settings={},
        typed={},
        targets={},
        thresholds={},
    )
    values: list[PastValue] = []
    for back in range(MONTHS - 1, 0, -1):
        closed = replace(entries, period=period.shift(-back))
        start, measured = closed.period.start, measure(closed)
        values += [PastValue(start, "measure", name, value.used, "log") for name, value in measured.items()]
        values += [
            PastValue(
                start,
                "kpi",
                result.kpi.name_prefix,
                result.value,
                level="" if result.level is None else result.level.id,
            )
            for result in score(closed, measured).results
        ]
    return tuple(values)
