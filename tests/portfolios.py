"""Portfolios for tests: workbooks as plain data, of which every figure can be worked out by hand."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from kpixl.catalog import business
from kpixl.kpi.grade import level_of, thresholds_published
from kpixl.period import Period
from kpixl.portfolio.member import Amount, Figure, Line, Member, ToDo

AGENCY, COACH = "remote-va-agency", "career-coaching"


def figure(kind: str, kpi: str, value: float | None, **more: object) -> Figure:
    """A KPI graded by the published benchmark."""
    found = next(one for one in business(kind).kpis if one.id == kpi)
    level = level_of(found, value, {} if found.in_dollars else thresholds_published(found))
    id_ = None if level is None else level.id
    return Figure(kpi, value, id_, id_, **more)  # type: ignore[arg-type]


def workbook(
    company: str,
    kind: str = AGENCY,
    values: Sequence[float | None] = (),
    *,
    past: Sequence[Sequence[float]] = (),
    **more: object,
) -> Member:
    """A workbook of October 2026 with values for the first KPIs of its business; ``past`` has those of the months
    before, the latest first."""
    kpis = business(kind).kpis
    period = Period.parse("2026-10")
    lines = [
        Line(str(period.shift(-back).start), kpi.history_id, value)
        for back, row in enumerate(past, 1)
        for kpi, value in zip(kpis, row, strict=False)
    ]
    given: dict[str, object] = {
        "place": f"/clients/{company}.xlsx", "company": company, "business": kind, "period": "2026-10",
        "currency": "EUR",
        "owner": "", "region": "", "measures": (Amount("surveyed", 20.0, "typed"),), "past": tuple(lines), "to_do": (),
        "problems": {"error": 0, "warning": 0, "note": 0}, "first_problem": "", "missing": (),
        "figures": tuple(figure(kind, kpi.id, value) for kpi, value in zip(kpis, values, strict=False)),
    }  # fmt: skip
    return Member(**(given | more))  # type: ignore[arg-type]


def network(agencies: int = 42, coaches: int = 18) -> list[Member]:
    """Many workbooks of two kinds, with something of everything."""
    found = []
    for number in range(agencies + coaches):
        kind = AGENCY if number < agencies else COACH
        kpis = business(kind).kpis
        wave = [((number * 37 + place * 11) % 100) / 100 for place in range(len(kpis))]
        values = [_between(kpi.id, share) for kpi, share in zip(kpis, wave, strict=True)]
        past = [[value * (1 - back * 0.004) for value in values] for back in range(1, 12)]
        member = workbook(
            f"{('Harbor', 'Lakeside', 'Summit', 'Maple', 'Orchard')[number % 5]} {number + 1}",
            kind,
            values,
            past=past[: 11 if number % 7 else 5],
            region=("North", "South", "West")[number % 3],
            owner=("Ana Lima", "Bram Vos", "Chloé Petit", "Dan Ionescu")[number % 4],
        )
        figures = tuple(
            Figure(one.kpi, one.value, one.level, one.shade, previous=past[0][place], needs=one.level == "below",
                   signal="below" if (number + place) % 41 == 0 else None)
            for place, one in enumerate(member.figures)
        )  # fmt: skip
        more: dict[str, object] = {"figures": figures}
        if number % 6 == 0:
            by = str(date(2026, 11, 1 + number % 28))
            more["to_do"] = (ToDo(kpis[number % len(kpis)].id, "Eva", by, "Call the three clients who left"),)
        if number % 9 == 4:
            more["problems"] = {"error": 1 + number % 3, "warning": 2, "note": 0}
            more["first_problem"] = "Surveys!C14 “five” is not a number."
        if number % 11 == 3:
            more["missing"] = ("2026-06", "2026-07")
        found.append(
            workbook(
                member.company,
                kind,
                values,
                past=past[: 11 if number % 7 else 5],
                region=member.region,
                owner=member.owner,
                **more,
            )
        )
    return found


def _between(kpi: str, share: float) -> float:
    """A value that such a KPI could have."""
    low, high = {
        "art": (0.4, 5.0),
        "arpu": (90.0, 260.0),
        "atacm": (2.0, 11.0),
        "ncar": (0.0, 0.2),
        "sdi": (0.1, 0.5),
    }.get(kpi, (0.55, 0.99))
    return float(low + (high - low) * share**0.6)
