"""The command line: finds the command that was typed, has it done, prints the answer.

Everything heavy is imported inside the commands, so that help and usage errors come at once. Computes nothing.
"""

from __future__ import annotations

import gettext
import io
import os
import sys
from collections.abc import Sequence
from datetime import datetime
from typing import Any, TextIO

from kpixl.cli import commands
from kpixl.cli.command import DONE, Answer, Command, HelpAsked, chosen, help_of, help_of_all, read
from kpixl.errors import N_, KpixlError, Unexpected
from kpixl.languages import TRANSLATIONS, default_language
from kpixl.message import Translate
from kpixl.version import __version__

NOT_DONE, INTERRUPTED = 2, 130
_HELP = ("-h", "--help")


class Unshowable(KpixlError):
    """A mistake of kpixl itself, after the work was done."""

    code = "internal"
    template = N_("The work is done, but kpixl could not show the answer ({detail}). Please report it.")


def main(argv: Sequence[str] | None = None, *, now: datetime | None = None) -> int:
    """Run one command and return its exit code; never raises, whatever happens. ``now`` is the moment of the call, by
    the computer's clock without one; nothing further in asks a clock."""
    words = list(sys.argv[1:] if argv is None else argv)
    for stream in (sys.stdout, sys.stderr):
        _speak_utf8(stream)
    _ = _translator(default_language(_option(words, "--lang")))
    as_json = "--json" in words
    code = NOT_DONE
    try:
        try:
            answer = _run(words, now or datetime.now(), _)
            code = answer.code
            if shown := _shown(answer, as_json=as_json):
                print(shown, flush=True)
        except HelpAsked as asked:
            code = DONE
            print(asked.text, flush=True)
        except KpixlError as error:
            code = NOT_DONE
            _complain(error, _, as_json=as_json)
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:
        # Whoever read the answer has gone: the work is done all the same. Python flushes once more on its way out.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return code


def _run(words: Sequence[str], now: datetime, _: Translate) -> Answer:
    try:
        if words and words[0] in _HELP:
            raise HelpAsked(help_of_all(map(commands.command, commands.names()), _))
        if words and words[0] == "--version":
            raise HelpAsked(f"kpixl {__version__}")
        name, rest = chosen(commands.names(), words)
        return _call(commands.command(name), rest, now, _)
    except (KpixlError, HelpAsked):
        raise
    except Exception as error:
        raise Unexpected(detail=_cause(error)) from error


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
        raise Unshowable(detail=_cause(error)) from error


def _json(data: Any) -> str:
    import json

    return json.dumps(data, ensure_ascii=False, indent=2)


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


def _translator(code: str) -> Translate:
    return gettext.translation("kpixl", TRANSLATIONS, languages=[code], fallback=True).gettext


def _speak_utf8(stream: TextIO) -> None:
    if isinstance(stream, io.TextIOWrapper):
        stream.reconfigure(encoding="utf-8", errors="replace")


def _cause(error: Exception) -> str:
    if os.environ.get("KPIXL_DEBUG") == "1":
        import traceback

        traceback.print_exc()
    return " ".join(f"{type(error).__name__}: {error}".split()).rstrip(":")


def _complain(error: KpixlError, _: Translate, *, as_json: bool) -> None:
    if as_json:
        print(_json(error_json(error, _)), flush=True)
    else:
        print(error.text(_), file=sys.stderr)


def error_json(error: KpixlError, _: Translate) -> dict[str, Any]:
    """Why nothing was done."""
    return {"error": {"code": error.code, "message": error.text(_), "sheet": error.sheet, "cell": error.cell}}
