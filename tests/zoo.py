"""A workbook with one of everything that an owner's may hold: written by XlsxWriter, or added part by part.

The parts are as small as their names and relationships allow, and opaque ones are noise.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import xlwings
from lxml import etree
from xlsxwriter.workbook import Workbook

from cage import MAIN, MC, OFFICE, SPREADSHEET, X14, X15, A, Cage, R, extension, frame, newer, png, row

DRAWINGML = "application/vnd.openxmlformats-officedocument.drawingml"
DIAGRAM = "http://schemas.openxmlformats.org/drawingml/2006/diagram"
NOISE = bytes(range(256)) * 9
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + NOISE


# What XlsxWriter writes


def charts(book: Workbook) -> None:
    sheet = book.add_worksheet("Charts")
    sheet.write_column("A1", [3, 1, 2])
    for number, kind in enumerate(("column", "line", "pie", "scatter", "radar", "stock")):
        chart = book.add_chart({"type": kind})
        for _ in range(4 if kind == "stock" else 1):
            chart.add_series({"values": "=Charts!$A$1:$A$3", "categories": "=Charts!$A$1:$A$3"})
        if kind == "column":
            other = book.add_chart({"type": "line"})
            other.add_series({"values": "=Charts!$A$1:$A$3", "y2_axis": True, "trendline": {"type": "linear"}})
            chart.combine(other)
        sheet.insert_chart(number * 15, 3, chart)
    alone = book.add_chart({"type": "bar"})
    alone.add_series({"values": "=Charts!$A$1:$A$3"})
    book.add_chartsheet("Chart alone").set_chart(alone)


def pictures(book: Workbook) -> None:
    sheet = book.add_worksheet("Pictures")
    for place, colour in (("B2", b"\1\1\1"), ("D2", b"\2\2\2")):
        options = {"image_data": io.BytesIO(png(colour)), "url": "https://example.org/", "description": "A dot"}
        sheet.insert_image(place, f"{place}.png", options)
    sheet.set_background(io.BytesIO(png(b"\3\3\3")))
    sheet.set_header("&L&G&C&P", {"image_left": "head.png", "image_data_left": io.BytesIO(png(b"\4\4\4"))})
    sheet.insert_textbox("F2", "A box", {"font": {"bold": True}})
    sheet.insert_button("F9", {"macro": "Hello", "caption": "Press"})


def pictures_in_cells(book: Workbook) -> None:
    book.add_worksheet("In cells").embed_image("B2", "cell.png", {"image_data": io.BytesIO(png(b"\5\5\5"))})


def tables(book: Workbook) -> None:
    sheet = book.add_worksheet("Table")
    columns = [
        {"header": "Day"},
        {"header": "Hours", "total_function": "sum"},
        {"header": "Twice", "formula": "=[@Hours]*2"},
    ]
    data = [[45000 + n, n + 1, 2 * n + 2] for n in range(3)]
    options = {"name": "tbl_work", "columns": columns, "data": data, "total_row": True, "style": "Table Style Dark 3"}
    sheet.add_table("A1:C5", options)
    sheet.write_formula("E1", "=SUM(tbl_work[Twice])", None, 12)


def rules(book: Workbook) -> None:
    """Conditional formats and drop-downs, old and new, of this sheet and of another one."""
    sheet, other = book.add_worksheet("Rules"), book.add_worksheet("Lists")
    other.write_column("A1", ["yes", "no"])
    sheet.write_column("A1", [1, 2, 3])
    red = book.add_format({"bg_color": "#FF9999", "num_format": "0.00"})
    for rule in (
        {"type": "data_bar", "data_bar_2010": True, "bar_negative_color": "#0000FF"},
        {"type": "icon_set", "icon_style": "5_arrows"},
        {"type": "3_color_scale"},
        {"type": "formula", "criteria": "=$A1>1", "format": red, "stop_if_true": True},
        {"type": "top", "value": 1, "format": red},
    ):
        sheet.conditional_format("A1:A3", rule)
    sheet.data_validation("B1:B3", {"validate": "list", "source": "=Lists!$A$1:$A$2"})
    sheet.data_validation("C1", {"validate": "custom", "value": "=ISNUMBER(C1)", "input_title": "A number"})


def sparklines(book: Workbook) -> None:
    sheet = book.add_worksheet("Sparklines")
    sheet.write_row("A1", [1, 3, 2])
    for place, kind in (("E1", "line"), ("E2", "column"), ("E3", "win_loss")):
        sheet.add_sparkline(place, {"range": "Sparklines!A1:C1", "type": kind, "markers": True})


def notes(book: Workbook) -> None:
    sheet = book.add_worksheet("Notes")
    sheet.write("A1", "with a note")
    sheet.write_comment("A1", "Ask Léa", {"author": "Ana", "visible": True, "color": "#FFCC00"})
    sheet.write_comment("B7", "Nothing in the cell")


def new_formulas(book: Workbook) -> None:
    """Cells that spill, a name that is a function, boxes to tick."""
    sheet = book.add_worksheet("New formulas")
    sheet.write_column("A1", [3, 1, 2])
    sheet.write_dynamic_array_formula("B1:B3", "=_xlfn._xlws.SORT(A1:A3)", None, 1)
    sheet.write_array_formula("C1:C3", "{=A1:A3*2}", None, 6)
    book.define_name("Double", "=_xlfn.LAMBDA(_xlpm.x,_xlpm.x*2)")
    sheet.write_formula("D1", "=Double(A1)", None, 6)
    sheet.insert_checkbox("E1", True)
    sheet.insert_checkbox("E2", False)


def texts(book: Workbook) -> None:
    """Texts, links, errors, names of one sheet, print settings, outlines, protection, properties, an unseen sheet."""
    sheet = book.add_worksheet("Texts & más")
    bold = book.add_format({"bold": True, "rotation": 45, "num_format": '[Red]0.0" h"', "border": 6, "quote_prefix": 1})
    sheet.write_rich_string("A1", bold, "bold", " and plain ")
    sheet.write_url("A2", "https://example.org/?a=1&b=2", None, "A link", "A tip")
    sheet.write_url("A3", "internal:'Texts & más'!A1")
    sheet.merge_range("A5:C6", "merged", bold)
    sheet.write_formula("A8", "=1/0", None, "#DIV/0!")
    sheet.write_boolean("A9", True)
    sheet.ignore_errors({"number_stored_as_text": "B1:B9"})
    sheet.write_string("B1", "007")
    sheet.set_row(9, 30, bold, {"level": 1, "hidden": True})
    sheet.set_column("F:G", 3, bold, {"level": 1, "collapsed": True})
    sheet.freeze_panes(1, 1)
    sheet.autofilter("A12:B13")
    sheet.protect("secret", {"format_cells": True})
    sheet.unprotect_range("B2:B3", "Mine")
    sheet.repeat_rows(0)
    sheet.print_area("A1:C9")
    sheet.set_h_pagebreaks([5])
    book.define_name("rate", "='Texts & más'!$B$1")
    book.define_name("'Texts & más'!local", "='Texts & más'!$B$2")
    book.set_properties({"title": "Mine", "author": "Ana", "keywords": "a, b"})
    for name, value in (("Client", "Ana"), ("Rate", 1.5), ("Done", True)):
        book.set_custom_property(name, value)
    book.add_worksheet("Unseen").very_hidden()


def macros(book: Workbook) -> None:
    """The macros that xlwings gives to new workbooks."""
    with zipfile.ZipFile(Path(xlwings.__file__).parent / "quickstart_standalone.xlsm") as archive:
        book.add_vba_project(io.BytesIO(archive.read("xl/vbaProject.bin")), is_stream=True)


# What is added by hand


def calc_chain(cage: Cage) -> None:
    """The order of calculation, which Excel makes anew when it is not there."""
    cage.sheet("Chain", row(1, 2, "=A1*2=4"))
    number = list(cage.tree(cage.workbook).iter(f"{{{MAIN}}}sheet"))[-1].get("sheetId")
    body = f'<calcChain xmlns="{MAIN}"><c r="B1" i="{number}"/></calcChain>'
    cage.add("xl/calcChain.xml", body, f"{SPREADSHEET}.calcChain+xml", (cage.workbook, f"{R}/calcChain"))


def threads(cage: Cage) -> None:
    thread(cage, cage.sheet("Threads", row(1, "discussed")), {"A1": ["Why?", "Because."]})


def thread(cage: Cage, sheet: str, said: dict[str, list[str]]) -> None:
    """Comments with answers on cells of a sheet without notes, as a thread and as the note that stands for it."""
    space, kinds = f"{OFFICE}/spreadsheetml/2018/threadedcomments", f"{OFFICE}/2017/10/relationships"
    ana = "{0000000A-0000-4000-8000-000000000000}"
    if "xl/persons/person.xml" not in cage.parts:
        person = f'<person displayName="Ana" id="{ana}" userId="ana" providerId="None"/>'
        body, kind = f'<personList xmlns="{space}">{person}</personList>', "application/vnd.ms-excel.person+xml"
        cage.add("xl/persons/person.xml", body, kind, (cage.workbook, f"{kinds}/person"))
    authors, entries, shapes, answers = "", "", "", ""
    for number, (cell, sentences) in enumerate(said.items()):
        first = f"{{{number + 1:08X}-0000-4000-8000-00000000000C}}"
        for index, sentence in enumerate(sentences):
            own = f'id="{first}"' if index == 0 else f'id="{{{number:08X}-0000-4000-8001-{index:012X}}}"'
            parent = "" if index == 0 else f' parentId="{first}"'
            answers += (
                f'<threadedComment ref="{cell}" dT="2026-10-05T10:0{index}:00.00" personId="{ana}" {own}{parent}>'
                f"<text>{sentence}</text></threadedComment>"
            )
        authors += f"<author>tc={first}</author>"
        text = f"<text><t>{' / '.join(sentences)}</t></text>"
        entries += f'<comment ref="{cell}" authorId="{number}" shapeId="0">{text}</comment>'
        line, column = int(cell[1:]) - 1, ord(cell[0]) - ord("A")
        shapes += (
            f'<v:shape id="_x0000_s{2000 + number}" type="#_x0000_t202" style="visibility:hidden"><x:ClientData '
            f'ObjectType="Note"><x:Anchor>{column + 1}, 15, {line}, 10, {column + 3}, 15, {line + 4}, 4</x:Anchor>'
            f"<x:Row>{line}</x:Row><x:Column>{column}</x:Column></x:ClientData></v:shape>"
        )
    count = cage.count("xl/threadedComments/threadedComment")
    body = f'<comments xmlns="{MAIN}"><authors>{authors}</authors><commentList>{entries}</commentList></comments>'
    cage.add(f"xl/comments{90 + count}.xml", body, f"{SPREADSHEET}.comments+xml", (sheet, f"{R}/comments"))
    body = f'<ThreadedComments xmlns="{space}">{answers}</ThreadedComments>'
    part, kind = f"xl/threadedComments/threadedComment{count}.xml", "application/vnd.ms-excel.threadedcomments+xml"
    cage.add(part, body, kind, (sheet, f"{kinds}/threadedComment"))
    cage.shapes(sheet, shapes)


def pivots(cage: Cage) -> None:
    sheet = cage.sheet("Pivot", row(1, "Day", "Hours") + row(2, 46000, 2) + row(3, 46001, 3))
    cache = pivot(cage, sheet, '<worksheetSource ref="A1:B3" sheet="Pivot"/>', ["Day", "Hours"])
    timeline(cage, sheet, cache)


def pivot(cage: Cage, sheet: str, source: str, fields: list[str]) -> int:
    """A pivot table at D3 that adds the last field up by the first one, over two rows of numbers; its cache."""
    number = cage.count("xl/pivotCache/pivotCacheDefinition")
    definition, relation = f"xl/pivotCache/pivotCacheDefinition{number}.xml", f"{R}/pivotCacheDefinition"
    items = '<sharedItems containsSemiMixedTypes="0" containsString="0" containsNumber="1" containsInteger="1" '
    shared = {
        fields[0]: f'{items}minValue="46000" maxValue="46001" count="2"><n v="46000"/><n v="46001"/></sharedItems>',
        fields[-1]: f'{items}minValue="2" maxValue="3"/>',
    }
    inner = "".join(
        f'<cacheField name="{field}" numFmtId="0">{shared.get(field, "<sharedItems containsBlank=" + _ONE + "/>")}'
        "</cacheField>"
        for field in fields
    )
    body = (
        f'<pivotCacheDefinition xmlns="{MAIN}" xmlns:r="{R}" r:id="rId1" refreshedBy="Ana" createdVersion="6" '
        f'refreshedVersion="6" minRefreshableVersion="3" recordCount="2"><cacheSource type="worksheet">{source}'
        f'</cacheSource><cacheFields count="{len(fields)}">{inner}</cacheFields></pivotCacheDefinition>'
    )
    kind = f"{SPREADSHEET}.pivotCacheDefinition+xml"
    id_ = cage.add(definition, body, kind, (cage.workbook, relation))
    cage.place(cage.workbook, f'<pivotCaches><pivotCache cacheId="{number + 40}" r:id="{id_}"/></pivotCaches>')
    blank = "<m/>" * (len(fields) - 2)
    records = "".join(f'<r><x v="{index}"/>{blank}<n v="{value}"/></r>' for index, value in enumerate((2, 3)))
    body = f'<pivotCacheRecords xmlns="{MAIN}" xmlns:r="{R}" count="2">{records}</pivotCacheRecords>'
    part, kind = f"xl/pivotCache/pivotCacheRecords{number}.xml", f"{SPREADSHEET}.pivotCacheRecords+xml"
    cage.add(part, body, kind, (definition, f"{R}/pivotCacheRecords"))
    others = '<pivotField showAll="0"/>' * (len(fields) - 2)
    axis = (
        '<pivotField axis="axisRow" showAll="0"><items count="3"><item x="0"/><item x="1"/><item t="default"/></items>'
        f'</pivotField>{others}<pivotField dataField="1" showAll="0"/>'
    )
    body = (
        f'<pivotTableDefinition xmlns="{MAIN}" name="Pivot {number}" cacheId="{number + 40}" dataCaption="Values" '
        'updatedVersion="6" minRefreshableVersion="3" createdVersion="6"><location ref="D3:E6" firstHeaderRow="1" '
        f'firstDataRow="1" firstDataCol="1"/><pivotFields count="{len(fields)}">{axis}</pivotFields><rowFields '
        'count="1"><field x="0"/></rowFields><rowItems count="3"><i><x/></i><i><x v="1"/></i><i t="grand"><x/></i>'
        '</rowItems><colItems count="1"><i/></colItems><dataFields count="1"><dataField name="Sum" '
        f'fld="{len(fields) - 1}" baseField="0" baseItem="0"/></dataFields></pivotTableDefinition>'
    )
    part = f"xl/pivotTables/pivotTable{cage.count('xl/pivotTables/pivotTable')}.xml"
    cage.add(part, body, f"{SPREADSHEET}.pivotTable+xml", (sheet, f"{R}/pivotTable"))
    cage.relate(part, relation, definition)
    return number


_ONE = '"1"'


def timeline(cage: Cage, sheet: str, cache: int) -> None:
    """A band of days over the pivot table of a cache."""
    kinds, kind = f"{OFFICE}/2011/relationships", "application/vnd.ms-excel.timeline"
    body = (
        f'<timelineCacheDefinition xmlns="{X15}" name="NativeTimeline_Day" sourceName="Day"><pivotTables><pivotTable '
        f'tabId="1" name="Pivot {cache}"/></pivotTables><state minimalRefreshVersion="6" lastRefreshVersion="6" '
        f'pivotCacheId="{cache + 40}" filterType="unknown"/></timelineCacheDefinition>'
    )
    by = cage.workbook, f"{kinds}/timelineCache"
    id_ = cage.add("xl/timelineCaches/timelineCache1.xml", body, f"{kind}Cache+xml", by)
    refs = f'<x15:timelineCacheRefs><x15:timelineCacheRef r:id="{id_}"/></x15:timelineCacheRefs>'
    cage.place(cage.workbook, extension("D0CA8CA8-9F24-4464-BF8E-62219DCF47F9", f"x15={X15}", refs))
    body = (
        f'<timelines xmlns="{X15}"><timeline name="Day" cache="NativeTimeline_Day" caption="Day" level="2" '
        'selectionLevel="2"/></timelines>'
    )
    id_ = cage.add("xl/timelines/timeline1.xml", body, f"{kind}+xml", (sheet, f"{kinds}/timeline"))
    space = f"{OFFICE}/drawing/2012/timeslicer"
    cage.drawing(sheet, newer(f"tsle={space}", frame("Day", space, '<tsle:timeslicer name="Day"/>')))
    refs = f'<x15:timelineRefs><x15:timelineRef r:id="{id_}"/></x15:timelineRefs>'
    cage.place(sheet, extension("7E03D99C-DC04-49d9-9315-930204A7B6E9", f"x15={X15}", refs))


def slicers(cage: Cage) -> None:
    sheet = cage.sheet("Sliced", row(1, "Who", "Hours") + row(2, "Ana", 2) + row(3, "Léa", 3))
    slicer(cage, sheet, "Who", cage.table(sheet, "tbl_sliced", "A1:B3", ["Who", "Hours"]), 1)


def slicer(cage: Cage, sheet: str, field: str, table: str, column: int) -> None:
    """Buttons on a sheet without a drawing that filter a table by one of its columns."""
    kinds, kind = f"{OFFICE}/2007/relationships", "application/vnd.ms-excel.slicer"
    inner = f'<x15:tableSlicerCache tableId="{cage.tree(table).get("id")}" column="{column}"/>'
    inner = f'<x:ext uri="{{2F2917AC-EB37-4324-AD4E-5DD8C200BD13}}" xmlns:x15="{X15}">{inner}</x:ext>'
    body = (
        f'<slicerCacheDefinition xmlns="{X14}" xmlns:x="{MAIN}" name="Slicer_{field}" sourceName="{field}"><extLst>'
        f"{inner}</extLst></slicerCacheDefinition>"
    )
    number, by = cage.count("xl/slicers/slicer"), (cage.workbook, f"{kinds}/slicerCache")
    id_ = cage.add(f"xl/slicerCaches/slicerCache{number}.xml", body, f"{kind}Cache+xml", by)
    refs = f'<x15:slicerCaches xmlns:x14="{X14}"><x14:slicerCache r:id="{id_}"/></x15:slicerCaches>'
    cage.place(cage.workbook, extension("46BE6895-7355-4a93-B00E-2C351335B9C9", f"x15={X15}", refs))
    cage.place(cage.workbook, f'<definedNames><definedName name="Slicer_{field}">#N/A</definedName></definedNames>')
    body = f'<slicers xmlns="{X14}"><slicer name="{field}" cache="Slicer_{field}" rowHeight="241300"/></slicers>'
    id_ = cage.add(f"xl/slicers/slicer{number}.xml", body, f"{kind}+xml", (sheet, f"{kinds}/slicer"))
    space = f"{OFFICE}/drawing/2010/slicer"
    cage.drawing(sheet, newer(f"sle15={space}", frame(field, space, f'<sle15:slicer name="{field}"/>')))
    refs = f'<x14:slicerList><x14:slicer r:id="{id_}"/></x14:slicerList>'
    cage.place(sheet, extension("3A4CF648-6AED-40f4-86FF-DC5316D8AED3", f"x14={X14}", refs))


def smart_art(cage: Cage) -> None:
    sheet = cage.sheet("SmartArt")
    inside = f'<dgm:relIds xmlns:dgm="{DIAGRAM}" r:dm="rId1" r:lo="rId2" r:qs="rId3" r:cs="rId4"/>'
    drawing = cage.drawing(sheet, frame("Diagram", DIAGRAM, inside))
    point = "<dgm:ptLst><dgm:pt modelId='{00000000-0000-4000-8000-0000000000D1}' type='doc'/></dgm:ptLst><dgm:cxnLst/>"
    layout = "<dgm:title/><dgm:desc/><dgm:catLst/><dgm:layoutNode/>"
    for name, relation, tag, content in (
        ("data", "diagramData", "dataModel", point),
        ("layout", "diagramLayout", "layoutDef", layout),
        ("quickStyle", "diagramQuickStyle", "styleDef", "<dgm:title/><dgm:desc/><dgm:catLst/>"),
        ("colors", "diagramColors", "colorsDef", "<dgm:title/><dgm:desc/><dgm:catLst/>"),
    ):
        body = f'<dgm:{tag} xmlns:dgm="{DIAGRAM}" xmlns:a="{A}">{content}</dgm:{tag}>'
        kind = f"{DRAWINGML}.{relation.replace('QuickStyle', 'Style')}+xml"
        cage.add(f"xl/diagrams/{name}1.xml", body, kind, (drawing, f"{R}/{relation}"))
    space = f"{OFFICE}/drawing/2008/diagram"
    body = f'<dsp:drawing xmlns:dsp="{space}"><dsp:spTree/></dsp:drawing>'
    kind, relation = (
        "application/vnd.ms-office.drawingml.diagramDrawing+xml",
        f"{OFFICE}/2007/relationships/diagramDrawing",
    )
    cage.add("xl/diagrams/drawing1.xml", body, kind, (drawing, relation))


def newer_charts(cage: Cage) -> None:
    """A waterfall, with the parts for style and colours."""
    space = f"{OFFICE}/drawing/2014/chartex"
    sheet = cage.sheet("Waterfall", row(1, 5) + row(2, -2))
    choice = frame("Waterfall", space, f'<cx:chart xmlns:cx="{space}" r:id="rId1"/>')
    drawing = cage.drawing(sheet, newer(f"cx1={OFFICE}/drawing/2015/9/8/chartex", choice))
    body = (
        f'<cx:chartSpace xmlns:cx="{space}"><cx:chartData><cx:data id="0"><cx:numDim type="val"><cx:f>Waterfall!'
        "$A$1:$A$2</cx:f></cx:numDim></cx:data></cx:chartData><cx:chart><cx:plotArea><cx:plotAreaRegion><cx:series "
        'layoutId="waterfall"><cx:dataId val="0"/></cx:series></cx:plotAreaRegion></cx:plotArea></cx:chart>'
        "</cx:chartSpace>"
    )
    chart, kinds = "xl/charts/chartEx1.xml", f"{OFFICE}/2011/relationships"
    cage.add(chart, body, "application/vnd.ms-office.chartex+xml", (drawing, f"{OFFICE}/2014/relationships/chartEx"))
    space = f"{OFFICE}/drawing/2012/chartStyle"
    for name, tag, content in (
        ("style", "chartStyle", ' id="395"/>'),
        ("colors", "colorStyle", ' meth="cycle" id="10"/>'),
    ):
        body, kind = f'<cs:{tag} xmlns:cs="{space}"{content}', f"application/vnd.ms-office.{tag.lower()}+xml"
        relation = "chartStyle" if name == "style" else "chartColorStyle"
        kind = kind if name == "style" else "application/vnd.ms-office.chartcolorstyle+xml"
        cage.add(f"xl/charts/{name}1.xml", body, kind, (chart, f"{kinds}/{relation}"))


def controls(cage: Cage) -> None:
    """A box of ActiveX and a button of the old kind."""
    sheet = cage.sheet("Controls")
    shape = '<v:shape id="_x0000_s{}" type="#_x0000_t201"><x:ClientData ObjectType="{}"/></v:shape>'
    cage.shapes(sheet, shape.format(4097, "Pict") + shape.format(4098, "Button"))
    space, binary = f"{OFFICE}/2006/activeX", f"{OFFICE}/2006/relationships/activeXControlBinary"
    body = (
        f'<ax:ocx xmlns:ax="{space}" xmlns:r="{R}" ax:classid="{{8BD21D40-EC42-11CE-9E0D-00AA006002F3}}" '
        'ax:persistence="persistStreamInit" r:id="rId1"/>'
    )
    part = "xl/activeX/activeX1.xml"
    one = cage.add(part, body, "application/vnd.ms-office.activeX+xml", (sheet, f"{R}/control"))
    cage.add("xl/activeX/activeX1.bin", NOISE, "application/vnd.ms-office.activeX", (part, binary))
    body = f'<formControlPr xmlns="{X14}" objectType="Button" lockText="1"/>'
    kind = "application/vnd.ms-excel.controlproperties+xml"
    two = cage.add("xl/ctrlProps/ctrlProp1.xml", body, kind, (sheet, f"{R}/ctrlProp"))
    listed = f'<control shapeId="4097" r:id="{one}" name="Box1"/><control shapeId="4098" r:id="{two}" name="Button 2"/>'
    chosen = f'<mc:Choice xmlns:x14="{X14}" Requires="x14"><controls>{listed}</controls></mc:Choice>'
    cage.place(sheet, f"<mc:AlternateContent>{chosen}</mc:AlternateContent>")


def embedded(cage: Cage) -> None:
    """A document of another program."""
    sheet = cage.sheet("Embedded")
    cage.shapes(sheet, '<v:shape id="_x0000_s5121" type="#_x0000_t75"><x:ClientData ObjectType="Pict"/></v:shape>')
    kind = "application/vnd.openxmlformats-officedocument.oleObject"
    id_ = cage.add("xl/embeddings/oleObject1.bin", OLE, kind, (sheet, f"{R}/oleObject"))
    cage.place(sheet, f'<oleObjects><oleObject progId="Package" shapeId="5121" r:id="{id_}"/></oleObjects>')


def other_workbook(cage: Cage) -> None:
    """A formula that looks into another workbook, with what it saw there."""
    part = "xl/externalLinks/externalLink1.xml"
    seen = '<sheetData sheetId="0"><row r="1"><cell r="A1"><v>42</v></cell></row></sheetData>'
    body = (
        f'<externalLink xmlns="{MAIN}" xmlns:r="{R}"><externalBook r:id="rId1"><sheetNames><sheetName val="Prices"/>'
        f"</sheetNames><sheetDataSet>{seen}</sheetDataSet></externalBook></externalLink>"
    )
    id_ = cage.add(part, body, f"{SPREADSHEET}.externalLink+xml", (cage.workbook, f"{R}/externalLink"))
    cage.relate(part, f"{R}/externalLinkPath", "prices.xlsx", external=True)
    cage.place(cage.workbook, f'<externalReferences><externalReference r:id="{id_}"/></externalReferences>')
    cage.sheet("Other workbook", row(1, "=[1]Prices!A1=42"))


def xml_map(cage: Cage) -> None:
    """Cells and a table that are filled from the owner's XML."""
    cage.custom_xml(b"<order>\r\n<total  n='7'/></order>")
    schema = (
        '<xsd:schema xmlns:xsd="http://www.w3.org/2001/XMLSchema"><xsd:element name="order"><xsd:complexType>'
        '<xsd:sequence><xsd:element name="total" type="xsd:integer"/></xsd:sequence></xsd:complexType></xsd:element>'
        "</xsd:schema>"
    )
    body = (
        f'<MapInfo xmlns="{MAIN}" SelectionNamespaces=""><Schema ID="Schema1">{schema}</Schema><Map ID="1" '
        'Name="order_Map" RootElement="order" SchemaID="Schema1" ShowImportExportValidationErrors="false" '
        'AutoFit="true" Append="false" PreserveSortAFLayout="true" PreserveFormat="true"/></MapInfo>'
    )
    cage.add("xl/xmlMaps.xml", body, "application/xml", (cage.workbook, f"{R}/xmlMaps"))
    sheet = cage.sheet("Mapped", row(1, 7))
    body = (
        f'<singleXmlCells xmlns="{MAIN}"><singleXmlCell id="{cage.table_number()}" r="A1" connectionId="0"><xmlCellPr '
        'id="1" uniqueName="total"><xmlPr mapId="1" xpath="/order/total" xmlDataType="integer"/></xmlCellPr>'
        "</singleXmlCell></singleXmlCells>"
    )
    kind = f"{SPREADSHEET}.tableSingleCells+xml"
    cage.add("xl/tables/tableSingleCells1.xml", body, kind, (sheet, f"{R}/tableSingleCells"))


def query(cage: Cage) -> None:
    """A table that Power Query fills."""
    mashup = '<?xml version="1.0" encoding="utf-16"?><DataMashup xmlns="http://schemas.microsoft.com/DataMashup">AAAA'
    cage.custom_xml(f"{mashup}AAAA</DataMashup>".encode("utf-16"))
    text = "Provider=Microsoft.Mashup.OleDb.1;Data Source=$Workbook$;Location=Sales;Extended Properties="
    cage.connection(
        '<connection id="{}" keepAlive="1" name="Query - Sales" type="5" refreshedVersion="8" background="1" '
        f'saveData="1"><dbPr connection="{text}" command="SELECT * FROM [Sales]"/></connection>'
    )
    number = len(cage.tree("xl/connections.xml"))
    sheet = cage.sheet("Query", row(1, "Day", "Amount") + row(2, 46000, 12.5))
    each = ' queryTableFieldId="{}"'
    table = cage.table(sheet, "Sales_found", "A1:B2", ["Day", "Amount"], ' tableType="queryTable"', each)
    fields = "".join(f'<queryTableField id="{n}" name="{name}" tableColumnId="{n}"/>' for n, name in _COLUMNS)
    body = (
        f'<queryTable xmlns="{MAIN}" name="ExternalData_1" connectionId="{number}" autoFormatId="16">'
        f'<queryTableRefresh nextId="3"><queryTableFields count="2">{fields}</queryTableFields></queryTableRefresh>'
        "</queryTable>"
    )
    cage.add("xl/queryTables/queryTable1.xml", body, f"{SPREADSHEET}.queryTable+xml", (table, f"{R}/queryTable"))


_COLUMNS = ((1, "Day"), (2, "Amount"))


def data_model(cage: Cage) -> None:
    """Power Pivot's own file within the file."""
    cage.add("xl/model/item.data", NOISE, "application/vnd.openxmlformats-officedocument.model+data")
    cage.relate(cage.workbook, f"{R}/powerPivotData", "xl/model/item.data")
    cage.connection(
        '<connection id="{}" keepAlive="1" name="ThisWorkbookDataModel" type="5" refreshedVersion="8" '
        'minRefreshableVersion="5" background="1"><dbPr connection="Data Model Connection" command="Model" '
        'commandType="1"/><olapPr sendLocale="1" rowDrillCount="1000"/></connection>'
    )
    model = '<x15:dataModel><x15:modelTables><x15:modelTable id="Sales" name="Sales" connection="Query - Sales"/>'
    model += "</x15:modelTables></x15:dataModel>"
    cage.place(cage.workbook, extension("FCE2AD5D-F65C-4FA6-A056-5C36A1767C68", f"x15={X15}", model))


def views(cage: Cage) -> None:
    """What a sheet looks like to one of its users, and how it is printed on one printer."""
    sheet = cage.sheet("Views", row(1, 1))
    guid = "{0000000B-0000-4000-8000-000000000000}"
    view = f'<customWorkbookView name="Ana" guid="{guid}" windowWidth="1000" windowHeight="600" activeSheetId="1"/>'
    cage.place(cage.workbook, f"<customWorkbookViews>{view}</customWorkbookViews>")
    cage.place(sheet, f'<customSheetViews><customSheetView guid="{guid}" scale="80"/></customSheetViews>')
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.printerSettings"
    id_ = cage.add("xl/printerSettings/printerSettings1.bin", NOISE, kind, (sheet, f"{R}/printerSettings"))
    cage.place(sheet, f'<pageSetup paperSize="9" orientation="portrait" r:id="{id_}"/>')


def readings(cage: Cage) -> None:
    """A text with its reading, in the table of shared texts."""
    part = "xl/sharedStrings.xml"
    if part not in cage.parts:
        body = f'<sst xmlns="{MAIN}" count="0" uniqueCount="0"/>'
        cage.add(part, body, f"{SPREADSHEET}.sharedStrings+xml", (cage.workbook, f"{R}/sharedStrings"))
    root = cage.tree(part)
    item = '<si><t>課</t><rPh sb="0" eb="1"><t>カ</t></rPh><phoneticPr fontId="0"/></si>'
    root.append(etree.fromstring(f'<a xmlns="{MAIN}">{item}</a>')[0])
    root.set("count", str(int(root.attrib["count"]) + 1))
    root.set("uniqueCount", str(len(root)))
    cage.put(part, root)
    cage.sheet("Readings", f'<row r="1"><c r="A1" t="s"><v>{len(root) - 1}</v></c></row>')


def what_if(cage: Cage) -> None:
    """A data table, scenarios and cells that are watched."""
    table = '<f t="dataTable" ref="B2:B3" dt2D="0" dtr="0" r1="A1"/>'
    rows = row(1, 2, "=A1*10=20") + f'<row r="2"><c r="A2"><v>3</v></c><c r="B2">{table}<v>30</v></c></row>'
    rows += '<row r="3"><c r="A3"><v>4</v></c><c r="B3"><v>40</v></c></row>'
    sheet = cage.sheet("What if", rows)
    cell = '<inputCells r="A1" val="9"/>'
    scenario = f'<scenario name="Best" locked="1" count="1" user="Ana">{cell}</scenario>'
    cage.place(sheet, f'<scenarios current="0" show="0">{scenario}</scenarios>')
    cage.place(sheet, '<cellWatches><cellWatch r="B1"/></cellWatches>')


def labels(cage: Cage) -> None:
    """A sensitivity label, a ribbon of the owner's, and a workbook whose sheets are locked in their places."""
    space, kind = f"{OFFICE}/2020/mipLabelMetadata", "application/vnd.ms-office.classificationlabels+xml"
    label = '<clbl:label id="{0000000C-0000-4000-8000-000000000000}" enabled="1" method="Standard"/>'
    body, by = f'<clbl:labelList xmlns:clbl="{space}">{label}</clbl:labelList>', f"{OFFICE}/2020/02/relationships"
    cage.add("docMetadata/LabelInfo.xml", body, kind, ("", f"{by}/classificationlabels"))
    body = '<customUI xmlns="http://schemas.microsoft.com/office/2009/07/customui"><ribbon/></customUI>'
    by = f"{OFFICE}/2007/relationships/ui/extensibility"
    cage.add("customUI/customUI14.xml", body, "application/xml", ("", by))
    cage.place(cage.workbook, '<workbookProtection lockWindows="1"/>')


def strangers(cage: Cage) -> None:
    """Parts and elements of which nobody has heard, sparsely declared and oddly named."""
    odd = "urn:odd"
    sheet = cage.sheet("Strangers", row(1, 1))
    cage.add("xl/Odd Parts/%C3%BC.xml", f"<!-- kept --><o xmlns='{odd}'>\r\n</o>", "application/odd+xml", (sheet, odd))
    cage.add("xl/odd.bin2", NOISE, "application/odd", (cage.workbook, odd))
    cage.place(cage.workbook, extension("0000000D-0000-4000-8000-000000000000", f"odd={odd}", "<odd:o odd:a='1'/>"))
    root = cage.tree(cage.workbook)
    namespaces: Any = {**root.nsmap, "mc": MC, "odd": odd}  # the default one is under None, unknown to the stubs
    kept = etree.Element(root.tag, {str(name): str(value) for name, value in root.attrib.items()}, nsmap=namespaces)
    kept.set(f"{{{MC}}}Ignorable", "odd")
    kept.set(f"{{{odd}}}mark", "kept")
    kept.extend(list(root))
    cage.put(cage.workbook, kept)


WRITTEN: dict[str, Callable[[Workbook], None]] = {
    animal.__name__: animal
    for animal in (
        charts, pictures, pictures_in_cells, tables, rules, sparklines, notes, new_formulas, texts, macros,
    )
}  # fmt: skip
ADDED: dict[str, Callable[[Cage], None]] = {
    animal.__name__: animal
    for animal in (
        calc_chain, threads, pivots, slicers, smart_art, newer_charts, controls, embedded, other_workbook, xml_map,
        query, data_model, views, readings, what_if, labels, strangers,
    )
}  # fmt: skip
ANIMALS: dict[str, Callable[[Workbook], None] | Callable[[Cage], None]] = {**WRITTEN, **ADDED}


def keep(path: Path, *names: str) -> Path:
    """A workbook with some of the animals, under the ending that it has to have."""
    path = path.with_suffix(".xlsm" if "macros" in names else ".xlsx")
    with Workbook(str(path)) as book:
        sheet = book.add_worksheet("Mine")
        sheet.write_column("A1", [1, 2, 3])
        sheet.write_formula("B1", "=SUM(A1:A3)", None, 6)
        for name in names:
            if name in WRITTEN:
                WRITTEN[name](book)
    cage = Cage(path)
    for name in names:
        if name in ADDED:
            ADDED[name](cage)
    cage.save()
    return path


def zoo(path: Path) -> Path:
    """All of them together; with macros, so under the ending .xlsm."""
    return keep(path, *ANIMALS)
