"""What is said of the columns and words of a file or sheet whose rows are to be taken, as options; and who is asked
whether kpixl has understood it."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from kpixl.cli import outside
from kpixl.cli.answer import NotAPair, pairs
from kpixl.cli.command import Arguments, Option
from kpixl.errors import N_, UnknownChoice
from kpixl.message import phrase

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from kpixl.cli.progress_bar import Progress
    from kpixl.imports import Said
    from kpixl.verbs.import_plan import Plan

FILLING = (
    Option(
        "--map",
        N_("which column of the file fills a field; several may follow one --map"),
        value="FIELD=COLUMN",
        pairs=True,
        manual="which column of the file fills which field of the table; `FIELD=` leaves a field without a column, "
        'and `--map client="First Name+Last Name"` joins two. Several pairs may follow one `--map`, and `--map` '
        "may come again",
    ),
    Option(
        "--set",
        N_("what a field is in every row, such as kind=additional"),
        value="FIELD=VALUE",
        pairs=True,
        manual="what a field is in every row, such as `--set kind=additional`",
    ),
    Option(
        "--only",
        N_("take only rows in which a column of the file holds one of these values"),
        value="COLUMN=VALUE",
        pairs=True,
        manual="take only the rows in which a column of the file holds one of some values, such as "
        "`--only Status=Completed,Paid`; `COLUMN=` takes all of them, and says that you have looked",
    ),
    Option(
        "--not",
        N_("leave out rows in which a column of the file holds one of these values"),
        value="COLUMN=VALUE",
        pairs=True,
        manual="leave out the rows in which a column of the file holds one of some values, such as "
        "`--not Type=Withdrawal,Fee`",
    ),
    Option(
        "--value",
        N_("what a word of the file stands for, such as status:Done=resolved"),
        value="FIELD:THEIRS=OURS",
        pairs=True,
        manual="what a word of the file stands for in a field, such as `--value status:Done=resolved`; with "
        "nothing behind `=` it leaves the cell blank",
    ),
    Option(
        "--dates",
        N_("how dates are written: dmy, mdy or ymd"),
        value="ORDER",
        manual="how dates are written where the file does not tell: `dmy` (day first), `mdy` (month first), `ymd`",
    ),
)
"""Which column fills which field, which rows count, what words mean, how dates are written."""


def said_in(arguments: Arguments, mapping: Mapping[str, str]) -> Said:
    """What was said of the file beside its columns."""
    from kpixl.imports import Filter, Said

    filters = [
        Filter(column, values, keeps)
        for words, keeps in ((arguments.only, True), (getattr(arguments, "not"), False))
        for column, values in pairs(words, "COLUMN=VALUE", may_be_blank=keeps).items()
    ]
    words: dict[str, dict[str, str]] = {}
    for name, ours in pairs(arguments.value, "FIELD:THEIRS=OURS", may_be_blank=True).items():
        field, colon, theirs = (part.strip() for part in name.partition(":"))
        if not colon:
            raise NotAPair(got=f"{name}={ours}", form="FIELD:THEIRS=OURS")
        words.setdefault(field, {})[theirs] = ours
    orders = {order.lower(): order.lower() for order in ("dmy", "mdy", "ymd")}
    order = (arguments.dates or "").lower()
    if order and order not in orders:
        raise UnknownChoice(got=arguments.dates, what=phrase(N_("order of dates")), allowed=", ".join(orders))
    left_out = frozenset(field for field, column in mapping.items() if not column)
    return Said(tuple(filters), words, order or None, {}, left_out)  # type: ignore[arg-type]


def agreement(arguments: Arguments, bar: Progress) -> Callable[[Plan], bool] | None:
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
    from kpixl.i18n import language
    from kpixl.texts.words import means_yes
    from kpixl.verbs.outcomes import offer_text

    t = language(code or plan.language)
    outside.say(offer_text(plan, t), sys.stdout)
    return means_yes(input(t(N_("Take the rows like this? yes/no: "))))
