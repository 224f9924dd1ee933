"""The rows behind a figure in words: which of them count, and what keeps the others out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kpixl.catalog.load import EDGES
from kpixl.errors import N_
from kpixl.kpi.behind import entered, table_of
from kpixl.period import LAST_SERIAL, from_serial
from kpixl.texts.words import SOURCES, measure_label, named

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from kpixl.catalog.model import Measure
    from kpixl.entries import EntryTable
    from kpixl.i18n import Language
    from kpixl.kpi.behind import LeftOut, Listing
    from kpixl.kpi.measure import Tally

_BLANK, _FILLED = N_("“{column}” is blank"), N_("“{column}” is filled in")
_DAYS = {
    ">=": N_("“{column}” is before {value}"),
    ">": N_("“{column}” is {value} or earlier"),
    "<=": N_("“{column}” is after {value}"),
    "<": N_("“{column}” is {value} or later"),
}
"""What is said of a day that is not >=, >, … the one that a condition asks for."""
_NUMBERS = {
    ">=": N_("“{column}” is less than {value}"),
    ">": N_("“{column}” is {value} or less"),
    "<=": N_("“{column}” is more than {value}"),
    "<": N_("“{column}” is {value} or more"),
    "=": N_("“{column}” is not {value}"),
    "<>": N_("“{column}” is {value}"),
}
_WORDS = {"=": N_("“{column}” is not “{value}”"), "<>": N_("“{column}” is “{value}”")}
_NONE_OF, _QUOTED = N_("“{column}” is none of: {words}"), N_("“{word}”")
NUMBERS = "①②③④⑤⑥⑦⑧⑨"
"""The signs by which the measures of a KPI are told apart."""
_FEW = 8
"""So many runs of rows are told one by one."""


def cause_text(left: LeftOut, table: EntryTable, t: Language) -> str:
    """Why rows do not count: ``“Date” is before October 1, 2026``."""
    condition, column = left.condition, heading(table, left.column)
    if condition is None or condition.comparison == "filled" or (left.blank and condition.comparison != "blank"):
        return t(_BLANK).format(column=column)
    if condition.comparison == "blank":
        return t(_FILLED).format(column=column)
    if len(left.words) > 1:
        quoted = [t(_QUOTED).format(word=word) for word in left.words]
        return t(_NONE_OF).format(column=column, words=", ".join(quoted))
    if isinstance(left.operand, str):
        return t(_WORDS[condition.comparison]).format(column=column, value=left.operand)
    if condition.operand in EDGES and condition.comparison in _DAYS and 1 < left.operand < LAST_SERIAL:
        day = t.date(from_serial(left.operand))
        return t(_DAYS[condition.comparison]).format(column=column, value=day)
    return t(_NUMBERS[condition.comparison]).format(column=column, value=t.plain(left.operand))


def why_text(listing: Listing, row: int, numbers: Mapping[str, str], t: Language) -> str | None:
    """Why a row does not count, for each measure by its number; once where it is the same for all of them. None for a
    row that counts for all."""
    texts = {
        measure.name: cause_text(listing.causes[measure.name, row], listing.table, t)
        for measure in listing.measures
        if (measure.name, row) in listing.causes
    }
    if len(texts) == len(listing.measures) and len(set(texts.values())) == 1:
        return next(iter(texts.values()))
    return " · ".join(f"{numbers[name]} {text}" for name, text in texts.items()) or None


def measure_text(measure: Measure, tally: Tally, currency: str, t: Language) -> str:
    """What a measure comes to and where that is from, and how many rows count: ``Leads: 98 (from the rows) · …``."""
    value = tally.value(measure)
    amount = t.number(value.used, measure.unit, currency)
    parts = [named(measure_label(measure, t), f"{amount} ({t(SOURCES[value.source])})", t), *_counts(measure, tally, t)]
    if rows_differ(measure, tally):
        parts.append(t(ROWS_ALONE).format(value=t.number(value.log, measure.unit, currency)))
    return " · ".join(parts)


def measure_beside(measure: Measure, tally: Tally, t: Language) -> str:
    """The same on a sheet, beside the cell with what it comes to."""
    source = t(SOURCES[tally.value(measure).source])
    return " · ".join([f"{measure_label(measure, t)} ({source})", *_counts(measure, tally, t)])


def _counts(measure: Measure, tally: Tally, t: Language) -> list[str]:
    table = table_of(measure, tally)
    if table is None:
        return []
    counted = tally.meets(measure)
    left = int((entered(table) & ~counted).sum())
    counts = t(N_("rows that count: {count}, left out: {left}"))
    return [counts.format(count=t.plain(int(counted.sum())), left=t.plain(left))]


def rows_differ(measure: Measure, tally: Tally) -> bool:
    """Whether a total was typed in the place of what the rows come to."""
    value = tally.value(measure)
    return table_of(measure, tally) is not None and value.typed is not None and value.log is not None


ROWS_BESIDE = N_("The rows alone come to:")
ROWS_ALONE = N_("The rows alone come to {value}.")


def heading(table: EntryTable, column: str) -> str:
    """What the owner calls a column of her table, one of our own included."""
    if column in table.headings:
        return table.headings[column]
    return next(one.heading for one in table.table.calculated if one.id == column)


def rows_text(rows: Sequence[int], table: EntryTable, t: Language) -> str:
    """Rows by their numbers on the sheet, neighbours joined: ``5, 7–12, 20``; where they are many, how many more."""
    numbers = [table.first_row + row for row in rows]
    runs: list[list[int]] = []
    for number in numbers:
        if runs and number == runs[-1][-1] + 1:
            runs[-1].append(number)
        else:
            runs.append([number])
    told = ", ".join(str(run[0]) if len(run) == 1 else f"{run[0]}–{run[-1]}" for run in runs[:_FEW])
    rest = sum(map(len, runs[_FEW:]))
    return t(N_("{rows} and {count} more")).format(rows=told, count=rest) if rest else told
