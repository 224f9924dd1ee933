"""``kpixl adopt``: adds kpixl's sheets to a workbook of the owner's."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kpixl.cli.answer import BUSINESS, CURRENCY, NAME, PERIOD, asked_for
from kpixl.cli.command import Answer, Arguments, Command, Option, Word
from kpixl.errors import N_

if TYPE_CHECKING:
    from kpixl.texts.lines import Json
    from kpixl.verbs.adopt import Adopted


def adopt(arguments: Arguments) -> Answer:
    """Add kpixl's sheets behind hers."""
    from kpixl.i18n import language
    from kpixl.verbs.adopt import adopt as adopted
    from kpixl.verbs.outcomes import adopted_text

    setup = asked_for(arguments)
    done = adopted(arguments.file, setup, now=arguments.now, out=arguments.out)
    t = language(setup.language)
    return Answer(lambda: adopted_json(done), lambda: adopted_text(done, t))


def adopted_json(adopted: Adopted) -> Json:
    """A workbook of the owner's with kpixl's sheets."""
    from kpixl.texts.lines import path_json

    return {
        "path": str(adopted.path),
        "backup": path_json(adopted.backup),
        "sheets": list(adopted.sheets),
        "renamed": dict(adopted.renamed),
        "proposals": [{"sheet": one.sheet, "table": one.table, "rows": one.rows} for one in adopted.proposals],
    }


COMMAND = Command(
    "adopt",
    N_("add kpixl's sheets to a workbook of your own"),
    "begin",
    adopt,
    words=(Word("file", "FILE", N_("your workbook"), path=True), BUSINESS),
    options=(
        PERIOD,
        NAME,
        CURRENCY,
        Option(
            "--out",
            N_("leave your workbook as it is and make this one; never overwrites one"),
            value="FILE",
            path=True,
            manual="leave your workbook as it is and make this one. Without it your workbook is changed, and kept as a "
            "backup",
        ),
    ),
    manual="""\
Adds kpixl's sheets to a workbook that you already have, behind yours. Your sheets, pictures, pivots and macros keep
their bytes; the list of sheets, the list of formats and the list of names only grow. From then on `refresh`,
`import`, `roll` and the others work on it. Of your sheets that look like one of kpixl's it says how to take their
rows in; `--backfill` takes earlier months as well. `--lang` is the language of the sheets, too.""",
    after="""\
Where you have a sheet of the same name, kpixl's gets ` (kpixl)` behind it; where you have a table or a name of the
same name (`revenue`), kpixl's is called `kpixl_revenue` in formulas. With `--json`: `path`, `backup`, `sheets`,
`renamed` and `proposals` (`sheet`, `table`, `rows`).""",
)
