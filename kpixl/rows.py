"""Rows held in plain lists, as entry tables that can be measured. Reads no file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TypeAlias

import pandas as pd

from kpixl.catalog.tables import Table
from kpixl.entries import EntryTable, is_blank

Value: TypeAlias = str | float | None
"""What a cell holds: dates as Excel's serial numbers, times as fractions of a day."""

Columns: TypeAlias = Mapping[str, Sequence[Value]]
"""The values of a table's fields, by field id, equally long."""


def entry_table(table: Table, columns: Columns) -> EntryTable:
    """The rows of ``columns`` as an entry table without a sheet; fields that are not given are blank."""
    counts = {len(values) for values in columns.values()} or {0}
    if len(counts) > 1:
        raise ValueError(f"the columns for {table.id} are not equally long: {sorted(counts)}")
    rows = range(counts.pop())
    blank: list[Value] = [None] * len(rows)
    numbers, texts, odd = {}, {}, {}
    for field in table.fields:
        values = columns.get(field.id, blank)
        if field.type in ("text", "choice"):
            texts[field.id] = pd.Series([None if is_blank(value) else str(value) for value in values], dtype=object)
            continue
        numbers[field.id] = [float("nan") if value is None or isinstance(value, str) else value for value in values]
        odd[field.id] = {row: values[row] for row in rows if isinstance(values[row], str) and values[row]}
    frame = pd.DataFrame(numbers, index=rows, dtype=float)
    return EntryTable(
        table=table,
        sheet="",
        first_row=2,
        letters={column.id: chr(ord("A") + place) for place, column in enumerate(table.columns)},
        headings={column.id: column.heading for column in table.columns},
        numbers=frame,
        texts=pd.DataFrame(texts, index=rows, dtype=object),
        odd={id_: found for id_, found in odd.items() if found},
    )
