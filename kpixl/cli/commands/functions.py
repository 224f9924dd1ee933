"""``kpixl functions``: what functions for cells there are, and how a workbook gets them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kpixl.cli.command import Answer, Arguments, Command, Option, Word
from kpixl.errors import N_, UsageError
from kpixl.languages import default_language

if TYPE_CHECKING:
    from kpixl.texts.lines import Json


class WhichFunctions(UsageError):
    """Neither or both of the two kinds of functions."""

    code = "which_functions"
    template = N_("Say which functions: --vba for those that need nothing else, or --udf for those that call Python.")


def list_(arguments: Arguments) -> Answer:
    """Every function with its arguments and its help."""
    from kpixl.functions.describe import descriptions, functions_of
    from kpixl.verbs.pack_files import business_from

    owner = business_from(arguments.pack) if arguments.pack is not None else None
    described, functions = descriptions(default_language(arguments.lang), owner), functions_of(owner)

    def text() -> str:
        blocks = []
        for one in described:
            names = [f"[{p.name}]" if p.optional else p.name for p in functions[one.name].parameters]
            lines = [f"{one.name}({', '.join(names)})", f"    {one.help}"]
            lines += [f"    {name}: {label}" for name, label in one.arguments]
            blocks.append("\n".join([*lines, f"    {one.example}"]))
        return "\n\n".join(blocks)

    def data() -> object:
        return {
            "functions": [
                {
                    "name": one.name,
                    "help": one.help,
                    "arguments": [
                        {"name": p.name, "help": label, "optional": p.optional, "many": p.many}
                        for p, (_, label) in zip(functions[one.name].parameters, one.arguments, strict=True)
                    ],
                    "result": functions[one.name].result,
                    "example": one.example,
                }
                for one in described
            ]
        }

    return Answer(data, text)


def install(arguments: Arguments) -> Answer:
    """Put the functions into a workbook."""
    from kpixl.i18n import language
    from kpixl.texts.lines import path_json
    from kpixl.verbs.functions import install as installed
    from kpixl.verbs.outcomes import upgraded_line

    otherwise = default_language(None)
    done = installed(arguments.file, udf=_udf(arguments), code=arguments.lang, otherwise=otherwise, now=arguments.now)
    t = language(done.language)

    def text() -> str:
        lines = [t(N_("The functions are in {path}.")).format(path=done.path)]
        if done.path != done.source:
            lines.append(t(N_("{source} stays as it is.")).format(source=done.source))
        if done.upgraded:
            lines.append(upgraded_line(done.path, t))
        if done.backup:
            lines.append(t(N_("As it was before: {path}.")).format(path=done.backup))
        lines.append(t(N_("Where Excel asks on opening, press “Enable Content”.")))
        if done.udf:
            lines.append(t(N_("They work in Excel for Windows, on this computer.")))
        return "\n".join(lines)

    data: Json = {"path": str(done.path), "source": str(done.source), "backup": path_json(done.backup)}
    data |= {"udf": done.udf, "upgraded": done.upgraded}
    return Answer(lambda: data, text)


def export(arguments: Arguments) -> Answer:
    """Write the functions' modules into files."""
    from kpixl.i18n import language
    from kpixl.texts.lines import path_json
    from kpixl.verbs.functions import export as exported

    code = default_language(arguments.lang)
    t = language(code)
    done = exported(arguments.out, udf=_udf(arguments), code=code, pack=arguments.pack)

    def text() -> str:
        lines = [t(N_("Modules to import in Excel (Alt+F11, File > Import File):"))]
        lines += [f"  {path}" for path in done.modules]
        if done.settings:
            lines.append(t(N_("To be put beside the workbook: {path}.")).format(path=done.settings))
        return "\n".join(lines)

    data = {"modules": [str(path) for path in done.modules], "settings": path_json(done.settings)}
    return Answer(lambda: data, text)


def _udf(arguments: Arguments) -> bool:
    if arguments.vba == arguments.udf:
        raise WhichFunctions
    return bool(arguments.udf)


_KINDS = (
    Option(
        "--vba",
        N_("functions that compute in Excel alone"),
        manual="functions that compute in Excel alone, on Windows and Mac",
    ),
    Option(
        "--udf",
        N_("functions that call Python (Excel for Windows)"),
        manual="functions that call Python, in Excel for Windows on a computer with kpixl",
    ),
)

COMMAND = Command(
    "functions",
    N_("list the functions for cells, or install them"),
    "know",
    family=(
        Command(
            "list",
            N_("list the functions with their arguments"),
            "know",
            list_,
            words=(Word("pack", "MYPACK.yaml", N_("with those of this pack"), required=False, path=True),),
            manual="Every function with its arguments, its help and an example; with those of a pack where one is "
            "named. With `--json`: `functions`, each with "
            "`name`, `help`,\n`arguments` (`name`, `help`, `optional`, `many`), `result` (`number` or `text`) and "
            "`example`.",
        ),
        Command(
            "install",
            N_("put the functions into a workbook"),
            "know",
            install,
            words=(Word("file", "FILE", N_("the workbook; an .xlsx stays as it is beside an .xlsm"), path=True),),
            options=_KINDS,
            manual="""\
Puts the functions into a workbook that you have. Of an `.xlsx` a copy called `.xlsm` is made beside it, and the
file itself stays as it is; an `.xlsm` is changed, and kept as a backup. A workbook that has macros of its own is
left alone. `--lang` is the language of the help that Excel shows; without it the workbook's. It needs one of two
options:""",
            after="""\
With `--json`: `path`, `source`, `backup` and `udf`.

```
$ kpixl functions install "TaskZenith 2026-10.xlsx" --vba
```""",
        ),
        Command(
            "export",
            N_("write the modules for importing them by hand"),
            "know",
            export,
            options=(
                Option(
                    "--out",
                    N_("the folder to write them into"),
                    value="FOLDER",
                    path=True,
                    required=True,
                    manual="the folder to write into; it is made where there is none",
                ),
                Option(
                    "--pack",
                    N_("a pack whose functions they have as well"),
                    value="MYPACK.yaml",
                    path=True,
                    manual="a pack: with `--vba`, the functions of its KPIs stand beside those that are built in",
                ),
                *_KINDS,
            ),
            manual="Writes the modules as files, for importing them by hand into a workbook with macros. A file that "
            "exists is never\noverwritten. It needs `--vba` or `--udf`, too:",
            after="With `--json`: `modules` and `settings`.",
        ),
    ),
    manual="The KPIs as functions in cells, such as `=KPI_CRR(650,200,500)`: see [functions.md](functions.md).",
)
