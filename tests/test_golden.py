"""The workbook as a whole, element by element, against one that somebody has looked at.

After a change that is meant to show: ``python -m tests.regenerate_golden``.
"""

from __future__ import annotations

import shutil
from datetime import datetime
from pathlib import Path

import pytest

from catalogues import catalogue_in, change, copied, kpi
from engines import cached_values, contents, differences, ironcalc_values
from goldens import LANGUAGES, Difference, build, compare, its_catalogue, path_of
from kpixl.functions.describe import functions
from kpixl.ooxml.package import MAIN, Package
from kpixl.verbs import refresh
from narrow import some
from workbooks import append, day, named, opened, placed

# Counted by hand from the rows in workbooks.ROWS, with 8 typed leads and 2.99 hours as a threshold.
VALUES = {
    "css": 2 / 3,
    "art": 2.95,
    "crr": 0.5,
    "tcr": 1 / 3,
    "aur": 0.8125,
    "ncar": 0.125,
    "sdi": 2 / 3,
}
LEVELS = {
    "en": {
        "css": "▼ below benchmark",
        "art": "▲ above average",
        "crr": "▼ below benchmark",
        "tcr": "▼ below benchmark",
        "aur": "▲ above average",
        "ncar": "▲ above average",
        "sdi": "★ exceptional",
    },
}


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_golden_workbook(language: str, tmp_path: Path) -> None:
    with its_catalogue(path_of(language)):
        made = build(tmp_path / "made.xlsx", language)
    found = compare(path_of(language), made)
    assert not found, "\n".join(["the workbook has changed; see tests/regenerate_golden.py", *map(str, found)])


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_numbers_in_the_golden_workbook(language: str) -> None:
    path = path_of(language)
    cached, book = cached_values(path), opened(path)
    assert {kpi: cached[named(book, f"va_{kpi}_value")] for kpi in VALUES} == pytest.approx(VALUES)
    shapes = {kpi: str(cached[named(book, f"va_{kpi}_level")])[0] for kpi in VALUES}
    assert shapes == {kpi: word[0] for kpi, word in LEVELS["en"].items()}
    assert cached[named(book, "va_css_change")] == pytest.approx(2 / 3 - 0.5)
    assert cached[placed(book, "kpis", "css", "change")] == pytest.approx(100 / 6)  # a share rises by points
    assert cached[placed(book, "totals", "leads", "log")] == 4
    assert cached[named(book, "leads")] == 8
    assert cached[placed(book, "totals", "leads", "to_date")] == 6 + 8
    # September and October are the last two of twelve periods.
    assert cached[placed(book, "spark", "css", "p11")] == 0.5
    assert cached[placed(book, "spark", "css", "p10")] == 0.75
    assert differences(path, ironcalc_values(path)) == []


def test_the_words_in_the_golden_workbook() -> None:
    path = path_of("en")
    cached, book = cached_values(path), opened(path)
    assert {kpi: cached[named(book, f"va_{kpi}_level")] for kpi in VALUES} == LEVELS["en"]
    # Three answers, of which three satisfied ones would be needed for 85 %.
    assert cached[placed(book, "kpis", "css", "to_next")] == "Satisfied answers: +1 → typical"
    assert cached[placed(book, "kpis", "css", "against_target")] == "missed"
    assert cached[placed(book, "totals", "leads", "source")] == "typed"


def test_a_kpi_more_in_the_catalogue_is_no_change_of_the_golden_workbook(tmp_path: Path) -> None:
    folder = copied(tmp_path / "catalogue")
    change(folder / "kpis.yaml", {"further": {"formula": "leads", "arguments": ["leads"], "unit": "count",
                                              "direction": "up", "lever": "leads"}})  # fmt: skip
    further = {"further": kpi("MORE", {"leads": 3}, 3)}
    change(folder / "businesses" / "remote-va-agency.yaml", {"kpis": further})
    with catalogue_in(folder):
        assert "KPI_FURTHER" in functions()
        with its_catalogue(path_of("en")):
            assert "KPI_FURTHER" not in functions()
            assert compare(path_of("en"), build(tmp_path / "made.xlsx", "en")) == []


# The comparer can tell


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    return Path(shutil.copy(path_of("en"), tmp_path / "copy.xlsx"))


def test_the_same_workbook_has_no_differences(copy: Path) -> None:
    assert compare(path_of("en"), copy) == []


def test_the_moment_is_no_difference(copy: Path) -> None:
    refresh.refresh(copy, now=datetime(2031, 2, 3, 4, 5))
    assert contents(copy) != contents(path_of("en"))
    assert compare(path_of("en"), copy) == []


def test_a_changed_formula_is_told_by_its_cell(copy: Path) -> None:
    package = Package.open(copy)
    sheet = opened(copy).sheets["kpis"]
    _, cell = named(opened(copy), "va_css_value")
    root = package.tree(sheet.part)
    formula = next(c for c in root.iter(f"{{{MAIN}}}c") if c.get("r") == cell).find(f"{{{MAIN}}}f")
    some(formula).text = "1"
    package.replace(sheet.part, root)
    package.save(copy)
    (found,) = compare(path_of("en"), copy)
    assert (found.part, f"[{cell}]" in found.element) == (sheet.part, True)
    assert "'1' in the other" in found.what


def test_a_part_too_many_is_told(copy: Path) -> None:
    package = Package.open(copy)
    package.add("xl/extra.xml", b"<extra/>", "application/xml", "xml")
    package.save(copy)
    assert Difference("xl/extra.xml", "the part", "is only in the other") in compare(path_of("en"), copy)


def test_a_row_of_the_owner_is_told(copy: Path) -> None:
    append(copy, "leads", {"date": [day("2026-10-20")], "lead": ["E"]})
    parts = {difference.part for difference in compare(path_of("en"), copy)}
    assert parts == {opened(copy).sheets["leads"].part, *_table(copy)}


def _table(path: Path) -> set[str]:
    return {table.part for table in Package.open(path).tables if table.name == "tbl_leads"}
