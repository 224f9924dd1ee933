"""Packs through every verb and engine: the examples, and packs that are drawn."""

from __future__ import annotations

import csv
import json
import re
import shutil
import warnings
from collections.abc import Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import count
from pathlib import Path
from typing import Any

import numpy as np
import openpyxl
import pytest
import yaml
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

from clock import NOW, TODAY
from engines import differences, ironcalc_values, libreoffice_values
from kpixl import files
from kpixl.catalog import business_of, catalogue
from kpixl.catalog.pack_check import checked
from kpixl.catalog.pack_units import UnitsDiffer, dimension_of, fits, of_unit
from kpixl.catalog.tables import Field, Table
from kpixl.cli.main import main
from kpixl.entries import Setup
from kpixl.formula import parse
from kpixl.i18n import language
from kpixl.kpi.closing import leaving
from kpixl.kpi.measure import measure
from kpixl.kpi.score import score
from kpixl.languages import codes
from kpixl.ooxml.package import Package
from kpixl.ooxml.vba.project import Module, replace_macros
from kpixl.ooxml.vba.reader import module_texts
from kpixl.period import Period, Window, from_serial, serial
from kpixl.samples import sample
from kpixl.samples.made_up import MAKER
from kpixl.samples.sample import _entries, current
from kpixl.texts.words import entry_words
from kpixl.verbs import demo, import_plan, import_rows, pack_files, pack_update, refresh, results, roll
from kpixl.verbs.adopt import adopt
from kpixl.verbs.explain import explain
from kpixl.verbs.new import new
from kpixl.verbs.report import report
from kpixl.verbs.restate import restate
from kpixl.verbs.table_names import tables_of
from kpixl.verbs.watch import SETTLED, Clock, Event, watch
from kpixl.workbook.layout import HIDDEN_SHEET
from kpixl.workbook.macros.install import renew_functions, vba_modules
from kpixl.workbook.pack_part import pack_in
from narrow import some
from packs import EXAMPLES, OCTOBER, STARTER, blank, dumped, newer, shown
from test_lossless import assert_kept
from workbooks import append, opened, placed
from zoo import zoo

PHYSIO = next(path for path in EXAMPLES if path.stem == "physiotherapy-practice")


@pytest.mark.parametrize("pack", EXAMPLES, ids=lambda path: path.stem)
def test_every_formula_of_an_examples_workbook_in_ironcalc(pack: Path) -> None:
    path = shown(pack, "en")
    computed = ironcalc_values(path)
    assert len(computed) > 1000
    assert differences(path, computed) == []
    outcome = results.results(path, today=TODAY)
    assert all(result.value is not None for result in outcome.scorecard.results)
    assert [one for one in outcome.problems if one.severity == "error"] == []
    assert len({line.start for line in outcome.scorecard.entries.past}) == 11


@pytest.mark.libreoffice
def test_every_formula_of_the_examples_workbooks_in_libreoffice(tmp_path: Path) -> None:
    drawn_pack = tmp_path / "drawn.yaml"
    drawn_pack.write_text(a_rich_one().text, encoding="utf-8")
    paths = [shown(pack, "en") for pack in (*EXAMPLES, drawn_pack)]
    for path, computed in zip(paths, libreoffice_values(paths), strict=True):
        assert len(computed) > 1000
        assert differences(path, computed) == [], path.name


def test_a_pack_goes_through_every_verb_in_its_language(tmp_path: Path) -> None:
    pack = PHYSIO
    path = tmp_path / "Move Well 2026-10.xlsx"
    shutil.copyfile(shown(pack, "es"), path)
    before = results.results(path, today=TODAY)
    names = {table.id: table for table in tables_of(path, NOW)[1]}
    assert names["visits"].sheet == "Visitas"
    rows = tmp_path / "visitas.csv"
    patient = opened(path).entries.tables["patients"].texts["patient"][0]  # type: ignore[union-attr]
    rows.write_text(
        f"Paciente,Día,Estado,Importe\n{patient},2026-10-20,realizada,50\n{patient},2026-10-21,no acudió,\n", "utf-8"
    )
    request = import_plan.ImportRequest("visits", rows)
    assert import_rows.import_rows(path, request, now=NOW).imported == 2
    after = refresh.refresh(path, now=NOW)
    first, then = (card.scorecard.results[0].measures for card in (before, after))
    assert some(then["visits_booked"]) == some(first["visits_booked"]) + 2
    assert some(then["visits_lost"]) == some(first["visits_lost"]) + 1
    told = explain(path, "Perdidas", today=TODAY)
    assert told.result.kpi.id == "cancellation_rate"
    page = report(path, now=NOW, out=tmp_path / "page.html").path.read_text(encoding="utf-8")
    assert "Tasa de cancelaciones y ausencias" in page
    assert patient not in page
    following = roll.roll(path, now=NOW).path
    rolled = opened(following)
    assert rolled.entries.period == Period.parse("2026-11")
    assert rolled.entries.business.pack == pack.read_text(encoding="utf-8")
    assert any(line.id == "ph_cancellation_rate" for line in rolled.entries.past)
    visits, patients = (rolled.entries.tables[id_] for id_ in ("visits", "patients"))
    assert visits is not None
    assert patients is not None
    assert not np.isfinite(visits.numbers["day"]).any()
    assert len(patients) == 60
    assert differences(following, ironcalc_values(following)) == []
    files.undo(path, NOW + timedelta(minutes=1))
    assert results.results(path, today=TODAY).scorecard.entries.business.id == "physiotherapy-practice"


@pytest.mark.parametrize("pack", [*EXAMPLES, None], ids=lambda path: path.stem if path else "drawn")
def test_a_pack_goes_round(pack: Path | None, tmp_path: Path) -> None:
    """New, import, refresh, roll, report, undo: from rows in files come the measures that are counted of the rows."""
    text = pack.read_text(encoding="utf-8") if pack else a_rich_one().text
    path = blank(text, tmp_path / "Nova 2026-10.xlsx")
    owner = business_of(text)
    rows = current(owner, MAKER(owner, OCTOBER, "en").rows(), OCTOBER)
    made = {table.id: _each_once(table, rows[table.id]) for table in owner.tables}
    direct = measure(replace(_entries(owner, made, OCTOBER), words=entry_words(owner, language("en"))))
    # What others pick from comes first.
    for table in sorted(owner.tables, key=lambda table: not any(field.key for field in table.fields)):
        if table.id in catalogue().tables:  # whose imports are tested with the businesses that are built in
            append(path, table.id, made[table.id])
            continue
        source = tmp_path / f"{table.id}.csv"
        count_ = _exported(source, table, made[table.id])
        fields = {field.id: field.heading for field in table.fields}
        done = import_rows.import_rows(path, import_plan.ImportRequest(table.id, source, fields), now=NOW)
        assert (done.imported, done.rejected) == (count_, ())
    before = path.read_bytes()
    found = refresh.refresh(path, now=NOW).scorecard.measures
    of_the_month = [item.name for item in owner.measures if item.window is Window.PERIOD]
    counted = of_the_month if pack else [item.name for item in owner.measures]  # those of a drawn one need no past
    assert len(counted) >= (5 if pack else 3)
    assert {name: found[name].used for name in counted} == {name: pytest.approx(direct[name].used) for name in counted}
    page = report(path, now=NOW, out=tmp_path / "page.html").path.read_text(encoding="utf-8")
    assert all(str(kpi.name) in page for kpi in owner.kpis)
    following = opened(roll.roll(path, now=NOW, anyway=True).path).entries
    closed = {line.id: line.value for line in following.past if line.start == OCTOBER.start}
    assert following.period == OCTOBER.shift(1)
    kept = [name for name in of_the_month if name in closed]
    assert len(kept) >= (3 if pack else 1)
    assert {name: closed[name] for name in kept} == {name: pytest.approx(found[name].used) for name in kept}
    files.undo(path, NOW + timedelta(minutes=1))
    assert path.read_bytes() == before


def test_what_is_late_over_the_end_of_a_month_is_counted_in_the_next() -> None:
    """Three closings were due on 30 September: one went out that day, one on 2 October, and one waits to this day."""
    owner = business_of(EXAMPLES[0].read_text(encoding="utf-8"))
    due = float(serial(date(2026, 9, 30)))
    columns: dict[str, list[str | float | None]] = {
        "client": ["A", "B", "C"],
        "due": [due] * 3,
        "delivered": [due, due + 2, None],
    }
    fields = owner.table("closings").fields
    rows = {"closings": {field.id: columns.get(field.id, [None] * 3) for field in fields}}
    found = {}
    for period in (OCTOBER.shift(-1), OCTOBER):
        entries = _entries(owner, rows, period)
        values = measure(replace(entries, words=entry_words(owner, language("en"))), today=date(2026, 11, 3))
        names = ("closings_due", "closings_on_time", "closings_done")
        found[str(period)] = [values[name].log for name in names], leaving(entries, owner.table("closings")).tolist()
    assert found == {
        "2026-09": ([3, 1, 1], [False, False, False]),
        "2026-10": ([0, 0, 1], [True, False, False]),
    }


def _each_once(table: Table, columns: Mapping[str, Sequence[Any]]) -> dict[str, list[Any]]:
    """The rows of which an import would not say that they are there already."""
    rows = list(zip(*(columns[field.id] for field in table.fields), strict=True))
    at = {field.id: place for place, field in enumerate(table.fields)}
    by = table.same or tuple(field.id for field in table.fields if field.key) or tuple(at)
    once = {tuple(row[at[id_]] for id_ in by): row for row in reversed(rows)}
    return {id_: [row[place] for row in reversed(once.values())] for id_, place in at.items()}


def _exported(source: Path, table: Table, columns: Mapping[str, Sequence[Any]]) -> int:
    """The rows of a table as another program would write them; how many there are."""
    rows = list(zip(*(columns[field.id] for field in table.fields), strict=True))
    with source.open("w", encoding="utf-8", newline="") as out:
        lines = csv.writer(out)
        lines.writerow([field.heading for field in table.fields])
        for row in rows:
            lines.writerow([_typed(field, value) for field, value in zip(table.fields, row, strict=True)])
    return len(rows)


def _typed(field: Field, value: Any) -> str:
    if value is None:
        return ""
    if field.type != "date":
        return str(value)
    day = from_serial(int(value)).isoformat()
    minutes = round(value % 1 * 1440)
    return f"{day} {minutes // 60:02}:{minutes % 60:02}" if field.with_time else day


def late(path: Path) -> float:
    """One visit more in October that was missed, typed without a refresh; what the rate of the month is then."""
    (result,) = (
        one for one in results.results(path, today=TODAY).scorecard.results if one.kpi.id == "cancellation_rate"
    )
    patient = opened(path).entries.tables["patients"].texts["patient"][0]  # type: ignore[union-attr]
    append(path, "visits", {"patient": [patient], "day": [serial(OCTOBER.start) + 20], "status": ["no acudió"]})
    lost, booked = (some(result.measures[name]) for name in ("visits_lost", "visits_booked"))
    return (lost + 1) / (booked + 1)


def test_a_watch_refreshes_the_workbook_of_a_pack(tmp_path: Path) -> None:
    path = tmp_path / "Move Well 2026-10.xlsx"
    shutil.copyfile(shown(PHYSIO, "es"), path)
    expected = late(path)
    seconds, events = count(0.0, SETTLED), list[Event]()
    clock = Clock(lambda: next(seconds), lambda _: None, lambda: NOW)
    watch(tmp_path, events.append, once=True, clock=clock)
    assert [(one.kind, one.path, one.language) for one in events] == [("refreshed", path, "es")]
    sheet, cell = placed(opened(path), "kpis", "cancellation_rate", "value")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of what openpyxl would not write
        assert openpyxl.load_workbook(path, data_only=True)[sheet][cell].value == pytest.approx(expected)


def test_a_closed_month_of_a_pack_is_computed_anew(tmp_path: Path) -> None:
    path = tmp_path / "Move Well 2026-10.xlsx"
    shutil.copyfile(shown(PHYSIO, "es"), path)
    following = roll.roll(path, now=NOW).path
    closed = {line.id: line.value for line in opened(following).entries.past if line.start == OCTOBER.start}
    expected = late(path)
    assert restate(path, OCTOBER, [following], now=NOW).taken_over[0][0] == following
    entries = opened(following).entries
    now = {line.id: line.value for line in entries.past if line.start == OCTOBER.start}
    assert now["ph_cancellation_rate"] == pytest.approx(expected)
    assert now["ph_cancellation_rate"] != closed["ph_cancellation_rate"]
    assert now["visits_lost"] == some(closed["visits_lost"]) + 1
    assert entries.business.pack == PHYSIO.read_text(encoding="utf-8")


def test_a_workbook_in_the_packs_second_language_has_none_of_the_first() -> None:
    pack = PHYSIO
    found = checked(pack.read_text(encoding="utf-8"))
    english = {text.languages["en"] for text in found.worded.values()} - {
        text.languages["es"] for text in found.worded.values()
    }
    view = opened(shown(pack, "es")).view
    sheets = [name for name in view.sheets if name != HIDDEN_SHEET]  # which has ids of kpixl's own
    texts = {value for name in sheets for row in view.grid(name) for value in row if isinstance(value, str)}
    assert len(english) > 60
    assert english & texts == set()
    assert (
        sum(text.languages["es"] in texts for text in found.worded.values()) > 45
    )  # helps are comments, lists are joined


def test_workbooks_of_packs_stand_in_a_portfolio(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = tmp_path / "clients"
    folder.mkdir()
    for number, pack in enumerate((*EXAMPLES, EXAMPLES[0])):
        shutil.copyfile(shown(pack, "en"), folder / f"client {number}.xlsx")
    page, book = tmp_path / "p.html", tmp_path / "p.xlsx"
    words = ["portfolio", str(folder), "--out", str(page), "--out", str(book), "--json", "--workers", "1"]
    assert main([*words, "--lang", "en", "--cache", str(tmp_path / "cache")], now=NOW) == 0
    answer = json.loads(capsys.readouterr().out)
    assert (answer["workbooks"], answer["failed"]) == (4, [])
    text = page.read_text(encoding="utf-8")
    assert all(name in text for name in ("Bookkeeping practice", "Cleaning company", "Physiotherapy practice"))
    assert "Closings delivered on time" in text


# What kpixl computes for each row

HELPED = {
    "renewed": ("clients", ["start in window", "renews >= 1"], None, 1),
    "served": ("clients", ["start < after_window"], "months_served", 2),
    "bought": ("clients", ["start < after_window", "recent_sales >= 1"], None, 3),
    "at_the_desk": ("hours", ["date in window"], "at_work", 18),
    "answers_of_clients": ("surveys", ["date in window", "client_known >= 1"], None, 1),
}
"""Measures of a pack over columns of the catalogue: chained stays, months, look-ups, one number or else another; and
what they come to, counted by hand of the rows below."""


def test_a_pack_may_count_by_what_kpixl_computes_for_each_row(tmp_path: Path) -> None:
    """Ana's stay ended on 9 October and a new one began on the 10th: one month of hers, two rows that were sold to. Ben
    has been there since spring, and bought as well. Two days at the desk: 8 hours worked, and 10 that were offered."""
    raw = yaml.safe_load(STARTER)
    del raw["words"]
    raw["tables"] = ["clients", "assistants", "sales", "hours", "surveys", "visits"]
    for id_, (table, where, column, _) in HELPED.items():
        how = {"aggregate": "sum", "column": column} if column else {"aggregate": "count"}
        unit = {"unit": "hours"} if table == "hours" else {}
        raw["measures"][id_] = {"label": id_, "absent": id_, "table": table, "where": where, **how, **unit}
    raw["companions"] = [*HELPED]
    path = blank(dumped(raw), tmp_path / "dogs.xlsx")
    first = float(serial(OCTOBER.start))
    append(path, "assistants", {"assistant": ["Eva"], "start": [first - 400]})
    stays: dict[str, list[Any]] = {"client": ["Ana", "Ana", "Ben"], "start": [first - 100, first + 9, first - 200]}
    append(path, "clients", stays | {"end": [first + 8, None, None], "language": [None, None, "French"]})
    append(path, "sales", {"date": [first + 3], "client": ["Ben"], "amount": [90], "kind": ["new sales"]})
    append(path, "sales", {"date": [first + 4], "client": ["Ana"], "amount": [70], "kind": ["new sales"]})
    desk: dict[str, list[Any]] = {
        "date": [first + 1, first + 2],
        "assistant": ["Eva"] * 2,
        "worked": [8, None],
        "available": [9, 10],
    }
    append(path, "hours", desk)
    append(path, "surveys", {"date": [first + 5] * 2, "client": ["Ana", "Ben"], "score": [5, 4]})
    found = refresh.refresh(path, now=NOW).scorecard.measures
    assert {id_: found[id_].used for id_ in HELPED} == {id_: one[3] for id_, one in HELPED.items()}
    assert differences(path, ironcalc_values(path)) == []


# What is the owner's


def test_nothing_of_a_workbook_that_adopts_a_pack_is_lost(tmp_path: Path) -> None:
    """Charts, pictures, formulas, pivots and macros go through refresh, a newer pack and the next month."""
    original, newer_pack = tmp_path / "before.xlsm", tmp_path / "v2.yaml"
    path = zoo(tmp_path / "Mine 2026-10")
    shutil.copyfile(path, original)
    newer_pack.write_text(newer(STARTER), encoding="utf-8")
    adopt(path, Setup("dog-grooming", "en", OCTOBER, "Nova", "EUR", pack=STARTER), now=NOW)
    day = float(serial(OCTOBER.start))
    append(
        path, "visits", {"client": ["Ana"] * 4, "booked": [day] * 4, "came": ["yes"] * 3 + ["no"], "price": [50] * 4}
    )
    refresh.refresh(path, now=NOW)
    assert_kept(original, path)
    values = {one.kpi.id: one.value for one in pack_update.update(path, newer_pack, now=NOW).scorecard.results}
    assert values == {"no_show_rate": 0.25, "takings_per_booking": 50}
    assert_kept(original, path)
    assert_kept(original, roll.roll(path, now=NOW, anyway=True).path)


@pytest.mark.parametrize("pack", [*EXAMPLES, None], ids=lambda path: path.stem if path else "drawn")
def test_nothing_is_lost_of_one_that_adopts_an_example(pack: Path | None, tmp_path: Path) -> None:
    original, text = tmp_path / "before.xlsm", pack.read_text(encoding="utf-8") if pack else a_rich_one().text
    path = zoo(tmp_path / "Mine 2026-10")
    shutil.copyfile(path, original)
    owner = business_of(text)
    adopt(path, Setup(owner.id, "en", OCTOBER, "Nova", "EUR", pack=text), now=NOW)
    rows = current(owner, MAKER(owner, OCTOBER, "en").rows(), OCTOBER)
    for table in owner.tables:
        append(path, table.id, rows[table.id])
    found = refresh.refresh(path, now=NOW)
    assert any(result.value for result in found.scorecard.results)
    assert_kept(original, path)
    assert_kept(original, roll.roll(path, now=NOW, anyway=True).path)


# A newer version


def test_a_workbook_is_brought_to_a_newer_version_of_its_pack(tmp_path: Path) -> None:
    first, second = tmp_path / "v1.yaml", tmp_path / "v2.yaml"
    first.write_text(STARTER, encoding="utf-8")
    second.write_text(newer(STARTER), encoding="utf-8")
    path = tmp_path / "dogs.xlsx"
    shutil.copyfile(shown(first, "en"), path)
    was = opened(path)
    done = pack_update.update(path, second, now=NOW)
    assert (done.added, done.changed, done.removed) == (
        ("takings_per_booking",),
        ("no_show_rate",),
        ("takings_per_visit",),
    )
    book = opened(path)
    assert book.entries.past[: len(was.entries.past)] == was.entries.past
    assert len(book.entries.tables["visits"] or ()) == len(was.entries.tables["visits"] or ())
    assert book.entries.off == {"takings_per_visit"}
    values = {result.kpi.id: result.value for result in done.scorecard.results}
    assert values.keys() == {"no_show_rate", "takings_per_booking"}
    old = {r.kpi.id: r.measures for r in results.results(shown(first, "en"), today=TODAY).scorecard.results}
    booked, missed = (some(old["no_show_rate"][name]) for name in ("visits_booked", "visits_missed"))
    assert values["no_show_rate"] == pytest.approx(missed / booked)
    assert values["takings_per_booking"] == pytest.approx(some(old["takings_per_visit"]["takings"]) / booked)
    texts = {str(value) for row in book.view.grid(book.sheets["kpis"].name) for value in row}
    assert "Rate of no-shows" in texts
    assert "No-show rate" not in texts
    assert "KPI_TAKINGS_PER_BOOKING" in Package.open(path).defined_names
    assert differences(path, ironcalc_values(path)) == []
    data = path.read_bytes()
    assert pack_update.update(path, second, now=NOW).backup is None
    assert path.read_bytes() == data
    with pytest.raises(pack_files.OtherPack):
        pack_update.update(path, EXAMPLES[0], now=NOW)


def walked(text: str) -> dict[str, Any]:
    """The starter with a sheet more, whose rows stand on Totals alone."""
    raw: dict[str, Any] = yaml.safe_load(text)
    fields = {
        "day": {"type": "date", "required": True, "heading": "Day", "help": "The day."},
        "minutes": {"type": "number", "heading": "Minutes", "help": "How long."},
    }
    raw["tables"].append("walks")
    raw["new_tables"]["walks"] = {"title": "Walks", "help": "One row a walk.", "date": "day", "fields": fields}
    raw["new_tables"]["walks"] |= {"leaves": ["day < window_start"]}
    raw["measures"]["walked"] = {"label": "Minutes walked", "absent": "no walks", "aggregate": "sum", "table": "walks"}
    raw["measures"]["walked"] |= {"column": "minutes", "where": ["day in window"]}
    return raw | {"companions": ["walked"]}


def test_what_a_newer_version_lacks_stays_and_comes_back(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A sheet less, a KPI less, and what that KPI was counted from called otherwise under the same heading."""
    first, second = tmp_path / "v1.yaml", tmp_path / "folder" / "v2.yaml"
    first.write_text(dumped(walked(STARTER)), encoding="utf-8")
    raw = yaml.safe_load(STARTER)
    raw["new_tables"]["visits"]["fields"]["was_there"] = raw["new_tables"]["visits"]["fields"].pop("came")
    del raw["kpis"]["no_show_rate"], raw["measures"]["visits_missed"], raw["demo"]
    raw["kpis"]["takings_per_visit"] |= {"formula": "takings / visits_booked"}
    raw["kpis"]["takings_per_visit"]["example"] = {"arguments": {"takings": 2850, "visits_booked": 57}, "value": 50}
    second.parent.mkdir()
    second.write_text(dumped(raw), encoding="utf-8")
    path, day = blank(first.read_text("utf-8"), tmp_path / "dogs.xlsx"), float(serial(OCTOBER.start))
    append(path, "clients", {"client": ["Ana"], "start": [day]})
    append(
        path, "visits", {"client": ["Ana"] * 4, "booked": [day] * 4, "came": ["yes"] * 3 + ["no"], "price": [50] * 4}
    )
    append(path, "walks", {"day": [day, day + 1], "minutes": [30, 45]})
    walks = Package.open(path).read(opened(path).sheets["walks"].part)
    done = pack_update.update(path, second.parent, now=NOW)
    assert (done.added, done.changed, done.removed) == ((), ("takings_per_visit",), ("no_show_rate",))
    assert done.sheets_left == ("Walks",)
    said = [refresh.refresh(path, now=NOW).problems for _ in range(2)]
    told = [[(one.code, one.sheet) for one in problems] for problems in said]
    assert [one for one in told[0] if one[0] == "sheet_unread"] == [("sheet_unread", "Walks")]
    assert told[0] == told[1]
    assert Package.open(path).read(opened(path).view.sheets["Walks"].part) == walks
    assert differences(path, ironcalc_values(path)) == []
    assert opened(path).entries.off == {"no_show_rate"}
    data = path.read_bytes()
    assert pack_update.update(path, second, now=NOW).backup is None
    assert path.read_bytes() == data
    assert main(["pack", "update", str(path), str(first), "--lang", "en"], now=NOW) == 0
    assert "New: No-show rate." in capsys.readouterr().out
    book = opened(path).entries
    assert (book.off, book.unread) == (frozenset(), ())
    values = {one.kpi.id: one.value for one in results.results(path, today=TODAY).scorecard.results}
    assert values == {"no_show_rate": 0.25, "takings_per_visit": pytest.approx(200 / 3)}
    assert measure(book)["walked"].used == 75


def test_what_would_not_fit_beside_the_new_is_not_taken_out(tmp_path: Path) -> None:
    """The KPI of the catalogue needs its sheet, whose name another sheet has now."""
    raw = yaml.safe_load(STARTER)
    usual = {key: deepcopy(raw["kpis"]["no_show_rate"][key]) for key in ("definition", "benefits", "limits", "tips")}
    arguments = {"clients_end": 46, "clients_new": 8, "clients_start": 40}
    words = {"abbreviation": "Stay", "name": "Retention", "example": {"arguments": arguments, "value": 0.95}}
    path = blank(dumped(raw | {"kpis": raw["kpis"] | {"crr": usual | words}}), tmp_path / "dogs.xlsx")
    fields = {"client": {"type": "text", "key": True, "required": True, "heading": "Owner", "help": "Who."}}
    raw["tables"] = ["owners", "visits"]
    raw["new_tables"]["owners"] = {"title": "Clients", "help": "One row an owner.", "kept": True, "fields": fields}
    raw["new_tables"]["visits"]["fields"]["client"]["refers_to"] = "owners"
    del raw["words"], raw["demo"]
    pack = tmp_path / "v2.yaml"
    pack.write_text(dumped(raw), encoding="utf-8")
    assert pack_files.check(pack).mistakes == ()
    before = path.read_bytes()
    with pytest.raises(pack_update.CannotRetire, match="crr"):
        pack_update.update(path, pack, now=NOW)
    assert path.read_bytes() == before


def test_functions_in_vba_are_renewed_unless_macros_are_the_owners(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    second, path = tmp_path / "v2.yaml", tmp_path / "dogs.xlsm"
    second.write_text(newer(STARTER), encoding="utf-8")
    old, after = business_of(STARTER), business_of(newer(STARTER))
    new(Setup("dog-grooming", "en", OCTOBER, "Nova", "EUR", pack=STARTER), path, now=NOW, macros="vba")
    package = Package.open(path)
    part = "xl/vbaProject.bin"
    made = module_texts(package.read(part))
    modules = [Module(name, _code(text)) for name, text in made.items() if _code(text)]
    mine = "\nSub Mine()\nEnd Sub\n"
    for own in (
        [*modules, Module("Module1", mine)],
        [replace(one, source=one.source + mine) if one.name == "KpixlWords" else one for one in modules],
    ):
        replace_macros(package, own)
        foreign = package.read(part)
        assert not renew_functions(package, old, after, "en")
        assert package.read(part) == foreign
    package.save(path)
    assert main(["pack", "update", str(path), str(second), "--lang", "en"], now=NOW) == 0
    told = capsys.readouterr().out
    assert f"“kpixl functions export --vba --pack {second} --out FOLDER”" in told
    assert Package.open(path).read(part) == foreign
    replace_macros(package, modules)
    assert renew_functions(package, old, after, "en")
    renewed = module_texts(package.read(part))
    assert renewed.keys() == made.keys()
    assert "KPI_TAKINGS_PER_BOOKING(" not in made["KpixlFunctions"]
    assert "KPI_TAKINGS_PER_BOOKING(takings As Variant, visits_booked As Variant)" in renewed["KpixlFunctions"]
    formula = r'Case .*"no_show_rate".*\s+Computed = Calc\(1.0, "-", Calc\(numbers\(0\), "/", numbers\(1\)\)\)'
    assert re.search(formula, renewed["KpixlKpis"])
    assert renewed["KpixlButtons"] == made["KpixlButtons"]  # the sheets are the same
    assert renew_functions(Package.open(shown(EXAMPLES[0], "en")), old, after, "en")  # which has none in VBA


def _code(text: str) -> str:
    """A module without what Excel keeps about it."""
    return "\n".join(line for line in text.splitlines() if not line.startswith("Attribute VB_"))


def test_a_pack_that_was_dropped_is_put_back(tmp_path: Path) -> None:
    pack, path = tmp_path / "v1.yaml", tmp_path / "dogs.xlsx"
    pack.write_text(STARTER, encoding="utf-8")
    new(Setup("dog-grooming", "en", OCTOBER, "Nova", "EUR", pack=STARTER), path, now=NOW)
    package = Package.open(path)
    part = next(name for name in package.parts if name.startswith("customXml/item1"))
    package.replace(part, b"<other/>")
    package.save(path)
    pack_update.update(path, pack, now=NOW)
    assert pack_in(Package.open(path)) == STARTER


# Functions in cells


def test_the_functions_of_a_pack_are_names_and_vba(tmp_path: Path) -> None:
    owner = business_of(EXAMPLES[0].read_text(encoding="utf-8"))
    names = Package.open(shown(EXAMPLES[0], "en")).defined_names
    assert all(f"KPI_{kpi.id.upper()}" in names for kpi in owner.kpis)
    source = "\n".join(module.source for module in vba_modules(udf=False, code="en", owner=owner))
    assert all(f"Function KPI_{kpi.id.upper()}(" in source for kpi in owner.kpis)
    assert '"bookkeeping-practice"' in source
    assert "KPI_REALIZATION(" not in "\n".join(m.source for m in vba_modules(udf=False, code="en"))


# Packs that are drawn


@dataclass(frozen=True)
class Counted:
    """How a measure of a drawn pack is counted, for the oracle."""

    column: str | None = None
    word: str | None = None
    above: float | None = None
    names: bool = False
    """Whether names are counted, each once."""
    of: tuple[str, ...] = ()
    """The measures that it is the sum of."""


@dataclass(frozen=True)
class Drawn:
    """A pack that is drawn, and what each of its measures counts."""

    text: str
    counted: Mapping[str, Counted]


NUMBERS = ("count", "money", "hours")


@st.composite
def drawn_packs(draw: st.DrawFn) -> Drawn:
    units = draw(st.lists(st.sampled_from(NUMBERS), min_size=1, max_size=3))
    fields: dict[str, Any] = {
        "day": {"type": "date", "required": True, "heading": "Day", "help": "The day."},
        "kind": {"type": "choice", "heading": "Kind", "help": "K.", "choices": {"red": "red one", "blue": "blue"}},
    }
    for place, unit in enumerate(units):
        fields[f"n{place}_x"] = {"type": "number", "unit": unit, "heading": f"N {place}", "help": "N."}
    who = {"type": "text", "refers_to": "people", "heading": "Who", "help": "Who.", "required": draw(st.booleans())}
    fields["who"] = who
    measures: dict[str, Any] = {}
    counted: dict[str, Counted] = {}
    for place in range(draw(st.integers(2, 4))):
        column = draw(st.none() | st.sampled_from(range(len(units))))
        word = draw(st.none() | st.sampled_from(["red", "blue"]))
        above = draw(st.none() | st.sampled_from([2.0, 30.0]))
        where = ["day in window", *([f"kind = {word}"] if word else []), *([f"n0_x > {above:g}"] if above else [])]
        id_ = f"measure_{place}"
        measures[id_] = {"label": f"Measure {place}", "absent": f"no {place}", "table": "things", "where": where}
        if column is None:
            measures[id_] |= {"aggregate": "count"}
        else:
            measures[id_] |= {"aggregate": "sum", "column": f"n{column}_x", "unit": units[column]}
        counted[id_] = Counted(None if column is None else f"n{column}_x", word, above)
    if draw(st.booleans()):
        once = {"aggregate": "distinct", "distinct": ["who"], "heading": "Who once", "table": "things"}
        measures["people_seen"] = {
            "label": "People",
            "absent": "nobody",
            "where": ["day in window", "who filled"],
            **once,
        }
        counted["people_seen"] = Counted(names=True)
    if draw(st.booleans()):
        measures["measure_sum"] = {"label": "Both", "absent": "none", "aggregate": "formula"}
        measures["measure_sum"] |= {
            "formula": "measure_0 + measure_0",
            "unit": measures["measure_0"].get("unit", "count"),
        }
        counted["measure_sum"] = Counted(of=("measure_0", "measure_0"))
    kpis = {}
    for place in range(draw(st.integers(1, 3))):
        found = draw(formulas(tuple(measures), {id_: one.get("unit", "count") for id_, one in measures.items()}))
        kpis[f"drawn_{'abc'[place]}"] = _kpi(place, *found)
    raw = {
        "id": "drawn-business",
        "code": "dr",
        "name": "Drawn",
        "tables": ["people", "things"],
        "new_tables": {
            "people": {
                "title": "People",
                "help": "One row a person.",
                "kept": True,
                "fields": {"who": {"type": "text", "key": True, "required": True, "heading": "Person", "help": "Who."}},
            },
            "things": {
                "title": "Things",
                "help": "One row a thing.",
                "date": "day",
                "leaves": ["day < window_start"],
                "empty": "zero",
                "fields": fields,
            },
        },
        "measures": measures,
        "kpis": kpis,
        "demo": {"things": {"rows": draw(st.integers(0, 25))}, "people": {"rows": draw(st.integers(0, 6))}},
    }
    return Drawn(yaml.safe_dump(raw, sort_keys=False), counted)


@st.composite
def formulas(
    draw: st.DrawFn, names: Sequence[str], units: Mapping[str, str]
) -> tuple[str, str, dict[str, float], float]:
    """A formula, its unit, an example and what it gives."""

    def part(depth: int) -> str:
        kind = draw(st.integers(0, 4 if depth else 1))
        if kind == 0 or not depth:
            return draw(st.sampled_from(names))
        if kind == 1:
            return draw(st.sampled_from(["2", "0.5", "100", "3"]))
        sign = draw(st.sampled_from(["+", "-", "*", "/"]))
        return f"({part(depth - 1)} {sign} {part(depth - 1)})"

    text = f"{draw(st.sampled_from(names))} {draw(st.sampled_from(['/', '+', '-', '*']))} {part(2)}"
    try:
        found = dimension_of(parse(text), lambda name: of_unit(units[name]))
    except UnitsDiffer:
        text = names[0]
        found = of_unit(units[text])
    unit = "money" if found.money == 1 else "ratio"
    if not fits(found, unit):
        text, unit = names[0], units[names[0]].replace("hours", "ratio")
    numbers = {name: float(7 + 3 * place) for place, name in enumerate(names) if name in text}
    try:
        value = float(eval(text, {"__builtins__": {}}, numbers))  # our own text: what Python makes of it
    except ZeroDivisionError:
        text, numbers, value = names[0], {names[0]: 7.0}, 7.0
        unit = "money" if units[names[0]] == "money" else "ratio"
    return text, unit, numbers, value


def _kpi(place: int, text: str, unit: str, numbers: Mapping[str, float], value: float) -> dict[str, Any]:
    return {
        "formula": text,
        "unit": unit,
        "direction": "up" if place % 2 else "down",
        "abbreviation": f"K{place}",
        "name": f"Drawn KPI {place}",
        "example": {"arguments": dict(numbers), "value": value},
        "definition": "What is drawn.",
        "benefits": ["A."],
        "limits": ["B."],
        "tips": ["C."],
    }


def naive(drawn: Drawn, rows: Mapping[str, Sequence[Any]]) -> dict[str, float]:
    """The measures, counted by plain Python over the rows."""
    first, after = serial(OCTOBER.start), serial(OCTOBER.after)
    found: dict[str, float] = {}
    for id_, how in drawn.counted.items():
        total, seen = 0.0, set()
        for place, day in enumerate(rows["day"]):
            kind, first_number = rows["kind"][place], rows["n0_x"][place]
            if not isinstance(day, float) or not first <= day < after:
                continue
            if how.word and kind != {"red": "red one", "blue": "blue"}[how.word]:
                continue
            if how.above is not None and not (isinstance(first_number, float) and first_number > how.above):
                continue
            total += 1 if how.column is None else float(rows[how.column][place] or 0)
            seen |= {rows["who"][place]} - {None}
        found[id_] = sum(found[name] for name in how.of) if how.of else float(len(seen)) if how.names else total
    return found


def a_rich_one() -> Drawn:
    """The first that hypothesis draws with rows, and with measures of every kind; the same in every run."""
    found: list[Drawn] = []

    @settings(max_examples=80, database=None, phases=[Phase.generate], suppress_health_check=list(HealthCheck))
    @seed(3)
    @given(drawn_packs())
    def draw(drawn: Drawn) -> None:
        found.append(drawn)

    draw()

    def is_rich(drawn: Drawn) -> bool:
        kinds = drawn.counted.values()
        of_a_word = [one for one in kinds if one.word and one.column]
        rows = {key: one["rows"] for key, one in yaml.safe_load(drawn.text)["demo"].items()}
        return bool({"people_seen", "measure_sum"} <= drawn.counted.keys() and of_a_word) and min(rows.values()) > 4

    return next(filter(is_rich, found))


@settings(max_examples=25, deadline=None, phases=[Phase.generate], suppress_health_check=list(HealthCheck))
@given(drawn_packs())
def test_a_drawn_pack_counts_what_plain_python_counts(drawn: Drawn) -> None:
    assert [one.message.text() for one in checked(drawn.text).mistakes] == []
    owner = business_of(drawn.text)
    rows = sample(owner, OCTOBER, "en").rows
    entries = replace(_entries(owner, rows, OCTOBER), words=entry_words(owner, language("en")))
    measures = measure(entries)
    expected = naive(drawn, rows["things"])
    card = score(entries, measures, TODAY)
    for result in card.results:
        for name, value in result.measures.items():
            assert value == pytest.approx(expected[name])
        try:
            value = float(eval(result.kpi.kpi.formula, {"__builtins__": {}}, expected))
        except (ZeroDivisionError, OverflowError):
            assert result.value is None
        else:
            assert result.value == pytest.approx(value, rel=1e-9, abs=1e-9)


@settings(max_examples=2, deadline=None, phases=[Phase.generate], suppress_health_check=list(HealthCheck))
@given(drawn=drawn_packs(), code=st.sampled_from(codes()))
def test_a_drawn_packs_workbook_in_ironcalc(drawn: Drawn, code: str, tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = tmp_path_factory.mktemp("drawn")
    pack = folder / "drawn.yaml"
    pack.write_text(drawn.text, encoding="utf-8")
    path = demo.demo_of(pack, folder, code=code, now=NOW).path
    assert differences(path, ironcalc_values(path)) == []
    following = roll.roll(path, now=NOW, anyway=True).path
    assert differences(following, ironcalc_values(following)) == []
