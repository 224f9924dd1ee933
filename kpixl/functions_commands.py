"""The verb for the functions in cells: what there is, and how a workbook gets them.

Everything heavy is imported inside the verbs, so that help and usage errors come at once. Prints nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from kpixl.commands import Answer, default_language
from kpixl.errors import N_, UsageError

if TYPE_CHECKING:
    from argparse import Namespace


class WhichFunctions(UsageError):
    """Neither or both of the two kinds of functions."""

    code = "which_functions"
    template = N_("Say which functions: --vba for those that need nothing else, or --udf for those that call Python.")


def list_(arguments: Namespace) -> Answer:
    """Every function with its arguments and its help."""
    from kpixl.functions.describe import descriptions, functions

    described = descriptions(default_language(arguments.lang))

    def text() -> str:
        blocks = []
        for one in described:
            names = [f"[{p.name}]" if p.optional else p.name for p in functions()[one.name].parameters]
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
                        for p, (_, label) in zip(functions()[one.name].parameters, one.arguments, strict=True)
                    ],
                    "result": functions()[one.name].result,
                    "example": one.example,
                }
                for one in described
            ]
        }

    return Answer(data, text)


def install(arguments: Namespace) -> Answer:
    """Put the functions into a workbook."""
    from kpixl.functions.install import install as installed
    from kpixl.i18n import language
    from kpixl.present_life import path_json

    otherwise = default_language(None)
    done = installed(arguments.file, udf=_udf(arguments), code=arguments.lang, otherwise=otherwise)
    t = language(done.language)

    def text() -> str:
        lines = [t(N_("The functions are in {path}.")).format(path=done.path)]
        if done.path != done.source:
            lines.append(t(N_("{source} stays as it is.")).format(source=done.source))
        if done.backup:
            lines.append(t(N_("As it was before: {path}.")).format(path=done.backup))
        lines.append(t(N_("Where Excel asks on opening, press “Enable Content”.")))
        if done.udf:
            lines.append(t(N_("They work in Excel for Windows, on this computer.")))
        return "\n".join(lines)

    data = {"path": str(done.path), "source": str(done.source), "backup": path_json(done.backup), "udf": done.udf}
    return Answer(lambda: data, text)


def export(arguments: Namespace) -> Answer:
    """Write the functions' modules into files."""
    from kpixl.functions.install import export as exported
    from kpixl.i18n import language
    from kpixl.present_life import path_json

    code = default_language(arguments.lang)
    t = language(code)
    done = exported(arguments.out, udf=_udf(arguments), code=code)

    def text() -> str:
        lines = [t(N_("Modules to import in Excel (Alt+F11, File > Import File):"))]
        lines += [f"  {path}" for path in done.modules]
        if done.settings:
            lines.append(t(N_("To be put beside the workbook: {path}.")).format(path=done.settings))
        return "\n".join(lines)

    data = {"modules": [str(path) for path in done.modules], "settings": path_json(done.settings)}
    return Answer(lambda: data, text)


def _udf(arguments: Namespace) -> bool:
    if arguments.vba == arguments.udf:
        raise WhichFunctions
    return bool(arguments.udf)
