"""Totals: every measure from the rows, typed instead, and the one that counts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kpixl import palette
from kpixl.catalog.model import Made, Mean, with_parts
from kpixl.errors import N_
from kpixl.formula import Name, parse, substituted, to_excel
from kpixl.formula.expressions import either, equal, every, first_known, known, same
from kpixl.formula.in_cells import total
from kpixl.formula.nodes import Wording
from kpixl.formula.to_excel import Template, literal
from kpixl.kpi.calendar_rules import START
from kpixl.kpi.grade import Reason
from kpixl.kpi.over_past import MEAN, through_past, to_date
from kpixl.period import serial
from kpixl.texts.words import SOURCES, measure_label, reason_text, unit_label
from kpixl.workbook import style
from kpixl.workbook.formulas import entered_rows, made_formula, measure_formula, outcome_row
from kpixl.workbook.grid import Cell, Cells, Context, entry_cell, label, live, static
from kpixl.workbook.past_lines import columns, number_of, past_value, total_of
from kpixl.workbook.sheets.vocabulary import since_name

if TYPE_CHECKING:
    from collections.abc import Mapping

    from kpixl.catalog.model import Business, Measure
    from kpixl.formula.nodes import Node
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
    bind = {"changed": changed, "graded": graded, "late_now": late[0], "late_seen": late[1]}
    found["total", "changed"] = live(_CHANGES.filled(bind, c.word), 0)
    return found


def _measure(measure: Measure, c: Context) -> dict[str, Cell]:
    value = c.scorecard.measures[measure.name]
    at = {column: c.at("totals", measure.name, column) for column in COLUMNS}
    figure = style.figure(measure.unit)
    muted = style.figure(measure.unit, muted=True)
    typed_cell = c.scorecard.entries.typed.get(measure.name)
    bind = {**at, **columns(c), "id": literal(measure.name), "totals_count": c.at("dates", "totals_count", "value")}
    texts = {column: rule.filled(bind, c.word) for column, rule in _WRITTEN.items()}
    return {
        "label": label(measure_label(measure, c.t), style.Style(rule=palette.LINE, shrink=True)),
        "unit": label(unit_label(measure.unit, c.scorecard.entries.currency, c.t), style.MUTED_TEXT),
        "log": live(_log(measure, c), value.log, muted),
        "typed": entry_cell(typed_cell.number if typed_cell else None, style.entry(measure.unit)),
        "used": live(
            texts["used"],
            value.used,
            style.figure(measure.unit, bold=True),
            name=measure.name,
        ),
        "source": live(
            to_excel(_source(measure), at, c.word),
            c.t(SOURCES[value.source]),
            style.apart(style.MUTED_TEXT),
        ),
        "previous": live(
            past_value(c, measure.name, "period_previous"), c.scorecard.measures_previous[measure.name], figure
        ),
        "to_date": live(_to_date(measure, c), c.scorecard.measures_to_date[measure.name], figure),
        "name": label(c.aliases.name(measure.name), style.apart(style.MUTED_TEXT)),
        "seen": static(value.used, figure),
        "changed": live(texts["changed"], 0),
        "closed": live(texts["closed"], c.scorecard.closed[measure.name]),
        "unknown": label(reason_text(Reason("missing_measure", measure), c.t)),
        "missing": live(_why_missing(measure, at["unknown"], c), _missing_text(value, c)),
        "zero": label(reason_text(Reason("zero_denominator", measure), c.t)),
        "counted": live(texts["counted"], value.typed, muted),
    }


_TYPED, _COUNTED, _LOG, _USED, _SEEN = map(Name, ("typed", "counted", "log", "used", "seen"))
_YEAR = Name("year_start")
_WRITTEN = {
    "used": Template(first_known(_COUNTED, _LOG)),
    "changed": Template(
        either(
            known(_USED, _SEEN),
            either(same(_USED, _SEEN), 0, 1),
            either(equal(known(_USED), known(_SEEN)), 0, 1),
        )
    ),
    "closed": Template(number_of(first=_YEAR, after=START)),
    "counted": Template(either(every(known(_TYPED), equal(Name("totals_count"), 1)), _TYPED)),
}
_CHANGES = Template(
    total(Name("changed")) + total(Name("graded")) + either(equal(Name("late_now"), Name("late_seen")), 0, 1)
)


def _why_missing(measure: Measure, otherwise: str, c: Context) -> str:
    """The words for a measure that is not there: that nothing is entered in a table behind it, or nothing of what
    became of its rows, or those ``otherwise`` in a cell."""
    found: Node = Name(otherwise)
    parts = [(part, part.aggregate) for part in reversed(with_parts(measure)) if part.aggregate is not None]
    outcomes = [(part, outcome_row(of.table, of.outcome), "no_outcome") for part, of in parts if of.outcome]
    tables = [(part, of.table, "not_entered") for part, of in parts if of.days and c.business.table(of.table).waits]
    for part, row, reason in (*outcomes, *tables):
        typed, entered = Name(c.at("totals", part.name, "counted")), Name(c.at("entered", row, "known"))
        waits = either(known(typed), False, equal(entered, 0))
        found = either(waits, Wording(f"{reason}_{row}"), found)
    return to_excel(found, word=c.word)


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
    if isinstance(measure.definition, Mean):
        return _over_past(MEAN, measure.parts[0].name, "window_start_12m", c)
    if measure.through_past:
        suffix = measure.window.suffix
        first, closed = f"window_start{suffix}", c.at("dates", f"closed{suffix}", "value")
        return _over_past(through_past(measure), measure.id, first, c, {"closed": closed})
    of = measure.aggregate
    if of is None:
        return '""'
    entered = {row: c.at("entered", row, "known") for row in entered_rows(c.business)}
    names = c.names(entered=entered)
    return measure_formula(measure, of, c.business.table(of.table), names)


def _over_past(rule: Node, name: str, first: str, c: Context, bind: Mapping[str, str] | None = None) -> str:
    """A rule over what ``name`` has been in the closed periods from the day ``first`` on, and is in this one."""
    lines = {"lines": number_of(after=START), "total": total_of(after=START, figures=True)}
    given = {"id": literal(name), "now": name, "first": first, **columns(c), **(bind or {})}
    return to_excel(substituted(rule, lines), given)


def _source(measure: Measure) -> Node:
    """Where a figure comes from, in a word."""
    made, log = measure.definition, Wording("source_log")
    from_rows: Node = log
    if isinstance(made, Made) and made.otherwise:
        proper = substituted(parse(made.formula), {part.id: Name(part.name) for part in measure.parts})
        from_rows = either(known(proper), log, Wording("source_stand_in"))
    found = either(known(_LOG), from_rows, Wording("source_missing"))
    return either(known(_COUNTED), Wording("source_typed"), found)


def _to_date(measure: Measure, c: Context) -> str:
    """As the measure rolls up over the closed periods of the year; blank where it does not."""
    if measure.rollup == "first":
        # The first closed period of the year is the earliest one with a figure.
        first = Name(c.at("dates", "first_of_year", "value"))
        lines = {"lines": number_of(first=first, after=first + 1), "total": total_of(first=first, after=first + 1)}
    else:
        lines = {"total": total_of(first=_YEAR, after=START)}
    bind = {"id": literal(measure.name), "now": measure.name, **columns(c)}
    return to_excel(substituted(to_date(measure), lines), bind)
