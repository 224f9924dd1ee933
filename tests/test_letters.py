"""How much room texts take: counted by hand, and held against the rows and columns of every kind of sheet."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from engines import contents
from kpixl.catalog import businesses
from kpixl.catalog.model import Level
from kpixl.entries import EntryTable
from kpixl.i18n import language
from kpixl.languages import codes
from kpixl.period import serial
from kpixl.texts.words import LEVELS, SHAPES, kpi_title
from kpixl.version import __version__
from kpixl.workbook import style
from kpixl.workbook.entry_sheets import across
from kpixl.workbook.letters import column, lines, room, width
from kpixl.workbook.sheets import dashboard
from workbooks import Filled, Rows, blank, day, make, opened, placed, put

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


A4_ACROSS = (11.69 - 2 * 0.4) * 96 / 7
"""Characters beside one another on a page of A4 between its margins."""


@pytest.mark.parametrize("code", codes())
def test_what_is_printed_across_can_be_read(code: str, tmp_path: Path) -> None:
    """On a page of A4 the letters of KPIs have 7 points at least, those of Breakdown 5: what is too wide goes on, on a
    page of its own, beside the names again."""
    own = dict(zip(codes(), [one.id for one in businesses()], strict=True))
    book = openpyxl.load_workbook(blank(tmp_path / "new.xlsx", own[code], code))
    for block, least in (("kpis", 7.0), ("breakdown", 5.0)):
        sheet = book[next(iter(book.defined_names[f"_kpixl.block.{block}"].destinations))[0]]
        assert 10.0 * min(1.0, A4_ACROSS / widest_page(sheet)) >= least, sheet.title


def widest_page(sheet: Worksheet) -> float:
    """The characters of the widest of the pages that stand beside one another."""

    def across_columns(first: int, last: int) -> float:
        looks = [sheet.column_dimensions[get_column_letter(number)] for number in range(first, last + 1)]
        return float(sum(look.width for look in looks if not look.hidden))

    pages = [area.rpartition("!")[2] for area in str(sheet.print_area).replace("$", "").split(",") if area]
    if not pages:
        return across_columns(1, sheet.max_column)
    areas = [openpyxl.utils.range_boundaries(page) for page in pages]
    beside = str(sheet.print_title_cols).replace("$", "").partition(":")[0]
    again = openpyxl.utils.column_index_from_string(beside)
    return max(
        across_columns(first, last) + (0 if first <= again <= last else across_columns(again, again))
        for first, _, last, _ in areas
    )


def _texts(rows: EntryTable) -> set[str]:
    return {str(text) for one in rows.texts.values() for text in one if text is not None}


@pytest.mark.parametrize("code", codes())
def test_what_stands_above_an_entry_table_is_printed_in_full(code: str, tmp_path: Path) -> None:
    """On paper a text ends with the last cell that is printed, and where a column is out of sight: title, example, help
    and the way back of every entry sheet, in every language, have the room that they take. Without the lines that they
    take a text would be found."""
    for business in businesses():
        path = blank(tmp_path / "new.xlsx", business.id, code)
        where, book = opened(path), openpyxl.load_workbook(path)
        for table in business.tables:
            sheet = book[where.sheets[table.id].name]
            assert above(sheet) == [], (business.id, table.id)
            assert len({cell.row for row in sheet["A1:C3"] for cell in row if cell.value}) == 3
            sheet.row_dimensions[2].height = 5
            assert [cell.coordinate for cell in above(sheet)] == ["A2"], (business.id, table.id)


def above(sheet: Any) -> list[Any]:
    """The texts above a table for which there is no room within what is printed: the columns in sight, and the cells
    that a text was given beyond them."""
    end = max(cell.column for cell in sheet[4] if cell.value and not hidden(sheet, cell.column))
    areas = {area.start_cell.coordinate: area for area in sheet.merged_cells.ranges}
    short = []
    for row in sheet.iter_rows(max_row=3):
        texts = [cell for cell in row if cell.value]
        for number, cell in enumerate(texts):
            area = areas.get(cell.coordinate)
            last = min([area.max_col if area else end, *(one.column - 1 for one in texts[number + 1 :])])
            there = sum(pixels(sheet, at) for at in range(cell.column, last + 1)) - 5 - 9 * cell.alignment.indent
            size, bold = cell.font.sz, bool(cell.font.b)
            needed = lines(cell.value, there, size, bold=bold) if cell.alignment.wrap_text else 1
            high = sheet.row_dimensions[cell.row].height or 15
            wide = cell.alignment.wrap_text or width(cell.value, size, bold=bold) <= there
            if not wide or needed * size * 1.2 > high:
                short.append(cell)
    return short


def hidden(sheet: Any, number: int) -> bool:
    return any(one.hidden and one.min <= number <= one.max for one in sheet.column_dimensions.values())


def pixels(sheet: Any, number: int) -> float:
    found = [one.width * 7 for one in sheet.column_dimensions.values() if (one.min or 0) <= number <= (one.max or 0)]
    return 0.0 if hidden(sheet, number) else float(found[0]) if found else 64.0


FIGURE = re.compile(r"(?<![\d.,/])\d{1,3}(?:[.,\u00a0\u202f]\d{3})*[.,]\d+(?![\d.,/])|\d[.,\u00a0\u202f]\d{3}\b")
"""A number as a language writes it: with a decimal sign, or its thousands apart. A date has more parts."""


def figures_in_texts(path: Path) -> list[Cut]:
    """Texts with such a number on a sheet that has numbers of that kind in cells, too, which each program writes as its
    own settings say. Of a formula's text the number is written so as well. What the owner wrote is hers."""
    where, book = opened(path), openpyxl.load_workbook(path)
    owners = {where.sheets[table.id].name for table in where.entries.business.tables}
    found = []
    for sheet in book:
        if sheet.sheet_state != "visible" or sheet.title in owners:
            continue
        cells = [cell for row in sheet.iter_rows() for cell in row if cell.value is not None]
        texts = [cell for cell in cells if cell.data_type == "s" and FIGURE.search(cell.value)]
        texts = [cell for cell in texts if not hidden(sheet, cell.column) and cell.value != __version__]
        numbers = [cell for cell in cells if cell.data_type in "nf" and FRACTIONS.search(cell.number_format)]
        found += [(sheet.title, cell.coordinate, cell.value) for cell in texts if numbers]
    return found


FRACTIONS = re.compile(r"0[.]0|#,##0")


@pytest.mark.parametrize("path", SAMPLES, ids=[path.stem for path in SAMPLES])
def test_no_number_stands_in_a_text_beside_numbers_in_cells(path: Path) -> None:
    """A reader whose Excel writes 84,2 % sees no 84.2% on the same sheet."""
    assert figures_in_texts(path) == []


def test_neither_do_cautions_steps_forecasts_and_late_outcomes_hold_one(tmp_path: Path) -> None:
    """All that may be said of a month: people burn out, an average misses its level by a little, half of the requests
    took less, the period runs, a total was typed over rows."""
    month = float(serial(date(2026, 9, 1)))
    rows: dict[str, Rows] = {
        "requests": {
            "id": ["R1", "R2", "R3"],
            "client": ["Ana"] * 3,
            "opened": [day("2026-10-01", 8)] * 3,
            "resolved": [day("2026-10-01", hour) for hour in (9.25, 10.5, 20.1)],
        },
        "surveys": {"date": [day("2026-10-02")] * 3, "client": ["Ana"] * 3, "score": [5, 1, 2]},
    }
    typed = {"productive_hours": 951.5, "available_hours": 1000.0, "satisfied": 70.5, "surveyed": 1100.0}
    past = [(month, "va_css", 0.8), (float(serial(date(2026, 8, 1))), "va_css", 0.9)]
    path = make(tmp_path / "b.xlsx", Filled(rows=rows, typed=typed, past=past, targets={"css": 0.905}))
    told = {str(cell.value) for cell in contents(path).values()}
    assert any("almost all of their hours" in text for text in told)
    assert "The rows alone come to:" in told
    assert figures_in_texts(path) == []
    put(path, {placed(opened(path), "kpis", "css", "comment"): "81.7%, below benchmark"})
    assert [text for _, _, text in figures_in_texts(path)] == ["81.7%, below benchmark"]


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


def test_a_text_has_an_end_where_it_has_no_room() -> None:
    assert [lines("mm m", room) for room in (0, -20)] == [3, 3]  # a letter a line


@pytest.mark.parametrize("columns", [1, 2])
def test_texts_above_a_narrow_table_have_room(columns: int) -> None:
    sheet = openpyxl.Workbook().active
    assert isinstance(sheet, Worksheet)
    for number in range(1, columns + 1):
        sheet.column_dimensions[get_column_letter(number)].width = 10
    for left, right in ((1, columns), (columns + 1, columns)):
        sheet.cell(left, left, "Nothing to enter in this period.")
        across(sheet, left, left, right, style.HELP)
        assert sheet.row_dimensions[left].height < 60
