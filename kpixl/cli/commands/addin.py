"""``kpixl addin``: the add-in for Excel, installed on this computer or made for others."""

from __future__ import annotations

from kpixl.cli.command import DONE, OWNER_NEEDED, Answer, Arguments, Command, Option
from kpixl.errors import N_
from kpixl.languages import default_language


def build(arguments: Arguments) -> Answer:
    """Make the add-in as a file."""
    from kpixl.i18n import language
    from kpixl.verbs.addin import build as built

    code, python = default_language(arguments.lang), not arguments.without_python
    path = built(arguments.out, python=python, code=code, pack=arguments.pack)
    t = language(code)
    text = N_("{path} is ready: put it into the folder that “kpixl addin status” names, or open it in Excel.")
    return Answer(lambda: {"path": str(path), "python": python}, lambda: t(text).format(path=path))


def install(arguments: Arguments) -> Answer:
    """Put the add-in where Excel opens it."""
    from kpixl.i18n import language
    from kpixl.texts.lines import path_json
    from kpixl.verbs.addin import install as installed
    from kpixl.verbs.outcomes import added_in_text
    from kpixl.version import __version__

    code = default_language(arguments.lang)
    done, t = installed(code=code, pack=arguments.pack), language(code)
    data = {"path": str(done.path), "version": __version__, "before": done.before, "script": path_json(done.script)}
    return Answer(lambda: data, lambda: added_in_text(done, t))


def status(arguments: Arguments) -> Answer:
    """Whether the add-in is installed, and where."""
    from kpixl.i18n import language
    from kpixl.verbs.addin import status as there
    from kpixl.verbs.outcomes import add_in_status_text

    found, t = there(), language(default_language(arguments.lang))
    data = {"path": str(found.path), "version": found.version, "python": found.python, "older": found.older}
    code = OWNER_NEEDED if found.version is None or found.older else DONE
    return Answer(lambda: data, lambda: add_in_status_text(found, t), code)


def uninstall(arguments: Arguments) -> Answer:
    """Take the add-in away."""
    from kpixl.i18n import language
    from kpixl.verbs.addin import uninstall as uninstalled

    found, t = uninstalled(), language(default_language(arguments.lang))

    def text() -> str:
        if found.version is None:
            return t(N_("kpixl’s add-in is not installed: nothing is in {path}.")).format(path=found.path)
        return t(N_("kpixl’s add-in is removed from {path}.")).format(path=found.path)

    return Answer(lambda: {"path": str(found.path), "removed": found.version}, text)


_PACK = Option(
    "--pack",
    N_("a pack whose functions it has as well"),
    value="MYPACK.yaml",
    path=True,
    manual="a pack: the functions of its KPIs stand beside those that are built in",
)

COMMAND = Command(
    "addin",
    N_("install kpixl's tab and functions in Excel, for every workbook"),
    "begin",
    family=(
        Command(
            "install",
            N_("put the add-in where Excel opens it at every start"),
            "begin",
            install,
            options=(_PACK,),
            manual="""\
Puts `kpixl.xlam` where Excel opens it by itself at every start, in place of an earlier one, and says where. On a Mac it
also puts xlwings' script where Excel looks for it. Excel must not be running. One that has the functions of a pack
stays unless `--pack` is given again.""",
            after="With `--json`: `path`, `version`, `before` (the version that was there) and `script` (Mac).",
        ),
        Command(
            "status",
            N_("say whether it is installed, where, and of which version"),
            "begin",
            status,
            manual="""\
Says whether the add-in is installed, where it belongs, and of which version it is. Exit code 1 where it is missing, or
older than kpixl.""",
            after="With `--json`: `path`, `version` (null without one), `python` (whether it calls Python), `older`.",
        ),
        Command(
            "uninstall",
            N_("take it away"),
            "begin",
            uninstall,
            manual="Takes the add-in away. Workbooks stay as they are; cells with its functions show `#NAME?`.",
            after="With `--json`: `path` and `removed` (the version that was there).",
        ),
        Command(
            "build",
            N_("make the add-in as a file to hand out"),
            "begin",
            build,
            options=(
                Option("--out", N_("the file to make, such as kpixl.xlam"), value="FILE", path=True, required=True),
                _PACK,
                Option(
                    "--without-python",
                    N_("only what needs no Python: functions, their help, a few buttons"),
                    manual="only what Excel does alone: the functions, their help, and the buttons that show sheets; "
                    "for whoever has no kpixl",
                ),
            ),
            manual="Makes the add-in as a file. Leave its name `kpixl.xlam`: cells remember its functions by it.",
            after="With `--json`: `path` and `python`.",
        ),
    ),
    manual="The add-in for Excel: the functions in every workbook, and the tab **kpixl**. See [addin.md](addin.md).",
)
