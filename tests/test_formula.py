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
from narrow import number

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
        # As in Excel: a sign binds tighter than a power, and powers go from left to right.
        ("-2^2", 4),
        ("2^3^2", 64),
        ("2^-1", 0.5),
        ("0-2^2", -4),
        ("-(2^2)", -4),
        ("-b^c", 25),
        ("a-c^2", 4),
        ("2*3^2", 18),
        ("6/c^2", 1.5),
        ("4^.5", 2),
        ("(a+1)^c", 81),
        ("+a", 8),
        ("a-+b", 3),
        ("--a", 8),
        ("-+-a", 8),
        ("+(a-b)*+c", 6),
        # Per cent comes first of all.
        ("10%", 0.1),
        ("10%%", 0.001),
        ("-10%", -0.1),
        ("a*25%", 2),
        ("a%", 0.08),
        ("(a+c)%", 0.1),
        ("100%-25%", 0.75),
        ("2^100%", 2),
        ("100%^2", 1),
        (" 10 % * a ", 0.8),
    ],
)
def test_value(text: str, value: float) -> None:
    assert evaluate(parse(text), VALUES) == pytest.approx(value)


@pytest.mark.parametrize(
    "text",
    [
        "a-(b-c)",
        "a/(b*c)",
        "(a+b)/c",
        "a-b-c",
        "-(a+b)",
        "a*(b+c)",
        "a^b^c",
        "a^(b^c)",
        "(a*b)^c",
        "a*b^c",
        "a^(-b)",
        "(-a)^b",
        "-(a^b)",
    ],
)
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
        ("a^", "missing at the end"),
        ("^a", "character 1 is out of place"),
        ("a^*b", "character 3 is out of place"),
        ("%a", "character 1 is out of place"),
        ("a % b", "character 5 is out of place"),
        ("a*/b", "character 3 is out of place"),
        ("SUM(a,b)", "cannot read character 6"),
        ("a1:b2", "cannot read character 3"),
        ('"a"', "cannot read character 1"),
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


@pytest.mark.parametrize("text", ["0^0", "0^-1", "(-8)^.5", "-8^.5", "10^400", "(0-a)^.5", "1/0%", "10^400-10^400"])
def test_no_value_where_a_power_is_an_error(text: str) -> None:
    assert evaluate(parse(text), VALUES) is None


def test_per_cent_is_a_number_to_divide_by() -> None:
    assert denominators(parse("a/(b-c)+10%")) == (parse("b-c"), Number(100.0))
    assert evaluate(parse("a%"), {"a": None}) is None
    assert evaluate(parse("a^b"), {"a": 2.0, "b": None}) is None
    assert names(parse("b^a% + b")) == ("b", "a")


leaves = st.one_of(
    st.integers(0, 99).map(lambda value: Number(float(value))), st.sampled_from(sorted(VALUES)).map(Name)
)
trees = st.recursive(
    leaves,
    lambda inner: st.one_of(
        inner.map(Negate),
        st.builds(Binary, st.sampled_from(["+", "-", "*", "/"]), inner, inner),
        st.builds(Binary, st.just("^"), inner, st.integers(0, 3).map(lambda value: Number(float(value)))),
    ),
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
        assert math.isclose(number(found), expected, rel_tol=1e-9, abs_tol=1e-9)
