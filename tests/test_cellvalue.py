"""What a value in a cell is to Excel: its errors."""

from __future__ import annotations

from typing import cast

import pytest

from kpixl.cellvalue import CLASSIC_ERRORS, ExcelError, is_blank, number
from kpixl.functions import call

# https://learn.microsoft.com/en-us/office/vba/api/excel.xlcverror
XL_CV_ERROR = {
    "#NULL!": 2000, "#DIV/0!": 2007, "#VALUE!": 2015, "#REF!": 2023, "#NAME?": 2029, "#NUM!": 2036, "#N/A": 2042,
    "#GETTING_DATA": 2043, "#SPILL!": 2045, "#CONNECT!": 2046, "#BLOCKED!": 2047, "#UNKNOWN!": 2048, "#FIELD!": 2049,
    "#CALC!": 2050,
}  # fmt: skip


def test_every_error_has_the_number_that_excel_gives_it() -> None:
    assert {str(error): error.number for error in ExcelError} == XL_CV_ERROR
    assert {ExcelError.by_number(number) for number in XL_CV_ERROR.values()} == set(ExcelError)


def test_an_error_that_nobody_knows_is_kept() -> None:
    python = ExcelError("#PYTHON!")
    assert (str(python), python.number) == ("#PYTHON!", None)
    assert python == ExcelError("#PYTHON!") != ExcelError("#OTHER!")
    assert python not in list(ExcelError)
    assert python.classic is ExcelError.by_number(2099) is ExcelError.VALUE
    assert call("KPI_REVENUE", python) is call("KPI_NAME", python) is ExcelError.VALUE


def test_only_a_text_names_an_error() -> None:
    with pytest.raises(ValueError, match="2042"):
        ExcelError(2042)  # type: ignore[arg-type]  # what is tested


def test_newer_errors_are_none_of_those_that_every_excel_knows() -> None:
    assert [error for error in ExcelError if error.classic is error] == list(CLASSIC_ERRORS)
    assert ExcelError.SPILL.classic is ExcelError.VALUE


@pytest.mark.parametrize("error", ["#N/A", "#PYTHON!"])
def test_an_error_is_neither_a_number_nor_blank_nor_a_text(error: str) -> None:
    assert number(ExcelError(error)) is None
    assert not is_blank(ExcelError(error))
    assert ExcelError(error) != cast(object, error)
