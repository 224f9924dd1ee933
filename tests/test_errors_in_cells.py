"""An Excel error in a cell of an entry table: it counts alike in Python and in the sheet, and is never a name."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from clock import TODAY
from engines import differences, ironcalc_values, libreoffice_values
from kpixl.cellvalue import ExcelError
from kpixl.verbs import results
from workbooks import AGENCY, ROWS, Filled, Value, day, entry, make, measures, opened

SERVICE = "service-business"
SERVICE_ROWS: dict[str, dict[str, list[Value]]] = {
    **{table: ROWS[table] for table in ("clients", "assistants", "services", "leads")},
    "sales": {
        "date": [day("2026-10-02"), day("2026-10-03"), day("2026-10-04")],
        "client": ["Ana", "Léa", "Zoë"],
        "kind": ["new sales", "additional services", "subscriptions"],
        "amount": [100, 200, 300],
    },
    "expenses": {
        "date": [day("2026-10-02"), day("2026-10-03")],
        "kind": ["sales and marketing", "operating"],
        "amount": [50, 70],
    },
    "complaints": {
        "received": [day("2026-10-02"), day("2026-10-03")],
        "client": ["Ana", "Zoë"],
        "status": ["open", "resolved"],
        "resolved": [None, day("2026-10-05")],
    },
}
CASES: list[tuple[str, str, str, Mapping[str, float | None]]] = [
    # Two of the three scores of October are left, one of them 4 or more.
    (AGENCY, "surveys", "score", {"surveyed": 2, "satisfied": 1}),
    # Ana has no name: Léa and Zoë are served, and two requests of hers count as they are.
    (AGENCY, "clients", "client", {"clients_served": 2, "requests_opened": 4}),
    (AGENCY, "requests", "client", {"requests_resolved": 2, "requests_opened": 4}),
    (AGENCY, "requests", "opened", {"requests_opened": 3}),
    (AGENCY, "hours", "available", {"productive_hours": 13}),
    # A sum over an error is one: no value. Other kinds of sales and expenses are not touched.
    (SERVICE, "sales", "amount", {"revenue": None}),
    (SERVICE, "sales", "kind", {"revenue": 600}),
    (SERVICE, "expenses", "amount", {"sales_marketing_spend": None}),
    (SERVICE, "complaints", "status", {"complaints": 2}),
]


def workbook(path: Path, business: str, table: str, field: str) -> Path:
    """The rows above with #N/A in the first one of a column."""
    rows = {id_: dict(columns) for id_, columns in (ROWS if business == AGENCY else SERVICE_ROWS).items()}
    rows[table][field] = [ExcelError.NA, *rows[table][field][1:]]
    return make(path, Filled(business, rows=rows))


@pytest.mark.parametrize(("business", "table", "field", "wanted"), CASES)
def test_an_error_counts_alike_in_python_and_in_the_sheet(
    business: str, table: str, field: str, wanted: Mapping[str, float | None], tmp_path: Path
) -> None:
    path = workbook(tmp_path / "error.xlsx", business, table, field)
    outcome = results.results(path, today=TODAY)
    assert {name: measures(outcome)[name] for name in wanted} == wanted
    assert differences(path, ironcalc_values(path)) == []
    sheet, cell = entry(opened(path), table, field, 0)
    told = [p for p in outcome.problems if (p.sheet, p.cell) == (sheet, cell)]
    assert [p.code for p in told] == ["error_in_sum" if None in wanted.values() else "excel_error"]
    assert not any("#N/A" in str(p.details.get("got")) for p in outcome.problems if p not in told)


@pytest.mark.libreoffice
def test_libreoffice_counts_errors_alike(tmp_path: Path) -> None:
    chosen = [(AGENCY, "clients", "client"), (SERVICE, "sales", "amount"), (SERVICE, "clients", "client")]
    paths = [workbook(tmp_path / f"{n}.xlsx", *one) for n, one in enumerate(chosen)]
    for path, values in zip(paths, libreoffice_values(paths), strict=True):
        assert differences(path, values) == []
