"""What ``import kpixl`` offers."""

from __future__ import annotations

import ast
import doctest
import subprocess
import sys
from importlib import import_module
from pathlib import Path
from types import ModuleType

import pytest

import kpixl

SOURCE = Path(kpixl.__file__)


def typed() -> dict[str, tuple[str, str]]:
    """Public name -> the module and the name there, as a type checker sees it."""
    tree = ast.parse(SOURCE.read_text(encoding="utf-8"))
    guarded = next(node for node in tree.body if isinstance(node, ast.If))
    found: dict[str, tuple[str, str]] = {}
    for node in ast.walk(guarded):
        if isinstance(node, ast.ImportFrom):
            assert node.module is not None
            found |= {alias.asname or alias.name: (node.module, alias.name) for alias in node.names}
    return found


def test_the_example_runs() -> None:
    done = doctest.testmod(kpixl)
    assert (done.failed, done.attempted) == (0, 3)


def test_every_name_is_typed() -> None:
    assert {*kpixl.__all__} == {*typed(), "__version__"}


@pytest.mark.parametrize("name", [name for name in kpixl.__all__ if name != "__version__"])
def test_a_name_is_what_a_type_checker_takes_it_for(name: str) -> None:
    module, there = typed()[name]
    thing = getattr(kpixl, name)
    assert thing is (import_module(f"{module}.{there}") if module == "kpixl" else getattr(import_module(module), there))
    assert isinstance(thing, ModuleType) or thing.__doc__


def test_nothing_else_is_offered() -> None:
    assert dir(kpixl) == sorted(kpixl.__all__)
    with pytest.raises(AttributeError, match="frobnicate"):
        kpixl.frobnicate  # noqa: B018


def test_the_import_itself_imports_nothing() -> None:
    program = "import sys, kpixl; print(sorted(name for name in sys.modules if name.startswith('kpixl')))"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "['kpixl', 'kpixl.version']"


def test_types_are_told_to_those_who_use_it() -> None:
    assert (SOURCE.parent / "py.typed").read_bytes() == b""
