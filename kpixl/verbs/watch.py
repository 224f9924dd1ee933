"""Watches a folder and refreshes kpixl's workbooks in it once they have been saved and closed.

It looks every few seconds instead of waiting for the system to report changes: on network drives and in folders that a
cloud keeps in step such reports get lost or never come, and a look costs one call per file. Never touches a workbook
that is open somewhere, one that is still being written, or one that a refresh would leave as it is.
"""

from __future__ import annotations

import hashlib
import io
import zipfile
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from html import escape
from typing import TYPE_CHECKING, Literal, NamedTuple

from lxml import etree

from kpixl.errors import (
    N_,
    DamagedWorkbook,
    FileInUse,
    FileMissing,
    KpixlError,
    NoPermission,
    NotWritten,
    UsageError,
    WorkbookError,
)
from kpixl.files import BACKUP_FOLDER, ensure_free, locked, whole
from kpixl.i18n import language
from kpixl.message import Verbatim
from kpixl.ooxml.package import Package
from kpixl.verbs.exports import exports_in, take
from kpixl.verbs.failures import as_ours
from kpixl.verbs.progress import quiet
from kpixl.verbs.refresh import refresh_package
from kpixl.verbs.results import brought_up, no_collection
from kpixl.verbs.watch_memory import Memory, Stamp, only_one, stamp_of
from kpixl.workbook.layout import version_in

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from kpixl.check import Problem
    from kpixl.verbs.exports import ExportTaken
    from kpixl.verbs.import_rows import ImportOutcome
    from kpixl.verbs.progress import Reporter

SETTLED = 5.0
"""Seconds for which a file must not have changed."""
PAUSE = 2.0
"""Seconds between two looks at the folder."""
RETRY = 60.0
"""Seconds until something that may pass by itself is tried again."""
PATIENCE = 60.0
"""Seconds for which a single look waits for files that keep changing."""

_ENDINGS = (".xlsx", ".xlsm")
_NOT_THE_OWNERS = ("~$", ".")
_PASSING = (DamagedWorkbook, FileMissing, NoPermission, NotWritten)
_WAITS = "waits"
_TAKEN = "taken"
"""What is remembered of an export that was taken and could not be moved away, in place of a digest."""


class NoSuchFolder(WorkbookError):
    """The folder to watch is not there, or no longer."""

    code = "no_such_folder"
    template = N_("There is no folder {path}; check its name, and that its drive is connected.")


class BackupsWatched(UsageError):
    """The folder to watch is the one with the backups."""

    code = "backups_watched"
    template = N_("{path} holds backups, which stay as they are; watch the folder with the workbooks.")


@dataclass(frozen=True)
class Event:
    """What happened, for the log. A file that ``waits`` has been saved and is still open; an export was ``taken`` or
    ``left`` where it lies."""

    kind: Literal["started", "refreshed", "taken", "left", "waits", "failed", "stopped"]
    moment: datetime
    path: Path | None = None
    language: str | None = None
    """The workbook's, where it could be read."""
    problems: tuple[Problem, ...] = ()
    backup: Path | None = None
    error: KpixlError | None = None
    by_itself: bool = False
    """Whether what failed is tried again without another save."""
    upgraded: bool = False
    """Whether it was of an earlier layout, and has been brought up to date."""
    export: ExportTaken | None = None
    """What became of an export that was taken."""


@dataclass
class _Pending:
    """A file that has changed and is not dealt with."""

    stamp: Stamp
    due: float
    looked: bool = False
    """Whether it has been opened since."""
    told: str = ""


class _Left(NamedTuple):
    """An export that was left where it lies: with which file, at which state of the workbooks, and why."""

    stamp: Stamp
    state: int
    told: str


class _Made(NamedTuple):
    """What came of a workbook that was refreshed."""

    data: bytes
    event: Event


@dataclass(frozen=True, slots=True)
class Clock:
    """What a watch asks again and again: how many seconds have gone, and which moment it is; and how it waits."""

    seconds: Callable[[], float]
    """From any beginning, never backwards."""
    sleep: Callable[[float], None]
    """For so many seconds."""
    now: Callable[[], datetime]


def watch(
    folder: Path,
    tell: Callable[[Event], None],
    *,
    clock: Clock,
    once: bool = False,
    progress: Reporter = quiet,
) -> None:
    """Refresh what is saved and closed in a folder, and tell of it, until KeyboardInterrupt; with ``once``, what has
    changed up to now. Before it begins: NoSuchFolder, BackupsWatched,
    AlreadyWatched or NoPermission."""
    if not folder.is_dir():
        raise NoSuchFolder(path=folder)
    if folder.resolve().name == BACKUP_FOLDER:
        raise BackupsWatched(path=folder)
    with only_one(folder):
        watcher = Watcher(folder, tell, progress=progress if once else quiet, clock=clock)
        if once:
            end = clock.seconds() + PATIENCE
            while watcher.look() and clock.seconds() < end:
                clock.sleep(PAUSE)
            return
        tell(Event("started", clock.now(), folder))
        try:
            while True:
                watcher.look()
                clock.sleep(PAUSE)
        finally:
            tell(Event("stopped", clock.now(), folder))


class Watcher:
    """The looks at one folder, and what is to be remembered from one to the next."""

    def __init__(
        self,
        folder: Path,
        tell: Callable[[Event], None],
        *,
        clock: Clock,
        progress: Reporter = quiet,
    ) -> None:
        self._folder = folder
        self._tell = tell
        self._progress = progress
        self._clock = clock
        self._memory = Memory(folder)
        self._pending: dict[str, _Pending] = {}
        # Never kept for the next start: what still lies there is tried again then, and told.
        self._left: dict[str, _Left] = {}
        self._state = 0
        self._names: list[Path] = []
        self._gone = False

    def look(self) -> bool:
        """Deal with every file that has changed and come to rest; whether there are some that have not yet."""
        paths = self._workbooks()
        if paths is None:
            return False
        if paths != self._names:
            self._state, self._names = self._state + 1, paths
        exports = exports_in(self._folder)
        due = [path for path in (*exports, *paths) if self._is_due(path, path in exports)]
        for number, path in enumerate(due):
            self._progress(number, len(due), Verbatim(path.name))
            pending = self._pending[self._key(path)]
            if path in exports:
                self._take(path, pending, paths)
            else:
                self._deal_with(path, pending)
        names = {self._key(path) for path in (*exports, *paths)}
        self._pending = {name: pending for name, pending in self._pending.items() if name in names}
        self._left = {name: left for name, left in self._left.items() if name in names}
        self._memory.save(names)
        return any(not pending.looked for pending in self._pending.values())

    def _workbooks(self) -> list[Path] | None:
        """The files that can be workbooks of the owner's; None where the folder cannot be read at present."""
        try:
            paths = sorted(self._folder.iterdir())
        except OSError:
            if not self._gone:
                error = NoSuchFolder(path=self._folder)
                self._tell(Event("failed", self._clock.now(), self._folder, error=error, by_itself=True))
            self._gone = True
            return None
        self._gone = False
        return [p for p in paths if p.suffix.lower() in _ENDINGS and not p.name.startswith(_NOT_THE_OWNERS)]

    def _key(self, path: Path) -> str:
        """What a file is remembered under: its name, with its folder where that is another one."""
        return path.relative_to(self._folder).as_posix()

    def _is_due(self, path: Path, is_export: bool) -> bool:
        key = self._key(path)
        stamp, pending, left = stamp_of(path), self._pending.get(key), self._left.get(key)
        known = stamp == self._memory.stamp(key) and (not is_export or self._memory.digest(key) == _TAKEN)
        if stamp is None or known or (left and left[:2] == (stamp, self._state)):
            self._pending.pop(key, None)
            return False
        if pending is None or pending.stamp != stamp:
            told = pending.told if pending and pending.told == _WAITS else ""
            told = left.told if left and left.stamp == stamp else told
            self._pending[key] = _Pending(stamp, self._clock.seconds() + SETTLED, told=told)
            return False
        return pending.due <= self._clock.seconds()

    def _take(self, path: Path, pending: _Pending, workbooks: list[Path]) -> None:
        """Take an export into the workbook that it is for, or tell why it is left: once, until there is another
        reason."""
        pending.looked = True
        now, key = self._clock.now(), self._key(path)
        try:
            done = take(path, workbooks, now=now)
        except FileInUse as error:
            self._tell_once(pending, _WAITS, Event("waits", now, path, error=error))
        except _PASSING as error:
            pending.due = self._clock.seconds() + RETRY
            self._tell_once(pending, error.text(), Event("failed", now, path, error=error, by_itself=True))
        except Exception as error:
            failure = as_ours(error)
            self._tell_once(pending, failure.text(), Event("left", now, path, error=failure))
            self._left[key] = _Left(pending.stamp, self._state, pending.told)
        else:
            outcome = done.outcome
            self._tell(
                Event(
                    "taken", now, path, outcome.plan.language, outcome.problems, outcome.backup,
                    upgraded=outcome.upgraded, export=done,
                )
            )  # fmt: skip
            self._memory.keep(key, pending.stamp, _TAKEN)
            self._keep_as_written(outcome)

    def _keep_as_written(self, outcome: ImportOutcome) -> None:
        """Remember a workbook that has taken an export, if it is still what was written then: it is refreshed."""
        workbook = outcome.plan.path
        stamp = stamp_of(workbook)
        with suppress(OSError, KpixlError):  # it is looked at once more, then
            if stamp and _digest(whole(workbook)) == outcome.digest:
                self._memory.keep(workbook.name, stamp, outcome.digest)

    def _deal_with(self, path: Path, pending: _Pending) -> None:
        pending.looked = True
        known = self._memory.digest(path.name)
        digest, ours = known, bool(known)
        try:
            ensure_free(path)
            package = Package.open(path)
            digest = _digest(package.data)
            ours = version_in(package.custom_properties).isdigit() and version_in(package.custom_properties) != "0"
            # Saved anew, it may know by now what an export is that was left.
            self._state += ours and digest != known
            # The same as before: touched by a cloud, taken back by the owner, or refused and not mended since.
            made = self._refreshed(package) if ours and digest != known else None
        except FileInUse as error:
            self._tell_once(pending, _WAITS, Event("waits", self._clock.now(), path, error=error))
        except _PASSING as error:
            pending.due = self._clock.seconds() + RETRY
            if ours:
                failed = Event("failed", self._clock.now(), path, error=error, by_itself=True)
                self._tell_once(pending, error.text(), failed)
        except Exception as error:
            if ours:
                self._tell(Event("failed", self._clock.now(), path, error=as_ours(error)))
            self._memory.keep(path.name, pending.stamp, digest if ours else "")
        else:
            if made:
                self._tell(made.event)
            self._keep(path, pending.stamp, digest if ours else "", made)

    def _refreshed(self, package: Package) -> _Made | None:
        """Refresh a workbook; None where nothing but the moment of its last refresh would change."""
        with locked(package.path, patience=0):
            before, path, now = package.data, package.path, self._clock.now()
            with no_collection():
                upgraded = brought_up(package, now)
                scorecard, problems = refresh_package(package, now=now, rows_changed=upgraded)
            spoken = scorecard.entries.language
            if _same_but_for(before, package, language(spoken).moment(now)):
                return None
            backup = package.save(path, backup=now)
            event = Event("refreshed", now, path, spoken, problems, backup, upgraded=upgraded)
            return _Made(package.data, event)

    def _keep(self, path: Path, stamp: Stamp, digest: str, made: _Made | None) -> None:
        """Remember how a file looks that has been dealt with, if it is still what has just been written."""
        if made is None:
            self._memory.keep(path.name, stamp, digest)
            return
        new = stamp_of(path)
        with suppress(OSError):  # it is looked at once more, then
            if new and whole(path) == made.data:
                self._memory.keep(path.name, new, digest)

    def _tell_once(self, pending: _Pending, what: str, event: Event) -> None:
        if pending.told != what:
            pending.told = what
            self._tell(event)


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def _same_but_for(before: bytes, package: Package, moment: str) -> bool:
    """Whether a changed package differs from what it was in nothing but one text that says when."""
    old = Package.from_bytes(before, package.path)
    there, here = _checksums(before), _checksums(package.data)
    changed = {name for name, checksum in here.items() if there.get(name) != checksum}
    return there.keys() == here.keys() and all(
        _differ_in(_plain(old, name), _plain(package, name), escape(moment, quote=False).encode()) for name in changed
    )


def _checksums(data: bytes) -> dict[str, int]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {member.filename: member.CRC for member in archive.infolist()}


def _plain(package: Package, part: str) -> bytes:
    """A part in the form in which ``<v></v>`` and ``<v/>`` are the same."""
    return bytes(etree.tostring(package.tree(part), method="c14n"))


def _differ_in(old: bytes, new: bytes, moment: bytes) -> bool:
    """Whether two texts are the same, but for what stands in place of the moment."""
    head, _, tail = new.partition(moment)
    return old == new or (len(head) < len(new) and old.startswith(head) and old[len(head) :].endswith(tail))
