"""What is laid over areas of a sheet with a growing or shrinking table: conditional formats, validations, sparklines.

Never judges a rule: only the areas that it covers, and the base of its formulas, follow the rows.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from lxml import etree

from kpixl.ooxml.cells import Area, cell_name
from kpixl.ooxml.moves import area_of
from kpixl.ooxml.namespaces import qn
from kpixl.ooxml.sheet import moved_formula

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from lxml.etree import _Element as Element

    from kpixl.ooxml.moves import Moves

_WITH_SQREF = frozenset({"conditionalFormatting", "dataValidation", "ignoredError", "protectedRange"})
_FORMULAS = frozenset({"formula", "formula1", "formula2", "f"})


def grow_rules(root: Element, data: Area, bottom: int) -> None:
    """Rules of the sheet ``root`` that reach the last row of ``data`` shall reach the new last one, ``bottom``."""
    for entry in _with_sqref(root):
        _write(entry, _grown(_read(entry), data, bottom))


def move_rules(root: Element, sheet_name: str, moves: Moves) -> None:
    """Rules and sparklines of the sheet ``root`` follow a shrinking table's rows; what covers nothing then goes."""
    for entry in list(_with_sqref(root)):
        _move(entry, moves)
    for entry in list(_beside_cells(root, "sparklineGroup")):
        _move_sparklines(entry, sheet_name, moves)


def last_priority(root: Element) -> int:
    """The priority of the conditional format of the sheet ``root`` that is asked last; 0 where there is none."""
    return max((int(one.get("priority", "0")) for one in root.iter(qn("x:cfRule"))), default=0)


def _beside_cells(root: Element, *names: str) -> Iterator[Element]:
    wanted = [f"{{*}}{name}" for name in names]
    for child in root.iterchildren("{*}*"):
        if child.tag != qn("x:sheetData"):
            yield from child.iter(*wanted)


def _with_sqref(root: Element) -> Iterator[Element]:
    return _beside_cells(root, *_WITH_SQREF)


def _read(entry: Element) -> str:
    """The areas that a rule names in an attribute or, in later versions of the format, in an element."""
    if "sqref" in entry.attrib:
        return entry.get("sqref", "")
    return " ".join(inner.text or "" for inner in entry.iterchildren("{*}sqref"))


def _write(entry: Element, sqref: str) -> None:
    if sqref == _read(entry):
        return
    if "sqref" in entry.attrib:
        entry.set("sqref", sqref)
    else:
        for inner in entry.iterchildren("{*}sqref"):
            inner.text = sqref


def _grown(sqref: str, data: Area, bottom: int) -> str:
    refs, more = [], []
    for ref in sqref.split():
        area = area_of(ref)
        if area is None:  # whole columns or rows need no growing
            refs.append(ref)
            continue
        left, right = max(area.left, data.left), min(area.right, data.right)
        if left > right or not area.top <= data.bottom <= area.bottom < bottom:
            refs.append(ref)
        elif (left, right) == (area.left, area.right):
            refs.append(Area(area.top, left, bottom, right).ref)
        else:
            # Beside the table is not the table's: only its own columns go on.
            refs.append(ref)
            more.append(Area(area.bottom + 1, left, bottom, right).ref)
    return " ".join((*refs, *more))


def _move(entry: Element, moves: Moves) -> None:
    refs = [(ref, area_of(ref)) for ref in _read(entry).split()]
    areas = [area for _, area in refs if area is not None]
    moved: list[Area] = []
    texts: list[str] = []
    for ref, area in refs:
        parts = [] if area is None else _parts(area, areas, moves)
        moved += parts
        texts += [ref] if area is None or parts == [area] else [part.ref for part in parts]
    if not texts:
        _drop(entry)
        return
    _write(entry, " ".join(texts))
    if moved and len(areas) == len(refs):
        _move_formulas(entry, _base(areas), _base(moved))


def _parts(area: Area, areas: Sequence[Area], moves: Moves) -> list[Area]:
    """An area afterwards. A column that the rule covered as a whole stays covered, even where one blank row is left."""
    if moves.kept:
        return moves.areas(area, blank=False)
    if moves.areas(area, blank=moves.covers(area)) == [area]:
        return [area]
    cuts = {edge for other in areas for edge in (other.left, other.right + 1)} | {moves.data.left, moves.data.right + 1}
    lefts = sorted({area.left, *(cut for cut in cuts if area.left < cut <= area.right)})
    return [
        part
        for left, after in zip(lefts, [*lefts[1:], area.right + 1], strict=True)
        for part in moves.areas(
            Area(area.top, left, area.bottom, after - 1),
            blank=_whole([other for other in areas if other.left <= left <= other.right], moves),
        )
    ]


def _whole(areas: list[Area], moves: Moves) -> bool:
    """Whether the areas together go over the whole height of the data."""
    top = moves.data.top
    for area in sorted(areas, key=lambda area: area.top):
        if area.top <= top:
            top = max(top, area.bottom + 1)
    return top > moves.data.bottom


def _base(areas: Sequence[Area]) -> tuple[int, int]:
    """The cell that the formulas of a rule are written for."""
    return min(area.top for area in areas), min(area.left for area in areas)


def _move_formulas(entry: Element, old: tuple[int, int], new: tuple[int, int]) -> None:
    if old == new:
        return
    for found in entry.iter("{*}*"):
        if etree.QName(found).localname in _FORMULAS and len(found) == 0 and found.text:
            found.text = moved_formula(found.text, cell_name(*old), cell_name(*new))


def _move_sparklines(group: Element, sheet_name: str, moves: Moves) -> None:
    for source in group.iter("{*}f"):
        _move_source(source, sheet_name, moves)
    for line in list(group.iter("{*}sparkline")):
        area = area_of(_read(line))
        if area is None:
            continue
        row = moves.cell(area.top, area.left)
        if row is not None:
            _write(line, cell_name(row, area.left))
            continue
        lines = line.getparent()
        assert lines is not None
        _drop(line if len(lines) > 1 else group)


def _move_source(source: Element, sheet_name: str, moves: Moves) -> None:
    sheet, _, ref = (source.text or "").rpartition("!")
    area = area_of(ref)
    if area is None or sheet.strip("'").replace("''", "'") != sheet_name:
        return
    parts = moves.areas(area, blank=moves.covers(area))
    if len(parts) == 1 and parts != [area]:
        source.text = f"{sheet}!{parts[0].ref}"


def _drop(entry: Element) -> None:
    """Remove a rule, and the containers that are empty without it."""
    parent = entry.getparent()
    assert parent is not None
    parent.remove(entry)
    if "count" in parent.attrib:
        parent.set("count", str(len(parent)))
    if len(parent) == 0 and parent.getparent() is not None:
        _drop(parent)
