"""``kpixl undo``: puts a backup in place of a workbook, or lists those that there are."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kpixl.cli.answer import WORKBOOK, spoken
from kpixl.cli.command import Answer, Arguments, Command, Option
from kpixl.errors import N_, NotANumber, UsageError

if TYPE_CHECKING:
    from pathlib import Path

    from kpixl.files import Copy
    from kpixl.i18n import Language
    from kpixl.texts.lines import Json


class ListOrPut(UsageError):
    """Both a list and a backup to put back."""

    code = "list_or_put"
    template = N_("--list shows the backups and --to puts one back; give one of them.")


def undo(arguments: Arguments) -> Answer:
    """Put a backup in place of the workbook, or list those that there are."""
    from kpixl import files
    from kpixl.texts.lines import path_json

    path, t = arguments.file, spoken(arguments)
    if arguments.list:
        if arguments.to is not None:
            raise ListOrPut
        return _listed(path, t)
    restored, kept = files.undo(path, arguments.now, _number(arguments.to))

    def text() -> str:
        lines = [t(N_("{path} is again as it was in {backup}.")).format(path=path, backup=restored.path.name)]
        if kept:
            back = N_("As it was before: {path}. “kpixl undo FILE --to {number}” brings that back.")
            lines.append(t(back).format(path=kept.path, number=kept.number))
        return "\n".join(lines)

    data = {
        "path": str(path),
        "restored": str(restored.path),
        "number": restored.number,
        "kept": path_json(kept.path if kept else None),
        "kept_number": kept.number if kept else None,
    }
    return Answer(lambda: data, text)


def _number(typed: str | None) -> int | None:
    if typed is None:
        return None
    if not (typed.isascii() and typed.isdigit()):
        raise NotANumber(got=typed, what="--to")
    return int(typed)


def _listed(path: Path, t: Language) -> Answer:
    from kpixl import files

    history = files.history(path)
    copies = list(history.copies.values())
    if not copies:
        raise files.nothing_to_undo(path, history)
    following = files.would_restore(path)

    def text() -> str:
        lines = [t(N_("Backups of {path}, the newest first:")).format(path=path)]
        for copy in reversed(copies):
            marks = []
            if following and copy.number == following.number:
                marks.append(t(N_("“kpixl undo” takes this one")))
            if copy is copies[0]:
                marks.append(t(N_("the first one, which stays")))
            size = t(N_("{size} kB")).format(size=t.plain(round(copy.size / 1000)))
            shown = "  ".join(filter(None, (copy.made, size, copy.path.name)))
            lines.append(f"{copy.number:>4}  {shown}{''.join(f'  ({mark})' for mark in marks)}")
        lines.append(t(N_("“kpixl undo FILE --to NUMBER” puts one of them in the place of the workbook.")))
        return "\n".join(lines)

    data = {
        "path": str(path),
        "next": following.number if following else None,
        "backups": [_copy_json(copy) for copy in copies],
    }
    return Answer(lambda: data, text)


def _copy_json(copy: Copy) -> Json:
    return {"number": copy.number, "path": str(copy.path), "made": copy.made, "bytes": copy.size, "after": copy.after}


COMMAND = Command(
    "undo",
    N_("put the last backup in place of a workbook, or list the backups"),
    "month",
    undo,
    words=(WORKBOOK,),
    options=(
        Option("--list", N_("list the backups, and put none back")),
        Option(
            "--to",
            N_("the number of the backup to put back"),
            value="NUMBER",
            manual="the number of the backup to put back, as `--list` shows it",
        ),
    ),
    manual="""\
Puts the last backup in the place of the workbook. Every command that changes a workbook leaves a backup in the
folder `kpixl backups` beside it, unless one holds the same already. The first one, from before kpixl changed the
workbook for the first time, stays for good; of the others the last ten are kept. Each `undo` goes one further back.

The workbook as it was before `undo` becomes a backup as well, so that nothing is lost: `--list` shows all of them
with their numbers, and `--to` puts any of them back. Their order is that in which they were made, whatever the clock
said. A backup that is damaged is never put back. With `--json`: `path`, `restored`, `number`, `kept` and
`kept_number`; with `--list` `path`, `next` and `backups`, each with `number`, `path`, `made`, `bytes` and `after`, the
number of the backup that it was made from.""",
    after="""\
```
$ kpixl undo "TaskZenith 2026-10.xlsx" --list
$ kpixl undo "TaskZenith 2026-10.xlsx" --to 3
```""",
)
