"""The markers by which ``make test-fast`` leaves tests out follow from what a test leads to."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

import computed
import engines
import libreoffice
import uses
import workbooks
from kpixl.period import Period


def _by_a_nested_function(path: Path) -> list[object]:
    def compute() -> object:
        return engines.ironcalc_values(path)

    return [compute()]


def _by_a_module(path: Path) -> object:
    return libreoffice.to_pdf(path, path.parent)


def _by_nothing() -> Period:
    return Period.parse("2026-10")


@pytest.mark.parametrize(
    ("leads_to", "markers"),
    [
        (workbooks.make, {"workbook"}),
        (engines.libreoffice_values, {"libreoffice"}),
        (computed.Computed, {"workbook", "engine", "libreoffice"}),
        (_by_a_nested_function, {"engine"}),
        (_by_a_module, {"libreoffice"}),
        (_by_nothing, set()),
    ],
)
def test_what_a_function_leads_to(leads_to: Callable[..., object], markers: set[str]) -> None:
    assert uses.leads_to(leads_to) == markers


@pytest.fixture
def book(tmp_path: Path) -> Path:
    return workbooks.make(tmp_path / "book.xlsx", workbooks.Filled(), refresh=False)


def test_a_fixture_counts(request: pytest.FixtureRequest, book: Path) -> None:
    assert book.exists()
    assert "workbook" in {marker.name for marker in request.node.iter_markers()}
