"""Functions over whole columns of entries. What is no answer is passed over, as the workbook's measures do."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from kpixl.catalog.settings import SETTINGS
from kpixl.cellvalue import ExcelError
from kpixl.functions.arguments import Cell, is_blank, number_of, numbers_of
from kpixl.functions.look_up import Fault

if TYPE_CHECKING:
    from kpixl.functions.arguments import Array

CUT = SETTINGS["satisfied_cut"].default
"""The score from which an answer counts as satisfied, where nobody says otherwise."""
PROMOTER, DETRACTOR = 9, 6


def nps_scores(scores: Array) -> Cell:
    """100 × (promoters − detractors) / answers, from −100 to 100, of scores from 0 to 10."""
    answers = _within(scores, 0, 10)
    promoters, detractors = np.count_nonzero(answers >= PROMOTER), np.count_nonzero(answers <= DETRACTOR)
    return 100.0 * (promoters - detractors) / _some(answers)


def css_scores(scores: Array, cut: Array) -> Cell:
    """The fraction of scores from 1 to 5 that reach ``cut``."""
    answers = _within(scores, 1, 5)
    if cut.size != 1:
        raise Fault(ExcelError.VALUE)
    edge = number_of(CUT if is_blank(cut.item()) else cut.item())
    if isinstance(edge, ExcelError):
        raise Fault(edge)
    return np.count_nonzero(answers >= edge) / _some(answers)


def art_times(opened: Array, resolved: Array) -> Cell:
    """The mean of the hours from opening to resolution, both date serials."""
    if opened.shape != resolved.shape:
        raise Fault(ExcelError.VALUE)
    _pass_errors_on(opened)
    _pass_errors_on(resolved)
    since, until = numbers_of(opened), numbers_of(resolved)
    counted = (since.errors == 0) & (until.errors == 0) & (until.values >= since.values)
    spans = (until.values - since.values)[counted]
    return 24.0 * float(spans.sum()) / _some(spans)


def _within(scores: Array, lowest: float, highest: float) -> Array:
    _pass_errors_on(scores)
    numbers = numbers_of(scores)
    found: Array = numbers.values[(numbers.errors == 0) & (numbers.values >= lowest) & (numbers.values <= highest)]
    return found


def _some(counted: Array) -> int:
    if not counted.size:
        raise Fault(ExcelError.DIV0)
    return counted.size


def _pass_errors_on(cells: Array) -> None:
    if cells.dtype == object:
        for cell in cells.flat:
            if isinstance(cell, ExcelError):
                raise Fault(cell)
