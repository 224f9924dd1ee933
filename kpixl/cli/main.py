"""The command line: finds the command that was typed, has it done, prints the answer.

Everything heavy is imported inside the commands, so that help and usage errors come at once. Computes nothing.
"""

from __future__ import annotations

import gettext
import io
import sys
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, TextIO

from kpixl.cli import commands, outside
from kpixl.cli.command import (
    DONE,
    OWNER_NEEDED,
    Answer,
    Command,
    HelpAsked,
    chosen,
    first_steps,
    help_of,
    help_of_all,
    read,
)
from kpixl.errors import N_, KpixlError
from kpixl.languages import TRANSLATIONS, default_language
from kpixl.message import Translate, harmless
from kpixl.verbs.failures import as_ours, cause, error_json
from kpixl.version import __version__

NOT_DONE = 2
_HELP = ("-h", "--help")


_STOPPED = N_("Stopped after {path} was written.")
_PARTED = N_("{path} had another name by a hard link, which keeps the old content; the two are separate files now.")
_UNSHOWN = N_("The answer could not be shown ({detail}).")
_UNSHOWN_WORK = N_("The work is done, but the answer could not be shown ({detail}).")


class WorkDone(KpixlError):
    """Something went wrong after files were written."""

    code = "internal_after_writing"
    template = N_("{path} is written, but then something went wrong inside kpixl ({detail}). Please report it.")


class Unshowable(KpixlError):
    """A mistake of kpixl itself, after the work was done."""

    code = "internal"
    template = N_("The work is done, but kpixl could not show the answer ({detail}). Please report it.")


def main(argv: Sequence[str] | None = None, *, now: datetime | None = None) -> int:
    """Run one command and return its exit code; never raises, whatever happens. ``now`` is the moment of the call, by
    the computer's clock without one; nothing further in asks a clock."""
    words = list(sys.argv[1:] if argv is None else argv)
    outside.open_streams()
    for stream in (sys.stdout, sys.stderr):
        _speak_utf8(stream)
    _ = _translator(default_language(_option(words, "--lang")))
    before = len(outside.written_files()), len(outside.parted_files())
    with outside.stoppable():
        try:
            code = _answered(words, now or datetime.now(), _)
        except KeyboardInterrupt as interrupt:
            code = outside.exit_code(interrupt)
            if done := outside.written_files()[before[0] :]:
                outside.say(_(_STOPPED).format(path=_names(done)), sys.stderr)
        for path in outside.parted_files()[before[1] :]:
            outside.say(_(_PARTED).format(path=path), sys.stderr)
    return code


def _answered(words: Sequence[str], now: datetime, _: Translate) -> int:
    """Run a command and show what it has to say. How it exits says what became of the files, whoever can read it."""
    as_json = "--json" in words
    before = len(outside.written_files())
    try:
        answer = _run(words, now, _)
        shown = _shown(answer, as_json=as_json)
    except HelpAsked as asked:
        return DONE if _show(asked.text, _, worked=False) else NOT_DONE
    except KpixlError as error:
        done = outside.written_files()[before:]
        told = WorkDone(detail=error.details.get("detail"), path=_names(done)) if done else error
        _complain(told, _of_the_workbook(words, _), as_json)
        return OWNER_NEEDED if done else NOT_DONE
    worked = len(outside.written_files()) > before
    return answer.code if _show(shown, _, worked=worked) or worked else NOT_DONE


def _show(text: str, _: Translate, *, worked: bool) -> bool:
    """Print an answer, if there is one. Whoever read it may have gone, which is no fault; that there is no room for it
    is told."""
    error = outside.say(text, sys.stdout) if text else None
    if error is None or isinstance(error, BrokenPipeError):
        return True
    told = _UNSHOWN_WORK if worked else _UNSHOWN
    outside.say(_(told).format(detail=error.strerror or error), sys.stderr)
    return False


def _names(paths: Sequence[Path]) -> str:
    return ", ".join(str(path) for path in paths)


def _run(words: Sequence[str], now: datetime, _: Translate) -> Answer:
    try:
        if not words:
            raise HelpAsked(first_steps(_))
        if words[0] in _HELP:
            raise HelpAsked(help_of_all(map(commands.command, commands.names()), _))
        if words[0] == "--version":
            raise HelpAsked(f"kpixl {__version__}")
        name, rest = chosen(commands.names(), words)
        return _call(commands.command(name), rest, now, _)
    except (KpixlError, HelpAsked):
        raise
    except Exception as error:
        raise as_ours(error) from error


def _call(command: Command, typed: Sequence[str], now: datetime, _: Translate, prog: str = "kpixl") -> Answer:
    if command.family:
        within = f"{prog} {command.name}"
        if typed and typed[0] in _HELP:
            raise HelpAsked(help_of(command, _, within))
        family = {one.name: one for one in command.family}
        name, rest = chosen(list(family), typed, within)
        return _call(family[name], rest, now, _, within)
    arguments = read(command, typed, now, _, prog)
    _check_language(arguments.lang)
    assert command.run is not None
    return command.run(arguments)


def _shown(answer: Answer, *, as_json: bool) -> str:
    try:
        if not as_json:
            return answer.text()
        data = answer.data()
        return "" if data is None else _json(data)
    except Exception as error:
        raise Unshowable(detail=cause(error)) from error


def _json(data: Any) -> str:
    import json

    text = json.dumps(data, ensure_ascii=False, indent=2)
    return text if harmless(text) == text else json.dumps(data, indent=2)


def _option(words: Sequence[str], name: str) -> str | None:
    """The value of an option before anything is read, for what goes wrong while reading."""
    for word, following in zip(words, [*words, None][1:], strict=True):
        if word == name:
            return following
        if word.startswith(f"{name}="):
            return word.partition("=")[2]
    return None


# Language and output


def _check_language(asked: str | None) -> None:
    """UnknownChoice for a language that kpixl does not speak, before any work is done."""
    if asked:
        from kpixl.i18n import language

        language(asked)


def _of_the_workbook(words: Sequence[str], _: Translate) -> Translate:
    """What is refused is said in the language that the answer would have had: the one asked for, or the workbook's."""
    paths = [Path(word) for word in words if word.lower().endswith((".xlsx", ".xlsm"))]
    if not paths or _option(words, "--lang"):
        return _
    from kpixl.workbook.read import language_in

    code = next(filter(None, map(language_in, paths)), None)
    return _translator(code) if code else _


def _translator(code: str) -> Translate:
    return gettext.translation("kpixl", TRANSLATIONS, languages=[code], fallback=True).gettext


def _speak_utf8(stream: TextIO) -> None:
    if isinstance(stream, io.TextIOWrapper):
        stream.reconfigure(encoding="utf-8", errors="replace")


def _complain(error: KpixlError, _: Translate, as_json: bool) -> None:
    if as_json:
        outside.say(_json(error_json(error, _)), sys.stdout)
    else:
        outside.say(error.text(_), sys.stderr)
