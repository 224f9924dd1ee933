"""The page of a portfolio: the group, its heat map and what needs somebody, in one language. Long lists are cut, and
say so: the workbook of the portfolio has them whole."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kpixl.catalog.model import Level
from kpixl.errors import N_
from kpixl.kpi.traits import GRADED
from kpixl.message import harmless
from kpixl.period import Period
from kpixl.portfolio.links import target_of
from kpixl.portfolio.wording import OUTLIERS, TITLES, heading_of, label_of, level_texts, signal_of
from kpixl.report import charts
from kpixl.report.page import frame
from kpixl.texts.render import rendered
from kpixl.texts.words import SHAPES, kpi_title

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from pathlib import Path

    from kpixl.i18n import Language
    from kpixl.portfolio.group import Compared, Portfolio
    from kpixl.portfolio.member import Member

LONGEST = 100
"""Rows of a list on the page."""


def group_html(
    group: Portfolio, failed: Sequence[tuple[str, str]], t: Language, out: Path, *, now: datetime, paper: str = ""
) -> str:
    """The whole page that is to lie at ``out``; ``failed`` workbooks could not be read, each with the reason."""
    latest = max((member.covers for member in group.members), key=lambda one: one.start)
    page = rendered(
        "portfolio.html.j2",
        **frame(t, now, f"{paper} landscape".strip()),
        size=charts.SIZE,
        widest=0,
        company=t(TITLES["overview"]),
        period=t.period(latest),
        tiles=_tiles(group, len(failed), t),
        levels=[level_texts(t)[level] for level in GRADED],
        sections=[_section(kind, group, t, out) for kind in dict.fromkeys(one.business for one in group.members)],
        lists=[_signals(group, t, out), _actions(group, t, out), _wrong(group, failed, t, out)],
    )
    return harmless(page)


def _tiles(group: Portfolio, failed: int, t: Language) -> list[dict[str, Any]]:
    members = group.members
    tiles = (
        ("", N_("Workbooks"), len(members)),
        ("bad", N_("with errors in Check"), sum(bool(one.problems.get("error")) for one in members)),
        ("bad", N_("with missing periods"), sum(bool(one.missing) for one in members)),
        ("told", N_("with signals"), len({one.row for one in group.signals})),
        ("", N_("with open actions"), sum(bool(one.to_do) for one in members)),
        ("bad", N_("could not be read"), failed),
    )
    return [{"kind": kind if count else "", "text": t(text), "count": count} for kind, text, count in tiles]


def _section(kind: str, group: Portfolio, t: Language, out: Path) -> dict[str, Any]:
    """One kind of business: its KPIs, and its part of the heat map."""
    columns = [column for column in group.columns if column.kpi.business == kind]
    rows = [row for row, member in enumerate(group.members) if member.business == kind]
    return {
        "title": t(group.business(kind).name),
        "rows": [_row(column, group, t) for column in columns],
        "headings": [{"text": heading_of(one, group, t), "full": label_of(one, group, t)} for one in columns],
        "heat": [_heat(row, columns, group, t, out) for row in rows[:LONGEST]],
        "left_out": max(0, len(rows) - LONGEST),
    }


def _number(value: float | None, column: Compared, t: Language) -> str:
    return "" if value is None else t.number(value, column.kpi.kpi.unit, column.currency or "USD")


def _row(column: Compared, group: Portfolio, t: Language) -> dict[str, Any]:
    figures = [figure for figure in column.figures if figure.value is not None]
    counts = [(level, sum(figure.shade == level.id for figure in figures)) for level in Level]
    graded = sum(count for _, count in counts)
    shares, start = [], 0.0
    for one, count in counts:
        width = 100 * count / graded if graded else 0.0
        shares.append({"shade": one.id, "start": round(start, 3), "width": round(width, 3)})
        start += width
    spread, level = column.quartiles, column.median_level
    words = level_texts(t)
    return {
        "name": label_of(column, group, t),
        "count": len(figures),
        "shares": shares if graded else [],
        "told": ", ".join(f"{words[one]}: {count}" for one, count in counts),
        "quartiles": [
            _number(value, column, t) for value in ((spread.low, spread.median, spread.high) if spread else ())
        ]
        or ["", "", ""],
        "level": None if level is None else {"shade": level.id, "text": words[level]},
        "published": [_number(column.published.get(one), column, t) for one in GRADED],
    }


def _heat(row: int, columns: Sequence[Compared], group: Portfolio, t: Language, out: Path) -> dict[str, Any]:
    member, shapes = group.members[row], {level.id: SHAPES[level] for level in Level}
    cells = []
    for column in columns:
        figure = column.by_row.get(row)
        shade = figure.shade if figure and figure.value is not None else None
        text = _number(figure.value if figure else None, column, t)
        cells.append({"text": text, "shade": shade, "shape": shapes.get(shade or "")})
    return {**_whose(member, out), "region": member.region, "owner": member.owner, "cells": cells}


def _whose(member: Member, out: Path) -> dict[str, Any]:
    return {"name": member.company, "link": target_of(member.place, out)}


def _list(title: str, headings: Sequence[str], rows: Sequence[dict[str, Any]], t: Language) -> dict[str, Any]:
    return {
        "title": t(title),
        "headings": [t(one) for one in headings],
        "rows": rows[:LONGEST],
        "left_out": max(0, len(rows) - LONGEST),
    }


def _signals(group: Portfolio, t: Language, out: Path) -> dict[str, Any]:
    found = [(one, signal_of(one, t)) for one in group.signals]
    found += [(one, t(OUTLIERS[one.high])) for one in group.outliers]
    rows = [
        _whose(group.members[one.row], out)
        | {"cells": [label_of(one.column, group, t), told, _number(one.figure.value, one.column, t)]}
        for one, told in found
    ]
    headings = (N_("Workbook"), N_("KPI"), N_("What is unusual"), N_("Value"))
    return _list(TITLES["signals"], headings, rows, t)


def _actions(group: Portfolio, t: Language, out: Path) -> dict[str, Any]:
    rows = []
    for member in group.members:
        ids = {kpi.id for kpi in member.kind_of_business.kpis}
        for one in member.to_do:
            name = kpi_title(member.kpi(one.kpi), t) if one.kpi in ids else one.kpi
            rows.append(_whose(member, out) | {"cells": [name, one.who, one.by, one.note]})
    rows.sort(key=lambda row: row["cells"][2] or "~")
    headings = (N_("Workbook"), N_("KPI"), N_("Who"), N_("By when"), N_("Notes"))
    return _list(TITLES["actions"], headings, rows, t)


def _wrong(group: Portfolio, failed: Sequence[tuple[str, str]], t: Language, out: Path) -> dict[str, Any]:
    rows: list[dict[str, Any]] = [
        {"name": place, "link": target_of(place, out), "cells": ["", reason, ""]} for place, reason in failed
    ]
    for member in sorted(group.members, key=lambda one: -one.problems.get("error", 0)):
        errors = member.problems.get("error", 0)
        if errors or member.missing:
            missing = ", ".join(t.period(Period.parse(one)) for one in member.missing)
            rows.append(_whose(member, out) | {"cells": [str(errors or ""), member.first_problem, missing]})
    headings = (N_("Workbook"), N_("Errors in Check"), N_("What is wrong first"), N_("Missing periods"))
    return _list(N_("Workbooks that need somebody"), headings, rows, t)
