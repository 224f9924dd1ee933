"""What a spreadsheet engine makes of a workbook's formulas, beside what Python wrote into it.

A value is a number, a text, a truth value, an ``Error``, or ``""`` for a blank. A cell is ``("Totals", "D7")``.
"""

from __future__ import annotations

import hashlib
import io
import math
import os
import pickle
import re
import sys
import tempfile
import zipfile
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date
from functools import lru_cache, partial
from pathlib import Path
from types import MappingProxyType
from typing import NamedTuple, TypeAlias

import ironcalc
from lxml import etree
from openpyxl.utils import quote_sheetname

import builds
import libreoffice
from clock import TODAY
from kpixl.ooxml.cells import column_letters, parse_area, parse_cell
from kpixl.ooxml.package import MAIN, Package, string_of, unescaped
from kpixl.period import DateSystem, serial

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
    sheets = _sheets(Package.open(path))
    return MappingProxyType({(name, cell): it for name, sheet in sheets for cell, it in sheet.cells.items()})


class Sheet(NamedTuple):
    """The cells of a sheet that hold something, by address."""

    cells: Mapping[str, Content]
    empty: tuple[str, ...]
    """Where a text stands that has no letter: not in ``cells``, but no blank to a formula either."""
    special: tuple[str, ...]
    """The formulas over more than their own cell, which ``cells`` has as any other."""


_read: dict[bytes, Sheet] = {}
"""By what is in the part: a refresh leaves most sheets as they are, and the same ones come up in many files."""
_MOST = 400


def _sheets(package: Package) -> list[tuple[str, Sheet]]:
    """The sheets of a workbook by name."""
    texts = hashlib.sha256("\0".join(package.shared_strings).encode()).digest()
    found = []
    for sheet in package.sheets:
        key = hashlib.sha256(texts + package.read(sheet.part)).digest()
        if key not in _read:
            if len(_read) >= _MOST:
                del _read[next(iter(_read))]
            _read[key] = _sheet(package.tree(sheet.part), package.shared_strings)
        found.append((sheet.name, _read[key]))
    return found


def _sheet(root: etree._Element, strings: Sequence[str]) -> Sheet:
    cells: dict[str, Content] = {}
    empty, special = [], []
    for cell in root.iter(f"{{{MAIN}}}c"):
        formula, value, at = cell.find(f"{{{MAIN}}}f"), _value(cell, strings), str(cell.get("r"))
        if formula is not None or value != "":
            text = None if formula is None else unescaped(formula.text or "")
            cells[at] = Content(text, value)
        if formula is not None and formula.attrib:
            special.append(f"{at} {formula.text} {sorted(formula.items())}")
        elif formula is None and value == "" and cell.get("t", "n") != "n":
            empty.append(at)
    return Sheet(cells, tuple(empty), tuple(special))


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
    package = Package.open(path)
    cells = _given(package)
    formulas = {place: cell.formula for place, cell in cells.items() if cell.formula is not None}
    changed = {place: _on(formula, today) for place, formula in formulas.items() if _NOW in formula}
    changed |= _with_ranges(package, {**formulas, **changed})
    key = _all_but_cells(package)
    with _quiet():
        model = _models.pop(key, None)
        if model is None or not model.knows(cells):
            model = _Model(package, cells)
        model.take(cells | {place: Content(formula, "") for place, formula in changed.items()})
        found = {place: model.value(place) for place in formulas}
    while len(_models) >= _MOST_MODELS:
        del _models[next(iter(_models))]
    _models[key] = model
    return found


def _given(package: Package) -> dict[Place, Content]:
    """Every cell that holds something, be it a text without a letter."""
    found: dict[Place, Content] = {}
    for name, sheet in _sheets(package):
        found |= {(name, cell): Content(None, "") for cell in sheet.empty}
        found |= {(name, cell): content for cell, content in sheet.cells.items()}
    return found


def _all_but_cells(package: Package) -> bytes:
    """What tells workbooks apart for which IronCalc needs a model of its own: sheets, names, tables."""
    rest = hashlib.sha256(package.read(package.workbook_part))
    for table in package.tables:
        rest.update(package.read(table.part))
    for name, sheet in _sheets(package):
        rest.update(repr((name, sheet.special)).encode())
    return rest.digest()


class _Model:
    """A workbook in IronCalc, which takes a tenth of a second to compute one and half a second to load it: what differs
    in the cells alone is given to the workbook that is loaded already.

    For every name in a formula IronCalc goes through all names of the workbook, twice: those that no formula has are
    left out, which saves a third of the time.
    """

    def __init__(self, package: Package, cells: Mapping[Place, Content]) -> None:
        with tempfile.TemporaryDirectory() as folder:
            slim = Path(folder, "slim.xlsx")
            self._left_out = _without_unused_names(package, cells, slim)
            self._model = ironcalc.load_from_xlsx(str(slim), "en", "UTC", "en")
        self._indexes = {sheet["name"]: at for at, sheet in enumerate(self._model.get_worksheets_properties())}
        self._cells = dict(cells)

    def knows(self, cells: Mapping[Place, Content]) -> bool:
        """Whether it has every name in their formulas."""
        return not self._left_out & _words(content.formula for content in cells.values()).keys()

    def take(self, cells: Mapping[Place, Content]) -> None:
        """Have these cells in the place of all others, and compute them."""
        for place in {**self._cells, **cells}:
            before, after = self._cells.get(place), cells.get(place)
            if _input(before) != _input(after):
                self._set(place, after)
        self._cells = dict(cells)
        self._model.evaluate()

    def _set(self, place: Place, content: Content | None) -> None:
        at = self._at(place)
        match content:
            case None:
                self._model.clear_cell_contents(*at)
            case Content(str(formula), _):
                self._model.update_cell_with_formula(*at, f"={formula}")
            case Content(_, bool(value)):
                self._model.update_cell_with_bool(*at, value)
            case Content(_, Error() as value):
                self._model.set_user_input(*at, str(value))
            case Content(_, str(value)):
                self._model.update_cell_with_text(*at, value)
            case Content(_, float(value)):
                self._model.update_cell_with_number(*at, value)

    def value(self, place: Place) -> Value:
        at = self._at(place)
        value = self._model.get_cell_value(*at)
        failed = isinstance(value, str) and self._model.get_cell_type(*at) == ironcalc.CellType.ErrorValue
        return Error(value) if failed else "" if value is None else value

    def _at(self, place: Place) -> tuple[int, int, int]:
        return self._indexes[place[0]], *parse_cell(place[1])


def _words(formulas: Iterable[str | None]) -> Counter[str]:
    """Whatever may be a name in them, and how often."""
    return Counter(word.lower() for formula in formulas if formula for word in _WORD.findall(formula))


_WORD = re.compile(r"[^\W\d][\w.]*")


def _without_unused_names(package: Package, cells: Mapping[Place, Content], slim: Path) -> set[str]:
    """Write a workbook without the names that none of its formulas has, those first that most have; which they are."""
    book = etree.fromstring(package.read(package.workbook_part))
    names = {name: name.get("name", "").lower() for name in book.iter(f"{{{MAIN}}}definedName")}
    used = _words(content.formula for content in cells.values())
    used += _words(name.text for name, id_ in names.items() if id_ in used)
    for held in book.iter(f"{{{MAIN}}}definedNames"):
        held[:] = sorted((name for name in held if names[name] in used), key=lambda name: -used[names[name]])
    with zipfile.ZipFile(slim, "w") as archive:
        for part in package.parts:
            archive.writestr(part, etree.tostring(book) if part == package.workbook_part else package.read(part))
    return {*names.values()} - used.keys()


def _input(content: Content | None) -> object:
    """What somebody put into a cell: the value of a formula is not."""
    if content is None or content.formula is not None:
        return content and content.formula
    return type(content.value), content.value


_models: dict[bytes, _Model] = {}
"""The last ones, by what their workbooks have besides cells."""
_MOST_MODELS = 6


def forget() -> None:
    """Have the next workbook loaded, whatever was loaded before."""
    _models.clear()


def models() -> int:
    """How many workbooks are loaded."""
    return len(_models)


_NOW = "TODAY()"


def _on(formula: str, today: date) -> str:
    """A formula that asks for today, on a day of ours whatever the machine's clock says."""
    return formula.replace(_NOW, str(serial(today)))


def _with_ranges(package: Package, formulas: Mapping[Place, str]) -> dict[Place, str]:
    """Formulas over tables of one row, with ``A5:A5`` for the column: IronCalc makes a single cell of such a reference,
    which its COUNTIFS refuses. (Excel and LibreOffice take either.)"""
    columns: dict[str, str] = {}
    for table in package.tables:
        area = parse_area(table.ref)
        if area.bottom == area.top + 1:
            sheet = quote_sheetname(table.sheet.name)
            for number, heading in enumerate(table.columns, area.left):
                letter = column_letters(number)
                columns[_reference(table.name, heading)] = f"{sheet}!${letter}${area.bottom}:${letter}${area.bottom}"
    found = {}
    for place, formula in formulas.items() if columns else ():
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


def libreoffice_values(paths: Sequence[Path], today: date = TODAY, *, whole: bool = False) -> list[dict[Place, Value]]:
    """What LibreOffice computes for every formula of each file, on a day of ours; one start for all that it has not
    computed in this run of the tests, be it for another worker."""
    prepared = [_prepared(path, today, whole) for path in paths]
    requests = [f"LibreOffice {hashlib.sha256(data).hexdigest()}" for data in prepared]
    new = {request: at for at, request in enumerate(requests) if not builds.made(request)}
    computed = dict(zip(new, _recalculated([(paths[at].suffix, prepared[at]) for at in new.values()]), strict=True))
    found = []
    for path, request in zip(paths, requests, strict=True):
        values = pickle.loads(builds.once_bytes(request, partial(pickle.dumps, computed.get(request))))
        found.append({place: values.get(place, "") for place in formula_cells(path)})
    return found


def _recalculated(files: Sequence[tuple[str, bytes]]) -> list[dict[Place, Value]]:
    """The values of all cells of files, given as their suffix and their bytes, after LibreOffice has computed them."""
    if not files:
        return []
    with tempfile.TemporaryDirectory(prefix="kpixl-recalculated-") as folder:
        copies = [Path(folder, "in", f"{number}{suffix}") for number, (suffix, _) in enumerate(files)]
        copies[0].parent.mkdir()
        for copy, (_, data) in zip(copies, files, strict=True):
            copy.write_bytes(data)
        names = [[sheet.name for sheet in Package.open(copy).sheets] for copy in copies]
        listed = libreoffice.listed(dict(zip(copies, names, strict=True)), Path(folder, "out"))
        return [
            {(name, cell): value for name, sheet in found.items() for cell, value in _values(sheet)} for found in listed
        ]


_FIELD = re.compile(r'"((?:[^"]|"")*)"(,|\n|$)|([^,\n]*)(,|\n|$)')
_ERRORS = {error: error for error in ("#N/A", "#NAME?", "#NULL!", "#NUM!", "#REF!", "#VALUE!", "#DIV/0!")}
_ERRORS |= {"Err:503": "#NUM!", **dict.fromkeys((f"Err:{number}" for number in range(504, 550)), "#VALUE!")}
_ERRORS |= {"Err:502": "#VALUE!", "Err:511": "#NULL!"}
"""What an error is called in Excel, be it one of LibreOffice's own. They are listed as texts are."""


def _values(text: str) -> Iterator[tuple[str, Value]]:
    """The cells of a sheet that hold something, by their address: texts are in quotes, numbers are not."""
    row = column = 1
    for field in _FIELD.finditer(text):
        quoted, plain, end = field[1], field[3], field[2] or field[4]
        at = f"{column_letters(column)}{row}"
        if quoted in _ERRORS:
            yield at, Error(_ERRORS[quoted])
        elif quoted:
            yield at, quoted.replace('""', '"')
        elif plain:
            yield at, plain == "TRUE" if plain in ("TRUE", "FALSE") else float(plain)
        row, column = (row + 1, 1) if end == "\n" else (row, column + 1)


def _prepared(path: Path, today: date, whole: bool) -> bytes:
    """A file whose formulas take a day of ours for today, and whose sheets have their cells alone: what else stands on
    them changes no value, and takes LibreOffice half of its time. (Whole ones are opened where the samples are.)"""
    target = io.BytesIO()
    day = DateSystem.of(date1904=Package.open(path).date1904).stored(serial(today))
    with zipfile.ZipFile(path) as archive, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as changed:
        for member in archive.infolist():
            data = archive.read(member)
            if b"cellXfs" in data:
                data = _FORMAT.sub(rb'<\1 numFmtId="2"\2', data)
            if member.filename.startswith("xl/worksheets/"):
                data = data.replace(_NOW.encode(), str(day).encode())
                data = data if whole else _BESIDE_CELLS.sub(b"", data)
            changed.writestr(member, data)
    return target.getvalue()


_FORMAT = re.compile(rb"""<((?:\w+:)?xf)\b((?:(?!\snumFmtId=)[^>])*)(?:\snumFmtId=(?:"\d*"|'\d*'))?""")
"""The beginning of every format, with what it makes of numbers: they are listed as numbers, whatever cells show."""
_BESIDE_CELLS = re.compile(
    rb"<(mergeCells|conditionalFormatting|dataValidations|hyperlinks|extLst)\b.*?</\1>|<(legacyD|d)rawing [^>]*/>",
    re.DOTALL,
)


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
