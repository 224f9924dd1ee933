"""What the parts of a rule mean: by hand, the same over single values and over arrays, and as a spreadsheet has it."""

from __future__ import annotations

import math

import ironcalc
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kpixl.formula import Name, Node, evaluate, evaluate_all, to_excel
from kpixl.formula.expressions import (
    BLANK,
    absolute,
    at_least,
    at_most,
    cases,
    choose,
    count,
    count_of,
    either,
    equal,
    every,
    floor,
    known,
    largest,
    less_than,
    maximum,
    minimum,
    more_than,
    opposite,
    or_else,
    round_up,
    same,
    smallest,
    some,
    square_root,
    sum_of,
)
from kpixl.formula.nodes import Blank, as_node
from kpixl.formula.reduced import reduced
from kpixl.formula.states import State, values
from kpixl.formula.to_python import evaluate_single

A, B, C = Name("a"), Name("b"), Name("c")
GIVEN = {"a": 8.0, "b": 5.0, "c": None}  # c is blank


@pytest.mark.parametrize(
    ("node", "value"),
    [
        (either(A > B, A, B), 8.0),
        (either(A < B, A, B), 5.0),
        (either(known(C), C, 1), 1.0),
        (either(known(A, C), A), None),
        (or_else(A + C, 3), 3.0),  # a blank is not calculated with
        (or_else(A / 0, 3), 3.0),
        (A / 0, None),
        (or_else(C, 3), None),  # a blank is no error
        (every(A > 1, B > 1, A > B), True),
        (every(A > 1, B > 6), False),
        (some(A < 1, B > 1), True),
        (opposite(A > 1), False),
        (C > A, True),  # as in Excel, a text, be it empty, comes after every number
        (every(known(C), C > A), False),
        (equal(C, C), True),
        (at_least(0.3, Name("sum")), True),
        (more_than(Name("sum"), 0.3), False),
        (at_most(Name("sum"), 0.3), True),
        (less_than(0.3, Name("sum")), False),
        (at_least(A - 9e-9, A), False),  # noise grows with the number: 8e-9 at 8
        (at_least(A - 7e-9, A), True),
        (same(A, A + 7e-9), True),
        (maximum(A, B, 9), 9.0),
        (minimum(A, B, 9), 5.0),
        (absolute(B - A), 3.0),
        (square_root(A * 2), 4.0),
        (square_root(B - A), None),
        (floor(-1.5 * Name("one")), -2.0),
        (round_up(1.2 * Name("one")), 2.0),
        (round_up(-1.2 * Name("one")), -2.0),
        (count(A, B, C), 2.0),
        (choose(2, A, B, C), 5.0),
        (choose(4, A, B, C), None),
        (cases((A < B, 1), (A > B, 2), otherwise=3), 2.0),
    ],
)
def test_by_hand(node: Node, value: float | bool | None) -> None:
    found = evaluate(node, {**GIVEN, "sum": 0.1 + 0.2, "one": 1.0})
    assert found == (value if value is None else pytest.approx(float(value)))


@pytest.mark.parametrize(
    ("node", "value"),
    [(count_of(Name("row")), 3.0), (sum_of(Name("row")), 9.0), (smallest(Name("row")), None)],
)
def test_a_series_with_a_gap(node: Node, value: float | None) -> None:
    assert evaluate(node, {"row": [2.0, None, 3.0, 4.0]}) == value


def test_a_series_without_gaps() -> None:
    row = {"row": [2.0, 3.0, 4.0]}
    assert (evaluate(smallest(Name("row")), row), evaluate(largest(Name("row")), row)) == (2.0, 4.0)


def test_what_is_certain_is_decided_at_once() -> None:
    assert either(True, A, B) == A
    assert every(A > 1, True) == (A > 1)
    assert some(A > 1, True) == every()
    assert known(3) == every()
    assert opposite(opposite(A > 1)) == (A > 1)


def test_what_has_a_value_leaves_no_question() -> None:
    rules = {
        "running": A * 0 > 0,
        "found": either(Name("running"), B / 2, B),
        "unasked": either(known(C), A, 5),
        "wanted": either(every(known(B), known(C)), Name("found") + Name("unasked"), 0),
    }
    # b is known, c is not there: what runs is out of the question, and so is what nobody needs.
    assert reduced(rules, "wanted", {"a": as_node(8)}, ("b", "c")) == {"wanted": B + 8}
    assert reduced(rules, "wanted", {"a": as_node(8), "c": BLANK}, ("b",)) == {"wanted": as_node(0)}
    assert reduced({"wanted": A / 0}, "wanted", {"a": as_node(8)}) == {"wanted": as_node(8) / 0}  # an error stays


def test_excel_writes_few_parentheses_and_no_noise_twice() -> None:
    assert to_excel(at_least(A, B)) == "a-b>=-1E-9*MAX(1,ABS(b))"
    assert to_excel(at_least(A, 0)) == "a>=-1E-9"
    assert to_excel(either(known(A), (A - B) / (A + B))) == 'IF(ISNUMBER(a),(a-b)/(a+b),"")'
    assert to_excel(either(equal(A, B), 'a "b"')) == 'IF(a=b,"a ""b""","")'


# Engines among one another: what an owner may type is a number, nothing, or an edge to another number

INPUTS = st.one_of(
    st.none(),
    st.sampled_from([0.0, 1.0, -1.0, 0.5, 0.5 + 4e-10, 0.5 - 4e-10, 1e6, 1e-12]),
    st.floats(-1e6, 1e6).map(lambda number: round(number, 3)),
)
LEAVES = st.sampled_from([A, B, C])


def numbers(inner: st.SearchStrategy[Node]) -> st.SearchStrategy[Node]:
    pairs = st.tuples(inner, inner)
    truths = st.one_of(
        pairs.map(lambda two: at_least(*two)),
        pairs.map(lambda two: less_than(*two)),
        pairs.map(lambda two: same(*two)),
        pairs.map(lambda two: two[0] > two[1]),
        inner.map(known),
    )
    tests = st.one_of(truths, st.tuples(truths, truths).map(lambda two: every(*two)), truths.map(opposite))
    return st.one_of(
        pairs.map(lambda two: two[0] + two[1]),
        pairs.map(lambda two: two[0] / two[1]),
        pairs.map(lambda two: or_else(two[0] - two[1], 7)),
        st.tuples(tests, inner, inner).map(lambda three: either(*three)),
        st.tuples(tests, inner).map(lambda two: either(two[0], two[1], BLANK)),
        pairs.map(lambda two: or_else(maximum(*(or_else(one + 0, 0) for one in two)), 2)),
        st.tuples(inner, inner, inner).map(lambda three: count(*three)),
    )


TREES = st.recursive(LEAVES, numbers, max_leaves=8)
ROWS = st.fixed_dictionaries({"a": INPUTS, "b": INPUTS, "c": INPUTS})


@given(TREES, st.lists(ROWS, min_size=1, max_size=4))
def test_arrays_have_what_single_values_have(tree: Node, rows: list[dict[str, float | None]]) -> None:
    columns = {id_: values([row[id_] if row[id_] is not None else math.nan for row in rows]) for id_ in "abc"}
    found = evaluate_all(tree, columns.__getitem__)
    data, state = (np.broadcast_to(one, len(rows)) for one in (found.data, found.state))
    for place, row in enumerate(rows):
        single = evaluate_single(tree, row.__getitem__)
        if isinstance(single, State):
            assert state[place] == single
        elif single is None:
            assert state[place] == State.BLANK
        else:
            assert state[place] == State.VALUE
            assert data[place] == pytest.approx(single, rel=1e-12)


@given(TREES, ROWS, st.sets(st.sampled_from("abc")))
def test_what_is_decided_beforehand_is_what_comes_out(
    tree: Node, row: dict[str, float | None], fixed: set[str]
) -> None:
    literals = {id_: Blank() if row[id_] is None else as_node(row[id_] or 0) for id_ in fixed}
    numbers = [id_ for id_ in "abc" if row[id_] is not None]
    rules = reduced({"tree": tree}, "tree", literals, numbers)
    assert evaluate_single(rules["tree"], row.__getitem__) == evaluate_single(tree, row.__getitem__)


@given(TREES, ROWS)
def test_a_spreadsheet_has_the_same(tree: Node, row: dict[str, float | None]) -> None:
    model = ironcalc.create("expression", "en", "UTC", "en")
    for place, id_ in enumerate("abc", 1):
        value = row[id_]
        # What has no value is a formula that shows nothing, as on the sheets.
        model.set_user_input(0, place, 2, '=""' if value is None else repr(value))
    bind = {id_: f"$B${place}" for place, id_ in enumerate("abc", 1)}
    model.set_user_input(0, 1, 1, f'=IFERROR({to_excel(tree, bind)},"error")')
    model.evaluate()
    found, single = model.get_cell_value(0, 1, 1), evaluate_single(tree, row.__getitem__)
    if isinstance(single, State):
        assert found == "error"
    elif single is None:
        assert found == ""
    else:
        assert found == pytest.approx(single, rel=1e-9, abs=1e-9)
