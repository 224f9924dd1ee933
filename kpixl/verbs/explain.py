"""From a figure back to its rows: what a KPI of a workbook is made of, without writing."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time
from typing import TYPE_CHECKING

from kpixl.errors import N_, UnknownChoice
from kpixl.folding import name_key
from kpixl.i18n import language
from kpixl.kpi.behind import Behind, behind
from kpixl.languages import codes
from kpixl.message import phrase
from kpixl.ooxml.package import Package
from kpixl.verbs.results import no_collection, opened, scored
from kpixl.workbook.read import read

if TYPE_CHECKING:
    from datetime import date
    from pathlib import Path

    from kpixl.kpi.result import Result
    from kpixl.kpi.score import Scorecard


@dataclass(frozen=True)
class Explanation:
    """One KPI of a workbook, and the rows behind each of its measures."""

    scorecard: Scorecard
    result: Result
    measures: tuple[Behind, ...]
    """None for one that the owner made up: its formula is hers."""


def explain(path: Path, kpi: str, *, today: date) -> Explanation:
    """Where the value of ``kpi`` comes from as of a day; it is named by its id, its short name or its name in any of
    kpixl's languages, or an own one as its owner calls it. UnknownChoice where the workbook has no such KPI in use."""
    with no_collection():
        package, _ = opened(path, datetime.combine(today, time()))
        return _explained(package, kpi, today)


def _explained(package: Package, name: str, today: date) -> Explanation:
    book = read(package, today)
    scorecard, _ = scored(book, today)
    wanted = name_key(name)
    result = next((one for one in scorecard.results if wanted in _names(one)), None)
    if result is None:
        allowed = ", ".join(one.kpi.id for one in scorecard.results)
        raise UnknownChoice(got=name, what=phrase(N_("KPI")), allowed=allowed)
    rows = () if result.kpi.own else behind(result.kpi, book.tally(today))
    return Explanation(scorecard, result, rows)


def _names(result: Result) -> set[str]:
    """What a KPI may be called."""
    kpi = result.kpi
    names = {kpi.id, kpi.name_prefix, kpi.name, kpi.abbreviation}
    if not kpi.own:
        names |= {language(code)(text) for code in codes() for text in (kpi.name, kpi.abbreviation)}
    return set(map(name_key, names))
