"""What was found out about a file while it was read, for the owner to see. Decides nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from kpixl.errors import N_
from kpixl.message import Message, Translate

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
    "dates_said": N_("“{column}”: dates read as {order}, as you said."),
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
    "sides": N_("“{column}”: amounts with {plus} count ({added}), those with {minus} are taken off ({off})."),
    "sides_off": N_(
        "“{column}”: amounts with {plus} count ({added}), those with {minus} are taken off ({off}); if it should be "
        "the other way round, change the signs in the file."
    ),
    "further": N_(
        "Rows that are like ones that are there but for their “{column}”, which were taken as further ones: {count}."
    ),
    "hidden_rows": N_(
        "Rows that are hidden on that sheet, by a filter or by hand, which were taken as well: {count}. If they should "
        "not count, delete them there or choose with --only."
    ),
    "other_sheets": N_(
        "Other sheets of the file hold such rows, too, and were not taken: {sheets}. Take each with --sheet NAME."
    ),
    "passed_over": N_("Rows passed over (totals, headings of groups, rows of other kinds): {count}."),
    "earlier": N_("Rows of earlier periods, which are not taken into the sheet: {count}."),
    "formulas": N_("“{field}”: cells with a formula of yours, which were left as they are: {count}."),
    "ambiguous": N_(
        "More than one column could fill “{field}”: {columns}; say which with --map {pair}."
    ),
    "only": N_("Only rows whose “{column}” is {values}: {count}; others: {others}."),
    "except": N_("No rows whose “{column}” is {values}: {others}; the rest: {count}."),
    "no_such_value": N_("“{column}”: no row holds {values}; it holds: {there}."),
    "other_currency": N_(
        "“{column}”: rows in another currency than the workbook ({own}), which were left out, with their sums: "
        "{values}. To take them as they are: {command}; a column with the amounts in {own}: "
        "--map {pair}."
    ),
    "currency_chosen": N_("“{column}”: amounts in {values} are taken as they are, though the workbook is in {own}."),
    "held_back": N_(
        "“{column}” holds {values}. Rows with {out} were left out: {count}. To choose otherwise: "
        "{command}, or {every} for all of them."
    ),
    "unweighed": N_(
        "“{column}” is not used and seems to say which rows count; all do now. It holds {values}. To choose: "
        "{command}, or {every} for all of them."
    ),
    "turned": N_(
        "“{column}” says of rows that their amount went back ({values}), and no such amount has a minus; they were "
        "taken off: {count}."
    ),
    "unanswered": N_(
        "No column fills {fields}, so these rows answer nothing; say which column does with --map {pair}."
    ),
    "lacking": N_(
        "The export has no column “{column}”, by which {product} says which rows count and how much; please check "
        "the figures, or export it with that column."
    ),
    "not_used": N_("“{column}” is not used; it holds {values}."),
    "other_kinds": N_(
        "“{column}”: rows that are not known to be of this table were passed over: {values}. To take them: {command}."
    ),
    "totals": N_("Lines that add others up, which were passed over: {count} (line {lines})."),
    "headings_again": N_("Lines that repeat the headings, which were passed over: {count}."),
    "other_table": N_(
        "From line {line} on there are other headings; what stands below them is another table, and was passed over, "
        "in lines: {count}."
    ),
    "half_converted": N_(
        "“{column}”: dates in which another Excel had taken the month for the day were put right: {count}. No real "
        "date has a day above 12, and all that stayed texts have."
    ),
    "own_day": N_("“{column}” says yes or no: a yes was taken for the row’s own day."),
    "hours_of": N_("“{column}”: read as {unit}."),
    "reckoned": N_(
        "“{column}” says how long it took; “{until}” was reckoned from “{since}” by that: {count}."
    ),
    "days_of": N_("“{column}”: a day in a duration was taken for 24 hours."),
    "off_scale": N_(
        "“{column}”: answers beyond the scale up to {maximum}: {count}. The column is on another scale and was left "
        "out; choose another one, or say what its values stand for with --value."
    ),
    "low_scale": N_(
        "“{column}”: none of {count} answers is above {highest} of {maximum}; this may not be a question from 0 to "
        "{maximum}."
    ),
    "derived": N_("“{field}” counts where “{column}” says yes."),
    "derived_no": N_("“{field}” is no where “{column}” says so, else yes."),
    "no_outcome": N_("No row says anything of “{field}”, so nothing is known about it."),
    "one_outcome": N_("“{field}” is {value} in every row; please check that the right column was taken."),
    "same_outcome": N_("“{field}” is {value} in every row."),
    "never_ends": N_("No row has “{field}”."),
    "no_times": N_(
        "“{column}” has days without a time of day, so the hours of these rows cannot be worked out: {count}. The days "
        "are kept."
    ),
    "clock_change": N_(
        "“{column}”: rows between whose moments the clocks change, so that their hours may be an hour off: {count}."
    ),
    "clock_moved": N_(
        "“{column}”: rows during which the clocks changed: {count}. This moment was moved by as much, so that their "
        "hours are those that passed."
    ),
    "respelled": N_("“{field}”: names written as the workbook, or most rows, have them: {names}."),
    "misfits": N_("“{column}”: cells that do not fit and were left blank: {count} ({cells}); such a cell {reason}."),
    "left_out": N_("Nothing fills “{field}”, as you said."),
    "default": N_("“{field}”: rows without a word that kpixl knows, which got “{value}”: {count}."),
}  # fmt: skip
DOUBTFUL = frozenset(
    {"no_such_value", "other_currency", "currency_chosen", "held_back", "unweighed", "misfits", "dates_mixed",
     "numbers_mixed", "ambiguous", "half_converted", "off_scale", "low_scale", "no_outcome", "one_outcome", "no_times",
     "other_kinds", "unanswered", "sides_off", "hidden_rows", "other_sheets", "days_of", "clock_change",
     "lacking", "other_table"}
)  # fmt: skip
"""Remarks by which rows or their meaning may not be what the owner thinks: somebody has to look."""
MINUTES, SECONDS = N_("minutes"), N_("seconds")
LOCAL_ZONE = N_("the time of this computer")


@dataclass(frozen=True)
class Note:
    """One thing about how the file was read: a code that is stable for machines, and what it speaks of."""

    code: str
    values: Mapping[str, object] = field(default_factory=dict)

    @property
    def doubtful(self) -> bool:
        """Whether somebody has to look: rows or their meaning may not be what the owner thinks."""
        return self.code in DOUBTFUL

    @property
    def message(self) -> Message:
        """One sentence."""
        return Message(self.code, _TEMPLATES[self.code], self.values)

    def text(self, t: Translate = str, /) -> str:
        """The sentence in the language of ``t``; English without it."""
        return self.message.text(t)

    def __str__(self) -> str:
        return self.text()
