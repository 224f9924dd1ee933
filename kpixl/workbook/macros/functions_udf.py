"""The VBA by which an .xlsm hands its cells to Python: xlwings' own module and a wrapper for each function.

The texts are those of the installed xlwings, with few changes; nothing of them is kept here. Neither starts Python nor
writes a file.
"""

from __future__ import annotations

import importlib.util
import re
import sys
from contextlib import contextmanager
from io import StringIO
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import TYPE_CHECKING, Any

import xlwings

from kpixl.cellvalue import CLASSIC_ERRORS, ExcelError
from kpixl.errors import N_
from kpixl.functions.describe import descriptions
from kpixl.functions.udf import CATEGORY, decorated
from kpixl.i18n import language
from kpixl.ooxml.vba.project import Module, literal
from kpixl.workbook.macros.registration import calls, told

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from kpixl.functions.describe import Description

UDF_MODULE = "kpixl.functions.udf"
CONF_SHEET = "xlwings.conf"
"""The sheet in which xlwings' module looks for its settings."""
BRIDGE, WRAPPER = "xlwings", "kpixl_udfs"

NO_PYTHON = N_("kpixl’s Python could not be started; run “kpixl doctor” in a terminal, which says what to do.")
_SETTINGS = {
    "Dim d As Dictionary": "Dim d As Collection",
    "Set d = New Dictionary": "Set d = New Collection",
    "Dim d As Object": "Dim d As Collection",
    'Set d = CreateObject("Scripting.Dictionary")': "Set d = New Collection",
    "d.Add UCase(cell.Value), cell.Offset(0, 1).Value": "d.Add cell.Offset(0, 1).Value, UCase(cell.Value)",
    "GetConfigFromSheet(ThisWorkbook).Exists(configKey) = True": (
        "KpixlHolds(GetConfigFromSheet(ThisWorkbook), configKey)"
    ),
}
"""xlwings' class for settings is not in the project, and Excel for the Mac has none of its own."""
_HOLDS = """
Private Function KpixlHolds(ByVal settings As Collection, ByVal key As String) As Boolean
    Dim found As Variant
    On Error Resume Next
    found = settings.Item(key)
    KpixlHolds = (Err.Number = 0)
End Function
"""
_SHOW_ERROR = re.compile(r"(?<=\n)Sub ShowError\(.*?\n.*?\nEnd Sub\n", re.DOTALL)
_MESSAGES = re.compile(r"""MsgBox "(?:To enable RunPython|Could not find Interpreter)[^\n]*""")
_CALL = re.compile(r"^( *)(\w+) = (XLPy\.CallUDF\(.*\))$", re.MULTILINE)
_FAILURE = re.compile(r"^( *\w+) = Err\.Description$", re.MULTILINE)
_ELEMENT = re.compile(r"^( *)(argsArray\(.+\)) = (\w+\(k\))$", re.MULTILINE)


def modules(code: str = "en") -> tuple[Module, ...]:
    """The modules for an .xlsm, with the functions' help in a language. They need the very xlwings of this
    installation: its DLL is called by version."""
    return bridge(literal(language(code)(NO_PYTHON))), Module(WRAPPER, _wrapper(code))


def conf(*, here: bool = True) -> Mapping[str, str]:
    """What the sheet ``CONF_SHEET`` is to hold, names and values from A1 on: where the Python with kpixl is ``here``.

    On another computer, or another kind of system, nobody can know that; there it is the one that Windows finds. The
    workbook's own folder is kept out of Python's path, so that no file beside it is taken for a module.
    """
    name = {"win32": "Interpreter_Win", "darwin": "Interpreter_Mac"}.get(sys.platform if here else "")
    found = {"Interpreter_Win": "pythonw"}
    if name:
        found = {name: sys.executable, "PYTHONPATH": str(Path(__file__).parents[3])}
    return {**found, "UDF Modules": UDF_MODULE, "Add_Workbook_To_PYTHONPATH": "False"}


# xlwings' module


def bridge(failure: str, front: str = "ThisWorkbook.Name") -> Module:
    """xlwings.bas without what makes it fail where its class for the Mac is missing, and out of Excel's list of
    functions. ``failure`` and ``front`` are expressions of VBA: what is said in place of its own messages and of what
    Python says where it does not start, and the name of the workbook that Python is to work in."""
    text = Path(xlwings.__file__).with_name("xlwings.bas").read_text(encoding="cp1252")
    swaps = {**_SETTINGS, '"""" & ThisWorkbook.Name &': f'"""" & {front} &'}
    for old, new in swaps.items():
        text = text.replace(old, new)
    text = text.replace('ParameterString + "|" + ThisWorkbook.Name', f'ParameterString + "|" + {front}')
    text = _SHOW_ERROR.sub(lambda _: _shown_error(failure), text)
    text = _MESSAGES.sub('ShowError ""', text)
    return Module(BRIDGE, "Option Private Module\n" + _without_attributes(text) + _HOLDS)


def _shown_error(failure: str) -> str:
    """What only Windows' own box can show, whatever its letters."""
    return f"""Sub ShowError(FileName As String, Optional Message As String = "")
    #If Mac Then
        MsgBox {failure}, vbCritical, "kpixl"
    #Else
        WScript.Popup {failure}, 0, "kpixl", vbCritical
    #End If
End Sub
"""


def _without_attributes(text: str) -> str:
    return "".join(line for line in text.splitlines(keepends=True) if not line.startswith("Attribute "))


# The wrapper


def _wrapper(code: str) -> str:
    """xlwings' text, with errors made of the texts that stand for them, and ranges kept as such in a list of
    arguments."""
    out = StringIO()
    out.write('#Const App = "Microsoft Excel"\n\n')
    with _xlwings_udfs() as udfs:
        made = SimpleNamespace(**decorated(udfs.xlfunc, udfs.xlarg, udfs.xlret, code))
        udfs.generate_vba_wrapper(UDF_MODULE, made, out, SimpleNamespace(Name="kpixl.xlsm"))
    text = _CALL.sub(r"\1\2 = KpixlShown(\3)", out.getvalue())
    text = _FAILURE.sub(rf"\1 = CVErr({ExcelError.VALUE.number})", text)
    text = _ELEMENT.sub(r"\1If IsObject(\3) Then Set \2 = \3 Else \2 = \3", text)
    return text + _shown() + _registration(descriptions(code))


@contextmanager
def _xlwings_udfs() -> Iterator[Any]:
    """xlwings' module of functions; where pywin32 is not there, on stubs of it that nobody else gets to see."""
    try:
        from xlwings import udfs
    except ImportError:
        pass
    else:
        yield udfs
        return
    stubs: dict[str, Any] = {name: ModuleType(name) for name in ("pythoncom", "pywintypes", "win32com")}
    stubs["win32com.client"] = stubs["win32com"].client = ModuleType("win32com.client")
    stubs["pythoncom"].CoInitialize = stubs["win32com.client"].Dispatch = None
    stubs["pywintypes"].com_error = OSError
    before = {name: sys.modules.get(name) for name in stubs}
    sys.modules.update(stubs)
    try:
        yield _loaded("xlwings.udfs")
    finally:
        for name, module in before.items():
            if module is None:
                del sys.modules[name]
            else:
                sys.modules[name] = module


def _loaded(name: str) -> ModuleType:
    """A module of its own, which Python does not keep for others."""
    spec = importlib.util.find_spec(name)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def _shown() -> str:
    cases = "\n".join(f'        Case "{error}": KpixlCell = CVErr({error.number})' for error in CLASSIC_ERRORS)
    return f"""
Private Function KpixlShown(ByVal given As Variant) As Variant
    ' The cells that Python gave back, with errors in place of the texts that stand for them
    Dim r As Long, c As Long, columns As Long
    If Not IsArray(given) Then
        KpixlShown = KpixlCell(given)
        Exit Function
    End If
    columns = -1
    On Error Resume Next
    columns = UBound(given, 2)
    On Error GoTo 0
    For r = LBound(given) To UBound(given)
        If columns < 0 Then
            given(r) = KpixlCell(given(r))
        Else
            For c = LBound(given, 2) To columns
                given(r, c) = KpixlCell(given(r, c))
            Next c
        End If
    Next r
    KpixlShown = given
End Function

Private Function KpixlCell(ByVal given As Variant) As Variant
    KpixlCell = given
    If VarType(given) <> vbString Then Exit Function
    Select Case given
{cases}
    End Select
End Function
"""


# What Excel says of the functions


def _registration(described: tuple[Description, ...]) -> str:
    """What Excel is told at every start; no reason to ask whether to save."""
    lines = ["", "Public Sub Auto_Open()", "    Dim saved As Boolean", "    saved = ThisWorkbook.Saved"]
    lines += [*calls(described), "    ThisWorkbook.Saved = saved", "End Sub", ""]
    return "\n".join(lines) + told(described) + _DESCRIBE + _TEST


_DESCRIBE = f"""
Private Sub KpixlDescribe(ByVal which As String, ByVal help As String, ByVal arguments As Variant)
    Dim place As String
    place = "'" & Replace(ThisWorkbook.Name, "'", "''") & "'!"
    On Error Resume Next
    Application.MacroOptions Macro:=place & which, Description:=help, Category:="{CATEGORY}", _
        ArgumentDescriptions:=arguments
End Sub
"""
_TEST = f"""
Public Sub KpixlTest()
    ' Why every function shows {ExcelError.VALUE}: what Windows and xlwings say of the Python that they find
    On Error GoTo failed
    MsgBox "KPI_CRR: " & XLPy.CallUDF("{UDF_MODULE}", "KPI_CRR", Array(650#, 200#, 500#), ThisWorkbook, _
        Application.Caller), vbInformation, "kpixl"
    Exit Sub
failed:
    MsgBox Err.Description, vbExclamation, "kpixl"
End Sub
"""
