"""The rows of a file as rows of a table: those that are new, those that do not fit, and those that are there already.
Changes neither the file nor the workbook."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from kpixl.errors import N_, MissingMapping, Phrase
from kpixl.source.body import Body, body, cells_for, meets
from kpixl.source.cells import BLANK, TWICE, Read, Unfit, Value
from kpixl.source.choices import plain_text
from kpixl.source.columns import Columns, Manners
from kpixl.source.dates import zone_called
from kpixl.source.errors import AmbiguousColumn, BadConstant
from kpixl.source.file import Source
from kpixl.source.known import START, Known, Stay, key_of, same_value, stay_like
from kpixl.source.matching import Filling, How
from kpixl.source.notes import Note
from kpixl.source.profiles import Rule
from kpixl.words import choice_words

if TYPE_CHECKING:
    from kpixl.catalog.tables import Table
    from kpixl.entries import EntryTable
    from kpixl.source.choices import Choices
    from kpixl.source.matching import Match

_EXAMPLES = 5


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

    def text(self, translate: Callable[[str], str] = str) -> str:
        """One sentence in the language of ``translate`` (gettext); English without it."""
        shown = self.value if len(self.value) <= 60 else self.value[:59] + "…"
        reason = translate(self.reason)
        if self.first is not None:
            reason = reason.format(first=self.first)
        if self.sheet is not None:
            return translate(N_("{sheet}, row {line}, {column}: “{value}” {reason}.")).format(
                sheet=self.sheet, line=self.line, value=shown, column=self.column, reason=reason
            )
        return translate(N_("Line {line}, {column}: “{value}” {reason}.")).format(
            line=self.line, value=shown, column=self.column, reason=reason
        )


@dataclass(frozen=True)
class Completion:
    """A row of the workbook of which the file knows more: ``values`` for fields that are blank there. ``row`` counts
    the rows of the table from 0."""

    line: int
    row: int
    values: Mapping[str, Value]


@dataclass(frozen=True)
class Difference:
    """A row that is there already and holds something else: ``there`` stays, ``here`` is what the file says."""

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
    known: int = 0
    """How many rows are in the workbook already, those in ``completions`` and ``differing`` among them."""
    completions: tuple[Completion, ...] = ()
    differing: int = 0
    """How many known rows hold something else than the workbook; they are left as they are there."""
    differences: tuple[Difference, ...] = ()
    """Up to five examples of those."""
    passed_over: int = 0
    """Rows that are none of the table's: totals, headings of groups, rows of other kinds."""
    notes: tuple[Note, ...] = ()
    """How the file was read."""

    def __len__(self) -> int:
        return len(next(iter(self.columns.values()), []))


def rows_for(
    match: Match,
    *,
    choices: Choices | None = None,
    language: str = "en",
    currency: str = "",
    zone: str | None = None,
    existing: EntryTable | None = None,
) -> Accepted:
    """The rows of a file as rows of its table.

    ``choices`` are the words of the workbook (English ones without them); ``language`` and ``currency`` decide how
    dates and numbers are read where the file does not tell; times with a zone of their own are moved to ``zone``, a
    name such as Europe/Madrid, or to the computer's. Rows of ``existing`` are not taken again. MissingMapping or
    AmbiguousColumn where a field that every row needs has no column; BadConstant for a constant that does not fit;
    UnknownZone.
    """
    _check_needed(match)
    choices = choice_words(match.table, {}) if choices is None else choices
    manners = Manners(language, currency, zone)
    zone_called(zone)
    constants = _constants(match, choices, manners)
    of = body(match)
    columns = _columns(match, of, choices, manners)
    read = columns.read()
    _apply_rules(match, of, read)
    sorter = _Sorter(match, of, columns, read, constants)
    return sorter.sorted(existing, (*_about(match), *columns.notes, *_about_rows(of)))


def _check_needed(match: Match) -> None:
    names = ", ".join(name for name in match.columns if name)
    for id_ in match.missing:
        if id_ in match.ambiguous:
            allowed = ", ".join(match.ambiguous[id_])
            raise AmbiguousColumn(path=match.source.path.name, table=match.table.id, field=id_, allowed=allowed)
        raise MissingMapping(table=match.table.id, field=id_, allowed=names)


def _columns(match: Match, of: Body, choices: Choices, manners: Manners) -> Columns:
    fillings = dict(match.fillings)
    if match.group and match.group not in fillings:
        fillings[match.group] = Filling(match.group, (), How.PRODUCT)
    order = [field.id for field in match.table.fields if field.id in fillings]
    return Columns(
        table=match.table,
        source=match.source,
        choices=choices,
        manners=manners,
        cells={id_: cells_for(fillings[id_], of, group=match.group == id_) for id_ in order},
        headings={id_: " + ".join(match.columns[place] for place in fillings[id_].places) or id_ for id_ in order},
        rules={id_: fillings[id_].rule for id_ in order},
    )


def _constants(match: Match, choices: Choices, manners: Manners) -> dict[str, Value]:
    """The values that every row gets."""
    ids = list(match.constants)
    alone = Columns(
        table=match.table,
        source=Source(match.source.path, "text", [], []),
        choices=choices,
        manners=manners,
        cells={id_: [match.constants[id_]] for id_ in ids},
        headings={id_: id_ for id_ in ids},
        rules=dict.fromkeys(ids, Rule()),
    )
    found: dict[str, Value] = {}
    for id_, values in alone.read().items():
        value = Unfit(BLANK) if values[0] is None and match.table.field(id_).required else values[0]
        if isinstance(value, Unfit):
            raise BadConstant(field=id_, got=match.constants[id_], reason=Phrase(value.reason))
        found[id_] = value
    return found


def _apply_rules(match: Match, of: Body, read: dict[str, list[Read]]) -> None:
    """Count 0 where a profile counts other rows alone, and give amounts the sign that it tells of."""
    if match.product is None:
        return
    for id_, filling in match.fillings.items():
        if filling.rule.where:
            counts = meets(filling.rule.where, match.product, of)
            read[id_] = [
                0.0 if isinstance(one, float) and not count else one
                for one, count in zip(read[id_], counts, strict=True)
            ]
        if filling.rule.negative:
            negative = meets(filling.rule.negative, match.product, of)
            read[id_] = [
                (-abs(one) if minus else abs(one)) if isinstance(one, float) else one
                for one, minus in zip(read[id_], negative, strict=True)
            ]


def _about(match: Match) -> list[Note]:
    """What there is to say of the file as a whole."""
    notes = []
    if match.product:
        notes.append(Note("product", {"product": match.product.product.name, "report": match.product.report.name}))
    if match.source.sheet is not None:
        notes.append(Note("sheet", {"sheet": match.source.sheet}))
    if match.source.encoding not in (None, "UTF-8"):
        notes.append(Note("encoding", {"encoding": match.source.encoding}))
    if match.source.delimiter not in (None, ","):
        shown = "Tab" if match.source.delimiter == "\t" else match.source.delimiter
        notes.append(Note("delimiter", {"delimiter": shown}))
    if match.heading:
        notes.append(Note("headings", {"line": match.source.lines[match.heading]}))
    return notes


def _about_rows(of: Body) -> list[Note]:
    return [Note("passed_over", {"count": of.passed_over})] if of.passed_over else []


class _Sorter:
    """Tells new rows from those that do not fit and those that are there already."""

    def __init__(
        self,
        match: Match,
        of: Body,
        columns: Columns,
        read: Mapping[str, list[Read]],
        constants: Mapping[str, Value],
    ) -> None:
        self.match, self.of, self.source, self.read = match, of, columns, read
        self.table: Table = match.table
        self.constants = constants
        self.filled = [field.id for field in self.table.fields if field.id in read or field.id in constants]
        self.rejected: list[Rejected] = []
        self.completions: list[Completion] = []
        self.differences: list[Difference] = []
        self.differing = self.known = 0
        self.seen: dict[tuple[Hashable, ...], list[Stay]] = {}

    def sorted(self, existing: EntryTable | None, notes: tuple[Note, ...]) -> Accepted:
        """Every row in its place."""
        compared = [id_ for id_ in self.filled if not self._assumed(id_)]
        there = None if existing is None else Known(existing, compared)
        columns: dict[str, list[Value]] = {id_: [] for id_ in self.filled}
        for place in range(len(self.of.rows)):
            row = self._row(place)
            if row is None or self._is_repeated(place, row) or (there and self._is_known(place, row, there)):
                continue
            for id_, values in columns.items():
                values.append(row[id_])
        return Accepted(
            columns=columns,
            rejected=tuple(self.rejected),
            known=self.known,
            completions=tuple(self.completions),
            differing=self.differing,
            differences=tuple(self.differences),
            passed_over=self.of.passed_over,
            notes=notes,
        )

    def _assumed(self, id_: str) -> bool:
        """Whether a profile gives a field a value that the file does not hold: the owner may well have bettered it."""
        filling = self.match.fillings.get(id_)
        return filling is not None and filling.rule.default is not None

    def _row(self, place: int) -> dict[str, Value] | None:
        """The values of a row; None, and one more among the rejected, where one does not fit."""
        row: dict[str, Value] = {}
        for field in self.table.fields:
            if field.id in self.read:
                value = self.read[field.id][place]
                if value is None and field.required:
                    value = Unfit(BLANK)
                if isinstance(value, Unfit):
                    self._reject(place, field.id, value.reason)
                    return None
                row[field.id] = value
            elif field.id in self.constants:
                row[field.id] = self.constants[field.id]
        return row

    def _reject(self, place: int, id_: str, reason: str, first: int | None = None) -> None:
        cell = self.source.cells[id_][place] if id_ in self.source.cells else self.match.constants[id_]
        shown = cell if isinstance(cell, str) else plain_text(cell)
        heading = self.source.headings.get(id_, id_)
        self.rejected.append(Rejected(self.of.lines[place], heading, shown, reason, self.match.source.sheet, first))

    def _is_repeated(self, place: int, row: Mapping[str, Value]) -> bool:
        """Whether a row has the key of an earlier one; then it is among the rejected."""
        key = key_of(self.table, row)
        if key is None:
            return False
        start = self._start(row)
        stays = self.seen.setdefault(key, [])
        same = stay_like(stays, start)
        if same is None:
            stays.append(Stay(self.of.lines[place], start))
            return False
        id_ = next(field.id for field in self.table.fields if field.key)
        self._reject(place, id_, TWICE, first=same.place)
        return True

    def _start(self, row: Mapping[str, Value]) -> float | None:
        start = row.get(START) if self.table.stays else None
        return start if isinstance(start, float) else None

    def _is_known(self, place: int, row: Mapping[str, Value], there: Known) -> bool:
        """Whether a row is in the workbook; what it adds there, and where it differs, is kept."""
        key = key_of(self.table, row)
        if key is None:
            same = there.take_same(row)
            self.known += same
            return same
        found = there.keyed(key, self._start(row))
        if found is None:
            return False
        self.known += 1
        values = {id_: row[id_] for id_ in self.filled if row[id_] is not None and there.rows.has(id_)}
        added = {id_: value for id_, value in values.items() if there.value(id_, found) is None}
        if added:
            self.completions.append(Completion(self.of.lines[place], found, added))
        differs = [
            Difference(self.of.lines[place], found, id_, there.value(id_, found), value)
            for id_, value in values.items()
            if id_ not in added
            and id_ in there.fields
            and not same_value(there.value(id_, found), value, is_date=id_ in there.dates)
        ]
        self.differing += bool(differs)
        self.differences.extend(differs[: _EXAMPLES - len(self.differences)])
        return True
