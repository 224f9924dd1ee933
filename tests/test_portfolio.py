"""Many workbooks beside one another: what the group says, and its workbook, page and tables."""

from __future__ import annotations

import json
from copy import deepcopy
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import fsspec
import openpyxl
import pytest
from lxml import etree
from pyarrow import parquet

import libreoffice
from clock import NOW, TODAY
from kpixl.catalog import Level
from kpixl.check import Problem
from kpixl.cli.main import main
from kpixl.i18n import language
from kpixl.kpi.score import Scorecard
from kpixl.ooxml.package import Package
from kpixl.portfolio import setting_out
from kpixl.portfolio.book import book
from kpixl.portfolio.group import Compared, Portfolio, group
from kpixl.portfolio.group_page import group_html
from kpixl.portfolio.links import target_of
from kpixl.portfolio.member import Whereabouts, member
from kpixl.portfolio.star import TABLES, write_duckdb, write_parquet
from kpixl.verbs.portfolio import Only
from portfolios import AGENCY, COACH, network, workbook
from workbooks import COUNTED, Filled, make

EN = language("en")
SMALL = Filled(typed={"satisfied": 19, "surveyed": 20})
WRONG = Filled(typed={"satisfied": "many", "surveyed": 20})


def css(found: Portfolio) -> Compared:
    return found.columns[0]


# The group


def test_the_group_by_hand() -> None:
    # 0.5 … 0.9 in steps of 0.1: quartiles at 0.6, 0.7, 0.8. Below 85 % is below; 90 % is above average.
    shares = (0.9, 0.5, 0.7, 0.8, 0.6)
    found = group([workbook(f"W{place}", values=[share, 4 - place]) for place, share in enumerate(shares)])
    spread = css(found).quartiles
    assert spread is not None
    assert (spread.low, spread.median, spread.high) == pytest.approx((0.6, 0.7, 0.8))
    assert css(found).median_level is Level.BELOW
    assert [found.members[row].company for row in css(found).ranked] == ["W0", "W3", "W2", "W4", "W1"]
    art = found.columns[1]
    assert art.falls
    assert [found.members[row].company for row in art.ranked] == ["W4", "W3", "W2", "W1", "W0"]
    assert found.outliers == ()


def test_an_outlier_lies_beyond_the_fences() -> None:
    # Quartiles 0.80 and 0.86 of ten: fences at 0.71 and 0.95.
    shares = [0.5, 0.79, 0.8, 0.8, 0.82, 0.84, 0.86, 0.86, 0.94, 0.97]
    found = group([workbook(f"W{place}", values=[share]) for place, share in enumerate(shares)])
    assert css(found).fences == pytest.approx((0.71, 0.95))
    assert [(found.members[one.row].company, one.high) for one in found.outliers] == [("W0", False), ("W9", True)]
    few = group([workbook(f"W{place}", values=[share]) for place, share in enumerate(shares[:7])])
    assert few.outliers == ()


def test_only_what_means_the_same_is_held_against_one_another() -> None:
    arpu = [None, None, None, 200.0]
    found = group(
        [
            workbook("Euro", COACH, arpu),
            workbook("Lei", COACH, arpu, currency="RON"),
            workbook("Quarter", COACH, arpu, period="2026-Q4"),
            workbook("Agency", AGENCY, [0.9]),
        ]
    )
    money = [column for column in found.columns if column.kpi.id == "arpu"]
    assert [(one.currency, one.kind.value, len(one.rows)) for one in money] == [
        ("EUR", "month", 1),
        ("RON", "month", 1),
        ("EUR", "quarter", 1),
    ]
    assert all(one.published == {} for one in money)
    assert {column.kpi.business for column in found.columns if column.kpi.id == "css"} == {AGENCY, COACH}


def test_a_trend_is_of_the_same_workbooks_throughout() -> None:
    # Two have three months and this one, a third only this one and the last.
    two = [workbook(name, values=[0.9], past=[[0.8], [0.7], [0.6]]) for name in "ab"]
    new = workbook("c", values=[0.1], past=[[0.2]])
    course = group([*two, new]).course(css(group([*two, new])))
    assert course is not None
    assert (course.workbooks, [str(one) for one in course.periods]) == (2, ["2026-07", "2026-08", "2026-09", "2026-10"])
    assert [one.median for one in course.quartiles] == pytest.approx([0.6, 0.7, 0.8, 0.9])
    alone = group([workbook("a", values=[0.9], past=[[0.8]])])
    assert alone.course(css(alone)) is None


def test_a_workbook_as_a_portfolio_has_it(scorecard: Scorecard, problems: tuple[Problem, ...]) -> None:
    one = member(scorecard, problems, Whereabouts("a.xlsx", "Ana", "North"), TODAY)
    assert (one.company, one.business, one.period, one.owner, one.region) == (
        "TaskZenith", AGENCY, "2026-10", "Ana", "North",
    )  # fmt: skip
    figure = next(figure for figure in one.figures if figure.kpi == "css")
    # 88 of 100, where the owner has set typical at 80 %.
    assert (figure.value, figure.level, figure.target, figure.previous) == (0.88, "typical", 0.9, 0.9)
    assert one.problems == {"error": 1, "warning": 1, "note": 0}
    assert one.first_problem.startswith("Hours!E7 ")
    # Past periods have October 2025 and September 2026; today is in November, so October is the last one over.
    assert one.missing == tuple(f"2025-{month}" for month in (11, 12)) + tuple(
        f"2026-0{month}" for month in range(1, 9)
    )
    assert member(scorecard, (), Whereabouts("a.xlsx"), date(2027, 1, 15)).missing[-2:] == ("2026-11", "2026-12")


def test_filters() -> None:
    one = workbook("a", owner="Ana", region="North")
    assert Only().takes(one)
    assert Only(businesses=(AGENCY,), owners=("ana",), regions=("South", "NORTH")).takes(one)
    assert not Only(owners=("Eva",)).takes(one)
    assert not Only(businesses=(COACH,)).takes(one)


# The workbook


@pytest.fixture(scope="module")
def made() -> tuple[Portfolio, bytes]:
    found = group(network(12, 9))
    return found, book(found, [("/clients/bad.xlsx", "It is damaged.")], EN, Path("/clients/portfolio.xlsx"), NOW)


def sheets(path: Path) -> Any:
    return openpyxl.load_workbook(path, data_only=True)


def overview(path: Path) -> dict[str, tuple[Any, ...]]:
    """Per KPI and business: workbooks, those of each level, the quartiles and the level of the median."""
    sheet = sheets(path)["Portfolio"]
    rows = sheet.iter_rows(min_row=14, min_col=2, max_col=12, values_only=True)
    return {f"{row[0]} {row[1]}": tuple(value or 0 for value in row[2:]) for row in rows if row[0]}


def by_hand(found: Portfolio, taken: set[int]) -> list[tuple[Any, ...]]:
    rows = []
    for column in found.columns:
        figures = [column.by_row[row] for row in column.rows if row in taken]
        part = Compared(column.kpi, column.kind, column.currency, tuple(range(len(figures))), tuple(figures))
        spread, level = part.quartiles, part.median_level
        counts = [sum(figure.shade == one.id for figure in figures) for one in Level]
        edges = (spread.low, spread.median, spread.high) if spread else ("", "", "")
        rows.append((len(figures), *counts, *edges, level))
    return rows


def agrees(path: Path, found: Portfolio, taken: set[int]) -> None:
    for shown, expected in zip(overview(path).values(), by_hand(found, taken), strict=True):
        assert shown[:5] == expected[:5]
        assert shown[5:8] == pytest.approx(expected[5:8])
        words = {None: 0, Level.BELOW: "▼ below benchmark", Level.TYPICAL: "● typical"}
        words |= {Level.ABOVE_AVERAGE: "▲ above average", Level.EXCEPTIONAL: "★ exceptional"}
        assert shown[8] == words[expected[8]]


def ranked(path: Path) -> list[str]:
    sheet = sheets(path)["Ranking"]
    return [row[0] for row in sheet.iter_rows(min_row=8, min_col=3, max_col=3, values_only=True) if row[0]]


def test_formulas_come_to_what_stands_there_and_follow_what_is_picked(
    made: tuple[Portfolio, bytes], tmp_path: Path
) -> None:
    found, data = made
    path = tmp_path / "all.xlsx"
    path.write_bytes(data)
    agrees(path, found, set(range(len(found.members))))
    picked = openpyxl.load_workbook(path)
    picked["Portfolio"]["C6"] = "North"
    ncar = next(place for place, one in enumerate(found.columns) if one.kpi.id == "art")
    choices = picked["Ranking"].data_validations.dataValidation[0].formula1
    assert choices.startswith("'Data behind it'!")
    column, first = choices.split("!")[1].split(":")[0].split("$")[1:]
    picked["Ranking"]["C4"] = picked["Data behind it"][f"{column}{int(first) + ncar}"].value
    picked.save(tmp_path / "north.xlsx")
    whole, north = libreoffice.recalculate([path, tmp_path / "north.xlsx"], tmp_path / "computed")
    agrees(whole, found, set(range(len(found.members))))
    taken = {row for row, one in enumerate(found.members) if one.region == "North"}
    agrees(north, found, taken)
    names = [found.members[row].company for row in found.columns[0].ranked]
    assert ranked(path) == ranked(whole) == names
    expected = [found.members[row].company for row in found.columns[ncar].ranked if row in taken]
    assert ranked(north) == expected
    for sheet in sheets(north):
        errors = [cell.value for row in sheet.iter_rows() for cell in row if str(cell.value).startswith(("#", "Err:"))]
        assert set(errors) <= ({"#N/A"} if sheet.title == "Data behind it" else set())


def test_the_sheets_have_what_they_are_called(made: tuple[Portfolio, bytes], tmp_path: Path) -> None:
    found, data = made
    path = tmp_path / "portfolio.xlsx"
    path.write_bytes(data)
    loaded = openpyxl.load_workbook(path)
    heat = loaded["Heat map"]
    assert heat.auto_filter.ref.startswith("B6:")
    first = heat["B7"]
    assert (first.value, first.hyperlink.target) == (
        found.members[0].company,
        f"{found.members[0].company}.xlsx".replace(" ", "%20"),
    )
    figure = css(found).by_row[0]
    level = next(level for level in Level if level.id == figure.shade)
    assert heat["G7"].value == figure.value
    assert heat["G7"].number_format == f'"{"▼●▲★"[level.value]} "0.0%'
    assert [loaded["Workbooks"]["B7"].value, loaded["Workbooks"]["J7"].value] == [
        "bad.xlsx",
        "could not be read: It is damaged.",
    ]
    overdue = loaded["Open actions"]["H7"]
    assert overdue.value.date() == date(2026, 11, 1)
    assert overdue.font.color.rgb == "009C3A25"
    assert len(loaded["Signals"]["F7"].value) > 5
    assert loaded["Trends"]["P26"].value is not None


def test_with_very_many_nothing_is_a_formula(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(setting_out, "MOST_LIVE", 3)
    found = group(network(4, 0))
    path = tmp_path / "portfolio.xlsx"
    path.write_bytes(book(found, [], EN, path, NOW))
    loaded = openpyxl.load_workbook(path)
    live = {sheet.title for sheet in loaded for row in sheet.iter_rows() for cell in row if cell.data_type == "f"} - {
        "Data behind it"
    }
    assert live == set()
    agrees(path, found, set(range(4)))


@pytest.mark.parametrize(
    ("place", "target"),
    [
        ("/a/b/c d.xlsx", "b/c%20d.xlsx"),
        ("/x/#1.xlsx", "../x/%231.xlsx"),
        ("s3://bucket/a.xlsx", "s3://bucket/a.xlsx"),
    ],
)
def test_links_lead_from_folder_to_folder(place: str, target: str) -> None:
    assert target_of(place, Path("/a/portfolio.xlsx")) == target


# The page


def test_the_page_is_well_formed_and_escapes_what_is_the_owners(tmp_path: Path) -> None:
    members = [*network(9, 3), workbook("<b>&", values=[0.9], first_problem="<i>", problems={"error": 1})]
    page = group_html(group(members), [("/a/<x>.xlsx", "no")], EN, tmp_path / "p.html", now=NOW)
    root = etree.fromstring(page.encode(), etree.XMLParser(resolve_entities=False))
    assert "<b>&" in "".join(map(str, root.itertext()))
    assert "<script" not in page
    tables = root.findall(".//{*}table") or root.findall(".//table")
    # Two kinds of business with a spread and a heat map each, and signals, actions, what is wrong.
    assert len(tables) == 7
    assert "No figures" not in page


# Tables


def test_the_star_says_what_the_workbooks_say(tmp_path: Path) -> None:
    found = group([workbook("a", values=[0.9, 2.0], past=[[0.8, 3.0]], region="North"), workbook("b", values=[0.5])])
    written = write_parquet(found, tmp_path / "tables")
    assert {path.stem for path in written} == set(TABLES)
    facts = parquet.read_table(tmp_path / "tables" / "figure.parquet").to_pylist()
    kpis = {(one["workbook"], one["period"], one["kpi"]): (one["value"], one["level"]) for one in facts if one["kpi"]}
    assert kpis == {
        (0, "2026-10", "va_css"): (0.5, "below"),
        (1, "2026-10", "va_css"): (0.9, "above_average"),
        (1, "2026-10", "va_art"): (2.0, "typical"),
        (1, "2026-09", "va_css"): (0.8, None),
        (1, "2026-09", "va_art"): (3.0, None),
    }
    measures = [one for one in facts if one["measure"]]
    assert [(one["measure"], one["value"], one["source"]) for one in measures] == [("surveyed", 20.0, "typed")] * 2
    base = write_duckdb(found, tmp_path / "portfolio.duckdb")
    with duckdb.connect(base, read_only=True) as connection:
        asked = "select company, value from kpixl.facts where kpi = 'va_css' and period = '2026-10' order by value"
        assert connection.execute(asked).fetchall() == [("b", 0.5), ("a", 0.9)]
        assert connection.execute("select count(*) from kpixl.facts").fetchone() == (len(facts),)
        asked = "select distinct measure_name, first_day from kpixl.facts where measure = 'surveyed'"
        ((name, day),) = connection.execute(asked).fetchall()
        assert (bool(name), day) == (True, date(2026, 10, 1))
    write_duckdb(found, base)
    write_parquet(found, tmp_path / "tables")


def test_a_file_of_anothers_is_left_alone(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = tmp_path / "clients"
    folder.mkdir()
    make(folder / "a.xlsx", SMALL)
    openpyxl.Workbook().save(tmp_path / "mine.xlsx")
    (tmp_path / "mine.html").write_text("<p>mine</p>")
    with duckdb.connect(tmp_path / "mine.duckdb") as base:
        base.execute("create table mine (a int)")
    (tmp_path / "tables").mkdir()
    (tmp_path / "tables" / "figure.parquet").write_bytes(b"mine")
    before = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    wanted = (("--out", "mine.xlsx"), ("--out", "mine.html"), ("--duckdb", "mine.duckdb"), ("--parquet", "tables"))
    for option, name in wanted:
        words = [
            "portfolio",
            str(folder),
            option,
            str(tmp_path / name),
            "--workers",
            "1",
            "--cache",
            str(tmp_path / "c"),
        ]
        assert main([*words, "--json"], now=NOW) == 2
        assert json.loads(capsys.readouterr().out)["error"]["code"] == "file_exists"
    assert {path: path.read_bytes() for path in before} == before
    assert main(["portfolio", str(folder), "--out", "a.doc", "--json"], now=NOW) == 2
    assert json.loads(capsys.readouterr().out)["error"]["code"] == "not_a_portfolio"


# The command


def with_property(path: Path, name: str, text: str) -> None:
    """The workbook with a document property more, as Excel's owner gives it one."""
    package = Package.open(path)
    (part,) = (part for part in package.parts if part.endswith("custom.xml"))
    tree = package.tree(part)
    more = deepcopy(tree[0])
    more.set("name", name)
    more.set("pid", str(len(tree) + 2))
    more[0].text = text
    tree.append(more)
    package.replace(part, tree)
    path.write_bytes(package.data)


def test_a_portfolio_of_workbooks(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = tmp_path / "clients"
    (folder / "South" / "Eva").mkdir(parents=True)
    make(folder / "a.xlsx", COUNTED)
    with_property(folder / "a.xlsx", "Region", "North")
    make(folder / "South" / "Eva" / "b.xlsx", SMALL)
    make(folder / "South" / "Eva" / "c.xlsx", WRONG)
    (folder / "bad.xlsx").write_bytes(b"PK")
    before = {path: path.read_bytes() for path in folder.rglob("*.xlsx")}
    out, page, tables = folder / "portfolio.xlsx", tmp_path / "p.html", tmp_path / "tables"
    words = ["portfolio", str(folder), "--out", str(out), "--out", str(page), "--parquet", str(tables), "--json"]
    words += ["--workers", "1", "--cache", str(tmp_path / "cache")]
    assert main(words, now=NOW) == 1
    answer = json.loads(capsys.readouterr().out)
    assert (answer["workbooks"], answer["unchanged"]) == (3, 0)
    assert answer["made"][:2] == [str(out), str(page)]
    assert [one["path"] for one in answer["failed"]] == [str(folder / "bad.xlsx")]
    assert answer["with_errors"] == [str(folder / "South" / "Eva" / "c.xlsx")]
    # A second time, with the portfolio itself lying there: nothing is read again, and it is none of its own workbooks.
    assert main(words, now=NOW) == 1
    assert json.loads(capsys.readouterr().out) == answer | {"unchanged": 3}
    assert {path: path.read_bytes() for path in before} == before
    rows = parquet.read_table(tables / "workbook.parquet").to_pylist()
    whose = {Path(row["path"]).name: (row["region"], row["owner"]) for row in rows}
    assert whose == {"a.xlsx": ("North", None), "b.xlsx": ("South", "Eva"), "c.xlsx": ("South", "Eva")}
    assert main([*words, "--region", "north"], now=NOW) == 1
    assert json.loads(capsys.readouterr().out)["workbooks"] == 1
    assert main([*words, "--owner", "nobody"], now=NOW) == 2
    assert json.loads(capsys.readouterr().out)["error"]["code"] == "nobody_there"


def test_a_portfolio_of_what_lies_in_a_store(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    store = fsspec.filesystem("memory")
    store.pipe("/network/West/b.xlsx", make(tmp_path / "b.xlsx", SMALL).read_bytes())
    words = ["portfolio", "memory://network", "--out", str(tmp_path / "p.xlsx"), "--workers", "1"]
    assert main([*words, "--cache", str(tmp_path / "cache"), "--json"], now=NOW) == 0
    assert json.loads(capsys.readouterr().out)["workbooks"] == 1
    heat = openpyxl.load_workbook(tmp_path / "p.xlsx")["Heat map"]
    assert (heat["D7"].value, heat["B7"].hyperlink.target) == ("West", "memory:///network/West/b.xlsx")
