"""How much room texts take: counted by hand, and held against the rows and columns of every kind of sheet."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from kpixl.catalog import businesses
from kpixl.catalog.model import Level
from kpixl.entries import EntryTable
from kpixl.i18n import language
from kpixl.languages import codes
from kpixl.texts.words import LEVELS, SHAPES, kpi_title
from kpixl.workbook.letters import column, lines, room, width
from kpixl.workbook.sheets import dashboard
from workbooks import blank, opened

# openpyxl says what it would lose.
pytestmark = pytest.mark.filterwarnings("ignore:.*extension is not supported")

SAFE = 1.05
SAMPLES = sorted(Path(__file__).parent.parent.joinpath("workbooks").glob("*.xlsx"))


def test_letters_are_as_wide_as_calibris() -> None:
    """From its table of widths: l 470, i 470, m 1636 of 2048 to the em; at 12 points an em is 16 pixels."""
    assert width("lim", 12) == pytest.approx((470 + 470 + 1636) / 2048 * 16 * SAFE)
    assert width("M", 12, bold=True) == pytest.approx(1790 / 2048 * 16 * SAFE)
    assert width("é") == width("e")
    assert width("ș") == width("s")
    assert width("") == 0


def test_words_go_into_lines() -> None:
    word = width("word")
    assert [lines(text, 2.5 * word) for text in ("word", "word word", "word word word", "word\nword")] == [1, 1, 2, 2]
    assert lines("w" * 100, width("w") * 40) == 3  # a word that is longer than a line goes on in the next


def test_a_column_has_room_for_its_longest_text() -> None:
    texts = ["short", "a good deal longer than that"]
    assert width(texts[1]) <= room(column(texts)) < width(texts[1]) + 14
    assert column(texts, 60) == 60


Cut = tuple[str, str, str]


def cut(path: Path) -> list[Cut]:
    """Texts for which there is no room: sheet, cell, text. What stands in a line of its own runs on over the empty
    cells beside it; what wraps has the height of its row."""
    book = openpyxl.load_workbook(path)
    return [(sheet.title, cell.coordinate, cell.value) for sheet in book for cell in _cut(sheet)]


def _cut(sheet: Any) -> Iterator[Any]:
    if sheet.sheet_state != "visible":
        return
    widths = {
        number: 0 if one.hidden else one.width * 7
        for one in sheet.column_dimensions.values()
        for number in range(one.min or 0, (one.max or 0) + 1)
    }
    merged = {area.start_cell.coordinate: area for area in sheet.merged_cells.ranges}
    for row in sheet.iter_rows():
        dimension = sheet.row_dimensions[row[0].row]
        if dimension.hidden:
            continue
        filled = [cell.column for cell in row if cell.value is not None]
        for cell in row:
            if cell.data_type == "s" and widths.get(cell.column, 64) and not cell.alignment.shrink_to_fit:
                area = merged.get(cell.coordinate)
                if not _fits(cell, area, widths, filled, dimension.height, sheet):
                    yield cell


def _fits(cell: Any, area: Any, widths: dict[int, float], filled: list[int], height: float | None, sheet: Any) -> bool:
    last = area.max_col if area else cell.column
    until = last
    if not cell.alignment.wrap_text and cell.alignment.horizontal in (None, "left", "general"):
        until = min((at for at in filled if at > last), default=16_384) - 1
        if until == 16_383:
            return True
    there = sum(widths.get(number, 64.0) for number in range(cell.column, until + 1)) - 5 - 9 * cell.alignment.indent
    size, bold = cell.font.sz, bool(cell.font.b)
    if not cell.alignment.wrap_text:
        return bool(width(cell.value, size, bold=bold) <= there)
    rows = range(cell.row, (area.max_row if area else cell.row) + 1)
    high = sum(sheet.row_dimensions[at].height or 15 for at in rows)
    return height is None or bool(lines(cell.value, there, size, bold=bold) * size * 1.2 <= high + 1)


@pytest.mark.parametrize("code", codes())
def test_no_text_of_a_new_workbook_is_cut(code: str, tmp_path: Path) -> None:
    """Each language in a business of its own, one without benchmarks among them."""
    own = dict(zip(codes(), [one.id for one in businesses()], strict=True))
    assert cut(blank(tmp_path / "new.xlsx", own[code], code)) == []


@pytest.mark.parametrize("path", SAMPLES, ids=[path.stem for path in SAMPLES])
def test_no_text_of_a_full_workbook_is_cut(path: Path) -> None:
    """With all that a refresh writes: comments, reasons, groups, lines of Past periods; the owner's names may be long,
    on her sheets and where they are repeated."""
    book = opened(path)
    hers = {book.sheets[table.id].name for table in book.entries.business.tables}
    names = {text for rows in book.entries.tables.values() if rows for text in _texts(rows)}
    assert [one for one in cut(path) if one[0] not in hers and one[2] not in names] == []


def _texts(rows: EntryTable) -> set[str]:
    return {str(text) for one in rows.texts.values() for text in one if text is not None}


def test_a_text_that_is_cut_is_found(tmp_path: Path) -> None:
    path = blank(tmp_path / "new.xlsx", "remote-va-agency", "en")
    book = openpyxl.load_workbook(path)
    book["Settings"].column_dimensions["B"].width = 12
    book["Guide"].row_dimensions[7].height = 5
    book.save(path)
    assert {sheet for sheet, _, _ in cut(path)} == {"Settings", "Guide"}


@pytest.mark.parametrize("code", codes())
def test_what_the_dashboard_says_of_a_kpi_has_room(code: str) -> None:
    """Levels in one line; names in one line of any size of workbook, where there is no room for more."""
    t = language(code)
    words = [f"{SHAPES[level]} {t(LEVELS[level])}" for level in Level]
    assert [word for word in words if width(word, 9, bold=True) > dashboard.LEVEL_ROOM] == []
    names = [t(kpi.name) for one in businesses() for kpi in one.kpis]
    assert [name for name in names if lines(name, dashboard.NAME_ROOM, 9, bold=True) > 2] == []


@pytest.mark.parametrize("code", codes())
def test_the_list_of_a_trend_has_room(code: str) -> None:
    """What is picked shrinks rather than being cut, but not to less than three quarters."""
    picked = sum(dashboard.PIXELS[column] for column in ("value", "target", "met", "previous"))
    titles = [kpi_title(kpi, language(code)) for one in businesses() for kpi in one.kpis]
    assert [title for title in titles if width(title, bold=True) * 0.75 > picked] == []
