"""What is wrong with a pack of which each part is sound, but not all of them together."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import msgspec

from kpixl.catalog.exclusion import outlives
from kpixl.catalog.load import catalogue_with
from kpixl.catalog.model import Business, Catalogue
from kpixl.catalog.needs import columns_read
from kpixl.catalog.tables import Each, Once, Table
from kpixl.catalog.yaml_text import Mistake, Reading
from kpixl.errors import N_
from kpixl.message import Worded


def mistakes(data: dict[str, Any], worded: Mapping[str, Worded], reading: Reading) -> Iterator[Mistake]:
    """What the business that is made of ``data`` lacks; where none can be made, why."""
    made = _made(data)
    if made is None:
        yield _apart(data, reading)
        return
    owner = made.businesses[data["id"]]
    yield from _left_out(owner, made.tables, reading)
    yield from _too_late(owner, data, reading)
    for table in owner.tables:
        yield from _twice(table, worded, reading)


def _made(data: dict[str, Any]) -> Catalogue | None:
    try:
        return catalogue_with(data)
    except (ValueError, KeyError, TypeError, IndexError, StopIteration, msgspec.ValidationError):
        return None


def _apart(data: dict[str, Any], reading: Reading) -> Mistake:
    """The part without which the others fit together, if it is one."""
    for key in ("pareto", "cautions", "dimensions", "companions", "without", "columns", "words", "kpis"):
        listed = data.get(key, ())
        for one in listed if isinstance(listed, dict) else range(len(listed)):
            if _made({**data, key: _without(listed, one)}):
                return reading.wrong((key, one), N_("This does not fit together with the rest of the pack."))
    return reading.wrong((), N_("The parts of the pack do not fit together; take back what you have changed last."))


def _without(listed: Mapping[str, Any] | Sequence[Any], one: str | int) -> Any:
    if isinstance(listed, Mapping):
        return {key: value for key, value in listed.items() if key != one}
    return [value for place, value in enumerate(listed) if place != one]


def _left_out(owner: Business, tables: Mapping[str, Table], reading: Reading) -> Iterator[Mistake]:
    """Columns that the business says it never uses, though something is counted from them or picked by them."""
    read = columns_read([table.id for table in owner.tables], tables, owner.measures)
    for id_, columns in owner.without:
        table = tables[id_]
        kept = {field.id for field in table.fields if field.key} | {*(table.stays or ()), table.date}
        for place, column in enumerate(columns):
            if column in kept or (id_, column) in read:
                template = N_("“{column}” of {table} is needed; take it out of “without”.")
                yield reading.wrong(("without", id_, place), template, column=column, table=id_)


def _too_late(owner: Business, data: Mapping[str, Any], reading: Reading) -> Iterator[Mistake]:
    """Measures that count rows which have left their sheet by then: they would be in no month's figures, unseen."""
    told: set[tuple[str, str]] = set()
    for item in owner.measures:
        of = item.aggregate
        if of is None or item.id not in data.get("measures", {}) or not outlives(of.where, owner.table(of.table)):
            continue
        if not of.days or of.table not in data.get("new_tables", {}):
            template = N_("Rows leave their sheet before all of them are counted here; add “{line}”.")
            line = f"{owner.table(of.table).date} in window"
            yield reading.wrong(("measures", item.id, "where"), template, line=line)
        elif (of.table, of.days[0]) not in told:
            template = N_("“{measure}” counts rows by “{column}”, which may come after they left; add “{line}” here.")
            line = f"{of.days[0]} < window_start"
            place = ("new_tables", of.table, "leaves")
            yield reading.wrong(place, template, measure=item.id, column=of.days[0], line=line)
        told |= {(of.table, day) for day in of.days}


def _twice(table: Table, worded: Mapping[str, Worded], reading: Reading) -> Iterator[Mistake]:
    """Two columns of a sheet with one heading, one of them behind a distinct count or called by ``words``."""
    seen: set[tuple[str, str]] = set()
    for column in table.columns:
        said = worded.get(column.heading)
        spoken = said.languages if said else {"": column.heading, "en": column.heading}
        keys = {(code, text.strip().casefold()) for code, text in spoken.items()}
        if keys & seen:
            behind = isinstance(column, Once | Each)
            measure = column.id.removesuffix("_once")
            if isinstance(column, Once | Each):
                measure = measure.removesuffix(column.window.suffix)
            template = N_("“{got}” is the heading of two columns; change one.")
            if isinstance(column, Once):
                template = N_(
                    "“{got}” is the heading of two columns; change one, or write {form} for the other window."
                )
            place = ("measures", measure, "heading") if behind else ("words", table.id, "fields", column.id)
            heading = next(iter(spoken.values()))
            yield reading.wrong(place, template, got=heading, form="“headings: {12m: …}”")
        seen |= keys
