"""What holds of whatever KPI: each of the rules about verdicts, over every KPI of every business, from its worked
example, whose figures are its source's."""

from __future__ import annotations

import pytest

from kpixl.catalog import businesses
from kpixl.catalog.model import BusinessKpi, Level, Standing
from kpixl.formula.states import Item
from kpixl.kpi.evaluation import Evaluation
from kpixl.kpi.grade import evaluated, thresholds_published
from kpixl.kpi.grading import reason_number
from kpixl.kpi.traits import traits_of

KPIS = [
    pytest.param(kpi, id=f"{business.code}-{kpi.id}")
    for business in businesses()
    for kpi in business.kpis
    if kpi.example
]
SHARES = [
    one
    for one in KPIS
    for kpi in one.values
    if isinstance(kpi, BusinessKpi) and kpi.kpi.bounded and not kpi.kpi.may_exceed and len(kpi.kpi.arguments) == 2
]
EXCEEDING = [one for one in KPIS for kpi in one.values if isinstance(kpi, BusinessKpi) and kpi.kpi.may_exceed]
COSTS = [
    one
    for one in KPIS
    for kpi in one.values
    if isinstance(kpi, BusinessKpi) and kpi.kpi.unit == "money" and kpi.kpi.direction == "down"
]
OF_ALL = pytest.mark.parametrize("kpi", KPIS)


def of(kpi: BusinessKpi, **besides: Item) -> Evaluation:
    """The rules of a KPI over its worked example, in dollars."""
    return evaluated(kpi, example(kpi), thresholds_published(kpi), besides)


def example(kpi: BusinessKpi) -> dict[str, float]:
    assert kpi.example is not None
    return dict(kpi.example.arguments)


def said(found: Evaluation) -> tuple[object, ...]:
    """Level, standing, whether the target is met, and whether it needs her."""
    names = ("level", "standing", "needs", "good")
    return *(found.number(name) or None for name in names), found.text("against_target")


NOTHING = (None,) * 5


@OF_ALL
def test_without_figures_there_is_no_value_and_no_verdict(kpi: BusinessKpi) -> None:
    """Nothing entered is not zero: whichever of its figures is not known, nothing is said, and never that it is 0."""
    for name in kpi.kpi.arguments:
        found = evaluated(kpi, {**example(kpi), name: None}, thresholds_published(kpi), {"typed_target": 0.0})
        if found.number("value") is None:
            assert said(found) == NOTHING
            assert found.text("reason") == f"missing.{name}"
    assert evaluated(kpi, dict.fromkeys(kpi.kpi.arguments), thresholds_published(kpi)).number("value") is None


@OF_ALL
def test_a_period_that_has_not_begun_has_neither_met_nor_missed(kpi: BusinessKpi) -> None:
    target = of(kpi).number("value")
    for aim in (target, 0.0, 1e9):
        assert said(of(kpi, days_gone=0.0, days_left=31.0, typed_target=aim, previous=target)) == NOTHING


@OF_ALL
def test_figures_that_contradict_each_other_are_not_judged(kpi: BusinessKpi) -> None:
    value = of(kpi).number("value")
    found = of(kpi, contradicted=1.0, typed_target=value, previous=value)
    assert found.number("value") == value
    assert said(found) == NOTHING
    assert found.number("change") is None


@OF_ALL
def test_figures_below_nothing_are_not_judged(kpi: BusinessKpi) -> None:
    """Nobody has fewer than no cases, or worked for less than no hours; of money a refund may be."""
    for argument in kpi.arguments:
        if argument.measure.unit in ("count", "hours", "months"):
            below = {**example(kpi), argument.name: -1.0}
            found = evaluated(kpi, below, thresholds_published(kpi), {"typed_target": 0.5})
            assert found.number("value") is not None
            assert said(found) == NOTHING


@pytest.mark.parametrize("kpi", SHARES)
def test_a_share_past_its_whole_is_shown_and_not_judged(kpi: BusinessKpi) -> None:
    part, whole = kpi.kpi.arguments
    found = evaluated(kpi, {part: 41.0, whole: 40.0}, thresholds_published(kpi), {"typed_target": 0.5})
    assert found.number("value") == pytest.approx(41 / 40)
    assert said(found) == NOTHING


@pytest.mark.parametrize("kpi", EXCEEDING)
def test_what_may_be_more_than_its_whole_is_no_medal_there(kpi: BusinessKpi) -> None:
    """Overtime, and clients who never were leads: shown, and praised by no level."""
    part, whole = kpi.kpi.arguments
    found = evaluated(kpi, {part: 41.0, whole: 40.0}, thresholds_published(kpi), {"typed_target": 0.5})
    assert found.number("value") == pytest.approx(41 / 40)
    assert found.number("withheld") == reason_number("beyond")
    assert said(found) == NOTHING
    assert evaluated(kpi, {part: 40.0, whole: 40.0}, thresholds_published(kpi)).number("level") is not None


@OF_ALL
def test_fewer_cases_than_the_owner_wants_are_not_judged(kpi: BusinessKpi) -> None:
    """Three where she wants four; with a fourth they are."""
    if not kpi.kpi.sample:
        return
    few, enough = (of(kpi, sample=cases, minimum_cases=4.0, typed_target=0.5) for cases in (3.0, 4.0))
    assert few.number("value") == enough.number("value") is not None
    assert few.number("withheld") == reason_number("too_few")
    assert said(few) == NOTHING
    assert enough.number("withheld") is None
    assert said(enough) != NOTHING


@pytest.mark.parametrize("kpi", COSTS)
def test_a_cost_of_nothing_that_nobody_has_entered_is_not_judged(kpi: BusinessKpi) -> None:
    """No expense of its kind is no free customer."""
    part, whole = kpi.kpi.arguments
    found = evaluated(kpi, {part: 0.0, whole: 5.0}, thresholds_published(kpi), {"unsaid": 1.0, "typed_target": 100.0})
    assert (found.number("value"), found.number("withheld")) == (0, reason_number("unsaid"))
    assert said(found) == NOTHING
    known = evaluated(kpi, {part: 0.0, whole: 5.0}, thresholds_published(kpi), {"typed_target": 100.0})
    assert known.text("against_target") == "met"


@OF_ALL
def test_a_target_that_cannot_be_is_neither_met_nor_missed(kpi: BusinessKpi) -> None:
    """By what its unit can be: nothing is less than no complaints, no share is more than its whole, no score past
    100; money may flow out, unless it is what something costs."""
    fraction, money, cost = kpi.kpi.unit == "fraction", kpi.kpi.unit == "money", kpi.kpi.direction == "down"
    score = kpi.kpi.unit == "score"
    low = None if money and not cost else -101.0 if score else -0.01
    high = 1.01 if fraction and kpi.kpi.bounded else 101.0 if score else None
    for aim in (low, high):
        if aim is not None:
            assert of(kpi, typed_target=aim).text("against_target") is None
            assert of(kpi, typed_target=aim).number("gap") is None
            assert said(of(kpi, typed_target=aim)) == said(of(kpi))
    possible = of(kpi, typed_target=of(kpi).number("value"))
    assert possible.text("against_target") == ("met" if possible.number("withheld") is None else None)


@OF_ALL
def test_the_usual_up_and_down_is_neither_better_nor_worse(kpi: BusinessKpi) -> None:
    if not traits_of(kpi).by_period:
        return
    value = of(kpi).number("value")
    assert value is not None
    around: dict[str, Item] = {"usual_low": value - 1, "usual_high": value + 1, "signal_number": 0.0}
    for previous in (value - 0.5, value + 0.5):
        assert of(kpi, previous=previous, **around).text("trend") in ("same", None)
        # Without a past that says what is usual it is one or the other.
        assert of(kpi, previous=previous).text("trend") in ("better", "worse", None)


@OF_ALL
def test_a_step_that_is_taken_leads_where_it_says(kpi: BusinessKpi) -> None:
    """So many more or fewer of the lever, and the next level is there; one fewer, and it is not, or the figure would be
    past its whole."""
    found = of(kpi)
    amount, following = found.number("amount"), found.number("next")
    if amount is None or following is None or kpi.kpi.lever is None or kpi.kpi.disjoint:
        return
    sign = 1 if found.text("sign") == "+" else -1
    least = 1.0 if traits_of(kpi).lever == "whole" else 0.1

    def reached(step: float) -> float | None:
        moved = {**example(kpi), str(kpi.kpi.lever): example(kpi)[str(kpi.kpi.lever)] + sign * step}
        assert moved[str(kpi.kpi.lever)] >= 0
        return evaluated(kpi, moved, thresholds_published(kpi)).number("level")

    assert reached(amount) == following
    assert reached(amount - least) != following


@pytest.mark.parametrize("kpi", SHARES)
def test_rows_that_are_wrong_take_a_level_that_they_decide(kpi: BusinessKpi) -> None:
    """Of ten cases none is known to be right or wrong: every level is possible, so none is said. One that decides
    nothing leaves what there is."""
    part, whole = kpi.kpi.arguments
    if not thresholds_published(kpi):
        return
    level = evaluated(kpi, {part: 5.0, whole: 10.0}, thresholds_published(kpi)).number("level")
    besides: dict[str, Item] = {"wrong_lever": 1000.0, "wrong_sample": 1000.0}
    found = evaluated(kpi, {part: 5.0, whole: 10.0}, thresholds_published(kpi), besides)
    assert found.number("withheld") == reason_number("in_doubt")
    assert said(found) == NOTHING
    none = {"wrong_lever": 0.0, "wrong_sample": 0.0}
    assert evaluated(kpi, {part: 5.0, whole: 10.0}, thresholds_published(kpi), none).number("level") == level


@OF_ALL
def test_one_ranking(kpi: BusinessKpi) -> None:
    """What goes best needs nobody, and what needs her does not go best, whatever is known of it."""
    value = of(kpi).number("value")
    for besides in ({}, {"typed_target": value}, {"typed_target": 0.0}, {"previous": value}, {"previous": 0.0}):
        found = of(kpi, **besides)
        standing = found.number("standing")
        assert (found.number("needs") or 0) + (found.number("good") or 0) <= 1
        if standing == Level.BELOW or standing == Standing.MISSED.number:
            assert found.number("good") == 0
