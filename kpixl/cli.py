"""The command line: reads the words, calls one library function a verb, prints the answer.

Everything heavy is imported inside the verbs, so that help and usage errors come at once. Computes nothing.
"""

from __future__ import annotations

import argparse
import gettext
import io
import os
import re
import sys
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any, NoReturn, TextIO

from kpixl import __version__, commands, functions_commands, life_commands, report_commands, service_commands
from kpixl.errors import N_, KpixlError, Phrase, Unexpected, UnknownChoice, UsageError

NOT_DONE, INTERRUPTED = 2, 130

Translate = Callable[[str], str]
Command = Callable[[argparse.Namespace], commands.Answer]


class Unshowable(KpixlError):
    """A mistake of kpixl itself, after the work was done."""

    code = "internal"
    template = N_("The work is done, but kpixl could not show the answer ({detail}). Please report it.")


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code; never raises, whatever happens."""
    words = list(sys.argv[1:] if argv is None else argv)
    for stream in (sys.stdout, sys.stderr):
        _speak_utf8(stream)
    _ = _translator(commands.default_language(_option(words, "--lang")))
    as_json = "--json" in words
    code = NOT_DONE
    try:
        try:
            answer = _run(words, _)
            code = answer.code
            if shown := _shown(answer, as_json=as_json):
                print(shown, flush=True)
        except KpixlError as error:
            code = NOT_DONE
            _complain(error, _, as_json=as_json)
        except SystemExit as stop:  # argparse has shown the help or the version
            code = int(stop.code or commands.DONE)
            sys.stdout.flush()
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:
        # Whoever read the answer has gone: the work is done all the same. Python flushes once more on its way out.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return code


def _run(words: Sequence[str], _: Translate) -> commands.Answer:
    try:
        arguments = parser(_).parse_args(_map_by_map(words))
        _check_language(arguments.lang)
        answer: commands.Answer = arguments.run(arguments)
    except KpixlError:
        raise
    except Exception as error:
        raise Unexpected(detail=_cause(error)) from error
    return answer


def _shown(answer: commands.Answer, *, as_json: bool) -> str:
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


# Reading the words


class ArgumentsMissing(UsageError):
    """The command lacks words that it needs."""

    code = "arguments_missing"
    template = N_("{what} is missing; see “{help}”.")


class UnknownWord(UsageError):
    """A word or option that the command does not take."""

    code = "unknown_word"
    template = N_("kpixl does not know what to do with “{what}” here; see “{help}”.")


class ValueMissing(UsageError):
    """An option without the value that it needs."""

    code = "value_missing"
    template = N_("{what} needs a value after it; see “{help}”.")


class NoValue(UsageError):
    """A value for an option that takes none."""

    code = "no_value"
    template = N_("{what} takes no value; see “{help}”.")


class Unreadable(UsageError):
    """Anything else that argparse complains of, in its own words."""

    template = N_("kpixl cannot read the command ({what}); see “{help}”.")


class Parser(argparse.ArgumentParser):
    """An argument parser whose complaints are kpixl's: one sentence that says what to do."""

    def error(self, message: str) -> NoReturn:
        """Raise what argparse found wrong as a UsageError."""
        unknown_verb = re.fullmatch(r"argument COMMAND: invalid choice: '?(.*?)'? \(choose from (.*)\)", message)
        if unknown_verb:
            allowed = unknown_verb[2].replace("'", "")
            raise UnknownChoice(got=unknown_verb[1], what=Phrase(N_("command")), allowed=allowed)
        for pattern, complaint in _COMPLAINTS.items():
            if found := re.fullmatch(pattern, message):
                raise complaint(what=found[1], help=f"{self.prog} --help")
        raise Unreadable(what=message, help=f"{self.prog} --help")


_COMPLAINTS = {
    r"the following arguments are required: (.+)": ArgumentsMissing,
    r"unrecognized arguments: (.+)": UnknownWord,
    r"argument (\S+): expected .+": ValueMissing,
    r"argument (\S+): ignored explicit argument .+": NoValue,
}


def parser(_: Translate = str) -> Parser:
    """The whole command line, in the language of ``_``."""

    class Formatter(argparse.HelpFormatter):
        def add_usage(
            self, usage: str | None, actions: Iterable[argparse.Action], groups: Any, prefix: str | None = None
        ) -> None:
            super().add_usage(usage, actions, groups, _("Usage: ") if prefix is None else prefix)

    def titled(made: Parser) -> Parser:
        made._positionals.title = _("What to name")
        made._optionals.title = _("Options")
        made.add_argument("-h", "--help", action="help", help=_("show this help and stop"))
        return made

    settings: dict[str, Any] = {"formatter_class": Formatter, "add_help": False, "allow_abbrev": False}
    top = titled(
        Parser(prog="kpixl", description=_("Monthly KPI workbooks for owners of small service businesses."), **settings)
    )
    top.add_argument("--version", action="version", version=f"kpixl {__version__}", help=_("show the version and stop"))
    verbs = top.add_subparsers(title=_("Commands"), metavar="COMMAND", required=True, parser_class=Parser)

    def verb(name: str, run: Command, says: str, among: Any = verbs) -> Parser:
        made = titled(among.add_parser(name, help=says, description=says, **settings))
        made.set_defaults(run=run)
        made.add_argument("--json", action="store_true", help=_("answer for machines"))
        made.add_argument("--lang", metavar="LANG", help=_("the language of the answer, such as es"))
        return made

    def about(made: Parser) -> None:
        """What a workbook that is made is to be about."""
        made.add_argument("business", metavar="BUSINESS", help=_("the kind of business; “kpixl kpis” lists them"))
        made.add_argument("--period", help=_("2026-10, 2026-Q4, 2026-W43 or 2026; this month without it"))
        made.add_argument("--name", metavar="TEXT", help=_("the company's name"))
        made.add_argument("--currency", metavar="EUR", help=_("three letters; by the language without it"))

    demo = verb("demo", commands.demo, _("make sample workbooks, filled in and refreshed"))
    demo.add_argument(
        "--out", type=Path, metavar="DIR", default=Path("workbooks"), help=_("the folder to put them in: workbooks")
    )

    new = verb("new", commands.new, _("make an empty workbook for a business"))
    about(new)
    new.add_argument("--out", type=Path, metavar="FILE", help=_("the workbook to make; never overwrites one"))
    new.add_argument("--vba", action="store_true", help=_("an .xlsm with functions that compute in Excel alone"))
    new.add_argument(
        "--macros", action="store_true", help=_("an .xlsm with functions that call Python (Excel for Windows)")
    )

    again = verb("refresh", commands.refresh, _("compute and grade a workbook, and write the results into it"))
    again.add_argument("file", type=Path, metavar="FILE", help=_("the workbook"))
    again.add_argument(
        "--restate", metavar="PERIOD", help=_("the closed period, such as 2026-08, of an archived workbook")
    )
    again.add_argument(
        "--into",
        type=Path,
        action="append",
        default=[],
        metavar="FILE",
        help=_("the current workbook, which takes over the closed period’s new figures"),
    )

    for name, run, says in (
        ("results", commands.results, _("show the scorecard of a workbook, without writing")),
        ("check", commands.check, _("list what is wrong in a workbook, and how to mend it")),
    ):
        verb(name, run, says).add_argument("file", type=Path, metavar="FILE", help=_("the workbook"))

    close = verb("roll", life_commands.roll, _("close the period and make the next one's workbook"))
    close.add_argument("file", type=Path, metavar="FILE", help=_("the workbook; it stays as it is"))
    close.add_argument("--out", type=Path, metavar="FILE", help=_("the workbook to make; never overwrites one"))
    close.add_argument(
        "--anyway", action="store_true", help=_("also where the period is not over, or Check has errors")
    )

    join = verb("adopt", life_commands.adopt, _("add kpixl's sheets to a workbook of your own"))
    join.add_argument("file", type=Path, metavar="FILE", help=_("your workbook"))
    about(join)
    join.add_argument(
        "--out",
        type=Path,
        metavar="FILE",
        help=_("leave your workbook as it is and make this one; never overwrites one"),
    )

    back = verb("undo", life_commands.undo, _("put the last backup in place of a workbook"))
    back.add_argument("file", type=Path, metavar="FILE", help=_("the workbook"))

    take = verb("import", life_commands.import_, _("take rows of a CSV or Excel file into a sheet of a workbook"))
    take.add_argument("file", type=Path, metavar="FILE", help=_("the workbook"))
    take.add_argument("table", metavar="TABLE", help=_("the table to add to, such as requests"))
    take.add_argument("source", type=Path, metavar="SOURCE", help=_("the CSV or Excel file"))
    take.add_argument(
        "--map",
        action="append",
        default=[],
        metavar="FIELD=COLUMN",
        help=_("which column of the file fills a field; several may follow one --map"),
    )
    take.add_argument(
        "--set",
        action="append",
        default=[],
        metavar="FIELD=VALUE",
        help=_("what a field is in every row, such as kind=additional"),
    )
    take.add_argument("--sheet", metavar="TEXT", help=_("the sheet of an Excel file; the first filled one without it"))
    take.add_argument(
        "--zone", metavar="TEXT", help=_("the time zone of your days, such as Europe/Madrid; the computer's without it")
    )
    take.add_argument("--show", action="store_true", help=_("show what would be taken, and write nothing"))
    take.add_argument("--yes", action="store_true", help=_("do not ask whether the columns found are right"))
    take.add_argument(
        "--add-new", action="store_true", help=_("add clients, assistants and services that are not listed yet")
    )

    page = verb("report", report_commands.report, _("make a page or a PDF of a workbook, to send to a partner"))
    page.add_argument("file", type=Path, metavar="FILE", help=_("the workbook; it stays as it is"))
    page.add_argument(
        "--out", type=Path, metavar="FILE", help=_("the report to make, .html or .pdf; replaces an earlier report")
    )

    guard = verb("watch", service_commands.watch, _("refresh the workbooks of a folder as they are saved and closed"))
    guard.add_argument("folder", type=Path, metavar="FOLDER", help=_("the folder with the workbooks"))
    guard.add_argument("--once", action="store_true", help=_("look once at what has been saved since, and stop"))

    kpis = verb("kpis", commands.kpis, _("list the KPIs, with their formulas and benchmarks"))
    kpis.add_argument("business", nargs="?", metavar="BUSINESS", help=_("only those of this business"))

    calc = verb("calc", commands.calc, _("compute and grade one KPI from numbers"))
    calc.add_argument("kpi", metavar="KPI", help=_("its id, such as crr"))
    calc.add_argument("numbers", nargs="*", metavar="MEASURE=NUMBER", help=_("such as clients_end=650"))
    calc.add_argument("--business", help=_("whose benchmark to grade against; the first that has the KPI without it"))

    says = _("list the functions for cells, or install them")
    cells = titled(verbs.add_parser("functions", help=says, description=says, **settings))
    actions = cells.add_subparsers(title=_("Commands"), metavar="COMMAND", required=True, parser_class=Parser)
    verb("list", functions_commands.list_, _("list the functions with their arguments"), actions)
    put = verb("install", functions_commands.install, _("put the functions into a workbook"), actions)
    put.add_argument("file", type=Path, metavar="FILE", help=_("the workbook; an .xlsx stays as it is beside an .xlsm"))
    write = verb("export", functions_commands.export, _("write the modules for importing them by hand"), actions)
    write.add_argument("--out", type=Path, metavar="FOLDER", required=True, help=_("the folder to write them into"))
    for one in (put, write):
        one.add_argument("--vba", action="store_true", help=_("functions that compute in Excel alone"))
        one.add_argument("--udf", action="store_true", help=_("functions that call Python (Excel for Windows)"))

    says = _("say whether Excel, xlwings and Python fit together, and what to do")
    well = verb("doctor", service_commands.doctor, says)
    well.add_argument("file", nargs="?", type=Path, metavar="FILE", help=_("a workbook to look at, too"))
    return top


def _map_by_map(words: Iterable[str]) -> list[str]:
    """The same words with a ``--map`` before each of the pairs that follow one; likewise with ``--set``."""
    spread: list[str] = []
    option = None
    for word in words:
        if word in _WITH_PAIRS:
            option = word
        elif "=" not in word or word.startswith("-"):
            option = None
        elif option and spread[-1] != option:
            spread.append(option)
        spread.append(word)
    return spread


_WITH_PAIRS = ("--map", "--set")


def _option(words: Sequence[str], name: str) -> str | None:
    """The value of an option before anything is parsed, for what goes wrong while parsing."""
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
    return gettext.translation("kpixl", commands.LOCALES, languages=[code], fallback=True).gettext


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
