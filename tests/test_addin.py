"""The add-in: what is in the file, and what LibreOffice makes of its functions and its buttons."""

from __future__ import annotations

import re
import sys
import zipfile
from pathlib import Path
from typing import Any

import pytest
import xlwings
from lxml import etree

import addin_host
from addin_host import SHEET
from kpixl.catalog import business_of, businesses
from kpixl.functions import ExcelError
from kpixl.functions.describe import descriptions
from kpixl.i18n import language
from kpixl.languages import codes
from kpixl.languages.load import particulars
from kpixl.ooxml.package import Package
from kpixl.ooxml.vba.project import Module
from kpixl.verbs.addin import build
from kpixl.version import __version__
from kpixl.workbook.macros import xlam
from kpixl.workbook.macros.buttons import BUTTONS
from repairs import repairs
from schema import schema_errors

sys.path.append(str(Path(__file__).parent / "functions"))
import vba_host
from cases import CASES, SPREAD, Case, Spread
from test_hosts import differences, same

UI = "{http://schemas.microsoft.com/office/2009/07/customui}"
SCHEMA = etree.XMLSchema(etree.parse(Path(__file__).with_name("customui14.xsd")))
EVERY = (*BUTTONS, *xlam.SHOWS, xlam.FOLDER, xlam.GUIDE)
CALLBACKS = {
    "onLoad": "ribbon As Object",
    "getLabel": "control As Object, ByRef returned",
    "getScreentip": "control As Object, ByRef returned",
    "getSupertip": "control As Object, ByRef returned",
    "getVisible": "control As Object, ByRef returned",
    "getItemCount": "control As Object, ByRef returned",
    "getSelectedItemIndex": "control As Object, ByRef returned",
    "getText": "control As Object, ByRef returned",
    "getItemLabel": "control As Object, index As Integer, ByRef returned",
    "onChange": "control As Object, text As String",
}
"""What Office hands to each callback."""
PICKED = "control As Object, id As String, index As Integer"
PACK = Path(__file__).parent.parent / "examples" / "packs" / "physiotherapy-practice.yaml"
OWNER = business_of(PACK.read_text(encoding="utf-8"))
OF_PACK = [
    Case("KPI_CANCELLATION_RATE", (26, 250), 0.104),
    Case("KPI_CANCELLATION_RATE", (26, 0), ExcelError.DIV0),
    Case("KPI_FEE_PER_VISIT", (9000, 180), 50),
    Case("KPI_LEVEL", ("cancellation_rate", 0.104), 1, OWNER.id),
    Case("KPI_LEVEL", ("cancellation_rate", 0.03), 3, OWNER.id),
    Case("KPI_THRESHOLD", ("cancellation_rate", 3), 0.04, OWNER.id),
    Case("KPI_NAME", ("cancellation_rate",), "Tasa de cancelaciones y ausencias", language="es"),
]
"""Worked by hand from the examples and thresholds that the pack states."""


@pytest.fixture(scope="module", params=[True, False], ids=["with Python", "without Python"])
def python(request: pytest.FixtureRequest) -> bool:
    return bool(request.param)


@pytest.fixture(scope="module")
def built(python: bool, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("addin") / xlam.FILE
    xlam.package(path, "en", python=python).save(path, new=True)
    return path


def part(path: Path, name: str) -> bytes:
    with zipfile.ZipFile(path) as archive:
        return archive.read(name)


def content_types(path: Path) -> dict[str, str]:
    root = etree.fromstring(part(path, "[Content_Types].xml"))
    return {
        str(entry.get("PartName") or entry.get("Extension")): str(entry.get("ContentType"))
        for entry in root.iter("{*}*")
    }


# The file


def test_the_package_is_what_excel_saves_as_an_add_in(built: Path) -> None:
    real = Path(xlwings.__file__).parent / "addin" / "xlwings.xlam"
    ours, theirs = content_types(built), content_types(real)
    assert ours["/xl/workbook.xml"] == theirs["/xl/workbook.xml"]
    assert ours["bin"] == theirs["/xl/vbaProject.bin"]
    views = [etree.fromstring(part(path, "xl/workbook.xml")).find(".//{*}workbookView") for path in (built, real)]
    assert {view.get("visibility") for view in views if view is not None} == {"hidden"}
    assert len([view for view in views if view is not None]) == 2


def test_nothing_is_wrong_with_the_package(built: Path) -> None:
    found = [error.description for error in schema_errors(built)]
    assert [text for text in found if "inline-string" not in text] == []
    assert repairs(built) == []


def test_the_project_reads_back(built: Path, python: bool) -> None:
    olevba = pytest.importorskip("oletools.olevba")
    read = {name.rpartition(".")[0]: text for *_, name, text in olevba.VBA_Parser(str(built)).extract_macros()}
    made = xlam.modules("en", python=python)
    assert {module.name for module in made} <= read.keys()
    for module in made:
        lines = [line for line in read[module.name].splitlines() if not line.startswith("Attribute VB_")]
        assert lines == module.source.splitlines(), module.name


def test_the_version_is_inside(built: Path, python: bool) -> None:
    assert xlam.version_in(built.read_bytes()) == (__version__, python, "")
    assert xlam.version_in(b"no add-in") is None
    other = Path(xlwings.__file__).parent / "addin" / "xlwings.xlam"
    assert xlam.version_in(other.read_bytes()) is None


def test_one_of_a_pack_has_its_functions_beside_those_built_in(tmp_path: Path) -> None:
    olevba = pytest.importorskip("oletools.olevba")
    path = build(tmp_path / "physio.xlam", python=False, code="en", pack=PACK)
    read = {name.rpartition(".")[0]: text for *_, name, text in olevba.VBA_Parser(str(path)).extract_macros()}
    listed = re.findall(r"^Public Function (KPI_\w+)\(", read["KpixlFunctions"], re.MULTILINE)
    own = {"KPI_CANCELLATION_RATE", "KPI_PLAN_COMPLETION", "KPI_HOURS_USED", "KPI_FEE_PER_VISIT"}
    assert set(listed) == own | {one.name for one in descriptions("en")}
    assert "KPI_CANCELLATION_RATE(visits_lost As Variant, visits_booked As Variant)" in read["KpixlFunctions"]
    formula = r'Case .*"cancellation_rate".*\s+Computed = Calc\(numbers\(0\), "/", numbers\(1\)\)'
    assert re.search(formula, read["KpixlKpis"])
    assert 'Case "physiotherapy-practice/cancellation_rate": ' in read["KpixlKpis"]
    for code in codes():
        assert all(f"Kpixl_{name}_{code}\n" in read[f"KpixlHelp{code.title()}"].replace("\r", "") for name in own)
    assert xlam.version_in(path.read_bytes()) == (__version__, False, "physiotherapy-practice")


def test_without_python_nothing_calls_a_program() -> None:
    sources = {module.name: module.source for module in xlam.modules("en", python=False)}
    assert "xlwings" not in sources
    text = "\n".join(sources.values())
    assert not re.search(r"RunPython|Declare|KpixlCall|WScript\.Run", text)
    assert re.findall(r"Shell .*", text) == ['Shell "explorer.exe """ & folder & """", 1']


def test_excel_takes_the_source(python: bool) -> None:
    modules = xlam.modules("en", python=python)
    for module in modules:
        module.source.encode("cp1252")
        assert max(map(len, module.source.splitlines())) < 1023, module.name
    ours = "\n".join(module.source for module in modules if module.name != "xlwings")
    subs = re.findall(r"^Public (?:Sub|Function) (\w+)", ours, re.MULTILINE)
    assert len({name.lower() for name in subs}) == len(subs)
    listed = [
        name
        for module in modules
        if "Option Private Module" not in module.source and not module.is_class
        for name in re.findall(r"^Public Function (\w+)", module.source, re.MULTILINE)
    ]
    assert listed
    assert all(name.startswith("KPI_") for name in listed)  # what Insert Function lists


def test_python_works_in_the_workbook_in_front() -> None:
    (bridge,) = (module.source for module in xlam.modules("en", python=True) if module.name == "xlwings")
    handed = re.findall(r"--wb=\" & \"\"\"\" & (.*?) &|\+ \"\|\" \+ (KpixlFront\(\)|ThisWorkbook\.Name)", bridge)
    assert [one or other for one, other in handed] == ["KpixlFront()", "KpixlFront()"]


def test_what_goes_wrong_is_told_in_our_words() -> None:
    """xlwings would show what Python wrote, or name its own commands."""
    (bridge,) = (module.source for module in xlam.modules("en", python=True) if module.name == "xlwings")
    told = re.findall(r"(?:MsgBox|WScript\.Popup) (.*)", bridge)
    ours = [text for text in told if text.startswith('KpixlSay("no_python")')]
    assert len(ours) == 2
    others = {text.split('"')[1].split(" ")[0] for text in told if text not in ours and text.startswith('"')}
    assert others == {"Embedded", "This", "Your"}  # what kpixl never asks of it: code in sheets, frozen programs, conda
    assert len(told) == len(ours) + 4  # and a comment that names the box
    assert "runpython install" not in bridge
    assert len(re.findall(r'ShowError ""$', bridge, re.MULTILINE)) == 2  # no interpreter, no script on the Mac


@pytest.mark.parametrize("code", codes())
def test_every_function_is_described_with_its_arguments(code: str) -> None:
    (source,) = (m.source for m in xlam.modules("en", python=False) if m.name == f"KpixlHelp{code.title()}")
    for one in descriptions(code):
        (body,) = re.findall(rf"Private Sub Kpixl_{one.name}_{code}\(\)\n(.*?)End Sub", source, re.DOTALL)
        assert f"Dim a({len(one.arguments) - 1}) As Variant" in body
        assert len(set(re.findall(r"a\((\d+)\) = ", body))) == len(one.arguments)
        assert f'KpixlDescribe "{one.name}", h, a, ' in body
        assert len(one.help) <= 255
    assert source.count("KpixlDescribe") == len(descriptions(code))
    assert source.count(f"_{code}\n") >= len(descriptions(code))


# The tab


def test_the_tab_is_valid_and_finds_its_macros(python: bool) -> None:
    root = etree.fromstring(xlam.ribbon(python=python))
    assert SCHEMA.validate(root), SCHEMA.error_log
    source = "\n".join(module.source for module in xlam.modules("en", python=python))
    there = dict(re.findall(r"^Public Sub (\w+)\((.*)\)", source, re.MULTILINE))
    for entry in root.iter("{*}*"):
        for attribute, macro in entry.attrib.items():
            if attribute == "onAction":
                assert there[macro] == (PICKED if entry.tag == UI + "dropDown" else "control As Object")
            elif attribute in CALLBACKS:
                assert there[macro] == CALLBACKS[attribute], attribute
    keys = [entry.get("keytip") for entry in root.iter(UI + "button", UI + "dropDown", UI + "editBox")]
    assert None not in keys
    assert len(set(keys)) == len(keys)
    pressed = [entry.get("id") for entry in root.iter(UI + "button")]
    assert sorted(map(str, pressed)) == sorted(
        one.macro for one in (*EVERY, xlam.CREATE) if python or (one not in BUTTONS and one != xlam.CREATE)
    )


def test_every_text_is_there_in_every_language(python: bool) -> None:
    root = etree.fromstring(xlam.ribbon(python=python))
    wanted = {f"{entry.get('id')}.label" for entry in root.iter("{*}*") if entry.get("getLabel")}
    wanted |= {f"{entry.get('id')}.tip" for entry in root.iter("{*}*") if entry.get("getSupertip")}
    source = "\n".join(module.source for module in xlam.modules("en", python=python))
    wanted |= set(re.findall(r'Kpixl(?:Say|Named)\("([^"]*)"\)', source))
    assert len(wanted) > 15
    for code in codes():
        texts = xlam._texts(code, python)
        assert all(texts[key] for key in wanted), code
        others = [key for key in wanted if code != "en" and texts[key] == xlam._texts("en", python)[key]]
        assert len(others) < 6, others


# In LibreOffice

FILE = "C:\\Données & 100%\\it's “ș”.csv"
TABLES = {"visits": "Visitas", "clients": "Clientes"}
"""Entry tables in the workbook in front, and their sheets."""
PROBE = """
Public Sub Ask()
{}
End Sub
"""
NUMBERS = {(3082, 0): "es", (1036, 49): "fr", (2070, 0): "pt", (1048, 0): "ro", (1031, 34): "en", (0, 40): "ro",
           (0, 351): "pt", (0, 49): "en", (0, 0): "en"}  # fmt: skip
LINKS = {
    r"C:\Users\Ana\AppData\Roaming\Microsoft\Excel\XLSTART\KPIXL.xlam": True,
    "/Users/ana/Library/kpixl.xlam": True,
    "Macintosh HD:Users:ana:kpixl.xlam": True,
    r"C:\other\kpixl.xlsm": False,
    r"C:\other\mykpixl.xlam": False,
    r"C:\kpixl.xlam\book.xlsx": False,
}


def asked() -> dict[str, str]:
    """Expressions of VBA and what they are to give."""
    found = {f"LanguageOf({number}&, {country}&)": code for (number, country), code in NUMBERS.items()}
    found |= {f'CStr(KpixlIsElsewhere("{link}"))': str(moved) for link, moved in LINKS.items()}
    found["CStr(KpixlIsElsewhere(ThisWorkbook.FullName))"] = "False"
    for code in codes():
        found[f'Say_{code}("KpixlRoll.label")'] = language(code)("Close period")
        found[f'Say_{code}("KpixlLanguageOf.4")'] = "Română"
    return found


@pytest.fixture(scope="module")
def done(tmp_path_factory: pytest.TempPathFactory) -> tuple[list[Any], list[str]]:
    """What every function gives, and what was logged, in one start."""
    folder = tmp_path_factory.mktemp("office")
    log = folder / "log.txt"
    blocks = {"settings": "Ajustes", "what_if": "Y si", "behind": "Filas", "guide": "Guía"}
    names = {f"block.{block}": sheet for block, sheet in blocks.items()} | {"past.period": "Ajustes"}
    for table, sheet in TABLES.items():
        names |= {f"{table}.{column}": sheet for column in ("id", "day")}
    ours = addin_host.front(folder / "it's mine.xlsx", names)
    theirs = addin_host.front(folder / "theirs.xlsm")
    signs = " & ".join(f"ChrW({ord(sign)})" for sign in FILE)
    swaps = {
        r"chosen = Application\.GetOpenFilename\(.*\)": f"chosen = {signs}",
        r"KpixlAnswer = InputBox\(question, \"kpixl\"\)": 'KpixlLog question\n    KpixlAnswer = "2"',
        r"Set book = Application\.Workbooks\.Add": "Set book = ActiveWorkbook",
        r"listing\.Cells\(listed, 4\)\.Value = .*": 'KpixlLog usage & " " & example',
        r"Shell \"explorer\.exe .*": 'KpixlLog "opens " & folder',
        r"ActiveWorkbook\.FollowHyperlink \"file://\" & folder": 'KpixlLog "on a Mac opens " & folder',
    }
    modules = addin_host.listening(xlam.modules("en", python=True, owner=OWNER), log, swaps=swaps, yes=True)
    lines = "\n".join(f"    KpixlLog {expression}" for expression in asked())
    modules.append(Module("Probe", PROBE.format(lines)))
    steps = ["Probe.Ask", str(ours)]
    steps += [f"KpixlAddIn.{one.macro}Tab" for one in (*BUTTONS, xlam.CREATE)]
    for one in (*xlam.SHOWS, xlam.GUIDE):
        steps += [f"KpixlAddIn.{one.macro}Tab", SHEET]
    steps += [str(theirs), *(f"KpixlAddIn.{one.macro}Tab" for one in (BUTTONS[0], xlam.SHOWS[0]))]
    steps += ["KpixlAddIn.KpixlGuideTab", str(ours), f"KpixlAddIn.{xlam.FOLDER.macro}Tab", "KpixlAddIn.KpixlRefreshTab"]
    calls: list[Case | Spread] = [*CASES, *SPREAD, *OF_PACK]
    cells, places = vba_host.laid_out(calls)
    shown = vba_host.read_off(addin_host.run(cells, modules, steps, folder), calls, places)
    return shown, log.read_text(encoding="utf-8").splitlines()


@pytest.mark.libreoffice
def test_every_function_gives_what_the_table_says(done: tuple[list[Any], list[str]]) -> None:
    shown, _ = done
    assert differences(CASES, shown[: len(CASES)]) == []
    assert [
        str(spread) for spread, one in zip(SPREAD, shown[len(CASES) :], strict=False) if not same(one, spread.expected)
    ] == []
    assert differences(OF_PACK, shown[len(CASES) + len(SPREAD) :]) == []


@pytest.mark.libreoffice
def test_the_language_and_the_links_are_told_apart(done: tuple[list[Any], list[str]]) -> None:
    wanted = asked()
    assert dict(zip(wanted, done[1], strict=False)) == wanted


@pytest.mark.libreoffice
def test_every_button_hands_its_command_to_python(done: tuple[list[Any], list[str]]) -> None:
    log = done[1][len(asked()) :]
    file = FILE.encode("utf-16-be").hex().upper()
    call, spoken, mine = "import kpixl.excel; kpixl.excel.", "spoken='en'", ") in it's mine.xlsx"
    chosen = f"'{businesses()[0].id}', 'en', '', '{{}}', '{'USD'.encode('utf-16-be').hex().upper()}', {spoken}"
    period = re.escape(chosen).replace(r"\{\}", "((?:003[0-9]){4}002D(?:003[0-9]){2})")
    assert log[:3] == [f"{call}{entry}({spoken}{mine}" for entry in ("refresh", "check", "report")]
    first, second = sorted(TABLES)  # as Excel has names
    at = log.index(f"{call}import_file('{file}', '{second}', {spoken}{mine}")
    listed = [line for line in log[3:at] if line]
    assert listed == [
        "Into which sheet do the rows belong? Type its number.",
        f"1   {TABLES[first]}",
        f"2   {TABLES[second]}",
    ]
    assert log[at + 1 : at + 3] == [f"{call}{entry}({spoken}{mine}" for entry in ("roll", "undo")]
    assert re.fullmatch(re.escape(f"{call}new(") + period + re.escape(mine), log[at + 3])
    assert log[at + 4 : at + 8] == ["shows Y si", "shows Filas", "shows Ajustes", "shows Guía"]
    for question, answer in ((log[at + 8], log[at + 9]), (log[at + 10], log[at + 11])):
        assert question.startswith("says theirs.xlsm is no workbook of kpixl.")
        assert re.fullmatch(re.escape(f"{call}adopt(") + period + re.escape(") in theirs.xlsm"), answer)
    functions = [
        f"{one.name}({', '.join(name for name, _ in one.arguments)}) {one.example}" for one in descriptions("en", OWNER)
    ]
    assert log[at + 12 : -3] == functions
    # LibreOffice knows no conditional compiling, and takes both ways.
    assert [re.sub("/.*/", "", line) for line in log[-3:-1]] == ["on a Mac opens office0", "opens office0"]
    assert log[-1] == f"{call}refresh({spoken}{mine}"


def test_the_add_in_knows_every_language() -> None:
    known = [particulars(code) for code in codes()]
    assert len({one.windows_number for one in known} - {0}) == len(known)
    countries = [country for one in known for country in one.countries]
    assert len(set(countries)) == len(countries) >= len(known)


def test_an_add_in_is_no_workbook_to_refresh(built: Path) -> None:
    from kpixl.errors import OtherWorkbook

    with pytest.raises(OtherWorkbook):
        Package.open(built).sheets  # noqa: B018
