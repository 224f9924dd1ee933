"""Takes the rows of another program's export into an entry table, and refreshes the workbook.

Rows that are there already are not taken again, and nothing that stands in the workbook is written over.
"""

from __future__ import annotations

import csv
import dataclasses
import hashlib
import io
import re
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING

from kpixl.entries import entry_table
from kpixl.errors import N_, FileExists
from kpixl.files import ensure_free, locked
from kpixl.folding import name_key
from kpixl.imports import How, glimpsed, lines_of, plain_text, read_source
from kpixl.kpi.backfill import Backfill, backfilled
from kpixl.message import Verbatim, phrase
from kpixl.ooxml.table_rows import set_cells
from kpixl.verbs.import_plan import plan_of, suiting
from kpixl.verbs.progress import quiet
from kpixl.verbs.refresh import refresh_package
from kpixl.verbs.results import no_collection, opened
from kpixl.workbook.append import append_entries, forget_hours, remember
from kpixl.workbook.numbers_part import add_numbers, numbers_in
from kpixl.workbook.past import put_past
from kpixl.workbook.read import Book, read
from kpixl.workbook.trace import Done

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping
    from pathlib import Path

    from kpixl.check import Problem
    from kpixl.imports import Accepted, Filter, Rejected
    from kpixl.ooxml.package import Package
    from kpixl.verbs.import_plan import ImportRequest, Plan
    from kpixl.verbs.progress import Reporter


_CALCULATES = re.compile(r"[+-](?!\s*[\d.,]+\s*%?\s*$)")


@dataclass(frozen=True)
class ImportOutcome:
    """What became of the rows of a source."""

    plan: Plan
    added: Mapping[str, tuple[str, ...]] = dataclasses.field(default_factory=dict)
    """Table id -> names that were added to it, because the rows speak of them."""
    backfill: Backfill | None = None
    """What rows of earlier periods came to; None where nobody has asked."""
    problems: tuple[Problem, ...] = ()
    """What Check says of the workbook afterwards."""
    backup: Path | None = None
    """Of the workbook as it was; None where nothing was written."""
    written: bool = True
    upgraded: bool = False
    """Whether the workbook was of an earlier layout, and has been brought up to date."""
    digest: str = ""
    """The SHA-256 of the file that was written, in hexadecimal; blank without one."""

    @property
    def imported(self) -> int:
        """How many new rows there are, or would be."""
        return len(self.plan.accepted)

    @property
    def rejected(self) -> tuple[Rejected, ...]:
        """The rows that do not fit."""
        return self.plan.accepted.rejected


def import_rows(
    path: Path,
    request: ImportRequest,
    *,
    now: datetime,
    agree: Callable[[Plan], bool] | None = None,
    progress: Reporter = quiet,
) -> ImportOutcome:
    """Append the rows of a file to an entry table and refresh; rows that do not fit are left out and listed.

    A row that is there already gets what was blank in it and the file knows. Rows of closed periods are passed over.
    ``agree`` is asked before anything is written; columns that were guessed are remembered where ``request.agreed``.
    An EntryError where the source cannot be read or what is asked of its columns cannot be done; UnknownChoice or
    UnknownField for a table or a field that is not there.
    """
    with locked(path):
        return _imported(path, request, now, agree, progress)


def _imported(
    path: Path, request: ImportRequest, now: datetime, agree: Callable[[Plan], bool] | None, progress: Reporter
) -> ImportOutcome:
    progress(0, 5, N_("Reading the workbook"))
    package, upgraded = opened(path, now)
    ensure_free(path)
    with no_collection():
        plan, done = _taken(package, request, agree, progress)
        if done is None:
            return ImportOutcome(plan, written=False)
        past = _backfilled(package, plan, now) if request.backfill else None
        plan = replace(plan, accepted=plan.accepted.told())
        progress(3, 5, N_("Computing the KPIs"))
        problems = refresh_package(package, now=now, rows_changed=True, done=_and_past(done, past))[1]
    progress(4, 5, N_("Saving"))
    backup = package.save(path, backup=now)
    names = {other: tuple(map(str, next(iter(columns.values())))) for other, columns in plan.missing.items()}
    digest = hashlib.sha256(package.data).hexdigest()
    return ImportOutcome(plan, names, past, problems, backup, upgraded=upgraded, digest=digest)


def _taken(
    package: Package, request: ImportRequest, agree: Callable[[Plan], bool] | None, progress: Reporter
) -> tuple[Plan, Done | None]:
    """Take the rows into an open package, not refreshed yet; None for what is done where nobody agrees. A large table
    is in memory for as long as this takes, and not beside itself as it is afterwards."""
    book = read(package, sparing=True)
    progress(1, 5, N_("Reading the file"))
    plan = _planned(package, book, request)
    if agree is not None and not agree(plan):
        return plan, None
    # What the file says stands in the columns to be taken by now; of its rows, the refused ones are kept to be told.
    plan = replace(plan, match=glimpsed(plan.match, {row.line for row in plan.accepted.rejected}))
    progress(2, 5, N_("Adding the rows"))
    table = plan.match.table.id
    for other, columns in plan.missing.items():
        append_entries(package, book, other, columns)
    _complete(package, book, table, plan.accepted)
    append_entries(package, book, table, plan.accepted.columns)
    add_numbers(package, table, plan.accepted.numbers)
    forget_hours(package, book, table, len(plan.accepted), plan.accepted.untimed, plan.accepted.untimed_known)
    if len(plan.accepted) or plan.accepted.known:
        remember(package, book, table, learned(book, plan, agreed=request.agreed))
    return plan, _done(plan, book)


def _planned(package: Package, book: Book, request: ImportRequest) -> Plan:
    source = read_source(request.source, sheet=request.sheet, weigh=suiting(book, request))
    return plan_of(package.path, book, request, source, numbers=numbers_in(package))


def _backfilled(package: Package, plan: Plan, now: datetime) -> Backfill:
    """Put what rows of earlier periods come to into Past periods, of a workbook with the new rows."""
    book, table = read(package, now.date()), plan.match.table
    record = book.entries.business.table(table.id)
    found = backfilled(book.entries, record, entry_table(record, plan.accepted.before), now.date())
    put_past(package, book, found.lines)
    return found


def _and_past(done: Done, past: Backfill | None) -> Done:
    """The same, and of which periods there are figures now."""
    if past is None or not past.periods:
        return done
    first, last = past.periods[0], past.periods[-1]
    told = phrase(N_("closed periods from rows of earlier ones: {first} to {last}"), first=first, last=last)
    written = phrase(Verbatim("{written}; {told}"), written=done.written, told=told)
    return replace(done, written=written)


def _done(plan: Plan, book: Book) -> Done:
    """What the log says."""
    accepted, source = plan.accepted, plan.match.source
    causes: dict[tuple[str, str], list[Rejected]] = {}
    for row in accepted.rejected:
        causes.setdefault((row.column, row.reason), []).append(row)
    left = [
        phrase(N_("{count} rows, {column}: the cell {reason}"), count=len(rows), column=column, reason=rows[0].why)
        for (column, _), rows in causes.items()
    ]
    passed = accepted.earlier + accepted.passed_over
    read_ = len(accepted) + accepted.known + len(accepted.rejected) + passed
    left += [phrase(N_("passed over: {count}"), count=passed)] if passed else []
    counts = {"new": len(accepted), "known": accepted.known, "completed": len(accepted.completions)}
    return Done(
        "import",
        phrase(N_("{path}, rows: {count}"), path=source.path.name, count=read_),
        phrase(
            N_("{table}: new rows: {new}; there already: {known}, of which completed: {completed}"),
            table=book.sheets[plan.match.table.id].name, **counts,
        ),
        phrase(Verbatim("{causes}"), causes=tuple(left)) if left else None,
    )  # fmt: skip


def write_refused(plan: Plan, out: Path, t: Callable[[str], str]) -> None:
    """Write the rows that were left out as a CSV file for mending: as they stand in the source, with the reason behind
    them. FileExists where the file is there already."""
    if out.exists():
        raise FileExists(path=str(out))
    source, columns = plan.match.source, plan.match.columns
    by_line = dict(zip(source.lines, source.rows, strict=True))
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow([*map(_no_formula, columns), t(N_("Reason"))])
    for row in plan.accepted.rejected:
        cells = [plain_text(cell) for cell in by_line[row.line][: len(columns)]]
        writer.writerow([*map(_no_formula, cells), *[""] * (len(columns) - len(cells)), row.text(t)])
    with out.open("x", encoding="utf-8", errors="replace", newline="") as file:
        file.write("\ufeff" + text.getvalue())


def _no_formula(cell: str) -> str:
    """A text that Excel would take for a formula, with the apostrophe that a person would type before it."""
    return f"'{cell}" if cell[:1] in ("=", "@", "\t", "\r") or _CALCULATES.match(cell) else cell


_OWN_WAYS = (How.REMEMBERED, How.PRODUCT)
"""Columns that are found anew each time, whatever is remembered."""


def learned(book: Book, plan: Plan, *, agreed: bool) -> dict[str, tuple[str, ...]]:
    """What there is to remember. Of the columns that were given, or guessed and ``agreed`` upon, by field: the column,
    and before it those of files that are called otherwise. Another column of this file was given by mistake, or is no
    longer the one. What the owner said besides, by option. Nothing that cost a row or a cell: it may have been a
    mistake."""
    matched, accepted = plan.match, plan.accepted
    here = {name_key(column) for column in matched.columns}
    known = book.remembered.get(matched.table.id, {})
    fields = {
        id_: (column, *(other for other in known.get(id_, ()) if name_key(other) not in here))
        for id_, column in matched.mapping.items()
        if (matched.fillings[id_].how is How.GIVEN or (agreed and matched.fillings[id_].how not in _OWN_WAYS))
        and id_ not in accepted.misfitting
    }
    empty = {str(note.values["column"]) for note in accepted.notes if note.code == "no_such_value"}
    said = replace(plan.said, filters=tuple(one for one in plan.said.filters if not _is_about(one, empty)))
    dated = {
        matched.column(id_)
        for id_ in matched.fillings
        if matched.table.field(id_).type == "date" and id_ not in accepted.misfitting
    }
    lines = lines_of(said, matched.columns, dated)
    changed = {option: texts for option, texts in lines.items() if texts != known.get(option, ())}
    return {**fields, **changed}


def _is_about(one: Filter, columns: Collection[str]) -> bool:
    return not one.remembered and any(name_key(one.column) == name_key(column) for column in columns)


def _complete(package: Package, book: Book, table: str, accepted: Accepted) -> None:
    """Fill in what was blank in rows that are there already."""
    headings, days = book.headings[table], book.entries.business.table(table).days
    changes = {
        (completion.row, headings[id_]): book.entries.days.stored(value) if id_ in days else value
        for completion in accepted.completions
        for id_, value in completion.values.items()
    }
    if changes:
        set_cells(package, book.table_names[table], changes)
