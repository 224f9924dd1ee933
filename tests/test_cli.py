"""The command line from outside: exit codes, both forms of every answer, and what is refused."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from clock import NOW, TODAY
from kpixl import languages
from kpixl.catalog import businesses
from kpixl.check import Problem
from kpixl.cli import commands
from kpixl.cli.command import Answer, help_of_all
from kpixl.cli.main import main
from kpixl.entries import Setup
from kpixl.errors import BadSetting, FileInUse
from kpixl.kpi.score import Scorecard
from kpixl.period import Period
from kpixl.verbs import results
from workbooks import blank, named, opened, put

VERBS = [
    "demo", "new", "refresh", "results", "check", "roll", "adopt", "undo", "import", "report", "watch", "kpis", "calc",
    "doctor", "tables", "upgrade", "explain", "portfolio", "link",
]  # fmt: skip
CRR = ["calc", "crr", "clients_end=650", "clients_new=200", "clients_start=500"]
HEAVY = ["pandas", "numpy", "openpyxl", "babel", "lxml", "msgspec", "yaml", "jinja2", "xlwings", "python_calamine"]

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Run:
    """One command, in English and in an empty folder: its exit code, stdout and stderr."""
    for name in ("KPIXL_LANG", "KPIXL_DEBUG", "LC_ALL", "LC_MESSAGES", "LANG", "NO_COLOR"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)

    def command(*words: str) -> tuple[int, str, str]:
        code = main(list(words), now=NOW)
        out, err = capsys.readouterr()
        return code, out, err

    return command


@pytest.fixture
def outcome(scorecard: Scorecard) -> results.Outcome:
    return results.Outcome(Path("a.xlsx"), scorecard, ())


def answers(monkeypatch: pytest.MonkeyPatch, verb: str, answer: object) -> list[tuple[Any, ...]]:
    """Replace a library function: it returns ``answer``, or raises it; the calls are kept."""
    calls: list[tuple[Any, ...]] = []

    def stub(*given: Any, **named: Any) -> object:
        calls.append((*given, named) if named else given)
        if isinstance(answer, BaseException):
            raise answer
        return answer

    monkeypatch.setattr(import_module(f"kpixl.verbs.{verb}"), verb, stub)
    return calls


# Help and usage


def test_help_names_every_verb(run: Run) -> None:
    code, out, err = run("--help")
    assert (code, err) == (0, "")
    assert sorted(re.findall(r"^ {2}(\w+) ", out, re.M)) == sorted([*VERBS, "addin", "functions", "pack", "setup"])


@pytest.mark.parametrize("verb", VERBS)
def test_help_of_a_verb(run: Run, verb: str) -> None:
    code, out, _ = run(verb, "--help")
    assert code == 0
    assert out.startswith(f"Usage: kpixl {verb}")
    assert "--json" in out
    assert "--lang" in out


def test_help_imports_nothing_heavy() -> None:
    program = (
        "import sys\nfrom kpixl.__main__ import main\n"
        f"code = main(['--help'])\nprint([name for name in {HEAVY!r} if name in sys.modules], code, file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stderr.strip() == "[] 0"


def test_version(run: Run) -> None:
    assert run("--version")[:2] == (0, "kpixl 0.1.0\n")


@pytest.mark.parametrize(
    ("words", "code", "says"),
    [
        (
            ["frobnicate"],
            "unknown_choice",
            "“frobnicate” is not a command that kpixl knows; choose one of: addin, adopt, calc,",
        ),
        (["results"], "arguments_missing", "FILE is missing; see “kpixl results --help”."),
        (["results", "a.xlsx", "--bogus"], "unknown_word", "do with “--bogus” here; see “kpixl --help”."),
        (["kpis", "--lang"], "value_missing", "--lang needs a value after it; see “kpixl kpis --help”."),
        (["kpis", "--json=yes"], "no_value", "--json takes no value; see “kpixl kpis --help”."),
        (["kpis", "bakery"], "unknown_choice", "“bakery” is not a business that kpixl knows; choose one of:"),
        (["kpis", "--lang", "xx"], "unknown_choice", "“xx” is not a language that kpixl knows; choose one of: en"),
        (["new", "remote-va-agency", "--period", "May"], "no_period", "“May” is no period; write a month like"),
        (["new", "remote-va-agency", "--currency", "€"], "unknown_choice", "“€” is not a currency that kpixl knows"),
        (["calc", "xyz"], "unknown_choice", "“xyz” is not a KPI that kpixl knows; choose one of: css,"),
        (["calc", "css", "satisfied"], "not_a_pair", "“satisfied” is not of the form MEASURE=NUMBER"),
        (["calc", "css", "satisfied="], "not_a_pair", "“satisfied=” is not of the form MEASURE=NUMBER"),
        (["calc", "css", "satisfied=1", "Satisfied=2"], "given_twice", "“Satisfied” is given twice; give it once."),
        (["calc", "css", "happy=1"], "unknown_measure", "CSS does not use “happy”; it takes: satisfied, surveyed."),
        (["calc", "css", "satisfied=1"], "missing_arguments", "CSS needs surveyed, too; write it like surveyed=12.5."),
        (["calc", "css", "satisfied=1,5"], "not_a_number", "“1,5” for satisfied is not a number; write it like 12.5."),
        (["results", "nowhere.xlsx"], "file_missing", "There is no file nowhere.xlsx; check the name and the folder."),
        (["import", "a.xlsx", "requests", "a.csv", "--map", "x"], "not_a_pair", "“x” is not of the form FIELD=COLUMN"),
    ],
)
def test_what_is_refused(run: Run, words: list[str], code: str, says: str) -> None:
    status, out, err = run(*words)
    assert (status, out) == (2, "")
    assert says in err
    assert err.count("\n") == 1
    status, out, err = run(*words[:1], "--json", *words[1:])
    error = json.loads(out)["error"]
    assert (status, err) == (2, "")
    assert (error["code"], error["sheet"], error["cell"]) == (code, None, None)
    assert says in error["message"]


# The verbs


def test_calc_for_machines(run: Run) -> None:
    code, out, err = run(*CRR, "--business", "remote-va-agency", "--json")
    assert (code, err) == (0, "")
    data = json.loads(out)
    assert data == data | {
        "kpi": "crr",
        "business": "remote-va-agency",
        "value": 0.9,
        "unit": "fraction",
        "level": "above_average",
        "reason": None,
        "next_level": "exceptional",
        "to_next": {"measure": "clients_end", "amount": 1, "direction": "more"},
        "measures": {"clients_end": 650, "clients_new": 200, "clients_start": 500},
    }


def test_calc_for_people(run: Run) -> None:
    code, out, _ = run("calc", "CRR", *CRR[2:], "--business", "remote-va-agency")
    assert code == 0
    assert out.startswith("CRR, Client retention rate (remote-va-agency): 90.0%  ▲ above average (small sample)\n")


def test_calc_without_a_value_is_done_all_the_same(run: Run) -> None:
    code, out, _ = run("calc", "css", "satisfied=0", "surveyed=0", "--json")
    data = json.loads(out)
    assert code == 0
    assert data["value"] is data["level"] is None
    assert data["reason"]["code"] == "zero_denominator"
    assert "surve" in data["reason"]["text"]


def test_kpis(run: Run) -> None:
    code, out, _ = run("kpis", "--json")
    assert code == 0
    assert [one["business"] for one in json.loads(out)["businesses"]] == [one.id for one in businesses()]
    code, out, _ = run("kpis", "remote-va-agency")
    assert code == 0
    assert out.startswith("Remote virtual-assistant agency (remote-va-agency)\n")


@pytest.mark.parametrize("verb", ["results", "refresh"])
def test_scorecard_verbs(
    run: Run, monkeypatch: pytest.MonkeyPatch, outcome: results.Outcome, problems: tuple[Problem, ...], verb: str
) -> None:
    answers(monkeypatch, verb, outcome)
    code, out, _ = run(verb, "a.xlsx", "--json")
    data = json.loads(out)
    assert code == 0
    assert (data["path"], data["period"], data["written"], data["backup"]) == ("a.xlsx", "2026-10", False, None)
    assert run(verb, "a.xlsx")[1].startswith("TaskZenith · October 2026\n")
    calls = answers(monkeypatch, verb, results.Outcome(outcome.path, outcome.scorecard, problems))
    code, out, _ = run(verb, "a.xlsx", "--json")
    assert code == 1
    assert json.loads(out)["problem_count"] == {"error": 1, "warning": 1, "note": 0}
    assert calls == [(Path("a.xlsx"), {"now": NOW} if verb == "refresh" else {"today": TODAY})]


def test_refresh_says_where_it_wrote(run: Run, monkeypatch: pytest.MonkeyPatch, scorecard: Scorecard) -> None:
    answers(monkeypatch, "refresh", results.Outcome(Path("a.xlsx"), scorecard, (), Path("old.xlsx"), written=True))
    code, out, _ = run("refresh", "a.xlsx")
    assert code == 0
    assert out.endswith("Written to a.xlsx.\nAs it was before: old.xlsx.\n")


def test_only_errors_need_the_owner(
    run: Run, monkeypatch: pytest.MonkeyPatch, outcome: results.Outcome, problems: tuple[Problem, ...]
) -> None:
    answers(monkeypatch, "results", results.Outcome(outcome.path, outcome.scorecard, problems[1:]))
    assert run("results", "a.xlsx")[0] == run("check", "a.xlsx")[0] == 0


def test_check(
    run: Run, monkeypatch: pytest.MonkeyPatch, outcome: results.Outcome, problems: tuple[Problem, ...]
) -> None:
    answers(monkeypatch, "results", results.Outcome(outcome.path, outcome.scorecard, problems))
    code, out, _ = run("check", "a.xlsx", "--json")
    data = json.loads(out)
    assert code == 1
    assert [problem["cell"] for problem in data["problems"]] == ["E7", None]
    code, out, _ = run("check", "a.xlsx")
    assert code == 1
    assert out.startswith("error · Hours!E7:")


def test_new_by_default(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    calls = answers(monkeypatch, "new", Path("made.xlsx"))
    code, out, _ = run("new", "remote-va-agency", "--json")
    month = Period.parse("2026-11")
    assert code == 0
    setup = Setup("remote-va-agency", "en", month, "Remote virtual-assistant agency", "USD")
    out_file = Path(f"Remote virtual-assistant agency {month}.xlsx")
    assert calls == [(setup, out_file, {"now": NOW, "macros": None})]
    assert json.loads(out) == {
        "path": "made.xlsx",
        "business": "remote-va-agency",
        "company": "Remote virtual-assistant agency",
        "period": str(month),
        "currency": "USD",
        "language": "en",
    }


def test_new_as_asked(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    calls = answers(monkeypatch, "new", Path("made.xlsx"))
    words = ["--name", "A/B: Co.", "--period", "2026-q4", "--currency", "gbp", "--lang", "en"]
    code, out, _ = run("new", "remote-va-agency", *words)
    assert code == 0
    assert "made.xlsx is ready" in out
    setup, out_file, _ = calls[0]
    assert (setup.company, str(setup.period), setup.currency) == ("A/B: Co.", "2026-Q4", "GBP")
    assert out_file == Path("A-B- Co. 2026-Q4.xlsx")
    run("new", "remote-va-agency", "--out", "mine.xlsx")
    assert calls[1][1] == Path("mine.xlsx")


def test_new_never_overwrites(run: Run) -> None:
    Path("mine.xlsx").write_bytes(b"precious")
    code, _, err = run("new", "remote-va-agency", "--out", "mine.xlsx")
    assert code == 2
    assert "mine.xlsx exists already and was left alone" in err
    assert Path("mine.xlsx").read_bytes() == b"precious"


def test_new_results_and_refresh_for_real(run: Run) -> None:
    assert run("new", "remote-va-agency", "--out", "mine.xlsx", "--period", "2026-10")[0] == 0
    code, out, _ = run("results", "mine.xlsx", "--json")
    assert code == 0
    assert json.loads(out)["written"] is False
    code, out, _ = run("refresh", "mine.xlsx", "--json")
    data = json.loads(out)
    assert code == 0
    assert data["written"] is True
    assert Path(data["backup"]).is_file()


def test_demo(run: Run, monkeypatch: pytest.MonkeyPatch, outcome: results.Outcome) -> None:
    calls = answers(monkeypatch, "demo", (outcome,))
    code, out, _ = run("demo")
    assert code == 0
    assert out.splitlines()[-1] == "  a.xlsx"
    assert "Client satisfaction score" in out  # the scorecard is printed, too
    run("demo", "--out", "elsewhere", "--json")
    assert [call[0] for call in calls] == [Path("workbooks"), Path("elsewhere")]


# What goes wrong


def test_a_workbook_that_cannot_be_used(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    answers(monkeypatch, "refresh", FileInUse(path="a.xlsx", program="Excel"))
    code, out, err = run("refresh", "a.xlsx")
    assert (code, out) == (2, "")
    assert err == "a.xlsx is open in Excel; save and close it there, then try again.\n"


def test_an_error_for_machines_names_its_cell(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    answers(monkeypatch, "results", BadSetting(sheet="Settings", cell="C4", got="soon", expected="a date"))
    code, out, _ = run("results", "a.xlsx", "--json")
    message = "Settings!C4 holds “soon”, which is not a date; correct that cell and try again."
    assert code == 2
    assert json.loads(out) == {"error": {"code": "bad_setting", "message": message, "sheet": "Settings", "cell": "C4"}}


def test_a_mistake_of_kpixl_shows_no_traceback(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    answers(monkeypatch, "refresh", RuntimeError("two\nlines {odd}"))
    code, out, err = run("refresh", "a.xlsx")
    assert (code, out) == (2, "")
    assert err == (
        "Something went wrong inside kpixl (RuntimeError: two lines {odd}); nothing was written. Please report it.\n"
    )
    assert json.loads(run("refresh", "a.xlsx", "--json")[1])["error"]["code"] == "internal"
    monkeypatch.setenv("KPIXL_DEBUG", "1")
    assert "Traceback" in run("refresh", "a.xlsx")[2]


def test_a_mistake_after_the_work_does_not_deny_it(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    broken = Answer(lambda: 1 / 0, lambda: str(1 / 0))
    refresh = commands.command("refresh")
    monkeypatch.setattr(commands, "command", lambda name: refresh._replace(run=lambda arguments: broken))
    code, _, err = run("refresh", "a.xlsx")
    assert code == 2
    assert err.startswith("The work is done, but kpixl could not show the answer (ZeroDivisionError")


def test_interrupted(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    answers(monkeypatch, "results", KeyboardInterrupt())
    assert run("results", "a.xlsx")[0] == 130


def test_an_unknown_language_is_refused_before_any_work(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    calls = answers(monkeypatch, "refresh", RuntimeError())
    assert run("refresh", "a.xlsx", "--lang", "xx")[0] == 2
    assert calls == []


# From outside, as a process


def kpixl(*words: str, **environment: str) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [sys.executable, "-m", "kpixl", *words], capture_output=True, env={**os.environ, **environment}, check=False
    )


def test_output_is_utf8_whatever_the_console_says() -> None:
    done = kpixl(*CRR, PYTHONIOENCODING="cp1252", PYTHONUTF8="0", KPIXL_LANG="en")
    assert done.returncode == 0
    assert "▲ above average" in done.stdout.decode("utf-8")


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no closed pipes of this kind")
def test_a_reader_who_leaves_early_is_no_error() -> None:
    reader, writer = os.pipe()
    os.close(reader)
    with os.fdopen(writer, "wb") as closed:
        command = [sys.executable, "-m", "kpixl", "kpis"]
        done = subprocess.run(command, stdout=closed, stderr=subprocess.PIPE, check=False)
    assert (done.returncode, done.stderr) == (0, b"")


# Language


@pytest.mark.parametrize(
    ("environment", "code"),
    [
        ({}, "en"),
        ({"LANG": "en_GB.UTF-8"}, "en"),
        ({"LANG": "zz_ZZ.UTF-8"}, "en"),
        ({"LANG": "xy_XY.UTF-8"}, "xy"),
        ({"LC_ALL": "C", "LANG": "xy_XY"}, "en"),
        ({"KPIXL_LANG": "xy"}, "xy"),
        ({"KPIXL_LANG": "en", "LANG": "xy_XY"}, "en"),
        ({"KPIXL_LANG": "../xy"}, "en"),
    ],
)
def test_language_by_default(
    run: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, environment: dict[str, str], code: str
) -> None:
    catalogue = tmp_path / "xy" / "LC_MESSAGES" / "kpixl.mo"
    catalogue.parent.mkdir(parents=True)
    catalogue.touch()
    (tmp_path / "xy.yaml").touch()
    monkeypatch.setattr(languages, "FOLDER", tmp_path)
    monkeypatch.setattr(languages, "TRANSLATIONS", tmp_path)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert languages.default_language(None) == code
    assert languages.default_language("pt") == "pt"


def test_help_is_translated() -> None:
    shouting = help_of_all(map(commands.command, commands.names()), str.upper)
    assert "USAGE: KPIXL" in shouting.upper()
    assert "COMPUTE AND GRADE ONE KPI FROM NUMBERS" in shouting
    assert "show this help" not in shouting


# One language a run


def test_a_refusal_is_in_the_language_of_the_workbook(run: Run, tmp_path: Path) -> None:
    """Every word of it, as the answer would have been; in another language only where that is asked for."""
    book = blank(tmp_path / "a.xlsx", "remote-va-agency", "es")
    spanish = "No hay ninguna copia de seguridad de "
    assert run("undo", str(book))[2].startswith(spanish)
    assert json.loads(run("undo", str(book), "--json")[1])["error"]["message"].startswith(spanish)
    assert run("undo", str(book), "--lang", "en")[2].startswith("There is no backup of ")
    sheet, cell = named(opened(book), "period_day")
    put(book, {(sheet, cell): "octubre"})
    said = f"{sheet}!{cell} contiene «octubre», que no es una fecha; corrija esa celda e inténtelo de nuevo.\n"
    assert run("results", str(book))[2] == said


def test_of_what_is_no_workbook_the_system_is_asked(run: Run, tmp_path: Path) -> None:
    (tmp_path / "a.xlsx").write_bytes(b"nothing")
    assert run("results", "a.xlsx")[2].startswith("a.xlsx is ")
