"""The verb ``report``: the page to send to a partner.

Everything heavy is imported inside the verb, so that help and usage errors come at once. Prints nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kpixl.commands import Answer, code_of
from kpixl.errors import N_

if TYPE_CHECKING:
    from argparse import Namespace


def report(arguments: Namespace) -> Answer:
    """A page or a PDF of a workbook, which is only read."""
    from datetime import datetime

    from kpixl import present
    from kpixl.i18n import language
    from kpixl.report.output import report as written

    done = written(arguments.file, out=arguments.out, code=arguments.lang, made=datetime.now())
    t = language(arguments.lang or done.scorecard.entries.language)

    def data() -> dict[str, Any]:
        return {
            "path": str(done.path),
            "kind": done.kind,
            "kpis": len(done.scorecard.results),
            "problem_count": present.problem_count(done.problems),
        }

    def text() -> str:
        lines = [t(N_("The report is ready: {path}.")).format(path=done.path)]
        if done.problems:
            lines.append(present.counts_text(done.problems, t))
        return "\n".join(lines)

    return Answer(data, text, code_of(done.problems))
