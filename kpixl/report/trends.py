"""The last periods of each KPI: the values, what is usual of them, the picture, and what stands at its axes.

Knows nothing of how the page looks, and computes no KPI.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from babel.dates import format_skeleton

from kpixl.errors import N_
from kpixl.kpi.score import marked_periods
from kpixl.kpi.signals import signal
from kpixl.period import Kind
from kpixl.report import charts
from kpixl.texts.words import SHAPES, SIGNALS, listed, named

if TYPE_CHECKING:
    from kpixl.catalog.model import Level
    from kpixl.entries import History
    from kpixl.i18n import Language
    from kpixl.kpi.result import Result
    from kpixl.kpi.signals import Limits
    from kpixl.period import Period

PERIODS = 12
"""How many periods a trend shows, this one last."""
UNDRAWN = 1e15
"""Numbers from here on have more digits than they can mean; no line is drawn through them."""
STEPS = {"fraction": 0.001, "months": 0.1, "count": 1.0}
"""The least step of an axis whose labels still differ; of the other units, a hundredth."""
USUAL = N_("usual range")
_SKELETONS = {Kind.MONTH: "yMMM", Kind.QUARTER: "yQQQ", Kind.YEAR: "y", Kind.WEEK: "yMMMd"}


@dataclass(frozen=True, slots=True)
class PastDrawn:
    """A value for each of the last periods, and its text alternative."""

    values: tuple[float | None, ...]
    """In the KPI's unit, oldest first; None for a period without one."""
    texts: tuple[str, ...]
    """A period and its value, blank without one."""
    signals: tuple[str, ...]
    """How a value breaks out of what is usual; blank where it does not."""

    @property
    def count(self) -> int:
        """How many periods have a value."""
        return sum(value is not None for value in self.values)

    @property
    def text(self) -> str:
        """The values, for who does not see them."""
        return "; ".join(text for text in self.texts if text)


@dataclass(frozen=True, slots=True)
class Label:
    """A line across a trend and its words."""

    mark: charts.Mark
    text: str
    shade: str = ""


@dataclass(frozen=True, slots=True)
class Trend:
    """The last periods of a KPI: the picture, and what stands at its axes."""

    chart: charts.TrendChart
    ticks: tuple[Label, ...]
    marks: tuple[Label, ...]
    first: str
    last: str
    text: str
    """The values with what is usual of them, for who does not see the picture."""


def past_of(result: Result, period: Period, history: History, currency: str, t: Language) -> PastDrawn:
    """The last twelve periods of one KPI."""
    unit = result.kpi.kpi.unit
    periods = [period.shift(shift) for shift in range(1 - PERIODS, 1)]
    values = [*(history.value(one, result.kpi.history_id) for one in periods[:-1]), result.kept]
    drawn = tuple(None if value is None or abs(value) >= UNDRAWN else value for value in values)
    texts = tuple(
        "" if value is None else named(_short(one, t), t.number(value, unit, currency), t)
        for one, value in zip(periods, drawn, strict=True)
    )
    chosen, usual = marked_periods(result, values), result.past.usual
    signals = tuple(_told(values[: number + 1], usual, t) if one else "" for number, one in enumerate(chosen))
    return PastDrawn(drawn, texts, signals)


def _told(values: list[float | None], usual: Limits | None, t: Language) -> str:
    """What the last of ``values`` says beside those before it."""
    *before, value = values
    return "" if value is None or usual is None else t(SIGNALS[signal(before, value, usual)])


def _short(period: Period, t: Language) -> str:
    """A period in few letters: ``oct 2026``; a week by its first day."""
    return str(format_skeleton(_SKELETONS[period.kind], period.start, locale=t.locale))


def trend_of(result: Result, past: PastDrawn, period: Period, currency: str, t: Language) -> Trend:
    """The picture of at least two values."""
    unit = result.kpi.kpi.unit
    marks: dict[Level | None, float] = dict(result.thresholds.items())
    if not marks and result.target is not None and abs(result.target) < UNDRAWN:
        marks[None] = result.target
    drawn = charts.marks_drawn(past.values, marks)
    usual = _usual(result, t)
    limits = charts.limits_drawn(past.values, drawn, (usual.low, usual.high)) if usual else ()
    axis = charts.axis([*past.values, *limits], drawn, STEPS.get(unit, 0.01))
    ticks = [_axis_text(value, unit, currency, t) for value in axis.ticks]
    names = {
        level: t(N_("Target")) if level is None else f"{SHAPES[level]} {_axis_text(value, unit, currency, t)}"
        for level, value in drawn.items()
    }
    letters = max(map(len, ticks)), max((len(name) for name in names.values()), default=0)
    chart = charts.trend(past.values, drawn, axis, letters, marked=list(map(bool, past.signals)), usual=usual)
    return Trend(
        chart=chart,
        ticks=tuple(Label(mark, text) for mark, text in zip(chart.ticks, ticks, strict=True)),
        marks=tuple(
            Label(mark, names[mark.level], mark.level.id if mark.level is not None else "none") for mark in chart.marks
        ),
        first=_short(period.shift(1 - PERIODS), t),
        last=_short(period, t),
        text=_text(past, usual, unit, currency, t),
    )


def _usual(result: Result, t: Language) -> charts.Range | None:
    """The least, the mean and the most of what is usual, where it can be drawn."""
    limits = result.past.usual
    if limits is None or max(abs(limits.low), abs(limits.high)) >= UNDRAWN:
        return None
    return charts.Range(limits.low, limits.mean, limits.high, len(t(USUAL)))


def _text(past: PastDrawn, usual: charts.Range | None, unit: str, currency: str, t: Language) -> str:
    told = [
        f"{text} ({signal})" if signal else text for text, signal in zip(past.texts, past.signals, strict=True) if text
    ]
    if usual:
        low, high = (t.number(end, unit, currency) for end in (usual.low, usual.high))
        told.append(t(N_("usual range: {low} to {high}")).format(low=low, high=high))
    return listed(told, t)


def _axis_text(value: float, unit: str, currency: str, t: Language) -> str:
    """A number at an axis, as short as it can be: hours and months without a word, amounts without empty cents."""
    if unit == "fraction":
        return t.number(value, unit)
    plain = t.plain(round(value, 2) + 0.0)  # never -0
    return t.money_pattern(currency).format(plain) if unit == "money" else plain
