"""The LAMBDA names of new workbooks: how they are stored, what they read, and what their formulas give in ranges."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import hosts
import ironcalc
import openpyxl
import pytest
from cases import CC, ML, PA, SB, VA
from openpyxl.worksheet.formula import ArrayFormula

import libreoffice
from clock import NOW
from engines import Error, contents, libreoffice_values
from kpixl.entries import Setup
from kpixl.functions import ExcelError
from kpixl.functions.describe import functions
from kpixl.languages import codes
from kpixl.ooxml.package import MAIN, Package
from kpixl.period import Period
from kpixl.verbs import new
from kpixl.workbook.aliases import Aliases
from kpixl.workbook.blank import new_package
from narrow import some, string
from workbooks import opened, placed, put

SETUP = Setup(VA, "en", Period.parse("2026-10"), "TaskZenith", "EUR")
ALL = [(VA, code) for code in codes()] + [(one, "en") for one in (PA, ML, CC, SB)]
NEEDS_PREFIX = {"LAMBDA", "LET", "MAP"}
KNOWN = {
    "ABS", "AND", "CHAR", "CHOOSE", "COLUMNS", "COUNT", "COUNTIFS", "IF", "IFERROR", "INDEX", "INT", "ISBLANK",
    "ISERROR", "ISNUMBER", "ISTEXT", "MATCH", "MAX", "MIN", "NA", "NOT", "OR", "ROUNDUP", "ROWS", "SUBSTITUTE", "SUM",
}  # fmt: skip
"""Functions of Excel 2007."""


def stored(path: Path) -> dict[str, Any]:
    """The names of functions, as their elements."""
    package = Package.open(path)
    entries = package.tree(package.workbook_part).iter(f"{{{MAIN}}}definedName")
    return {name: entry for entry in entries if (name := entry.get("name", "")).startswith("KPI_")}


def without_texts(formula: str) -> str:
    return re.sub(r"'(?:[^']|'')*'!", "", re.sub(r'"(?:[^"]|"")*"', '""', formula))


@pytest.mark.parametrize(("business_id", "code"), ALL)
def test_every_function_is_a_name_with_its_help(business_id: str, code: str) -> None:
    names = stored(hosts.workbook(business_id, code))
    assert set(names) == set(functions())
    for name, entry in names.items():
        assert 10 < len(entry.get("comment")) <= 255, name
        assert entry.get("localSheetId") is None


@pytest.mark.parametrize(("business_id", "code"), ALL)
def test_formulas_are_as_excel_stores_them(business_id: str, code: str) -> None:
    for name, entry in stored(hosts.workbook(business_id, code)).items():
        formula = entry.text
        assert formula.startswith("_xlfn.LAMBDA(_xlpm."), name
        assert len(formula) <= 8192, name
        assert all(len(text) <= 255 for text in re.findall(r'"((?:[^"]|"")*)"', formula)), name
        bare = without_texts(formula)
        assert set(re.findall(r"(?<![\w.])([A-Z]+)\(", bare)) <= KNOWN, name
        assert set(re.findall(r"_xlfn\.(\w+)\(", bare)) <= NEEDS_PREFIX, name
        # Nothing but functions, parameters, addresses, truth values and errors
        words = set(re.findall(r"(?<![\w.$#])[A-Za-z_][\w.]*", bare))
        assert {word for word in words if not word.startswith(("_xlpm.", "_xlfn."))} <= KNOWN | {"FALSE", "E"}, name
        for parameter in set(re.findall(r"_xlpm\.(\w+)", bare)):
            assert not re.fullmatch(r"(?i)[a-z]{1,3}\d+|r\d*(c\d*)?|c\d*", parameter), parameter
        depth = 0
        for sign in re.sub(r"[^()]", "", bare):
            depth += 1 if sign == "(" else -1
            assert 0 <= depth <= 64, name
        assert depth == 0, name


def test_every_argument_has_to_be_given() -> None:
    names = stored(hosts.workbook(VA, "en"))
    given = {
        name: some(re.match(r"_xlfn\.LAMBDA\(((?:_xlpm\.\w+,)+)", string(entry.text)))[1].count(",")
        for name, entry in names.items()
    }
    assert given["KPI_CRR"] == 3
    assert given["KPI_CSS"] == given["KPI_GRADE"] == given["KPI_CSS_SCORES"] == given["KPI_ART_TIMES"] == 2
    assert given["KPI_NAME"] == given["KPI_NPS_SCORES"] == given["KPI_REVENUE"] == 1


def test_parameters_differ_from_the_names_of_the_workbook() -> None:
    for place in ALL:
        path = hosts.workbook(*place)
        taken = {name.lower() for name in Package.open(path).defined_names}
        for entry in stored(path).values():
            assert not {name.lower() for name in re.findall(r"_xlpm\.(\w+)", entry.text)} & taken


def test_no_sheet_calls_a_function() -> None:
    for place in ALL:
        formulas = [cell.formula for cell in contents(hosts.workbook(*place)).values() if cell.formula]
        assert len(formulas) > 500
        assert not [formula for formula in formulas if "KPI_" in formula.upper().replace("_KPIXL", "")]


def test_comments_speak_the_language_of_the_owner() -> None:
    names = stored(hosts.workbook(VA, "es"))
    assert names["KPI_CRR"].get("comment").startswith("CRR · Tasa de retención de clientes. ")


def test_a_macro_workbook_has_no_such_names(tmp_path: Path) -> None:
    made = [new_package(SETUP, tmp_path / f"new{suffix}", now=NOW) for suffix in (".xlsx", ".xlsm", ".XLSM")]
    counts = [sum(name.startswith("KPI_") for name in package.defined_names) for package in made]
    assert counts == [len(functions()), 0, 0]


def test_a_name_of_the_owner_stays_his(tmp_path: Path) -> None:
    aliases = Aliases.avoiding({"KPI_CRR"}, {"kpi_crr"})
    package = new_package(SETUP, tmp_path / "new.xlsx", aliases=aliases, now=NOW)
    assert "KPI_CRR" not in package.defined_names
    assert package.defined_names["kpixl_KPI_CRR"].startswith("_xlfn.LAMBDA(")
    assert "KPI_CSS" in package.defined_names


# What they read in the workbook


def ask(path: Path, *formulas: str) -> list[Any]:
    model = ironcalc.load_from_xlsx(str(path), "en", "UTC", "en")
    model.new_sheet()
    sheet = len(model.get_worksheets_properties()) - 1
    for row, formula in enumerate(formulas, 1):
        model.update_cell_with_formula(sheet, row, 1, f"={formula}")
    model.evaluate()
    return [model.get_cell_value(sheet, row, 1) for row in range(1, len(formulas) + 1)]


def test_the_thresholds_of_the_owner_count(tmp_path: Path) -> None:
    path = tmp_path / "own.xlsx"
    path.write_bytes(hosts.workbook(VA, "en").read_bytes())
    questions = (
        'KPI_THRESHOLD("css","typical")', 'KPI_LEVEL("css",0.82)', 'KPI_GRADE("css",0.82)',
        'KPI_TO_NEXT("css",{79,100})', 'KPI_THRESHOLD("tcr",1)', 'KPI_LEVEL("tcr",0.6)',
    )  # fmt: skip
    assert ask(path, *questions) == [0.85, 0, "below benchmark", 6, "#N/A", 0]
    book = opened(path)
    put(
        path,
        {
            placed(book, "thresholds", "css", "typical_yours"): 0.8,
            placed(book, "thresholds", "tcr", "typical_yours"): 0.6,
        },
    )
    assert ask(path, *questions) == [0.8, 1, "typical", 1, 0.6, 1]


def test_a_kpi_without_a_benchmark_is_graded_by_what_the_owner_types(tmp_path: Path) -> None:
    path = tmp_path / "own.xlsx"
    path.write_bytes(hosts.workbook(SB, "en").read_bytes())
    book = opened(path)
    put(
        path,
        {
            placed(book, "thresholds", "churn", "typical_yours"): 0.05,
            placed(book, "thresholds", "churn", "exceptional_yours"): 0.01,
            placed(book, "thresholds", "revenue", "typical_yours"): 20000,
        },
    )
    questions = (
        'KPI_LEVEL("churn",0.06)', 'KPI_LEVEL("churn",0.05)', 'KPI_GRADE("churn",0.01)', 'KPI_TO_NEXT("churn",{9,100})',
        'KPI_TO_NEXT("revenue",18500)', 'KPI_LEVEL("complaints",1)',
    )  # fmt: skip
    assert ask(path, *questions) == [0, 1, "exceptional", -4, 1500, "#N/A"]


def test_dollars_wait_for_their_rate(tmp_path: Path) -> None:
    path = new.new(Setup(PA, "en", Period.parse("2026-10"), "Elite", "EUR"), tmp_path / "eur.xlsx", now=NOW)
    questions = ('KPI_LEVEL("rpc",4000)', 'KPI_THRESHOLD("rpc",1)', 'KPI_LEVEL("css",0.85)')
    assert ask(path, *questions) == ["#N/A", "#N/A", 1]
    put(path, {placed(opened(path), "settings", "dollar_rate", "value"): 2})
    assert ask(path, *questions) == [0, 6000, 1]


def test_arguments_may_be_formulas_and_constants() -> None:
    assert ask(
        hosts.workbook(VA, "en"),
        "KPI_CRR(600+50,200,500)", "KPI_CRR(,200,500)", "KPI_CRR(TRUE,200,500)", 'KPI_CSS("80",100)',
        "KPI_CSS(80,KPI_CSS(1,0))", 'KPI_TO_NEXT("css",{80,100})', 'KPI_TO_NEXT("c"&"ss",{80;100})',
        'KPI_GRADE("crr",KPI_CRR(650,200,500))',
    ) == [0.9, "#VALUE!", "#VALUE!", "#VALUE!", "#DIV/0!", 5, 5, "above average"]  # fmt: skip


# Ranges: IronCalc has no ISNUMBER over them, and LibreOffice no LAMBDA, but it can evaluate what stands in one

_RANGES = {
    "KPI_CRR": (["A2:A6", "B2:B6", "C2:C6"], [1.3, 0.9, ExcelError.VALUE, ExcelError.VALUE, ExcelError.DIV0]),
    "KPI_CSS": (["A2:A6", "5"], [130, 18, ExcelError.VALUE, ExcelError.VALUE, 2]),
    "KPI_REVENUE": (["A2:A6"], [650, 90, ExcelError.VALUE, ExcelError.VALUE, 10]),
}
_COLUMNS = {
    "KPI_NPS_SCORES": (["D2:D8"], 25),
    "KPI_CSS_SCORES": (["E2:E8", "4"], 2 / 3),
}


@pytest.mark.libreoffice
def test_formulas_over_ranges(tmp_path: Path) -> None:
    names = stored(hosts.workbook(VA, "en"))
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "Sheet"
    columns: dict[str, list[object]] = {
        "A": [650, 90, None, "x", 10],
        "B": [0, 0, 0, 0, 0],
        "C": [500, 100, 5, 5, 0],
        "D": [10, None, "9", 11, 3, 8.5, 9],
        "E": [5, 4, 3, None, "5", 0, 6],
    }
    for column, cells in columns.items():
        for row, cell in enumerate(cells, 2):
            sheet[f"{column}{row}"] = cell
    for number, (name, (arguments, _)) in enumerate(_RANGES.items()):
        letter = "HIJ"[number]
        sheet[f"{letter}2"] = ArrayFormula(f"{letter}2:{letter}6", f"={body(names[name].text, arguments)}")
    for row, (name, (arguments, _)) in enumerate(_COLUMNS.items(), 2):
        text = body(names[name].text, arguments).replace("_xlfn.LET(_xlpm.edge_,IF(ISBLANK(4),4,4),", "(")
        sheet[f"K{row}"] = "=" + text.replace("_xlpm.edge_", "4")
    path = tmp_path / "ranges.xlsx"
    book.save(path)
    (recalculated,) = libreoffice.recalculate([path], tmp_path / "out")
    computed = {place: cell.value for place, cell in contents(recalculated).items()}
    for number, (name, (_, expected)) in enumerate(_RANGES.items()):
        shown = [computed["Sheet", f"{'HIJ'[number]}{row}"] for row in range(2, 7)]
        assert [Error(one) if isinstance(one, ExcelError) else pytest.approx(one) for one in expected] == shown, name
    for row, (name, (_, value)) in enumerate(_COLUMNS.items(), 2):
        assert computed["Sheet", f"K{row}"] == pytest.approx(value), name


def body(formula: str, arguments: list[str]) -> str:
    """What a LAMBDA evaluates, with its parameters replaced."""
    names = re.match(r"_xlfn\.LAMBDA\(((?:_xlpm\.\w+,)+)", formula)
    assert names is not None
    text = formula[names.end() : -1]
    for name, argument in zip(names[1].strip(",").split(","), arguments, strict=True):
        text = re.sub(re.escape(name) + r"\b", argument, text)
    return text


@pytest.mark.libreoffice
def test_libreoffice_opens_a_workbook_with_these_names(tmp_path: Path) -> None:
    path = tmp_path / "with a call.xlsx"
    path.write_bytes(hosts.workbook(VA, "en").read_bytes())
    computed = libreoffice_values([path])[0]
    assert len(computed) > 500
    assert [place for place, value in computed.items() if isinstance(value, Error) and place[0] != "_kpixl"] == []
