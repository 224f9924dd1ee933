"""The commands, one file each: its words and options, its call, its answer. Found by this folder.

A module is loaded when its command is wanted, and imports what is heavy inside its call.
"""

from __future__ import annotations

from functools import cache
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from kpixl.cli.command import Command


@cache
def _modules() -> tuple[str, ...]:
    return tuple(path.stem for path in Path(__file__).parent.glob("*.py") if path.stem != "__init__")


@cache
def names() -> tuple[str, ...]:
    """The names of the commands, in the order of the alphabet."""
    return tuple(sorted(name.rstrip("_") for name in _modules()))


def command(name: str) -> Command:
    """The command called ``name``; where Python has a word of that name, its module ends in ``_``."""
    modules = {module.rstrip("_"): module for module in _modules()}
    found: Command = import_module(f"{__name__}.{modules[name]}").COMMAND
    return found
