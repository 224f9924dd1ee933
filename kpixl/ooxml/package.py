"""The workbook in its package: sheets, names, tables and properties, found by relationships and edited losslessly.

Never parses a sheet to say what is in the workbook; the parts themselves are kept by ``Parts``.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from lxml import etree

from kpixl.errors import N_, NotAWorkbook, OtherWorkbook, StrictWorkbook
from kpixl.message import phrase
from kpixl.ooxml.cells import MAX_COLUMN, MAX_ROW, parse_area
from kpixl.ooxml.namespaces import MAIN, OFFICE_RELATIONSHIP, qn
from kpixl.ooxml.parts import CONTENT_TYPES, Parts, Relationship, rels_name, to_bytes

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from lxml.etree import _Element as Element

__all__ = [
    "MAIN",
    "OFFICE_RELATIONSHIP",
    "Package",
    "Relationship",
    "Sheet",
    "TablePart",
    "string_of",
    "to_bytes",
    "unescaped",
]

_STRICT = "http://purl.oclc.org/ooxml/"
_WORKBOOK_TYPES = (
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml",
    "application/vnd.ms-excel.sheet.macroenabled.main+xml",
)
_MOST_NAMES = 65_000
_OTHER_KINDS = ("ms-excel.template", "spreadsheetml.template", "ms-excel.addin", "ms-excel.sheet.binary")
_AFTER_CALC_PR = frozenset(
    {"oleSize", "customWorkbookViews", "pivotCaches", "smartTagPr", "smartTagTypes"}
    | {"webPublishing", "fileRecoveryPr", "webPublishObjects", "extLst"}
)
_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")


@dataclass(frozen=True, slots=True)
class Sheet:
    """A sheet of the workbook; ``state`` is visible, hidden or veryHidden, ``index`` its place among the tabs."""

    name: str
    part: str
    state: str
    index: int


@dataclass(frozen=True, slots=True)
class TablePart:
    """An Excel Table by the name that formulas use; ``ref`` includes headings and a totals row."""

    name: str
    part: str
    sheet: Sheet
    ref: str
    columns: tuple[str, ...]


class Package(Parts):
    """A workbook's parts, and what the workbook says of itself."""

    def __init__(self, data: bytes, path: Path, source: Path | None = None) -> None:
        super().__init__(data, path, source)
        self._refuse_what_is_no_workbook()

    @cached_property
    def workbook_part(self) -> str:
        """The name of the main part."""
        for related in self.relationships(""):
            if related.type.startswith(_STRICT):
                raise StrictWorkbook(path=self._path.name)
            if related.type == OFFICE_RELATIONSHIP + "/officeDocument":
                return related.target
        raise NotAWorkbook(path=self._path.name)

    @cached_property
    def sheets(self) -> tuple[Sheet, ...]:
        """All sheets in the order of their tabs, charts and hidden ones included."""
        targets = {r.id: r.target for r in self.relationships(self.workbook_part)}
        entries = self.tree(self.workbook_part).iterfind(qn("x:sheets/x:sheet"))
        return tuple(
            Sheet(
                name=entry.get("name", ""),
                part=targets.get(entry.get(qn("r:id"), ""), ""),
                state=entry.get("state", "visible"),
                index=index,
            )
            for index, entry in enumerate(entries)
        )

    def is_worksheet(self, sheet: Sheet) -> bool:
        """Whether a sheet has cells, and is no chart, dialogue or module."""
        return sheet.part in self._worksheets

    @cached_property
    def _worksheets(self) -> frozenset[str]:
        kind = OFFICE_RELATIONSHIP + "/worksheet"
        return frozenset(r.target for r in self.relationships(self.workbook_part) if r.type == kind and r.target)

    @cached_property
    def defined_names(self) -> dict[str, str]:
        """What each name of the whole workbook refers to; names of one sheet are not among them."""
        entries = self.tree(self.workbook_part).iterfind(qn("x:definedNames/x:definedName"))
        return {e.get("name", ""): e.text or "" for e in entries if e.get("localSheetId") is None}

    @cached_property
    def tables(self) -> tuple[TablePart, ...]:
        """All Excel Tables; no sheet is parsed for them."""
        return tuple(self._tables())

    @cached_property
    def date1904(self) -> bool:
        """Whether day 0 is 1904-01-01, as once on the Mac."""
        settings = self.tree(self.workbook_part).find(qn("x:workbookPr"))
        return settings is not None and settings.get("date1904") in ("1", "true")

    @property
    def is_structure_locked(self) -> bool:
        """Whether its owner has forbidden to add, move or remove sheets."""
        entry = self.tree(self.workbook_part).find(qn("x:workbookProtection"))
        return entry is not None and entry.get("lockStructure") in ("1", "true")

    @cached_property
    def custom_properties(self) -> dict[str, str]:
        """The custom document properties as texts."""
        return {
            entry.get("name", ""): "".join(text for text in entry.itertext() if isinstance(text, str))
            for part in self.related("", OFFICE_RELATIONSHIP + "/custom-properties")
            for entry in self.tree(part)
            if isinstance(entry.tag, str)
        }

    @cached_property
    def shared_strings(self) -> tuple[str, ...]:
        """The table of shared texts, without formatting and phonetic readings."""
        return tuple(
            string_of(item)
            for part in self.related(self.workbook_part, OFFICE_RELATIONSHIP + "/sharedStrings")
            for item in self.tree(part).iterfind(qn("x:si"))
        )

    def set_full_calc_on_load(self) -> None:
        """Have Excel recalculate everything when it opens the workbook."""
        root = self.tree(self.workbook_part)
        entry = root.find(qn("x:calcPr"))
        if entry is None:
            entry = etree.Element(qn("x:calcPr"), nsmap={root.prefix: MAIN})
            after = [child for child in root.iterchildren("{*}*") if etree.QName(child).localname in _AFTER_CALC_PR]
            root.insert(root.index(after[0]) if after else len(root), entry)
        elif entry.get("fullCalcOnLoad") in ("1", "true") or entry.get("calcMode") == "manual":
            return  # who calculates by hand says when
        entry.set("fullCalcOnLoad", "1")
        self.replace(self.workbook_part, root)

    def drop_calc_chain(self) -> None:
        """Remove the order of calculation: it must not name cells that hold no formula; Excel makes it anew."""
        kind = OFFICE_RELATIONSHIP + "/calcChain"
        name = rels_name(self.workbook_part)
        for part in self.related(self.workbook_part, kind):
            self.remove(part)
            tree = self.tree(name)
            for entry in tree.findall(qn("rel:Relationship")):
                if entry.get("Type") == kind:
                    tree.remove(entry)
            self.replace(name, tree)

    def _refuse_what_is_no_workbook(self) -> None:
        if not self.has(CONTENT_TYPES) or not self.has(rels_name("")):
            raise NotAWorkbook(path=self._path.name)
        kind = self.content_type(self.workbook_part).lower()
        if kind not in _WORKBOOK_TYPES:
            if any(word in kind for word in _OTHER_KINDS):
                raise OtherWorkbook(path=self._path.name)
            raise NotAWorkbook(path=self._path.name)
        if self.read(self.workbook_part).count(b"definedName ") > _MOST_NAMES:
            raise self.damaged(phrase(N_("it has more than {limit} names"), limit=_MOST_NAMES))
        if self.tree(self.workbook_part).tag != qn("x:workbook"):
            raise StrictWorkbook(path=self._path.name)

    def _forget(self, name: str | None) -> None:
        """Drop what was derived from parts; the shared texts only with their own part, they are costly."""
        derived = ["workbook_part", "sheets", "defined_names", "tables", "date1904", "custom_properties", "_worksheets"]
        if name is None or "sharedstrings" in name.lower() or name.endswith(".rels"):
            derived.append("shared_strings")
        for attribute in derived:
            self.__dict__.pop(attribute, None)

    def _tables(self) -> Iterator[TablePart]:
        for sheet in self.sheets:
            for part in self.related(sheet.part, OFFICE_RELATIONSHIP + "/table") if sheet.part else ():
                root = self.tree(part)
                columns = root.iterfind(qn("x:tableColumns/x:tableColumn"))
                names = tuple(unescaped(column.get("name", "")) for column in columns)
                yield self._sound(TablePart(root.get("displayName", ""), part, sheet, root.get("ref", ""), names))

    def _sound(self, table: TablePart) -> TablePart:
        """The table; DamagedWorkbook where its range lies on no sheet, or is not as wide as it has columns."""
        try:
            area = parse_area(table.ref)
        except ValueError:
            area = None
        if (
            area is None
            or area.ref != table.ref.replace("$", "").upper()
            or area.bottom > MAX_ROW
            or area.right > MAX_COLUMN
            or area.right - area.left + 1 != len(table.columns)
        ):
            raise self.damaged(phrase(N_("the table {name} has no sound range"), name=table.name))
        return table


_T = qn("x:t")


def unescaped(text: str) -> str:
    """Text as the owner sees it: ``_x000D_`` is how the format writes what XML cannot hold."""
    return _ESCAPED.sub(lambda match: chr(int(match[1], 16)), text) if "_x" in text else text


def string_of(item: Element) -> str:
    """The text of a shared or inline string item."""
    if len(item) == 1 and item[0].tag == _T:  # nearly all of them
        return unescaped(item[0].text or "")
    runs = (t for t in item.iterfind(qn(".//x:t")) if t.getparent().tag != qn("x:rPh"))  # type: ignore[union-attr]
    return unescaped("".join(run.text or "" for run in runs))
