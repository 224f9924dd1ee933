"""How wide the columns of a sheet are, and which are out of sight.

What a sheet says of a span of columns stays true of each of them when one is told apart.
"""

from __future__ import annotations

from copy import deepcopy
from typing import TYPE_CHECKING

from kpixl.ooxml.elements import SHEET_ORDER, in_order
from kpixl.ooxml.namespaces import qn

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

    from lxml.etree import _Element as Element

_LOOK = ("width", "customWidth", "hidden")


def columns_apart(root: Element, indexes: Collection[int]) -> dict[int, Element]:
    """What the sheet ``root`` says of each of some columns, apart from its neighbours."""
    holder, wanted = in_order(root, "cols", SHEET_ORDER), sorted(indexes)
    for entry in list(holder):
        spans = list(_apart(*span_of(entry), wanted))
        for first, last in spans if len(spans) > 1 else ():
            part = deepcopy(entry)
            part.set("min", str(first))
            part.set("max", str(last))
            entry.addprevious(part)
        if len(spans) > 1:
            holder.remove(entry)
    there = {span_of(entry)[0]: entry for entry in holder}
    for index in wanted:
        if index not in there:
            entry = holder.makeelement(qn("x:col"), {"min": str(index), "max": str(index)})
            later = next((one for one in holder if span_of(one)[0] > index), None)
            if later is None:
                holder.append(entry)
            else:
                later.addprevious(entry)
            there[index] = entry
    return {index: there[index] for index in wanted}


def _apart(first: int, last: int, wanted: Collection[int]) -> Iterator[tuple[int, int]]:
    """The span of columns, with each of ``wanted``, which are in order, as a span of its own."""
    for index in wanted:
        if first <= index <= last:
            if first < index:
                yield first, index - 1
            yield index, index
            first = index + 1
    if first <= last:
        yield first, last


def looks_of(root: Element, indexes: Collection[int]) -> dict[int, tuple[float, bool]]:
    """How wide each of some columns is, and whether it is out of sight, where the sheet ``root`` says so."""
    found = {}
    for entry in root.iterfind(qn("x:cols/x:col")):
        (first, last), look = span_of(entry), (float(entry.get("width", "0")), entry.get("hidden") in ("1", "true"))
        found.update({index: look for index in indexes if first <= index <= last})
    return found


def look_in(root: Element, number: int) -> dict[str, str]:
    """The width of a column of the sheet ``root`` and whether it is hidden, as the sheet writes them."""
    for entry in root.iterfind(qn("x:cols/x:col")):
        first, last = span_of(entry)
        if first <= number <= last:
            return {key: entry.get(key, "") for key in _LOOK if key in entry.attrib}
    return {}


def look_of_column(root: Element, number: int, look: Mapping[str, str]) -> None:
    """Give a column of the sheet ``root`` a width, or hide it, where it has no width of its own."""
    if not look:
        return
    for entry in root.iterfind(qn("x:cols/x:col")):
        if span_of(entry) == (number, number) and entry.get("customWidth") in ("1", "true"):
            return
    entry = columns_apart(root, [number])[number]
    for attribute, value in look.items():
        entry.set(attribute, value)


def span_of(entry: Element) -> tuple[int, int]:
    """The first and the last column that an entry says something of."""
    return int(entry.get("min", "0")), int(entry.get("max", "0"))
