"""The hidden steps between a KPI's value and what is shown about it: level, standing, position, what it takes."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from kpixl.catalog.model import Level
from kpixl.formula import Name, substituted
from kpixl.formula.expressions import (
    BLANK,
    NO,
    YES,
    count,
    either,
    equal,
    every,
    first_known,
    floor,
    joined,
    known,
    maximum,
    or_else,
    some,
)
from kpixl.formula.in_cells import as_text, item, same_text
from kpixl.formula.nodes import Wording
from kpixl.formula.to_excel import Template, in_parentheses, literal
from kpixl.kpi import contradictions
from kpixl.kpi.calendar_rules import START
from kpixl.kpi.finer import DECIMALS
from kpixl.kpi.grade import grade, level_of
from kpixl.kpi.grading import AGAINST, DISTANCE, LESS, MORE, TARGET, VALUE, reason_number
from kpixl.kpi.partial import PART, REACHED, TENTHS, built
from kpixl.kpi.proposals import MOST
from kpixl.kpi.score import order_key, target_position
from kpixl.kpi.traits import GRADED, traits_of
from kpixl.kpi.wrong import parts
from kpixl.kpi.wrong_cells import settings_behind
from kpixl.texts.figures import SIGN, distance, held_against, mark_text
from kpixl.texts.words import (
    TARGET_SIGNS,
    UNITS,
    kpi_title,
    measure_label,
    reason_text,
    standing_word,
    step_figure,
    tip_text,
)
from kpixl.workbook import style
from kpixl.workbook.formulas import fault_formula, wrong_rows_formula
from kpixl.workbook.grid import BLOCK_PREFIX, Cell, Cells, Context, label, live, static
from kpixl.workbook.past_lines import ID, columns, number_of, total_of
from kpixl.workbook.rule_formulas import AS_IT_IS, RuleFormulas, contradicted_formula
from kpixl.workbook.sheets.behind import jump
from kpixl.workbook.sheets.in_use import flag, flag_formula, shown_if_used
from kpixl.workbook.sheets.kpis import unit_shown, window_typed
from kpixl.workbook.sheets.vocabulary import SIGNAL_ROWS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from kpixl.catalog.model import BusinessKpi
    from kpixl.formula.expressions import Given
    from kpixl.formula.nodes import Node
    from kpixl.kpi.result import Result
    from kpixl.ooxml.cells import Value

EITHER_WAY = ("if_for", "if_against")
GUIDE = "_kpixl.guide."
"""How the names begin that lead to a KPI's place in the Guide."""
LOOKS: dict[str, int] = {unit: number for number, unit in enumerate(UNITS, 1)}
"""The numbers of units, by which rules know how figures are shown."""
OWN_LOOK = 0
"""That of own KPIs which are no shares: their unit is a word of the owner's."""
MOVES = {"better": 1, "same": 0, "worse": -1}
"""The numbers by which rules know how a value has moved."""
COLUMNS = (
    "name", "tip", "part", "held", "level", "standing", "shade", "next", "next_value", "strict", "low", "high",
    "position", "slope", "needed", "amount", "change", "gap", "needs", "good", "sign", "lever", "withheld", "moves",
    "reason", "order", "unit_scale", "unit", "level_word",
    "typical", "above_average", "exceptional", "seen_level", "seen_target", "seen_window", "changed",
    "interval_low", "interval_high", "low_level", "high_level", "settled", "target_level", "target_next",
    "target_position", "finer", "title", "proposal_1", "proposal_2", "proposal_3", "in_use",
    "wrong", "wrong_lever", "wrong_sample", "wrong_seen", "wrong_since",
    "unread", "unread_lever", "unread_sample", "causes", "causes_lever", "causes_sample", "seen_causes",
    "seen", "seen_lever", "seen_sample", "contradicted", "if_for", "if_against",
    "value", "target", "previous", "year_before", "forecast", "met", "against", "against_word", "distance", "mark",
    "full", "look", "link", "rows",
)  # fmt: skip


def cells(c: Context) -> Cells:
    """The steps between a KPI's value and what is shown about it."""
    return {
        (result.kpi.id, column): cell
        for index, result in enumerate(c.scorecard.slots)
        for column, cell in (_own if result.kpi.own else _published)(result, index, c).items()
    }


def _published(result: Result, index: int, c: Context) -> dict[str, Cell]:
    kpi, t = result.kpi, c.t
    formulas = RuleFormulas(kpi, c, {"place": str(index + 1)})
    return (
        _common(result, index, formulas, c)
        | _sure(result, formulas, c)
        | _target(result, formulas)
        | {
            "name": live(shown_if_used(kpi, c.at("calc", kpi.id, "title")), None if result.off else kpi_title(kpi, t)),
            "title": label(kpi_title(kpi, t)),
            "full": label(t(kpi.name)),
            "look": label(look_of(kpi)),
            "link": label(f"#{GUIDE}{kpi.id}"),
            "in_use": live(flag_formula(kpi, c), int(not result.off), name=flag(kpi)),
            "tip": label(tip_text(kpi, t)),
            "unit_scale": label(100 if kpi.kpi.unit == "fraction" else 1),
            "unit": label(unit_shown(kpi, c)),
            "lever": _lever(result, formulas, c),
            "reason": live(
                shown_if_used(kpi, formulas["reason"]), reason_text(result.reason, t), guarded=kpi.id in c.rewound
            ),
            **_proposals(result),
            **_wrong(result, formulas, c),
            "finer": live(formulas["finer"], finer_shown(result)),
            "seen_window": static(window_typed(kpi, c)),
            "contradicted": static(None),
            "rows": static(jump(kpi, c) or f"#{kpi.name_prefix}_value"),
        }
    )


def _proposals(result: Result) -> dict[str, Cell]:
    """Targets that the list in the target's cell offers, as the last refresh found them."""
    padded = [*result.proposals, *[None] * (MOST - len(result.proposals))]
    look = style.figure(result.kpi.kpi.unit)
    return {f"proposal_{number}": static(value, look) for number, value in enumerate(padded, 1)}


def look_of(kpi: BusinessKpi) -> int:
    """The number by which a rule knows how figures of a KPI are shown: that of its unit."""
    unit = kpi.kpi.unit
    return LOOKS[unit] if not kpi.own or unit == "fraction" else OWN_LOOK


def finer_shown(result: Result) -> int | None:
    """How many decimals more than usual a value is shown with; None where its unit has no decimals."""
    return result.finer if result.value is not None and result.kpi.kpi.unit in DECIMALS else None


def _wrong(result: Result, formulas: RuleFormulas, c: Context) -> dict[str, Cell]:
    """How many rows and cells behind it are wrong, how many more than at the last refresh, and the value with all such
    rows for it, or against it. Errors in the place of texts are those of the last refresh: a sheet cannot count
    them."""
    kpi, found, fresh = result.kpi, result.wrong_rows, result.kpi.id in c.rewound
    at = {column: c.at("calc", kpi.id, column) for column in COLUMNS}
    made: dict[str, Cell] = {
        "seen_causes": static(found.causes.rows),
        "wrong_seen": static(found.rows),
        "wrong_since": live(_SINCE.filled(at, c.word), 0, guarded=fresh),
    }
    own = {"": _wrong_cells(kpi, c)}
    for (kind, measure), rows in zip(_KINDS.items(), _wrong_rows(kpi, c), strict=True):
        causes, unread = at[f"causes{kind}"], at[f"unread{kind}"]
        bind = {"causes": causes, "every": at["causes"], "seen_causes": at["seen_causes"], "seen": at[f"seen{kind}"]}
        counted = [_ROWS.filled(bind | {"once": f"({'+'.join(rows.once)})"}, c.word)] if rows.once else []
        told = "+".join([*own.get(kind, []), *counted, unread])
        made |= {
            f"causes{kind}": live(
                shown_if_used(kpi, "+".join(rows.causes) or "0", "0"), getattr(found.causes, measure), guarded=fresh
            ),
            f"wrong{kind}": live(shown_if_used(kpi, told, "0"), getattr(found, measure), guarded=fresh),
            f"unread{kind}": static(getattr(found.unread, measure)),
            f"seen{kind}": static(getattr(found.counted, measure)),
        }
    return made | {
        rule: live(formulas[rule], number, guarded=fresh)
        for rule, number in zip(EITHER_WAY, result.either_way, strict=True)
    }


_KINDS = {"": "rows", "_lever": "lever", "_sample": "sample"}
"""How the columns of all wrong rows end, and of those in the lever and in the sample: and what Python calls them."""


@dataclass
class _Rows:
    """The wrong rows of one kind, by table: as formulas of their causes, and of each row once."""

    causes: list[str] = field(default_factory=list)
    once: list[str] = field(default_factory=list)


_WRONG, _CAUSES, _WITHHELD = Name("wrong"), Name("causes"), Name("withheld")
_SINCE = Template(either(known(_WRONG), maximum(_WRONG - Name("wrong_seen"), 0), 0))
_ROWS = Template(
    either(
        _CAUSES < 2,
        _CAUSES,
        either(equal(Name("every"), Name("seen_causes")), Name("seen"), or_else(Name("once"), _CAUSES)),
    )
)
"""Where nothing is wrong, or one thing, there is nothing to tell apart; nor where all is as refresh has ``seen`` it."""
_WAITS = either(
    known(_WITHHELD), either(equal(_WITHHELD, 1), Wording("not_begun"), Wording("impossible")), Wording("no_bands")
)
"""Why a KPI of the owner's is not judged."""


def _wrong_rows(kpi: BusinessKpi, c: Context) -> tuple[_Rows, _Rows, _Rows]:
    """The wrong rows behind a KPI, of each kind."""
    names, found = c.names(), (_Rows(), _Rows(), _Rows())
    for part in parts(kpi, c.business):
        faults = [fault for fault in part.faults if not fault.unread]
        if not faults:
            continue
        table = c.business.table(part.table)
        typed = ",".join(c.at("totals", item.name, "counted") for item in part.measures)
        bind = {"typed": typed, "all": str(len(part.measures))}
        apart = [fault for fault in faults if fault.apart] if part.sample else []
        more = [fault for fault in faults if fault.more] if part.lever else []
        for rows, those in zip(found, (faults, more, apart), strict=True):
            if those:
                causes = "+".join(fault_formula(table, fault, names) for fault in those)
                rows.causes.append(_UNLESS_TYPED.filled(bind | {"rows": causes}))
                rows.once.append(_UNLESS_TYPED.filled(bind | {"rows": wrong_rows_formula(table, those, names)}))
    return found


_UNLESS_TYPED = Template(either(equal(count(Name("typed")), Name("all")), 0, Name("rows")))
"""Rows do not count where all totals that are counted from them are typed."""


def _wrong_cells(kpi: BusinessKpi, c: Context) -> list[str]:
    """For each of the owner's own cells behind it, 1 where it is wrong, else 0."""
    if kpi.own:
        return []
    edges = (c.at("thresholds", kpi.id, f"{level.id}_yours") for level in GRADED)
    typed = (c.at("totals", item.name, "typed") for item in kpi.measures)
    wrong = "+".join(_NO_NUMBER.filled({"cell": cell}) for cell in typed)
    totals = _IF_TYPED_COUNT.filled({"counts": c.at("dates", "totals_count", "value"), "wrong": wrong})
    return [
        *(_NO_NUMBER.filled({"cell": cell}) for cell in edges),
        totals,
        *(
            _NO_SETTING.filled(
                {
                    "cell": c.at("settings", setting.id, "value"),
                    "least": f"{setting.minimum:g}",
                    "most": f"{setting.maximum:g}",
                }
            )
            for setting in settings_behind(kpi, c.business)
        ),
    ]


_CELL = Name("cell")
_FILLED = either(equal(_CELL, BLANK), 0, 1)
_NO_NUMBER = Template(or_else(either(some(known(_CELL), equal(_CELL, BLANK)), 0, 1), 1))
_IF_TYPED_COUNT = Template(either(equal(Name("counts"), 1), _WRONG, 0))
_NO_SETTING = Template(
    or_else(either(known(_CELL), either(some(Name("least") > _CELL, Name("most") < _CELL), 1, 0), _FILLED), 1)
)


def _lever(result: Result, formulas: RuleFormulas, c: Context) -> Cell:
    """What an owner is told to have more or less of."""
    kpi, lever = result.kpi, result.kpi.kpi.lever
    if not kpi.kpi.disjoint:
        return static(measure_label(kpi.argument(lever), c.t) if lever else None)
    bind = {"amount": formulas.bind["amount"], "how": formulas["how"]}
    return live(_ANSWERS.filled(bind, c.word), step_figure(result, c.t))


_ANSWERS = Template(
    either(known(Name("amount")), either(equal(Name("how"), 1), Wording("answers_changed"), Wording("answers_new")))
)


def _sure(result: Result, formulas: RuleFormulas, c: Context) -> dict[str, Cell]:
    """The ends of the interval, the level of each, and whether they settle the level of the value, or how it stands to
    the target."""
    found, sure = result.certainty.interval, result.certainty.settled
    fresh = result.kpi.id in c.rewound
    cells: dict[str, Cell] = {}
    for end in ("low", "high"):
        bound = getattr(found, end) if found else None
        level = None if result.level is None else level_of(result.kpi, bound, result.thresholds)
        cells[f"interval_{end}"] = live(formulas[f"interval_{end}"], bound, guarded=fresh)
        cells[f"{end}_level"] = live(formulas[f"{end}_level"], _number(level))
    return cells | {"settled": live(formulas["settled"], None if sure is None else int(sure), guarded=fresh)}


def _target(result: Result, formulas: RuleFormulas) -> dict[str, Cell]:
    """Where the target lies on the scale of positions; without a benchmark, in the middle is what the value is held
    against."""
    aimed = grade(result.kpi, result.target, result.thresholds, dict.fromkeys(result.measures))
    return {
        "target_level": live(formulas["target_level"], _number(aimed.level)),
        "target_next": live(formulas["target_next"], _number(aimed.next_level)),
        "target_position": live(formulas["target_position"], target_position(result)),
    }


def _number(level: Level | None) -> int | None:
    return None if level is None else level.value


def _own(result: Result, index: int, c: Context) -> dict[str, Cell]:
    """The same for a KPI that the owner made up, whose unit and direction are cells of Settings."""
    kpi = result.kpi
    formulas = RuleFormulas(kpi, c, {"place": str(index + 1)})
    at = {column: c.at("calc", kpi.id, column) for column in COLUMNS}
    typed = {column: c.at("own", kpi.id, column) for column in ("label", "unit")}
    bind = at | typed | {"value": formulas.bind["value"], "shown": at["name"], "unit": typed["unit"]}
    own = {rule: template.filled(bind, c.word) for rule, template in _OWN.items()}
    contradicted = contradictions.found(contradictions.of_kpi(kpi, c.business), c.scorecard.measures)
    found = _common(result, index, formulas, c) | {
        "name": live(own["name"], kpi.name),
        "tip": live(own["tip"], tip_text(kpi, c.t) if kpi.name else None),
        "unit_scale": live(own["unit_scale"], 100 if kpi.kpi.unit == "fraction" else 1),
        "unit": live(own["unit"], unit_shown(kpi, c)),
        "full": live(own["name"], kpi.name),
        "look": live(own["look"], look_of(kpi)),
        "link": label(f"#{BLOCK_PREFIX}own"),
        "lever": label(None),
        "reason": live(own["reason"], reason_text(result.reason, c.t)),
        # Which figures its formula names is known to whoever refreshes; no cell can tell.
        "contradicted": live(contradicted_formula(kpi, c), int(bool(contradicted)), guarded=True),
        "seen_window": static(None),
    }
    return {column: live('""', None) for column in COLUMNS if column not in found} | found


def _own_rules() -> dict[str, Template]:
    """What is shown of a KPI of the owner's, from what she has typed in Settings."""
    shown, unit = Name("shown"), Name("unit")
    graded = either(known(Name("standing")), BLANK, _WAITS)
    rules = {
        "name": or_else(as_text(Name("label")), ""),
        "tip": either(equal(shown, BLANK), BLANK, Wording("own_tip")),
        "unit_scale": either(or_else(equal(unit, Wording("unit_fraction")), NO), 100, 1),
        "unit": as_text(unit),
        "look": either(equal(Name("unit_scale"), 100), LOOKS["fraction"], OWN_LOOK),
        "reason": either(equal(shown, BLANK), BLANK, either(known(VALUE), graded, Wording("own_formula"))),
    }
    return {id_: Template(rule) for id_, rule in rules.items()}


_OWN = _own_rules()


def _common(result: Result, index: int, formulas: RuleFormulas, c: Context) -> dict[str, Cell]:
    """Level, standing, position and what it takes."""
    kpi, grade, step = result.kpi, result.grade, result.grade.to_next
    fresh = kpi.id in c.rewound
    at = {column: c.at("calc", kpi.id, column) for column in COLUMNS}
    edge = {level: f"{kpi.name_prefix}_{level.id}" for level in GRADED}
    window = f"{kpi.name_prefix}_window"
    standing = grade.level if grade.level is not None else grade.standing
    standing_number = "" if standing is None else standing.number
    strict = None if grade.next_level is None else int(kpi.comparison(grade.next_level) in (">", "<"))
    held = result.pace.forecast if result.pace and not kpi.thresholds else result.value
    values: dict[str, Value] = {
        "shade": _number(grade.shade),
        "next": _number(grade.next_level),
        "next_value": None if grade.next_level is None else result.thresholds[grade.next_level],
        "strict": strict,
        "low": grade.low,
        "high": grade.high,
        "amount": step.amount if step else None,
        "needed": result.grade.needed,
        "gap": result.gap,
        "withheld": None if result.withheld is None else reason_number(result.withheld),
        "moves": None if result.past.trend is None else MOVES[result.past.trend],
        "sign": (MORE if step.direction == "more" else LESS) if step else None,
        "order": order_key(result, index),
        "needs": int(result.needs),
        "good": int(result.good),
    }
    return {
        **{column: live(formulas[column], value, guarded=fresh) for column, value in values.items()},
        "part": live(_part(kpi, c), result.part, guarded=fresh),
        "target": live(formulas["target"], result.target),
        "held": live(formulas["held"], held, guarded=fresh),
        "change": live(formulas["change"], result.past.change, name=f"{kpi.name_prefix}_change", guarded=fresh),
        "slope": live(formulas["slope"], grade.slope, guarded=fresh),
        "level": live(formulas["level"], _number(grade.level), name=f"{kpi.name_prefix}_level_number", guarded=fresh),
        "standing": live(formulas["standing"], standing_number, guarded=fresh),
        "position": live(
            formulas["position"], grade.position, style.figure("ratio"), name=f"{kpi.name_prefix}_position"
        ),
        "seen_level": static(standing_number),
        "seen_target": static("" if result.target is None else result.target),
        "changed": live(_CHANGED[kpi.own].filled(at | {"window": window}), 0),
        **shown(result, c),
        # Copies of what stands on KPIs, where an owner may insert a row and shift what is counted from the top.
        "level_word": live(f"{kpi.name_prefix}_level", standing_word(result, c.t)),
        **{
            level.id: live(AS_IT_IS.filled({"cell": edge[level]}, c.word), result.thresholds.get(level))
            for level in GRADED
        },
    }


def shown(result: Result, c: Context) -> dict[str, Cell]:
    """What the dashboard takes from here, row by row in its own order."""
    kpi, t, past = result.kpi, c.t, result.past
    prefix, forecast = kpi.name_prefix, result.pace.forecast if result.pace else None
    at = {column: c.at("calc", kpi.id, column) for column in COLUMNS}
    met = TARGET_SIGNS.get(result.against_target or "")
    aim, aim_word = held_against(result, t)
    state = c.at("xmr", kpi.id, "state")
    bind = at | {
        "against_target": c.at("kpis", kpi.id, "against_target"),
        "words": c.span("words", "text", [f"word_{level.value}" for level in Level]),
        "state": state,
        "signals": c.span("words", "text", SIGNAL_ROWS),
    }

    def there(cell: str, value: Value) -> Cell:
        return live(AS_IT_IS.filled({"cell": cell}, c.word), value)

    elsewhere = {"previous": past.previous, "year_before": past.year_before, "forecast": forecast}
    known_ = {"met": met, "against": aim, "against_word": aim_word, "distance": distance(result, t)}
    return {
        "value": there(f"{prefix}_value", result.value),
        **{column: there(c.at("kpis", kpi.id, column), value) for column, value in elsewhere.items()},
        **{
            column: live(_SHOWN[column].filled(bind, c.word), value)
            for column, value in (known_ | {"mark": mark_text(result, t)}).items()
        },
        "rows": label(f"#{prefix}_value"),
    }


def _shown_rules() -> dict[str, Template]:
    """What is shown of a KPI beside its value, from its other cells."""
    target, following, previous, words = map(Name, ("target", "next_value", "previous", "words"))
    against_target, state = Name("against_target"), Name("state")
    signs = either(equal(against_target, Wording("met")), TARGET_SIGNS["met"], TARGET_SIGNS["missed"])
    next_word = item(words, Name("next") + 1)
    before = either(known(previous), Wording("previous"))
    signal = either(known(state), either(state > 0, joined(f"{SIGN} ", item(Name("signals"), state + 1))))
    few = either(known(Name("settled")), either(equal(Name("settled"), 0), Wording("unsure"), signal), signal)
    rules = {
        "met": either(equal(against_target, BLANK), BLANK, signs),
        "against": AGAINST,
        "against_word": either(known(target), Wording("target"), either(known(following), next_word, before)),
        "distance": DISTANCE,
        "mark": either(known(Name("standing")), few, Name("reason")),
    }
    return {column: Template(rule) for column, rule in rules.items()}


_SHOWN = _shown_rules()


def _part(kpi: BusinessKpi, c: Context) -> str:
    """The share of a KPI that had come by now in the closed periods of a year; blank where they do not say."""
    measure = built(kpi) if traits_of(kpi).builds_up else None
    if measure is None:
        return '""'
    return _PART.filled({"id": literal(f"{measure.name}."), **columns(c), **_NEXT_TENTH}, c.word)


def _share_of_parts() -> Node:
    """``PART`` over the lines of Past periods."""

    def lines(tenth: Given) -> Mapping[str, Node]:
        return {"id_": joined(ID, tenth), "first": Name("period_year_before"), "after": START}

    def mean(tenth: Given) -> Node:
        return total_of(**lines(tenth), figures=True) / number_of(**lines(tenth))

    found = {"low": mean(floor(REACHED)), "above": mean(Name("next_tenth")), "half": number_of(**lines(TENTHS // 2))}
    return substituted(PART, found)


_PART = Template(_share_of_parts())
_NEXT_TENTH = {"next_tenth": in_parentheses(floor(REACHED) + 1)}


def _changed(*, own: bool) -> Node:
    """1 where it stands otherwise than at the last refresh, or is held against, or counted over, something else."""
    standing, target = Name("standing"), as_text(first_known(TARGET))
    window = YES if own else same_text(Name("window"), Name("seen_window"))
    same_target = equal(target, as_text(Name("seen_target")))
    return either(every(same_text(standing, Name("seen_level")), same_target, window), 0, 1)


_CHANGED = {own: Template(_changed(own=own)) for own in (False, True)}
