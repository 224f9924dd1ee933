"""``kpixl demo``: sample workbooks, filled in and refreshed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from kpixl.cli.command import Answer, Arguments, Command, Option, Word
from kpixl.errors import N_
from kpixl.languages import default_language


def demo(arguments: Arguments) -> Answer:
    """What is wrong in sample data needs nobody: always done."""
    from kpixl.cli.progress_bar import Progress
    from kpixl.cli.scorecard import in_colour, language_of, outcome_json, scorecard_text
    from kpixl.i18n import language
    from kpixl.verbs.demo import demo as made
    from kpixl.verbs.demo import demo_of

    code = default_language(arguments.lang)
    t = language(code)
    with Progress(t) as bar:
        outcomes = (
            (demo_of(arguments.pack, arguments.out, code=code, now=arguments.now),)
            if arguments.pack
            else made(arguments.out, now=arguments.now, progress=bar)
        )

    def text() -> str:
        cards = (
            scorecard_text(o.scorecard, o.problems, language_of(o, arguments.lang), colour=in_colour())
            for o in outcomes
        )
        reports = [f"  {o.report}" for o in outcomes if o.report]
        files = [t(N_("Sample workbooks, filled in and refreshed:")), *(f"  {o.path}" for o in outcomes)]
        lists = [*(["\n".join([t(N_("Their reports:")), *reports])] if reports else []), "\n".join(files)]
        return "\n\n".join([*cards, *lists])

    def data() -> dict[str, Any]:
        reports = ({"report": str(o.report) if o.report else None} for o in outcomes)
        return {"workbooks": [outcome_json(o, t) | report for o, report in zip(outcomes, reports, strict=True)]}

    return Answer(data, text)


COMMAND = Command(
    "demo",
    N_("make sample workbooks, filled in and refreshed"),
    "begin",
    demo,
    words=(Word("pack", "MYPACK.yaml", N_("only a workbook of this pack"), path=True, required=False),),
    options=(
        Option(
            "--out",
            N_("the folder to put them in: workbooks"),
            value="DIR",
            path=True,
            default=Path("workbooks"),
            manual="the folder for them, `workbooks` without it; earlier samples there are replaced",
        ),
    ),
    manual="""\
Makes sample workbooks, filled in and refreshed, to look at, and the report of each beside it. Of a pack
(`kpixl demo MYPACK.yaml`) it makes one, in the language of `--lang`, with rows made up from the types of its fields and
the hints in `demo`.""",
    after="With `--json`: `workbooks`, each as `results` answers, with `report`.",
)
