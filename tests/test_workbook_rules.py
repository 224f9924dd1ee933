"""Rules for the workbooks of every business and language: the schema, the limits of Excel, names, references."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from functools import cache
from itertools import product
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from lxml.etree import _Element as Element
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

import builds
from clock import NOW
from engines import formula_cells
from kpixl.catalog import businesses
from kpixl.catalog.model import OWN_SLOTS
from kpixl.catalog.needs import settings_of
from kpixl.entries import Setup
from kpixl.functions.describe import functions
from kpixl.i18n import language
from kpixl.kpi.interval import CONFIDENCE
from kpixl.kpi.signals import SCALE
from kpixl.kpi.what_if import changeable
from kpixl.languages import codes
from kpixl.ooxml.cells import cell_name, parse_area
from kpixl.ooxml.package import MAIN, OFFICE_RELATIONSHIP, Package
from kpixl.period import Period
from kpixl.verbs import demo, new, refresh
from kpixl.workbook import entry_sheets, layout, letters
from kpixl.workbook.blank import context_of_new
from kpixl.workbook.sheets import board, dashboard, guide, kpis, log, own, thresholds
from narrow import some
from repairs import repairs
from schema import schema_errors
from workbooks import blank, named, opened, package_of, placed

# openpyxl says what it would lose.
pytestmark = pytest.mark.filterwarnings("ignore:.*extension is not supported")

CHART = "http://schemas.openxmlformats.org/drawingml/2006/chart"
X14 = "http://schemas.microsoft.com/office/spreadsheetml/2009/9/main"
XM = "http://schemas.microsoft.com/office/excel/2006/main"

NOT_FAULTS = {
    # Valid by the schema; Excel moves them to its shared table when it saves.
    "inline-string cell(s)",
}
"""What the validator says of a right workbook, with the reason why it is not one."""

FUNCTIONS = {
    "ABS", "AND", "AVERAGEIFS", "CHAR", "CHIINV", "CHOOSE", "COLUMNS", "COUNT", "COUNTA", "COUNTBLANK", "COUNTIF",
    "COUNTIFS", "DATE", "DAY", "EDATE", "HYPERLINK", "IF", "IFERROR", "INDEX", "INT", "ISERROR", "ISNUMBER", "LEFT",
    "LEN", "LOG10", "MATCH", "MAX", "MEDIAN", "MID", "MIN", "MONTH", "N", "NA", "NOT", "OR", "REPT", "ROUND", "ROUNDUP",
    "ROWS", "SIGN", "SMALL", "SQRT", "SUBSTITUTE", "SUM", "SUMIF", "SUMIFS", "SUMPRODUCT", "TINV", "TODAY", "WEEKDAY",
    "YEAR",
}  # fmt: skip
"""All are in Excel 2007 already, and in LibreOffice. A new one belongs here only if it is in Excel 2016."""

LITERALS = {
    "", ">=", "<=", "<", ">", "=", "<>", ">=-1E300", ": ", " → ", "+", "−", " · ", " – ", "{day}", "{y}", "{d}",
    "{period}", "{days}", "{count}", ">0", "<0", "~", "~~", "*", "~*", "?", "~?", "{figure}", "{step}", "·", "●",
    "{good}", "{typical}", "{act}", "{errors}", "{others}", "{kpi}", ">=2", "?*", "d", "m", "n", "✔", "✘", "◆ ", " ✖ ",
    "{sign}", "{amount}", "{level}", "%", "h", "o", "€", "1", "2",
}  # fmt: skip
"""What formulas hold in quotes, besides ids of measures and KPIs: signs that are the same in every language."""

_ALSO: dict[str, tuple[str, ...]] = {chosen[0]: (chosen[1],) for chosen in reversed(demo.samples())}
_ALSO["remote-va-agency"] = codes()
KEYS = [(business.id, code) for business in businesses() for code in dict.fromkeys(("en", *_ALSO.get(business.id, ())))]
"""Every business in English and in the language of its sample, one of them in all."""
SAMPLED = {chosen[:2] for chosen in demo.samples()}
"""Those of which there is a sample workbook, which is held to the same schema."""
KINDS = {"2026-10": "month", "2026-Q4": "quarter", "2026-W43": "week", "2026": "year"}

Key = tuple[str, str]


@pytest.fixture(scope="module")
def books(tmp_path_factory: pytest.TempPathFactory) -> dict[Key, Path]:
    """A new workbook for every business and language, one of them for a company whose name XML has to escape."""
    folder = tmp_path_factory.mktemp("new")
    found = {key: blank(folder / f"{'-'.join(key)}.xlsx", *key) for key in KEYS}
    return {**found, KEYS[0]: _new(folder, *KEYS[0], period="2026-10")}


def _new(folder: Path, business: str, code: str, period: str) -> Path:
    out = folder / f"{business} {code} {period}.xlsx"
    return new.new(Setup(business, code, Period.parse(period), "Ñandú & Co", "EUR"), out, now=NOW)


@pytest.fixture(params=KEYS, ids="-".join)
def book(request: pytest.FixtureRequest, books: dict[Key, Path]) -> Path:
    return books[request.param]


@pytest.fixture(scope="module")
def samples(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    return [outcome.path for outcome in builds.samples(tmp_path_factory.mktemp("demo"))]


@cache
def _loaded(path: Path) -> openpyxl.Workbook:
    """A workbook as openpyxl reads it, once for all that is asked of it. Nobody changes it."""
    return openpyxl.load_workbook(path)


def findings(path: Path) -> list[str]:
    found = [str(error) for error in schema_errors(path)]
    return [text for text in found if not any(known in text for known in NOT_FAULTS)]


# The schema


@pytest.mark.parametrize("key", [key for key in KEYS if key[1] == "en" or key not in SAMPLED], ids="-".join)
def test_a_new_workbook_is_valid(key: Key, books: dict[Key, Path]) -> None:
    assert findings(books[key]) == []


def test_the_sample_workbooks_are_valid(samples: list[Path]) -> None:
    assert {path.name: findings(path) for path in samples} == {path.name: [] for path in samples}


def test_a_refreshed_workbook_is_valid(books: dict[Key, Path], tmp_path: Path) -> None:
    path = tmp_path / "again.xlsx"
    path.write_bytes(books[KEYS[0]].read_bytes())
    refresh.refresh(path, now=NOW)
    assert findings(path) == []


@pytest.mark.parametrize("period", KINDS)
def test_every_length_of_period_makes_a_valid_workbook(period: str, tmp_path: Path) -> None:
    assert findings(_new(tmp_path, *KEYS[0], period=period)) == []


def test_the_validator_finds_faults(books: dict[Key, Path], tmp_path: Path) -> None:
    path = tmp_path / "faulty.xlsx"
    path.write_bytes(books[KEYS[0]].read_bytes())
    package = Package.open(path)
    root = package.tree(package.sheets[0].part)
    next(root.iter(f"{{{MAIN}}}c")).set("t", "nonsense")
    package.replace(package.sheets[0].part, root)
    package.save(path)
    (found,) = findings(path)
    assert "[schema]" in found


def test_excel_would_not_offer_to_repair(books: dict[Key, Path], samples: list[Path]) -> None:
    paths = [*books.values(), *samples]
    assert {path.name: repairs(path) for path in paths} == {path.name: [] for path in paths}


# Formulas


def formulas(path: Path) -> Iterator[str]:
    """Of cells, table columns, rules, validations and names, but for functions: tests/functions has rules for those."""
    package = Package.open(path)
    for part in package.parts:
        if part.endswith(".xml") and part.startswith("xl/"):
            for element in package.tree(part).iter(*HOLD_FORMULAS):
                if element.text and not is_function(element.get("name")):
                    yield element.text


HOLD_FORMULAS = [
    f"{{*}}{tag}" for tag in ("f", "formula", "formula1", "formula2", "calculatedColumnFormula", "definedName")
]


def is_function(name: str | None) -> bool:
    return name is not None and name.startswith("KPI_")


def literals(formula: str) -> list[str]:
    return [text.replace('""', '"') for text in re.findall(r'"((?:[^"]|"")*)"', formula)]


def without_literals(formula: str) -> str:
    return re.sub(r"'(?:[^']|'')*'!", "", re.sub(r'"(?:[^"]|"")*"', '""', formula))


def test_only_functions_of_excel_2016(books: dict[Key, Path], samples: list[Path], tmp_path: Path) -> None:
    used = Counter[str]()
    others = [_new(tmp_path, *KEYS[0], period=period) for period in KINDS]
    for path in (*books.values(), *samples, *others):
        for formula in formulas(path):
            used.update(re.findall(r"([\w.]+)\(", without_literals(formula)))
    assert set(used) == FUNCTIONS
    assert used["COUNTIFS"] > 100


def test_no_formula_holds_words(book: Path) -> None:
    entries = opened(book).entries
    ids = {measure.name for measure in entries.business.measures} | {kpi.name_prefix for kpi in entries.business.kpis}
    ids |= set(OWN_SLOTS) | {f"{name}." for name in ids}
    for formula in formulas(book):
        # Links are written anew by every refresh; the shapes of levels are the same in every language; a list of words
        # that a column offers is compared with nothing.
        if not formula.startswith(("HYPERLINK(", "LEFT(", '"')):
            assert set(literals(formula)) <= LITERALS | ids, formula


def test_limits_of_formulas(books: dict[Key, Path], samples: list[Path]) -> None:
    for path in (*books.values(), *samples):
        for formula in formulas(path):
            assert len(formula) <= 8192
            assert all(len(text) <= 255 for text in literals(formula))


@pytest.mark.parametrize("id_", [business.id for business in businesses()])
def test_formulas_are_the_same_in_every_language(id_: str, books: dict[Key, Path], tmp_path: Path) -> None:
    english = _neutral(books[id_, "en"])
    assert len(english) > 500
    for code in codes():
        book = books.get((id_, code)) or blank(tmp_path / f"{code}.xlsx", id_, code)
        assert _neutral(book) == english, code


def _neutral(path: Path) -> dict[tuple[str, str], str]:
    """Formulas by sheet and cell, with keys and ids for sheet names and headings."""
    book = opened(path)
    sheets = {sheet.name: key for key, sheet in book.sheets.items()}
    columns = {(table, heading): id_ for table, its in book.headings.items() for id_, heading in its.items()}
    names = re.compile("|".join(f"'{re.escape(name)}'!|{re.escape(name)}!" for name in sheets))
    found = {}
    for (sheet, cell), formula in formula_cells(path).items():
        if not formula.startswith("HYPERLINK("):
            formula = re.sub(
                r"(?<=\btbl_)(\w+)(\[(?:\[#This Row\],\[)?)([^\[\]]+)(?=\])",
                lambda found: f"{found[1]}{found[2]}{columns.get((found[1], found[3]), found[3])}",
                formula,
            )
            formula = names.sub(lambda found: sheets[found[0][:-1].strip("'")] + "!", formula)
            found[sheets[sheet], cell] = formula
    return found


def test_words_for_formulas_stand_on_the_hidden_sheet(books: dict[Key, Path]) -> None:
    for path in books.values():
        book = opened(path)
        hidden = _loaded(path)[layout.HIDDEN_SHEET]
        _, cell = placed(book, "words", "level_3", "text")
        assert str(hidden[cell].value).startswith("★ ")
        assert hidden.sheet_state == "hidden"


def test_not_available_stands_on_the_hidden_sheet_alone(book: Path) -> None:
    places = {sheet for (sheet, _), formula in formula_cells(book).items() if "NA()" in formula}
    assert places == {layout.HIDDEN_SHEET}


# Names


def test_names_of_tables_cells_and_columns(book: Path) -> None:
    package = Package.open(book)
    entries = package.tree(package.workbook_part).iter(f"{{{MAIN}}}definedName")
    names = [name for entry in entries if not (name := some(entry.get("name"))).startswith("_xlnm.")]
    tables = [table.name for table in package.tables]
    assert len(names) > 150
    clashes = [name for name, count in Counter(n.lower() for n in (*names, *tables)).items() if count > 1]
    assert clashes == []
    for name in (*names, *tables):
        assert re.fullmatch(r"[A-Za-z_\\][A-Za-z0-9_.\\]*", name), name
        assert len(name) <= 255
        assert not re.fullmatch(r"[A-Za-z]{1,3}\d+", name), f"{name} looks like a cell"
        assert not re.fullmatch(r"(?i)r\d*(c\d*)?|c\d*", name), f"{name} looks like a row or column"
        assert is_function(name) == name.upper().startswith("KPI_"), "kept for functions"
    assert {name for name in names if is_function(name)} == set(functions())


def test_names_of_all_businesses_fit_together() -> None:
    """Functions, tables, measures and results share one namespace, and so may workbooks for two businesses."""
    names: dict[str, set[str]] = {}
    for business in businesses():
        for kpi in business.kpis:
            names.setdefault(kpi.name_prefix.lower(), set()).add(f"{business.id} {kpi.id}")
            names.setdefault(f"kpi_{kpi.id}".lower(), set()).add(f"function {kpi.id}")
        for measure in business.measures:
            names.setdefault(measure.name.lower(), set()).add(f"measure {measure.name}")
        for table in business.tables:
            names.setdefault(layout.table_name(table.id).lower(), set()).add(f"table {table.id}")
    assert {name: owners for name, owners in names.items() if len(owners) > 1} == {}


def test_names_are_the_same_in_every_language(books: dict[Key, Path]) -> None:
    for business in businesses():
        english = set(Package.open(books[business.id, "en"]).defined_names)
        for code in _ALSO[business.id]:
            assert set(Package.open(books[business.id, code]).defined_names) == english


def test_every_name_refers_to_something(book: Path) -> None:
    package = Package.open(book)
    headings = {table.name: set(table.columns) for table in package.tables}
    for name, target in package.defined_names.items():
        if is_function(name):
            # Every address in a function is a range.
            ranges = re.findall(r"('[^']+'![$A-Z0-9]+:[$A-Z0-9]+)", target)
            assert [reference for reference in ranges if cells_missing(package, reference)] == [], name
            assert "#REF!" not in target, name
            continue
        found = re.fullmatch(r"(tbl_\w+)\[(.+)\]", target)
        if found:
            assert found[2] in headings[found[1]], name
        elif name.startswith("_kpixl.block."):
            # The corner of a block is empty: its ids stand beside and below it.
            sheet, _, address = target.rpartition("!")
            area = parse_area(address.replace("$", ""))
            assert area.bottom > area.top, name
            assert area.right > area.left, name
            assert cells_missing(package, f"{sheet}!{cell_name(area.top, area.right)}") == [], name
            assert cells_missing(package, f"{sheet}!{cell_name(area.bottom, area.left)}") == [], name
        else:
            assert cells_missing(package, target) == [], name


def test_names_of_sheets(book: Path) -> None:
    sheets = [sheet.name for sheet in Package.open(book).sheets]
    assert len({name.lower() for name in sheets}) == len(sheets)
    for name in sheets:
        assert 0 < len(name) <= 31
        assert not re.search(r"[\[\]:*?/\\]", name)
        assert not name.startswith("'")
        assert not name.endswith("'")
        assert name.lower() not in ("history", "historial", "historique", "histórico", "istoric")


def test_headings_of_tables(book: Path) -> None:
    for table in Package.open(book).tables:
        assert len({heading.lower() for heading in table.columns}) == len(table.columns), table.name
        for heading in table.columns:
            assert re.fullmatch(r"\w[\w ]*\w", heading), heading
            assert len(heading) <= 255


# References


def cells_missing(package: Package, reference: str) -> list[str]:
    """Which of the corners of a reference no sheet holds."""
    sheet_name, _, address = reference.rpartition("!")
    sheet = next((s for s in package.sheets if s.name == sheet_name.strip("'").replace("''", "'")), None)
    if sheet is None:
        return [reference]
    known = _cells_of(package.path)[sheet.part]
    corners = address.replace("$", "").split(":")
    return [corner for corner in corners if corner not in known]


def _cells(package: Package, part: str) -> set[str]:
    return {some(cell.get("r")) for cell in package.tree(part).iter(f"{{{MAIN}}}c")}


@cache
def _cells_of(path: Path) -> dict[str, set[str]]:
    """The cells of every sheet, by its part. Nobody changes the workbook."""
    package = Package.open(path)
    return {sheet.part: _cells(package, sheet.part) for sheet in package.sheets}


def sheets_of(path: Path) -> Iterator[tuple[str, Element, set[str]]]:
    package = Package.open(path)
    for sheet in package.sheets:
        yield sheet.name, package.tree(sheet.part), _cells(package, sheet.part)


def test_rules_and_validations_stand_on_cells(book: Path) -> None:
    count = 0
    for name, root, _ in sheets_of(book):
        sheet = parse_area(some(some(root.find(f"{{{MAIN}}}dimension")).get("ref")))
        for element in (*root.iter(f"{{{MAIN}}}conditionalFormatting"), *root.iter(f"{{{MAIN}}}dataValidation")):
            for ref in some(element.get("sqref")).split():
                assert sheet.union(parse_area(ref)) == sheet, (name, ref)
                count += 1
    assert count > 50


def test_texts_of_validations_fit(book: Path) -> None:
    for _, root, _ in sheets_of(book):
        for rule in root.iter(f"{{{MAIN}}}dataValidation"):
            assert len(rule.get("promptTitle", "")) <= 32
            assert len(rule.get("errorTitle", "")) <= 32
            assert len(rule.get("prompt", "")) <= 255
            assert len(rule.get("error", "")) <= 255
            assert all(len(some(formula.text)) <= 255 for formula in rule)


def test_every_field_has_an_input_message_and_names_are_picked_from_their_tables(book: Path) -> None:
    where = opened(book)
    business = where.entries.business
    tables = {table.id for table in business.tables}
    picked = 0
    for table in business.tables:
        rows = some(where.entries.tables[table.id])
        root = package_of(where).tree(where.sheets[table.id].part)
        rules = {rule.get("sqref"): rule for rule in root.iter(f"{{{MAIN}}}dataValidation")}
        for field in table.fields:
            rule = rules[rows.cell(field.id, 0)]
            assert rule.get("promptTitle")
            assert rule.get("prompt")
            if field.type == "text" and field.refers_to not in tables and rule.get("type") == "list":
                # Words that are offered: whoever types another one is not asked about it.
                assert some(rule.findtext(f"{{{MAIN}}}formula1")).startswith('"')
                assert rule.get("showErrorMessage") in (None, "0", "false")
                continue
            assert rule.get("error")
            if field.refers_to in tables:
                key = next(other.id for other in business.table(field.refers_to).fields if other.key)
                name = f"_kpixl.{field.refers_to}.{key}"
                assert (rule.get("type"), rule.findtext(f"{{{MAIN}}}formula1")) == ("list", name)
                heading = where.headings[field.refers_to][key]
                assert package_of(where).defined_names[name] == f"tbl_{field.refers_to}[{heading}]"
                assert rule.get("errorStyle") == "warning"
                picked += 1
            else:
                kinds = {"date": "date", "number": "decimal", "choice": "list"}
                assert rule.get("type") == kinds.get(field.type, "textLength")
            if field.choices:
                area = parse_area(some(rule.findtext(f"{{{MAIN}}}formula1")).rpartition("!")[2].replace("$", ""))
                assert area.bottom - area.top + 1 == len(field.choices)
    assert picked == NAMES_PICKED[business.id]


NAMES_PICKED = {
    "remote-va-agency": 9, "luxury-personal-assistant": 11, "multilingual-va": 8, "career-coaching": 6,
    "service-business": 11,
}  # fmt: skip
"""The columns of each business for a name that another sheet lists: clients, assistants, services."""


def test_a_filled_example_stands_beside_each_title(book: Path) -> None:
    """Right of where the title ends, something for each column that is needed; out of sight once there is a row."""
    where = opened(book)
    t = language(where.entries.language)
    for table in where.entries.business.tables:
        sheet = _loaded(book)[where.sheets[table.id].name]
        example = next(cell for cell in sheet[1][1:] if cell.value)
        said = t("For example: {example}").format(example="")
        assert str(example.value).startswith(said)
        shown = dict(part.split(": ", 1) for part in str(example.value).removeprefix(said).split(" · "))
        assert {t(field.heading) for field in table.fields if field.required and not field.extra} <= {*shown}
        assert all(shown.values())
        before = [sheet.column_dimensions[get_column_letter(one)] for one in range(1, example.column)]
        assert sum(7 * one.width for one in before if not one.hidden) >= letters.width(t(table.title), 18, bold=True)
        (rule,) = (one for area, rules in _rules_of(sheet) if example.coordinate in area for one in rules)
        assert (rule.formula[0].startswith("COUNTA("), rule.dxf.font.color.rgb[-6:]) == (True, "FFFFFF")


def _rules_of(sheet: Worksheet) -> Iterator[tuple[str, list[Any]]]:
    for area in sheet.conditional_formatting:
        yield str(area.sqref), area.rules


def test_the_drop_down_for_the_trend_holds_every_kpi(book: Path) -> None:
    where = opened(book)
    sheet, cell = named(where, "trend_kpi")
    root = next(root for name, root, _ in sheets_of(book) if name == sheet)
    rule = next(rule for rule in root.iter(f"{{{MAIN}}}dataValidation") if rule.get("sqref") == cell)
    source = some(rule.findtext(f"{{{MAIN}}}formula1"))
    area = parse_area(source.rpartition("!")[2].replace("$", ""))
    assert area.bottom - area.top + 1 == len(where.entries.business.kpis) + len(OWN_SLOTS)
    assert cells_missing(package_of(where), source) == []


def test_charts_draw_cells_that_are_there(book: Path) -> None:
    where = opened(book)
    package = package_of(where)
    charts = [part for part in package.parts if "/charts/chart" in part]
    assert len(charts) == 2 + len(where.entries.business.pareto)
    for part in charts:
        references = [some(f.text) for f in package.tree(part).iter(f"{{{CHART}}}f")]
        assert len(references) >= 4
        assert [text for text in references if cells_missing(package, text)] == []


def test_a_sparkline_in_every_row(book: Path) -> None:
    where = opened(book)
    root = package_of(where).tree(where.sheets["dashboard"].part)
    lines = list(root.iter(f"{{{X14}}}sparkline"))
    assert len(lines) == len(where.entries.business.kpis) + len(OWN_SLOTS)
    cells = _cells(package_of(where), where.sheets["dashboard"].part)
    for line in lines:
        assert line.findtext(f"{{{XM}}}sqref") in cells
        source = some(line.findtext(f"{{{XM}}}f"))
        span = source.rpartition("!")[2]
        assert cells_missing(package_of(where), source) == []
        area = parse_area(span)
        assert (area.bottom - area.top, area.right - area.left + 1) == (0, 12)
    assert len({line.findtext(f"{{{XM}}}sqref") for line in lines}) == len(lines)


def test_links_lead_somewhere(book: Path) -> None:
    package = Package.open(book)
    locations = [link.get("location") for _, root, _ in sheets_of(book) for link in root.iter(f"{{{MAIN}}}hyperlink")]
    assert len(locations) > 10
    assert {location for location in locations if location not in package.defined_names} == set()


# Comfort and protection


def test_headings_stay_in_sight(book: Path) -> None:
    where, workbook = opened(book), _loaded(book)
    for table in where.entries.business.tables:
        rows = some(where.entries.tables[table.id])
        assert workbook[rows.sheet].freeze_panes == f"B{rows.first_row}"
    for block in ("totals", "kpis", "check"):
        assert workbook[where.sheets[block].name].freeze_panes


def test_the_guide_begins_with_how_to_read_the_figures(book: Path) -> None:
    """Each part has a heading and its lines, in a row that is high enough; what is of statistics comes behind the KPIs,
    and is told with its numbers."""
    where, workbook = opened(book), _loaded(book)
    first_kpi, last_kpi = (
        placed(where, "guide", f"{where.entries.business.kpis[place].id}_name", "text") for place in (0, -1)
    )
    texts = {}
    for part in ("levels", "sure", "signal", "pace", "step", "together", "blank"):
        sheet, cell = placed(where, "guide", f"how_{part}", "text")
        found = workbook[sheet][cell]
        texts[part] = str(found.value)
        assert workbook[sheet].cell(found.row, found.column - 1).value
        if part in ("sure", "signal", "pace"):
            assert found.row > workbook[sheet][last_kpi[1]].row
        else:
            assert found.row < workbook[sheet][first_kpi[1]].row
        assert found.alignment.wrap_text
        lines = letters.lines(texts[part], letters.room(workbook[sheet].column_dimensions[found.column_letter].width))
        assert workbook[sheet].row_dimensions[found.row].height >= 13 * lines
    assert re.search(rf"{100 * CONFIDENCE:.0f}\s?%.*1927.*2016.*1908", texts["sure"], re.DOTALL)
    assert re.search(str(SCALE).replace(".", "[.,]"), texts["signal"])
    assert "◆" in texts["signal"]


def test_the_guide_answers_in_the_order_of_questions() -> None:
    """What is it, how do I stand, what do I do, how is it computed, where does the benchmark come from."""
    asked = ["definition", "bands", "tips", "formula", "source"]
    assert [part for part in guide.PARTS if part in asked] == asked


def test_words_that_a_list_offers_fit_into_it() -> None:
    """Excel parts such a list at its commas, and takes 255 characters of it."""
    for owner in businesses():
        for table in owner.tables:
            for field, code in product(table.fields, codes()):
                words = entry_sheets.suggested(field, language(code))
                assert len(",".join(words)) <= 255
                assert not any(set(word) & set(',"') for word in words), (field.id, code)
                assert len(words) == len(set(words)) >= (12 if field.role == "language" else len(field.suggested))


def test_what_no_kpi_has_is_out_of_sight() -> None:
    """Only a service business has leads that still convert and amounts that build up; it has no published levels."""
    published = {"typical_published", "above_average_published", "exceptional_published"}
    unpublished = {owner.id: set(thresholds.blank_columns(owner)) for owner in businesses()}
    assert unpublished["service-business"] == published
    assert unpublished["remote-va-agency"] == set()
    blank_there = {owner.id: set(kpis.blank_columns(owner)) for owner in businesses()}
    assert {"forecast", "steady", "pace"}.isdisjoint(blank_there["service-business"])


@pytest.mark.parametrize(
    ("code", "points"), [("en", " points"), ("es", " p. p."), ("fr", " pp"), ("pt", " p.p."), ("ro", " p.p.")]
)
def test_differences_of_shares_are_in_points(code: str, points: str) -> None:
    """A share that rises from 80 % to 84 % rises by 4 points, not by 4 %; an amount rises by an amount."""
    seen = set()
    for owner in businesses():
        setup = Setup(owner.id, code, Period.parse("2026-10"), "A", "EUR")
        for (row, column), cell in kpis.cells(context_of_new(setup, now=NOW)).items():
            kpi = next((one for one in owner.kpis if one.id == row), None)
            if kpi is not None and column in ("change", "gap"):
                shown = cell.style.format.replace("\u00a0", " ")
                share = kpi.kpi.unit == "fraction"
                assert shown.count(f'0.0"{points}"') == (3 if share else 0)
                assert "%" not in shown
                seen.add(share)
    assert seen == {True, False}


def test_results_are_protected_but_for_the_cells_of_the_owner(book: Path) -> None:
    where, workbook = opened(book), _loaded(book)
    business = where.entries.business
    inputs = {named(where, name) for name in ("company", "period_day", "trend_kpi")}
    inputs |= {placed(where, "settings", setting.id, "value") for setting in settings_of(business)}
    inputs |= {placed(where, "own", slot, column) for slot in OWN_SLOTS for column in own.COLUMNS}
    inputs |= {placed(where, "kpis", slot, "target") for slot in OWN_SLOTS}
    inputs |= {placed(where, "kpis", kpi.id, "window") for kpi in business.kpis if len(kpi.bound) > 1}
    inputs |= {placed(where, "totals", row, "typed") for row in ("of", *(item.name for item in business.measures))}
    inputs |= {placed(where, "in_use", kpi.id, "value") for kpi in business.kpis}
    inputs |= {
        placed(where, "what_if", measure.name, column)
        for measure in changeable(business)
        for column in ("change", "percent")
    }
    for kpi in business.kpis:
        inputs |= {placed(where, "kpis", kpi.id, "target")}
        inputs |= {
            placed(where, "thresholds", kpi.id, f"{level}_yours")
            for level in ("typical", "above_average", "exceptional")
        }
    inputs |= {
        placed(where, "dashboard", row, column) for row in board.FIRST_ROWS for column in dashboard.ENTRIES.values()
    }
    inputs |= {placed(where, "dashboard", *dashboard.NOTE), placed(where, "log", *log.SWITCH)}
    # What imports have learned may be emptied.
    imports = next(table for table in package_of(where).tables if table.name == "tbl_imports")
    inputs |= {(imports.sheet.name, f"{letter}{parse_area(imports.ref).bottom}") for letter in "BCD"}
    entries = {where.sheets[table.id].name for table in business.tables}
    unlocked = set()
    for sheet in workbook.worksheets:
        assert sheet.protection.sheet == (sheet.title not in entries), sheet.title
        assert not sheet.protection.password
        if sheet.title not in entries:
            merged = {
                str(cell.coordinate)
                for area in sheet.merged_cells.ranges
                for row in area.cells
                for cell in [sheet.cell(*row)]
                if cell.coordinate != area.start_cell.coordinate
            }
            unlocked |= {
                (sheet.title, cell.coordinate)
                for row in sheet.iter_rows()
                for cell in row
                if not cell.protection.locked and cell.coordinate not in merged
            }
    assert unlocked == inputs


def test_the_dashboard_prints_on_one_page(book: Path) -> None:
    where, workbook = opened(book), _loaded(book)
    sheet = workbook[where.sheets["dashboard"].name]
    assert sheet.print_area
    assert (sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight) == (1, 1)
    assert sheet.page_setup.orientation == "landscape"


def test_the_workbook_says_which_layout_it_has_and_asks_to_be_recalculated(book: Path) -> None:
    package = Package.open(book)
    assert package.custom_properties["kpixl"] == str(layout.LAYOUT_VERSION)
    calc = package.tree(package.workbook_part).find(f"{{{MAIN}}}calcPr")
    assert some(calc).get("fullCalcOnLoad") == "1"
    assert not package.related(package.workbook_part, OFFICE_RELATIONSHIP + "/calcChain")
