"""Packages of no size, for what looks at a workbook from outside alone; and a count of what lies beside one."""

from __future__ import annotations

import io
import zipfile
from datetime import datetime
from pathlib import Path

from kpixl import files

BACKUPS = "kpixl backups"
NIGHT = datetime(2026, 11, 22, 3, 15, 7)


def package(text: str, size: int = 0) -> bytes:
    """A whole package whose only content is a text, filled up to a size."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for name, content in (("[Content_Types].xml", "<Types/>"), ("text", text), ("filling", "x" * size)):
            archive.writestr(zipfile.ZipInfo(name), content)
    return stream.getvalue()


def copies(book: Path) -> list[Path]:
    """The files in the folder of backups that can be opened in Excel, by name."""
    folder = book.parent / BACKUPS
    return sorted(path for path in folder.iterdir() if path.suffix == book.suffix) if folder.is_dir() else []


def hidden(folder: Path) -> list[str]:
    """What an owner does not see in a folder, and in its folder of backups."""
    return sorted(path.name for path in folder.rglob("*") if path.name.startswith("."))


def change(book: Path, text: str, now: datetime = NIGHT) -> bytes:
    """Change the workbook as a command does; what it holds then."""
    old, new = book.read_bytes(), package(text)
    kept = files.keep(book, old, now)
    files.put_all([files.prepare(book, new, files.digest_of(old))])
    kept.confirm()
    return new


def said(book: Path) -> str:
    with zipfile.ZipFile(book) as archive:
        return archive.read("text").decode()
