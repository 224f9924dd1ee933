"""What an owner says of a file beside its columns: which rows count, what its words mean, how its dates are written.

Said now, or of an earlier file and remembered by the workbook. Reads no file.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

from kpixl.folding import name_key

DateOrder: TypeAlias = Literal["dmy", "mdy", "ymd"]
"""What stands where in a date of three numbers: day, month, year."""

ONLY, NOT, VALUE, DATES, LEFT_OUT = "--only", "--not", "--value", "--dates", "--map"
"""The options by which it is said; the workbook remembers what follows them under these names."""
SET = "--set"
"""The option for what is the same in every row: never remembered, but an owner may write it among the others."""


def text_of(text: str) -> str:
    """What words of a file are compared by."""
    return name_key(text) or text.strip().casefold()


@dataclass(frozen=True)
class Filter:
    """Rows count by what a column holds. Without ``text`` every value counts."""

    column: str
    text: str
    """The values, told apart by commas."""
    keeps: bool
    """Whether rows with one of the values count, or all others."""
    remembered: bool = False

    def values(self, there: Collection[str]) -> tuple[str, ...]:
        """The values, one by one; a value with a comma in it that is ``there`` is one."""
        if text_of(self.text) in {text_of(one) for one in there}:
            return (self.text.strip(),)
        return tuple(part.strip() for part in self.text.split(",") if part.strip())

    @property
    def shown(self) -> str:
        """As it is written behind its option."""
        return f"{self.column}={self.text}"


@dataclass(frozen=True)
class Said:
    """Everything that is said of a file beside its columns."""

    filters: tuple[Filter, ...] = ()
    words: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    """Field id -> a word of the file, as it is written there -> what it stands for."""
    dates: DateOrder | None = None
    """How dates are written, whatever the file seems to tell."""
    known_dates: Mapping[str, DateOrder] = field(default_factory=dict)
    """How the dates of an earlier file were written, by the heading of their column, as names compare."""
    left_out: frozenset[str] = frozenset()
    """Fields that no column is to be found for."""

    def replaced(self, id_: str) -> Mapping[str, str]:
        """What the words of a file stand for in a field, by what they are compared by."""
        return {text_of(theirs): ours for theirs, ours in self.words.get(id_, {}).items()}

    def of_column(self, column: str) -> tuple[Filter, ...]:
        """The filters about a column."""
        return tuple(one for one in self.filters if text_of(one.column) == text_of(column))


def remembered(lines: Mapping[str, Sequence[str]]) -> Said:
    """What the workbook remembers, by the options under which it was said."""
    filters = [
        Filter(column, text, option == ONLY, remembered=True)
        for option in (ONLY, NOT)
        for column, text in map(_pair, lines.get(option, ()))
    ]
    words: dict[str, dict[str, str]] = {}
    for name, ours in map(_pair, lines.get(VALUE, ())):
        id_, _colon, theirs = name.partition(":")
        words.setdefault(id_, {})[theirs] = ours
    orders: dict[str, DateOrder] = {}
    for column, order in map(_pair, lines.get(DATES, ())):
        if order in ("dmy", "mdy", "ymd"):
            orders.setdefault(text_of(column), order)  # type: ignore[arg-type]
    left_out = frozenset(_pair(text)[0] for text in lines.get(LEFT_OUT, ()))
    return Said(tuple(filters), words, None, orders, left_out)


def constants_in(lines: Mapping[str, Sequence[str]]) -> dict[str, str]:
    """What the owner has written of fields that are the same in every row."""
    return dict(map(_pair, lines.get(SET, ())))


def together(now: Said, before: Said, mapped: Iterable[str]) -> Said:
    """What holds of a file: what is said now, and what was said before of other columns and words. A field that is now
    ``mapped`` is no longer left out."""
    told = {text_of(one.column) for one in now.filters}
    words = {id_: dict(known) for id_, known in before.words.items()}
    for id_, known in now.words.items():
        ours = {text_of(theirs) for theirs in known}
        kept = {theirs: one for theirs, one in words.get(id_, {}).items() if text_of(theirs) not in ours}
        words[id_] = {**kept, **known}
    return Said(
        (*now.filters, *(one for one in before.filters if text_of(one.column) not in told)),
        words,
        now.dates,
        before.known_dates,
        (before.left_out - {*mapped}) | now.left_out,
    )


def lines_of(said: Said, columns: Collection[str], dated: Collection[str]) -> dict[str, tuple[str, ...]]:
    """What there is to remember, by option. ``columns`` are the headings of the file, ``dated`` those of its columns of
    dates that ``--dates`` was said of."""
    headings = {text_of(column): column for column in columns}
    filters = [(one, f"{headings.get(text_of(one.column), one.column)}={one.text}") for one in said.filters]
    orders = {**said.known_dates, **{text_of(column): said.dates for column in dated if said.dates}}
    return {
        ONLY: tuple(text for one, text in filters if one.keeps),
        NOT: tuple(text for one, text in filters if not one.keeps),
        VALUE: tuple(f"{id_}:{theirs}={ours}" for id_, known in said.words.items() for theirs, ours in known.items()),
        DATES: tuple(f"{headings.get(key, key)}={order}" for key, order in orders.items()),
        LEFT_OUT: tuple(f"{id_}=" for id_ in sorted(said.left_out)),
    }


def _pair(text: str) -> tuple[str, str]:
    """What stands before the last ``=`` of a filter or word, and behind it."""
    name, _equals, value = text.partition("=")
    return name.strip(), value.strip()
