"""The sections at the end of Breakdown that show which few groups bring most of a total: a table each, whose rows the
chart beside it draws. As of the last refresh; ``charts_pareto`` makes the charts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kpixl import palette
from kpixl.errors import N_
from kpixl.kpi.pareto import NAMED, Ranking
from kpixl.texts.groups import part_name, ranking_note, ranking_text
from kpixl.workbook import style
from kpixl.workbook.grid import Cell, Cells, Context, label, static

if TYPE_CHECKING:
    from kpixl.catalog.model import Business, Pareto
    from kpixl.i18n import Language

COLUMNS = {"name": "name", "amount": "value_0", "share": "level_0", "cumulative": "cases_0"}
"""The columns of a section, and those of the block that they stand in."""
GROUPS = NAMED + 1
"""Rows of the table: groups by their names, and all the others as one."""
ROOM = 4
"""Empty rows below the table that the chart needs to be high enough."""
LONGEST_NAME = 32
"""So many letters of a name stand below its column."""
_HEAD = ("title", "text", "note")


def prefix(item: Pareto) -> str:
    """What the ids of a section's rows begin with."""
    return f"pareto_{item.measure.id}_{item.by}"


def group_rows(item: Pareto) -> tuple[str, ...]:
    """Ids of the rows of the table, which the chart draws."""
    return tuple(f"{prefix(item)}_group_{row}" for row in range(GROUPS))


def chart_rows(item: Pareto) -> tuple[str, ...]:
    """Ids of the rows beside which the chart stands, from the first to the last. For each group that is not there its
    row is hidden and another one is shown, so that the chart keeps its height."""
    at = prefix(item)
    fill = (f"{at}_fill_{row}" for row in range(GROUPS))
    return (f"{at}_headings", *group_rows(item), *fill, *(f"{at}_room_{row}" for row in range(ROOM)))


def rows(business: Business) -> tuple[str, ...]:
    """Ids of the rows of every section."""
    return tuple(
        row
        for item in business.pareto
        for row in (*(f"{prefix(item)}_{part}" for part in _HEAD), *chart_rows(item), f"{prefix(item)}_space")
    )


def cells(c: Context) -> Cells:
    """Every cell of the sections."""
    found: dict[tuple[str, str], Cell] = {}
    for ranking in c.pareto:
        found.update(_section(ranking, c))
    return found


def _section(ranking: Ranking, c: Context) -> Cells:
    item, t = ranking.pareto, c.t
    at = prefix(item)
    found: dict[tuple[str, str], Cell] = {
        (f"{at}_title", "name"): label(t(item.title), style.Style(size=12, bold=True, colour=palette.ACCENT)),
        (f"{at}_text", "name"): static(ranking_text(ranking, t), style.Style()),
        (f"{at}_note", "name"): static(ranking_note(ranking, t), style.Style(size=9, colour=palette.MUTED)),
    }
    for column, text in headings(item, c.business, t).items():
        look = style.HEADING if column == "name" else style.HEADING_RIGHT
        found[f"{at}_headings", COLUMNS[column]] = label(text, look)
    for number, row in enumerate(group_rows(item)):
        part = ranking.parts[number] if number < len(ranking.parts) else None
        values = {
            "name": _short(part_name(part, t)) if part else None,
            "amount": part.amount if part else None,
            "share": part.share if part else None,
            "cumulative": part.cumulative if part else None,
        }
        for column, value in values.items():
            found[row, COLUMNS[column]] = static(value, _look(column, item, c))
    return found


def _short(name: str) -> str:
    """A name with which the chart keeps its columns, below which it stands."""
    return name if len(name) <= LONGEST_NAME else f"{name[: LONGEST_NAME - 1].rstrip()}…"


def _look(column: str, item: Pareto, c: Context) -> style.Style:
    if column == "name":
        return style.Style()
    if column != "amount":
        return style.Style(format=style.FORMATS["fraction"], align="right")
    return style.Style(format=_amounts(item, c, "#,##0.00"), align="right", shrink=True)


def axis_format(item: Pareto, c: Context) -> str:
    """How amounts are written at an axis: without cents, unless there is little else."""
    if item.measure.unit != "money":
        return style.FORMATS[item.measure.unit]
    whole, cents = _amounts(item, c, "#,##0"), _amounts(item, c, "#,##0.00")
    return f"[>=10]{whole};[=0]{whole};{cents}"


def _amounts(item: Pareto, c: Context, digits: str) -> str:
    """The number format of amounts: money in the workbook's currency, as the owner's language writes it."""
    if item.measure.unit != "money":
        return style.FORMATS[item.measure.unit]
    before, _, after = c.t.money_pattern(c.scorecard.entries.currency).partition("{}")
    return "".join((f'"{before}"' if before else "", digits, f'"{after}"' if after else ""))


def headings(item: Pareto, business: Business, t: Language) -> dict[str, str]:
    """The headings of a table, by its columns."""
    return {
        "name": t(business.table(str(item.measure.table)).field(item.by).heading),
        "amount": t(N_("Amount")) if item.measure.unit == "money" else t(N_("Cases")),
        "share": t(N_("Share")),
        "cumulative": t(N_("Cumulative share")),
    }


def hidden_rows(c: Context) -> set[str]:
    """Rows for groups that are not there, and as many others as there are groups; without any group, all that the
    chart stands beside."""
    hidden = set()
    for ranking in c.pareto:
        item, shown = ranking.pareto, len(ranking.parts)
        at = prefix(item)
        if shown:
            hidden |= {f"{at}_group_{row}" for row in range(shown, GROUPS)}
            hidden |= {f"{at}_fill_{row}" for row in range(shown)}
        else:
            hidden |= {f"{at}_text", *chart_rows(item)}
        if ranking_note(ranking, c.t) is None:
            hidden.add(f"{at}_note")
    return hidden
