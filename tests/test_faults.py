"""Every writing call fails once: the workbook is old or new, the sentence fits the cause, and nothing is left over."""

from __future__ import annotations

import errno
import io
import itertools
import json
import os
from collections.abc import Callable
from contextlib import redirect_stdout
from pathlib import Path
from typing import NamedTuple

import pytest

import packs
import workbooks
from clock import NOW
from faults import failing
from kpixl import files
from kpixl.cli.main import main
from kpixl.errors import DriveFailed, FileInUse, KpixlError, NameTooLong, NoPermission, NoRoom, NotWritten
from kpixl.ooxml.package import Package
from kpixl.period import Period
from kpixl.verbs.failures import as_ours
from kpixl.verbs.fix import fix
from kpixl.verbs.import_plan import ImportRequest
from kpixl.verbs.import_rows import import_rows
from kpixl.verbs.pack_update import update
from kpixl.verbs.refresh import refresh
from kpixl.verbs.restate import restate
from kpixl.verbs.roll import roll
from kpixl.verbs.setup import setup
from kpixl.workbook.macros.xlam import version_in
from kpixl.workbook.pack_part import pack_in
from packages import copies, hidden, package
from test_addin_install import Home, place

pytestmark = pytest.mark.skipif(os.name == "nt", reason="error numbers of POSIX")

FITTING: dict[int, type[KpixlError]] = {
    errno.ENOSPC: NoRoom,
    errno.EIO: DriveFailed,
    errno.EACCES: NoPermission,
    errno.EROFS: NoPermission,
    errno.EPERM: NoPermission,
    errno.EDQUOT: NoRoom,
    errno.EFBIG: NoRoom,
    errno.ESTALE: DriveFailed,
    errno.ETIMEDOUT: DriveFailed,
    errno.EBUSY: FileInUse,
    errno.ENAMETOOLONG: NameTooLong,
    errno.EMFILE: NotWritten,
    errno.EINVAL: NotWritten,
}
EVERY = "KPIXL_FAULTS" in os.environ
"""``make faults``: every call of whole commands fails once; else a sample of that."""
NUMBERS = [*FITTING] if EVERY else [errno.ENOSPC]
OF_COMMANDS = [errno.ENOSPC, errno.EIO, errno.EACCES, errno.EROFS]
"""Whole commands take long, and differ from a save alone in which calls there are, not in what an error means."""


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    path = tmp_path_factory.mktemp("faults") / "TaskZenith 2026-10.xlsx"
    workbooks.make(path, workbooks.Filled(rows=workbooks.ROWS))
    workbooks.append(path, "surveys", {"date": [workbooks.day("2026-10-06")], "client": ["Ana"], "score": [1]})
    return path.read_bytes()


def outcome(does: Callable[[], object], call: int, number: int) -> tuple[KpixlError | None, int]:
    """The refusal, if there was one, and how many calls there were."""
    with failing(call, number) as calls:
        try:
            does()
        except KpixlError as error:
            return error, calls.count
    return None, calls.count


def fits(error: KpixlError, number: int) -> bool:
    """Whether the refusal is the one for that error."""
    return isinstance(error, FITTING[number])


@pytest.mark.parametrize("number", NUMBERS)
def test_every_call_of_a_save_fails_once(number: int, tmp_path: Path) -> None:
    old, new = package("old"), package("new")
    before = [package("first"), package("second")]
    refused = 0
    for call in itertools.count(1):
        book = tmp_path / str(call) / "book.xlsx"
        book.parent.mkdir()
        for state in before:
            book.write_bytes(state)
            files.backup(book, NOW)
        book.write_bytes(old)
        kept = {path.name for path in copies(book)}

        def does(book: Path = book) -> None:
            with files.locked(book):
                draft = files.prepare(book, new, files.digest_of(old))
                copy = files.keep(book, old, NOW)
                try:
                    files.put_all([draft])
                except BaseException:
                    copy.take_back()
                    raise
                copy.confirm()

        error, count = outcome(does, call, number)
        assert book.read_bytes() == (new if error is None else old)
        assert {path.name for path in copies(book)} >= kept
        assert len(copies(book)) == (3 if error is None else 2)
        if error is not None:
            refused += 1
            assert fits(error, number)
        with files.locked(book):
            pass
        assert hidden(book.parent) == []
        assert [copy.digest for copy in list(files.history(book).copies.values())[:2]] == [
            files.digest_of(state) for state in before
        ]
        if count < call:
            break
    assert call > 15
    assert refused > call / 3  # owners and marks that may not be set are left


@pytest.mark.parametrize("number", NUMBERS)
def test_every_call_of_an_undo_fails_once(number: int, tmp_path: Path) -> None:
    old, now = package("old"), package("now")
    refused = 0
    for call in itertools.count(1):
        book = tmp_path / str(call) / "book.xlsx"
        book.parent.mkdir()
        book.write_bytes(old)
        files.backup(book, NOW)
        book.write_bytes(now)
        error, count = outcome(lambda book=book: files.undo(book, NOW), call, number)  # type: ignore[misc]
        assert book.read_bytes() == (old if error is None else now)
        if error is None:
            assert len(copies(book)) == 2
        else:
            refused += 1
            assert fits(error, number)
            assert len(copies(book)) == 1
            files.undo(book, NOW)
            assert book.read_bytes() == old
        assert hidden(book.parent) == []
        if count < call:
            break
    assert refused > call / 2


@pytest.mark.parametrize("number", NUMBERS)
def test_every_call_of_several_files_fails_once(number: int, tmp_path: Path) -> None:
    refused = 0
    for call in itertools.count(1):
        paths = [tmp_path / str(call) / name for name in ("a.xlsx", "b.xlsx", "new.xlsx")]
        paths[0].parent.mkdir()
        for path in paths[:2]:
            path.write_bytes(b"old")

        def does(paths: list[Path] = paths) -> None:
            with files.locked(*paths):
                was = [files.digest_of(b"old")] * 2 + [None]
                drafts = []
                try:
                    for path, digest in zip(paths, was, strict=True):
                        drafts.append(files.prepare(path, b"new", digest))
                    files.put_all(drafts)
                except BaseException:
                    for draft in drafts:
                        draft.clear()
                    raise

        error, count = outcome(does, call, number)
        found = {path.name: path.read_bytes() for path in paths if path.exists()}
        assert found == (
            {path.name: b"new" for path in paths} if error is None else {"a.xlsx": b"old", "b.xlsx": b"old"}
        )
        if error is not None:
            refused += 1
            assert fits(error, number)
        assert hidden(paths[0].parent) == []
        if count < call:
            break
    assert refused > call / 2


@pytest.fixture
def book(filled: bytes, tmp_path: Path) -> Path:
    path = tmp_path / "TaskZenith 2026-10.xlsx"
    path.write_bytes(filled)
    return path


@pytest.mark.parametrize(("share", "number"), [(0.2, errno.ENOSPC), (0.5, errno.EIO), (0.8, errno.EACCES)])
def test_a_refresh_on_a_failing_disk(share: float, number: int, book: Path, filled: bytes) -> None:
    copy = book.parent / "copy" / book.name
    copy.parent.mkdir()
    copy.write_bytes(filled)
    _, total = outcome(lambda: refresh(copy, now=NOW), 0, number)
    error, _ = outcome(lambda: refresh(book, now=NOW), max(2, round(total * share)), number)
    if error is None:
        assert book.read_bytes() == copy.read_bytes()
    else:
        assert fits(error, number)
        assert book.read_bytes() == filled
        assert copies(book) == []
    assert Package.open(book).sheets
    assert hidden(book.parent) == []


@pytest.mark.parametrize(("back", "number"), [(1, errno.ENOSPC), (3, errno.EIO)])
def test_a_roll_on_a_failing_disk(back: int, number: int, book: Path, filled: bytes) -> None:
    _, total = outcome(lambda: roll(book, now=NOW, anyway=True, out=book.with_name("one.xlsx")), 0, number)
    other = book.with_name("other.xlsx")
    error, _ = outcome(lambda: roll(book, now=NOW, anyway=True, out=other), total - back, number)
    assert other.exists() == (error is None)
    if error is not None:
        assert fits(error, number)
    assert book.read_bytes() == filled
    assert hidden(book.parent) == []


@pytest.mark.parametrize(("back", "number"), [(1, errno.ENOSPC), (2, errno.EIO), (6, errno.ENOSPC)])
def test_a_restatement_on_a_failing_disk_writes_all_or_nothing(
    back: int, number: int, book: Path, filled: bytes, tmp_path: Path
) -> None:
    later = roll(book, now=NOW, anyway=True).path
    before = {path: path.read_bytes() for path in (book, later)}

    def does() -> None:
        restate(book, Period.parse("2026-10"), [later], now=NOW)

    _, total = outcome(does, 0, number)
    after = {path: path.read_bytes() for path in before}
    for path, data in before.items():
        path.write_bytes(data)
    error, _ = outcome(does, total - back, number)
    assert {path: path.read_bytes() for path in before} == (after if error is None else before)
    assert error is None or fits(error, number)
    assert hidden(tmp_path) == []


# A newer pack


class Grooming(NamedTuple):
    """A workbook of a pack, and what it has to do with a newer version of that."""

    data: bytes
    newer: Path
    calls: int
    """So many writing calls bring it there."""


@pytest.fixture(scope="module")
def grooming(tmp_path_factory: pytest.TempPathFactory) -> Grooming:
    path = tmp_path_factory.mktemp("faults") / "Nova 2026-10.xlsx"
    data = packs.blank(packs.daily(), path).read_bytes()
    newer = path.with_name("newer.yaml")
    newer.write_text(packs.newer(packs.daily()), encoding="utf-8")
    update(path, newer, now=NOW)  # what the tests make once in a run is made
    path.write_bytes(data)
    return Grooming(data, newer, outcome(lambda: updated(path, newer), 0, 0)[1])


def updated(book: Path, newer: Path) -> None:
    """As the command has it: what another program's library fails at is told like all else."""
    try:
        update(book, newer, now=NOW)
    except OSError as error:
        raise as_ours(error) from error


@pytest.mark.parametrize(("share", "number"), [(0.3, errno.ENOSPC), (0.7, errno.EIO)])
def test_a_newer_pack_on_a_failing_disk(share: float, number: int, grooming: Grooming, tmp_path: Path) -> None:
    book = tmp_path / "Nova 2026-10.xlsx"
    book.write_bytes(grooming.data)
    error, _ = outcome(lambda: updated(book, grooming.newer), round(grooming.calls * share), number)
    assert error is None or fits(error, number)
    assert (error is None) == (book.read_bytes() != grooming.data) == (copies(book) != [])
    assert (error is None) == (pack_in(Package.open(book)) != packs.daily())
    assert hidden(tmp_path) == []


# Many workbooks


def refreshing_all(folder: Path, cache: Path) -> dict[str, str]:
    """What ``kpixl refresh FOLDER`` says of each workbook: the code of the refusal, or nothing."""
    said = io.StringIO()
    words = ["refresh", str(folder), "--workers", "1", "--cache", str(cache)]
    with redirect_stdout(said):
        main([*words, "--lang", "en", "--json"], now=NOW)
    lines = [json.loads(line) for line in said.getvalue().splitlines()]
    return {Path(line["path"]).name: line["error"]["code"] if "error" in line else "" for line in lines}


def two_in(folder: Path, filled: bytes) -> list[Path]:
    """Two workbooks that a refresh has something to do in."""
    books = [folder / f"{name} 2026-10.xlsx" for name in ("a", "b")]
    for book in books:
        book.write_bytes(filled)
    return books


def hold_of_all(told: dict[str, str], books: list[Path], filled: bytes, number: int) -> int:
    """Each workbook is as it was and its refusal fits, or is refreshed; how many were refused."""
    assert told.keys() == {book.name for book in books}
    for book in books:
        if told[book.name]:
            assert told[book.name] == FITTING[number].code
            assert book.read_bytes() == filled
        assert Package.open(book).sheets
    assert hidden(books[0].parent) == []
    return sum(map(bool, told.values()))


@pytest.mark.parametrize(("call", "number"), [(3, errno.ENOSPC), (9, errno.EIO)])
def test_many_workbooks_on_a_failing_disk(call: int, number: int, filled: bytes, tmp_path: Path) -> None:
    books = two_in(tmp_path, filled)
    with failing(call, number):
        told = refreshing_all(tmp_path, tmp_path / "cache")
    assert hold_of_all(told, books, filled, number) == 1
    assert [one.name[0] for one in copies(books[0])] == [name[0] for name, refusal in told.items() if not refusal]


# The first minute


def in_home(folder: Path) -> tuple[Home, Callable[[], object]]:
    """A fresh home of Windows, and the first minute there."""
    home = Home(folder, "win32")
    home.documents = folder / "Documents"

    def first_minute() -> None:
        try:
            found = setup(home, code="en", now=NOW)
        except OSError as error:
            raise as_ours(error) from error
        if found.hindrance is not None:
            raise found.hindrance

    return home, first_minute


def hold_of_home(home: Home) -> None:
    """What is there is whole; what is not there has left nothing."""
    made = [one for one in home.folder.rglob("*") if one.is_file()]
    for one in made:
        assert one.suffix in (".xlsx", ".xlam")
        assert version_in(one.read_bytes()) if one.suffix == ".xlam" else Package.open(one).parts
    for folder in {one.parent for one in made}:
        assert hidden(folder) == []


@pytest.mark.parametrize(("call", "number"), [(1, errno.EACCES), (4, errno.ENOSPC), (10, errno.ENOSPC)])
def test_a_first_minute_on_a_failing_disk(call: int, number: int, tmp_path: Path) -> None:
    home, does = in_home(tmp_path)
    error, _ = outcome(does, call, number)
    assert error is not None
    assert fits(error, number)
    assert not place(home).exists()
    hold_of_home(home)
    there = [one.suffix for one in tmp_path.rglob("*.xls*") if one.is_file()]
    assert there == [".xlsx"]  # what hinders the add-in hinders no sample


# Whole commands


def every_call(what: str, tried: Callable[[int], tuple[int, int]]) -> None:
    """Have each writing call of something fail once; ``tried`` has one fail, and tells how many files were refused
    for it and how many calls there were."""
    refused = 0
    for call in itertools.count(1):
        failed, count = tried(call)
        refused += failed
        if count < call:
            break
    print(f"{what}: {call - 1} calls, {refused} refused")
    assert refused > call / 3


@pytest.mark.skipif(not EVERY, reason="make faults")
@pytest.mark.parametrize("number", OF_COMMANDS)
def test_every_call_of_a_newer_pack_fails_once(number: int, grooming: Grooming, tmp_path: Path) -> None:
    def tried(call: int) -> tuple[bool, int]:
        book = tmp_path / str(call) / "Nova 2026-10.xlsx"
        book.parent.mkdir()
        book.write_bytes(grooming.data)
        error, count = outcome(lambda: updated(book, grooming.newer), call, number)
        if error is not None:
            assert fits(error, number)
            assert book.read_bytes() == grooming.data
            assert copies(book) == []
        assert Package.open(book).sheets
        assert hidden(book.parent) == []
        return error is not None, count

    every_call("pack update", tried)


@pytest.mark.skipif(not EVERY, reason="make faults")
@pytest.mark.parametrize("number", OF_COMMANDS)
def test_every_call_of_many_workbooks_fails_once(number: int, filled: bytes, tmp_path: Path) -> None:
    def tried(call: int) -> tuple[int, int]:
        folder = tmp_path / str(call)
        folder.mkdir()
        books = two_in(folder, filled)
        with failing(call, number) as calls:
            told = refreshing_all(folder, tmp_path / "cache" / str(call))
        return hold_of_all(told, books, filled, number), calls.count

    every_call("refresh of all", tried)


@pytest.mark.skipif(not EVERY, reason="make faults")
@pytest.mark.parametrize("number", OF_COMMANDS)
def test_every_call_of_a_first_minute_fails_once(number: int, tmp_path: Path) -> None:
    def tried(call: int) -> tuple[bool, int]:
        folder = tmp_path / str(call)
        folder.mkdir()
        home, does = in_home(folder)
        error, count = outcome(does, call, number)
        assert error is None or fits(error, number)
        hold_of_home(home)
        return error is not None, count

    every_call("setup", tried)


@pytest.mark.skipif(not EVERY, reason="make faults")
@pytest.mark.parametrize("number", OF_COMMANDS)
@pytest.mark.parametrize("command", ["refresh", "roll", "undo", "import", "check --fix"])
def test_every_call_of_a_command_fails_once(command: str, number: int, filled: bytes, tmp_path: Path) -> None:
    source = tmp_path / "export.csv"
    source.write_text("id,client,opened\nR-9,Ana,2026-10-05 09:00\n")
    if command == "check --fix":
        text = tmp_path / "text.xlsx"
        text.write_bytes(filled)
        workbooks.append(text, "surveys", {"date": ["2026-10-07"], "client": ["Ana"], "score": [1]})
        filled = text.read_bytes()

    def tried(call: int) -> tuple[bool, int]:
        book = tmp_path / str(call) / "TaskZenith 2026-10.xlsx"
        book.parent.mkdir()
        book.write_bytes(filled)
        rolled = book.with_name("TaskZenith 2026-11.xlsx")
        if command == "undo":
            refresh(book, now=NOW)
        before = book.read_bytes()

        def does() -> object:
            match command:
                case "roll":
                    return roll(book, now=NOW, anyway=True)
                case "undo":
                    return files.undo(book, NOW)
                case "import":
                    return import_rows(book, ImportRequest("requests", source), now=NOW)
                case "check --fix":
                    return fix(book, now=NOW)
            return refresh(book, now=NOW)

        error, count = outcome(does, call, number)
        if error is not None:
            assert fits(error, number)
            assert book.read_bytes() == before
            assert not rolled.exists()
        assert Package.open(book).sheets
        assert hidden(book.parent) == []
        return error is not None, count

    every_call(command, tried)
