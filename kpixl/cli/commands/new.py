"""``kpixl new``: an empty workbook for a business."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from kpixl.cli.answer import BUSINESS, CURRENCY, NAME, PERIOD, asked_for
from kpixl.cli.command import Answer, Arguments, Command, Option
from kpixl.errors import N_, UsageError


class OneKindOfFunctions(UsageError):
    """``--vba`` with ``--macros``."""

    code = "one_kind_of_functions"
    template = N_(
        "--vba and --macros make functions of the same names, so that a workbook can only have one kind; leave one out."
    )


def new(arguments: Arguments) -> Answer:
    """Make the workbook, under a name of its own where none was given."""
    from kpixl.i18n import language
    from kpixl.verbs.new import file_of
    from kpixl.verbs.new import new as made

    setup, macros = asked_for(arguments), _macros(arguments)
    out = arguments.out or file_of(setup, Path(), macros)
    path = made(setup, out, now=arguments.now, macros=macros)
    data = {
        "path": str(path),
        "business": setup.business,
        "company": setup.company,
        "period": str(setup.period),
        "currency": setup.currency,
        "language": setup.language,
    }
    t = language(setup.language)
    ready = N_("{path} is ready: fill in its sheets in Excel, then run “kpixl refresh” on it.")
    return Answer(lambda: data, lambda: t(ready).format(path=path))


def _macros(arguments: Arguments) -> Literal["vba", "udf"] | None:
    """Which functions the new workbook is to have as macros."""
    if arguments.vba and arguments.macros:
        raise OneKindOfFunctions
    return "vba" if arguments.vba else "udf" if arguments.macros else None


COMMAND = Command(
    "new",
    N_("make an empty workbook for a business"),
    "begin",
    new,
    words=(BUSINESS,),
    options=(
        PERIOD,
        NAME,
        CURRENCY,
        Option(
            "--out",
            N_("the workbook to make; never overwrites one"),
            value="FILE",
            path=True,
            manual="the workbook to make; without it `NAME PERIOD.xlsx` in this folder, or `.xlsm` with macros. A file "
            "that exists is never overwritten",
        ),
        Option(
            "--vba",
            N_("an .xlsm with functions that compute in Excel alone"),
            manual="an `.xlsm` whose functions (`=KPI_CRR(650,200,500)`) are plain VBA: they compute in Excel 2016 and "
            "later, on Windows and Mac, without Python",
        ),
        Option(
            "--macros",
            N_("an .xlsm with buttons, and functions that call Python (Excel for Windows)"),
            manual="an `.xlsm` with buttons on the dashboard and a ribbon tab, and functions that call Python, through "
            "xlwings (Excel for Windows, with kpixl installed there)",
        ),
    ),
    manual="Makes an empty workbook for a business and a period. `kpixl kpis` lists the businesses.",
    after="""\
Without `--vba` or `--macros`, the functions are LAMBDA names, which only newer Excel computes. Excel blocks macros
in a file that came by mail or from the web, until its owner unblocks it (on Windows: right-click the file,
Properties, Unblock).

`--lang` is the language of the workbook, too. Language and currency stay as they are from then on.

```
$ kpixl new remote-va-agency --lang es --period 2026-10 --name TaskZenith
```""",
)
