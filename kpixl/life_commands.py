"""The verbs that take a workbook through its life: import, roll, adopt, undo.

Everything heavy is imported inside the verbs, so that help and usage errors come at once. Prints nothing.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

from kpixl.commands import OWNER_NEEDED, Answer, asked_for, code_of, default_language, pairs
from kpixl.errors import N_

if TYPE_CHECKING:
    from argparse import Namespace
    from collections.abc import Callable

    from kpixl.i18n import Language
    from kpixl.importing import Plan
    from kpixl.progress import Progress


def import_(arguments: Namespace) -> Answer:
    """Rows of a file into an entry table."""
    from kpixl import present_import
    from kpixl.i18n import language
    from kpixl.importing import import_rows
    from kpixl.progress import Progress

    with Progress(language(default_language(arguments.lang))) as bar:
        outcome = import_rows(
            arguments.file,
            arguments.table,
            arguments.source,
            pairs(arguments.map, "FIELD=COLUMN"),
            constants=pairs(arguments.set, "FIELD=VALUE"),
            sheet=arguments.sheet,
            zone=arguments.zone,
            add_new=arguments.add_new,
            agree=_agreement(arguments, bar),
            progress=bar,
        )
    t = language(arguments.lang or outcome.plan.language)
    needed = outcome.written and outcome.plan.accepted.rejected
    return Answer(
        lambda: present_import.import_json(outcome, t),
        lambda: present_import.import_text(outcome, t),
        OWNER_NEEDED if needed else code_of(outcome.problems),
    )


def _agreement(arguments: Namespace, bar: Progress) -> Callable[[Plan], bool] | None:
    """Who decides whether the columns are right: nobody where they are only to be shown, the person at the terminal
    where kpixl has found them by itself."""
    if arguments.show:
        return lambda _plan: False
    if arguments.yes or arguments.json or not _at_a_terminal():
        return None

    def agreed(plan: Plan) -> bool:
        bar.hide()
        return not plan.guessed or _asked(plan, arguments.lang)

    return agreed


def _at_a_terminal() -> bool:
    return sys.stdin.isatty() and sys.stdout.isatty()


def _asked(plan: Plan, code: str | None) -> bool:
    from kpixl import present_import
    from kpixl.i18n import language

    t = language(code or plan.language)
    print(present_import.plan_text(plan, t), flush=True)
    return _means_yes(input(t(N_("Take the rows like this? yes/no: "))), t)


def _means_yes(answer: str, t: Language) -> bool:
    return answer.strip().casefold()[:1] in {"y", t(N_("yes")).casefold()[0]}


def roll(arguments: Namespace) -> Answer:
    """Close the period and make the next one's workbook."""
    from datetime import datetime

    from kpixl import present_life
    from kpixl.i18n import language
    from kpixl.roll import roll as rolled

    now = datetime.now()
    done = rolled(arguments.file, out=arguments.out, moment=now, today=now.date(), anyway=arguments.anyway)
    t = language(arguments.lang or done.scorecard.entries.language)
    return Answer(
        lambda: present_life.rolled_json(done),
        lambda: present_life.rolled_text(done, t),
        code_of(done.problems),
    )


def adopt(arguments: Namespace) -> Answer:
    """Add kpixl's sheets to a workbook of the owner's."""
    from kpixl import present_life
    from kpixl.adopt import adopt as adopted
    from kpixl.i18n import language

    asked = asked_for(arguments)
    done = adopted(
        arguments.file,
        asked.business,
        code=asked.code,
        period=asked.period,
        company=asked.company,
        currency=asked.currency,
        out=arguments.out,
    )
    t = language(asked.code)
    return Answer(lambda: present_life.adopted_json(done), lambda: present_life.adopted_text(done, t))


def undo(arguments: Namespace) -> Answer:
    """Put the last backup in place of the workbook."""
    from kpixl.i18n import language
    from kpixl.present_life import path_json
    from kpixl.workbook import files

    path = Path(arguments.file)
    backup, kept = files.undo(path)
    t = language(default_language(arguments.lang))

    def text() -> str:
        lines = [t(N_("{path} is again as it was in {backup}.")).format(path=path, backup=backup.name)]
        if kept:
            lines.append(t(N_("As it was before: {path}.")).format(path=kept))
        return "\n".join(lines)

    data = {"path": str(path), "restored": str(backup), "kept": path_json(kept)}
    return Answer(lambda: data, text)
