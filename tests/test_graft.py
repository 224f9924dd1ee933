"""Sheets grafted into a workbook of the owner's: his parts keep their bytes, ours keep their looks and numbers."""

from __future__ import annotations

import io
import warnings
import zipfile
from collections.abc import Callable
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

import openpyxl
import pytest
import xlsxwriter
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import etree
from lxml.etree import _Element as Element
from openpyxl.cell import MergedCell

from clock import NOW
from engines import contents, libreoffice_values
from kpixl.entries import Columns, Setup
from kpixl.errors import KpixlError, SignedWorkbook, StrictWorkbook
from kpixl.ooxml.graft import SharedWorkbook, graft
from kpixl.ooxml.package import MAIN, OFFICE_RELATIONSHIP, Package
from kpixl.ooxml.properties import mark
from kpixl.ooxml.styles import MOST_FORMATS, TooManyFormats, merge_styles
from kpixl.period import Period
from kpixl.verbs.refresh import refresh_package
from kpixl.workbook.append import append_entries
from kpixl.workbook.blank import new_package
from kpixl.workbook.layout import PROPERTY
from kpixl.workbook.read import read
from narrow import some
from test_owner_things import macros, own_sheet, png
from test_package import CORPUS, SHARED, by_openpyxl, by_xlsxwriter, findings, members, opens, rewrite
from workbooks import day, named

KINDS = (("remote-va-agency", "es"), ("service-business", "ro"))
AGENCY, SERVICE = KINDS
TYPES, RELS, STYLES, CUSTOM = "[Content_Types].xml", "_rels/.rels", "xl/styles.xml", "docProps/custom.xml"
MAY_GROW = {TYPES, RELS, CUSTOM, STYLES, "xl/workbook.xml", "xl/_rels/workbook.xml.rels"}
LISTS = ("numFmts", "fonts", "fills", "borders", "cellStyleXfs", "cellXfs", "cellStyles", "dxfs")
CHAIN = "calcChain"
SOME = {"18_sparklines.xlsx", "31_budget.xlsx", "35_tables.xlsx"}
REFUSED = {"11_activex.xlsx": StrictWorkbook, "36_shared.xlsx": SharedWorkbook}


def q(tag: str) -> str:
    return f"{{{MAIN}}}{tag}"


@cache
def new(kind: tuple[str, str]) -> bytes:
    """A workbook that kpixl has just made."""
    id_, language = kind
    period = Period.parse("2026-10")
    return new_package(Setup(id_, language, period, "Acme", "EUR"), Path("new.xlsx"), now=NOW).data


def ours(kind: tuple[str, str] = AGENCY) -> Package:
    return Package.from_bytes(new(kind), Path("new.xlsx"))


def loaded(data: bytes | Path) -> openpyxl.Workbook:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return openpyxl.load_workbook(data if isinstance(data, Path) else io.BytesIO(data))


@cache
def loaded_new(kind: tuple[str, str]) -> openpyxl.Workbook:
    return loaded(new(kind))


def grafted(original: Path, folder: Path, kind: tuple[str, str] = AGENCY) -> Path:
    path = folder / f"grafted{original.suffix}"
    path.write_bytes(original.read_bytes())
    package = Package.open(path)
    graft(package, ours(kind))
    mark(package, PROPERTY, ours(kind).custom_properties[PROPERTY])
    package.save(path)
    return path


# Workbooks of owners


def rich(path: Path) -> Path:
    """Of everything that XlsxWriter can write something, with looks of its own."""
    with xlsxwriter.Workbook(path) as book:
        sheet, hidden = book.add_worksheet("Mine"), book.add_worksheet("Not seen")
        hidden.hide()
        plot = book.add_chartsheet("Plot")
        last = book.add_worksheet("Last")
        last.activate()
        look = book.add_format(
            {"bold": True, "bg_color": "#FFCC00", "num_format": "0.0%", "border": 1, "locked": False}
        )
        days = book.add_format({"num_format": "dd/mm/yyyy", "font_name": "Arial", "italic": True})
        sheet.add_table("A1:B4", {"name": "tbl_mine", "columns": [{"header": "Day"}, {"header": "Hours"}]})
        sheet.write_column("A2", [45000, 45001, 45002], days)
        sheet.write_column("B2", [0.1, 0.2, 0.3], look)
        sheet.write_formula("D1", "=SUM(tbl_mine[Hours])", look, 0.6)
        sheet.set_column("F:F", 20, look)
        sheet.write_comment("A1", "a note")
        sheet.data_validation("B2:B4", {"validate": "decimal", "criteria": "<", "value": 1})
        rule = book.add_format({"font_color": "red", "num_format": '0.0" h"'})
        sheet.conditional_format("B2:B4", {"type": "cell", "criteria": ">", "value": 0.2, "format": rule})
        sheet.insert_image("H2", "logo.png", {"image_data": io.BytesIO(png())})
        for holder in (sheet, plot):
            chart = book.add_chart({"type": "line"})
            chart.add_series({"values": "=Mine!$B$2:$B$4"})
            sheet.insert_chart("H10", chart) if holder is sheet else plot.set_chart(chart)
        book.define_name("rate", "=Mine!$D$1")
        book.define_name("Mine!company", "=Mine!$A$1")  # of one sheet: no clash with ours of the whole workbook
        sheet.repeat_rows(0)
        last.print_area("A1:B9")
    return path


def with_macros(path: Path) -> Path:
    path = by_xlsxwriter(path.with_suffix(".xlsm"))
    for thing in (own_sheet, macros):
        package = Package.open(path)
        thing(package)
        package.save(path)
    return path


def bare(path: Path, styles: bytes | None = None, workbook: str = "") -> Path:
    """As little as a workbook can be: no styles where none are given, no properties, and no window."""
    related = {"rId1": ("worksheet", "worksheets/sheet1.xml")} | ({"rId2": ("styles", "styles.xml")} if styles else {})
    types = {"workbook.xml": "sheet.main", "worksheets/sheet1.xml": "worksheet"} | (
        {"styles.xml": "styles"} if styles else {}
    )
    entries = "".join(
        f'<Override PartName="/xl/{part}" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.'
        f'{kind}+xml"/>'
        for part, kind in types.items()
    )
    space = "http://schemas.openxmlformats.org/package/2006"

    def relations(items: dict[str, tuple[str, str]]) -> str:
        inner = "".join(
            f'<Relationship Id="{id_}" Type="{OFFICE_RELATIONSHIP}/{kind}" Target="{target}"/>'
            for id_, (kind, target) in items.items()
        )
        return f'<Relationships xmlns="{space}/relationships">{inner}</Relationships>'

    content = {
        TYPES: f'<Types xmlns="{space}/content-types"><Default Extension="rels" ContentType="application/vnd.'
        f'openxmlformats-package.relationships+xml"/>{entries}</Types>',
        RELS: relations({"rId1": ("officeDocument", "xl/workbook.xml")}),
        "xl/workbook.xml": f'<workbook xmlns="{MAIN}" xmlns:r="{OFFICE_RELATIONSHIP}">{workbook}<sheets>'
        '<sheet name="Mine" sheetId="40" r:id="rId1"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": relations(related),
        "xl/worksheets/sheet1.xml": f'<worksheet xmlns="{MAIN}"><sheetData><row r="1"><c r="A1"><v>7</v></c></row>'
        "</sheetData></worksheet>",
    }
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in content.items():
            archive.writestr(name, text)
        if styles:
            archive.writestr(STYLES, styles)
    return path


def prefixed(path: Path) -> Path:
    """Every element of the workbook and the styles under a prefix, with extensions that nobody knows."""
    by_openpyxl(path)
    package, changes = Package.open(path), dict[str, bytes]()
    for part in ("xl/workbook.xml", STYLES):
        old = package.tree(part)
        nsmap = {
            "x": MAIN,
            "r": OFFICE_RELATIONSHIP,
            "mc": "http://schemas.openxmlformats.org/markup-compatibility/2006",
        }
        new = etree.Element(old.tag, nsmap={**nsmap, "odd": "urn:odd"})
        new.attrib.update(old.attrib)
        new.set(f"{{{nsmap['mc']}}}Ignorable", "odd")
        new.extend(list(old))
        new.set("{urn:odd}mark", "kept")
        etree.cleanup_namespaces(new, keep_ns_prefixes=["x", "r", "mc", "odd"])
        extension = etree.SubElement(etree.SubElement(new, q("extLst")), q("ext"), uri="{odd}")
        etree.SubElement(extension, "{urn:odd}thing")
        changes[part] = etree.tostring(new)
        assert b"<x:" in changes[part]
    rewrite(path, changes)
    return path


BUILT: dict[str, Callable[[Path], Path]] = {
    "rich": rich,
    "plain": by_openpyxl,
    "sparklines": by_xlsxwriter,
    "macros": with_macros,
    "prefixed": prefixed,
    "bare": bare,
}
ALL = [*BUILT, *(path.name for path in CORPUS if path.name not in REFUSED)]


def make(name: str, folder: Path) -> Path:
    return BUILT[name](folder / "owners.xlsx") if name in BUILT else SHARED / "corpus" / name


# What stays


@pytest.mark.skipif(not CORPUS, reason="the corpus of real workbooks is not beside this repository")
def test_there_is_a_corpus() -> None:
    assert len(ALL) > len(BUILT) + 10


@pytest.mark.parametrize("name", ALL)
def test_what_was_there_stays(name: str, tmp_path: Path) -> None:
    original = make(name, tmp_path)
    path = grafted(original, tmp_path, KINDS[ALL.index(name) % 2])

    before, after = members(original), members(path)
    assert {part for part in before if before[part] != after.get(part)} - {f"xl/{CHAIN}.xml"} <= MAY_GROW
    old, new = Package.open(original), Package.open(path)
    for part in MAY_GROW & set(before):
        assert_grown(part, old.tree(part), new.tree(part))
    assert old.sheets == new.sheets[: len(old.sheets)]
    assert old.tables == new.tables[: len(old.tables)]
    assert old.defined_names.items() <= new.defined_names.items()
    assert old.custom_properties.items() <= new.custom_properties.items()
    assert not new.has(f"xl/{CHAIN}.xml")
    assert some(new.tree("xl/workbook.xml").find(q("calcPr"))).get("fullCalcOnLoad") == "1"
    assert opens(path) == opens(original) == (True, True)
    assert findings(path) <= findings(original)


def assert_grown(part: str, old: Element, new: Element) -> None:
    for entry in list(old):
        if CHAIN in (entry.get("Type") or entry.get("PartName") or ""):
            old.remove(entry)
    assert holds(new, old), part
    for tag in LISTS if part == STYLES else ():
        records = [canonical(record) for record in old.iterfind(f"{q(tag)}/*")]
        assert [canonical(record) for record in new.iterfind(f"{q(tag)}/*")][: len(records)] == records
        holder = new.find(q(tag))
        if holder is not None and len(holder) > len(records):
            assert holder.get("count") == str(len(holder))


def holds(new: Element, old: Element) -> bool:
    """Whether all of ``old`` is in ``new`` as it was and in its order, whatever came in between."""
    grows = {"count", "fullCalcOnLoad"}
    attributes = [{key: item[key] for key in item.keys() if key not in grows} for item in (new.attrib, old.attrib)]  # noqa: SIM118
    if new.tag != old.tag or attributes[0] != attributes[1] or (new.text or "") != (old.text or ""):
        return False
    children = iter(new)
    return all(any(holds(candidate, child) for candidate in children) for child in old)


def canonical(element: Element | None) -> str:
    """An element whatever its prefixes are."""
    if element is None:
        return ""
    inner = "".join(canonical(child) for child in element.iterchildren("{*}*"))
    return f"<{element.tag} {sorted(element.attrib.items())}>{(element.text or '').strip()}{inner}"


@pytest.mark.parametrize("name", ["rich", "plain", "prefixed", "bare"])
def test_his_cells_look_as_before(name: str, tmp_path: Path) -> None:
    original = make(name, tmp_path)
    old, new = loaded(original), loaded(grafted(original, tmp_path))
    count = 0
    for sheet in old.worksheets:
        for place, cell in sheet._cells.items():
            assert look(new[sheet.title]._cells[place]) == look(cell)
            count += 1
        assert rules(new[sheet.title]) == rules(sheet)
        assert new[sheet.title].print_title_rows == sheet.print_title_rows
        assert new[sheet.title].print_area == sheet.print_area
    assert count


# What comes


def look(cell: Any) -> tuple[object, ...]:
    """All that makes a cell, row or column look as it does, as openpyxl understands it."""
    book, style = cell.parent.parent, cell._style
    return (
        getattr(cell, "value", None),
        book._fonts[style.fontId],
        book._fills[style.fillId],
        book._borders[style.borderId],
        book._alignments[style.alignmentId],
        book._protections[style.protectionId],
        cell.number_format,
    )


def looks(sheet: Any) -> dict[tuple[int, int], tuple[object, ...]]:
    """The looks of the cells; those that a merged one covers are openpyxl's own, and not in the file."""
    return {place: look(cell) for place, cell in sheet._cells.items() if not isinstance(cell, MergedCell)}


def rules(sheet: Any) -> list[tuple[object, ...]]:
    """The conditional formats with what they do; the number of a number format is no part of it."""
    found: list[tuple[object, ...]] = []
    for area in sheet.conditional_formatting:
        for rule in area.rules:
            dxf = rule.dxf
            shown = dxf and (dxf.font, dxf.fill, dxf.border, dxf.numFmt and dxf.numFmt.formatCode)
            found.append((str(area.sqref), rule.type, tuple(rule.formula), rule.priority, shown))
    return found


@pytest.mark.parametrize("name", ALL)
def test_the_new_sheets_look_as_they_were_made(name: str, tmp_path: Path) -> None:
    kind = KINDS[ALL.index(name) % 2]
    path = grafted(make(name, tmp_path), tmp_path, kind)
    made, book = loaded_new(kind), loaded(path)
    assert book.sheetnames[-len(made.sheetnames) :] == made.sheetnames
    for sheet in made.worksheets:
        there = book[sheet.title]
        assert looks(there) == looks(sheet)
        assert rules(there) == rules(sheet)
        assert there.sheet_state == sheet.sheet_state
        assert there.merged_cells.ranges == sheet.merged_cells.ranges
        assert [len(there._charts), len(there.data_validations.dataValidation)] == [
            len(sheet._charts), len(sheet.data_validations.dataValidation)
        ]  # fmt: skip
        assert (there.print_title_rows, there.print_title_cols) == (sheet.print_title_rows, sheet.print_title_cols)
        assert there.print_area == sheet.print_area
        assert {table.name: table.ref for table in there.tables.values()} == {
            table.name: table.ref for table in sheet.tables.values()
        }


@pytest.mark.parametrize("name", ALL)
def test_one_tab_is_selected_and_every_number_is_used_once(name: str, tmp_path: Path) -> None:
    original = make(name, tmp_path)
    package, old = Package.open(grafted(original, tmp_path)), Package.open(original)

    def selected(package: Package) -> list[str]:
        views = [
            (sheet.name, view) for sheet in package.sheets for view in package.tree(sheet.part).iter(q("sheetView"))
        ]
        return [name for name, view in views if view.get("tabSelected") == "1"]

    assert selected(package) == selected(old)
    entries = package.tree(package.workbook_part).findall(f"{q('sheets')}/{q('sheet')}")
    ids = [package.tree(table.part).get("id") for table in package.tables]
    for numbers in (ids, [e.get("sheetId") for e in entries], [sheet.part for sheet in package.sheets]):
        assert len(numbers) == len(set(numbers)) > 5
    assert package.tree(package.workbook_part).find(f"{q('bookViews')}/{q('workbookView')}") is not None
    for defined in package.tree(package.workbook_part).iter(q("definedName")):
        local, text = defined.get("localSheetId"), some(defined.text)
        if local and some(defined.get("name")).startswith("_xlnm.Print") and "#REF" not in text:
            sheet = package.sheets[int(local)].name
            assert text.startswith((f"'{sheet}'!", f"{sheet}!"))


def test_what_the_package_says_is_not_what_it_said(tmp_path: Path) -> None:
    package = Package.open(rich(tmp_path / "mine.xlsx"))
    before = package.sheets, package.tables, package.defined_names, package.custom_properties
    assert [len(item) for item in before] == [4, 1, 1, 0]
    source = ours()
    graft(package, source)
    assert package.custom_properties == {}
    mark(package, "theirs", "3")
    assert [s.name for s in package.sheets[4:]] == [s.name for s in source.sheets]
    assert [s.index for s in package.sheets] == list(range(len(package.sheets)))
    assert {t.name for t in package.tables} == {"tbl_mine", *(t.name for t in source.tables)}
    assert package.defined_names == {"rate": "Mine!$D$1", **source.defined_names}
    assert package.custom_properties == {"theirs": "3"}


def test_macros_stay_macros(tmp_path: Path) -> None:
    original = with_macros(tmp_path / "mine.xlsm")
    path = grafted(original, tmp_path)
    old, new = Package.open(original), Package.open(path)
    assert new.read("xl/vbaProject.bin") == old.read("xl/vbaProject.bin")
    assert new.content_type("xl/workbook.xml").endswith("macroEnabled.main+xml")
    assert read(new).entries.business.id == "remote-va-agency"


def other_source(path: Path) -> Package:
    """A workbook with what kpixl's do not have today: shared texts, looks of rows and columns, pictures, comments."""
    with xlsxwriter.Workbook(path) as book:
        green, blue = (book.add_format({"font_color": colour}) for colour in ("#00FF00", "#0000FF"))
        sheet, second = book.add_worksheet("Theirs"), book.add_worksheet("Their second")
        sheet.select()
        second.select()
        sheet.write("A1", "a shared text")
        sheet.write("B1", " a shared text ", green)
        sheet.write_rich_string("A2", book.add_format({"bold": True}), "bold", " and plain")
        sheet.set_row(4, 20, green)
        sheet.set_column("D:E", 12, blue)
        sheet.write_comment("A1", "their note")
        sheet.add_table("H1:I3", {"name": "tbl_theirs", "columns": [{"header": "a", "format": green}, {"header": "b"}]})
        sheet.conditional_format("A1:A9", {"type": "blanks", "format": blue})
        sheet.write_url("A9", "https://example.org/")
        for place in (sheet, second):
            place.insert_image("K2", "theirs.png", {"image_data": io.BytesIO(png() + b"theirs")})
    return Package.open(path)


def pictures(package: Package, name: str) -> list[bytes]:
    """What the pictures on a sheet hold. openpyxl shows them only where another library is installed."""
    sheet = next(sheet.part for sheet in package.sheets if sheet.name == name)
    drawings = package.related(sheet, OFFICE_RELATIONSHIP + "/drawing")
    return [package.read(image) for one in drawings for image in package.related(one, OFFICE_RELATIONSHIP + "/image")]


def test_whatever_hangs_on_a_sheet_comes_with_it(tmp_path: Path) -> None:
    source = other_source(tmp_path / "source.xlsx")
    original, path = rich(tmp_path / "mine.xlsx"), tmp_path / "grafted.xlsx"
    package = Package.open(original)
    graft(package, source)
    package.save(path)

    assert findings(path) <= findings(original) | findings(source.path)
    assert package.shared_strings == Package.open(original).shared_strings
    made, book = loaded(source.path), loaded(path)
    sheet, there = made["Theirs"], book["Theirs"]
    for place, cell in sheet._cells.items():
        assert look(there._cells[place]) == look(cell)
    assert there["B1"].value == " a shared text "
    assert there["A1"].comment.text == sheet["A1"].comment.text == "their note"
    assert there["A9"].hyperlink.target == "https://example.org/"
    assert look(there.row_dimensions[5]) == look(sheet.row_dimensions[5])
    assert there.row_dimensions[5].font.color.rgb == "FF00FF00"
    assert look(there.column_dimensions["D"]) == look(sheet.column_dimensions["D"])
    assert there.column_dimensions["D"].font.color.rgb == "FF0000FF"
    assert rules(there) == rules(sheet) != []
    package = Package.open(path)
    assert [pictures(package, name) for name in ("Theirs", "Their second")] == [[png() + b"theirs"]] * 2
    assert [sheet.name for sheet in package.sheets if b"tabSelected" in package.read(sheet.part)] == ["Last"]
    part = next(item for item in package.tables if item.name == "tbl_theirs").part
    dxf = int(some(some(package.tree(part).find(f"{q('tableColumns')}/{q('tableColumn')}")).get("dataDxfId")))
    found = package.tree(STYLES).findall(f"{q('dxfs')}/{q('dxf')}")[dxf]
    assert some(found.find(f"{q('font')}/{q('color')}")).get("rgb") == "FF00FF00"
    rich_text = some(package.tree(package.sheets[4].part).find(f".//{q('c')}[@r='A2']"))
    assert (rich_text.get("t"), len(rich_text.findall(f"{q('is')}/{q('r')}"))) == ("inlineStr", 2)


# Formats


def test_formats_that_are_there_are_used(tmp_path: Path) -> None:
    path = tmp_path / "same.xlsx"
    path.write_bytes(new(AGENCY))
    target, source = Package.open(path), ours()
    before = target.tree(STYLES)
    merge_styles(target, source)
    after = target.tree(STYLES)
    for tag in ("numFmts", "fonts", "fills", "borders"):
        assert canonical(after.find(q(tag))) == canonical(before.find(q(tag)))
    merged = target.read(STYLES)
    merge_styles(target, source)
    assert target.read(STYLES) == merged


def test_a_workbook_full_of_formats_is_refused(tmp_path: Path) -> None:
    formats = '<xf numFmtId="0" fontId="0" fillId="0" borderId="0"/>' * (MOST_FORMATS - 20)
    styles = f'<styleSheet xmlns="{MAIN}"><cellXfs>{formats}</cellXfs></styleSheet>'.encode()
    target = Package.open(bare(tmp_path / "full.xlsx", styles))
    with pytest.raises(TooManyFormats, match=r"full\.xlsx has 64980 "):
        graft(target, ours())
    assert not target.changed


CODES = ("0.0%", "0.000", "dd/mm/yyyy", '0.0" h"', "mmm yy")
SOLID = '<fill><patternFill patternType="solid"><fgColor rgb="FF{}"/></patternFill></fill>'


def solid(code: str) -> str:
    return SOLID.format(code)


@st.composite
def stylesheets(draw: st.DrawFn) -> bytes:
    """Stylesheets as programs write them: lists left out, numbers from anywhere, counts or not, a Normal of his own."""
    used = draw(st.dictionaries(st.integers(164, 400), st.sampled_from(CODES), max_size=4))
    ruled = draw(st.dictionaries(st.sampled_from([164, 300, 301, 999]), st.sampled_from(CODES), max_size=3))
    ruled = {number: code for number, code in ruled.items() if used.get(number, code) == code}
    fills = ['<fill><patternFill patternType="none"/></fill>', '<fill><patternFill patternType="gray125"/></fill>']
    fills = (fills + [solid(c) for c in draw(st.lists(st.sampled_from(["FFF7DC", "E8EBEF"]), max_size=2))])[
        : draw(st.integers(0, 4))
    ]
    fonts = draw(st.lists(st.sampled_from(["<sz val='8'/>", "<b/>", "<b val='1'/>"]), max_size=3))
    normal = draw(st.integers(0, 2))
    bases = draw(st.booleans())
    count = draw(st.booleans())
    formats = draw(st.integers(0, 3))
    lists = {
        "numFmts": [f"<numFmt numFmtId='{n}' formatCode='{c}'/>" for n, c in used.items()],
        "fonts": [f"<font>{font}</font>" for font in fonts],
        "fills": fills,
        "borders": ["<border/>"] * draw(st.integers(0, 1)),
        "cellStyleXfs": ["<xf><alignment horizontal='center'/></xf>"] * (3 if bases else 0),
        "cellXfs": [f"<xf numFmtId='{n}'/>" for n in [*used, 0, 0, 0][:formats]],
        "cellStyles": [f"<cellStyle name='Mio' xfId='{normal}' builtinId='0'/>"] if bases else [],
        "dxfs": [f"<dxf><numFmt numFmtId='{n}' formatCode='{c}'/></dxf>" for n, c in ruled.items()],
    }
    body = "".join(
        f"<{tag}" + (f" count='{len(records)}'>" if count else ">") + "".join(records) + f"</{tag}>"
        for tag, records in lists.items()
        if records
    )
    body += "<tableStyles count='0'/><extLst><ext uri='{x}'/></extLst>"
    return f"<styleSheet xmlns='{MAIN}'>{body}</styleSheet>".encode()


def codes(root: Element) -> dict[int, set[str]]:
    """What each number stands for, in cells and in rules."""
    found: dict[int, set[str]] = {}
    for entry in root.iter(q("numFmt")):
        found.setdefault(int(some(entry.get("numFmtId"))), set()).add(some(entry.get("formatCode")))
    return found


def shown(root: Element, index: int) -> tuple[str, ...]:
    """A cell format with all that its numbers stand for."""
    records = {tag: list(root.iterfind(f"{q(tag)}/*")) for tag in LISTS}
    xf = records["cellXfs"][index]
    number = int(xf.get("numFmtId", "0"))
    code = [entry.get("formatCode") for entry in records["numFmts"] if int(some(entry.get("numFmtId"))) == number]
    lists = {"fonts": "fontId", "borders": "borderId", "fills": "fillId"}
    inner = (canonical(xf.find(q(tag))) for tag in ("alignment", "protection"))
    outer = [canonical(records[tag][int(xf.get(key, "0"))]) for tag, key in lists.items()]
    if int(xf.get("fillId", "0")) < 2:
        outer[-1] = ("none", "grey")[int(xf.get("fillId", "0"))]
    return (str(code or number), *outer, *inner, str(xf.get("quotePrefix") in ("1", "true")))


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(stylesheets())
def test_formats_are_appended_to_any_stylesheet(tmp_path: Path, styles: bytes) -> None:
    target, source = Package.open(bare(tmp_path / "any.xlsx", styles)), ours()
    old, made = target.tree(STYLES), source.tree(STYLES)
    merged = merge_styles(target, source)
    root = target.tree(STYLES)

    assert_grown(STYLES, old, root)
    assert [etree.QName(child).localname for child in root if child.tag != q("extLst")] == [
        tag for tag in (*LISTS, "tableStyles") if root.find(q(tag)) is not None
    ]
    assert [shown(root, index) for index in merged.cells] == [shown(made, n) for n in range(len(merged.cells))]
    assert len(merged.cells) == len(some(made.find(q("cellXfs")))) > 50
    if not old.findall(f"{q('cellXfs')}/*") + old.findall(f"{q('fonts')}/*"):
        assert shown(root, 0)[1] == shown(made, 0)[1]
    normal = old.find(f"{q('cellStyles')}/{q('cellStyle')}")
    for index in merged.cells:
        # Nothing of a format is left to his Normal.
        flags = some(root.find(q("cellXfs")))[index]
        facets = ("NumberFormat", "Font", "Fill", "Border", "Alignment", "Protection")
        assert {flags.get(f"apply{facet}") for facet in facets} == {"1"}
        assert flags.get("xfId") == (None if normal is None else normal.get("xfId"))
    rules, theirs = made.findall(f"{q('dxfs')}/*"), root.findall(f"{q('dxfs')}/*")
    for rule, index in zip(rules, merged.rules, strict=True):
        for tag in ("font", "fill", "border"):
            assert canonical(theirs[index].find(q(tag))) == canonical(rule.find(q(tag)))
        wanted, found = rule.find(q("numFmt")), theirs[index].find(q("numFmt"))
        assert (wanted is None) == (found is None)
        assert wanted is None or wanted.get("formatCode") == some(found).get("formatCode")
    assert all(len(meanings) == 1 for meanings in codes(root).values())


# Names of parts, properties


def test_traces_of_lost_parts_are_kept_clear_of(tmp_path: Path) -> None:
    path = by_xlsxwriter(tmp_path / "mine.xlsx")
    types = Package.open(path).read(TYPES)
    trace = b'<Override PartName="/xl/worksheets/Sheet5.xml" ContentType="application/odd+xml"/></Types>'
    relations = b'<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"/>'
    changes = {TYPES: types.replace(b"</Types>", trace), "xl/worksheets/_rels/sheet6.xml.rels": relations}
    rewrite(path, changes)
    package = Package.open(path)
    graft(package, ours())
    parts = [sheet.part.lower() for sheet in package.sheets]
    assert "xl/worksheets/sheet4.xml" in parts
    assert not {"xl/worksheets/sheet5.xml", "xl/worksheets/sheet6.xml"} & set(parts)
    assert package.read("xl/worksheets/_rels/sheet6.xml.rels") == relations


def test_an_extension_with_another_meaning_keeps_it(tmp_path: Path) -> None:
    path = by_xlsxwriter(tmp_path / "mine.xlsx")
    default = b'<Default Extension="PNG" ContentType="image/x-odd"/><Override '
    rewrite(path, {TYPES: Package.open(path).read(TYPES).replace(b"<Override ", default, 1)})
    package = Package.open(path)
    graft(package, other_source(tmp_path / "source.xlsx"))
    (image,) = [part for part in package.parts if part.startswith("xl/media/")]
    assert package.content_type(image) == "image/png"
    assert package.content_type("xl/media/other.png") == "image/x-odd"
    assert package.read(TYPES).lower().count(b'extension="png"') == 1


@pytest.mark.parametrize("there", [{}, {"Client": "Ana"}, {"Client": "Ana", "kpixl": "an older one"}])
def test_the_property_joins_those_that_are_there(there: dict[str, str], tmp_path: Path) -> None:
    path = tmp_path / "mine.xlsx"
    with xlsxwriter.Workbook(path) as book:
        for name, value in there.items():
            book.set_custom_property(name, value)
    path = grafted(path, tmp_path)
    assert Package.open(path).custom_properties == there | ours().custom_properties
    properties = loaded(path).custom_doc_props
    assert [item.name for item in properties.props] == list(there | {"kpixl": ""})
    pids = [entry.get("pid") for entry in Package.open(path).tree(CUSTOM)]
    assert pids == [str(number) for number in range(2, 2 + len(pids))]


# What is refused


def refuse(target: Package, error: type[Exception], match: str) -> None:
    with pytest.raises(error, match=match):
        graft(target, ours())
    assert not target.changed


def defined(path: Path, name: str, refers_to: str) -> Package:
    with xlsxwriter.Workbook(path) as book:
        book.add_worksheet("Mine")
        book.define_name(name, refers_to)
    return Package.open(path)


def test_names_that_both_have_are_the_callers_to_settle(tmp_path: Path) -> None:
    path = tmp_path / "mine.xlsx"
    refuse(defined(path, "COMPANY", "=Mine!$A$1"), ValueError, "name or table called company")
    refuse(defined(path, "Tbl_Clients", "=Mine!$A$1"), ValueError, "name or table called tbl_clients")
    refuse(Package.from_bytes(new(AGENCY), path), ValueError, "both workbooks have a sheet called ")
    with xlsxwriter.Workbook(path) as book:
        book.add_worksheet("PANEL")
    refuse(Package.open(path), ValueError, "sheet called panel")
    with xlsxwriter.Workbook(path) as book:
        book.add_worksheet("Mine").add_table("A1:A2", {"name": "Company"})
    refuse(Package.open(path), ValueError, "name or table called company")


def test_which_days_both_count_from_is_the_callers_to_settle(tmp_path: Path) -> None:
    path = tmp_path / "mac.xlsx"
    with xlsxwriter.Workbook(path, {"date_1904": True}) as book:
        book.add_worksheet("Mine")
    refuse(Package.open(path), ValueError, "counts its days from 1904")


def test_a_log_of_changes_is_not_contradicted(tmp_path: Path) -> None:
    target = Package.open(by_xlsxwriter(tmp_path / "shared.xlsx"))
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.revisionHeaders+xml"
    target.add("xl/revisions/revisionHeaders.xml", f'<headers xmlns="{MAIN}"/>'.encode(), kind)
    headers = OFFICE_RELATIONSHIP + "/revisionHeaders"
    target.add_relationship(target.workbook_part, headers, "xl/revisions/revisionHeaders.xml")
    before = target.data
    with pytest.raises(SharedWorkbook, match=r"shared\.xlsx is shared"):
        graft(target, ours())
    assert target.data == before


@pytest.mark.skipif(not CORPUS, reason="the corpus of real workbooks is not beside this repository")
@pytest.mark.parametrize("name", REFUSED)
def test_real_workbooks_that_are_refused(name: str) -> None:
    with pytest.raises(REFUSED[name]) as caught:
        graft(Package.open(SHARED / "corpus" / name), ours())
    assert isinstance(caught.value, KpixlError)


def test_a_signed_workbook_is_not_saved(tmp_path: Path) -> None:
    path = by_xlsxwriter(tmp_path / "signed.xlsx")
    package = Package.open(path)
    package.add(
        "_xmlsignatures/origin.sigs", b"", "application/vnd.openxmlformats-package.digital-signature-origin", "sigs"
    )
    kind = "http://schemas.openxmlformats.org/package/2006/relationships/digital-signature/origin"
    package.add_relationship("", kind, "_xmlsignatures/origin.sigs")
    path.write_bytes(package.data)
    before, package = path.read_bytes(), Package.open(path)
    graft(package, ours())
    with pytest.raises(SignedWorkbook):
        package.save(path)
    assert path.read_bytes() == before


# The numbers


def filled(original: Path, path: Path) -> Path:
    """Grafted, refreshed without rows, then with three answers of which two are content, and refreshed."""
    path.write_bytes(original.read_bytes())
    package = Package.open(path)
    graft(package, ours())
    refresh_package(package, now=NOW, unfilled=True, rows_changed=True)
    rows: Columns = {
        "date": [day("2026-10-02"), day("2026-10-03"), day("2026-10-31")],
        "client": ["Ana", "Léa", "Ana"],
        "score": [5, 4, 3],
    }
    append_entries(package, read(package), "surveys", rows)
    scorecard, _ = refresh_package(package, now=datetime(2026, 11, 1), rows_changed=True)
    assert scorecard.result("css").value == pytest.approx(2 / 3)
    package.save(path)
    return path


@pytest.mark.parametrize("name", ["rich", "macros", "bare", *(n for n in ALL if n in SOME)])
def test_kpixl_works_in_the_owners_workbook(name: str, tmp_path: Path) -> None:
    original = make(name, tmp_path)
    path = filled(original, tmp_path / f"filled{original.suffix}")
    book = read(Package.open(path))
    assert (book.entries.business.id, book.entries.language, book.entries.currency) == (*AGENCY, "EUR")
    cells = contents(path)
    assert cells[named(book, "va_css_value")].value == pytest.approx(2 / 3)
    assert cells[named(book, "satisfied")].value == 2
    assert cells[named(book, "surveyed")].value == 3
    before, after = members(original), members(path)
    assert {part for part in before if before[part] != after.get(part)} - {f"xl/{CHAIN}.xml"} <= MAY_GROW
    assert findings(path) <= findings(original)


@pytest.mark.libreoffice
def test_libreoffice_computes_both_his_cells_and_ours(tmp_path: Path) -> None:
    paths = []
    for name in ("rich", "macros", "prefixed", "bare", *(n for n in ALL if n in SOME)):
        folder = tmp_path / f"of {name}"
        folder.mkdir()
        original = make(name, folder)
        paths.append(filled(original, tmp_path / f"{name.split('.')[0]}{original.suffix}"))
    found = libreoffice_values(paths, whole=True)
    for path, values in zip(paths, found, strict=True):
        book = read(Package.open(path))
        assert values[named(book, "va_css_value")] == pytest.approx(2 / 3), path.name
        assert values[named(book, "surveyed")] == 3, path.name
    assert found[0]["Mine", "D1"] == pytest.approx(0.6)
