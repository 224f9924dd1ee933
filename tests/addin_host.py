"""The add-in in LibreOffice: what its functions give in cells, and what its buttons do, in one start.

What waits for a person, and what LibreOffice lacks, is replaced by what writes into a log.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from unittest import mock

import openpyxl
from openpyxl.workbook.defined_name import DefinedName

from kpixl.ooxml.package import Package
from kpixl.ooxml.vba.project import Module
from kpixl.workbook.macros import xlam

sys.path.append(str(Path(__file__).parent / "functions"))
import office

_RECORDER = """
Public Sub KpixlLog(ByVal line As String)
    Dim f As Integer
    f = FreeFile
    Open "{log}" For Append As #f
    Print #f, line
    Close #f
End Sub

Public Function RunPython(PythonCommand As String)
    KpixlLog PythonCommand & " in " & ActiveWorkbook.Name
End Function
"""
_KNOWN = {
    "opening(1) As": "opening(2) As",
    "    Dim book As Object\n": '    opening(2).Name = "FilterName" : opening(2).Value = "Calc MS Excel 2007 VBA XML"\n'
    "    Dim book As Object\n",
}
"""LibreOffice does not find out by itself how an add-in is read: as a workbook with macros."""
_BOX = re.compile(r"(Public Function KpixlBox\(.*?\n).*?(End Function)", re.DOTALL)
_CALL = (
    'script = book.getScriptProvider().getScript("vnd.sun.star.script:VBAProject.{}?language=Basic&location=document")'
)


def front(path: Path, names: Mapping[str, str] | None = None) -> Path:
    """A small workbook that has these names of kpixl's, each for a cell of its sheet."""
    book = openpyxl.Workbook()
    for sheet in dict.fromkeys((names or {}).values()):
        book.create_sheet(sheet)
    for short, sheet in (names or {}).items():
        name = f"_kpixl.{short}"
        book.defined_names[name] = DefinedName(name, attr_text=f"'{sheet}'!$A$1")
    book.save(path)
    return path


def listening(modules: Sequence[Module], log: Path, *, swaps: Mapping[str, str], yes: bool) -> list[Module]:
    """The add-in's modules with stand-ins; each pattern of ``swaps`` must be there."""
    found = []
    for module in modules:
        source = module.source
        if module.name == "xlwings":
            source = _RECORDER.format(log=log)
        if module.name == "KpixlHost":
            answer = rf'\1    KpixlLog "says " & text\n    KpixlBox = {6 if yes else 7}\n\2'
            source, count = _BOX.subn(answer, source)
            assert count == 1
        if module.name == "KpixlAddIn":
            for pattern, text in swaps.items():
                source, count = re.subn(pattern, text.replace("\\", r"\\"), source)
                assert count, pattern
        found.append(Module(module.name, source, module.is_class))
    return found


SHEET = "the sheet in front"
"""A step that writes into the log which sheet is in front."""


def run(cells: bytes, modules: Sequence[Module], steps: Sequence[str], folder: Path) -> Path:
    """The workbook ``cells`` as the add-in, computed after the steps. A step is the path of a workbook to open and have
    in front, a procedure ``KpixlAddIn.KpixlRefreshTab``, or ``SHEET``."""
    path = folder / "kpixl.xlam"
    package = Package.from_bytes(cells, path)
    xlam.make_add_in(package, modules, {"Interpreter_Win": "pythonw"})
    package.save(path, new=True)
    books = sorted({step for step in steps if step.startswith("/")})
    lines = [
        "Dim script As Object",
        "Dim other As Object, front As String",
        "Dim shown(0) As New com.sun.star.beans.PropertyValue",
    ]
    lines += ['shown(0).Name = "Hidden" : shown(0).Value = True', f"Dim books({len(books)}) As Object"]
    for number, book in enumerate(books):  # all of them before one is shown: to load beside a window can end it
        url = Path(book).as_uri()
        lines.append(f'books({number}) = StarDesktop.loadComponentFromURL("{url}", "_blank", 0, shown())')
    for step in steps:
        if step == SHEET:
            lines += [_CALL.format("xlwings.KpixlLog"), "front = other.CurrentController.ActiveSheet.Name"]
            lines.append('script.invoke(Array("shows " & front), Array(), Array())')
        elif step in books:
            lines += [
                f"other = books({books.index(step)})",
                "other.CurrentController.Frame.ContainerWindow.setVisible(True)",
                "other.CurrentController.Frame.ContainerWindow.setFocus()",
                "other.CurrentController.Frame.activate()",
            ]
        else:
            control = "Array(book)" if step.endswith("Tab") else "Array()"
            lines += [_CALL.format(step), f"script.invoke({control}, Array(), Array())"]
    for number in range(len(books)):
        lines += [f"books({number}).setModified(False)", f"books({number}).close(True)"]
    pressing = "".join(f"    {line}\n" for line in (*lines, "book.calculateAll()"))
    text = office._RUN.replace("    book.calculateAll()\n", pressing)
    for old, new in _KNOWN.items():
        assert old in text
        text = text.replace(old, new)
    with mock.patch.object(office, "_RUN", text):
        return office.with_macros(path, folder / "out.xlsx")
