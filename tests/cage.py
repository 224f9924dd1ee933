"""The parts of a workbook's file, to add others by hand as Excel would store them. Made without any help of kpixl's."""

from __future__ import annotations

import posixpath
import re
import struct
import zipfile
import zlib
from collections.abc import Iterable
from pathlib import Path

from lxml import etree
from lxml.etree import _Element as Element

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
R = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
A = "http://schemas.openxmlformats.org/drawingml/2006/main"
XDR = "http://schemas.openxmlformats.org/drawingml/2006/spreadsheetDrawing"
MC = "http://schemas.openxmlformats.org/markup-compatibility/2006"
OFFICE = "http://schemas.microsoft.com/office"
X14 = f"{OFFICE}/spreadsheetml/2009/9/main"
X15 = f"{OFFICE}/spreadsheetml/2010/11/main"
SPREADSHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml"
TYPES = "[Content_Types].xml"

_RELATIONSHIPS = "http://schemas.openxmlformats.org/package/2006/relationships"
_CONTENT = "{http://schemas.openxmlformats.org/package/2006/content-types}"
_VML = 'xmlns:v="urn:schemas-microsoft-com:vml" xmlns:x="urn:schemas-microsoft-com:office:excel"'
_WORKBOOK = (
    "fileVersion", "fileSharing", "workbookPr", "workbookProtection", "bookViews", "sheets", "functionGroups",
    "externalReferences", "definedNames", "calcPr", "oleSize", "customWorkbookViews", "pivotCaches", "smartTagPr",
    "smartTagTypes", "webPublishing", "fileRecoveryPr", "webPublishObjects", "extLst",
)  # fmt: skip
_SHEET = (
    "sheetPr", "dimension", "sheetViews", "sheetFormatPr", "cols", "sheetData", "sheetCalcPr", "sheetProtection",
    "protectedRanges", "scenarios", "autoFilter", "sortState", "dataConsolidate", "customSheetViews", "mergeCells",
    "phoneticPr", "conditionalFormatting", "dataValidations", "hyperlinks", "printOptions", "pageMargins",
    "pageSetup", "headerFooter", "rowBreaks", "colBreaks", "customProperties", "cellWatches", "ignoredErrors",
    "smartTags", "drawing", "legacyDrawing", "legacyDrawingHF", "drawingHF", "picture", "oleObjects", "controls",
    "webPublishItems", "tableParts", "extLst",
)  # fmt: skip


class Cage:
    """A file's parts in memory; ``save`` writes the file anew."""

    workbook = "xl/workbook.xml"

    def __init__(self, path: Path) -> None:
        self.path = path
        with zipfile.ZipFile(path) as archive:
            self.parts = {name: archive.read(name) for name in archive.namelist()}

    def save(self) -> None:
        with zipfile.ZipFile(self.path, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, data in self.parts.items():
                archive.writestr(name, data)

    def tree(self, part: str) -> Element:
        return etree.fromstring(self.parts[part])

    def put(self, part: str, root: Element) -> None:
        self.parts[part] = etree.tostring(root, xml_declaration=True, encoding="UTF-8", standalone=True)

    def add(self, part: str, data: str | bytes, kind: str, related: tuple[str, str] | None = None) -> str:
        """A new part with its content type, which for opaque parts is that of their ending where it can be; and the
        relationship by which another part leads to it: that part and the relationship's type. Its id."""
        assert part not in self.parts
        self.parts[part] = data if isinstance(data, bytes) else data.encode()
        types, ending = self.tree(TYPES), part.rpartition(".")[2]
        of_ending = next((e.get("ContentType") for e in types if e.get("Extension") == ending), None)
        if of_ending is None:
            types.insert(0, etree.Element(f"{_CONTENT}Default", Extension=ending, ContentType=kind))
        elif of_ending != kind:
            etree.SubElement(types, f"{_CONTENT}Override", PartName=f"/{part}", ContentType=kind)
        self.put(TYPES, types)
        return self.relate(*related, part) if related else ""

    def relate(self, source: str, kind: str, target: str, *, external: bool = False) -> str:
        folder, name = posixpath.split(source)
        rels = posixpath.join(folder, "_rels", f"{name}.rels")
        root = etree.fromstring(self.parts.get(rels, f'<Relationships xmlns="{_RELATIONSHIPS}"/>'.encode()))
        taken = {entry.get("Id") for entry in root}
        id_ = next(f"rId{n}" for n in range(1, len(root) + 2) if f"rId{n}" not in taken)
        entry = etree.SubElement(root, f"{{{_RELATIONSHIPS}}}Relationship", Id=id_, Type=kind)
        entry.set("Target", target if external else posixpath.relpath(f"/{target}", f"/{folder}"))
        if external:
            entry.set("TargetMode", "External")
        self.put(rels, root)
        return id_

    def place(self, part: str, xml: str) -> None:
        """An element of a sheet or of the workbook where the format wants it; one that is there gets what is in it."""
        root = self.tree(part)
        new = etree.fromstring(f'<a xmlns="{MAIN}" xmlns:r="{R}" xmlns:mc="{MC}">{xml}</a>')[0]
        order = _WORKBOOK if part == self.workbook else _SHEET
        name = next((tag for tag in order if next(new.iter(f"{{{MAIN}}}{tag}"), None) is not None), "")
        found = root.find(f"{{{MAIN}}}{name}")
        if found is not None and name != "sheetData":
            found.extend(list(new))
        else:
            later = {f"{{{MAIN}}}{tag}" for tag in order[order.index(name) + 1 :]}
            at = next((index for index, child in enumerate(root) if child.tag in later), len(root))
            root.insert(at, new)
        self.put(part, root)

    def sheet(self, title: str, rows: str = "", *, state: str = "visible") -> str:
        """A new sheet behind the others."""
        part = f"xl/worksheets/sheet{self.count('xl/worksheets/sheet')}.xml"
        body = f'<worksheet xmlns="{MAIN}" xmlns:r="{R}" xmlns:mc="{MC}"><sheetData>{rows}</sheetData></worksheet>'
        id_ = self.add(part, body, f"{SPREADSHEET}.worksheet+xml", (self.workbook, f"{R}/worksheet"))
        ids = [int(entry.attrib["sheetId"]) for entry in self.tree(self.workbook).iter(f"{{{MAIN}}}sheet")]
        shown = "" if state == "visible" else f' state="{state}"'
        entry = f'<sheet name="{title}" sheetId="{max(ids) + 1}"{shown} r:id="{id_}"/>'
        self.place(self.workbook, f"<sheets>{entry}</sheets>")
        return part

    def drawing(self, sheet: str, inside: str) -> str:
        """A drawing with one shape on a sheet that has none."""
        part = f"xl/drawings/drawing{self.count('xl/drawings/drawing')}.xml"
        kind = "application/vnd.openxmlformats-officedocument.drawing+xml"
        spaces = f'xmlns:xdr="{XDR}" xmlns:a="{A}" xmlns:r="{R}" xmlns:mc="{MC}"'
        corners = "".join(
            f"<xdr:{corner}><xdr:col>{column}</xdr:col><xdr:colOff>0</xdr:colOff><xdr:row>{line}</xdr:row>"
            f"<xdr:rowOff>0</xdr:rowOff></xdr:{corner}>"
            for corner, column, line in (("from", 5, 2), ("to", 9, 12))
        )
        anchor = f"<xdr:twoCellAnchor>{corners}{inside}<xdr:clientData/></xdr:twoCellAnchor>"
        id_ = self.add(part, f"<xdr:wsDr {spaces}>{anchor}</xdr:wsDr>", kind, (sheet, f"{R}/drawing"))
        self.place(sheet, f'<drawing r:id="{id_}"/>')
        return part

    def shapes(self, sheet: str, inside: str) -> str:
        """The old kind of drawing, in which notes and controls are."""
        part = f"xl/drawings/vmlDrawing{self.count('xl/drawings/vmlDrawing')}.vml"
        kind = "application/vnd.openxmlformats-officedocument.vmlDrawing"
        id_ = self.add(part, f"<xml {_VML}>{inside}</xml>", kind, (sheet, f"{R}/vmlDrawing"))
        self.place(sheet, f'<legacyDrawing r:id="{id_}"/>')
        return part

    def table(self, sheet: str, name: str, ref: str, columns: Iterable[str], more: str = "", each: str = "") -> str:
        """A table over cells that are there; ``more`` attributes of it, and of each column, by its number."""
        entries = [
            f'<tableColumn id="{n}" name="{column}"{each.format(n)}/>' for n, column in enumerate(columns, start=1)
        ]
        body = (
            f'<table xmlns="{MAIN}" id="{self.table_number()}" name="{name}" displayName="{name}" ref="{ref}"{more} '
            f'totalsRowShown="0"><autoFilter ref="{ref}"/><tableColumns count="{len(entries)}">{"".join(entries)}'
            "</tableColumns></table>"
        )
        part = f"xl/tables/table{self.count('xl/tables/table')}.xml"
        id_ = self.add(part, body, f"{SPREADSHEET}.table+xml", (sheet, f"{R}/table"))
        self.place(sheet, f'<tableParts count="1"><tablePart r:id="{id_}"/></tableParts>')
        return part

    def table_number(self) -> int:
        """The next number of a table, or of a cell that is filled from XML."""
        roots = [self.tree(part) for part in self.parts if part.startswith("xl/tables/table")]
        return 1 + max((int(e.get("id")) for root in roots for e in (root, *root) if e.get("id")), default=0)

    def connection(self, xml: str) -> None:
        """A connection to data from elsewhere; ``{}`` stands for its number."""
        part = "xl/connections.xml"
        if part not in self.parts:
            body = f'<connections xmlns="{MAIN}"/>'
            self.add(part, body, f"{SPREADSHEET}.connections+xml", (self.workbook, f"{R}/connections"))
        root = self.tree(part)
        root.append(etree.fromstring(f'<a xmlns="{MAIN}">{xml.format(len(root) + 1)}</a>')[0])
        self.put(part, root)

    def custom_xml(self, data: bytes) -> None:
        """A part of the owner's own XML."""
        number = self.count("customXml/item")
        part = f"customXml/item{number}.xml"
        self.add(part, data, "application/xml", (self.workbook, f"{R}/customXml"))
        space = "http://schemas.openxmlformats.org/officeDocument/2006/customXml"
        body = f'<ds:datastoreItem xmlns:ds="{space}" ds:itemID="{{0000000{number}-0000-4000-8000-000000000000}}"/>'
        kind = "application/vnd.openxmlformats-officedocument.customXmlProperties+xml"
        self.add(f"customXml/itemProps{number}.xml", body, kind, (part, f"{R}/customXmlProps"))

    def count(self, start: str) -> int:
        """The next number for a part whose name begins so."""
        numbers = (re.match(rf"{start}(\d+)", part) for part in self.parts)
        return 1 + max((int(match[1]) for match in numbers if match), default=0)


def row(number: int, *values: str | float | None) -> str:
    """A row of a sheet; a text that begins with = is a formula, with its value behind another =."""
    cells = []
    for place, value in zip("ABCDEFGH", values, strict=False):
        if isinstance(value, str) and value.startswith("="):
            formula, _, saved = value[1:].rpartition("=")
            cells.append(f'<c r="{place}{number}"><f>{formula}</f><v>{saved}</v></c>')
        elif isinstance(value, str):
            cells.append(f'<c r="{place}{number}" t="inlineStr"><is><t>{value}</t></is></c>')
        elif value is not None:
            cells.append(f'<c r="{place}{number}"><v>{value}</v></c>')
    return f'<row r="{number}">{"".join(cells)}</row>'


def extension(uri: str, space: str, xml: str) -> str:
    """An extension for a list of them, with the prefix and namespace of what is in it."""
    prefix, _, name = space.partition("=")
    return f'<extLst><ext uri="{{{uri}}}" xmlns:{prefix}="{name}">{xml}</ext></extLst>'


def frame(name: str, uri: str, data: str) -> str:
    """A frame for what another part draws."""
    return (
        f'<xdr:graphicFrame macro=""><xdr:nvGraphicFramePr><xdr:cNvPr id="2" name="{name}"/><xdr:cNvGraphicFramePr/>'
        '</xdr:nvGraphicFramePr><xdr:xfrm><a:off x="0" y="0"/><a:ext cx="0" cy="0"/></xdr:xfrm><a:graphic>'
        f'<a:graphicData uri="{uri}">{data}</a:graphicData></a:graphic></xdr:graphicFrame>'
    )


def newer(space: str, choice: str) -> str:
    """A shape that older programs show as an empty box."""
    prefix, _, name = space.partition("=")
    empty = (
        '<xdr:sp macro="" textlink=""><xdr:nvSpPr><xdr:cNvPr id="3" name=""/><xdr:cNvSpPr/></xdr:nvSpPr><xdr:spPr>'
        '<a:prstGeom prst="rect"><a:avLst/></a:prstGeom></xdr:spPr></xdr:sp>'
    )
    chosen = f'<mc:Choice xmlns:{prefix}="{name}" Requires="{prefix}">{choice}</mc:Choice>'
    return f"<mc:AlternateContent>{chosen}<mc:Fallback>{empty}</mc:Fallback></mc:AlternateContent>"


def png(colour: bytes = b"\1\2\3") -> bytes:
    """A picture of one dot."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = chunk(b"IHDR", struct.pack(">IIBBBBB", 1, 1, 8, 2, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + head + chunk(b"IDAT", zlib.compress(b"\0" + colour)) + chunk(b"IEND", b"")
