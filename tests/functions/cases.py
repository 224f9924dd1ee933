"""One table of calls and what their cells must show, written by hand; every host has to agree with it.

A range is a list of cells (a column) or of rows. ``None`` is a blank cell. The functions that know a business or a
language are called in the one that the case names.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from kpixl.catalog import BusinessKpi, businesses
from kpixl.functions import ExcelError
from kpixl.kpi.calc import find_kpi

VA, PA, ML, CC, SB = (
    "remote-va-agency",
    "luxury-personal-assistant",
    "multilingual-va",
    "career-coaching",
    "service-business",
)
VALUE, DIV0, NUM, NA = ExcelError.VALUE, ExcelError.DIV0, ExcelError.NUM, ExcelError.NA


@dataclass(frozen=True)
class Case:
    name: str
    arguments: tuple[Any, ...]
    expected: Any
    business: str = VA
    language: str = "en"
    in_ironcalc: bool = True
    """False where IronCalc is known to differ from Excel."""

    def __str__(self) -> str:
        return f"{self.name}{self.arguments!r} in {self.business} {self.language}"


def _band(kpi: BusinessKpi, level: Any) -> str | None:
    found = kpi.thresholds.get(level)
    return f"{found.comparison} {found.value}" if found else None


# What was counted by hand of every KPI stands in the catalogue

EVERY = [kpi for owner in businesses() for kpi in owner.kpis]
WORKED = [
    Case(f"KPI_{kpi.id.upper()}", case.arguments, case.value, kpi.business) for kpi in EVERY for case in kpi.cases
]

# What is no number, and numbers at their limits

FORMULAS = [
    Case("KPI_CRR", (None, 200, 500), VALUE),
    Case("KPI_CRR", (650, None, 500), VALUE),
    Case("KPI_CRR", (650, 200, None), VALUE),
    Case("KPI_CRR", ("many", 200, 500), VALUE),
    Case("KPI_CRR", ("650", 200, 500), VALUE),
    Case("KPI_CRR", ("", 200, 500), VALUE),
    Case("KPI_CRR", ("#N/A", 200, 500), VALUE),
    Case("KPI_CRR", (True, 200, 500), VALUE),
    Case("KPI_CRR", (650, False, 500), VALUE),
    Case("KPI_CRR", (650, 200, 0), DIV0),
    Case("KPI_CRR", (0, 0, 0), DIV0),
    Case("KPI_CRR", (0, 0, 5), 0),
    Case("KPI_CRR", (200, 650, 500), -0.9),
    Case("KPI_CRR", (-1.5, 0.5, -0.5), 4),
    Case("KPI_CRR", (1e308, -1e308, 1), NUM),
    Case("KPI_CSS", (1e300, 1e-300), NUM),
    Case("KPI_CSS", (1e300, 1e300), 1),
    Case("KPI_LTV", (1e200, 1e200), NUM),
    Case("KPI_LTV", (0, 1e200), 0),
    Case("KPI_CSS", (0.1, 0.3), 1 / 3),
    # The first argument with a fault decides, and any before the denominator.
    Case("KPI_CRR", (NA, "text", 0), NA),
    Case("KPI_CRR", ("text", NA, 0), VALUE),
    Case("KPI_CRR", (650, DIV0, NA), DIV0),
    Case("KPI_CRR", (650, 200, NUM), NUM),
    Case("KPI_CSS", ("text", 0), VALUE),
    Case("KPI_CSS", (None, 0), VALUE),
    Case("KPI_REVENUE", (None,), VALUE),
    Case("KPI_REVENUE", (NA,), NA),
]

# Where levels start: typical, above average, exceptional; the better band has the edge

BANDS: dict[tuple[str, str], tuple[str | None, str | None, str | None]] = {
    (kpi.business, kpi.id): (_band(kpi, "typical"), _band(kpi, "above_average"), _band(kpi, "exceptional"))
    for kpi in EVERY
    if kpi.thresholds
}
WORDS = ("below benchmark", "typical", "above average", "exceptional")
_STEP = 1e-6


def _level(value: float, bands: tuple[str | None, ...]) -> int:
    """Counted afresh: the last band in which the value is."""
    reached = 0
    for number, band in enumerate(bands, 1):
        if band is not None:
            sign, edge = band.split()
            tests = {">=": value >= float(edge), ">": value > float(edge), "<=": value <= float(edge)}
            reached = number if tests.get(sign, value < float(edge)) else reached
    return reached


def _around() -> list[Case]:
    """Every threshold: at it, and a little to either side."""
    cases = []
    for (business, kpi), bands in BANDS.items():
        for number, band in enumerate(bands, 1):
            expected: Any = NA if band is None else float(band.split()[1])
            cases.append(Case("KPI_THRESHOLD", (kpi, number), expected, business))
            if band is not None:
                step = _STEP * max(1, expected)
                for value in (expected - step, expected, expected + step):
                    level = _level(value, bands)
                    cases.append(Case("KPI_LEVEL", (kpi, value), level, business))
                    cases.append(Case("KPI_GRADE", (kpi, value), WORDS[level], business))
    return cases


LEVELS = [
    *_around(),
    # Noise counts as equal: past a strict edge it is not past it, short of an inclusive one it has reached it.
    Case("KPI_LEVEL", ("crr", 0.9000000000000001), 2),
    Case("KPI_LEVEL", ("crr", 0.90000001), 3),
    Case("KPI_LEVEL", ("css", 0.8999999999999999), 2),
    Case("KPI_LEVEL", ("css", 0.89999999), 1),
    Case("KPI_LEVEL", ("art", 0.9999999999999999), 1),
    Case("KPI_LEVEL", ("rpc", 7000.000001), 1, PA),
    Case("KPI_LEVEL", ("rpc", 7000.0001), 2, PA),
    Case("KPI_LEVEL", ("css", 0), 0),
    Case("KPI_LEVEL", ("css", -1e300), 0),
    Case("KPI_LEVEL", ("css", 1e300), 3),
    Case("KPI_LEVEL", ("art", -5), 3),
    Case("KPI_LEVEL", ("nps", -100), 0, ML),
    Case("KPI_LEVEL", ("CRR", 0.95), 3),
    Case("KPI_GRADE", ("Crr", 0.95), "exceptional"),
    Case("KPI_GRADE", ("crr", 0.86), "superior a la media", language="es"),
    Case("KPI_GRADE", ("crr", 0.95), "excepțional", language="ro"),
    Case("KPI_GRADE", ("crr", 0.86), "acima da média", language="pt"),
    Case("KPI_GRADE", ("crr", 0.86), "au-dessus de la moyenne", language="fr"),
    # No benchmark, or no such KPI here
    *(Case(name, ("revenue", 18500), NA, SB) for name in ("KPI_LEVEL", "KPI_GRADE")),
    *(Case(name, ("churn", 0.05), NA, SB) for name in ("KPI_LEVEL", "KPI_GRADE")),
    *(Case(name, ("zzz", 0.5), NA) for name in ("KPI_LEVEL", "KPI_GRADE")),
    *(Case("KPI_LEVEL", (id_, 0.5), NA) for id_ in ("", "c*", "cr?", "~", "crr ", "css_name", "title", "x" * 300)),
    Case("KPI_LEVEL", ("scr", 0.5), NA, VA),
    # What is no id and no value: the first decides
    *(Case("KPI_LEVEL", (id_, 0.5), VALUE) for id_ in (None, 5, True)),
    *(Case("KPI_LEVEL", ("crr", value), VALUE) for value in (None, "text", "0.9", "", True)),
    *(Case("KPI_GRADE", ("crr", value), VALUE) for value in (None, "text", "0.9", "", True)),
    Case("KPI_LEVEL", ("crr", DIV0), DIV0),
    Case("KPI_GRADE", ("crr", NUM), NUM),
    Case("KPI_GRADE", (DIV0, "text"), DIV0),
    Case("KPI_LEVEL", ("zzz", "text"), NA),
    Case("KPI_LEVEL", (None, NUM), VALUE),
    Case("KPI_LEVEL", ("revenue", "text"), VALUE, SB),
    # Levels by number, id, word and the word with its shape
    Case("KPI_THRESHOLD", ("crr", "typical"), 0.75),
    Case("KPI_THRESHOLD", ("crr", "above_average"), 0.85),
    Case("KPI_THRESHOLD", ("crr", "Above Average"), 0.85),
    Case("KPI_THRESHOLD", ("crr", "★ exceptional"), 0.9),
    Case("KPI_THRESHOLD", ("crr", "excepcional"), 0.9, language="es"),
    Case("KPI_THRESHOLD", ("CRR", "EXCEPTIONAL"), 0.9),
    Case("KPI_THRESHOLD", ("tcr", "typical"), NA),
    *(Case("KPI_THRESHOLD", ("crr", level), NA) for level in (0, "below", -1, 4, 1.5, 1e300, "best", "1", "", "t*")),
    *(Case("KPI_THRESHOLD", ("crr", level), VALUE) for level in (None, True)),
    Case("KPI_THRESHOLD", ("crr", DIV0), DIV0),
    Case("KPI_THRESHOLD", ("zzz", None), NA),
    Case("KPI_THRESHOLD", (None, 1), VALUE),
    Case("KPI_THRESHOLD", ("revenue", 1), NA, SB),
]

# Without a business, KPI_TO_NEXT in Python knows the first one that has the KPI.
STEPS = [kpi for kpi in EVERY if find_kpi(kpi.id) is kpi]

TO_NEXT = [
    *(
        Case("KPI_TO_NEXT", (kpi.id, list(case.arguments)), case.step or NA, kpi.business)
        for kpi in STEPS
        for case in kpi.cases
        if case.step is not None or case.level in (None, "exceptional")
    ),
    # Along a row, and an id in capitals
    Case("KPI_TO_NEXT", ("css", [[85, 100]]), 5),
    Case("KPI_TO_NEXT", ("crr", [[600, 200, 500]]), 26),
    Case("KPI_TO_NEXT", ("CRFCPC", [20, 50]), 11, CC),
    # Neither value nor benchmark
    Case("KPI_TO_NEXT", ("css", [80, 0]), DIV0),
    Case("KPI_TO_NEXT", ("css", [80, None]), VALUE),
    Case("KPI_TO_NEXT", ("css", [None, 100]), VALUE),
    Case("KPI_TO_NEXT", ("css", ["80", 100]), VALUE),
    Case("KPI_TO_NEXT", ("css", [True, 100]), VALUE),
    Case("KPI_TO_NEXT", ("css", [NA, 0]), NA),
    Case("KPI_TO_NEXT", ("css", [80, 100, 100]), VALUE),
    Case("KPI_TO_NEXT", ("crr", [650, 200]), VALUE),
    # IronCalc lets an infinity pass within a formula, and makes an error only of the cell's own.
    Case("KPI_TO_NEXT", ("css", [1e300, 1e-300]), NUM, in_ironcalc=False),
    Case("KPI_TO_NEXT", ("css", [-1e300, 1e300]), NA),
    Case("KPI_TO_NEXT", ("zzz", [80, 100]), NA),
    Case("KPI_TO_NEXT", (None, [80, 100]), VALUE),
]

TEXTS = [
    Case("KPI_NAME", ("crr",), "Client retention rate"),
    Case("KPI_NAME", ("CRR",), "Tasa de retención de clientes", language="es"),
    Case("KPI_NAME", ("crr",), "Taux de fidélisation des clients", language="fr"),
    Case("KPI_NAME", ("netcash",), "Net cash", SB),
    Case(
        "KPI_EXPLAIN",
        ("crr",),
        "The share of the clients at the start who are still clients at the end.\n"
        "=(clients_end_12m-clients_new_staying_12m)/clients_start_12m",
    ),
    Case(
        "KPI_EXPLAIN",
        ("Revenue",),
        "The sum of all takings of the period. Totals and the Breakdown show its eight kinds: new sales, repeat sales, "
        "interest on receivables, late fees, service fees, subscriptions, additional services and other.\n=revenue",
        SB,
    ),
    *(Case(name, (id_,), NA) for name in ("KPI_NAME", "KPI_EXPLAIN") for id_ in ("zzz", "", "c*", "x" * 300)),
    *(Case(name, (id_,), VALUE) for name in ("KPI_NAME", "KPI_EXPLAIN") for id_ in (None, 1, False)),
    *(Case(name, (NUM,), NUM) for name in ("KPI_NAME", "KPI_EXPLAIN")),
]

COLUMNS = [
    # Two promoters, two detractors, two between them.
    Case("KPI_NPS_SCORES", ([10, 9, 8, 7, 6, 0],), 0),
    Case("KPI_NPS_SCORES", ([10, None, "9", True, "none", 11, -1, 3, 8.5, 9],), 25),
    Case("KPI_NPS_SCORES", ([9, 9, 9],), 100),
    Case("KPI_NPS_SCORES", ([[0, 1], [2, None]],), -100),
    Case("KPI_NPS_SCORES", ([None, "x"],), DIV0),
    Case("KPI_NPS_SCORES", ([9, NA, DIV0],), NA),
    Case("KPI_CSS_SCORES", ([5, 4, 3, None, "5", True, 0, 6], 4), 2 / 3),
    Case("KPI_CSS_SCORES", ([5, 4, 3, 2], 3), 0.75),
    Case("KPI_CSS_SCORES", ([5, 4, 3, 2], 4.5), 0.25),
    Case("KPI_CSS_SCORES", ([5, 4, 3, 2], None), 0.5),
    Case("KPI_CSS_SCORES", ([5, 4, 3, 2], "4"), VALUE),
    Case("KPI_CSS_SCORES", ([5, 4, 3, 2], DIV0), DIV0),
    Case("KPI_CSS_SCORES", ([5, NUM], DIV0), NUM),
    Case("KPI_CSS_SCORES", ([None, None], 4), DIV0),
    # 12 hours, 0 hours; the others are not resolved, not opened, backwards, or no times.
    Case("KPI_ART_TIMES", ([46300, 46301, 46302, None, 46303, "x", True], [46300.5, 46301, None, 1, 46302, 9, 9]), 6),
    Case("KPI_ART_TIMES", ([46300.25, 46300.25], [46300.5, 46301.25]), 15),
    Case("KPI_ART_TIMES", ([46300, 46301], [None, None]), DIV0),
    Case("KPI_ART_TIMES", ([46300, 46301], [46301, NA]), NA),
    Case("KPI_ART_TIMES", ([NUM, 46301], [46301, NA]), NUM),
    Case("KPI_ART_TIMES", ([46300, 46301], [46301]), VALUE),
]

CASES = [*WORKED, *FORMULAS, *LEVELS, *TO_NEXT, *TEXTS, *COLUMNS]


@dataclass(frozen=True)
class Spread:
    """A formula over ranges, and what the cells beside them show."""

    name: str
    arguments: tuple[Any, ...] = field(default=())
    expected: Any = None


SPREAD = [
    Spread("KPI_CRR", ([650, 90, None, "x", 10], 0, [500, 100, 5, 5, 0]), [[1.3], [0.9], [VALUE], [VALUE], [DIV0]]),
    Spread("KPI_CSS", ([1, 2, NA], 4), [[0.25], [0.5], [NA]]),
    Spread("KPI_CSS", ([[1, 2, True]], 4), [[0.25, 0.5, VALUE]]),
    Spread("KPI_CSS", ([1, 2], [[4, 8]]), [[0.25, 0.125], [0.5, 0.25]]),
    Spread("KPI_CSS", ([1, 2, 3], [4, 4]), [[0.25], [0.5], [NA]]),
]
