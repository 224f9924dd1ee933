"""The workbook as a file of its owner: is it free, keep a backup, swap the new one in.

Never looks inside the file, and never leaves a half-written one behind.
"""

from __future__ import annotations

import contextlib
import os
import re
import secrets
import shutil
import stat
from datetime import datetime
from typing import TYPE_CHECKING

from kpixl.errors import (
    N_,
    FileExists,
    FileInUse,
    FileLocked,
    FolderMissing,
    NoPermission,
    NothingToUndo,
    NotWritten,
    OtherEnding,
    WorkbookError,
)
from kpixl.message import phrase

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

BACKUP_FOLDER = "kpixl backups"
BACKUPS_KEPT = 10

_UNDONE = " undone"
_SHARING_VIOLATIONS = (32, 33)
_STAMP = "%Y-%m-%d %H.%M.%S"


def ensure_closed(path: Path) -> None:
    """Raise FileInUse where Excel or LibreOffice holds the file."""
    held = _holder(path)
    if held is not None:
        program, lock = held
        raise FileLocked(path=path.name, program=program, lock=lock)


def ensure_same_ending(path: Path, out: Path) -> None:
    """Raise OtherEnding where a workbook made from ``path`` would have another ending: Excel would not open it."""
    if out.suffix.lower() != path.suffix.lower():
        raise OtherEnding(path=path.name, out=out.name, ending=path.suffix.lower())


def ensure_new(out: Path) -> None:
    """Raise FileExists where something stands at ``out``, FolderMissing without its folder."""
    if out.exists():
        raise FileExists(path=out.name)
    if not out.parent.is_dir():
        raise FolderMissing(path=out.parent)


def ensure_free(path: Path) -> None:
    """Raise FileInUse where Excel or LibreOffice holds the file, NoPermission where it cannot be written."""
    ensure_closed(path)
    try:
        with path.open("r+b"):
            pass
    except FileNotFoundError:
        return
    except OSError as error:
        raise unwritable(path, error) from error


def backup(path: Path, now: datetime) -> Path:
    """Copy the file into the visible folder of backups beside it, and keep the ten newest of this workbook."""
    stamp = now.strftime(_STAMP)
    folder = path.parent / BACKUP_FOLDER
    try:
        folder.mkdir(exist_ok=True)
        copy = _copy_to_new(path, folder, stamp)
    except OSError as error:
        raise unwritable(path, error) from error
    _thin_out(backups(path))
    return copy


def undo(path: Path, now: datetime) -> tuple[Path, Path | None]:
    """Put the newest backup of the file in its place; NothingToUndo where there is none.

    Returns the backup, which is used up, so that the next call goes one further back; and where the file as it was is
    kept, if there was one. What is kept so is no backup that would be restored.
    """
    folder, found = path.parent / BACKUP_FOLDER, backups(path)
    if not found:
        raise NothingToUndo(path=path.name, folder=BACKUP_FOLDER)
    ensure_free(path)
    try:
        data = found[-1].read_bytes()
        kept = None
        if path.exists():
            stamp = now.strftime(_STAMP)
            kept = _copy_to_new(path, folder, stamp + _UNDONE)
    except OSError as error:
        raise unwritable(path, error) from error
    swap_in(path, data)
    with contextlib.suppress(OSError):
        found[-1].unlink()
    _thin_out(backups(path, _UNDONE))
    return found[-1], kept


def swap_in(path: Path, data: bytes, check: Callable[[bytes], None] | None = None) -> None:
    """Write ``data`` beside ``path``, see that it reached the disk, let ``check`` judge it, then put it in place at
    once; NotWritten, with everything as it was, where the copy differs."""
    temporary = path.with_name(f".{path.name[:100]}.{secrets.token_hex(4)}.tmp")
    try:
        with temporary.open("xb") as stream:
            stream.write(data)
            stream.flush()
            os.fsync(stream.fileno())
        _keep_mode_and_owner(path, temporary)
        written = temporary.read_bytes()
        if written != data:
            raise NotWritten(path=path.name, detail=phrase(N_("the copy on disk differs from what was written")))
        if check is not None:
            check(written)
        os.replace(temporary, path)  # noqa: PTH105  (tests make this very call fail)
    except OSError as error:
        raise unwritable(path, error) from error
    finally:
        with contextlib.suppress(OSError):
            temporary.unlink(missing_ok=True)
    _sync_folder(path.parent)


def unwritable(path: Path, error: OSError) -> WorkbookError:
    """What a refusal of the operating system means to the owner."""
    held = getattr(error, "winerror", None) in _SHARING_VIOLATIONS
    # Opening a file that Excel holds gives EACCES without a winerror: only the attribute tells it from read-only.
    if not held and os.name == "nt" and isinstance(error, PermissionError):
        held = path.is_file() and os.access(path, os.W_OK)
    if held:
        return FileInUse(path=path.name, program="Excel")
    if isinstance(error, PermissionError) and path.is_file() and not path.stat().st_mode & stat.S_IWUSR:
        return NoPermission(path=path.name, detail=phrase(N_("the file is read-only")))
    return NoPermission(path=path.name, detail=error.strerror or str(error))


def _holder(path: Path) -> tuple[str, str] | None:
    """Who holds the file, and the lock file that says so."""
    name = path.name
    if path.with_name(f"~${name}").exists():
        return "Excel", f"~${name}"
    # Office may drop the first two characters of a name; then it can also be the lock of a file that is so named.
    if len(path.stem) > 2 and path.with_name(f"~${name[2:]}").exists() and not path.with_name(name[2:]).exists():
        return "Excel", f"~${name[2:]}"
    if path.with_name(f".~lock.{name}#").exists():
        return "LibreOffice", f".~lock.{name}#"
    return None


def _copy_to_new(path: Path, folder: Path, stamp: str) -> Path:
    number = 1
    while True:
        mark = "" if number == 1 else f" ({number})"
        copy = folder / f"{path.stem} {stamp}{mark}{path.suffix}"
        try:
            target = copy.open("xb")
        except FileExistsError:
            number += 1
            continue
        try:
            with target, path.open("rb") as source:
                shutil.copyfileobj(source, target)
                target.flush()
                os.fsync(target.fileno())
        except BaseException:
            copy.unlink(missing_ok=True)
            raise
        return copy


def _thin_out(copies: list[Path]) -> None:
    for old in copies[:-BACKUPS_KEPT]:
        # An old copy that cannot be removed is no reason not to do the owner's work.
        with contextlib.suppress(OSError):
            old.unlink()


def backups(path: Path, mark: str = "") -> list[Path]:
    """The backups of this workbook alone, oldest first; with a ``mark`` behind the moment, the copies that have it."""
    folder = path.parent / BACKUP_FOLDER
    if not folder.is_dir():
        return []
    stamp = r" (\d{4}-\d\d-\d\d \d\d\.\d\d\.\d\d)" + mark + r"(?: \((\d+)\))?"
    pattern = re.compile(re.escape(path.stem) + stamp + re.escape(path.suffix))
    found = [(match[1], int(match[2] or 1), p) for p in folder.iterdir() if (match := pattern.fullmatch(p.name))]
    return [p for _, _, p in sorted(found)]


def _keep_mode_and_owner(original: Path, copy: Path) -> None:
    try:
        kept = original.stat()
    except FileNotFoundError:
        return
    if hasattr(os, "chown"):
        with contextlib.suppress(PermissionError):
            os.chown(copy, kept.st_uid, kept.st_gid)
    copy.chmod(stat.S_IMODE(kept.st_mode))


def _sync_folder(folder: Path) -> None:
    """Make the rename itself durable where the system allows to (not on Windows)."""
    with contextlib.suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
