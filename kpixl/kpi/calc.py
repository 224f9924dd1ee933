"""One KPI from numbers alone: value, reason, level. Reads no workbook and knows no language."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from typing import TYPE_CHECKING

from kpixl.catalog import business, businesses, catalogue, catalogue_of
from kpixl.errors import N_, NotANumber, UnknownChoice, UnknownMeasure, UsageError
from kpixl.formula import evaluate
from kpixl.kpi.contradictions import among_arguments
from kpixl.kpi.grade import evaluated, graded, reason_of, thresholds_published
from kpixl.kpi.grading import waits
from kpixl.kpi.result import Result, certain
from kpixl.kpi.score import ALERTED, alert_of
from kpixl.message import phrase

if TYPE_CHECKING:
    from kpixl.catalog import Business, BusinessKpi

_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?", re.IGNORECASE | re.ASCII)


class MissingArguments(UsageError):
    """``calc`` was not given every number that the formula needs."""

    code = "missing_arguments"
    template = N_("{kpi} needs {missing}, too; write it like {example}.")


def calc(kpi_id: str, numbers: Mapping[str, float], owner: str | Business | None = None) -> Result:
    """The KPI as a business grades it, that of a pack or the built-in one of an id; without one, as the first business
    of the catalogue that has it.

    ``numbers`` are by argument, in the units of their measures. Without a workbook there is no target, no past and no
    year: those stay empty. UnknownChoice, UnknownMeasure, NotANumber or MissingArguments where the call is wrong.
    """
    kpi = find_kpi(kpi_id, owner)
    takes = kpi.kpi.arguments
    for name, number in numbers.items():
        if name not in takes:
            raise UnknownMeasure(kpi=kpi.abbreviation, got=name, allowed=", ".join(takes))
        if not math.isfinite(number):
            raise NotANumber(got=number, what=name)
    missing = [name for name in takes if name not in numbers]
    if missing:
        raise MissingArguments(kpi=kpi.abbreviation, missing=", ".join(missing), example=f"{missing[0]}=12.5")
    measures = {name: float(numbers[name]) for name in takes}
    thresholds = thresholds_published(kpi)
    contradicted = evaluate(among_arguments(kpi), {f"measure.{name}": value for name, value in measures.items()})
    found = evaluated(kpi, measures, thresholds, {"contradicted": contradicted})
    value = found.number("value")
    return Result(
        kpi=kpi,
        measures=measures,
        value=value,
        reason=reason_of(kpi, found.text("reason")),
        thresholds=thresholds,
        grade=graded(kpi, found),
        certainty=certain(found),
        alert=alert_of(kpi, value) if waits(found) in ALERTED else None,
        finer=int(found.number("finer") or 0),
    )


def find_kpi(kpi_id: str, owner: str | Business | None = None) -> BusinessKpi:
    """The KPI called ``kpi_id``, in capitals or not, of a business or of the first that has it; UnknownChoice without
    such a KPI or business."""
    chosen = business(owner) if isinstance(owner, str) else owner
    among = businesses() if chosen is None else (chosen,)
    found = {kpi.id: kpi for one in reversed(among) for kpi in one.kpis}
    try:
        return found[kpi_id.lower()]
    except KeyError:
        known = catalogue() if chosen is None else catalogue_of(chosen)
        allowed = ", ".join(id_ for id_ in known.kpis if id_ in found)
        raise UnknownChoice(got=kpi_id, what=phrase(N_("KPI")), allowed=allowed) from None


def number_of(text: str, name: str) -> float:
    """The number that ``text`` stands for, with a point for decimals; NotANumber for anything else."""
    if not _NUMBER.fullmatch(text.strip()) or not math.isfinite(float(text)):
        raise NotANumber(got=text, what=name)
    return float(text)
