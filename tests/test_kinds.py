"""Expressions of parts that do not go together are refused where they are built; no rule is one."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kinds import MAYBE, Kind, kind_of
from kpixl.catalog import businesses
from kpixl.formula import Name, names
from kpixl.formula import nodes as n
from kpixl.formula.expressions import (
    BLANK,
    absolute,
    at_least,
    cases,
    choose,
    day_of,
    either,
    equal,
    every,
    first_known,
    floor,
    joined,
    known,
    maximum,
    month,
    months_later,
    opposite,
    or_else,
    some,
    year,
)
from kpixl.formula.nodes import KindError, Node, Text, Truth, Wording, as_node
from kpixl.formula.states import State
from kpixl.formula.to_python import evaluate_single
from kpixl.kpi.calendar_rules import INSIDE, LATE_START, day_rules
from kpixl.kpi.grading import AGAINST, DISTANCE
from kpixl.kpi.partial import PART
from kpixl.kpi.rulebook import rulebook
from kpixl.kpi.signals import RUN_LENGTH, usual_rules
from kpixl.kpi.traits import traits_of
from kpixl.kpi.what_if import DIFFERENCE
from kpixl.period import Kind as PeriodKind

NUMBER, OTHER, DAY, LATER, SHARE = (Name(id_) for id_ in ("number", "other", "day", "later", "share"))
TEXT, TRUTH, MISSING = Name("text"), Name("truth"), Name("missing")
NAMES = {
    "number": Kind.NUMBER, "other": Kind.NUMBER, "day": Kind.DAY, "later": Kind.DAY, "share": Kind.SHARE,
    "text": Kind.TEXT, "truth": Kind.TRUTH, "missing": MAYBE, "cell": Kind.CELL,
}  # fmt: skip


# Where they are built


@pytest.mark.parametrize(
    "build",
    [
        lambda: NUMBER - Text("x"),
        lambda: 1 + as_node("x"),
        lambda: -Wording("better"),
        lambda: NUMBER * Truth(True),
        lambda: NUMBER / known(OTHER),
        lambda: (NUMBER > OTHER) + 1,
        lambda: joined("a", NUMBER) ** 2,
        lambda: Text("x") < NUMBER,
        lambda: at_least(NUMBER, "x"),
        lambda: maximum(1, Wording("better")),
        lambda: absolute(NUMBER > 1),
        lambda: choose("x", 1, 2),
    ],
)
def test_nothing_but_a_number_is_calculated_with(build: Callable[[], Node]) -> None:
    with pytest.raises(KindError, match=r"is calculated with, in operand \d of "):
        build()


@pytest.mark.parametrize(
    "build",
    [
        lambda: either(1, 2, 3),
        lambda: either(NUMBER - 1, 2),
        lambda: every(NUMBER > 1, "x"),
        lambda: some(TRUTH, joined("a")),
        lambda: opposite(Wording("better")),
        lambda: cases((BLANK, 1)),
    ],
)
def test_what_is_tested_is_true_or_false(build: Callable[[], Node]) -> None:
    with pytest.raises(KindError, match=r"is neither true nor false, in test \d of "):
        build()


# Looked at whole


@pytest.mark.parametrize(
    ("node", "kind"),
    [
        (NUMBER + OTHER * 2, Kind.NUMBER),
        (NUMBER - MISSING, Kind.NUMBER | Kind.ERROR),
        (LATER - DAY, Kind.NUMBER),
        (DAY + 7, Kind.DAY),
        (months_later(DAY, -1), Kind.DAY),
        (day_of(year(DAY), month(DAY), 1) - DAY, Kind.NUMBER),
        (SHARE * SHARE, Kind.SHARE),
        (SHARE * 2, Kind.NUMBER),
        (either(TRUTH, NUMBER, "none"), Kind.NUMBER | Kind.TEXT),
        (either(TRUTH, NUMBER), MAYBE),
        (or_else(NUMBER / OTHER, 0), Kind.NUMBER),
        (first_known(MISSING, 0), Kind.NUMBER),
        (joined(NUMBER, " of ", OTHER), Kind.TEXT),
        (equal(TEXT, "x"), Kind.TRUTH),
        (choose(NUMBER, "a", "b"), Kind.TEXT),
        # After it is known, it is a number; where it is not, it is none.
        (either(known(MISSING), MISSING + 1, 0), Kind.NUMBER),
        (either(opposite(known(MISSING)), 0, MISSING), Kind.NUMBER),
        (either(known(Name("cell")), Name("cell") * 2, Name("cell")), Kind.NUMBER | Kind.CELL),
    ],
)
def test_what_an_expression_gives(node: Node, kind: Kind) -> None:
    assert kind_of(node, NAMES) == kind


@pytest.mark.parametrize(
    ("node", "message"),
    [
        (NUMBER + TEXT, "a text is calculated with, in the right of +"),
        (either(NUMBER > 1, 2 * TRUTH, 0), "a truth is calculated with, in what either gives > the right of *"),
        (DAY + LATER, "day + day is no day and no number, in the whole"),
        (joined("to ", NUMBER - DAY), "number - day is no day and no number, in part 2 of a text"),
        (DAY * 2, "day * number is no day and no number, in the whole"),
        (either(TEXT, 1, 2), "a text is neither true nor false, in the test of either"),
        (every(TRUTH, NUMBER), "a number is neither true nor false, in test 2 of every"),
        (year(NUMBER), "year is asked of what is no day, in the whole"),
        (equal(NUMBER, TEXT), "a number is compared with a text, in the whole"),
        (either(TRUTH, NUMBER, "none") / 2, "a number or text is calculated with, in the left of /"),
        (floor(Name("unheard")), "nothing is called unheard, in argument 1 of floor"),
    ],
)
def test_where_parts_do_not_go_together(node: Node, message: str) -> None:
    with pytest.raises(KindError) as found:
        kind_of(node, NAMES)
    assert str(found.value) == message


NOTHING = Kind.BLANK | Kind.ERROR
TEXTS = {"sign", "against_target", "trend", "pace", "reason"}
"""The rules of a KPI that give a word; all others give numbers."""
GIVEN = {"falls": Kind.TRUTH, "days_share": Kind.SHARE}


def kinds_of(rules: Mapping[str, Node], given: Mapping[str, Kind]) -> Mapping[str, Kind]:
    """What each rule gives; what it takes from outside may be missing, where nothing else is said."""
    found = {id_: MAYBE for rule in rules.values() for id_ in names(rule) if id_ not in rules} | dict(given)

    def look_at(id_: str) -> None:
        if id_ not in found:
            for named in names(rules[id_]):
                look_at(named)
            found[id_] = kind_of(rules[id_], found)

    for id_ in rules:
        look_at(id_)
    return {id_: found[id_] for id_ in rules}


def test_the_rules_of_every_kpi_go_together() -> None:
    for kpi in (kpi for one in businesses() for kpi in one.kpis):
        for id_, kind in kinds_of(rulebook(kpi), GIVEN).items():
            assert kind & ~NOTHING in (Kind(0), Kind.TEXT if id_ in TEXTS else Kind.NUMBER), (kpi.id, id_, kind)
        rules = usual_rules(traits_of(kpi), 0.0, None)
        given = {"withheld": MAYBE, "falls": Kind.TRUTH}
        assert {kind & ~NOTHING for kind in kinds_of(rules, given).values()} <= {Kind(0), Kind.NUMBER}


DAYS = dict.fromkeys(("day", "period_start", "period_after", "today", "last_day"), Kind.DAY)


@pytest.mark.parametrize("length", PeriodKind)
def test_days_are_days_and_lengths_are_numbers(length: PeriodKind) -> None:
    """By their names: a length is told in periods, months or days, or is a count."""
    given = DAYS | {"entered_until": Kind.DAY | Kind.BLANK, "late_days": Kind.NUMBER, "repeat_days": Kind.NUMBER}
    lengths = {
        "period_months",
        "closed_quarter",
        "closed_year",
        "days_gone",
        "days_left",
        "days_share",
        "outcomes_open",
    }
    rules = dict(day_rules(length))
    closed = {id_ for id_ in rules if id_.startswith("closed_")}
    for id_, kind in kinds_of(rules, given).items():
        wanted = Kind.NUMBER if id_ in lengths | closed else Kind.DAY
        assert wanted in kind, (id_, kind)
        assert not kind & (Kind.TEXT | Kind.TRUTH), (id_, kind)
    assert kind_of(LATE_START, given) == Kind.DAY
    assert kind_of(INSIDE, given) == Kind.NUMBER


@pytest.mark.parametrize("rule", [PART, AGAINST, DISTANCE, DIFFERENCE, RUN_LENGTH])
def test_other_rules_give_numbers(rule: Node) -> None:
    assert kind_of(rule, dict.fromkeys(names(rule), MAYBE)) & ~NOTHING == Kind.NUMBER


# What is found to go together never fails for its kind


def expressions() -> st.SearchStrategy[Node]:
    leaves = st.sampled_from([NUMBER, OTHER, TEXT, TRUTH, as_node(2), as_node("x"), as_node(True), BLANK, as_node(0)])

    def more(part: st.SearchStrategy[Node]) -> st.SearchStrategy[Node]:
        signs = st.sampled_from(["+", "-", "*", "/"])
        return st.one_of(
            st.builds(n.Binary, signs, part, part),
            st.builds(n.Compare, st.sampled_from(["=", ">"]), part, part),
            st.builds(n.If, part, part, part),
            st.builds(n.And, st.tuples(part, part)),
            st.builds(n.IsNumber, part),
            st.builds(n.Otherwise, part, part),
            st.builds(n.Not, part),
            st.builds(lambda a, b: n.Call("maximum", (a, b)), part, part),
        )

    return st.recursive(leaves, more, max_leaves=12)


VALUES = {"number": 3.0, "other": 0.0, "text": "x", "truth": True}
PYTHON = {Kind.NUMBER: float, Kind.TEXT: str, Kind.TRUTH: bool}


@settings(max_examples=400)
@given(expressions())
def test_what_goes_together_gives_what_was_told(node: Node) -> None:
    try:
        kind = kind_of(node, NAMES)
    except KindError:
        return
    found = evaluate_single(node, VALUES.__getitem__)
    told = tuple(type_ for one, type_ in PYTHON.items() if one in kind)
    if isinstance(found, State):
        assert Kind.ERROR in kind or _divided(node)
    else:
        assert Kind.BLANK in kind if found is None else isinstance(found, told)


def _divided(node: Node) -> bool:
    """Whether it may be a division by nothing, which no kind tells."""
    return any(isinstance(part, n.Binary) and part.operator == "/" for part in n.walk(node))
