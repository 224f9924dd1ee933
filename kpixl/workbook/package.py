"""The lossless edit of an Open XML package: owned parts are replaced, every other part is copied byte for byte.

Never guesses a part by its name, never recompresses a part that nobody replaced, and never touches the file before
the new one has been checked.
"""

from __future__ import annotations

import os
import posixpath
import re
import zipfile
import zlib
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Self
from urllib.parse import unquote
from xml.parsers import expat

from lxml import etree

from kpixl.errors import (
    DamagedWorkbook,
    FileInUse,
    FileMissing,
    NotAWorkbook,
    PasswordProtected,
    SignedWorkbook,
    StrictWorkbook,
    WorkbookError,
)
from kpixl.workbook import files
from kpixl.workbook.archive import Archive

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lxml.etree import _Element as Element

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
OFFICE_RELATIONSHIP = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE_RELATIONSHIP = "http://schemas.openxmlformats.org/package/2006/relationships"
CONTENT_TYPES = "[Content_Types].xml"

_STRICT = "http://purl.oclc.org/ooxml/"
_SIGNATURE = PACKAGE_RELATIONSHIP + "/digital-signature/origin"
_CONTENT_TYPE = "{http://schemas.openxmlformats.org/package/2006/content-types}"
_WORKBOOK_TYPES = (
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml",
    "application/vnd.ms-excel.sheet.macroenabled.main+xml",
)
_AFTER_CALC_PR = frozenset(
    [
        "oleSize",
        "customWorkbookViews",
        "pivotCaches",
        "smartTagPr",
        "smartTagTypes",
        "webPublishing",
        "fileRecoveryPr",
        "webPublishObjects",
        "extLst",
    ]
)
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_DECLARATION = b'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\r\n'
_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")


@dataclass(frozen=True, slots=True)
class Relationship:
    """One relationship of a part; ``target`` is the name of a part, or the address as written where external."""

    id: str
    type: str
    target: str
    external: bool


@dataclass(frozen=True, slots=True)
class Sheet:
    """A sheet of the workbook; ``state`` is visible, hidden or veryHidden, ``index`` its place among the tabs."""

    name: str
    part: str
    state: str
    index: int


@dataclass(frozen=True, slots=True)
class Table:
    """An Excel Table by the name that formulas use; ``ref`` includes headings and a totals row."""

    name: str
    part: str
    sheet: Sheet
    ref: str
    columns: tuple[str, ...]


class Package:
    """A workbook's parts, as read and as they are to be saved."""

    def __init__(self, data: bytes, path: Path, source: Path | None = None) -> None:
        self._load(data, path, source)
        self._refuse_what_is_no_workbook()

    @classmethod
    def open(cls, path: Path) -> Self:
        """Read the package at ``path``; the file is not kept open."""
        if path.is_dir():
            raise NotAWorkbook(path=path.name)
        try:
            data = path.read_bytes()
        except (FileNotFoundError, NotADirectoryError) as error:
            raise FileMissing(path=str(path)) from error
        except OSError as error:
            raise files.unwritable(path, error) from error
        return cls(data, path, _real(path))

    @classmethod
    def from_bytes(cls, data: bytes, path: Path) -> Self:
        """A package that is not on disk yet; ``path`` names it in errors."""
        return cls(data, path)

    # The parts

    @property
    def path(self) -> Path:
        """Where the package was read from or saved to last."""
        return self._path

    @property
    def changed(self) -> bool:
        """Whether any part differs from what was read."""
        return bool(self._changes or self._removed)

    @property
    def parts(self) -> tuple[str, ...]:
        """The names of all parts, in the order of the file, added ones last."""
        return tuple(n for n in dict.fromkeys((*self._archive.names, *self._changes)) if n not in self._removed)

    def has(self, part: str) -> bool:
        """Whether there is such a part."""
        return self._find(part) is not None

    def read(self, part: str) -> bytes:
        """The bytes of a part as it stands now."""
        name = self._find(part)
        if name is None:
            raise self._damaged(f"the part {part} is missing")
        return self._changes[name] if name in self._changes else self._original(name)

    def tree(self, part: str) -> Element:
        """A new tree of an XML part; changing it changes nothing until it is handed to ``replace``."""
        parser = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=True)
        try:
            return etree.fromstring(self.read(part), parser)
        except etree.XMLSyntaxError as error:
            raise self._damaged(f"the part {part} is not well-formed XML") from error

    def replace(self, part: str, data: bytes | Element) -> None:
        """Put new content into a part; the same content again is no change."""
        name = self._find(part)
        if name is None:
            raise self._damaged(f"the part {part} is missing")
        self._put(name, data if isinstance(data, bytes) else to_bytes(data))

    def add(self, part: str, data: bytes | Element, content_type: str, default_ext: str | None = None) -> None:
        """Add a part; with ``default_ext`` its type is declared for that extension, otherwise for the part alone."""
        if self.has(part):
            raise ValueError(f"the part {part} exists already")
        self._put(part, data if isinstance(data, bytes) else to_bytes(data))
        if self.content_type(part) == content_type:
            return
        types = self.tree(CONTENT_TYPES)
        if default_ext is not None:
            entry = etree.Element(_CONTENT_TYPE + "Default", Extension=default_ext, ContentType=content_type)
            types.insert(0, entry)
        else:
            etree.SubElement(types, _CONTENT_TYPE + "Override", PartName="/" + part, ContentType=content_type)
        self.replace(CONTENT_TYPES, types)

    def remove(self, part: str) -> None:
        """Drop a part with its own relationships and its content type; relationships to it are the caller's."""
        for name in filter(None, (self._find(part), self._find(_rels_name(part)))):
            self._changes.pop(name, None)
            if name in self._archive.names:
                self._removed.add(name)
            self._forget(name)
        types = self.tree(CONTENT_TYPES)
        for entry in types.findall(_CONTENT_TYPE + "Override"):
            if _key(entry.get("PartName", "")) == _key(part):
                types.remove(entry)
                self.replace(CONTENT_TYPES, types)

    def content_type(self, part: str) -> str:
        """The declared content type of a part, empty where none is."""
        default = ""
        extension = part.rpartition(".")[2].lower()
        for entry in self.tree(CONTENT_TYPES):
            if entry.tag == _CONTENT_TYPE + "Override" and _key(entry.get("PartName", "")) == _key(part):
                return entry.get("ContentType", "")
            if entry.tag == _CONTENT_TYPE + "Default" and entry.get("Extension", "").lower() == extension:
                default = entry.get("ContentType", "")
        return default

    def relationships(self, part: str) -> tuple[Relationship, ...]:
        """The relationships of a part; of the package itself for an empty name."""
        name = _rels_name(part)
        if not self.has(name):
            return ()
        return tuple(
            Relationship(
                id=entry.get("Id", ""),
                type=entry.get("Type", ""),
                target=entry.get("Target", "") if external else self._resolve(part, entry.get("Target", "")),
                external=external,
            )
            for entry in self.tree(name).iter(f"{{{PACKAGE_RELATIONSHIP}}}Relationship")
            for external in (entry.get("TargetMode") == "External",)
        )

    def add_relationship(self, part: str, kind: str, target: str) -> str:
        """Relate ``part`` to the part ``target``; the new relationship's id."""
        name = _rels_name(part)
        empty = f'<Relationships xmlns="{PACKAGE_RELATIONSHIP}"/>'.encode()
        tree = self.tree(name) if self.has(name) else etree.fromstring(empty)
        taken = {r.id for r in self.relationships(part)}
        number = next(f"rId{n}" for n in range(1, len(taken) + 2) if f"rId{n}" not in taken)
        entry = etree.SubElement(tree, f"{{{PACKAGE_RELATIONSHIP}}}Relationship")
        for key, value in (("Id", number), ("Type", kind), ("Target", "/" + target)):
            entry.set(key, value)
        if self.has(name):
            self.replace(name, tree)
        else:
            self.add(name, tree, "application/vnd.openxmlformats-package.relationships+xml", "rels")
        return number

    # The workbook

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
        entries = self.tree(self.workbook_part).iterfind(f"{{{MAIN}}}sheets/{{{MAIN}}}sheet")
        return tuple(
            Sheet(
                name=entry.get("name", ""),
                part=targets.get(entry.get(f"{{{OFFICE_RELATIONSHIP}}}id", ""), ""),
                state=entry.get("state", "visible"),
                index=index,
            )
            for index, entry in enumerate(entries)
        )

    @cached_property
    def defined_names(self) -> dict[str, str]:
        """What each name of the whole workbook refers to; names of one sheet are not among them."""
        entries = self.tree(self.workbook_part).iterfind(f"{{{MAIN}}}definedNames/{{{MAIN}}}definedName")
        return {e.get("name", ""): e.text or "" for e in entries if e.get("localSheetId") is None}

    @cached_property
    def tables(self) -> tuple[Table, ...]:
        """All Excel Tables; no sheet is parsed for them."""
        return tuple(self._tables())

    @cached_property
    def date1904(self) -> bool:
        """Whether day 0 is 1904-01-01, as once on the Mac."""
        settings = self.tree(self.workbook_part).find(f"{{{MAIN}}}workbookPr")
        return settings is not None and settings.get("date1904") in ("1", "true")

    @cached_property
    def custom_properties(self) -> dict[str, str]:
        """The custom document properties as texts."""
        return {
            entry.get("name", ""): "".join(text for text in entry.itertext() if isinstance(text, str))
            for part in self._related("", OFFICE_RELATIONSHIP + "/custom-properties")
            for entry in self.tree(part)
            if isinstance(entry.tag, str)
        }

    @cached_property
    def shared_strings(self) -> tuple[str, ...]:
        """The table of shared texts, without formatting and phonetic readings."""
        return tuple(
            string_of(item)
            for part in self._related(self.workbook_part, OFFICE_RELATIONSHIP + "/sharedStrings")
            for item in self.tree(part).iterfind(f"{{{MAIN}}}si")
        )

    def set_full_calc_on_load(self) -> None:
        """Have Excel recalculate everything when it opens the workbook."""
        root = self.tree(self.workbook_part)
        entry = root.find(f"{{{MAIN}}}calcPr")
        if entry is None:
            entry = etree.Element(f"{{{MAIN}}}calcPr", nsmap={root.prefix: MAIN})
            after = [child for child in root.iterchildren("{*}*") if etree.QName(child).localname in _AFTER_CALC_PR]
            root.insert(root.index(after[0]) if after else len(root), entry)
        elif entry.get("fullCalcOnLoad") in ("1", "true"):
            return
        entry.set("fullCalcOnLoad", "1")
        self.replace(self.workbook_part, root)

    def drop_calc_chain(self) -> None:
        """Remove the order of calculation: it must not name cells that hold no formula; Excel makes it anew."""
        kind = OFFICE_RELATIONSHIP + "/calcChain"
        name = _rels_name(self.workbook_part)
        for part in self._related(self.workbook_part, kind):
            self.remove(part)
            tree = self.tree(name)
            for entry in tree.findall(f"{{{PACKAGE_RELATIONSHIP}}}Relationship"):
                if entry.get("Type") == kind:
                    tree.remove(entry)
            self.replace(name, tree)

    # Saving

    def save(self, path: Path, *, backup: bool = False) -> None:
        """Put the package at ``path`` in one step, or leave what is there as it was; it then stands for that file."""
        target = _real(path)
        on_disk = target.read_bytes() if target.is_file() else None
        if not self.changed and on_disk == self._archive.data:
            return
        if self.changed and any(r.type == _SIGNATURE for r in self.relationships("")):
            raise SignedWorkbook(path=path.name)
        files.ensure_free(target)
        if target == self._source and on_disk is not None and on_disk != self._archive.data:
            # Somebody saved it after it was read: writing now would undo his work.
            raise FileInUse(path=path.name, program="another program")
        data = self._archive.rewritten(self._changes, self._removed) if self.changed else self._archive.data
        if backup and on_disk is not None:
            files.backup(target)
        files.swap_in(target, data, lambda written: self._verify(written, data))
        self._load(data, path, target)

    def _verify(self, written: bytes, intended: bytes) -> None:
        if written != intended:
            raise self._failed("the copy on disk differs from what was written")
        archive = Archive(written)
        if set(archive.names) != {*self._archive.names, *self._changes} - self._removed:
            raise self._failed("the new file lacks a part")
        for name, data in self._changes.items():
            if archive.read(name) != data:
                raise self._failed(f"the part {name} was not written whole")
            if name == CONTENT_TYPES or self.content_type(name).endswith(("xml", "vmlDrawing")):
                try:
                    expat.ParserCreate(namespace_separator=" ").Parse(data, True)
                except expat.ExpatError as error:
                    raise self._failed(f"the new part {name} is not well-formed: {error}") from error

    # What is behind

    def _load(self, data: bytes, path: Path, source: Path | None) -> None:
        if data.startswith(_OLE):
            encrypted = "EncryptedPackage".encode("utf-16-le") in data
            raise PasswordProtected(path=path.name) if encrypted else NotAWorkbook(path=path.name)
        self._path, self._source = path, source
        self._changes: dict[str, bytes] = {}
        self._removed: set[str] = set()
        try:
            self._archive = Archive(data)
        except (zipfile.BadZipFile, ValueError, NotImplementedError) as error:
            if not data or data.startswith(b"PK"):
                raise self._damaged("the file is empty" if not data else "the file is cut short") from error
            raise NotAWorkbook(path=path.name) from error
        self._names = {_key(name): name for name in self._archive.names}
        self._forget(None)

    def _refuse_what_is_no_workbook(self) -> None:
        if not self.has(CONTENT_TYPES) or not self.has(_rels_name("")):
            raise NotAWorkbook(path=self._path.name)
        if self.content_type(self.workbook_part).lower() not in _WORKBOOK_TYPES:
            raise NotAWorkbook(path=self._path.name)
        if self.tree(self.workbook_part).tag != f"{{{MAIN}}}workbook":
            raise StrictWorkbook(path=self._path.name)

    def _original(self, name: str) -> bytes:
        try:
            return self._archive.read(name)
        except (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError) as error:
            raise self._damaged(f"the part {name} cannot be read") from error
        except RuntimeError as error:  # zipfile's word for a password
            raise PasswordProtected(path=self._path.name) from error

    def _put(self, name: str, data: bytes) -> None:
        if name in self._archive.names and self._original(name) == data:
            self._changes.pop(name, None)
        else:
            self._changes[name] = data
        self._removed.discard(name)
        self._names[_key(name)] = name
        self._forget(name)

    def _forget(self, name: str | None) -> None:
        """Drop what was derived from parts; the shared texts only with their own part, they are costly."""
        derived = ["workbook_part", "sheets", "defined_names", "tables", "date1904", "custom_properties"]
        if name is None or "sharedstrings" in name.lower() or name.endswith(".rels"):
            derived.append("shared_strings")
        for attribute in derived:
            self.__dict__.pop(attribute, None)

    def _find(self, part: str) -> str | None:
        name = self._names.get(_key(part)) or self._names.get(_key(unquote(part)))
        return None if name in self._removed else name

    def _resolve(self, part: str, target: str) -> str:
        joined = posixpath.normpath(posixpath.join("/", posixpath.dirname(part), target.replace("\\", "/")))
        return self._find(joined.partition("#")[0]) or joined.lstrip("/")

    def _related(self, part: str, kind: str) -> list[str]:
        return [r.target for r in self.relationships(part) if r.type == kind and self.has(r.target)]

    def _tables(self) -> Iterator[Table]:
        for sheet in self.sheets:
            for part in self._related(sheet.part, OFFICE_RELATIONSHIP + "/table") if sheet.part else ():
                root = self.tree(part)
                columns = root.iterfind(f"{{{MAIN}}}tableColumns/{{{MAIN}}}tableColumn")
                names = tuple(unescaped(column.get("name", "")) for column in columns)
                yield Table(root.get("displayName", ""), part, sheet, root.get("ref", ""), names)

    def _damaged(self, detail: str) -> DamagedWorkbook:
        return DamagedWorkbook(path=self._path.name, detail=detail)

    def _failed(self, detail: str) -> WorkbookError:
        return WorkbookError(path=self._path.name, detail=f"{detail}; the workbook is as it was")


def to_bytes(root: Element) -> bytes:
    """A part's bytes as Excel begins them."""
    return _DECLARATION + etree.tostring(root.getroottree(), encoding="UTF-8", xml_declaration=False)


def unescaped(text: str) -> str:
    """Text as the owner sees it: ``_x000D_`` is how the format writes what XML cannot hold."""
    return _ESCAPED.sub(lambda match: chr(int(match[1], 16)), text) if "_x" in text else text


def string_of(item: Element) -> str:
    """The text of a shared or inline string item."""
    runs = (t for t in item.iterfind(f".//{{{MAIN}}}t") if t.getparent().tag != f"{{{MAIN}}}rPh")  # type: ignore[union-attr]
    return unescaped("".join(run.text or "" for run in runs))


def _real(path: Path) -> Path:
    """The file itself: a link to it must stay a link when the file is replaced."""
    return Path(os.path.realpath(path))


def _key(part: str) -> str:
    return part.replace("\\", "/").lstrip("/").lower()


def _rels_name(part: str) -> str:
    folder, name = posixpath.split(part)
    return posixpath.join(folder, "_rels", name + ".rels")
