"""Texts with delimiters: their encoding, their delimiter and their records. Never guesses at a text that is cut."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from itertools import chain, islice
from typing import TYPE_CHECKING

from kpixl.errors import N_, UnreadableSource
from kpixl.imports.refusals import UnreadableTable
from kpixl.imports.source import Raw, Source
from kpixl.languages.load import telling
from kpixl.message import Message, phrase

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

_DELIMITERS = (",", ";", "\t", "|")
_SAMPLE = 100
"""Rows by which the delimiter is found."""
_KNOWN = 10_000
"""Different texts among which one is looked for."""
_BEGINNING = 1000
"""Bytes by which UTF-16 is known."""
_SEP = re.compile(r"\ufeff?sep=([,;|\t])\r?\n", re.IGNORECASE)
"""The first line by which Excel is told the delimiter."""
_MULTIBYTE = re.compile(rb"[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}")
_HIGH = re.compile(rb"[\x80-\xff]")
_WESTERN = 1252
"""The code page in which most of Windows writes what is not Unicode."""


def read_text(path: Path, content: bytes) -> Source:
    """The rows of a text; those that hold nothing are passed over."""
    text, encoding = _decoded(path, content)
    told = _SEP.match(text)
    delimiter = told[1] if told else _delimiter(text)
    first = 2 if told else 1
    rows: list[list[Raw]] = []
    lines = []
    known: dict[str, str] = {}
    for line, cells in _records(path, text[told.end() :] if told else text, delimiter, first):
        # Of what comes again and again there is one.
        once = known.setdefault if len(known) < _KNOWN else known.get
        rows.append([*map(once, cells, cells)])
        lines.append(line)
    if not rows:
        raise UnreadableSource(path=path.name, detail=phrase(N_("it is empty")))
    return Source(path, "text", rows, lines, delimiter=delimiter, encoding=encoding)


def _decoded(path: Path, content: bytes) -> tuple[str, str]:
    """The text and the name of its encoding."""
    candidates: Iterable[tuple[str, str]]
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        candidates = [("utf-16", "UTF-16")]
    elif unmarked := _unmarked(content[:_BEGINNING]):
        candidates = [(unmarked, "UTF-16")]
    else:
        content = content.rstrip(b"\x1a")
        candidates = chain([("utf-8-sig", "UTF-8")], _code_pages(content))
    for codec, name in candidates:
        try:
            text = content.decode(codec)
        except UnicodeDecodeError as error:
            if name == "UTF-8":
                _refuse_mixture(path, content, error.start)
            continue
        if "\0" in text:
            break
        return text, name
    raise UnreadableTable(path=path.name, detail=phrase(N_("it is not a text")))


def _code_pages(content: bytes) -> Iterator[tuple[str, str]]:
    """Those of kpixl's languages, that of which most letters tell first. They differ in bytes that all of them take."""

    def unlikeliness(page: int) -> tuple[int, bool]:
        return -len(telling()[page].findall(content.decode(f"cp{page}", "replace"))), page != _WESTERN

    for page in sorted(telling(), key=unlikeliness):
        yield f"cp{page}", f"Windows-{page}"


def likeliest_page(content: bytes, told: str) -> str:
    """The codec by which most letters of a text are those of a language, of those that kpixl's languages are in; the
    one that is ``told`` where no other has more, or it is none of them."""
    pages = {f"cp{page}": letters for page, letters in telling().items()}
    counts = {codec: len(letters.findall(content.decode(codec, "replace"))) for codec, letters in pages.items()}
    best = max(counts, key=lambda codec: counts[codec])
    return best if told in counts and counts[best] > counts[told] else told


def _unmarked(beginning: bytes) -> str | None:
    """The codec of a UTF-16 text without its mark: every other byte of most letters is a nought, and no other is."""
    noughts = [half.count(0) * 2 > len(half) for half in (beginning[::2], beginning[1::2])]
    if noughts == [False, True] and 0 not in beginning[::2]:
        return "utf-16-le"
    return "utf-16-be" if noughts == [True, False] and 0 not in beginning[1::2] else None


def _refuse_mixture(path: Path, content: bytes, place: int) -> None:
    """A text that is UTF-8 for the most part would be garbled in any other encoding."""
    letters = _MULTIBYTE.findall(content)
    if letters and len(letters) >= len(_HIGH.findall(content)) - sum(map(len, letters)):
        line = content.count(b"\n", 0, place) + 1
        raise UnreadableSource(
            path=path.name, detail=phrase(N_("line {line} holds letters in another encoding than the rest"), line=line)
        )


def _delimiter(text: str) -> str:
    """The one that cuts most rows alike, and of those the one that makes most cells; a comma where none does."""

    def fitness(delimiter: str) -> tuple[float, int]:
        widths = Counter(_widths(text, delimiter))
        alike = max(((count, width) for width, count in widths.items() if width > 1), default=None)
        return (alike[0] / widths.total(), alike[1]) if alike else (0.0, 0)

    return max(_DELIMITERS, key=fitness)


def _widths(text: str, delimiter: str) -> Iterator[int]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    try:
        yield from islice((len(cells) for cells in reader if any(cell.strip() for cell in cells)), _SAMPLE)
    except csv.Error:
        return


def _records(path: Path, text: str, delimiter: str, line: int) -> Iterator[tuple[int, list[str]]]:
    """Every row that is not blank, with the line on which it begins. Strict: a quotation mark that is never closed
    would swallow the rows after it."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    before = line - 1
    try:
        for cells in reader:
            if any(cell.strip() for cell in cells):
                yield line, cells
            line = before + reader.line_num + 1
    except csv.Error as error:
        raise UnreadableSource(path=path.name, detail=_what(str(error), line)) from error


def _what(error: str, line: int) -> Message:
    if "end of data" in error:
        return phrase(N_("the quotation mark that opens in line {line} is never closed"), line=line)
    if "expected after" in error:
        return phrase(N_("line {line} goes on after a closing quotation mark"), line=line)
    return phrase(N_("line {line} has a cell that is far too long"), line=line)
