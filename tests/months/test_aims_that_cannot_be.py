"""A target that no value can have is none, by hand: it is neither met nor missed, wherever figures are told; as soon as
it is one that can be, it counts."""

from __future__ import annotations

from pathlib import Path

from hand import Month, table

from engines import ironcalc_values
from workbooks import Filled, opened, placed, put

SERVICE = "service-business"


def test_of_a_company(tmp_path: Path) -> None:
    """October is over. No complaint came in, and nobody has fewer than none: −1 is not missed. One lead of two was won,
    50 %; 120 % of the leads nobody wins. Net cash was −400, and money may flow out: of −500 it fell less short, so that
    target is met. Costs to win a customer below nothing there are not."""
    rows = {
        "clients": table("""
            client | start
            Ana    | 2026-01-01
            Ben    | 2026-10-05
        """),
        "leads": table("""
            date       | lead | qualified | converted
            2026-10-02 | Ben  | yes       | 2026-10-05
            2026-10-03 | Cy   | yes       |
        """),
        "expenses": table("""
            date       | kind                | amount
            2026-10-02 | sales and marketing | 100
        """),
    }
    typed = {"operating_cash_flow": -400.0, "investments": 0.0, "working_capital_increase": 0.0, "complaints": 0.0}
    targets = {"complaints": -1.0, "conversion": 1.2, "netcash": -500.0, "cac": -5.0}
    month = Month.of(tmp_path, Filled(business=SERVICE, rows=rows, typed=typed, targets=targets))
    told = {id_: (month[id_].target, month[id_].against_target, month[id_].grade.standing) for id_ in targets}
    assert told == {
        "complaints": (None, None, None),
        "conversion": (None, None, None),
        "netcash": (-500, "met", "met"),
        "cac": (None, None, None),
    }
    assert {code: len(month.problems(code)) for code in ("below_least", "beyond_whole")} == {
        "below_least": 2,
        "beyond_whole": 1,
    }
    assert month.apart == []
    # In the open workbook: no complaint and half of the leads are what can be.
    book = opened(month.path)
    put(month.path, {placed(book, "kpis", id_, "target"): one for id_, one in (("complaints", 0), ("conversion", 0.5))})
    live = ironcalc_values(month.path)
    assert [live[placed(book, "kpis", id_, "against_target")] for id_ in ("complaints", "conversion")] == ["met", "met"]
    put(month.path, {placed(book, "kpis", "complaints", "target"): -2})
    assert not ironcalc_values(month.path)[placed(book, "kpis", "complaints", "against_target")]


def test_beside_a_benchmark(tmp_path: Path) -> None:
    """Eight of ten are satisfied, and what the agency is judged by is the benchmark; 120 % of them are no target, nor
    is a score of recommendation above 100."""
    filled = Filled(typed={"satisfied": 8, "surveyed": 10}, targets={"css": 1.2, "aur": -0.5, "tcr": 0.5})
    month = Month.of(tmp_path, filled)
    css = month["css"]
    assert (css.target, css.against_target, css.gap, css.level is None) == (None, None, None, False)
    assert month.apart == []
