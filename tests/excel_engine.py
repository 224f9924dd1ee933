"""Excel for tests: an engine for xlwings over an .xlsx in memory. xlwings' own classes run on it as they do on Excel.

It counts every call that would go to Excel, refuses what Excel refuses, and can fail at a given write. Formulas keep
the values that they were saved with: nothing is computed.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any, TypeVar

import xlwings as xw
from xlwings import base_classes

from excel_tabs import ERRORS, OPTIONS, Cell, Error, Tab, Table, as_shown, opened_tabs
from kpixl.ooxml.cells import Area, cell_name, parse_area
from kpixl.ooxml.package import Package
from narrow import some

STANDARD_HEIGHT = 15.0
com_error = type("com_error", (Exception,), {"excepinfo": None})
MISSING = object()
"""What Apple events give for a value that is an error."""


class Excel:
    """Excel with one workbook open. ``mac`` has it answer as by Apple events."""

    def __init__(self, path: Path, *, mac: bool = False) -> None:
        self.path, self.mac = path, mac
        self.tabs, self.names, self.properties = opened_tabs(path)
        self.date1904 = Package.open(path).date1904
        self.calls: Counter[str] = Counter()
        self.writes = 0
        self.fail_at: set[int] = set()
        """The writes, counted from 1, that fail when they are half done."""
        self.refuses: Callable[[str], bool] = lambda call: False
        """Whether Excel is too busy for a call."""
        self.screen_updating = self.enable_events = self.display_alerts = True
        self.calculation = "automatic"
        self.status_bar: bool | str = False
        self.active = self.tabs[0].name
        self.selection: str | None = "B2"
        self.calculated = 0

    @property
    def book(self) -> xw.Book:
        """The workbook as xlwings has it."""
        return xw.Book(impl=Book(self))

    def tab(self, name: str) -> Tab:
        return next(tab for tab in self.tabs if tab.name == name)

    def state(self) -> object:
        """Everything that must not change where a refresh fails."""
        app = (self.screen_updating, self.enable_events, self.display_alerts, self.calculation, self.status_bar)
        return {tab.name: tab.state() for tab in self.tabs}, app, self.active, self.selection

    def cross(self, call: str) -> None:
        """Count a call to Excel."""
        self.calls[call] += 1
        if self.refuses(call):
            raise com_error("The message filter indicated that the application is busy.")

    @contextmanager
    def writing(self) -> Iterator[bool]:
        """A write; tells whether only half of it is to be done before it fails."""
        self.writes += 1
        fails = self.writes in self.fail_at
        yield fails
        if fails:
            raise com_error(f"write {self.writes} failed")


T = TypeVar("T")
_HERE = frozenset(("options", "api", "engine", "pid", "snapshot"))
"""What xlwings knows without asking Excel, or as good as."""


class Boundary:
    """Whatever is asked of it from outside is a call to Excel."""

    _excel: Excel

    def __getattribute__(self, name: str) -> Any:
        if not name.startswith("_") and name not in _HERE:
            self._excel.cross(f"{type(self).__name__}.{name}")
        return object.__getattribute__(self, name)

    def __setattr__(self, name: str, value: object) -> None:
        if not name.startswith("_") and name != "options":
            self._excel.cross(f"{type(self).__name__}.{name}=")
        object.__setattr__(self, name, value)


def _only_read(getter: Callable[[Any], object]) -> Any:
    """A property that the classes of xlwings could set as well."""
    return property(getter)


class Engine:
    name, type = "excel for tests", "desktop"

    @property
    def apps(self) -> None:
        return None

    @staticmethod
    def prepare_xl_data_element(x: Any, options: object) -> Any:
        return "" if x is None else x


class App(Boundary, base_classes.App):
    def __init__(self, excel: Excel) -> None:
        self._excel = excel

    @property
    def engine(self) -> Any:
        return Engine()

    @property
    def pid(self) -> int:
        return 1

    @property
    def selection(self) -> Range | None:
        excel = self._excel
        return Range(excel, excel.tab(excel.active), excel.selection) if excel.selection else None

    def activate(self, steal_focus: bool = False) -> None:
        """It is in front already."""

    def calculate(self) -> None:
        with self._excel.writing() as fails:
            self._excel.calculated += not fails


def _setting(name: str) -> property:
    def getter(self: Any) -> object:
        return getattr(self._excel, name)

    def setter(self: Any, value: object) -> None:
        setattr(self._excel, name, value)

    return property(getter, setter)


for _name in ("screen_updating", "enable_events", "display_alerts", "calculation", "status_bar"):
    setattr(App, _name, _setting(_name))


class Book(Boundary, base_classes.Book):
    def __init__(self, excel: Excel) -> None:
        self._excel = excel

    @property
    def api(self) -> Any:
        return MacBook(self._excel) if self._excel.mac else ComBook(self._excel)

    @property
    def name(self) -> str:
        return self._excel.path.name

    @property
    def fullname(self) -> str:
        return str(self._excel.path)

    @property
    def app(self) -> App:
        return App(self._excel)

    @property
    def sheets(self) -> Sheets:
        return Sheets(self._excel)

    def activate(self) -> None:
        """It is the only one."""

    @property
    def names(self) -> Names:
        return Names(self._excel)


class _Several(Boundary):
    """A collection: counted from 1, or by names."""

    def __init__(self, excel: Excel, items: list[Any]) -> None:
        self._excel, self._items = excel, items

    def __len__(self) -> int:
        self._excel.cross(f"{type(self).__name__}.len")
        return len(self._items)

    def __iter__(self) -> Iterator[Any]:
        self._excel.cross(f"{type(self).__name__}.iter")
        return iter(self._items)

    def __call__(self, key: int | str) -> Any:
        self._excel.cross(f"{type(self).__name__}.item")
        if isinstance(key, int):
            return self._items[key - 1]
        return next(item for item in self._items if item._name == key)


class Sheets(_Several, base_classes.Sheets):
    def __init__(self, excel: Excel) -> None:
        super().__init__(excel, [Sheet(excel, tab) for tab in excel.tabs])

    @property
    def active(self) -> Sheet:
        sheet: Sheet = self(self._excel.active)
        return sheet


class Sheet(Boundary, base_classes.Sheet):
    def __init__(self, excel: Excel, tab: Tab) -> None:
        self._excel, self._tab, self._name = excel, tab, tab.name

    @property
    def api(self) -> Any:
        return MacSheet(self._excel, self._tab) if self._excel.mac else ComSheet(self._excel, self._tab)

    @_only_read
    def name(self) -> str:
        return self._tab.name

    @property
    def book(self) -> Book:
        return Book(self._excel)

    def range(self, arg1: str, arg2: None = None) -> Range:
        assert isinstance(arg1, str), "one call for a range, not three"
        assert arg2 is None
        return Range(self._excel, self._tab, arg1)

    def activate(self) -> None:
        self._excel.active = self._tab.name

    @property
    def used_range(self) -> Range:
        places = [place for place, cell in self._tab.cells.items() if cell.content is not None] or [(1, 1)]
        bottom, right = (max(numbers) for numbers in zip(*places, strict=True))
        return Range(self._excel, self._tab, Area(1, 1, bottom, right).ref)

    @property
    def tables(self) -> Any:
        return Tables(self._excel, [ListObject(self._excel, self._tab, table) for table in self._tab.tables])

    @property
    def charts(self) -> Any:
        return Charts(self._excel, [Chart(self._excel, chart) for chart in self._tab.charts])


class Tables(_Several, base_classes.Tables):
    pass


class ListObject(Boundary, base_classes.Table):
    def __init__(self, excel: Excel, tab: Tab, table: Table) -> None:
        self._excel, self._tab, self._table, self._name = excel, tab, table, table.name

    @_only_read
    def name(self) -> str:
        return self._table.name

    @property
    def range(self) -> Range:
        return Range(self._excel, self._tab, self._table.area.ref)

    @_only_read
    def show_headers(self) -> bool:
        return self._table.headers

    @_only_read
    def show_totals(self) -> bool:
        return self._table.totals


class Charts(_Several, base_classes.Charts):
    pass


class Chart(Boundary, base_classes.Chart):
    def __init__(self, excel: Excel, chart: list[str]) -> None:
        self._excel, self._chart = excel, chart

    @property
    def series(self) -> Any:
        return SeriesCollection(self._excel, [Series(self._excel, self._chart, i) for i in range(len(self._chart))])


class SeriesCollection(_Several, base_classes.ChartSeriesCollection):
    pass


class Series(Boundary, base_classes.ChartSeries):
    def __init__(self, excel: Excel, chart: list[str], index: int) -> None:
        self._excel, self._chart, self._index = excel, chart, index

    @property
    def api(self) -> Any:
        return ComSeries(self._excel, self._chart, self._index)


class Names(Boundary, base_classes.Names):
    def __init__(self, excel: Excel) -> None:
        self._excel = excel

    def __len__(self) -> int:
        self._excel.cross("Names.len")
        return len(self._excel.names)

    def __call__(self, key: int | str) -> Name:
        self._excel.cross("Names.item")
        assert isinstance(key, int), "by its name Excel may give that of the active sheet"
        return Name(self._excel, list(self._excel.names)[key - 1])

    def snapshot(self) -> list[tuple[str, Name]]:
        if self._excel.mac:
            return [(name, Name(self._excel, name)) for name in self._excel.names]
        pairs: list[tuple[str, Name]] = base_classes.Names.snapshot(self)  # type: ignore[no-untyped-call]  # xlwings gives it none
        return pairs


class Name(Boundary, base_classes.Name):
    def __init__(self, excel: Excel, name: str) -> None:
        self._excel, self._name = excel, name

    @_only_read
    def name(self) -> str:
        return self._name

    @_only_read
    def refers_to(self) -> str:
        return f"={as_shown(self._excel.names[self._name])}"


class Range(Boundary, base_classes.Range):
    def __init__(self, excel: Excel, tab: Tab, address: str) -> None:
        self._excel, self._tab, self._area = excel, tab, parse_area(address)

    @property
    def api(self) -> Any:
        return (MacRange if self._excel.mac else ComRange)(self)

    @property
    def sheet(self) -> Sheet:
        return Sheet(self._excel, self._tab)

    @property
    def address(self) -> str:
        corners = self._area.ref.split(":")
        return ":".join(re.sub(r"([A-Z]+)(\d+)", r"$\1$\2", corner) for corner in corners)

    @property
    def number_format(self) -> str | None:
        columns = range(self._area.left, self._area.right + 1)
        places = ((row, column) for row in self._rows for column in columns)
        shown = {self._tab.cells[place].format if place in self._tab.cells else "General" for place in places}
        return shown.pop() if len(shown) == 1 else None

    @number_format.setter
    def number_format(self, value: str) -> None:
        raise NotImplementedError

    def select(self) -> None:
        self._excel.active, self._excel.selection = self._tab.name, self._area.ref

    def __len__(self) -> int:
        self._excel.cross("Range.len")
        return len(self._rows) * (self._area.right - self._area.left + 1)

    @property
    def _rows(self) -> range:
        return range(self._area.top, self._area.bottom + 1)

    def _map(self, read: Callable[[Cell], object]) -> Any:
        columns = range(self._area.left, self._area.right + 1)
        empty = Cell()
        get = self._tab.cells.get
        rows = tuple(tuple(read(get((row, column), empty)) for column in columns) for row in self._rows)
        return rows[0][0] if len(rows) == len(rows[0]) == 1 else rows

    @property
    def raw_value(self) -> Any:
        return self._map(_value_of)

    @raw_value.setter
    def raw_value(self, data: Any) -> None:
        self._type(data)

    @property
    def formula(self) -> Any:
        return self._map(lambda cell: f"={as_shown(cell.formula)}" if cell.formula is not None else _text(cell.value))

    @formula.setter
    def formula(self, data: Any) -> None:
        self._type(data)

    def _type(self, data: Any) -> None:
        area = self._area
        assert len(data) == len(self._rows), "as many rows as the range"
        assert {len(row) for row in data} == {area.right - area.left + 1}, "as many columns as the range"
        typed = {
            (row, column): content
            for row, contents in zip(self._rows, data, strict=True)
            for column, content in enumerate(contents, area.left)
        }
        if self._tab.protected and any(self._tab.cell(*place).locked for place in typed):
            raise com_error("The cell is on a protected sheet.")
        with self._excel.writing() as fails:
            for place, content in list(typed.items())[: len(typed) // 2 if fails else None]:
                _type(self._tab.cell(*place), content)

    @property
    def row_hidden(self) -> bool | None:
        return _same({row in self._tab.hidden for row in self._rows})

    @row_hidden.setter
    def row_hidden(self, value: bool) -> None:
        self._format_rows()
        with self._excel.writing() as fails:
            for row in self._rows[: len(self._rows) // 2 if fails else None]:
                (self._tab.hidden.add if value else self._tab.hidden.discard)(row)

    @property
    def row_height(self) -> float | None:
        return _same({self._tab.heights.get(row, STANDARD_HEIGHT) for row in self._rows})

    @row_height.setter
    def row_height(self, value: float) -> None:
        self._format_rows()
        with self._excel.writing() as fails:
            self._tab.heights.update(dict.fromkeys(self._rows[: len(self._rows) // 2 if fails else None], value))

    def _format_rows(self) -> None:
        if self._tab.protected and not self._tab.protected[2 + OPTIONS.index("formatRows")]:
            raise com_error("The rows are on a protected sheet.")


def _same(found: set[T]) -> T | None:
    return found.pop() if len(found) == 1 else None


def _type(cell: Cell, content: Any) -> None:
    """Put into a cell what a person would have typed."""
    cell.formula = None
    if not isinstance(content, str):
        cell.value = content if content is None or isinstance(content, bool) else float(content)
    elif content.startswith("'"):
        cell.value = content[1:]
    elif content.startswith("="):
        cell.formula = content[1:]
        link = re.fullmatch(r'=HYPERLINK\("(?:[^"]|"")*","((?:[^"]|"")*)"\)', content)
        cell.value = link[1].replace('""', '"') if link else 0.0
    else:
        cell.value = _taken(content)


def _taken(text: str) -> Any:
    """What Excel makes of a text: figures, dates, shares, truth values and errors of those that look like one."""
    if text in ERRORS:
        return Error(text)
    if text.upper() in ("TRUE", "FALSE", "VERDADERO", "VRAI"):
        return text.upper() != "FALSE"
    if re.fullmatch(r"\s*[-+(]?[\d.,]+(E\d+)?\)?\s*%?", text):
        return float(re.sub(r"[^\d.]", "", text) or 0)
    if re.match(r"\d+[-/. ](\d+|[A-Za-z]{3})\b|[A-Z][a-z]{2,8}[- ]\d+$|[@+-]\w", text):
        return 45000.0
    return text or None


def _text(value: Any) -> str:
    if isinstance(value, Error):
        return value.code
    if isinstance(value, float):
        return f"{value:.15g}"
    return "" if value is None else str(value).upper() if isinstance(value, bool) else value


def _value_of(cell: Cell) -> Any:
    """As ``Value`` has it: dates as such, and money with four decimals."""
    if isinstance(cell.value, float) and re.search(r"[dy]", re.sub(r'"[^"]*"|\[[^]]*\]', "", cell.format)):
        return datetime(1899, 12, 30, tzinfo=UTC) + timedelta(days=cell.value)
    if isinstance(cell.value, float) and "€" in cell.format:
        return Decimal(str(round(cell.value, 4)))
    return _value2_of(cell)


def _value2_of(cell: Cell) -> Any:
    if isinstance(cell.value, Error):
        return ERRORS[cell.value.code] + 0x800A0000 - 2**32
    return cell.value


class Com(Boundary):
    """Excel's own objects, by COM."""

    def __init__(self, excel: Excel) -> None:
        self._excel = excel


class ComBook(Com):
    @property
    def Date1904(self) -> bool:  # noqa: N802
        return self._excel.date1904

    def CustomDocumentProperties(self, name: str) -> Any:  # noqa: N802
        """As it was in the file, since it never changes."""
        if name not in self._excel.properties:
            raise com_error("no such property")
        return ComProperty(self._excel, self._excel.properties[name])


class ComProperty(Com):
    def __init__(self, excel: Excel, value: str) -> None:
        super().__init__(excel)
        self._value = value

    @property
    def Value(self) -> str:  # noqa: N802
        return self._value


class ComRange(Com):
    def __init__(self, cells: Range) -> None:
        super().__init__(cells._excel)
        self._cells = cells

    @property
    def Value2(self) -> Any:  # noqa: N802
        return self._cells._map(_value2_of)

    @property
    def EntireRow(self) -> ComRows:  # noqa: N802
        return ComRows(self._cells)


class ComRows(ComRange):
    @property
    def Hidden(self) -> bool | None:  # noqa: N802
        return _same({row in self._cells._tab.hidden for row in self._cells._rows})


class ComSheet(Com):
    ProtectionMode = False
    EnableSelection = 0

    def __init__(self, excel: Excel, tab: Tab) -> None:
        super().__init__(excel)
        self._tab = tab

    @property
    def ProtectContents(self) -> bool:  # noqa: N802
        return self._tab.protected is not None

    @property
    def ProtectDrawingObjects(self) -> bool:  # noqa: N802
        return bool(self._tab.protected and self._tab.protected[0])

    @property
    def ProtectScenarios(self) -> bool:  # noqa: N802
        return bool(self._tab.protected and self._tab.protected[1])

    @property
    def Protection(self) -> ComProtection:  # noqa: N802
        return ComProtection(self._excel, self._tab)

    def Unprotect(self, password: str) -> None:  # noqa: N802
        _unprotect(self._excel, self._tab, password)

    def Protect(  # noqa: N802
        self, password: str, drawings: bool, contents: bool, scenarios: bool, programs: bool, *options: bool
    ) -> None:
        assert contents
        assert not password
        assert not programs
        _protect(self._excel, self._tab, (drawings, scenarios, *options))


def _unprotect(excel: Excel, tab: Tab, password: str) -> None:
    with excel.writing() as fails:
        if tab.password and password != tab.password:
            raise com_error("The password you supplied is not correct.")
        if not fails:
            tab.protected = None


def _protect(excel: Excel, tab: Tab, protected: tuple[bool, ...]) -> None:
    assert tab.protected is None, "Excel would ask for the password"
    assert len(protected) == 2 + len(OPTIONS)
    with excel.writing() as fails:
        if not fails:
            tab.protected = protected


class ComProtection(Com):
    def __init__(self, excel: Excel, tab: Tab) -> None:
        super().__init__(excel)
        self._tab = tab

    def __getattribute__(self, name: str) -> Any:
        if not name.startswith("Allow"):
            return super().__getattribute__(name)
        self._excel.cross(f"ComProtection.{name}")
        words = ("FormattingCells", "FormattingColumns", "FormattingRows", "InsertingColumns", "InsertingRows",
                 "InsertingHyperlinks", "DeletingColumns", "DeletingRows", "Sorting", "Filtering",
                 "UsingPivotTables")  # fmt: skip
        return some(self._tab.protected)[2 + words.index(name.removeprefix("Allow"))]


class ComSeries(Com):
    def __init__(self, excel: Excel, chart: list[str], index: int) -> None:
        super().__init__(excel)
        self._chart, self._index = chart, index

    @property
    def Formula(self) -> str:  # noqa: N802
        return as_shown(self._chart[self._index])

    @Formula.setter
    def Formula(self, text: str) -> None:  # noqa: N802
        with self._excel.writing() as fails:
            if not fails:
                self._chart[self._index] = text


class Event(Com):
    """A property by Apple events: asked with ``get``."""

    def __init__(self, excel: Excel, value: object) -> None:
        super().__init__(excel)
        self._value = value

    def get(self) -> Any:
        return self._value


class MacBook(Com):
    @property
    def date_1904(self) -> Event:
        return Event(self._excel, self._excel.date1904)


class MacRange(Com):
    def __init__(self, cells: Range) -> None:
        super().__init__(cells._excel)
        self._cells = cells

    @property
    def value2(self) -> Event:
        return Event(self._excel, self._listed(self._cells._map(_mac_value)))

    @property
    def string_value(self) -> Event:
        return Event(self._excel, self._listed(self._cells._map(lambda cell: _text(cell.value))))

    def _listed(self, rows: Any) -> Any:
        return [list(row) for row in rows] if isinstance(rows, tuple) else rows


def _mac_value(cell: Cell) -> Any:
    return MISSING if isinstance(cell.value, Error) else "" if cell.value is None else cell.value


class MacSheet(Com):
    def __init__(self, excel: Excel, tab: Tab) -> None:
        super().__init__(excel)
        self._tab = tab

    @property
    def protect_contents(self) -> Event:
        return Event(self._excel, self._tab.protected is not None)

    @property
    def protection_mode(self) -> Event:
        return Event(self._excel, False)

    @property
    def protect_drawing_objects(self) -> Event:
        return Event(self._excel, some(self._tab.protected)[0])

    @property
    def protect_scenarios(self) -> Event:
        return Event(self._excel, some(self._tab.protected)[1])

    @property
    def protection_object(self) -> MacProtection:
        return MacProtection(self._excel, self._tab)

    def unprotect(self, password: str) -> None:
        _unprotect(self._excel, self._tab, password)

    def protect_worksheet(
        self,
        drawing_objects: bool,
        worksheet_contents: bool,
        scenarios: bool,
        user_interface_only: bool,
        **options: bool,
    ) -> None:
        assert worksheet_contents
        assert not user_interface_only
        assert set(options) == set(MAC_OPTIONS)
        _protect(self._excel, self._tab, (drawing_objects, scenarios, *(options[word] for word in MAC_OPTIONS)))


MAC_OPTIONS = (
    "allow_formatting_cells", "allow_formatting_columns", "allow_formatting_rows", "allow_inserting_columns",
    "allow_inserting_rows", "allow_inserting_hyperlinks", "allow_deleting_columns", "allow_deleting_rows",
    "allow_sorting", "allow_filtering", "allow_using_pivot_table",
)  # fmt: skip


class MacProtection(Com):
    def __init__(self, excel: Excel, tab: Tab) -> None:
        super().__init__(excel)
        self._tab = tab

    def __getattribute__(self, name: str) -> Any:
        if name not in MAC_OPTIONS:
            return super().__getattribute__(name)
        return Event(self._excel, some(self._tab.protected)[2 + MAC_OPTIONS.index(name)])


def register() -> None:
    """Have xlwings know the engine."""
    if Engine.name not in xw.engines.engines_by_name:
        xw.engines.add(xw.Engine(impl=Engine()))


register()

__all__ = ["Cell", "Error", "Excel", "Tab", "cell_name", "com_error"]
