"""The copies of a workbook as it was before each change, in the visible folder of backups beside it.

Their order stands in a journal there and hangs on no clock; the moment in a copy's name is for people. A copy is whole
or absent, equal contents are kept once, the first one stays for good, and going back leaves nothing behind that could
not be brought back.
"""

from __future__ import annotations

import json
import re
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any, NamedTuple

from kpixl.errors import N_, NothingToUndo, NotWritten, UsageError, WorkbookError
from kpixl.files import reading, swap
from kpixl.files.guard import locked
from kpixl.files.names import BACKUP_FOLDER, around, new_draft, real
from kpixl.files.place import ensure_free
from kpixl.files.refusals import unreadable, unwritable
from kpixl.files.soundness import is_sound
from kpixl.message import phrase

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

BACKUPS_KEPT = 10
"""So many of the newest copies are kept, and the first one."""

_STAMP = "%Y-%m-%d %H.%M.%S"
_NAMED = re.compile(r" (\d{4}-\d\d-\d\d \d\d\.\d\d\.\d\d)( undone)?(?: \((\d+)\))?$")
"""What stands behind the workbook's name in a copy's: the moment, a mark of earlier kpixls, a number."""


class BackupsElsewhere(WorkbookError):
    """The folder of backups is a link, which anybody may have put there."""

    code = "backups_elsewhere"
    template = N_(
        "“{folder}” in {path} is a link to another place, where others might read or change the copies; put a folder "
        "in its place and try again."
    )


class OldestAlready(NothingToUndo):
    """There are backups, and none that is older than the workbook."""

    template = N_("{path} is as it was at first, so nothing can be undone; “kpixl undo FILE --list” shows its backups.")


class NoSuchBackup(UsageError):
    """A number that no backup has."""

    code = "no_such_backup"
    template = N_("{path} has no backup {got}; there are: {allowed}.")


class BackupDamaged(WorkbookError):
    """A backup that cannot be put in the place of the workbook."""

    code = "backup_damaged"
    template = N_("The backup {copy} is damaged, and {path} stays as it is; {other}.")


@dataclass(frozen=True)
class Copy:
    """A workbook as it was."""

    number: int
    """Counted on as copies are made; never given twice."""
    path: Path
    digest: str
    size: int
    """Bytes."""
    made: str
    """The moment as the clock had it then, YYYY-MM-DD HH:MM:SS."""
    after: int | None
    """The number of the copy that the workbook was made from; None for the first."""


@dataclass(frozen=True)
class BackupHistory:
    """The copies of a workbook."""

    copies: Mapping[int, Copy]
    """By their numbers, in their order."""
    base: int | None
    """The number of the copy that the workbook, as kpixl left it, was made from: where an undo goes to."""
    following: int
    """The number of the next copy."""

    def holding(self, digest: str | None) -> Copy | None:
        """The copy that has this content."""
        return next((copy for copy in self.copies.values() if copy.digest == digest), None)

    def without(self, gone: Iterable[int]) -> BackupHistory:
        """The history without some copies: what came after them comes after what they came after."""
        lost = set(gone)

        def kept(number: int | None) -> int | None:
            while number in lost:
                number = self.copies[number].after
            return number

        left = {n: replace(copy, after=kept(copy.after)) for n, copy in self.copies.items() if n not in lost}
        return replace(self, copies=left, base=kept(self.base))


class Undone(NamedTuple):
    """A workbook that was put back."""

    restored: Copy
    kept: Copy | None
    """The workbook as it was before that; None where it was gone."""


class KeptBackup:
    """A workbook of which there is a copy, for a change that may still fail."""

    def __init__(self, copy: Copy, before: BackupHistory, path: Path, is_new: bool) -> None:
        self.copy = copy
        self._before, self._path, self._is_new = before, path, is_new

    def confirm(self) -> None:
        """The change has succeeded: copies beyond those that are kept go."""
        with suppress(OSError, WorkbookError):
            _thin_out(self._path)

    def take_back(self) -> None:
        """The change has failed: everything is as it was."""
        with suppress(OSError, WorkbookError):
            _save(self._path, self._before)
        if self._is_new:
            with suppress(OSError):
                self.copy.path.unlink()
        if not self._before.copies:
            with suppress(OSError):
                _journal(self._path).unlink(missing_ok=True)
                self.copy.path.parent.rmdir()


def backup(path: Path, now: datetime) -> Path:
    """Keep the file as it is, whatever becomes of it; the copy."""
    path = real(path)
    with locked(path):
        try:
            data = reading.whole(path)
        except OSError as error:
            raise unreadable(path, error) from error
        kept = keep(path, data, now)
        kept.confirm()
    return kept.copy.path


def keep(path: Path, data: bytes, now: datetime) -> KeptBackup:
    """Keep ``data``, which the workbook at ``path`` holds now, before it changes. The copy is on the disk when this
    returns; confirm it once the change has succeeded, or take it back."""
    try:
        before = history(path)
        digest = swap.digest_of(data)
        there = before.holding(digest)
        if there is not None and swap.digest_at(there.path) == digest:
            copy, after = there, before
        else:
            after, copy = _with_copy(before.without([there.number] if there else []), path, data, now)
    except OSError as error:
        raise unwritable(path, error) from error
    kept = KeptBackup(copy, before, path, is_new=copy is not there)
    try:
        _save(path, replace(after, base=copy.number))
    except BaseException as error:
        kept.take_back()
        if isinstance(error, OSError):
            raise unwritable(path, error) from error
        raise
    return kept


def undo(path: Path, now: datetime, to: int | None = None) -> Undone:
    """Put the file back as it was before its last change, or as it was in the backup ``to``. As it is now, it is kept
    as another backup. NothingToUndo, NoSuchBackup or BackupDamaged where that cannot be done."""
    named, path = path, real(path)
    with locked(path):
        ensure_free(path)
        there = _current(path)
        before = history(path)
        chosen, data = _chosen(named, before, there, to)
        kept = _kept(path, there, now)
        try:
            latest = history(path)
            _save(path, replace(latest, base=latest.copies[chosen.number].after))
            swap.put_all([swap.prepare(path, data, swap.digest_of(there) if there is not None else None)])
        except BaseException as error:
            with suppress(OSError):
                _save(path, before)
            if kept:
                kept.take_back()
            if isinstance(error, OSError):
                raise unwritable(path, error) from error
            raise
        if kept:
            kept.confirm()
    return Undone(chosen, kept.copy if kept else None)


def would_restore(path: Path) -> Copy | None:
    """The copy that an undo would put in the place of the file now."""
    path = real(path)
    found, there = history(path), _current(path)
    return _before(found, there)


def history(path: Path) -> BackupHistory:
    """The copies of the workbook, in the order in which they were made."""
    path = real(path)
    found = _read(path)
    lost = [number for number, copy in found.copies.items() if not copy.path.is_file()]
    return _with_strays(found.without(lost), path)


def nothing_to_undo(path: Path, found: BackupHistory) -> NothingToUndo:
    """What there is to say where no backup is older than the workbook."""
    return OldestAlready(path=path.name) if found.copies else NothingToUndo(path=path.name, folder=BACKUP_FOLDER)


# Going back


def _current(path: Path) -> bytes | None:
    try:
        return reading.whole(path)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise unreadable(path, error) from error


def _before(found: BackupHistory, there: bytes | None) -> Copy | None:
    """The copy that comes before what the workbook holds."""
    same = found.holding(swap.digest_of(there)) if there is not None else None
    number = same.after if same else found.base
    return found.copies[number] if number is not None else None


def _chosen(path: Path, found: BackupHistory, there: bytes | None, to: int | None) -> tuple[Copy, bytes]:
    """The copy to put back, and its content, which is whole."""
    if to is not None and found.copies:
        if to not in found.copies:
            raise NoSuchBackup(path=path.name, got=to, allowed=", ".join(map(str, found.copies)))
        data = _whole(found.copies[to])
        if data is None:
            raise _damaged(path, found, found.copies[to])
        return found.copies[to], data
    copy = first = _before(found, there)
    if first is None:
        raise nothing_to_undo(path, found)
    while copy is not None:
        data = _whole(copy)
        if data is not None:
            return copy, data
        copy = found.copies[copy.after] if copy.after is not None else None
    raise _damaged(path, found, first)


def _whole(copy: Copy) -> bytes | None:
    """The content of a copy; None where it is not what it was when it was made, or no whole package."""
    try:
        data = reading.whole(copy.path)
    except (OSError, WorkbookError):
        return None
    return data if swap.digest_of(data) == copy.digest and is_sound(data) else None


def newest_sound(path: Path) -> Copy | None:
    """The newest copy that is whole."""
    return next((copy for copy in reversed([*history(path).copies.values()]) if _whole(copy) is not None), None)


def _damaged(path: Path, found: BackupHistory, copy: Copy) -> BackupDamaged:
    whole = next((one for one in reversed([*found.copies.values()]) if _whole(one) is not None), None)
    none, other = phrase(N_("none of its backups is whole")), N_("“kpixl undo FILE --to {number}” takes a whole one")
    return BackupDamaged(
        path=path.name, copy=copy.path.name, other=phrase(other, number=whole.number) if whole else none
    )


def _kept(path: Path, there: bytes | None, now: datetime) -> KeptBackup | None:
    return keep(path, there, now) if there is not None else None


# Copies


def _with_copy(found: BackupHistory, path: Path, data: bytes, now: datetime) -> tuple[BackupHistory, Copy]:
    """A copy more, on the disk."""
    folder = folder_of(path)
    folder.mkdir(exist_ok=True)
    draft = new_draft(folder / path.name)
    try:
        swap.write_new(draft, data, path)
        digest = swap.digest_of(data)
        if swap.digest_at(draft) != digest:
            raise NotWritten(path=path.name, detail=phrase(N_("the copy on disk differs from what was written")))
        place = _placed(draft, folder, path, now.strftime(_STAMP))
    except BaseException:
        _drop(draft)
        with suppress(OSError):
            folder.rmdir()  # which removes no folder with something in it
        raise
    _drop(draft)
    copy = Copy(found.following, place, digest, len(data), f"{now:%Y-%m-%d %H:%M:%S}", found.base)
    return replace(found, copies={**found.copies, copy.number: copy}, following=copy.number + 1), copy


def _drop(draft: Path) -> None:
    with suppress(OSError):
        draft.unlink(missing_ok=True)


def _placed(draft: Path, folder: Path, path: Path, stamp: str) -> Path:
    """Where the draft of a copy is put: under a name that nothing has."""
    number = 1
    while True:
        mark = "" if number == 1 else f" ({number})"
        place = folder / around(path.stem, "", f" {stamp}{mark}{path.suffix}")
        try:
            swap.put_new(draft, place)
        except FileExistsError:
            number += 1
        else:
            return place


def _thin_out(path: Path) -> None:
    found = history(path)
    kept = {*list(found.copies)[:1], *list(found.copies)[-BACKUPS_KEPT:], found.base}
    old = [number for number in found.copies if number not in kept]
    if not old:
        return
    _save(path, found.without(old))
    for number in old:
        # An old copy that cannot be removed is no reason not to do the owner's work.
        with suppress(OSError):
            found.copies[number].path.unlink()


# The journal


def folder_of(path: Path) -> Path:
    """The folder of backups of a workbook; BackupsElsewhere where it is a link."""
    folder = path.parent / BACKUP_FOLDER
    if folder.is_symlink():
        raise BackupsElsewhere(path=path.parent, folder=BACKUP_FOLDER)
    return folder


def _journal(path: Path) -> Path:
    return folder_of(path) / around(f"{path.stem} ({path.suffix[1:]})", "", ".json")


def _save(path: Path, found: BackupHistory) -> None:
    data = {
        "base": found.base,
        "following": found.following,
        "copies": [
            {
                "number": copy.number,
                "file": copy.path.name,
                "digest": copy.digest,
                "size": copy.size,
                "made": copy.made,
                "after": copy.after,
            }
            for copy in found.copies.values()
        ],
    }
    journal = _journal(path)
    draft = new_draft(journal.with_name(path.name))
    try:
        swap.write_new(draft, json.dumps(data, ensure_ascii=False, indent=1).encode(), path if path.exists() else None)
        draft.replace(journal)
        swap.sync_folder(journal.parent)
    finally:
        _drop(draft)


def _read(path: Path) -> BackupHistory:
    """What the journal says; nothing where there is none, or none that can be read."""
    journal = _journal(path)
    try:
        found = json.loads(reading.whole(journal))
        rows = [_copy(row, journal.parent) for row in found["copies"]]
        copies = {copy.number: copy for copy in sorted(rows, key=lambda copy: copy.number)}
        following = max([int(found["following"]), *(number + 1 for number in copies)])
        base = found["base"]
        numbers = {None, *copies}
        if base not in numbers or any(copy.after not in numbers for copy in copies.values()):
            raise ValueError(base)
        if any(copy.after is not None and copy.after >= copy.number for copy in copies.values()):
            raise ValueError(copies)
    except (OSError, WorkbookError, ValueError, TypeError, KeyError):
        return BackupHistory({}, None, 1)
    return BackupHistory(copies, base, following)


def _copy(row: Mapping[str, Any], folder: Path) -> Copy:
    name, after = str(row["file"]), row["after"]
    if "/" in name or "\\" in name:
        raise ValueError(name)
    return Copy(
        int(row["number"]),
        folder / name,
        str(row["digest"]),
        int(row["size"]),
        str(row["made"]),
        None if after is None else int(after),
    )


def _with_strays(found: BackupHistory, path: Path) -> BackupHistory:
    """The same with copies that the journal does not know: those of an earlier kpixl, and those of a run that ended
    before its time. They are put in the order of their names."""
    folder = folder_of(path)
    known = {copy.path.name for copy in found.copies.values()}
    digests = {copy.digest for copy in found.copies.values()}
    began = bool(known)
    for place, undone in _named(folder, path):
        if place.name in known:
            continue
        try:
            data = reading.whole(place)
        except (OSError, WorkbookError):
            continue
        digest = swap.digest_of(data)
        if digest in digests or not is_sound(data):
            continue
        digests.add(digest)
        copy = Copy(found.following, place, digest, len(data), _moment(place), found.base)
        goes_on = not (began or undone)
        found = BackupHistory(
            {**found.copies, copy.number: copy}, copy.number if goes_on else found.base, copy.number + 1
        )
    return found


def _named(folder: Path, path: Path) -> list[tuple[Path, bool]]:
    """The files that are called as copies of the workbook are, by the moments in their names; and whether they bear
    the mark of what an undo of an earlier kpixl set aside."""
    if not folder.is_dir():
        return []
    found = []
    for place in folder.iterdir():
        match = _NAMED.search(place.stem)
        if match and place.suffix == path.suffix and place.name == around(path.stem, "", match[0] + path.suffix):
            found.append((match[1], int(match[3] or 1), place, bool(match[2])))
    return [(place, undone) for _, _, place, undone in sorted(found)]


def _moment(place: Path) -> str:
    match = _NAMED.search(place.stem)
    day, _, time = match[1].partition(" ") if match else ("", "", "")
    return f"{day} {time.replace('.', ':')}"
