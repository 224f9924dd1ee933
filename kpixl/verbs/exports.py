"""Takes exports of other programs from a folder beside the workbooks, where it is certain what they are.

Certain is what the owner has said of an earlier file, and what a known product exports; anything else stays where it
lies, and is told with what to do.
"""

from __future__ import annotations

import os
from contextlib import suppress
from dataclasses import dataclass
from itertools import count
from typing import TYPE_CHECKING

from kpixl.errors import N_, EntryError, KpixlError, UsageError, WorkbookError
from kpixl.files.names import around
from kpixl.imports import How, read_source
from kpixl.message import Verbatim
from kpixl.ooxml.package import Package
from kpixl.verbs.import_plan import ImportRequest, plan_of
from kpixl.verbs.import_rows import import_rows
from kpixl.verbs.results import brought_up
from kpixl.workbook.read import read

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import datetime
    from pathlib import Path

    from kpixl.imports import Source
    from kpixl.period import Period
    from kpixl.verbs.import_plan import Plan
    from kpixl.verbs.import_rows import ImportOutcome

FOLDER, DONE_WITH = "Exports", "imported"
"""Where exports are looked for, and the folder in it to which they go when they have been taken."""
ENDINGS = (".csv", ".tsv", ".txt", ".xlsx", ".xlsm", ".xls", ".ods")
_SAID = frozenset({How.GIVEN, How.REMEMBERED, How.PRODUCT})
_SURE = _SAID | {How.ID, How.HEADING}


class NotCertain(EntryError):
    """An export of which nobody has said yet what it is."""

    code = "not_certain"
    template = N_(
        "kpixl cannot be certain which sheet {path} is for; import it once by hand, and its columns are known from "
        "then on: kpixl import WORKBOOK TABLE “{path}”."
    )


class SeveralSuit(EntryError):
    """An export that more than one sheet could take."""

    code = "several_suit"
    template = N_("{path} would suit more than one sheet ({places}); import it by hand.")


class NeedsALook(EntryError):
    """An export of which rows would be left out, or may not mean what the owner thinks."""

    code = "needs_a_look"
    template = N_("{path} was not taken into {place}, since somebody has to look: {reason} Import it by hand.")


@dataclass(frozen=True)
class ExportTaken:
    """An export that was taken in."""

    outcome: ImportOutcome
    sheet: str
    """What the owner calls the sheet that took it."""
    moved: Path | None
    """Where it lies now; None where it could not be moved."""


@dataclass(frozen=True)
class _Place:
    """A table of a workbook that an export is certain to be for."""

    plan: Plan
    sheet: str
    owner: tuple[str, str]
    """The business and the company."""
    period: Period

    @property
    def said(self) -> bool:
        """Whether the owner has said of an earlier file what one of its columns is."""
        return any(filling.how is How.REMEMBERED for filling in self.plan.match.fillings.values())


def exports_in(folder: Path) -> list[Path]:
    """The exports that lie in the folder for them; none without one."""
    with suppress(OSError):
        paths = sorted((folder / FOLDER).iterdir())
        return [path for path in paths if path.suffix.lower() in ENDINGS and not path.name.startswith(("~$", "."))]
    return []


def take(source: Path, workbooks: Iterable[Path], *, now: datetime) -> ExportTaken:
    """Take an export into the one sheet of ``workbooks`` that it is for, and move it away. NotCertain, SeveralSuit or
    NeedsALook where it is left; of workbooks of one company, the one of the latest period takes it."""
    try:
        rows = read_source(source)
    except (EntryError, UsageError) as error:
        raise NotCertain(path=source.name) from error
    places = _latest([place for path in workbooks for place in _places(rows, path, now)])
    # What the owner has said of such a file says more than what a product exports.
    places = [place for place in places if place.said] or places
    if not places:
        raise NotCertain(path=source.name)
    if len(places) > 1:
        told = ", ".join(f"{place.plan.path.name}: {place.sheet}" for place in places)
        raise SeveralSuit(path=source.name, places=Verbatim(told))
    (place,) = places
    _ensure_clear(place, source)
    request = ImportRequest(place.plan.match.table.id, source)
    outcome = import_rows(place.plan.path, request, now=now, agree=lambda plan: _is_sure(plan) and not plan.doubtful)
    if not outcome.written:
        raise NotCertain(path=source.name)
    return ExportTaken(outcome, place.sheet, _moved(source))


def _places(source: Source, path: Path, now: datetime) -> Iterator[_Place]:
    try:
        package = Package.open(path)
        brought_up(package, now)
        book = read(package, now.date())
    except WorkbookError:
        return  # what is wrong with it is told when it is refreshed
    entries = book.entries
    for table in entries.business.tables:
        if table.id not in book.sheets:
            continue
        try:
            plan = plan_of(path, book, ImportRequest(table.id, source.path), source)
        except (EntryError, UsageError):
            continue
        if _is_sure(plan):
            yield _Place(plan, book.sheets[table.id].name, (entries.business.id, entries.company), entries.period)


def _is_sure(plan: Plan) -> bool:
    """Whether nothing that every row needs was found by a guess, and something more than names alike says so."""
    fillings = plan.match.fillings
    required = {field.id for field in plan.match.table.fields if field.required} & fillings.keys()
    said = any(filling.how in _SAID for filling in fillings.values())
    return said and all(fillings[id_].how in _SURE for id_ in required)


def _latest(places: list[_Place]) -> list[_Place]:
    """Those of the latest period of each company."""
    last = {place.owner: max(p.period.start for p in places if p.owner == place.owner) for place in places}
    return [place for place in places if place.period.start == last[place.owner]]


def _ensure_clear(place: _Place, source: Path) -> None:
    plan = place.plan
    if not plan.doubtful:
        return
    rejected, notes = plan.accepted.rejected, [note for note in plan.accepted.notes if note.doubtful]
    reason = rejected[0].message if rejected else notes[0].message
    raise NeedsALook(path=source.name, place=Verbatim(f"{plan.path.name}: {place.sheet}"), reason=reason)


def _moved(source: Path) -> Path | None:
    """Put an export that was taken among those; never in the place of another one."""
    folder = source.parent / DONE_WITH
    with suppress(OSError, KpixlError):
        folder.mkdir(exist_ok=True)
        for number in count(1):
            name = source.name if number == 1 else around(source.stem, "", f" ({number}){source.suffix}")
            try:
                os.link(source, folder / name)
            except FileExistsError:
                continue
            except OSError:  # a drive without links
                if (folder / name).exists():
                    continue
                source.rename(folder / name)
                return folder / name
            source.unlink()
            return folder / name
    return None
