"""What Check says of the cells that an owner fills one by one, and of figures. English msgids, one sentence each."""

from __future__ import annotations

from kpixl.check.sentence import Sentence
from kpixl.errors import N_

OF_INPUTS: dict[str, Sentence] = {
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
    "typed_wrong": Sentence(
        "error",
        N_("“{got}” is not a number, so the typed total for “{measure}” is passed over."),
        N_("Type a number, or clear the cell to count the rows."),
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
        N_("{kpi} comes to {got}, which no share of a whole can be ({figures})."),
        N_("Check these figures against each other, and correct the wrong one."),
    ),
    "score_impossible": Sentence(
        "error",
        N_("{kpi} comes to {got}, but it is always from -100 to 100 ({figures})."),
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
        N_("Mend those first: the rest often have the same cause."),
    ),
}
