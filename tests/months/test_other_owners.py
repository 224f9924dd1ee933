"""The same kinds of month as elsewhere here, of other owners: other businesses and languages, days at an edge. By
hand."""

from __future__ import annotations

from pathlib import Path

import pytest
from hand import Month, table

from clock import NOW
from kpixl.catalog.model import Level, Standing
from kpixl.kpi.breakdown import breakdown
from kpixl.kpi.signals import Signal, limits, signal, used_values
from kpixl.period import Kind, Period, serial
from kpixl.verbs.import_plan import ImportRequest
from kpixl.verbs.import_rows import import_rows
from workbooks import Filled, Rows, Value, day, make, opened

SERVICE, LUXURY, COACHING, MULTILINGUAL = (
    "service-business", "luxury-personal-assistant", "career-coaching", "multilingual-va",
)  # fmt: skip


def start(period: str) -> float:
    return float(serial(Period.parse(period).start))


def past(id_: str, values: dict[str, float]) -> list[tuple[float, str, Value]]:
    return [(start(period), id_, value) for period, value in values.items()]


# The year so far


def test_a_coach_who_began_in_august(tmp_path: Path) -> None:
    """1,000 in August, 500 in September and 700 in October are 2,200, and not those of a year."""
    filled = Filled(
        business=COACHING,
        language="es",
        typed={"revenue": 700},
        past=past("revenue", {"2026-08": 1000, "2026-09": 500}),
    )
    month = Month.of(tmp_path, filled)
    assert month.scorecard.measures_to_date["revenue"] == 2200
    assert "agosto de 2026" in str(month.cell("totals", "space", "to_date"))


def test_the_53rd_week_is_of_its_own_year(tmp_path: Path) -> None:
    """2026 has 53 weeks: the last one begins on 28 December, and ends in the new year. With 4 complaints in week 52 it
    comes to 6; week 1 of 2027 begins with none of them."""
    for period, found in (("2026-W53", 6), ("2027-W01", 2)):
        filled = Filled(
            business=SERVICE,
            language="fr",
            kind=Kind.WEEK,
            day=start(period),
            typed={"complaints": 2},
            past=past("complaints", {"2026-W52": 4} if found == 6 else {"2026-W53": 4}),
        )
        folder = tmp_path / period
        folder.mkdir()
        assert Month.of(folder, filled).scorecard.measures_to_date["complaints"] == found


# Breakdowns


def test_a_client_with_incidents_and_no_task(tmp_path: Path) -> None:
    """Ana has one incident in two tasks, one half; Zoë an incident and no task: there is nothing to divide by. Whose
    name is written in another case is no other client."""
    rows = {
        "tasks": table("""
            id | assigned   | completed  | client
            1  | 2026-10-01 | 2026-10-02 | Ana
            2  | 2026-10-01 | 2026-10-31 | ANA
        """),
        "incidents": table("""
            date       | client | discretion
            2026-10-31 | ana    | sim
            2026-10-02 | Zoë    | sim
        """),
    }
    month = Month.of(tmp_path, Filled(business=LUXURY, language="pt", rows=rows))
    assert month.group("client", "ana")["discretion"] == (0.5, "", 2)
    (section,) = (one for one in breakdown(month.scorecard.entries) if one.dimension == "client")
    found = {group.name: group.results["discretion"].value for group in section.groups}
    assert found.get("Zoë") is None
    assert "Ana" not in found


def test_leads_and_clients_of_one_channel(tmp_path: Path) -> None:
    """Of six leads, five came from the website and one by recommendation; of the two new clients one each. The website
    won 1 of 5, recommendations 1 of 1."""
    leads: Rows = {
        "date": [day("2026-10-01")] * 5 + [day("2026-10-31")],
        "lead": [f"L{number}" for number in range(6)],
        "source": ["Site web"] * 5 + ["Recommandation"],
    }
    clients: Rows = {
        "client": ["L0", "L5"],
        "start": [day("2026-10-31")] * 2,
        "source": ["site web", "recommandation"],
    }
    month = Month.of(tmp_path, Filled(language="fr", rows={"leads": leads, "clients": clients}))
    assert month.group("source", "site web")["ncar"] == (0.2, "", 5)
    assert month.group("source", "recommandation")["ncar"][0] == 1


# Level and step


def test_revenue_on_its_way(tmp_path: Path) -> None:
    """On 22 November three closed months had, day for day, as much as the days gone. 11,000 by now are 15,000 by the
    end (22 of 30 days); the owner calls 14,000 typical and 18,000 above average: typical, and 3,000 more to come than
    there would at this pace."""
    tenths = range(1, 10)
    lines: list[tuple[float, str, Value]] = [
        (start(f"2026-{month:02}"), f"revenue.{tenth}", tenth / 10) for month in (8, 9, 10) for tenth in tenths
    ]
    lines += past("revenue", {"2026-08": 14_000, "2026-09": 15_000, "2026-10": 16_000})
    edges = {"typical": 14_000, "above_average": 18_000, "exceptional": 30_000}
    filled = Filled(
        business=SERVICE,
        language="ro",
        day=start("2026-11"),
        typed={"revenue": 11_000},
        thresholds={("revenue", level): edge for level, edge in edges.items()},
        past=lines,
    )
    revenue = Month.of(tmp_path, filled)["revenue"]
    assert revenue.pace is not None
    assert revenue.pace.forecast == pytest.approx(15_000)
    assert revenue.level is Level.TYPICAL
    step = revenue.grade.to_next
    assert step is not None
    assert step.amount == pytest.approx(3000)
    assert step.direction == "more"


# Second stays


def test_two_stays_in_one_file(tmp_path: Path) -> None:
    """A customer who was there twice, and a service that was offered twice, come in from one file each, in Romanian."""
    path = make(tmp_path / "book.xlsx", Filled(business=SERVICE, language="ro"))
    files = {
        "clients": "Client;Început;Sfârșit\nMaria;01.02.2025;30.06.2025\nMaria;01.03.2026;\n",
        "services": "Serviciu;Început;Sfârșit\nCurățenie;01.02.2024;31.12.2024\nCurățenie;01.03.2026;\n",
    }
    for name, text in files.items():
        source = tmp_path / f"{name}.csv"
        source.write_text(text, encoding="utf-8")
        import_rows(path, ImportRequest(name, source), now=NOW)
    there = opened(path).entries.tables
    assert {name: len(there[name] or ()) for name in files} == {"clients": 2, "services": 2}


# Hours, tasks, sales


def test_nothing_worked_is_no_work(tmp_path: Path) -> None:
    """A day of training: 8 hours available and none worked. Of the other day nothing is said but that 5 were available.
    Ten tasks in 5 hours."""
    hours: Rows = {
        "date": [day("2026-10-30"), day("2026-10-31")],
        "assistant": ["Ion", "Ion"],
        "available": [8, 5],
        "worked": [0, None],
        "productive": [0, 5],
        "language": ["Russe", "Russe"],
    }
    tasks: Rows = {
        "id": [f"T{number}" for number in range(10)],
        "assigned": [day("2026-09-30")] * 10,
        "completed": [day("2026-10-31")] * 10,
        "language": ["Russe"] * 10,
    }
    month = Month.of(tmp_path, Filled(business=MULTILINGUAL, language="fr", rows={"hours": hours, "tasks": tasks}))
    assert month["tph"].value == pytest.approx(2)
    assert month.apart == []


def test_hours_of_which_nobody_says_how_productive_they_were(tmp_path: Path) -> None:
    """Six tasks in Russian in 4 hours are 1.5 an hour. No figure of a translator is made of productive hours, so it
    waits for none."""
    hours: Rows = {
        "date": [day("2026-10-30")] * 6,
        "assistant": ["Ion"] * 6,
        "available": [1] * 4 + [4, 4],
        "language": ["Rusă"] * 4 + ["Engleză"] * 2,
    }
    tasks: Rows = {
        "id": [f"T{number}" for number in range(6)],
        "assigned": [day("2026-10-29")] * 6,
        "completed": [day("2026-10-30")] * 6,
        "language": ["Rusă"] * 6,
    }
    filled = Filled(
        business=MULTILINGUAL,
        language="ro",
        rows={"hours": hours, "tasks": tasks},
        settings={"house_language": "Engleză"},
    )
    month = Month.of(tmp_path, filled)
    assert month["tph"].value == pytest.approx(1.5)
    assert month.apart == []


def test_done_on_the_last_day_and_on_the_one_after(tmp_path: Path) -> None:
    """Both were due on the 31st: one was done on it, the other a day late."""
    tasks: Rows = {
        "id": ["A", "B"],
        "assigned": [day("2026-10-30")] * 2,
        "due": [day("2026-10-31")] * 2,
        "completed": [day("2026-10-31"), day("2026-11-01")],
    }
    month = Month.of(tmp_path, Filled(language="es", rows={"tasks": tasks}))
    assert (month.measure("tasks_completed"), month.measure("tasks_assigned")) == (1, 2)


def test_a_sale_of_the_first_day_of_the_twelve_months(tmp_path: Path) -> None:
    """The year to October 2026 begins on 1 November 2025: Ana's extra of that day counts, Bia's of the day before does
    not, and one that was given back, an amount of nothing, is none."""
    clients: Rows = {"client": ["Ana", "Bia", "Caio"], "start": [day("2024-01-01")] * 3}
    sales: Rows = {
        "date": [day("2025-11-01"), day("2025-10-31"), day("2026-05-05")],
        "client": ["Ana", "Bia", "Caio"],
        "kind": ["serviços adicionais"] * 3,
        "amount": [100, 100, 0],
    }
    month = Month.of(tmp_path, Filled(business=LUXURY, language="pt", rows={"clients": clients, "sales": sales}))
    assert month["upsell"].value == pytest.approx(1 / 3)
    assert month.apart == []


# Signals


def test_two_bad_months_stand_apart() -> None:
    """Six months of 2.0 and 2.2 hours in turn: 2.1 on average, 0.2 apart, 2.66 times that to each side: 1.57 to 2.63.
    The two months of 4 and 5 hours are signals both; what is usual afterwards is what it was, and 2.7 is above it."""
    before = [2.0, 2.2, 2.0, 2.2, 2.0, 2.2]
    months: list[float | None] = [*before, 4.0, 5.0, 2.0, 2.2, 2.0]
    assert used_values(months) == [*before, None, None, 2.0, 2.2, 2.0]
    found = limits(months, 0.0, None)
    assert found is not None
    assert found.without == 2
    assert signal(months, 2.7, found) is Signal.ABOVE
    assert signal(months, 2.4, found) is Signal.USUAL


# Medians


def test_the_middle_of_one_and_of_two_requests(tmp_path: Path) -> None:
    """One request of 3 hours has them in the middle, too; with one of 30 beside it, it is 16.5."""
    for hours, middle in (([3], 3), ([3, 30], 16.5)):
        opened_at = day("2026-10-30", 8)
        rows: dict[str, Rows] = {
            "requests": {
                "id": [str(number) for number in range(len(hours))],
                "client": ["Ana"] * len(hours),
                "opened": [opened_at] * len(hours),
                "resolved": [opened_at + one / 24 for one in hours],
            }
        }
        folder = tmp_path / str(len(hours))
        folder.mkdir()
        month = Month.of(folder, Filled(business=LUXURY, language="pt", rows=rows))
        assert month.measure("resolution_hours_median") == pytest.approx(middle)


# What the articles promise


def test_whom_a_gardener_calls(tmp_path: Path) -> None:
    """Who has bought nothing for 30 days: Ana, whose last sale was in September, and Ben, who got money back in
    October. Cora bought on the 20th; Dan began on the 15th and cannot have waited so long."""
    clients: Rows = {
        "client": ["Ana", "Ben", "Cora", "Dan"],
        "start": [day("2025-01-01")] * 3 + [day("2026-10-15")],
    }
    sales: Rows = {
        "date": [day("2026-09-20"), day("2026-10-20"), day("2026-10-20")],
        "client": ["Ana", "Ben", "Cora"],
        "kind": ["ventas recurrentes", "otros", "ventas recurrentes"],
        "amount": [80, -80, 80],
    }
    filled = Filled(
        business=SERVICE, language="es", rows={"clients": clients, "sales": sales}, settings={"repeat_days": 30}
    )
    month = Month.of(tmp_path, filled)
    assert month.measure("clients_inactive") == 2
    assert {month.cell("breakdown", f"inactive_{place}", "name") for place in range(2)} == {"Ana", "Ben"}
    assert month.apart == []


def test_who_recommends_a_company(tmp_path: Path) -> None:
    """Three of five would, one would not: 60 % less 20 %, 40. Asked for 40 or more, that is met; asked for 41, not."""
    typed = {"promoters": 3, "detractors": 1, "respondents": 5}
    for target, standing in ((40, Standing.MET), (41, Standing.MISSED)):
        folder = tmp_path / str(target)
        folder.mkdir()
        nps = Month.of(folder, Filled(business=SERVICE, language="pt", typed=typed, targets={"nps": target}))["nps"]
        assert nps.value == pytest.approx(40)
        assert (nps.level, nps.grade.standing) == (None, standing)


def test_the_evening_before_a_month_begins(tmp_path: Path) -> None:
    """On 22 November the workbook of December says of nothing that it is missed."""
    filled = Filled(business=SERVICE, language="fr", day=start("2026-12"), typed={"revenue": 0}, targets={"revenue": 1})
    revenue = Month.of(tmp_path, filled)["revenue"]
    assert (revenue.against_target, revenue.grade.standing) == (None, None)
