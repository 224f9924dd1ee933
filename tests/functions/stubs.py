"""What Excel on Windows would be to xlwings: its own modules for Windows, loaded on stubs of pywin32, and ranges that
hand over what COM does. Everything is as it was afterwards."""

from __future__ import annotations

import ctypes
import importlib
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import ModuleType, SimpleNamespace
from typing import Any
from unittest import mock

import xlwings

import kpixl.functions
from kpixl.functions import ExcelError

MISSING = -2147352572
"""What COM gives for an argument that the formula leaves out."""
ERRORS = {"#NULL!": 2000, "#DIV/0!": 2007, "#VALUE!": 2015, "#REF!": 2023, "#NAME?": 2029, "#NUM!": 2036, "#N/A": 2042}
_PYWIN32 = (
    "pythoncom", "pywintypes", "win32api", "win32con", "win32event", "win32gui", "win32process", "win32timezone",
    "win32com", "win32com.client", "win32com.server", "win32com.server.dispatcher", "win32com.server.policy",
    "win32com.server.util",
)  # fmt: skip
_RANGE = "{00020846-0000-0000-C000-000000000046}"


def scode(error: ExcelError) -> int:
    """An error of a cell as COM gives it."""
    return ERRORS[str(error)] + 0x800A0000 - 2**32


class FakeRange:
    """A range of Excel: its values as rows of what COM gives."""

    def __init__(self, rows: Any, *, areas: int = 1) -> None:
        self._rows = rows
        self.Row, self.Column = 1, 1
        self.Rows, self.Columns = SimpleNamespace(Count=len(rows)), SimpleNamespace(Count=len(rows[0]))
        self.Areas = SimpleNamespace(Count=areas)
        self._oleobj_ = mock.MagicMock()
        self._oleobj_.GetTypeInfo().GetTypeAttr().iid = _RANGE
        self.Worksheet = mock.MagicMock()

    @property
    def Value2(self) -> Any:  # noqa: N802
        """A cell, or rows of them."""
        rows = tuple(tuple(map(com_cell, row)) for row in self._rows)
        return rows[0][0] if len(rows) == len(rows[0]) == 1 else rows

    @property
    def Value(self) -> Any:  # noqa: N802
        raise AssertionError("Value rounds money and makes dates of numbers")


def com_cell(cell: Any) -> Any:
    """A cell of the table of cases as COM gives it."""
    if isinstance(cell, ExcelError):
        return scode(cell)
    return float(cell) if isinstance(cell, int) and not isinstance(cell, bool) else cell


@contextmanager
def windows() -> Iterator[ModuleType]:
    """xlwings' COM server, with its functions and converters as on Windows, in the place of those of this system."""
    stubs = _pywin32()
    of_ctypes = {name: mock.MagicMock(name=name) for name in ("windll", "oledll", "PyDLL")}
    with (
        mock.patch.dict(sys.modules, stubs),
        mock.patch.dict(vars(xlwings)),
        mock.patch.dict(vars(kpixl.functions)),
        mock.patch.dict(xlwings.engines.engines_by_name),
        mock.patch.object(xlwings.engines, "engines", list(xlwings.engines.engines)),
        mock.patch.multiple(ctypes, create=True, **of_ctypes),
        mock.patch("atexit.register"),
    ):
        excel = importlib.import_module("xlwings._xlwindows")
        udfs = importlib.import_module("xlwings.udfs")
        xlwings.engines.add(xlwings.Engine(impl=excel.engine))
        xlwings.func, xlwings.arg, xlwings.ret = udfs.xlfunc, udfs.xlarg, udfs.xlret
        sys.modules.pop("kpixl.functions.udf", None)
        server: Any = importlib.import_module("xlwings.com_server")
        try:
            yield server
        finally:
            server.loop.close()


def _pywin32() -> dict[str, Any]:
    stubs: dict[str, Any] = {name: mock.MagicMock(name=name) for name in _PYWIN32}
    for name in _PYWIN32:
        package, _, last = name.rpartition(".")
        if package:
            setattr(stubs[package], last, stubs[name])
    stubs["pythoncom"].__file__ = "pythoncom.dll"
    stubs["pywintypes"].com_error = stubs["pywintypes"].error = OSError
    stubs["pywintypes"].TimeType = type("TimeType", (), {})
    stubs["pywintypes"].IID = str
    for name in ("CDispatch", "CoClassBaseClass", "DispatchBaseClass"):
        setattr(stubs["win32com.client"], name, type(name, (), {}))
    stubs["win32com.server.util"].unwrap.side_effect = OSError  # what comes from Excel is no object of Python
    return stubs
