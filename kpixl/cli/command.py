"""A command as data: its words, its options, what it calls. Reads what was typed after it, and writes its help.

argparse reads; what was mistyped is found here, where it is known by what it is and not by the words of a library.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from textwrap import wrap
from typing import TYPE_CHECKING, Any, NamedTuple, NoReturn

from kpixl.errors import N_, UnknownChoice, UsageError
from kpixl.message import Translate, phrase

if TYPE_CHECKING:
    from argparse import ArgumentParser
    from datetime import datetime

DONE, OWNER_NEEDED = 0, 1

_WIDTH = 80
_HELP_COLUMN = 26
_HELP = ("-h", "--help")
_USAGE, _COMMANDS, _WORDS, _OPTIONS = N_("Usage: "), N_("Commands"), N_("What to name"), N_("Options")


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


class Answer(NamedTuple):
    """What a command has to say, made only when it is shown, and how it exits. No data and no text: all is said."""

    data: Callable[[], Any]
    text: Callable[[], str]
    code: int = DONE


class HelpAsked(Exception):
    """Help is wanted, and nothing else; ``text`` is it."""

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self.text = text


class Word(NamedTuple):
    """A word that a command takes by its place."""

    name: str
    shown: str
    says: str
    """One line of help, a msgid."""
    path: bool = False
    required: bool = True
    many: bool = False

    @property
    def usage(self) -> str:
        """How it stands in the usage line: ``FILE``, ``[BUSINESS]``, ``[MEASURE=NUMBER …]``."""
        shown = f"{self.shown} …" if self.many else self.shown
        return shown if self.required else f"[{shown}]"


class Option(NamedTuple):
    """An option: a switch, or with ``value`` one that something follows."""

    flag: str
    says: str
    """One line of help, a msgid."""
    value: str = ""
    path: bool = False
    required: bool = False
    repeated: bool = False
    """Whether it may come again; its values are a list."""
    pairs: bool = False
    """Whether several ``NAME=VALUE`` may follow it."""
    default: Path | None = None
    manual: str = ""
    """What the reference says of it, in Markdown; without, ``says``."""

    @property
    def name(self) -> str:
        """What its value is called: ``add_new``."""
        return self.flag.lstrip("-").replace("-", "_")

    @property
    def usage(self) -> str:
        """How it is written: ``--out FILE``."""
        return f"{self.flag} {self.value}".rstrip()


JSON = Option("--json", N_("answer for machines"))
LANG = Option("--lang", N_("the language of the answer, such as es"), value="LANG")
COMMON = (JSON, LANG)
"""What every command takes."""


class Arguments:
    """What was typed after a command, and ``now``, the moment at which it was called: no other clock is asked. Values
    are found by their names."""

    def __init__(self, now: datetime, values: Mapping[str, Any]) -> None:
        self.now = now
        self.values = values

    def __getattr__(self, name: str) -> Any:
        try:
            return self.values[name]
        except KeyError:
            raise AttributeError(name) from None


class Command(NamedTuple):
    """One command of the command line, or a family of them."""

    name: str
    says: str
    """One line of help, a msgid."""
    chapter: str
    """Under which heading of the help it stands: a key of ``CHAPTERS``; of one in a family, of no account."""
    run: Callable[[Arguments], Answer] | None = None
    """None for a family."""
    words: tuple[Word, ...] = ()
    options: tuple[Option, ...] = ()
    family: tuple[Any, ...] = ()
    """The commands of a family, as ``Command`` each."""
    manual: str = ""
    """What the reference says of it before its options, in Markdown."""
    after: str = ""
    """What the reference says behind its options."""

    @property
    def usage(self) -> tuple[str, ...]:
        """What may follow its name: ``FILE``, ``[--restate PERIOD]``."""
        if self.family:
            return "COMMAND", "…"
        flags = (o.usage if o.required else f"[{o.usage}]" for o in (*self.options, *COMMON))
        return (*(word.usage for word in self.words), *flags)


CHAPTERS = {
    "begin": N_("To begin"),
    "month": N_("Every month"),
    "know": N_("To look something up"),
}
"""The headings under which the commands stand in the help, in their order."""


def read(command: Command, typed: Sequence[str], now: datetime, _: Translate, prog: str = "kpixl") -> Arguments:
    """What was typed after the name of a command; HelpAsked, or a UsageError that says what is wrong."""
    prog = f"{prog} {command.name}"
    if _asks(typed):
        raise HelpAsked(help_of(command, _, prog))
    see = f"{prog} --help"
    options = (*command.options, *COMMON)
    for flag in (option.flag for option in options if not option.value):
        if any(word.startswith(f"{flag}=") for word in typed):
            raise NoValue(what=flag, help=see)
    reader = _reader(command.words, options, see)
    found, rest = reader.parse_known_intermixed_args(list(_spread(typed, options)))
    values = vars(found)
    if rest:
        raise UnknownWord(what=" ".join(rest), help="kpixl --help")
    for option in options:
        given = values[option.name] if option.repeated else [values[option.name]]
        if _NOTHING in given:
            raise ValueMissing(what=option.flag, help=see)
    required = [word for word in command.words if word.required]
    missing = [word.shown for word in required if not values[word.name]]
    missing += [option.flag for option in options if option.required and values[option.name] is None]
    if missing:
        raise ArgumentsMissing(what=", ".join(missing), help=see)
    return Arguments(now, values)


def chosen(commands: Sequence[str], typed: Sequence[str], prog: str = "kpixl") -> tuple[str, Sequence[str]]:
    """The name of the command that was typed, and what follows it; ArgumentsMissing or UnknownChoice without one,
    UnknownWord for options before it."""
    name = next((word for word in typed if not word.startswith("-")), None)
    if name is None:
        raise ArgumentsMissing(what="COMMAND", help=f"{prog} --help")
    if name not in commands:
        raise UnknownChoice(got=name, what=phrase(N_("command")), allowed=", ".join(commands))
    if typed[0] != name:
        raise UnknownWord(what=typed[0], help=f"{prog} --help")
    return name, typed[1:]


class _Nothing:
    """An option without its value."""


_NOTHING = _Nothing()


def _reader(words: Iterable[Word], options: Iterable[Option], see: str) -> ArgumentParser:
    import argparse

    class Reader(argparse.ArgumentParser):
        def error(self, message: str) -> NoReturn:
            """Nothing is left that argparse would complain of; should it, then in its words."""
            raise Unreadable(what=message, help=see)

    reader = Reader(add_help=False, allow_abbrev=False)
    for word in words:
        reader.add_argument(word.name, nargs="*" if word.many else "?", type=Path if word.path else str)
    for option in options:
        if not option.value:
            reader.add_argument(option.flag, action="store_true")
            continue
        reader.add_argument(
            option.flag,
            action="append" if option.repeated or option.pairs else "store",
            nargs="?",
            const=_NOTHING,
            type=Path if option.path else str,
            default=[] if option.repeated or option.pairs else option.default,
        )
    return reader


def _spread(typed: Iterable[str], options: Iterable[Option]) -> Iterator[str]:
    """The same words with the option before each of the pairs that follow it."""
    with_pairs = {option.flag for option in options if option.pairs}
    option, last = None, None
    for word in typed:
        if word in with_pairs:
            option = word
        elif "=" not in word or word.startswith("-"):
            option = None
        elif option and last != option:
            yield option
        yield word
        last = word


def _asks(typed: Iterable[str]) -> bool:
    return any(word in _HELP for word in typed)


# Help


def help_of(command: Command, _: Translate, prog: str) -> str:
    """The help of one command, or of a family."""
    lines = [*_usage(command, _, prog), "", *wrap(_(command.says), _WIDTH), ""]
    if command.family:
        lines += [f"{_(_COMMANDS)}:", *_rows(((one.name, one.says) for one in command.family), _), ""]
    if command.words:
        lines += [f"{_(_WORDS)}:", *_rows(((word.shown, word.says) for word in command.words), _), ""]
    options = [] if command.family else [(option.usage, option.says) for option in (*command.options, *COMMON)]
    lines += [f"{_(_OPTIONS)}:", *_rows([*options, (", ".join(_HELP), N_("show this help and stop"))], _)]
    return "\n".join(lines)


def first_steps(_: Translate) -> str:
    """The three things that one can do next."""
    steps = [
        ("kpixl setup", N_("put kpixl into Excel, and open a sample workbook")),
        ("kpixl new BUSINESS", N_("make a workbook of your own; “kpixl kpis” lists the businesses")),
        ("kpixl --help", N_("see everything that kpixl does")),
    ]
    about = N_("Monthly KPI workbooks for owners of small service businesses.")
    return "\n".join([*wrap(_(about), _WIDTH), "", *_rows(steps, _)])


def help_of_all(commands: Iterable[Command], _: Translate) -> str:
    """The help of kpixl: its commands by chapters."""
    usage, about = _(_USAGE), N_("Monthly KPI workbooks for owners of small service businesses.")
    lines = [f"{usage}kpixl COMMAND …", "", *wrap(_(about), _WIDTH), ""]
    by_chapter: dict[str, list[Command]] = {chapter: [] for chapter in CHAPTERS}
    for command in commands:
        by_chapter[command.chapter].append(command)
    for chapter, found in by_chapter.items():
        rows = sorted((command.name, command.says) for command in found)
        lines += [f"{_(CHAPTERS[chapter])}:", *_rows(rows, _), ""]
    options = [(", ".join(_HELP), N_("show this help and stop")), ("--version", N_("show the version and stop"))]
    return "\n".join([*lines, f"{_(_OPTIONS)}:", *_rows(options, _)])


def _usage(command: Command, _: Translate, prog: str) -> list[str]:
    """The usage line, folded between options and never within one."""
    head = _(_USAGE)
    lines = [f"{head}{prog}"]
    for part in command.usage:
        if len(lines[-1]) + 1 + len(part) > _WIDTH:
            lines.append(" " * (len(head) - 1))
        lines[-1] += f" {part}"
    return lines


def _rows(rows: Iterable[tuple[str, str]], _: Translate) -> list[str]:
    lines = []
    for left, says in rows:
        texts = wrap(_(says), _WIDTH - _HELP_COLUMN)
        head = f"  {left}".ljust(_HELP_COLUMN)
        if len(head) > _HELP_COLUMN or head[-1] != " ":
            lines.append(head.rstrip())
            head = " " * _HELP_COLUMN
        lines += [f"{head}{texts[0]}", *(" " * _HELP_COLUMN + text for text in texts[1:])]
    return lines
