"""The functions of Python: what goes in and out, what they say of themselves, and that nothing makes them raise."""

from __future__ import annotations

import inspect
import math
import subprocess
import sys
from datetime import date, datetime, timedelta, timezone
from decimal import Decimal
from fractions import Fraction
from types import ModuleType
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import kpixl.functions as f
from kpixl.catalog import catalogue
from kpixl.functions import ExcelError, call
from kpixl.functions.describe import Function, functions
from kpixl.languages import codes

# Shapes


def test_scalars_give_floats() -> None:
    value = f.crr(650, 200, 500)
    assert type(value) is float
    assert value == pytest.approx(0.9)
    assert type(f.level("crr", 0.95)) is float
    assert f.grade("crr", 0.95) == "exceptional"


@pytest.mark.parametrize("number", [80, 80.0, np.int64(80), np.float32(80), Decimal(80), Fraction(80)])
def test_every_kind_of_number(number: object) -> None:
    assert f.css(number, 100) == pytest.approx(0.8)
    assert call("KPI_CSS", number, 100) == pytest.approx(0.8)


def test_arrays_keep_their_shape() -> None:
    found = f.css(np.array([[1, 2], [3, 4]]), 4)
    assert found.tolist() == [[0.25, 0.5], [0.75, 1]]
    assert f.css([1, None, "2", True], [4, 4, 4, 4]).tolist() == pytest.approx(
        [0.25, math.nan, math.nan, math.nan], nan_ok=True
    )
    assert f.css(np.array([1, 2, 3]), np.array([[4], [8]])).tolist() == [[0.25, 0.5, 0.75], [0.125, 0.25, 0.375]]
    assert f.css([], []).shape == (0,)
    assert f.css([1, 2, 3], [4, 4]).tolist() == pytest.approx([0.25, 0.5, math.nan], nan_ok=True)


def test_series_keep_their_index() -> None:
    table = pd.DataFrame({"satisfied": [8, 9, 1], "surveyed": [10, 0, None]}, index=["a", "b", "c"])
    found = f.css(table.satisfied, table.surveyed)
    pd.testing.assert_series_equal(found, pd.Series([0.8, math.nan, math.nan], index=["a", "b", "c"]))
    levels = f.grade("css", table.satisfied / 10)
    assert levels.to_dict() == {"a": "below benchmark", "b": "above average", "c": "below benchmark"}
    assert f.level("css", pd.Series([None, 0.9], dtype="Float64")).tolist() == pytest.approx([math.nan, 2], nan_ok=True)


def test_rows_of_series_belong_together_by_their_labels() -> None:
    one, other = pd.Series([1.0, 2.0], index=["a", "b"]), pd.Series([4.0, 8.0], index=["b", "c"])
    assert f.css(one, other).to_dict() == pytest.approx({"a": math.nan, "b": 0.5, "c": math.nan}, nan_ok=True)
    twice = pd.Series([4.0, 8.0], index=["b", "b"])
    assert f.css(one, twice).isna().all()
    assert f.css(twice, twice).tolist() == [1, 1]


def test_times_of_a_table() -> None:
    table = pd.DataFrame(
        {
            "opened": pd.to_datetime(pd.Series(["2026-10-01 09:00", "2026-10-02 09:00", None])),
            "resolved": pd.to_datetime(["2026-10-01 12:30", "2026-10-02 08:00", "2026-10-03 00:00"]),
        }
    )
    assert f.art_times(table.opened, table.resolved) == pytest.approx(3.5)
    assert f.art_times([datetime(2026, 10, 1, 9)], [datetime(2026, 10, 3, 10, 30)]) == pytest.approx(49.5)
    assert f.art_times([date(2026, 10, 1)], [date(2026, 10, 2)]) == 24
    zone = timezone(timedelta(hours=-3))
    zoned = [[datetime(2026, 10, 1, hour, tzinfo=zone)] for hour in (9, 11)]
    assert f.art_times(*zoned) == pytest.approx(2)


def test_a_date_is_the_number_that_excel_has_for_it() -> None:
    assert call("KPI_REVENUE", date(2026, 10, 1)) == 46296
    assert call("KPI_REVENUE", datetime(2026, 10, 1, 18)) == 46296.75
    assert call("KPI_REVENUE", pd.Timestamp("2026-10-01 06:00")) == 46296.25
    assert call("KPI_REVENUE", np.datetime64("2026-10-01T06")) == 46296.25
    assert call("KPI_REVENUE", np.datetime64("12026-10-01")) is ExcelError.NUM
    assert call("KPI_REVENUE", pd.NaT) is ExcelError.VALUE


def test_ranges_of_cells_come_back_by_rows() -> None:
    assert call("KPI_CSS", [1, 2], 4) == [[0.25], [0.5]]
    assert call("KPI_CSS", np.array([1, 2]), 4) == [[0.25], [0.5]]
    assert call("KPI_CSS", [[1, 2]], 4) == [[0.25, 0.5]]
    assert call("KPI_CSS", [[1], [2, 3]], 4) == [[0.25, ExcelError.VALUE], [0.5, 0.75]]
    assert call("KPI_GRADE", "css", [0.9, None]) == [["above average"], [ExcelError.VALUE]]
    assert call("KPI_GRADE", ["css", "zzz"], 0.9) == [["above average"], [ExcelError.NA]]


@pytest.mark.parametrize("nothing", [math.nan, np.nan, pd.NA, pd.NaT, Decimal("NaN"), Decimal("sNaN"), None])
def test_what_is_no_number_is_a_blank(nothing: object) -> None:
    assert call("KPI_CSS", nothing, 100) is ExcelError.VALUE
    assert math.isnan(f.css(nothing, 100))


@pytest.mark.parametrize("infinite", [math.inf, -math.inf, 10**400, Decimal("1e400"), np.float64("inf")])
def test_what_no_cell_holds_is_no_number(infinite: object) -> None:
    assert call("KPI_CSS", infinite, 100) is ExcelError.NUM
    assert math.isnan(f.css(infinite, 100))


# Arguments


def test_arguments_by_name() -> None:
    assert f.crr(clients_start=500, clients_end=650, clients_new=200) == pytest.approx(0.9)
    assert f.grade("crr", 0.86, language="es") == "superior a la media"
    assert f.grade("css", 0.91, business="luxury-personal-assistant") == "exceptional"


def test_only_a_wrong_number_of_arguments_raises() -> None:
    for arguments in ((), (1, 2), (1, 2, 3, 4)):
        with pytest.raises(TypeError):
            f.crr(*arguments)
    with pytest.raises(TypeError):
        f.crr(1, 2, clients=3)


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        (("KPI_ZZZ", 1), ExcelError.NAME),
        (("KPI_CRR",), ExcelError.VALUE),
        (("KPI_CRR", 1, 2), ExcelError.VALUE),
        (("KPI_CRR", 1, 2, 3, 4), ExcelError.VALUE),
        (("KPI_CRR", 1, 2, []), ExcelError.VALUE),
        (("KPI_CRR", 1, 2, np.zeros((2, 2, 2))), ExcelError.VALUE),
        (("KPI_TO_NEXT", "css"), ExcelError.VALUE),
        (("KPI_TO_NEXT", ["css", "crr"], 80, 100), ExcelError.VALUE),
        (("KPI_CSS_SCORES", [5, 4], [4, 5]), ExcelError.VALUE),
        # The business and the language come after the value, and the KPI is sought without a wrong business.
        (("KPI_LEVEL", "crr", 0.9, "bakery"), ExcelError.NA),
        (("KPI_LEVEL", "crr", 0.9, 5), ExcelError.VALUE),
        (("KPI_LEVEL", "crr", "text", "bakery"), ExcelError.VALUE),
        (("KPI_LEVEL", "scr", 0.9, "remote-va-agency"), ExcelError.NA),
        (("KPI_GRADE", "crr", 0.9, None, "xx"), ExcelError.NA),
        (("KPI_GRADE", "crr", 0.9, 7, "xx"), ExcelError.VALUE),
        (("KPI_GRADE", "revenue", 0.9, None, True), ExcelError.VALUE),
        (("KPI_THRESHOLD", "crr", 3, "bakery"), ExcelError.NA),
        (("KPI_NAME", "crr", "xx"), ExcelError.NA),
        (("KPI_EXPLAIN", "crr", ExcelError.REF), ExcelError.REF),
        (("KPI_CRR", ExcelError.REF, 1, 1), ExcelError.REF),
    ],
)
def test_errors_of_calls(arguments: tuple[Any, ...], error: ExcelError) -> None:
    assert call(*arguments) is error


def test_what_is_left_out_has_its_default() -> None:
    assert call("KPI_GRADE", "crr", 0.86) == call("kpi_grade", "crr", 0.86, None, None) == "above average"
    assert call("KPI_CSS_SCORES", [5, 4, 3, 2]) == call("KPI_CSS_SCORES", [5, 4, 3, 2], None) == 0.5
    # The first business of the catalogue that has the KPI
    assert call("KPI_THRESHOLD", "discretion", 1) == call("KPI_THRESHOLD", "discretion", 1, "Luxury-Personal-Assistant")


def test_what_the_next_level_takes_one_by_one_or_as_a_range() -> None:
    assert call("KPI_TO_NEXT", "crr", 650, 200, 500) == call("KPI_TO_NEXT", "crr", [650, 200, 500]) == 1
    assert f.to_next("crr", 650, 200, 500) == f.to_next("crr", np.array([650, 200, 500])) == 1
    assert math.isnan(f.to_next("crr"))
    assert math.isnan(f.to_next("css", 95, 100))


def test_a_level_that_takes_more_than_can_be_counted() -> None:
    assert call("KPI_TO_NEXT", "css", 0, 1e308) == pytest.approx(0.85e308)
    assert isinstance(call("KPI_TO_NEXT", "rpc", 0, 1e308), float | ExcelError)


# What the module says of itself


def test_every_kpi_and_every_other_function_is_there() -> None:
    ids = set(catalogue().kpis)
    assert len(ids) == 30
    others = {"grade", "level", "threshold", "to_next", "name", "explain", "nps_scores", "css_scores", "art_times"}
    assert set(f.__all__) == set(dir(f)) == ids | others | {"ExcelError", "call", "descriptions"}
    assert {function.id for function in functions().values()} == ids | others
    everything: dict[str, Any] = {}
    exec("from kpixl.functions import *", everything)
    assert set(f.__all__) <= set(everything)
    assert not any(isinstance(getattr(f, name), ModuleType) for name in f.__all__)
    with pytest.raises(AttributeError, match="zzz"):
        _ = f.zzz


@pytest.mark.parametrize("id_", catalogue().kpis)
def test_a_kpi_tells_its_arguments_formula_unit_and_source(id_: str) -> None:
    function, kpi = getattr(f, id_), catalogue().kpis[id_]
    assert tuple(inspect.signature(function).parameters) == kpi.arguments
    assert function.__name__ == id_
    assert kpi.formula.replace(" ", "") in function.__doc__.replace(" ", "")
    assert kpi.unit in function.__doc__
    assert "Source: " in function.__doc__


def test_signatures_of_the_others() -> None:
    assert str(inspect.signature(f.grade)) == "(kpi, value, business=None, language=None)"
    assert str(inspect.signature(f.to_next)) == "(kpi, *measures)"
    assert str(inspect.signature(f.css_scores)) == "(scores, cut=None)"


def test_importing_loads_neither_numpy_nor_pandas() -> None:
    code = "import sys, kpixl.functions; print(sorted({'numpy', 'pandas', 'yaml'} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_numbers_that_are_fewer_than_the_rest_have_no_level_at_the_end() -> None:
    # 90 and 80 of 100 clients kept; the third place has a business, but no number.
    found = f.level("crr", np.array([0.9, 0.8]), [None, None, None])
    assert np.isnan(found).tolist() == [False, False, True]


def test_a_long_column() -> None:
    found = f.crr(np.arange(100_000, dtype=float), 0, 100_000)
    assert found[50_000] == 0.5


# Descriptions


@pytest.mark.parametrize("code", codes())
def test_descriptions_fit_where_excel_shows_them(code: str) -> None:
    described = f.descriptions(code)
    assert [one.name for one in described] == list(functions())
    for one in described:
        assert 10 < len(one.help) <= 255, one
        assert one.help.endswith("."), one
        for name, text in one.arguments:
            assert name.isidentifier()
            assert 0 < len(text) <= 255


def test_descriptions_of_a_kpi() -> None:
    described = next(one for one in f.descriptions("es") if one.name == "KPI_CRR")
    assert described.help.startswith("CRR · Tasa de retención de clientes. ")
    assert [name for name, _ in described.arguments] == ["clients_end", "clients_new", "clients_start"]
    assert described.example == "=KPI_CRR(650,200,500)"


@pytest.mark.parametrize("function", [one for one in functions().values() if one.kpi], ids=lambda one: one.name)
def test_examples_of_kpis_run(function: Function) -> None:
    name, _, arguments = function.example.removeprefix("=").rstrip(")").partition("(")
    assert function.kpi is not None
    assert call(name, *map(float, arguments.split(","))) == pytest.approx(function.kpi.example.value)


# Nothing raises

_ANYTHING = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=8), st.decimals(), st.fractions(),
    st.complex_numbers(), st.dates(), st.datetimes(), st.timedeltas(), st.binary(max_size=3),
    st.sampled_from(ExcelError),
    st.sampled_from(["crr", "css", "art", "revenue", "discretion", "typical", "remote-va-agency", "es", "c*"]),
    st.sampled_from([pd.NA, pd.NaT, np.float32("nan"), np.bool_(True), np.datetime64("NaT"), object(), {}, set(), int]),
)  # fmt: skip
_ARGUMENTS = st.one_of(
    _ANYTHING,
    st.lists(_ANYTHING, max_size=4),
    st.lists(st.lists(_ANYTHING, max_size=3), max_size=3),
    st.lists(st.floats(), max_size=3).map(np.array),
    st.lists(st.integers(-5, 5), max_size=3).map(pd.Series),
    st.lists(_ANYTHING, min_size=1, max_size=3).map(lambda cells: pd.Series(cells, dtype=object)),
)


@pytest.mark.slow
@given(st.sampled_from([*functions(), "KPI_NONE", ""]), st.lists(_ARGUMENTS, max_size=5))
def test_no_call_raises(name: str, arguments: list[Any]) -> None:
    found = call(name, *arguments)
    for row in found if isinstance(found, list) else [[found]]:
        for cell in row:
            assert isinstance(cell, float | int | str | ExcelError)
            assert isinstance(cell, ExcelError | str) or math.isfinite(cell)


@pytest.mark.slow
@given(st.sampled_from(list(functions().values())), st.lists(_ARGUMENTS, min_size=5, max_size=5))
def test_no_value_makes_a_function_of_python_raise(function: Function, arguments: list[Any]) -> None:
    found = getattr(f, function.id)(*arguments[: len(function.parameters)])
    cells = np.asarray(found, dtype=object).ravel()
    assert all(cell is None or isinstance(cell, float | int | str) for cell in cells)


@given(st.floats(allow_nan=False, allow_infinity=False), st.floats(allow_nan=False, allow_infinity=False))
def test_a_share_is_a_division_or_an_error(part: float, whole: float) -> None:
    shown = call("KPI_CSS", part, whole)
    if whole == 0:
        assert shown is ExcelError.DIV0
    elif math.isinf(part / whole):
        assert shown is ExcelError.NUM
    else:
        assert shown == part / whole
