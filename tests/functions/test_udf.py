"""The functions through xlwings' own server and converters, with Excel's side played by stubs."""

from __future__ import annotations

import importlib
import math
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import hosts
import pytest
import stubs
from cases import CASES, SPREAD, Spread
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from stubs import MISSING, FakeRange
from test_hosts import differences, same

from kpixl.cellvalue import CLASSIC_ERRORS
from kpixl.functions import ExcelError, call, descriptions
from kpixl.functions.describe import functions

MODULE = "kpixl.functions.udf"
CALLER = FakeRange([[None]])
pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="pywin32 itself is there")


class Server:
    """Excel calling xlwings' server."""

    def __init__(self, module: Any) -> None:
        self._server = module.XLPython()

    def __call__(self, name: str, *arguments: Any) -> Any:
        """What Python gives back to the wrapper: a cell, a list of cells for one row, or a list of rows."""
        return self._server.CallUDF(MODULE, name, arguments, None, CALLER)


@pytest.fixture(scope="module")
def excel() -> Iterator[Server]:
    with stubs.windows() as server:
        yield Server(server)


def cell(shown: Any) -> Any:
    """What the wrapper makes of a value."""
    return ExcelError(shown) if isinstance(shown, str) and shown in map(str, ExcelError) else shown


def rows(shown: Any) -> list[list[Any]]:
    """What the cells beside a formula show."""
    block = shown if isinstance(shown, list) else [[shown]]
    return [list(map(cell, row)) for row in (block if isinstance(block[0], list) else [block])]


def in_range(argument: Any) -> FakeRange:
    return FakeRange(hosts._lines(argument))


def computed(argument: Any) -> Any:
    """As a formula within the formula gives it: a cell, or an array."""
    if isinstance(argument, list):
        return tuple(tuple(map(stubs.com_cell, line)) for line in hosts._lines(argument))
    return stubs.com_cell(argument)


# The cases


@pytest.mark.slow
@pytest.mark.parametrize("given_as", [in_range, computed])
def test_the_cases(excel: Server, given_as: Any) -> None:
    shown = [cell(excel(case.name, *map(given_as, hosts.arguments(case)))) for case in CASES]
    assert differences(CASES, shown) == []
    called = [call(case.name, *hosts.arguments(case)) for case in CASES]
    assert [one for one in zip(CASES, shown, called, strict=True) if not same(one[1], one[2])] == []


def test_a_wrong_expectation_is_noticed(excel: Server) -> None:
    wrong = [case for case in CASES if case.name == "KPI_CRR"][:3]
    assert len(differences(wrong, [cell(excel("KPI_CSS", 1.0, 3.0))] * 3)) == 3


@pytest.mark.parametrize("spread", SPREAD, ids=str)
@pytest.mark.parametrize("given_as", [in_range, computed])
def test_a_range_gives_a_range(excel: Server, spread: Spread, given_as: Any) -> None:
    assert same(rows(excel(spread.name, *map(given_as, spread.arguments))), spread.expected)


def test_a_row_stays_a_row(excel: Server) -> None:
    assert rows(excel("KPI_CSS", FakeRange([[1, 2, 4]]), 4.0)) == [[0.25, 0.5, 1]]
    # Excel hands a row of constants over without rows.
    assert rows(excel("KPI_CSS", (1.0, 2.0, 4.0), 4.0)) == [[0.25, 0.5, 1]]
    assert rows(excel("KPI_CSS", (1.0, 2.0), ((4.0,), (8.0,)))) == [[0.25, 0.5], [0.125, 0.25]]


def test_what_is_left_out(excel: Server) -> None:
    assert excel("KPI_GRADE", "crr", 0.86, MISSING, MISSING) == "above average"
    assert excel("KPI_GRADE", "crr", 0.86, MISSING, "es") == "superior a la media"
    assert excel("KPI_CSS_SCORES", FakeRange([[5], [4], [3], [2]]), MISSING) == 0.5
    assert excel("KPI_CRR", 650.0, MISSING, 500.0) == "#VALUE!"
    assert excel("KPI_TO_NEXT", "crr", 650.0, 200.0, 500.0) == 1
    assert excel("KPI_TO_NEXT", "crr") == "#VALUE!"


def test_numbers_that_are_no_floats(excel: Server) -> None:
    # Currency and dates, as a formula or VBA hands them over
    assert excel("KPI_RPC", Decimal("100000.5"), 20.0) == pytest.approx(5000.025)
    assert excel("KPI_REVENUE", datetime(2026, 10, 1, 18, tzinfo=UTC)) == 46296.75
    assert excel("KPI_REVENUE", 7) == 7


@pytest.mark.parametrize("error", CLASSIC_ERRORS)
def test_errors_of_cells_pass(excel: Server, error: ExcelError) -> None:
    assert excel("KPI_CRR", 650.0, stubs.scode(error), 500.0) == str(error)
    assert rows(excel("KPI_CSS", FakeRange([[1], [error]]), 4.0)) == [[0.25], [error]]


def test_newer_errors_are_no_numbers(excel: Server) -> None:
    spill, calc = (number + 0x800A0000 - 2**32 for number in (2045, 2050))
    assert rows(excel("KPI_REVENUE", ((spill,), (calc,), (5.0,)))) == [[ExcelError.VALUE], [ExcelError.VALUE], [5]]


def test_a_range_of_several_areas_is_not_taken_for_its_first(excel: Server) -> None:
    assert excel("KPI_NPS_SCORES", FakeRange([[9], [9]], areas=2)) == "#VALUE!"


def test_ten_thousand_cells_in_one_call(excel: Server) -> None:
    ends = FakeRange([[float(number)] for number in range(10_000)])
    shown = excel("KPI_CRR", ends, 0.0, 10_000.0)
    assert len(shown) == 10_000
    assert shown[2500] == [0.25]


def test_a_mistake_of_ours_is_an_error_of_the_cell(excel: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    module = importlib.import_module(MODULE)  # the one that the server has

    def broken(*_: object) -> None:
        raise RuntimeError("broken")

    monkeypatch.setattr(module, "call", broken)
    assert excel("KPI_CRR", 650.0, 200.0, 500.0) == "#VALUE!"


# Nothing raises

_FROM_COM = st.one_of(
    st.none(), st.booleans(), st.floats(), st.integers(-(2**31), 2**31 - 1), st.text(max_size=5), st.datetimes(),
    st.decimals(), st.binary(max_size=3), st.sampled_from(["crr", "css", "es", "typical", object(), MISSING]),
    st.sampled_from([stubs.scode(error) for error in CLASSIC_ERRORS]),
)  # fmt: skip
_RANGES = st.integers(1, 3).flatmap(
    lambda width: st.lists(st.lists(_FROM_COM, min_size=width, max_size=width), min_size=1, max_size=3)
)
_ARGUMENTS = st.one_of(
    _FROM_COM,
    st.lists(_FROM_COM, max_size=3).map(tuple),
    st.lists(st.lists(_FROM_COM, max_size=3).map(tuple), max_size=3).map(tuple),
    _RANGES.map(FakeRange),
)


@given(st.sampled_from(list(functions().values())), st.lists(_ARGUMENTS, min_size=4, max_size=4))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_nothing_raises(excel: Server, function: Any, arguments: list[Any]) -> None:
    count = 4 if function.parameters[-1].many else len(function.parameters)
    for row in rows(excel(function.name, *arguments[:count])):
        for shown in row:
            assert isinstance(shown, float | int | str | ExcelError)
            assert isinstance(shown, str | ExcelError) or math.isfinite(shown)


# What xlwings knows of them


def test_help_for_the_wizard(excel: Server) -> None:
    module = importlib.import_module(MODULE)
    for described in descriptions():
        info = getattr(module, described.name).__xlfunc__
        assert info["category"] == "kpixl"
        assert info["ret"]["doc"] == described.help
        assert [(one["name"], one["doc"]) for one in info["args"]] == list(described.arguments)
        assert not info["volatile"]
