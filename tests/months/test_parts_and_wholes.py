"""A part that is more than its whole is wrong, whatever the formula of the KPI has of the two: nothing that either of
them stands behind is judged until one is put right. Worked out by hand."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hand import Month, table

from kpixl.catalog import business
from kpixl.formula.states import State
from kpixl.kpi.many import scorecards
from workbooks import Filled

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
