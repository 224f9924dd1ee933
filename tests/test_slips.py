"""How many of the slips that people make Check finds, and how often it speaks up where nothing is wrong.

Each kind of slip is planted at a few places of every sample that has such places; what has to be told of it, and where,
is written down beside it. Nothing is copied from what Check says.
"""

from __future__ import annotations

import csv
import os
import random
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import date, datetime
from itertools import count, islice
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import builds
import sources
from clock import TODAY
from kpixl.catalog.load import business
from kpixl.catalog.tables import Elapsed, Field, Table, word_key
from kpixl.cellvalue import ExcelError, is_blank, number
from kpixl.check import Problem, check
from kpixl.entries import Entries, EntryTable, Outside, PastValue, entry_table
from kpixl.i18n import language
from kpixl.kpi.measure import Tally, measure
from kpixl.kpi.score import score
from kpixl.languages import codes as language_codes
from kpixl.period import Period, add_months, from_serial, serial
from kpixl.texts.words import entry_words
from kpixl.verbs.results import Outcome

PLACES = 2
"""So many slips of a kind are planted in a table of a sample."""
EXPORTS = Path(os.environ.get("KPIXL_EXPORTS", sources.DATA))
"""Where real exports lie, where they do."""
EN = language("en")
Changes = Mapping[str, object]


@dataclass(frozen=True)
class Plant:
    """A slip in a workbook, and what has to be told of it: one of some codes, at one of some cells."""

    entries: Entries
    cells: frozenset[str]
    codes: frozenset[str]
    table: str | None = None

    def found(self, problems: Sequence[Problem]) -> bool:
        """Whether a line tells of it."""
        for problem in problems:
            if problem.code in self.codes and (self.table is None or problem.table == self.table):
                words = problem.text(EN).replace(",", " ").replace("(", " ").replace(")", " ").replace(".", " ").split()
                if self.cells & {str(problem.cell), *words}:
                    return True
        return False


# The samples, and what a change makes of them


@pytest.fixture(scope="module")
def samples(tmp_path_factory: pytest.TempPathFactory) -> tuple[Entries, ...]:
    """What is read of the five samples; the one that comes in two languages once."""
    outcomes: tuple[Outcome, ...] = builds.samples(tmp_path_factory.mktemp("samples"))
    found = {outcome.scorecard.entries.business.id: outcome.scorecard.entries for outcome in outcomes}
    assert len(found) == 5
    return tuple(found.values())


def problems_of(entries: Entries) -> tuple[Problem, ...]:
    """What Check says, once the calculated columns have followed the rows."""
    tally = Tally(entries)
    for rows in entries.tables.values():
        for column in rows.table.calculated if rows is not None else ():
            if rows is not None and column.id in rows.letters:
                rows.numbers[column.id] = tally.calculated(rows, column)
    measures = measure(entries, tally)
    scorecard = score(entries, measures, TODAY)
    problems = check(entries, measures, scorecard, tally)
    # The dashboard counts errors by these marks, too: none without a line of Check.
    marked = {result.kpi.id for result in scorecard.results if result.wrong}
    assert not marked or any(problem.severity == "error" for problem in problems), marked
    return problems


def rows_of(entries: Entries, table: str) -> EntryTable:
    rows = entries.tables[table]
    assert rows is not None
    return rows


def changed(entries: Entries, table: str, changes: Mapping[int, Changes]) -> Entries:
    """The workbook with other values in some rows, as reading would find them; new rows at the end."""
    rows = rows_of(entries, table)
    count = max(len(rows), *(row + 1 for row in changes))
    more = count - len(rows)
    numbers = {id_: np.append(values, np.full(more, np.nan)) for id_, values in rows.numbers.items()}
    texts = {id_: np.append(values, np.full(more, None)) for id_, values in rows.texts.items()}
    odd = {column: dict(values) for column, values in rows.odd.items()}
    for row, values in changes.items():
        for column, value in values.items():
            odd.get(column, {}).pop(row, None)
            if column in numbers:
                plain = number(value)
                numbers[column][row] = np.nan if plain is None else plain
                if plain is None and not is_blank(value):
                    odd.setdefault(column, {})[row] = value
            else:
                failed = isinstance(value, ExcelError)
                texts[column][row] = None if is_blank(value) or failed else str(value)
                if failed:
                    odd.setdefault(column, {})[row] = value
    return with_table(entries, replace(rows, count=count, numbers=numbers, texts=texts, odd=odd))


def with_table(entries: Entries, rows: EntryTable) -> Entries:
    return replace(entries, tables={**entries.tables, rows.table.id: rows})


def row_values(rows: EntryTable, row: int) -> dict[str, Any]:
    """What stands in a row, by field; blanks are None."""
    found: dict[str, Any] = {}
    for one in rows.table.fields:
        if one.id in rows.numbers:
            value = float(rows.numbers[one.id][row])
            found[one.id] = None if np.isnan(value) else value
        elif one.id in rows.texts:
            found[one.id] = rows.texts[one.id][row]
    return found


def tables(entries: Entries) -> Iterator[tuple[Table, EntryTable]]:
    for table in entries.business.tables:
        rows = entries.tables.get(table.id)
        if rows is not None and len(rows):
            yield table, rows


def picked(rows: EntryTable, wanted: Callable[[dict[str, Any]], bool], most: int = PLACES) -> list[int]:
    """A few rows that are as wanted: the same in every run."""
    order = list(range(len(rows)))
    random.Random(f"{rows.table.id} {len(rows)}").shuffle(order)
    return list(islice((row for row in order if wanted(row_values(rows, row))), most))


# The kinds of slips


Slip = Callable[[Entries], Iterator[Plant]]
SLIPS: dict[str, Slip] = {}


def slip(kind: str) -> Callable[[Slip], Slip]:
    def known(plants: Slip) -> Slip:
        SLIPS[kind] = plants
        return plants

    return known


_turns = count()


def in_cells(
    entries: Entries,
    fits: Callable[[Table, Field], bool],
    spoil: Callable[[dict[str, Any], Field], object],
    codes: str,
    wanted: Callable[[dict[str, Any], Field], bool] = lambda values, one: values[one.id] is not None,
) -> Iterator[Plant]:
    """One cell of a row is spoilt, in every column that ``fits``; the cell has to be told. Each slip is alone in its
    workbook."""
    places = [(table, rows, one) for table, rows in tables(entries) for one in table.fields if rows.has(one.id)]
    chosen = [place for place in places if fits(place[0], place[2])]
    random.Random(codes).shuffle(chosen)
    for table, rows, one in islice(chosen * PLACES, 4 * PLACES):
        # Another row each time that the same column comes again.
        start = random.Random(f"{one.id} {next(_turns)}").randrange(len(rows))
        there = (row % len(rows) for row in range(start, start + len(rows)))
        row = next((row for row in there if wanted(row_values(rows, row), one)), None)
        new = None if row is None else spoil(row_values(rows, row), one)
        if row is not None and new is not None:
            spoilt = changed(entries, table.id, {row: {one.id: new}})
            # Of two dates, the other one may be told.
            cells = {rows.cell(other.id, row) for other in table.fields if rows.has(other.id)}
            near = cells if one.type == "date" else {rows.cell(one.id, row)}
            yield Plant(spoilt, frozenset(near), frozenset(codes.split()), table.id)


def is_dated(table: Table, one: Field) -> bool:
    return one.id == table.date and not table.kept


def years(count: int) -> Callable[[dict[str, Any], Field], object]:
    return lambda values, one: float(serial(add_months(from_serial(values[one.id]), 12 * count)))


@slip("a date in the year before")
def _(entries: Entries) -> Iterator[Plant]:
    yield from in_cells(entries, is_dated, years(-1), "date_unlikely backwards earlier")


@slip("a date in the year after")
def _(entries: Entries) -> Iterator[Plant]:
    yield from in_cells(
        entries, lambda t, f: is_dated(t, f) and not t.ahead, years(1), "date_ahead date_unlikely backwards earlier"
    )


@slip("a date in another century")
def _(entries: Entries) -> Iterator[Plant]:
    yield from in_cells(entries, is_dated, years(-100), "date_unlikely backwards earlier")


@slip("day and month changed over")
def _(entries: Entries) -> Iterator[Plant]:
    def turned(values: dict[str, Any], one: Field) -> object:
        day = from_serial(values[one.id])
        return float(serial(date(day.year, day.day, day.month)))

    def can(values: dict[str, Any], one: Field) -> bool:
        day = from_serial(values[one.id]) if values[one.id] is not None else date(2026, 10, 10)
        return day.day <= 12 and day.day != day.month and entries.period.start <= day < entries.period.after

    yield from in_cells(entries, is_dated, turned, "date_swapped backwards earlier date_ahead", can)


@slip("a date that is still to come")
def _(entries: Entries) -> Iterator[Plant]:
    coming = float(serial(date(2027, 3, 15)))
    yield from in_cells(
        entries, lambda t, f: is_dated(t, f) and not t.ahead, lambda *_: coming, "date_ahead backwards earlier"
    )


@slip("a date as text")
def _(entries: Entries) -> Iterator[Plant]:
    def text(values: dict[str, Any], one: Field) -> object:
        return f"{from_serial(values[one.id]):%d.%m.%Y}"

    yield from in_cells(entries, lambda t, f: f.type == "date", text, "date_as_text text_for_date")


@slip("a number for a date")
def _(entries: Entries) -> Iterator[Plant]:
    spoil: Callable[[dict[str, Any], Field], object] = lambda *_: 5.0  # noqa: E731
    yield from in_cells(entries, is_dated, spoil, "date_unlikely number_for_date")


@slip("a number as text")
def _(entries: Entries) -> Iterator[Plant]:
    yield from in_cells(
        entries, lambda t, f: f.type == "number", lambda v, f: f"{v[f.id]:.2f} ", "number_as_text text_for_number"
    )


@slip("a word for a number")
def _(entries: Entries) -> Iterator[Plant]:
    yield from in_cells(entries, lambda t, f: f.type == "number", lambda *_: "six", "text_for_number")


@slip("an amount in another currency")
def _(entries: Entries) -> Iterator[Plant]:
    yield from in_cells(entries, lambda t, f: f.unit == "money", lambda v, f: f"£ {v[f.id]:.0f}", "other_currency")


@slip("an amount with the format of another currency")
def _(entries: Entries) -> Iterator[Plant]:
    for table, rows in tables(entries):
        for one in table.fields:
            for row in picked(rows, lambda values: True) if one.unit == "money" else ():
                shown = replace(rows, currencies={one.id: {row: "GBP"}})
                cell = frozenset({rows.cell(one.id, row)})
                yield Plant(with_table(entries, shown), cell, frozenset({"shown_in_currency"}), table.id)


def times(factor: float) -> Slip:
    def plants(entries: Entries) -> Iterator[Plant]:
        for table, rows in tables(entries):
            kinds = Counter(rows.texts["kind"]) if "kind" in rows.texts else Counter()
            yield from in_cells(
                replace(entries, tables={table.id: rows, **entries.tables}),
                lambda t, f, table=table: t.id == table.id and f.unit == "money",  # type: ignore[misc]
                lambda v, f: v[f.id] * factor,
                "amount_high",
                # There have to be eight of a kind, and of one size: running costs are from a pen to the wages.
                lambda v, f, kinds=kinds, table=table: kinds[v["kind"]] >= 8 and table.id == "sales",  # type: ignore[misc]
            )

    return plants


slip("an amount ten times as large")(times(10))
slip("an amount a hundred times as large")(times(100))


@slip("an expense with a minus sign")
def _(entries: Entries) -> Iterator[Plant]:
    yield from in_cells(entries, lambda t, f: f.seldom_negative, lambda v, f: -v[f.id], "amount_negative")


@slip("negative hours")
def _(entries: Entries) -> Iterator[Plant]:
    yield from in_cells(entries, lambda t, f: f.type == "number" and f.minimum == 0, lambda v, f: -v[f.id], "too_small")


@slip("thirty hours a day")
def _(entries: Entries) -> Iterator[Plant]:
    yield from in_cells(
        entries, lambda t, f: t.id == "hours" and f.id == "available", lambda *_: 30.0, "hours_over_day"
    )


@slip("a score out of range")
def _(entries: Entries) -> Iterator[Plant]:
    yield from in_cells(entries, lambda t, f: f.maximum is not None, lambda v, f: (f.maximum or 0) + 2, "too_large")


@slip("a part larger than the whole")
def _(entries: Entries) -> Iterator[Plant]:
    yield from in_cells(
        entries, lambda t, f: f.part_of is not None, lambda v, f: v[str(f.part_of)] + 3, "part_over_total"
    )


@slip("an outcome before its beginning")
def _(entries: Entries) -> Iterator[Plant]:
    for table, rows in tables(entries):
        spans = {*table.in_order, *([table.stays] if table.stays else [])}
        spans |= {(c.since, c.until) for c in table.calculated if isinstance(c, Elapsed)}
        for since, until in sorted(spans):
            if not {since, until} <= set(rows.numbers):
                continue
            for row in picked(rows, lambda v, s=since, u=until: v[s] is not None and v[u] is not None):  # type: ignore[misc]
                early = row_values(rows, row)[since] - 2
                spoilt = changed(entries, table.id, {row: {until: early}})
                yield Plant(spoilt, frozenset({rows.cell(until, row)}), frozenset({"backwards", "earlier"}), table.id)


@slip("a row that was typed twice")
def _(entries: Entries) -> Iterator[Plant]:
    told = "row_again duplicate overlap name_again listed_again"
    for table, rows in tables(entries):
        for row in picked(rows, lambda v, t=table: "client" not in v or v["client"] is not None):  # type: ignore[misc]
            doubled = changed(entries, table.id, {len(rows): row_values(rows, row)})
            cells = {f"{letter}{rows.first_row + len(rows)}" for letter in rows.letters.values()}
            yield Plant(doubled, frozenset(cells), frozenset(told.split()), table.id)


@slip("a code used twice")
def _(entries: Entries) -> Iterator[Plant]:
    for table, rows in tables(entries):
        code = next((one.id for one in table.fields if one.role == "code"), None)
        for row in picked(rows, lambda v: True) if code else ():
            other = row - 1 if row else row + 1
            assert code is not None
            spoilt = changed(entries, table.id, {row: {code: row_values(rows, other)[code]}})
            cells = frozenset({rows.cell(code, row), rows.cell(code, other)})
            yield Plant(spoilt, cells, frozenset({"duplicate"}), table.id)


@slip("a row below the table")
def _(entries: Entries) -> Iterator[Plant]:
    for table, rows in tables(entries):
        for row, gap in zip(picked(rows, lambda v: True), (1, 2, 30), strict=False):
            sheet_row = rows.first_row + len(rows) - 1 + gap
            values = {column: value for column, value in row_values(rows, row).items() if value is not None}
            column_of = {id_: ord(letter) - 64 for id_, letter in rows.letters.items()}
            outside = {
                (sheet_row, column_of[id_]): Outside(value, f"{rows.letters[id_]}{sheet_row}")
                for id_, value in values.items()
            }
            placed = replace(rows, outside=outside, right=max(column_of.values()))
            first, last = min(outside), max(outside)
            whole = f"{outside[first].cell}:{outside[last].cell}"
            cells = frozenset({whole, outside[first].cell})
            yield Plant(with_table(entries, placed), cells, frozenset({"rows_below"}), table.id)


# Names


def is_name(table: Table, one: Field) -> bool:
    return one.refers_to is not None and one.refers_to != table.id


UNLIKE = "spaces_in_name misspelt_name unknown_name"


@slip("a space behind a name")
def _(entries: Entries) -> Iterator[Plant]:
    yield from in_cells(entries, is_name, lambda v, f: f"{v[f.id]} ", UNLIKE)


@slip("a letter missing in a name")
def _(entries: Entries) -> Iterator[Plant]:
    yield from in_cells(entries, is_name, lambda v, f: v[f.id][:2] + v[f.id][3:] if len(v[f.id]) > 3 else None, UNLIKE)


@slip("a name that nobody has listed")
def _(entries: Entries) -> Iterator[Plant]:
    yield from in_cells(entries, is_name, lambda *_: "Quaxley Vondervale", UNLIKE)


@slip("a client in two spellings")
def _(entries: Entries) -> Iterator[Plant]:
    rows = rows_of(entries, "clients")

    def long(values: dict[str, Any]) -> bool:
        words = values["client"].split()
        return len(words[0]) >= 6 and words[0].isalpha() and values["end"] is None

    for row, spell in zip(
        picked(rows, long, 4), (_without_letter, _turned_letters, _upper_accents, _other_order), strict=False
    ):
        values = row_values(rows, row)
        new = {**values, "client": spell(values["client"]), "start": float(serial(date(2026, 10, 5)))}
        spoilt = changed(entries, "clients", {len(rows): new})
        cells = frozenset({f"{rows.letters['client']}{rows.first_row + len(rows)}"})
        yield Plant(spoilt, cells, frozenset({"two_spellings"}), "clients")


def _without_letter(name: str) -> str:
    return name[:2] + name[3:]


def _turned_letters(name: str) -> str:
    place = next(i for i in range(1, 4) if name[i] != name[i + 1])
    return name[:place] + name[place + 1] + name[place] + name[place + 2 :]


def _upper_accents(name: str) -> str:
    return name[:1] + "\u0301" + name[1:] + "."


def _other_order(name: str) -> str:
    first, *others = name.split()
    return " ".join([*others, first]) if others else f"{name} Ltd."


@slip("a sale to a client who has left")
def _(entries: Entries) -> Iterator[Plant]:
    clients = rows_of(entries, "clients")
    by_name = {text: row for row, text in enumerate(clients.texts["client"])}
    again = Counter(clients.texts["client"])
    for table, rows in tables(entries):
        for one in table.fields:
            if not one.while_there:
                continue
            for row in picked(rows, lambda v, one=one: again[v[one.id]] == 1):  # type: ignore[misc]
                values = row_values(rows, row)
                left = {"end": values[str(table.date)] // 1 - 3, "start": values[str(table.date)] // 1 - 90}
                spoilt = changed(entries, "clients", {by_name[values[one.id]]: left})
                yield Plant(spoilt, frozenset({rows.cell(one.id, row)}), frozenset({"left_before"}), table.id)


@slip("a won lead that is not on Clients")
def _(entries: Entries) -> Iterator[Plant]:
    for table, rows in tables(entries):
        for one in table.fields:
            rule = one.becomes
            for row in picked(rows, lambda v: True) if rule else ():
                assert rule is not None
                start = row_values(rows, row)[str(table.date)]
                won = {one.id: "Quaxley Vondervale", rule.date: start // 1 + 1}
                spoilt = changed(entries, table.id, {row: won})
                yield Plant(spoilt, frozenset({rows.cell(one.id, row)}), frozenset({"won_unlisted"}), table.id)


# Words, blanks, errors


@slip("a word of another language")
def _(entries: Entries) -> Iterator[Plant]:
    def other(values: dict[str, Any], one: Field) -> object:
        known = {words.casefold() for words in entries.words.values()}
        texts = (language(code)(word) for code in language_codes() for word in one.choices.values())
        return next((text for text in texts if text.casefold() not in known), None)

    yield from in_cells(entries, lambda t, f: f.type == "choice", other, "choice_meant choice_unknown")


@slip("a required cell left blank")
def _(entries: Entries) -> Iterator[Plant]:
    yield from in_cells(entries, lambda t, f: f.required, lambda *_: "", "required_blank")


@slip("nothing but a space")
def _(entries: Entries) -> Iterator[Plant]:
    yield from in_cells(entries, lambda t, f: f.required or f.type == "choice", lambda *_: " ", "spaces_only")


@slip("an Excel error")
def _(entries: Entries) -> Iterator[Plant]:
    yield from in_cells(entries, lambda t, f: True, lambda *_: ExcelError.NA, "excel_error error_in_sum")


@slip("a status that its date contradicts")
def _(entries: Entries) -> Iterator[Plant]:
    for table, rows in tables(entries):
        for one in table.fields:
            rule = one.agrees
            said = entries.words[word_key(table.id, one.id, rule.dated)] if rule and rule.dated else ""
            for row in picked(rows, lambda v, one=one, said=said: v[one.id] == said) if said else ():  # type: ignore[misc]
                assert rule is not None
                spoilt = changed(entries, table.id, {row: {rule.date: None}})
                yield Plant(spoilt, frozenset({rows.cell(rule.date, row)}), frozenset({"resolved_undated"}), table.id)


@slip("a row that was pasted over")
def _(entries: Entries) -> Iterator[Plant]:
    for table, rows in tables(entries):
        kinds = [one for one in table.fields if one.type in ("date", "number") and rows.has(one.id)]
        if len(kinds) >= 2:
            for row in picked(rows, lambda v: True):
                over = {one.id: str(rows.headings[one.id]) for one in table.fields if rows.has(one.id)}
                cells = frozenset(rows.cell(one.id, row) for one in kinds)
                yield Plant(changed(entries, table.id, {row: over}), cells, frozenset({"row_misfit"}), table.id)


# Totals, targets, settings, closed periods


def typed(entries: Entries, codes: str, wanted: Mapping[str, float], at: Sequence[str] = ()) -> Plant:
    """Totals typed in their cells, one of which has to be told."""
    cells = {name: replace(entries.typed[name], raw=value) for name, value in wanted.items()}
    told = frozenset(cells[name].cell for name in at or wanted)
    return Plant(replace(entries, typed={**entries.typed, **cells}), told, frozenset(codes.split()))


@slip("a total larger than its whole")
def _(entries: Entries) -> Iterator[Plant]:
    for result in score(entries, measure(entries), TODAY).results:
        names = [argument.measure.name for argument in result.kpi.arguments]
        if result.kpi.kpi.bounded and len(names) == 2 and all(name in entries.typed for name in names):
            yield typed(entries, "part_over_whole more_than_whole impossible alert", {names[0]: 120.0, names[1]: 100.0})


@slip("a part larger than a whole that no KPI divides it by")
def _(entries: Entries) -> Iterator[Plant]:
    pairs = {
        "clients_upsold": "clients_served", "languages_distinct": "languages", "complaints_escalated": "complaints",
        "invitations_converted": "invitations", "clients_ended": "clients_ever",
    }  # fmt: skip
    for part, whole in pairs.items():
        if part in entries.typed and whole in entries.typed:
            yield typed(entries, "more_than_whole", {part: 120.0, whole: 100.0})


@slip("a total below nothing")
def _(entries: Entries) -> Iterator[Plant]:
    chosen = [item.name for item in entries.business.measures if item.whole and item.name in entries.business.shown]
    yield from (typed(entries, "typed_negative", {name: -4.0}) for name in chosen[:PLACES])


@slip("a total in the cell of another span")
def _(entries: Entries) -> Iterator[Plant]:
    for kpi in entries.business.kpis:
        for argument in kpi.arguments:
            item = argument.measure
            used = {a.measure.name for other in entries.business.kpis for a in other.arguments}
            used |= {one.name for one in entries.business.companions}
            others = [one.name for one in entries.business.measures if one.id == item.id and one.name not in used]
            if item.window.suffix and item.aggregate and item.aggregate.kept and others:
                yield typed(entries, "typed_elsewhere", {others[0]: 40.0})


@slip("a percentage as a whole number")
def _(entries: Entries) -> Iterator[Plant]:
    for kpi in [kpi for kpi in entries.business.kpis if kpi.kpi.bounded][:PLACES]:
        cell = replace(entries.targets[kpi.id], raw=90.0)
        spoilt = replace(entries, targets={**entries.targets, kpi.id: cell})
        yield Plant(spoilt, frozenset({cell.cell}), frozenset({"beyond_whole"}))


@slip("a setting out of its range")
def _(entries: Entries) -> Iterator[Plant]:
    for id_ in ("satisfied_cut", "fewest_cases"):
        if id_ in entries.settings:
            cell = replace(entries.settings[id_], raw=-3.0)
            spoilt = replace(entries, settings={**entries.settings, id_: cell})
            yield Plant(spoilt, frozenset({cell.cell}), frozenset({"setting_out_of_range"}))


def closed_months(entries: Entries) -> list[date]:
    return sorted({line.start for line in entries.past})


@slip("a closed month that is missing")
def _(entries: Entries) -> Iterator[Plant]:
    for month in closed_months(entries)[2:8:3]:
        left: tuple[PastValue, ...] = tuple(line for line in entries.past if line.start != month)
        after = frozenset(line.cell for line in left if line.start > month)
        yield Plant(replace(entries, past=left), after, frozenset({"past_gap"}))


@slip("a closed month that stands there twice")
def _(entries: Entries) -> Iterator[Plant]:
    for month in closed_months(entries)[2:8:3]:
        again = tuple(replace(line, cell="A999") for line in entries.past if line.start == month)
        yield Plant(replace(entries, past=(*entries.past, *again)), frozenset({"A999"}), frozenset({"past_twice"}))


# The measure of it


TOGETHER = 3
"""So many slips at most are in one workbook, no two of them in the same table or list."""


def together(entries: Entries, plants: Sequence[Plant]) -> Iterator[tuple[Entries, list[Plant]]]:
    """Workbooks with a few slips each, and which ones."""
    waiting = [(plant, touched(entries, plant.entries)) for plant in plants]
    while waiting:
        made, chosen, taken, left = entries, list[Plant](), set[str](), list[tuple[Plant, frozenset[str]]]()
        for plant, places in waiting:
            if len(chosen) < TOGETHER and not places & taken:
                chosen.append(plant)
                taken |= places
                there = {id_: plant.entries.tables[id_] for id_ in places if id_ in entries.tables}
                others: dict[str, Any] = {name: getattr(plant.entries, name) for name in places - there.keys()}
                made = replace(made, tables={**made.tables, **there}, **others)
            else:
                left.append((plant, places))
        waiting = left
        yield made, chosen


def touched(entries: Entries, other: Entries) -> frozenset[str]:
    """The tables that differ, by id, and whatever else does, by its name."""
    tables_ = {id_ for id_, rows in other.tables.items() if rows is not entries.tables.get(id_)}
    names = (one.name for one in fields(Entries) if one.name != "tables")
    return frozenset(tables_ | {name for name in names if getattr(entries, name) is not getattr(other, name)})


def is_alarm(problem: Problem) -> bool:
    """Whether a line asks the owner to look: notes tell what is so."""
    return problem.severity != "note"


@pytest.mark.slow
def test_check_finds_the_slips_that_people_make(
    samples: tuple[Entries, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    assert len(SLIPS) >= 25
    planted, found = Counter[str](), Counter[str]()
    missed: list[str] = []
    for entries in samples:
        before = set(map(_line, problems_of(entries)))
        kinds = {id(plant): (kind, plant) for kind, of in SLIPS.items() for plant in islice(of(entries), PLACES)}
        for made, plants in together(entries, [plant for _, plant in kinds.values()]):
            new = [one for one in problems_of(made) if _line(one) not in before]
            for plant in plants:
                kind, _ = kinds[id(plant)]
                planted[kind] += 1
                found[kind] += plant.found(new)
                if not plant.found(new):
                    missed.append(f"{kind}: {entries.business.id} {plant.table} {sorted(plant.cells)[:1]}")
    with capsys.disabled():
        print("\nSlips found, of those planted:")
        for kind in SLIPS:
            print(f"  {kind:<48} {found[kind]:>4} of {planted[kind]:>4}")
        print(f"  {'all':<48} {found.total():>4} of {planted.total():>4} ({found.total() / planted.total():.1%})")
        print("\n".join(missed[:30]))
    assert all(planted[kind] for kind in SLIPS), [kind for kind in SLIPS if not planted[kind]]
    assert found.total() >= 0.95 * planted.total()
    assert all(found[kind] >= 0.8 * planted[kind] for kind in SLIPS), missed


def _line(problem: Problem) -> tuple[str, str | None, str | None]:
    return problem.code, problem.table, problem.cell


def test_check_is_silent_where_nothing_is_wrong(
    samples: tuple[Entries, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    in_all = sum(len(rows) for entries in samples for _, rows in tables(entries))
    alarms = [one for entries in samples for one in problems_of(entries) if is_alarm(one)]
    with capsys.disabled():
        print(f"\nFalse alarms on the samples: {len(alarms)} in {in_all} rows.")
    assert alarms == []


# Real exports


def exported(business_id: str, month: str, given: Mapping[str, Mapping[str, list[Any]]]) -> Entries:
    """The workbook of a month with the rows of an export in it, and the names that they speak of."""
    one = business(business_id)
    return Entries(
        business=one,
        company="Export",
        language="en",
        currency="USD",
        period=Period.parse(month),
        tables={table.id: entry_table(table, given.get(table.id, {})) for table in one.tables},
        settings={},
        typed={},
        targets={},
        thresholds={},
        words=entry_words(one, EN),
    )


def moment(text: str) -> float | None:
    return number(datetime.fromisoformat(text)) if text else None


def purchases() -> Entries:
    with (EXPORTS / "purchases.csv").open(encoding="utf-8") as file:
        lines = list(csv.DictReader(file))
    first: dict[str, float | None] = {}
    for line in lines:
        first.setdefault(line["customer"], moment(line["date"]))
    clients: dict[str, list[Any]] = {"client": [f"Customer {name}" for name in first], "start": list(first.values())}
    sales: dict[str, list[Any]] = {
        "date": [moment(line["date"]) for line in lines],
        "client": [f"Customer {line['customer']}" for line in lines],
        "kind": ["new sales"] * len(lines),
        "amount": [float(line["amount"]) for line in lines],
    }
    return exported("service-business", "1998-06", {"clients": clients, "sales": sales})


def tickets() -> Entries:
    with (EXPORTS / "helpdesk_tickets.csv").open(encoding="utf-8") as file:
        lines = list(csv.DictReader(file))
    names = sorted({line["Department"] for line in lines})
    people = sorted({line["Assignee"] for line in lines if line["Assignee"]})
    requests: dict[str, list[Any]] = {
        "id": [line["Ticket"] for line in lines],
        "client": [line["Department"] for line in lines],
        "opened": [moment(line["Logged"]) for line in lines],
        "resolved": [moment(line["Closed"]) for line in lines],
        "assistant": [line["Assignee"] or None for line in lines],
    }
    clients: dict[str, list[Any]] = {"client": names, "start": [moment("2018-01-01")] * len(names)}
    known: dict[str, dict[str, list[Any]]] = {
        "clients": clients,
        "assistants": {"assistant": people},
        "requests": requests,
    }
    return exported("remote-va-agency", "2020-02", known)


def answers() -> Entries:
    with (EXPORTS / "nps_survey.csv").open(encoding="utf-8") as file:
        lines = list(csv.reader(file))[1:]
    surveys: dict[str, list[Any]] = {
        "date": [moment(line[0]) for line in lines],
        "recommend": [float(line[1]) for line in lines],
    }
    return exported("remote-va-agency", "2019-11", {"surveys": surveys})


@pytest.mark.skipif(not EXPORTS.is_dir(), reason="the exports of other programs are not here")
def test_check_is_nearly_silent_on_real_exports(capsys: pytest.CaptureFixture[str]) -> None:
    """Of the purchases, 21 rows are there twice, as they were exported, and two are twenty times the usual."""
    in_all, alarms = 0, list[Problem]()
    for made in (purchases(), tickets(), answers()):
        in_all += sum(len(rows) for _, rows in tables(made))
        alarms += [one for one in problems_of(made) if is_alarm(one)]
    with capsys.disabled():
        print(f"\nAlarms on real exports: {len(alarms)} in {in_all} rows.")
        print("\n".join(f"  {one.code} {one.table} {one.cell}: {one.text(EN)}" for one in alarms))
    assert len(alarms) <= in_all / 1000


@pytest.mark.skipif(not EXPORTS.is_dir(), reason="the exports of other programs are not here")
def test_check_finds_slips_in_real_exports(capsys: pytest.CaptureFixture[str]) -> None:
    chosen = ("a date as text", "an Excel error", "a row below the table", "an amount in another currency")
    planted, found = Counter[str](), Counter[str]()
    kinds = (*chosen, "a code used twice", "an outcome before its beginning", "a letter missing in a name")
    for export in (purchases(), tickets()):
        before = set(map(_line, problems_of(export)))
        plants = {id(plant): (kind, plant) for kind in kinds for plant in islice(SLIPS[kind](export), PLACES)}
        for made, some in together(export, [plant for _, plant in plants.values()]):
            new = [one for one in problems_of(made) if _line(one) not in before]
            for plant in some:
                planted[plants[id(plant)][0]] += 1
                found[plants[id(plant)][0]] += plant.found(new)
    with capsys.disabled():
        print(f"\nSlips found in real exports: {found.total()} of {planted.total()}.")
    assert found.total() >= 0.95 * planted.total(), found
