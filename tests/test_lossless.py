"""Nothing of the owner's is lost: workbooks of all kinds go through adopt, import, refresh and roll, part by part."""

from __future__ import annotations

import importlib
import re
import shutil
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import NamedTuple

import openpyxl
import pytest
from lxml import etree
from openpyxl.styles import Font, NamedStyle
from openpyxl.workbook.defined_name import DefinedName
from openpyxl.worksheet.table import Table as OpenpyxlTable

import libreoffice
from cage import MAIN, Cage, R
from clock import NOW, TODAY
from engines import Value, contents, differences, ironcalc_values, libreoffice_values, parts
from kpixl import files
from kpixl.entries import Setup
from kpixl.ooxml.cells import Area, cell_name, parse_area
from kpixl.ooxml.package import Package
from kpixl.period import Period
from kpixl.verbs import adopt as adopt_verb
from kpixl.verbs import refresh, results
from kpixl.verbs.adopt import adopt
from kpixl.verbs.import_plan import ImportRequest
from kpixl.verbs.import_rows import import_rows
from kpixl.verbs.roll import Rolled, roll
from kpixl.workbook.aliases import Aliases
from kpixl.workbook.blank import new_package
from narrow import some
from test_graft import REFUSED, assert_grown, loaded
from test_own_kpis import type_own
from test_owner_things import owned
from test_package import CORPUS, SHARED, findings, opens
from workbooks import ROWS, Filled, Place, make, named, opened, placed, put
from zoo import ANIMALS, keep, pivot, slicer, thread, zoo

OCTOBER = Period.parse("2026-10")
AGENCY, LUXURY = ("remote-va-agency", "en"), ("luxury-personal-assistant", "es")

REQUESTS = "id,client,opened,resolved\nR1,Ana,2026-10-01 09:00,2026-10-01 11:00\nR2,Ana,2026-10-05 09:00,\n"
SURVEYS = "date,client,score\n2026-10-02,Ana,5\n2026-10-03,Ana,4\n2026-10-31,Ana,3\n"
"""Answers, of which two are content: 4 and 5 are."""

GROWN = {
    "[Content_Types].xml": "declares the added parts",
    "_rels/.rels": "leads to the custom properties where there were none",
    "docProps/custom.xml": "has the property by which kpixl knows its workbooks",
    "xl/workbook.xml": "lists the added sheets and names, and asks for a calculation",
    "xl/_rels/workbook.xml.rels": "leads to the added sheets",
    "xl/styles.xml": "has the formats of the added sheets behind the others",
}
"""The parts of the owner's that change, and why; each is held to additions alone."""
DROPPED = {"xl/calcChain.xml": "the order of calculation, which must not miss the added formulas: Excel makes it anew"}

REAL = [path.name for path in CORPUS if path.name not in REFUSED]
SECOND = {"31_budget.xlsx", "35_tables.xlsx", "zoo"}
"""Workbooks that get another business in another language too."""
LIVES = [(name, AGENCY) for name in (*REAL, "zoo")] + [(name, LUXURY) for name in (*REAL, "zoo") if name in SECOND]


@cache
def _new(business_id: str, titles: tuple[tuple[str, str], ...], names: tuple[tuple[str, str], ...], code: str) -> bytes:
    aliases = Aliases(dict(names))
    setup = Setup(business_id, code, OCTOBER, "Acme", "EUR")
    return new_package(setup, Path("new"), titles=dict(titles), aliases=aliases, now=NOW).data


@pytest.fixture(scope="module", autouse=True)
def _new_ones_once() -> Iterator[None]:
    """The sheets to add are the same ones in most workbooks, and making them takes longer than all the rest."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(adopt_verb, "new_package", _from_cache)
        yield


def _from_cache(setup: Setup, path: Path, *, now: datetime, titles: Mapping[str, str], aliases: Aliases) -> Package:
    assert (setup.period, setup.company, setup.currency) == (OCTOBER, "Acme", "EUR")
    names = tuple(sorted(aliases.names.items()))
    return Package.from_bytes(_new(setup.business, tuple(titles.items()), names, setup.language), path)


def adopted(path: Path, kind: tuple[str, str] = AGENCY) -> adopt_verb.Adopted:
    return adopt(path, Setup(kind[0], kind[1], OCTOBER, "Acme", "EUR"), now=NOW)


def typed(path: Path, table: str, text: str) -> None:
    """Rows from a file of an export whose columns are called as the fields."""
    source = path.with_name(f"{table}.csv")
    source.write_text(text, encoding="utf-8")
    fields = text.partition("\n")[0].split(",")
    assert import_rows(path, ImportRequest(table, source, {field: field for field in fields}), now=NOW).written


def make_original(name: str, folder: Path) -> Path:
    """A copy of a real workbook, or one of the zoo's."""
    if name == "zoo":
        return zoo(folder / "Mine 2026-10")
    if name in ANIMALS:
        return keep(folder / "Mine 2026-10", name)
    copy = folder / "Mine 2026-10.xlsx"
    copy.write_bytes((SHARED / "corpus" / name).read_bytes())
    return copy


class Life(NamedTuple):
    """A workbook before kpixl came and after each step."""

    original: Path
    steps: dict[str, Path]
    rolled: Rolled


def live(original: Path, folder: Path, kind: tuple[str, str] = AGENCY) -> Life:
    steps: dict[str, Path] = {}
    path = original.with_name(f"Work 2026-10{original.suffix}")
    shutil.copy(original, path)

    def done(step: str, path: Path) -> None:
        steps[step] = folder / f"{len(steps)} {step}{path.suffix}"
        shutil.copy(path, steps[step])

    adopted(path, kind)
    done("adopt", path)
    typed(path, "requests", REQUESTS)
    done("import requests", path)
    typed(path, "surveys", SURVEYS)
    done("import surveys", path)
    refresh.refresh(path, now=NOW)
    done("refresh", path)
    rolled = roll(path, now=NOW, anyway=True)
    done("roll", rolled.path)
    refresh.refresh(rolled.path, now=NOW)
    done("refresh again", rolled.path)
    return Life(original, steps, rolled)


def assert_kept(original: Path, path: Path) -> None:
    """Every part of the original is there to the byte, or has only grown, or is a named one that had to go."""
    before, after = parts(original), parts(path)
    changed = {name for name in before if before[name] != after.get(name)} - DROPPED.keys()
    assert changed <= GROWN.keys()
    assert not DROPPED.keys() & after.keys()
    old, new = Package.open(original), Package.open(path)
    for part in sorted(changed):
        assert_grown(part, old.tree(part), new.tree(part))
    assert new.sheets[: len(old.sheets)] == old.sheets
    assert new.tables[: len(old.tables)] == old.tables
    numbers = list_numbers(path)
    assert len(numbers) == len(set(numbers)) >= 8


def list_numbers(path: Path) -> list[str]:
    """The numbers that Excel gives to tables and, counted together with them, to cells that are filled from XML."""
    cage = Cage(path)
    roots = [cage.tree(part) for part in cage.parts if re.match(r"xl/tables/\w+\.xml$", part)]
    return [some(e.get("id")) for root in roots for e in root.iter(f"{{{MAIN}}}table", f"{{{MAIN}}}singleXmlCell")]


# Real workbooks and the zoo


@pytest.mark.skipif(not CORPUS, reason="the corpus of real workbooks is not beside this repository")
def test_there_is_a_corpus() -> None:
    assert len(REAL) > 10


@pytest.mark.parametrize(("name", "kind"), LIVES, ids=[f"{name} {kind[1]}" for name, kind in LIVES])
def test_a_whole_life_loses_nothing(name: str, kind: tuple[str, str], tmp_path: Path) -> None:
    life = live(make_original(name, tmp_path), tmp_path, kind)
    for path in life.steps.values():
        assert_kept(life.original, path)
    last = life.steps["refresh again"]
    assert opens(last) == opens(life.original)
    assert findings(last) <= findings(life.original)
    # Two of three answers were content, one request took two hours and one is still open.
    closed = {line.id: line.value for line in opened(last).entries.past}
    code = "va" if kind == AGENCY else "pa"
    assert closed[f"{code}_css"] == pytest.approx(2 / 3)
    assert closed[f"{code}_art"] == pytest.approx(2)
    assert {table: life.rolled.stayed[table] for table in ("requests", "surveys")} == {"requests": 1, "surveys": 0}
    assert {table: life.rolled.left[table] for table in ("requests", "surveys")} == {"requests": 1, "surveys": 3}


@pytest.mark.parametrize("name", ANIMALS)
def test_each_animal_alone(name: str, tmp_path: Path) -> None:
    """None needs another to be kept; what comes later in a workbook's life is seen where all are together."""
    original = make_original(name, tmp_path)
    path = tmp_path / f"Work 2026-10{original.suffix}"
    shutil.copy(original, path)
    adopted(path)
    assert_kept(original, path)


def test_the_zoo_is_what_other_programs_damage(tmp_path: Path) -> None:
    """Had kpixl loaded and saved the workbook through openpyxl, the tests here would say so."""
    original = zoo(tmp_path / "zoo")
    before = parts(original)
    assert len(before) > 130
    path = tmp_path / "saved.xlsx"
    loaded(original).save(path)
    lost = before.keys() - parts(path).keys()
    for kind in (
        "slicers/",
        "timelines/",
        "diagrams/",
        "chartEx",
        "threadedComments/",
        "model/",
        "queryTables/",
        "Odd",
    ):
        assert any(kind in part for part in lost), kind
    with pytest.raises(AssertionError):
        assert_kept(original, path)


def test_undo_gives_back_what_there_was(tmp_path: Path) -> None:
    path = zoo(tmp_path / "zoo")
    before = path.read_bytes()
    adopted(path)
    typed(path, "requests", REQUESTS)
    assert path.read_bytes() != before
    files.undo(path, NOW)
    files.undo(path, NOW)
    assert path.read_bytes() == before


@pytest.mark.libreoffice
@pytest.mark.parametrize("half", [0, 1] if CORPUS else [0])
def test_his_cells_calculate_as_before(half: int, tmp_path: Path) -> None:
    """LibreOffice opens what came out, and computes of the owner's sheets what it computed before."""
    names = ["zoo", *REAL][half::2]
    pairs = []
    for number, name in enumerate(names):
        folder = tmp_path / str(number)
        folder.mkdir()
        original = make_original(name, folder)
        path = folder / f"{number} after{original.suffix}"
        shutil.copy(original, path)
        adopted(path)
        typed(path, "requests", REQUESTS)
        pairs.append((original.rename(folder / f"{number} before{original.suffix}"), path))
    results = libreoffice.recalculate([path for pair in pairs for path in pair], tmp_path / "out")
    compared = 0
    for (original, _), before, after in zip(pairs, results[::2], results[1::2], strict=True):
        his = {sheet.name for sheet in Package.open(original).sheets}
        cells = [{place: cell for place, cell in contents(path).items() if place[0] in his} for path in (before, after)]
        is_random = any("RAND" in (cell.formula or "") for cell in cells[0].values())
        found = [{p: cell.formula or cell.value if is_random else cell for p, cell in of.items()} for of in cells]
        assert found[0] == found[1], original.name
        compared += len(found[0])
        shown = {sheet.name for sheet in Package.open(after).sheets if sheet.name not in his}
        assert len(shown) > 10
    assert compared > 50


# What the page says of all this


@pytest.mark.skipif(not CORPUS, reason="the corpus of real workbooks is not beside this repository")
def test_the_page_says_what_is_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(Path(__file__).parent.parent / "tools")
    make_lossless = importlib.import_module("make_lossless")
    written = make_lossless.PAGE.read_text(encoding="utf-8")
    entries = make_lossless.entries(SHARED / "corpus")
    assert {path.name for path, _, _ in entries} == {path.name for path in CORPUS}
    for path, source, content in entries:
        assert f"| {source} | {content} |" in written
        if path.name in ("32_customxmlmap.xlsx", "36_shared.xlsx"):
            assert make_lossless.line(path, source, content) in written.splitlines()
    assert make_lossless.GROWN.keys() == GROWN.keys()
    assert str(SHARED) not in written


# What cannot be taken


# Names that both have


class Clash(NamedTuple):
    """A workbook of the owner's in which much is called as in kpixl's, and the business that comes into it."""

    kind: tuple[str, str]
    code: str
    aliases: dict[str, str]
    """Our names that give way -> what they are called there."""
    titles: dict[str, str]
    """The names of some of our sheets."""
    total: str
    """A measure whose name gives way, and for which 12 is typed."""
    kpis: dict[str, float]
    """What the rows come to, counted by hand."""


CLASHES = {
    "agency": Clash(
        AGENCY,
        "va",
        {name: f"kpixl_{name}" for name in ("tbl_clients", "leads", "period_start", "va_css_value")},
        {"clients": "Clients (kpixl)", "dashboard": "Dashboard (kpixl)", "hidden": "_kpixl (kpixl)"},
        "leads",
        # Of two clients of a year ago one is left; one of twelve leads came; one request took two hours.
        {"css": 2 / 3, "art": 2, "crr": 0.5, "ncar": 1 / 12, "own_1": 24},
    ),
    "luxury": Clash(
        LUXURY,
        "pa",
        {name: f"kpixl_{name}" for name in ("tbl_clients", "revenue", "period_start", "pa_css_value")},
        {"clients": "Clientes (kpixl)", "dashboard": "Panel (kpixl)", "hidden": "_kpixl (kpixl)"},
        "revenue",
        {"css": 2 / 3, "art": 2, "rpc": 12 / 3, "own_1": 24},
    ),
}  # fmt: skip
HIS = {"D1": 14.0, "D2": 2027.0, "D3": 8.0, "D4": "EUR only", "D5": 60.0, "D6": 300.0, "D7": 7.0}
"""What his formulas give: from his revenue 7, his Period_Start 2027-01-01, his css 7, his fees and his leads."""


def his_workbook(path: Path, clash: Clash) -> Path:
    """Fees of clients, a dashboard, leads with amounts; names and tables that kpixl has too."""
    book = openpyxl.Workbook()
    style = NamedStyle("Normal 2", font=Font(name="Arial", size=14, color="00CC00"))
    clients = book.active
    clients.title = "Clientes" if clash.kind == LUXURY else "clients"
    for values in (("Client", "Fee"), ("Ana", 10), ("Léa", 20), ("Zoë", 30)):
        clients.append(values)
    clients.add_table(OpenpyxlTable(displayName="TBL_Clients", ref="A1:B4"))
    leads = book.create_sheet("Leads")
    for values in (("Lead", "Amount"), ("A", 100), ("B", 200)):
        leads.append(values)
    leads.add_table(OpenpyxlTable(displayName="Leads", ref="A1:B3"))
    sheet = book.create_sheet("Panel" if clash.kind == LUXURY else "DASHBOARD")
    book.create_sheet("_kpixl")["A1"] = "mine"
    for cell, value in (("A1", 7), ("A2", datetime(2027, 1, 1)), ("A3", "EUR")):
        sheet[cell] = value
    css = f"{clash.code.upper()}_css_VALUE"
    for name, cell in (("Revenue", "A1"), ("Period_Start", "A2"), ("currency", "A3"), (css, "A1")):
        book.defined_names[name] = DefinedName(name, attr_text=f"{sheet.title}!${cell[0]}${cell[1]}")
    formulas = (
        "=revenue*2", "=YEAR(PERIOD_START)", f"={css.lower()}+1", '=Currency&" only"', "=SUM(TBL_Clients[Fee])",
        "=SUM(Leads[Amount])", "=Revenue",
    )  # fmt: skip
    for number, formula in enumerate(formulas, 1):
        sheet[f"D{number}"] = formula
        sheet[f"D{number}"].style = style
    book.save(path)
    return path


CLASH_ROWS = {
    "clients": "client,start,end\nAna,2024-01-10,\nLéa,2025-05-01,2026-10-20\nZoë,2026-10-05,\n",
    "surveys": SURVEYS,
    "requests": REQUESTS,
}


@pytest.fixture(scope="module", params=CLASHES)
def clashed(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[Clash, Life]:
    clash = CLASHES[request.param]
    folder = tmp_path_factory.mktemp("clash")
    original = his_workbook(folder / "His 2026-10.xlsx", clash)
    path = folder / "Work 2026-10.xlsx"
    steps: dict[str, Path] = {}
    shutil.copy(original, path)

    def done(step: str, source: Path) -> None:
        steps[step] = folder / f"{len(steps)} {step}.xlsx"
        shutil.copy(source, steps[step])

    assert adopted(path, clash.kind).renamed == clash.aliases
    done("adopt", path)
    for table, text in CLASH_ROWS.items():
        typed(path, table, text)
    done("import", path)
    put(path, {placed(opened(path), "totals", clash.total, "typed"): 12.0})
    # An owner types the name that he sees in the list of names.
    type_own(path, "own_1", {"label": "Twice", "formula": f"=kpixl_{clash.total}*2"})
    refresh.refresh(path, now=NOW)
    done("refresh", path)
    rolled = roll(path, now=NOW)
    done("roll", rolled.path)
    refresh.refresh(rolled.path, now=NOW)
    done("refresh again", rolled.path)
    return clash, Life(original, steps, rolled)


def test_what_both_call_alike_stays_his(clashed: tuple[Clash, Life]) -> None:
    clash, life = clashed
    for path in life.steps.values():
        assert_kept(life.original, path)
        book = opened(path)
        assert book.aliases.names == clash.aliases
        assert {key: book.sheets[key].name for key in clash.titles} == clash.titles
        old, new = loaded(life.original), loaded(path)
        for sheet in old:
            cells = {cell.coordinate: (cell.value, cell.font.name, cell.style) for line in sheet for cell in line}
            assert {c.coordinate: (c.value, c.font.name, c.style) for line in new[sheet.title] for c in line} == cells
    assert findings(life.steps["refresh again"]) <= findings(life.original)


def test_kpis_under_other_names(clashed: tuple[Clash, Life]) -> None:
    clash, life = clashed
    scorecard = results.results(life.steps["refresh"], today=TODAY).scorecard
    assert {kpi: scorecard.result(kpi).value for kpi in clash.kpis} == pytest.approx(clash.kpis)
    past = {line.id: line.value for line in opened(life.steps["refresh again"]).entries.past}
    assert {kpi: past[f"{clash.code}_{kpi}"] for kpi in clash.kpis if kpi != "own_1"} == pytest.approx(
        {kpi: value for kpi, value in clash.kpis.items() if kpi != "own_1"}
    )
    assert past["own_1"] == 24
    following = results.results(life.steps["refresh again"], today=TODAY).scorecard
    assert str(following.entries.period) == "2026-11"
    assert following.result("css").past.previous == pytest.approx(2 / 3)
    assert some(following.entries.tables["requests"]).texts["id"].tolist() == ["R2"]


def test_ironcalc_agrees_under_other_names(clashed: tuple[Clash, Life]) -> None:
    clash, life = clashed
    paths = [life.original, life.steps["refresh"], life.steps["refresh again"]]
    assert_computed(clash, paths, [ironcalc_values(path) for path in paths])


@pytest.mark.libreoffice
def test_libreoffice_agrees_under_other_names(clashed: tuple[Clash, Life]) -> None:
    clash, life = clashed
    paths = [life.original, life.steps["refresh"], life.steps["refresh again"]]
    assert_computed(clash, paths, libreoffice_values(paths))


def assert_computed(clash: Clash, paths: Sequence[Path], found: Sequence[Mapping[Place, Value]]) -> None:
    """His formulas give what they gave in the first file, and ours what kpixl has written into the others."""
    sheets = [sheet.name for sheet in Package.open(paths[0]).sheets]
    for values in found:
        assert {cell: values[sheets[2], cell] for cell in HIS} == HIS
    for path, values, css in zip(paths[1:], found[1:], (pytest.approx(2 / 3), ""), strict=True):
        assert [line for line in differences(path, values) if line.rpartition("!")[0] not in sheets] == []
        assert values[named(opened(path), clash.aliases[f"{clash.code}_css_value"])] == css


# What the owner puts into kpixl's own sheets


REMARKS = {"R1": "said of R1", "R2": "said of R2", "R3": "said of R3", "R4": "said of R4"}


@pytest.fixture(scope="module")
def furnished(tmp_path_factory: pytest.TempPathFactory) -> Life:
    """Everything of which another test knows, and on Requests: a column, threads, a slicer, and a pivot elsewhere."""
    folder = tmp_path_factory.mktemp("furnished")
    base = make(folder / "base.xlsx", Filled(rows=ROWS))
    original = owned(base, folder, "everything")
    cage = Cage(original)
    package = Package.open(original)
    table = next(item for item in package.tables if item.name == "tbl_requests")
    area = parse_area(table.ref)
    column = chr(ord("A") + area.right)
    add_remarks(cage, table.part, table.sheet.part, column, area)
    thread(cage, table.sheet.part, {"A5": ["About R1", "Done."], "A7": ["About R3"], "J3": ["About nothing below"]})
    slicer(cage, table.sheet.part, "Client", table.part, 2)
    pivot(cage, cage.sheet("Pivot of requests"), '<worksheetSource name="tbl_requests"/>', [*table.columns, "Remark"])
    cage.save()
    path, steps = folder / "Work 2026-10.xlsm", {}
    shutil.copy(original, path)
    rows = "id,client,opened,resolved\nR5,Ana,2026-10-20 09:00,2026-10-20 12:00\nR6,Zoë,2026-10-25 09:00,\n"
    for step, act in (
        ("refresh", lambda: refresh.refresh(path, now=NOW)),
        ("import", lambda: typed(path, "requests", rows)),
    ):
        act()
        steps[step] = folder / f"{step}.xlsm"
        shutil.copy(path, steps[step])
    rolled = roll(path, now=NOW)
    refresh.refresh(rolled.path, now=NOW)
    return Life(original, {**steps, "refresh again": rolled.path}, rolled)


def add_remarks(cage: Cage, table: str, sheet: str, column: str, area: Area) -> None:
    """A column of remarks behind the last one of a table."""
    root = cage.tree(table)
    ref = f"{some(root.get('ref')).partition(':')[0]}:{column}{area.bottom}"
    for element in (root, some(root.find(f"{{{MAIN}}}autoFilter"))):
        element.set("ref", ref)
    columns = some(root.find(f"{{{MAIN}}}tableColumns"))
    etree.SubElement(columns, f"{{{MAIN}}}tableColumn", id="99", name="Remark")
    columns.set("count", str(len(columns)))
    cage.put(table, root)
    root = cage.tree(sheet)
    texts = dict(enumerate(["Remark", *REMARKS.values()], area.top))
    for line in root.iter(f"{{{MAIN}}}row"):
        if text := texts.get(int(some(line.get("r")))):
            cell = f'<c xmlns="{MAIN}" r="{column}{line.get("r")}" t="inlineStr"><is><t>{text}</t></is></c>'
            line.append(etree.fromstring(cell))
    cage.put(sheet, root)


OWNED_KINDS = ("worksheets/sheet", "tables/table", "comments", "threadedComments/", "vmlDrawing", "docProps/core.xml")
"""What refresh, import and roll have to do with; everything else in the file keeps its bytes."""


def test_only_rows_and_what_hangs_on_them_change(furnished: Life) -> None:
    before = parts(furnished.original)
    for path in furnished.steps.values():
        after = parts(path)
        changed = {name for name in before if before[name] != after.get(name)}
        assert [name for name in changed if not any(kind in name for kind in OWNED_KINDS)] == []
        assert list(after) == list(before)
    assert findings(furnished.rolled.path) <= findings(furnished.original)
    book, old = Package.open(furnished.rolled.path), Package.open(furnished.original)
    assert book.sheets == old.sheets
    assert book.defined_names == old.defined_names
    assert [(table.name, table.columns) for table in book.tables] == [(t.name, t.columns) for t in old.tables]
    assert furnished.rolled.path.suffix == ".xlsm"
    assert book.content_type(book.workbook_part).endswith("macroEnabled.main+xml")


def test_rows_take_along_what_hangs_on_them(furnished: Life) -> None:
    """R1, R2 and R5 were resolved in October; R3, R4 and R6 go on, and move up."""
    path = furnished.rolled.path
    package, cells = Package.open(path), contents(path)
    table = next(item for item in package.tables if item.name == "tbl_requests")
    area = parse_area(table.ref)
    remark = 1 + table.columns.index("Remark")
    rows = range(area.top + 1, area.bottom + 1)

    shown = [[cells.get((table.sheet.name, cell_name(row, column))) for column in (1, remark)] for row in rows]
    assert [[cell.value if cell else "" for cell in line] for line in shown] == [
        ["R3", REMARKS["R3"]], ["R4", REMARKS["R4"]], ["R6", ""]
    ]  # fmt: skip
    assert threads_on(path, table.sheet.part) == {"A5": ["About R3"], "J3": ["About nothing below"]}
    assert threads_on(furnished.steps["import"], table.sheet.part) == {
        "A5": ["About R1", "Done."], "A7": ["About R3"], "J3": ["About nothing below"]
    }  # fmt: skip
    (notes,) = package.related(table.sheet.part, f"{R}/comments")
    assert [entry.get("ref") for entry in package.tree(notes).iter(f"{{{MAIN}}}comment")] == ["A5", "J3"]
    (shapes,) = package.related(table.sheet.part, f"{R}/vmlDrawing")
    places = re.findall(rb"<x:Row>(\d+)</x:Row><x:Column>(\d+)<", package.read(shapes))
    assert places == [(b"4", b"0"), (b"2", b"9")]


def threads_on(path: Path, sheet: str) -> dict[str, list[str]]:
    package = Package.open(path)
    kind = "http://schemas.microsoft.com/office/2017/10/relationships/threadedComment"
    (part,) = package.related(sheet, kind)
    found: dict[str, list[str]] = {}
    for entry in package.tree(part).iterchildren("{*}*"):
        found.setdefault(some(entry.get("ref")), []).append(some(entry.findtext("{*}text")))
    return found


def test_pivots_and_slicers_still_find_their_table(furnished: Life) -> None:
    cage = Cage(furnished.rolled.path)
    table = next(item for item in Package.open(cage.path).tables if item.name == "tbl_requests")
    cache = cage.tree("xl/pivotCache/pivotCacheDefinition1.xml")
    assert some(cache.find(f".//{{{MAIN}}}worksheetSource")).get("name") == table.name
    assert [field.get("name") for field in cache.iter(f"{{{MAIN}}}cacheField")] == list(table.columns)
    (buttons,) = [part for part in cage.parts if part.startswith("xl/slicerCaches/")]
    filtered = some(cage.tree(buttons).find(".//{*}tableSlicerCache"))
    assert filtered.get("tableId") == cage.tree(table.part).get("id")
    names = {column.get("id"): column.get("name") for column in cage.tree(table.part).iter(f"{{{MAIN}}}tableColumn")}
    assert names[filtered.get("column")] == "Client"


def test_the_numbers_are_those_of_the_rows(furnished: Life) -> None:
    """October: the scores are 5, 4, 5 and a blank; R1 took 2 hours, R2 3.9, R5 3. November: R3 took one."""
    october = results.results(furnished.steps["import"], today=TODAY).scorecard
    november = results.results(furnished.rolled.path, today=TODAY).scorecard
    used = {name: value.used for name, value in october.measures.items()}
    assert (used["satisfied"], used["surveyed"], used["requests_resolved"]) == (3, 3, 3)
    assert used["resolution_hours"] == pytest.approx(2 + 3.9 + 3)
    assert (used["requests_opened"], used["requests_open"], used["leads"]) == (6, 3, 3)
    used = {name: value.used for name, value in november.measures.items()}
    assert (used["satisfied"], used["requests_resolved"], used["requests_open"], used["leads"]) == (None, 1, 2, 1)
    assert used["resolution_hours"] == pytest.approx(1)
    assert november.result("css").past.previous == 1


def test_ironcalc_agrees_on_the_furnished_workbook(furnished: Life) -> None:
    assert_ours_computed(furnished, ironcalc_values(furnished.rolled.path))


@pytest.mark.libreoffice
def test_libreoffice_agrees_on_the_furnished_workbook(furnished: Life) -> None:
    (values,) = libreoffice_values([furnished.rolled.path], whole=True)
    assert_ours_computed(furnished, values)
    # On his sheet, twice the clients at the start of the twelve months.
    assert values["Mine & more", "B1"] == 4.0


def assert_ours_computed(life: Life, values: Mapping[Place, Value]) -> None:
    book = opened(life.rolled.path)
    ours = {book.sheets[place.sheet].name for place in book.placements.values()}
    assert len(ours) > 7
    found = differences(life.rolled.path, values)
    assert [line for line in found if line.rpartition("!")[0] in ours] == []
    assert values[named(book, "requests_resolved")] == 1
