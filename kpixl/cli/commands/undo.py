"""``kpixl undo``: puts the last backup in place of a workbook."""

from __future__ import annotations

from kpixl.cli.answer import WORKBOOK
from kpixl.cli.command import Answer, Arguments, Command
from kpixl.errors import N_
from kpixl.languages import default_language


def undo(arguments: Arguments) -> Answer:
    """Put the last backup in place of the workbook."""
    from kpixl import files
    from kpixl.i18n import language
    from kpixl.texts.lines import path_json

    path = arguments.file
    backup, kept = files.undo(path, arguments.now)
    t = language(default_language(arguments.lang))

    def text() -> str:
        lines = [t(N_("{path} is again as it was in {backup}.")).format(path=path, backup=backup.name)]
        if kept:
            lines.append(t(N_("As it was before: {path}.")).format(path=kept))
        return "\n".join(lines)

    data = {"path": str(path), "restored": str(backup), "kept": path_json(kept)}
    return Answer(lambda: data, text)


COMMAND = Command(
    "undo",
    N_("put the last backup in place of a workbook"),
    "month",
    undo,
    words=(WORKBOOK,),
    manual="""\
Puts the last backup in the place of the workbook. Every command that changes a workbook leaves a backup in the
folder `kpixl backups` beside it, and the last ten are kept; each `undo` goes one further back. The workbook as it
was is kept in that folder as well, with `undone` in its name. With `--json`: `path`, `restored` and `kept`.""",
)
