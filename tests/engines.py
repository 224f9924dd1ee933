"""What a spreadsheet engine makes of a workbook's formulas, beside what Python wrote into it.

A value is a number, a text, a truth value, an ``Error``, or ``""`` for a blank. A cell is ``("Totals", "D7")``.
"""

from __future__ import annotations

import hashlib
import io
import math
import os
import re
import sys
import tempfile
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import NamedTuple, TypeAlias

import ironcalc
from lxml import etree
from openpyxl.utils import quote_sheetname

import libreoffice
from clock import TODAY
from kpixl.ooxml.cells import column_letters, parse_area, parse_cell
from kpixl.ooxml.package import MAIN, Package, string_of, unescaped
from kpixl.period import serial

TOLERANCE = 1e-9


class Error(str):
    """What a cell shows where its formula failed: ``#N/A``."""

    __slots__ = ()


Value: TypeAlias = float | str | bool
Place: TypeAlias = tuple[str, str]


class Content(NamedTuple):
    """A cell as the file has it."""

    formula: str | None
    value: Value


def contents(path: Path) -> Mapping[Place, Content]:
    """Every cell of a file that holds something."""
    return _contents(path, hashlib.sha256(path.read_bytes()).digest())


@lru_cache(maxsize=32)
def _contents(path: Path, digest: bytes) -> Mapping[Place, Content]:
    """Read once as long as the bytes are the same, which is what ``digest`` tells: a comparison asks several times."""
    package = Package.open(path)
    strings = package.shared_strings
    found: dict[Place, Content] = {}
    for sheet in package.sheets:
        for cell in package.tree(sheet.part).iter(f"{{{MAIN}}}c"):
            formula, value = cell.find(f"{{{MAIN}}}f"), _value(cell, strings)
            if formula is not None or value != "":
                text = None if formula is None else unescaped(formula.text or "")
                found[sheet.name, str(cell.get("r"))] = Content(text, value)
    return MappingProxyType(found)


def _value(cell: etree._Element, strings: Sequence[str]) -> Value:
    kind, entry = cell.get("t", "n"), cell.find(f"{{{MAIN}}}v")
    if kind == "inlineStr":
        item = cell.find(f"{{{MAIN}}}is")
        return "" if item is None else string_of(item)
    if entry is None or not entry.text:
        return ""
    match kind:
        case "s":
            return strings[int(entry.text)]
        case "b":
            return entry.text in ("1", "true")
        case "e":
            return Error(entry.text)
        case "n":
            return float(entry.text)
    return unescaped(entry.text)


def formula_cells(path: Path) -> dict[Place, str]:
    """The formulas of a file."""
    return {place: cell.formula for place, cell in contents(path).items() if cell.formula is not None}


def cached_values(path: Path) -> dict[Place, Value]:
    """What the file says that its formulas give: Python's values, where kpixl has written it last."""
    return {place: cell.value for place, cell in contents(path).items() if cell.formula is not None}


def ironcalc_values(path: Path, today: date = TODAY) -> dict[Place, Value]:
    """What IronCalc computes for every formula of a file, on a day of ours."""
    with _quiet():
        model = ironcalc.load_from_xlsx(str(path), "en", "UTC", "en")
        indexes = {sheet["name"]: index for index, sheet in enumerate(model.get_worksheets_properties())}
        formulas = formula_cells(path)
        changed = {place: _on(formula, today) for place, formula in formulas.items() if _NOW in formula}
        changed |= _with_ranges(path, {**formulas, **changed})
        for (sheet, cell), formula in changed.items():
            model.update_cell_with_formula(indexes[sheet], *parse_cell(cell), f"={formula}")
        model.evaluate()
    errors = ironcalc.CellType.ErrorValue
    found: dict[Place, Value] = {}
    for sheet, cell in formulas:
        row, column = parse_cell(cell)
        value = model.get_cell_value(indexes[sheet], row, column)
        failed = isinstance(value, str) and model.get_cell_type(indexes[sheet], row, column) == errors
        found[sheet, cell] = Error(value) if failed else "" if value is None else value
    return found


_NOW = "TODAY()"


def _on(formula: str, today: date) -> str:
    """A formula that asks for today, on a day of ours whatever the machine's clock says."""
    return formula.replace(_NOW, str(serial(today)))


def _with_ranges(path: Path, formulas: Mapping[Place, str]) -> dict[Place, str]:
    """Formulas over tables of one row, with ``A5:A5`` for the column: IronCalc makes a single cell of such a reference,
    which its COUNTIFS refuses. (Excel and LibreOffice take either.)"""
    columns: dict[str, str] = {}
    for table in Package.open(path).tables:
        area = parse_area(table.ref)
        if area.bottom == area.top + 1:
            sheet = quote_sheetname(table.sheet.name)
            for number, heading in enumerate(table.columns, area.left):
                letter = column_letters(number)
                columns[_reference(table.name, heading)] = f"{sheet}!${letter}${area.bottom}:${letter}${area.bottom}"
    found = {}
    for place, formula in formulas.items():
        changed = _REFERENCE.sub(lambda match: columns.get(match[0].lower(), match[0]), formula)
        if changed != formula:
            found[place] = changed
    return found


_REFERENCE = re.compile(r"\w+\[(?:[^\[\]#']|'.)+\]")


def _reference(table: str, heading: str) -> str:
    escaped = re.sub(r"([\[\]#'])", r"'\1", heading)
    return f"{table}[{escaped}]".lower()


@contextmanager
def _quiet() -> Iterator[None]:
    """Keep what IronCalc prints past Python (a line a formula without a value) from flooding the test report."""
    sys.stdout.flush()
    sys.stderr.flush()
    kept = os.dup(1), os.dup(2)
    with Path(os.devnull).open("wb") as nowhere:
        try:
            os.dup2(nowhere.fileno(), 1)
            os.dup2(nowhere.fileno(), 2)
            yield
        finally:
            for number, stream in enumerate(kept, 1):
                os.dup2(stream, number)
                os.close(stream)


def libreoffice_values(paths: Sequence[Path], today: date = TODAY) -> list[dict[Place, Value]]:
    """What LibreOffice computes for every formula of each file, on a day of ours; one start for all of them."""
    with tempfile.TemporaryDirectory(prefix="kpixl-recalculated-") as folder:
        # Files of different folders may share a name.
        named = [Path(folder, "in", f"{number}{path.suffix}") for number, path in enumerate(paths)]
        named[0].parent.mkdir()
        for path, copy in zip(paths, named, strict=True):
            copy.write_bytes(_dated(path, today))
        results = libreoffice.recalculate(named, Path(folder, "out"))
        computed = [{place: cell.value for place, cell in contents(result).items()} for result in results]
    return [
        {place: values.get(place, "") for place in formula_cells(path)}
        for path, values in zip(paths, computed, strict=True)
    ]


def _dated(path: Path, today: date) -> bytes:
    """A file whose formulas take a day of ours for today."""
    target = io.BytesIO()
    with zipfile.ZipFile(path) as archive, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as changed:
        for member in archive.infolist():
            data = archive.read(member)
            if member.filename.startswith("xl/worksheets/"):
                data = data.replace(_NOW.encode(), str(serial(today)).encode())
            changed.writestr(member, data)
    return target.getvalue()


def differences(path: Path, engine_values: Mapping[Place, Value]) -> list[str]:
    """Every formula cell whose value in the file is not what the engine computes."""
    return [
        f"{sheet}!{cell}: {mine!r} in the file, {engine_values.get((sheet, cell), 'nothing')!r} computed"
        for (sheet, cell), mine in cached_values(path).items()
        if not same(mine, engine_values.get((sheet, cell), "nothing"))
    ]


def same(one: Value, other: Value) -> bool:
    """Whether two values are one: numbers but for noise, texts but for the decimal sign within them."""
    if isinstance(one, bool) or isinstance(other, bool):
        return one is other
    if isinstance(one, (int, float)) and isinstance(other, (int, float)):
        return math.isclose(one, other, rel_tol=TOLERANCE, abs_tol=TOLERANCE)
    if isinstance(one, str) and isinstance(other, str):
        if isinstance(one, Error) or isinstance(other, Error):
            return isinstance(one, Error) and isinstance(other, Error) and str(one) == str(other)
        return one == other or _pointed(one) == _pointed(other)
    return False


def _pointed(text: str) -> str:
    """A text with a point between digits, where a formula has joined a number by the engine's own decimal sign."""
    return "".join(
        "." if sign == "," and text[at - 1 : at].isdigit() and text[at + 1 : at + 2].isdigit() else sign
        for at, sign in enumerate(text)
    )


def parts(path: Path) -> dict[str, bytes]:
    """The parts of a package, by name."""
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def assert_engine_agrees(path: Path) -> None:
    assert differences(path, ironcalc_values(path)) == []
