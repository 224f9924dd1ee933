"""Many workbooks as one portfolio: each is read and scored, by workers, and none is written to."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any

import msgspec

from kpixl.errors import N_, FileExists, FolderMissing, NotOurWorkbook, UsageError, WorkbookError
from kpixl.files.remote import fetched, is_url
from kpixl.ooxml.package import Package
from kpixl.portfolio.group import group
from kpixl.portfolio.member import Member, Whereabouts, member
from kpixl.verbs.failures import as_ours
from kpixl.verbs.kept_answers import KeptAnswers, Question, digest
from kpixl.verbs.spread import spread
from kpixl.workbook.read import read

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from kpixl.i18n import Language
    from kpixl.verbs.folders import Meant
    from kpixl.verbs.progress import Reporter
    from kpixl.verbs.spread import Spread


class NotAPortfolio(UsageError):
    """A portfolio under an ending that kpixl does not write."""

    code = "not_a_portfolio"
    template = N_("A portfolio is called something.xlsx, something.html or something.pdf; {path} is not.")


class NobodyThere(UsageError):
    """Filters that leave no workbook, or folders in which none can be read."""

    code = "nobody_there"
    template = N_("No workbook is left for the portfolio: read {count}, could not be read {failed}.")


@dataclass(frozen=True)
class Asked:
    """One workbook to read, for a worker anywhere."""

    meant: Meant
    now: datetime
    cache: str

    def __str__(self) -> str:
        return self.meant.place


@dataclass(frozen=True)
class Unread:
    """A workbook that could not be read."""

    place: str
    code: str
    message: str
    """In English."""


@dataclass(frozen=True)
class Gathered:
    """The workbooks of a portfolio, and those that could not be read."""

    members: tuple[Member, ...]
    failed: tuple[Unread, ...]
    unchanged: int = 0
    """How many have not been read again, since nothing had changed."""


@dataclass(frozen=True)
class Only:
    """Which workbooks a portfolio is of; what is empty asks for nothing."""

    businesses: tuple[str, ...] = ()
    owners: tuple[str, ...] = ()
    regions: tuple[str, ...] = ()

    def takes(self, one: Member) -> bool:
        """Whether a workbook is asked for."""
        asked = ((self.businesses, one.business), (self.owners, one.owner), (self.regions, one.region))
        return all(not wanted or has.casefold() in map(str.casefold, wanted) for wanted, has in asked)


def gather(
    found: Sequence[Meant], how: Spread, *, now: datetime, cache: Path, only: Only, progress: Reporter
) -> Gathered:
    """Read every workbook as of ``now``. What is not of kpixl is passed over where it was found in a folder;
    NobodyThere where none is left."""
    from kpixl.message import Verbatim

    asked = [Asked(one, now, str(cache)) for one in found]
    members: list[Member] = []
    failed: list[Unread] = []
    unchanged = 0
    for number, piece in enumerate(spread(told, asked, how)):
        progress(number + 1, len(asked), Verbatim(piece.thing))
        answer = piece.answer
        if answer is None:
            error = as_ours(piece.error or RuntimeError())
            failed.append(Unread(str(piece.thing), error.code, error.text()))
        elif "error" in answer:
            if answer["error"]["code"] != NotOurWorkbook.code or piece.thing.meant.named:
                failed.append(Unread(str(piece.thing), answer["error"]["code"], answer["error"]["message"]))
        else:
            unchanged += answer["unchanged"]
            members.append(msgspec.convert(answer["member"], Member))
    kept = tuple(one for one in members if only.takes(one))
    if not kept:
        raise NobodyThere(count=len(members), failed=len(failed))
    return Gathered(kept, tuple(failed), unchanged)


@dataclass(frozen=True)
class Targets:
    """What is to be made of a portfolio."""

    outs: tuple[Path, ...] = ()
    """A workbook, a page or a PDF, by their endings."""
    parquet: Path | None = None
    duckdb: Path | None = None


def ensure_possible(targets: Targets) -> None:
    """NotAPortfolio, FileExists, FolderMissing or ExtraMissing for what cannot be made, before anything is read."""
    from kpixl.portfolio.star import ensure_duckdb, ensure_parquet
    from kpixl.verbs.report import ensure_ours

    for out in targets.outs:
        if out.suffix.lower() == ".xlsx":
            _ensure_our_workbook(out)
        elif out.suffix.lower() in (".html", ".htm", ".pdf"):
            ensure_ours(out)
        else:
            raise NotAPortfolio(path=out.name)
    if targets.parquet is not None:
        ensure_parquet(targets.parquet)
    if targets.duckdb is not None:
        ensure_duckdb(targets.duckdb)


def _ensure_our_workbook(path: Path) -> None:
    from kpixl.portfolio.book import PROPERTY

    if not path.parent.is_dir():
        raise FolderMissing(path=path.parent)
    if not path.exists():
        return
    try:
        ours = PROPERTY in Package.open(path).custom_properties
    except WorkbookError:
        ours = False
    if not ours:
        raise FileExists(path=path.name)


def write(gathered: Gathered, targets: Targets, t: Language, *, now: datetime) -> list[Path]:
    """Make what is wanted, each file whole or not at all; the paths of all that was made."""
    from kpixl.portfolio.book import book
    from kpixl.portfolio.group_page import group_html
    from kpixl.portfolio.star import write_duckdb, write_parquet
    from kpixl.verbs.report import LETTER, kind_of, put, write_as

    found = group(gathered.members)
    failed = [(one.place, one.message) for one in gathered.failed]
    made: list[Path] = []
    for out in targets.outs:
        if out.suffix.lower() == ".xlsx":
            put(out, book(found, failed, t, out, now))
        else:
            paper = "Letter" if gathered.members[0].currency in LETTER else "A4"
            kind = kind_of(out)
            page = group_html(found, failed, t, out, now=now, paper=paper if kind == "pdf" else "")
            write_as(out, kind, page)
        made.append(out)
    if targets.parquet is not None:
        made += write_parquet(found, targets.parquet)
    if targets.duckdb is not None:
        made.append(write_duckdb(found, targets.duckdb))
    return made


# In a worker


def told(asked: Asked) -> dict[str, Any]:
    """A workbook as plain data, or why it could not be read; from what was kept where nothing has changed. Raises
    nothing that is about the workbook."""
    place = asked.meant.place
    try:
        if not is_url(place):
            return _kept(asked, Path(place))
        with fetched(place) as path:
            return _kept(asked, path)
    except Exception as error:
        known = as_ours(error)
        return {"error": {"code": known.code, "message": known.text()}}


def _kept(asked: Asked, path: Path) -> dict[str, Any]:
    question = Question("portfolio", asked.meant.place, str(asked.now.date()), {"within": asked.meant.within})
    answers, content = KeptAnswers(Path(asked.cache)), digest(path)
    kept = answers.get(question, content) if content else None
    if kept is not None:
        return {"member": kept, "unchanged": True}
    made = msgspec.to_builtins(_read(asked, path))
    if content:
        answers.put(question, content, made, {})
    return {"member": made, "unchanged": False}


def _read(asked: Asked, path: Path) -> Member:
    from kpixl.verbs.results import no_collection, opened, scored

    today = asked.now.date()
    with no_collection():
        package, _ = opened(path, asked.now)
        scorecard, problems = scored(read(package, today), today)
    return member(scorecard, problems, _known(package, asked.meant), today)


def _known(package: Package, meant: Meant) -> Whereabouts:
    """Whose workbook it is and where: by its own properties, else by the folders in which it lies."""
    properties = {name.casefold(): text.strip() for name, text in package.custom_properties.items()}
    folders = (*PurePosixPath(meant.within).parts, "", "")
    region, owner = (properties.get(name) or folder for name, folder in zip(("region", "owner"), folders, strict=False))
    return Whereabouts(meant.place, owner, region)
