"""The cell formats of one workbook appended to those of another, for sheets that move there.

Never renumbers or changes a format that the other workbook has: its cells keep their indexes.
"""

from __future__ import annotations

from copy import deepcopy
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from lxml import etree

from kpixl.errors import N_, WorkbookError
from kpixl.ooxml.elements import in_order, planted
from kpixl.ooxml.namespaces import MAIN, OFFICE_RELATIONSHIP, qn

if TYPE_CHECKING:
    from collections.abc import Iterable

    from lxml.etree import _Element as Element

    from kpixl.ooxml.package import Package

MOST_FORMATS = 65_000
"""Excel opens no workbook with many more."""

_KIND = OFFICE_RELATIONSHIP + "/styles"
_CONTENT_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.styles+xml"
_ORDER = (
    "numFmts", "fonts", "fills", "borders", "cellStyleXfs", "cellXfs", "cellStyles", "dxfs", "tableStyles", "colors",
    "extLst",
)  # fmt: skip
_EMPTY = f'<styleSheet xmlns="{MAIN}"/>'
_LAST_BUILT_IN = 163
_PLAIN = {
    "fonts": (
        '<font><sz val="11"/><color theme="1"/><name val="Calibri"/><family val="2"/><scheme val="minor"/></font>',
    ),
    "fills": ('<fill><patternFill patternType="none"/></fill>', '<fill><patternFill patternType="gray125"/></fill>'),
    "borders": ("<border><left/><right/><top/><bottom/><diagonal/></border>",),
    "cellXfs": ('<xf numFmtId="0" fontId="0" fillId="0" borderId="0"/>',),
    "dxfs": (),
}
"""What the first records of each list are where a workbook has none."""
_FACETS = ("NumberFormat", "Font", "Fill", "Border", "Alignment", "Protection")
_RESERVED_FILLS = 2
"""The first two fills are none and grey whatever is written there, and nothing else can be."""

_Key: TypeAlias = tuple[object, ...]


class TooManyFormats(WorkbookError):
    """There is no room for more cell formats."""

    code = "too_many_formats"
    template = N_(
        "{path} has {count} different cell formats, which leaves too little room for more; "
        "clear the formats of cells that are not used and try again."
    )


@dataclass(frozen=True, slots=True)
class Formats:
    """Where the formats of one workbook stand in the other, by their index."""

    cells: tuple[int, ...]
    rules: tuple[int, ...]
    """Formats of conditional formats and tables (``dxfs``)."""


def merge_styles(target: Package, source: Package) -> Formats:
    """Append the cell formats of ``source`` to ``target``; equal records are shared.

    Raises TooManyFormats, before anything has changed, where Excel could not open the result.
    """
    part = next(iter(target.related(target.workbook_part, _KIND)), None)
    root = etree.fromstring(_EMPTY) if part is None else target.tree(part)
    before = len(root.findall(qn("x:cellXfs/*")))
    (ours,) = (source.tree(name) for name in source.related(source.workbook_part, _KIND))
    numbers = _Numbers(root)
    of_cells = numbers.declared(ours)
    fills = _records(ours, "fills")[_RESERVED_FILLS:]
    ids = {
        "numFmtId": of_cells,
        "fontId": dict(enumerate(_joined(root, "fonts", _records(ours, "fonts")))),
        "fillId": dict(enumerate((0, 1, *_joined(root, "fills", fills, reserved=_RESERVED_FILLS)))),
        "borderId": dict(enumerate(_joined(root, "borders", _records(ours, "borders")))),
    }
    normal = _normal(root)
    formats = Formats(
        cells=_joined(root, "cellXfs", [_cell_format(xf, ids, normal) for xf in _records(ours, "cellXfs")]),
        rules=_joined(root, "dxfs", [numbers.renumbered(dxf) for dxf in _records(ours, "dxfs")]),
    )
    if len(_records(root, "cellXfs")) >= MOST_FORMATS:
        raise TooManyFormats(path=target.path.name, count=before)
    if part is None:
        (part,) = target.free_names(["xl/styles.xml"]).values()
        target.add(part, root, _CONTENT_TYPE)
        target.add_relationship(target.workbook_part, _KIND, part)
    else:
        target.replace(part, root)
    return formats


class _Numbers:
    """The number formats of a stylesheet: one number a format, and never one number for two."""

    def __init__(self, root: Element) -> None:
        self._root = root
        declared = _records(root, "numFmts")
        self._declared = {entry.get("formatCode", "") for entry in declared}
        # Rules have formats of their own, and cells may name one that nobody declared.
        self._ids: dict[str, int] = {}
        for entry in (*declared, *root.iter(qn("x:numFmt"))):
            self._ids.setdefault(entry.get("formatCode", ""), int(entry.get("numFmtId", "0")))
        used = (int(entry.get("numFmtId") or 0) for entry in root.iter(qn("x:numFmt"), qn("x:xf")))
        self._last = max(used, default=0)

    def declared(self, ours: Element) -> dict[int, int]:
        """Declare the formats of another stylesheet; its numbers and theirs here."""
        found = {}
        for entry in _records(ours, "numFmts"):
            code = entry.get("formatCode", "")
            found[int(entry.get("numFmtId", "0"))] = self._id(code)
            if code not in self._declared:
                self._declared.add(code)
                holder = in_order(self._root, "numFmts", _ORDER)
                planted(holder, entry).set("numFmtId", str(self._id(code)))
                holder.set("count", str(len(holder)))
        return found

    def renumbered(self, rule: Element) -> Element:
        """A copy of a rule's format, its number format under a number of this stylesheet."""
        copy = deepcopy(rule)
        for entry in copy.iterchildren(qn("x:numFmt")):
            if int(entry.get("numFmtId", "0")) > _LAST_BUILT_IN:
                entry.set("numFmtId", str(self._id(entry.get("formatCode", ""))))
        return copy

    def _id(self, code: str) -> int:
        if code not in self._ids:
            self._last = max(self._last, _LAST_BUILT_IN) + 1
            self._ids[code] = self._last
        return self._ids[code]


def _records(root: Element, tag: str) -> list[Element]:
    return list(root.iterfind(qn(f"x:{tag}/{{*}}*")))


def _joined(root: Element, tag: str, records: Iterable[Element], *, reserved: int = 0) -> tuple[int, ...]:
    """Where the records stand in that list of ``root``: equal ones after the reserved are used, others appended."""
    holder = in_order(root, tag, _ORDER)
    there = _records(root, tag)
    for plain in _PLAIN[tag][len(there) :]:
        there.append(planted(holder, etree.fromstring(f'<x xmlns="{MAIN}">{plain}</x>')[0]))
    known: dict[_Key, int] = {}
    for index, record in enumerate(there[reserved:], reserved):
        known.setdefault(_key(record), index)
    count = len(there)
    found = []
    for record in records:
        key = _key(record)
        if key not in known:
            planted(holder, record)
            known[key] = count
            count += 1
        found.append(known[key])
    holder.set("count", str(count))
    return tuple(found)


def _key(record: Element) -> _Key:
    """What makes two records equal: all that is written in them, but for the order of attributes."""
    children = tuple(_key(child) for child in record.iterchildren("{*}*"))
    return (record.tag, frozenset(record.attrib.items()), (record.text or "").strip(), children)


def _normal(root: Element) -> str | None:
    """The base that the owner's Normal style gives to cells; None where the stylesheet has no named styles."""
    bases = _records(root, "cellStyleXfs")
    named = (style.get("xfId", "0") for style in _records(root, "cellStyles") if style.get("builtinId") == "0")
    return next(named, "0") if bases else None


def _cell_format(xf: Element, ids: dict[str, dict[int, int]], normal: str | None) -> Element:
    """A copy of a cell format with the numbers of the other workbook."""
    copy = deepcopy(xf)
    for attribute, numbers in ids.items():
        old = int(copy.get(attribute, "0"))
        copy.set(attribute, str(numbers.get(old, old)))
    for facet in _FACETS:
        # The owner's Normal may differ from the one that the format was made for.
        copy.set(f"apply{facet}", "1")
    if normal is None:
        copy.attrib.pop("xfId", "")
    else:
        copy.set("xfId", normal)
    return copy
