"""Every rule of every kind of KPI, in every engine: at, just under and just over each edge, with blanks, zeros, errors,
huge and tiny figures; and what a hand-written reference makes of the same.

A spreadsheet has all of it in one sheet: a row a case, a column a rule, its names bound to the cells of that row.
"""

from __future__ import annotations

import math
import os
import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import ironcalc
import numpy as np
import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import libreoffice
import rules_by_hand as by_hand
from engines import contents
from kpixl.catalog import BusinessKpi, businesses
from kpixl.formula import Node, to_excel
from kpixl.formula.nodes import names
from kpixl.formula.reduced import in_order
from kpixl.formula.states import State, Values
from kpixl.formula.to_excel import literal
from kpixl.functions.grades import STEP, step_rules
from kpixl.kpi.evaluation import Evaluation, Evaluations
from kpixl.kpi.grade import thresholds_published
from kpixl.kpi.rulebook import rulebook
from kpixl.kpi.traits import GRADED, traits_of
from kpixl.ooxml.cells import cell_name, parse_cell

pytestmark = pytest.mark.slow

Input = float | bool | State | None
ERRORS = {"#N/A": State.NA, "#DIV/0!": State.DIV0, "#NUM!": State.NUM, "#VALUE!": State.WRONG}
WRITTEN = {State.NA: "NA()", State.DIV0: "1/0", State.NUM: "SQRT(-1)", State.WRONG: '1+""'}
HUGE = 1e60
PERIODS = ((0.0, 31.0), (10.0, 21.0), (31.0, 0.0))
"""Days gone and left: not begun, running, over."""


def kinds() -> Iterator[BusinessKpi]:
    """A KPI of each kind: those that have the same traits have the same rules."""
    seen = set()
    for kpi in (kpi for business in businesses() for kpi in business.kpis):
        traits = traits_of(kpi)
        if traits not in seen:
            seen.add(traits)
            yield kpi


KINDS = tuple(kinds())


@cache
def inputs_of(number: int) -> tuple[str, ...]:
    """What the rules of a kind take from outside."""
    rules = rulebook(KINDS[number])
    return tuple(dict.fromkeys(id_ for rule in rules.values() for id_ in names(rule) if id_ not in rules))


@cache
def order_of(kind: int) -> Sequence[str]:
    """The rules of a kind, each after those that it names."""
    return in_order([rulebook(KINDS[kind])])


@dataclass(frozen=True)
class Case:
    """A KPI and what goes into its rules."""

    kind: int
    given: Mapping[str, Input]

    @property
    def rules(self) -> Mapping[str, Node]:
        return rulebook(KINDS[self.kind])

    def __str__(self) -> str:
        return f"{KINDS[self.kind].id} {dict(self.given)}"


def drawn(draw: random.Random, kind: int) -> Case:
    """A case: most often a whole and a part of it that lies at an edge, or next to it."""
    kpi = KINDS[kind]
    edges = [thresholds_published(kpi).get(level, draw.choice([None, 0.5, 1000.0])) for level in GRADED]
    edge = draw.choice([edge for edge in (*edges, 0.0, 1.0, draw.uniform(0, 2)) if edge is not None])
    whole = float(draw.choice([1, 3, 40, 100, 7000]))
    beside = draw.choice([0, 0, 5e-10, -5e-10, 3e-9, -3e-9, 0.01, -0.01]) * max(1.0, edge)
    given: dict[str, Input] = {f"measure.{name}": whole for name in kpi.kpi.arguments}
    given[f"measure.{kpi.kpi.arguments[0]}"] = (edge + beside) * (whole if len(kpi.kpi.arguments) > 1 else 1)
    if draw.random() < 0.3:
        odd = f"measure.{draw.choice(kpi.kpi.arguments)}"
        given[odd] = draw.choice([None, 0.0, -1.0, HUGE, 1e-12, State.NA, State.DIV0, float(draw.randint(0, 200))])
    gone, left = draw.choice(PERIODS)
    given |= dict(zip((level.id for level in GRADED), edges, strict=True))
    given |= {
        "days_gone": gone, "days_left": left, "days_share": gone / (gone + left),
        "dollar_rate": draw.choice([None, 1.0]),
        "typed_target": draw.choice([None, edge, edge * (1 + 5e-10), edge * (1 + 1e-6), -3.0, 1.2, 50.0]),
        "previous": draw.choice([None, edge, 0.8, 0.0]), "sample": draw.choice([whole, None, 0.0, 2.0]),
        "minimum_cases": draw.choice([0.0, 5.0, whole]), "part": draw.choice([None, 0.0, 0.4]),
        "total": draw.choice([given[f"measure.{kpi.kpi.arguments[0]}"], None]),
        "squares": draw.choice([None, (edge + beside) ** 2 * whole * 1.5]), "typed": draw.choice([0.0, 1.0]),
        "outcomes_open": draw.choice([0.0, 1.0]), "outcomes_typed": draw.choice([0.0, 1.0]),
        "wrong_lever": draw.choice([0.0, 3.0]), "wrong_sample": draw.choice([0.0, 3.0]), "unread_lever": 0.0,
        "unsaid": float(whole < 5), "contradicted": float(whole == 3),
        "usual_low": draw.choice([None, edge * 0.9]), "usual_high": draw.choice([None, edge * 1.1]),
        "signal_number": draw.choice([None, 0.0, 1.0, 2.0, 4.0]), "place": 3.0, "falls": kpi.kpi.direction == "down",
    }  # fmt: skip
    return Case(kind, {id_: given[id_] for id_ in inputs_of(kind)})


@pytest.fixture
def draw() -> random.Random:
    """The same in every run, unless others are asked for."""
    return random.Random(None if os.environ.get("KPIXL_RANDOM") else 20261130)


def cases(draw: random.Random, each: int) -> list[Case]:
    return [drawn(draw, kind) for kind in range(len(KINDS)) for _ in range(each)]


def alone(case: Case) -> dict[str, Any]:
    """What Python gives for each rule."""
    found = Evaluation(case.rules, case.given)
    return {id_: found[id_] for id_ in case.rules}


def same(shown: Any, expected: Any) -> bool:
    """The kind of an error counts, too; a blank is an empty text."""
    if isinstance(expected, State) or isinstance(shown, State):
        return shown is expected
    if expected is None or isinstance(expected, str):
        return bool(shown == (expected or ""))
    if isinstance(shown, str):
        return False
    return math.isclose(float(shown), float(expected), rel_tol=1e-9, abs_tol=1e-9)


# A sheet: the inputs of a case in the first columns of its row, then its rules


def laid_out(every: Sequence[Case]) -> Iterator[tuple[int, int, Input | str]]:
    """What stands in the cells; a text is a formula."""
    for row, case in enumerate(every, 1):
        order = order_of(case.kind)
        bind = {id_: cell_name(row, column) for column, id_ in enumerate((*case.given, *order), 1)}
        for column, value in enumerate(case.given.values(), 1):
            written = '""' if value is None else WRITTEN[value] if isinstance(value, State) else None
            yield row, column, value if written is None else f"={written}"
        for column, id_ in enumerate(order, len(case.given) + 1):
            yield row, column, f"={to_excel(case.rules[id_], bind, literal)}"


def differences(every: Sequence[Case], shown: Mapping[tuple[int, int], Any]) -> list[str]:
    found = []
    for row, case in enumerate(every, 1):
        expected = alone(case)
        for column, id_ in enumerate(order_of(case.kind), len(case.given) + 1):
            cell = shown.get((row, column), "")
            if not same(ERRORS.get(cell, cell) if isinstance(cell, str) else cell, expected[id_]):
                found.append(f"{id_} of {case}: {cell!r}, not {expected[id_]!r}")
    return found


def in_ironcalc(path: Path) -> Mapping[tuple[int, int], Any]:
    model = ironcalc.load_from_xlsx(str(path), "en", "UTC", "en")
    model.evaluate()
    sheet = openpyxl.load_workbook(path).active
    assert sheet is not None
    return {
        (row, column): model.get_cell_value(0, row, column)
        for row in range(1, sheet.max_row + 1)
        for column in range(1, sheet.max_column + 1)
    }


def in_libreoffice(path: Path) -> Mapping[tuple[int, int], Any]:
    (computed,) = libreoffice.recalculate([path], path.parent / "out")
    return {parse_cell(cell): content.value for (_, cell), content in contents(computed).items()}


@pytest.mark.libreoffice
@pytest.mark.parametrize("engine", [in_ironcalc, in_libreoffice])
def test_a_spreadsheet_has_what_python_has(engine: Callable[[Path], Any], tmp_path: Path, draw: random.Random) -> None:
    every, book = cases(draw, each=8), openpyxl.Workbook()
    if engine is in_ironcalc:  # which takes for zero what is as near to it as 1E-60, and Excel does not
        every = [case for case in every if HUGE not in case.given.values()]
    assert len(every) > 150
    sheet = book.active
    assert sheet is not None
    for row, column, value in laid_out(every):
        sheet.cell(row, column).value = value
    book.save(tmp_path / "rules.xlsx")
    assert differences(every, engine(tmp_path / "rules.xlsx")) == []


@settings(max_examples=3)  # each has every kind
@given(seed=st.integers(0, 2**32))
def test_many_workbooks_at_once_have_what_each_has(seed: int) -> None:
    draw = random.Random(seed)
    for kind in range(len(KINDS)):
        every = [drawn(draw, kind) for _ in range(6)]
        singles = list(map(alone, every))
        columns = {id_: column([case.given[id_] for case in every]) for id_ in inputs_of(kind)}
        many = Evaluations(every[0].rules, columns)  # type: ignore[arg-type]
        for id_ in every[0].rules:
            data, state = (np.broadcast_to(one, len(every)) for one in (many[id_].data, many[id_].state))
            for place, case in enumerate(every):
                shown = "" if state[place] == State.BLANK else data[place]
                shown = State(state[place]) if state[place] > State.BLANK else shown
                assert same(shown, singles[place][id_]), (id_, str(case), shown)


def column(given: Sequence[Input]) -> Values:
    states = [one if isinstance(one, State) else State.BLANK if one is None else State.VALUE for one in given]
    data = [0.0 if isinstance(one, State) or one is None else one for one in given]
    return Values(np.array(data), np.array(states, dtype=np.uint8))


# By hand


@given(st.sampled_from(sorted(by_hand.FACTS)), st.integers(0, 2**32))
def test_by_hand(id_: str, seed: int) -> None:
    kind = next(number for number, kpi in enumerate(KINDS) if kpi.id == id_)
    facts, draw = by_hand.FACTS[id_], random.Random(seed)
    kpi = KINDS[kind]
    assert kpi.kpi.arguments == facts.measures
    case = drawn(draw, kind)
    over = {
        "days_gone": 31.0, "days_left": 0.0, "wrong_lever": 0.0, "wrong_sample": 0.0, "minimum_cases": 0.0,
        "contradicted": 0.0,
    }  # fmt: skip
    found = Evaluation(case.rules, {**case.given, **over})
    known = {name: number(case.given[f"measure.{name}"]) for name in facts.measures}
    why = by_hand.reason(facts, known)
    assert (found.number("value") is None) == (why is not None)
    if why is not None:
        assert found.text("reason") == why
        return
    measures = [one for one in known.values() if one is not None]
    value = facts.value(*measures)
    assert found.number("value") == pytest.approx(value, rel=1e-12)
    impossible = min(measures) < -1e-9 or (facts.whole and value > 1 + 1e-9)  # what is nearer is noise
    assert (found.number("withheld") == 2) == impossible
    if impossible:
        return
    edges = tuple(number(case.given[level.id]) for level in GRADED)
    assert found.number("level") == by_hand.level(facts, value, edges)  # type: ignore[arg-type]
    assert found.text("against_target") == by_hand.against_target(facts, value, number(case.given["typed_target"]))
    cases_ = case.given.get("sample")
    if facts.whole and cases_ and not isinstance(cases_, State):
        ends = by_hand.wilson(min(1.0, value), cases_)
        assert (found.number("interval_low"), found.number("interval_high")) == pytest.approx(ends, abs=1e-9)


def number(given: Input) -> float | None:
    return None if given is None or isinstance(given, State) else float(given)


@given(st.sampled_from(range(len(KINDS))), st.integers(0, 2**32))
def test_a_function_in_a_cell_takes_the_step_of_the_scorecard(kind: int, seed: int) -> None:
    """What a period that is over decides beforehand changes nothing."""
    kpi, case = KINDS[kind], drawn(random.Random(seed), kind)
    arguments = {id_: value for id_, value in case.given.items() if id_.startswith("measure.")}
    sample = f"measure.{kpi.kpi.sample}"
    over = {
        **case.given, "days_gone": 31.0, "days_left": 0.0, "minimum_cases": 0.0, "wrong_lever": 0.0,
        "wrong_sample": 0.0, "contradicted": 0.0,
        "outcomes_open": 0.0, "typed_target": None, "previous": None, "part": None, "sample": arguments.get(sample),
    }  # fmt: skip
    every = Evaluation(case.rules, over)
    value = every["value"]
    if not isinstance(value, float) or not all(isinstance(one, float) for one in arguments.values()):
        return
    found = Evaluation(step_rules(kpi), {**over, "value": value})[STEP]
    amount = every.number("amount")
    if amount is None:
        assert found is State.NA
    else:
        assert found == (amount if every.text("sign") == "+" else -amount)
