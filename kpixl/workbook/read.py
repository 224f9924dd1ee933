"""Reads a workbook: what the owner entered, and where kpixl's own cells are. Follows names, never addresses."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import product
from typing import TYPE_CHECKING, Any

import numpy as np

from kpixl.catalog.model import OWN_SLOTS
from kpixl.catalog.needs import settings_of
from kpixl.cellvalue import ExcelError, number
from kpixl.entries import IN_USE_NO, Action, Entries, EntryTable, InputCell, OwnEntry, PastValue, WhatIf
from kpixl.errors import N_, BadSetting, EarlierWorkbook, KpiRowDeleted, OwnedPartMissing
from kpixl.i18n import language
from kpixl.kpi.late import NOTHING_LATE, Late, brought_up
from kpixl.kpi.measure import Tally
from kpixl.kpi.noise import NOISE
from kpixl.kpi.own import own_kpis
from kpixl.kpi.traits import GRADED
from kpixl.kpi.what_if import changeable
from kpixl.languages import codes
from kpixl.message import phrase
from kpixl.ooxml.package import Package
from kpixl.period import LAST_SERIAL, Kind, Period, Window, from_serial
from kpixl.texts.words import SOURCES_OF_PAST, entry_words, kpi_title
from kpixl.workbook import layout
from kpixl.workbook.aliases import AS_USUAL, Aliases
from kpixl.workbook.blocks import Blocks
from kpixl.workbook.file_view import FileView
from kpixl.workbook.formulas import none_name
from kpixl.workbook.grid import Placement
from kpixl.workbook.log_line import LogLine
from kpixl.workbook.older import as_made
from kpixl.workbook.pack_part import business_in
from kpixl.workbook.sheets import board, dashboard, log, own
from kpixl.workbook.sheets.settings import FIXED
from kpixl.workbook.vectors import as_numbers, as_texts

if TYPE_CHECKING:
    from pathlib import Path

    from kpixl.catalog.model import Business, BusinessKpi, Level
    from kpixl.catalog.tables import Table
    from kpixl.i18n import Language
    from kpixl.ooxml.package import Sheet
    from kpixl.workbook.file_view import TableRows, View

REQUIRED_BLOCKS = ("settings", "totals", "kpis", "thresholds")


@dataclass(frozen=True)
class TrendPick:
    """The KPI that the dashboard's chart shows."""

    kpi: str
    """Its id."""
    picked: bool
    """Whether it is the one that the cell names; else it stands in for one that is not in use, or none."""


@dataclass(frozen=True)
class Book:
    """A workbook as kpixl sees it."""

    view: View
    entries: Entries
    placements: Mapping[str, Placement]
    """Blocks that are still there, by their id."""
    sheets: Mapping[str, Sheet]
    """Sheets that are still there, by their key."""
    headings: Mapping[str, Mapping[str, str]]
    """Table id -> column id -> the heading that the owner sees; without deleted ones."""
    table_names: Mapping[str, str]
    """Table id -> the name that the table has now."""
    trend: TrendPick
    rewound: frozenset[str] = frozenset()
    """KPIs whose window the owner has changed since the last refresh."""
    stale: Mapping[tuple[str, str], Mapping[int, float | None]] = dataclasses.field(default_factory=dict)
    """Cells of calculated columns whose saved values are not what their formulas give: table and column -> row of the
    table -> the right one."""
    aliases: Aliases = AS_USUAL
    """Tables and names that are called otherwise in this workbook."""
    remembered: Mapping[str, Mapping[str, tuple[str, ...]]] = dataclasses.field(default_factory=dict)
    """What imports have learned: table id -> field id -> columns of files that fill it."""
    past_rows: tuple[int, ...] = ()
    """For each closed figure of the entries, its place among the rows of Past periods."""
    late: Late = NOTHING_LATE
    """What came late to closed periods: the entries have it, and the file not yet."""

    log: tuple[LogLine, ...] = ()
    """What kpixl did to it, the newest first."""
    keeps_log: bool = False
    """Whether there is a log, and it is not switched off."""

    tallies: dict[date, Tally] = dataclasses.field(default_factory=dict, repr=False, compare=False)
    """What ``tally`` has been asked for already, by the day."""

    def tally(self, today: date) -> Tally:
        """What counts the rows as of a day: measures, Check and the breakdowns look at the same ones."""
        if today not in self.tallies:
            self.tallies[today] = Tally(self.entries, today)
        return self.tallies[today]


def read(package: Package, today: date | None = None, *, sparing: bool = False) -> Book:
    """Everything in the package of a workbook that kpixl made, as of ``today``; for errors see ``read_view``. One that
    is ``sparing`` with memory takes a little longer where tables are large."""
    return read_view(FileView(package, sparing=sparing), today)


def read_view(view: View, today: date | None = None) -> Book:
    """Everything in a workbook that kpixl made; errors where it did not, or where a setting makes no sense. Calculated
    columns are as of ``today``; without a day nothing is still to come."""
    reader = _Reader(view)
    if view.version.isdigit() and 0 < int(view.version) < layout.LAYOUT_VERSION:
        raise EarlierWorkbook(path=view.path.name)
    fixed = fixed_in(reader)
    places, sheets = reader.places(*layout.blocks(fixed.business))
    _require(view, fixed.business, places)
    return reader.book(fixed, places, sheets, today)


def language_in(path: Path) -> str | None:
    """The code of the language that a workbook speaks; None where it is none of kpixl's or cannot tell."""
    try:
        blocks = Blocks(FileView(Package.open(path)))
        places, sheets = blocks.places("settings")
        code = blocks.fixed(places["settings"], sheets, "language")
    except Exception:  # what is wrong with the file is told by whoever reads it, in some language
        return None
    return code if code in codes() else None


@dataclass(frozen=True)
class Fixed:
    """What was settled when a workbook was made."""

    business: Business
    """With the KPIs, measures and columns that the workbook has."""
    language: str
    currency: str
    kind: Kind


def fixed_in(blocks: Blocks) -> Fixed:
    """What was settled when a workbook was made; OwnedPartMissing where it does not say."""
    places, sheets = blocks.places("settings")
    if "settings" not in places:
        raise OwnedPartMissing(path=blocks.path.name, what=phrase(layout.RESULT_TITLES["settings"]))
    business, code, currency, kind = (blocks.fixed(places["settings"], sheets, row) for row in FIXED)
    if not (business and code in codes() and currency and kind in list(Kind)):
        raise OwnedPartMissing(path=blocks.path.name, what=phrase(N_("a fixed entry of Settings")))
    owner = business_in(business, Kind(kind), blocks.view.pack, blocks.path)
    return Fixed(as_made(blocks, owner), code, currency, Kind(kind))


def _require(view: View, business: Business, places: Mapping[str, Placement]) -> None:
    """Refuse a workbook in which a row or column is gone that its own formulas and kpixl count on."""
    for id_ in REQUIRED_BLOCKS:
        wanted, place = layout.placements(business)[id_], places.get(id_)
        title = phrase(layout.RESULT_TITLES[id_])
        if place is None:
            raise OwnedPartMissing(path=view.path.name, what=title)
        gone = [
            key for key in (*wanted.rows, *wanted.columns) if key not in {*place.row_numbers, *place.column_numbers}
        ]
        deleted = next((kpi for kpi in business.kpis if kpi.id == gone[0]), None) if gone else None
        if deleted is not None:
            raise KpiRowDeleted(path=view.path.name, kpi=phrase(deleted.name), where=title)
        if gone:
            what = phrase(N_("the row or column “{id}” of {sheet}"), id=gone[0], sheet=title)
            raise OwnedPartMissing(path=view.path.name, what=what)


class _Reader(Blocks):
    """A workbook that kpixl made: its blocks and its tables."""

    def __init__(self, view: View) -> None:
        super().__init__(view)
        self.shown: dict[tuple[str, str], np.ndarray] = {}
        """What the calculated columns show: table and column -> numbers."""
        self.found: dict[str, TableRows] = {}
        """The tables that are there, by their ids."""

    # The whole

    def book(self, fixed: Fixed, places: dict[str, Placement], sheets: dict[str, Sheet], today: date | None) -> Book:
        business = fixed.business
        headings = {table.id: self.headings(table.id, [c.id for c in table.columns]) for table in business.tables}
        headings[layout.PAST] = self.headings(layout.PAST, list(layout.PAST_COLUMNS))
        headings[layout.IMPORTS] = self.headings(layout.IMPORTS, list(layout.IMPORT_COLUMNS))
        tables = self.tables(business, headings, sheets, fixed.currency)
        past = list(self.past(headings[layout.PAST], language(fixed.language)))
        entries = self.entries(fixed, places, sheets, tables, tuple(line for _, line in past))
        stale = self.calculate(entries, today)
        entries, late = brought_up(entries, today)
        names = {id_: self.table_name(id_, columns) for id_, columns in headings.items()}
        renamed = {layout.table_name(id_): name for id_, name in names.items() if name != layout.table_name(id_)}
        return Book(
            self.view,
            entries,
            places,
            sheets,
            headings,
            names,
            self.trend(entries),
            self.rewound(entries, places, sheets),
            stale,
            Aliases({**self.aliases.names, **renamed}),
            self.remembered(headings[layout.IMPORTS]),
            tuple(index for index, _ in past),
            late,
            self.log(places, sheets),
            "log" in places and self.cell(places["log"], sheets, *log.SWITCH).text.lower() != entries.words[IN_USE_NO],
        )

    def tables(
        self, business: Business, headings: Mapping[str, Mapping[str, str]], sheets: dict[str, Sheet], currency: str
    ) -> dict[str, EntryTable | None]:
        """The entry tables by id, None where one is gone; adds to ``sheets`` those on which they are."""
        names = [self.table_name(t.id, [column.id for column in t.columns]) for t in business.tables]
        self.view.expect(names, currency)
        tables = {}
        for table in business.tables:
            tables[table.id], sheet = self.entry_table(table, headings[table.id])
            if sheet:
                sheets[table.id] = sheet
        return tables

    def entries(
        self,
        fixed: Fixed,
        places: dict[str, Placement],
        sheets: dict[str, Sheet],
        tables: Mapping[str, EntryTable | None],
        past: tuple[PastValue, ...],
    ) -> Entries:
        """What the owner has entered, beside the rows of her tables and the closed figures."""
        business, kpis, totals = fixed.business, places["kpis"], places["totals"]
        words = self.words(business, fixed.language, places, sheets)
        ids = [kpi.id for kpi in business.kpis]
        chosen = {id_: self.cell(kpis, sheets, id_, "window") for id_ in ids}
        by_word = {words[f"window_{window.value}"].lower(): window for window in Window}
        switches = places.get("in_use")
        windows = {id_: by_word.get(cell.text.lower()) for id_, cell in chosen.items()}

        def graded(column: str) -> dict[tuple[str, Level], InputCell]:
            """The cells of one kind for every KPI and level."""
            place, cells = places["thresholds"], product(ids, GRADED)
            return {(id_, one): self.entered(place, sheets, id_, f"{one.id}_{column}") for id_, one in cells}

        return Entries(
            business=business.over({id_: window for id_, window in windows.items() if window}),
            company=str(self.named("company").raw or ""),
            language=fixed.language,
            currency=fixed.currency,
            period=Period.containing(fixed.kind, self.period_day()),
            tables=tables,
            settings=self.settings(business, places["settings"], sheets),
            typed={m.name: self.entered(totals, sheets, m.name, "typed") for m in business.measures},
            targets={id_: self.entered(kpis, sheets, id_, "target") for id_ in (*ids, *OWN_SLOTS)},
            thresholds=graded("yours"),
            published=graded("published"),
            past=past,
            words=words,
            windows=chosen,
            own=tuple(self.own(places, sheets)),
            in_use={id_: self.cell(switches, sheets, id_, "value") for id_ in ids} if switches else {},
            totals_for=self.day(self.cell(totals, sheets, "of", "typed")),
            none={table.id: self.named(none_name(table.id)) for table in business.tables if table.waits},
            what_if=self.what_if(business, places, sheets),
            actions=self.actions((*ids, *OWN_SLOTS), places, sheets),
            days=self.days,
            linked=self.view.linked,
            unread=self.other_sheets(table.id for table in business.tables),
        )

    def settings(self, business: Business, place: Placement, sheets: Mapping[str, Sheet]) -> dict[str, InputCell]:
        """What the owner has set, by the id of the setting."""
        cells = {setting: self.entered(place, sheets, setting.id, "value") for setting in settings_of(business)}
        return {setting.id: self.day(cell) if setting.is_date else cell for setting, cell in cells.items()}

    def period_day(self) -> date:
        cell = self.day(self.with_error(self.named("period_day")))
        serial = cell.number
        if not cell.cell:
            raise OwnedPartMissing(path=self.path.name, what=phrase(N_("the cell of the period")))
        if serial is None or not 1 < serial < LAST_SERIAL + 1:
            raise BadSetting(
                sheet=cell.sheet,
                cell=cell.cell,
                got="" if cell.raw is None else cell.raw,
                expected=phrase(N_("a date")),
            )
        return from_serial(serial)

    def trend(self, entries: Entries) -> TrendPick:
        """The KPI picked on the dashboard; the first one in use where the cell says something else, as in the sheet."""
        t, picked = language(entries.language), str(self.named("trend_kpi").raw or "").casefold()
        kpis = (*entries.business.kpis, *own_kpis(entries))
        used = [kpi for kpi in reversed(kpis) if kpi.name and kpi.id not in entries.off]
        names = {kpi_title(kpi, t).casefold(): kpi.id for kpi in used}
        return TrendPick(names.get(picked, used[-1].id if used else kpis[0].id), picked in names)

    def words(
        self, business: Business, code: str, places: Mapping[str, Placement], sheets: Mapping[str, Sheet]
    ) -> dict[str, str]:
        """The words that entries are compared with, as the workbook has them."""
        words = entry_words(business, language(code))
        if "words" not in places:
            return words
        cells = {id_: self.cell(places["words"], sheets, id_, "text") for id_ in words}
        return {id_: cells[id_].text if cells[id_].filled else word for id_, word in words.items()}

    def own(self, places: Mapping[str, Placement], sheets: Mapping[str, Sheet]) -> Iterable[OwnEntry]:
        """The KPIs that the owner made up."""
        place = places.get("own")
        if place is None:
            return
        sheet = sheets[place.sheet].name
        for slot in OWN_SLOTS:
            formula = ""
            if slot in place.row_numbers and "formula" in place.column_numbers:
                formula = self.aliases.ours(self.view.formula(sheet, *place.position(slot, "formula")) or "")
            cells = {column: self.cell(place, sheets, slot, column) for column in own.COLUMNS}
            thresholds = {level: cells[level.id] for level in GRADED}
            yield OwnEntry(
                slot, cells["label"], formula, cells["formula"], cells["unit"], cells["direction"], thresholds
            )

    def what_if(
        self, business: Business, places: Mapping[str, Placement], sheets: Mapping[str, Sheet]
    ) -> dict[str, WhatIf]:
        """What the owner supposes of measures; nothing in a workbook without such a sheet."""
        place = places.get("what_if")
        if place is None:
            return {}
        names = [measure.name for measure in changeable(business)]
        return {n: WhatIf(*(self.cell(place, sheets, n, column) for column in ("change", "percent"))) for n in names}

    def log(self, places: Mapping[str, Placement], sheets: Mapping[str, Sheet]) -> tuple[LogLine, ...]:
        """The lines of the log, as they stand there."""
        place = places.get("log")
        if place is None:
            return ()
        lines = []
        for row in log.LINES:
            cells = {column: self.cell(place, sheets, row, column) for column in log.COLUMNS}
            if any(cell.filled for cell in cells.values()):
                when, *texts = cells.values()
                lines.append(LogLine(number(self.day(when).raw) or when.text, *(cell.text for cell in texts)))
        return tuple(lines)

    def actions(
        self, ids: Iterable[str], places: Mapping[str, Placement], sheets: Mapping[str, Sheet]
    ) -> dict[str, Action]:
        """What the owner has decided about each KPI: as it stands in its row of the dashboard, else as it was kept when
        the KPI left it."""
        kept, do, page = (places.get(id_) for id_ in ("actions", "do", "dashboard"))
        if kept is None:
            return {}
        at: dict[tuple[str, str], tuple[str, str]] = {}
        if do is not None and page is not None:
            for row in board.FIRST_ROWS:
                id_ = self.cell(do, sheets, row, "id").text
                at |= {(id_, entry): (row, column) for entry, column in dashboard.ENTRIES.items()}
            at[self.cell(do, sheets, board.FOCUS, "id").text, "note"] = dashboard.NOTE

        def found(id_: str, entry: str) -> InputCell:
            row, column = at.get((id_, entry), ("", ""))
            cell = self.cell(kept, sheets, id_, entry)
            if page is not None and row in page.row_numbers and column in page.column_numbers:
                cell = self.cell(page, sheets, row, column)
            return self.day(cell) if entry == board.DAY else cell

        return {id_: Action(*(found(id_, entry) for entry in board.ACTION_COLUMNS)) for id_ in ids}

    def rewound(self, entries: Entries, places: Mapping[str, Placement], sheets: Mapping[str, Sheet]) -> frozenset[str]:
        """The KPIs whose window is not the one at the last refresh."""
        if "calc" not in places:
            return frozenset()

        def changed(kpi: BusinessKpi) -> bool:
            seen = self.cell(places["calc"], sheets, kpi.id, "seen_window")
            return seen.text != entries.windows[kpi.id].text

        return frozenset(kpi.id for kpi in entries.business.kpis if changed(kpi))

    # Tables

    def _table(self, id_: str, columns: Iterable[str]) -> TableRows | None:
        """A table, whatever the owner calls it now; None where it is gone."""
        return self.view.table(self.table_name(id_, columns))

    def entry_table(self, table: Table, headings: Mapping[str, str]) -> tuple[EntryTable | None, Sheet | None]:
        found = self._table(table.id, [column.id for column in table.columns])
        if found is None:
            return None, None
        sheet = self.by_name[found.sheet]
        self.found[table.id] = found.without_values()
        columns = {id_: found.columns.index(heading) for id_, heading in headings.items() if heading in found.columns}
        count = len(found.rows)
        by_index = found.by_column
        letters = {id_: found.letter(index) for id_, index in columns.items()}
        errors = self.view.errors(found)
        numbers: dict[str, np.ndarray] = {}
        texts: dict[str, np.ndarray] = {}
        odd: dict[str, dict[int, object]] = {}
        for field in table.fields:
            if field.id not in columns:
                continue
            values: Sequence[Any] = by_index[columns[field.id]]
            if letters[field.id] in errors:
                values = list(values)
                for row, code in errors[letters[field.id]].items():
                    values[row] = ExcelError(code)
            if field.type in ("date", "number"):
                numbers[field.id], odd[field.id] = as_numbers(values)
                if field.type == "date":
                    numbers[field.id] += self.days.behind
            else:
                texts[field.id] = as_texts(values)
                odd[field.id] = {row: values[row] for row in sorted(errors.get(letters[field.id], ()))}
        for column in table.calculated:
            if column.id in columns:
                shown = as_numbers(by_index[columns[column.id]])[0]
                self.shown[table.id, column.id] = shown + self.days.behind if column.id in table.days else shown
        amounts = {letters[f.id] for f in table.fields if f.unit == "money" and f.id in letters}
        money = self.view.foreign(found, amounts) if amounts else {}
        return (
            EntryTable(
                table,
                sheet.name,
                found.first_row,
                letters,
                dict(headings),
                count,
                numbers,
                texts,
                odd,
                self.view.below(found, set(letters.values())),
                self.view.outside(found),
                found.left + len(found.columns) - 1,
                {id_: money[letters[id_]] for id_ in letters if letters[id_] in money},
                self._noted(found, [columns[field.id] for field in table.fields if field.id in columns], columns),
                self._beside(found, by_index, columns),
            ),
            sheet,
        )

    def _beside(
        self, found: TableRows, by_index: Sequence[Sequence[Any]], columns: Mapping[str, int]
    ) -> np.ndarray | None:
        """What the owner typed in columns of his own, as a number for each row that is the same for the same."""
        theirs = [index for index in range(len(found.columns)) if index not in columns.values()]
        filled = [index for index in theirs if any(value != "" for value in by_index[index])]
        typed = [by_index[i] for i in filled if not self.view.formulas(found, found.letter(i)).any()]
        if not typed:
            return None
        known: dict[tuple[Any, ...], int] = {}
        return np.array([known.setdefault(row, len(known)) for row in zip(*typed, strict=True)])

    def _noted(self, found: TableRows, fields: Sequence[int], columns: Mapping[str, int]) -> frozenset[int]:
        """Rows without an entry in which the owner wrote something himself in a column of his own."""
        theirs = [index for index in range(len(found.columns)) if index not in columns.values()]
        rows = [
            number
            for number, row in enumerate(found.rows if theirs else ())
            if any(row[index] != "" for index in theirs) and all(row[index] == "" for index in fields)
        ]
        formulas = {index: self.view.formulas(found, found.letter(index)) for index in theirs} if rows else {}
        return frozenset(
            number
            for number in rows
            if any(found.rows[number][index] != "" and not formulas[index][number] for index in theirs)
        )

    def calculate(self, entries: Entries, today: date | None) -> dict[tuple[str, str], dict[int, float | None]]:
        """Give the tables their calculated columns: what their formulas give now, and what stands there where somebody
        typed over them. Answers the cells whose saved values are not what their formulas give."""
        tally = Tally(entries, today)
        stale: dict[tuple[str, str], dict[int, float | None]] = {}
        for (table, id_), shown in self.shown.items():
            rows = entries.tables[table]
            assert rows is not None
            column = next(column for column in rows.table.calculated if column.id == id_)
            computed = tally.calculated(rows, column)
            noise = NOISE * np.fmax(1.0, np.abs(shown))
            differs = ~np.isclose(computed, shown, rtol=0.0, atol=noise, equal_nan=True)
            if differs.any():
                has_formula = self.view.formulas(self.found[table], rows.letters[id_])
                wrong = np.flatnonzero(differs & has_formula).tolist()
                if wrong:
                    right = (float(value) for value in computed[wrong])
                    stale[table, id_] = dict(zip(wrong, (None if x != x else x for x in right), strict=True))
                computed = np.where(differs & ~has_formula, shown, computed)
            # Not what is saved, which is near it: the next column may be computed from this one.
            rows.numbers[id_] = computed
        return stale

    def past(self, headings: Mapping[str, str], t: Language) -> Iterable[tuple[int, PastValue]]:
        """The lines of Past periods, each with its place among the table's rows."""
        sources = {t(word).casefold(): id_ for id_, word in SOURCES_OF_PAST.items() if id_}
        found = self._table(layout.PAST, layout.PAST_COLUMNS)
        if found is None:
            return
        column = {id_: found.columns.index(heading) for id_, heading in headings.items() if heading in found.columns}
        if not {"start", "id", "value"} <= set(column):
            return
        for index, row in enumerate(found.rows):
            start, id_ = self.days.serial(number(row[column["start"]])), row[column["id"]]
            if start is None or not 1 <= start < LAST_SERIAL + 1 or not isinstance(id_, str) or not id_:
                continue
            told = ("kind", "source", "level", "note")
            texts = {key: str(row[column[key]] or "") if key in column else "" for key in told}
            value = number(row[column["value"]])
            source = sources.get(texts["source"].casefold(), texts["source"])
            cell = f"{found.letter(column['start'])}{found.first_row + index}"
            texts |= {"source": source, "sheet": found.sheet, "cell": cell}
            line = PastValue(from_serial(start), id=id_, value=value, **texts)
            yield index, line

    def remembered(self, headings: Mapping[str, str]) -> dict[str, dict[str, tuple[str, ...]]]:
        """Table id -> field id -> the columns of files that an import has taken for it."""
        found: dict[str, dict[str, tuple[str, ...]]] = {}
        table = self._table(layout.IMPORTS, layout.IMPORT_COLUMNS)
        if table is None or not _all_there(headings, layout.IMPORT_COLUMNS, table):
            return found
        places = [table.columns.index(headings[id_]) for id_ in layout.IMPORT_COLUMNS]
        for row in table.rows:
            id_, field, column = (str(row[place]) for place in places)
            if id_ and field and column:
                fields = found.setdefault(id_, {})
                fields[field] = (*fields.get(field, ()), column)
        return found


def _all_there(headings: Mapping[str, str], columns: Iterable[str], table: TableRows) -> bool:
    """Whether a table still has all of its columns."""
    return set(headings) == set(columns) and set(headings.values()) <= set(table.columns)
