"""Which rows of the sheets of an OpenDocument workbook (.ods) are hidden, by hand or by a filter: its reader does not
tell. Reads no cell."""

from __future__ import annotations

import io
import zipfile
from contextlib import suppress
from typing import IO, TYPE_CHECKING

from lxml import etree

if TYPE_CHECKING:
    from collections.abc import Mapping

_TABLE = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"
_CONTENT = "content.xml"


def hidden_in(content: bytes) -> Mapping[str, frozenset[int]]:
    """By the name of a sheet, the numbers of its rows that are hidden; nothing of another kind of file."""
    file = io.BytesIO(content)
    if not zipfile.is_zipfile(file):
        return {}
    with zipfile.ZipFile(file) as parts:
        if _CONTENT not in parts.namelist():
            return {}
        with parts.open(_CONTENT) as part, suppress(etree.XMLSyntaxError, ValueError):  # told by the reader
            return _hidden(part)
    return {}


def _hidden(part: IO[bytes]) -> dict[str, frozenset[int]]:
    found: dict[str, set[int]] = {}
    name, line = "", 0
    tags = (_TABLE + "table", _TABLE + "table-row")
    for event, element in etree.iterparse(part, events=("start", "end"), tag=tags, resolve_entities=False):
        if event == "end":
            element.clear()
        elif element.tag == _TABLE + "table":
            name, line = element.get(_TABLE + "name", ""), 0
        else:
            count = int(element.get(_TABLE + "number-rows-repeated", "1"))
            # Blank rows to the end of the sheet are one, a million times.
            if element.get(_TABLE + "visibility", "visible") != "visible":
                found.setdefault(name, set()).update(range(line + 1, line + 1 + min(count, _MOST)))
            line += count
    return {sheet: frozenset(lines) for sheet, lines in found.items()}


_MOST = 100_000
"""Rows that are hidden at once and counted."""
