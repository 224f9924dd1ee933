"""A part that is more than its whole is wrong, whatever the formula of the KPI has of the two: nothing that either of
them stands behind is judged until one is put right. Worked out by hand."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hand import Month, table
from msgspec.structs import replace

from clock import NOW, TODAY
from engines import differences, ironcalc_values
from kpixl.catalog import business
from kpixl.catalog.model import Level
from kpixl.formula.states import State
from kpixl.functions.grades import step_rules
from kpixl.kpi.calc import calc
from kpixl.kpi.evaluation import Evaluation
from kpixl.kpi.many import scorecards
from kpixl.kpi.what_if import suppose
from kpixl.verbs import refresh, results
from workbooks import Filled, Value, make, opened, placed, put

SERVICE = "service-business"
CUSTOMERS = table("""
    client | start
    Ada    | 2026-01-05
    Bruno  | 2026-02-02
    Cleo   | 2026-03-02
    Dora   | 2026-04-01
""")
INVITED = table("""
    date       | client | invited | converted
    2026-10-02 | Ada    | Emil    | 2026-10-09
    2026-10-03 | Ada    | Fina    | 2026-10-12
    2026-10-05 | Bruno  | Gero    |
""")


def why(month: Month, kpi: str) -> str | None:
    found = month[kpi].reason
    return found.code if found else None


def test_more_invited_who_became_customers_than_were_invited(tmp_path: Path) -> None:
    """Five of three invited became customers. 5 / 100 = 0.05 beats the target of 0.04, and the formula divides by the
    customers alone; but one of the two was typed wrong, and nobody knows which."""
    typed = {"invitations": 3, "invitations_converted": 5, "clients_start": 100}
    month = Month.of(tmp_path, Filled(business=SERVICE, typed=typed, targets={"viral": 0.04}))
    viral = month["viral"]
    assert (viral.value, viral.level, viral.grade.standing, viral.against_target) == (0.05, None, None, None)
    assert why(month, "viral") == "impossible"
    (line,) = month.problems("more_than_whole")
    assert (line.severity, line.field) == ("error", "viral")
    assert line.cell is not None
    assert month.apart == []


def test_it_is_judged_again_once_the_figure_is_right(tmp_path: Path) -> None:
    """Five of five is as good as it gets, and possible: 0.05 meets the target."""
    typed = {"invitations": 5, "invitations_converted": 5, "clients_start": 100}
    month = Month.of(tmp_path, Filled(business=SERVICE, typed=typed, targets={"viral": 0.04}))
    assert month["viral"].against_target == "met"
    assert month.problems("more_than_whole") == []


def test_of_many_workbooks_at_once() -> None:
    """Five of three, five of five, and five of nobody knows how many."""
    measures = {
        "invitations": np.array([3.0, 5.0, np.nan]),
        "invitations_converted": np.full(3, 5.0),
        "clients_start": np.full(3, 100.0),
    }
    viral = scorecards(business(SERVICE), measures, targets={"viral": np.full(3, 0.04)})["viral"]
    assert viral["withheld"].state.tolist() == [State.VALUE, State.BLANK, State.BLANK]
    assert viral["withheld"].data[0] == 2


def test_a_total_below_the_rows_of_a_part(tmp_path: Path) -> None:
    """Two of the three rows became customers; the owner typed that one was invited."""
    filled = Filled(business=SERVICE, typed={"invitations": 1}, rows={"clients": CUSTOMERS, "invitations": INVITED})
    month = Month.of(tmp_path, filled)
    assert month["viral"].value == pytest.approx(2 / 4)
    assert why(month, "viral") == "impossible"
    assert month.problems("more_than_whole")
    assert month.apart == []


def test_without_a_row_nobody_says_how_many_there_were(tmp_path: Path) -> None:
    """She keeps no list of invitations and types what came of them: 30 of 120 customers. That is 0.25, and beats the
    target of 0.2. Only a typed 0 would say that nobody was invited."""
    typed = {"invitations_converted": 30, "clients_start": 120}
    month = Month.of(tmp_path, Filled(business=SERVICE, language="ro", typed=typed, targets={"viral": 0.2}))
    assert (month["viral"].value, month["viral"].against_target) == (0.25, "met")
    assert month.problems("more_than_whole") == []
    assert month.apart == []
    of_none = Filled(business=SERVICE, typed={**typed, "invitations": 0}, targets={"viral": 0.2})
    month = Month.of(tmp_path, of_none)
    assert (month["viral"].against_target, why(month, "viral")) == (None, "impossible")
    assert month.apart == []


def test_by_rows_alone_nothing_contradicts_itself(tmp_path: Path) -> None:
    """Two of three."""
    filled = Filled(business=SERVICE, rows={"clients": CUSTOMERS, "invitations": INVITED})
    assert Month.of(tmp_path, filled).problems("more_than_whole") == []


def test_a_whole_that_is_less_than_its_part(tmp_path: Path) -> None:
    """Four complaints were escalated of the three that came in: three would meet the target of five."""
    typed = {"complaints": 3, "complaints_escalated": 4}
    month = Month.of(tmp_path, Filled(business=SERVICE, typed=typed, targets={"complaints": 5}))
    assert (month["complaints"].value, month["complaints"].against_target) == (3, None)
    assert why(month, "complaints") == "impossible"
    assert month.apart == []


def test_kept_and_lost_are_more_than_there_were(tmp_path: Path) -> None:
    """Of 50 customers a year ago, 45 are said to be still there and 10 to have left. Either may be right: 90 % kept
    and 20 % lost are not both. One line tells of the two."""
    typed = {"clients_start_12m": 50, "clients_continuing_12m": 45, "clients_lost_12m": 10}
    month = Month.of(tmp_path, Filled(business=SERVICE, typed=typed, targets={"kept": 0.8, "churn": 0.3}))
    for kpi in ("kept", "churn"):
        assert (month[kpi].against_target, why(month, kpi)) == (None, "impossible")
    assert len(month.problems("more_than_whole")) == 1
    assert month.apart == []


def test_in_another_business_and_language(tmp_path: Path) -> None:
    """A concierge in Portuguese: nine clients bought something additional, of seven who were served. The revenue of
    70,000 over seven would be 10,000 each."""
    typed = {"revenue": 70_000, "clients_upsold": 9, "clients_served": 7}
    month = Month.of(tmp_path, Filled(business="luxury-personal-assistant", language="pt", typed=typed))
    assert month["rpc"].level is None
    assert why(month, "rpc") == "impossible"
    assert month.apart == []


def test_a_kpi_of_her_own_is_not_judged_by_figures_that_contradict_each_other(tmp_path: Path) -> None:
    """She made up one of her own, five who came of 100 customers; 0.05 reaches the 0.04 that she calls typical, but
    five of three invited cannot be. One of hers that has nothing to do with it is judged as ever: 100 of 50."""
    typed = {"invitations": 3, "invitations_converted": 5, "clients_start": 100}
    own: dict[str, dict[str, Value]] = {
        "own_1": {"label": "Pull", "formula": "=invitations_converted/clients_start", "typical": 0.04},
        "own_2": {"label": "Size", "formula": "=clients_start", "typical": 50},
    }
    month = Month.of(tmp_path, Filled(business=SERVICE, typed=typed, own=own))
    assert (month["own_1"].value, month["own_1"].level, why(month, "own_1")) == (0.05, None, "impossible")
    assert month["own_2"].level is Level.TYPICAL
    assert month.cell("kpis", "own_1", "level") == "○ not graded"
    assert month.apart == []
    # Live: five of five invited is possible, and six of five is not.
    book = opened(month.path)
    for converted, level in ((5, "● typical"), (6, "○ not graded")):
        put(month.path, {
            placed(book, "totals", "invitations", "typed"): 5,
            placed(book, "totals", "invitations_converted", "typed"): converted,
        })  # fmt: skip
        assert ironcalc_values(month.path)[placed(book, "kpis", "own_1", "level")] == level
        assert Month(month.path)["own_1"].level is (Level.TYPICAL if converted == 5 else None)


def test_what_if_is_judged_by_what_is_supposed(tmp_path: Path) -> None:
    """Five of five came: the target is met. One more could not have come, and no level is said of it. Where it is six
    of five now, one fewer would be right, and meet the target."""
    for came, change, now, then in ((5, 1, "met", None), (6, -1, None, "met")):
        typed = {"invitations": 5, "invitations_converted": came, "clients_start": 100}
        filled = Filled(business=SERVICE, typed=typed, targets={"viral": 0.04})
        folder = tmp_path / str(came)
        folder.mkdir()
        path = make(folder / "month.xlsx", filled)
        put(path, {placed(opened(path), "what_if", "invitations_converted", "change"): change})
        refresh.refresh(path, now=NOW)
        moved = suppose(results.results(path, today=TODAY).scorecard).kpis["viral"]
        assert [None if one is None else str(one) for one in (moved.before, moved.after)] == [now, then]
        assert differences(path, ironcalc_values(path)) == []


def test_one_alone_knows_what_its_own_figures_contradict() -> None:
    """A pack's score counts the satisfied, half of all others beside them, and bounds nothing: six satisfied of five is
    2.5 of 3 all the same. ``kpixl calc`` shows it and judges it not, nor says what the next level takes."""
    found = business("remote-va-agency")
    css = next(kpi for kpi in found.kpis if kpi.id == "css")
    loose = replace(css, kpi=replace(css.kpi, bounded=False))
    pack = replace(found, kpis=tuple(loose if kpi is css else kpi for kpi in found.kpis))
    wrong = calc("css", {"satisfied": 6, "surveyed": 5}, pack)
    assert (wrong.value, wrong.level, wrong.reason and wrong.reason.code) == (1.2, None, "impossible")
    assert wrong.grade.to_next is None
    assert calc("css", {"satisfied": 5, "surveyed": 5}, pack).level is Level.EXCEPTIONAL
    given = {"value": 1.2, "measure.satisfied": 6.0, "measure.surveyed": 5.0}
    edges = {"typical": 2.0, "above_average": 3.0, "exceptional": 4.0}
    assert Evaluation(step_rules(loose), {**given, **edges}).number("step") is None
    possible = {"value": 0.8, "measure.satisfied": 4.0, "measure.surveyed": 5.0}
    assert Evaluation(step_rules(loose), {**possible, **edges}).number("step") is not None
