"""What Check says, by code: what is wrong, and how to fix it. English msgids, one sentence each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from kpixl.errors import N_

Severity = Literal["error", "warning", "note"]


@dataclass(frozen=True, slots=True)
class Sentence:
    """How one code reads. ``harmless`` is what is wrong where no figure depends on it: the error is a warning then."""

    severity: Severity
    text: str
    mend: str
    harmless: str = ""


_RETYPE_NUMBER = N_("Type the number again, digits only, and check that it moves to the right of the cell.")
_CLEAR_SPACES = N_("Select the cell and press Delete.")

SENTENCES: dict[str, Sentence] = {
    # Single cells of the entry tables.
    "date_as_text": Sentence(
        "error",
        N_("“{got}” is text, not a date, so this row does not count."),
        N_("Type the date again as {meant}, and check that it moves to the right of the cell."),
        harmless=N_("“{got}” is text, not a date."),
    ),
    "text_for_date": Sentence(
        "error",
        N_("“{got}” is text, not a date, so this row does not count."),
        N_("Type the date again, for example {example}, and check that it moves to the right of the cell."),
        harmless=N_("“{got}” is text, not a date."),
    ),
    "number_as_text": Sentence(
        "error",
        N_("“{got}” is text, not a number, so this row does not count."),
        N_("Type {meant} again, digits only, and check that it moves to the right of the cell."),
        harmless=N_("“{got}” is text, not a number."),
    ),
    "other_currency": Sentence(
        "error",
        N_("“{got}” is in another currency ({other}) than the workbook ({currency}), and text, so it does not count."),
        N_("Type what it comes to in {currency}, digits only."),
        harmless=N_("“{got}” is in another currency ({other}) than the workbook ({currency})."),
    ),
    "shown_in_currency": Sentence(
        "warning",
        N_("This cell shows {got}, and counts as {currency}."),
        N_("If it is in {other}, type what it comes to in {currency}; otherwise give it the format of the cell above."),
    ),
    "text_for_number": Sentence(
        "error",
        N_("“{got}” is text, not a number, so this row does not count."),
        _RETYPE_NUMBER,
        harmless=N_("“{got}” is text, not a number."),
    ),
    "truth_for_date": Sentence(
        "error",
        N_("{got} is not a date, so this row does not count."),
        N_("Type the date, for example {example}, or clear the cell."),
        harmless=N_("{got} is not a date."),
    ),
    "truth_for_number": Sentence(
        "error",
        N_("{got} is not a number, so this row does not count."),
        N_("Type the number, or clear the cell."),
        harmless=N_("{got} is not a number."),
    ),
    "spaces_only": Sentence(
        "error",
        N_("This cell looks empty but holds spaces, which Excel takes for text, so this row does not count."),
        _CLEAR_SPACES,
        harmless=N_("This cell looks empty but holds spaces, which Excel takes for text."),
    ),
    "excel_error": Sentence(
        "error",
        N_("This cell shows the Excel error {got}, so figures that need it leave this row out."),
        N_("Correct the formula in this cell, or type the value instead."),
        harmless=N_("This cell shows the Excel error {got}."),
    ),
    "formula_unsaved": Sentence(
        "error",
        N_("The formula in this cell has no saved value, so this row does not count."),
        N_("Open the workbook in Excel and save it, which computes the value."),
    ),
    "error_in_sum": Sentence(
        "error",
        N_("This cell shows the Excel error {got}, and is added up with others, so these have no value: {lost}."),
        N_("Correct the formula in this cell, or type the value instead."),
    ),
    "too_small": Sentence(
        "error",
        N_("{got} is less than {limit}, the lowest that {heading} can be."),
        N_("Correct the number, or clear the cell."),
        harmless=N_("{got} is less than {limit}, the lowest that {heading} should be."),
    ),
    "too_large": Sentence(
        "error",
        N_("{got} is more than {limit}, the highest that {heading} can be."),
        N_("Correct the number, or clear the cell."),
        harmless=N_("{got} is more than {limit}, the highest that {heading} should be."),
    ),
    "number_for_date": Sentence(
        "error",
        N_("The number {got} is not a date, so this row does not count."),
        N_("Type the date again, for example {example}."),
        harmless=N_("The number {got} is not a date."),
    ),
    "date_unlikely": Sentence(
        "warning",
        N_("{got} is an unlikely date for the period {period}."),
        N_("Check the year, and type the date again if it is wrong."),
    ),
    "required_blank": Sentence(
        "error",
        N_("{heading} is empty in a row that is otherwise filled in, so figures that need it leave this row out."),
        N_("Fill in {heading}, or clear the whole row."),
        harmless=N_("{heading} is empty in a row that is otherwise filled in."),
    ),
    "row_misfit": Sentence(
        "error",
        N_("Cells of this row do not go with their columns ({cells}), so it does not count."),
        N_("Something was pasted over the row: type it again, or clear the whole row."),
        harmless=N_("Cells of this row do not go with their columns ({cells})."),
    ),
    # Dates of a row against each other and against the period.
    "backwards": Sentence(
        "error",
        N_("{heading} ({until}) is before {since_heading} ({since}), which spoils the figures from this row."),
        N_("Correct whichever of the two dates is wrong."),
        harmless=N_("{heading} ({until}) is before {since_heading} ({since})."),
    ),
    "earlier": Sentence(
        "warning",
        N_("{heading} ({until}) is before {since_heading} ({since})."),
        N_("Correct whichever of the two dates is wrong."),
    ),
    "part_over_total": Sentence(
        "error",
        N_("{heading} is {got}, more than {total_heading} ({total}), which spoils the figures from this row."),
        N_("Correct whichever of the two numbers is wrong."),
        harmless=N_("{heading} is {got}, more than {total_heading} ({total})."),
    ),
    "amount_negative": Sentence(
        "warning",
        N_("{heading} is {got}, less than 0, so it is taken off the other expenses."),
        N_("Type it without the minus sign, unless the money came back to you."),
    ),
    "calculated_differs": Sentence(
        "warning",
        N_("{heading} holds {got} here, though {expected} follows from {since_heading} and {until_heading}."),
        N_("Clear the cell and copy the formula from the cell above, unless you mean {got}."),
    ),
    "calculated_missing": Sentence(
        "error",
        N_("{heading} is empty, though {expected} follows from {since_heading} and {until_heading}."),
        N_("Copy the formula from the cell above; without it the row does not count."),
    ),
    "hidden_changed": Sentence(
        "error",
        N_("The hidden column {heading} does not hold its formula here, so the figures from this row are wrong."),
        N_("Unhide the column {heading}, and copy its formula from another row."),
        harmless=N_("The hidden column {heading} does not hold its formula here."),
    ),
    "outside_period": Sentence(
        "note",
        N_("Rows that are dated outside {period} and do not count: {count} (first: {first})."),
        N_("Nothing to do if they belong to another period; otherwise correct their {heading}."),
    ),
    "still_to_come": Sentence(
        "note",
        N_(
            "Rows whose {heading} is a day that is still to come, before which they do not count: {count} "
            "(first: {first})."
        ),
        N_("Nothing to do if the day is right; otherwise correct it."),
    ),
    "half_answered": Sentence(
        "note",
        N_("Answers without {heading}, which count for what they do answer alone: {count} (first: {first})."),
        N_("Nothing to do if it was left open; otherwise type it."),
    ),
    "closed_period": Sentence(
        "warning",
        N_("Rows that are dated in a closed period, whose figures do not count them: {count} (first: {first})."),
        N_(
            "Type them into that period's own workbook and restate it (“kpixl refresh OLD --restate PERIOD --into "
            "THIS”), or correct their {heading}."
        ),
    ),
    "closed_smaller": Sentence(
        "warning",
        N_(
            "The rows that are dated in {period} come to more than its closed figures: {measure} is {got}, and "
            "{closed} in Past periods."
        ),
        N_(
            "Type what is new into that period's own workbook and restate it (“kpixl refresh OLD --restate PERIOD "
            "--into THIS”), or correct its {heading}."
        ),
    ),
    # Names and codes.
    "overlap": Sentence(
        "error",
        N_("“{got}” stands in two rows at the same time, here and in {other}."),
        N_("Give the earlier row its end date, or clear the row that is there by mistake."),
    ),
    "duplicate": Sentence(
        "error",
        N_("“{got}” stands in more than one row (rows: {count}; the first is {first}), so it counts more than once."),
        N_("Give each row a code of its own, or clear the rows that are there by mistake."),
    ),
    "name_again": Sentence(
        "warning",
        N_("“{got}” stands in more than one row (rows: {count}; the first is {first}), and each of them counts."),
        N_("Clear the rows that are there by mistake."),
    ),
    "listed_again": Sentence(
        "note",
        N_("“{got}” stands in more than one row (rows: {count}; the first is {first}), but counts once."),
        N_("Nothing to do, unless one of the rows is there by mistake: then clear it."),
    ),
    "same_number": Sentence(
        "warning",
        N_("“{got}” and “{other}” (in {first}) are the same number to Excel, which may mix up the two rows."),
        N_("Write one of the codes differently, for example with a letter in front."),
    ),
    "unknown_name": Sentence(
        "warning",
        N_("“{got}” is not in {target} (rows with it: {count})."),
        N_("Pick the name from the list in the cell, or add it to {target}."),
    ),
    "misspelt_name": Sentence(
        "warning",
        N_("“{got}” is not in {target}, but “{near}” is (rows with it: {count})."),
        N_("If “{near}” is meant, pick it from the list in the cell; otherwise add “{got}” to {target}."),
    ),
    "spaces_in_name": Sentence(
        "warning",
        N_("“{got}” differs from “{near}” in {target} by spaces alone, so Excel tells the two apart (rows: {count})."),
        N_("Pick the name from the list in the cell, so that it is written alike everywhere."),
    ),
    "names_unlisted": Sentence(
        "warning",
        N_("{target} has no rows, so the names in {heading} cannot be compared with it (different names: {count})."),
        N_("Add each name to {target}, one row each."),
    ),
    "row_again": Sentence(
        "warning",
        N_("This row says the same as another (rows: {count}; the first is {first}), and each of them counts."),
        N_("Clear the rows that are there by mistake."),
    ),
    "two_spellings": Sentence(
        "warning",
        N_("“{got}” and “{other}” (in {first}) look like one name in two spellings, and count as two."),
        N_("If they are one, write the name alike in every row, on the other sheets, too."),
    ),
    "left_before": Sentence(
        "warning",
        N_("“{got}” left on {until} according to {target}, but this row is dated {when}."),
        N_("Correct the name or the date, or the end in {target}; nothing to do if the row is right."),
    ),
    "won_unlisted": Sentence(
        "warning",
        N_("“{got}” has {day} under {date_heading}, but is not in {target}."),
        N_("Add “{got}” to {target}, or correct the spelling on one of the two sheets."),
    ),
    # What is possible, and hardly true.
    "amount_high": Sentence(
        "warning",
        N_("{got} is far more than is usual here ({usual})."),
        N_("Check the zeros and the decimal sign; nothing to do if the amount is right."),
    ),
    "amount_low": Sentence(
        "warning",
        N_("{got} is far less than is usual here ({usual})."),
        N_("Check the zeros and the decimal sign; nothing to do if the amount is right."),
    ),
    "hours_over_day": Sentence(
        "warning",
        N_("“{got}” has {hours} on {day}, more than a day has."),
        N_("Correct the hours or the dates of these rows; nothing to do if a row stands for a week."),
    ),
    "time_of_day": Sentence(
        "warning",
        N_("{clock} is a time of day; as hours it counts as {got}."),
        N_("Type {meant} if so many hours are meant; otherwise there is nothing to do."),
    ),
    "date_swapped": Sentence(
        "warning",
        N_("{got} is outside {period}; with day and month changed over it would be in it."),
        N_("Type {meant} if that is meant; otherwise there is nothing to do."),
    ),
    "date_ahead": Sentence(
        "warning",
        N_("{got} is long after {period}."),
        N_("Check the date, and type it again if it is wrong."),
    ),
    # Choices.
    "choice_unknown": Sentence(
        "error",
        N_("“{got}” is not one of: {allowed}; it does not count as any of them (rows with it: {count})."),
        N_("Pick the right word from the list in the cell."),
        harmless=N_("“{got}” is not one of: {allowed} (rows with it: {count})."),
    ),
    "choice_meant": Sentence(
        "error",
        N_("“{got}” is not one of: {allowed}; it does not count as any of them (rows with it: {count})."),
        N_("Pick “{near}” from the list in the cell if that is meant; otherwise pick another word."),
        harmless=N_("“{got}” is not one of: {allowed} (rows with it: {count})."),
    ),
    "resolved_undated": Sentence(
        "error",
        N_("{status} says “{got}”, but {heading} is empty, so the complaint counts as outstanding."),
        N_("Fill in {heading}, or correct {status}."),
        harmless=N_("{status} says “{got}”, but {heading} is empty."),
    ),
    "resolved_open": Sentence(
        "warning",
        N_("{heading} says “{got}”, although {date_heading} holds a date."),
        N_("Correct {heading}, or clear the date."),
    ),
    "won_unsaid": Sentence(
        "warning",
        N_("{heading} is empty, although {date_heading} holds a date, so the row counts for neither."),
        N_("Fill in {heading}."),
    ),
    "start_missing": Sentence(
        "warning",
        N_("{until_heading} holds a date, but {heading} is empty, so it does not count."),
        N_("Fill in {heading}."),
    ),
    "own_reference": Sentence(
        "warning",
        N_("“{got}” stands under {heading} in its own row."),
        N_("Correct {heading}, or clear it."),
    ),
    "session_ahead": Sentence(
        "note",
        N_("{heading} says “{got}”, but the session is dated after {period}."),
        N_("Correct the date, or clear {heading} until the session has taken place."),
    ),
    "held_ahead": Sentence(
        "note",
        N_("{heading} says “{got}”, but the day is still to come, so it does not count before."),
        N_("Correct the date, or clear {heading} until the session has taken place."),
    ),
    # Languages.
    "no_language": Sentence(
        "warning",
        N_("Rows without a language are left out of: {lost} (rows: {count}; this is the first)."),
        N_("Fill in {heading} in each of them, also where it is the house language."),
    ),
    "answer_without_language": Sentence(
        "warning",
        N_(
            "Answers without a language, from clients without one in {target}, are left out of: {lost}"
            " (rows: {count}; this is the first)."
        ),
        N_("Fill in {heading} in each of them, or the language of the client in {target}."),
    ),
    "near_house_language": Sentence(
        "warning",
        N_("“{got}” is not the same as “{near}”, so it counts as another language (rows with it: {count})."),
        N_("If “{near}” is meant, write it like that in each of them; otherwise there is nothing to do."),
    ),
    # Tables and columns.
    "table_gone": Sentence(
        "error",
        N_("The table {title} is gone, so these have no value: {lost}."),
        N_("Restore the table from the backup, or type the totals in Totals."),
    ),
    "table_unneeded": Sentence(
        "note",
        N_("The table {title} is gone; no figure needs it."),
        N_("Nothing to do, unless you miss it: then restore it from the backup."),
    ),
    "sheet_unread": Sentence(
        "note",
        N_("The sheet {sheet} is not read any more: the pack of this workbook has no such table now."),
        N_("Nothing to do: its rows stay as they are. Delete the sheet once you need them no longer."),
    ),
    "rows_below": Sentence(
        "error",
        N_("Rows outside of the table of {title} do not count: {count} ({cells})."),
        N_("“kpixl check FILE --fix” takes them into the table; or cut them and paste them right below its last row."),
    ),
    "linked_left": Sentence(
        "warning",
        N_("This row is not taken into {title}: “{got}” {reason}."),
        N_("Put it right here; it comes in with the next refresh."),
    ),
    "linked_doubt": Sentence(
        "warning",
        N_("What fills {title} from here may not be what you think: {note}"),
        N_("Look at it with “kpixl link FILE SHEET {table} --show”, and link the sheet again with what is right."),
    ),
    "linked_totals": Sentence(
        "note",
        N_("Lines that add others up are not taken into {title}: {count}."),
        N_("Nothing to do, unless one of them is none."),
    ),
    "linked_passed": Sentence(
        "note",
        N_("Rows that are not of {title} (headings of groups, rows of other kinds) are not taken: {count}."),
        N_("Nothing to do, unless you miss a row in {title}."),
    ),
    "linked_changed": Sentence(
        "warning",
        N_("Row {line} of {linked}, which fills this table, says something else; what stands here counts."),
        N_("Change it in {linked} as well; or delete it here, and it comes back with the next refresh as it is there."),
    ),
    "linked_gone": Sentence(
        "warning",
        N_("The sheet {linked}, which fills {title}, is not there any more; the rows taken last stay."),
        N_("Run “kpixl link FILE SHEET {table}” with its new name, or end it with “kpixl link FILE SHEET --remove”."),
    ),
    "linked_unread": Sentence(
        "warning",
        N_("No rows could be taken from here into {title}: {reason} The rows taken last stay."),
        N_("Put its headings right, or say which columns with “kpixl link FILE SHEET {table} --map FIELD=COLUMN”."),
    ),
    "column_gone": Sentence(
        "error",
        N_("The column {heading} of {title} is gone, so these have no value: {lost}."),
        N_("Restore the column from the backup, or type the totals in Totals."),
    ),
    "column_unneeded": Sentence(
        "note",
        N_("The column {heading} of {title} is gone; no figure needs it."),
        N_("Nothing to do, unless you miss it: then restore it from the backup."),
    ),
    "table_empty": Sentence(
        "note",
        N_("There are no rows in {title}, so these have no value: {lost}."),
        N_("Fill in {title}, or type the totals in Totals."),
    ),
    "not_entered": Sentence(
        "note",
        N_("Nothing of this period is entered in {title}, so these wait for it: {lost}."),
        N_("Fill in {title}, type the totals in Totals, or type an x in {where} if there was nothing."),
    ),
    "nothing_spent": Sentence(
        "note",
        N_("{kpi} is {got}, since no row of {title} counts for {measure} in this period."),
        N_("Enter what is missing; if there was nothing, type 0 for {measure} in Totals."),
    ),
    "nothing_of_another_period": Sentence(
        "error",
        N_("{where} of {title} says that there is nothing to enter, but “Totals for” on Totals names another period."),
        N_("Clear this cell, or type {day} beside “Totals for” if it is true of this period, too."),
    ),
    "no_outcomes": Sentence(
        "warning",
        N_("“{heading}” is blank in all rows of {title}, so these wait for it: {lost}."),
        N_("Fill in the column; if there really was none, type 0 as the total in Totals."),
    ),
    "table_empty_zero": Sentence(
        "note",
        N_("There are no rows in {title}, so it counts as 0 in: {lost}."),
        N_("Fill in {title}, or type the totals in Totals."),
    ),
    "slow_table": Sentence(
        "warning",
        N_("{title} has {count} rows, and Excel looks through all of them for each, so it needs long to recalculate."),
        N_("Move the rows of past years to another workbook, or type the totals in Totals and clear the rows."),
    ),
    "one_client": Sentence(
        "warning",
        N_("“{got}” gave {count} of the {total} survey answers of the period, so one client weighs heavily in them."),
        N_("Ask the other clients, too, or read the score with that in mind."),
    ),
    # Settings, thresholds, targets, typed totals.
    "setting_wrong": Sentence(
        "error",
        N_("“{got}” is not a number, so {label} is taken as {used}."),
        N_("Type a number from {minimum} to {maximum}, or clear the cell."),
    ),
    "setting_out_of_range": Sentence(
        "error",
        N_("{label} is {got}, but it has to be from {minimum} to {maximum}."),
        N_("Type a number from {minimum} to {maximum}, or clear the cell to have {used}."),
    ),
    "date_setting_wrong": Sentence(
        "warning",
        N_("“{got}” is not a date, so {label} is taken as today."),
        N_("Type a date, or clear the cell."),
    ),
    "entered_until_late": Sentence(
        "warning",
        N_("The period is over, but entries are complete only up to {got}, so what builds up is still forecast."),
        N_("Type the last day of the period, or clear the cell."),
    ),
    "entered_until_early": Sentence(
        "error",
        N_("{label} is {got}, before {period} begins, so nothing of it is judged."),
        N_("Type the last day whose entries are complete, or clear the cell."),
    ),
    "entered_until_ahead": Sentence(
        "error",
        N_("{label} is {got}, which is still to come, so what is not done until then counts as missed."),
        N_("Type the last day whose entries are complete, or clear the cell."),
    ),
    "rate_wrong": Sentence(
        "error",
        N_("“{got}” is not a number above 0, so it is not used as the price of a US dollar."),
        N_("Type how much of {currency} a US dollar costs, or clear the cell."),
    ),
    "rate_missing": Sentence(
        "note",
        N_("The price of a US dollar is missing, so no benchmark is there for: {lost}."),
        N_("Type how much of {currency} a US dollar costs, or thresholds of your own."),
    ),
    "late_days_unlike": Sentence(
        "note",
        N_("Nine of ten of your outcomes ({count} in all) came within {proposed} days; a month is final after {used}."),
        N_("Type {proposed} in Settings, or leave it as it is."),
    ),
    "no_targets": Sentence(
        "note",
        N_("There are figures, but neither a target nor a closed period to hold them against: {lost}."),
        N_("Type targets on KPIs, for example {offered}."),
    ),
    "totals_of_another_period": Sentence(
        "error",
        N_(
            "The totals typed on this sheet ({count}; the first in {first}) are said to be for {got}, "
            "so they are left out."
        ),
        N_("Clear them, or type the new ones; then type {day} in this cell."),
    ),
    "totals_of_no_period": Sentence(
        "error",
        N_("Nothing says of which period the totals typed on this sheet are ({count}; the first in {first})."),
        N_("If they are of the period of this workbook, type {day} in this cell."),
    ),
    "house_language_unused": Sentence(
        "warning",
        N_("“{got}” is the house language, but no row has it, so every row with a language counts as another one."),
        N_("Type the house language as it is written in the rows; nothing to do if you only work in others."),
    ),
    "house_language_misspelt": Sentence(
        "warning",
        N_("“{got}” is the house language, but no row has it, while there is “{near}” in the rows."),
        N_("Type “{near}” here if that is the house language."),
    ),
    "pick_unknown": Sentence(
        "warning",
        N_("“{got}” is not one of: {allowed}; {kpi} goes by “{used}” instead."),
        N_("Pick one from the list in the cell, or clear the cell."),
    ),
    "past_missing": Sentence(
        "note",
        N_(
            "{kpi} goes by “{window}”, which takes the figures of {total} closed periods, but Past periods has {count}."
        ),
        N_("Wait until as many periods are closed, type the totals in Totals, or choose another window."),
    ),
    "past_twice": Sentence(
        "error",
        N_("{got} stands in Past periods more than once (lines that come again: {count}; this is the first)."),
        N_("Clear the lines that are there by mistake: each period has one line for each figure."),
    ),
    "past_gap": Sentence(
        "warning",
        N_("Past periods leaves out: {periods}. Spans that reach over it have no value, and the trend has a gap."),
        N_("Restate it from its own workbook (“kpixl refresh OLD --restate PERIOD --into THIS”), or type its lines."),
    ),
    "rows_short": Sentence(
        "warning",
        N_("{kpi} goes by “{window}”, but {title} begins only on {first}, so what was before is missing from it."),
        N_("Enter or import the earlier rows, or choose another window."),
    ),
    "window_short": Sentence(
        "note",
        N_("{kpi} goes by “{window}”, which is shorter than the period, so it has no value."),
        N_("Choose another window, or type the totals in Totals."),
    ),
    "threshold_wrong": Sentence(
        "error",
        N_("“{got}” is not a number, so this threshold of {kpi} is passed over."),
        N_("Type a number, or clear the cell to have the published threshold."),
    ),
    "threshold_emptied": Sentence(
        "error",
        N_("The published threshold for “{level}” of {kpi} is gone; without one of your own it is never reached."),
        N_("Type {value} there again, or a threshold of your own beside it."),
    ),
    "threshold_order": Sentence(
        "warning",
        N_(
            "In {kpi}, the threshold for “{higher}” ({higher_value}) is easier to reach than that for “{lower}”"
            " ({lower_value})."
        ),
        N_("Correct one of the two thresholds, or clear your own to have the published ones."),
    ),
    "target_wrong": Sentence(
        "error",
        N_("“{got}” is not a number, so {kpi} has no target."),
        N_("Type a number, or clear the cell."),
    ),
    "beyond_whole": Sentence(
        "warning",
        N_("{got} is out of reach, since {kpi} is a share of a whole."),
        N_("Type a percentage between 0 and 100, or clear the cell."),
    ),
    "below_least": Sentence(
        "warning",
        N_("{got} is out of reach, since {kpi} is never below {bound}."),
        N_("Type a number from {bound} on, or clear the cell."),
    ),
    "above_most": Sentence(
        "warning",
        N_("{got} is out of reach, since {kpi} is never above {bound}."),
        N_("Type a number up to {bound}, or clear the cell."),
    ),
    "typed_wrong": Sentence(
        "error",
        N_("“{got}” is not a number, so the typed total for “{measure}” is passed over."),
        N_("Type a number, or clear the cell to count the rows."),
    ),
    "typed_minus": Sentence(
        "warning",
        N_("The typed total for “{measure}” is {got}, less than 0, so it counts as money that came back."),
        N_("Type it without the minus sign, unless the money came back to you."),
    ),
    "typed_negative": Sentence(
        "error",
        N_("The typed total for “{measure}” is {got}, but it cannot be less than 0."),
        N_("Type the right total, or clear the cell to count the rows."),
    ),
    "typed_fraction": Sentence(
        "warning",
        N_("The typed total for “{measure}” is {got}, but only whole numbers make sense here."),
        N_("Type a whole number, or clear the cell to count the rows."),
    ),
    "typed_over_rows": Sentence(
        "note",
        N_("The typed total {got} for “{measure}” is used instead of {log} from the rows."),
        N_("Nothing to do if that is meant; otherwise clear the cell to count the rows."),
    ),
    "typed_elsewhere": Sentence(
        "warning",
        N_("“{measure}” is typed here, but these go by another span, “{other}”: {lost}."),
        N_("Type the total in {cells}, and clear this cell."),
    ),
    "typed_half": Sentence(
        "warning",
        N_("In {kpi}, some totals are typed, but there are no rows to count for: {missing}."),
        N_("Type these totals, too, or clear the typed ones and fill in the rows."),
    ),
    # Own KPIs.
    "own_text": Sentence(
        "error",
        N_("“{got}” is text, not a formula, so {kpi} has no value."),
        N_("Type the formula with = in front, over names from Totals such as {known}."),
    ),
    "own_unread": Sentence(
        "note",
        N_("kpixl cannot compute “{got}” itself, so {kpi} has the value that Excel saved last."),
        N_("Nothing to do, or use only + - * / ( ) and names from Totals such as {known}."),
    ),
    "own_no_number": Sentence(
        "error",
        N_("“{got}” gives no number, so {kpi} has no value."),
        N_("Correct the formula: use + - * / ( ) and names from Totals such as {known}."),
    ),
    "own_nameless": Sentence(
        "warning",
        N_("This KPI of your own has no name, so it is not shown."),
        N_("Type a name, or clear the formula in {cell}."),
    ),
    "own_empty": Sentence(
        "warning",
        N_("{kpi} has no formula, so it has no value."),
        N_("Type a formula over names from Totals such as {known}, or clear the name in {cell}."),
    ),
    "own_threshold_wrong": Sentence(
        "error",
        N_("“{got}” is not a number, so this threshold of {kpi} is passed over."),
        N_("Type a number, or clear the cell."),
    ),
    "own_threshold_order": Sentence(
        "warning",
        N_(
            "In {kpi}, the threshold for “{higher}” ({higher_value}) is easier to reach than that for “{lower}”"
            " ({lower_value})."
        ),
        N_("Correct one of the two thresholds."),
    ),
    # Figures against each other.
    "part_over_whole": Sentence(
        "error",
        N_("{kpi} comes to {got}, because “{part}” cannot be more than “{whole}” ({figures})."),
        N_("Correct whichever of the two is wrong."),
    ),
    "impossible": Sentence(
        "error",
        N_("{kpi} comes to {got}, which cannot be: its figures contradict each other ({figures})."),
        N_("Check these figures against each other, and correct the wrong one."),
    ),
    "more_than_whole": Sentence(
        "error",
        N_("A part is more than the whole, so that these KPIs are not judged: {kpis} ({figures})."),
        N_("Correct whichever of them is wrong."),
    ),
    "score_impossible": Sentence(
        "error",
        N_("{kpi} counts more answers for and against than there are answers ({figures})."),
        N_("Check these figures against each other, and correct the wrong one."),
    ),
    "alert": Sentence(
        "warning",
        N_("{kpi} is {got}. {alert}"),
        N_("Check the figures behind it ({figures}) first; if they are right, act on it."),
    ),
    "more": Sentence(
        "note",
        N_("{heading}: {count} more like the {reported} reported."),
        N_("Fix those first: the rest often have the same cause."),
    ),
}
