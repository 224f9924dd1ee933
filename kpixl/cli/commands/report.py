"""``kpixl report``: the page to send to a partner."""

from __future__ import annotations

from typing import Any

from kpixl.cli import several
from kpixl.cli.answer import code_of
from kpixl.cli.command import Answer, Arguments, Command, Option
from kpixl.errors import N_, UsageError

YEAR_DIGITS = 4


class NoYear(UsageError):
    """Something that is no year, where one was asked for."""

    code = "no_year"
    template = N_("“{got}” is no year; write one like 2026.")


def one(arguments: Arguments) -> Answer:
    """A page or a PDF of a workbook, which is only read."""
    from kpixl.check.problem import counts_text, problem_count
    from kpixl.i18n import language
    from kpixl.verbs.report import report as written

    done = written(
        arguments.file,
        out=arguments.out,
        code=arguments.lang,
        names=arguments.names,
        year=_year(arguments.year),
        now=arguments.now,
    )
    t = language(arguments.lang or done.scorecard.entries.language)

    def data() -> dict[str, Any]:
        return {
            "path": str(done.path),
            "kind": done.kind,
            "kpis": len(done.scorecard.results),
            "problem_count": problem_count(done.problems),
        }

    def text() -> str:
        lines = [t(N_("The report is ready: {path}.")).format(path=done.path)]
        if done.problems:
            lines.append(counts_text(done.problems, t))
        return "\n".join(lines)

    return Answer(data, text, code_of(done.problems))


def _year(text: str | None) -> int | None:
    """The year that was typed; NoYear for anything else."""
    if text is None:
        return None
    if len(text) != YEAR_DIGITS or not (text.isascii() and text.isdecimal()):
        raise NoYear(got=text)
    return int(text)


VERB = several.Verb("report", one, out=".html")


def report(arguments: Arguments) -> Answer:
    """The page of one workbook, or of each of many."""
    return several.run(VERB, arguments)


COMMAND = Command(
    "report",
    N_("make a page or a PDF of a workbook, to send to a partner"),
    "month",
    report,
    words=(several.WORKBOOKS,),
    options=(
        Option(
            "--out",
            N_("the report to make, .html or .pdf; replaces an earlier report"),
            value="FILE",
            path=True,
            manual="the report, called something`.html` or something`.pdf`; without it the workbook's name with "
            "`.html`, in the same folder. An earlier report of that name is replaced; any other file is left alone. "
            "Of many workbooks it is a folder, in which the pages lie as the workbooks lie in theirs",
        ),
        Option(
            "--year",
            N_("the page of a whole year, such as 2026"),
            value="YEAR",
            manual="a page of that year instead: its periods side by side, what has moved for good, what was done and "
            "what came of it. Without `--out` it is called like the workbook with the year behind its name",
        ),
        Option(
            "--names",
            N_("show your clients by their names; without it by numbers"),
            manual="show your clients by their names. Without it they are Client 1, Client 2 and so on, the same ones "
            "throughout, since a report is made to be passed on",
        ),
        *several.SPREADING,
    ),
    manual="""\
Makes one page to send to a partner. It begins with how the period goes, what to do first (by whom and by when, as you
have typed it on the dashboard) and every KPI in a row, worst first; then the last twelve periods with what is usual of
them, and where the KPIs to act on are weak. Folded away behind that: each KPI in detail, the breakdown, the figures
behind it all and the benchmarks with their sources. On paper that is three pages, A4 or Letter; what you unfold before
printing comes behind them. The page runs no script, asks for nothing from the network, and reads well on a telephone
and on a dark screen. The workbook is only read, also while it is open in Excel; save it there first, so that the report
has what you see. `--lang` is the language of the report as well.

With `--year` the page is that of a whole year, from *Past periods* and this period: every KPI in each period with the
level that it had then, over the year where its figures add up (percentages are never averaged), and over the same
periods of the year before; which KPIs have moved for good, that is broken out of their usual range and stayed there;
and what you have marked as done on the dashboard, with what came of it. A period that is not over moves nothing.""",
    after="""\
A PDF is printed by Edge, Chrome or Chromium, which nearly every computer has, without a window; where there is
none, by WeasyPrint (`pip install "kpixl[pdf]"`). With `--json`: `path`, `kind` (`html` or `pdf`), the number of
`kpis`, and `problem_count`.

```
$ kpixl report "TaskZenith 2026-10.xlsx" --out "For Ana.pdf"
$ kpixl report "TaskZenith 2026-12.xlsx" --year 2026
```""",
)
