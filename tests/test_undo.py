"""Undo: step by step to what there was, nothing lost on the way, and nothing damaged put back."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from clock import NOW
from kpixl import files
from kpixl.cli.main import main
from kpixl.errors import FileInUse, NothingToUndo
from kpixl.files import backups
from kpixl.verbs import refresh
from narrow import some
from packages import change, copies, package, said
from workbooks import COUNTED, entry, kpis, make, opened, put

FIRST = package("the book")


@pytest.fixture
def book(tmp_path: Path) -> Path:
    path = tmp_path / "Clientes 2026.xlsx"
    path.write_bytes(FIRST)
    return path


def test_a_refresh_can_be_undone(tmp_path: Path) -> None:
    workbook = make(tmp_path / "TaskZenith 2026-10.xlsx", COUNTED)
    score = entry(opened(workbook), "surveys", "score", 2)
    put(workbook, {score: 5.0})
    before = workbook.read_bytes()
    outcome = refresh.refresh(workbook, now=NOW)
    assert some(outcome.backup).read_bytes() == before
    assert workbook.read_bytes() != before
    assert kpis(outcome)["css"] == (1.0, "exceptional")
    put(workbook, {score: 1.0})
    files.undo(workbook, NOW)
    assert workbook.read_bytes() == before


def test_undo_goes_back_step_by_step_and_loses_nothing(book: Path) -> None:
    for text in ("second", "third"):
        change(book, text)
    restored, kept = files.undo(book, NOW)
    assert said(book) == "second"
    assert restored.path.exists()
    assert kept is not None
    assert said(kept.path) == "third"
    files.undo(book, NOW)
    assert said(book) == "the book"
    with pytest.raises(NothingToUndo, match="as it was at first"):
        files.undo(book, NOW)
    assert said(book) == "the book"
    assert {said(copy) for copy in copies(book)} == {"the book", "second", "third"}


def test_an_undo_can_itself_be_undone(book: Path) -> None:
    change(book, "second")
    kept = files.undo(book, NOW).kept
    assert kept is not None
    files.undo(book, NOW, to=kept.number)
    assert said(book) == "second"
    files.undo(book, NOW)
    assert said(book) == "the book"
    assert len(copies(book)) == 2


def test_what_was_made_from_an_older_state_goes_back_to_that(book: Path) -> None:
    for text in ("second", "third"):
        change(book, text)
    files.undo(book, NOW)
    change(book, "another third")
    assert said(files.undo(book, NOW).restored.path) == "second"
    assert said(files.undo(book, NOW).restored.path) == "the book"


def test_what_the_owner_typed_since_is_kept_by_an_undo(book: Path) -> None:
    change(book, "second")
    book.write_bytes(package("typed in Excel"))
    kept = files.undo(book, NOW).kept
    assert kept is not None
    assert said(book) == "the book"
    files.undo(book, NOW, to=kept.number)
    assert said(book) == "typed in Excel"


def test_undo_brings_back_a_file_that_is_gone(book: Path) -> None:
    change(book, "second")
    book.unlink()
    assert files.undo(book, NOW).kept is None
    assert said(book) == "the book"


def test_undo_respects_a_lock_and_other_workbooks(book: Path) -> None:
    change(book, "now")
    other = book.with_name("Clientes.xlsx")
    other.write_bytes(package("other"))
    with pytest.raises(NothingToUndo, match=r"no backup of Clientes\.xlsx in the folder “kpixl backups”"):
        files.undo(other, NOW)
    book.with_name("~$Clientes 2026.xlsx").write_bytes(b"owner")
    with pytest.raises(FileInUse):
        files.undo(book, NOW)
    assert said(book) == "now"
    assert len(copies(book)) == 1


def test_a_number_that_no_backup_has(book: Path) -> None:
    change(book, "second")
    with pytest.raises(backups.NoSuchBackup, match="has no backup 7; there are: 1"):
        files.undo(book, NOW, to=7)


@pytest.mark.parametrize("damage", [lambda data: b"", lambda data: data[:-40], lambda data: b"a text", None])
def test_a_torn_copy_is_never_put_back(damage: Callable[[bytes], bytes] | None, book: Path) -> None:
    for text in ("second", "third"):
        change(book, text)
    newest = files.history(book).copies[2].path
    if damage is None:
        flipped = bytearray(newest.read_bytes())
        flipped[flipped.index(b"second")] ^= 1
        newest.write_bytes(flipped)
    else:
        newest.write_bytes(damage(newest.read_bytes()))
    with pytest.raises(backups.BackupDamaged, match=r"is damaged.*“kpixl undo FILE --to 1”"):
        files.undo(book, NOW, to=2)
    assert said(book) == "third"
    assert said(files.undo(book, NOW).restored.path) == "the book"


def test_where_every_copy_is_damaged_the_workbook_stays(book: Path) -> None:
    change(book, "second")
    copies(book)[0].write_bytes(b"")
    with pytest.raises(backups.BackupDamaged, match="none of its backups is whole"):
        files.undo(book, NOW)
    assert said(book) == "second"


@pytest.mark.skipif(os.name == "nt", reason="links of POSIX")
def test_undo_follows_a_link_and_leaves_it(book: Path, tmp_path: Path) -> None:
    folder = tmp_path / "elsewhere"
    folder.mkdir()
    link = folder / "link.xlsx"
    link.symlink_to(book)
    change(book, "second")
    files.undo(link, NOW)
    assert link.is_symlink()
    assert said(book) == "the book"
    assert [path.name for path in folder.iterdir()] == ["link.xlsx"]


# On the command line


def test_the_command_says_what_it_put_back_and_what_it_kept(book: Path, capsys: pytest.CaptureFixture[str]) -> None:
    change(book, "second")
    assert main(["undo", str(book), "--json"], now=NOW) == 0
    data = json.loads(capsys.readouterr().out)
    assert said(book) == "the book"
    assert (data["path"], data["number"], data["kept_number"]) == (str(book), 1, 2)
    assert (said(Path(data["restored"])), said(Path(data["kept"]))) == ("the book", "second")
    assert main(["undo", str(book), "--to", "2", "--lang", "en"], now=NOW) == 0
    assert f"{book} is again as it was in" in capsys.readouterr().out
    assert said(book) == "second"


def test_the_command_lists_the_newest_first_and_puts_none_back(book: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for text in ("second", "third"):
        change(book, text)
    assert main(["undo", str(book), "--list", "--lang", "en"], now=NOW) == 0
    newest, first = capsys.readouterr().out.splitlines()[1:3]
    assert newest.split()[0] == "2"
    assert "“kpixl undo” takes this one" in newest
    assert first.split()[0] == "1"
    assert "the first one, which stays" in first
    assert main(["undo", str(book), "--list", "--json"], now=NOW) == 0
    data = json.loads(capsys.readouterr().out)
    assert data["next"] == 2
    assert [(one["number"], one["after"]) for one in data["backups"]] == [(1, None), (2, 1)]
    assert [one["bytes"] for one in data["backups"]] == [len(FIRST), len(package("second"))]
    assert said(book) == "third"


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (["--to", "1st"], "not_a_number"),
        (["--to", "7"], "no_such_backup"),
        (["--list", "--to", "1"], "list_or_put"),
    ],
)
def test_words_that_name_no_backup(words: list[str], code: str, book: Path, capsys: pytest.CaptureFixture[str]) -> None:
    change(book, "second")
    assert main(["undo", str(book), *words, "--json"], now=NOW) == 2
    assert json.loads(capsys.readouterr().out)["error"]["code"] == code
    assert said(book) == "second"


@pytest.mark.parametrize("words", [[], ["--list"]])
def test_where_there_is_no_backup(words: list[str], book: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["undo", str(book), *words, "--json"], now=NOW) == 2
    assert json.loads(capsys.readouterr().out)["error"]["code"] == "nothing_to_undo"
