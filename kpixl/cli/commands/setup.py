"""``kpixl setup``: all that is to be done once, without a question."""

from __future__ import annotations

from kpixl.cli import outside
from kpixl.cli.command import DONE, OWNER_NEEDED, Answer, Arguments, Command
from kpixl.errors import N_
from kpixl.languages import default_language


def setup(arguments: Arguments) -> Answer:
    """Install the add-in, make a sample workbook, and open it in Excel."""
    from kpixl.i18n import language
    from kpixl.texts.lines import path_json
    from kpixl.verbs.outcomes import ready_text
    from kpixl.verbs.setup import setup as done_once

    code = default_language(arguments.lang)
    ready, t = done_once(code=code, now=arguments.now), language(code)
    opened = ready.excel.level == "ok" and outside.open_file(ready.workbook)
    data = {
        "addin": path_json(ready.added.path if ready.added else None),
        "excel": ready.excel.level == "ok",
        "workbook": str(ready.workbook),
        "opened": opened,
        "problem": ready.hindrance.code if ready.hindrance else None,
    }
    well = ready.hindrance is None and ready.excel.level == "ok"
    return Answer(lambda: data, lambda: ready_text(ready, t, opened=opened), DONE if well else OWNER_NEEDED)


COMMAND = Command(
    "setup",
    N_("do all that is to be done once: the tab in Excel, and a sample workbook"),
    "begin",
    setup,
    manual="""\
The first minute, without a question: installs the add-in (see `addin install`), on a Mac with what Excel needs to
call Python, looks for Excel, makes a folder *kpixl* in your documents with a sample workbook, and opens that. What is
there already stays; run it again whenever you like. Exit code 1 where Excel is missing or still running.

With `--json`: `addin`, `excel`, `workbook`, `opened`, and `problem` (what kept the add-in from being installed).""",
)
