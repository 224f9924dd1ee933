"""A career coach, by hand: October 2026, and the quarter that has begun with it, seen on 22 November.

The article's bands: satisfaction above average from 80 %, exceptional from 95 %, sessions 70 / 80 / 90 %, retention
80 / 90 % a quarter, revenue per client 150 / 200 / 300 dollars a month, consultations 20 / 40 / over 60 %, placements
50 / 70 / over 80 % a year, milestones up to 8 / 5 / 3 months. A dollar costs 0.80 euros: 120 / 160 / 240.
"""

from __future__ import annotations

import pytest
from hand import Month, Says, table

from kpixl.catalog.model import Level
from kpixl.period import Kind
from workbooks import Filled, day

ROWS = {
    # Ana renews overnight. Ben left in August and is back since October. Eli had a consultation in October and came in
    # November. Cem was placed within the year, Fay two years ago, Ana has not been yet.
    "clients": table("""
        client | start      | end        | coaching_start | placed     | milestone
        Ana    | 2026-03-01 | 2026-10-20 | 2026-03-01     |            | 2026-10-05
        Ana    | 2026-10-21 |            |                |            |
        Ben    | 2026-02-01 | 2026-08-31 | 2026-02-01     |            |
        Ben    | 2026-10-05 |            | 2026-10-05     |            | 2026-11-10
        Cem    | 2026-01-10 |            | 2026-01-15     | 2026-09-01 | 2026-10-15
        Dia    | 2026-06-01 | 2026-10-31 | 2026-06-01     | 2026-10-28 | 2026-10-28
        Eli    | 2026-11-02 |            | 2026-11-02     |            |
        Fay    | 2024-01-01 |            | 2024-01-01     | 2024-09-01 |
    """),
    "assistants": table("""
        assistant | start
        Ruth      | 2024-01-01
        Sam       | 2025-01-01
    """),
    # What is scheduled after 22 November is still to come. Fay's second of October was not marked.
    "sessions": table("""
        client | scheduled        | completed | assistant
        Ana    | 2026-10-06 10:00 | yes       | Ruth
        Ben    | 2026-10-13 10:00 | yes       | Ruth
        Cem    | 2026-10-14 10:00 | no        | Sam
        Dia    | 2026-10-20 10:00 | yes       | Sam
        Fay    | 2026-10-29 10:00 |           | Ruth
        Ana    | 2026-11-10 10:00 | yes       | Ruth
        Eli    | 2026-11-19 10:00 | yes       | Ruth
        Ben    | 2026-11-26 10:00 |           | Ruth
        Cem    | 2026-12-03 10:00 |           | Sam
    """),
    "surveys": table("""
        date       | client | score
        2026-10-09 | Ana    | 5
        2026-10-16 | Cem    | 4
        2026-10-30 | Dia    | 5
        2026-11-17 | Eli    | 2
    """),
    # Eli is won in November, Gus before his consultation (and is not on Clients), Ivo's is still to come.
    "leads": table("""
        date       | lead | consultation | converted
        2026-09-28 | Ben  | 2026-10-01   | 2026-10-05
        2026-10-10 | Eli  | 2026-10-12   | 2026-11-02
        2026-10-12 | Gus  | 2026-10-15   | 2026-10-13
        2026-10-20 | Hal  | 2026-10-22   |
        2026-11-12 | Ivo  | 2026-11-25   |
    """),
    # An amount typed as text is the slip that Check has to name.
    "sales": table("""
        date       | client | kind          | amount
        2026-10-01 | Ana    | subscriptions | 150
        2026-10-05 | Ben    | new sales     | 300
        2026-10-05 | Cem    | subscriptions | 150
        2026-10-12 | Dia    | subscriptions | 200
        2026-10-30 | Dia    | subscriptions | -100
        2026-10-31 | Fay    | subscriptions | 150 euros
        2026-11-02 | Ana    | subscriptions | 150
        2026-11-02 | Eli    | new sales     | 300
        2026-11-05 | Cem    | subscriptions | 150
    """),
}

OCTOBER = [
    # 5, 4, 5.
    Says("css", 1, "exceptional", satisfied=3, surveyed=3),
    # The month is over: Cem's was not held, nor Fay's, that nobody marked. 70 % of five are 3.5.
    Says("scr", 3 / 5, "below", "+1 sessions_completed → typical", sessions_completed=3, sessions_scheduled=5),
    # Over three months, from 1 August: Ana, Ben, Cem, Dia, Fay. At the end of October Ana, Cem, Fay, and Ben, who began
    # anew; Dia left on the 31st. 80 % of five are four of them.
    Says("crr", 3 / 5, "below", "+1 clients_end → typical", clients_end=4, clients_new=1, clients_start=5),
    # 150 + 300 + 150 + 200 - 100, for Ana, Ben, Cem, Dia, Fay; the text counts for nothing. 160 each would be 800.
    Says("arpu", 140, "typical", "+100 revenue → above_average", revenue=700, users=5),
    # Ben (a lead of September), Eli, Gus, Hal. Ben and Eli were won afterwards; until 30 December more may be. Over
    # 60 % of four is 2.4.
    Says(
        "crfcpc",
        2 / 4,
        "at least above_average",
        "+1 consultations_converted → exceptional",
        consultations_converted=2,
        consultations=4,
    ),
    # Coached within a year: Ana, Ben, Cem, Dia; Fay was placed two years ago. Cem and Dia were. 70 % of four are 2.8.
    Says("cjpsr", 2 / 4, "typical", "+1 clients_placed → above_average", clients_placed=2, clients_coached=4),
    # Ana 218 days, Cem 273, Dia 149: 640 / 30.4375 months. Five months each are 15 in all.
    Says(
        "atacm",
        640 / 30.4375 / 3,
        "typical",
        "−6.1 milestone_months → above_average",
        milestone_months=640 / 30.4375,
        clients_with_milestone=3,
    ),
]
QUARTER = [
    # Typed: 17 of 20. 95 % are 19.
    Says("css", 0.85, "above_average", "+2 satisfied → exceptional", satisfied=17, surveyed=20),
    # Seven up to the 22nd, five held; those of 26 November and 3 December are still to come. 80 % of seven are 5.6.
    Says("scr", 5 / 7, "typical", "+1 sessions_completed → above_average", sessions_completed=5, sessions_scheduled=7),
    # On 1 October Ana, Cem, Dia, Fay; Ben was away. Ana, Cem and Fay stay; Ben and Eli are new. 80 % of four are 3.2.
    Says("crr", 3 / 4, "below", "+1 clients_end → typical", clients_end=5, clients_new=2, clients_start=4),
    # The same four as in October; Ivo's consultation is still to come.
    Says(
        "crfcpc",
        2 / 4,
        "at least above_average",
        "+1 consultations_converted → exceptional",
        consultations_converted=2,
        consultations=4,
    ),
    # Eli is coached, too; 50 % of five are 2.5.
    Says("cjpsr", 2 / 5, "below", "+1 clients_placed → typical", clients_placed=2, clients_coached=5),
    # Ben took 36 days from his second beginning: 676 days. Five months each are 20.
    Says(
        "atacm",
        676 / 30.4375 / 4,
        "typical",
        "−2.3 milestone_months → above_average",
        milestone_months=676 / 30.4375,
        clients_with_milestone=4,
    ),
]


def owner(folder: pytest.TempPathFactory, kind: Kind, typed: dict[str, float]) -> Month:
    filled = Filled(
        business="career-coaching",
        kind=kind,
        day=day("2026-10-01"),
        rows=ROWS,
        typed=typed,
        settings={"dollar_rate": 0.8},
    )
    return Month.of(folder.mktemp("coach"), filled)


@pytest.fixture(scope="module")
def october(tmp_path_factory: pytest.TempPathFactory) -> Month:
    return owner(tmp_path_factory, Kind.MONTH, {})


@pytest.fixture(scope="module")
def quarter(tmp_path_factory: pytest.TempPathFactory) -> Month:
    return owner(tmp_path_factory, Kind.QUARTER, {"satisfied": 17, "surveyed": 20})


@pytest.mark.parametrize("says", OCTOBER, ids=str)
def test_october(says: Says, october: Month) -> None:
    assert october.told(says.kpi) == says.told


@pytest.mark.parametrize("says", QUARTER, ids=str)
def test_quarter(says: Says, quarter: Month) -> None:
    assert quarter.told(says.kpi) == says.told


def test_revenue_that_still_comes(quarter: Month) -> None:
    # 1,300 so far. Five clients in each month of the quarter, December with it: 1,300 / 15, which is no verdict on the
    # quarter, since December's revenue is still to come.
    assert quarter["arpu"].value == pytest.approx(1300 / 15)
    assert quarter["arpu"].level is not Level.BELOW


def test_by_coach(october: Month) -> None:
    # Ruth: Ana's and Ben's of three; Sam: Dia's of two. Too few for a level.
    assert october.group("assistant", "Ruth") == {"scr": (0.666667, "", 3)}
    assert october.group("assistant", "Sam") == {"scr": (0.5, "", 2)}


def test_check(october: Month, quarter: Month) -> None:
    # The amount in words; Gus, won and not on Clients; November's rows. Two sessions of November are marked as held.
    ahead, slips = ["session_ahead sessions"] * 2, ["number_as_text sales", "won_unlisted leads"]
    outside = [f"outside_period {name}" for name in ("leads", "sales", "surveys")]
    assert october.check == sorted([*slips, *outside, *ahead])
    # The typed answers beside three of four.
    assert quarter.check == sorted([*slips, "typed_over_rows satisfied", "typed_over_rows surveyed"])
    assert (october.cautions, quarter.cautions) == ([], [])


def test_sheet_and_python_agree(october: Month, quarter: Month) -> None:
    assert (october.apart, quarter.apart) == ([], [])
