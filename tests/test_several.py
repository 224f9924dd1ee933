"""A verb on many workbooks: what each would have alone, whatever becomes of the others, and only where something has
changed."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import fsspec
import openpyxl
import pytest

from clock import NOW
from doubling import doubled
from kpixl.cli.main import main
from kpixl.verbs import results as results_verb
from kpixl.verbs.folders import workbooks
from kpixl.verbs.kept_answers import KeptAnswers, Question, usual_folder
from kpixl.verbs.spread import Spread, WorkerDied, spread
from workbooks import COUNTED, Filled, make

Run = Callable[..., tuple[int, list[Any]]]
SMALL = Filled(typed={"satisfied": 19, "surveyed": 20})
WRONG = Filled(typed={"satisfied": "many", "surveyed": 20})
LATER = NOW + timedelta(days=1)


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Run:
    """One command of one process, in English, with ``--json``: its exit code, and the lines of its answer."""
    monkeypatch.setenv("KPIXL_LANG", "en")

    def command(*words: object, now: Any = NOW) -> tuple[int, list[Any]]:
        spreading = ["--workers", "1", "--cache", str(tmp_path / "cache")]
        code = main([*map(str, words), *spreading, "--json"], now=now)
        return code, [json.loads(line) for line in capsys.readouterr().out.splitlines()]

    return command


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Two sound workbooks, one with an error in Check, and much that is none to work on."""
    folder = tmp_path / "clients"
    (folder / "North").mkdir(parents=True)
    (folder / "kpixl backups").mkdir()
    make(folder / "a 2026-10.xlsx", COUNTED)
    make(folder / "North" / "b 2026-10.xlsx", SMALL)
    make(folder / "North" / "c 2026-10.xlsx", WRONG)
    for left_alone in ("a 2026-09.xlsx", "~$a 2026-10.xlsx", ".hidden.xlsx", "kpixl backups/a 2026-10.xlsx"):
        (folder / left_alone).write_bytes(b"never read")
    openpyxl.Workbook().save(folder / "Prices.xlsx")
    return folder


def alone(path: Path, capsys: pytest.CaptureFixture[str], verb: str = "results") -> Any:
    main([verb, str(path), "--json"], now=NOW)
    return json.loads(capsys.readouterr().out)


def test_each_has_what_it_has_alone_and_a_failing_one_stops_none(
    run: Run, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "North" / "bad.xlsx").write_bytes(b"PK\x03\x04 cut off")
    (folder / "North" / "circle.xlsx").symlink_to("circle.xlsx")
    (folder / "North" / "gone.xlsx").symlink_to("elsewhere.xlsx")
    os.mkfifo(folder / "North" / "pipe.xlsx")
    (folder / "North" / "round").symlink_to(folder)
    code, lines = run("results", folder)
    assert code == 2
    by_name = {Path(line["path"]).name: line for line in lines}
    assert {name: line["error"]["code"] for name, line in by_name.items() if "error" in line} == {
        "bad.xlsx": "damaged_workbook",
        "circle.xlsx": "file_missing",
        "gone.xlsx": "file_missing",
        "pipe.xlsx": "no_ordinary_file",
    }
    assert [name for name, line in by_name.items() if "error" not in line] == [
        "a 2026-10.xlsx", "b 2026-10.xlsx", "c 2026-10.xlsx"
    ]  # fmt: skip
    for path in (folder / "a 2026-10.xlsx", folder / "North" / "c 2026-10.xlsx"):
        assert by_name[path.name] == alone(path, capsys) | {"unchanged": False}
    assert by_name["c 2026-10.xlsx"]["problem_count"]["error"] == 1


def test_one_line_for_each_that_needs_somebody_and_a_sum(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KPIXL_LANG", "en")
    words = ["check", str(folder), str(folder / "gone.xlsx"), "--workers", "1", "--cache", str(tmp_path / "cache")]
    assert main(words, now=NOW) == 2
    out = capsys.readouterr().out.splitlines()
    assert out == [
        f"{folder}/North/c 2026-10.xlsx: Check has errors: 1",
        f"{folder}/gone.xlsx: There is no file {folder}/gone.xlsx; check the name and the folder.",
        "Done: 3; with errors in Check: 1; could not be done: 1; left alone, of closed periods: 1; left alone, not of "
        "kpixl: 1.",
    ]


def test_only_what_changed_is_done_again(run: Run, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    done: list[str] = []
    computed = results_verb.results

    def counted(path: Path, **given: Any) -> Any:
        done.append(path.name)
        return computed(path, **given)

    monkeypatch.setattr(results_verb, "results", counted)
    code, first = run("results", folder)
    assert code == 1
    done.clear()
    code, again = run("results", folder)
    assert (code, done) == (1, ["Prices.xlsx"])
    assert [line | {"unchanged": False} for line in again] == first
    assert all(line["unchanged"] for line in again)
    done.clear()
    make(folder / "North" / "b 2026-10.xlsx", COUNTED)
    run("results", folder)
    assert done == ["Prices.xlsx", "b 2026-10.xlsx"]
    done.clear()
    run("results", folder, now=LATER)
    assert len(done) == 4


def test_a_second_refresh_writes_nothing(run: Run, folder: Path) -> None:
    path = folder / "a 2026-10.xlsx"
    (folder / "~$a 2026-10.xlsx").unlink()
    code, lines = run("refresh", folder)
    assert code == 1
    assert all(line["written"] for line in lines)
    after = {one: (one.read_bytes(), one.stat().st_mtime_ns) for one in folder.rglob("*.xlsx")}
    code, again = run("refresh", folder)
    assert code == 1
    assert {one: (one.read_bytes(), one.stat().st_mtime_ns) for one in folder.rglob("*.xlsx")} == after
    assert [line["kpis"] for line in again] == [line["kpis"] for line in lines]
    assert not any(line["written"] or line["backup"] for line in again)
    assert run("refresh", folder, now=LATER)[1][0]["written"]
    assert path.read_bytes() != after[path][0]


def test_roll_closes_each_and_finds_nothing_to_close_afterwards(run: Run, tmp_path: Path) -> None:
    folder = tmp_path / "clients"
    folder.mkdir()
    make(folder / "a 2026-10.xlsx", SMALL)
    code, lines = run("roll", folder)
    assert (code, [Path(line["path"]).name for line in lines]) == (0, ["a 2026-11.xlsx"])
    assert run("roll", folder) == (0, [])


def test_pages_lie_as_their_workbooks_do(run: Run, folder: Path, tmp_path: Path) -> None:
    (folder / "North" / "c 2026-10.xlsx").unlink()
    code, lines = run("report", folder, "--out", tmp_path / "pages")
    assert (code, len(lines)) == (0, 2)
    pages = [tmp_path / "pages" / "a 2026-10.html", tmp_path / "pages" / "North" / "b 2026-10.html"]
    assert [Path(line["path"]) for line in lines] == pages
    pages[0].unlink()
    again = run("report", folder, "--out", tmp_path / "pages")[1]
    assert [line["unchanged"] for line in again] == [False, True]
    assert all(page.is_file() for page in pages)


def test_what_lies_in_a_store_is_read_and_never_written(run: Run, folder: Path, tmp_path: Path) -> None:
    store = fsspec.filesystem("memory")
    store.pipe("/clients/North/b 2026-10.xlsx", (folder / "North" / "b 2026-10.xlsx").read_bytes())
    store.pipe("/clients/.trash/x.xlsx", b"never read")
    url = "memory://clients/North/b 2026-10.xlsx"
    here = run("results", folder / "North", "--workers", "1")[1][0]
    code, lines = run("results", "memory://clients")
    assert (code, lines) == (0, [here | {"path": "memory:///clients/North/b 2026-10.xlsx"}])
    assert run("check", "memory://clients")[0] == 0
    code, lines = run("report", "memory://clients", "--out", tmp_path / "pages")
    assert (code, Path(lines[0]["path"])) == (0, tmp_path / "pages" / "North" / "b 2026-10.html")
    for words in (["refresh", "memory://clients"], ["roll", "memory://clients"], ["report", "memory://clients"]):
        code, lines = run(*words)
        assert (code, lines[0]["error"]["code"]) == (2, "only_read")
    assert run("results", f"file://{folder}/North")[1][0]["kpis"] == here["kpis"]
    assert main(["refresh", url], now=NOW) == 2
    assert main(["results", url], now=NOW) == 0
    assert main(["results", "memory://clients/none.xlsx"], now=NOW) == 2


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (["results", ".", "--workers", "0"], "not_a_count"),
        (["results", ".", "--workers", "two"], "not_a_count"),
        (["refresh", ".", "--restate", "2026-08"], "one_alone"),
        (["roll", "a.xlsx", "b.xlsx", "--out", "c.xlsx"], "one_alone"),
        (["results", "."], "no_workbooks"),
        (["results", "nosuch://bucket"], "store_silent"),
    ],
)
def test_what_is_refused(
    words: list[str], code: str, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main([*words, "--json"], now=NOW) == 2
    assert json.loads(capsys.readouterr().out)["error"]["code"] == code


@pytest.mark.parametrize(
    ("package", "words"),
    [
        ("fsspec", ["results", "s3://bucket"]),
        ("distributed", ["results", ".", "--scheduler", "tcp://127.0.0.1:1"]),
        ("pyarrow", ["portfolio", ".", "--parquet", "tables"]),
        ("duckdb", ["portfolio", ".", "--duckdb", "tables.duckdb"]),
    ],
)
def test_without_the_extra_one_sentence_says_what_to_install(
    package: str, words: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KPIXL_LANG", "en")
    monkeypatch.setitem(sys.modules, package, None)
    monkeypatch.chdir(tmp_path)
    Path("never read.xlsx").touch()
    assert main(words, now=NOW) == 2
    assert capsys.readouterr().err.endswith('install it once: pip install "kpixl[portfolio]"\n')


def test_of_one_name_the_latest_period_counts(tmp_path: Path) -> None:
    names = [
        "Shop 2026-09.xlsx", "Shop 2026-10.xlsx", "shop 2026-08.XLSX", "Shop 2026-Q3.xlsx", "Shop 2026-W01.xlsx",
        "Shop 1234.xlsx", "Shop 1235.xlsx", "Shop 2024.xlsx", "Shop 2025.xlsx", "Shop.xlsm", "Shop 2026-13.xlsx",
    ]  # fmt: skip
    for name in names:
        (tmp_path / name).touch()
    (tmp_path / "2026-09").mkdir()
    (tmp_path / "2026-09" / "Shop 2026-09.xlsx").touch()
    found = workbooks([str(tmp_path)])
    kept = {os.path.relpath(one.place, tmp_path) for one in found.found}
    assert kept == {*names[1:2], *names[3:], "2026-09/Shop 2026-09.xlsx"}
    assert found.closed == 2
    both = workbooks([str(tmp_path), str(tmp_path / names[0])]).found
    assert [one.place for one in both if one.named] == [str(tmp_path / names[0])]


# What answers are kept by


def test_an_answer_is_kept_for_what_it_depends_on(tmp_path: Path) -> None:
    answers, asked = KeptAnswers(tmp_path), Question("results", "a.xlsx", "2026-11-22", {"lang": "en"})
    made = tmp_path / "page.html"
    made.write_text("page")
    answers.put(asked, "abc", {"code": 0}, {})
    assert answers.get(asked, "abc") == {"code": 0}
    others = [
        Question("check", asked.place, asked.day, asked.options),
        Question(asked.verb, "b.xlsx", asked.day, asked.options),
        Question(asked.verb, asked.place, "2026-11-23", asked.options),
        Question(asked.verb, asked.place, asked.day, {"lang": "es"}),
    ]
    assert [answers.get(other, "abc") for other in others] == [None] * 4
    assert answers.get(asked, "abd") is None
    answers.put(asked, "abc", {"code": 1}, {str(made): "another hash"})
    assert answers.get(asked, "abc") is None


def test_a_damaged_answer_is_no_answer(tmp_path: Path) -> None:
    answers, asked = KeptAnswers(tmp_path), Question("results", "a.xlsx", "")
    answers.put(asked, "abc", {}, {})
    (kept,) = tmp_path.rglob("*.json")
    for damage in (b"", b"{", b"[]", b'{"answer": 1}', b'{"answer": 1, "files": 2}', b"\xff"):
        kept.write_bytes(damage)
        assert answers.get(asked, "abc") is None
    KeptAnswers(kept).put(asked, "abc", {}, {})


@pytest.mark.parametrize(
    ("platform", "variable", "folder"),
    [("linux", "XDG_CACHE_HOME", "kpixl"), ("win32", "LOCALAPPDATA", "kpixl/Cache")],
)
def test_where_answers_are_kept(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, platform: str, variable: str, folder: str
) -> None:
    monkeypatch.setattr("sys.platform", platform)
    monkeypatch.setenv(variable, str(tmp_path))
    assert usual_folder() == tmp_path / folder


# Workers


def test_work_that_ends_its_process_is_told_and_stops_no_other() -> None:
    done = list(spread(doubled, range(8), Spread(2)))
    assert [one.thing for one in done] == list(range(8))
    assert [one.answer for one in done] == [0, 2, 4, None, 8, None, 12, 14]
    assert isinstance(done[3].error, WorkerDied)
    assert isinstance(done[5].error, ValueError)
