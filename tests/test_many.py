"""Many workbooks in one call have what each has alone, and what was counted by hand."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kpixl.catalog import business, businesses
from kpixl.catalog.model import Business
from kpixl.kpi.grade import evaluated, thresholds_published
from kpixl.kpi.many import scorecards

pytestmark = pytest.mark.slow

AGENCY = business("remote-va-agency")


def test_three_agencies_by_hand() -> None:
    # 85 of 100 satisfied, 34 of 40, nobody asked; 90 % is where a level begins, and a third says nothing.
    columns = {"satisfied": np.array([91.0, 34.0, 0.0]), "surveyed": np.array([100.0, 40.0, 0.0])}
    css = scorecards(AGENCY, columns)["css"]
    assert css["value"].numbers()[:2] == pytest.approx([0.91, 0.85])
    assert math.isnan(css["value"].numbers()[2])
    edges = {level.value: edge for level, edge in thresholds_published(AGENCY.kpis[0]).items()}
    by_hand = [max((level for level, edge in edges.items() if value >= edge), default=0) for value in (0.91, 0.85)]
    assert css["level"].numbers()[:2].tolist() == by_hand
    assert math.isnan(css["level"].numbers()[2])


def test_a_measure_that_nobody_has_is_known_of_none() -> None:
    assert scorecards(AGENCY, {})["css"]["value"].item() is None


NUMBERS = st.none() | st.sampled_from([0.0, 1.0, 9.0, 10.0, 90.0, 100.0]) | st.floats(0, 1e5).map(lambda n: round(n, 2))
RULES = ("value", "level", "next", "position", "amount", "low", "high", "interval_low", "interval_high", "settled")


@pytest.mark.parametrize("one", businesses(), ids=lambda one: one.id)
@settings(max_examples=20)  # each has up to three workbooks with every KPI
@given(data=st.data())
def test_many_have_what_each_has(one: Business, data: st.DataObject) -> None:
    names = sorted({argument.measure.name for kpi in one.kpis for argument in kpi.arguments})
    rows = data.draw(st.lists(st.fixed_dictionaries(dict.fromkeys(names, NUMBERS)), min_size=1, max_size=3))
    columns = {name: np.array([row[name] for row in rows], dtype=float) for name in names}
    many = scorecards(one, columns)
    for kpi in one.kpis:
        for place, row in enumerate(rows):
            alone = evaluated(kpi, {a.name: row[a.measure.name] for a in kpi.arguments}, thresholds_published(kpi))
            for rule in RULES:
                found = np.broadcast_to(many[kpi.id][rule].numbers().astype(float), len(rows))[place]
                number = alone.number(rule)
                expected = math.nan if number is None else number
                assert found == pytest.approx(expected, rel=1e-9, nan_ok=True), (kpi.id, rule, row)
