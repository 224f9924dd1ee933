"""The verbs that serve from the background: watch and doctor.

Everything heavy is imported inside the verbs, so that help and usage errors come at once. Prints only what a watch has
to say while it runs.
"""

from __future__ import annotations

import os
import sys
from contextlib import closing, nullcontext, suppress
from typing import TYPE_CHECKING

from kpixl.commands import DONE, OWNER_NEEDED, Answer, code_of, default_language
from kpixl.errors import N_

if TYPE_CHECKING:
    from argparse import Namespace

    from kpixl.watch import Event


def watch(arguments: Namespace) -> Answer:
    """Refresh the workbooks of a folder as they are saved. What happens is told at once, so that little is left to be
    answered."""
    import json

    from kpixl import watch_log
    from kpixl.i18n import language
    from kpixl.progress import Progress
    from kpixl.watch import watch as watched

    spoken = default_language(arguments.lang)
    told: list[int] = []

    def tell(event: Event) -> None:
        bar.hide()
        t = language(arguments.lang or event.language or spoken)
        line = watch_log.event_line(event, t)
        log.write(line)
        _say(json.dumps(watch_log.event_json(event, t), ensure_ascii=False) if arguments.json else line)
        told.append(OWNER_NEEDED if event.kind == "failed" else code_of(event.problems))

    # Ctrl+C is how a watch ends; a single look has been broken off by it.
    until_stopped = nullcontext() if arguments.once else suppress(KeyboardInterrupt)
    t = language(spoken)
    with Progress(t) as bar, closing(watch_log.Log(arguments.folder)) as log, until_stopped:
        watched(arguments.folder, tell, once=arguments.once, progress=bar)
    nothing = "" if told else t(N_("Nothing has been saved in {folder} since the last refresh."))
    return Answer(
        lambda: None,
        lambda: nothing.format(folder=arguments.folder),
        max(told, default=DONE) if arguments.once else DONE,
    )


def _say(line: str) -> None:
    """Print at once; whoever read it may have gone, and the work goes on."""
    try:
        print(line, flush=True)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def doctor(arguments: Namespace) -> Answer:
    """Whether this computer and a workbook fit together."""
    from kpixl.doctor import examine
    from kpixl.i18n import language

    found = examine(arguments.file)
    t = language(default_language(arguments.lang))
    names = {"ok": t(N_("ok")), "look": t(N_("look")), "missing": t(N_("missing"))}
    width = max(map(len, names.values()))

    def text() -> str:
        lines = []
        for one in found:
            lines.append(f"{names[one.level]:{width}}  {one.says.text(t)}")
            if one.remedy:
                lines.append(f"{'':{width}}  → {one.remedy.text(t)}")
        return "\n".join(lines)

    def data() -> object:
        return {
            "findings": [
                {
                    "level": one.level,
                    "code": one.code,
                    "text": one.says.text(t),
                    "remedy": one.remedy.text(t) if one.remedy else None,
                }
                for one in found
            ]
        }

    return Answer(data, text, DONE if all(one.level == "ok" for one in found) else OWNER_NEEDED)
