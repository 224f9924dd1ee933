"""What makes Excel offer to repair a workbook although its XML follows the schema.

``repairs(path)`` names every such fault. It reads the file with zipfile and lxml alone, and addresses with openpyxl:
nothing of kpixl's own, which is what it judges.
"""

from __future__ import annotations

import posixpath
import re
import zipfile
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property
from itertools import combinations, pairwise
from pathlib import Path
from typing import NamedTuple

from lxml import etree
from lxml.etree import _Element as Element
from openpyxl.utils import column_index_from_string, range_boundaries

OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
COMPATIBILITY = "http://schemas.openxmlformats.org/markup-compatibility/2006"
POINTERS = (f"{{{OFFICE}}}id", f"{{{OFFICE}}}embed", f"{{{OFFICE}}}link")

ORDER = {
    "workbook": (
        "fileVersion fileSharing workbookPr workbookProtection bookViews sheets functionGroups externalReferences "
        "definedNames calcPr oleSize customWorkbookViews pivotCaches smartTagPr smartTagTypes webPublishing "
        "fileRecoveryPr webPublishObjects extLst"
    ),
    "worksheet": (
        "sheetPr dimension sheetViews sheetFormatPr cols sheetData sheetCalcPr sheetProtection protectedRanges "
        "scenarios autoFilter sortState dataConsolidate customSheetViews mergeCells phoneticPr conditionalFormatting "
        "dataValidations hyperlinks printOptions pageMargins pageSetup headerFooter rowBreaks colBreaks "
        "customProperties cellWatches ignoredErrors smartTags drawing drawingHF legacyDrawing legacyDrawingHF picture "
        "oleObjects controls webPublishItems tableParts extLst"
    ),
}
"""Children in the order in which Excel wants them; others may stand anywhere."""

LATER = (
    "BYCOL|BYROW|CHOOSECOLS|CHOOSEROWS|CONCAT|DROP|EXPAND|FILTER|HSTACK|IFS|LAMBDA|LET|MAKEARRAY|MAP|MAXIFS|MINIFS|"
    "RANDARRAY|REDUCE|SCAN|SEQUENCE|SORT|SORTBY|SWITCH|TAKE|TEXTAFTER|TEXTBEFORE|TEXTJOIN|TEXTSPLIT|TOCOL|TOROW|UNIQUE|"
    "VSTACK|WRAPCOLS|WRAPROWS|XLOOKUP|XMATCH"
)
"""Functions newer than the format: in a file their names begin with _xlfn."""
UNPREFIXED = re.compile(rf"(?<![\w.])({LATER})\(")
QUOTED = re.compile(r"\"[^\"]*\"|'[^']*'")
TABLE = re.compile(r"([A-Za-z_\\][\w.\\]*)\[")
ADDRESS = re.compile(r"([A-Z]{1,3})([1-9][0-9]*)")
ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")
LIKE_A_CELL = re.compile(r"[A-Za-z]{1,3}\d{1,7}")

LONGEST_TEXT, LONGEST_FORMULA, LONGEST_LIST, LONGEST_SHEET_NAME = 32767, 8192, 255, 31
LONGEST_PROMPTS = {"promptTitle": 32, "prompt": 255, "errorTitle": 32, "error": 255}


class Box(NamedTuple):
    """A range, its edges included."""

    left: int
    top: int
    right: int
    bottom: int

    def meets(self, other: Box) -> bool:
        """Whether a cell belongs to both."""
        beside = self.right < other.left or other.right < self.left
        return not (beside or self.bottom < other.top or other.bottom < self.top)


class Target(NamedTuple):
    """Where a relationship leads."""

    kind: str
    part: str
    outside: bool


class File:
    """The parts of a workbook: their bytes, their trees and how they hang together."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self.names = archive.namelist()
        self.known = {name.lower() for name in self.names}
        self.trees: dict[str, Element] = {}
        self.broken: list[str] = []
        parser = etree.XMLParser(huge_tree=True)
        for name in self.names:
            if name.endswith((".xml", ".rels", ".vml")):
                try:
                    self.trees[name] = etree.fromstring(archive.read(name), parser)
                except etree.XMLSyntaxError as fault:
                    self.broken.append(f"not well-formed: {name}: {fault}")

    def targets(self, part: str) -> dict[str, Target]:
        """Id -> target of each relationship of a part; of the package for ""."""
        folder, name = posixpath.split(part)
        found = {}
        for line in self.trees.get(posixpath.join(folder, "_rels", f"{name}.rels"), ()):
            target, outside = line.get("Target", ""), line.get("TargetMode") == "External"
            if not outside and not target.startswith("#"):
                target = posixpath.normpath(posixpath.join("/", folder, target)).lstrip("/")
            found[line.get("Id", "")] = Target(line.get("Type", "").rpartition("/")[2], target, outside)
        return found

    def related(self, part: str, kind: str) -> list[Element]:
        """The trees of the parts of a kind to which a part leads."""
        return [self.trees[t.part] for t in self.targets(part).values() if t.kind == kind and t.part in self.trees]

    @cached_property
    def workbook_part(self) -> str:
        """The part with the list of sheets."""
        return next((t.part for t in self.targets("").values() if t.kind == "officeDocument"), "xl/workbook.xml")

    @cached_property
    def sheets(self) -> dict[str, tuple[str, str]]:
        """Sheet's id -> its name and part."""
        targets, found = self.targets(self.workbook_part), {}
        for sheet in self.trees[self.workbook_part].iter("{*}sheet"):
            target = targets.get(sheet.get(f"{{{OFFICE}}}id", ""))
            if target:
                found[sheet.get("sheetId", "")] = (sheet.get("name", ""), target.part)
        return found

    @cached_property
    def tables(self) -> list[Element]:
        """Every table of every sheet."""
        return [table for _, part in self.sheets.values() for table in self.related(part, "table")]

    @cached_property
    def table_names(self) -> set[str]:
        """What formulas may call them, in small letters."""
        return {table.get("displayName", "").lower() for table in self.tables}

    @cached_property
    def strings(self) -> list[str]:
        """The shared strings."""
        return [
            "".join(text.text or "" for text in item.iter("{*}t"))
            for table in self.related(self.workbook_part, "sharedStrings")
            for item in table.iterfind("{*}si")
        ]

    def style_count(self, of: str) -> int:
        """How many formats there are: of cells (``cellXfs``) or of rules (``dxfs``)."""
        return sum(len(found) for tree in self.related(self.workbook_part, "styles") for found in tree.iterfind(of))


def repairs(path: Path) -> list[str]:
    """Every fault of a workbook; none in one that Excel opens without a word."""
    try:
        with zipfile.ZipFile(path) as archive:
            damaged = archive.testzip()
            if damaged:
                return [f"damaged: {damaged}"]
            file = File(archive)
    except (zipfile.BadZipFile, OSError) as fault:
        return [f"no archive: {fault}"]
    found = [*file.broken, *_twice("part", (name.lower() for name in file.names))]
    found += [*_content_types(file), *_relationships(file)]
    if file.workbook_part not in file.trees:
        return [*found, f"no workbook: {file.workbook_part}"]
    found += [*_workbook(file), *_table_names(file), *_calculation_chain(file), *_charts(file)]
    for name, part in file.sheets.values():
        tree = file.trees.get(part)
        if tree is not None and _local(tree) == "worksheet":
            found += [f"{name}: {fault}" for fault in _worksheet(file, part, tree)]
    return found


def _local(element: Element) -> str:
    return etree.QName(element).localname if isinstance(element.tag, str) else ""


def _twice(what: str, names: Iterable[object]) -> Iterator[str]:
    return (f"{what} twice: {name}" for name, count in Counter(names).items() if count > 1)


def _overlapping(what: str, boxes: Sequence[Box]) -> Iterator[str]:
    return (f"{what} overlap: {one} and {other}" for one, other in combinations(boxes, 2) if one.meets(other))


def _out_of_order(tree: Element) -> Iterator[str]:
    wanted = ORDER[_local(tree)].split()
    places = [(wanted.index(_local(child)), _local(child)) for child in tree if _local(child) in wanted]
    return (f"{after} stands after {before}" for (one, before), (two, after) in pairwise(places) if two < one)


def _content_types(file: File) -> Iterator[str]:
    types = file.trees.get("[Content_Types].xml")
    if types is None:
        yield "no content types"
        return
    by_part = {e.get("PartName", "").lower().lstrip("/"): e.get("ContentType") for e in types.iter("{*}Override")}
    by_ending = {e.get("Extension", "").lower(): e.get("ContentType") for e in types.iter("{*}Default")}
    yield from (f"a content type for what is not there: {part}" for part in by_part if part not in file.known)
    for name in file.names:
        if name == "[Content_Types].xml" or name.endswith("/"):
            continue
        kind = by_part.get(name.lower()) or by_ending.get(name.lower().rpartition(".")[2])
        in_a_folder_of_excel = name.startswith("xl/") and name.count("/") > 1 and "customXml" not in name
        if not kind:
            yield f"no content type: {name}"
        elif kind == "application/xml" and in_a_folder_of_excel:
            yield f"no content type of its own: {name}"


def _relationships(file: File) -> Iterator[str]:
    for part in ["", *(name for name in file.trees if not name.endswith(".rels"))]:
        targets = file.targets(part)
        for target in targets.values():
            inside = not target.outside and not target.part.startswith("#")
            if inside and target.part.partition("#")[0].lower() not in file.known:
                yield f"{part or 'the package'} leads to what is not there: {target.part}"
        if not part:
            continue
        tree = file.trees[part]
        for element in tree.iter(etree.Element):
            unknown = {element.get(name) for name in POINTERS} - {None, "", *targets}
            yield from (f"{part} names a relationship that it does not have: {id_}" for id_ in unknown)
        ignored = (tree.get(f"{{{COMPATIBILITY}}}Ignorable") or "").split()
        yield from (f"{part} ignores a prefix that it does not declare: {p}" for p in ignored if p not in tree.nsmap)


def _workbook(file: File) -> Iterator[str]:
    tree = file.trees[file.workbook_part]
    yield from _out_of_order(tree)
    sheets = list(tree.iter("{*}sheet"))
    yield from _twice("sheet", (sheet.get("name", "").lower() for sheet in sheets))
    yield from _twice("sheet's id", (sheet.get("sheetId") for sheet in sheets))
    for name in (sheet.get("name", "") for sheet in sheets):
        if len(name) > LONGEST_SHEET_NAME or re.search(r"[\\/*?:\[\]]", name) or name.lower() == "history":
            yield f"no name for a sheet: {name}"
    names = [(e.get("name", ""), e.get("localSheetId")) for e in tree.iter("{*}definedName")]
    yield from _twice("name", ((name.lower(), sheet) for name, sheet in names))
    for name, _ in names:
        lawful = re.match(r"[A-Za-z_\\]|[^\W\d]", name) and " " not in name and not LIKE_A_CELL.fullmatch(name)
        if not lawful and not name.startswith("_xlnm"):
            yield f"no name: {name}"


def _table_names(file: File) -> Iterator[str]:
    yield from _twice("table", (table.get("displayName", "").lower() for table in file.tables))
    yield from _twice("table's id", (table.get("id") for table in file.tables))
    names = {e.get("name", "").lower() for e in file.trees[file.workbook_part].iter("{*}definedName")}
    yield from (f"a table and a name are called the same: {name}" for name in sorted(file.table_names & names))


def _calculation_chain(file: File) -> Iterator[str]:
    for chain in file.related(file.workbook_part, "calcChain"):
        sheet, formulas = "", {}
        for cell in chain:
            sheet, address = cell.get("i", sheet), cell.get("r", "")
            if sheet not in formulas and sheet in file.sheets:
                tree = file.trees.get(file.sheets[sheet][1])
                cells = () if tree is None else tree.iterfind("{*}sheetData/{*}row/{*}c")
                formulas[sheet] = {c.get("r") for c in cells if c.find("{*}f") is not None}
            if address not in formulas.get(sheet, {address}):
                yield f"the chain of calculation has no formula in {file.sheets[sheet][0]}!{address}"


def _charts(file: File) -> Iterator[str]:
    for part, tree in file.trees.items():
        if not re.search(r"charts/chart\d*\.xml$", part):
            continue
        axes: list[str | None] = []
        used: set[str | None] = set()
        for element in tree.iter(etree.Element):
            ids = [child.get("val") for child in element if _local(child) == "axId"]
            if _local(element).endswith("Ax"):
                axes += ids
            elif _local(element).endswith("Chart"):
                used |= set(ids)
        yield from _twice(f"axis of {part}", axes)
        yield from (f"{part} has no axis {id_}" for id_ in used - set(axes))


def _worksheet(file: File, part: str, tree: Element) -> Iterator[str]:
    yield from _out_of_order(tree)
    tables = file.related(part, "table")
    rows = {_box(table).top for table in tables}
    headings: dict[tuple[int, int], str] = {}
    yield from _cells(file, tree, rows, headings)
    merged = [Box(*range_boundaries(cell.get("ref"))) for cell in tree.iter("{*}mergeCell")]
    yield from _overlapping("merged cells", merged)
    yield from _overlapping("tables", [_box(table) for table in tables])
    for table in tables:
        yield from (f"{table.get('displayName')}: {fault}" for fault in _table(table, headings, merged))
    formats = file.style_count("{*}dxfs")
    for rule in tree.iter("{*}cfRule"):
        if int(rule.get("dxfId", "-1")) >= formats:
            yield f"a rule has a format that is not there: {rule.get('dxfId')}"
    for validation in tree.iter("{*}dataValidation"):
        yield from _validation(validation)
    if file.related(part, "comments") and tree.find("{*}legacyDrawing") is None:
        yield "notes without their drawing"


def _box(table: Element) -> Box:
    return Box(*range_boundaries(table.get("ref")))


def _validation(validation: Element) -> Iterator[str]:
    where, source = validation.get("sqref"), validation.findtext("{*}formula1") or ""
    if validation.get("type") == "list" and source.startswith('"') and len(source) > LONGEST_LIST + 2:
        yield f"a list too long: {where}"
    for name, longest in LONGEST_PROMPTS.items():
        if len(validation.get(name, "")) > longest:
            yield f"{name} too long: {where}"


def _table(table: Element, headings: dict[tuple[int, int], str], merged: list[Box]) -> Iterator[str]:
    box = _box(table)
    columns = [column.get("name", "") for column in table.iter("{*}tableColumn")]
    yield from _twice("column", (name.lower() for name in columns))
    if len(columns) != box.right - box.left + 1:
        yield f"{len(columns)} columns in {table.get('ref')}"
    if table.get("headerRowCount", "1") != "0":
        for at, name in enumerate(columns, box.left):
            wanted, there = _unescaped(name), headings.get((box.top, at), "").replace("\r\n", "\n")
            if wanted != there:
                yield f"the heading {wanted!r} is {there!r} in its cell"
    for heads in table.iterfind("{*}autoFilter"):
        over = Box(*range_boundaries(heads.get("ref")))
        if over[:3] != box[:3] or over.bottom > box.bottom:
            yield f"filters over {heads.get('ref')}"
    yield from (f"cells are merged within it: {cells}" for cells in merged if cells.meets(box))


def _unescaped(name: str) -> str:
    return ESCAPED.sub(lambda code: chr(int(code[1], 16)), name).replace("\r\n", "\n")


def _cells(file: File, tree: Element, rows: set[int], headings: dict[tuple[int, int], str]) -> Iterator[str]:
    """Faults of the cells; into ``headings`` what stands in the ``rows``."""
    formats, above = file.style_count("{*}cellXfs"), 0
    for row in tree.iterfind("{*}sheetData/{*}row"):
        number = int(row.get("r") or above + 1)
        if number <= above:
            yield f"row {number} after row {above}"
        above, before = number, 0
        for cell in row.iterfind("{*}c"):
            address = cell.get("r")
            parsed = ADDRESS.fullmatch(address) if address else None
            if address and (parsed is None or int(parsed[2]) != number):
                yield f"no cell of row {number}: {address}"
                continue
            column = column_index_from_string(parsed[1]) if parsed else before + 1
            if column <= before:
                yield f"out of order: {address}"
            before = column
            if int(cell.get("s", "0")) >= max(formats, 1):
                yield f"a format that is not there: {address}"
            text, faults = _content(cell, file.strings)
            formula = cell.findtext("{*}f")
            faults += [] if formula is None else _formula(formula, file.table_names)
            yield from (f"{fault}: {address}" for fault in faults)
            if number in rows:
                headings[number, column] = text


def _content(cell: Element, strings: Sequence[str]) -> tuple[str, list[str]]:
    """What a cell shows, and what is wrong with it."""
    kind, value = cell.get("t", "n"), cell.findtext("{*}v")
    if kind == "s":
        if value is None or not value.isdecimal() or int(value) >= len(strings):
            return "", ["a text that is not there"]
        value = strings[int(value)]
    elif kind == "inlineStr":
        value = "".join(text.text or "" for text in cell.iter("{*}t"))
    elif kind == "n" and value:  # an empty one is what a formula has that nobody has computed yet
        try:
            float(value)
        except ValueError:
            return value, ["a text for a number"]
    value = value or ""
    return value, ["a text too long"] if len(value) > LONGEST_TEXT else []


def _formula(formula: str, tables: set[str]) -> list[str]:
    bare = QUOTED.sub("", formula)
    faults = ["a formula too long"] if len(formula) > LONGEST_FORMULA else []
    if bare.count("(") != bare.count(")"):
        faults.append("brackets that do not match")
    faults += [f"{name} without _xlfn" for name in UNPREFIXED.findall(bare)]
    return faults + [f"no table {name}" for name in TABLE.findall(bare) if name.lower() not in tables]
