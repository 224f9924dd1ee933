"""The verbs of the command line: each calls one library function and says how its answer is shown.

Everything heavy is imported inside the verbs, so that help and usage errors come at once. Prints nothing.
"""

from __future__ import annotations

import os
import re
import sys
from argparse import Namespace
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from kpixl.errors import N_, Phrase, UnknownChoice, UsageError

if TYPE_CHECKING:
    from kpixl.check import Problem
    from kpixl.i18n import Language
    from kpixl.verbs import Outcome

DONE, OWNER_NEEDED = 0, 1
LOCALES = Path(__file__).with_name("locale")

_CURRENCIES = {"en": "USD", "pt": "BRL", "ro": "RON"}
_FORBIDDEN_IN_NAMES = re.compile(r'[<>:"/\\|?*\x00-\x1f]')


class NotAPair(UsageError):
    """``NAME=VALUE`` was expected."""

    code = "not_a_pair"
    template = N_("“{got}” is not of the form {form}; write it without spaces around the “=”.")


class GivenTwice(UsageError):
    """The same name before two ``=``."""

    code = "given_twice"
    template = N_("“{got}” is given twice; give it once.")


class Answer(NamedTuple):
    """What a verb has to say, made only when it is shown, and how it exits."""

    data: Callable[[], Any]
    text: Callable[[], str]
    code: int = DONE


def demo(arguments: Namespace) -> Answer:
    """Sample workbooks, filled in and refreshed. What is wrong in sample data needs nobody: always done."""
    from kpixl import present, verbs
    from kpixl.i18n import language

    outcomes = verbs.demo(arguments.out)
    t = language(default_language(arguments.lang))

    def text() -> str:
        cards = (
            present.scorecard_text(o.scorecard, o.problems, _language_of(o, arguments.lang), colour=_in_colour())
            for o in outcomes
        )
        files = [t(N_("Sample workbooks, filled in and refreshed:")), *(f"  {o.path}" for o in outcomes)]
        return "\n\n".join([*cards, "\n".join(files)])

    return Answer(lambda: {"workbooks": [_outcome_json(outcome, t) for outcome in outcomes]}, text)


def new(arguments: Namespace) -> Answer:
    """An empty workbook for a business."""
    from datetime import date

    from kpixl import verbs
    from kpixl.catalog import business
    from kpixl.i18n import language
    from kpixl.period import Kind, Period

    code = default_language(arguments.lang)
    t = language(code)
    chosen = business(arguments.business)
    asked = arguments.period
    period = Period.parse(asked) if asked else Period.containing(Kind.MONTH, date.today())
    company = (arguments.name or t(chosen.name)).strip()
    currency = _currency(arguments.currency or _CURRENCIES.get(code, "EUR"))
    out = arguments.out or Path(_FORBIDDEN_IN_NAMES.sub("-", f"{company} {period}.xlsx"))
    path = verbs.new(chosen.id, language=code, period=period, company=company, currency=currency, out=out)
    data = {
        "path": str(path),
        "business": chosen.id,
        "company": company,
        "period": str(period),
        "currency": currency,
        "language": code,
    }
    ready = N_("{path} is ready: fill in its sheets in Excel, then run “kpixl refresh” on it.")
    return Answer(lambda: data, lambda: t(ready).format(path=path))


def refresh(arguments: Namespace) -> Answer:
    """Compute, grade, write back."""
    from kpixl import present, verbs

    outcome = verbs.refresh(arguments.file)
    t = _language_of(outcome, arguments.lang)

    def text() -> str:
        lines = [present.scorecard_text(outcome.scorecard, outcome.problems, t, colour=_in_colour())]
        lines.append(t(N_("Written to {path}.")).format(path=outcome.path))
        if outcome.backup:
            lines.append(t(N_("As it was before: {path}.")).format(path=outcome.backup))
        return "\n".join(lines)

    return Answer(lambda: _outcome_json(outcome, t), text, _code(outcome.problems))


def results(arguments: Namespace) -> Answer:
    """The scorecard, without writing."""
    from kpixl import present, verbs

    outcome = verbs.results(arguments.file)
    t = _language_of(outcome, arguments.lang)
    return Answer(
        lambda: _outcome_json(outcome, t),
        lambda: present.scorecard_text(outcome.scorecard, outcome.problems, t, colour=_in_colour()),
        _code(outcome.problems),
    )


def check(arguments: Namespace) -> Answer:
    """Every problem of a workbook."""
    from kpixl import present, verbs

    outcome = verbs.results(arguments.file)
    t = _language_of(outcome, arguments.lang)
    return Answer(
        lambda: {
            "path": str(outcome.path),
            "problems": [present.problem_json(problem, t) for problem in outcome.problems],
            "problem_count": present.problem_count(outcome.problems),
        },
        lambda: present.problems_text(outcome.problems, t),
        _code(outcome.problems),
    )


def import_(arguments: Namespace) -> Answer:
    """Rows from a CSV file into an entry table."""
    from kpixl import present, verbs
    from kpixl.i18n import language

    mapping = _pairs(arguments.map, "FIELD=COLUMN")
    outcome = verbs.import_rows(arguments.file, arguments.table, arguments.source, mapping, add_new=arguments.add_new)
    t = language(arguments.lang or outcome.language)
    return Answer(
        lambda: present.import_json(outcome, t),
        lambda: present.import_text(outcome, t),
        OWNER_NEEDED if outcome.rejected else _code(outcome.problems),
    )


def kpis(arguments: Namespace) -> Answer:
    """The catalogue."""
    from kpixl import present
    from kpixl.catalog import business, businesses
    from kpixl.i18n import language

    chosen = (business(arguments.business),) if arguments.business else businesses()
    t = language(default_language(arguments.lang))
    return Answer(
        lambda: {"businesses": [present.kpis_json(one, t) for one in chosen]},
        lambda: "\n\n".join(present.kpis_text(one, t) for one in chosen),
    )


def calc(arguments: Namespace) -> Answer:
    """One KPI from numbers."""
    from kpixl import present
    from kpixl.calc import calc as calculated
    from kpixl.calc import number_of
    from kpixl.i18n import language

    written = _pairs(arguments.numbers, "MEASURE=NUMBER")
    numbers = {name: number_of(text, name) for name, text in written.items()}
    result = calculated(arguments.kpi, numbers, arguments.business)
    t = language(default_language(arguments.lang))
    return Answer(lambda: present.result_json(result, t), lambda: present.calc_text(result, t))


def _pairs(words: Iterable[str], form: str) -> dict[str, str]:
    """``NAME=VALUE`` words as a mapping, names in small letters; ``form`` says how they are written."""
    found: dict[str, str] = {}
    for word in words:
        name, _equals, value = (part.strip() for part in word.partition("="))
        if not (name and value):
            raise NotAPair(got=word, form=form)
        if name.lower() in found:
            raise GivenTwice(got=name)
        found[name.lower()] = value
    return found


def _currency(asked: str) -> str:
    from babel.numbers import is_currency

    if not is_currency(asked.upper()):
        raise UnknownChoice(got=asked, what=Phrase(N_("currency")), allowed="EUR, USD, GBP, RON, BRL, MXN, …")
    return asked.upper()


def default_language(asked: str | None) -> str:
    """The language asked for, else that of KPIXL_LANG or the system where kpixl speaks it, else English."""
    if asked:
        return asked
    spoken = (code for code in (_code_of(os.environ.get("KPIXL_LANG")), _system_language()) if _speaks(code))
    return next(spoken, "en")


def _system_language() -> str:
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        if os.environ.get(name):
            return _code_of(os.environ[name])
    if sys.platform == "win32":
        import ctypes
        import locale

        return _code_of(locale.windows_locale.get(ctypes.windll.kernel32.GetUserDefaultUILanguage()))
    return ""


def _code_of(name: str | None) -> str:
    """``es`` of ``es_MX.UTF-8``."""
    return re.split(r"[_.@-]", name or "")[0].lower()


def _speaks(code: str) -> bool:
    return code == "en" or (code.isalpha() and (LOCALES / code / "LC_MESSAGES" / "kpixl.mo").is_file())


def _language_of(outcome: Outcome, asked: str | None) -> Language:
    from kpixl.i18n import language

    return language(asked or outcome.scorecard.entries.language)


def _outcome_json(outcome: Outcome, t: Language) -> dict[str, Any]:
    from kpixl.present import scorecard_json

    return {
        "path": str(outcome.path),
        **scorecard_json(outcome.scorecard, t, outcome.problems),
        "written": outcome.written,
        "backup": str(outcome.backup) if outcome.backup else None,
    }


def _code(problems: Iterable[Problem]) -> int:
    return OWNER_NEEDED if any(problem.severity == "error" for problem in problems) else DONE


def _in_colour() -> bool:
    plain = "NO_COLOR" in os.environ or os.environ.get("TERM") == "dumb"
    old_console = sys.platform == "win32" and "WT_SESSION" not in os.environ
    return sys.stdout.isatty() and not plain and not old_console
