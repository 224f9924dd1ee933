"""Turns records into what people and machines read: plain text for a terminal, dictionaries for JSON.

Never computes and never prints: every number here was made elsewhere.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping, Sequence
from textwrap import wrap
from typing import TYPE_CHECKING, Any

from kpixl.catalog import Level
from kpixl.check.problem import counts_text, problem_count
from kpixl.cli.outside import Painted
from kpixl.errors import N_
from kpixl.kpi.cautions import cautions
from kpixl.kpi.traits import GRADED
from kpixl.kpi.year_to_date import since
from kpixl.message import one_line
from kpixl.texts.action_text import due_day
from kpixl.texts.caution_text import SIGNS, alert_text, caution_line, caution_text
from kpixl.texts.figures import as_line, certainty, final_text, late_text, pace_text, signal_text
from kpixl.texts.lines import GAP, WIDTH, Json, block
from kpixl.texts.words import DAYS_LEFT, SETTLED, change_text, reason_text, standing_word, to_next_text

if TYPE_CHECKING:
    from kpixl.catalog import BusinessKpi
    from kpixl.check import Problem
    from kpixl.i18n import Language
    from kpixl.kpi.cautions import Caution
    from kpixl.kpi.grade import Reason
    from kpixl.kpi.result import LateKpi, Result
    from kpixl.kpi.score import Scorecard
    from kpixl.verbs.results import Outcome

_COLOURS = {Level.BELOW: "31", Level.TYPICAL: "90", Level.ABOVE_AVERAGE: "36", Level.EXCEPTIONAL: "1;34", None: "90"}


# JSON


def result_json(result: Result, t: Language) -> Json:
    """One KPI, of a workbook or from numbers alone."""
    kpi, step = result.kpi, result.grade.to_next
    past, sure, pace = result.past, result.certainty, result.pace
    ends, usual = sure.interval, past.usual
    return {
        "kpi": kpi.id,
        "business": kpi.business,
        "abbreviation": t(kpi.abbreviation),
        "name": t(kpi.name),
        "value": result.value,
        "unit": kpi.kpi.unit,
        "level": _level_id(result.level),
        "standing": result.grade.standing and result.grade.standing.value,
        "reason": _reason_json(result.reason, t),
        "next_level": _level_id(result.grade.next_level),
        "to_next": step and {"measure": kpi.kpi.lever, "amount": step.amount, "direction": step.direction},
        "measures": _arguments_json(result),
        "window": kpi.window.value,
        "thresholds": thresholds_json(kpi, result.thresholds),
        "target": result.target,
        "against_target": result.against_target,
        "previous": past.previous,
        "year_before": past.year_before,
        "year_to_date": result.year.value,
        "year_to_date_reason": _reason_json(result.year.reason, t),
        "change": past.change,
        "trend": past.trend,
        "sample": sure.sample,
        "interval": ends and {"low": ends.low, "high": ends.high},
        "settled": sure.settled,
        "usual_range": usual and {"low": usual.low, "mean": usual.mean, "high": usual.high},
        "signal": past.signal and past.signal.value,
        "pace": pace and {"forecast": pace.forecast, "steady": pace.steady, "on_track": pace.on_track},
        "note": t(result.note) or None,
        "alert": alert_text(result, t) or None,
        "open": result.open,
        "final": result.final and {"period": str(result.final.period), "value": result.final.value},
    }


def scorecard_json(scorecard: Scorecard, t: Language, problems: Sequence[Problem] = ()) -> Json:
    """The whole scorecard, with the number of problems in Check by severity."""
    entries = scorecard.entries
    return {
        "business": entries.business.id,
        "company": entries.company,
        "period": str(entries.period),
        "currency": entries.currency,
        "language": entries.language,
        "clock": {"days_gone": scorecard.clock.gone, "days_left": scorecard.clock.left},
        "kpis": [result_json(result, t) for result in scorecard.results],
        "actions": actions_json(scorecard),
        "cautions": [caution_json(caution, t) for caution in cautions(scorecard)],
        "measures": {
            name: {"value": value.used, "log": value.log, "typed": value.typed, "source": value.source}
            for name, value in scorecard.measures.items()
            if name in entries.business.shown
        },
        "year_to_date_since": str(day) if (day := since(entries)) else None,
        "late": [late_json(late) for late in scorecard.late],
        "problem_count": problem_count(problems),
    }


def actions_json(scorecard: Scorecard) -> list[Json]:
    """What the owner has decided about KPIs, in the order of the ranking; days as ISO dates."""
    entries = scorecard.entries
    return [
        {
            "kpi": result.kpi.id,
            "who": action.who.text,
            "by": due_day(action),
            "done": entries.is_done(result.kpi.id),
            "note": action.note.text,
        }
        for result in scorecard.ranked
        if (action := entries.actions.get(result.kpi.id))
        and (action.planned or action.done.filled or action.note.filled)
    ]


def late_json(late: LateKpi) -> Json:
    """What a KPI of a closed period has become by outcomes that came late."""
    return {
        "period": str(late.period),
        "kpi": late.kpi.id,
        "before": late.before,
        "after": late.after,
        "outcomes": late.outcomes,
    }


def caution_json(caution: Caution, t: Language) -> Json:
    """What KPIs say together."""
    return {
        "id": caution.id,
        "severity": caution.severity,
        "kpis": list(caution.kpis),
        "text": caution_text(caution, t),
    }


def _arguments_json(result: Result) -> Json:
    """Argument → number; own KPIs go by the names of their measures, however the owner wrote them."""
    if not result.kpi.own:
        return dict(result.measures)
    return {argument.measure.name: result.measures[argument.name] for argument in result.kpi.arguments}


def _level_id(level: Level | None) -> str | None:
    return None if level is None else level.id


def _reason_json(reason: Reason | None, t: Language) -> Json | None:
    return {"code": reason.code, "text": reason_text(reason, t)} if reason else None


def thresholds_json(kpi: BusinessKpi, used: Mapping[Level, float]) -> list[Json]:
    """The thresholds in force, lowest level first."""
    return [
        {"level": level.id, "comparison": kpi.comparison(level), "value": used[level]}
        for level in GRADED
        if level in used
    ]


# Text


def scorecard_text(scorecard: Scorecard, problems: Sequence[Problem], t: Language, *, colour: bool = False) -> str:
    """The scorecard as a table; below each KPI how sure it is, whether it is a signal, where it is heading, and what it
    takes to the next level; then the cautions, and what Check has found."""
    entries = scorecard.entries
    rows = [
        (
            "" if t(result.kpi.abbreviation) == t(result.kpi.name) else one_line(t(result.kpi.abbreviation)),
            one_line(t(result.kpi.name)),
            t.number(result.value, result.kpi.kpi.unit, entries.currency, result.finer),
            one_line(standing_word(result, t)),
            one_line(change_text(result, t, entries.currency)),
        )
        for result in scorecard.results
    ]
    heads = (t(N_("KPI")), "", t(N_("Value")), t(N_("Level")), t(N_("Change")))
    widths = [max(len(row[column]) for row in (heads, *rows)) for column in range(len(heads))]
    widths[1] = max(12, min(widths[1], WIDTH - sum(widths) + widths[1] - len(GAP) * (len(heads) - 1)))
    left = f" · {t(DAYS_LEFT).format(days=scorecard.clock.left)}" if scorecard.clock.running else ""
    lines = [f"{one_line(entries.company) or t(entries.business.name)} · {t.period(entries.period)}{left}", ""]
    lines += _row(heads, widths)
    for result, row in zip(scorecard.results, rows, strict=True):
        lines += _row(row, widths, _COLOURS[result.grade.shade] if colour else None)
        below = (
            _told(result, t),
            as_line(pace_text(result, t, entries.currency)),
            as_line(final_text(result, t, entries.currency)),
            *_advice(result, t, entries.currency),
        )
        lines += block((text for text in below if text), indent=widths[0] + len(GAP))
    found = block(caution_line(caution, t) for caution in cautions(scorecard))
    found += block(f"{late_text(late, t, entries.currency)}." for late in scorecard.late)
    text = "\n".join([*lines, *([""] if found else []), *found, "", *block([counts_text(problems, t)])])
    return Painted(text) if colour else text


def calc_text(result: Result, t: Language) -> str:
    """One KPI from numbers: value, level, next level. Money stands without a symbol."""
    kpi = result.kpi
    unit = "ratio" if kpi.kpi.unit == "money" else kpi.kpi.unit
    names = dict.fromkeys((t(kpi.abbreviation), t(kpi.name)))
    heading = f"{', '.join(names)} ({kpi.business}):"
    unsure = f" ({t(SETTLED[False])})" if result.certainty.settled is False else ""
    level = f"{standing_word(result, t)}{unsure}"
    alert = [f"{SIGNS['act_now']} {alert_text(result, t)}"] if result.alert else []
    return "\n".join(
        block([f"{heading} {t.number(result.value, unit, finer=result.finer)}  {level}"])
        + block([*_advice(result, t, ""), *alert], 2)
    )


def _told(result: Result, t: Language) -> str:
    """What is to be known before a level is acted on: that it is not sure, that it is more than normal variation."""
    unsure = certainty(result, t) if result.certainty.settled is False else ()
    signal = signal_text(result, t) if result.past.is_signal else ""
    return as_line(" · ".join(text for text in (*unsure, signal) if text))


def _advice(result: Result, t: Language, currency: str) -> list[str]:
    """Why there is no value or level, or what it takes to the next one; and what is to be known of the value."""
    first = reason_text(result.reason, t) if result.grade.shade is None else to_next_text(result, t, currency)
    return [text for text in (first, t(result.note)) if text]


def _row(cells: Sequence[str], widths: Sequence[int], colour: str | None = None) -> list[str]:
    """A row of the scorecard; a long name goes on below itself, and only the level is coloured."""
    names = wrap(cells[1], widths[1]) or [""]
    abbreviation, name = cells[0].ljust(widths[0]), names[0].ljust(widths[1])
    value, level = cells[2].rjust(widths[2]), cells[3].ljust(widths[3])
    painted = f"\x1b[{colour}m{level}\x1b[0m" if colour else level
    first = GAP.join([abbreviation, name, value, painted, cells[4]]).rstrip()
    return [first, *(" " * (widths[0] + len(GAP)) + rest for rest in names[1:])]


def language_of(outcome: Outcome, asked: str | None) -> Language:
    """The language asked for, else that of the workbook."""
    from kpixl.i18n import language

    return language(asked or outcome.scorecard.entries.language)


def outcome_json(outcome: Outcome, t: Language) -> dict[str, Any]:
    """A workbook read and scored, and where it was written."""
    return {
        "path": str(outcome.path),
        **scorecard_json(outcome.scorecard, t, outcome.problems),
        "written": outcome.written,
        "backup": str(outcome.backup) if outcome.backup else None,
        "upgraded": outcome.upgraded,
    }


def in_colour() -> bool:
    """Whether the level of a KPI is to be coloured: on a terminal that can, unless NO_COLOR is set."""
    plain = "NO_COLOR" in os.environ or os.environ.get("TERM") == "dumb"
    old_console = sys.platform == "win32" and "WT_SESSION" not in os.environ
    return sys.stdout.isatty() and not plain and not old_console
