"""Writes docs/cli.md from the commands themselves: ``make reference``."""

from __future__ import annotations

import textwrap
from pathlib import Path

from kpixl.cli import commands
from kpixl.cli.command import CHAPTERS, COMMON, Command, Option
from kpixl.languages import codes

PAGE = Path(__file__).parent.parent / "docs" / "cli.md"
WIDTH = 118
HEAD = """\
# Command line

For whoever helps an owner with kpixl: every command, its options, and what it answers. This page is made from the
commands (`make reference`).

A command prints a short answer for people; with `--json`, one object for machines. What cannot be done is said in one
sentence on stderr (with `--json`: `{"error": {"code", "message", "sheet", "cell"}}` on stdout).

| exit code | meaning |
| --- | --- |
| 0 | done, also where a KPI has no value |
| 1 | done, but something needs the owner: Check has errors, or rows to import were left out |
| 2 | could not be done; nothing was written |
| 130, 143, 129 | ended by Ctrl+C, by the system, or with its terminal; what had been written by then is said |

A code says what became of the files: where a workbook is written and only the answer could not be shown, because the
disk with the log is full or nobody reads it, it is not 2.

`refresh`, `results`, `check`, `roll` and `report` take several files, or folders with workbooks, as well, those in the
folders below among them. Each workbook is done as if it had been named alone, by as many processes as the computer has
cores. A bar shows how far it has come, a line tells of each workbook that needs somebody, and one that cannot be done
stops none of the others; the exit code is the highest of theirs. With `--json` there is a line for each workbook: its
answer, with `unchanged`, or its `path` and `error`. Of workbooks in a folder whose names differ by nothing but a month,
quarter or week, the latest is taken alone, since the others are closed; what is not of kpixl is left alone, and so is,
by `roll`, what is not over yet. What has not changed since the last time is not done again: answers are kept by the
content of the workbook, the version of kpixl and, for all but `roll`, the day. `results`, `check` and `report` also
read what lies behind a URL, such as `s3://bucket/clients`; that, and clusters, are on [portfolio.md](portfolio.md).

Options of every command:

- `--json`: the answer for machines.
- `--lang LANG`: the language of the answer, one of LANGUAGES. Without it: the workbook's language for
  `refresh`, `results`, `check` and `import`; else the one that the environment variable `KPIXL_LANG` names, else that
  of the system, where kpixl speaks it; else English.
- `--help`: what the command takes.

Without a command, kpixl says what can be done next; `--help` lists the commands, and `--version` says which kpixl this
is.

`NO_COLOR` turns colors off. With `KPIXL_DEBUG=1`, a mistake of kpixl itself shows where in the code it happened.
"""


def page() -> str:
    """The whole reference."""
    made = [commands.command(name) for name in commands.names()]
    parts = [HEAD.replace("LANGUAGES", ", ".join(f"`{code}`" for code in codes()))]
    for chapter, title in CHAPTERS.items():
        parts.append(f"## {title}\n")
        parts += [section(command) for command in made if command.chapter == chapter]
    return "\n".join(parts).rstrip("\n") + "\n"


def section(command: Command, above: str = "kpixl", level: str = "###") -> str:
    """One command, and those of its family."""
    name = f"{above} {command.name}"
    words = "COMMAND" if command.family else " ".join(word.usage for word in command.words)
    lines = [f"{level} `{f'{name} {words}'.rstrip()}`", "", *_block(command.manual)]
    lines += [line for option in command.options for line in _option(option)]
    lines += ["", *_block(command.after)] if command.options and command.after else _block(command.after)
    text = "\n".join(lines).rstrip("\n") + "\n"
    return "\n".join([text, *(section(one, name, f"{level}#") for one in command.family)])


def _block(text: str) -> list[str]:
    return [*text.split("\n"), ""] if text else []


def _option(option: Option) -> list[str]:
    assert option not in COMMON
    usage = f"{option.usage} …" if option.pairs else option.usage
    text = f"- `{usage}`: {option.manual or option.says}."
    return textwrap.wrap(text, WIDTH, subsequent_indent="  ", break_long_words=False, break_on_hyphens=False)


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
