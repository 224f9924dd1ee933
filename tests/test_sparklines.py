"""Sparklines: what is written is what Excel writes, beside what was there."""

from __future__ import annotations

from pathlib import Path

import openpyxl
import pytest
import xlsxwriter
from lxml import etree

import libreoffice
from kpixl.ooxml.package import MAIN, Package
from kpixl.ooxml.sparklines import Sparkline, SparklineGroup, SparklineStyle, add_sparklines
from narrow import some
from repairs import repairs
from schema import schema_errors

# openpyxl says what it would lose.
pytestmark = pytest.mark.filterwarnings("ignore:.*extension is not supported")

X14 = "{http://schemas.microsoft.com/office/spreadsheetml/2009/9/main}"
XM = "{http://schemas.microsoft.com/office/excel/2006/main}"
GROUP = SparklineGroup(SparklineStyle(), [Sparkline("C5", "'_kpixl'!B3:M3"), Sparkline("C6", "'_kpixl'!B4:M4")])


def build(path: Path, *, rich: bool = False) -> Package:
    with xlsxwriter.Workbook(path) as book:
        board = book.add_worksheet("Dashboard")
        data = book.add_worksheet("_kpixl")
        data.hide()
        data.write_row("B3", range(12))
        data.write_row("B4", [5, 3, 8, 1])
        if rich:
            board.conditional_format("A1:A9", {"type": "data_bar", "data_bar_2010": True})
            board.add_sparkline("C5", {"range": "_kpixl!B4:M4"})
            board.add_sparkline("H9", {"range": "_kpixl!B4:M4", "type": "column"})
    return Package.open(path)


def lines(package: Package) -> list[tuple[str | None, str | None]]:
    root = package.tree(package.sheets[0].part)
    return [(e.findtext(XM + "sqref"), e.findtext(XM + "f")) for e in root.iter(X14 + "sparkline")]


def test_sparklines_are_added(tmp_path: Path) -> None:
    path = tmp_path / "book.xlsx"
    package = build(path)
    add_sparklines(package, package.sheets[0], [GROUP])
    package.save(path)

    package = Package.open(path)
    assert lines(package) == [("C5", "'_kpixl'!B3:M3"), ("C6", "'_kpixl'!B4:M4")]
    (group,) = package.tree(package.sheets[0].part).iter(X14 + "sparklineGroup")
    assert dict(group.items()) == {
        "lineWeight": "1.5",
        "displayEmptyCellsAs": "gap",
        "last": "1",
        "displayHidden": "1",
    }
    assert some(group.find(X14 + "colorSeries")).get("rgb") == "FF2A8C82"


def test_the_xml_has_the_shape_of_xlsxwriters(tmp_path: Path) -> None:
    theirs = build(tmp_path / "theirs.xlsx", rich=True)
    ours = build(tmp_path / "ours.xlsx")
    add_sparklines(ours, ours.sheets[0], [GROUP])

    def shape(package: Package) -> list[str | None]:
        root = package.tree(package.sheets[0].part)
        group = next(root.iter(X14 + "sparklineGroup"))
        ext = next(e for e in root.iter(f"{{{MAIN}}}ext") if e.find(X14 + "sparklineGroups") is not None)
        own = [child.tag for child in group] + [e.tag for e in next(group.iter(X14 + "sparkline"))]
        return [some(some(ext.getparent()).getparent()).tag, ext.get("uri"), *own]

    assert shape(ours) == shape(theirs)


def test_what_else_is_in_the_extension_list_stays(tmp_path: Path) -> None:
    path = tmp_path / "rich.xlsx"
    package = build(path, rich=True)
    add_sparklines(package, package.sheets[0], [GROUP])
    package.save(path)
    package = Package.open(path)
    # The line that stood in C5 made room for the new one.
    assert sorted(lines(package)) == [
        ("C5", "'_kpixl'!B3:M3"),
        ("C6", "'_kpixl'!B4:M4"),
        ("H9", "_kpixl!B4:M4"),
    ]
    root = package.tree(package.sheets[0].part)
    assert len(root.findall(f"{{{MAIN}}}extLst/{{{MAIN}}}ext")) == 2
    assert root.find(f".//{X14}conditionalFormatting") is not None
    assert root[-1].tag == f"{{{MAIN}}}extLst"


def test_sparklines_stand_between_formats_and_slicers(tmp_path: Path) -> None:
    package = build(tmp_path / "book.xlsx")
    part = package.sheets[0].part
    root = package.tree(part)
    extensions = etree.SubElement(root, f"{{{MAIN}}}extLst")
    for uri in ("{78C0D931-6437-407d-A8EE-F0AAD7539E65}", "{A8765BA9-456A-4dab-B4F3-ACF838C121DE}"):
        etree.SubElement(extensions, f"{{{MAIN}}}ext", uri=uri)
    package.replace(part, root)
    add_sparklines(package, package.sheets[0], [GROUP])
    order = [e.get("uri", "")[1:9] for e in package.tree(part).iter(f"{{{MAIN}}}ext")]
    assert order == ["78C0D931", "05C60535", "A8765BA9"]


def test_nothing_to_add_changes_nothing(tmp_path: Path) -> None:
    package = build(tmp_path / "book.xlsx")
    add_sparklines(package, package.sheets[0], [])
    add_sparklines(package, package.sheets[0], [SparklineGroup(SparklineStyle(), [])])
    assert not package.changed


@pytest.mark.parametrize("rich", [False, True])
def test_validators_find_nothing(rich: bool, tmp_path: Path) -> None:
    path = tmp_path / "book.xlsx"
    package = build(path, rich=rich)
    style = SparklineStyle(colour="b6452c", weight=2.25, markers=True, marker_colour="000000")
    add_sparklines(package, package.sheets[0], [GROUP, (style, [Sparkline("D5", "'_kpixl'!B3:M3")])])
    package.save(path)
    assert [e.description for e in schema_errors(path)] == []
    assert repairs(path) == []


@pytest.mark.libreoffice
@pytest.mark.skipif(not libreoffice.available(), reason="LibreOffice is not installed")
def test_libreoffice_keeps_the_sparklines(tmp_path: Path) -> None:
    path = tmp_path / "book.xlsx"
    package = build(path)
    add_sparklines(package, package.sheets[0], [GROUP])
    package.save(path)
    (copy,) = libreoffice.recalculate([path], tmp_path / "out")
    assert [cell for cell, _ in lines(Package.open(copy))] == ["C5", "C6"]
    assert libreoffice.to_pdf(path, tmp_path / "pdf").read_bytes().startswith(b"%PDF")
    assert openpyxl.load_workbook(copy).sheetnames == ["Dashboard", "_kpixl"]
