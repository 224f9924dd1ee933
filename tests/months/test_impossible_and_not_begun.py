"""What cannot be is shown and never graded; a period that has not begun has neither met nor missed anything; what is
advised can be done; and within the usual range nothing is better or worse. Worked out by hand."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest
from hand import Month

from kpixl.catalog.model import Level, Standing
from kpixl.kpi.result import Result
from kpixl.period import Period, serial
from workbooks import Filled, Value

SERVICE, MULTILINGUAL = "service-business", "multilingual-va"


def start(period: str) -> float:
    return float(serial(Period.parse(period).start))


def why(result: Result) -> str | None:
    """Why it is not judged."""
    return result.reason.code if result.reason else None


def past(kpi: str, values: Sequence[Value]) -> list[tuple[float, str, Value]]:
    """Closed months before October 2026, the last one September."""
    first = Period.parse("2026-10")
    return [(float(serial(first.shift(at - len(values)).start)), kpi, value) for at, value in enumerate(values)]


def test_more_satisfied_than_answers(tmp_path: Path) -> None:
    """40 satisfied of 34 answers: one of the two was typed wrong. 40 / 34 = 117.6 % is above the edge of exceptional,
    but nobody can say what it stands for: no level, no target met, and nothing to reach."""
    month = Month.of(tmp_path, Filled(typed={"satisfied": 40, "surveyed": 34}, targets={"css": 0.9}))
    css = month["css"]
    assert css.value == pytest.approx(40 / 34)
    assert css.level is None
    assert why(css) == "impossible"
    assert css.against_target is None
    assert css.grade.to_next is None
    assert [problem.severity for problem in month.problems("part_over_whole")] == ["error"]
    assert month.apart == []


def test_it_lapses_when_the_figure_is_put_right(tmp_path: Path) -> None:
    """30 of 34 = 88.2 % is typical (85 % to 90 %): the same workbook, once the total is right."""
    css = Month.of(tmp_path, Filled(typed={"satisfied": 30, "surveyed": 34}))["css"]
    assert css.level is Level.TYPICAL
    assert css.reason is None


def test_months_below_nothing(tmp_path: Path) -> None:
    """Minus twelve hours for four requests would be −3 hours each, faster than anybody: hours cannot be negative."""
    art = Month.of(tmp_path, Filled(typed={"resolution_hours": -12, "requests_resolved": 4}))["art"]
    assert (art.value, art.level) == (-3, None)
    assert why(art) == "impossible"


def test_a_customer_who_costs_less_than_nothing(tmp_path: Path) -> None:
    """Somebody typed −300 spent on marketing for two customers: −150 each would beat every target. Whoever got money
    back did not win customers with it."""
    typed: dict[str, Value] = {"sales_marketing_spend": -300, "clients_new": 2}
    cac = Month.of(tmp_path, Filled(business=SERVICE, typed=typed, targets={"cac": 100}))["cac"]
    assert (cac.value, cac.against_target, cac.grade.standing) == (-150, None, None)
    assert why(cac) == "impossible"


def test_two_figures_below_nothing_make_no_right_one(tmp_path: Path) -> None:
    """−30 of −34 would be 88.2 % by the formula alone."""
    css = Month.of(tmp_path, Filled(typed={"satisfied": -30, "surveyed": -34}))["css"]
    assert css.level is None


def test_more_answers_for_and_against_than_answers(tmp_path: Path) -> None:
    """30 promoters and 22 detractors are 52 answers; there were 39. The score of 20.5 is within its scale all the
    same, which is why the scale alone says nothing."""
    typed = {"promoters_multilingual": 30, "detractors_multilingual": 22, "respondents_multilingual": 39}
    month = Month.of(tmp_path, Filled(business=MULTILINGUAL, typed=typed))
    nps = month["nps"]
    assert nps.value == pytest.approx(800 / 39)
    assert nps.level is None
    assert why(nps) == "impossible"
    assert month.problems("score_impossible")
    assert month.apart == []


def test_overtime_is_possible_and_no_medal(tmp_path: Path) -> None:
    """154 hours of work for clients in 100 available ones: people worked over, or hours are missing. It is shown and
    asked about, and no level is given for it."""
    month = Month.of(tmp_path, Filled(typed={"productive_hours": 154, "available_hours": 100}))
    aur = month["aur"]
    assert (aur.value, aur.level) == (1.54, None)
    assert why(aur) == "beyond"
    assert aur.alert
    assert month.problems("impossible") + month.problems("part_over_whole") == []
    assert month.apart == []


def test_more_new_clients_than_leads_are_asked_about(tmp_path: Path) -> None:
    """Three clients began in a month with two leads: they may have been leads of the month before, as the article's
    formula has both counts of the same time, or leads were not entered. 150 % is no medal for it. Two of two are."""
    month = Month.of(tmp_path / "three", Filled(typed={"clients_new": 3, "leads": 2}))
    ncar = month["ncar"]
    assert (ncar.value, ncar.level, why(ncar)) == (1.5, None, "beyond")
    assert "overwon" in month.cautions
    assert month.problems("impossible") + month.problems("part_over_whole") == []
    assert month.apart == []
    two = Month.of(tmp_path / "two", Filled(typed={"clients_new": 2, "leads": 2}))
    assert two["ncar"].level is Level.EXCEPTIONAL
    assert "overwon" not in two.cautions


def test_all_hours_used_is_still_graded(tmp_path: Path) -> None:
    """100 of 100 is the whole, and no more than that."""
    aur = Month.of(tmp_path, Filled(typed={"productive_hours": 100, "available_hours": 100}))["aur"]
    assert aur.level is Level.EXCEPTIONAL


def test_a_month_that_has_not_begun(tmp_path: Path) -> None:
    """December's workbook on 22 November: nothing has been sold, and no complaint has come in; neither is missed or
    met, nor worse than November."""
    filled = Filled(
        business=SERVICE,
        day=start("2026-12"),
        typed={"revenue": 0, "complaints": 0},
        targets={"revenue": 20000, "complaints": 5},
        past=[(start("2026-11"), "sb_revenue", 18000), (start("2026-11"), "sb_complaints", 4)],
    )
    month = Month.of(tmp_path, filled)
    for kpi in ("revenue", "complaints"):
        result = month[kpi]
        assert result.value == 0
        assert (result.level, result.grade.standing, result.against_target) == (None, None, None)
        assert (result.past.trend, result.past.change) == (None, None)
        assert why(result) == "not_begun"
    assert month.cell("dashboard", "verdict", "tick") == "The period begins on December 1, 2026"
    assert month.apart == []


def test_a_survey_with_few_in_the_middle(tmp_path: Path) -> None:
    """8 promoters and 22 detractors of 39 answers: −35.9. For a score of at least 20 the difference must grow from −14
    to 7.8, by 22 answers; only 9 are neither for nor against, so that 22 other answers cannot be had. New promoters:
    (8 + x − 22) / (39 + x) ≥ 0.2, so x ≥ (7.8 + 14) / 0.8 = 27.25, 28 of them."""
    typed = {"promoters_multilingual": 8, "detractors_multilingual": 22, "respondents_multilingual": 39}
    filled = Filled(
        business=MULTILINGUAL,
        typed=typed,
        thresholds={("nps", "typical"): 20, ("nps", "above_average"): 50, ("nps", "exceptional"): 70},
    )
    month = Month.of(tmp_path, filled)
    step = month["nps"].grade.to_next
    assert step is not None
    assert (step.amount, step.direction, step.answers) == (28, "more", "new")
    assert 100 * (8 + 28 - 22) / (39 + 28) >= 20 > 100 * (8 + 27 - 22) / (39 + 27)
    assert month.cell("kpis", "nps", "to_next") == "New answers of 9 or 10: +28 → typical"
    assert month.apart == []


def test_a_survey_with_many_in_the_middle(tmp_path: Path) -> None:
    """8 promoters and 5 detractors of 39: 7.7. For 20 the difference must grow from 3 to 7.8, by 5 answers, and 26 are
    in the middle."""
    typed = {"promoters_multilingual": 8, "detractors_multilingual": 5, "respondents_multilingual": 39}
    filled = Filled(business=MULTILINGUAL, typed=typed, thresholds={("nps", "typical"): 20})
    month = Month.of(tmp_path, filled)
    step = month["nps"].grade.to_next
    assert step is not None
    assert (step.amount, step.answers) == (5, "changed")
    assert month.apart == []


def test_nothing_is_taken_away_that_is_not_there(tmp_path: Path) -> None:
    """Four requests in 20 hours; the owner wants less than minus one hour for the next level, which nobody can have."""
    filled = Filled(
        typed={"resolution_hours": 20, "requests_resolved": 4},
        thresholds={("art", "typical"): -1, ("art", "above_average"): -2, ("art", "exceptional"): -3},
    )
    assert Month.of(tmp_path, filled)["art"].grade.to_next is None


def test_no_part_is_more_than_its_whole(tmp_path: Path) -> None:
    """A threshold of 110 % would take more satisfied answers than there are answers."""
    filled = Filled(
        typed={"satisfied": 30, "surveyed": 34},
        thresholds={("css", level): 1.1 for level in ("typical", "above_average", "exceptional")},
    )
    css = Month.of(tmp_path, filled)["css"]
    assert css.level is Level.BELOW
    assert css.grade.to_next is None


def test_step_and_level_rest_on_the_same_figure(tmp_path: Path) -> None:
    """22 November, 15 complaints so far, in a business whose complaints come evenly: 15 / (22/30) = 20.5 by the end
    of the month. The owner calls up to 20 typical: one less than at this pace is enough, and can be done, for five and
    a half are still to come. Up to 10 cannot be reached any more, since 15 are there."""
    even = [
        (start(f"2026-{month:02}"), f"complaints.{tenth}", tenth / 10) for month in (8, 9, 10) for tenth in range(1, 10)
    ]
    even += [(start(f"2026-{month:02}"), "complaints", 30.0) for month in (8, 9, 10)]

    def november(typical: float, above: float) -> Filled:
        edges = {"typical": typical, "above_average": above, "exceptional": 5.0}
        thresholds = {("complaints", level): edge for level, edge in edges.items()}
        typed = {"complaints": 15.0}
        return Filled(business=SERVICE, day=start("2026-11"), typed=typed, thresholds=thresholds, past=even)

    month = Month.of(tmp_path, november(20, 10))
    step = month["complaints"].grade.to_next
    assert month["complaints"].level is Level.BELOW
    assert step is not None
    assert (step.amount, step.direction) == (1, "less")
    assert Month.of(tmp_path / "later", november(10, 8))["complaints"].grade.to_next is None


def test_the_usual_up_and_down_is_neither_better_nor_worse(tmp_path: Path) -> None:
    """Revenue went 100, 104, 98, 102, 99, 101 thousand: moving ranges 4, 6, 4, 3, 2, their mean 3.8, the limits
    100.67 ± 10.1. October's 97 is below September's 101 and well within."""
    months = [100_000, 104_000, 98_000, 102_000, 99_000, 101_000]
    filled = Filled(business=SERVICE, typed={"revenue": 97_000}, past=past("sb_revenue", months))
    month = Month.of(tmp_path, filled)
    revenue = month["revenue"]
    assert revenue.past.change == -4000
    assert revenue.past.trend == "same"
    assert revenue.grade.standing is Standing.SAME
    assert month.apart == []


def test_out_of_the_usual_is_worse(tmp_path: Path) -> None:
    """88 lies below 90.6."""
    months = [100_000, 104_000, 98_000, 102_000, 99_000, 101_000]
    filled = Filled(business=SERVICE, typed={"revenue": 88_000}, past=past("sb_revenue", months))
    revenue = Month.of(tmp_path, filled)["revenue"]
    assert revenue.past.trend == "worse"
    assert revenue.grade.standing is Standing.WORSE


def test_without_enough_past_the_previous_month_decides(tmp_path: Path) -> None:
    """Two closed months say nothing of what is usual."""
    filled = Filled(business=SERVICE, typed={"revenue": 97_000}, past=past("sb_revenue", [100_000, 101_000]))
    assert Month.of(tmp_path, filled)["revenue"].past.trend == "worse"


def test_the_alert_follows_the_owners_threshold(tmp_path: Path) -> None:
    """Two incidents in 100 tasks, 2 %: by the published 1.5 % an alert. An owner who calls up to 5 % typical is not
    told to act now."""
    business = "luxury-personal-assistant"
    typed = {"incidents": 2, "tasks_done": 100}
    assert Month.of(tmp_path, Filled(business=business, typed=typed))["discretion"].alert
    hers = {("discretion", "typical"): 0.05, ("discretion", "above_average"): 0.03, ("discretion", "exceptional"): 0.01}
    month = Month.of(tmp_path / "hers", Filled(business=business, typed=typed, thresholds=hers))
    assert not month["discretion"].alert
    assert not month.problems("alert")
