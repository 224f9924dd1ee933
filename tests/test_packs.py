"""A business as a file: what is held against what, where a mistake is, and what a workbook carries."""

from __future__ import annotations

import ast
import json
import os
import pickle
import random
import re
import runpy
import sys
import tempfile
from collections.abc import Callable
from copy import deepcopy
from functools import cache
from pathlib import Path
from types import CodeType
from typing import Any

import openpyxl
import pytest
import yaml

import kpixl
from clock import NOW
from kpixl import files
from kpixl.catalog import business, business_of, businesses, catalogue_of, pack_of, pack_whole
from kpixl.catalog.exclusion import outlives
from kpixl.catalog.load import FOLDER, catalogue_with
from kpixl.catalog.model import Business
from kpixl.catalog.pack import schema
from kpixl.catalog.pack_check import checked
from kpixl.catalog.packs import BadPack, fingerprint
from kpixl.catalog.yaml_text import DEEPEST, Mistake
from kpixl.cli.main import main
from kpixl.entries import Setup
from kpixl.errors import FileExists, FileMissing
from kpixl.i18n import language
from kpixl.languages import codes
from kpixl.ooxml.package import Package
from kpixl.period import Kind, Period
from kpixl.verbs import pack_files, refresh, roll
from kpixl.verbs.adopt import adopt
from kpixl.verbs.new import new
from kpixl.verbs.report import report
from kpixl.workbook import layout
from kpixl.workbook.blank import context_of_new
from kpixl.workbook.pack_part import PackAltered, PackMissing, embed, pack_in
from kpixl.workbook.read import read
from packs import EXAMPLES, ROOT, STARTER, dumped, shown


def mistakes(text: str) -> list[tuple[int, int, str]]:
    return [(one.line, one.column, one.message.text()) for one in checked(text).mistakes]


def line_of(text: str, part: str) -> int:
    return text[: text.index(part)].count("\n") + 1


def made(tmp_path: Path, text: str = STARTER, code: str = "en") -> Path:
    owner, path = business_of(text), tmp_path / f"{code}.xlsx"
    new(Setup(owner.id, code, Period.parse("2026-10"), "Nova", "EUR", pack=text), path, now=NOW)
    return path


# Built in, and examples


@pytest.mark.parametrize("file", sorted((FOLDER / "businesses").iterdir(), key=str), ids=lambda file: file.name)
def test_what_is_built_in_are_packs_without_mistakes(file: Path) -> None:
    found = checked(file.read_text(encoding="utf-8"), built_in=True)
    assert [one.message.text() for one in found.mistakes] == []
    assert found.id in file.name


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_the_examples_are_sound_and_say_where_they_have_it_from(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert mistakes(text) == []
    pack = pack_of(business_of(text))
    assert pack is not None
    for kpi in pack.kpis.values():
        assert kpi.source or pack.source
        assert not kpi.thresholds or (kpi.dated and kpi.published and kpi.link)


@pytest.mark.parametrize("owner", businesses(), ids=lambda owner: owner.id)
def test_no_row_of_what_is_built_in_leaves_before_it_is_counted(owner: Business) -> None:
    counted = [item for item in owner.measures if item.aggregate]
    assert len(counted) >= 5
    assert [item.name for item in counted if (of := item.aggregate) and outlives(of.where, owner.table(of.table))] == []


def test_the_starter_is_sound() -> None:
    assert mistakes(STARTER) == []


# What is to be read about it

PACKS_PAGE = (ROOT / "docs" / "packs.md").read_text(encoding="utf-8")


def test_the_page_makes_a_sound_pack_and_tells_what_kpixl_answers(tmp_path: Path) -> None:
    text = "".join(re.findall(r"```yaml\n(.*?)```", PACKS_PAGE, re.S))
    path = tmp_path / "bicycles.yaml"
    path.write_text(text, encoding="utf-8")
    assert _answer(pack_files.check(path).mistakes) == []
    assert "bicycles.yaml is sound: 3 KPIs, 2 sheets for entries." in PACKS_PAGE
    owner = business_of(text)
    assert (len(owner.kpis), len(owner.tables)) == (3, 2)
    broken = text.replace("in_time = 1", "in_tme = 1").replace("value: 0.9}", "value: 0.95}")
    path.write_text(broken, encoding="utf-8")
    told = re.search(r"bicycles.yaml has mistakes \(2\):\n((?:  .*\n)+)", PACKS_PAGE)
    assert told is not None
    assert _answer(pack_files.check(path).mistakes) == told[1].splitlines()


def _answer(found: tuple[Mistake, ...]) -> list[str]:
    return [f"  line {one.line}, column {one.column}: {one.message.text()}" for one in found]


def test_the_reference_of_the_keys_is_up_to_date() -> None:
    tool = runpy.run_path(str(ROOT / "tools" / "make_pack_reference.py"))
    assert tool["page"]() == (ROOT / "docs" / "pack-keys.md").read_text(encoding="utf-8"), "run “make reference”"


# Where a mistake is, and what to do

SOUND = STARTER
BROKEN = [
    ("id: dog-grooming", "id: remote-va-agency", "is a business that kpixl has"),
    ("code: dg", "code: va", "choose other letters"),
    ('{"yes": "yes", "no": "no"}', "{yes: come, no: no}", "write it in quotes"),
    ("  visits_missed:\n    label", "  missed_each:\n    label", "end with “_each”"),
    ("  visits_missed:\n    label", "  days_missed:\n    label", "begin with “days_”"),
    ("    date: booked ", "    lookups: {seen: {heading: Seen}}\n    date: booked ", "no key “lookups” here"),
    ("    date: booked ", "    months: {seen: {heading: Seen}}\n    date: booked ", "no key “months” here"),
    ("    date: booked ", "    chained: {stay: {heading: Seen}}\n    date: booked ", "no key “chained” here"),
    ("    date: booked ", "    either: {seen: {heading: Seen}}\n    date: booked ", "no key “either” here"),
    ("came = no]", "came = no or (came = yes)]", "is no condition on visits"),
    ("came = no]", "booked in window or came = no]", "is no condition on visits"),
    ("visits_missed / visits_booked", "visits_mised / visits_booked", "the nearest are: visits_missed"),
    ("visits_missed / visits_booked", "visits_missed / (visits_booked", "cannot be read"),
    ("visits_missed / visits_booked", "takings + visits_booked", "different units"),
    ("visits_missed / visits_booked", "takings / visits_booked", "does not fit “unit: fraction”"),
    ("visits_booked: 60}, value: 0.05", "visits_booked: 60}, value: 0.06", "gives 0.05 here, and not 0.06"),
    ("direction: down                 #", "direction: downwards #", "write one of: down, up"),
    ("    unit: fraction  ", "    unt: fraction  ", "is “unit” meant?"),
    ("title: Visits", "title: Visits/Days", "cannot be the name of a sheet"),
    ("title: Visits", "title: Owners", "is the name of two sheets"),
    ("heading: Came", "heading: Day", "is the heading of two columns"),
    ("heading: Came", "heading: 'C[a]me'", "A heading has none of the signs"),
    ("came = no]", "came = perhaps]", "is no condition on visits"),
    ("where: [booked in window]", "where: [bookd in window]", "write one of"),
    ("column: price", "column: came", "write one of: price"),
    ("    unit: money\n    table", "    unit: hours\n    table", "is in money"),
    ("type: choice, heading: Came", "type: choise, heading: Came", "write one of: choice, date, number, text"),
    ("  visits_missed:\n    label", "  rc2:\n    label", "Excel would take “rc2” for a cell"),
    ("  visits_missed:\n    label", "  company:\n    label", "“company” is taken"),
    ("languages: [en]", "languages: [en, es]", "missing in: es"),
    ("name: Dog grooming ", "name: {en: Dog grooming, fr: Chiens} ", "not among the languages"),
    ("    target: 0.05", "    thresholds: {typical: '<= 0.1'}\n    target: 0.05", "Thresholds need “source”"),
    ("    target: 0.05", "    target: lots", "“target” has to be a number"),
    ("tables: [clients, visits]", "tables: [visits]", "that has a key"),
    ("tables: [clients, visits]", "tables: [clients]", "add it to “tables”"),
    ("kept: true", "kept: true", ""),
    ("leaves: [booked < window_start]", "same: [booked]", "Write “kept: true”"),
    ("A bath", "A bath", ""),
    ("outcome: came ", "outcome: gone ", "“gone” is not known here"),
    ("lever: takings", "lever: visits_booked", "grow by the same"),
    ("definition: What a visit brings", "definition: What {a} visit brings", "Braces may hold nothing else"),
    ("booked: {type: date", "booked: &day {type: date", "Anchors"),
    ("name: No-show rate", "name: !!python/name:os.system No-show rate", "Tags"),
    ("id: dog-grooming", "id: dog-grooming\nid: dog-grooming", "stands here twice"),
]


@pytest.mark.parametrize(("old", "new_", "said"), [one for one in BROKEN if one[2]], ids=lambda one: one[:40])
def test_a_mistake_is_told_where_it_is(old: str, new_: str, said: str) -> None:
    assert old in SOUND
    broken = SOUND.replace(old, new_)
    found = mistakes(broken)
    assert any(said in text for _, _, text in found), found
    first = line_of(broken, new_)
    if "missing in" not in said and "Thresholds" not in said and "key" not in said and "tables" not in said:
        assert any(abs(line - first) <= new_.count("\n") + 12 for line, _, _ in found)
    with pytest.raises(BadPack):
        business_of(broken)


@pytest.mark.parametrize(
    ("formula", "said"),
    [
        ("visits_missed / (visits_booked", "el paréntesis en el carácter 17 no está cerrado"),
        ("visits_missed /", "falta algo al final"),
        ("visits_missed ! visits_booked", "el carácter 15 no puede estar en una"),
        ("visits_missed visits_booked", "«visits_booked» en el carácter 15 está fuera de lugar"),
        ("visits_missed / 1e999", "el número en el carácter 17 es demasiado grande"),
        ("visits_missed - 1 + takings", "un número simple + money"),
    ],
)
def test_what_is_wrong_with_a_formula_is_told_in_the_language_asked_for(formula: str, said: str) -> None:
    broken = SOUND.replace("visits_missed / visits_booked", f"'{formula}'")
    told = [one.message.text(language("es")) for one in checked(broken).mistakes]
    assert any(said in text for text in told), told


def test_all_mistakes_are_told_at_once_in_their_order() -> None:
    broken = SOUND.replace("unit: fraction ", "unit: fractions ").replace("heading: Day", "heading: Came")
    broken = broken.replace("visits_booked: 60}, value: 0.05", "visits_booked: 60}, value: 0.5")
    found = mistakes(broken)
    assert len(found) == 3
    assert [line for line, _, _ in found] == sorted(line for line, _, _ in found)
    assert found[0][:2] == (line_of(broken, "came: {type"), found[0][1])
    assert found[1][0] == line_of(broken, "unit: fractions")
    assert found[2][0] == line_of(broken, "value: 0.5}")


def test_thresholds_have_a_source_a_date_and_an_order() -> None:
    levels = "{typical: '<= 0.1', above_average: '<= 0.2', exceptional: '>= 0.05'}"
    broken = SOUND.replace("    target: 0.05", f"    thresholds: {levels}\n    source: Somebody\n    target: 0.05")
    said = " ".join(text for _, _, text in mistakes(broken))
    assert "Thresholds need “dated”" in said
    assert "“published” is missing" in said
    assert "“above_average” has to be harder to reach" in said
    assert "does not fit “direction: down”" in said


Change = Callable[[dict[str, Any]], object]


def at(path: str, value: Any) -> Change:
    """Another value in that place of the starter, which is made where it is not there; words of a path have no dots."""

    def change(raw: dict[str, Any]) -> None:
        *above, last = path.split(".")
        for key in above:
            raw = raw.setdefault(key, {})
        raw[last] = value

    return change


def caution(move: str) -> Change:
    return at("cautions", {"odd": {"severity": "warning", "when": {"takings_per_visit": move}, "text": "Look."}})


def both(*changes: Change) -> Change:
    return lambda raw: [change(raw) for change in changes]


def retention(raw: dict[str, Any]) -> None:
    """The starter with a KPI of the catalogue, which is counted by the start and end of clients."""
    own = {"formula", "unit", "direction", "lever", "cases_in", "bounded", "interval", "target"}
    kpi = {key: value for key, value in deepcopy(raw["kpis"]["no_show_rate"]).items() if key not in own}
    example = {"arguments": {"clients_end": 46, "clients_new": 8, "clients_start": 40}, "value": 0.95}
    raw["kpis"]["crr"] = kpi | {"abbreviation": "Stay", "name": "Retention", "example": example}


def two_keys(raw: dict[str, Any]) -> None:
    for key in ("client", "came"):
        raw["new_tables"]["visits"]["fields"][key].update(type="text", key=True)


def seen(heading: str, over: str = "12m") -> Change:
    """The starter with the clients that were seen, over the month and over another window."""
    counted = {"aggregate": "distinct", "distinct": ["client"], "table": "visits", "where": ["booked in window"]}

    def change(raw: dict[str, Any]) -> None:
        raw["measures"]["seen"] = {"label": "Seen", "absent": "nobody", "heading": heading, **counted}
        raw["companions"] = ["seen"]
        arguments = {"visits_missed": 3, "seen": 60}
        raw["kpis"]["no_show_rate"] |= {"formula": "visits_missed / seen", "cases_in": "seen", "window": over}
        raw["kpis"]["no_show_rate"] |= {"example": {"arguments": arguments, "value": 0.05}}

    return change


CAME = "new_tables.visits.fields.came"
PAID = {"type": "date", "heading": "Paid", "help": "The day."}
COME = "measures.visits_missed.where"
APART: dict[str, tuple[Change, str]] = {
    "an amount against a number": (caution(">= 50"), "the currency may be any"),
    "a number that is none": (caution(">= 1.2.3"), "is none of: >= 0.9"),
    "a companion without its table": (at("companions", ["tasks_assigned"]), "counted from the table “tasks”"),
    "told apart by a number": (at("dimensions.price", {"title": "By", "heading": "P"}), "is not known here"),
    "without the key": (at("without", {"clients": ["client"]}), "“client” of clients is needed"),
    "without what is counted": (
        both(retention, at("without", {"clients": ["end"]})), "“end” of clients is needed"
    ),
    "two keys": (two_keys, "A table has one key"),
    "no number": (at(COME, ["booked in window", "price > nan"]), "is no condition on visits"),
    "endless": (at(COME, ["booked in window", "price > inf"]), "is no condition on visits"),
    "counted twice": (at(COME, ["booked in window", "price > 5 or came = no"]), "would count twice"),
    "counted twice at an edge": (at(COME, ["booked in window", "price >= 5 or price <= 5"]), "would count twice"),
    "a formula as a title": (at("new_tables.visits.title", "=1+1"), "begins as a formula does"),
    "a formula as a heading": (at("new_tables.visits.fields.price.heading", "@SUM(A1)"), "begins as a formula does"),
    "a formula to pick": (at(f"{CAME}.choices", {"yes": "=A1", "no": "no"}), "begins as a formula does"),
    "one word for two": (at(f"{CAME}.choices", {"yes": "Yes", "no": "yes "}), "is the word of two choices"),
    "a helper column called as a field": (seen("Day", "period"), "“Day” is the heading of two columns"),
    "by another day than that by which rows leave": (
        both(at("new_tables.visits.fields.paid", PAID), at(COME, ["paid in window"])),
        "“visits_missed” counts rows by “paid”, which may come after they left; add “paid < window_start” here.",
    ),
    "of no month": (at(COME, ["came = no"]), "before all of them are counted here; add “booked in window”"),
    "by another day than rows of the catalogue leave": (
        both(at("tables", ["clients", "visits", "requests"]), at("measures.visits_missed.table", "requests"),
             at("measures.visits_missed.outcome", "resolved"), at(COME, ["opened < after_window"])),
        "add “resolved in window”",
    ),
    "one heading over two windows": (seen("Seen once"), "“headings: {12m: …}”"),
}  # fmt: skip


@pytest.mark.parametrize("name", APART)
def test_what_fits_alone_and_not_together_is_told(name: str) -> None:
    raw = yaml.safe_load(STARTER)
    change, said = APART[name]
    change(raw)
    found = mistakes(dumped(raw))
    assert any(said in text for _, _, text in found), found
    assert all(line > 1 for line, _, _ in found)


WRONG_BESIDE = {
    "a text in a strange language": at("kpis.takings_per_visit.tips", [{"en": "Ask.", "xx": "?"}]),
    "thresholds out of order": at("kpis.takings_per_visit.thresholds", {"typical": ">= 5", "exceptional": ">= 1"}),
    "a KPI without its name": lambda raw: raw["kpis"]["takings_per_visit"].pop("name"),
    "a formula of what there is not": at("kpis.takings_per_visit.formula", "takings / hours_woked"),
    "a measure of what there is not": both(
        at("measures.late", {"label": "Late", "absent": "none late", "aggregate": "count", "table": "visits",
                             "where": ["bookd in window"]}),
        at("companions", ["late"]),
    ),
    "measures made of each other": both(
        at("measures.one", {"label": "1", "absent": "none", "aggregate": "formula", "formula": "two + 1"}),
        at("measures.two", {"label": "2", "absent": "none", "aggregate": "formula", "formula": "one + 1"}),
        at("companions", ["one"]),
    ),
    "a table without its day": at("new_tables.dogs", {
        "title": "Dogs", "help": "Dogs.", "leaves": ["came < window_start"],
        "fields": {"dog": {"type": "text", "heading": "Dog", "help": "Its name."}}}),
    "no KPI that can be read": both(
        at("kpis.takings_per_visit.formula", "takings +"), at("kpis.no_show_rate.formula", "visits_missed /"),
    ),
}  # fmt: skip
"""What is wrong in one part of a pack, of which its whole is looked at all the same."""
TOGETHER = ("by another day than that by which rows leave", "of no month", "without what is counted")


@pytest.mark.parametrize("beside", WRONG_BESIDE)
def test_what_does_not_fit_together_is_told_beside_all_else(beside: str) -> None:
    for name in TOGETHER:
        raw, (change, said) = yaml.safe_load(STARTER), APART[name]
        change(raw)
        alone = mistakes(dumped(raw))
        WRONG_BESIDE[beside](raw)
        found = mistakes(dumped(raw))
        assert len(found) > len(alone), found
        assert sum(said in text for _, _, text in found) == 1, found


APART_AFTER_ALL = [
    at(COME, ["booked in window", "price > 5 and came = no or came = yes"]),
    at(COME, ["booked in window", "price > 5 or price < 3 or price blank"]),
    both(seen("Seen once"), at("measures.seen.headings", {"12m": "Seen once in a year"})),
    both(retention, at("without", {"clients": ["assistant"]})),
    # Counted by a day, or as still open, and kept until then.
    both(
        at("new_tables.visits.fields.paid", PAID),
        at("new_tables.visits.leaves", ["booked < window_start", "paid < window_start"]),
        at(COME, ["paid in window"]),
        at("measures.takings.where", ["booked < after_window", "paid >= after_window or blank"]),
    ),
    # Of two days of which the second never comes first, it is enough that the second keeps the row.
    both(
        at("new_tables.visits.fields.paid", PAID),
        at("new_tables.visits.in_order", [["booked", "paid"]]),
        at("new_tables.visits.leaves", ["paid < window_start"]),
    ),
]


@pytest.mark.parametrize("number", range(len(APART_AFTER_ALL)))
def test_what_fits_together_is_taken(number: int) -> None:
    raw = yaml.safe_load(STARTER)
    APART_AFTER_ALL[number](raw)
    assert mistakes(dumped(raw)) == []


def test_what_nobody_thought_of_is_told_where_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where a business cannot be made though no check said so, the part without which it can is named."""
    made = catalogue_with

    def refusing(data: dict[str, Any]) -> Any:
        if "takings_per_visit" in data["kpis"]:
            raise ValueError("a word of a programmer's")
        return made(data)

    monkeypatch.setattr(pack_whole, "catalogue_with", refusing)
    found = mistakes(f"# unthought of\n{STARTER}")
    line = line_of(STARTER, "takings_per_visit:") + 1
    assert found == [(line, 3, "This does not fit together with the rest of the pack.")]
    checked.cache_clear()


def test_nothing_in_python_knows_a_business_by_name() -> None:
    """Manuals show examples of commands, and a docstring may say what a sample tells; no code names a business."""
    known = [word for one in businesses() for word in (one.id, one.code, str(one.name))]
    assert len(known) == 15
    named = []
    for path in (ROOT / "kpixl").rglob("*.py"):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        prose = {id(one.value) for one in ast.walk(tree) if isinstance(one, ast.keyword) and one.arg == "manual"}
        prose |= {id(one.value) for one in ast.walk(tree) if isinstance(one, ast.Expr)}
        for one in ast.walk(tree):
            text = one.value if isinstance(one, ast.Constant) else None
            if isinstance(text, str) and id(one) not in prose and "$ kpixl" not in text:
                named += [(path.name, word) for word in known if text == word or (len(word) > 3 and word in text)]
    assert named == []


# Two hundred that are broken


def broken_packs(count: int) -> list[str]:
    chance, texts = random.Random(20261101), [SOUND, *(path.read_text(encoding="utf-8") for path in EXAMPLES)]
    bits = [
        "",
        ":",
        "{",
        "}",
        "[",
        "]",
        "'",
        '"',
        "\t",
        "- ",
        "&a ",
        "*a",
        "!x ",
        "\x00",
        "1e999",
        "null",
        "no",
        "…" * 90,
    ]
    bits += ["9" * 40, "\n\n", "- - - -", "{0.__class__}", "=1+1", "<<: *a", "%", "# ", "\u202e", "a: b: c"]
    found = []
    for number in range(count):
        text = texts[number % len(texts)]
        for _ in range(chance.randint(1, 4)):
            lines = text.split("\n")
            at = chance.randrange(len(lines))
            match chance.randrange(6):
                case 0:
                    del lines[at]
                case 1:
                    lines[at] += chance.choice(bits)
                case 2:
                    lines.insert(at, lines[chance.randrange(len(lines))])
                case 3:
                    place = chance.randrange(len(lines[at]) + 1)
                    lines[at] = lines[at][:place] + chance.choice(bits) + lines[at][place + chance.randint(0, 4) :]
                case 4:
                    lines[at] = "  " * chance.randint(0, 4) + lines[at].lstrip()
                case _:
                    lines[at] = re.sub(r": .*", f": {chance.choice(bits)}", lines[at])
            text = "\n".join(lines)
        found.append(text)
    return found


def test_two_hundred_broken_packs_each_end_in_a_sentence() -> None:
    bad = 0
    for text in broken_packs(240):
        found = checked(text)
        bad += bool(found.mistakes)
        for mistake in found.mistakes:
            sentences = {mistake.message.text(language(code)) for code in codes()}
            assert all(re.search(r"[.?!…]$", one) for one in sentences), sentences
            assert len(sentences) > 1, sentences
            assert mistake.line >= 1
            assert mistake.column >= 1
        if not found.mistakes:
            business_of(text)
    assert bad >= 200


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "just words",
        "a: " + "[" * 3000,
        "\n".join(" " * n + f"k{n}:" for n in range(DEEPEST + 5)),
        "a: &a [x, x]\nb: &b [*a, *a]\nc: [*b, *b]",
        "id: x\n" + "k: 1\n" * 30_000,
        "x" * 500_000,
        "id: x\n---\nid: y",
        "? [1, 2]\n: 3",
        "id: 1e400\nkpis: 3\ntables: {a: 1}",
        "id: dog\ncode: dg\nname: x\ntables: [clients]\nkpis: {a: 1, b: [], c: {formula: {x: 1}}}",
    ],
)
def test_what_is_no_pack_ends_in_a_sentence(text: str) -> None:
    assert mistakes(text)
    with pytest.raises(BadPack):
        business_of(text)


# Texts


def test_a_text_is_in_the_language_of_the_workbook() -> None:
    text = EXAMPLES[-1].read_text(encoding="utf-8")
    owner = business_of(text)
    assert language("en")(owner.name) == "Physiotherapy practice"
    assert language("es")(owner.name) == "Consulta de fisioterapia"
    # In a language that the pack does not speak it is said in its first one.
    assert language("ro")(owner.name) == "Physiotherapy practice"
    missing = mistakes(text.replace("{en: Physiotherapy practice, es: Consulta de fisioterapia}", "Physiotherapy"))
    assert [said for _, _, said in missing] == ["This text is missing in: es. Write it as {en: …, es: …}."]
    other = mistakes(STARTER.replace("name: Dog grooming ", "name: {en: Dog grooming, fr: Chiens} "))
    assert ["“fr” is not among the languages" in said for _, _, said in other] == [True]


def test_a_business_of_a_pack_goes_to_other_processes() -> None:
    owner = business_of(EXAMPLES[-1].read_text(encoding="utf-8"))
    there = pickle.loads(pickle.dumps(owner))
    assert there == owner
    assert language("es")(there.name) == "Consulta de fisioterapia"


def test_the_tables_of_a_pack_are_only_its_own() -> None:
    owner = business_of(STARTER)
    assert "visits" in catalogue_of(owner).tables
    assert "visits" not in catalogue_of(business("remote-va-agency")).tables
    assert business_of(STARTER, Kind.YEAR).id == owner.id


# Workbooks


def test_a_workbook_carries_its_pack(tmp_path: Path) -> None:
    path = made(tmp_path)
    package = Package.open(path)
    assert pack_in(package) == STARTER
    book = read(package)
    assert book.entries.business == business_of(STARTER)
    outcome = refresh.refresh(path, now=NOW)
    assert [result.kpi.id for result in outcome.scorecard.results] == ["no_show_rate", "takings_per_visit"]
    assert [one for one in outcome.problems if one.severity == "error"] == []
    assert pack_in(Package.open(path)) == STARTER


def test_a_strangers_pack_is_refused_in_a_sentence(tmp_path: Path) -> None:
    path = made(tmp_path)
    for text, error in [
        ("", BadPack),
        (STARTER.replace("id: dog-grooming", "id: other-dogs"), PackMissing),
        (STARTER.replace("visits_missed / visits_booked", "__import__('os').system('id')"), BadPack),
        ("a: &a [x, x]\nb: [*a, *a]", BadPack),
        (STARTER + "sample: {module: agency}\n", BadPack),
        (STARTER.replace("id: dog-grooming", "id: remote-va-agency"), BadPack),
    ]:
        package = Package.open(path)
        embed(package, text)
        with pytest.raises((error, PackMissing)) as told:
            read(package)
        assert len(told.value.text().splitlines()) == 1
        assert told.value.text().endswith((".", "yaml”."))


HOSTILE = [
    STARTER.replace("name: No-show rate", "name: !!python/object/apply:os.system [id]"),
    STARTER.replace("name: No-show rate", "name: '{0.__class__.__mro__}'"),
    STARTER.replace("name: No-show rate", "name: '=cmd|calc!A1'"),
    STARTER.replace("name: No-show rate", "name: '<script>alert(1)</script>'"),
    STARTER.replace("visits_missed / visits_booked", "__import__('os').system('id')"),
    STARTER.replace("id: dog-grooming", "id: ../../etc/passwd"),
    STARTER.replace("name: Dog grooming ", "name: Dog grooming\nsample: {module: os} "),
    STARTER.replace("name: Dog grooming ", "name: Dog grooming\nlink: file:///etc/passwd "),
    STARTER.replace("title: Visits", "title: '[other.xlsx]Sheet1'"),
    STARTER.replace("heading: Price", "heading: 'a]+WEBSERVICE(1)'"),
    STARTER.replace("code: dg", "code: '../'"),
]
_WATCHED = ("open", "import", "exec", "os.", "subprocess.", "socket.", "shutil.", "urllib.", "ctypes.", "pickle.")
_seen: list[tuple[str, str]] = []
_watching: list[bool] = []


def _hook(event: str, arguments: tuple[object, ...]) -> None:
    if _watching and event.startswith(_WATCHED):
        first = arguments[0] if arguments else ""
        _seen.append((event, str(first.co_names) if isinstance(first, CodeType) else str(first)))


def test_a_strangers_pack_makes_kpixl_run_read_and_write_nothing_else(tmp_path: Path) -> None:
    path = made(tmp_path)
    refresh.refresh(path, now=NOW)  # whatever is loaded when it is first wanted is there now
    files_of = {}
    for number, text in enumerate(HOSTILE):
        package = Package.open(path)
        embed(package, text)
        copy = tmp_path / f"stranger {number}.xlsx"
        package.save(copy, new=True)
        files_of[copy] = text
    sys.addaudithook(_hook)
    package = Package.open(path)
    embed(package, f"# another one\n{STARTER}")
    sound = tmp_path / "sound.xlsx"
    package.save(sound, new=True)
    usual = set(_events_of_reading(sound)[0])  # what reading any pack takes: names of our own records are looked up
    before = {one.name for one in tmp_path.iterdir()}
    refused = 0
    for copy, text in files_of.items():
        events, said = _events_of_reading(copy)
        assert set(events) <= usual, text
        assert "\n" not in said
        assert bool(said) == bool(checked(text).mistakes)
        refused += bool(said)
    assert refused >= 9
    assert {one.name for one in tmp_path.iterdir()} == before


def _events_of_reading(path: Path) -> tuple[list[tuple[str, str]], str]:
    """What is opened, loaded and called while a workbook is read, and what is said where it is refused."""
    package = Package.open(path)
    _seen.clear()
    _watching.append(True)
    said = ""
    try:
        read(package)
    except (BadPack, PackMissing) as error:
        said = error.text()
    finally:
        _watching.clear()
    return list(_seen), said


def test_what_verbs_do_with_a_strangers_pack_touches_their_files_alone(tmp_path: Path) -> None:
    """Whatever it calls its sheets and KPIs: the verbs open the workbook and what they write, start nothing, ask
    nobody, and do nothing that they do not do with any pack."""
    sys.addaudithook(_hook)
    ours = str(Path(kpixl.__file__).parent)
    places = (str(tmp_path), os.devnull, tempfile.gettempdir(), sys.prefix, sys.base_prefix, ours)
    usual: set[str] = set()
    hostile = [text for text in HOSTILE if not checked(text).mistakes]
    assert len(hostile) >= 2
    for number, text in enumerate([STARTER, *hostile]):
        folder = tmp_path / str(number)
        folder.mkdir()
        path = made(folder, text)
        _seen.clear()
        _watching.append(True)
        try:
            refresh.refresh(path, now=NOW)
            report(path, out=path.with_suffix(".html"), now=NOW)
            roll.roll(path, now=NOW, anyway=True)
        finally:
            _watching.clear()
        opened = [name for event, name in _seen if event == "open" and not name.isdigit()]
        assert opened
        assert [name for name in opened if not name.startswith(places)] == []
        done = {event for event, _ in _seen}
        assert not any(one.startswith(("subprocess.", "socket.", "urllib.")) for one in done)
        assert not done & {"os.system", "os.exec", "os.posix_spawn", "os.fork"}
        usual = usual or done
        assert done <= usual, text


def test_what_a_stranger_writes_is_shown_and_nothing_else(tmp_path: Path) -> None:
    text = STARTER.replace("name: No-show rate", "name: \"=HYPERLINK('x')<script>\"")
    path = made(tmp_path, text)
    out = report(path, out=tmp_path / "page.html", now=NOW).path.read_text(encoding="utf-8")
    assert "<script" not in out
    assert "&lt;script&gt;" in out
    package = Package.open(path)
    formulas = [data for name in package.parts if "worksheets/sheet" in name for data in [package.read(name)]]
    assert not any(b"<f>=HYPERLINK" in data or b"<f>HYPERLINK('x')" in data for data in formulas)
    assert "<script>" in str(read(package).entries.business.kpis[0].name)


def test_a_pack_without_its_fingerprint_is_refused(tmp_path: Path) -> None:
    package = Package.open(made(tmp_path))
    part = next(name for name in package.parts if name.startswith("customXml/item1"))
    data = package.read(part)
    assert fingerprint(STARTER).encode() in data
    package.replace(part, data.replace(b"No-show rate", b"No-show race"))
    with pytest.raises(PackAltered):
        read(package)


def test_a_part_that_is_larger_than_any_pack_is_not_looked_into(tmp_path: Path) -> None:
    package = Package.open(made(tmp_path))
    part = next(name for name in package.parts if name.startswith("customXml/item1"))
    package.replace(part, package.read(part).replace(b"No-show rate", b"No-show rate" + b"x" * 4_000_000))
    with pytest.raises(PackAltered):
        read(package)


@pytest.mark.parametrize("period", ["2026-Q4", "2026", "2026-W43"])
def test_a_workbook_of_a_pack_may_be_of_any_period(period: str) -> None:
    setup = Setup("dog-grooming", "fr", Period.parse(period), "Nova", "EUR", pack=STARTER)
    context = context_of_new(setup, now=NOW)
    assert context.business == business_of(STARTER, setup.period.kind)
    assert all(block.cells(context) for block in layout.blocks(context.business).values())


def test_a_workbook_of_ones_own_adopts_a_pack(tmp_path: Path) -> None:
    path = tmp_path / "mine.xlsx"
    mine = openpyxl.Workbook()
    mine.save(path)
    before = path.read_bytes()
    adopt(path, Setup("dog-grooming", "en", Period.parse("2026-10"), "Nova", "EUR", pack=STARTER), now=NOW)
    assert read(Package.open(path)).entries.business.id == "dog-grooming"
    files.undo(path, NOW)
    assert path.read_bytes() == before


def test_a_pack_never_stands_in_for_a_built_in_business(tmp_path: Path) -> None:
    path = tmp_path / "va.xlsx"
    new(Setup("remote-va-agency", "en", Period.parse("2026-10"), "Nova", "USD"), path, now=NOW)
    package = Package.open(path)
    embed(package, STARTER.replace("id: dog-grooming", "id: remote-va-agency"))
    assert read(package).entries.business == business("remote-va-agency")


# Commands


def test_the_commands_about_packs(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    pack, page, book = (str(tmp_path / name) for name in ("my.yaml", "page.html", "dogs.xlsx"))

    def run(*words: str) -> tuple[int, str, str]:
        code = main([*words, "--lang", "en"], now=NOW)
        out, err = capsys.readouterr()
        return code, out, err

    assert run("pack", "new", "--out", pack)[0] == 0
    assert run("pack", "new", "--out", pack)[0] == 2
    assert run("pack", "check", pack)[1].startswith("my.yaml is sound: 2 KPIs, 2 sheets for entries.")
    assert json.loads(run("pack", "schema", "--json")[1])["$ref"] == "#/$defs/Pack"
    assert run("pack", "show", pack, "--out", page)[0] == 0
    assert "No-show rate" in Path(page).read_text(encoding="utf-8")
    assert "no_show_rate = visits_missed / visits_booked" in run("kpis", pack)[1]
    listed = [one["name"] for one in json.loads(run("functions", "list", pack, "--json")[1])["functions"]]
    assert {"KPI_NO_SHOW_RATE", "KPI_TAKINGS_PER_VISIT", "KPI_CRR", "KPI_GRADE"} <= set(listed)
    assert run("functions", "export", "--vba", "--pack", pack, "--out", str(tmp_path / "modules"))[0] == 0
    assert b"Function KPI_NO_SHOW_RATE(" in (tmp_path / "modules" / "KpixlFunctions.bas").read_bytes()
    numbers = ("visits_missed=3", "visits_booked=60", "--business", pack)
    told = json.loads(run("calc", "NO_SHOW_RATE", *numbers, "--json")[1])
    assert (told["business"], told["value"], told["name"]) == ("dog-grooming", 0.05, "No-show rate")
    code, _, err = run("calc", "crr", *numbers)
    assert (code, "no_show_rate, takings_per_visit" in err) == (2, True)
    assert run("new", pack, "--period", "2026-10", "--out", book)[0] == 0
    assert "has this version of its pack already" in run("pack", "update", book, pack)[1]
    Path(pack).write_text(STARTER.replace("direction: up", "direction: upp"), encoding="utf-8")
    code, out, _ = run("pack", "check", pack, "--json")
    (mistake,) = json.loads(out)["mistakes"]
    assert (code, mistake["line"]) == (1, line_of(STARTER, "direction: up"))
    code, _, err = run("new", pack, "--out", str(tmp_path / "other.xlsx"))
    assert (code, len(err.splitlines())) == (2, 1)
    assert err.startswith(f"my.yaml, line {mistake['line']}: ")


# Files


def test_a_pack_is_read_from_its_file_or_its_folder(tmp_path: Path) -> None:
    out = pack_files.begin(tmp_path / "my.yaml")
    assert pack_files.business_from(tmp_path).id == pack_files.business_from(out).id == "dog-grooming"
    with pytest.raises(FileExists):
        pack_files.begin(out)
    with pytest.raises(FileMissing):
        pack_files.check(tmp_path / "none.yaml")
    (tmp_path / "other.yaml").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(pack_files.NotAPack):
        pack_files.check(tmp_path / "other.yaml")
    with pytest.raises(pack_files.NotOnePack):
        pack_files.check(tmp_path)


def test_a_sheet_is_not_called_as_one_of_kpixls(tmp_path: Path) -> None:
    path = tmp_path / "my.yaml"
    path.write_text(STARTER.replace("title: Visits", "title: Totals"), encoding="utf-8")
    found = pack_files.check(path)
    assert found.business is None
    assert "is the name of a sheet of kpixl" in found.mistakes[0].message.text()
    assert found.mistakes[0].line == line_of(STARTER, "title: Visits")


def test_a_case_counted_by_hand_has_the_level_that_the_thresholds_give(tmp_path: Path) -> None:
    path = tmp_path / "my.yaml"
    text = EXAMPLES[0].read_text(encoding="utf-8")
    right = "- {arguments: [111, 3], value: 37, level: below}"
    path.write_text(text.replace(right, right.replace("below", "exceptional")), encoding="utf-8")
    (mistake,) = pack_files.check(path).mistakes
    assert mistake.message.text() == "By the thresholds this case is below, and not exceptional; correct one of them."
    assert mistake.line == line_of(text, right)


def test_the_page_says_what_the_pack_says(tmp_path: Path) -> None:
    out = pack_files.page(EXAMPLES[0], "en", tmp_path / "page.html", now=NOW)
    text = out.read_text(encoding="utf-8")
    owner = pack_files.business_from(EXAMPLES[0])
    assert all(f'id="kpi-{kpi.id}"' in text for kpi in owner.kpis)
    assert "<script" not in text


@cache
def of_schema() -> dict[str, Any]:
    return schema()


def strays_from(value: Any, wanted: Any) -> str | None:
    """Where a text editor would underline something by the schema: the first such part, or none."""
    if isinstance(wanted, bool):
        return None if wanted else str(value)
    if "$ref" in wanted:
        return strays_from(value, of_schema()["$defs"][wanted["$ref"].rpartition("/")[2]])
    if "anyOf" in wanted:
        return None if any(strays_from(value, one) is None for one in wanted["anyOf"]) else str(value)
    kinds = {"object": dict, "array": list, "string": str, "boolean": bool, "integer": int, "null": type(None)}
    kind = wanted.get("type")
    is_number = kind == "number" and isinstance(value, int | float) and not isinstance(value, bool)
    if (kind and not is_number and not isinstance(value, kinds.get(kind, ()))) or value not in wanted.get(
        "enum", [value]
    ):
        return str(value)
    if isinstance(value, str):
        return None if re.search(wanted.get("pattern", ""), value) else value
    if isinstance(value, list):
        each = [*wanted.get("prefixItems", []), *[wanted.get("items", {})] * len(value)]
        return next(filter(None, map(strays_from, value, each[: len(value)])), None)
    if not isinstance(value, dict):
        return None
    if missing := {*wanted.get("required", [])} - value.keys():
        return str(missing)
    named, others = wanted.get("properties", {}), wanted.get("additionalProperties", {})
    if others is False and (strange := value.keys() - named.keys()):
        return str(strange)
    of = {key: named.get(key, others if isinstance(others, dict) else {}) for key in value}
    return next(filter(None, (strays_from(one, of[key]) for key, one in value.items())), None)


@pytest.mark.parametrize("path", [*EXAMPLES, ROOT / "templates" / "pack_starter.yaml"], ids=lambda path: path.stem)
def test_an_editor_underlines_by_the_schema_what_is_wrong_alone(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert strays_from(yaml.safe_load(text), of_schema()) is None
    for old, new_ in (
        ("direction: up", "direction: upp"),
        ("direction: up", "directon: up"),
        ("bounded: true", "bounded: 3"),
    ):
        assert strays_from(yaml.safe_load(text.replace(old, new_, 1)), of_schema()) is not None


def test_the_schema_has_every_key_with_its_description() -> None:
    found = schema()
    definitions = found["$defs"]
    assert isinstance(definitions, dict)
    assert set(definitions) >= {"Pack", "PackKpi", "PackTable", "PackField", "PackMeasure"}
    for record in definitions.values():
        for key, value in record.get("properties", {}).items():
            assert "description" in value or key in ("date", "dated", "undated", "choice"), (record["title"], key)


@pytest.mark.filterwarnings("ignore:Sparkline")
def test_a_business_has_what_it_needs_and_nothing_else() -> None:
    """A practice in which nothing comes late, and whose visits are held, cancelled or missed, in Spanish."""
    path = shown(next(one for one in EXAMPLES if one.stem == "physiotherapy-practice"), "es")
    workbook = openpyxl.load_workbook(path)
    said = {
        name: [str(cell.value) for row in workbook[name].iter_rows() for cell in row] for name in workbook.sheetnames
    }
    # No leads there, so a month is final when it is over.
    assert not any("definitivo" in text for text in said["Ajustes"])
    # Of the lost visits by what became of them, all or none are lost.
    assert not any("Por estado" in text for text in said["Desglose"])
    assert any("Por fisioterapeuta" in text for text in said["Desglose"])
    assert any(
        "«Estado» no es ninguno de estos valores: «cancelada tarde», «no acudió»" in x for x in said["Filas de origen"]
    )
    # Nothing is said of levels where none are published, and no room is left for it.
    guide = workbook["Guía"]
    parts = {str(guide.cell(row, 1).value): row for row in range(1, guide.max_row + 1)}
    empty = [
        row for key, row in parts.items() if key.endswith(("_bands", "_cautions")) and not guide.cell(row, 3).value
    ]
    assert len(empty) >= 4
    assert all(guide.row_dimensions[row].hidden for row in empty)
    assert not guide.row_dimensions[parts["cancellation_rate_bands"]].hidden
    # Who has not left has no result yet.
    rows = [*workbook["Pacientes"].iter_rows(min_row=5, max_col=5, values_only=True)]
    known = [(left, result) for name, _, left, _, result in rows if name]
    assert len(known) > 50
    assert all((left is None) == (result is None) for left, result in known)
