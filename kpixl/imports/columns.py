"""From the cells of a file to the values of a table: settles for each column how its dates and numbers are read, by the
column, then by the file, then by the workbook's language. Never passes over what does not fit."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Literal, TypeVar

from kpixl.folding import name_key
from kpixl.i18n import language
from kpixl.imports import dates, numbers
from kpixl.imports.choice_words import Choices, ChoiceWords, Texts, Translated, plain_text, yes_or_no
from kpixl.imports.dates import Dates, Order, zone_called
from kpixl.imports.export_words import choices_of
from kpixl.imports.numbers import NumberReader, Sign
from kpixl.imports.profiles import Rule
from kpixl.imports.remarks import COMMA, DAY_FIRST, LOCAL_ZONE, MINUTES, MONTH_FIRST, POINT, SECONDS, Note
from kpixl.imports.said import DateOrder, Said, text_of
from kpixl.imports.scales import ScaleReader
from kpixl.imports.values import BAD_DATE, Convert, Read, Unfit, converted, texts_in
from kpixl.languages.load import every, particulars
from kpixl.message import phrase

if TYPE_CHECKING:
    from kpixl.catalog.tables import Field, Table
    from kpixl.imports.source import Raw, Source
    from kpixl.message import Message

    Cells = Sequence[Raw]

OWN_DAY = "own day"
"""Stands for the day of the row itself, until that is known."""
_Told = TypeVar("_Told", Order, Sign)


@dataclass(frozen=True)
class Manners:
    """What decides how a value is read where the file itself does not tell."""

    language: str = "en"
    currency: str = ""
    zone: str | None = None
    """The time zone of the owner's days, such as Europe/Madrid, to which times with a zone of their own are moved; the
    computer's without it."""

    @property
    def order(self) -> Order:
        """Which number of a date comes first where nothing tells."""
        own = particulars(self.language)
        return "month" if own.month_first and self.currency in ("", own.currency) else "day"

    @property
    def sign(self) -> Sign:
        """What stands before decimals where nothing tells."""
        return "." if language(self.language).decimal_point == "." else ","


@dataclass
class Columns:
    """The columns of one file on their way to a table: cells by field id, with the heading that each came from."""

    table: Table
    source: Source
    choices: Choices
    manners: Manners
    cells: Mapping[str, Cells]
    headings: Mapping[str, str]
    """Blank where no column of the file fills a field."""
    rules: Mapping[str, Rule]
    owners: Callable[[str], Message]
    """What the owner calls a field."""
    said: Said = Said()  # noqa: RUF009  (frozen)
    notes: list[Note] = field(default_factory=list)
    _dated: dict[str, Dates] = field(default_factory=dict)
    """How the dates of each column were read."""

    def read(self) -> dict[str, list[Read]]:
        """What every cell turned out to be, by field id; what was settled on the way is in ``notes``."""
        texts = {id_: texts_in(self._replaced(id_, cells)) for id_, cells in self.cells.items()}
        dated = {id_: found for id_, found in texts.items() if self.table.field(id_).type == "date"}
        counted = {id_: found for id_, found in texts.items() if self.table.field(id_).type == "number"}
        orders = {id_: dates.orders_in(found) for id_, found in dated.items()}
        signs = {id_: numbers.signs_in(found) for id_, found in counted.items()}
        found = {}
        for id_, as_written in self.cells.items():
            cells = self._replaced(id_, as_written)
            column = self.table.field(id_)
            if self.rules[id_].translate or self.rules[id_].default is not None:
                found[id_] = self._translated(column, cells)
            elif column.type == "date" and not column.required and self._yes_no(cells):
                found[id_] = list(converted(cells, self._own_day))
                self._note("own_day", id_)
            elif column.type == "date":
                order = self._order(id_, dated[id_], orders)
                self._dated[id_] = self._dates(order, id_, cells)
                found[id_] = converted(cells, self._dated[id_])
            elif column.type == "number":
                sign = self._sign(id_, counted[id_], signs)
                found[id_] = converted(cells, self._numbers(sign, column, cells))
            else:
                found[id_] = converted(cells, self._words(column) if column.type == "choice" else self._text)
        return found

    def called(self, id_: str) -> str | Message:
        """Where the cells of a field are from: the heading in the file, or what the owner calls the field."""
        return self.headings.get(id_) or self.owners(id_)

    def instants(self, id_: str) -> Callable[[int], float | None] | None:
        """When the moments of a column of dates were, as UTC has it, by the place of their row; None for one of which
        no zone is told, and where the column tells of none."""
        reader = self._dated.get(id_)
        cells = self._replaced(id_, self.cells[id_])
        told = {text for text in texts_in(cells) if dates.is_zoned(text)}
        if reader is None or not (told or reader.source):
            return None
        whole = replace(reader, zone=UTC)

        def instant(place: int) -> float | None:
            cell = cells[place]
            known = cell.strip() in told if isinstance(cell, str) else isinstance(cell, datetime)
            found = whole(cell) if known or reader.source else None
            return found if isinstance(found, float) else None

        return instant

    @property
    def _text(self) -> Convert:
        """Texts of the workbook's language, or of one whose letters the file's encoding has."""
        own, known = (
            particulars(self.manners.language),
            (one for one in every() if one.encoding == self.source.encoding),
        )
        return Texts({wrong: right for one in (own, *known) for wrong, right in one.letters.items()})

    def _order(self, id_: str, texts: set[str], orders: Mapping[str, frozenset[Order]]) -> Order | None:
        told = _told(id_, orders)
        if not any(dates.is_open(text) for text in texts):
            return self.manners.order
        said = self._said_order(id_)
        if said in ("dmy", "mdy") and (self.said.dates or told is None):
            order: Order = "day" if said == "dmy" else "month"
            self._note("dates_said", id_, order=phrase(DAY_FIRST if said == "dmy" else MONTH_FIRST))
            return order
        if told == "both":
            self._note("dates_mixed", id_)
            return None
        sure = told is not None or any(dates.is_dotted(text) for text in texts)
        hinted = self.source.delimiter == ";"
        order = told or ("day" if sure or hinted else self.manners.order)
        shown = phrase(DAY_FIRST if order == "day" else MONTH_FIRST)
        self._note("dates" if sure else "dates_hinted" if hinted else "dates_assumed", id_, order=shown)
        return order

    def _sign(self, id_: str, texts: set[str], signs: Mapping[str, frozenset[Sign]]) -> Sign | None:
        told = _told(id_, signs)
        if not any(numbers.has_separator(text) for text in texts):
            return self.manners.sign
        if told == "both":
            self._note("numbers_mixed", id_)
            return None
        hinted = self.source.delimiter == ";"
        sign: Sign = told or ("," if hinted else self.manners.sign)
        assumed = told is None and any(numbers.is_open(text) for text in texts)
        shown = phrase(COMMA if sign == "," else POINT)
        self._note("numbers" if not assumed else "numbers_hinted" if hinted else "numbers_assumed", id_, sign=shown)
        return sign

    def _dates(self, order: Order | None, id_: str, cells: Cells) -> Dates:
        zone, headed = self.manners.zone, dates.zone_in(self.headings[id_])
        swapped = self.source.kind == "excel" and dates.is_half_converted(cells)
        if swapped:
            count = sum(isinstance(cell, date) and cell.day != cell.month for cell in cells)
            self._note("half_converted", id_, count=count)
        found = Dates(order, zone_called(zone), self.source.kind == "excel", headed, swapped)
        with_zone = {text for text in texts_in(cells) if dates.is_zoned(text)}
        zoned = [text for cell in cells if isinstance(cell, str) and (text := cell.strip()) in with_zone]
        moved = len(zoned)
        if headed:
            moved = sum(isinstance(c, datetime) or (isinstance(c, str) and dates.is_timed(c.strip())) for c in cells)
        if moved:
            self._note("zone", id_, count=moved, zone=zone or phrase(LOCAL_ZONE))
        twofold = sum(map(found.is_twofold, zoned))
        if twofold:
            self._note("twofold", id_, count=twofold)
        return found

    def _numbers(self, sign: Sign | None, column: Field, cells: Cells) -> NumberReader | ScaleReader:
        unit: Literal["count", "money", "fraction", "hours"] = "count"
        if column.unit in ("money", "fraction", "hours"):
            unit = column.unit
        currency = numbers.currency_of(cells, self.manners.currency) if unit == "money" else ""
        if currency and self.manners.currency and currency != self.manners.currency:
            self._note("currency", column.id, mark=currency)
        if column.maximum is not None:
            return ScaleReader(NumberReader(sign, unit), column.maximum)
        factor = numbers.factor_in(self.headings[column.id]) if unit == "hours" else 1.0
        if factor != 1.0:
            self._note("hours_of", column.id, unit=phrase(MINUTES if factor == 1 / 60 else SECONDS))
        if unit == "hours" and any(isinstance(c, str) and numbers.has_days(c) for c in cells):
            self._note("days_of", column.id)
        spent = self.table.id == "expenses"
        sides = numbers.sides_in(cells) if unit == "money" else None
        if sides:
            plus, minus = ("DR", "CR") if spent else ("CR", "DR")
            adds, off = sides["debit" if spent else "credit"], sides["credit" if spent else "debit"]
            told = {"plus": plus, "minus": minus, "added": adds, "off": off}
            self._note("sides" if adds >= off else "sides_off", column.id, **told)
        return NumberReader(sign, unit, currency, self.manners.currency, factor, spent)

    def _words(self, column: Field) -> ChoiceWords:
        return ChoiceWords(self.choices.get(column.id, {}), choices_of(self.table.id, column.id))

    def _replaced(self, id_: str, cells: Cells) -> Cells:
        """Some cells with the owner's words for what stands in them, and dates of two digits with the year first as
        the owner says that they are."""
        words = self.said.replaced(id_)
        if words:
            cells = [words.get(text_of(plain_text(cell)), cell) for cell in cells]
        if self.table.field(id_).type == "date" and self._said_order(id_) == "ymd":
            cells = [dates.year_first(cell) if isinstance(cell, str) else cell for cell in cells]
        return cells

    def _yes_no(self, cells: Cells) -> bool:
        """Whether a column of dates says nothing but yes and no."""
        texts = {plain_text(cell).casefold() for cell in cells} - {""}
        return bool(texts) and all(self._own_day(text) is None or self._own_day(text) == OWN_DAY for text in texts)

    def _own_day(self, cell: Raw) -> Read:
        """The row's own day for a yes; nothing for a no."""
        word = yes_or_no(plain_text(cell))
        return Unfit(BAD_DATE) if word is None else OWN_DAY if word == "yes" else None

    def _said_order(self, id_: str) -> DateOrder | None:
        return self.said.dates or self.said.known_dates.get(text_of(self.headings[id_]))

    def _translated(self, column: Field, cells: Cells) -> list[Read]:
        """Texts that a product's profile translates; where it has a default, cells that say nothing get that."""
        rule, words = self.rules[column.id], self._words(column) if column.type == "choice" else None

        def value(text: str) -> str:
            return (words.word(text) or text) if words else text

        known = {name_key(text): value(id_) for id_, texts in rule.translate.items() for text in texts}
        otherwise = None if rule.default is None else value(rule.default)
        read = Translated(known, otherwise, words)
        found = [otherwise or None if one is None else one for one in converted(cells, read)]
        if column.type == "number":
            return [float(one) if isinstance(one, str) else one for one in found]
        assumed = [one for cell, one in zip(cells, found, strict=True) if one and read.known_word(str(cell)) is None]
        if otherwise and assumed:
            self.notes.append(
                Note(
                    "default", {"field": self.owners(column.id), "count": assumed.count(otherwise), "value": otherwise}
                )
            )
        return found

    def _note(self, code: str, id_: str, **values: object) -> None:
        self.notes.append(Note(code, {"column": self.called(id_), **values}))


def _told(id_: str, by_column: Mapping[str, frozenset[_Told]]) -> _Told | Literal["both"] | None:
    """What a column tells of how it is written, or, where it tells nothing, what all columns of the file tell."""
    own = by_column[id_]
    if own:
        return "both" if len(own) > 1 else next(iter(own))
    all_told = frozenset(one for told in by_column.values() for one in told)
    return next(iter(all_told)) if len(all_told) == 1 else None


def forget_texts() -> None:
    """Let go of what the texts of a file say, which is kept while its columns are read: of a large file it takes as
    much room as its rows."""
    dates.written.cache_clear()
    numbers.amount.cache_clear()
