"""The page of a year: its periods side by side, what moved for good, what was done and what came of it.

Texts in one language, and the page made of them; every number was made elsewhere.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from babel.dates import format_skeleton

from kpixl.catalog.model import Level, Standing
from kpixl.check.problem import counts_text
from kpixl.decimals import SHOWN
from kpixl.errors import N_
from kpixl.kpi.annual import YearCourse, at_the_end
from kpixl.message import harmless
from kpixl.period import Kind
from kpixl.report import charts
from kpixl.report.cards import StandingShown, shade
from kpixl.report.page import frame
from kpixl.report.trends import Trend, past_of, trend_of
from kpixl.texts.figures import SIGN
from kpixl.texts.render import rendered
from kpixl.texts.words import LEVELS, SHAPES, SIGNALS, SINCE, STANDINGS, UNITS, kpi_title

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kpixl.check import Problem
    from kpixl.entries import Entries
    from kpixl.i18n import Language
    from kpixl.kpi.annual import Annual, Deed, KpiYear, Told
    from kpixl.period import Period

ABREAST = 13
"""So many periods stand beside one another; more of them in further tables."""
COURSES = {
    YearCourse.BETTER: (Level.ABOVE_AVERAGE, N_("better")),
    YearCourse.WORSE: (Level.BELOW, N_("worse")),
    YearCourse.BACK: (Level.TYPICAL, N_("back as it was")),
    YearCourse.STEADY: (Level.TYPICAL, N_("steady")),
    YearCourse.LAST: (None, N_("too early to say")),
    YearCourse.UNTOLD: (None, N_("cannot be told")),
}
"""By which sign a course is shown, and what it is called."""
TALLY = {
    YearCourse.BETTER: N_("better: {count}"),
    YearCourse.WORSE: N_("worse: {count}"),
    YearCourse.STEADY: N_("steady: {count}"),
    YearCourse.LAST: N_("too early to say: {count}"),
    YearCourse.UNTOLD: N_("cannot be told: {count}"),
}
CAME = {
    YearCourse.BETTER: N_("better since, by more than its usual variation"),
    YearCourse.WORSE: N_("worse since, by more than its usual variation"),
    YearCourse.BACK: N_("broke out of its usual range, and came back"),
    YearCourse.STEADY: N_("no more than its usual variation since"),
    YearCourse.LAST: N_("outside its usual range in the last period: too early to say"),
    YearCourse.UNTOLD: N_("cannot be told"),
}
"""What came of what was done."""
_SKELETONS = {Kind.MONTH: "MMM", Kind.QUARTER: "QQQ", Kind.YEAR: "y", Kind.WEEK: "MMMd"}


@dataclass(frozen=True, slots=True)
class CellShown:
    """A KPI in one period; blank without a value."""

    text: str
    raw: float | None
    """In the KPI's unit."""
    standing: StandingShown | None
    """How it stood then."""
    sign: str
    """What it says where it broke out of its usual range."""


@dataclass(frozen=True, slots=True)
class YearRow:
    """A KPI over the year."""

    id: str
    name: str
    unit: str
    """What its numbers are counted in, where they do not say it themselves."""
    cells: tuple[CellShown, ...]
    whole: str
    before: str
    course: StandingShown


@dataclass(frozen=True, slots=True)
class MovedShown:
    """A KPI that has moved for good."""

    id: str
    title: str
    standing: StandingShown
    """Which way."""
    since: str
    sentence: str
    trend: Trend | None


@dataclass(frozen=True, slots=True)
class DeedShown:
    """What was done about a KPI, or noted, and what came of it; blank where there is nothing."""

    period: str
    name: str
    who: str
    note: str
    then: str
    last: str
    came: StandingShown | None


def year_html(
    annual: Annual,
    entries: Entries,
    problems: Sequence[Problem],
    t: Language,
    *,
    now: datetime,
    paper: str = "",
) -> str:
    """The whole page, in the language of ``t``; ``entries`` are those of the workbook, ``problems`` what Check has
    found in it. ``now`` is the moment that the page says it was made, ``paper`` a page size for printing, which then
    lies on its side."""
    rows = [_row(one, annual, entries, t) for one in annual.kpis]
    page = rendered(
        "report_year.html.j2",
        **frame(t, now, f"{paper} landscape".strip()),
        size=charts.SIZE,
        widest=0,
        company=entries.company or t(entries.business.name),
        period=str(annual.year),
        span=_span(annual, t),
        kind=t(entries.business.name),
        tally=_tally(annual, t),
        moved=[_moved(one, annual, entries, t) for one in annual.kpis if one.moved.since is not None],
        blocks=_blocks(annual, rows, t),
        whole=any(row.whole for row in rows),
        before=any(row.before for row in rows),
        running=""
        if annual.running is None
        else t(N_("{period} is not over.")).format(period=t.period(annual.running)),
        deeds=[_deed(one, annual, entries, t) for one in annual.deeds],
        sign=SIGN,
        usual=t(N_("usual range")),
        errors=sum(problem.severity == "error" for problem in problems),
        check=counts_text(problems, t),
    )
    return harmless(page)


def _span(annual: Annual, t: Language) -> str:
    """From when to when there are figures, where that is not the whole year."""
    known = annual.known
    if known == annual.periods:
        return ""
    return t(N_("{first} to {last}")).format(first=t.period(known[0]), last=t.period(known[-1]))


def _tally(annual: Annual, t: Language) -> list[StandingShown]:
    """How many KPIs went where; what came back is steady."""
    courses: list[YearCourse] = [
        YearCourse.STEADY if one.moved.course is YearCourse.BACK else one.moved.course for one in annual.kpis
    ]
    shown = []
    for course, text in TALLY.items():
        if count := courses.count(course):
            level = COURSES[course][0]
            shown.append(StandingShown(SHAPES[level], t(text).format(count=count), shade(level)))
    return shown


def _course(course: YearCourse, t: Language) -> StandingShown:
    level, word = COURSES[course]
    return StandingShown(SHAPES[level], t(word), shade(level))


def _blocks(annual: Annual, rows: Sequence[YearRow], t: Language) -> list[dict[str, Any]]:
    """The periods that stand beside one another, and every KPI in them."""
    count = -(-len(annual.periods) // ABREAST)
    width = -(-len(annual.periods) // count)
    return [
        {
            "number": number + 1,
            "first": t.period(annual.periods[start]),
            "last": t.period(annual.periods[min(start + width, len(annual.periods)) - 1]),
            "headings": [
                {"text": _short(period, t), "full": t.period(period), "running": period == annual.running}
                for period in annual.periods[start : start + width]
            ],
            "rows": [(row, row.cells[start : start + width]) for row in rows],
            "final": start + width >= len(annual.periods),
        }
        for number, start in enumerate(range(0, len(annual.periods), width))
    ]


def _short(period: Period, t: Language) -> str:
    return str(format_skeleton(_SKELETONS[period.kind], period.start, locale=t.locale))


def _row(one: KpiYear, annual: Annual, entries: Entries, t: Language) -> YearRow:
    kpi, currency = one.result.kpi, entries.currency
    unit = kpi.kpi.unit
    told = {"money": currency, "hours": t(UNITS["hours"]), "months": t(UNITS["months"])}.get(unit, "")

    def number(value: float | None) -> str:
        return "" if value is None else _number(value, unit, t)

    return YearRow(
        id=kpi.id,
        name=t(kpi.name),
        unit=told,
        cells=tuple(
            CellShown(number(value), value, _stood(level, t) if value is not None else None, _broke(told_then, t))
            for value, level, told_then in zip(one.values, one.levels, one.told, strict=True)
        ),
        whole=number(one.whole),
        before=number(one.before),
        course=_course(one.moved.course, t),
    )


def _number(value: float, unit: str, t: Language) -> str:
    """As short as twelve of them can stand side by side: without the unit that the row names, amounts without cents."""
    if unit == "fraction":
        return t.number(value, unit)
    if unit == "money" and abs(value) >= 100:
        return t.plain(round(value) + 0.0)
    return t.decimal(value, SHOWN[unit]) if unit in SHOWN else t.number(value)


def _stood(level: str, t: Language) -> StandingShown | None:
    """How a closed period's value stood, by the sign that its words begin with; by its id that of this period."""
    words = {one.id: (one, LEVELS[one]) for one in Level} | {one.value: (one.shade, STANDINGS[one]) for one in Standing}
    sign, _, word = level.partition(" ")
    if level in words:
        of, said = words[level]
        return StandingShown(SHAPES[of], t(said), shade(of))
    found = next((one for one, shape in SHAPES.items() if shape == sign), None)
    return None if found is None else StandingShown(sign, word, found.id)


def _broke(told: Told | None, t: Language) -> str:
    return t(SIGNALS[told.signal]) if told is not None and told.signal.is_signal else ""


def _moved(one: KpiYear, annual: Annual, entries: Entries, t: Language) -> MovedShown:
    assert one.moved.since is not None
    kpi, currency = one.result.kpi, entries.currency
    last, result = at_the_end(one, annual.periods)
    past = past_of(result, last, entries.history, currency, t)
    return MovedShown(
        id=kpi.id,
        title=kpi_title(kpi, t),
        standing=_course(one.moved.course, t),
        since=t(SINCE).format(period=t.period(one.moved.since)),
        sentence=t(N_("on average {before} before, {value} in {period}")).format(
            before=t.number(one.moved.mean, kpi.kpi.unit, currency),
            value=t.number(result.value, kpi.kpi.unit, currency),
            period=t.period(last),
        ),
        trend=trend_of(result, past, last, currency, t) if past.count > 1 else None,
    )


def _deed(one: Deed, annual: Annual, entries: Entries, t: Language) -> DeedShown:
    unit, currency = one.kpi.kpi.unit, entries.currency

    def number(value: float | None) -> str:
        return "" if value is None else t.number(value, unit, currency)

    came = None
    if one.done:
        level = COURSES[one.course][0]
        came = StandingShown(SHAPES[level], t(CAME[one.course]), shade(level))
    return DeedShown(
        period=t.period(one.period),
        name=t(one.kpi.name),
        who=one.who or (t(N_("done")) if one.done else ""),
        note=one.note,
        then=number(one.then),
        last=number(one.last),
        came=came,
    )
