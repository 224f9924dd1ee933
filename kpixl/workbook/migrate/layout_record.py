"""What the workbooks of an earlier layout had: which rows and columns, and which texts were kpixl's own.

By it a row that is new since is told from one that the owner deleted, and a text of an older kpixl from one that the
owner wrote. Kept as short marks of each, since only whether something was there is ever asked.
"""

from __future__ import annotations

import base64
import hashlib
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from kpixl.workbook.grid import Context

FOLDER = Path(__file__).parent / "layouts"
_BYTES = 4
"""Of a mark: of ten thousand, one that is new is taken for a known one once in four hundred thousand times."""
_LINE = 120


@cache
def marks(version: int) -> frozenset[bytes]:
    """The marks of a layout; ``marks_of`` one that is recorded no more is a KeyError of its file."""
    data = base64.b64decode((FOLDER / f"{version}.txt").read_text(encoding="ascii"))
    return frozenset(data[at : at + _BYTES] for at in range(0, len(data), _BYTES))


def row_mark(business: str, block: str, row: str) -> bytes:
    """The mark of a block's row."""
    return _mark("row", business, block, row)


def column_mark(business: str, block: str, column: str) -> bytes:
    """The mark of a block's column."""
    return _mark("column", business, block, column)


def text_mark(text: object) -> bytes:
    """The mark of what stood in a cell of kpixl's that never changes: a text, or a number such as a threshold."""
    return _mark("text", text if isinstance(text, str) else repr(float(text)) if isinstance(text, (int, float)) else "")


def marks_of(c: Context) -> Iterator[bytes]:
    """The marks of a workbook that is made with today's layout."""
    from kpixl.workbook import layout

    for id_, block in layout.blocks(c.business).items():
        yield from (row_mark(c.business.id, id_, row) for row in block.placement.rows)
        yield from (column_mark(c.business.id, id_, column) for column in block.placement.columns)
        cells = block.cells(c).values()
        yield from (text_mark(cell.value) for cell in cells if cell.kind == "label" and cell.value is not None)


def written(found: Iterable[bytes]) -> str:
    """Marks as the file of a layout holds them."""
    text = base64.b64encode(b"".join(sorted(set(found)))).decode("ascii")
    return "".join(f"{text[at : at + _LINE]}\n" for at in range(0, len(text), _LINE))


def _mark(*words: str) -> bytes:
    return hashlib.blake2b("\n".join(words).encode(), digest_size=_BYTES).digest()
