"""One formula: parsed, evaluated and written for Excel."""

from __future__ import annotations

import math

import ironcalc
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kpixl.formula import (
    Binary,
    FormulaError,
    Name,
    Negate,
    Node,
    Number,
    denominators,
    evaluate,
    names,
    parse,
    to_excel,
)

VALUES = {"a": 8.0, "b": 5.0, "c": 2.0}


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("a+b*c", 18),
        ("(a+b)*c", 26),
        ("a-b-c", 1),
        ("a-(b-c)", 5),
        ("a/b/c", 0.8),
        ("a/(b/c)", 3.2),
        ("-a+b", -3),
        ("-(a-b)", -3),
        ("a*-b", -40),
        (" 100 * ( a - b ) / c ", 150),
        (".5*a", 4),
    ],
)
def test_value(text: str, value: float) -> None:
    assert evaluate(parse(text), VALUES) == pytest.approx(value)


@pytest.mark.parametrize("text", ["a-(b-c)", "a/(b*c)", "(a+b)/c", "a-b-c", "-(a+b)", "a*(b+c)"])
def test_excel_text_keeps_the_parentheses_that_matter(text: str) -> None:
    assert to_excel(parse(text)) == text


def test_names_are_bound() -> None:
    formula = parse("(clients_end - clients_new) / clients_start")
    assert names(formula) == ("clients_end", "clients_new", "clients_start")
    bound = to_excel(formula, {"clients_new": "clients_new_staying_12m"})
    assert bound == "(clients_end-clients_new_staying_12m)/clients_start"
    assert denominators(formula) == (Name("clients_start"),)


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("a+", "missing at the end"),
        ("(a+b", "character 1 is not closed"),
        ("a b", "out of place"),
        ("a+)", "out of place"),
        ("a § b", "cannot read character 3"),
        ("", "missing"),
    ],
)
def test_what_is_no_formula(text: str, complaint: str) -> None:
    with pytest.raises(FormulaError, match=complaint):
        parse(text)


@pytest.mark.parametrize(
    "values", [{"a": 1.0, "b": 0.0}, {"a": None, "b": 1.0}, {"a": 1.0, "b": None}, {"a": 1e308, "b": 1e-308}]
)
def test_no_value_where_excel_has_an_error(values: dict[str, float | None]) -> None:
    assert evaluate(parse("a/b"), values) is None


leaves = st.one_of(
    st.integers(0, 99).map(lambda value: Number(float(value))), st.sampled_from(sorted(VALUES)).map(Name)
)
trees = st.recursive(
    leaves,
    lambda inner: st.one_of(inner.map(Negate), st.builds(Binary, st.sampled_from(["+", "-", "*", "/"]), inner, inner)),
    max_leaves=8,
)


@given(trees)
def test_written_and_read_again_it_is_the_same_formula(tree: Node) -> None:
    assert to_excel(parse(to_excel(tree))) == to_excel(tree)
    first, second = evaluate(tree, VALUES), evaluate(parse(to_excel(tree)), VALUES)
    assert (first is None) == (second is None)
    assert first is None or first == pytest.approx(second)


@given(trees)
def test_a_spreadsheet_computes_the_same(tree: Node) -> None:
    model = ironcalc.create("formula", "en", "UTC", "en")
    for row, (name, value) in enumerate(VALUES.items(), 1):
        model.set_user_input(0, row, 2, repr(value))
        model.new_defined_name(f"measure_{name}", None, f"Sheet1!$B${row}")
    bind = {name: f"measure_{name}" for name in VALUES}
    model.set_user_input(0, 1, 1, f'=IFERROR({to_excel(tree, bind)},"")')
    model.evaluate()
    expected, found = evaluate(tree, VALUES), model.get_cell_value(0, 1, 1)
    if expected is None:
        assert found == ""
    else:
        assert math.isclose(found, expected, rel_tol=1e-9, abs_tol=1e-9)
