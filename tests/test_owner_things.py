"""Nothing that the owner made is lost: sheets, columns, names, pictures, comments, macros come through a refresh.

Each thing is added as Excel would store it, part by part; then an entry changes and the workbook is refreshed.
"""

from __future__ import annotations

import re
import shutil
import struct
import zlib
from collections.abc import Callable
from datetime import datetime
from functools import partial
from pathlib import Path

import pytest
from lxml import etree
from lxml.etree import _Element as Element

import libreoffice
from clock import NOW, TODAY
from engines import contents, differences, ironcalc_values, libreoffice_values, parts
from goldens import FOLLOW_THE_DAY
from kpixl.ooxml.cells import cell_name, parse_area, parse_cell
from kpixl.ooxml.package import MAIN, OFFICE_RELATIONSHIP, Package
from kpixl.ooxml.parts import rels_name
from kpixl.verbs import refresh, results
from kpixl.verbs.import_plan import ImportRequest
from kpixl.verbs.import_rows import import_rows
from narrow import some
from workbooks import BUSINESS, KPIS, MEASURES, ROWS, Filled, day, entry, make, named, opened, package_of, placed, put

DRAWING = "http://schemas.openxmlformats.org/drawingml/2006/spreadsheetDrawing"
R = OFFICE_RELATIONSHIP
SPREADSHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml"
MACROS = "application/vnd.ms-excel.sheet.macroEnabled.main+xml"

Thing = Callable[[Package], None]


def q(tag: str) -> str:
    return f"{{{MAIN}}}{tag}"


def sheet_of(package: Package, name: str) -> str:
    return next(sheet.part for sheet in package.sheets if sheet.name == name)


def title(package: Package, key: str) -> str:
    """The name that the sheet of a block has now."""
    block = package.defined_names[f"_kpixl.block.{key}"]
    return block.rpartition("!")[0].strip("'").replace("''", "'")


# What an owner adds


def own_sheet(package: Package) -> None:
    """A sheet of his own, with a formula over a measure, before all others."""
    sheet = (
        f'<worksheet xmlns="{MAIN}" xmlns:r="{R}"><dimension ref="A1:B2"/><sheetData><row r="1"><c r="A1" '
        't="inlineStr"><is><t>Twice the clients</t></is></c><c r="B1"><f>clients_start_12m*2</f><v>4</v></c></row>'
        '<row r="2"><c r="B2"><f>SUM(tbl_leads[Date])*0+va_aur_value</f><v>0.8125</v></c></row></sheetData></worksheet>'
    )
    package.add("xl/worksheets/mine.xml", sheet.encode(), f"{SPREADSHEET}.worksheet+xml")
    number = package.add_relationship(package.workbook_part, f"{R}/worksheet", "xl/worksheets/mine.xml")
    root = package.tree(package.workbook_part)
    new = etree.Element(q("sheet"), {"name": "Mine & more", "sheetId": "77", f"{{{R}}}id": number})
    some(root.find(q("sheets"))).insert(0, new)
    for name in root.iter(q("definedName")):
        if place := name.get("localSheetId"):
            name.set("localSheetId", str(int(place) + 1))
    package.replace(package.workbook_part, root)


def named_range(package: Package) -> None:
    root = package.tree(package.workbook_part)
    names = some(root.find(q("definedNames")))
    etree.SubElement(names, q("definedName"), name="my_range").text = "Leads!$A$5:$B$8"
    etree.SubElement(names, q("definedName"), name="tax", comment="mine").text = "0.21"
    package.replace(package.workbook_part, root)


def plain_column(package: Package) -> None:
    """Notes to the right of the surveys, in the table."""
    _add_column(package, "Remark", None)


def calculated_column(package: Package) -> None:
    _add_column(package, "Twice", "tbl_surveys[[#This Row],[{Score}]]*2")


def _add_column(package: Package, heading: str, formula: str | None) -> None:
    table = next(item for item in package.tables if item.name == "tbl_surveys")
    area = parse_area(table.ref)
    root = package.tree(table.part)
    columns = some(root.find(q("tableColumns")))
    if formula:
        formula = formula.replace("{Score}", opened_headings(package)["surveys"]["score"])
    new = etree.SubElement(columns, q("tableColumn"), id="99" if formula else "98", name=heading)
    if formula:
        etree.SubElement(new, q("calculatedColumnFormula")).text = formula
    columns.set("count", str(len(columns)))
    ref = f"{cell_name(area.top, area.left)}:{cell_name(area.bottom, area.right + 1)}"
    root.set("ref", ref)
    some(root.find(q("autoFilter"))).set("ref", ref)
    package.replace(table.part, root)
    sheet = package.tree(table.sheet.part)
    for row in sheet.iter(q("row")):
        number = int(some(row.get("r")))
        if area.top <= number <= area.bottom:
            cell = etree.SubElement(row, q("c"), r=cell_name(number, area.right + 1))
            if formula and number > area.top:
                etree.SubElement(cell, q("f")).text = formula
            else:
                cell.set("t", "inlineStr")
                text = heading if number == area.top else f"said in row {number}"
                etree.SubElement(etree.SubElement(cell, q("is")), q("t")).text = text
    package.replace(table.sheet.part, sheet)


def opened_headings(package: Package) -> dict[str, dict[str, str]]:
    """The headings by table and column, from the names that locate the columns."""
    found: dict[str, dict[str, str]] = {}
    for name, target in package.defined_names.items():
        match = re.fullmatch(r"tbl_\w+\[(.+)\]", target)
        if name.startswith("_kpixl.") and match:
            _, table, column = name.split(".")
            found.setdefault(table, {})[column] = match[1]
    return found


def renamed_headings(package: Package) -> None:
    """Excel renames a heading in the table, its cell, the names and every formula."""
    for table, old, new in (
        ("surveys", "Score", "Nota (1 a 5) ★"),
        ("requests", "Resolved", "Fertig"),
        ("clients", "End", "Left on"),
    ):
        found = next(item for item in package.tables if item.name == f"tbl_{table}")
        root = package.tree(found.part)
        for column in root.iter(q("tableColumn")):
            if column.get("name") == old:
                column.set("name", new)
        package.replace(found.part, root)
        sheet = package.tree(found.sheet.part)
        for row in sheet.iter(q("row")):
            if row.get("r") == str(parse_area(found.ref).top):
                for text in row.iter(q("t")):
                    text.text = new if text.text == old else text.text
        package.replace(found.sheet.part, sheet)
        _in_formulas(package, partial(_renamed, table=table, old=old, new=new))


def _renamed(text: str, table: str, old: str, new: str) -> str:
    text = text.replace(f"tbl_{table}[{old}]", f"tbl_{table}[{new}]")
    return text.replace(f"tbl_{table}[[#This Row],[{old}]]", f"tbl_{table}[[#This Row],[{new}]]")


def _in_formulas(package: Package, change: Callable[[str], str]) -> None:
    """Everything in which Excel rewrites references."""
    tags = {"f", "definedName", "formula", "formula1", "formula2", "calculatedColumnFormula"}
    for part in package.parts:
        if part.endswith(".xml") and part.startswith("xl/"):
            root = package.tree(part)
            for element in root.iter():
                if isinstance(element.tag, str) and etree.QName(element).localname in tags and element.text:
                    element.text = change(element.text)
            package.replace(part, root)


def moved_columns(package: Package) -> None:
    """The client of a survey cut and put after its score: cells and table columns change places."""
    table = next(item for item in package.tables if item.name == "tbl_surveys")
    root = package.tree(table.part)
    columns = some(root.find(q("tableColumns")))
    columns[2].addnext(columns[1])
    package.replace(table.part, root)
    sheet = package.tree(table.sheet.part)
    area = parse_area(table.ref)
    for row in sheet.iter(q("row")):
        number = int(some(row.get("r")))
        if area.top <= number <= area.bottom:
            cells = {parse_cell(some(cell.get("r")))[1]: cell for cell in row}
            client, score = cells.get(2), cells.get(3)
            for cell, column in ((client, 3), (score, 2)):
                if cell is not None:
                    cell.set("r", cell_name(number, column))
            row[:] = sorted(row, key=lambda cell: parse_cell(some(cell.get("r")))[1])
    for rule in sheet.iter(q("dataValidation")):
        rule.set("sqref", re.sub(r"[BC](?=\d)", lambda m: "C" if m[0] == "B" else "B", some(rule.get("sqref"))))
    package.replace(table.sheet.part, sheet)


def png() -> bytes:
    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", 1, 1, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(b"\0\1\2\3")) + chunk(b"IEND", b"")
    )


def picture_on_the_dashboard(package: Package) -> None:
    """His logo beside the charts."""
    dashboard = sheet_of(package, title(package, "dashboard"))
    (drawing,) = package.related(dashboard, f"{R}/drawing")
    package.add("xl/media/logo.png", png(), "image/png", "png")
    number = package.add_relationship(drawing, f"{R}/image", "xl/media/logo.png")
    root = package.tree(drawing)
    root.append(_anchor(number, 901))
    package.replace(drawing, root)


def _anchor(relationship: str, id_: int) -> Element:
    return etree.fromstring(
        f'<xdr:oneCellAnchor xmlns:xdr="{DRAWING}" xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" '
        f'xmlns:r="{R}"><xdr:from><xdr:col>9</xdr:col><xdr:colOff>0</xdr:colOff><xdr:row>1</xdr:row><xdr:rowOff>0'
        f'</xdr:rowOff></xdr:from><xdr:ext cx="300000" cy="300000"/><xdr:pic><xdr:nvPicPr><xdr:cNvPr id="{id_}" '
        f'name="Logo {id_}"/><xdr:cNvPicPr/></xdr:nvPicPr><xdr:blipFill><a:blip r:embed="{relationship}"/><a:stretch>'
        '<a:fillRect/></a:stretch></xdr:blipFill><xdr:spPr><a:prstGeom prst="rect"><a:avLst/></a:prstGeom></xdr:spPr>'
        "</xdr:pic><xdr:clientData/></xdr:oneCellAnchor>"
    )


def picture_on_an_entry_sheet(package: Package) -> None:
    sheet = sheet_of(package, _sheet_of_table(package, "leads"))
    package.add("xl/media/photo.jpeg", b"\xff\xd8\xff\xe0 not shown", "image/jpeg", "jpeg")
    root = etree.Element(f"{{{DRAWING}}}wsDr", nsmap={"xdr": DRAWING})
    package.add("xl/drawings/photo.xml", root, "application/vnd.openxmlformats-officedocument.drawing+xml")
    number = package.add_relationship("xl/drawings/photo.xml", f"{R}/image", "xl/media/photo.jpeg")
    root.append(_anchor(number, 902))
    package.replace("xl/drawings/photo.xml", root)
    _refer(package, sheet, "drawing", package.add_relationship(sheet, f"{R}/drawing", "xl/drawings/photo.xml"))


def _sheet_of_table(package: Package, table: str) -> str:
    return next(item.sheet.name for item in package.tables if item.name == f"tbl_{table}")


def _refer(package: Package, sheet: str, tag: str, relationship: str) -> None:
    """An element with a relationship, before the table parts."""
    root = package.tree(sheet)
    element = etree.Element(q(tag), {f"{{{R}}}id": relationship})
    before = next((e for e in root if e.tag in (q("tableParts"), q("extLst"))), None)
    root.append(element) if before is None else before.addprevious(element)
    package.replace(sheet, root)


def comments(package: Package) -> None:
    """A note on a KPI and, threaded, on an entry, as Excel keeps them beside the cells."""
    for number, sheet in enumerate(
        (sheet_of(package, title(package, "kpis")), sheet_of(package, _sheet_of_table(package, "surveys"))), 1
    ):
        note = (
            f'<comments xmlns="{MAIN}"><authors><author>Ana</author></authors><commentList><comment ref="D7" '
            'authorId="0"><text><t>Ask Léa about this</t></text></comment></commentList></comments>'
        )
        shape = (
            '<xml xmlns:v="urn:schemas-microsoft-com:vml" xmlns:o="urn:schemas-microsoft-com:office:office" '
            'xmlns:x="urn:schemas-microsoft-com:office:excel"><v:shape id="_x0000_s1025" type="#_x0000_t202" '
            'style="visibility:hidden"><x:ClientData ObjectType="Note"><x:Row>6</x:Row><x:Column>3</x:Column>'
            "</x:ClientData></v:shape></xml>"
        )
        package.add(f"xl/comments{number}.xml", note.encode(), f"{SPREADSHEET}.comments+xml")
        vml = f"xl/drawings/vmlDrawing{number}.vml"
        package.add(vml, shape.encode(), "application/vnd.openxmlformats-officedocument.vmlDrawing", "vml")
        package.add_relationship(sheet, f"{R}/comments", f"xl/comments{number}.xml")
        _refer(package, sheet, "legacyDrawing", package.add_relationship(sheet, f"{R}/vmlDrawing", vml))
        # Excel writes relative targets, and IronCalc knows no others here.
        relative = re.sub(rb'Target="/xl/', b'Target="../', package.read(rels_name(sheet)))
        package.replace(rels_name(sheet), relative)
    threads = "http://schemas.microsoft.com/office/spreadsheetml/2018/threadedcomments"
    thread = (
        f'<ThreadedComments xmlns="{threads}"><threadedComment ref="D7" dT="2026-10-05T10:00:00.00" '
        'personId="{11111111-1111-1111-1111-111111111111}" id="{22222222-2222-2222-2222-222222222222}"><text>Why?'
        "</text></threadedComment></ThreadedComments>"
    )
    people = (
        f'<personList xmlns="{threads}"><person displayName="Ana" id="{{11111111-1111-1111-1111-111111111111}}" '
        'userId="ana" providerId="None"/></personList>'
    )
    kinds = "http://schemas.microsoft.com/office/2017/10/relationships"
    package.add("xl/threadedComments/t1.xml", thread.encode(), "application/vnd.ms-excel.threadedcomments+xml")
    package.add("xl/persons/person.xml", people.encode(), "application/vnd.ms-excel.person+xml")
    surveys = sheet_of(package, _sheet_of_table(package, "surveys"))
    package.add_relationship(surveys, f"{kinds}/threadedComment", "xl/threadedComments/t1.xml")
    package.add_relationship(package.workbook_part, f"{kinds}/person", "xl/persons/person.xml")


def macros(package: Package) -> None:
    """A macro project, which makes the workbook an .xlsm."""
    code = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(range(256)) * 20
    kind = "http://schemas.microsoft.com/office/2006/relationships/vbaProject"
    package.add("xl/vbaProject.bin", code, "application/vnd.ms-office.vbaProject", "bin")
    package.add_relationship(package.workbook_part, kind, "xl/vbaProject.bin")
    types = package.read("[Content_Types].xml")
    package.replace("[Content_Types].xml", types.replace(f"{SPREADSHEET}.sheet.main+xml".encode(), MACROS.encode()))


def slicers_and_custom_xml(package: Package) -> None:
    """Parts of which kpixl has never heard."""
    slicers = b'<slicers xmlns="http://schemas.microsoft.com/office/spreadsheetml/2009/9/main"/>'
    package.add("xl/slicers/slicer1.xml", slicers, "application/vnd.ms-excel.slicer+xml")
    kind = "http://schemas.microsoft.com/office/2007/relationships/slicer"
    package.add_relationship(sheet_of(package, title(package, "dashboard")), kind, "xl/slicers/slicer1.xml")
    package.add("customXml/item1.xml", b"<mine>\r\n<a  b='c'/></mine>", "application/xml", "xml")
    package.add_relationship(package.workbook_part, f"{R}/customXml", "customXml/item1.xml")


def renamed_sheets(package: Package) -> None:
    """Excel renames a sheet in the list and in every reference."""
    for old, new in (("Totals", "My totals"), ("Surveys", "Was Kunden sagen"), ("KPIs", "It's them")):
        root = package.tree(package.workbook_part)
        for sheet in root.iter(q("sheet")):
            if sheet.get("name") == old:
                sheet.set("name", new)
        package.replace(package.workbook_part, root)
        quoted = "'" + new.replace("'", "''") + "'!"
        pattern = re.compile(rf"'{old}'!|(?<![\w'.]){old}!")
        _in_formulas(package, partial(pattern.sub, quoted))


def inserted_rows(package: Package) -> None:
    """Two rows for his own remarks, above the block of KPIs and above its headings."""
    for at in (3, 1):
        _insert_row(package, title(package, "kpis"), at)


def _insert_row(package: Package, name: str, at: int) -> None:
    part = sheet_of(package, name)
    root = package.tree(part)

    def down(match: re.Match[str]) -> str:
        row = int(match[2])
        return f"{match[1]}{row + (row >= at)}"

    for row in root.iter(q("row")):
        number = int(some(row.get("r")))
        row.set("r", str(number + (number >= at)))
        for cell in row:
            cell.set("r", re.sub(r"([A-Z]+)(\d+)", down, some(cell.get("r"))))
    attributes = {"ref", "sqref", "topLeftCell", "activeCell"}
    for element in root.iter("{*}*"):
        if element.tag not in (q("row"), q("c")):
            for key in attributes & set(element.attrib):
                element.set(key, re.sub(r"([A-Z]+)(\d+)", down, some(element.get(key))))
        if element.tag == q("formula"):
            element.text = re.sub(r"(\$?[A-Z]+\$?)(\d+)", down, some(element.text))
    package.replace(part, root)
    quoted = re.escape("'" + name.replace("'", "''") + "'!")
    reference = re.compile(rf"({quoted}|(?<![\w'.]){re.escape(name)}!)(\$[A-Z]+\$\d+(?::\$[A-Z]+\$\d+)?)")
    _in_formulas(package, lambda text: reference.sub(lambda m: m[1] + re.sub(r"(\$[A-Z]+\$)(\d+)", down, m[2]), text))


THINGS: dict[str, tuple[Thing, ...]] = {
    "nothing": (),
    "own sheet": (own_sheet,),
    "named range": (named_range,),
    "plain column": (plain_column,),
    "calculated column": (calculated_column,),
    "renamed headings": (renamed_headings,),
    "moved columns": (moved_columns,),
    "picture on the dashboard": (picture_on_the_dashboard,),
    "picture on an entry sheet": (picture_on_an_entry_sheet,),
    "comments": (comments,),
    "macros": (macros,),
    "slicers and custom XML": (slicers_and_custom_xml,),
    "renamed sheets": (renamed_sheets,),
    "inserted rows": (inserted_rows,),
}
THINGS["everything"] = tuple(thing for things in THINGS.values() for thing in things)


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make(tmp_path_factory.mktemp("base") / "owned.xlsx", Filled(rows=ROWS))


def owned(base: Path, folder: Path, name: str) -> Path:
    """A copy with things of the owner's, and two entries changed since the last refresh."""
    things = THINGS[name]
    path = folder / f"{name}.{'xlsm' if macros in things else 'xlsx'}"
    shutil.copy(base, path)
    for thing in things:
        package = Package.open(path)
        thing(package)
        package.save(path)
    book = opened(path)
    put(path, {entry(book, "surveys", "score", 2): 5, entry(book, "leads", "date", 0): day("2026-11-01")})
    return path


CHANGED: dict[str, float | None] = {**MEASURES, "satisfied": 3, "leads": 3}
BLOCKS = (
    "dashboard",
    "totals",
    "kpis",
    "what_if",
    "breakdown",
    "behind",
    "across",
    "check",
    "guide",
    "settings",
    "log",
    "calc",
)


def assert_kept(before: dict[str, bytes], path: Path) -> None:
    """Only sheets with blocks have changed, and in them only values."""
    after = parts(path)
    assert list(after) == list(before)
    book = opened(path)
    ours = {book.sheets[book.placements[block].sheet].part for block in BLOCKS}
    changed = {part for part in before if before[part] != after[part]}
    assert changed <= ours
    assert book.sheets["dashboard"].part in changed
    # The formulas of Check are links to what was found; there and in Breakdown rows fit what they hold.
    links = {book.sheets[key].part for key in ("check", "dashboard")}
    fitted = {book.sheets[key].part for key in ("check", "breakdown", "behind", "kpis", "log")}
    for part in changed:
        kept = [
            without_values(data, links=part in links, fitted=part in fitted) for data in (before[part], after[part])
        ]
        if part == book.sheets["behind"].part:  # its lines come and go with the rows that there are
            kept = [re.sub(rb"(?s)<sheetData>.*</sheetData>", b"", data) for data in kept]
        assert kept[0] == kept[1]


def without_values(data: bytes, *, links: bool, fitted: bool) -> bytes:
    root = etree.fromstring(data)
    for row in root.iter(q("row")) if fitted else ():
        for attribute in ("hidden", "ht", "customHeight"):
            row.attrib.pop(attribute, "")
    for cell in root.iter(q("c")):
        cell.attrib.pop("t", "")
        for child in list(cell):
            formula = child.tag == q("f")
            if not formula or (links and (child.text or "").startswith("HYPERLINK")):
                cell.remove(child)
    return etree.tostring(root, method="c14n")


def measures(outcome: results.Outcome) -> dict[str, float | None]:
    shown = outcome.scorecard.entries.business.shown
    return {name: value.used for name, value in outcome.scorecard.measures.items() if name in shown}


@pytest.mark.parametrize("name", THINGS)
def test_what_the_owner_made_comes_through(name: str, base: Path, tmp_path: Path) -> None:
    path = owned(base, tmp_path, name)
    before = parts(path)

    outcome = refresh.refresh(path, now=NOW)

    assert_kept(before, path)
    assert measures(outcome) == pytest.approx(CHANGED)
    assert outcome.scorecard.result("css").value == 1.0
    assert outcome.scorecard.result("ncar").value == pytest.approx(1 / 3)
    assert outcome.scorecard.result("aur").value == KPIS["aur"][0]
    assert not [problem for problem in outcome.problems if problem.severity == "error"]
    assert contents(path)[named(opened(path), "va_css_value")].value == 1.0
    ours = {sheet.name for sheet in Package.open(path).sheets} - {
        opened(path).sheets[table.id].name for table in BUSINESS.tables
    }
    found = differences(path, ironcalc_values(path))
    assert [line for line in found if line.rpartition("!")[0] in ours] == []


def test_a_row_inserted_between_two_kpis(base: Path, tmp_path: Path) -> None:
    path = owned(base, tmp_path, "nothing")
    package = Package.open(path)
    name, cell = placed(opened(path), "kpis", "art", "name")
    _insert_row(package, name, parse_cell(cell)[0])
    package.save(path)
    assert measures(refresh.refresh(path, now=NOW)) == pytest.approx(CHANGED)
    found = differences(path, ironcalc_values(path))
    assert [line for line in found if line.startswith(("_kpixl!", "KPIs!", "Dashboard!"))] == []


@pytest.mark.libreoffice
def test_everything_opens_in_libreoffice(base: Path, tmp_path: Path) -> None:
    path = owned(base, tmp_path, "everything")
    refresh.refresh(path, now=NOW)
    (computed,) = libreoffice_values([path], whole=True)
    book = opened(path)
    for kpi, value in {"css": 1.0, "aur": 0.8125, "crr": 0.5, "ncar": 1 / 3}.items():
        assert computed[named(book, f"va_{kpi}_value")] == pytest.approx(value)
    assert computed["Mine & more", "B1"] == 4.0
    ours = {book.sheets[book.placements[block].sheet].name for block in BLOCKS} | {"Mine & more"}
    assert [line for line in differences(path, computed) if line.rpartition("!")[0] in ours] == []
    assert libreoffice.to_pdf(path, tmp_path / "pdf").stat().st_size > 10_000


def test_a_second_refresh_changes_only_the_moment(base: Path, tmp_path: Path) -> None:
    path = owned(base, tmp_path, "everything")
    refresh.refresh(path, now=NOW)
    before, cells = parts(path), contents(path)
    refresh.refresh(path, now=datetime(2031, 2, 3, 4, 5))
    after = contents(path)
    told = placed(opened(path), "dashboard", "verdict", "level")
    follow = {placed(opened(path), "dates", row, "value") for row in FOLLOW_THE_DAY}
    follow.add(placed(opened(path), "behind", "help", "row"))  # as of which day
    changed = {place for place in {*cells, *after} if cells.get(place) != after.get(place)}
    assert {told} <= changed <= {told, *follow}
    ours = {opened(path).sheets[key].part for key in ("dashboard", "behind", "hidden")}
    assert {part for part in before if before[part] != parts(path)[part]} <= ours


def test_import_keeps_what_the_owner_made(base: Path, tmp_path: Path) -> None:
    path = owned(base, tmp_path, "everything")
    before = parts(path)
    source = tmp_path / "answers.csv"
    source.write_text("Day,Who,Mark\n2026-10-20,Ana,1\n")
    import_rows(path, ImportRequest("surveys", source, {"date": "Day", "client": "Who", "score": "Mark"}), now=NOW)
    after, book = parts(path), opened(path)
    ours = {book.sheets[book.placements[block].sheet].part for block in BLOCKS}
    table = next(item for item in package_of(book).tables if item.name == "tbl_surveys")
    learned = next(item.part for item in package_of(book).tables if item.name == "tbl_imports")
    assert {part for part in before if before[part] != after[part]} <= ours | {table.part, table.sheet.part, learned}
    outcome = results.results(path, today=TODAY)
    assert measures(outcome) == pytest.approx({**CHANGED, "surveyed": 4})
    # His calculated column goes on in the new row, under its heading.
    row = parse_area(table.ref).bottom
    twice = contents(path)[table.sheet.name, cell_name(row, 1 + table.columns.index("Twice"))]
    assert twice.formula == "tbl_surveys[[#This Row],[Score]]*2".replace("Score", book.headings["surveys"]["score"])
