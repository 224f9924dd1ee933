"""Which workbooks are meant by the words of a command: files, folders, URLs. Opens none of them."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from kpixl.errors import N_, NoPeriod, UsageError
from kpixl.files.names import BACKUP_FOLDER
from kpixl.files.remote import is_url, listed
from kpixl.period import Period

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_ENDINGS = (".xlsx", ".xlsm")
_NOT_THE_OWNERS = ("~$", ".")
_PERIOD = re.compile(r"(?<!\d)(?:19|20)\d\d-(?:\d\d|Q[1-4]|W\d\d)(?!\d)")
"""A month, quarter or week in a file's name; a year alone may be the number of a shop."""


class NoWorkbooks(UsageError):
    """Folders without a workbook."""

    code = "no_workbooks"
    template = N_("There is no Excel workbook in {path}; check the name of the folder.")


@dataclass(frozen=True)
class Meant:
    """A workbook that is meant."""

    place: str
    """Its path, or its URL."""
    within: str = ""
    """The folders between the one that was named and it, with slashes; empty for one that stands there itself."""
    named: bool = False
    """Whether it was named itself, and not found in a folder."""


@dataclass(frozen=True)
class Workbooks:
    """Those that are meant, in the order of the words, each once; and those of closed periods, which are not."""

    found: tuple[Meant, ...]
    closed: int = 0
    """How many are left alone, since the workbook of a later period stands beside them."""


def is_one(word: str) -> bool:
    """Whether a word names one workbook, and no folder."""
    return not (Path(word).is_dir() or (is_url(word) and not word.lower().endswith(_ENDINGS)))


def workbooks(words: Iterable[str]) -> Workbooks:
    """The workbooks that words name, those in folders within folders among them. Of workbooks whose names differ by
    nothing but the period, those of a folder are the latest ones alone: the others are closed. NoWorkbooks."""
    words = list(words)
    named: dict[str, Meant] = {}
    below: dict[str, Meant] = {}
    for word in words:
        inside = _inside(word)
        if inside is None:
            named[word] = Meant(word, named=True)
        else:
            below |= {one.place: one for one in inside}
    latest = _latest(below)
    found = {**latest, **named}
    if not found:
        raise NoWorkbooks(path=", ".join(words))
    return Workbooks(tuple(found.values()), len(below) - len(latest))


def _inside(word: str) -> list[Meant] | None:
    """The workbooks of a folder; None for what is no folder."""
    if is_url(word):
        urls = listed(word)
        if urls is None:
            return None
        inside = [(url, PurePosixPath(path)) for url, path in urls.items()]
        return [Meant(url, _slashed(path.parent)) for url, path in inside if _is_owners(path)]
    folder = Path(word)
    if not folder.is_dir():
        return None
    return [Meant(str(folder / path), _slashed(PurePosixPath(path.parent.as_posix()))) for path in _walked(folder)]


def _walked(folder: Path) -> Iterator[Path]:
    for above, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if _is_owners_folder(name))
        for name in sorted(names):
            path = Path(above, name).relative_to(folder)
            if _is_owners(path):
                yield path


def _is_owners(path: Path | PurePosixPath) -> bool:
    folders = all(map(_is_owners_folder, path.parent.parts))
    return folders and path.suffix.lower() in _ENDINGS and not path.name.startswith(_NOT_THE_OWNERS)


def _is_owners_folder(name: str) -> bool:
    return name != BACKUP_FOLDER and not name.startswith(".")


def _slashed(path: PurePosixPath) -> str:
    return "" if path == PurePosixPath() else str(path)


def _latest(found: dict[str, Meant]) -> dict[str, Meant]:
    """Without those beside which a workbook of the same name with a later period stands."""
    last: dict[tuple[str, str], tuple[Period, str]] = {}
    closed: set[str] = set()
    for place in found:
        period, series = _series(place)
        if period is None:
            continue
        key = (series, period.kind)
        before = last.get(key)
        if before and before[0].start >= period.start:
            closed.add(place)
            continue
        if before:
            closed.add(before[1])
        last[key] = period, place
    return {place: one for place, one in found.items() if place not in closed}


def _series(place: str) -> tuple[Period | None, str]:
    """The period in the name of a workbook, and the rest of its name; without one, nothing."""
    name = re.split(r"[/\\]", place)[-1]
    matches = list(_PERIOD.finditer(name))
    if not matches:
        return None, place
    start, end = (len(place) - len(name) + edge for edge in matches[-1].span())
    try:
        return Period.parse(place[start:end]), f"{place[:start]}\0{place[end:]}".lower()
    except NoPeriod:
        return None, place
