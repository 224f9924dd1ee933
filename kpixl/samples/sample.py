"""The sample of a business: a month's rows, and eleven closed months before it that agree with them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from importlib import import_module
from typing import TYPE_CHECKING, Any

from kpixl.catalog import businesses
from kpixl.catalog.needs import settings_of
from kpixl.catalog.tables import Lookup, branches
from kpixl.entries import Entries, InputCell, PastValue, Value, entry_table
from kpixl.errors import N_, UnknownChoice
from kpixl.i18n import language as language_of
from kpixl.kpi.closing import closed_lines
from kpixl.kpi.measure import Tally, measure
from kpixl.kpi.partial import part_lines
from kpixl.kpi.score import score
from kpixl.message import phrase
from kpixl.period import Kind, Window, serial
from kpixl.samples.plan import MONTHS
from kpixl.texts.words import entry_words

if TYPE_CHECKING:
    from kpixl.catalog.model import Business
    from kpixl.catalog.tables import Condition, Table
    from kpixl.period import Period


@dataclass(frozen=True)
class Sample:
    """What an owner could have entered: rows by table and field, and the values of the closed months."""

    rows: Mapping[str, Mapping[str, list[Value]]]
    past: tuple[PastValue, ...]
    targets: Mapping[str, float]
    """KPI id -> the target that the owner set herself."""
    typed: Mapping[str, float]
    """Measure -> the total that the owner typed, since no rows give it."""
    settings: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Money:
    """A currency in the samples: how many units stand for one in the plans, and what a dollar costs."""

    units: float
    dollar: float


_MADE_UP = "made_up"
"""The module for a business of a pack."""
_MONEY = {"USD": Money(1, 1), "EUR": Money(1, 0.92), "BRL": Money(5, 5.4), "RON": Money(5, 4.6)}
"""Round figures, for samples alone."""


def sample(business: Business, period: Period, language: str, currency: str = "EUR") -> Sample:
    """The sample of ``business`` for a month, with texts in the owner's language. The same every time, and the same
    numbers in every language; amounts follow the currency."""
    if business.sample is None and not business.pack:
        known = ", ".join(other.id for other in businesses() if other.sample)
        raise UnknownChoice(got=business.id, what=phrase(N_("business with sample data")), allowed=known)
    if period.kind is not Kind.MONTH:
        raise UnknownChoice(got=period, what=phrase(N_("month")), allowed="2026-10, 2026-11…")
    # A module with MAKER, the class that makes the rows, and TARGETS; loaded when it is wanted.
    made: Any = import_module(f"kpixl.samples.{business.sample.module if business.sample else _MADE_UP}")
    money = _MONEY.get(currency, Money(1, 1))
    rows = _in_currency(business, made.MAKER(business, period, language).rows(), money)
    kinds = {kpi.id: kpi.kpi.unit for kpi in business.kpis}
    needed = {setting.id for setting in settings_of(business)}
    rate = {"dollar_rate": money.dollar} if currency in _MONEY and "dollar_rate" in needed else {}
    typed = [_scaled(getattr(made, "PAST_TYPED", {}).get(back, {}), money) for back in range(1, MONTHS)]
    entries = replace(
        _entries(business, rows, period),
        language=language,
        currency=currency,
        words=entry_words(business, language_of(language)),
        settings={id_: InputCell(value, "", "") for id_, value in rate.items()},
    )
    return Sample(
        rows=current(business, rows, period),
        past=past(entries, typed),
        targets={id_: value * (money.units if kinds[id_] == "money" else 1) for id_, value in made.TARGETS.items()},
        typed=_scaled(getattr(made, "TYPED", {}), money),
        settings=rate,
    )


def _in_currency(
    business: Business, rows: Mapping[str, Mapping[str, list[Value]]], money: Money
) -> dict[str, dict[str, list[Value]]]:
    amounts = {(table.id, field.id) for table in business.tables for field in table.fields if field.unit == "money"}
    return {
        table: {
            id_: [value * money.units if isinstance(value, float) else value for value in values]
            if (table, id_) in amounts
            else values
            for id_, values in columns.items()
        }
        for table, columns in rows.items()
    }


def _scaled(amounts: Mapping[str, float], money: Money) -> dict[str, float]:
    return {name: amount * money.units for name, amount in amounts.items()}


def current(
    business: Business, rows: Mapping[str, Mapping[str, list[Value]]], period: Period
) -> dict[str, dict[str, list[Value]]]:
    """The rows that stand in the workbook of ``period``: kept tables whole; of the others the period's rows, and those
    from before that something still looks at, such as requests and complaints that were open when it began, tasks that
    were, where they count when they are done, and the sales of the repeat interval."""
    start = serial(period.start)
    tally = Tally(_entries(business, {}, period))
    chosen: dict[str, dict[str, list[Value]]] = {}
    for table in business.tables:
        columns = rows[table.id]
        if table.kept or table.date is None:
            chosen[table.id] = dict(columns)
            continue
        spans = _spans(business, table)
        kept = [
            i
            for i, date in enumerate(columns[table.date])
            if not isinstance(date, float)
            or date >= start
            or any(
                all(_holds(condition, columns[condition.column][i], tally.edges(window)) for condition in span)
                for window, span in spans
            )
        ]
        chosen[table.id] = {id_: [values[i] for i in kept] for id_, values in columns.items()}
    return chosen


def _spans(business: Business, table: Table) -> list[tuple[Window, tuple[Condition, ...]]]:
    """What measures of the period and lookups ask of the dates of a row in ``table``, over which window."""
    period = Window.PERIOD
    wheres = [(period, item.where) for item in business.measures if item.table == table.id and item.window is period]
    wheres += [
        (column.window, column.where)
        for other in business.tables
        for column in other.calculated
        if isinstance(column, Lookup) and column.table == table.id
    ]
    dates = {field.id for field in table.fields if field.type == "date"}
    found = (
        (window, tuple(c for c in branch if c.column in dates))
        for window, where in wheres
        for branch in branches(where)
    )
    return [(window, span) for window, span in dict.fromkeys(found) if span]


def _holds(condition: Condition, value: Value, edges: Mapping[str, float]) -> bool:
    if not isinstance(value, float) or condition.comparison == "blank":
        return value is None and (condition.or_blank or condition.comparison == "blank")
    edge = edges[condition.operand] if isinstance(condition.operand, str) else condition.operand
    return {">=": value >= edge, ">": value > edge, "<=": value <= edge, "<": value < edge}[condition.comparison]


def past(entries: Entries, typed: Sequence[Mapping[str, float]]) -> tuple[PastValue, ...]:
    """Every measure and KPI in use of the closed months before the period of ``entries``, oldest first. What reaches
    over earlier months has them from the lines made so far. ``typed`` are totals that the owner typed, the latest
    closed month first."""
    values: list[PastValue] = []
    for back in range(MONTHS - 1, 0, -1):
        totals = typed[back - 1] if back <= len(typed) else {}
        cells = {name: InputCell(total, "", "") for name, total in totals.items()}
        closed = replace(entries, period=entries.period.shift(-back), past=tuple(values), typed=cells)
        values += closed_lines(score(closed, measure(closed), closed.period.after))
        values += part_lines(closed)
    return tuple(values)


def _entries(business: Business, rows: Mapping[str, Mapping[str, list[Value]]], period: Period) -> Entries:
    return Entries(
        business=business,
        company=business.sample_name,
        language="en",
        currency="EUR",
        period=period,
        tables={table.id: entry_table(table, rows[table.id]) for table in business.tables if table.id in rows},
        settings={},
        typed={},
        targets={},
        thresholds={},
    )
