"""Rules about figures against each other: shares past a whole, alerts, half-typed KPIs, one client's weight."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import numpy as np

from kpixl.check.problem import Problem, amount, figure, name_of
from kpixl.check.sentences import SENTENCES
from kpixl.errors import N_
from kpixl.formula import Binary, Name, parse
from kpixl.kpi import contradictions
from kpixl.kpi.traits import spent
from kpixl.message import Message, phrase
from kpixl.texts.words import measure_name

if TYPE_CHECKING:
    from kpixl.catalog.model import BusinessKpi, Measure
    from kpixl.check.case import Case
    from kpixl.entries import InputCell
    from kpixl.kpi.contradictions import Whole
    from kpixl.kpi.result import Result

_FEWEST_ANSWERS = 8
_LARGEST_SHARE = 0.25


def shares(case: Case) -> Iterator[Problem]:
    """Values that cannot be. A value past the whole that has its reasons is told by the KPI's own alert."""
    for result in case.scorecard.results:
        kpi, value = result.kpi, result.value
        if value is None or result.reason is None or result.reason.code != "impossible":
            continue
        if contradictions.found(contradictions.of_kpi(kpi, case.entries.business), case.measures):
            continue  # told by ``parts_and_wholes``
        parts = _part_of_whole(kpi)
        if kpi.kpi.disjoint:
            yield _problem("score_impossible", case, result, _details(case, result))
        elif parts and kpi.kpi.bounded and value > 1:
            details = {"part": parts[0], "whole": parts[1], **_details(case, result)}
            yield _problem("part_over_whole", case, result, details)
        else:
            yield _problem("impossible", case, result, _details(case, result))


def parts_and_wholes(case: Case) -> Iterator[Problem]:
    """Figures that are more than what they are a part of: each once, with every KPI that they stand behind."""
    told: dict[Whole, list[Result]] = {}
    for result in case.scorecard.results:
        for one in contradictions.found(contradictions.of_kpi(result.kpi, case.entries.business), case.measures):
            told.setdefault(one, []).append(result)
    for one, results in told.items():
        kpis = tuple(name_of(result.kpi) for result in results)
        figures = tuple(_figure(case, item, case.measures[item.name].used) for item in one.measures)
        details: dict[str, object] = {"kpis": kpis, "figures": figures}
        yield _problem("more_than_whole", case, results[0], details, one.measures)


def alerts(case: Case) -> Iterator[Problem]:
    """KPIs past the point that calls for attention."""
    for result in case.scorecard.results:
        if result.alert is not None:
            details = {"alert": phrase(result.alert.text), **_details(case, result)}
            yield _problem("alert", case, result, details)


def half_typed(case: Case) -> Iterator[Problem]:
    """KPIs with some totals typed and the others to be counted where there are no rows."""
    for result in case.scorecard.results:
        used = [part for a in result.kpi.arguments for part in case.parts(a.measure)]
        logs = [(part, case.logs.get(part.table or "")) for part in used if _from_rows(case, part)]
        waiting = (part for part, log in logs if log is not None and log.empty)
        missing = dict.fromkeys(part for part in waiting if part.name not in case.meant)
        if missing and any(case.is_typed(part) for part in used):
            told = tuple(_with_cell(case, part) for part in missing)
            yield _problem("typed_half", case, result, {"kpi": name_of(result.kpi), "missing": told})


def nothing_spent(case: Case) -> Iterator[Problem]:
    """Costs that are nothing because no row of a sheet that is filled in is of the kind that they go by."""
    for result in case.scorecard.results:
        item = spent(result.kpi) if result.withheld == "unsaid" else None
        if item is not None:
            title = phrase(case.entries.business.table(str(item.table)).title)
            yield _problem("nothing_spent", case, result, {**_details(case, result), "measure": item, "title": title})


def _with_cell(case: Case, item: Measure) -> Measure | Message:
    """A measure with the cell in which its total is to be typed, where there is one."""
    cell = case.entries.typed.get(item.name)
    return item if cell is None else phrase(N_("{measure} in {cell}"), measure=measure_name(item), cell=cell.cell)


def _from_rows(case: Case, item: Measure) -> bool:
    """Whether a measure is counted from the rows of the period at present."""
    value = case.measures[item.name]
    return not item.through_past and item.table is not None and (value.source == "log" or value.waits == item.table)


def one_client(case: Case) -> Iterator[Problem]:
    """A client who gives more than a quarter of the survey answers of the period."""
    counted_by = ((item, item.aggregate.table, item.aggregate.spread) for item in case.counted if item.aggregate)
    found = next(((item, table, by) for item, table, by in counted_by if by and not item.through_past), None)
    if found is None:
        return
    item, table, spread = found
    log = case.logs.get(table)
    if log is None or spread not in log.rows.texts or not case.tally.can_measure(item):
        return
    counted = case.tally.meets(item)
    total = int(np.count_nonzero(counted))
    if total < _FEWEST_ANSWERS:
        return
    words = log.words(spread)
    clients = words.codes[counted & (words.codes >= 0)]
    counts = np.bincount(clients, minlength=len(words.texts))
    for text in np.flatnonzero(counts > _LARGEST_SHARE * total):
        row = int(np.flatnonzero(counted & (words.codes == text))[0])
        yield log.problem("one_client", spread, row, got=words.texts[text], count=int(counts[text]), total=total)


def _part_of_whole(kpi: BusinessKpi) -> tuple[Measure, Measure] | None:
    """The two measures of a KPI that is simply one divided by the other."""
    if kpi.own:
        return None
    match parse(kpi.kpi.formula):
        case Binary("/", Name(part), Name(whole)):
            return kpi.argument(part), kpi.argument(whole)
    return None


def _details(case: Case, result: Result) -> dict[str, object]:
    unit = result.kpi.kpi.unit
    figures = (_figure(case, a.measure, result.measures[a.name]) for a in result.kpi.arguments)
    got = None if result.value is None else amount(result.value, unit, case.entries.currency)
    return {"kpi": name_of(result.kpi), "got": got, "figures": tuple(figures)}


def _figure(case: Case, item: Measure, value: float | None) -> Message:
    return figure(item, value, cell.cell if (cell := _typed(case, item)) else None)


def _typed(case: Case, item: Measure) -> InputCell | None:
    """The cell in which the measure is typed; None where it is counted from rows."""
    cell = case.entries.counted.get(item.name)
    return cell if cell is not None and cell.number is not None else None


def _problem(
    code: str, case: Case, result: Result, details: dict[str, object], measures: Sequence[Measure] = ()
) -> Problem:
    """A problem of a KPI, at the first typed total of its own, or of some measures."""
    items = measures or [argument.measure for argument in result.kpi.arguments]
    cells = (_typed(case, part) for item in items for part in case.parts(item))
    first = next((cell for cell in cells if cell is not None), None)
    sheet, address = (first.sheet, first.cell) if first else ("", None)
    return Problem(SENTENCES[code].severity, code, sheet, address, None, result.kpi.id, details)
