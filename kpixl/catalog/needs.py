"""What a business needs for its KPIs: which measures, and which columns of which tables."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import TypeAlias

from msgspec.structs import replace

from kpixl.catalog.model import Aggregate, Business, BusinessKpi, Measure, TableWords, with_parts
from kpixl.catalog.settings import READS, SETTINGS, Setting
from kpixl.catalog.tables import Calculated, Chained, Each, Field, Lookup, Once, Table, names_in
from kpixl.period import Window

Place: TypeAlias = tuple[str, str]
"""A column: table and column id."""


def measures_of(kpis: Sequence[BusinessKpi], companions: Sequence[Measure]) -> dict[str, Measure]:
    """Every measure, each once, by its name: those of the KPIs first, those of other windows last."""
    chosen = [argument.measure for kpi in kpis for argument in kpi.arguments]
    others = [a.measure for kpi in kpis for arguments in kpi.bound.values() for a in arguments]
    besides = [item for kpi in kpis for item in (kpi.cases_of, kpi.squares) if item]
    medians = [kpi.median for kpi in kpis if kpi.median]
    return {part.name: part for one in (*chosen, *medians, *companions, *others, *besides) for part in with_parts(one)}


def columns_read(ids: Sequence[str], tables: Mapping[str, Table], measures: Sequence[Measure]) -> set[Place]:
    """The columns that measures are counted from, through calculated columns, too."""
    read: set[tuple[str, str]] = set()
    for measure in measures:
        if measure.aggregate:
            read |= {(measure.aggregate.table, column) for column in measure.aggregate.reads}
    while True:
        below = {
            place
            for id_ in ids
            for column in tables[id_].calculated
            if (id_, column.id) in read
            for place in _reads(id_, column)
        }
        if below <= read:
            return read | _orders(ids, tables, read)
        read |= below


def _orders(ids: Sequence[str], tables: Mapping[str, Table], read: Collection[Place]) -> set[Place]:
    """The columns that tell stays which end before they begin, of tables that both days are ``read`` of, and other days
    that run backwards, of those of which the first one is."""
    orders = ((id_, tables[id_].in_right_order) for id_ in ids)
    stays = {(id_, one.id) for id_, one in orders if one and all((id_, day) in read for day in one.reads)}
    return stays | {(id_, one.id) for id_ in ids for one in tables[id_].certain_orders if (id_, one.first) in read}


def settings_of(business: Business) -> tuple[Setting, ...]:
    """The settings of every business, and those on which something of this one depends."""
    needed = settings_read(business.measures, [one for table in business.tables for one in table.calculated])
    if any(kpi.in_dollars for kpi in business.kpis):
        needed.add("dollar_rate")
    if business.open_tables:
        needed.add("late_days")
    return tuple(setting for setting in SETTINGS.values() if setting.everywhere or setting.id in needed)


def days_lacking(business: Business) -> tuple[str, ...]:
    """The settings of days that a business does not have: there they are none, since nothing repeats, nothing comes
    late."""
    had = {setting.id for setting in settings_of(business)}
    return tuple(id_ for id_ in ("repeat_days", "late_days") if id_ not in had)


def settings_read(measures: Iterable[Measure], columns: Sequence[Calculated]) -> set[str]:
    """What measures and calculated columns compare with, by name: settings by their ids, and edges of the window."""
    clauses = [measure.where for measure in measures]
    clauses += [column.where for column in columns if isinstance(column, Lookup)]
    found = {READS.get(name, name) for where in clauses for name in names_in(where)}
    return found | {"stay_gap"} if any(isinstance(column, Chained) for column in columns) else found


def own_tables(
    tables: Mapping[str, Table], words: Mapping[str, TableWords], without: Sequence[tuple[str, tuple[str, ...]]]
) -> dict[str, Table]:
    """The tables as a business has them: in its own words, and ``without`` the columns that it never uses."""
    gone = dict(without)
    return {id_: _own(table, words.get(id_, TableWords()), gone.get(id_, ())) for id_, table in tables.items()}


def _own(table: Table, words: TableWords, without: Collection[str]) -> Table:
    def own(field: Field) -> Field:
        said = words.fields.get(field.id)
        if said is None:
            return field
        return replace(field, heading=said.heading or field.heading, help=said.help or field.help)

    fields = tuple(own(field) for field in table.fields if field.id not in without)
    return replace(table, title=words.title or table.title, help=words.help or table.help, fields=fields)


def tables_for(
    ids: Sequence[str],
    tables: Mapping[str, Table],
    measures: Sequence[Measure],
    asked: Sequence[tuple[str, tuple[str, ...]]] = (),
) -> tuple[Table, ...]:
    """The tables of a business, with the columns that only its measures read, those that it has ``asked`` for, and
    those behind its distinct counts and medians."""
    read, found = columns_read(ids, tables, measures), []
    read |= {(id_, column) for id_, columns in asked for column in columns}
    for id_ in ids:
        table = tables[id_]
        behind = tuple(
            column
            for item in measures
            if (of := item.aggregate) and of.table == id_ and (column := _behind(item, of)) is not None
        )
        fields = tuple(field for field in table.fields if not field.extra or (id_, field.id) in read)
        calculated = tuple(
            column for column in table.calculated if not getattr(column, "extra", False) or (id_, column.id) in read
        )
        found.append(replace(table, fields=fields, calculated=(*calculated, *behind)))
    return tuple(found)


def _behind(item: Measure, of: Aggregate) -> Once | Each | None:
    """The hidden column from which a measure is counted, where it takes one."""
    heading = _heading(of, item.window)
    if of.kind == "distinct":
        return Once(id=str(item.behind), heading=heading, keys=of.distinct, where=of.where, window=item.window)
    if of.kind == "median":
        column = str(of.column)
        return Each(id=str(item.behind), heading=heading, column=column, where=of.where, window=item.window)
    return None


def _heading(of: Aggregate, window: Window) -> str:
    """Of the column behind a distinct count over a window."""
    return dict(of.headings).get(window, of.heading)


def _reads(table: str, column: Calculated) -> set[tuple[str, str]]:
    """The columns of every table that a calculated column is computed from."""
    own = {(table, id_) for id_ in column.reads}
    return own | {(column.table, id_) for id_ in column.looks_at} if isinstance(column, Lookup) else own


def narrowed(
    owner: Business,
    tables: Mapping[str, Table],
    kpis: Collection[str],
    measures: Collection[str],
    columns: Collection[Place],
) -> Business:
    """``owner`` with those of its KPIs (by id), measures (by name) and columns alone that are among the given ones.

    A KPI goes with a measure that it takes, and so does a window that it could be graded over; a column stays where
    something is counted from it, so that Check can say that it is gone.
    """
    if (
        {kpi.id for kpi in owner.kpis} <= {*kpis}
        and {measure.name for measure in owner.measures} <= {*measures}
        and {(table.id, field.id) for table in owner.tables for field in table.fields} <= {*columns}
    ):
        return owner

    def there(measure: Measure) -> bool:
        return all(part.name in measures for part in with_parts(measure))

    known = tuple(
        replace(
            kpi,
            bound={window: bound for window, bound in kpi.bound.items() if all(there(a.measure) for a in bound)},
            cases_of=kpi.cases_of if kpi.cases_of and there(kpi.cases_of) else None,
            squares=kpi.squares if kpi.squares and there(kpi.squares) else None,
            median=kpi.median if kpi.median and there(kpi.median) else None,
        )
        for kpi in owner.kpis
        if kpi.id in kpis and all(there(argument.measure) for argument in kpi.arguments)
    )
    companions = tuple(filter(there, owner.companions))
    every = measures_of(known, companions)
    ids = [table.id for table in owner.tables]
    read = columns_read(ids, tables, tuple(every.values())) | {*columns}
    made = tables_for(ids, tables, tuple(every.values()), owner.columns)
    narrow = (replace(table, fields=tuple(f for f in table.fields if (table.id, f.id) in read)) for table in made)
    return replace(
        owner,
        kpis=known,
        companions=companions,
        measures=tuple(every.values()),
        tables=tuple(table for table in narrow if table.fields),
        cautions=tuple(caution for caution in owner.cautions if {*caution.kpis} <= {kpi.id for kpi in known}),
        pareto=tuple(item for item in owner.pareto if item.measure.name in every),
    )
