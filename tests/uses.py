"""What a test uses, as far as its code and that of its fixtures and helpers tells: an engine, or whole workbooks.

From a test, the names in its code are followed to the functions of the other modules in this folder; nothing is run. So
a test that starts LibreOffice by a helper of a helper has the marker of it without saying so.
"""

from __future__ import annotations

import inspect
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from types import CodeType, FunctionType, ModuleType

import ironcalc
import pytest

import browser
import libreoffice
from kpixl.verbs import adopt, demo, new, setup, upgrade
from kpixl.workbook import blank

TESTS = str(Path(__file__).parent)
STARTS: dict[object, str] = {
    libreoffice.recalculate: "libreoffice",
    libreoffice.listed: "libreoffice",
    libreoffice.to_pdf: "libreoffice",
    browser.started: "browser",
    ironcalc.load_from_xlsx: "engine",
    subprocess.run: "process",
    subprocess.Popen: "process",
    new.new: "workbook",
    demo.demo: "workbook",
    demo.sample_workbook: "workbook",
    adopt.adopt: "workbook",
    upgrade.upgrade: "workbook",
    setup.setup: "workbook",
    blank.new_package: "workbook",
}
"""Function -> the marker of the tests that call it."""
_STARTS = {id(start): marker for start, marker in STARTS.items()}


def marked(item: pytest.Function) -> set[str]:
    """The markers of a test, by what it, its fixtures and its parameters lead to."""
    functions = [getattr(getattr(item.obj, "hypothesis", None), "inner_test", item.obj)]
    functions += [one.func for found in item._fixtureinfo.name2fixturedefs.values() for one in found]
    if hasattr(item, "callspec"):
        functions += [value for value in item.callspec.params.values() if callable(value)]
    return set().union(*(leads_to(_plain(function)) for function in functions))


def _plain(thing: object) -> object:
    """A function under what wraps it."""
    return inspect.unwrap(thing) if callable(thing) and not isinstance(thing, type) else thing


@cache
def leads_to(function: object) -> frozenset[str]:
    """The markers of all that a function leads to."""
    found, seen, waiting = set(), set(), [function]
    while waiting:
        one = waiting.pop()
        if id(one) in seen:
            continue
        seen.add(id(one))
        marker = _STARTS.get(id(one))
        if marker is not None:
            found.add(marker)
            continue
        if isinstance(one, FunctionType) and one.__code__.co_filename.startswith(TESTS):
            waiting += _next(one)
        elif isinstance(one, type) and _file(one).startswith(TESTS):
            waiting += [_plain(getattr(member, "__func__", member)) for member in vars(one).values()]
    return frozenset(found)


def _file(kind: type) -> str:
    return getattr(sys.modules.get(kind.__module__), "__file__", None) or ""


@cache
def _next(function: FunctionType) -> tuple[object, ...]:
    """What the code of a function names, under what wraps it: many tests lead to the same helpers."""
    return tuple(map(_plain, _named(function)))


def _named(function: FunctionType) -> Iterator[object]:
    """What the code of a function names: in its own module, and in the modules that it names."""
    names = set(_names(function.__code__))
    for name in names & function.__globals__.keys():
        thing = function.__globals__[name]
        if isinstance(thing, ModuleType):
            yield from (vars(thing)[member] for member in names & vars(thing).keys())
        elif callable(thing):
            yield thing
    yield from (cell.cell_contents for cell in function.__closure__ or () if callable(cell.cell_contents))


def _names(code: CodeType) -> Iterator[str]:
    yield from code.co_names
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from _names(constant)
