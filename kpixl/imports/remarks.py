"""What was found out about a file while it was read, for the owner to see. Decides nothing."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from kpixl.errors import N_, Phrase

DAY_FIRST, MONTH_FIRST = N_("day/month/year"), N_("month/day/year")
COMMA, POINT = N_("decimal comma"), N_("decimal point")

_TEMPLATES = {
    "product": N_("Read as an export of {product}: {report}."),
    "sheet": N_("Read from the sheet “{sheet}”."),
    "encoding": N_("Letters read as {encoding}."),
    "delimiter": N_("Cells told apart by “{delimiter}”."),
    "headings": N_("Headings found in line {line}."),
    "dates": N_("“{column}”: dates read as {order}."),
    "dates_assumed": N_(
        "“{column}”: dates read as {order}, by the language of the workbook; no date in the file tells."
    ),
    "dates_hinted": N_(
        "“{column}”: dates read as {order}, as usual where “;” tells cells apart; no date in the file tells."
    ),
    "dates_mixed": N_(
        "“{column}” holds both day/month/year and month/day/year; dates that could be either are left out."
    ),
    "numbers": N_("“{column}”: numbers read with a {sign}."),
    "numbers_assumed": N_(
        "“{column}”: numbers read with a {sign}, by the language of the workbook; no number in the file tells."
    ),
    "numbers_hinted": N_(
        "“{column}”: numbers read with a {sign}, as usual where “;” tells cells apart; no number in the file tells."
    ),
    "numbers_mixed": N_(
        "“{column}” holds both decimal commas and decimal points; numbers that could be either are left out."
    ),
    "zone": N_("“{column}”: times with a time zone that were moved to {zone}: {count}."),
    "twofold": N_(
        "“{column}”: times in the hour that comes twice when the clocks go back, so that durations may be an hour "
        "off: {count}."
    ),
    "currency": N_("“{column}”: the amounts carry “{mark}”; they are taken as they are."),
    "passed_over": N_("Rows passed over (totals, headings of groups, rows of other kinds): {count}."),
    "earlier": N_("Rows of earlier periods, which no longer count and were passed over: {count}."),
    "formulas": N_("“{field}”: cells with a formula of yours, which were left as they are: {count}."),
    "ambiguous": N_(
        "More than one column could fill “{field}”: {columns}; say which with --map {id}=COLUMN."
    ),
    "default": N_("“{field}”: rows without a word that kpixl knows, which got “{value}”: {count}."),
}  # fmt: skip
LOCAL_ZONE = N_("the time of this computer")


@dataclass(frozen=True)
class Note:
    """One thing about how the file was read: a code that is stable for machines, and what it speaks of."""

    code: str
    values: Mapping[str, object] = field(default_factory=dict)

    def text(self, translate: Callable[[str], str] = str) -> str:
        """One sentence in the language of ``translate`` (gettext); English without it."""
        return Phrase(_TEMPLATES[self.code], **self.values).text(translate)

    def __str__(self) -> str:
        return self.text()
