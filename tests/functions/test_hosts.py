"""Every host shows for every case what the table says, cell for cell."""

from __future__ import annotations

import math
import random
from collections import Counter
from dataclasses import replace
from typing import Any

import hosts
import pytest
from cases import BANDS, CASES, SPREAD, Case, Spread

from kpixl.catalog import catalogue
from kpixl.functions import ExcelError, call
from kpixl.functions.describe import functions
from kpixl.kpi.calc import find_kpi


def same(shown: Any, expected: Any) -> bool:
    """Errors by their kind, texts to the letter, numbers but for noise."""
    if isinstance(expected, list):
        return (
            isinstance(shown, list) and len(shown) == len(expected) and all(map(same, shown, expected))
        )  # rows, then cells
    if isinstance(expected, ExcelError) or isinstance(shown, ExcelError):
        return shown is expected
    if isinstance(expected, str) or isinstance(shown, str):
        return bool(shown == expected)
    return not isinstance(shown, bool) and math.isclose(shown, expected, rel_tol=1e-12, abs_tol=1e-12)


def differences(cases: list[Case], shown: list[Any]) -> list[str]:
    return [f"{case}: {value!r}" for case, value in zip(cases, shown, strict=True) if not same(value, case.expected)]


def test_the_table_has_every_function_and_every_error() -> None:
    count = Counter(case.name for case in CASES)
    assert set(count) == set(functions())
    assert {case.expected for case in CASES if isinstance(case.expected, ExcelError)} == {
        ExcelError.VALUE, ExcelError.DIV0, ExcelError.NUM, ExcelError.NA
    }  # fmt: skip


def test_cells_of_python() -> None:
    assert differences(CASES, hosts.cells(CASES)) == []


def test_lambda_names() -> None:
    cases = [case for case in CASES if case.in_ironcalc]
    assert len(cases) >= len(CASES) - 1
    assert differences(cases, hosts.lambdas(cases)) == []


def test_numbers_of_python() -> None:
    for case, value in zip(CASES, hosts.numbers(CASES), strict=True):
        if not isinstance(case.expected, ExcelError):
            assert same(value, case.expected), case
        elif functions()[case.name].result == "number":
            assert math.isnan(value), case
        else:
            assert value is None, case


def test_hosts_agree_on_any_numbers() -> None:
    draw = random.Random(20261001)

    def number() -> float:
        return draw.choice([draw.randint(0, 120), round(draw.uniform(-2, 300), 1), round(draw.uniform(0, 1e5), 2)])

    cases = []
    for (business, kpi), bands in BANDS.items():
        count = len(catalogue().kpis[kpi].arguments)
        edge = max(float(band.split()[1]) for band in bands if band)
        for _ in range(12):
            measures = [number() for _ in range(count)]
            cases.append(Case(f"KPI_{kpi.upper()}", tuple(measures), None, business))
            cases.append(Case("KPI_LEVEL", (kpi, draw.uniform(-1, 2) * edge), None, business))
            if business == find_kpi(kpi).business:  # the one of KPI_TO_NEXT in Python
                cases.append(Case("KPI_TO_NEXT", (kpi, measures), None, business))
    computed = [replace(case, expected=shown) for case, shown in zip(cases, hosts.cells(cases), strict=True)]
    assert len({str(case.expected) for case in computed}) > 200
    assert differences(computed, hosts.lambdas(computed)) == []


@pytest.mark.parametrize("host", [hosts.cells, hosts.lambdas])
def test_a_wrong_expectation_is_noticed(host: Any) -> None:
    wrong = [
        Case("KPI_CRR", (650, 200, 500), 0.9000001),
        Case("KPI_CRR", (650, 200, 0), ExcelError.VALUE),
        Case("KPI_GRADE", ("crr", 0.9), "exceptional"),
        Case("KPI_LEVEL", ("crr", 0.95), 2),
    ]
    assert len(differences(wrong, host(wrong))) == len(wrong)


@pytest.mark.parametrize("spread", SPREAD, ids=str)
def test_a_range_gives_a_range(spread: Spread) -> None:
    assert same(call(spread.name, *spread.arguments), spread.expected)
