"""Two kpixls at once, as real processes: nothing that one of them called done is lost to the other."""

from __future__ import annotations

import io
import itertools
import json
import multiprocessing
import os
import signal
import subprocess
import sys
import warnings
from collections import Counter
from collections.abc import Callable
from contextlib import redirect_stdout
from functools import cache
from pathlib import Path
from typing import Any

import openpyxl
import pytest

import packs
import workbooks
from clock import NOW
from kpixl import files
from kpixl.catalog import business_of
from kpixl.cli.main import main
from kpixl.entries import Setup
from kpixl.errors import KpixlError, NothingToUndo
from kpixl.ooxml.package import Package
from kpixl.ooxml.plain_sheet import add_plain_sheet
from kpixl.period import Period
from kpixl.verbs.adopt import adopt
from kpixl.verbs.fix import fix
from kpixl.verbs.functions import install
from kpixl.verbs.import_plan import ImportRequest
from kpixl.verbs.import_rows import import_rows
from kpixl.verbs.link import link
from kpixl.verbs.new import new
from kpixl.verbs.pack_update import update
from kpixl.verbs.refresh import refresh
from kpixl.verbs.restate import restate
from kpixl.verbs.roll import roll
from kpixl.verbs.setup import setup
from kpixl.verbs.upgrade import upgrade
from kpixl.workbook.read import read
from packages import copies, hidden, package
from test_addin_install import Home

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="processes that begin with what the test has loaded")

Verb = Callable[[Path], object]


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    path = tmp_path_factory.mktemp("races") / "TaskZenith 2026-10.xlsx"
    workbooks.make(path, workbooks.Filled(rows=workbooks.ROWS))
    workbooks.append(path, "surveys", {"date": [workbooks.day("2026-10-06")], "client": ["Ana"], "score": [1]})
    return path.read_bytes()


@pytest.fixture
def book(filled: bytes, tmp_path: Path) -> Path:
    path = tmp_path / "TaskZenith 2026-10.xlsx"
    path.write_bytes(filled)
    return path


def importing(id_: str) -> Verb:
    def verb(book: Path) -> None:
        source = book.parent / f"{id_}.csv"
        source.write_text(f"id,client,opened,resolved\n{id_},Ana,2026-10-05 09:00,2026-10-05 17:00\n")
        import_rows(book, ImportRequest("requests", source, {}), now=NOW)

    return verb


def refreshing(book: Path) -> None:
    refresh(book, now=NOW)


def undoing(book: Path) -> None:
    files.undo(book, NOW)


def rolling(book: Path) -> None:
    roll(book, now=NOW, anyway=True)


def beginning(book: Path) -> None:
    out, period = book.with_name("new.xlsx"), Period.parse("2026-10")
    new(Setup("career-coaching", "en", period, "X", "EUR"), out, now=NOW)


def _child(verb: Verb, book: Path, start: Any, answer: Any) -> None:
    start.wait()
    try:
        told = verb(book)
    except KpixlError as error:
        answer.put((os.getpid(), type(error).__name__))
    except BaseException as error:
        answer.put((os.getpid(), repr(error)))
    else:
        answer.put((os.getpid(), told if isinstance(told, str) else "done"))


def at_once(book: Path, *verbs: Verb) -> list[str]:
    """What becomes of verbs that begin at the same moment, in their order: done, or the name of the refusal."""
    fork = multiprocessing.get_context("fork")
    start, answer = fork.Barrier(len(verbs)), fork.Queue()
    children = [fork.Process(target=_child, args=(verb, book, start, answer)) for verb in verbs]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # of forking beside threads
        for child in children:
            child.start()
    answers = dict(answer.get(timeout=60) for _ in children)
    for child in children:
        child.join()
    return [answers[child.pid] for child in children]


def holds(path: Path, text: str) -> bool:
    found = Package.open(path)
    return any(text.encode() in found.read(part) for part in found.parts if part.endswith(".xml"))


def everything(book: Path) -> list[Path]:
    return [book, *copies(book)]


def fits(answers: list[str]) -> bool:
    return set(answers) <= {"done", "ChangedByAnother", "SavedMeanwhile"}


@pytest.mark.parametrize("turn", range(2))
def test_of_two_imports_at_once_none_is_lost(turn: int, book: Path) -> None:
    answers = at_once(book, importing("RACE1"), importing("RACE2"))
    assert fits(answers)
    assert [holds(book, id_) for id_ in ("RACE1", "RACE2")] == [answer == "done" for answer in answers]
    assert answers.count("done") > 0
    assert hidden(book.parent) == []


def test_of_five_imports_at_once_none_is_lost(book: Path) -> None:
    ids = [f"RACE{number}" for number in range(5)]
    answers = at_once(book, *(importing(id_) for id_ in ids))
    assert fits(answers)
    assert [holds(book, id_) for id_ in ids] == [answer == "done" for answer in answers]
    assert hidden(book.parent) == []


@pytest.mark.parametrize("other", [refreshing, undoing, rolling, beginning])
def test_an_import_beside_another_verb_is_not_lost(other: Verb, book: Path) -> None:
    refresh(book, now=NOW)
    answers = at_once(book, importing("RACE"), other)
    assert answers[0] in ("done", "ChangedByAnother", "SavedMeanwhile")
    assert any(holds(path, "RACE") for path in everything(book)) == (answers[0] == "done")
    assert answers[1] in ("done", "ChangedByAnother", "SavedMeanwhile")
    assert hidden(book.parent) == []


def test_two_undos_go_two_steps_back(book: Path) -> None:
    first = book.read_bytes()
    importing("STEP1")(book)
    importing("STEP2")(book)
    answers = at_once(book, undoing, undoing)
    assert answers == ["done", "done"]
    assert book.read_bytes() == first
    assert any(holds(path, "STEP2") for path in copies(book))
    with pytest.raises(NothingToUndo):
        files.undo(book, NOW)


@pytest.mark.parametrize("verb", [rolling, beginning])
def test_of_two_that_make_the_same_file_one_is_told_that_it_is_there(verb: Verb, book: Path) -> None:
    assert sorted(at_once(book, verb, verb)) == ["FileExists", "done"]
    assert hidden(book.parent) == []


# Every verb beside every other

EVERY = "KPIXL_RACES" in os.environ
"""``make races``: all pairs of verbs that write, by two and by five processes; else a few of them."""
FEW = [
    ("check --fix", "import"),
    ("refresh --restate", "undo"),
    ("adopt", "import"),
    ("import", "pack update"),
    ("import", "link"),
    ("import", "refresh of all"),
    ("setup", "setup"),
]


def fixing(book: Path) -> None:
    fix(book, now=NOW)


def restating(book: Path) -> None:
    restate(book, Period.parse("2026-10"), [book.with_name("later.xlsx")], now=NOW)


def adopting(book: Path) -> None:
    pack = OLDER_PACK if book.with_name(NEWER).exists() else ""
    id_ = business_of(pack).id if pack else "remote-va-agency"
    adopt(book, Setup(id_, "en", Period.parse("2026-10"), "X", "EUR", pack=pack), now=NOW)


def upgrading(book: Path) -> None:
    upgrade(book, now=NOW)


def updating(book: Path) -> None:
    update(book, book.with_name(NEWER), now=NOW)


def linking(book: Path) -> None:
    link(book, ImportRequest("leads", book, {}, sheet=HERS), now=NOW)


def installing(book: Path) -> None:
    install(book, udf=False, code=None, otherwise="en", now=NOW)


def refreshing_all(book: Path) -> str:
    """Every workbook of the folder, with ``kpixl refresh FOLDER``: what became of this one, or the refusal."""
    said = io.StringIO()
    words = ["refresh", str(book.parent), "--workers", "1", "--cache", str(book.parent / f"cache {os.getpid()}")]
    with redirect_stdout(said):
        main([*words, "--lang", "en", "--json"], now=NOW)
    lines = [json.loads(line) for line in said.getvalue().splitlines()]
    told = {Path(line["path"]).name: line["error"]["message"] for line in lines if "error" in line}
    waited = "is just being changed by another kpixl" in told.get(book.name, "")
    return "ChangedByAnother" if waited else told.get(book.name, "done")


def settling(book: Path) -> None:
    home = Home(book.parent, "win32")
    home.documents = book.parent / "Documents"
    found = setup(home, code="en", now=NOW)
    assert found.hindrance is None, found.hindrance
    assert Package.open(found.workbook).sheets


def numbered() -> Verb:
    """An import of a row of its own."""
    return importing(f"RACE{next(_COUNTED)}")


_COUNTED = itertools.count(1)
VERBS: dict[str, Callable[[], Verb]] = {
    "import": numbered,
    "check --fix": lambda: fixing,
    "refresh": lambda: refreshing,
    "refresh --restate": lambda: restating,
    "roll": lambda: rolling,
    "undo": lambda: undoing,
    "new": lambda: beginning,
    "adopt": lambda: adopting,
    "upgrade": lambda: upgrading,
    "pack update": lambda: updating,
    "link": lambda: linking,
    "functions install": lambda: installing,
    "refresh of all": lambda: refreshing_all,
    "setup": lambda: settling,
}
OLDER_PACK, NEWER = packs.daily(), "newer.yaml"
"""The pack of the workbooks that are brought to a newer version, and the file with that."""
SPECIAL = ("adopt", "upgrade", "pack update")
"""Verbs that need a workbook of another kind."""
HERS = "Hers"
"""A sheet of the owner's in all workbooks but those of other kinds."""
ANSWERS = {"done", "ChangedByAnother", "SavedMeanwhile", "FileExists", "CopyExists", "NothingToUndo", "OldestAlready"}
LOGGED = ("import", "refresh --restate", "roll", "adopt", "pack update", "link")
"""Verbs of which the workbook, or a copy of it, has a line in its log once they are done."""
TOO_EARLY_OR_LATE = {"NotOurWorkbook", "AlreadyOurs", "OwnedPartMissing"}
"""What is said of a workbook that is not adopted yet, or is already."""
PAIRS = [*itertools.combinations_with_replacement(VERBS, 2)] if EVERY else FEW
OLDER = Path(__file__).parent / "older" / "layout-3" / "TaskZenith 2026-10 en.xlsx"
Months = Callable[[tuple[str, str]], tuple[bytes, bytes]]


@pytest.fixture(scope="module")
def months(tmp_path_factory: pytest.TempPathFactory) -> Months:
    """For two verbs a workbook that they have something to do in, and the one of the month after it: one with a date
    that is a text, one of an earlier kpixl, or one of which kpixl knows nothing."""
    folder = tmp_path_factory.mktemp("months")

    @cache
    def made(kind: str) -> tuple[bytes, bytes]:
        path = folder / f"{kind} 2026-10.xlsx"
        if kind == "upgrade":
            path.write_bytes(OLDER.read_bytes())
        elif kind == "pack update":
            packs.blank(OLDER_PACK, path)
            workbooks.append(path, "clients", {"client": ["Ana"], "start": [workbooks.day("2024-01-10")]})
            workbooks.append(path, "visits", {"client": ["Ana"], "booked": [workbooks.day("2026-10-06")]})
        else:
            workbooks.make(path, workbooks.Filled(rows=workbooks.ROWS))
            package = Package.open(path)
            add_plain_sheet(package, HERS, [("date", "lead"), ("2026-10-05", "Zoe")])
            package.save(path)
        later = roll(path, now=NOW, anyway=True).path.read_bytes()
        if kind == "adopt":
            openpyxl.Workbook().save(path)
        elif kind != "upgrade":
            workbooks.append(path, "surveys", {"date": ["2026-10-06"], "client": ["Ana"], "score": [1]})
        return path.read_bytes(), later

    return lambda pair: made(next((verb for verb in SPECIAL if verb in pair), ""))


def noted(path: Path) -> list[str]:
    """The commands in the log of a workbook, imports with what they read."""
    log = read(Package.open(path)).log
    return [line.read.partition(".csv")[0] if line.command == "import" else line.command for line in log]


@pytest.mark.parametrize("count", [2, 5] if EVERY else [2])
@pytest.mark.parametrize("pair", PAIRS, ids=" + ".join)
def test_of_two_verbs_at_once_nothing_that_was_done_is_lost(
    pair: tuple[str, str], count: int, months: Months, tmp_path: Path
) -> None:
    book, later = tmp_path / "TaskZenith 2026-10.xlsx", tmp_path / "later.xlsx"
    for path, data in zip((book, later), months(pair), strict=True):
        path.write_bytes(data)
    if "pack update" in pair:
        later.with_name(NEWER).write_text(packs.newer(OLDER_PACK), encoding="utf-8")
    is_usual = {"adopt", "upgrade"}.isdisjoint(pair)  # and has a cell to mend
    if is_usual:
        refresh(book, now=NOW)  # there is something to undo
    before = book.read_bytes()
    names = [pair[number % 2] for number in range(count)]
    first = next(_COUNTED)
    answers = at_once(book, *(VERBS[name]() for name in names))
    of_another = {"OtherPack"} if "upgrade" in pair and "pack update" in pair else set()
    no_sheet = {"UnknownSheet", "UnknownTable"} if "link" in pair and any(verb in pair for verb in SPECIAL) else set()
    allowed = ANSWERS | of_another | no_sheet | (TOO_EARLY_OR_LATE if "adopt" in pair else set())
    assert set(answers) <= allowed
    assert "done" in answers
    made = {"new.xlsx", *(path.name for path in tmp_path.glob("Documents/**/*.xlsx"))}
    files_ = [path for path in tmp_path.rglob("*.xlsx") if path.name not in made]
    known = [path for path in files_ if is_usual or path.read_bytes() != before]
    logs = Counter(line for path in known for line in noted(path))  # and so each of them can be read
    imports = iter(range(first + 1, first + 1 + count))
    for name, answer in zip(names, answers, strict=True):
        wanted = f"RACE{next(imports)}" if name == "import" else {"pack update": "pack"}.get(name, name)
        if name in LOGGED or (name == "check --fix" and is_usual):
            assert logs[wanted] or answer != "done", wanted
        assert answer == "done" or name != "setup"
        if name == "import":
            assert answer == "done" or not logs[wanted]
    assert before in [path.read_bytes() for path in files_]
    assert hidden(tmp_path) == []


# The lock itself

HOLDS = """
import sys
from pathlib import Path
from kpixl.files import locked
with locked(Path(sys.argv[1])):
    print("held", flush=True)
    sys.stdin.read()
"""


def holder(book: Path) -> subprocess.Popen[bytes]:
    """Another process that holds the workbook."""
    started = [sys.executable, "-c", HOLDS, str(book)]
    other = subprocess.Popen(started, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env={**os.environ, "USER": "Ana"})
    assert other.stdout is not None
    assert other.stdout.readline() == b"held\n"
    return other


@pytest.fixture
def light(tmp_path: Path) -> Path:
    path = tmp_path / "light.xlsx"
    path.write_bytes(package("light"))
    return path


def test_the_second_is_told_who_is_at_work(light: Path) -> None:
    with holder(light) as other:
        told = f"light.xlsx is just being changed by another kpixl \\(Ana on .*, process {other.pid}\\); try again"
        with pytest.raises(files.ChangedByAnother, match=told), files.locked(light, patience=0.2):
            pass
        other.communicate()
    with files.locked(light, patience=0):
        pass
    assert list(light.parent.iterdir()) == [light]


def test_a_link_to_the_workbook_is_the_workbook(light: Path, tmp_path: Path) -> None:
    link = tmp_path / "link.xlsx"
    link.symlink_to(light)
    with holder(light) as other:
        with pytest.raises(files.ChangedByAnother), files.locked(link, patience=0):
            pass
        other.communicate()


def test_who_was_killed_holds_nothing_and_leaves_nothing(light: Path) -> None:
    with holder(light) as other:
        other.send_signal(signal.SIGKILL)
        other.wait()
    light.with_name(".light.xlsx.0123abcd.tmp").write_bytes(b"half of")
    light.with_name(".other.xlsx.0123abcd.tmp").write_bytes(b"another's")
    with files.locked(light, patience=0):
        pass
    assert hidden(light.parent) == [".other.xlsx.0123abcd.tmp"]


def test_whoever_waits_long_enough_has_it(light: Path) -> None:
    with holder(light) as other:
        assert other.stdin is not None
        other.stdin.close()
        with files.locked(light, patience=20):
            assert hidden(light.parent) == [f".~kpixl.{light.name}.lock"]


def test_a_folder_without_locks_is_worked_in_all_the_same(light: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(handle: int, *, blocking: bool) -> bool:
        raise OSError(95, "Operation not supported")

    monkeypatch.setattr("filelock.lock_descriptor", refuse)
    with files.locked(light):
        files.backup(light, NOW)
    assert len(copies(light)) == 1
