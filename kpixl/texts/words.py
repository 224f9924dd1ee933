"""Words that more than one surface shows: levels with their shapes, windows, units, reasons."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kpixl.catalog.model import Level, Standing
from kpixl.catalog.settings import SETTINGS
from kpixl.catalog.tables import word_key
from kpixl.errors import N_
from kpixl.folding import without_accents
from kpixl.formula import evaluate
from kpixl.i18n import NO_BREAK, language, rounded
from kpixl.kpi.grading import each, each_digits
from kpixl.kpi.noise import noise_of
from kpixl.kpi.signals import Signal
from kpixl.languages import codes
from kpixl.languages.load import yes_no
from kpixl.message import Message, Verbatim, phrase
from kpixl.period import Kind, Period, Window

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import date

    from kpixl.catalog.model import Business, BusinessKpi, Measure
    from kpixl.catalog.tables import Table
    from kpixl.i18n import Language
    from kpixl.kpi.grade import Reason, ToNext
    from kpixl.kpi.result import Result

LEVELS = {
    Level.BELOW: N_("below benchmark"),
    Level.TYPICAL: N_("typical"),
    Level.ABOVE_AVERAGE: N_("above average"),
    Level.EXCEPTIONAL: N_("exceptional"),
}
SHAPES = {Level.BELOW: "▼", Level.TYPICAL: "●", Level.ABOVE_AVERAGE: "▲", Level.EXCEPTIONAL: "★", None: "○"}
WRONG = "✖"
"""Stands before the number of rows that are wrong."""
NOT_GRADED = N_("not graded")
AT_LEAST = N_("at least {level}")
"""The level of what can only get better."""
STANDINGS = {
    Standing.MISSED: N_("target missed"),
    Standing.MET: N_("target met"),
    Standing.WORSE: N_("worse than before"),
    Standing.SAME: N_("as before"),
    Standing.BETTER: N_("better than before"),
    Standing.ON_TRACK: N_("on track"),
    Standing.OFF_TRACK: N_("off track"),
}
ANSWERS = {
    "changed": N_("Answers of 7 or 8 that would have to be 9 or 10"),
    "new": N_("New answers of 9 or 10"),
}
"""What a survey's score takes to rise."""
STEP = N_("{figure}: {step}")
"""What it takes: a measure, and how much more or less of it."""
EACH = N_("On average: {amount} → {level}")
"""The same of an average: how much each case has to move."""
DIRECTIONS = {"up": N_("higher is better"), "down": N_("lower is better")}

WINDOWS = {Window.PERIOD: N_("period"), Window.QUARTER: N_("last 3 months"), Window.YEAR: N_("last 12 months")}

UNITS = {
    "fraction": N_("%"),
    "hours": N_("hours"),
    "months": N_("months"),
    "money": N_("money"),
    "ratio": N_("ratio"),
    "count": N_("number"),
    "score": N_("points"),
    "tasks_per_hour": N_("tasks per hour"),
}

TRENDS = {"better": N_("better"), "worse": N_("worse"), "same": N_("same")}
TARGETS = {"met": N_("met"), "missed": N_("missed")}
TARGET_SIGNS = {"met": "✔", "missed": "✘"}
SOURCES = {"log": N_("from the rows"), "typed": N_("typed"), "stand_in": N_("at least"), None: N_("missing")}

SIGNALS = {
    Signal.USUAL: N_("normal variation"),
    Signal.ABOVE: N_("above its usual range"),
    Signal.BELOW: N_("below its usual range"),
    Signal.RUN_ABOVE: N_("eight in a row above its mean"),
    Signal.RUN_BELOW: N_("eight in a row below its mean"),
}
SETTLED = {True: N_("sure enough"), False: N_("small sample")}
PACES = {True: N_("on track"), False: N_("off track")}
DAYS_LEFT = N_("days left: {days}")

UNTIL = N_("Still running until {day}")
"""Before a verdict on a period that is not over."""
BEGINS = N_("The period begins on {day}")

OWN_TIP = N_("A KPI of your own; its formula is in Settings.")
TARGET, PREVIOUS = N_("target"), N_("before")
"""What a value is held against."""
VERDICT = N_("{good} good · {typical} typical · {act} below par")
VERDICT_BEFORE = N_("{good} good · {typical} as before · {act} below par")
"""Of a business without benchmarks, in which nothing is typical."""
NOT_JUDGED = N_("not graded: {count}")

SINCE = N_("since {period}")
"""From when on the year to date is known."""
KINDS_OF_PAST = {
    "measure": N_("measure"),
    "kpi": N_("KPI"),
    "rows": N_("rows"),
    "part": N_("part of the period"),
    "action": N_("done"),
    "note": N_("note"),
}
SOURCES_OF_PAST = {**SOURCES, "late": N_("with late outcomes"), "backfill": N_("from rows of earlier periods")}
"""Where a figure of a closed period comes from."""

WINDOW_REASON = N_("{absent} in the {window}")
REASONS = {
    "missing_measure": N_("no figure for: {measure}"),
    "short_past": N_("not enough closed periods for: {measure}"),
    "zero_denominator": N_("{absent} in this period"),
    "no_bands": N_("no benchmark and no target to grade against"),
    "no_rate": N_("type the price of a dollar in Settings to compare"),
    "own_formula": N_("the formula in Settings gives no number"),
    "not_entered": N_("nothing entered in {table} for this period"),
    "no_outcome": N_("“{column}” is blank in all rows of {table}"),
    "not_begun": N_("the period has not begun"),
    "impossible": N_("this cannot be: the figures behind it contradict each other"),
    "beyond": N_("more than the whole: look for the reason"),
    "too_few": N_("fewer cases than your minimum in Settings"),
    "in_doubt": N_("rows that Check calls wrong decide this: fix them first"),
    "unsaid": N_("0, since no row is of its kind: if that is so, type 0 in Totals"),
    "open": N_("still open: customers may yet come"),
    "running": N_("not judged before the period is over: more is still to come"),
    "graded_window": N_("graded over its own window"),
    "no_rollup": N_("cannot be added up over months: {measure}"),
    "uneven_past": N_("some closed months lack a figure for: {measure}"),
}


def level_word(level: Level | None, t: Language) -> str:
    """The level with its shape: ``★ exceptional``."""
    return f"{SHAPES[level]} {t(LEVELS[level] if level is not None else NOT_GRADED)}"


def least_word(level: Level, t: Language) -> str:
    """A level that can only get better, with its shape: ``● at least typical``."""
    return f"{SHAPES[level]} {t(AT_LEAST).format(level=t(LEVELS[level]))}"


def standing_word(result: Result, t: Language) -> str:
    """The level or the standing of a result with its shape."""
    standing = result.grade.standing
    if result.least and result.level is not None and result.grade.next_level is not None:
        return least_word(result.level, t) + mark(result)
    if result.level is not None or standing is None:
        return level_word(result.level, t) + ("" if result.level is None else mark(result))
    return f"{SHAPES[standing.shade]} {t(STANDINGS[standing])}{mark(result)}"


def mark(result: Result) -> str:
    """What is put behind a level while rows are wrong: how many; empty where none is."""
    return f" {WRONG} {result.wrong}" if result.wrong else ""


def bare_word(result: Result, t: Language) -> str:
    """The same without a shape, for sentences."""
    return standing_word(result, t).partition(" ")[2].removesuffix(mark(result))


NAMED, LISTED = N_("{name}: {what}"), N_("{first}; {second}")


def named(name: str, what: str, t: Language) -> str:
    """What something is or comes to, with the space before the colon that some languages have."""
    return t(NAMED).format(name=name, what=what)


def listed(parts: Iterable[str], t: Language) -> str:
    """Parts that have commas of their own, one behind the other; empty without any."""
    first, *others = [*parts] or [""]
    for second in others:
        first = t(LISTED).format(first=first, second=second)
    return first


def kpi_title(kpi: BusinessKpi, t: Language) -> str:
    """How lists and headings call a KPI: ``CSS · Client satisfaction score``; a short name that is a word says nothing
    that the name does not."""
    if kpi.own or not kpi.abbreviation.isupper():
        return t(kpi.name)
    return f"{t(kpi.abbreviation)} · {t(kpi.name)}"


def tip_text(kpi: BusinessKpi, t: Language) -> str:
    """The first thing to do about a KPI."""
    return t(OWN_TIP if kpi.own else kpi.texts.tips[0])


def unit_label(unit: str, currency: str, t: Language) -> str:
    """A unit in words; money by its currency."""
    return currency if unit == "money" else t(UNITS[unit])


def entry_words(business: Business, t: Language) -> dict[str, str]:
    """The words that entries are compared with: those of every choice in a table or in Settings, and of settings
    while they are blank."""
    words = {
        word_key(table.id, field.id, choice): t(word)
        for table in business.tables
        for field in table.fields
        for choice, word in field.choices.items()
    }
    words |= {id_: t(str(setting.default)) for id_, setting in SETTINGS.items() if setting.is_text}
    words |= {f"in_use_{choice}": t(choice) for choice in ("yes", "no")}
    words |= {f"unit_{unit}": t(word) for unit, word in UNITS.items()}
    words |= {f"direction_{direction}": t(word) for direction, word in DIRECTIONS.items()}
    return words | {f"window_{window.value}": t(word) for window, word in WINDOWS.items()}


def choice_words(table: Table, words: Mapping[str, str]) -> dict[str, dict[str, str]]:
    """For each choice of a table: what somebody may write for it, in small letters, in any language of kpixl or as its
    id, and the word of the workbook that it stands for."""
    found: dict[str, dict[str, str]] = {}
    for field in table.fields:
        for choice, label in field.choices.items():
            word = words.get(word_key(table.id, field.id, choice), label)
            spellings = (choice, word, *(language(code)(label) for code in codes()), *yes_no().get(choice, ()))
            known = found.setdefault(field.id, {})
            for spelling in spellings:
                known.setdefault(spelling.lower(), word)
                known.setdefault(without_accents(spelling), word)
    return found


def means_yes(answer: str) -> bool:
    """Whether somebody answered yes, in whatever language."""
    words = {*yes_no()["yes"], *(language(code)(N_("yes")) for code in codes())}
    return without_accents(answer.strip()) in set(map(without_accents, words))


def measure_name(measure: Measure) -> Message:
    """A measure's label, with its window where that is not the period, as a part of sentences."""
    label = phrase(measure.label)
    if measure.aggregate and measure.aggregate.squared:
        label = phrase(Verbatim("{measure}²"), measure=label)
    if measure.window is Window.PERIOD:
        return label
    return phrase(Verbatim("{measure} ({window})"), measure=label, window=phrase(WINDOWS[measure.window]))


def measure_label(measure: Measure, t: Language) -> str:
    """The same in the owner's language."""
    return measure_name(measure).text(t)


def reason_text(reason: Reason | None, t: Language) -> str:
    """One short sentence without a full stop; empty without a reason."""
    if reason is None:
        return ""
    text = reason_message(reason).text(t)
    return text[:1].upper() + text[1:]


def reason_message(reason: Reason) -> Message:
    """Why there is no value or no level, as a part of a sentence."""
    measure = reason.measure
    if reason.table is not None:
        named = {"table": phrase(reason.table.title)}
        if reason.column is not None:
            named["column"] = phrase(reason.table.field(reason.column).heading)
        return Message(reason.code, REASONS[reason.code], named)
    if measure is None:
        return Message(reason.code, REASONS[reason.code], {"measure": "", "absent": phrase(N_("nothing to divide by"))})
    values = {"measure": measure_name(measure), "absent": phrase(measure.absent)}
    if reason.code == "missing_measure" and measure.through_past:
        return Message(reason.code, REASONS["short_past"], values)
    if reason.code == "zero_denominator" and measure.window is not Window.PERIOD:
        return Message(reason.code, WINDOW_REASON, {**values, "window": phrase(WINDOWS[measure.window])})
    return Message(reason.code, REASONS[reason.code], values)


def to_next_text(result: Result, t: Language, currency: str) -> str:
    """What it takes to reach the next level: ``Satisfied answers: +9 → typical``, of an average ``On average: −0.33 h →
    exceptional``; empty at the top.

    Digits are not grouped, as in the workbook, where a formula joins number and words.
    """
    step: ToNext | None = result.grade.to_next
    if step is None or result.grade.next_level is None:
        return ""
    sign, level = "+" if step.direction == "more" else "−", t(LEVELS[result.grade.next_level])
    digits = each_digits(result.kpi)
    if digits is not None:
        moved = evaluate(each(digits), {"amount": step.amount, "slope": result.grade.slope})
        told = f"{moved:.15g}".replace(".", t.decimal_point)
        return each_text(result.kpi.kpi.unit, currency, t).format(sign=sign, amount=told, level=level)
    amount = f"{step.amount:.15g}".replace(".", t.decimal_point)
    steps = f"{sign}{amount} → {level}"
    return t(STEP).format(figure=step_figure(result, t), step=steps)


def each_text(unit: str, currency: str, t: Language) -> str:
    """``EACH`` with the unit or currency around its amount; without a currency, amounts stand alone."""
    pattern = t.money_pattern(currency) if unit == "money" and currency else f"{{}}{after_number(unit, t)}"
    return t(EACH).replace("{amount}", "{sign}" + pattern.format("{amount}"))


def step_figure(result: Result, t: Language) -> str:
    """What there would have to be more or less of; empty where nothing is told."""
    step = result.grade.to_next
    if step is None:
        return ""
    return t(ANSWERS[step.answers]) if step.answers else measure_label(step.measure, t)


def ends_text(result: Result, t: Language) -> str:
    """The ends of the interval: ``82 – 93 %``; empty without one. Digits as in ``to_next_text``."""
    interval = result.certainty.interval
    if interval is None:
        return ""
    unit = result.kpi.kpi.unit
    scale, digits = interval_scale(unit)
    ends = (rounded(end * scale, digits) for end in (interval.low, interval.high))
    low, high = (f"{float(end) + 0.0:.15g}".replace(".", t.decimal_point) for end in ends)
    return f"{low} – {high}{after_number(unit, t)}"


def interval_scale(unit: str) -> tuple[int, int]:
    """What the ends of an interval are multiplied by (100 for fractions), and their decimals."""
    return 100 if unit == "fraction" else 1, 1 if unit in ("hours", "months") else 0


AVERAGED = ("hours", "months", "money")
"""Units of averages of which is told how much each case has to move."""
AFTER = ("fraction", "hours", "months")
"""Units that are written behind a number."""


def after_number(unit: str, t: Language) -> str:
    """What follows a number of that unit, with its space."""
    percent = t.number(0.0, "fraction").lstrip("0,.")
    return {"fraction": percent, "hours": f"{NO_BREAK}h", "months": f"{NO_BREAK}{t(UNITS['months'])}"}.get(unit, "")


def change_text(result: Result, t: Language, currency: str) -> str:
    """The change on the previous period with its sign, in percentage points where the KPI is a fraction."""
    past = result.past
    if past.change is None:
        return "–"
    if past.trend == "same" and past.previous is not None and noise_of(past.previous) >= abs(past.change):
        return t(TRENDS["same"])
    sign = "+" if past.change > 0 else "−"
    size = abs(past.change)
    if result.kpi.kpi.unit == "fraction":
        amount = in_points(t.decimal(size * 100, 1), t)
    else:
        amount = t.number(size, result.kpi.kpi.unit, currency)
    change = f"{sign}{amount}"
    if past.trend not in ("better", "worse"):
        return change
    return t(N_("{change} {trend}")).format(change=change, trend=t(TRENDS[past.trend]))


def in_points(number: str, t: Language) -> str:
    """A difference of two percentages. Where “point” would have to agree with its number it is abbreviated, so that the
    same words fit every number, in the format of a cell as well."""
    return t(N_("{number} points")).format(number=number)


def since_text(day: date | None, kind: Kind, t: Language) -> str:
    """``since November 2026``; empty where the year is known from its beginning."""
    if day is None:
        return ""
    return t(SINCE).format(period=t.date(day) if kind is Kind.WEEK else t.period(Period(kind, day)))


def until_text(day: date, t: Language) -> str:
    """That a period which ends on a day is not over."""
    return t(UNTIL).format(day=t.date(day))


def begins_text(day: date, t: Language) -> str:
    """When a period begins that has not begun."""
    return t(BEGINS).format(day=t.date(day))


def title(company: str, period: Period, t: Language) -> str:
    """What kpixl calls a workbook in its properties."""
    return f"{company} · {t.period(period)}"
