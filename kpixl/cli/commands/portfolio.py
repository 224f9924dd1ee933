"""``kpixl portfolio``: many workbooks beside one another, in a workbook, on a page, in tables."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from kpixl.cli import several
from kpixl.cli.command import DONE, OWNER_NEEDED, Answer, Arguments, Command, Option, Word
from kpixl.errors import N_
from kpixl.languages import default_language

if TYPE_CHECKING:
    from kpixl.i18n import Language
    from kpixl.verbs.portfolio import Gathered

USUAL = "portfolio.xlsx"


def portfolio(arguments: Arguments) -> Answer:
    """Read every workbook, write none of them, and make what is wanted of all."""
    from kpixl.cli.progress_bar import Progress
    from kpixl.i18n import language
    from kpixl.verbs.folders import workbooks
    from kpixl.verbs.kept_answers import usual_folder
    from kpixl.verbs.portfolio import Only, Targets, ensure_possible, gather, write

    t = language(default_language(arguments.lang))
    outs = tuple(map(Path, arguments.out))
    if not (outs or arguments.parquet or arguments.duckdb):
        outs = (Path(USUAL),)
    targets = Targets(outs, arguments.parquet, arguments.duckdb)
    ensure_possible(targets)
    how, found = several.spread_of(arguments), workbooks(arguments.files)
    only = Only(tuple(arguments.business), tuple(arguments.owner), tuple(arguments.region))
    cache = (arguments.cache or usual_folder()).absolute()
    with Progress() as bar:
        gathered = gather(found.found, how, now=arguments.now, cache=cache, only=only, progress=bar)
    made = write(gathered, targets, t, now=arguments.now)
    needed = gathered.failed or any(one.problems.get("error") for one in gathered.members)
    return Answer(lambda: _data(gathered, made), lambda: _text(gathered, made, t), OWNER_NEEDED if needed else DONE)


def _data(gathered: Gathered, made: list[Path]) -> dict[str, Any]:
    members = gathered.members
    return {
        "made": [str(path) for path in made],
        "workbooks": len(members),
        "unchanged": gathered.unchanged,
        "with_errors": [one.place for one in members if one.problems.get("error")],
        "missing_periods": {one.place: list(one.missing) for one in members if one.missing},
        "failed": [{"path": one.place, "error": {"code": one.code, "message": one.message}} for one in gathered.failed],
    }


def _text(gathered: Gathered, made: list[Path], t: Language) -> str:
    lines = [f"{one.place}: {one.message}" for one in gathered.failed]
    errors = t(N_("{path}: errors in Check: {count}"))
    found = ((one.place, one.problems.get("error", 0)) for one in gathered.members)
    lines += [errors.format(path=place, count=count) for place, count in found if count]
    lines.append(
        t(N_("Workbooks in the portfolio: {count}; unchanged since the last time: {unchanged}.")).format(
            count=len(gathered.members), unchanged=gathered.unchanged
        )
    )
    return "\n".join([*lines, *(t(N_("Written to {path}.")).format(path=path) for path in made)])


COMMAND = Command(
    "portfolio",
    N_("show many workbooks beside one another: who stands out, who needs somebody"),
    "know",
    portfolio,
    words=(Word("files", "FOLDER", N_("folders with workbooks, or the workbooks themselves"), many=True),),
    options=(
        Option(
            "--out",
            N_("what to make: something.xlsx, something.html or something.pdf"),
            value="FILE",
            repeated=True,
            manual="what to make, by its ending: a workbook (`.xlsx`), a page (`.html`) or a PDF; may be given several "
            "times. An earlier portfolio of that name is replaced; any other file is left alone. Without any of these "
            "three options it is `portfolio.xlsx` in the current folder",
        ),
        Option(
            "--parquet",
            N_("a folder for the tables as Parquet files"),
            value="FOLDER",
            path=True,
            manual="a folder for the tables behind it as Parquet files; see [portfolio.md](portfolio.md)",
        ),
        Option(
            "--duckdb",
            N_("a DuckDB database with the same tables"),
            value="FILE",
            path=True,
            manual="a DuckDB database with the same tables, in the schema `kpixl`",
        ),
        Option("--business", N_("only this kind of business"), value="BUSINESS", repeated=True),
        Option("--owner", N_("only this owner’s"), value="NAME", repeated=True),
        Option("--region", N_("only of this region"), value="NAME", repeated=True),
        *several.SPREADING,
    ),
    manual="""\
Puts many workbooks beside one another, without writing to any of them. The workbook that it makes has an overview (each
KPI’s quartiles in the group beside the published benchmark, and how many reached which level), a heat map with a link
to each file, a ranking by whichever KPI is picked, trends of the same workbooks over the periods that they share,
signals and outliers, open actions, and what is wrong: errors in Check, missing periods, files that could not be read.
Overview and ranking are formulas, which follow the kind of business, region and owner that are picked on the overview;
with more than 2,000 workbooks they are values.

Region and owner are the workbook’s document properties `Region` and `Owner` (in Excel: File, Info, Properties,
Advanced Properties, Custom), else the first and the second folder in which it lies below the one that is named.
Workbooks are held against one another only where their figures mean the same: one kind of business, one length of
period, and for money one currency.""",
    after="""\
Exits with 1 where a workbook could not be read or has errors in Check; the portfolio is made of the others. With
`--json`: what was `made`, how many `workbooks` and of them `unchanged`, those `with_errors`, `missing_periods` by
workbook, and `failed` with the `path` and `error` of each.

```
$ kpixl portfolio Clients --out portfolio.xlsx --out portfolio.pdf
$ kpixl portfolio s3://bucket/clients --region North --duckdb portfolio.duckdb
```""",
)
