"""Reads a workbook: what the owner entered, and where kpixl's own cells are. Follows names, never addresses."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date
from io import BytesIO
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from python_calamine import CalamineError, load_workbook

from kpixl import catalog
from kpixl.entries import (
    CellError,
    Entries,
    EntryTable,
    InputCell,
    PastValue,
    calculated,
    number,
)
from kpixl.errors import (
    N_,
    BadSetting,
    DamagedWorkbook,
    DatesFrom1904,
    NewerWorkbook,
    NotOurWorkbook,
    OwnedPartMissing,
    Phrase,
)
from kpixl.i18n import LOCALES, language
from kpixl.period import Kind, Period, from_serial
from kpixl.score import GRADED
from kpixl.settings import SETTINGS
from kpixl.workbook import layout
from kpixl.workbook.cells import cell_name, column_letters, parse_area
from kpixl.workbook.columns import as_numbers, as_texts
from kpixl.workbook.grid import BLOCK_PREFIX, Placement
from kpixl.workbook.package import OFFICE_RELATIONSHIP, Package, unescaped

if TYPE_CHECKING:
    from kpixl.catalog.model import Business, Table
    from kpixl.workbook.package import Sheet

REQUIRED_BLOCKS = ("settings", "totals", "kpis")
LAST_SERIAL = 2_958_466
"""Past the last day that Excel knows, 31 December 9999."""
_AREA = re.compile(r"(?:'((?:[^']|'')+)'|([^'!]+))!(\$?[A-Z]+\$?\d+(?::\$?[A-Z]+\$?\d+)?)")
_COLUMN = re.compile(r"([^\[\]]+)\[(.*)\]", re.DOTALL)
_ERROR_CELL = re.compile(rb'<(?:\w+:)?c\b([^>]*?\bt="e"[^>]*)>(?:.{0,2000}?<(?:\w+:)?v>([^<]*)<)?', re.DOTALL)
_FORMULA_CELL = re.compile(rb"<(?:\w+:)?c\b([^>]*[^/>])>\s*<(?:\w+:)?f[\s>/]")
_ERROR_MARK = b't="e"'
_FILLED_CELL = re.compile(rb"<(?:\w+:)?c\b([^>]*[^/>])>\s*<(?:\w+:)?(?:v|is|f)[\s>]")
_REFERENCE = re.compile(rb'\br="([A-Z]+)(\d+)"')
_FORMAT = re.compile(rb'(<(?:\w+:)?xf\b[^>]*?\bnumFmtId=")\d+')


@dataclass(frozen=True)
class Book:
    """A workbook as kpixl sees it."""

    package: Package
    entries: Entries
    placements: Mapping[str, Placement]
    """Blocks that are still there, by their id."""
    sheets: Mapping[str, Sheet]
    """Sheets that are still there, by their key."""
    headings: Mapping[str, Mapping[str, str]]
    """Table id -> column id -> the heading that the owner sees; without deleted ones."""
    table_names: Mapping[str, str]
    """Table id -> the name that the table has now."""
    trend_kpi: str


def read(package: Package) -> Book:
    """Everything in a workbook that kpixl made; errors where it did not, or where a setting makes no sense."""
    reader = _Reader(package)
    places, sheets = reader.places("settings")
    if "settings" not in places:
        raise OwnedPartMissing(path=package.path.name, what=Phrase(layout.RESULT_TITLES["settings"]))
    business, code, currency, kind = (reader.fixed(places["settings"], sheets, row) for row in _FIXED)
    if not (business in catalog.catalogue().businesses and code in LOCALES and currency and kind in list(Kind)):
        raise OwnedPartMissing(path=package.path.name, what=Phrase(N_("a fixed entry of Settings")))
    book = catalog.business(business)
    places, sheets = reader.places(*layout.blocks(book))
    _require(package, book, places)
    return reader.book(book, code, currency, Kind(kind), places, sheets)


def _require(package: Package, business: Business, places: Mapping[str, Placement]) -> None:
    """Refuse a workbook in which a row or column is gone that its own formulas and kpixl count on."""
    for id_ in REQUIRED_BLOCKS:
        wanted, place = layout.placements(business)[id_], places.get(id_)
        title = Phrase(layout.RESULT_TITLES[id_])
        if place is None:
            raise OwnedPartMissing(path=package.path.name, what=title)
        gone = [
            key for key in (*wanted.rows, *wanted.columns) if key not in {*place.row_numbers, *place.column_numbers}
        ]
        if gone:
            what = Phrase(N_("the row or column “{id}” of {sheet}"), id=gone[0], sheet=title)
            raise OwnedPartMissing(path=package.path.name, what=what)


_FIXED = ("business", "language", "currency", "kind")


class _Reader:
    """The two views of one file: calamine for values, the package for names."""

    def __init__(self, package: Package) -> None:
        self.package = package
        version = package.custom_properties.get("kpixl", "0")
        if version.isdigit() and int(version) > layout.LAYOUT_VERSION:
            raise NewerWorkbook(path=package.path.name, version=version)
        if package.date1904:
            raise DatesFrom1904(path=package.path.name)
        self.names = package.defined_names
        if BLOCK_PREFIX + "settings" not in self.names:
            raise NotOurWorkbook(path=package.path.name)
        try:
            self.values = load_workbook(BytesIO(_without_date_formats(package)), load_tables=True)
        except CalamineError as error:
            raise DamagedWorkbook(path=package.path.name, detail=str(error)) from error
        self.by_name = {sheet.name: sheet for sheet in package.sheets}
        self._grids: dict[str, list[list[Any]]] = {}

    # Blocks and cells

    def places(self, *ids: str) -> tuple[dict[str, Placement], dict[str, Sheet]]:
        """Where the blocks are, and on which sheets, by key."""
        places: dict[str, Placement] = {}
        sheets: dict[str, Sheet] = {}
        for id_ in ids:
            found = _AREA.fullmatch(self.names.get(BLOCK_PREFIX + id_, ""))
            sheet = found and self.by_name.get((found[1] or found[2]).replace("''", "'"))
            if not found or not sheet:
                continue
            area = parse_area(found[3].replace("$", ""))
            grid = self.grid(sheet.name)
            # Backwards, so that of an id that was copied the first one stands.
            rows = {_at(grid, row, area.left): row for row in range(area.bottom, area.top, -1)}
            columns = {_at(grid, area.top, column): column for column in range(area.right, area.left, -1)}
            key = layout.sheet_of(id_)
            places[id_] = Placement(id_, key, _texts(rows), _texts(columns), area.top, area.left)
            sheets[key] = sheet
        return places, sheets

    def grid(self, sheet: str) -> list[list[Any]]:
        if sheet not in self._grids:
            self._grids[sheet] = self.values.get_sheet_by_name(sheet).to_python(skip_empty_area=False)
        return self._grids[sheet]

    def cell(self, place: Placement, sheets: Mapping[str, Sheet], row: str, column: str) -> InputCell:
        """A cell of the owner's; blank where its row or column is gone."""
        sheet = sheets[place.sheet].name
        if row not in place.row_numbers or column not in place.column_numbers:
            return InputCell(None, sheet, "")
        number_, index = place.position(row, column)
        return InputCell(_at(self.grid(sheet), number_, index), sheet, cell_name(number_, index))

    def fixed(self, place: Placement, sheets: Mapping[str, Sheet], row: str) -> str:
        return str(self.cell(place, sheets, row, "code").raw or "")

    def named(self, name: str) -> InputCell:
        """The cell that a name refers to; blank where it is gone."""
        found = _AREA.fullmatch(self.names.get(name, ""))
        sheet = (found[1] or found[2]).replace("''", "'") if found else ""
        if not found or sheet not in self.by_name:
            return InputCell(None, sheet, "")
        area = parse_area(found[3].replace("$", ""))
        return InputCell(_at(self.grid(sheet), area.top, area.left), sheet, cell_name(area.top, area.left))

    # The whole

    def book(
        self,
        business: Business,
        code: str,
        currency: str,
        kind: Kind,
        places: dict[str, Placement],
        sheets: dict[str, Sheet],
    ) -> Book:
        headings = {table.id: self.headings(table.id, [c.id for c in table.columns]) for table in business.tables}
        headings[layout.PAST] = self.headings(layout.PAST, list(layout.PAST_COLUMNS))
        tables = {}
        # Unpacking a big sheet to look for marks takes as long as reading it: the two go side by side.
        with ThreadPoolExecutor(max_workers=1) as pool:
            marks = {table.id: pool.submit(self.marks, table) for table in business.tables}
            for table in business.tables:
                rows, sheet = self.entry_table(table, headings[table.id], marks[table.id])
                tables[table.id] = rows
                if sheet:
                    sheets[table.id] = sheet
        totals, kpis, settings = places["totals"], places["kpis"], places["settings"]
        entries = Entries(
            business=business,
            company=str(self.named("company").raw or ""),
            language=code,
            currency=currency,
            period=Period.containing(kind, self.period_day(code)),
            tables=tables,
            settings={id_: self.cell(settings, sheets, id_, "value") for id_ in SETTINGS},
            typed={m.name: self.cell(totals, sheets, m.name, "typed") for m in business.measures},
            targets={kpi.id: self.cell(kpis, sheets, kpi.id, "target") for kpi in business.kpis},
            thresholds={
                (kpi.id, level): self.cell(kpis, sheets, kpi.id, f"{level.id}_yours")
                for kpi in business.kpis
                for level in GRADED
            },
            published={
                (kpi.id, level): self.cell(kpis, sheets, kpi.id, f"{level.id}_published")
                for kpi in business.kpis
                for level in GRADED
            },
            past=tuple(self.past(headings[layout.PAST])),
        )
        names = {id_: self.table_name(id_, columns) for id_, columns in headings.items()}
        return Book(self.package, entries, places, sheets, headings, names, self.trend_kpi(business, code))

    def period_day(self, code: str) -> date:
        cell = self.named("period_day")
        serial = cell.number
        if not cell.cell:
            raise OwnedPartMissing(path=self.package.path.name, what=Phrase(N_("the cell of the period")))
        if serial is None or not 1 < serial < LAST_SERIAL:
            t = language(code)
            raise BadSetting(sheet=cell.sheet, cell=cell.cell, got=cell.raw, expected=t("a date"))
        return from_serial(serial)

    def trend_kpi(self, business: Business, code: str) -> str:
        """The KPI picked on the dashboard; the first one where the cell says something else, as the sheet does."""
        t, picked = language(code), str(self.named("trend_kpi").raw or "").casefold()
        names = {f"{t(kpi.abbreviation)} · {t(kpi.name)}".casefold(): kpi.id for kpi in business.kpis}
        return names.get(picked, business.kpis[0].id)

    # Tables

    def headings(self, table: str, columns: Iterable[str]) -> dict[str, str]:
        """The current headings of a table, from the names that locate its columns."""
        found = {column: self._column(table, column) for column in columns}
        return {column: place[1] for column, place in found.items() if place}

    def _column(self, table: str, column: str) -> tuple[str, str] | None:
        """The table and the heading that a column's name refers to; None where the column is gone."""
        found = _COLUMN.fullmatch(self.names.get(layout.column_name(table, column), ""))
        return (found[1], re.sub(r"'(.)", r"\1", found[2])) if found else None

    def table_name(self, id_: str, columns: Iterable[str]) -> str:
        """What the owner calls a table now, as the names of its columns tell."""
        places = [place for column in columns if (place := self._column(id_, column))]
        return places[0][0] if places else layout.table_name(id_)

    def _table(self, id_: str, columns: Iterable[str]) -> Any:
        """Calamine's table, whatever the owner calls it now; None where it is gone."""
        name = self.table_name(id_, columns)
        known = {table.lower(): table for table in self.values.table_names or []}
        return self.values.get_table_by_name(known[name.lower()]) if name.lower() in known else None

    def marks(self, table: Table) -> set[bytes]:
        """What the sheet of a table may hold that calamine does not tell: errors, and rows below the table."""
        name = self.table_name(table.id, [column.id for column in table.columns]).lower()
        for found in self.package.tables:
            if found.name.lower() == name:
                below = _row_mark(parse_area(found.ref).bottom + 1)
                return self.package.which(found.sheet.part, (_ERROR_MARK, below))
        return set()

    def entry_table(
        self, table: Table, headings: Mapping[str, str], marked: Future[set[bytes]]
    ) -> tuple[EntryTable | None, Sheet | None]:
        found = self._table(table.id, [column.id for column in table.columns])
        if found is None:
            return None, None
        sheet = self.by_name[found.sheet]
        indexes = _indexes(found)
        columns = {id_: indexes[heading] for id_, heading in headings.items() if heading in indexes}
        rows = found.to_python()
        count = len(rows)
        by_index = list(zip(*rows, strict=True)) if rows else [()] * len(found.columns)
        del rows
        first_row, left = found.start[0] + 1, found.start[1] + 1
        letters = {id_: column_letters(left + index) for id_, index in columns.items()}
        marks, below = marked.result(), _row_mark(first_row + count)
        errors = {}
        if _ERROR_MARK in marks:
            errors = self._errors(sheet, {letter: id_ for id_, letter in letters.items()}, first_row, count)
        numbers: dict[str, np.ndarray] = {}
        texts: dict[str, np.ndarray] = {}
        odd: dict[str, dict[int, object]] = {}
        for field in table.fields:
            if field.id not in columns:
                continue
            values: Sequence[Any] = by_index[columns[field.id]]
            if field.id in errors:
                values = list(values)
                for row, code in errors[field.id].items():
                    values[row] = CellError(code)
            if field.type in ("date", "number"):
                numbers[field.id], odd[field.id] = as_numbers(values)
            else:
                texts[field.id] = as_texts(values)
        shown = {c.id: as_numbers(by_index[columns[c.id]])[0] for c in table.calculated if c.id in columns}
        del by_index
        frame = pd.DataFrame(numbers, copy=False)
        for column in table.calculated:
            if column.id in columns and {column.since, column.until} <= set(numbers):
                place = letters[column.id], first_row
                frame[column.id] = self._calculated(sheet, place, calculated(column, frame), shown[column.id])
        return (
            EntryTable(
                table,
                sheet.name,
                first_row,
                letters,
                dict(headings),
                frame,
                pd.DataFrame(texts, dtype=object),
                odd,
                self._below(sheet, first_row + count, set(letters.values())) if below in marks else None,
            ),
            sheet,
        )

    def _calculated(self, sheet: Sheet, place: tuple[str, int], computed: np.ndarray, shown: np.ndarray) -> np.ndarray:
        """A calculated column: what its formulas give now, and what stands there where somebody typed over them."""
        same = np.isclose(computed, shown, rtol=1e-9, atol=1e-9, equal_nan=True)
        if same.all():
            return shown
        letter, first_row = place
        has_formula = np.zeros(len(shown), dtype=bool)
        for match in _FORMULA_CELL.finditer(self.package.read(sheet.part)):
            reference = _REFERENCE.search(match[1])
            if reference and reference[1].decode() == letter and 0 <= int(reference[2]) - first_row < len(shown):
                has_formula[int(reference[2]) - first_row] = True
        return np.where(has_formula, computed, shown)

    def _errors(
        self, sheet: Sheet, letters: Mapping[str, str], first_row: int, count: int
    ) -> dict[str, dict[int, str]]:
        """Cells that hold an Excel error, which calamine reads as blank: field -> row -> code."""
        found: dict[str, dict[int, str]] = {}
        for match in _ERROR_CELL.finditer(self.package.read(sheet.part)):
            reference = _REFERENCE.search(match[1])
            if reference and (field := letters.get(reference[1].decode())):
                row = int(reference[2]) - first_row
                if 0 <= row < count:
                    found.setdefault(field, {})[row] = (match[2] or b"#N/A").decode()
        return found

    def _below(self, sheet: Sheet, row: int, letters: set[str]) -> str | None:
        """The first filled cell in the row right below a table, within its columns."""
        mark = _row_mark(row)
        found = re.search(
            rb"<(?:\w+:)?row\b[^>]*" + mark + rb"[^>]*(?<!/)>(.*?)</(?:\w+:)?row>",
            self.package.read(sheet.part),
            re.DOTALL,
        )
        for cell in _FILLED_CELL.finditer(found[1]) if found else ():
            reference = _REFERENCE.search(cell[1])
            if reference and reference[1].decode() in letters:
                return f"{reference[1].decode()}{row}"
        return None

    def past(self, headings: Mapping[str, str]) -> Iterable[PastValue]:
        found = self._table(layout.PAST, layout.PAST_COLUMNS)
        if found is None:
            return
        indexes = _indexes(found)
        column = {id_: indexes[heading] for id_, heading in headings.items() if heading in indexes}
        if not {"start", "id", "value"} <= set(column):
            return
        for row in found.to_python():
            start, id_ = number(row[column["start"]]), row[column["id"]]
            if start is None or not 1 <= start < LAST_SERIAL or not isinstance(id_, str) or not id_:
                continue
            texts = {key: str(row[column[key]] or "") if key in column else "" for key in ("kind", "source", "level")}
            yield PastValue(
                from_serial(start), texts["kind"], id_, number(row[column["value"]]), texts["source"], texts["level"]
            )


def _without_date_formats(package: Package) -> bytes:
    """The file with every number format taken away, so that dates are read as the serial numbers that they are.

    Calamine would make dates of them, rounded to milliseconds, and off by a day before March 1900.
    """
    plain = Package.from_bytes(package.data, package.path)
    for part in plain.related(plain.workbook_part, OFFICE_RELATIONSHIP + "/styles"):
        plain.replace(part, _FORMAT.sub(rb"\g<1>0", plain.read(part)))
    return plain.data


def _row_mark(row: int) -> bytes:
    """How the XML of a sheet begins a row, and no cell."""
    return f' r="{row}"'.encode()


def _indexes(table: Any) -> dict[str, int]:
    """Where each heading of a table is; a line break in one is stored as an escape."""
    return {unescaped(heading): index for index, heading in enumerate(table.columns)}


def _at(grid: list[list[Any]], row: int, column: int) -> Any:
    if row > len(grid) or column > len(grid[row - 1]):
        return None
    value = grid[row - 1][column - 1]
    return None if value == "" else value


def _texts(numbers: Mapping[Any, int]) -> dict[str, int]:
    return {id_: number_ for id_, number_ in numbers.items() if isinstance(id_, str)}
