"""The workbook as a file: who holds it, its backups, the swap."""

from __future__ import annotations

import os
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from clock import NOW
from kpixl import files
from kpixl.errors import FileInUse, NoPermission, NothingToUndo

NIGHT = datetime(2026, 11, 22, 3, 15, 7)


@pytest.fixture
def book(tmp_path: Path) -> Path:
    path = tmp_path / "Clientes 2026.xlsx"
    path.write_bytes(b"the book")
    return path


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


def test_the_lock_of_another_file_is_not_ours(book: Path) -> None:
    book.with_name("ientes 2026.xlsx").write_bytes(b"another")
    book.with_name("~$ientes 2026.xlsx").write_bytes(b"its owner")
    book.with_name("~$Other.xlsx").write_bytes(b"owner")
    files.ensure_free(book)


@pytest.mark.parametrize(("winerror", "expected"), [(32, FileInUse), (33, FileInUse), (5, NoPermission)])
def test_a_refused_open(winerror: int, expected: type[Exception], book: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(self: Path, *args: object, **kwargs: object) -> None:
        error = PermissionError(13, "Permission denied")
        error.winerror = winerror
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


def test_a_backup_is_a_copy_in_a_visible_folder(book: Path) -> None:
    copy = files.backup(book, now=NIGHT)
    assert copy == book.parent / "kpixl backups" / "Clientes 2026 2026-11-22 03.15.07.xlsx"
    assert copy.read_bytes() == b"the book"


def test_backups_of_one_second_do_not_overwrite_each_other(book: Path) -> None:
    first = files.backup(book, now=NIGHT)
    book.write_bytes(b"changed")
    second = files.backup(book, now=NIGHT)
    assert second.name == "Clientes 2026 2026-11-22 03.15.07 (2).xlsx"
    assert (first.read_bytes(), second.read_bytes()) == (b"the book", b"changed")


def test_the_ten_newest_are_kept_of_each_workbook(book: Path) -> None:
    other = book.with_name("Clientes.xlsx")
    other.write_bytes(b"other")
    others = files.backup(other, now=NIGHT - timedelta(days=900))
    note = others.with_name("read me.txt")
    note.write_text("the owner's own")
    made = [files.backup(book, now=NIGHT + timedelta(minutes=n // 2)) for n in range(24)]
    assert [p for p in made if p.exists()] == made[-10:]
    assert others.exists()
    assert note.exists()


def test_a_backup_that_cannot_be_made_is_an_error(book: Path) -> None:
    (book.parent / "kpixl backups").write_bytes(b"a file of that name")
    with pytest.raises(NoPermission):
        files.backup(book, NOW)


def test_a_copy_that_breaks_off_leaves_nothing(book: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*args: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(files.shutil, "copyfileobj", full)
    with pytest.raises(NoPermission, match="No space left"):
        files.backup(book, NOW)
    assert list((book.parent / "kpixl backups").iterdir()) == []


def test_undo_goes_back_one_backup_at_a_time_and_loses_nothing(book: Path) -> None:
    for minute, content in enumerate((b"second", b"third"), 1):
        files.backup(book, now=NIGHT + timedelta(minutes=minute))
        book.write_bytes(content)
    later = NIGHT + timedelta(hours=1)
    used, kept = files.undo(book, now=later)
    assert book.read_bytes() == b"second"
    assert not used.exists()
    assert kept is not None
    assert (kept.name, kept.read_bytes()) == ("Clientes 2026 2026-11-22 04.15.07 undone.xlsx", b"third")
    _, again = files.undo(book, now=later)
    assert again is not None
    assert (book.read_bytes(), again.read_bytes()) == (b"the book", b"second")
    with pytest.raises(NothingToUndo, match=r"no backup of Clientes 2026\.xlsx in the folder “kpixl backups”"):
        files.undo(book, now=later)
    assert book.read_bytes() == b"the book"


def test_undo_brings_back_a_file_that_is_gone(book: Path) -> None:
    files.backup(book, now=NIGHT)
    book.unlink()
    assert files.undo(book, NOW)[1] is None
    assert book.read_bytes() == b"the book"


def test_undo_respects_a_lock_and_other_workbooks(book: Path) -> None:
    files.backup(book, now=NIGHT)
    other = book.with_name("Clientes.xlsx")
    other.write_bytes(b"other")
    with pytest.raises(NothingToUndo):
        files.undo(other, NOW)
    book.write_bytes(b"now")
    book.with_name("~$Clientes 2026.xlsx").write_bytes(b"owner")
    with pytest.raises(FileInUse):
        files.undo(book, NOW)
    assert book.read_bytes() == b"now"
    assert len(list((book.parent / "kpixl backups").iterdir())) == 1


def test_only_ten_undone_copies_are_kept(book: Path) -> None:
    for minute in range(12):
        files.backup(book, now=NIGHT + timedelta(minutes=minute))
        files.undo(book, now=NIGHT + timedelta(minutes=minute))
    names = sorted(p.name for p in (book.parent / "kpixl backups").iterdir())
    assert len(names) == 10
    assert names[0] == "Clientes 2026 2026-11-22 03.17.07 undone.xlsx"


def test_the_swap_replaces_at_once(book: Path) -> None:
    seen: list[bytes] = []
    files.swap_in(book, b"new", seen.append)
    assert (book.read_bytes(), seen) == (b"new", [b"new"])
    assert list(book.parent.iterdir()) == [book]


def test_a_swap_that_fails_its_check_changes_nothing(book: Path) -> None:
    def refuse(written: bytes) -> None:
        raise ValueError("not good")

    with pytest.raises(ValueError, match="not good"):
        files.swap_in(book, b"new", refuse)
    assert book.read_bytes() == b"the book"
    assert list(book.parent.iterdir()) == [book]


def test_a_full_disk_changes_nothing(book: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(handle: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(NoPermission, match="No space left"):
        files.swap_in(book, b"new", lambda written: None)
    assert book.read_bytes() == b"the book"
    assert list(book.parent.iterdir()) == [book]
