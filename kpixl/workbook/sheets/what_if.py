"""What if: the owner supposes changes of measures and sees every KPI and level that would move. No entry is touched."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kpixl import palette
from kpixl.catalog.model import Level, Made, Mean, Standing
from kpixl.errors import N_
from kpixl.formula import Name, evaluate, parse, to_excel
from kpixl.formula.expressions import (
    BLANK,
    either,
    equal,
    first_known,
    floor,
    joined,
    known,
    maximum,
    minimum,
    or_else,
    sign,
)
from kpixl.formula.in_cells import item, repeated, same_text, total, worded
from kpixl.formula.nodes import Wording
from kpixl.formula.to_excel import Template
from kpixl.kpi.noise import NOISE
from kpixl.kpi.traits import NEVER_NEGATIVE, traits_of
from kpixl.kpi.what_if import (
    DIFFERENCE,
    Moved,
    Supposed,
    after,
    before,
    changed,
    direction,
    follows,
    in_use,
    measures_of,
    suppose,
)
from kpixl.texts.words import SHAPES, STANDINGS, TRENDS, kpi_title, level_word, measure_label, unit_label
from kpixl.workbook import style
from kpixl.workbook.formulas import made_formula
from kpixl.workbook.grid import Cell, Cells, Context, entry_cell, label, live
from kpixl.workbook.rule_formulas import RuleFormulas, contradicted_formula
from kpixl.workbook.sheets.in_use import shown_if_used
from kpixl.workbook.sheets.kpis import SMALL, unit_shown
from kpixl.workbook.sheets.vocabulary import LEVELS_CHANGED, STANDING_ROWS

if TYPE_CHECKING:
    from kpixl.catalog.model import Business, BusinessKpi, Measure

COLUMNS = {
    "label": "",
    "unit": N_("Unit"),
    "now": N_("Now"),
    "change": N_("Change by"),
    "percent": N_("Change in %"),
    "slider": N_("less · more"),
    "then": N_("Then"),
    "difference": N_("Difference"),
    "moves": "",
    "level_now": N_("Level now"),
    "level_then": N_("Level then"),
    "before": "",
    "after": "",
    "changed": "",
}
HIDDEN = ("before", "after", "changed")
"""Columns of numbers behind the words: which level or standing, and whether it is another one."""
WIDTHS = {"unit": 11, "slider": 17, "moves": 11}
LEVEL_WIDTH = 24.0
TEXT_COLUMNS = ("unit", "moves", "level_now", "level_then")
KPI_ROW = "kpi_"
"""In front of the ids of KPIs, since a measure may be called as a KPI is."""

STEPS = 10
"""How far the knob of a slider goes: from nothing, over the middle, where nothing changes, to twice as much."""
TRACK, KNOB = "·", "●"


def label_width(c: Context) -> float:
    """Room for the longest name of a KPI or of a measure in use."""
    used = in_use(c.business)
    names = [measure_label(measure, c.t) for measure in measures_of(c.business) if measure.name in used]
    names += [kpi_title(kpi, c.t) for kpi in c.business.kpis]
    return max(40.0, *(0.92 * len(name) + 2 for name in names))


def kpi_row(kpi: BusinessKpi) -> str:
    """The id of a KPI's row."""
    return KPI_ROW + kpi.id


def rows(business: Business) -> tuple[str, ...]:
    """Ids of the block's rows: the KPIs stand first, where the owner sees them move."""
    kpis = (kpi_row(kpi) for kpi in business.kpis)
    measures = (measure.name for measure in measures_of(business))
    return ("title", "help", "space", "headings", "kpis", *kpis, "measures", *measures)


def hidden_rows(c: Context) -> set[str]:
    """KPIs that are switched off, and measures that no KPI is computed from at present."""
    off = {KPI_ROW + id_ for id_ in c.scorecard.entries.off}
    return off | {measure.name for measure in measures_of(c.business)} - in_use(c.business, c.scorecard.entries.off)


def cells(c: Context) -> Cells:
    """Every cell of the block."""
    t, found_out = c.t, suppose(c.scorecard)
    help_ = N_("Type a change in a yellow cell and see what would follow. Nothing here changes your entries.")
    section = style.Style(bold=True, colour=palette.ACCENT, vertical="bottom")
    found: dict[tuple[str, str], Cell] = {
        ("title", "label"): label(c.titles["what_if"], style.TITLE),
        ("help", "label"): label(t(help_), style.HELP),
        ("space", "now"): _count(found_out, c),
        ("kpis", "label"): label(t(N_("KPIs")), section),
        ("measures", "label"): label(t(N_("Figures behind them")), section),
    }
    for column, heading in COLUMNS.items():
        look = style.apart(style.HEADING) if column in TEXT_COLUMNS else style.HEADING_RIGHT
        if column not in HIDDEN:
            found["headings", column] = label(t(heading) if heading else None, look)
    for kpi in c.business.kpis:
        for column, cell in _kpi(kpi, found_out.kpis[kpi.id], c).items():
            found[kpi_row(kpi), column] = cell
    for measure in measures_of(c.business):
        for column, cell in _measure(measure, found_out.measures[measure.name], c).items():
            found[measure.name, column] = cell
    return found


def whole_cells(column: str, c: Context) -> list[tuple[int, int]]:
    """Row and column of the cells of ``column`` that show whole numbers, from top to bottom."""
    place, whole = c.placements["what_if"], (style.FORMATS["count"], style.change_format("count"))
    return [place.position(*at) for at, cell in cells(c).items() if at[1] == column and cell.style.format in whole]


def _count(found_out: Supposed, c: Context) -> Cell:
    """How many levels change; nothing where none does."""
    changed_ = c.span("what_if", "changed", [kpi_row(kpi) for kpi in c.business.kpis])
    count = to_excel(total(Name("changed")), {"changed": changed_})
    moved = found_out.levels_moved
    return live(
        _MOVED.filled({"count": count}, c.word),
        c.t(LEVELS_CHANGED).format(count=moved) if moved else "",
        style.Style(bold=True, colour=palette.ACCENT),
    )


# Measures


def _measure(measure: Measure, then: float | None, c: Context) -> dict[str, Cell]:
    t, figure = c.t, style.figure(measure.unit)
    now = c.scorecard.measures[measure.name].used
    at = {column: c.at("what_if", measure.name, column) for column in COLUMNS}
    found = {
        "label": label(measure_label(measure, t), style.Style(rule=palette.LINE, shrink=True)),
        "unit": label(unit_label(measure.unit, c.scorecard.entries.currency, t), style.apart(SMALL)),
        "now": live(_THERE.filled({"value": measure.name, "none": NOTHING}, c.word), now, figure),
        "slider": live(
            _SLIDER.filled(at, c.word),
            slider(now, then),
            style.Style(size=12, align="center", rule=palette.LINE, colour=palette.MUTED),
        ),
        "then": live(_then(measure, at, c), then, style.figure(measure.unit, bold=True)),
    }
    if follows(measure):
        return found
    supposed = c.scorecard.entries.what_if.get(measure.name)
    change, percent = (supposed.change.number, supposed.percent.number) if supposed else (None, None)
    return found | {
        "change": entry_cell(change, _entry(measure.unit)),
        "percent": entry_cell(percent, _entry("fraction")),
    }


def _entry(unit: str) -> style.Style:
    """A cell for a change: always with its sign."""
    look = style.entry(unit)
    return style.Style(
        format=style.change_format(unit), align=look.align, fill=look.fill, rule=look.rule, unlocked=True
    )


def _then(measure: Measure, at: dict[str, str], c: Context) -> str:
    made = measure.definition
    if isinstance(made, Mean):
        return at["now"]
    if isinstance(made, Made):
        parts = {part.name: c.at("what_if", part.name, "then") for part in measure.parts}
        typed = c.at("totals", measure.name, "counted")
        bind = {"typed": typed, "now": at["now"], "made": made_formula(measure, made, parts)}
        return _TYPED_OR_MADE.filled(bind, c.word)
    return to_excel(changed(never_negative=measure.unit in NEVER_NEGATIVE), at)


def slider(now: float | None, then: float | None) -> str:
    """A track whose knob stands in the middle where nothing changes."""
    if now is None or then is None:
        return ""
    place = int(evaluate(KNOB_PLACE, {"now": now, "then": then}) or 0)
    return TRACK * place + KNOB + TRACK * (STEPS - place)


_NOW, _THEN, _COUNT = Name("now"), Name("then"), Name("count")
KNOB_PLACE = either(
    _NOW > 0,
    floor(STEPS * maximum(0, minimum(2, _THEN / _NOW)) / 2 + 0.5 + NOISE),
    STEPS // 2 * (1 + sign(_THEN - _NOW)),
)
"""Where the knob stands, from 0; where there is nothing now, at one of the ends."""
_SLIDER = Template(
    either(known(_NOW, _THEN), joined(repeated(TRACK, KNOB_PLACE), KNOB, repeated(TRACK, STEPS - KNOB_PLACE)))
)
_THERE = Template(first_known(Name("value"), Name("none")))
NOTHING = to_excel(BLANK)
_TYPED_OR_MADE = Template(either(known(Name("typed")), _NOW, Name("made")))
_MOVED = Template(either(equal(_COUNT, 0), BLANK, worded(Wording("levels_changed"), count=_COUNT)))
_DIFFERENCE = Template(DIFFERENCE)
_MOVES = Template(either(known(Name("difference")), either(Name("difference") > 0, Name("rising"), Name("falling"))))
_CHANGED = Template(either(same_text(Name("before"), Name("after")), 0, 1))
_STANDING = Template(either(known(Name("index")), item(Name("standings"), Name("index") + 1)))


# KPIs


def _kpi(kpi: BusinessKpi, moved: Moved, c: Context) -> dict[str, Cell]:
    t, unit = c.t, kpi.kpi.unit
    at = {column: c.at("what_if", kpi_row(kpi), column) for column in COLUMNS}
    value, fresh = f"{kpi.name_prefix}_value", kpi.id in c.rewound
    rising, falling = (
        c.word(word) for word in (("better", "worse") if kpi.kpi.direction == "up" else ("worse", "better"))
    )
    moves = direction(kpi, moved)
    index_now, index_then = (None if one is None else one.number for one in (moved.before, moved.after))
    formulas = _standings(kpi, c)
    plain = style.Style(rule=palette.LINE)
    return {
        "label": label(kpi_title(kpi, t), style.Style(rule=palette.LINE, shrink=True)),
        "unit": label(unit_shown(kpi, c), style.apart(SMALL)),
        "now": live(
            _THERE.filled({"value": value, "none": c.word("no_figure")}, c.word),
            _or_dash(moved.now),
            style.figure(unit),
        ),
        "change": label(None, plain),
        "percent": label(None, plain),
        "slider": label(None, plain),
        "then": live(_value(kpi, c), _or_dash(moved.then), style.figure(unit, bold=True), guarded=fresh),
        "difference": live(
            _DIFFERENCE.filled(at, c.word),
            moved.difference,
            style.change(unit),
        ),
        "moves": live(
            _MOVES.filled(at | {"rising": rising, "falling": falling}, c.word),
            t(TRENDS[moves]) if moves else None,
            style.apart(style.MUTED_TEXT),
        ),
        "level_now": live(_word(at["before"], c), _shown(moved.before, c), style.apart(style.STRONG)),
        "level_then": live(_word(at["after"], c), _shown(moved.after, c), style.apart(style.STRONG)),
        "before": live(formulas[0], index_now),
        "after": live(formulas[1], index_then, guarded=fresh),
        "changed": live(_CHANGED.filled(at, c.word), int(moved.level_moves)),
    }


NO_FIGURE = "–"


def _or_dash(value: float | None) -> float | str:
    return NO_FIGURE if value is None else value


def _value(kpi: BusinessKpi, c: Context) -> str:
    """The KPI's own formula over the measures as they are supposed to be."""
    formula, none = parse(kpi.kpi.formula), c.word("no_figure")
    bind = {argument.name: c.at("what_if", argument.measure.name, "then") for argument in kpi.arguments}
    none_ = Wording("no_figure")
    shown = either(known(formula), formula, none_) if isinstance(formula, Name) else or_else(formula, none_)
    found = to_excel(shown, bind, c.word)
    return shown_if_used(kpi, found, none)


def _shown(one: Level | Standing | None, c: Context) -> str | None:
    if one is None:
        return None
    return level_word(one, c.t) if isinstance(one, Level) else f"{SHAPES[one.shade]} {c.t(STANDINGS[one])}"


def _word(index: str, c: Context) -> str:
    return _STANDING.filled({"index": index, "standings": c.span("words", "text", STANDING_ROWS)}, c.word)


def _standings(kpi: BusinessKpi, c: Context) -> tuple[str, str]:
    """The level now and then; without a benchmark, the standing against the target or the previous period."""
    traits = traits_of(kpi)
    sample = c.at("what_if", kpi.sample.name, "then") if kpi.sample else ""
    supposed = {
        f"measure.{argument.name}": c.at("what_if", argument.measure.name, "then") for argument in kpi.arguments
    }
    here = {column: c.at("what_if", kpi_row(kpi), column) for column in ("now", "then")}
    bind = {**here, "sample": sample, **supposed}
    cells_ = {measure.name: c.at("what_if", measure.name, "then") for measure in measures_of(c.business)}
    bind["contradicted"] = contradicted_formula(kpi, c, cells_)
    formulas = RuleFormulas(kpi, c, bind)
    return formulas.write(before(traits)), formulas.write(after(kpi.kpi, traits))
