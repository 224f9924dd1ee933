"""The place of a workbook: is it free, is it new, may it be written. Never looks inside the file."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kpixl.errors import FileExists, FileLocked, FolderMissing, OtherEnding
from kpixl.files.names import real
from kpixl.files.reading import ensure_ordinary
from kpixl.files.refusals import unwritable

if TYPE_CHECKING:
    from pathlib import Path


def ensure_closed(path: Path) -> None:
    """Raise FileInUse where Excel or LibreOffice holds the file."""
    for place in {path, real(path)}:
        found = _holder(place)
        if found is not None:
            program, lock = found
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
    """Raise FileInUse where Excel or LibreOffice holds the file, NoPermission where it cannot be written,
    NoOrdinaryFile for a pipe or a device."""
    ensure_closed(path)
    try:
        ensure_ordinary(path)
        with path.open("r+b"):
            pass
    except FileNotFoundError:
        return
    except OSError as error:
        raise unwritable(path, error) from error


def _holder(path: Path) -> tuple[str, str] | None:
    """Who holds the file, and the lock file that says so."""
    name = path.name
    if _exists(path.with_name(f"~${name}")):
        return "Excel", f"~${name}"
    # Office may drop the first two characters of a name; then it can also be the lock of a file that is so named.
    if len(path.stem) > 2 and _exists(path.with_name(f"~${name[2:]}")) and not _exists(path.with_name(name[2:])):
        return "Excel", f"~${name[2:]}"
    if _exists(path.with_name(f".~lock.{name}#")):
        return "LibreOffice", f".~lock.{name}#"
    return None


def _exists(path: Path) -> bool:
    """Whether there is such a file; a name that is too long has none."""
    try:
        return path.exists()
    except OSError:
        return False
