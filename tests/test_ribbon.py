"""Buttons, ribbon and the macros behind them: what is in the file, and what LibreOffice runs when they are pressed."""

from __future__ import annotations

import re
import sys
from datetime import datetime
from itertools import pairwise
from pathlib import Path
from typing import Literal, TypeAlias
from unittest import mock

import pytest
from lxml import etree

from clock import NOW
from kpixl.catalog import business, businesses
from kpixl.entries import Setup
from kpixl.i18n import language
from kpixl.languages import codes
from kpixl.ooxml.package import OFFICE_RELATIONSHIP, Package
from kpixl.ooxml.vba.project import Module
from kpixl.period import Period
from kpixl.verbs import new as new_verb
from kpixl.verbs import refresh
from kpixl.verbs.roll import roll
from kpixl.workbook.macros import buttons, functions_udf, ribbon
from kpixl.workbook.macros.buttons import BUTTONS
from narrow import some, string
from schema import schema_errors

sys.path.append(str(Path(__file__).parent / "functions"))
import office

AGENCY = "remote-va-agency"
Kind: TypeAlias = Literal["vba", "udf"]
KINDS: tuple[Kind, ...] = ("udf", "vba")
UI = "{http://schemas.microsoft.com/office/2009/07/customui}"
XDR = "{http://schemas.openxmlformats.org/drawingml/2006/spreadsheetDrawing}"
DML = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
PIXEL, POINT = 9525, 12700
SCHEMA = etree.XMLSchema(etree.parse(Path(__file__).with_name("customui14.xsd")))


def new(path: Path, kind: Kind | None, code: str = "en", which: str = AGENCY) -> Path:
    return new_verb.new(Setup(which, code, Period.parse("2026-10"), "Ana", "EUR"), path, now=NOW, macros=kind)


@pytest.fixture(scope="module", params=KINDS)
def book(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return new(tmp_path_factory.mktemp("new") / "Ana 2026-10.xlsm", request.param, "es")


def drawing(package: Package) -> str:
    """The part with the shapes of the dashboard."""
    (part,) = package.related(package.sheets[0].part, OFFICE_RELATIONSHIP + "/drawing")
    return part


def macros(path: Path) -> dict[str, str]:
    """The arguments of every macro in the file, by its name; none may come twice."""
    olevba = pytest.importorskip("oletools.olevba")
    texts = [text for *_, text in olevba.VBA_Parser(str(path)).extract_macros()]
    found = re.findall(r"^(?:Public )?Sub (\w+)\((.*)\)", "\n".join(texts), re.M)
    assert len({name.lower() for name, _ in found}) == len(found)
    return dict(found)


# The file


def test_the_ribbon_is_a_part_that_excel_finds(book: Path) -> None:
    package = Package.open(book)
    found = [r for r in package.relationships("") if r.type == ribbon.RELATIONSHIP]
    assert [(r.target, r.external) for r in found] == [("customUI/customUI14.xml", False)]
    assert package.content_type("customUI/customUI14.xml") == "application/xml"
    assert package.read("customUI/customUI14.xml") == ribbon.ribbon("es")


def test_without_macros_there_is_nothing_to_press(tmp_path: Path) -> None:
    package = Package.open(new(tmp_path / "plain.xlsx", None))
    assert not package.has(ribbon.PART)
    assert b"Kpixl" not in package.read(drawing(package))


@pytest.mark.parametrize("code", codes())
def test_the_ribbon_is_valid_and_in_the_language(code: str) -> None:
    root = etree.fromstring(ribbon.ribbon(code))
    assert SCHEMA.validate(root), SCHEMA.error_log
    t = language(code)
    shown = {entry.get("id"): (entry.get("label"), entry.get("supertip")) for entry in root.iter(UI + "button")}
    assert shown == {button.macro: (t(button.label), t(button.tip)) for button in BUTTONS}
    keys = [entry.get("keytip") for entry in root.iter(UI + "button")]
    assert len(set(keys)) == len(keys)


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        ('size="large"', 'size="huge"'),
        ('keytip="R"', 'keytip="Refresh"'),
        ("<tabs>", "<tabs><group/>"),
        ('id="KpixlUndo"', 'id="KpixlRoll"'),
        ("onAction", "onClick"),
        ('label="kpixl"', 'label=""'),
    ],
)
def test_the_schema_finds_mistakes(right: str, wrong: str) -> None:
    text = ribbon.ribbon("en").decode()
    assert right in text
    assert not SCHEMA.validate(etree.fromstring(text.replace(right, wrong).encode()))


def test_what_is_pressed_is_there(book: Path) -> None:
    there = macros(book)
    package = Package.open(book)
    pressed = [entry.get("onAction") for entry in etree.fromstring(package.read(ribbon.PART)).iter(UI + "button")]
    assert len(pressed) == len(BUTTONS)
    assert {name: there[some(name)] for name in pressed} == dict.fromkeys(pressed, "control As Object")
    shapes = [entry.get("macro") for entry in package.tree(drawing(package)).iter(XDR + "sp")]
    assert shapes == [f"[0]!{button.macro}" for button in BUTTONS]
    assert [there[some(name).removeprefix("[0]!")] for name in shapes] == [""] * len(BUTTONS)


def test_xlwings_module_and_its_settings_are_there(book: Path) -> None:
    olevba = pytest.importorskip("oletools.olevba")
    names = [name for _, _, name, _ in olevba.VBA_Parser(str(book)).extract_macros()]
    assert [name for name in names if name.startswith(("xlwings", "KpixlButtons"))] == [
        "xlwings.bas",
        "KpixlButtons.bas",
    ]
    assert Package.open(book).sheets[-1].name == functions_udf.CONF_SHEET


@pytest.mark.parametrize("platform", ["darwin", "win32"])
def test_the_settings_name_the_python_that_kpixl_was_installed_with(
    platform: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "platform", platform)
    key, other = ("Interpreter_Mac", "Interpreter_Win") if platform == "darwin" else ("Interpreter_Win", "Interpreter")
    assert functions_udf.conf()[key] == sys.executable
    assert other not in functions_udf.conf()
    assert f'GetConfig("{key.upper()}"' in functions_udf.bridge('""').source


@pytest.mark.parametrize("code", codes())
def test_the_buttons_are_in_the_language_and_cover_nothing(code: str, tmp_path: Path) -> None:
    package = Package.open(new(tmp_path / "book.xlsm", "vba", code, "multilingual-va"))
    root, t = package.tree(drawing(package)), language(code)
    anchors = [entry for entry in root if entry.find(XDR + "sp") is not None]
    assert ["".join(map(string, entry.itertext(DML + "t"))) for entry in anchors] == [
        t(button.label) for button in BUTTONS
    ]
    ids = [entry.get("id") for entry in root.iter(XDR + "cNvPr")]
    assert len(set(ids)) == len(ids) == len(BUTTONS) + 2
    sheet = package.tree(package.sheets[0].part)
    widths = {int(entry.get("min", "0")): float(entry.get("width", "0")) for entry in sheet.iter(MAIN + "col")}
    filled = {entry.get("r") for entry in sheet.iter(MAIN + "c") if len(entry)}
    taken: list[tuple[float, float]] = []
    for anchor, button in zip(anchors, BUTTONS, strict=True):
        assert some(anchor.find(XDR + "clientData")).get("fPrintsWithSheet") == "0"
        assert some(anchor.find(f".//{XDR}cNvPr")).get("descr") == f"{t(button.label)}: {t(button.tip)}"
        start, end = (
            {child.tag.removeprefix(XDR): int(some(child.text)) for child in some(anchor.find(XDR + corner))}
            for corner in ("from", "to")
        )
        assert start["row"] == end["row"] == 1
        row = sheet.find(f".//{MAIN}row[@r='{start['row'] + 1}']")
        # A digit of the standard font is 7 pixels wide; the width in the file has the edges of the cell in it.
        left, right = (
            sum(round(widths[column] * 7) for column in range(2, end_["col"] + 1)) + end_["colOff"] / PIXEL
            for end_ in (start, end)
        )
        assert 0 <= start["rowOff"] < end["rowOff"] < float(some(some(row).get("ht"))) * POINT
        covered = {f"{chr(ord('A') + column)}2" for column in range(start["col"], end["col"] + 1)}
        assert not covered & filled
        taken.append((left, right))
    assert len(taken) == len(BUTTONS)
    assert all(70 <= right - left <= 80 for left, right in taken)
    assert all(one[1] <= other[0] for one, other in pairwise(taken))
    # The company's name ends before the first, in a cell in which it is made smaller where it is long.
    titles = [
        entry.get("ref", "") for entry in sheet.iter(MAIN + "mergeCell") if entry.get("ref", "").startswith("B2:")
    ]
    (last,) = (ord(ref[3]) - ord("A") + 1 for ref in titles)
    assert 400 < sum(round(widths[column] * 7) for column in range(2, last + 1)) <= taken[0][0]


def test_the_validator_finds_nothing_new(book: Path, tmp_path: Path) -> None:
    def findings(path: Path) -> set[str]:
        found = {f"{error.part_uri} {error.description}" for error in schema_errors(path)}
        return {text for text in found if "inline-string" not in text}

    assert findings(book) <= findings(new(tmp_path / "plain.xlsx", None, "es"))


@pytest.mark.parametrize("code", codes())
@pytest.mark.parametrize("which", [one.id for one in businesses()])
def test_excel_takes_the_macros(which: str, code: str) -> None:
    source = buttons.module(business(which), code).source
    source.encode("cp1252")
    assert max(map(len, source.splitlines())) < 1023
    for table in business(which).tables:
        assert f'"{table.id}"' in source
    kinds = re.search(r"GetOpenFilename\((.*) & \",\*\.csv;", source)
    assert kinds
    assert "," not in kinds[1]  # which would part the kinds of file


def test_refresh_and_roll_keep_everything(book: Path, tmp_path: Path) -> None:
    path = tmp_path / book.name
    path.write_bytes(book.read_bytes())
    kept = ("customUI/customUI14.xml", "xl/vbaProject.bin", drawing(Package.open(path)), "_rels/.rels")
    before = {part: Package.open(path).read(part) for part in kept}
    refresh.refresh(path, now=NOW)
    assert {part: Package.open(path).read(part) for part in kept} == before
    rolled = roll(path, now=datetime(2026, 11, 2), anyway=True).path
    assert rolled.name == "Ana 2026-11.xlsm"
    package = Package.open(rolled)
    assert {part: package.read(part) for part in kept} == before
    assert ribbon.RELATIONSHIP in [related.type for related in package.relationships("")]


def test_the_guide_names_every_button() -> None:
    guide = (Path(__file__).parents[1] / "docs" / "inside-excel.md").read_text(encoding="utf-8")
    assert re.findall(r"^\| \*\*(.+?)\*\* \|", guide, re.M) == [button.label for button in BUTTONS]
    assert re.findall(r"`(Kpixl\w+)`", guide) == [button.macro for button in BUTTONS]


# The macros at work

CHOSEN = "C:\\Données & 100%\\it's “ș”.csv"
_RECORDER = """
Public Function RunPython(PythonCommand As String)
    Dim f As Integer
    f = FreeFile
    Open "{log}" For Append As #f
    Print #f, PythonCommand
    Close #f
End Function
"""


def _listening(module: Module, sheets: dict[str, str], *, number: str, chosen: bool) -> Module:
    """The module with answers in place of what waits for a person, and of what LibreOffice lacks: a range by the name
    of a column, and a macro by the name of its workbook."""
    signs = " & ".join(f"ChrW({ord(sign)})" for sign in CHOSEN)
    cases = "\n".join(f'    If column = "{name}" Then KpixlSheet = "{sheet}"' for name, sheet in sheets.items())
    swaps = (
        (r"chosen = Application\.GetOpenFilename\(.*\)", f"chosen = {signs if chosen else 'False'}"),
        (r"KpixlAnswer = InputBox\(question, \"kpixl\"\)", f'KpixlAnswer = "{number}"'),
        (r"    KpixlSheet = Application\.Range\(column\)\.Worksheet\.Name", cases),
        (r"Application\.Run (.*)", r'RunPython "run " & \1'),
    )
    source = module.source
    for pattern, text in swaps:
        source, count = re.subn(pattern, text if "\\1" in text else text.replace("\\", r"\\"), source)
        assert count
    return Module(module.name, source)


def _pressed(
    folder: Path, presses: list[str], *, kind: Kind = "vba", number: str = "", chosen: bool = True
) -> list[str]:
    """What Python would have been told. A press is a macro; ``@2 macro`` is one with the third sheet in front."""
    log, path = folder / "log.txt", folder / "it's mine.xlsm"
    stub = Module("xlwings", _RECORDER.format(log=log))
    package = Package.open(new(folder / "plain.xlsx", None))
    sheets = {
        f"_kpixl.{table.name.removeprefix('tbl_')}.{next(f.id for f in one.fields)}": table.sheet.name
        for table in package.tables
        for one in business(AGENCY).tables
        if table.name == f"tbl_{one.id}"
    }
    lines = ["Dim script As Object"]
    for press in presses:
        sheet, _, macro = press.rpartition(" ")
        where = f"vnd.sun.star.script:VBAProject.{buttons.MODULE}.{macro}?language=Basic&location=document"
        control = "Array(book)" if macro.endswith("Ribbon") else "Array()"
        lines += [
            f"book.CurrentController.setActiveSheet(book.Sheets.getByIndex({sheet.removeprefix('@') or 0}))",
            f'script = book.getScriptProvider().getScript("{where}")',
            f"script.invoke({control}, Array(), Array())",
        ]
    run = office._RUN.replace("    book.calculateAll()\n", "".join(f"    {line}\n" for line in lines))
    real = buttons.module
    with (
        mock.patch.object(functions_udf, "bridge", return_value=stub),
        mock.patch.object(
            buttons, "module", lambda *given: _listening(real(*given), sheets, number=number, chosen=chosen)
        ),
    ):
        new(path, kind)
    with mock.patch.object(office, "_RUN", run):
        office.with_macros(path, folder / "out.xlsx")
    return log.read_text(encoding="utf-8").splitlines() if log.exists() else []


@pytest.mark.libreoffice
@pytest.mark.parametrize("kind", KINDS)
def test_each_button_hands_its_command_to_python(kind: Kind, tmp_path: Path) -> None:
    direct = [button.macro for button in BUTTONS if button.entry != "import_file"]
    by_ribbon = [f"{button.macro}Ribbon" for button in BUTTONS]
    told = _pressed(tmp_path, [*direct, *by_ribbon, "@2 KpixlImport", "KpixlImport"], kind=kind, number="1")
    file = CHOSEN.encode("utf-16-be").hex().upper()
    tables = [table.id for table in business(AGENCY).tables]
    assert told == [
        *(f"import kpixl.excel; kpixl.excel.{entry}()" for entry in ("refresh", "check", "report", "roll", "undo")),
        *(f"run 'it''s mine.xlsm'!{button.macro}" for button in BUTTONS),
        # The dashboard is the first sheet, before those for entries.
        f"import kpixl.excel; kpixl.excel.import_file('{file}', '{tables[1]}')",
        f"import kpixl.excel; kpixl.excel.import_file('{file}', '{tables[0]}')",
    ]


@pytest.mark.libreoffice
@pytest.mark.parametrize(("number", "chosen"), [("", True), ("99", True), ("1", False)])
def test_who_picks_nothing_imports_nothing(number: str, chosen: bool, tmp_path: Path) -> None:
    told = _pressed(tmp_path, ["KpixlImport", "KpixlUndo"], number=number, chosen=chosen)
    assert told == ["import kpixl.excel; kpixl.excel.undo()"]
