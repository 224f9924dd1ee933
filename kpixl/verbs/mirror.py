"""Brings the rows of linked sheets into their entry tables, as they stand on those sheets now: what the owner has typed
into a table herself stays, and no row that she has changed there is lost. Saves nothing."""

from __future__ import annotations

from bisect import bisect
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from kpixl.entries import LinkedNote
from kpixl.errors import EntryError, UsageError, WorkbookError
from kpixl.folding import folded
from kpixl.i18n import language
from kpixl.imports import has_namesakes, read_sheet
from kpixl.kpi.closing import blank_rows
from kpixl.message import shortened
from kpixl.ooxml.cells import column_letters
from kpixl.ooxml.shrink import keep_rows
from kpixl.ooxml.table_rows import set_cells
from kpixl.verbs import pairing
from kpixl.verbs.import_plan import ImportRequest, holds_formula, plan_of
from kpixl.workbook.append import append_entries, forget_hours, settle
from kpixl.workbook.links_part import Link, links_in, put_links
from kpixl.workbook.read import read

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
    from datetime import datetime

    from kpixl.catalog.tables import Table
    from kpixl.entries import EntryTable
    from kpixl.imports import Rejected, Value
    from kpixl.ooxml.package import Package
    from kpixl.verbs.import_plan import Plan
    from kpixl.workbook.read import Book


def brought_in(package: Package, now: datetime) -> bool:
    """Have every linked table of an open workbook hold what its sheet holds; whether a row has changed for that."""
    links = links_in(package)
    if not links:
        return False
    changed = False
    after: list[Link] = []
    for place, link in enumerate(links):
        book = read(package, now.date())
        others = [one for one in (*after, *links[place + 1 :]) if _is_there(package, one)]
        taken, rows_changed = mirrored(package, book, link, others)
        after.append(taken)
        changed |= rows_changed
    put_links(package, tuple(after))
    if changed:
        settle(package, read(package, now.date()))
    return changed


def mirrored(package: Package, book: Book, link: Link, others: Sequence[Link]) -> tuple[Link, bool]:
    """The link once the table holds what its sheet holds, and whether a row has changed; what ``others`` have brought
    into the table is theirs, though it be the same. Where the sheet is gone or
    cannot be read, all rows stay, and the link says so."""
    rows = book.entries.tables.get(link.table)
    if rows is None:
        return link, False
    if not _is_there(package, link):
        return replace(link, notes=(LinkedNote("linked_gone", link.table, link.sheet),)), False
    t = language(book.entries.language)
    try:
        plan = planned(package, book, link)
    except (EntryError, UsageError, WorkbookError) as error:
        told = {"reason": str(error.text(t))}
        return replace(link, notes=(LinkedNote("linked_unread", link.table, link.sheet, values=told),)), False
    move = _weighed(rows, link, plan, _taken_by(rows, others))
    _carried_out(package, book, plan, move)
    after = replace(
        link,
        fields=move.fields,
        rows=tuple(move.now.values()),
        notes=(*_left_out(package, plan, link, book), *_changed_here(rows, plan, link, move)),
    )
    return after, move.changes_rows


def planned(package: Package, book: Book, link: Link, request: ImportRequest | None = None) -> Plan:
    """What the sheet of a link has for its table, whatever is there already."""
    request = request or ImportRequest(link.table, package.path, constants=link.constants, sheet=link.sheet)
    return plan_of(package.path, book, request, read_sheet(package, link.sheet), anew=True)


@dataclass(frozen=True)
class _Move:
    """What has to happen to the rows of a table. Rows of the table and of the sheet count from 0."""

    fields: tuple[str, ...]
    now: Mapping[int, str]
    """The marks of the rows of the sheet."""
    new: tuple[int, ...]
    """Rows of the sheet that the table lacks."""
    changed: Mapping[int, int]
    """Rows of the sheet that stand otherwise in a row of the table, which follows."""
    gone: frozenset[int]
    """Rows of the table that the sheet has no longer."""
    held: Mapping[int, int]
    """Rows of the sheet with the row of the table that the owner has changed or typed in their place."""

    @property
    def changes_rows(self) -> bool:
        return bool(self.new or self.changed or self.gone)


def _is_there(package: Package, link: Link) -> bool:
    """Whether the workbook has the sheet; what one has brought that was renamed since is whose it is by now."""
    return folded(link.sheet) in {folded(sheet.name) for sheet in package.sheets}


def _taken_by(rows: EntryTable, links: Iterable[Link]) -> frozenset[int]:
    """The rows of a table that come from some sheets, as they were taken last."""
    taken: set[int] = set()
    for link in links:
        if link.table == rows.table.id and link.rows and all(rows.has(id_) for id_ in link.fields):
            there = _but(_marks_of(rows, link.fields), taken)
            taken |= {*pairing.equal(dict(enumerate(link.rows)), there).values()}
    return frozenset(taken)


def _weighed(rows: EntryTable, link: Link, plan: Plan, others: Collection[int]) -> _Move:
    columns = {id_: column for id_, column in plan.accepted.columns.items() if rows.has(id_)}
    fields = tuple(columns)
    now = dict(enumerate(pairing.marks([*columns.values()])))
    there = _but(_marks_of(rows, fields), others)
    shared = tuple(id_ for id_ in link.fields if id_ in fields)
    before = {
        number: pairing.only(one, link.fields, shared)
        for number, one in enumerate(link.rows)
        if pairing.fits(one, link.fields)
    }
    keys = {field.id for field in rows.table.fields if field.key}
    as_shared = {row: pairing.only(one, fields, shared) for row, one in there.items()}
    mine = pairing.equal(before, as_shared) if shared else {}
    lost = _but(before, mine)
    typed = _but(there, mine.values())
    edited = pairing.alike(lost, _some(as_shared, typed), shared, keys) if shared else {}
    stays = pairing.equal(now, _some(there, mine.values()))
    stays |= pairing.equal(_but(now, stays), typed)
    mended = {row: before[one] for one, row in edited.items() if row not in stays.values()}
    held = _held(_but(now, stays), fields, shared, mended, ())
    waiting, left = _but(now, {*stays, *held}), _but(_some(there, mine.values()), stays.values())
    changed = pairing.alike(waiting, left, fields, keys)
    waiting = _but(waiting, changed)
    held |= _held(waiting, fields, shared, _but(mended, held.values()), keys)
    waiting = _but(waiting, held)
    free = _but(typed, {*stays.values(), *held.values()})
    held |= pairing.same(waiting, free, fields, keys, keys | _begins(rows.table))
    gone = frozenset(_but(left, changed.values()))
    return _Move(fields, now, tuple(_but(now, {*stays, *held, *changed})), changed, gone, held)


def _begins(table: Table) -> set[str]:
    """The field that tells two rows with one key apart: the start of a stay, the day of what has a name alone."""
    if table.stays:
        return {table.stays[0]}
    return {str(table.date)} if has_namesakes(table) else set()


def _held(
    now: Mapping[int, str], fields: Sequence[str], shared: Sequence[str], edited: Mapping[int, str], keys: Iterable[str]
) -> dict[int, int]:
    """Rows of the sheet of which the owner has changed what was taken before: the same as then, or with ``keys`` alike
    what it was."""
    as_shared = {number: pairing.only(one, fields, shared) for number, one in now.items()}
    found = pairing.equal(as_shared, edited)
    if keys:
        found |= pairing.alike(_but(as_shared, found), _but(edited, found.values()), shared, {*keys})
    return found


def _some(rows: Mapping[int, str], numbers: Iterable[int]) -> dict[int, str]:
    return {number: rows[number] for number in sorted(numbers)}


def _but(rows: Mapping[int, str], numbers: Iterable[int]) -> dict[int, str]:
    away = {*numbers}
    return {number: one for number, one in rows.items() if number not in away}


def _marks_of(rows: EntryTable, fields: Sequence[str]) -> dict[int, str]:
    """The marks of the filled rows of a table."""
    blank = blank_rows(rows)
    columns = [[rows.held(id_, row) for row in range(len(rows))] for id_ in fields]
    return {row: one for row, one in enumerate(pairing.marks(columns)) if not blank[row]}


def _carried_out(package: Package, book: Book, plan: Plan, move: _Move) -> None:
    table = plan.match.table
    columns = {id_: plan.accepted.columns[id_] for id_ in move.fields}
    headings, name = book.headings[table.id], book.table_names[table.id]
    changes: dict[tuple[int, str], Value] = {}
    rows = book.entries.tables[table.id]
    assert rows is not None
    is_formula = holds_formula(book, table.id)
    for number, row in move.changed.items():
        for id_ in move.fields:
            value = columns[id_][number]
            if pairing.mark(value) != pairing.mark(rows.held(id_, row)) and not is_formula(id_, row):
                changes[row, headings[id_]] = book.entries.days.stored(value) if id_ in table.days else value
    if changes:
        set_cells(package, name, changes)
    if move.gone:
        keep_rows(package, name, [row for row in range(len(rows)) if row not in move.gone])
    if move.new:
        append_entries(package, book, table.id, {id_: [column[n] for n in move.new] for id_, column in columns.items()})
        untimed = [place for place, number in enumerate(move.new) if number in {*plan.accepted.untimed}]
        forget_hours(package, book, table.id, len(move.new), untimed, ())


def _left_out(package: Package, plan: Plan, link: Link, book: Book) -> Iterator[LinkedNote]:
    """What was not taken: refused rows by cause, lines of totals, and what may not mean what the owner thinks."""
    accepted, t = plan.accepted, language(book.entries.language)
    causes: dict[tuple[str, str], list[Rejected]] = {}
    for row in accepted.rejected:
        causes.setdefault((row.column, row.reason), []).append(row)
    for rows in causes.values():
        told = {"got": str(shortened(rows[0].value)), "reason": str(rows[0].why.text(t))}
        yield LinkedNote("linked_left", link.table, link.sheet, _cell(package, plan, rows[0]), told, len(rows))
    for note in accepted.notes:
        if note.code == "totals":
            told = {"count": str(note.values["count"])}
            first = str(note.values["lines"]).split(", ")[0]
            yield LinkedNote("linked_totals", link.table, link.sheet, f"A{first}", told)
        elif note.doubtful and note.code != "hidden_rows":  # she filters her own sheet as she likes
            yield LinkedNote("linked_doubt", link.table, link.sheet, values={"note": str(note.text(t))})
    if accepted.passed_over:
        already = sum(
            int(str(note.values["count"])) for note in accepted.notes if note.code in ("totals", "other_table")
        )
        if accepted.passed_over > already:
            told = {"count": str(accepted.passed_over - already)}
            yield LinkedNote("linked_passed", link.table, link.sheet, values=told)


def _cell(package: Package, plan: Plan, row: Rejected) -> str:
    """The address of the cell that does not fit."""
    sheet = next(one for one in package.sheets if one.name == plan.match.source.sheet)
    reach = package.reach(sheet.part)
    columns = plan.match.columns
    place = columns.index(row.column) if row.column in columns else 0
    return f"{column_letters(place + max(reach.left if reach else 1, 1))}{row.line}"


def _changed_here(rows: EntryTable, plan: Plan, link: Link, move: _Move) -> Iterator[LinkedNote]:
    """Rows of the table that the owner has changed or typed, where the sheet says otherwise."""
    gone = sorted(move.gone)
    for number, row in move.held.items():
        field = next(id_ for id_ in move.fields if _differs(rows, plan, move, id_, number, row))
        cell = rows.cell(field, row - bisect(gone, row))
        told = {"linked": link.sheet, "line": str(plan.accepted.lines[number])}
        yield LinkedNote("linked_changed", link.table, rows.sheet, cell, told)


def _differs(rows: EntryTable, plan: Plan, move: _Move, id_: str, number: int, row: int) -> bool:
    return pairing.mark(plan.accepted.columns[id_][number]) != pairing.mark(rows.held(id_, row))
