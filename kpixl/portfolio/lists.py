"""What needs somebody in a portfolio: signals and outliers, open actions, and the workbooks with what is wrong."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

from kpixl import palette
from kpixl.catalog.model import Level
from kpixl.errors import N_
from kpixl.period import Period, serial
from kpixl.portfolio.links import target_of
from kpixl.portfolio.pen import shown
from kpixl.portfolio.wording import OUTLIERS, TITLES, label_of, signal_of
from kpixl.texts.figures import SIGN
from kpixl.texts.words import kpi_title
from kpixl.workbook import style

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from kpixl.portfolio.group import Notable
    from kpixl.portfolio.member import Member
    from kpixl.portfolio.pen import Pen
    from kpixl.portfolio.setting_out import Sheets

_HEAD = 6
_NUMBERS = frozenset(
    {"Value", "Previous period", "Median of the group", "KPIs below par", "Errors in Check", "Warnings"}
)
"""Headings of columns of numbers."""
_BAD = replace(style.TEXT, bold=True, colour=palette.LEVEL_TEXT[Level.BELOW], align="right", format="#,##0;;")
_UNREAD = N_("could not be read")
_LEVELS = {level.id: level for level in Level}


def _begin(pen: Pen, sheets: Sheets, title: str, text: str, words: Sequence[tuple[str, float]]) -> None:
    t = sheets.t
    pen.put(2, 2, t(TITLES[title]), style.TITLE)
    pen.put(3, 2, t(text), style.HELP)
    texts = {column: t(word) for column, (word, _) in enumerate(words, 2)}
    pen.heading(_HEAD, texts, frozenset(column for column, (word, _) in enumerate(words, 2) if word in _NUMBERS))
    pen.widths({column: width for column, (_, width) in enumerate(words, 2)})


def _end(pen: Pen, sheets: Sheets, last: int, right: str) -> None:
    if last > _HEAD:
        pen.sheet.auto_filter.ref = f"B{_HEAD}:{right}{last}"
    else:
        pen.put(_HEAD + 1, 2, sheets.t(N_("Nothing.")), style.HELP)
    pen.finish(freeze=f"C{_HEAD + 1}", titles=f"{_HEAD}:{_HEAD}")


def _whose(pen: Pen, sheets: Sheets, row: int, member: Member) -> None:
    pen.link(row, 2, member.company, target_of(member.place, sheets.out))
    for column, word in enumerate((member.region, member.owner), 3):
        pen.put(row, column, word, style.MUTED_TEXT)


_WHOSE = ((N_("Workbook"), 28.0), (N_("Region"), 16.0), (N_("Owner"), 16.0))


def signals(pen: Pen, sheets: Sheets) -> None:
    """What breaks out of its own usual range, and what lies far from the group."""
    words = (
        *_WHOSE,
        (N_("KPI"), 46.0),
        (N_("What is unusual"), 34.0),
        (N_("Value"), 13.0),
        (N_("Previous period"), 13.0),
        (N_("Median of the group"), 13.0),
    )
    text = N_(
        "{sign} more than the usual variation of the workbook itself; or more than one and a half quartile ranges "
        "beyond the quartiles of the group."
    )
    _begin(pen, sheets, "signals", text, words)
    pen.put(3, 2, sheets.t(text).format(sign=SIGN), style.HELP)
    row = _HEAD
    for row, (one, told) in enumerate(_notable(sheets), _HEAD + 1):
        unit = one.column.kpi.kpi.unit
        _whose(pen, sheets, row, sheets.group.members[one.row])
        pen.put(row, 5, label_of(one.column, sheets.group, sheets.t), style.TEXT)
        look = replace(style.TEXT, colour=palette.SIGNAL_TEXT, bold=True) if one.figure.signal else style.TEXT
        pen.put(row, 6, told, look)
        pen.put(row, 7, one.figure.value, shown(unit, _LEVELS.get(one.figure.shade or "")))
        pen.put(row, 8, one.figure.previous, style.figure(unit, muted=True))
        spread = one.column.quartiles
        pen.put(row, 9, spread.median if spread else None, style.figure(unit, muted=True))
    _end(pen, sheets, row, "I")


def _notable(sheets: Sheets) -> Iterator[tuple[Notable, str]]:
    t, group = sheets.t, sheets.group
    far = {(one.row, id(one.column)): one for one in group.outliers}
    for one in group.signals:
        told = signal_of(one, t)
        outlier = far.pop((one.row, id(one.column)), None)
        yield one, f"{told}; {t(OUTLIERS[outlier.high])}" if outlier else told
    for one in far.values():
        yield one, t(OUTLIERS[one.high])


def actions(pen: Pen, sheets: Sheets) -> None:
    """What somebody is to do about a KPI, what is overdue first."""
    words = (
        *_WHOSE,
        (N_("KPI"), 46.0),
        (N_("Value"), 13.0),
        (N_("Who"), 18.0),
        (N_("By when"), 14.0),
        (N_("Notes"), 44.0),
    )
    _begin(pen, sheets, "actions", N_("What is to be done about a KPI and is not done yet; overdue in red."), words)
    found = [(member, one) for member in sheets.group.members for one in member.to_do]
    row = _HEAD
    for row, (member, one) in enumerate(sorted(found, key=lambda pair: pair[1].by or "~"), _HEAD + 1):
        _whose(pen, sheets, row, member)
        figure = next((figure for figure in member.figures if figure.kpi == one.kpi), None)
        own = figure is None
        pen.put(row, 5, one.kpi if own else kpi_title(member.kpi(one.kpi), sheets.t), style.TEXT)
        if figure is not None:
            unit = member.kpi(one.kpi).kpi.unit
            pen.put(row, 6, figure.value, shown(unit, _LEVELS.get(figure.shade or "")))
        pen.put(row, 7, one.who, style.apart(style.TEXT))
        day = _day(one.by)
        late = day is not None and day < sheets.now.date()
        look = replace(style.TEXT, align="left", format=style.FORMATS["date"])
        red = replace(look, colour=palette.LEVEL_TEXT[Level.BELOW], bold=True)
        pen.put(row, 8, one.by if day is None else serial(day), red if late else look)
        pen.put(row, 9, one.note, style.WRAPPED)
    _end(pen, sheets, row, "I")


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def workbooks(pen: Pen, sheets: Sheets, failed: Sequence[tuple[str, str]]) -> None:
    """Every workbook with what is wrong in it: those that could not be read first, then by their errors."""
    t = sheets.t
    words = (
        *_WHOSE,
        (N_("Kind of business"), 40.0),
        (N_("Period"), 16.0),
        (N_("KPIs below par"), 11.0),
        (N_("Errors in Check"), 11.0),
        (N_("Warnings"), 11.0),
        (N_("What is wrong first"), 60.0),
        (N_("Missing periods"), 34.0),
    )
    _begin(pen, sheets, "workbooks", N_("Those with something wrong stand first; a name leads to the file."), words)
    for row, (place, reason) in enumerate(failed, _HEAD + 1):
        pen.link(row, 2, place.replace("\\", "/").rpartition("/")[2], target_of(place, sheets.out))
        for column in range(3, 12):
            pen.put(row, column, None)
        pen.put(row, 10, f"{t(_UNREAD)}: {reason}", replace(style.apart(style.WRAPPED), colour=_BAD.colour))
    ordered = sorted(sheets.group.members, key=lambda one: (-one.problems.get("error", 0), -len(one.missing)))
    for row, member in enumerate(ordered, _HEAD + len(failed) + 1):
        _whose(pen, sheets, row, member)
        pen.put(row, 5, t(member.kind_of_business.name), style.MUTED_TEXT)
        pen.put(row, 6, t.period(member.covers), style.MUTED_TEXT)
        pen.put(row, 7, sum(figure.needs for figure in member.figures), style.figure("count"))
        pen.put(row, 8, member.problems.get("error", 0), _BAD)
        pen.put(row, 9, member.problems.get("warning", 0), replace(style.figure("count"), format="#,##0;;"))
        pen.put(row, 10, member.first_problem, style.apart(style.WRAPPED))
        pen.put(row, 11, ", ".join(t.period(Period.parse(one)) for one in member.missing), style.WRAPPED)
    _end(pen, sheets, _HEAD + len(failed) + len(ordered), "K")
