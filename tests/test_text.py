"""Text stays text: nothing from a file, a name or a word reaches a terminal, a log or a page as anything else."""

from __future__ import annotations

import csv
import io
import json
import re
import sys
from pathlib import Path

import pytest

import workbooks
from clock import NOW
from kpixl.cli import main, outside, watch_log
from kpixl.cli.progress_bar import Progress
from kpixl.errors import FileMissing
from kpixl.message import Message, harmless, one_line
from kpixl.texts.lines import block
from kpixl.verbs.import_plan import ImportRequest
from kpixl.verbs.import_rows import import_rows

OBEYED = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")
BAD = "x\x1b[2J\x1b]0;title\x07\x9b31m\u202eevil\u202c\r\u2066y\u2028z\ud800\b"
LEGAL = "Zoë Ñandú 李 🙂 – “quoted” \u200f שלום\u00a0100 %"


@pytest.mark.parametrize(
    "make", [harmless, one_line, lambda text: block([text])[0], lambda text: FileMissing(path=text).text()]
)
def test_no_sign_is_obeyed(make: object) -> None:
    assert callable(make)
    shown = make(BAD)
    assert not OBEYED.search(shown)
    assert "evil" in shown
    assert LEGAL in make(LEGAL) or make is not harmless


def test_lines_stay_lines_and_a_value_has_one() -> None:
    assert harmless("a\nb\tc") == "a\nb\tc"
    assert one_line("a\nb\tc") == "a b c"
    assert (harmless("a\r\nb\rc"), one_line("a\r\nb\rc")) == ("a\nb\nc", "a b c")
    assert Message("", "It is {name}.", {"name": "Ana\nTake them? yes"}).text() == "It is Ana Take them? yes."


def test_what_is_printed(capsys: pytest.CaptureFixture[str]) -> None:
    assert outside.say(BAD, sys.stdout) is None
    assert not OBEYED.search(capsys.readouterr().out.rstrip("\n"))
    outside.say(outside.Painted("\x1b[32mok\x1b[0m"), sys.stdout)
    assert capsys.readouterr().out == "\x1b[32mok\x1b[0m\n"


def test_json_keeps_what_a_terminal_would_obey_as_escapes() -> None:
    text = main._json({"name": BAD.replace("\ud800", "")})
    assert not OBEYED.search(text)
    assert json.loads(text)["name"] == BAD.replace("\ud800", "")
    assert "李" in main._json({"name": LEGAL})


def test_the_bar_and_the_log(tmp_path: Path) -> None:
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    stream = Terminal()
    with Progress(stream=stream) as bar:
        bar._due = True
        bar(0, 1, BAD + "\n" + BAD)
    assert not OBEYED.search(stream.getvalue().replace("\r", ""))
    log = watch_log.WatchLog(tmp_path)
    log.write(BAD + "\nsecond")
    log.close()
    assert len((tmp_path / watch_log.NAME).read_text(encoding="utf-8").splitlines()) == 1


@pytest.mark.parametrize("name", ["a\x07b", "a\ud800b", "a\u202eb", "a\nb\x1b"])
def test_a_company_has_a_name_that_can_be_shown(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main.main(["new", workbooks.AGENCY, "--name", name, "--lang", "en"], now=NOW) == 2
    assert "cannot be the company’s name" in capsys.readouterr().err
    assert not list(tmp_path.iterdir())


def test_a_long_company_name_has_a_file_that_the_drive_takes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main.main(["new", workbooks.AGENCY, "--name", "字" * 300, "--lang", "en", "--json"], now=NOW) == 0
    (made,) = tmp_path.glob("*.xlsx")
    assert len(made.name.encode()) <= 255
    assert json.loads(capsys.readouterr().out)["company"] == "字" * 300
    assert main.main(["results", "a" * 300, "--lang", "en"]) == 2
    assert "too long" in capsys.readouterr().err


def test_rows_for_mending_are_no_formulas(tmp_path: Path) -> None:
    from kpixl.verbs.import_rows import write_refused

    book = workbooks.make(tmp_path / "book.xlsx", workbooks.Filled())
    source = tmp_path / "rows.csv"
    cells = ["=cmd|' /C calc'!A0", "+1+1", "@SUM(A1)", "-2+3", "-5", "+5.5", "Ana"]
    source.write_text("id,client,opened\n" + "".join(f'R{n},"{cell}",no date\n' for n, cell in enumerate(cells)))
    mapping = {field: field for field in ("id", "client", "opened")}
    outcome = import_rows(book, ImportRequest("requests", source, mapping), now=NOW)
    out = tmp_path / "out.csv"
    write_refused(outcome.plan, out, str)
    rows = list(csv.reader(io.StringIO(out.read_text(encoding="utf-8-sig"))))[1:]
    assert [row[1] for row in rows] == [f"'{cell}" for cell in cells[:4]] + cells[4:]
