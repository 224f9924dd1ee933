"""Totals: every measure from the rows, typed instead, and the one that counts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kpixl import palette
from kpixl.catalog.model import Made, Mean, with_parts
from kpixl.errors import N_
from kpixl.formula import parse, to_excel
from kpixl.kpi.grade import Reason
from kpixl.kpi.year_to_date import first_closed
from kpixl.period import Window, serial
from kpixl.texts.words import SOURCES, measure_label, reason_text, unit_label
from kpixl.workbook import style
from kpixl.workbook.formulas import FormulaNames, entered_rows, made_formula, measure_formula, noise_of, outcome_row
from kpixl.workbook.grid import Cell, Cells, Context, entry_cell, label, live, static
from kpixl.workbook.sheets.vocabulary import since_name

if TYPE_CHECKING:
    from collections.abc import Mapping

    from kpixl.catalog.model import Business, Measure
    from kpixl.kpi.measure import MeasureValue

COLUMNS = {
    "label": N_("Measure"),
    "unit": N_("Unit"),
    "log": N_("From the rows"),
    "typed": N_("Typed instead"),
    "used": N_("Used"),
    "source": N_("Source"),
    "previous": N_("Previous period"),
    "to_date": N_("Year to date"),
    "name": N_("Name in formulas"),
    "seen": N_("At the last refresh"),
    "changed": N_("Changed since"),
    "closed": N_("Closed periods"),
    "unknown": N_("If not known"),
    "missing": N_("If missing"),
    "zero": N_("If zero"),
    "counted": N_("Typed for this period"),
}
HIDDEN = ("seen", "changed", "closed", "unknown", "missing", "zero", "counted")
WIDTHS = {"unit": 11, "source": 15, "name": 34}


def label_width(c: Context) -> float:
    """Room for the longest name of a measure in use."""
    shown = (measure for measure in c.business.measures if measure.name in c.business.shown)
    return max(40.0, *(0.92 * len(measure_label(measure, c.t)) + 2 for measure in shown))


def rows(business: Business) -> tuple[str, ...]:
    """Ids of the block's rows."""
    return ("title", "help", "space", "of", "headings", *(measure.name for measure in business.measures), "total")


def cells(c: Context) -> Cells:
    """Every cell of the block."""
    found: dict[tuple[str, str], Cell] = {
        ("title", "label"): label(c.titles["totals"], style.TITLE),
        ("space", "to_date"): live(*since_name(c), style.HELP),
        ("help", "label"): label(
            c.t(
                N_("Every figure behind the KPIs. No rows? Type the total in the yellow column: it wins over the rows.")
            ),
            style.HELP,
        ),
    }
    found["of", "log"] = label(c.t(N_("Totals for")), style.Style(align="right", colour=palette.MUTED))
    day = serial(c.scorecard.entries.period.start)
    found["of", "typed"] = entry_cell(day, style.entry("date", align="right"))
    for column, heading in COLUMNS.items():
        look = {
            "label": style.HEADING,
            "unit": style.HEADING,
            "source": style.apart(style.HEADING),
            "name": style.apart(style.HEADING),
        }.get(column, style.HEADING_RIGHT)
        found["headings", column] = label(c.t(heading), look)
    for measure in c.business.measures:
        found.update({(measure.name, column): cell for column, cell in _measure(measure, c).items()})
    changed = c.span("totals", "changed", [measure.name for measure in c.business.measures])
    graded = c.span("calc", "changed", c.kpi_ids)
    late = [c.at("dates", f"late_{when}", "value") for when in ("now", "seen")]
    found["total", "changed"] = live(f"SUM({changed})+SUM({graded})+IF({late[0]}={late[1]},0,1)", 0)
    return found


def _measure(measure: Measure, c: Context) -> dict[str, Cell]:
    value = c.scorecard.measures[measure.name]
    at = {column: c.at("totals", measure.name, column) for column in COLUMNS}
    figure = style.figure(measure.unit)
    muted = style.figure(measure.unit, muted=True)
    source = {key: c.word(f"source_{key or 'missing'}") for key in SOURCES}
    typed_cell = c.scorecard.entries.typed.get(measure.name)
    ids, starts, values = (c.column("past", column) for column in ("id", "start", "value"))
    seen = f"AND(ISNUMBER({at['used']}),ISNUMBER({at['seen']}))"
    return {
        "label": label(measure_label(measure, c.t), style.Style(rule=palette.LINE, shrink=True)),
        "unit": label(unit_label(measure.unit, c.scorecard.entries.currency, c.t), style.MUTED_TEXT),
        "log": live(_log(measure, c), value.log, muted),
        "typed": entry_cell(typed_cell.number if typed_cell else None, style.entry(measure.unit)),
        "used": live(
            f"IF(ISNUMBER({at['counted']}),{at['counted']},{at['log']})",
            value.used,
            style.figure(measure.unit, bold=True),
            name=measure.name,
        ),
        "source": live(
            f"IF(ISNUMBER({at['counted']}),{source['typed']},IF(ISNUMBER({at['log']}),{_log_word(measure, source)},"
            f"{source[None]}))",
            c.t(SOURCES[value.source]),
            style.apart(style.MUTED_TEXT),
        ),
        "previous": live(
            past_value(c, measure.name, "period_previous"), c.scorecard.measures_previous[measure.name], figure
        ),
        "to_date": live(_to_date(measure, c), c.scorecard.measures_to_date[measure.name], figure),
        "name": label(c.aliases.name(measure.name), style.apart(style.MUTED_TEXT)),
        "seen": static(value.used, figure),
        "changed": live(
            f"IF({seen},IF(ABS({at['used']}-{at['seen']})<={noise_of(at['seen'])},0,1),"
            f"IF(ISNUMBER({at['used']})=ISNUMBER({at['seen']}),0,1))",
            0,
        ),
        "closed": live(
            f'COUNTIFS({ids},"{measure.name}",{starts},">="&year_start,{starts},"<"&period_start,{values},">=-1E300")',
            c.scorecard.closed[measure.name],
        ),
        "unknown": label(reason_text(Reason("missing_measure", measure), c.t)),
        "missing": live(_why_missing(measure, at["unknown"], c), _missing_text(value, c)),
        "zero": label(reason_text(Reason("zero_denominator", measure), c.t)),
        "counted": live(
            f'IF(AND(ISNUMBER({at["typed"]}),{c.at("dates", "totals_count", "value")}=1),{at["typed"]},"")',
            value.typed,
            muted,
        ),
    }


def _why_missing(measure: Measure, otherwise: str, c: Context) -> str:
    """The words for a measure that is not there: that nothing is entered in a table behind it, or nothing of what
    became of its rows, or those ``otherwise`` in a cell."""
    text = otherwise
    parts = [(part, part.aggregate) for part in reversed(with_parts(measure)) if part.aggregate is not None]
    outcomes = [(part, outcome_row(of.table, of.outcome), "no_outcome") for part, of in parts if of.outcome]
    tables = [(part, of.table, "not_entered") for part, of in parts if of.days and c.business.table(of.table).waits]
    for part, row, reason in (*outcomes, *tables):
        typed, known = c.at("totals", part.name, "counted"), c.at("entered", row, "known")
        text = f"IF(IF(ISNUMBER({typed}),FALSE,{known}=0),{c.word(f'{reason}_{row}')},{text})"
    return text


def _missing_text(value: MeasureValue, c: Context) -> str:
    if value.waits is None and value.blank is not None:
        table, column = value.blank
        return reason_text(Reason("no_outcome", value.measure, c.business.table(table), column), c.t)
    if value.waits is None:
        return reason_text(Reason("missing_measure", value.measure), c.t)
    return reason_text(Reason("not_entered", value.measure, c.business.table(value.waits)), c.t)


def hidden_rows(c: Context) -> set[str]:
    """Measures that no KPI in use is computed from at present, such as those of other windows."""
    shown = c.business.used(c.scorecard.entries.off)
    return {measure.name for measure in c.business.measures if measure.name not in shown}


def _log(measure: Measure, c: Context) -> str:
    """A measure without what is typed instead."""
    if isinstance(measure.definition, Made):
        return made_formula(measure, measure.definition)
    ids, starts, values = (c.column("past", column) for column in ("id", "start", "value"))
    between = f'{starts},">="&{{first}},{starts},"<"&period_start,{values},">=-1E300"'
    if isinstance(measure.definition, Mean):
        part = measure.parts[0].name
        criteria = f'{ids},"{part}",{between.format(first="window_start_12m")}'
        return f'IF(ISNUMBER({part}),(SUMIFS({values},{criteria})+{part})/(COUNTIFS({criteria})+1),"")'
    if measure.through_past:
        first = f"window_start{measure.window.suffix}"
        criteria = f'{ids},"{measure.id}",{between.format(first=first)}'
        whole = f"COUNTIFS({criteria})={c.at('dates', f'closed{measure.window.suffix}', 'value')}"
        total = measure.id if measure.rollup == "last" else f"SUMIFS({values},{criteria})+{measure.id}"
        return f'IF(AND(ISNUMBER({measure.id}),{first}<=period_start,{whole}),{total},"")'
    of = measure.aggregate
    if of is None:
        return '""'
    entered = {row: c.at("entered", row, "known") for row in entered_rows(c.business)}
    names = FormulaNames(c.column, c.row_cell, c.word, entered)
    return measure_formula(measure, of, c.business.table(of.table), names)


def _log_word(measure: Measure, words: Mapping[str | None, str]) -> str:
    """Where a figure that was not typed comes from."""
    made = measure.definition
    if not isinstance(made, Made) or not made.otherwise:
        return words["log"]
    bind = {part.id: part.name for part in measure.parts}
    return f"IF(ISNUMBER({to_excel(parse(made.formula), bind)}),{words['log']},{words['stand_in']})"


def past_value(c: Context, name: str, start: str, otherwise: str = '""') -> str:
    """The value of ``name`` in the closed period that starts at ``start``; ``otherwise`` without one, and where it
    stands there twice."""
    months = c.scorecard.entries.period.kind.months
    return _only_line(c, name, start, f"EDATE({start},{months})" if months else f"{start}+7", otherwise)


def _only_line(c: Context, name: str, first: str, after: str, otherwise: str) -> str:
    """The value of ``name`` in the only line from the day ``first`` on and before ``after``."""
    starts, values = c.column("past", "start"), c.column("past", "value")
    criteria = f'{c.column("past", "id")},"{name}",{starts},">="&{first},{starts},"<"&{after}'
    return f'IF(COUNTIFS({criteria},{values},">=-1E300")=1,SUMIFS({values},{criteria}),{otherwise})'


def _to_date(measure: Measure, c: Context) -> str:
    """As the measure rolls up over the closed periods of the year; blank where it does not."""
    if measure.window is not Window.PERIOD or measure.rollup == "none":
        return '""'
    if measure.rollup == "last":
        return measure.name
    id_, start, values = (c.column("past", column) for column in ("id", "start", "value"))
    if measure.rollup == "sum":
        closed = f'SUMIFS({values},{id_},"{measure.name}",{start},">="&year_start,{start},"<"&period_start)'
        return f'IF(ISNUMBER({measure.name}),{closed}+{measure.name},"")'
    # The first closed period of the year is the earliest one with a figure.
    first = c.at("dates", "first_of_year", "value")
    return _only_line(c, measure.name, first, f"{first}+1", measure.name)


def first_of_year(c: Context) -> tuple[str, int]:
    """The first day of the earliest closed period of the year, or of this period: formula and value."""
    starts = c.column("past", "start")
    found = f'COUNTIFS({starts},"<"&year_start)+1'
    formula = f'IF(COUNTIFS({starts},">="&year_start,{starts},"<"&period_start)=0,period_start,SMALL({starts},{found}))'
    return formula, serial(first_closed(c.scorecard.entries))
