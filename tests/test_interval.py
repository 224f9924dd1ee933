"""Intervals against scipy, published tables and hand-made numbers; what they settle, in a workbook, in every engine."""

from __future__ import annotations

import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from clock import TODAY
from computed import ENGINES, Computed
from engines import Value
from kpixl import catalog
from kpixl.kpi.evaluation import Evaluation
from kpixl.kpi.interval import CONFIDENCE, ends, mean, net_promoter, student, wilson
from kpixl.kpi.measure import measure
from kpixl.kpi.result import Result
from kpixl.kpi.score import score
from kpixl.kpi.traits import traits_of
from workbooks import Filled, Rows, day, opened

# Numbers


@pytest.mark.parametrize(
    ("hits", "cases", "low", "high"),
    # R. G. Newcombe, Statistics in Medicine 17 (1998), table I, method 3.
    [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0, 0.1611), (1, 29, 0.0061, 0.1718)],
)
def test_wilson_gives_the_published_intervals(hits: int, cases: int, low: float, high: float) -> None:
    found = wilson(hits / cases, cases)
    assert found is not None
    assert (round(found.low, 4), round(found.high, 4)) == (low, high)


@given(st.integers(1, 5000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_wilson_agrees_with_scipy(drawn: tuple[int, int]) -> None:
    hits, cases = drawn
    found = wilson(hits / cases, cases)
    expected = stats.binomtest(hits, cases).proportion_ci(CONFIDENCE, method="wilson")
    assert found is not None
    assert found.low == pytest.approx(expected.low, abs=1e-12)
    assert found.high == pytest.approx(expected.high, abs=1e-12)
    assert -1e-12 <= found.low - 1e-12 <= hits / cases <= found.high + 1e-12 <= 1 + 1e-12


@pytest.mark.parametrize("share", [-0.1, 1.1])
def test_what_is_no_share_has_no_interval(share: float) -> None:
    assert wilson(share, 20) is None
    assert wilson(0.5, 0) is None


@pytest.mark.parametrize(
    ("freedom", "quantile"),
    # As every printed table of Student's distribution has them.
    [(1, 12.706), (2, 4.303), (5, 2.571), (10, 2.228), (30, 2.042), (60, 2.000), (120, 1.980)],
)
def test_student_gives_the_printed_quantiles(freedom: int, quantile: float) -> None:
    assert round(student(freedom), 3) == quantile


@pytest.mark.parametrize("freedom", [1, 2, 3, 4, 7, 29, 100, 999, 1000, 1001, 40_000])
def test_student_agrees_with_scipy(freedom: int) -> None:
    assert student(freedom) == pytest.approx(stats.t.ppf((1 + CONFIDENCE) / 2, freedom), rel=1e-11)


@given(st.lists(st.floats(0, 1000), min_size=2, max_size=60).filter(lambda amounts: np.ptp(amounts) > 0.01))
def test_the_interval_of_a_mean_agrees_with_scipy(amounts: list[float]) -> None:
    found = mean(math.fsum(amounts), math.fsum(amount**2 for amount in amounts), len(amounts))
    low, high = stats.t.interval(CONFIDENCE, len(amounts) - 1, np.mean(amounts), stats.sem(amounts))
    assert found is not None
    assert found.low == pytest.approx(max(0.0, low), abs=1e-6)
    assert found.high == pytest.approx(high, abs=1e-6)


def test_equal_amounts_have_no_spread_and_one_says_nothing() -> None:
    found = mean(0.3, 3 * 0.1**2, 3)
    assert found is not None
    assert found.low == found.high == pytest.approx(0.1)
    assert mean(5.0, 25.0, 1) is None


@given(st.integers(0, 60), st.integers(0, 60), st.integers(0, 60))
def test_nps_is_the_wald_interval_of_three_answers_more(promoters: int, passives: int, detractors: int) -> None:
    respondents = promoters + passives + detractors
    found = net_promoter(promoters, detractors, respondents)
    if not respondents:
        assert found is None
        return
    answers, weights = np.array([1.0, 0.0, -1.0]), np.array([promoters + 0.75, passives + 1.5, detractors + 0.75])
    centre = np.average(answers, weights=weights)
    error = math.sqrt(np.average((answers - centre) ** 2, weights=weights) / weights.sum())
    half = stats.norm.ppf(0.975) * error
    score_ = (promoters - detractors) / respondents
    assert found is not None
    assert found.low == pytest.approx(100 * max(-1, min(score_, centre - half)))
    assert found.high == pytest.approx(100 * min(1, max(score_, centre + half)))


def test_nps_intervals_hold_the_true_score_about_as_often_as_they_say() -> None:
    random = np.random.default_rng(20261031)
    for shares in ([0.5, 0.3, 0.2], [0.2, 0.6, 0.2], [0.8, 0.15, 0.05]):
        truth = 100 * (shares[0] - shares[2])
        drawn = random.multinomial(25, shares, size=4000)
        found = [net_promoter(float(p), float(d), 25.0) for p, _, d in drawn]
        held = sum(one is not None and one.low <= truth <= one.high for one in found)
        assert 0.93 <= held / len(drawn) <= 0.99


def test_every_kind_of_interval_is_said_by_the_catalogue() -> None:
    kinds = {id_: kpi.interval for id_, kpi in catalog.catalogue().kpis.items() if kpi.interval}
    shares = "css crr tcr upsell kept accuracy scr crfcpc cjpsr churn conversion discretion"
    others = {"nps": "nps", "art": "mean", "atacm": "mean", "ltv": "lifetime"}
    assert kinds == {**dict.fromkeys(shares.split(), "share"), **others}


@pytest.mark.parametrize("ended", [1, 2, 7, 40, 900, 7000, 70_000])
def test_a_lifetime_is_as_sure_as_chi_square_says(ended: int) -> None:
    ltv = next(kpi for kpi in catalog.business("service-business").kpis if kpi.id == "ltv")
    found = Evaluation(ends(traits_of(ltv)), {"value": 100.0, "sample": float(ended)})
    low, high = stats.chi2.ppf(0.975, 2 * ended + 2), stats.chi2.ppf(0.025, 2 * ended)
    assert found.number("interval_low") == pytest.approx(200 * ended / low, rel=1e-9)
    assert found.number("interval_high") == pytest.approx(200 * ended / high, rel=1e-9)


# In a workbook

REQUESTS: Rows = {
    "id": ["r1", "r2", "r3"],
    "client": ["A", "B", "C"],
    "opened": [day("2026-10-01", 8), day("2026-10-02", 8), day("2026-10-05", 8)],
    "resolved": [day("2026-10-01", 9), day("2026-10-02", 10), day("2026-10-05", 11)],
}
# Satisfied and surveyed, then the level and whether it is settled.
ANSWERS = [
    (80, 100, "▼ below benchmark", "small sample"),  # 71.1 to 86.7 %: 85 % is within
    (99, 100, "★ exceptional", "small sample"),  # 94.6 to 99.8 %: 95 % is within
    (995, 1000, "★ exceptional", "sure enough"),
    (0, 3, "▼ below benchmark", "sure enough"),  # 0 to 56.1 %
]
ODD: list[dict[str, float]] = [
    {"tasks_completed": 5.0, "tasks_assigned": 0.0},
    {"tasks_completed": 5.0, "tasks_assigned": 4.0},
    {"tasks_completed": -1.0, "tasks_assigned": 4.0},
    {"tasks_completed": 0.5, "tasks_assigned": 1e9},
]
HOURS: list[dict[str, Any]] = [
    {"rows": {"requests": REQUESTS}},
    {"rows": {"requests": {field: cells[:1] for field, cells in REQUESTS.items()}}},
    {"rows": {"requests": REQUESTS}, "typed": {"resolution_hours": 9.0}},
    {},
]
THREE, ONE, TYPED = "agency 0", "agency 1", "agency 2"
TARGETS = {"conversion": "small sample", "kept": "sure enough", "churn": "sure enough"}
MINIMUMS = [(30.0, False), (29.0, True)]
SCORES = [(36, 15, 70), (1, 0, 1), (3, 3, 2)]
"""Promoters, detractors, respondents; the last cannot be."""


def _typed_scores(promoters: float, detractors: float, respondents: float) -> dict[str, float]:
    typed = {"promoters": promoters, "detractors": detractors, "respondents": respondents}
    return {f"{name}_multilingual": number for name, number in typed.items()}


def _agency(number: int) -> Filled:
    satisfied, surveyed, *_ = ANSWERS[number]
    hours = HOURS[number]
    typed = {"satisfied": satisfied, "surveyed": surveyed, **ODD[number], **hours.get("typed", {})}
    return Filled(rows=hours.get("rows", {}), typed=typed)


CASES = {
    **{f"agency {n}": _agency(n) for n in range(len(ANSWERS))},
    # 20 of 80, 16.8 to 35.5 %, against targets of 25, 60 and, where lower is better, 50 %.
    "targets": Filled(
        typed={
            "leads_converted": 20.0,
            "leads_qualified": 80.0,
            "clients_continuing_12m": 20.0,
            "clients_lost_12m": 20.0,
            "clients_start_12m": 80.0,
        },
        targets={"conversion": 0.25, "kept": 0.6, "churn": 0.5},
        business="service-business",
    ),
    **{
        f"minimum {n}": Filled(typed={"satisfied": 28.0, "surveyed": 29.0}, settings={"minimum_cases": minimum})
        for n, (minimum, _) in enumerate(MINIMUMS)
    },
    **{f"nps {n}": Filled(typed=_typed_scores(*one), business="multilingual-va") for n, one in enumerate(SCORES)},
}


@pytest.fixture(scope="module", params=ENGINES)
def computed(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Computed:
    return Computed.by(request.param, CASES, tmp_path_factory.mktemp("certainty"))


def result(path: Path, kpi: str) -> Result:
    entries = opened(path).entries
    return score(entries, measure(entries), TODAY).result(kpi)


def shown(computed: Computed, case: str, kpi: str) -> Mapping[str, Value]:
    """What the engine makes of the cells about a KPI, which all agree with Python's."""
    assert computed.differences(case) == []
    return {
        column: computed.cell(case, "kpis", kpi, column) for column in ("level", "low", "high", "settled", "to_next")
    }


def test_hours_of_three_requests(computed: Computed) -> None:
    # 1, 2 and 3 hours: mean 2, standard deviation 1, half-width 4.302653 × 1 / √3 = 2.484138; below 0 there is nothing.
    found = result(computed.paths[THREE], "art")
    assert found.certainty.interval is not None
    assert found.certainty.interval.low == 0.0
    assert found.certainty.interval.high == pytest.approx(4.484138, abs=1e-6)
    assert found.certainty.settled is False
    cells = shown(computed, THREE, "art")
    assert cells["high"] == pytest.approx(4.484138, abs=1e-6)
    assert cells["settled"] == "small sample"


def test_one_request_settles_nothing(computed: Computed) -> None:
    found = result(computed.paths[ONE], "art")
    assert (found.certainty.interval, found.certainty.settled, found.level is not None) == (None, False, True)
    cells = shown(computed, ONE, "art")
    assert (cells["low"], cells["high"], cells["settled"]) == ("", "", "small sample")


def test_typed_hours_have_no_interval(computed: Computed) -> None:
    found = result(computed.paths[TYPED], "art")
    assert (found.value, found.certainty.interval, found.certainty.settled) == (3.0, None, None)
    assert shown(computed, TYPED, "art")["settled"] == ""


@pytest.mark.parametrize("number", range(len(ANSWERS)))
def test_an_interval_settles_the_level_or_not(number: int, computed: Computed) -> None:
    satisfied, surveyed, level, settled = ANSWERS[number]
    cells = shown(computed, f"agency {number}", "css")
    assert (cells["level"], cells["settled"]) == (level, settled)
    expected = stats.binomtest(satisfied, surveyed).proportion_ci(method="wilson")
    assert (cells["low"], cells["high"]) == pytest.approx((expected.low, expected.high), abs=1e-9)


@pytest.mark.parametrize("kpi", TARGETS)
def test_a_target_without_a_benchmark_is_settled_likewise(kpi: str, computed: Computed) -> None:
    assert shown(computed, "targets", kpi)["settled"] == TARGETS[kpi]


@pytest.mark.parametrize("number", range(len(MINIMUMS)))
def test_fewer_cases_than_the_owner_wants_are_shown_but_not_graded(number: int, computed: Computed) -> None:
    graded, case = MINIMUMS[number][1], f"minimum {number}"
    found = result(computed.paths[case], "css")
    assert found.value == pytest.approx(28 / 29)
    assert (found.level is not None, found.grade.position is not None) == (graded, graded)
    assert (found.reason is not None and found.reason.code == "too_few") is not graded
    cells = shown(computed, case, "css")
    assert (cells["level"] != "○ not graded") is graded
    assert (cells["to_next"] == "Fewer cases than your minimum in Settings") is not graded


@pytest.mark.parametrize("number", range(len(ODD)))
def test_figures_that_cannot_be_break_nothing(number: int, computed: Computed) -> None:
    cells = shown(computed, f"agency {number}", "tcr")
    assert all(isinstance(cells[end], float) or cells[end] == "" for end in ("low", "high"))
    assert (cells["low"] == "") is (number < 3)


@pytest.mark.parametrize("number", range(len(SCORES)))
def test_nps(number: int, computed: Computed) -> None:
    cells, expected = shown(computed, f"nps {number}", "nps"), net_promoter(*SCORES[number])
    assert (cells["low"] == "") is (expected is None)
    if expected is not None:
        assert (cells["low"], cells["high"]) == pytest.approx((expected.low, expected.high))
