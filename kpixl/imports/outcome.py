"""What becomes of the rows of a file: new ones, those left out, those that complete or contradict what is there.
Decides nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from kpixl.errors import N_
from kpixl.imports.remarks import Note
from kpixl.imports.values import Marks, Value
from kpixl.message import Message, Translate, phrase, shortened

_IN_SHEET = N_("{sheet}, row {line}, {column}: “{value}” {reason}.")
_IN_FILE = N_("Line {line}, {column}: “{value}” {reason}.")


@dataclass(frozen=True, slots=True)
class Rejected:
    """A row that was left out, with the first cell that does not fit. ``reason`` is an English msgid; ``first`` is the
    line that a row repeats, ``sheet`` the sheet of a workbook in which ``line`` is."""

    line: int
    column: str
    value: str
    reason: str
    sheet: str | None = None
    first: int | None = None
    values: Mapping[str, object] = field(default_factory=dict, hash=False)
    """What stands in the reason."""

    @property
    def why(self) -> Message:
        """What is wrong with the cell, as the end of a sentence."""
        first = {} if self.first is None else {"first": self.first}
        return phrase(self.reason, **first, **self.values)

    @property
    def message(self) -> Message:
        """One sentence."""
        values = {"line": self.line, "column": self.column, "value": shortened(self.value), "reason": self.why}
        if self.sheet is None:
            return phrase(_IN_FILE, **values)
        return phrase(_IN_SHEET, sheet=self.sheet, **values)

    def text(self, t: Translate = str, /) -> str:
        """The sentence in the language of ``t``; English without it."""
        return self.message.text(t)


@dataclass(frozen=True)
class Refusal:
    """Why a row as a whole does not count: the cell of the file that says so. ``reason`` is an English msgid."""

    column: str
    value: str
    reason: str
    values: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True)
class Completion:
    """A row of the workbook of which the file knows more: ``values`` for fields that are blank there. ``row`` counts
    the rows of the table from 0."""

    line: int
    row: int
    values: Mapping[str, Value]


@dataclass(frozen=True)
class Difference:
    """A row that is there already and holds something else: ``there`` stays, ``here`` is what the file says. ``there``
    is None where the cell shows nothing but holds a formula; ``here`` is None where the file has no end for what has
    one in the workbook."""

    line: int
    row: int
    field: str
    there: Value
    here: Value


@dataclass(frozen=True)
class Accepted:
    """What became of the rows of a file."""

    columns: Mapping[str, list[Value]]
    """The new rows, by field id: equally long lists of serials, numbers, texts and None."""
    rejected: tuple[Rejected, ...]
    """Rows that do not fit, each with the first cell that does not."""
    lines: tuple[int, ...] = ()
    """The line of the file, or row of the sheet, of each new row."""
    known: int = 0
    """How many rows are in the workbook already, those in ``completions`` and ``differing`` among them."""
    completions: tuple[Completion, ...] = ()
    differing: int = 0
    """How many known rows hold something else than the workbook; they are left as they are there."""
    differences: tuple[Difference, ...] = ()
    """Up to five examples of those."""
    before: Mapping[str, list[Value]] = field(default_factory=dict)
    """Rows of earlier periods, which the workbook neither needs nor counts, in the same form; each key once."""
    earlier: int = 0
    """How many rows there are of earlier periods."""
    passed_over: int = 0
    """Rows that are none of the table's: totals, headings of groups, rows of other kinds."""
    notes: tuple[Note, ...] = ()
    """How the file was read."""
    named: Mapping[str, tuple[tuple[str, float | None], ...]] = field(default_factory=dict)
    """By the id of a field that refers to names of another table: the names that the rows speak of, those of closed
    periods among them, each with the first day of the whole file on which it stands there, as a serial."""
    untimed: tuple[int, ...] = ()
    """New rows, counted from 0, that have days without a time where hours are counted from one to the other."""
    untimed_known: tuple[int, ...] = ()
    """Rows of the workbook that a completion gives such a day, counted from 0."""
    numbers: Marks = field(default_factory=dict)
    """The numbers, such as those of invoices, with which rows of the file are in the workbook now."""
    misfitting: frozenset[str] = frozenset()
    """Fields with a cell that does not fit: whoever said what fills them may have been wrong."""

    let_go: int = 0
    """How many new rows there are that are no longer kept."""

    def told(self) -> Accepted:
        """The same without the rows, which are where they belong: what there is to tell of them."""
        return replace(self, columns={}, lines=(), before={}, named={}, numbers={}, let_go=len(self))

    @property
    def doubtful(self) -> bool:
        """Whether somebody has to look: rows were left out, or may not mean what the owner thinks."""
        return bool(self.rejected) or any(note.doubtful for note in self.notes)

    def __len__(self) -> int:
        return len(next(iter(self.columns.values()), [])) or self.let_go
