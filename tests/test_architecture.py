"""The house: who may import whom, no circle, no clock below the outermost calls, one name for one thing, no function
that is long without a reason."""

from __future__ import annotations

import ast
import importlib.util
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent / "kpixl"
FILES = {
    ".".join(path.relative_to(ROOT.parent).with_suffix("").parts).removesuffix(".__init__"): path
    for path in sorted(ROOT.rglob("*.py"))
}
TREES = {name: ast.parse(path.read_text(encoding="utf-8")) for name, path in FILES.items()}
BASE = {"message", "errors", "languages", "formula"}
DATA = BASE | {"cellvalue", "period", "folding", "i18n", "catalog", "entries", "palette", "currencies", "decimals"}
FIGURES = DATA | {"kpi", "texts", "check"}
VERBS = FIGURES | {"files", "ooxml", "imports", "functions", "workbook", "report", "samples", "portfolio", "verbs"}
MAY_IMPORT = {
    "message": set(),
    "errors": {"message"},
    "formula": set(),
    "languages": {"message", "errors"},
    "period": {"message", "errors"},
    "folding": {"languages"},
    "currencies": {"folding", "languages"},
    "cellvalue": {"period"},
    "files": {"message", "errors"},
    "catalog": {"formula", "period", "message", "errors"},
    "i18n": {"message", "errors", "languages", "period", "decimals"},
    "decimals": set(),
    "palette": {"catalog"},
    "entries": {"errors", "cellvalue", "period", "folding", "catalog"},
    "identity": set(),
    "kpi": {"message", "errors", "cellvalue", "period", "catalog", "entries", "formula", "decimals", "identity"},
    "texts": DATA | {"kpi"},
    "check": FIGURES,
    "ooxml": {"message", "errors", "files", "cellvalue"},
    "imports": DATA | {"ooxml", "files"},
    "functions": DATA | {"kpi", "texts", "identity"},
    "workbook": FIGURES | {"files", "ooxml", "functions", "identity"},
    "report": FIGURES,
    "portfolio": FIGURES | {"files", "ooxml", "workbook", "report"},
    "samples": DATA | {"kpi", "texts"},
    "verbs": VERBS,
    "excel": VERBS,
    "cli": VERBS | {""},
    "__main__": {"cli"},
    "version": set(),
    "": {"verbs", "functions", "errors", "catalog", "entries", "kpi", "period", "check"},
}
"""What each package, or module at the top, may import; ``""`` is ``kpixl`` itself."""


def room(module: str) -> str:
    return module.split(".")[1] if "." in module else ""


def imported(module: str) -> Iterator[str]:
    """The modules of kpixl that a module imports, within functions and for types, too."""
    for node in ast.walk(TREES[module]):
        names = []
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module:
            names = [
                f"{node.module}.{a.name}" if f"{node.module}.{a.name}" in FILES else node.module for a in node.names
            ]
        yield from (name for name in names if name.split(".")[0] == "kpixl")


@pytest.mark.parametrize("module", FILES)
def test_imports_run_one_way(module: str) -> None:
    here = room(module)
    allowed = MAY_IMPORT[here] | {here, "version"}
    wrong = {name for name in imported(module) if room(name) not in allowed}
    assert not wrong


def test_each_name_of_a_class_is_there_once() -> None:
    places = [
        (node.name, module)
        for module, tree in TREES.items()
        for node in tree.body
        if isinstance(node, ast.ClassDef) and not node.name.startswith("_")
    ]
    names = [name for name, _ in places]
    assert not [place for place in places if names.count(place[0]) > 1]


def test_no_circle_of_modules() -> None:
    arrows = {module: {name for name in imported(module) if name in FILES} - {module} for module in FILES}
    while leaves := [module for module, to in arrows.items() if not to & arrows.keys()]:
        for module in leaves:
            del arrows[module]
    assert not {module: sorted(to & arrows.keys()) for module, to in arrows.items()}


OUTERMOST = {"kpixl.cli.main", "kpixl.cli.commands.watch", "kpixl.excel"}
"""Where the moment is asked for; everything below is told."""
WAITING = {"kpixl.excel.host": {"monotonic", "sleep"}, "kpixl.files.lock": {"sleep"}}
"""Where time may pass, which says nothing of the day."""
ASKS = {"now", "today", "utcnow"}
"""Of the classes of ``datetime``, and of those of pandas that are like them."""


def clock_readings(tree: ast.AST) -> set[str]:
    """Every mention of what reads the machine's clock: a class that is asked for now, and all of ``time``."""
    found = set()
    time_names = {
        alias.asname or alias.name
        for node in ast.walk(tree)
        if isinstance(node, ast.Import)
        for alias in node.names
        if alias.name == "time"
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module == "time":
            found |= {f"time.{alias.name}" for alias in node.names}
        elif isinstance(node, ast.Attribute):
            whose = ast.unparse(node.value)
            if whose in time_names:
                found.add(f"time.{node.attr}")
            elif node.attr in ASKS and whose.split(".")[-1] in {"datetime", "date", "Timestamp", "Period"}:
                found.add(f"{whose}.{node.attr}")
    return found


@pytest.mark.parametrize("module", [name for name in FILES if name not in OUTERMOST])
def test_nothing_below_the_outermost_calls_asks_the_clock(module: str) -> None:
    assert clock_readings(TREES[module]) <= {f"time.{name}" for name in WAITING.get(module, ())}


@pytest.mark.parametrize("module", sorted(OUTERMOST))
def test_the_outermost_calls_are_those_that_ask(module: str) -> None:
    assert any(reading.endswith(".now") for reading in clock_readings(TREES[module]))


@pytest.mark.parametrize(
    ("source", "readings"),
    [
        ("import datetime\ndatetime.datetime.now()", {"datetime.datetime.now"}),
        ("from datetime import date\nf(default=date.today)", {"date.today"}),
        ("from time import time", {"time.time"}),
        ("import time as clock\nclock.localtime()", {"time.localtime"}),
        ("import pandas as pd\npd.Timestamp.today()", {"pd.Timestamp.today"}),
        ("clock.now()\nself.today\nmodel.sleep()", set()),
    ],
)
def test_a_clock_is_recognised(source: str, readings: set[str]) -> None:
    assert clock_readings(ast.parse(source)) == readings


LONGEST = 60
"""Lines of a function; one that is longer says in its docstring “Long because …”."""
MOST_ARGUMENTS = 6
"""What more of them say together is a record; ``self`` does not count."""
SAME_NAMES = (
    {"kpi", "workbook.sheets", "report"},
    {"catalog", "workbook.sheets"},
    {"catalog", "languages"},
    {"files", "imports"},
)
"""Packages between which a module may go by the same name: a figure, its sheet and its part of the report; the settings
as data and as a sheet; what reads a folder of data files; what a package refuses. A command has the name that is typed
for it, whatever else is called so."""


def functions(module: str) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    nodes = ast.walk(TREES[module])
    yield from (node for node in nodes if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))


@pytest.mark.parametrize("module", FILES)
def test_no_function_is_long_without_a_reason(module: str) -> None:
    long = [node for node in functions(module) if (node.end_lineno or 0) - node.lineno + 1 > LONGEST]
    assert not [node.name for node in long if "Long because" not in (ast.get_docstring(node) or "")]


@pytest.mark.parametrize("module", FILES)
def test_no_function_takes_a_long_list_in_order(module: str) -> None:
    def taken(node: ast.FunctionDef | ast.AsyncFunctionDef) -> list[str]:
        return [argument.arg for argument in (*node.args.posonlyargs, *node.args.args) if argument.arg != "self"]

    assert not {node.name for node in functions(module) if len(taken(node)) > MOST_ARGUMENTS}


def test_public_classes_have_names_of_their_own() -> None:
    homes: dict[str, list[str]] = {}
    for module, tree in TREES.items():
        for node in tree.body:
            if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                homes.setdefault(node.name, []).append(module)
    assert not {name: where for name, where in homes.items() if len(where) > 1}


def test_modules_share_a_name_only_where_they_are_about_the_same() -> None:
    packages: dict[str, set[str]] = {}
    for module, path in FILES.items():
        if path.name != "__init__.py":
            package, _, name = module.removeprefix("kpixl.").rpartition(".")
            packages.setdefault(name, set()).add(package)
    for name, found in packages.items():
        others = found - {"cli.commands"}
        assert len(others) == 1 or any(others <= allowed for allowed in SAME_NAMES), name


IMPORT = re.compile(r"from (kpixl[\w.]*) import (\w+(?:, \w+)*)")
MEASURED = [path for folder in ("benchmarks", "tools") for path in sorted((ROOT.parent / folder).glob("*.py"))]


@pytest.mark.parametrize("path", MEASURED, ids=lambda path: path.stem)
def test_what_benchmarks_and_tools_import_is_there(path: Path) -> None:
    """In code that they hand to other processes as text, too, which no type checker reads."""
    for module, named in IMPORT.findall(path.read_text(encoding="utf-8")):
        for name in named.split(", "):
            there = hasattr(importlib.import_module(module), name)
            assert there or importlib.util.find_spec(f"{module}.{name}"), (module, name)
