"""New files put in the place of old ones: one at once, or several as if at once.

A file is written and checked beside its place first. What is in the place is looked at once more as it leaves it: what
another program has saved meanwhile goes back. Several files are listed on disk before the first is touched, so that
after a power cut the next run completes the work or takes it back.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kpixl.errors import N_, FileExists, FileInUse, NotWritten, WorkbookError
from kpixl.files.attributes import made_like
from kpixl.files.exchange import exchange
from kpixl.files.interruptions import unbroken
from kpixl.files.names import around, is_draft, new_draft
from kpixl.files.reading import whole
from kpixl.files.refusals import unwritable
from kpixl.message import phrase

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

written: list[Path] = []
"""The files that this process has put in place, in their order: what is told of a failure hangs on it."""


parted: list[Path] = []
"""Those of them that had another name by a hard link, which holds the old content still."""


class SavedMeanwhile(FileInUse):
    """Another program has saved the file since it was read."""

    template = N_("{path} was saved by {program} in the meantime and stays as that left it; try again.")

    def __init__(self, path: str) -> None:
        super().__init__(path=path, program=phrase(N_("another program")))


class WrittenInPart(WorkbookError):
    """Of several files some are written, and could not be taken back."""

    code = "written_in_part"
    template = N_(
        "{path} is written, and what belongs to it is not ({detail}); the next kpixl command that writes to it "
        "completes that or takes it back."
    )


def digest_of(data: bytes) -> str:
    """By what contents are told apart."""
    return hashlib.sha256(data).hexdigest()


def digest_at(path: Path) -> str | None:
    """The digest of a file; None where there is none."""
    try:
        with open(path, "rb", opener=_opened) as stream:
            return hashlib.file_digest(stream, "sha256").hexdigest()
    except FileNotFoundError:
        return None


def _opened(path: str, flags: int) -> int:
    """Open a file and never wait for it: a pipe waits for whoever writes to it."""
    return os.open(path, flags | getattr(os, "O_NONBLOCK", 0))


@dataclass
class Draft:
    """A new file that lies beside its place."""

    target: Path
    temporary: Path
    new: str
    """The digest of its content."""
    was: str | None
    """The digest of what it replaces; None where nothing may be there."""
    aside: Path | None = field(default=None, compare=False)
    """Where what it replaced lies, once it is in place."""
    placed: bool = field(default=False, compare=False)
    parts: bool = field(default=False, compare=False)
    """Whether what it replaced had another name, which stays with the old content."""

    def put(self) -> None:
        """Put it in place; FileExists or SavedMeanwhile, with the place as it was, where another program was there."""
        if self.was is None:
            put_new(self.temporary, self.target)
        else:
            if digest_at(self.target) != self.was:
                raise SavedMeanwhile(self.target.name)
            self.parts = self.target.stat().st_nlink > 1
            self.aside = _swap(self.temporary, self.target)
        self.placed = True
        if self.aside is not None and digest_at(self.aside) != self.was:
            self.take_back()
            raise SavedMeanwhile(self.target.name)
        sync_folder(self.target.parent)

    def take_back(self) -> None:
        """Have what was there before in the place again, unless another program has saved since."""
        if not self.placed or digest_at(self.target) != self.new:
            return
        if self.was is None:
            self.target.unlink()
        elif self.aside is not None:
            self.aside.replace(self.target)
        else:
            return
        self.placed = False
        sync_folder(self.target.parent)

    def clear(self) -> None:
        """Remove what lies beside the place."""
        for path in filter(None, (self.temporary, self.aside)):
            with suppress(OSError):
                path.unlink(missing_ok=True)


def prepare(path: Path, data: bytes, was: str | None, check: Callable[[bytes], None] | None = None) -> Draft:
    """Write ``data`` beside ``path``, see that it reached the disk, and let ``check`` judge it; NotWritten where the
    copy differs. ``was`` is the digest of what it is to replace, None for a file that is not there yet."""
    draft = Draft(path, new_draft(path), digest_of(data), was)
    try:
        write_new(draft.temporary, data, path if was is not None else None)
        if digest_at(draft.temporary) != draft.new:
            raise NotWritten(path=path.name, detail=phrase(N_("the copy on disk differs from what was written")))
        if check is not None:
            check(data)
    except OSError as error:
        draft.clear()
        raise unwritable(path, error) from error
    except BaseException:
        draft.clear()
        raise
    return draft


def put_all(drafts: Sequence[Draft]) -> None:
    """Put every draft in place, or none: a failure takes back what was done before it."""
    plan = _Plan(drafts)
    with unbroken():
        try:
            if len(drafts) > 1:
                plan.write()
            for draft in drafts:
                _put(draft)
        except BaseException as error:
            _take_back(drafts, error)
            raise
        finally:
            placed = {draft.placed for draft in drafts}
            if len(placed) == 1:
                plan.remove()
                for draft in drafts:
                    draft.clear()
        written.extend(draft.target for draft in drafts)
        parted.extend(draft.target for draft in drafts if draft.parts)


def left_with(path: Path) -> list[Path]:
    """The files that a run which ended in the middle was to write together with ``path``, itself among them."""
    plan = _Plan.beside(path)
    return [draft.target for draft in plan.drafts] if plan else []


def recover(path: Path) -> None:
    """Complete what a run that ended in the middle of several files, among them ``path``, has left; or take it back
    where it cannot be completed."""
    plan = _Plan.beside(path)
    if plan is None:
        return
    drafts = plan.drafts
    for draft in drafts:
        draft.placed = digest_at(draft.target) == draft.new
        draft.aside = _old_of(draft) if draft.placed else None
    with unbroken():
        if all(draft.placed or _can_be_put(draft) for draft in drafts):
            for draft in drafts:
                if not draft.placed:
                    _put(draft)
        else:
            for draft in reversed(drafts):
                draft.take_back()
        plan.remove()
        for draft in drafts:
            draft.clear()


def sweep(path: Path, folders: Iterable[Path]) -> None:
    """Remove the drafts of a file that a run has left which ended before its time. Whoever calls holds the file."""
    for folder in folders:
        with suppress(OSError), os.scandir(folder) as found:
            for name in [one.name for one in found if is_draft(one.name, path.name)]:
                with suppress(OSError):
                    (folder / name).unlink()


def write_new(path: Path, data: bytes, like: Path | None) -> None:
    """Write a file that is not there yet, for the same eyes as ``like``, and see it to the disk; nothing is left of
    it where that fails."""
    handle = made_like(path, like)
    try:
        try:
            left = memoryview(data)
            while left:
                left = left[os.write(handle, left) :]
            os.fsync(handle)
        finally:
            os.close(handle)
    except BaseException:
        with suppress(OSError):
            path.unlink()
        raise


def _put(draft: Draft) -> None:
    try:
        draft.put()
    except FileExistsError as error:
        raise FileExists(path=draft.target.name) from error
    except OSError as error:
        raise unwritable(draft.target, error) from error


def _take_back(drafts: Sequence[Draft], why: BaseException) -> None:
    for draft in reversed(drafts):
        with suppress(OSError):
            draft.take_back()
    there = [draft.target.name for draft in drafts if draft.placed]
    if there and len(drafts) > 1:
        raise WrittenInPart(path=", ".join(there), detail=str(why)) from why


def _old_of(draft: Draft) -> Path | None:
    """Where a run that has ended left what was in the place before."""
    with suppress(OSError):
        for path in draft.target.parent.iterdir():
            if is_draft(path.name, draft.target.name) and digest_at(path) == draft.was:
                return path
    return None


def _can_be_put(draft: Draft) -> bool:
    return digest_at(draft.target) == draft.was and digest_at(draft.temporary) == draft.new


def _swap(temporary: Path, target: Path) -> Path:
    """Put ``temporary`` in the place of ``target``, and say where what was there lies now."""
    if exchange(temporary, target):
        return temporary
    aside = new_draft(target)
    try:
        os.link(target, aside)
    except OSError:
        shutil.copy2(target, aside)
    os.replace(temporary, target)  # noqa: PTH105  (tests make this very call fail)
    return aside


def put_new(temporary: Path, target: Path) -> None:
    """Put a file where none may be; FileExistsError where one is."""
    try:
        os.link(temporary, target)
    except FileExistsError:
        raise
    except OSError:  # not every drive knows links
        if os.name == "nt":
            temporary.rename(target)  # which replaces nothing there
            return
        os.close(os.open(target, os.O_CREAT | os.O_EXCL | os.O_WRONLY))
        temporary.replace(target)


def sync_folder(folder: Path) -> None:
    """Make the rename itself durable where the system allows to (not on Windows)."""
    with suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


class _Plan:
    """The list of several drafts that are to be put in place together, beside each of the places."""

    def __init__(self, drafts: Sequence[Draft]) -> None:
        self.drafts = drafts

    @classmethod
    def beside(cls, path: Path) -> _Plan | None:
        """What a run has left; None where nothing that can be read is there: it ended before it touched a file."""
        try:
            found = json.loads(whole(_list_beside(path)))
            drafts = [_draft(one) for one in found]
        except (OSError, WorkbookError, ValueError, TypeError, KeyError):
            return None
        return cls(drafts) if path in {draft.target for draft in drafts} else None

    def write(self) -> None:
        data = json.dumps([_row(draft) for draft in self.drafts], ensure_ascii=True).encode()
        for draft in self.drafts:
            path = _list_beside(draft.target)
            try:
                path.unlink(missing_ok=True)
                write_new(path, data, None)
                sync_folder(path.parent)
            except OSError as error:
                raise unwritable(draft.target, error) from error

    def remove(self) -> None:
        for draft in self.drafts:
            with suppress(OSError):
                _list_beside(draft.target).unlink(missing_ok=True)


def _list_beside(path: Path) -> Path:
    return path.with_name(around(path.name, ".~kpixl.", ".swap"))


def _row(draft: Draft) -> dict[str, str | None]:
    return {"target": str(draft.target), "temporary": str(draft.temporary), "new": draft.new, "was": draft.was}


def _draft(row: dict[str, Any]) -> Draft:
    target, temporary = Path(row["target"]), Path(row["temporary"])
    if temporary.parent != target.parent or not is_draft(temporary.name, target.name):
        raise ValueError(temporary)
    return Draft(target, temporary, str(row["new"]), row["was"])
