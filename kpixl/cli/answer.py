"""What a command answers, and what several of them read from the words after them. Prints nothing."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from kpixl.cli.command import DONE, OWNER_NEEDED, Option, Word
from kpixl.errors import N_, UsageError
from kpixl.languages import default_language

if TYPE_CHECKING:
    from kpixl.check import Problem
    from kpixl.cli.command import Arguments
    from kpixl.entries import Setup
    from kpixl.i18n import Language

WORKBOOK = Word("file", "FILE", N_("the workbook"), path=True)

BUSINESS = Word("business", "BUSINESS", N_("the kind of business (“kpixl kpis” lists them), or a pack: MYPACK.yaml"))
PERIOD = Option("--period", N_("2026-10, 2026-Q4, 2026-W43 or 2026; this month without it"), value="PERIOD")
NAME = Option(
    "--name",
    N_("the company's name"),
    value="TEXT",
    manual="the company's name, as it stands on the sheets; the kind of business without it",
)
CURRENCY = Option(
    "--currency",
    N_("three letters; by the language without it"),
    value="EUR",
    manual="three letters; without it the one that goes with the language, such as USD with English",
)
"""What a workbook that is made is to be about."""


class NotAPair(UsageError):
    """``NAME=VALUE`` was expected."""

    code = "not_a_pair"
    template = N_("“{got}” is not of the form {form}; write it without spaces around the “=”.")


class GivenTwice(UsageError):
    """The same name before two ``=``."""

    code = "given_twice"
    template = N_("“{got}” is given twice; give it once.")


def asked_for(arguments: Arguments) -> Setup:
    """What the words say of the workbook to make, and what holds where they say nothing."""
    from kpixl.verbs.new import Wanted, set_up

    code = default_language(arguments.lang)
    wanted = Wanted(arguments.business, code, arguments.name, arguments.period, arguments.currency)
    return set_up(wanted, arguments.now.date())


def spoken(arguments: Arguments) -> Language:
    """The language asked for, else that of the workbook, else that of the system."""
    from kpixl.i18n import language
    from kpixl.workbook.read import language_in

    return language(arguments.lang or language_in(arguments.file) or default_language(None))


def pairs(words: Iterable[str], form: str, *, may_be_blank: bool = False) -> dict[str, str]:
    """``NAME=VALUE`` words as a mapping, names as they are written; ``form`` says how they are to be."""
    found: dict[str, str] = {}
    for word in words:
        name, equals, value = (part.strip() for part in word.partition("="))
        if not (name and equals and (value or may_be_blank)):
            raise NotAPair(got=word, form=form)
        if name.lower() in map(str.lower, found):
            raise GivenTwice(got=name)
        found[name] = value
    return found


def code_of(problems: Iterable[Problem]) -> int:
    """How a verb exits that has done its work: whether Check has errors for the owner."""
    return OWNER_NEEDED if any(problem.severity == "error" for problem in problems) else DONE
