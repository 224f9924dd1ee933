"""How the cells of a workbook show numbers, and cell formats that differ from one that is there in that alone.

Only ever appends to the cell formats: those that are there keep their place and their looks.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from kpixl.ooxml.elements import planted
from kpixl.ooxml.namespaces import OFFICE_RELATIONSHIP, qn

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kpixl.ooxml.package import Package

GENERAL, DAY, MOMENT, TEXT = 0, 14, 22, 49
"""Numbers of built-in formats; dates look as the computer's language has them."""

_STYLES = OFFICE_RELATIONSHIP + "/styles"
_BUILT_IN_DATES = frozenset((*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59)))
_QUOTED = re.compile(r'"[^"]*"|\\.|_.|\*.|\[[^\]]*\]')


def codes_of_cells(package: Package) -> Iterator[tuple[int, str]]:
    """The code of the number format that each cell format shows, by its index; built-in ones have none."""
    for part in package.related(package.workbook_part, _STYLES):
        styles = package.tree(part)
        codes = {
            int(entry.get("numFmtId", "0")): entry.get("formatCode", "")
            for entry in styles.iterfind(qn("x:numFmts/x:numFmt"))
        }
        for index, xf in enumerate(styles.iterfind(qn("x:cellXfs/x:xf"))):
            yield index, codes.get(int(xf.get("numFmtId", "0")), "")


class NumberFormats:
    """The number formats of a package's cells, by the indexes of its cell formats."""

    def __init__(self, package: Package) -> None:
        self._package = package
        self._part = next(iter(package.related(package.workbook_part, _STYLES)), None)
        self._root = package.tree(self._part) if self._part else None
        self._formats = [] if self._root is None else list(self._root.iterfind(qn("x:cellXfs/x:xf")))
        declared = () if self._root is None else self._root.iterfind(qn("x:numFmts/x:numFmt"))
        self._codes = {int(entry.get("numFmtId", "0")): entry.get("formatCode", "") for entry in declared}
        self._made: dict[tuple[int, int], int] = {}

    def of(self, style: int | None) -> int:
        """The number of the number format of a cell format."""
        at = style or 0
        return int(self._formats[at].get("numFmtId", "0")) if 0 <= at < len(self._formats) else GENERAL

    def is_date(self, number: int) -> bool:
        """Whether a number format shows dates or times."""
        code = _QUOTED.sub("", self._codes.get(number, "")).lower()
        return number in _BUILT_IN_DATES or any(sign in code for sign in "dmyhs")

    def is_typed_text(self, style: int | None) -> bool:
        """Whether what is typed into a cell of that format becomes a text."""
        at = style or 0
        quoted = 0 <= at < len(self._formats) and self._formats[at].get("quotePrefix") in ("1", "true")
        return quoted or self.of(style) == TEXT

    def showing(self, style: int | None, number: int) -> int | None:
        """A cell format that is as ``style`` is but for its number format; ``style`` itself in a workbook without
        cell formats."""
        at = style or 0
        if self._root is None or self._part is None or not 0 <= at < len(self._formats):
            return style
        if (at, number) not in self._made:
            holder = self._formats[at].getparent()
            assert holder is not None
            new = planted(holder, self._formats[at])
            new.set("numFmtId", str(number))
            new.set("applyNumberFormat", "1")
            new.attrib.pop("quotePrefix", "")
            self._formats.append(new)
            holder.set("count", str(len(self._formats)))
            self._made[at, number] = len(self._formats) - 1
            self._package.replace(self._part, self._root)
        return self._made[at, number]
