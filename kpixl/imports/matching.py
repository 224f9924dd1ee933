"""Which column of a file fills which field of a table. Never guesses between two that suit equally well, and never
looks at the values below the headings."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

from kpixl.catalog.tables import Elapsed
from kpixl.errors import N_, UnknownColumn, UnknownField, UnreadableSource
from kpixl.folding import name_key
from kpixl.i18n import language
from kpixl.imports.dates import without_zone
from kpixl.imports.export_words import headings_of, names_of, total_words
from kpixl.imports.headings import find_headings, heading_texts
from kpixl.imports.named_currency import without_remark
from kpixl.imports.naming import field_to_type, is_parted
from kpixl.imports.profiles import Rule, products
from kpixl.imports.questions import asked
from kpixl.imports.recognise import Recognised, recognised
from kpixl.imports.refusals import MappedAndSet
from kpixl.languages import codes
from kpixl.message import Verbatim, phrase

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from kpixl.catalog.tables import Table
    from kpixl.imports.profiles import Product
    from kpixl.imports.source import Source
    from kpixl.message import Message

    Names = Mapping[str, Sequence[str]]


class How(StrEnum):
    """How a column was found, the surest way first."""

    GIVEN = "given"
    REMEMBERED = "remembered"
    ID = "id"
    HEADING = "heading"
    CATALOGUE = "catalogue"
    PRODUCT = "product"
    WORDS = "words"


_COLUMN = N_("COLUMN")
_GUESSED = frozenset({How.ID, How.HEADING, How.CATALOGUE})
"""Ways by names alone: what a product's report decides by such a column says more."""
HOW_WORDS = {
    How.GIVEN: N_("as given"),
    How.REMEMBERED: N_("as the last time"),
    How.ID: N_("by its name"),
    How.HEADING: N_("by its heading"),
    How.CATALOGUE: N_("by its heading"),
    How.PRODUCT: N_("as this product exports it"),
    How.WORDS: N_("by its heading"),
}


@dataclass(frozen=True)
class Hints:
    """What is known of the columns of a file before it is looked at, all by field id."""

    given: Mapping[str, str] = field(default_factory=dict)
    """The column that fills a field; this holds."""
    remembered: Names = field(default_factory=dict)
    """Columns that filled a field before."""
    headings: Mapping[str, str] | None = None
    """The workbook's own headings: other fields have no column there, and are filled only where given."""
    constants: Mapping[str, str] = field(default_factory=dict)
    """The one value that every row gets."""
    left_out: frozenset[str] = frozenset()
    """Fields that no column is to be found for."""
    sheet: str | None = None
    """What the sheet of the table is called in the workbook."""


@dataclass(frozen=True)
class Filling:
    """How a field is filled. ``places`` are columns of the file, from 0; none where a rule gives one value to all."""

    field: str
    places: tuple[int, ...]
    how: How
    rule: Rule = Rule()  # noqa: RUF009  (frozen)


JOINED = Rule(join=("+",))
"""Columns that are given for one field are joined by a space."""


@dataclass(frozen=True)
class Glimpse:
    """What columns of a file hold, in a few of their values."""

    examples: Mapping[tuple[int, ...], tuple[str, ...]]
    """By the columns that fill a field."""
    holdings: Mapping[str, str]
    """By the heading of a column that fills none."""


@dataclass(frozen=True)
class Match:
    """The columns of a file beside the fields of a table."""

    table: Table
    source: Source
    heading: int
    """Which of the rows of the source holds the headings."""
    columns: tuple[str, ...]
    fillings: Mapping[str, Filling]
    """By field id, in the order of the table."""
    constants: Mapping[str, str] = field(default_factory=dict)
    """Field id -> what every row gets."""
    unused: tuple[str, ...] = ()
    """Columns with a heading that fill nothing and decide nothing."""
    missing: tuple[str, ...] = ()
    """Fields that every row needs and nothing fills."""
    empty: tuple[str, ...] = ()
    """Fields that the workbook has a column for, no row needs, and nothing fills."""
    ambiguous: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Fields that nothing fills because more than one column suits, with those columns."""
    product: Recognised | None = None
    """The product whose export the file is, and what its columns are."""
    group: str | None = None
    """The field that the headings of groups fill where a row says nothing of it."""
    glimpse: Glimpse | None = None
    """What the columns hold, where the rows themselves are no longer kept."""
    headings: Mapping[str, str] = field(default_factory=dict)
    """Those of the owner's sheet, by field id."""
    sheet: str | None = None
    """What that sheet is called."""

    @property
    def title(self) -> Message:
        """What the owner calls the table."""
        return phrase(self.table.title if self.sheet is None else Verbatim(self.sheet))

    def called(self, id_: str) -> Message:
        """What the owner calls a field: the heading on her sheet, in her language."""
        own = self.headings.get(id_)
        return phrase(self.table.field(id_).heading if own is None else Verbatim(own))

    def typed(self, id_: str) -> str:
        """What a field is called in an option."""
        return field_to_type(id_, self.table, self.headings)

    def pair(self, id_: str, value: str | Message | None = None) -> Message:
        """What stands behind an option that says something of a field, as it is typed; without a value, that a column
        is to be said."""
        quote = '"' if is_parted(self.typed(id_) + (value if isinstance(value, str) else "")) else ""
        parts = {"quote": quote, "field": self.typed(id_), "value": phrase(_COLUMN) if value is None else value}
        return phrase(Verbatim("{quote}{field}={value}{quote}"), **parts)

    def column(self, id_: str) -> str:
        """The heading of what fills a field: joined by “+” where it is more than one."""
        return " + ".join(self.columns[place] for place in self.fillings[id_].places)

    @property
    def mapping(self) -> dict[str, str]:
        """Field id -> heading, of fields that one column fills, or columns that were given together: what may be
        remembered for the next time."""
        single = (one for one in self.fillings.values() if len(one.places) == 1 or one.rule is JOINED)
        return {filling.field: "+".join(self.columns[place] for place in filling.places) for filling in single}


def match(
    table: Table, source: Source, hints: Hints, *, language: str = "en", profiles: tuple[Product, ...] | None = None
) -> Match:
    """Find a column for every field of ``table``; ``language`` is the workbook's.

    UnknownField or UnknownColumn for what is given and not there, MappedAndSet where a field is given both a column and
    a value, UnreadableSource where two columns have the name that is given, or a row has more cells than there are
    headings.
    """
    profiles = products() if profiles is None else profiles
    _check_fields(table, hints)
    words = _headings_in(table)
    given = {name_key(part) for column in hints.given.values() for part in (column, *column.split("+"))}
    known = _known_names(table, hints, words, profiles)
    heading, columns = heading_texts(source, find_headings(source, known, given), known)
    finder = _Finder(table, columns, hints)
    finder.free -= hints.left_out - {*hints.given}
    finder.give(source, hints.given)
    finder.take(How.REMEMBERED, {id_: [name_key(name) for name in names] for id_, names in hints.remembered.items()})
    finder.take_joined(hints.remembered)
    finder.take(How.ID, {field.id: [name_key(field.id)] for field in table.fields})
    finder.take(How.HEADING, {id_: [name_key(text)] for id_, text in (hints.headings or {}).items()})
    for code in _by_use(words, finder.places, language):
        finder.take(How.CATALOGUE, {id_: [key] for id_, key in words[code].items()})
    product = recognised(table, finder.places, profiles)
    used = finder.follow(product) if product else set()
    finder.take(How.WORDS, {field.id: names_of(table.id, field.id) for field in table.fields})
    finder.take(How.WORDS, _lasting(table, columns))
    finder.take(How.WORDS, asked(table, columns))
    return finder.result(source, heading, product, used)


def _check_fields(table: Table, hints: Hints) -> None:
    fields = [field.id for field in table.fields]
    for id_ in (*hints.given, *hints.constants, *hints.left_out):
        if id_ not in fields:
            raise UnknownField(table=table.id, got=id_, allowed=", ".join(fields))
    for id_ in hints.given:
        if id_ in hints.constants:
            raise MappedAndSet(field=(hints.headings or {}).get(id_, id_))


def _lasting(table: Table, columns: Sequence[str]) -> Names:
    """The columns that say how long something took, for the ends that it is counted to: they are reckoned by it."""
    names = [name_key(text) for text in columns if name_key(text.partition("(")[0]) in headings_of("elapsed")]
    spans = (column for column in table.calculated if isinstance(column, Elapsed) and column.unit != "months")
    return {span.until: names for span in spans if names}


def _open(table: Table, hints: Hints) -> list[str]:
    """The fields that a column may fill without being asked to."""
    return [field.id for field in table.fields if hints.headings is None or field.id in hints.headings]


def _known_names(
    table: Table, hints: Hints, words: Mapping[str, Mapping[str, str]], profiles: Iterable[Product]
) -> frozenset[str]:
    """Every name that a column for ``table`` may have, as names compare."""
    texts = [*hints.given.values(), *(hints.headings or {}).values()]
    texts += [name for names in hints.remembered.values() for name in names]
    texts += [field.id for field in table.fields]
    for product in profiles:
        if any(report.table == table.id for report in product.reports):
            texts += [name for names in product.columns.values() for name in names]
    keys = {name_key(text) for text in texts} | {key for by_field in words.values() for key in by_field.values()}
    keys |= {name for field in table.fields for name in names_of(table.id, field.id)}
    # A line of totals has such a word, too.
    return frozenset(keys - total_words() - {""})


def _by_use(words: Mapping[str, Mapping[str, str]], places: Mapping[str, list[int]], own: str) -> list[str]:
    """Languages, the one that most headings of the file are in first; the workbook's own before its equals."""
    return sorted(words, key=lambda code: (-len({*words[code].values()} & {*places}), code != own))


class _Finder:
    """Fills fields, level by level, with columns that nothing has taken yet."""

    def __init__(self, table: Table, columns: tuple[str, ...], hints: Hints) -> None:
        self.table, self.columns, self.hints, self.constants = table, columns, hints, hints.constants
        self.free = {*_open(table, hints), *hints.given} - {*hints.constants}
        self.places: dict[str, list[int]] = defaultdict(list)
        for place, column in enumerate(columns):
            for key in dict.fromkeys((name_key(column), name_key(without_zone(column)))):
                if key:
                    self.places[key].append(place)
        self.plainer: dict[str, list[int]] = defaultdict(list)
        """The same by what is left of a heading without a remark in brackets or a currency: *Amount (EUR)*."""
        for place, column in enumerate(columns):
            key = name_key(without_remark(column))
            if key and key not in self.places:
                self.plainer[key].append(place)
        self.fillings: dict[str, Filling] = {}
        self.suiting: dict[str, set[int]] = {}
        self.taken: set[int] = set()

    def give(self, source: Source, given: Mapping[str, str]) -> None:
        """Take the columns that were asked for; two fields may be given the same one."""
        for id_, column in given.items():
            places = self._called(column)
            if len(places) == 1:
                self._fill(id_, (places[0],), How.GIVEN)
            elif places:
                raise UnreadableSource(
                    path=source.path.name, detail=phrase(N_("more than one column is called “{column}”"), column=column)
                )
            elif joined := self._joined(column):
                self._fill(id_, joined, How.GIVEN, JOINED)
            else:
                allowed = ", ".join(name for name in self.columns if name)
                raise UnknownColumn(path=source.path.name, got=column, allowed=allowed)

    def take_joined(self, names: Names) -> None:
        """Fill the free fields that columns joined by ``+`` filled before."""
        for id_ in sorted(self.free & names.keys()):
            found = (self._joined(name) for name in names[id_] if name_key(name) not in self.places)
            places = next((places for places in found if places and not self.taken & {*places}), None)
            if places:
                self._fill(id_, places, How.REMEMBERED, JOINED)

    def _called(self, column: str) -> list[int]:
        exact = [place for place, name in enumerate(self.columns) if name == column.strip()]
        return exact or self.places.get(name_key(column), [])

    def _joined(self, column: str) -> tuple[int, ...]:
        """The columns of ``First name+Last name``; none where one of them is not there."""
        parts = [self._called(part) for part in column.split("+")]
        return tuple(part[0] for part in parts) if len(parts) > 1 and all(len(part) == 1 for part in parts) else ()

    def take(self, how: How, names: Names) -> None:
        """Fill the free fields that exactly one column suits, where that column suits no other free field."""
        suits = {
            id_: {place for key in keys if key for place in self._suiting(key) if place not in self.taken}
            for id_, keys in names.items()
            if id_ in self.free
        }
        rivals: dict[int, list[str]] = defaultdict(list)
        for id_, places in suits.items():
            for place in places:
                rivals[place].append(id_)
        for id_, places in suits.items():
            if len(places) == 1 and len(rivals[next(iter(places))]) == 1:
                self._fill(id_, tuple(places), how)
            elif places:
                self.suiting.setdefault(id_, set()).update(places)
                if len(places) > 1:
                    self.free.discard(id_)

    def _suiting(self, key: str) -> Sequence[int]:
        return self.places.get(key) or self.plainer.get(key) or ()

    def follow(self, product: Recognised) -> set[int]:
        """Fill what is free as the product's report has it, and read columns taken before by the report's rules.
        Gives the columns that decide something without filling anything."""
        for id_, (places, rule) in product.rules.items():
            filling = self.fillings.get(id_)
            if filling and filling.places[0] in places and len(filling.places) == 1:
                self.fillings[id_] = Filling(id_, places, filling.how, rule)
                self.taken.update(places)
            elif id_ in self.free or (filling and filling.how in _GUESSED and {*filling.places} & product.deciding):
                self._fill(id_, places, How.PRODUCT, rule)
        return {*product.deciding}

    def _fill(self, id_: str, places: tuple[int, ...], how: How, rule: Rule | None = None) -> None:
        self.fillings[id_] = Filling(id_, places, how, rule or Rule())
        self.free.discard(id_)
        self.taken.update(places)

    def result(self, source: Source, heading: int, product: Recognised | None, deciding: set[int]) -> Match:
        """What was found."""
        fields = [field.id for field in self.table.fields]
        group = product.report.group if product and product.report.group in {*self.fillings, *self.free} else None
        filled = {*self.fillings, *self.constants, group}
        ambiguous = {
            id_: tuple(self.columns[place] for place in sorted(self.suiting[id_] - self.taken))
            for id_ in fields
            if id_ not in filled and self.suiting.get(id_, set()) - self.taken
        }
        used = self.taken | deciding
        return Match(
            table=self.table,
            source=source,
            heading=heading,
            columns=self.columns,
            fillings={id_: self.fillings[id_] for id_ in fields if id_ in self.fillings},
            constants=dict(self.constants),
            unused=tuple(name for place, name in enumerate(self.columns) if name and place not in used),
            missing=tuple(f.id for f in self.table.fields if f.required and f.id not in filled),
            empty=tuple(f.id for f in self.table.fields if f.id in self.free and f.id not in filled and not f.required),
            ambiguous=ambiguous,
            product=product,
            group=group,
            headings=self.hints.headings or {},
            sheet=self.hints.sheet,
        )


def _headings_in(table: Table) -> Mapping[str, Mapping[str, str]]:
    """The headings of a table by language and field, as they compare."""
    return {code: {field.id: name_key(language(code)(field.heading)) for field in table.fields} for code in codes()}
