"""What Excel holds of an .xlsx that it has opened: sheets with cells, tables, charts and protection, and names.

Reads the file with zipfile and lxml alone: nothing of kpixl's own, which is what is held against it.
"""

from __future__ import annotations

import hashlib
import pickle
import posixpath
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache, lru_cache
from pathlib import Path
from typing import Any, TypeAlias

from lxml import etree
from lxml.etree import _Element as Element
from openpyxl.formula.translate import Translator
from openpyxl.styles.numbers import BUILTIN_FORMATS
from openpyxl.utils.cell import coordinate_to_tuple

from kpixl.ooxml.cells import Area, parse_area

ERRORS = {"#NULL!": 2000, "#DIV/0!": 2007, "#VALUE!": 2015, "#REF!": 2023, "#NAME?": 2029, "#NUM!": 2036, "#N/A": 2042}
OPTIONS = (
    "formatCells", "formatColumns", "formatRows", "insertColumns", "insertRows", "insertHyperlinks", "deleteColumns",
    "deleteRows", "sort", "autoFilter", "pivotTables",
)  # fmt: skip
"""What a protected sheet may allow, in the order of the arguments of Protect."""

_MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_CHART = "{http://schemas.openxmlformats.org/drawingml/2006/chart}"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_F, _V, _IS, _SI, _R, _T = (f"{_MAIN}{tag}" for tag in ("f", "v", "is", "si", "r", "t"))
_TRUE = ("1", "true")


@dataclass(frozen=True)
class Error:
    """An error in a cell."""

    code: str


@dataclass
class Cell:
    """A cell: its value, the saved one where it has a formula (without its equals sign)."""

    value: Any = None
    formula: str | None = None
    locked: bool = True
    format: str = "General"

    @property
    def content(self) -> object:
        """What an owner would call the same cell: the formula, else the value."""
        return f"={as_shown(self.formula)}" if self.formula is not None else self.value


@dataclass
class Table:
    name: str
    area: Area
    headers: bool
    totals: bool


@dataclass
class Tab:
    """A worksheet."""

    name: str
    cells: dict[tuple[int, int], Cell] = field(default_factory=dict)
    tables: list[Table] = field(default_factory=list)
    charts: list[list[str]] = field(default_factory=list)
    hidden: set[int] = field(default_factory=set)
    heights: dict[int, float] = field(default_factory=dict)
    protected: tuple[bool, ...] | None = None
    """None, or drawings, scenarios and the options."""
    password: str = ""

    def cell(self, row: int, column: int) -> Cell:
        return self.cells.setdefault((row, column), Cell())

    def state(self) -> object:
        """Everything on the sheet, to be compared."""
        cells = {place: cell.content for place, cell in self.cells.items() if cell.content is not None}
        charts = [[as_shown(series) for series in chart] for chart in self.charts]
        return cells, set(self.hidden), dict(self.heights), self.protected, self.password, charts


@cache
def as_shown(formula: str) -> str:
    """A formula as Excel shows it: without quotes around names of sheets that need none."""
    return _QUOTED.sub(lambda match: match[1] or f"{match[2]}!", formula)


_QUOTED = re.compile(r"""("(?:[^"]|"")*")|'([A-Za-z_][A-Za-z0-9_]*)'!""")


Opened: TypeAlias = tuple[list[Tab], dict[str, str], dict[str, str]]


def opened_tabs(path: Path) -> Opened:
    """The sheets of a file in their order, its names with what they refer to (those of a sheet alone as
    ``'Sheet'!name``), and its custom properties."""
    tabs: Opened = pickle.loads(_pickled(path, hashlib.sha256(path.read_bytes()).digest()))
    return tabs


@lru_cache(maxsize=8)
def _pickled(path: Path, digest: bytes) -> bytes:
    """Read once as long as the bytes are the same, which is what ``digest`` tells; each who opens it has his own."""
    with zipfile.ZipFile(path) as archive:
        return pickle.dumps(_read(_Parts(archive)))


class _Parts:
    """The parts of a package."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self._archive = archive
        self._names = set(archive.namelist())

    def tree(self, part: str) -> Element:
        return etree.fromstring(self._archive.read(part))

    def related(self, part: str) -> dict[str, tuple[str, str]]:
        """By the ids of a part's relationships: the last word of the kind, and the part that it leads to."""
        folder, name = posixpath.split(part)
        rels = posixpath.join(folder, "_rels", name + ".rels")
        if rels not in self._names:
            return {}
        return {
            entry.get("Id", ""): (
                entry.get("Type", "").rpartition("/")[2],
                posixpath.normpath(posixpath.join("/", folder, entry.get("Target", ""))).lstrip("/"),
            )
            for entry in self.tree(rels)
            if entry.get("TargetMode") != "External"
        }

    def of_kind(self, part: str, kind: str) -> list[str]:
        return [target for one, target in self.related(part).values() if one == kind]


def _read(parts: _Parts) -> Opened:
    (workbook,) = parts.of_kind("", "officeDocument")
    root, related = parts.tree(workbook), parts.related(workbook)
    looks = [look for part in parts.of_kind(workbook, "styles") for look in _looks(parts.tree(part))]
    strings = [_text(item) for part in parts.of_kind(workbook, "sharedStrings") for item in parts.tree(part)]
    tabs, titles = [], []
    for entry in root.iterfind(f"{_MAIN}sheets/{_MAIN}sheet"):
        titles.append(entry.get("name", ""))
        kind, part = related[entry.get(f"{{{_OFFICE}}}id", "")]
        if kind == "worksheet":
            tabs.append(_tab(titles[-1], part, parts, looks, strings))
    names = {}
    for entry in root.iterfind(f"{_MAIN}definedNames/{_MAIN}definedName"):
        name, sheet = entry.get("name", ""), entry.get("localSheetId")
        if not name.startswith("_xlnm."):
            names[name if sheet is None else f"'{titles[int(sheet)]}'!{name}"] = entry.text or ""
    found = [entry for part in parts.of_kind("", "custom-properties") for entry in parts.tree(part)]
    return tabs, names, {entry.get("name", ""): entry[0].text or "" for entry in found}


def _looks(root: Element) -> Iterator[tuple[bool, str]]:
    """Of each format of cells, whether they are locked and how numbers look."""
    formats = dict(BUILTIN_FORMATS)
    formats |= {int(entry.get("numFmtId", "")): entry.get("formatCode", "") for entry in root.iter(f"{_MAIN}numFmt")}
    for entry in root.iterfind(f"{_MAIN}cellXfs/{_MAIN}xf"):
        protection = entry.find(f"{_MAIN}protection")
        locked = protection is None or protection.get("locked", "1") in _TRUE
        yield locked, formats.get(int(entry.get("numFmtId", "0")), "General")


def _tab(name: str, part: str, parts: _Parts, looks: list[tuple[bool, str]], strings: list[str]) -> Tab:
    tab, root, shared = Tab(name), parts.tree(part), dict[str, Translator]()
    for row in root.iterfind(f"{_MAIN}sheetData/{_MAIN}row"):
        number = int(row.get("r", ""))
        if row.get("hidden") in _TRUE:
            tab.hidden.add(number)
        if row.get("ht") is not None:
            tab.heights[number] = float(row.get("ht", ""))
        for cell in row:
            inside, style = {child.tag: child for child in cell}, int(cell.get("s", "0"))
            if not inside and not style:
                continue
            value, formula = _value(cell, inside, strings), _formula(cell, inside.get(_F), shared)
            # A formula with an empty text is saved without one.
            found = "" if formula is not None and value is None else value
            tab.cells[coordinate_to_tuple(cell.get("r", ""))] = Cell(found, formula, *looks[style])
    guard = root.find(f"{_MAIN}sheetProtection")
    if guard is not None and guard.get("sheet") in _TRUE:
        allowed = [guard.get(option, "1") not in _TRUE for option in OPTIONS]
        tab.protected = (guard.get("objects") in _TRUE, guard.get("scenarios") in _TRUE, *allowed)
        tab.password = guard.get("password", "")
    for table in map(parts.tree, parts.of_kind(part, "table")):
        headers, totals = table.get("headerRowCount") != "0", table.get("totalsRowCount", "0") != "0"
        tab.tables.append(Table(table.get("name", ""), parse_area(table.get("ref", "")), headers, totals))
    for drawing in parts.of_kind(part, "drawing"):
        related = parts.related(drawing)
        for link in parts.tree(drawing).iter(f"{_CHART}chart"):
            chart = parts.tree(related[link.get(f"{{{_OFFICE}}}id", "")][1])
            tab.charts.append([_series(one, order) for order, one in enumerate(chart.iter(f"{_CHART}ser"), 1)])
    return tab


def _formula(cell: Element, entry: Element | None, shared: dict[str, Translator]) -> str | None:
    """The formula of a cell; of one that shares another's, as it stands in this cell."""
    if entry is None:
        return None
    if entry.get("t") == "shared":
        index, text, place = entry.get("si", ""), entry.text, cell.get("r", "")
        if not text:
            return str(shared[index].translate_formula(place))[1:]
        shared[index] = Translator(f"={text}", place)
    return entry.text or ""


def _value(cell: Element, inside: dict[str, Element], strings: list[str]) -> Any:
    kind = cell.get("t", "n")
    if kind == "inlineStr":
        return _text(inside[_IS]) if _IS in inside else None
    if _V not in inside or inside[_V].text is None:
        return None
    text = inside[_V].text or ""
    match kind:
        case "s":
            return strings[int(text)]
        case "b":
            return text in _TRUE
        case "e":
            return Error(text)
        case "str":
            return _unescaped(text)
    return float(text)


def _text(item: Element) -> str:
    """All runs of a text, without how it is to be spoken."""
    runs = [run for run in (item, *item) if run.tag in (_IS, _SI, _R)]
    return _unescaped("".join(one.text or "" for run in runs for one in run if one.tag == _T))


def _unescaped(text: str) -> str:
    return re.sub("_x([0-9A-Fa-f]{4})_", lambda match: chr(int(match[1], 16)), text) if "_x" in text else text


def _series(series: Element, order: int) -> str:
    categories, values = (series.findtext(f"{_CHART}{tag}//{_CHART}f") or "" for tag in ("cat", "val"))
    return f"=SERIES(,{categories},{values},{order})"
