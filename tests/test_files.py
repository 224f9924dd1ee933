"""The workbook as a file: who holds it, what it is called, how it is put in place."""

from __future__ import annotations

import os
import stat
import sys
from pathlib import Path

import pytest

from kpixl import files
from kpixl.errors import (
    DriveFailed,
    FileExists,
    FileInUse,
    FileMissing,
    NameTooLong,
    NoPermission,
    NoRoom,
    NotWritten,
    WorkbookError,
)
from kpixl.files import names, swap
from kpixl.files.exchange import exchange as real_exchange
from packages import hidden


@pytest.fixture
def book(tmp_path: Path) -> Path:
    path = tmp_path / "Clientes 2026.xlsx"
    path.write_bytes(b"the book")
    return path


def put(path: Path, data: bytes, was: bytes | None) -> None:
    files.put_all([files.prepare(path, data, None if was is None else files.digest_of(was))])


def test_a_free_file_is_free(book: Path) -> None:
    files.ensure_free(book)
    files.ensure_free(book.with_name("not there yet.xlsx"))
    assert book.read_bytes() == b"the book"


@pytest.mark.parametrize(
    ("lock", "program"),
    [
        ("~$Clientes 2026.xlsx", "Excel"),
        ("~$ientes 2026.xlsx", "Excel"),
        (".~lock.Clientes 2026.xlsx#", "LibreOffice"),
    ],
)
def test_a_lock_beside_the_file_is_respected(lock: str, program: str, book: Path) -> None:
    book.with_name(lock).write_bytes(b"owner")
    with pytest.raises(FileInUse, match=f"Clientes 2026.xlsx is open in {program}"):
        files.ensure_free(book)


def test_a_lock_beside_the_file_that_a_link_leads_to_is_respected(book: Path) -> None:
    folder = book.parent / "links"
    folder.mkdir()
    link = folder / "link.xlsx"
    link.symlink_to(book)
    book.with_name("~$Clientes 2026.xlsx").write_bytes(b"owner")
    with pytest.raises(FileInUse, match="Excel"):
        files.ensure_free(link)


def test_the_lock_of_another_file_is_not_ours(book: Path) -> None:
    book.with_name("ientes 2026.xlsx").write_bytes(b"another")
    book.with_name("~$ientes 2026.xlsx").write_bytes(b"its owner")
    book.with_name("~$Other.xlsx").write_bytes(b"owner")
    files.ensure_free(book)


@pytest.mark.parametrize(("winerror", "expected"), [(32, FileInUse), (33, FileInUse), (5, NoPermission)])
def test_a_refused_open(winerror: int, expected: type[Exception], book: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(self: Path, *args: object, **kwargs: object) -> None:
        error = PermissionError(13, "Permission denied")
        error.winerror = winerror  # type: ignore[attr-defined]  # of Windows alone
        raise error

    monkeypatch.setattr(Path, "open", refuse)
    with pytest.raises(expected):
        files.ensure_free(book)


def test_a_read_only_file_says_so(book: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    book.chmod(0o444)

    def refuse(self: Path, *args: object, **kwargs: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "open", refuse)
    with pytest.raises(NoPermission, match="the file is read-only"):
        files.ensure_free(book)


@pytest.mark.parametrize(
    ("number", "expected", "mend"),
    [
        (28, NoRoom, "make some"),
        (122, NoRoom, "make some"),
        (5, DriveFailed, "check the drive"),
        (36, NameTooLong, "choose a shorter one"),
        (13, NoPermission, "not read-only"),
        (30, NoPermission, "not read-only"),
        (16, FileInUse, "close it there"),
        (12, NotWritten, "stays as it was; try again"),
        (40, FileMissing, "check the name"),
    ],
)
def test_the_mend_fits_the_cause(number: int, expected: type[WorkbookError], mend: str, book: Path) -> None:
    error = files.unwritable(book, OSError(number, os.strerror(number)))
    assert type(error) is expected
    assert mend in str(error)
    assert book.name in str(error)


# Names


@pytest.mark.parametrize("name", ["x" * 250 + ".xlsx", "汉" * 83 + ".xlsx", "short.xlsx"])
def test_what_lies_beside_a_file_has_a_name_that_fits(name: str, tmp_path: Path) -> None:
    path = tmp_path / name
    for made in (names.new_draft(path).name, names.around(name, ".~kpixl.", ".lock")):
        assert len(os.fsencode(made)) <= 255
        assert made.startswith(".")
    draft = names.new_draft(path)
    assert names.is_draft(draft.name, name)
    assert not names.is_draft(draft.name, "other.xlsx")
    assert draft != names.new_draft(path)


def test_names_that_are_cut_differ_where_only_their_ends_do() -> None:
    one, other = ("y" * 254 + end for end in "ab")
    assert names.around(one, ".", ".lock") != names.around(other, ".", ".lock")


# In its place


def test_the_swap_replaces_at_once(book: Path) -> None:
    seen: list[bytes] = []
    draft = files.prepare(book, b"new", files.digest_of(b"the book"), seen.append)
    assert (book.read_bytes(), seen) == (b"the book", [b"new"])
    files.put_all([draft])
    assert book.read_bytes() == b"new"
    assert list(book.parent.iterdir()) == [book]


def test_a_swap_that_fails_its_check_changes_nothing(book: Path) -> None:
    def refuse(written: bytes) -> None:
        raise ValueError("not good")

    with pytest.raises(ValueError, match="not good"):
        files.prepare(book, b"new", files.digest_of(b"the book"), refuse)
    assert book.read_bytes() == b"the book"
    assert list(book.parent.iterdir()) == [book]


def test_a_full_disk_changes_nothing(book: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(handle: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(NoRoom, match="No space left"):
        put(book, b"new", b"the book")
    assert book.read_bytes() == b"the book"
    assert list(book.parent.iterdir()) == [book]


@pytest.mark.parametrize("together", [True, False])
@pytest.mark.parametrize("by_rename", [True, False])
@pytest.mark.parametrize("late", [True, False])
def test_what_another_program_saves_in_between_stays(
    together: bool, by_rename: bool, late: bool, book: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Before the last look at the file, or behind it; with the exchange in one step, and where there is none."""

    def save_it() -> None:
        if by_rename:
            other = book.with_name("other")
            other.write_bytes(b"hers")
            other.replace(book)
        else:
            book.write_bytes(b"hers")

    real_replace = os.replace

    def exchange(one: Path, other: Path) -> bool:
        then = real_exchange if together else lambda one, other: False
        monkeypatch.setattr(swap, "exchange", then)
        if late and (together or not by_rename):
            save_it()
        return then(one, other)

    monkeypatch.setattr(swap, "exchange", exchange)
    draft = files.prepare(book, b"new", files.digest_of(b"the book"))
    if not late:
        save_it()
    elif not together and by_rename:
        pytest.skip("nothing tells a program that renames in the very moment, where two files cannot change places")
    with pytest.raises(FileInUse, match="saved by another program in the meantime"):
        files.put_all([draft])
    assert book.read_bytes() == b"hers"
    assert list(book.parent.iterdir()) == [book]
    assert os.replace is real_replace


@pytest.mark.parametrize("links", [True, False])
def test_a_file_that_appears_meanwhile_is_never_replaced(
    links: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "new.xlsx"
    draft = files.prepare(path, b"ours", None)
    path.write_bytes(b"theirs")
    if not links:
        monkeypatch.setattr(os, "link", lambda one, other: (_ for _ in ()).throw(OSError(1, "Operation not permitted")))
    with pytest.raises(FileExists):
        files.put_all([draft])
    assert path.read_bytes() == b"theirs"
    path.unlink()
    put(path, b"ours", None)
    assert path.read_bytes() == b"ours"
    assert list(tmp_path.iterdir()) == [path]


def test_a_file_that_has_gone_is_not_made_anew(book: Path) -> None:
    draft = files.prepare(book, b"new", files.digest_of(b"the book"))
    book.rename(book.with_name("renamed.xlsx"))
    with pytest.raises(FileInUse):
        files.put_all([draft])
    assert [path.name for path in book.parent.iterdir()] == ["renamed.xlsx"]


@pytest.mark.skipif(os.name == "nt", reason="POSIX modes")
@pytest.mark.parametrize("mode", [0o600, 0o640, 0o660])
def test_no_stranger_can_read_a_private_workbook_at_any_time(
    mode: int, book: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    book.chmod(mode)
    modes, real_open = [], os.open

    def watching(path: str | Path, flags: int, *args: int) -> int:
        handle = real_open(path, flags, *args)
        modes.append(stat.S_IMODE(os.fstat(handle).st_mode))
        return handle

    monkeypatch.setattr(os, "open", watching)
    put(book, b"new", b"the book")
    assert stat.S_IMODE(book.stat().st_mode) == mode
    assert modes[0] == 0o600


@pytest.mark.skipif(not hasattr(os, "setxattr"), reason="extended attributes as Linux has them")
def test_marks_that_were_put_on_the_file_stay(book: Path) -> None:
    os.setxattr(book, "user.tag", b"red")
    put(book, b"new", b"the book")
    assert os.getxattr(book, "user.tag") == b"red"


@pytest.mark.skipif(os.name == "nt" or not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root gives away")
def test_the_owner_stays_the_owner(book: Path) -> None:
    os.chown(book, 65534, 65534)
    put(book, b"new", b"the book")
    assert (book.stat().st_uid, book.stat().st_gid) == (65534, 65534)


# Several


@pytest.fixture
def three(tmp_path: Path) -> list[Path]:
    paths = [tmp_path / name / "book.xlsx" for name in "abc"]
    for path in paths[:2]:
        path.parent.mkdir()
        path.write_bytes(b"old")
    paths[2].parent.mkdir()
    return paths


def drafts(three: list[Path]) -> list[files.Draft]:
    old = files.digest_of(b"old")
    return [files.prepare(path, b"new", old if path.exists() else None) for path in three]


def content(three: list[Path]) -> list[bytes | None]:
    return [path.read_bytes() if path.exists() else None for path in three]


def leavings(three: list[Path]) -> list[str]:
    return [name for path in three for name in hidden(path.parent)]


OLD, NEW = [b"old", b"old", None], [b"new", b"new", b"new"]


def test_several_are_put_in_place_together(three: list[Path]) -> None:
    files.put_all(drafts(three))
    assert (content(three), leavings(three)) == (NEW, [])


@pytest.mark.parametrize("failing", [0, 1, 2])
def test_a_failure_at_one_of_several_takes_the_others_back(
    failing: int, three: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    real_put = swap.Draft.put

    def put_it(self: swap.Draft) -> None:
        if self.target == three[failing]:
            raise OSError(28, "No space left on device")
        real_put(self)

    monkeypatch.setattr(swap.Draft, "put", put_it)
    with pytest.raises(NoRoom):
        files.put_all(drafts(three))
    assert (content(three), leavings(three)) == (OLD, [])


class Killed(BaseException):
    """The power goes: nothing more is done."""


def killed_before(number: int, three: list[Path], monkeypatch: pytest.MonkeyPatch) -> None:
    """Several are put in place by a process that ends before the file of that number."""
    real_put = swap.Draft.put

    def put_it(self: swap.Draft) -> None:
        if self.target == three[number]:
            raise Killed
        real_put(self)

    with monkeypatch.context() as patched:
        patched.setattr(swap.Draft, "put", put_it)
        for name in ("take_back", "clear"):
            patched.setattr(swap.Draft, name, lambda self: None)
        patched.setattr(swap._Plan, "remove", lambda self: None)
        with pytest.raises((Killed, files.WrittenInPart)):
            files.put_all(drafts(three))


@pytest.mark.parametrize("number", [0, 1, 2])
@pytest.mark.parametrize("found_at", [0, 1, 2])
def test_the_next_run_completes_what_a_power_cut_left(
    number: int, found_at: int, three: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    killed_before(number, three, monkeypatch)
    assert content(three) == NEW[:number] + OLD[number:]
    with files.locked(three[found_at]):
        assert content(three) == NEW
    assert leavings(three) == []


def test_the_next_run_takes_back_what_it_cannot_complete(three: list[Path], monkeypatch: pytest.MonkeyPatch) -> None:
    killed_before(1, three, monkeypatch)
    three[1].write_bytes(b"hers")
    with files.locked(three[0]):
        assert content(three) == [b"old", b"hers", None]
    assert leavings(three) == []


@pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")
def test_ctrl_c_waits_until_the_file_is_in_place(book: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import signal

    real_put = swap.Draft.put

    def put_it(self: swap.Draft) -> None:
        signal.raise_signal(signal.SIGINT)
        real_put(self)

    monkeypatch.setattr(swap.Draft, "put", put_it)
    with pytest.raises(KeyboardInterrupt):
        put(book, b"new", b"the book")
    assert book.read_bytes() == b"new"
    assert list(book.parent.iterdir()) == [book]
    assert files.written[-1] == book
