"""Rows from a CSV file, for an entry table: an explicit mapping, ISO dates, plain numbers. Guesses nothing, and never
changes the file."""

from __future__ import annotations

import csv
import io
import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from kpixl.entries import number
from kpixl.errors import (
    N_,
    FileMissing,
    MissingMapping,
    Phrase,
    UnknownColumn,
    UnknownField,
    UnreadableSource,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kpixl.catalog.tables import Field, Table

Value: TypeAlias = str | float | None

_DELIMITERS = (",", ";", "\t")
_LONGEST_TEXT = 32_767
"""Characters that a cell of Excel holds."""
_FIRST_DAY = date(1900, 3, 1)
"""Excel counts a 29 February 1900 that never was: its serials agree with the calendar from here on."""
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}(?:[T ][0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]+)?)?)?")
_ZONE = re.compile(r"(?:Z|[+-][0-9]{2}(?::?[0-9]{2})?)", re.IGNORECASE)
_NUMBER = re.compile(r"-?[0-9]+(?:\.[0-9]+)?")

BLANK = N_("is empty, and every row needs it")
BAD_DATE = N_("is not a date; write it like 2026-10-31 or 2026-10-31 14:30")
ZONED = N_("has a time zone; write the local time without it, like 2026-10-31 14:30")
EARLY_DATE = N_("is before March 1900, which Excel cannot hold as a date")
BAD_NUMBER = N_("is not a plain number; write it like 1234.5")
NO_CHOICE = N_("is not one of the words that this column takes")
TOO_LONG = N_("is longer than the 32,767 characters that a cell of Excel holds")


@dataclass(frozen=True)
class Source:
    """A CSV file as it was read: every cell a text, every row as long as ``columns``."""

    path: Path
    columns: tuple[str, ...]
    rows: list[list[str]]
    lines: list[int]
    """The line of the file on which each row begins, from 1."""


@dataclass(frozen=True, slots=True)
class Rejected:
    """A row that was left out, with the first cell that does not fit. ``reason`` is an English msgid."""

    line: int
    column: str
    value: str
    reason: str

    def text(self, translate: Callable[[str], str] = str) -> str:
        """One sentence in the language of ``translate`` (gettext); English without it."""
        shown = self.value if len(self.value) <= 60 else self.value[:59] + "…"
        return translate(N_("Line {line}, {column}: “{value}” {reason}.")).format(
            line=self.line, value=shown, column=self.column, reason=translate(self.reason)
        )


@dataclass(frozen=True)
class Accepted:
    """Rows that fit, by field id; and those that do not."""

    columns: Mapping[str, list[Value]]
    rejected: tuple[Rejected, ...]

    def __len__(self) -> int:
        return len(next(iter(self.columns.values()), []))


def read_csv(path: Path) -> Source:
    """Read a CSV file in UTF-8, with commas, semicolons or tabs. Blank lines are passed over."""
    text = _text(path)
    records = list(_records(path, text, _delimiter(text)))
    if not records:
        raise UnreadableSource(path=path.name, detail=Phrase(N_("it is empty")))
    columns = tuple(heading.strip() for heading in records[0][1])
    rows, lines = [], []
    for line, cells in records[1:]:
        if any(cell.strip() for cell in cells[len(columns) :]):
            raise UnreadableSource(
                path=path.name, detail=Phrase(N_("line {line} has more cells than there are headings"), line=line)
            )
        rows.append([*cells[: len(columns)], *[""] * (len(columns) - len(cells))])
        lines.append(line)
    return Source(path, columns, rows, lines)


Choices: TypeAlias = Mapping[str, Mapping[str, str]]
"""Field id -> what a file may say for a choice, in small letters -> the workbook's word for it."""


def rows_for(table: Table, source: Source, mapping: Mapping[str, str], choices: Choices | None = None) -> Accepted:
    """The rows of ``source`` as rows of ``table``, by ``mapping`` from field id to column of the source."""
    places = _places(table, source, mapping)
    fields = [(field, places[field.id]) for field in table.fields if field.id in places]
    columns: dict[str, list[Value]] = {field.id: [] for field, _ in fields}
    rejected = []
    for line, cells in zip(source.lines, source.rows, strict=True):
        values: list[Value] = []
        for field, place in fields:
            try:
                values.append(_value(field, cells[place], (choices or {}).get(field.id, {})))
            except _Unfit as unfit:
                rejected.append(Rejected(line, source.columns[place], cells[place], str(unfit)))
                break
        else:
            for (field, _), value in zip(fields, values, strict=True):
                columns[field.id].append(value)
    return Accepted(columns, tuple(rejected))


class _Unfit(Exception):
    """A cell that does not fit its field; the message is the msgid of the reason."""


def _text(path: Path) -> str:
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except FileNotFoundError as error:
        raise FileMissing(path=str(path)) from error
    except OSError as error:
        raise UnreadableSource(path=path.name, detail=error.strerror or str(error)) from error
    except UnicodeDecodeError as error:
        raise UnreadableSource(path=path.name, detail=Phrase(N_("it is not a text in UTF-8"))) from error
    if "\0" in text:
        raise UnreadableSource(path=path.name, detail=Phrase(N_("it is not a text")))
    return text


def _delimiter(text: str) -> str:
    """The one that cuts the headings into most cells; a comma where none does. (csv.Sniffer prefers a comma within a
    heading to the semicolons around it.)"""
    return max(_DELIMITERS, key=lambda delimiter: len(_headings(text, delimiter)))


def _headings(text: str, delimiter: str) -> list[str]:
    try:
        reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
        return next((cells for cells in reader if any(cell.strip() for cell in cells)), [])
    except csv.Error:
        return []


def _records(path: Path, text: str, delimiter: str) -> Iterator[tuple[int, list[str]]]:
    """Every row that is not blank, with the line on which it begins. Strict: a quote that is never closed would
    swallow the rows after it."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    line = 1
    try:
        for cells in reader:
            if any(cell.strip() for cell in cells):
                yield line, cells
            line = reader.line_num + 1
    except csv.Error as error:
        raise UnreadableSource(
            path=path.name, detail=Phrase(N_("line {line}: {error}"), line=line, error=error)
        ) from error


def _places(table: Table, source: Source, mapping: Mapping[str, str]) -> dict[str, int]:
    """Where each mapped field stands in the rows of the source."""
    fields, allowed = [field.id for field in table.fields], ", ".join(source.columns)
    for id_, column in mapping.items():
        if id_ not in fields:
            raise UnknownField(table=table.id, got=id_, allowed=", ".join(fields))
        if column not in source.columns:
            raise UnknownColumn(path=source.path.name, got=column, allowed=allowed)
        if source.columns.count(column) > 1:
            raise UnreadableSource(
                path=source.path.name, detail=Phrase(N_("more than one column is called “{column}”"), column=column)
            )
    for field in table.fields:
        if field.required and field.id not in mapping:
            raise MissingMapping(table=table.id, field=field.id, allowed=allowed)
    return {id_: source.columns.index(column) for id_, column in mapping.items()}


def _value(field: Field, cell: str, choices: Mapping[str, str]) -> Value:
    if not cell.strip():
        if field.required:
            raise _Unfit(BLANK)
        return None
    if field.type == "date":
        return _date(cell.strip())
    if field.type == "number":
        return _number(cell.strip())
    if choices:
        if cell.strip().lower() not in choices:
            raise _Unfit(NO_CHOICE)
        return choices[cell.strip().lower()]
    if len(cell) > _LONGEST_TEXT:
        raise _Unfit(TOO_LONG)
    return cell


def _date(cell: str) -> float | None:
    written = _DATE.match(cell)
    if written is None or not (written.end() == len(cell) or _ZONE.fullmatch(cell, written.end())):
        raise _Unfit(BAD_DATE)
    if written.end() < len(cell):
        raise _Unfit(ZONED)
    try:
        moment = datetime.fromisoformat(cell)
    except ValueError:
        raise _Unfit(BAD_DATE) from None
    if moment.date() < _FIRST_DAY:
        raise _Unfit(EARLY_DATE)
    return number(moment)


def _number(cell: str) -> float:
    if not _NUMBER.fullmatch(cell) or not math.isfinite(float(cell)):
        raise _Unfit(BAD_NUMBER)
    return float(cell)
