"""How to read one figure, in words: how sure it is, signal or noise, where it is heading. For report and terminal.

Never computes: every number here was made elsewhere.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from kpixl.errors import N_
from kpixl.formula import evaluate
from kpixl.i18n import rounded
from kpixl.kpi.grading import AGAINST, DISTANCE
from kpixl.texts.words import LEVELS, PACES, PREVIOUS, SETTLED, SIGNALS, TARGET, ends_text, in_points, reason_text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kpixl.i18n import Language
    from kpixl.kpi.result import LateKpi, Result
    from kpixl.period import Period

SIGN = "◆"
"""The shape of a signal, in charts and before its words."""
BEYOND = 1e15
"""Numbers from here on have more digits than they can mean."""


def certainty(result: Result, t: Language) -> tuple[str, ...]:
    """How sure a value is: ``likely 70 – 89 %``, ``small sample``; empty where nothing is known of it."""
    ends = t(N_("likely {range}")).format(range=ends_text(result, t)) if result.certainty.interval is not None else ""
    unsure = t(SETTLED[False]) if result.certainty.settled is False else ""
    return tuple(text for text in (ends, unsure) if text)


def cases(result: Result, t: Language) -> tuple[str, ...]:
    """How many cases stand behind a value, and how sure it is by them: ``cases: 60``, ``likely 70 – 89 %``."""
    if result.value is None:
        return ()
    sample = result.certainty.sample
    count = () if sample is None else (t(N_("cases: {cases}")).format(cases=t.number(sample)),)
    return count + certainty(result, t)


def signal_text(result: Result, t: Language) -> str:
    """``normal variation``, or ``◆ above its usual range``; empty while past periods are too few to tell."""
    signal = result.past.signal
    if signal is None:
        return ""
    word = t(SIGNALS[signal])
    return f"{SIGN} {word}" if signal.is_signal else word


def pace_text(result: Result, t: Language, currency: str) -> str:
    """Where what builds up will stand at the period's end: ``forecast €27,900 · off track``; empty for others. Amounts
    stand without cents, which no forecast can know."""
    pace = result.pace
    if pace is None:
        return ""
    unit, forecast = result.kpi.kpi.unit, pace.forecast
    whole = unit == "money" and 0 <= forecast < BEYOND
    shown = t.money_pattern(currency).format(t.plain(float(rounded(forecast, 0)))) if whole else ""
    text = t(N_("forecast {value}")).format(value=shown or t.number(forecast, unit, currency))
    return text if pace.on_track is None else f"{text} · {t(PACES[pace.on_track])}"


def mark_text(result: Result, t: Language) -> str:
    """What is to be known of a value beside its level: that its cases are few, else that it is a signal; without a
    level, why there is none. Empty where there is nothing."""
    if result.grade.standing is None and result.level is None:
        return reason_text(result.reason, t)
    if result.certainty.settled is False:
        return t(SETTLED[False])
    return signal_text(result, t) if result.past.is_signal else ""


def held_against(result: Result, t: Language) -> tuple[float | None, str]:
    """What a value is held against, in its unit, and what that is: the target, else the next level, else the previous
    period; None where there is nothing."""
    following, previous = result.grade.next_level, result.past.previous
    given = {
        "target": result.target,
        "next_value": None if following is None else result.thresholds[following],
        "previous": previous,
    }
    if result.target is None and following is None and previous is None:
        return None, ""
    word = TARGET if result.target is not None else PREVIOUS if following is None else LEVELS[following]
    return evaluate(AGAINST, given), t(word)


def distance(result: Result, t: Language) -> float | None:
    """How far a value, or its forecast, is from what it is held against; of a share in percentage points."""
    given = {
        "value": result.value,
        "against": held_against(result, t)[0],
        "forecast": result.pace.forecast if result.pace else None,
        "unit_scale": 100.0 if result.kpi.kpi.unit == "fraction" else 1.0,
    }
    return evaluate(DISTANCE, given)


def gap_text(result: Result, t: Language, currency: str) -> str:
    """The same with its sign and unit: ``−8.3 points``; empty without one."""
    far, unit = distance(result, t), result.kpi.kpi.unit
    if far is None:
        return ""
    size = abs(far)
    amount = in_points(t.decimal(size, 1 + result.finer), t) if unit == "fraction" else t.number(size, unit, currency)
    return amount if far == 0 else f"{'+' if far > 0 else '−'}{amount}"


def late_text(late: LateKpi, t: Language, currency: str) -> str:
    """What a closed period has become: ``September 2026: Lead conversion rate 25 % → 100 %, late outcomes: 3``."""
    unit = late.kpi.kpi.unit
    text = N_("{period}: {kpi} {before} → {after}, late outcomes: {count}")
    if not late.outcomes:
        text = N_("{period}: {kpi} {before} → {after}, counted anew")
    return t(text).format(
        period=t.period(late.period),
        kpi=t(late.kpi.name),
        before=t.number(late.before, unit, currency),
        after=t.number(late.after, unit, currency),
        count=t.plain(late.outcomes),
    )


def late_beside(every: Sequence[LateKpi], t: Language) -> list[str]:
    """The same on a sheet, whose *Past periods* have the figures, a text for each period: ``September 2026 has changed:
    Lead conversion rate (late outcomes: 3), New clients``."""
    found: dict[Period, list[str]] = {}
    for late in every:
        name = t(late.kpi.name)
        if late.outcomes:
            name = t(N_("{kpi} (late outcomes: {count})")).format(kpi=name, count=t.plain(late.outcomes))
        found.setdefault(late.period, []).append(name)
    return [
        t(N_("{period} has changed: {kpis}")).format(period=t.period(period), kpis=", ".join(kpis))
        for period, kpis in found.items()
    ]


def final_text(result: Result, t: Language, currency: str) -> str:
    """While outcomes may still come, the latest period of which all are there: ``last final: August 2026, 45 %``."""
    if result.final is None:
        return ""
    value = t.number(result.final.value, result.kpi.kpi.unit, currency)
    return t(N_("last final: {period}, {value}")).format(period=t.period(result.final.period), value=value)


def as_line(text: str) -> str:
    """``text`` as the beginning of a line: with a capital, behind its shape where it has one."""
    sign, space, word = text.partition(" ") if text.startswith(SIGN) else ("", "", text)
    return f"{sign}{space}{word[:1].upper()}{word[1:]}"
