"""``kpixl doctor``: whether this computer and a workbook fit together."""

from __future__ import annotations

from kpixl.cli.command import DONE, OWNER_NEEDED, Answer, Arguments, Command, Word
from kpixl.errors import N_
from kpixl.languages import default_language


def doctor(arguments: Arguments) -> Answer:
    """Whether this computer and a workbook fit together."""
    from kpixl.i18n import language
    from kpixl.verbs.doctor import examine

    found = examine(arguments.file)
    t = language(default_language(arguments.lang))
    names = {"ok": t(N_("ok")), "look": t(N_("review")), "missing": t(N_("missing"))}
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


COMMAND = Command(
    "doctor",
    N_("say whether Excel, xlwings and Python fit together, and what to do"),
    "know",
    doctor,
    words=(Word("file", "FILE", N_("a workbook to examine, too"), path=True, required=False),),
    manual="""\
Says whether Python, kpixl, xlwings and Excel fit together on this computer and, with FILE, whether its macros will
run here. Each line is `ok`, `review` or `missing`, with what to do where it is not `ok`. Exit code 1 where there is
something to do.

It looks at the system, Python, kpixl, xlwings with what Excel needs of it, Excel, xlwings' add-in, LibreOffice,
kpixl's languages, and whether the folder can be written to. Of FILE: whether Windows blocks its macros, which
Python it names, and whether that has the kpixl and the very xlwings that the macros need. Nothing is changed, no
network is used, and no program that FILE names is started.

With `--json`: `findings`, each with `level` (`ok`, `look` for review, `missing`), `code`, `text` and `remedy`.

```
$ kpixl doctor "TaskZenith 2026-10.xlsm"
```""",
)
