"""What the sheets show is written from expressions: by hand what they come to, and that no sheet writes a function."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from kpixl.formula import evaluate, to_excel
from kpixl.kpi.grading import AGAINST, DISTANCE
from kpixl.kpi.partial import PART
from kpixl.kpi.what_if import DIFFERENCE
from kpixl.workbook.sheets import what_if

SHEETS = Path(what_if.__file__).parent
FUNCTION = re.compile(r"\b[A-Z][A-Z0-9]+\(")


def texts_with_functions(source: str) -> list[str]:
    """The literal texts, and those with places in them, in which a spreadsheet's function is called."""
    tree = ast.parse(source)
    inner = {id(part) for node in ast.walk(tree) if isinstance(node, ast.JoinedStr) for part in ast.walk(node)}
    told = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    return [
        text
        for node in ast.walk(tree)
        if isinstance(node, ast.JoinedStr) or (isinstance(node, ast.Constant) and isinstance(node.value, str))
        if id(node) not in told and (isinstance(node, ast.JoinedStr) or id(node) not in inner)
        if FUNCTION.search(text := ast.unparse(node))
    ]


def test_it_is_seen_where_a_sheet_writes_a_function() -> None:
    assert texts_with_functions("""x = f'IF({y}=0,"",{z})'""")
    assert texts_with_functions("x = 'TODAY()'")
    assert not texts_with_functions('''def f():\n    """NA() is a word here."""\n    return either(known(x), MAX(2))''')


@pytest.mark.parametrize("module", sorted(path.stem for path in SHEETS.glob("*.py")))
def test_no_sheet_writes_a_function_by_hand(module: str) -> None:
    found = texts_with_functions((SHEETS / f"{module}.py").read_text(encoding="utf-8"))
    assert found == []


@pytest.mark.parametrize(
    ("gone", "left", "half", "low", "above", "part"),
    [
        (15.0, 15.0, 3.0, 0.4, 0.6, 0.4),  # half a period: the share by its fifth tenth
        (16.0, 14.0, 3.0, 0.4, 0.7, 0.5),  # 5.33 tenths: a third of the way from 0.4 to 0.7
        (29.0, 1.0, 3.0, 0.8, None, 0.8 + 0.2 * 2 / 3),  # in the last tenth it goes to the whole
        (9.0, 21.0, 3.0, 0.3, 0.4, None),  # less than a third has gone
        (10.0, 20.0, 3.0, 0.3, 0.4, 0.3 + 0.1 / 3),
        (15.0, 15.0, 2.0, 0.4, 0.6, None),  # two closed periods say nothing
        (30.0, 0.0, 9.0, 0.4, 0.6, None),  # it is over
        (15.0, 15.0, 3.0, None, 0.6, None),
    ],
)
def test_the_part_of_a_period(
    gone: float, left: float, half: float, low: float | None, above: float | None, part: float | None
) -> None:
    given = {"days_gone": gone, "days_left": left, "days_share": gone / (gone + left)}
    found = evaluate(PART, given | {"half": half, "low": low, "above": above})
    assert found == (part if part is None else pytest.approx(part))


@pytest.mark.parametrize(
    ("target", "following", "previous", "against"),
    [
        (0.9, 0.8, 0.7, 0.9),
        (None, 0.8, 0.7, 0.8),
        (None, None, 0.7, 0.7),
        (0.0, 0.8, 0.7, 0.0),
        (None, None, None, None),
    ],
)
def test_what_a_value_is_held_against(
    target: float | None, following: float | None, previous: float | None, against: float | None
) -> None:
    assert evaluate(AGAINST, {"target": target, "next_value": following, "previous": previous}) == against


def test_the_distance_is_that_of_the_forecast_and_in_points_of_a_share() -> None:
    given = {"value": 0.5, "forecast": None, "against": 0.75, "unit_scale": 100.0}
    assert evaluate(DISTANCE, given) == -25.0
    assert evaluate(DISTANCE, given | {"forecast": 1.0}) == 25.0
    assert evaluate(DISTANCE, given | {"against": None}) is None
    assert evaluate(DISTANCE, given | {"value": None, "forecast": 1.0}) is None


def test_a_supposed_difference_is_more_than_noise() -> None:
    pairs = [(3.0, 5.0), (5.0, 3.0), (0.1 + 0.2, 0.3), (None, 1.0), (1.0, None), (1e12, 1e12 + 1)]
    found = [evaluate(DIFFERENCE, {"now": now, "then": then}) for now, then in pairs]
    assert found == [2.0, -2.0, None, None, None, None]


@pytest.mark.parametrize(
    ("now", "then", "knob"),
    [(10, 10, 5), (10, 0, 0), (10, 20, 10), (10, 99, 10), (10, 12, 6), (0, 3, 10), (0, 0, 5), (0, -1, 0), (10, 11, 6)],
)
def test_the_knob_of_a_slider(now: float, then: float, knob: int) -> None:
    shown = what_if.slider(float(now), float(then))
    assert (shown.index(what_if.KNOB), len(shown)) == (knob, 11)


def test_formulas_name_what_they_are_made_of() -> None:
    assert to_excel(DIFFERENCE) == (
        'IF(AND(ISNUMBER(now),ISNUMBER(then)),IF(ABS(then-now)<=1E-9*MAX(1,ABS(then)),"",then-now),"")'
    )
