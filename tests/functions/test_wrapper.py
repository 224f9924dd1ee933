"""The VBA by which a workbook hands its cells to Python: its text, and what it does when LibreOffice runs it."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import Any

import office
import openpyxl
import pytest
import stubs
import xlwings
from openpyxl.worksheet.formula import ArrayFormula

from engines import contents
from kpixl.functions import descriptions, udf
from kpixl.functions.describe import functions
from kpixl.languages import codes
from kpixl.ooxml.package import Package
from kpixl.ooxml.vba.project import Module, add_macros
from kpixl.workbook.macros import functions_udf

MODULE = "kpixl.functions.udf"


def test_they_are_there_without_windows_as_well() -> None:
    crr = vars(udf)["KPI_CRR"]
    assert udf.shown(crr(udf.given(((650.0,), (None,))), 200.0, 500.0)) == [[0.9], ["#VALUE!"]]
    assert xlwings.func.__module__ == "xlwings"


@pytest.fixture(scope="module")
def source() -> str:
    return functions_udf.modules()[1].source


def test_every_function_with_its_arguments(source: str) -> None:
    declared = dict(re.findall(r"^Function (\w+)\((.*)\)$", source, re.M))
    assert set(declared) == set(functions())
    for name, function in functions().items():
        expected = [
            f"ParamArray {one.name}()" if one.many else f"Optional {one.name}" if one.optional else one.name
            for one in function.parameters
        ]
        assert declared[name].split(", ") == expected


def test_no_failure_is_a_text(source: str) -> None:
    assert len(re.findall(r"^    KPI_\w+ = CVErr\(2015\)$", source, re.M)) == len(functions())
    assert " = Err.Description" not in source
    assert not re.search(r"= XLPy\.CallUDF", source)


@pytest.mark.parametrize("code", codes())
def test_modules_are_such_that_excel_takes_them(code: str) -> None:
    modules = functions_udf.modules(code)
    assert [module.name for module in modules] == ["xlwings", "kpixl_udfs"]
    for module in modules:
        module.source.encode("cp1252")
        assert max(map(len, module.source.splitlines())) < 1023
        assert not any(line.startswith("Attribute ") for line in module.source.splitlines())
    assert f'XLWINGS_VERSION As String = "{xlwings.__version__}"' in modules[0].source
    assert f"xlwings64-{xlwings.__version__}.dll" in modules[0].source
    assert "Redistributions of source code must retain" in modules[0].source
    assert "As Dictionary" not in modules[0].source
    assert "New Dictionary" not in modules[0].source


@pytest.mark.parametrize("code", codes())
def test_the_help_is_told_to_excel_in_the_language(code: str) -> None:
    text = functions_udf.modules(code)[1].source
    for described in descriptions(code):
        body = re.search(rf"Private Sub Kpixl_{described.name}\(\)\n(.*?)End Sub", text, re.S)
        assert body
        told: dict[str, str] = {}
        for variable, literals in re.findall(r"^    (\w+(?:\(\d\))?) = (.*)$", body[1], re.M):
            parts = re.findall(r'"((?:[^"]|"")*)"|ChrW\((\d+)\)', literals)
            letters = "".join(chr(int(number)) if number else quoted.replace('""', '"') for quoted, number in parts)
            told[variable] = told.get(variable, "") + letters
        assert told.pop("h") == described.help
        assert list(told.values()) == [text for _, text in described.arguments]
        assert f"    Kpixl_{described.name}\n" in text


def test_stubs_of_pywin32_stay_behind() -> None:
    functions_udf.modules("fr")
    assert not {"pythoncom", "pywintypes", "win32com", "win32com.client", "xlwings.udfs"} & set(sys.modules)
    assert not hasattr(xlwings, "udfs")


def test_settings_for_xlwings(monkeypatch: pytest.MonkeyPatch) -> None:
    assert functions_udf.conf()["Interpreter_Win"] == "pythonw"
    monkeypatch.setattr(sys, "platform", "win32")
    settings = functions_udf.conf()
    assert settings["Interpreter_Win"] == sys.executable
    assert (Path(settings["PYTHONPATH"]) / "kpixl" / "functions" / "udf.py").is_file()
    assert settings["UDF Modules"] == MODULE
    assert settings["Add_Workbook_To_PYTHONPATH"] == "False"
    # xlwings' module asks for them in capitals.
    bridge = functions_udf.modules()[0].source
    assert all(f'"{name.upper()}"' in bridge for name in settings)


def test_the_project_reads_back(tmp_path: Path) -> None:
    olevba = pytest.importorskip("oletools.olevba")
    path = _workbook(tmp_path, [], functions_udf.modules("ro"))
    read = {name.rpartition(".")[0]: text for _, _, name, text in olevba.VBA_Parser(str(path)).extract_macros()}
    for module in functions_udf.modules("ro"):
        assert read[module.name].splitlines()[1:] == module.source.splitlines()


# The wrapper at work

_BRIDGE = """
Public Function CallUDF(which, fname, given) As Variant
    Dim k, told, block(1, 1)
    Select Case fname
    Case "KPI_NAME"
        CallUDF = given(0)
        Exit Function
    Case "KPI_CSS"
        block(0, 0) = 1.5
        block(0, 1) = "#N/A"
        block(1, 0) = "#DIV/0!"
        block(1, 1) = "text"
        CallUDF = block
        Exit Function
    Case "KPI_ART"
        CallUDF = Array(1.5, "#NUM!", "#")
        Exit Function
    Case "KPI_TCR"
        Err.Raise 1000, "xlwings", "no Python here"
    End Select
    told = which & "/" & fname
    For k = LBound(given) To UBound(given)
        If IsMissing(given(k)) Then
            told = told & "/missing"
        ElseIf IsObject(given(k)) Then
            told = told & "/range"
        Else
            told = told & "/" & given(k)
        End If
    Next k
    CallUDF = told
End Function
"""
_XLPY = "Public Function XLPy() As Object\n    Set XLPy = New Bridge\nEnd Function\n"


def _workbook(folder: Path, formulas: list[str], modules: tuple[Module, ...]) -> Path:
    book = openpyxl.Workbook()
    sheet: Any = book.active
    for row, formula in enumerate(formulas, 1):
        sheet.cell(row, 1, formula)
    for address, formula in (("D1:E2", "=KPI_CSS(1,2)"), ("D4:F4", "=KPI_ART(1,2)")):
        sheet[address.partition(":")[0]] = ArrayFormula(address, formula)
    sheet["H1"], sheet["I1"] = 7, 8
    path = folder / "calls.xlsm"
    book.save(path)
    package = Package.from_bytes(path.read_bytes(), path)
    add_macros(package, modules)
    path.write_bytes(package.data)
    return path


@pytest.mark.libreoffice
def test_the_wrapper_hands_on_what_it_gets(source: str, tmp_path: Path) -> None:
    """Run by LibreOffice, which has no Application.Caller and shows what CVErr made as a text."""
    source = source.replace("If TypeOf Application.Caller Is Range Then ", "")
    source = source.replace(", ThisWorkbook, Application.Caller)", ")")
    told = {
        "=KPI_CRR(1,H1,2.5)": f"{MODULE}/KPI_CRR/1/range/2.5",
        "=KPI_REVENUE(H1:I1)": f"{MODULE}/KPI_REVENUE/range",
        '=KPI_GRADE("crr",0.5)': f"{MODULE}/KPI_GRADE/crr/0.5/missing/missing",
        '=KPI_GRADE("crr",0.5,"va","es")': f"{MODULE}/KPI_GRADE/crr/0.5/va/es",
        '=KPI_TO_NEXT("crr",1,H1,3)': f"{MODULE}/KPI_TO_NEXT/crr/1/range/3",
        '=KPI_TO_NEXT("crr",H1:I1)': f"{MODULE}/KPI_TO_NEXT/crr/range",
        '=KPI_TO_NEXT("crr")': f"{MODULE}/KPI_TO_NEXT/crr",
        "=KPI_NPS_SCORES(H1:I1)": f"{MODULE}/KPI_NPS_SCORES/range",
        **{f'=KPI_NAME("{error}")': f"Error {number}" for error, number in stubs.ERRORS.items()},
        '=KPI_NAME("#x")': "#x",
        "=KPI_NAME(1.5)": 1.5,
        "=KPI_TCR(1,2)": "Error 2015",
    }
    bridge = (Module("Bridge", _BRIDGE, is_class=True), Module("Factory", _XLPY))
    path = _workbook(tmp_path, list(told), (Module("kpixl_udfs", source), *bridge))
    values = {place[1]: one.value for place, one in contents(office.with_macros(path, tmp_path / "out.xlsx")).items()}
    assert [values[f"A{row}"] for row in range(1, len(told) + 1)] == list(told.values())
    assert [values[place] for place in ("D1", "E1", "D2", "E2")] == [1.5, "Error 2042", "Error 2007", "text"]
    assert [values[place] for place in ("D4", "E4", "F4")] == [1.5, "Error 2036", "#"]
