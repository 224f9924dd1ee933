"""Workbooks of an earlier kpixl: brought up to date in place, with everything of the owner's."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from openpyxl.utils import get_column_letter
from openpyxl.workbook.defined_name import DefinedName

import builds
import libreoffice
import test_owner_things as things
from catalogues import catalogue_in
from clock import NOW, TODAY
from engines import assert_engine_agrees, contents, differences, ironcalc_values, libreoffice_values, parts
from excel_engine import Excel
from kpixl.catalog import business, businesses
from kpixl.catalog.model import OWN_SLOTS, Level
from kpixl.cli.main import main
from kpixl.cli.watch_log import event_text
from kpixl.entries import Setup
from kpixl.errors import EarlierWorkbook, OlderWorkbook
from kpixl.excel.live import open_workbook
from kpixl.i18n import language
from kpixl.ooxml.cells import cell_name, parse_area
from kpixl.ooxml.column_looks import columns_apart
from kpixl.ooxml.insert_rows import insert_rows
from kpixl.ooxml.package import MAIN, Package
from kpixl.ooxml.properties import mark
from kpixl.ooxml.references import RowsInserted, followed, followed_in_bytes, mapped, same_formula
from kpixl.ooxml.sheet import SheetEditor
from kpixl.period import Period
from kpixl.verbs import adopt, functions, new, refresh, results, roll, upgrade, watch
from kpixl.workbook import layout
from kpixl.workbook.blocks import Blocks
from kpixl.workbook.file_view import FileView
from kpixl.workbook.formulas import none_name
from kpixl.workbook.grid import Cell, Placement, label, live
from kpixl.workbook.migrate import STEPS, layout_record, migrate
from kpixl.workbook.read import fixed_in, read
from kpixl.workbook.sheets import dashboard, guide, kpis, settings, totals, vocabulary
from narrow import some
from packages import copies
from schema import schema_errors
from test_letters import above
from test_older_workbooks import FILLED, NEW, grown
from workbooks import day, make, named, opened, package_of, placed, put

pytestmark = pytest.mark.slow

__all__ = ["grown"]

OLDER = sorted((Path(__file__).parent / "older" / "layout-3").glob("*.xlsx"))
AGENCY = next(path for path in OLDER if path.name.startswith("TaskZenith"))


SAID_OTHERWISE = {"pa_upsell": "pa_upsell_period", "pa_referral": "pa_referral_period"}
"""Two KPIs were of a single period, and are of a year in new workbooks."""


def copied(path: Path, folder: Path) -> Path:
    return Path(shutil.copy(path, folder / path.name))


def of_the_owner(path: Path) -> dict[Any, Any]:
    """Everything that the owner has typed, by what it is and never by its cell."""
    blocks = Blocks(FileView(Package.open(path)))
    made = fixed_in(blocks).business
    places, sheets = blocks.places(*layout.blocks(made))
    found: dict[Any, Any] = {}

    def take(block: str, rows: list[str], columns: list[str]) -> None:
        for row in rows:
            for column in columns:
                cell = blocks.cell(places[block], sheets, row, column)
                if cell.raw is not None:
                    found[block, row, column] = cell.raw

    take("totals", [measure.name for measure in made.measures], ["typed"])
    levels = [f"{level}_yours" for level in ("typical", "above_average", "exceptional")]
    take("kpis", [*(kpi.id for kpi in made.kpis), *OWN_SLOTS], ["target", "window"])
    edges = places.get("thresholds", places["kpis"])
    found |= {
        ("yours", kpi.id, level): blocks.cell(edges, sheets, kpi.id, level).raw for kpi in made.kpis for level in levels
    }
    take("settings", list(places["settings"].row_numbers), ["value"])
    take("own", list(OWN_SLOTS), list(places["own"].column_numbers))
    take("what_if", [measure.name for measure in made.measures], ["change", "percent"])
    for slot in OWN_SLOTS:
        place = places["own"]
        found["formula", slot] = blocks.view.formula(sheets["settings"].name, *place.position(slot, "formula"))
    columns = {table.id: [column.id for column in table.fields] for table in made.tables}
    columns |= {layout.PAST: list(layout.PAST_COLUMNS), layout.IMPORTS: list(layout.IMPORT_COLUMNS)}
    calculated = {table.id: [column.id for column in table.calculated] for table in made.tables}
    for id_, ids in columns.items():
        table = blocks.view.table(blocks.table_name(id_, ids))
        assert table is not None
        assert len(table.rows) >= 1
        for column, heading in blocks.headings(id_, ids).items():
            if heading in table.columns:
                found[id_, column] = [row[table.columns.index(heading)] for row in table.rows]
        # Columns of her own, among them those that today's kpixl no longer asks for.
        known = {*blocks.headings(id_, [*ids, *calculated.get(id_, ())]).values()}
        for index, heading in enumerate(table.columns):
            if heading not in known and not blocks.view.formulas(table, table.letter(index)).any():
                found[id_, heading] = [row[index] for row in table.rows]
    return found


def typed_besides(path: Path) -> dict[tuple[str, str, str], Any]:
    """What not every sample has: a total typed instead of rows, a threshold of hers, a KPI of her own, and a supposed
    change, by what each is; typed where nothing stands yet."""
    blocks = Blocks(FileView(Package.open(path)))
    made = fixed_in(blocks).business
    places, sheets = blocks.places(*layout.blocks(made))
    free = [one.name for one in made.measures if blocks.cell(places["totals"], sheets, one.name, "typed").raw is None]
    entered: dict[tuple[str, str, str], Any] = {
        ("totals", free[0], "typed"): 41.0,
        ("kpis", made.kpis[-1].id, "typical_yours"): 0.125,
        ("own", "own_5", "label"): "Mine alone",
        ("own", "own_5", "formula"): f"={free[0]}*2",
        ("what_if", free[0], "change"): 3.0,
    }
    cells = {at: cell_name(*places[at[0]].position(*at[1:])) for at in entered}
    put(path, {(sheets[places[at[0]].sheet].name, cell): entered[at] for at, cell in cells.items()})
    return entered


def assert_as_new(path: Path, folder: Path) -> None:
    """Every formula of kpixl's is that of a new workbook, with this one's addresses, headings and names."""
    book = opened(path)
    entries = book.entries
    made = folder / "as new.xlsx"
    setup = Setup(entries.business.id, entries.language, entries.period, entries.company, entries.currency)
    new.new(setup, made, now=NOW)
    other = opened(made)
    chosen = {placed(other, "kpis", id_, "window"): cell.text for id_, cell in entries.windows.items()}
    own = {one.slot: {"label": one.label.text, "formula": f"={one.formula}"} for one in entries.own if one.formula}
    chosen |= {
        placed(other, "own", slot, column): text for slot, cells in own.items() for column, text in cells.items()
    }
    put(made, chosen)
    refresh.refresh(made, now=NOW)
    other = opened(made)
    titles = {sheet.name: key for key, sheet in other.sheets.items()}
    editors = {key: SheetEditor(package_of(book), sheet) for key, sheet in book.sheets.items()}
    others = {key: SheetEditor(package_of(other), sheet) for key, sheet in other.sheets.items()}
    cells = {
        (sheet.name, *place.position(row, column)): book.placements[id_].position(row, column)
        for id_, place in other.placements.items()
        for sheet in (other.sheets[place.sheet],)
        for row in place.row_numbers
        for column in place.column_numbers
    }
    compared = 0
    for id_, place in other.placements.items():
        for row in place.row_numbers:
            for column in place.column_numbers:
                wanted = others[place.sheet].formula(*place.position(row, column))
                there = editors[place.sheet].formula(*book.placements[id_].position(row, column))
                if wanted is None or "HYPERLINK" in wanted or id_ == "own":
                    continue
                sheet_name = other.sheets[place.sheet].name
                wanted = mapped(wanted, sheet_name, lambda sheet, r, c: cells.get((sheet, r, c)))
                for name, key in titles.items():
                    wanted = wanted.replace("'" + name + "'!", "'" + book.sheets[key].name.replace("'", "''") + "'!")
                for id_of_table, headings in other.headings.items():
                    for column_id, heading in headings.items():
                        new_heading = book.headings[id_of_table].get(column_id, heading)
                        if new_heading != heading:
                            old, now = (layout.structured(id_of_table, one) for one in (heading, new_heading))
                            wanted = wanted.replace(old, now)
                assert there is not None, (id_, row, column)
                assert same_formula(there, wanted), (id_, row, column, there, wanted)
                compared += 1
    assert compared > 2000
    for id_, table in ((table.id, table) for table in entries.business.tables):
        for calculated in table.calculated:
            assert calculated.id in book.headings[id_]


# The workbooks that an earlier kpixl has made


def test_what_is_not_told_apart_any_more_does_not_stay(tmp_path: Path) -> None:
    """Referrals stood in the breakdown by source once, in its third place; two KPIs are left there."""
    path = copied(next(path for path in OLDER if path.name.startswith("Elite")), tmp_path)
    assert {"CRR", "SUR", "CRF"} <= {
        cell.value for (sheet, _), cell in contents(path).items() if sheet == "Detalhamento"
    }
    upgrade.upgrade(path, now=NOW)
    held, book = contents(path), opened(path)
    assert [held[placed(book, "breakdown", "source_headings", f"value_{n}")].value for n in range(2)] == ["CRR", "SUR"]
    for row in ("source_headings", "source_group_0"):
        gone = held.get(placed(book, "breakdown", row, "value_2"))
        assert gone is None or gone.value in (None, "")
    assert "CRF" not in {cell.value for (sheet, _), cell in held.items() if sheet == "Detalhamento"}


@pytest.mark.parametrize("older", OLDER, ids=[path.stem for path in OLDER])
def test_everything_of_the_owner_is_still_there(older: Path, tmp_path: Path) -> None:
    path = copied(older, tmp_path)
    entered = typed_besides(path)
    was, before, theirs = path.read_bytes(), parts(path), of_the_owner(path)
    done = upgrade.upgrade(path, now=NOW)
    assert (done.changed, done.left_out) == (True, ())
    asked_before = {
        "TaskZenith 2026-10 en": {("clients", "Referred by"), ("leads", "Referred by"), ("surveys", "Recommend")},
        "LinguaAssist Pro 2026-10 fr": {("hours", "Heures productives"), ("tasks", "Service"), ("tasks", "Client")},
    }
    assert theirs.keys() >= asked_before.get(older.stem, set())
    theirs[layout.PAST, "id"] = [SAID_OTHERWISE.get(id_, id_) for id_ in theirs[layout.PAST, "id"]]
    assert of_the_owner(path).items() >= theirs.items()
    entries = opened(path).entries
    (_, total, _), (_, kpi, _), *_ = entered
    (mine,) = (one for one in entries.own if one.slot == "own_5")
    assert (entries.typed[total].number, entries.thresholds[kpi, Level.TYPICAL].number) == (41, 0.125)
    assert (mine.label.text, mine.formula) == ("Mine alone", f"{total}*2")
    assert entries.what_if[total].change.number == 3
    assert copies(path)[0].read_bytes() == was
    after = parts(path)
    assert not {part for part in before if part not in after}
    assert Package.open(path).custom_properties["kpixl"] == str(layout.LAYOUT_VERSION)
    assert_engine_agrees(path)
    assert_as_new(path, tmp_path)


def test_libreoffice_agrees(tmp_path: Path) -> None:
    path = copied(AGENCY, tmp_path)
    upgrade.upgrade(path, now=NOW)
    (values,) = libreoffice_values([path])
    assert differences(path, values) == []


def test_a_second_time_there_is_nothing_to_do(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = copied(AGENCY, tmp_path)
    assert main(["upgrade", str(path)], now=NOW) in (0, 1)
    said = capsys.readouterr().out
    assert "brought up to date; everything of yours is still there" in said
    assert f"As it was before: {copies(path)[0]}." in said
    once = path.read_bytes()
    assert main(["upgrade", str(path), "--json"], now=NOW) in (0, 1)
    told = json.loads(capsys.readouterr().out)
    assert (told["upgraded"], told["backup"], told["left_out"]) == (False, None, [])
    assert main(["upgrade", str(path), "--lang", "es"], now=NOW) in (0, 1)
    assert "al día" in capsys.readouterr().out
    assert path.read_bytes() == once
    assert len(copies(path)) == 1


@pytest.mark.filterwarnings("ignore::UserWarning")
def test_columns_of_results_are_as_wide_as_new_ones_and_those_of_the_owner_stay(tmp_path: Path) -> None:
    """She has made one narrow, one wide, and has put one out of sight."""
    path = copied(AGENCY, tmp_path)
    package = Package.open(path)
    places, sheets = Blocks(FileView(package)).places("totals", "kpis")
    root = package.tree(sheets["totals"].part)
    columns = places["totals"].column_numbers
    for entry, (width, hidden) in zip(
        columns_apart(root, [columns[one] for one in ("label", "unit", "source")]).values(),
        (("4", "0"), ("60", "0"), ("5", "1")),
        strict=True,
    ):
        entry.set("width", width)
        entry.set("hidden", hidden)
    package.replace(sheets["totals"].part, root)
    package.save(path)
    upgrade.upgrade(path, now=NOW)
    book, made = opened(path), tmp_path / "new.xlsx"
    new.new(Setup(book.entries.business.id, "en", book.entries.period, "A", "USD"), made, now=NOW)
    wanted = opened(made)
    there, fresh = (openpyxl.load_workbook(one) for one in (path, made))
    narrow = []
    for id_ in ("totals", "kpis", "check", "guide", "what_if", "log", "settings"):
        for column, index in wanted.placements[id_].column_numbers.items():
            now, then = (
                one[where.sheets[where.placements[id_].sheet].name].column_dimensions[get_column_letter(at)]
                for one, where, at in (
                    (there, book, book.placements[id_].column_numbers[column]),
                    (fresh, wanted, index),
                )
            )
            narrow += [(id_, column)] if now.width < then.width and not now.hidden and not then.hidden else []
    assert narrow == []
    totals = there[book.sheets["totals"].name].column_dimensions
    shown = {one: totals[get_column_letter(columns[one])] for one in ("label", "unit", "source")}
    assert shown["label"].width > 20
    assert shown["unit"].width == 60
    assert (shown["source"].width, shown["source"].hidden) == (5, True)


@pytest.mark.filterwarnings("ignore::UserWarning")
def test_entry_sheets_and_the_guide_tell_as_much_as_new_ones(tmp_path: Path) -> None:
    """Needed columns are marked, the row to begin in is tinted, messages have examples, and the Guide has its order;
    what the owner has put in place of a message stays."""
    path = copied(AGENCY, tmp_path)
    package = Package.open(path)
    sheet = next(one for one in package.sheets if one.name == "Clients")
    root = package.tree(sheet.part)
    rules = [one for one in root.iter("{*}dataValidation") if (one.get("sqref") or "").startswith(("A5", "B5"))]
    rules[1].set("prompt", "Day one")
    package.replace(sheet.part, root)
    package.save(path)
    upgrade.upgrade(path, now=NOW)
    book = opened(path)
    made = tmp_path / "new.xlsx"
    new.new(Setup(book.entries.business.id, "en", book.entries.period, "A", "USD"), made, now=NOW)
    there, wanted = (openpyxl.load_workbook(one)[book.sheets["clients"].name] for one in (path, made))
    edges, plain = (
        {cell.value: getattr(cell.border.bottom, "style", None) for cell in one[4] if cell.value}
        for one in (there, wanted)
    )
    assert {heading: edges[heading] for heading in plain} == plain
    assert len(set(plain.values())) == 2
    assert [str(one.sqref) for one in there.conditional_formatting if "A5" in one.sqref] != []
    prompts = {str(one.sqref)[:2]: one.prompt for one in there.data_validations.dataValidation}
    assert prompts["A5"] == {str(one.sqref)[:2]: one.prompt for one in wanted.data_validations.dataValidation}["A5"]
    assert "For example" in str(prompts["A5"])
    assert prompts["B5"] == "Day one"
    merged = {str(area) for area in there.merged_cells.ranges}
    assert merged == {str(area) for area in wanted.merged_cells.ranges if area.min_row == 2} != set()
    assert there["A2"].alignment.wrap_text
    assert not [cell.coordinate for cell in above(there) if cell.row == 2]
    place = book.placements["guide"]
    assert sorted(place.row_numbers, key=place.row_numbers.__getitem__) == [*guide.rows(book.entries.business)]
    name = package_of(book).defined_names["_kpixl.guide.css"]
    assert str(contents(path)[book.sheets["guide"].name, name.rpartition("!")[2].replace("$", "")].value)[:3] == "CSS"


def test_what_the_owner_made_comes_through(tmp_path: Path) -> None:
    path = copied(AGENCY, tmp_path).rename(tmp_path / "owned.xlsm")
    for thing in things.THINGS["everything"]:
        package = Package.open(path)
        thing(package)
        package.save(path)
    before, theirs = parts(path), of_the_owner(path)
    names = Package.open(path).defined_names
    done = upgrade.upgrade(path, now=NOW)
    assert done.changed
    after = parts(path)
    assert of_the_owner(path).items() >= theirs.items()
    hers = ("xl/worksheets/mine", "xl/vbaProject", "xl/slicers", "customXml", "xl/persons", "xl/threaded", "xl/media")
    kept = [part for part in before if part.startswith(hers)]
    assert len(kept) >= 6
    assert [part for part in kept if before[part] != after[part]] == []
    assert Package.open(path).defined_names.items() >= {n: names[n] for n in ("my_range", "tax")}.items()
    held = contents(path)
    remarks = [cell.value for cell in held.values() if str(cell.value).startswith("said in row ")]
    assert len(remarks) > 3
    assert "Nota (1 a 5) ★" in [cell.value for cell in held.values()]
    assert_as_new(path, tmp_path)


def test_one_that_libreoffice_has_saved(tmp_path: Path) -> None:
    """It writes every formula in its own way, and tables without what their columns calculate."""
    (tmp_path / "in").mkdir()
    (path,) = libreoffice.recalculate([copied(AGENCY, tmp_path / "in")], tmp_path / "out")
    theirs = of_the_owner(path)
    upgrade.upgrade(path, now=NOW)
    assert of_the_owner(path).items() >= theirs.items()
    assert_engine_agrees(path)
    assert_as_new(path, tmp_path)


def test_thresholds_of_the_owner_go_to_their_own_sheet_and_all_that_refers_to_them_follows(tmp_path: Path) -> None:
    path = copied(AGENCY, tmp_path)
    package = Package.open(path)
    places, sheets = Blocks(FileView(package)).places("kpis")
    place, editor = places["kpis"], SheetEditor(package, sheets["kpis"])
    at = {(kpi, column): cell_name(*place.position(kpi, column)) for kpi in ("css", "art") for column in place.columns}
    editor.set(*place.position("css", "typical_yours"), 0.8, f"0.5+0.1*COUNT({at['css', 'value']})+0.04*5")
    editor.set(*place.position("art", "typical_yours"), 5)
    editor.set(*place.position("art", "exceptional_published"), 1.37)
    below = place.bottom + 3
    editor.set(below, place.left + 1, 10, f"{at['art', 'typical_yours']}*2")
    change = editor.value(*place.position("css", "change"))
    editor.commit()
    sheet = next(one for one in package.sheets if one.name == "Surveys")
    hers = SheetEditor(package, sheet)
    formulas = {
        (3, 15): f"KPIs!{at['css', 'typical_yours']}*100",
        (3, 16): f"SUM('KPIs'!{at['art', 'typical_published']}:{at['art', 'typical_used']})",
        (3, 17): f"KPIs!{at['css', 'change']}",
        (3, 18): "va_css_change-va_css_typical",
        (3, 19): f"COUNTA(KPIs!{at['art', 'name']}:{at['art', 'typical_yours']})>1",
    }
    for cell, formula in formulas.items():
        hers.set(*cell, 0, formula)
    hers.commit()
    package.save(path)
    assert isinstance(change, float)
    upgrade.upgrade(path, now=NOW)
    book, held = opened(path), contents(path)
    edges = book.entries.thresholds
    assert {key: cell.number for key, cell in edges.items() if cell.filled} == {
        ("css", Level.TYPICAL): pytest.approx(0.8),
        ("art", Level.TYPICAL): 5,
    }
    assert {cell.sheet for cell in edges.values()} == {"Thresholds"}
    to = {column: placed(book, "thresholds", "art", column)[1] for column in ("typical_published", "typical_used")}
    values = ironcalc_values(path)
    published = 3.0  # hours, typical
    assert [values["Surveys", f"{letter}3"] for letter in "OPQR"] == pytest.approx(
        [80, published + 5 + 5, change, change - 0.8]
    )
    assert held["Surveys", "S3"].formula == formulas[3, 19]  # one end has stayed
    assert values["KPIs", cell_name(below, place.left + 1)] == 10
    assert held[placed(book, "thresholds", "art", "exceptional_published")].value == 1.37
    assert f"{to['typical_published']}:{to['typical_used']}" in str(held["Surveys", "P3"].formula)
    assert not {column for column in book.placements["kpis"].columns if column.endswith(("_yours", "_used"))}
    assert held[placed(book, "kpis", "css", "change")].value == pytest.approx(change * 100)


def test_names_of_the_owner_are_not_taken(tmp_path: Path, request: pytest.FixtureRequest) -> None:
    """In a workbook that was adopted: what is new gives way to hers, as what was there before had to."""
    path = tmp_path / "hers.xlsx"
    hers = openpyxl.Workbook()
    hers.active.title = "Totals"
    hers.active["A1"], hers.active["B1"] = "mine", 7
    for name, cell in (("leads", "$B$1"), ("motto", "$A$1"), ("kpis", "$A$2")):
        hers.defined_names[name] = DefinedName(name, attr_text=f"Totals!{cell}")
    hers.save(path)
    with pytest.MonkeyPatch.context() as today:
        builds.anew(today)
        adopt.adopt(path, Setup("remote-va-agency", "en", Period.parse("2026-10"), "C", "EUR"), now=NOW)
    package = Package.open(path)
    mark(package, layout.PROPERTY, "3")
    package.save(path)
    before = parts(path)
    request.getfixturevalue("later")
    assert upgrade.upgrade(path, now=NOW).changed
    names = Package.open(path).defined_names
    assert (names["leads"], names["motto"]) == ("Totals!$B$1", "Totals!$A$1")
    assert names["kpixl_motto"].startswith("'Settings'!")
    assert names["kpixl_leads"].startswith("'Totals (kpixl)'!")
    assert_engine_agrees(path)
    assert before["xl/worksheets/sheet1.xml"] == parts(path)["xl/worksheets/sheet1.xml"]
    assert not upgrade.upgrade(path, now=NOW).changed


def test_what_has_no_maker_any_more_is_refused(tmp_path: Path) -> None:
    path = copied(AGENCY, tmp_path)
    package = Package.open(path)
    mark(package, layout.PROPERTY, "2")
    package.save(path)
    was = path.read_bytes()
    for verb in (upgrade.upgrade, refresh.refresh):
        with pytest.raises(OlderWorkbook):
            verb(path, now=NOW)
    assert path.read_bytes() == was


# Every verb


@pytest.mark.slow
def test_every_verb_brings_a_workbook_up_to_date(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """And says so in one sentence; those that only read write nothing."""
    monkeypatch.chdir(tmp_path)  # where the page of a portfolio is written
    source = tmp_path / "rows.csv"
    source.write_text("Date,Client,Score\n2026-10-30,Nobody before,5\n", encoding="utf-8")

    def told(*words: str) -> str:
        assert main([*words, "--lang", "en"], now=NOW) in (0, 1), capsys.readouterr().err
        return capsys.readouterr().out

    def another(name: str) -> Path:
        (tmp_path / name).mkdir()
        return copied(AGENCY, tmp_path / name)

    fresh = another("one")
    was = fresh.read_bytes()
    reading = (["results"], ["check", "--fix"], ["tables"], ["report"], ["portfolio"], ["explain", "css"])
    for verb, *others in reading:
        assert told(verb, str(fresh), *others)
        assert fresh.read_bytes() == was
    said = "was made by an earlier kpixl and has been brought up to date."
    assert said in told("refresh", str(fresh))
    assert said not in told("refresh", str(fresh))
    imported = another("import")
    assert said in told("import", str(imported), "surveys", str(source), "--add-new")
    assert len(copies(imported)) == 1
    rolled = another("roll")
    assert "It was made by an earlier kpixl" in told("roll", str(rolled), "--anyway")
    assert rolled.read_bytes() == was
    assert said in told("functions", "install", str(another("macros")), "--vba")
    done = functions.install(rolled, udf=False, code="en", otherwise="en", now=NOW)
    assert done.upgraded
    assert opened(done.path).entries.company


def test_a_watch_brings_a_workbook_up_to_date(tmp_path: Path) -> None:
    path = copied(AGENCY, tmp_path)
    told: list[watch.Event] = []
    seconds = iter(range(0, 1000, 10))
    clock = watch.Clock(lambda: float(next(seconds)), lambda _: None, lambda: NOW)
    watch.watch(tmp_path, told.append, clock=clock, once=True)
    assert [(event.kind, event.upgraded) for event in told] == [("refreshed", True)]
    assert "It was made by an earlier kpixl" in event_text(told[0], language("en"))
    assert opened(path).entries.company


def test_the_closed_periods_of_earlier_workbooks(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    archive = copied(AGENCY, tmp_path)
    following = roll.roll(archive, now=NOW, anyway=True)
    assert following.upgraded
    assert_engine_agrees(following.path)
    assert (
        main(["refresh", str(archive), "--restate", str(following.closed), "--into", str(following.path)], now=NOW) < 2
    )
    out = capsys.readouterr().out
    assert out.count("brought up to date") + out.count("al día") == 1


def test_one_that_is_open_in_excel_is_told_of(tmp_path: Path) -> None:
    excel = Excel(copied(AGENCY, tmp_path))
    before = excel.state()
    with pytest.raises(EarlierWorkbook) as error:
        open_workbook.refresh(excel.book, now=NOW)
    assert "kpixl upgrade" in error.value.text()
    assert excel.state() == before


# What a later layout brings


@pytest.fixture
def later(monkeypatch: pytest.MonkeyPatch) -> None:
    """A kpixl with another word, setting-like row, column, hidden block, formula and text."""
    builds.anew(monkeypatch)
    builds.skeletons_once(monkeypatch, "later")
    words, made, column_cells = vocabulary.word_rows, vocabulary.words, kpis.cells
    monkeypatch.setattr(
        vocabulary, "word_rows", lambda owner: ("hello", *words(owner)[:40], "amid", *words(owner)[40:])
    )
    monkeypatch.setattr(
        vocabulary,
        "words",
        lambda c: {**made(c), **{(row, "text"): Cell("label", row, refilled=True) for row in ("hello", "amid")}},
    )
    rows, cells = settings.rows, settings.cells

    def more_settings(c: Any) -> Any:
        added = {("motto", "label"): label("Motto"), ("motto", "used"): live('"be kind"', "be kind", name="motto")}
        return {**cells(c), **added}

    monkeypatch.setattr(settings, "rows", lambda owner: (*rows(owner)[:6], "motto", *rows(owner)[6:]))
    monkeypatch.setattr(settings, "cells", more_settings)
    monkeypatch.setattr(kpis, "ORDER", (*kpis.ORDER, "twice"))

    def more_columns(c: Any) -> Any:
        added = {
            (kpi.id, "twice"): live(
                f'IF(ISNUMBER({kpi.name_prefix}_value),{kpi.name_prefix}_value*2,"")', _twice(c, kpi)
            )
            for kpi in c.kpis
        }
        return {**column_cells(c), **added}

    monkeypatch.setattr(kpis, "cells", more_columns)
    monkeypatch.setattr(layout, "HELPERS", (*layout.HELPERS, "motto"))
    blocks = layout.blocks.__wrapped__  # type: ignore[attr-defined]  # not those of today, which are known by now

    def more_blocks(owner: Any) -> Any:
        found = {**blocks_without(owner)}
        top = max(block.placement.bottom for block in found.values() if block.placement.sheet == "hidden") + 2
        place = Placement.new("motto", "hidden", ("one", "two"), ("value",), top)
        found["motto"] = layout.Block(place, lambda c: {("two", "value"): live('motto&"!"', "be kind!")})
        return found

    def blocks_without(owner: Any) -> Any:
        monkeypatch.setattr(layout, "HELPERS", layout.HELPERS[:-1])
        try:
            return blocks(owner)
        finally:
            monkeypatch.setattr(layout, "HELPERS", (*layout.HELPERS, "motto"))

    monkeypatch.setattr(layout, "blocks", more_blocks)
    to_date = totals._to_date
    monkeypatch.setattr(totals, "_to_date", lambda measure, c: f"IF(TRUE,{to_date(measure, c)},0)")
    monkeypatch.setitem(layout.PAST_COLUMNS, "told", "Told on")
    monkeypatch.setitem(totals.COLUMNS, "unit", "Counted in")
    monkeypatch.setitem(totals.COLUMNS, "used", "Which counts")


def _twice(c: Any, kpi: Any) -> float | str:
    value = c.scorecard.result(kpi.id).value
    return "" if value is None else value * 2


def test_a_later_layout_comes_in(later: None, tmp_path: Path) -> None:
    path = copied(AGENCY, tmp_path)
    theirs, sheets = of_the_owner(path), [sheet.name for sheet in Package.open(path).sheets]
    past = len(theirs[layout.PAST, "id"])
    held = contents(path)
    heading = next(place for place, cell in held.items() if place[0] == "Totals" and cell.value == "Used")
    put(path, {heading: "Mine"})
    known = {str(error) for error in schema_errors(path)}
    done = upgrade.upgrade(path, now=NOW)
    assert done.changed
    assert [sheet.name for sheet in Package.open(path).sheets] == with_new(sheets)
    after = of_the_owner(path)
    assert after.items() >= theirs.items()
    assert past > 10
    assert_engine_agrees(path)
    book = opened(path)
    place = book.placements["settings"].row_numbers
    assert place["motto"] == place["business"] + 1
    assert place["motto"] < place["language"]
    assert contents(path)["_kpixl", _cell(book, "motto", "two", "value")].value == "be kind!"
    now = {cell.value for (sheet, _), cell in contents(path).items() if sheet == "Totals"}
    assert now >= {"Counted in", "Mine"}
    assert not now & {"Unit", "Used", "Which counts"}
    found = [e for e in schema_errors(path) if str(e) not in known and e.id != "Excel_InlineStrCells"]
    assert found == []
    assert migrate(Package.open(path), now=NOW) is None
    assert_as_new(path, tmp_path)
    assert book.headings[layout.PAST]["told"] == "Told on"
    assert not refresh.refresh(path, now=NOW).upgraded


def with_new(tabs: list[str]) -> list[str]:
    """The sheets once those of today have come in, a log as the last one that is seen."""
    after = tabs.index("KPIs") + 1
    tabs = [*tabs[:after], "Thresholds", *tabs[after:]]
    place, past = tabs.index("Breakdown") + 1, tabs.index("Past periods")
    rest = [*tabs[past:-1], "Log", tabs[-1]]
    return [*tabs[:place], "Rows behind it", *tabs[place:past], "Period by period", *rest]


def _cell(book: Any, block: str, row: str, column: str) -> str:
    return placed(book, block, row, column)[1]


def test_references_of_the_owner_follow_what_comes_in(later: None, tmp_path: Path) -> None:
    """Her own sheets, charts, notes and formulas, in a workbook whose sheets and headings she has renamed."""
    path = copied(AGENCY, tmp_path).rename(tmp_path / "owned.xlsm")
    for thing in things.THINGS["everything"]:
        package = Package.open(path)
        thing(package)
        package.save(path)
    package = Package.open(path)
    blocks = Blocks(FileView(package))
    places, sheets = blocks.places("settings", "words", "calc")
    looked = {
        "settings": ("kind", "value"),
        "words": ("step_3", "text"),
        "calc": ("css", "position"),
    }
    mine = SheetEditor(package, next(sheet for sheet in package.sheets if sheet.name == "Mine & more"))
    for row, (id_, place) in enumerate(looked.items(), 5):
        cell = cell_name(*places[id_].position(*place))
        name = sheets[places[id_].sheet].name
        mine.set(row, 1, "", f"'{name}'!{cell}&LEFT(\"{cell}\",0)")
    mine.commit()
    package.save(path)
    settings_drawn = package.related(sheets["settings"].part, things.R + "/drawing")
    assert settings_drawn == []
    theirs, before = of_the_owner(path), parts(path)
    known = {str(error) for error in schema_errors(path)}
    upgrade.upgrade(path, now=NOW)
    kept = of_the_owner(path)
    assert kept.items() >= theirs.items()
    book = opened(path)
    assert book.placements["settings"].row_numbers["kind"] == places["settings"].row_numbers["kind"] + 1
    held = contents(path)
    for row, (id_, place) in enumerate(looked.items(), 5):
        sheet, cell = placed(book, id_, *place)
        old = cell_name(*places[id_].position(*place))
        assert held["Mine & more", f"A{row}"].formula == f"'{sheet}'!{cell}&LEFT(\"{old}\",0)"
    assert before["xl/vbaProject.bin"] == parts(path)["xl/vbaProject.bin"]
    assert before["customXml/item1.xml"] == parts(path)["customXml/item1.xml"]
    assert [e for e in schema_errors(path) if str(e) not in known and e.id != "Excel_InlineStrCells"] == []
    assert_as_new(path, tmp_path)


def test_the_functions_in_cells_still_work(later: None, tmp_path: Path) -> None:
    path = copied(AGENCY, tmp_path)
    package = Package.open(path)
    texts = {name: text for name, text in package.defined_names.items() if name.startswith("KPI_")}
    assert len(texts) > 10
    places, _ = Blocks(FileView(package)).places("words")
    upgrade.upgrade(path, now=NOW)
    names, book = Package.open(path).defined_names, opened(path)
    word = book.placements["words"].position("word_0", "text")[0] - places["words"].position("word_0", "text")[0]
    assert word >= 1
    old = f"$B${places['words'].position('word_0', 'text')[0]}:"
    assert old in texts["KPI_GRADE"]
    assert texts["KPI_GRADE"].replace(old, "") != names["KPI_GRADE"]
    assert f"$B${book.placements['words'].position('word_0', 'text')[0]}:" in names["KPI_GRADE"]
    assert names.keys() >= texts.keys()


def test_a_workbook_with_macros_keeps_them(later: None, tmp_path: Path) -> None:
    """As made by an earlier kpixl with buttons: the project and the ribbon keep their bytes. The company's name, which
    went on below the buttons, ends before them."""
    path = tmp_path / "buttons.xlsm"
    with pytest.MonkeyPatch.context() as today:
        builds.anew(today)
        words = ["new", "remote-va-agency", "--out", str(path), "--macros", "--period", "2026-10"]
        assert main(words, now=NOW) == 0
    package = Package.open(path)
    mark(package, layout.PROPERTY, "3")
    dashboard = package.sheets[0].part
    root = package.tree(dashboard)
    (title,) = (one for one in root.iter(f"{{{MAIN}}}mergeCell") if one.get("ref", "").startswith("B2:"))
    made = title.get("ref")
    title.set("ref", "B2:M2")
    package.replace(dashboard, root)
    package.save(path)
    before = parts(path)
    assert upgrade.upgrade(path, now=NOW).changed
    after = parts(path)
    now = Package.open(path).tree(dashboard)
    assert [one.get("ref") for one in now.iter(f"{{{MAIN}}}mergeCell") if one.get("ref", "")[:3] == "B2:"] == [made]
    kept = [part for part in before if "vba" in part.lower() or "customUI" in part]
    assert len(kept) >= 2
    assert [part for part in kept if before[part] != after[part]] == []


def test_what_the_owner_deleted_stays_deleted(tmp_path: Path) -> None:
    path = copied(AGENCY, tmp_path)
    package = Package.open(path)
    blocks = Blocks(FileView(package))
    places, sheets = blocks.places("guide", "what_if")
    for id_, row in (("guide", "how"), ("what_if", "leads")):
        editor = SheetEditor(package, sheets[id_])
        editor.clear(places[id_].row_numbers[row], places[id_].left)
        editor.commit()
    package.save(path)
    upgrade.upgrade(path, now=NOW)
    left = opened(path).placements
    assert "how" not in left["guide"].row_numbers
    assert "leads" not in left["what_if"].row_numbers


def test_a_sheet_that_the_owner_deleted_stays_deleted(tmp_path: Path) -> None:
    """Its names lead nowhere then, as Excel leaves them."""
    path = copied(AGENCY, tmp_path)
    package = Package.open(path)
    gone = {"Guide", "What if", "Tasks"}
    root = package.tree(package.workbook_part)
    sheets = [sheet for sheet in package.sheets if sheet.name in gone]
    for name in list(root.iter(things.q("definedName"))):
        about = (name.text or "").rpartition("!")[0].strip("'")
        if name.get("localSheetId") is not None:
            some(name.getparent()).remove(name)
        elif about in gone or (name.text or "").startswith("tbl_tasks["):
            name.text = "#REF!"
    for entry in list(root.iter(things.q("sheet"))):
        if entry.get("name") in gone:
            some(entry.getparent()).remove(entry)
    package.replace(package.workbook_part, root)
    assert len(sheets) == len(gone)
    package.save(path)
    tabs = [sheet.name for sheet in package.sheets]
    assert upgrade.upgrade(path, now=NOW).changed
    assert [sheet.name for sheet in Package.open(path).sheets] == with_new(tabs)
    book = opened(path)
    assert not {"guide", "what_if"} & book.placements.keys()
    assert book.entries.tables["tasks"] is None
    assert not upgrade.upgrade(path, now=NOW).changed


def said_since(path: Path) -> tuple[dict[str, tuple[Any, ...]], dict[str, Any], dict[str, Any]]:
    """What the owner has decided of each KPI, the switches that she has turned, and where she says that there was
    nothing."""
    entries = opened(path).entries
    actions = {
        id_: tuple(cell.raw for cell in (one.who, one.by, one.done, one.note)) for id_, one in entries.actions.items()
    }
    off = {id_: cell.raw for id_, cell in entries.in_use.items() if cell.raw != "yes"}
    return actions, off, {id_: cell.raw for id_, cell in entries.none.items() if cell.raw is not None}


def test_a_catalogue_that_grew_comes_in(grown: Path, tmp_path: Path) -> None:
    """KPIs in front, between and behind, with a column, a calculated column and a table of their own. What the owner
    has said since stays: that there was nothing to enter, what she does not watch, who does what by when, a note."""
    path = make(tmp_path / "book.xlsx", FILLED)
    book = opened(path)
    said: dict[tuple[str, str], Any] = {
        named(book, none_name("hours")): "x",
        placed(book, "in_use", "aur", "value"): "no",
        placed(book, "in_use", "sdi", "value"): "No",
        placed(book, "dashboard", *dashboard.NOTE): "Two left.",
    }
    for row, who, by, ready in (("do_1", "Ana", day("2026-11-15"), "yes"), ("do_2", "Ben", day("2026-11-20"), None)):
        of = zip(dashboard.ENTRIES.values(), (who, by, ready), strict=True)
        said |= {placed(book, "dashboard", row, column): value for column, value in of}
    put(path, said)
    decided = {id_: one for id_, one in said_since(path)[0].items() if any(one)}
    planned = {one[0]: one[1:3] for one in decided.values() if one[0]}
    assert planned == {"Ana": (day("2026-11-15"), "yes"), "Ben": (day("2026-11-20"), None)}
    assert "Two left." in [one[3] for one in decided.values()]
    theirs = of_the_owner(path)
    known = {str(error) for error in schema_errors(path)}
    with catalogue_in(grown):
        done = upgrade.upgrade(path, now=NOW)
        assert (done.changed, done.left_out) == (True, ())
        assert of_the_owner(path).items() >= {k: v for k, v in theirs.items() if k != "tasks"}.items()
        assert_engine_agrees(path)
        book = opened(path)
        actions, off, nothing = said_since(path)
        assert {id_: one for id_, one in actions.items() if any(one)} == decided
        assert off == {"aur": "no", "sdi": "No"}
        assert nothing == {"hours": "x"}
        ids = [kpi.id for kpi in book.entries.business.kpis]
        assert ids == [
            *(kpi.id for kpi in business("remote-va-agency").kpis if kpi.id not in NEW),
            "lateness",
            "giving",
            "helping",
        ]
        rows = book.entries.tables["tasks"]
        assert rows is not None
        assert rows.has("late")
        assert [e for e in schema_errors(path) if str(e) not in known and e.id != "Excel_InlineStrCells"] == []
        tabs = [sheet.name for sheet in Package.open(path).sheets]
        assert tabs.index("Gifts") == tabs.index("Totals") - 1
        once = path.read_bytes()
        assert not upgrade.upgrade(path, now=NOW).changed
        assert path.read_bytes() == once
        # The rows that the table has grown by look alike.
        place, count = book.placements["dashboard"], len(book.entries.business.kpis) + len(OWN_SLOTS)
        editor = SheetEditor(Package.open(path), book.sheets["dashboard"])
        for column in ("tick", "value", "band_1", "level"):
            looks = {editor.style(*place.position(f"board_{number}", column)) for number in range(count - 2, count + 1)}
            assert len(looks) == 1
            assert None not in looks
        other = tmp_path / "other.xlsx"
        new.new(Setup("remote-va-agency", "en", Period.parse("2026-10"), "TaskZenith", "EUR"), other, now=NOW)
        values = {r.kpi.id: r.value for r in results.results(path, today=TODAY).scorecard.results}
        assert values.keys() >= NEW
        assert read(Package.open(other)).headings["tasks"] == book.headings["tasks"]


def test_a_column_without_room_is_left_out_and_told(
    grown: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = make(tmp_path / "book.xlsx", FILLED)
    package = Package.open(path)
    table = next(one for one in package.tables if one.name == "tbl_tasks")
    editor = SheetEditor(package, table.sheet)
    area = parse_area(table.ref)
    editor.set(area.top + 1, area.right + 1, "mine")
    editor.commit()
    package.save(path)
    with catalogue_in(grown):
        assert main(["upgrade", str(path), "--lang", "en"], now=NOW) in (0, 1)
        assert "has no column “Late since”" in capsys.readouterr().out
        assert_engine_agrees(path)
        once = path.read_bytes()
        assert main(["upgrade", str(path), "--lang", "en"], now=NOW) in (0, 1)
        told = capsys.readouterr().out
        assert "is up to date; nothing was written" in told
        assert "has no column “Late since”" in told
        assert path.read_bytes() == once
        book = opened(path)
        ids = {kpi.id for kpi in book.entries.business.kpis}
        assert "lateness" not in ids
        assert ids >= {"giving", "helping"}
        assert (
            contents(path)[table.sheet.name, "ABCDEFGHIJKLMNOPQRSTUVWXYZ"[area.right] + str(area.top + 1)].value
            == "mine"
        )


# The parts


def test_references_follow_rows() -> None:
    rows = RowsInserted({5: 2, 10: 1})
    assert [rows.row(row) for row in (1, 5, 6, 10, 11)] == [1, 5, 8, 12, 14]
    text = "'_kpixl'!$A$6+_kpixl!B5:B11+Totals!A6+LOG10(A6)+\"A6\"+tbl_x[[#This Row],[A6]]+a6_x+1E10+[1]_kpixl!A6+6:6"
    assert followed(text, "_kpixl", rows, own=False) == (
        "'_kpixl'!$A$8+_kpixl!B5:B14+Totals!A6+LOG10(A6)+\"A6\"+tbl_x[[#This Row],[A6]]+a6_x+1E10+[1]_kpixl!A6+6:6"
    )
    assert followed("A6+$6:$6", "Mine", rows, own=True) == "A8+$8:$8"
    xml = b"<f>\"x\"&amp;'_kpixl'!$A$6&amp;_kpixl!B6&lt;x_kpixl!B6</f><f>&apos;_kpixl&apos;!$6:$7</f>"
    told = b"<f>\"x\"&amp;'_kpixl'!$A$8&amp;_kpixl!B8&lt;x_kpixl!B6</f><f>&apos;_kpixl&apos;!$8:$9</f>"
    assert followed_in_bytes(xml, "_kpixl", rows) == told


def test_rows_come_in_as_excel_inserts_them(tmp_path: Path) -> None:
    """On KPIs and on the dashboard, with notes, pictures, merged cells, rules, charts and sparklines on them."""
    path = make(tmp_path / "owned.xlsx", FILLED)
    for thing in (things.comments, things.picture_on_the_dashboard, things.own_sheet, things.renamed_sheets):
        package = Package.open(path)
        thing(package)
        package.save(path)
    known = {str(error) for error in schema_errors(path)}
    before, book = contents(path), opened(path)
    between = book.placements["dates"].top - 1
    for key, rows in (("kpis", (5, 8)), ("dashboard", (3, 6)), ("hidden", (between, 0)), ("totals", (9, 12))):
        package = Package.open(path)
        insert_rows(package, book.sheets[key], {rows[0]: 2, rows[1]: 1})
        package.save(path)
    after, moved = contents(path), opened(path)
    assert len(after) == len(before)
    assert [cell.value for cell in after.values()] == [cell.value for cell in before.values()]
    wrong = [
        line for line in differences(path, ironcalc_values(path)) if not line.startswith(("Mine & more", "Check!"))
    ]
    assert wrong == []
    assert_as_new(path, tmp_path)
    assert moved.entries.targets["css"].number == book.entries.targets["css"].number
    held = parts(path)
    assert b'ref="D9"' in held["xl/comments1.xml"]
    assert b"<x:Row>8</x:Row>" in held["xl/drawings/vmlDrawing1.vml"]
    assert b'ref="D7"' in held["xl/comments2.xml"]
    assert [e for e in schema_errors(path) if str(e) not in known] == []
    place = moved.placements["dashboard"].row_numbers["board_1"]
    assert place == book.placements["dashboard"].row_numbers["board_1"] + 3
    sheet = held[moved.sheets["dashboard"].part].decode()
    assert f'<mergeCell ref="B{place}:C{place}"' in sheet
    assert f"<xm:sqref>I{place}</xm:sqref>" in sheet


def test_no_block_has_an_id_twice() -> None:
    """Blocks that share a sheet are told apart by their areas, and rows of one by their ids."""
    for owner in businesses():
        for block in layout.blocks(owner).values():
            place = block.placement
            assert place.top not in place.row_numbers.values()
            assert len({*place.row_numbers.values()}) == len(place.row_numbers)
            assert "" not in place.row_numbers


def test_every_layout_has_its_step_and_its_record() -> None:
    """“tools/record_layout.py” writes the record, before the version is raised."""
    earlier = range(layout.OLDEST_VERSION, layout.LAYOUT_VERSION)
    assert list(STEPS) == list(earlier)
    assert all(len(layout_record.marks(version)) > 5000 for version in earlier)


def test_the_marks_of_a_layout_tell_its_rows_and_texts() -> None:
    marks = layout_record.marks(3)
    assert layout_record.row_mark("remote-va-agency", "totals", "satisfied") in marks
    assert layout_record.text_mark("Typed instead") in marks
    assert layout_record.text_mark("Never said by kpixl") not in marks
