"""``kpixl watch``: refreshes the workbooks of a folder as they are saved. Prints what it has to say while it runs."""

from __future__ import annotations

import sys
import time
from contextlib import closing, nullcontext, suppress
from datetime import datetime
from typing import TYPE_CHECKING

from kpixl.cli import outside
from kpixl.cli.answer import code_of
from kpixl.cli.command import DONE, OWNER_NEEDED, Answer, Arguments, Command, Option, Word
from kpixl.errors import N_
from kpixl.languages import default_language
from kpixl.message import one_line

if TYPE_CHECKING:
    from kpixl.verbs.watch import Event


def watch(arguments: Arguments) -> Answer:
    """Refresh the workbooks of a folder as they are saved. What happens is told at once, so that little is left to be
    answered."""
    import json

    from kpixl.cli import watch_log
    from kpixl.cli.progress_bar import Progress
    from kpixl.i18n import language
    from kpixl.verbs.watch import Clock
    from kpixl.verbs.watch import watch as watched
    from kpixl.workbook.read import language_in

    spoken = default_language(arguments.lang)
    told: list[int] = []
    clock = Clock(time.monotonic, time.sleep, datetime.now)  # a watch goes on past the moment of its call

    def tell(event: Event) -> None:
        nonlocal spoken
        bar.hide()
        known = event.language or (language_in(event.path) if event.path else None)
        spoken = arguments.lang or known or spoken
        t = language(spoken)
        line = watch_log.event_line(event, t)
        log.write(line)
        _say(json.dumps(watch_log.event_json(event, t), ensure_ascii=False) if arguments.json else line)
        told.append(OWNER_NEEDED if event.kind in ("failed", "left") else code_of(event.problems))

    # Ctrl+C is how a watch ends; a single look has been broken off by it.
    until_stopped = nullcontext() if arguments.once else suppress(KeyboardInterrupt)
    t = language(spoken)
    with Progress(t) as bar, closing(watch_log.WatchLog(arguments.folder)) as log, until_stopped:
        watched(arguments.folder, tell, clock=clock, once=arguments.once, progress=bar)
    nothing = "" if told else t(N_("Nothing has been saved in {folder} since the last refresh."))
    return Answer(
        lambda: None,
        lambda: nothing.format(folder=arguments.folder),
        max(told, default=DONE) if arguments.once else DONE,
    )


def _say(line: str) -> None:
    """Print at once; whoever read it may have gone, and the work goes on."""
    outside.say(one_line(line), sys.stdout)


COMMAND = Command(
    "watch",
    N_("refresh the workbooks of a folder as they are saved and closed"),
    "month",
    watch,
    words=(Word("folder", "FOLDER", N_("the folder with the workbooks"), path=True),),
    options=(
        Option(
            "--once",
            N_("look once at what has been saved since, and stop"),
            manual="look once at what has been saved since its last refresh, refresh that, and stop: for the Task "
            "Scheduler of Windows, or cron. Exit code 1 where a workbook could not be refreshed, an export "
            "was left, or Check has errors",
        ),
    ),
    manual="""\
Refreshes a workbook of the folder each time it has been saved and closed, for those who want no macros. It runs
until Ctrl+C ends it, and touches nothing but kpixl's own workbooks in the folder itself, not in folders within, and
the exports that you put beside them.

- A workbook is refreshed when its file has not changed for five seconds and no program has it open. While Excel has
  it open it stays as it is.
- One that is as a refresh would leave it is not written again; so what kpixl itself wrote, or `undo` brought back,
  stays.
- A workbook that cannot be refreshed is told of in one sentence, and tried again once it has been saved. A file
  that is damaged because a cloud has not brought all of it yet is tried again every minute. Files that are in the
  cloud alone are left there.
- Exports of other programs that you put into a folder `Exports` beside the workbooks are taken in, where it is certain
  what they are: what you have said or agreed to in an earlier `kpixl import` of the same columns, or what a program
  that kpixl knows exports. They then lie in `Exports/imported`. Of workbooks of one company, that of the latest period
  takes them. An export that is not certain, that more than one sheet could take, or of which rows would be left out
  stays where it is, and is told with the reason: at each start of the watch, and at each `--once`, which then ends
  with 1. It is tried again there, and whenever a workbook has been saved; import one like it by hand, and its columns
  are known. To hear no more of it, take it out of the folder.
- What happens is shown, and kept in the file `kpixl watch.log` in the folder; at 200 kB a new one begins, and one
  older one stays as `kpixl watch.log.1`. With `--lang` all of it is in that language; else what concerns a workbook
  is in the workbook's.
- A second watch of the same folder is refused. What it remembers lies in the folder `kpixl backups`.""",
    after="""\
With `--json`, one object per line as it happens: `time`, `event` (`started`, `refreshed`, `taken`, `left`,
`waits`, `failed`, `stopped`), `path`, `text`, `error` (a code), `tried_again` (of what failed: whether without another
save), `problem_count` and `backup`; of an export also the `workbook` that took it, and where it was `moved`.

```
$ kpixl watch "C:\\Users\\Ana\\OneDrive\\TaskZenith"
2026-10-05 09:12:40  TaskZenith: kpixl watches this folder, and refreshes a workbook when it has been saved and closed.
2026-10-05 09:31:02  TaskZenith 2026-10.xlsx: saved, and refreshed as soon as it is closed in Excel.
2026-10-05 09:48:17  TaskZenith 2026-10.xlsx: refreshed. Check has found no problems.
```""",
)
