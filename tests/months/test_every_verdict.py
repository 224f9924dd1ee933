"""What was once said wrongly of a right number, a sentence each, and the hand-made month that holds it right."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

VERDICTS: dict[str, tuple[str, ...]] = {
    "A lead belongs to its month, whenever it converts": (
        "late_customers: september_is_four_of_four, a_customer_of_october_is_octobers, how_long_it_takes_to_convert",
        "still_open: october",
    ),
    "Nothing entered is not zero": (
        "nothing_entered: no_expenses_are_not_free_customers, no_complaint_is_no_complaint",
        "outcomes_not_entered: tasks_of_which_none_has_a_day, three_leads_of_which_none_is_won_are_none_of_three",
    ),
    "Impossible values have no level": (
        "impossible_and_not_begun: more_satisfied_than_answers, overtime_is_possible_and_no_medal",
        "parts_and_wholes: more_invited_who_became_customers_than_were_invited",
    ),
    "What it takes is possible": (
        "impossible_and_not_begun: a_survey_with_few_in_the_middle, nothing_is_taken_away_that_is_not_there",
    ),
    "A part of a period is held against the same part": ("part_of_a_month: the_forecast, what_roll_writes",),
    "A period that has not begun has missed nothing": ("impossible_and_not_begun: a_month_that_has_not_begun",),
    "Typed totals are of the period that they name": (
        "totals_of_another_month: totals_of_october_say_nothing_of_november",
    ),
    "The year so far says since when": ("year_so_far: complaints",),
    "Rows apart from their table are told and taken in": ("slips_of_an_owner: rows_far_below_the_table",),
    "Slips in rows are told with their cells": ("slips_of_an_owner: sales_of_a_month, hours_that_no_day_has",),
    "A mend names digits as they are typed": ("slips_of_an_owner: sales_of_a_month",),
    "One cause is one line": (
        "slips_of_an_owner: one_cause_is_one_line, a_row_that_was_pasted_over_is_one_line, figures_are_told_short",
    ),
    "A total typed under another span is told": ("slips_of_an_owner: a_total_in_the_cell_of_another_span",),
    "What needs her and what goes best go by the level": ("one_ranking: an_agency, a_missed_target_does_not_go_best",),
    "A first month without targets is offered some": (
        "targets_proposed: a_first_month, a_proposal_is_typed_by_a_click_and_left_by_none",
    ),
    "The house language is that of the workbook": (
        "slips_of_an_owner: the_house_language_is_that_of_the_workbook, no_card_speaks_of_english",
        "said_beside_the_figures: the_house_language_stands_on_settings_in_its_own_words",
    ),
    "A month is read as people write it": ("slips_of_an_owner: a_month_as_people_write_it, what_names_no_month",),
    "A KPI is switched off, and a deleted row is told": (
        "switched_off: it_is_nowhere, a_deleted_row_is_told_with_the_switch_as_the_mend",
    ),
    "Words for people and work are the business's own": ("slips_of_an_owner: people_are_called_what_they_are",),
    "Money a month is per client-month": (
        "money_a_month: a_quarter_of_steady_revenue_is_as_good_as_its_months, a_year_of_customers_of_one_month_each",
    ),
    "Sessions to come are not missed": ("due_and_after: sessions_to_come_are_not_missed",),
    "Both sides of a breakdown are split by the same thing": (
        "breakdowns: nothing_is_split_by_two_different_things, recommendations_go_by_the_language_of_the_client",
    ),
    "Level and step rest on one figure": ("impossible_and_not_begun: step_and_level_rest_on_the_same_figure",),
    "An error in a cell is one everywhere": ("slips_of_an_owner: an_error_in_a_sum_is_one_everywhere",),
    "Week 1 belongs to one year": ("year_so_far: complaints",),
    "A closed month twice or missing is told": ("slips_of_an_owner: closed_months",),
    "Names that are numbers stay apart": ("slips_of_an_owner: names_that_are_numbers",),
    "Whoever comes back comes in from a file": ("second_stay: a_second_stay_comes_in_from_a_file",),
    "What came before does not count as what came of it": (
        "due_and_after: who_was_a_client_before_was_not_won_by_the_consultation,"
        " a_placement_years_ago_is_none_of_this_year",
    ),
    "A renewal is no farewell and no beginning": (
        "renewals: a_renewal_is_no_farewell_and_no_beginning, a_renewal_that_is_entered_late",
    ),
    "A lifetime is as sure as there are departures": (
        "money_a_month: while_none_has_left_a_lifetime_is_at_least_so_long, few_departures_tell_little_of_a_lifetime",
    ),
    "Upsells and referrals are of a year, hours of work are those worked, and tasks are done in time": (
        "over_a_year: upsells_and_referrals_of_a_year, sales_stay_as_long_as_they_are_needed,"
        " hours_worked_else_those_available",
        "due_and_after: tasks_done_in_time",
    ),
    "Near an edge there is a decimal more": ("near_an_edge: satisfaction_near_85_per_cent",),
    "Later limits do without a signal": ("signals_that_stand: later_limits_do_without_it",),
    "The alarm is the owner's": ("slips_of_an_owner: the_alarm_is_the_owners",),
    "A median stands beside a mean, and clock time is called so": (
        "medians: one_long_case_moves_the_mean_alone",
        "owner_agency: requests_beside_the_average",
    ),
    "What the articles promise is there": (
        "promised: who_wins_leads, where_and_with_whom_customers_are_lost, what_a_customer_of_each_channel_has_cost,"
        " complaints_by_week_and_point_of_contact, complaints_for_every_hundred_customers, whom_to_call,"
        " all_of_that_stands_on_the_sheet",
    ),
    "What the articles say beside the figures is told": (
        "slips_of_an_owner: what_the_article_says_beside_the_figures, a_service_business_asks_its_customers",
        "surveys_of_a_company: satisfaction_and_recommendations",
    ),
}


@pytest.mark.parametrize("verdict", VERDICTS)
def test_a_hand_made_month_holds_it(verdict: str) -> None:
    for line in VERDICTS[verdict]:
        module, names = line.split(": ")
        tree = ast.parse((Path(__file__).parent / f"test_{module}.py").read_text(encoding="utf-8"))
        there = {one.name for one in tree.body if isinstance(one, ast.FunctionDef)}
        assert {f"test_{name.strip()}" for name in names.split(",")} <= there, line
