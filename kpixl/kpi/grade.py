"""One value against thresholds: its level, the next one, and what it takes to get there. Knows nothing of workbooks;
rounds nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from kpixl.catalog.model import Level, Standing, Threshold
from kpixl.formula import Name, evaluate
from kpixl.kpi import grading
from kpixl.kpi.evaluation import Evaluation
from kpixl.kpi.grading import PASSES
from kpixl.kpi.rulebook import PAST, WHOLE_PERIOD, given, rulebook
from kpixl.kpi.traits import GRADED, traits_of

if TYPE_CHECKING:
    from kpixl.catalog.model import BusinessKpi, Measure
    from kpixl.catalog.tables import Table
    from kpixl.formula.states import Item

NOTHING: Mapping[str, Item] = {}


@dataclass(frozen=True, slots=True)
class Reason:
    """Why there is no value or no level. ``measure`` is the one to blame, where one is."""

    code: Literal[
        "missing_measure", "zero_denominator", "no_bands", "no_rate", "own_formula",
        "graded_window", "no_rollup", "uneven_past",
        "not_entered", "no_outcome", "not_begun", "impossible", "beyond", "too_few", "open", "running", "in_doubt",
        "unsaid",
    ]  # fmt: skip
    measure: Measure | None = None
    table: Table | None = None
    """The one in which nothing is entered, where that is the reason."""
    column: str | None = None
    """The field of it, where that one alone is blank."""


@dataclass(frozen=True, slots=True)
class ToNext:
    """How much of the lever is missing to the next level: the smallest whole number, or tenth, that passes."""

    measure: Measure
    amount: float
    """In the measure's unit, never negative."""
    direction: Literal["more", "less"]
    answers: Literal["changed", "new"] | None = None
    """Of a survey: whether so many answers would have to be other ones, or to come on top."""


@dataclass(frozen=True)
class Grade:
    """A value against thresholds, all in the KPI's unit."""

    level: Level | None
    next_level: Level | None
    to_next: ToNext | None
    position: float | None
    """0–4: the level, plus how far the value has come on the way to the next. For the eye alone."""
    low: float | None = None
    high: float | None = None
    """Where the band that the value is in begins and ends, in the KPI's unit; None where it does not."""
    slope: float | None = None
    """How much the value moves, in the KPI's unit, when the lever takes one more of its own."""
    needed: float | None = None
    """How much of the lever, in its unit, the next level takes, possible or not."""
    standing: Standing | None = None
    """How a value without a benchmark stands against the owner's target or the previous period."""

    @property
    def shade(self) -> Level | None:
        """The level whose colour and shape the value is shown in."""
        return self.standing.shade if self.level is None and self.standing else self.level


def passes(value: float, threshold: Threshold) -> bool:
    """Whether ``value``, in the threshold's unit, is on the good side of the edge; noise counts as equal."""
    test = PASSES[threshold.comparison](Name("value"), Name("edge"))
    return bool(evaluate(test, {"value": value, "edge": threshold.value}))


def thresholds_published(kpi: BusinessKpi) -> dict[Level, float]:
    """Where each level starts as published, in the KPI's unit; money in US dollars."""
    found = ((level, kpi.threshold(level)) for level in GRADED)
    return {level: threshold.value for level, threshold in found if threshold}


def calculate(kpi: BusinessKpi, arguments: Mapping[str, float | None]) -> tuple[float | None, Reason | None]:
    """The KPI's value in its unit from its arguments in theirs, by name; or the reason why there is none."""
    found = evaluated(kpi, arguments, {})
    value = found.number("value")
    return value, None if value is not None else reason_of(kpi, found.text("reason"))


_CODES = {"missing": "missing_measure", "zero": "zero_denominator", "divisor": "zero_denominator"}


def reason_of(kpi: BusinessKpi, word: str | None) -> Reason | None:
    """The reason that a rule's word stands for."""
    if word is None:
        return None
    code, _, argument = word.partition(".")
    return Reason(_CODES.get(code, code), kpi.argument(argument) if argument else None)  # type: ignore[arg-type]


def level_of(kpi: BusinessKpi, value: float | None, thresholds: Mapping[Level, float]) -> Level | None:
    """The best level whose threshold ``value`` passes; None without a value or any threshold."""
    edges = {level.id: thresholds.get(level) for level in GRADED}
    falls = kpi.kpi.direction == "down"
    found = evaluate(grading.level(traits_of(kpi), grading.VALUE), {"value": value, "falls": falls, **edges})
    return None if found is None else Level(int(found))


def grade(
    kpi: BusinessKpi,
    value: float | None,
    thresholds: Mapping[Level, float],
    arguments: Mapping[str, float | None],
    target: float | None = None,
    previous: float | None = None,
) -> Grade:
    """The level of ``value``, the next one, and what it takes to get there. A KPI for which no benchmark is published
    stands against the owner's ``target``, else against the ``previous`` period."""
    found = evaluated(kpi, arguments, thresholds, {"value": value, "typed_target": target, "previous": previous})
    return graded(kpi, found)


def evaluated(
    kpi: BusinessKpi,
    arguments: Mapping[str, float | None],
    thresholds: Mapping[Level, float],
    besides: Mapping[str, Item] = NOTHING,
) -> Evaluation:
    """The rules of a KPI over a whole period, without a minimum of cases; without a target and a past, unless they are
    given ``besides``."""
    nothing = dict.fromkeys(("typed_target", "previous", "total", "squares", *PAST))
    return Evaluation(rulebook(kpi), {**WHOLE_PERIOD, **given(kpi, arguments, thresholds), **nothing, **besides})


def graded(kpi: BusinessKpi, found: Evaluation) -> Grade:
    """The grade by rules that were evaluated."""
    level, following, standing = (found.number(id_) for id_ in ("level", "next", "standing"))
    amount, lever = found.number("amount"), kpi.kpi.lever
    step = None
    if amount is not None and lever:
        how: Literal["changed", "new"] | None = {1.0: "changed", 2.0: "new"}.get(found.number("how") or 0.0)  # type: ignore[assignment]
        more = found.text("sign") == grading.MORE
        step = ToNext(kpi.argument(lever), amount, "more" if more else "less", how)
    return Grade(
        level=None if level is None else Level(int(level)),
        next_level=None if following is None else Level(int(following)),
        to_next=step,
        position=found.number("position"),
        low=found.number("low"),
        high=found.number("high"),
        slope=found.number("slope"),
        needed=found.number("needed"),
        standing=None if level is not None else standing_numbered(standing),
    )


def standing_numbered(number: float | None) -> Standing | None:
    """The standing that has this number in formulas."""
    return None if number is None or number < len(Level) else list(Standing)[int(number) - len(Level)]


def against_target(kpi: BusinessKpi, value: float | None, target: float | None) -> Literal["met", "missed"] | None:
    """Whether ``value`` reaches the owner's target; None without either."""
    if value is None or target is None:
        return None
    falls = kpi.kpi.direction == "down"
    reached = evaluate(grading.met(traits_of(kpi), grading.VALUE), {"value": value, "target": target, "falls": falls})
    return "met" if reached else "missed"
