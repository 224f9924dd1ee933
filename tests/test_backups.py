"""The copies of a workbook: their order without a clock, whole or absent, there and back again."""

from __future__ import annotations

import json
import os
import stat
from datetime import timedelta
from pathlib import Path

import pytest

from clock import NOW
from kpixl import files
from kpixl.errors import NoPermission, NoRoom
from kpixl.files import backups, swap
from packages import BACKUPS, NIGHT, change, copies, hidden, package, said

FIRST = package("the book")


@pytest.fixture
def book(tmp_path: Path) -> Path:
    path = tmp_path / "Clientes 2026.xlsx"
    path.write_bytes(FIRST)
    return path


def test_a_backup_is_a_copy_in_a_visible_folder(book: Path) -> None:
    copy = files.backup(book, now=NIGHT)
    assert copy == book.parent / "kpixl backups" / "Clientes 2026 2026-11-22 03.15.07.xlsx"
    assert copy.read_bytes() == FIRST
    assert hidden(book.parent) == []


def test_backups_of_one_second_do_not_overwrite_each_other(book: Path) -> None:
    first = files.backup(book, now=NIGHT)
    book.write_bytes(package("changed"))
    second = files.backup(book, now=NIGHT)
    assert second.name == "Clientes 2026 2026-11-22 03.15.07 (2).xlsx"
    assert (first.read_bytes(), second.read_bytes()) == (FIRST, package("changed"))


def test_the_same_content_is_kept_once(book: Path) -> None:
    first = files.backup(book, now=NIGHT)
    assert files.backup(book, now=NIGHT + timedelta(days=3)) == first
    assert copies(book) == [first]


def test_a_copy_that_was_changed_by_hand_is_made_anew(book: Path) -> None:
    first = files.backup(book, now=NIGHT)
    first.write_bytes(b"scribbled")
    second = files.backup(book, now=NIGHT)
    assert second != first
    assert second.read_bytes() == FIRST


def test_the_ten_newest_and_the_first_are_kept_of_each_workbook(book: Path) -> None:
    other = book.with_name("Clientes.xlsx")
    other.write_bytes(package("other"))
    others = files.backup(other, now=NIGHT - timedelta(days=900))
    note = others.with_name("read me.txt")
    note.write_text("the owner's own")
    for number in range(24):
        change(book, f"state {number}")
    kept = list(files.history(book).copies.values())
    assert [said(copy.path) for copy in kept] == ["the book", *(f"state {n}" for n in range(13, 23))]
    assert sorted([*(copy.path for copy in kept), others]) == copies(book)
    assert note.exists()


@pytest.mark.parametrize("step", [timedelta(hours=-1), timedelta(days=-400), timedelta()])
def test_a_clock_that_is_set_back_changes_no_order(step: timedelta, book: Path) -> None:
    now = NIGHT
    for number in range(15):
        change(book, f"state {number}", now)
        now += step
    assert said(files.undo(book, NOW).restored.path) == "state 13"
    assert said(files.undo(book, NOW).restored.path) == "state 12"


# Damage


@pytest.mark.parametrize("content", ["", "{", "[]", '{"copies": [{"number": 1}], "base": 1, "following": 2}'])
def test_a_journal_that_cannot_be_read_costs_no_copy(content: str, book: Path) -> None:
    for text in ("second", "third"):
        change(book, text)
    (journal,) = (book.parent / BACKUPS).glob("*.json")
    journal.write_text(content)
    assert [said(copy.path) for copy in files.history(book).copies.values()] == ["the book", "second"]
    files.undo(book, NOW)
    assert said(book) == "second"


def test_a_journal_leads_to_no_file_elsewhere(book: Path, tmp_path: Path) -> None:
    change(book, "second")
    secret = tmp_path / "secret.xlsx"
    secret.write_bytes(package("secret"))
    (journal,) = (book.parent / BACKUPS).glob("*.json")
    data = json.loads(journal.read_text())
    data["copies"][0] |= {"file": "../secret.xlsx", "digest": files.digest_of(secret.read_bytes())}
    journal.write_text(json.dumps(data))
    files.undo(book, NOW)
    assert said(book) == "the book"


# Failures


def test_a_backup_that_cannot_be_made_is_an_error(book: Path) -> None:
    (book.parent / BACKUPS).write_bytes(b"a file of that name")
    with pytest.raises(NoPermission):
        files.backup(book, NOW)


def test_a_copy_that_breaks_off_leaves_nothing(book: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(handle: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(NoRoom, match="No space left"):
        files.backup(book, NOW)
    assert [path.name for path in book.parent.rglob("*")] == [book.name]


def test_failed_changes_push_out_no_copy(book: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(12):
        change(book, f"state {number}")
    before = {path.name: path.read_bytes() for path in (book.parent / BACKUPS).iterdir()}

    def refuse(self: swap.Draft) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(swap.Draft, "put", refuse)
    for number in range(15):
        kept = files.keep(book, book.read_bytes(), NIGHT + timedelta(days=number))
        with pytest.raises(NoPermission):
            files.put_all([files.prepare(book, package("new"), files.digest_of(book.read_bytes()))])
        kept.take_back()
        with pytest.raises(NoPermission):
            files.undo(book, NOW)
    assert {path.name: path.read_bytes() for path in (book.parent / BACKUPS).iterdir()} == before
    assert hidden(book.parent) == []


def test_a_first_change_that_fails_leaves_no_folder(book: Path) -> None:
    files.keep(book, FIRST, NIGHT).take_back()
    assert list(book.parent.iterdir()) == [book]


# Of earlier kpixls


def test_copies_without_a_journal_are_understood(book: Path) -> None:
    folder = book.parent / BACKUPS
    folder.mkdir()
    old = {
        "Clientes 2026 2026-10-01 09.00.00.xlsx": package("first"),
        "Clientes 2026 2026-10-02 09.00.00.xlsx": package("second"),
        "Clientes 2026 2026-10-02 09.00.00 (2).xlsx": package("third"),
        "Clientes 2026 2026-10-05 09.00.00 undone.xlsx": package("set aside"),
        "Clientes 2026 2026-10-06 09.00.00.xlsx": b"torn",
        "Clientes 2026 notes.xlsx": package("no copy"),
    }
    for name, data in old.items():
        (folder / name).write_bytes(data)
    found = files.history(book)
    assert [(said(copy.path), copy.after) for copy in found.copies.values()] == [
        ("first", None),
        ("second", 1),
        ("third", 2),
        ("set aside", 3),
    ]
    assert found.copies[2].made == "2026-10-02 09:00:00"
    assert said(files.undo(book, NOW).restored.path) == "third"
    files.undo(book, NOW, to=4)
    assert said(book) == "set aside"
    assert {path.name for path in folder.iterdir()} >= old.keys()


# Links, names, modes


@pytest.mark.skipif(os.name == "nt", reason="links of POSIX")
def test_a_folder_of_backups_that_is_a_link_is_not_followed(book: Path, tmp_path: Path) -> None:
    other = tmp_path / "of somebody else"
    other.mkdir()
    (book.parent / BACKUPS).symlink_to(other)
    with pytest.raises(backups.BackupsElsewhere, match="is a link to another place"):
        files.backup(book, NOW)
    assert list(other.iterdir()) == []


@pytest.mark.parametrize("name", ["a" * 250 + ".xlsx", "b" * 226 + ".xlsx", "汉" * 83 + ".xlsx"])
def test_a_long_name_has_backups_like_any_other(name: str, tmp_path: Path) -> None:
    path = tmp_path / name
    path.write_bytes(FIRST)
    change(path, "second")
    change(path, "third")
    for text in ("second", "the book"):
        files.undo(path, NOW)
        assert said(path) == text
    (tmp_path / BACKUPS).joinpath(next((tmp_path / BACKUPS).glob("*.json")).name).unlink()
    assert len(files.history(path).copies) == 3


@pytest.mark.skipif(os.name == "nt", reason="POSIX modes")
def test_a_copy_is_as_private_as_the_workbook(book: Path) -> None:
    book.chmod(0o600)
    if hasattr(os, "setxattr"):
        os.setxattr(book, "user.tag", b"red")
    copy = files.backup(book, NOW)
    assert all(stat.S_IMODE(path.stat().st_mode) == 0o600 for path in copy.parent.iterdir())
    if hasattr(os, "setxattr"):
        assert os.getxattr(copy, "user.tag") == b"red"
