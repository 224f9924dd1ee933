"""The functions in plain VBA: the same cases as every host, run by LibreOffice; and what Excel's VBA asks of source."""

from __future__ import annotations

import itertools
import random
import re
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

import hosts
import pytest
import vba_host
from cases import BANDS, CASES, SPREAD, Case, Spread
from hypothesis import given
from hypothesis import strategies as st
from test_hosts import differences, same

from kpixl.catalog import catalogue
from kpixl.formula import Binary, Name, Node, Number, to_excel
from kpixl.formula.expressions import (
    BLANK,
    NOT_THERE,
    count,
    either,
    every,
    known,
    opposite,
    or_else,
    some,
    sum_of,
)
from kpixl.formula.nodes import Call, Compare, Near, Negate, Text
from kpixl.formula.states import State
from kpixl.formula.to_python import evaluate_single
from kpixl.formula.to_vba import vba_function
from kpixl.functions import ExcelError, call, descriptions
from kpixl.functions.describe import functions
from kpixl.kpi.calc import find_kpi
from kpixl.languages import codes
from kpixl.ooxml.vba.project import Module, literal
from kpixl.workbook.macros.functions_vba import modules

NAMES = [module.name for module in modules()]

# A class that looks like Excel's Range, which has what LibreOffice's lacks; and calls that no cell can make.
FAKE = """Option Explicit
Private content As Variant
Private parts As Long
Public Sub Fill(values As Variant, count As Long)
    content = values
    parts = count
End Sub
Public Property Get Value2() As Variant
    Value2 = content
End Property
Public Property Get Areas() As Object
    Set Areas = Me
End Property
Public Property Get Count() As Long
    Count = parts
End Property
"""
CALLS = {
    "KPI_CSS(RangeOf(1#, 1), 4#)": 0.25,
    "KPI_CSS(RangeOf(1#, 2), 4#)": ExcelError.VALUE,
    "KPI_CSS(RangeOf(CVErr(2029), 1), 4#)": ExcelError.NAME,
    "KPI_NPS_SCORES(RangeOf(Array(9#, 9#, 0#, 8#), 1))": 25,
    "KPI_CSS(Array(1#, 2#, CVErr(2042)), 4#)(1, 2)": 0.5,
    "KPI_CSS(Array(1#, 2#, CVErr(2042)), 4#)(1, 3)": ExcelError.NA,
    "KPI_CSS(FromZero(), 4#)(2, 1)": 0.75,
    "KPI_CSS(FromZero(), 4#)(2, 2)": ExcelError.VALUE,
    "KPI_CSS(CCur(1), CDate(4))": 0.25,
    "KPI_CSS(CInt(1), CSng(4))": 0.25,
    "KPI_CSS(CLng(1), CByte(4))": 0.25,
    "KPI_CSS(True, 4#)": ExcelError.VALUE,
    'KPI_CSS("1", 4#)': ExcelError.VALUE,
    "KPI_CSS(Empty, 4#)": ExcelError.VALUE,
    'KPI_LEVEL("crr", 0.95)': 3,
    'KPI_GRADE("css", 0.91, "luxury-personal-assistant")': "exceptional",
    'KPI_GRADE("crr", 0.86, , "es")': "superior a la media",
    'KPI_NAME("crr")': "Client retention rate",
    "KPI_CSS_SCORES(Array(5#, 4#, 3#, 2#))": 0.5,
    'KPI_TO_NEXT("crr", 650#, 200#, 500#)': 1,
    'KPI_TO_NEXT("crr")': ExcelError.VALUE,
    'KPI_TO_NEXT(Array("crr", "css"), 80#, 100#)': ExcelError.VALUE,
}


def checks() -> list[Module]:
    """A function for each call, and what they need."""
    made = [
        "Option Explicit",
        "Private Function RangeOf(values As Variant, count As Long) As Object",
        "    Dim made As FakeRange",
        "    Set made = New FakeRange",
        "    made.Fill values, count",
        "    Set RangeOf = made",
        "End Function",
        "Private Function FromZero() As Variant",
        "    Dim cells(0 To 1, 2 To 3) As Variant",
        "    cells(0, 2) = 1#",
        "    cells(1, 2) = 3#",
        "    FromZero = cells",
        "End Function",
    ]
    for number, call_ in enumerate(CALLS):
        made += [f"Public Function CHECK_{number}(nothing As Variant) As Variant", f"    CHECK_{number} = {call_}"]
        made += ["End Function"]
    return [Module("FakeRange", FAKE, is_class=True), Module("Checks", "\n".join(made))]


def any_numbers() -> list[Case]:
    """Cases whose results are Python's."""
    draw = random.Random(20261122)
    cases = []
    for (business, kpi), bands in BANDS.items():
        count = len(catalogue().kpis[kpi].arguments)
        edge = max(float(band.split()[1]) for band in bands if band)
        for _ in range(12):
            measures = [
                draw.choice([draw.randint(0, 120), round(draw.uniform(-2, 300), 1), round(draw.uniform(0, 1e5), 2)])
                for _ in range(count)
            ]
            cases.append(Case(f"KPI_{kpi.upper()}", tuple(measures), None, business))
            cases.append(Case("KPI_LEVEL", (kpi, draw.uniform(-1, 2) * edge), None, business))
            if business == find_kpi(kpi).business:
                cases.append(Case("KPI_TO_NEXT", (kpi, measures), None, business))
    for code in codes():
        cases += [
            Case(name, (kpi,), None, language=code) for kpi in catalogue().kpis for name in ("KPI_NAME", "KPI_EXPLAIN")
        ]
    return [replace(case, expected=shown) for case, shown in zip(cases, hosts.cells(cases), strict=True)]


# In LibreOffice


@pytest.fixture(scope="module")
def run() -> dict[str, Any]:
    """Everything in one start: what the cells of each group of calls show."""
    checked = [Case(f"CHECK_{number}", (1,), expected) for number, expected in enumerate(CALLS.values())]
    groups: dict[str, Sequence[Case | Spread]] = {
        "cases": CASES,
        "spread": SPREAD,
        "any": any_numbers(),
        "checks": checked,
    }
    shown = iter(vba_host.computed([one for group in groups.values() for one in group], [*modules(), *checks()]))
    return {name: (group, [next(shown) for _ in group]) for name, group in groups.items()}


@pytest.mark.libreoffice
def test_every_case(run: dict[str, Any]) -> None:
    cases, shown = run["cases"]
    assert {case.name for case in cases} == set(functions())
    assert differences(cases, shown) == []


@pytest.mark.libreoffice
def test_ranges_give_ranges(run: dict[str, Any]) -> None:
    for spread, shown in zip(*run["spread"], strict=True):
        assert same(shown, spread.expected), spread


@pytest.mark.libreoffice
def test_any_numbers_and_every_text_are_those_of_python(run: dict[str, Any]) -> None:
    cases, shown = run["any"]
    assert len({str(case.expected) for case in cases}) > 400
    assert differences(cases, shown) == []


@pytest.mark.libreoffice
def test_calls_that_no_cell_of_libreoffice_makes(run: dict[str, Any]) -> None:
    for call_, (case, shown) in zip(CALLS, zip(*run["checks"], strict=True), strict=True):
        assert same(shown, case.expected), (call_, shown)


@pytest.mark.libreoffice
def test_a_wrong_function_is_noticed() -> None:
    right = 'Computed = Calc(Calc(numbers(0), "-", numbers(1)), "/", numbers(2))'
    wrong = [replace(one, source=one.source.replace(right, right.replace("-", "+"))) for one in modules()]
    assert wrong != list(modules())
    cases = [case for case in CASES if case.name in ("KPI_CRR", "KPI_KEPT")]
    found = differences(cases, vba_host.computed(cases, wrong))
    assert len(found) > 5
    assert all(line.startswith("KPI_CRR") for line in found)


@pytest.mark.libreoffice
def test_dates_and_money_are_numbers() -> None:
    cases = [Case("KPI_REVENUE", (date(2026, 10, 1),), 46296), Case("KPI_NETCASH", (date(2026, 10, 2), 46296, 0), 1)]
    assert differences(cases, vba_host.computed(cases)) == []
    assert [call(case.name, *case.arguments) for case in cases] == [46296, 1]


# What VBA asks of source text

WORDS = """
    And As ByVal Case Const Dim Double Each Else ElseIf Empty End Err Error Exit Explicit False For Function GoTo If In
    Is Long Module Next Not Object On Option Optional Or ParamArray Private Property Public Raise ReDim Resume Select
    Set String Sub Text Then To True Until Value Value2 Variant While Areas Count Boolean Number
"""
BUILT_IN = """
    Abs Array CBool CDbl CLng CStr CVErr ChrW Int IsArray IsEmpty IsError IsMissing IsObject LBound LCase Left Sgn Sqr
    UBound VarType vbBoolean vbByte vbCurrency vbDate vbDecimal vbDouble vbInteger vbLong vbSingle vbString Cells
"""
KEYWORDS = {*WORDS.split()} - {"Text", "Value", "Value2", "Areas", "Count", "Number", "Module"}
OTHER_KEYWORDS = {"Date", "Step", "Stop", "Type", "With", "Me", "New", "Get", "Let", "Loop", "Do", "Call", "Print"}
RESERVED = {word.lower() for word in KEYWORDS | OTHER_KEYWORDS}


def procedures(module: Module) -> dict[str, str]:
    found = re.findall(r"^((?:Public|Private) Function (\w+)\(.*?^End Function)", module.source, re.M | re.S)
    return {name: text for text, name in found}


def bare(text: str) -> str:
    """Without attributes, texts and comments."""
    lines = [line for line in text.splitlines() if not line.startswith("Attribute ")]
    return "\n".join(re.sub(r"'.*", "", re.sub(r'"(?:[^"]|"")*"', '""', line)) for line in lines)


@pytest.mark.parametrize("code", codes())
def test_limits_of_vba(code: str) -> None:
    for module in modules(code):
        assert len(module.name) <= 31
        assert module.source.startswith("Option Explicit\n")
        assert len(module.source) < 60_000, module.name
        for line in module.source.splitlines():
            assert len(line) < 1023
            assert not line.endswith(" _")
            if not line.startswith("Attribute "):
                assert line.isascii(), line
        assert module.source.encode("cp1252")
        for name, text in procedures(module).items():
            assert len(text) < 40_000, name


@pytest.mark.parametrize("module", modules(), ids=NAMES)
def test_every_word_is_declared(module: Module) -> None:
    """LibreOffice finds an undeclared word only where it comes by; Excel compiles the whole module."""
    everywhere = {
        name for other in modules() for name in procedures(other) if "Public Function " + name in other.source
    }
    known = {word.lower() for word in [*WORDS.split(), *BUILT_IN.split(), *everywhere, *procedures(module)]}
    assert procedures(module)
    for name, text in procedures(module).items():
        head, _, body = bare(text).partition("\n")
        declared = re.findall(r"(\w+)(?:\(\))? As ", head) + re.findall(r"\bDim (\w+)", body)
        assert len({word.lower() for word in declared}) == len(declared), name
        assert not {word.lower() for word in declared} & RESERVED, name
        labels = re.findall(r"^(\w+):$", body, re.M)
        words = re.findall(r"(?<![\w.#])[A-Za-z]\w*", re.sub(r"\b\d[\d.]*E[-+]?\d+|\b\d[\d.]*#?", "0", body))
        unknown = {word for word in words if word.lower() not in known} - {*declared, *labels}
        assert unknown == set(), name


@pytest.mark.parametrize("module", modules(), ids=NAMES)
def test_every_call_has_as_many_arguments_as_it_takes(module: Module) -> None:
    takes = {}
    for other in modules():
        for name, text in procedures(other).items():
            head = text.partition("\n")[0]
            if "ParamArray" not in head and "Optional" not in head:
                takes[name] = head.count(" As ") - 1
    for text in procedures(module).values():
        _, _, body = bare(text).partition("\n")
        for name, number in takes.items():
            for found in re.finditer(rf"(?<![\w.]){name}\(", body):
                assert arguments_after(body[found.end() :]) == number, (name, body)


def arguments_after(text: str) -> int:
    """How many arguments stand before the parenthesis closes."""
    depth, count, empty = 0, 1, True
    for sign in text:
        if sign == ")" and not depth:
            break
        depth += (sign == "(") - (sign == ")")
        count += sign == "," and not depth
        empty = empty and sign.isspace()
    return 0 if empty else count


def test_cells_see_the_functions_and_nothing_else() -> None:
    shown = [module for module in modules() if "Option Private Module" not in module.source]
    assert [module.name for module in shown] == ["KpixlFunctions"]
    assert set(procedures(shown[0])) == set(functions())
    for name, function in functions().items():
        head = procedures(shown[0])[name].partition("\n")[0]
        assert re.findall(r"(\w+)(?:\(\))? As Variant[,)]", head) == [one.name for one in function.parameters]
        assert head.count("Optional ") == sum(one.optional for one in function.parameters)
        assert ("ParamArray " in head) == function.parameters[-1].many
    every = [
        name.lower()
        for module in modules()
        for name in procedures(module)
        if f"Public Function {name}" in module.source
    ]
    assert len(every) == len(set(every))
    assert not set(every) & {name.lower() for name in NAMES}
    assert all(name.startswith(("kpi_", "kpixl")) for name in every)


@pytest.mark.parametrize("code", codes())
def test_help_is_in_the_language_of_the_workbook(code: str) -> None:
    found = dict(re.findall(r'^Attribute (\w+)\.VB_Description = "((?:[^"]|"")*)"$', modules(code)[0].source, re.M))
    assert set(found) == set(functions())
    for one in descriptions(code):
        text = found[one.name].replace('""', '"')
        assert 10 < len(text) <= 255
        assert letters(text) == letters(one.help)


def letters(text: str) -> str:
    """The letters alone, without marks above or below them."""
    return "".join(sign for sign in unicodedata.normalize("NFKD", text) if sign.isalnum())


def test_help_keeps_the_letters_that_the_code_page_has() -> None:
    spanish, romanian = (modules(code)[0].source for code in ("es", "ro"))
    assert "Tasa de retención de clientes." in spanish
    assert "Rata de " in romanian
    assert romanian.encode("cp1252")


# The formula and texts


INPUTS = {"a": (2.5, -3.0, 0.0, None), "b": (2.5 + 4e-10, 0.5, 1e200, None), "c": (1.0, -1e200, 9.0, None)}
ROWS = [dict(zip(INPUTS, values, strict=True)) for values in itertools.product(*INPUTS.values())]
A, B, C = map(Name, INPUTS)
HEAD = ", ".join(f"{id_} As Variant" for id_ in INPUTS)


def grown(draw: random.Random, depth: int = 3) -> Node:
    """Any expression over the three names, also of parts that do not go together: what stands in a cell may be
    anything, so nothing here asks for what a rule would be refused for."""
    leaves: list[Node] = [A, B, C, Number(2.0), BLANK, Text("Über"), NOT_THERE]
    if not depth or draw.random() < 0.1:
        return draw.choice(leaves)
    one, two, three = (grown(draw, depth - 1) for _ in range(3))
    makes: list[Callable[[], Node]] = [
        lambda: Binary(draw.choice(["+", "-", "*", "/", "^"]), one, two),
        lambda: Compare(draw.choice([">=", ">", "<=", "<", "=", "<>"]), one, two),
        lambda: Near(draw.choice([">=", ">", "<=", "<", "=", "<>"]), one, two),
        lambda: Negate(one),
        lambda: every(known(one), Compare(">", one, two)),
        lambda: some(Compare("<", one, two), known(three)),
        lambda: opposite(Compare(">", one, two)),
        lambda: either(Compare(">", one, two), two, three),
        lambda: either(known(one), one, three),
        lambda: or_else(one, two),
        lambda: Call(draw.choice(["abs", "floor", "round_up", "square_root"]), (one,)),
        lambda: Call(draw.choice(["minimum", "maximum"]), (one, two, three)),
        lambda: count(one, two, three),
        lambda: Call("choose", (one, two, three)),
    ]
    return draw.choice(makes)()


@pytest.mark.libreoffice
def test_an_expression_in_vba_means_what_it_means_in_python() -> None:
    """In one start: every expression over every row, the texts and errors among them."""
    draw = random.Random(20261130)
    trees = [grown(draw) for _ in range(120)]
    texts = [
        vba_function(f"Tree_{number}({HEAD})", {"": {"found": tree}}, {}, literal) for number, tree in enumerate(trees)
    ]
    source = next(one for one in modules() if one.name == "KpixlKpis").source
    helpers = source[source.index("' How Excel calculates") :]
    shown = [
        f"Public Function CHECK_{number}({HEAD}) As Variant\n"
        f"    Dim found As Variant\n    found = Tree_{number}(CellOf(a), CellOf(b), CellOf(c))\n"
        f'    If IsEmpty(found) Then CHECK_{number} = "" Else CHECK_{number} = found\nEnd Function'
        for number in range(len(trees))
    ]
    blank = "Private Function CellOf(cell As Variant) As Variant\n    CellOf = KpixlBlock(cell)(1, 1)\nEnd Function"
    module = Module("Trees", "\n\n".join(["Option Explicit", helpers, blank, *texts, *shown]))
    pairs = [(number, row) for number in range(len(trees)) for row in draw.sample(ROWS, 12)]
    cases = [Case(f"CHECK_{number}", tuple(row.values()), None) for number, row in pairs]
    found = vba_host.computed(cases, [*modules(), module])
    kinds = set()
    for (number, row), cell in zip(pairs, found, strict=True):
        expected = evaluate_single(trees[number], row.__getitem__)
        kinds.add(type(expected))
        if isinstance(expected, State):
            expected = {State.DIV0: ExcelError.DIV0, State.NUM: ExcelError.NUM, State.NA: ExcelError.NA}.get(
                expected, ExcelError.VALUE
            )
        elif isinstance(expected, bool):
            assert cell is expected or cell == expected, (to_excel(trees[number]), row)
            continue
        assert same(cell, "" if expected is None else expected), (to_excel(trees[number]), row, cell)
    assert kinds == {float, bool, str, State, type(None)}


def test_rules_are_variables_and_what_is_long_has_one_too() -> None:
    rules = {"next": A + 1, "sum": Name("next") * sum((A for _ in range(30)), B)}
    bind = {"a": "first", "b": "second"}
    head, *lines = vba_function("Sums(first As Variant, second As Variant)", {"": rules}, bind, literal).splitlines()
    assert head == "Private Function Sums(first As Variant, second As Variant) As Variant"
    assert '    its_next = Calc(first, "+", 1.0)' in lines
    assert len([line for line in lines if line.startswith("    part_")]) >= 2
    assert lines[-2].startswith('    Sums = Calc(its_next, "*", ')
    assert all(len(line) < 400 for line in lines)
    with pytest.raises(TypeError):
        vba_function("Row(a As Variant)", {"": {"row": sum_of(A)}}, {}, literal)


def test_rules_that_are_alike_are_written_once() -> None:
    rules = {f"kpi{number}": {"twice": A * (3 if number == 7 else 2)} for number in range(50)}
    lines = vba_function("Twice(id As String, a As Variant)", rules, {}, literal).splitlines()
    assert len([line for line in lines if line.endswith('Calc(a, "*", 2.0)')]) == 3  # 20 ids in a line
    assert lines[lines.index('        Case "kpi7"') + 1] == '            Twice = Calc(a, "*", 3.0)'


@given(st.text(max_size=30))
def test_a_literal_is_ascii_and_means_the_text(text: str) -> None:
    text = text.encode("utf-16-le", "ignore").decode("utf-16-le")
    made = literal(text)
    assert made.isascii()
    assert "\n" not in made
    units = b""
    for quoted, number in re.findall(r'"((?:[^"]|"")*)"|ChrW\((\d+)\)', made):
        units += int(number).to_bytes(2, "little") if number else quoted.replace('""', '"').encode("utf-16-le")
    assert units.decode("utf-16-le") == text
