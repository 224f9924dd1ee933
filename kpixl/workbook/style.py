"""How cells look: one type family, few sizes, one accent colour, four level colours, greys for the rest."""

from __future__ import annotations

from copy import copy
from dataclasses import dataclass, replace
from functools import cache
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

from kpixl.palette import ACCENT, FAINT, INK, INPUT, LINE, MUTED

if TYPE_CHECKING:
    from openpyxl.worksheet.worksheet import Worksheet

    from kpixl.i18n import Language

FORMATS = {
    "fraction": "0.0%",
    "hours": "#,##0.00",
    "months": "#,##0.0",
    "money": "#,##0.00",
    "ratio": "0.00",
    "count": "#,##0",
    "score": "0.0",
    "tasks_per_hour": "0.00",
    "date": "mm-dd-yy",  # built-in format 14: Excel and LibreOffice show the owner's own short date
    "moment": "m/d/yy h:mm",  # built-in format 22, likewise
    "month": "mmm yy",
    "general": "General",
}


BUILT_IN = {FORMATS["date"]: 14, FORMATS["moment"]: 22}
"""Numbers of the formats that a program shows in the owner's own way; by any other number they are what they say."""

DAY_FORMATS = frozenset(FORMATS[kind] for kind in ("date", "moment", "month"))
"""How days are shown, and nothing else."""


def more_decimals(code: str, more: int) -> str:
    """A format of numbers with ``more`` decimals: ``0.0%`` as ``0.000%``."""
    whole, point, rest = code.partition(".0")
    return f"{whole}{point}{'0' * more}{rest}" if point else code


DOLLARS = "[$$-409]#,##0.00"
"""Published amounts in US dollars, whatever the workbook's currency."""

OWN = "#,##0.00"
"""Own KPIs, whose unit is a cell; a rule shows shares as per cent."""


def money(t: Language, currency: str) -> str:
    """The format of an amount on a card, in the workbook's currency and as the owner's language writes it: no cents
    from a thousand on. The third section of a format shows no sign, so that all that is below 0 has the second one."""
    cents = _money(t, currency, "#,##0.00")
    return f"[>=1000]{_money(t, currency, '#,##0')};[<0]-{cents};{cents}"


def money_change(t: Language, currency: str, *, cents: bool = False) -> str:
    """The format of a difference of amounts, with its sign."""
    amount = _money(t, currency, "#,##0.00" if cents else "#,##0")
    return f"+{amount};−{amount};{amount}"


def _money(t: Language, currency: str, digits: str) -> str:
    before, _, after = t.money_pattern(currency).partition("{}")
    return "".join((f'"{before}"' if before else "", digits, f'"{after}"' if after else ""))


def change_format(unit: str, after: str = "") -> str:
    """The format of a difference: always with its sign, and with what it is counted in ``after`` it."""
    base = FORMATS[unit] + (f'"{after}"' if after else "")
    return f"+{base};−{base};{base}"


@dataclass(frozen=True, slots=True)
class Style:
    """The look of a cell; every field has the common case as its default."""

    size: float = 10
    bold: bool = False
    colour: str = INK
    fill: str | None = None
    format: str = "General"
    align: str | None = None
    vertical: str = "center"
    wrap: bool = False
    indent: int = 0
    rule: str | None = None
    divide: str | None = None
    """The colour of a line at its right."""
    edge: str | None = None
    """The colour of a thick line below."""
    unlocked: bool = False
    underline: bool = False
    shrink: bool = False
    """Whether what does not fit is made smaller, so that it is never cut off."""

    def apply(self, cell: Any) -> None:
        """Give an openpyxl cell this look."""
        known = _APPLIED.setdefault(cell.parent.parent, {})
        if self not in known:
            cell.font, cell.fill, cell.alignment, cell.border, cell.protection = _parts(self)
            cell.number_format = self.format
            known[self] = copy(cell._style)
        else:
            # openpyxl looks each part up among all that the workbook has, which makes up most of the time to build.
            cell._style = copy(known[self])


_APPLIED: WeakKeyDictionary[Any, dict[Style, Any]] = WeakKeyDictionary()
"""Workbook being built -> what a look came to in it."""


@cache
def _parts(style: Style) -> tuple[Any, ...]:
    # Only building needs openpyxl; a refresh does without, and starts the faster for it.
    from openpyxl.styles import Alignment, Border, Font, PatternFill, Protection, Side

    font = Font(
        name="Calibri",
        size=style.size,
        bold=style.bold,
        color=style.colour,
        underline="single" if style.underline else None,
    )
    fill = PatternFill("solid", start_color=style.fill) if style.fill else PatternFill()
    alignment = Alignment(
        horizontal=style.align,
        vertical=style.vertical,
        wrap_text=style.wrap,
        indent=style.indent,
        shrink_to_fit=style.shrink,
    )
    lines = {"bottom": style.rule, "right": style.divide}
    sides = {edge: Side("thin", color=colour) for edge, colour in lines.items() if colour}
    border = Border(**(sides | ({"bottom": Side("thick", color=style.edge)} if style.edge else {})))
    return font, fill, alignment, border, Protection(locked=not style.unlocked)


TITLE = Style(size=18, bold=True, colour=ACCENT)
HELP = Style(colour=MUTED)
HEADING = Style(bold=True, colour=MUTED, rule=FAINT, wrap=True, vertical="bottom")
HEADING_RIGHT = Style(bold=True, colour=MUTED, rule=FAINT, wrap=True, align="right", vertical="bottom")
TEXT = Style(rule=LINE)
WRAPPED = Style(rule=LINE, wrap=True)
STRONG = Style(rule=LINE, bold=True)
MUTED_TEXT = Style(rule=LINE, colour=MUTED)
LINK = Style(colour="1A528F", underline=True, rule=LINE)


@cache
def apart(look: Style) -> Style:
    """A text column that follows a column of numbers: set off from them."""
    return replace(look, align="left", indent=1)


@cache
def figure(unit: str, *, bold: bool = False, muted: bool = False) -> Style:
    """A calculated number."""
    return Style(format=FORMATS[unit], align="right", rule=LINE, bold=bold, colour=MUTED if muted else INK)


@cache
def change(unit: str) -> Style:
    """A calculated difference."""
    return Style(format=change_format(unit), align="right", rule=LINE)


@cache
def entry(unit: str, *, align: str = "right") -> Style:
    """A cell that the owner fills in."""
    return Style(format=FORMATS[unit], align=align, fill=INPUT, rule=FAINT, unlocked=True)


def fit_page(sheet: Worksheet, *, landscape: bool = True) -> None:
    """Have a sheet printed as wide as a page of A4, with its name and the number of the page below."""
    sheet.page_setup.orientation = "landscape" if landscape else "portrait"
    sheet.page_setup.paperSize = 9
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True
    sheet.page_margins.left = sheet.page_margins.right = 0.4
    sheet.page_margins.top, sheet.page_margins.bottom, sheet.page_margins.footer = 0.5, 0.6, 0.25
    sheet.oddFooter.right.text, sheet.oddFooter.left.text = "&P / &N", "&A"
