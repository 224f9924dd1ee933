"""Links a sheet of the owner's to an entry table, so that she goes on typing where she always did: every refresh takes
its rows in as they stand there. Ends links, and lists them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from kpixl.errors import N_, UsageError
from kpixl.files import ensure_free, locked
from kpixl.folding import folded
from kpixl.imports import UnknownSheet
from kpixl.message import phrase
from kpixl.verbs.import_rows import learned
from kpixl.verbs.mirror import brought_in, planned
from kpixl.verbs.refresh import refresh_package
from kpixl.verbs.results import no_collection, opened
from kpixl.workbook.append import remember
from kpixl.workbook.links_part import Link, links_in, put_links
from kpixl.workbook.read import read
from kpixl.workbook.trace import Done

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime
    from pathlib import Path

    from kpixl.check import Problem
    from kpixl.ooxml.package import Package
    from kpixl.verbs.import_plan import ImportRequest, Plan
    from kpixl.workbook.read import Book


class OurSheet(UsageError):
    """A sheet of kpixl's where one of the owner's is wanted."""

    code = "our_sheet"
    template = N_("{sheet} is one of kpixl’s own sheets; only a sheet of yours can fill one of them.")


class NotLinked(UsageError):
    """A sheet that fills no table."""

    code = "not_linked"
    template = N_("{sheet} is not linked; linked are: {allowed}.")


@dataclass(frozen=True)
class Linked:
    """What became of a link, or would."""

    plan: Plan
    """What the sheet has for the table."""
    title: str
    """What the sheet of the table is called."""
    rows: int = 0
    """Rows of the table that come from the sheet."""
    problems: tuple[Problem, ...] = ()
    backup: Path | None = None
    written: bool = True


@dataclass(frozen=True)
class LinkLine:
    """A link, as it is listed."""

    sheet: str
    table: str
    title: str
    rows: int


def link(path: Path, request: ImportRequest, *, now: datetime, agree: Callable[[Plan], bool] | None = None) -> Linked:
    """Have a sheet of the workbook at ``path`` fill one of its entry tables from now on, and refresh; ``request`` names
    both, and says of the sheet what an import would. ``agree`` is asked before anything is written. UnknownSheet or
    OurSheet where it is no sheet of the owner's; the other errors are those of an import."""
    with locked(path):
        package, _ = opened(path, now)
        ensure_free(path)
        with no_collection():
            book = read(package, now.date())
            new = _checked(package, book, request)
            plan = planned(package, book, new, replace(request, sheet=new.sheet))
            new = replace(new, table=plan.match.table.id)
            title = book.sheets[new.table].name
            if agree is not None and not agree(plan):
                return Linked(plan, title, written=False)
            others = tuple(one for one in links_in(package) if folded(one.sheet) != folded(new.sheet))
            known = next((one for one in links_in(package) if one not in others and one.table == new.table), None)
            if known is not None:
                new = replace(new, fields=known.fields, rows=known.rows)
            remember(package, book, new.table, learned(book, plan, agreed=True))
            put_links(package, (*others, new))
            brought_in(package, now)
            rows = len(links_in(package)[-1].rows)
            told = phrase(
                N_("{table}: filled from {sheet} at each refresh; rows: {count}"),
                table=title,
                sheet=new.sheet,
                count=rows,
            )
            _, problems = refresh_package(package, now=now, rows_changed=True, done=Done("link", written=told))
        backup = package.save(path, backup=now)
    return Linked(plan, title, rows, problems, backup)


def _checked(package: Package, book: Book, request: ImportRequest) -> Link:
    """The link that is asked for, its sheet as the workbook writes it."""
    names = [sheet.name for sheet in package.sheets if package.is_worksheet(sheet)]
    ours = {sheet.name for sheet in book.sheets.values()}
    asked = request.sheet or ""
    found = next((name for name in names if folded(name) == folded(asked)), None)
    if found is None:
        allowed = ", ".join(name for name in names if name not in ours)
        raise UnknownSheet(path=package.path.name, got=asked, allowed=allowed)
    if found in ours:
        raise OurSheet(sheet=found)
    return Link(found, request.table, dict(request.constants))


def unlink(path: Path, sheet: str, *, now: datetime) -> Path | None:
    """Have a sheet fill nothing any more; the rows that were taken stay as the owner's. The backup. NotLinked where it
    fills nothing."""
    with locked(path):
        package, _ = opened(path, now)
        ensure_free(path)
        links = links_in(package)
        others = tuple(one for one in links if folded(one.sheet) != folded(sheet))
        if others == links:
            raise NotLinked(sheet=sheet, allowed=", ".join(one.sheet for one in links) or "–")
        put_links(package, others)
        with no_collection():
            told = phrase(N_("{sheet} fills nothing any more; its rows stay."), sheet=sheet)
            refresh_package(package, now=now, done=Done("link --remove", written=told))
        return package.save(path, backup=now)


def links_of(path: Path, *, now: datetime) -> tuple[str, tuple[LinkLine, ...]]:
    """The language of a workbook and its links."""
    package, _ = opened(path, now)
    book = read(package, now.date())
    titles = {table: sheet.name for table, sheet in book.sheets.items()}
    return book.entries.language, tuple(
        LinkLine(one.sheet, one.table, titles.get(one.table, one.table), len(one.rows)) for one in links_in(package)
    )
