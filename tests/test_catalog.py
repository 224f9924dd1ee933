"""The catalogue is whole: every KPI has what an owner is shown of it, and nothing names what is not there."""

from __future__ import annotations

import pytest

from kpixl.catalog import BusinessKpi, Condition, businesses, catalogue
from kpixl.catalog.load import parse_condition
from kpixl.formula import names, parse
from kpixl.score import calculate
from kpixl.settings import SETTINGS

KPIS = [pytest.param(kpi, id=f"{kpi.code}_{kpi.id}") for business in businesses() for kpi in business.kpis]


@pytest.mark.parametrize("kpi", KPIS)
def test_every_kpi_is_told_in_full(kpi: BusinessKpi) -> None:
    for text in (kpi.name, kpi.abbreviation, kpi.definition, kpi.published, kpi.reading, kpi.source):
        assert text.strip()
    assert 2 <= len(kpi.tips) <= 4
    assert kpi.benefits
    assert kpi.limits
    assert kpi.thresholds


@pytest.mark.parametrize("kpi", KPIS)
def test_the_worked_example_comes_out(kpi: BusinessKpi) -> None:
    value, reason = calculate(kpi, kpi.example.arguments)
    assert reason is None
    assert value == pytest.approx(kpi.example.value)


@pytest.mark.parametrize("kpi", KPIS)
def test_formula_and_arguments_agree(kpi: BusinessKpi) -> None:
    assert set(names(parse(kpi.kpi.formula))) == set(kpi.kpi.arguments)
    assert kpi.kpi.lever in kpi.kpi.arguments
    assert kpi.kpi.sample is None or kpi.kpi.sample in kpi.kpi.arguments


@pytest.mark.parametrize("kpi", KPIS)
def test_thresholds_run_in_the_direction_of_the_kpi(kpi: BusinessKpi) -> None:
    edges = [kpi.thresholds[level] for level in ("typical", "above_average", "exceptional") if level in kpi.thresholds]
    assert all(edge.comparison[0] == ("<" if kpi.kpi.direction == "down" else ">") for edge in edges)
    values = [edge.value for edge in edges]
    assert values == sorted(values, reverse=kpi.kpi.direction == "down")


def test_every_measure_counts_by_what_there_is() -> None:
    edges = {"window_start", "after_window", *SETTINGS}
    for measure in catalogue().measures.values():
        operands = {condition.operand for condition in measure.where if isinstance(condition.operand, str)}
        assert operands <= edges, measure.id
        # Without a condition on a number, blank rows of a table would count.
        assert any(not condition.or_blank for condition in measure.where), measure.id
        assert (measure.column is not None) == (measure.aggregate == "sum")


def test_every_reference_leads_to_a_table_with_a_key() -> None:
    tables = catalogue().tables
    for table in tables.values():
        for field in table.fields:
            if field.refers_to:
                assert sum(other.key for other in tables[field.refers_to].fields) == 1


def test_conditions_are_read() -> None:
    assert parse_condition("date in window") == [
        Condition(column="date", comparison=">=", operand="window_start"),
        Condition(column="date", comparison="<", operand="after_window"),
    ]
    assert parse_condition("end >= after_window or blank") == [
        Condition(column="end", comparison=">=", operand="after_window", or_blank=True)
    ]
    assert parse_condition("score <= 5")[0].operand == 5.0
    with pytest.raises(ValueError, match="not a condition"):
        parse_condition("score between 1 and 5")
