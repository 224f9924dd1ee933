"""Every writing call fails once: the workbook is old or new, the sentence fits the cause, and nothing is left over."""

from __future__ import annotations

import errno
import itertools
import os
from collections.abc import Callable
from pathlib import Path

import pytest

import workbooks
from clock import NOW
from faults import failing
from kpixl import files
from kpixl.errors import DriveFailed, FileInUse, KpixlError, NameTooLong, NoPermission, NoRoom, NotWritten
from kpixl.ooxml.package import Package
from kpixl.period import Period
from kpixl.verbs.fix import fix
from kpixl.verbs.import_plan import ImportRequest
from kpixl.verbs.import_rows import import_rows
from kpixl.verbs.refresh import refresh
from kpixl.verbs.restate import restate
from kpixl.verbs.roll import roll
from packages import copies, hidden, package

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
    refused = 0
    for call in itertools.count(1):
        book = tmp_path / str(call) / "TaskZenith 2026-10.xlsx"
        book.parent.mkdir()
        book.write_bytes(filled)
        rolled = book.with_name("TaskZenith 2026-11.xlsx")
        if command == "undo":
            refresh(book, now=NOW)
        before = book.read_bytes()

        def does(book: Path = book) -> object:
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
            refused += 1
            assert fits(error, number)
            assert book.read_bytes() == before
            assert not rolled.exists()
        assert Package.open(book).sheets
        assert hidden(book.parent) == []
        if count < call:
            break
    print(f"{command}: {call - 1} calls, {refused} refused")
    assert refused > call / 3
