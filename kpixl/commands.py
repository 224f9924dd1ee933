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
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from kpixl.errors import N_, Phrase, UnknownChoice, UsageError

if TYPE_CHECKING:
    from kpixl.check import Problem
    from kpixl.i18n import Language
    from kpixl.period import Period
    from kpixl.roll import Restated
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


class IntoWhat(UsageError):
    """``--into`` without ``--restate``."""

    code = "into_what"
    template = N_("--into takes over a closed period; say which one with --restate, such as --restate 2026-08.")


class OneKindOfFunctions(UsageError):
    """``--vba`` with ``--macros``."""

    code = "one_kind_of_functions"
    template = N_(
        "--vba and --macros make functions of the same names, so that a workbook can only have one kind; leave one out."
    )


class Answer(NamedTuple):
    """What a verb has to say, made only when it is shown, and how it exits. No data and no text: all has been said."""

    data: Callable[[], Any]
    text: Callable[[], str]
    code: int = DONE


def demo(arguments: Namespace) -> Answer:
    """Sample workbooks, filled in and refreshed. What is wrong in sample data needs nobody: always done."""
    from kpixl import present, verbs
    from kpixl.i18n import language
    from kpixl.progress import Progress

    t = language(default_language(arguments.lang))
    with Progress(t) as bar:
        outcomes = verbs.demo(arguments.out, progress=bar)

    def text() -> str:
        cards = (
            present.scorecard_text(o.scorecard, o.problems, _language_of(o, arguments.lang), colour=_in_colour())
            for o in outcomes
        )
        reports = [f"  {o.report}" for o in outcomes if o.report]
        files = [t(N_("Sample workbooks, filled in and refreshed:")), *(f"  {o.path}" for o in outcomes)]
        lists = [*(["\n".join([t(N_("Their reports:")), *reports])] if reports else []), "\n".join(files)]
        return "\n\n".join([*cards, *lists])

    def data() -> dict[str, Any]:
        reports = ({"report": str(o.report) if o.report else None} for o in outcomes)
        return {"workbooks": [_outcome_json(o, t) | report for o, report in zip(outcomes, reports, strict=True)]}

    return Answer(data, text)


def new(arguments: Namespace) -> Answer:
    """An empty workbook for a business."""
    from kpixl import verbs
    from kpixl.i18n import language

    asked, macros = asked_for(arguments), _macros(arguments)
    name = f"{asked.company} {asked.period}{verbs.ENDINGS[macros]}"
    path = verbs.new(
        asked.business,
        language=asked.code,
        period=asked.period,
        company=asked.company,
        currency=asked.currency,
        out=arguments.out or Path(_FORBIDDEN_IN_NAMES.sub("-", name)),
        macros=macros,
    )
    data = {
        "path": str(path),
        "business": asked.business,
        "company": asked.company,
        "period": str(asked.period),
        "currency": asked.currency,
        "language": asked.code,
    }
    ready, t = N_("{path} is ready: fill in its sheets in Excel, then run “kpixl refresh” on it."), language(asked.code)
    return Answer(lambda: data, lambda: t(ready).format(path=path))


class Asked(NamedTuple):
    """What a workbook is to be about; ``code`` is its language."""

    business: str
    code: str
    period: Period
    company: str
    currency: str


def asked_for(arguments: Namespace) -> Asked:
    """What the words say of the workbook to make, and what holds where they say nothing."""
    from datetime import date

    from kpixl.catalog import business
    from kpixl.i18n import language
    from kpixl.period import Kind, Period

    code = default_language(arguments.lang)
    t = language(code)
    chosen = business(arguments.business)
    period = Period.parse(arguments.period) if arguments.period else Period.containing(Kind.MONTH, date.today())
    company = (arguments.name or t(chosen.name)).strip()
    return Asked(chosen.id, code, period, company, currency_of(arguments.currency, code))


def _macros(arguments: Namespace) -> Literal["vba", "udf"] | None:
    """Which functions the new workbook is to have as macros."""
    if arguments.vba and arguments.macros:
        raise OneKindOfFunctions
    return "vba" if arguments.vba else "udf" if arguments.macros else None


def refresh(arguments: Namespace) -> Answer:
    """Compute, grade, write back; a closed period too, where it is named."""
    from kpixl import present, present_life, verbs

    restated = _restated(arguments)
    if restated is None:
        outcome = verbs.refresh(arguments.file)
    else:
        outcome = verbs.Outcome(restated.path, restated.scorecard, restated.problems, restated.backup, written=True)
    t = _language_of(outcome, arguments.lang)

    def data() -> Any:
        return _outcome_json(outcome, t) | (present_life.restated_json(restated) if restated else {})

    def text() -> str:
        lines = [present.scorecard_text(outcome.scorecard, outcome.problems, t, colour=_in_colour())]
        lines.append(t(N_("Written to {path}.")).format(path=outcome.path))
        if outcome.backup:
            lines.append(t(N_("As it was before: {path}.")).format(path=outcome.backup))
        if restated:
            lines.append(present_life.restated_text(restated, t))
        return "\n".join(lines)

    return Answer(data, text, code_of(outcome.problems))


def _restated(arguments: Namespace) -> Restated | None:
    """What came of the closed period that was named; None where none was."""
    from datetime import datetime

    from kpixl.period import Period
    from kpixl.roll import restate

    if arguments.restate is None:
        if arguments.into:
            raise IntoWhat
        return None
    return restate(arguments.file, Period.parse(arguments.restate), arguments.into, moment=datetime.now())


def results(arguments: Namespace) -> Answer:
    """The scorecard, without writing."""
    from kpixl import present, verbs

    outcome = verbs.results(arguments.file)
    t = _language_of(outcome, arguments.lang)
    return Answer(
        lambda: _outcome_json(outcome, t),
        lambda: present.scorecard_text(outcome.scorecard, outcome.problems, t, colour=_in_colour()),
        code_of(outcome.problems),
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
        code_of(outcome.problems),
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

    written = pairs(arguments.numbers, "MEASURE=NUMBER")
    numbers = {name: number_of(text, name) for name, text in written.items()}
    result = calculated(arguments.kpi, numbers, arguments.business)
    t = language(default_language(arguments.lang))
    return Answer(lambda: present.result_json(result, t), lambda: present.calc_text(result, t))


def pairs(words: Iterable[str], form: str) -> dict[str, str]:
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


def currency_of(asked: str | None, code: str) -> str:
    """The currency asked for; without one, the one that fits the language. UnknownChoice for none."""
    from babel.numbers import is_currency

    asked = asked or _CURRENCIES.get(code, "EUR")
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


def code_of(problems: Iterable[Problem]) -> int:
    """How a verb exits that has done its work: whether Check has errors for the owner."""
    return OWNER_NEEDED if any(problem.severity == "error" for problem in problems) else DONE


def _in_colour() -> bool:
    plain = "NO_COLOR" in os.environ or os.environ.get("TERM") == "dumb"
    old_console = sys.platform == "win32" and "WT_SESSION" not in os.environ
    return sys.stdout.isatty() and not plain and not old_console
