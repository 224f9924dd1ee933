"""The parts of an Open XML package: replaced ones are written anew, every other one is copied byte for byte.

Never guesses a part by its name, never recompresses a part that nobody replaced, and never touches the file before
the new one has been checked.
"""

from __future__ import annotations

import itertools
import posixpath
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Self
from urllib.parse import unquote
from xml.parsers import expat

from lxml import etree

from kpixl import files
from kpixl.errors import (
    N_,
    DamagedWithBackup,
    DamagedWorkbook,
    NotAWorkbook,
    NotWritten,
    OtherWorkbook,
    PasswordProtected,
    SignedWorkbook,
    WorkbookError,
)
from kpixl.files.soundness import Unsound, part_key
from kpixl.message import Message, phrase
from kpixl.ooxml import verify
from kpixl.ooxml.archive import Archive, Glance, Packed
from kpixl.ooxml.namespaces import PACKAGE_RELATIONSHIP, qn
from kpixl.ooxml.verify import Reach, verified

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
    from datetime import datetime
    from pathlib import Path

    from lxml.etree import _Element as Element

CONTENT_TYPES = "[Content_Types].xml"
RELATIONSHIPS_TYPE = "application/vnd.openxmlformats-package.relationships+xml"

_SIGNATURE = PACKAGE_RELATIONSHIP + "/digital-signature/origin"
_CONTENT_TYPE = "{http://schemas.openxmlformats.org/package/2006/content-types}"
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_DECLARATION = b'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\r\n'


_SMALL, _TAG, _MOST_ROOM, _MOST_TIMES = 4_000_000, 200, 300_000_000, 250
"""Bytes of a part that is never too large; that a tag takes in a tree; of a tree that any part may make; and how many
times as large as the packed part a larger one may be, which the fullest sheets of owners stay far below."""

_MUCH = 2_000_000
"""Bytes of a part that is held packed once it has changed."""


class TooLargeToChange(WorkbookError):
    """A part that is mostly empty or the same again and again, and would take more memory than there is."""

    code = "too_large_to_change"
    template = N_(
        "{path} holds too much of the same in its part {part}, such as rows with nothing but a format; delete the "
        "empty rows and columns of its sheets in Excel, save and try again."
    )


class TooLargeToKeep(WorkbookError):
    """A workbook that has grown so far that it could not be read again."""

    code = "too_large_to_keep"
    template = N_(
        "{path} would hold more than {limit} MB inside, and kpixl could not read it again, so it stays as it was; "
        "close the period first, or take fewer rows at a time and close in between."
    )


@dataclass(frozen=True, slots=True)
class Relationship:
    """One relationship of a part; ``target`` is the name of a part, or the address as written where external."""

    id: str
    type: str
    target: str
    external: bool


class Parts:
    """A package's parts, as read and as they are to be saved."""

    def __init__(self, data: bytes, path: Path, source: Path | None = None) -> None:
        self._load(data, path, source)

    @classmethod
    def open(cls, path: Path) -> Self:
        """Read the package at ``path``, every part of it once, and see that it is sound; the file is not kept open."""
        if path.is_dir():
            raise NotAWorkbook(path=path)
        try:
            data = files.whole(path)
        except OSError as error:
            raise files.unreadable(path, error) from error
        package = cls(data, path, files.real(path))
        package.verify()
        return package

    @classmethod
    def from_bytes(cls, data: bytes, path: Path) -> Self:
        """A package that is not on disk yet; ``path`` names it in errors."""
        return cls(data, path)

    def verify(self) -> None:
        """Read every part as the file has it; DamagedWorkbook where one is not sound."""
        with self._reading():
            self._reaches: Mapping[str, Reach] = verified(self._archive)

    @property
    def reaches(self) -> Mapping[str, Reach]:
        """How far the sheets of a file reach that has been verified, by their parts."""
        return self._reaches

    @property
    def source_bytes(self) -> bytes:
        """The file as it was read."""
        return self._archive.data

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

    @property
    def data(self) -> bytes:
        """The whole file as it would be saved now."""
        if not self.changed:
            return self._archive.data
        return self._archive.rewritten({name: _packed(new) for name, new in self._changes.items()}, self._removed)

    def reach(self, part: str) -> Reach | None:
        """How far a sheet reaches; None where it has changed since the file was verified, or is none."""
        name = self._find(part)
        return None if name is None or name in self._changes else self._reaches.get(name)

    def head(self, part: str) -> bytes:
        """How a part begins: its first thousands of bytes at least, where it has so many."""
        name = self._find(part)
        if name is None:
            return self.read(part)
        with self._reading():
            return next(self.pieces(part)(), b"")

    def glance(self, part: str, needles: Collection[bytes], last: bytes) -> Glance:
        """Which of ``needles`` occur in a part, how it begins, and what follows the last place of ``last``; it is not
        held in memory as a whole for that."""
        name = self._find(part)
        glance = Glance()
        with self._reading():
            for piece in (self.read(part),) if name is None else self.pieces(part)():
                glance.add(piece, needles, last)
        return glance

    def packed(self, part: str) -> tuple[int, int, int, memoryview] | None:
        """How a part is packed in the file, its checksum, its size and its packed content; None where it has changed
        or is written in other signs than those of ASCII and what goes beyond them."""
        name = self._find(part)
        new = None if name is None else self._changes.get(name)
        if name is None or isinstance(new, bytes):
            return None
        if isinstance(new, Packed):
            return 8, new.checksum, new.size, memoryview(new.data)
        with self._reading():
            if self.head(part)[:2] in (b"\xff\xfe", b"\xfe\xff"):
                return None
            info, raw = self._archive.raw(name)
        return info.compress_type, info.CRC, info.file_size, raw

    def has(self, part: str) -> bool:
        """Whether there is such a part."""
        return self._find(part) is not None

    def read(self, part: str) -> bytes:
        """The bytes of a part as it stands now."""
        name = self._find(part)
        if name is None:
            raise self.damaged(phrase(N_("the part {part} is missing"), part=part))
        new = self._changes.get(name)
        if new is None:
            return self._original(name)
        return new if isinstance(new, bytes) else new.read()

    def pieces(self, part: str) -> Callable[[], Iterator[bytes]]:
        """What gives the bytes of a part as it stands now, a piece at a time, whatever becomes of it."""
        name = self._find(part)
        if name is None:
            raise self.damaged(phrase(N_("the part {part} is missing"), part=part))
        new = self._changes.get(name)
        if new is None:
            return lambda archive=self._archive: archive.pieces(name)  # type: ignore[misc]
        return (lambda: iter((new,))) if isinstance(new, bytes) else new.pieces

    def size(self, part: str) -> int:
        """The bytes of a part as it stands now; 0 where there is none."""
        name = self._find(part)
        if name is None:
            return 0
        new = self._changes.get(name)
        if new is None:
            return self._archive.size(name)
        return len(new) if isinstance(new, bytes) else new.size

    def tree(self, part: str) -> Element:
        """A new tree of an XML part; changing it changes nothing until it is handed to ``replace``. TooLargeToChange
        where a small part of a file would make a tree that no computer should be asked to hold."""
        self._ensure_room(part)
        return self.parsed(self.read(part), part)

    def parsed(self, data: bytes, part: str) -> Element:
        """A tree of what a part holds, or of some of it."""
        parser = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=True)
        try:
            return etree.fromstring(data, parser)
        except etree.XMLSyntaxError as error:
            raise self.damaged(phrase(N_("the part {part} is not well-formed XML"), part=part)) from error

    def _ensure_room(self, part: str) -> None:
        name = self._find(part)
        if name is None or name in self._changes or self._archive.size(name) < _SMALL:
            return
        tags = sum(piece.count(b"<") for piece in self._archive.pieces(name))
        room = self._archive.size(name) + tags * _TAG
        if room > max(_MOST_ROOM, _MOST_TIMES * self._archive.raw(name)[0].compress_size):
            raise TooLargeToChange(path=self._path.name, part=name)

    def replace(self, part: str, data: bytes | Element | Iterator[bytes]) -> None:
        """Put new content into a part; the same content again is no change. What comes in pieces is packed as it comes:
        the whole of a large sheet is never there."""
        name = self._find(part)
        if name is None:
            raise self.damaged(phrase(N_("the part {part} is missing"), part=part))
        if isinstance(data, Iterator):
            self._put(name, _held(data))
        else:
            self._put(name, data if isinstance(data, bytes) else to_bytes(data))

    def add(self, part: str, data: bytes | Element, content_type: str, default_ext: str | None = None) -> None:
        """Add a part; with ``default_ext`` its type is declared for that extension, unless that has another type
        already, otherwise for the part alone."""
        if self.has(part):
            raise ValueError(f"the part {part} exists already")
        self._put(part, data if isinstance(data, bytes) else to_bytes(data))
        if self.content_type(part) == content_type:
            return
        types = self.tree(CONTENT_TYPES)
        declared = {entry.get("Extension", "").lower() for entry in types.iterchildren(_CONTENT_TYPE + "Default")}
        if default_ext is not None and default_ext.lower() not in declared:
            entry = etree.Element(_CONTENT_TYPE + "Default", Extension=default_ext, ContentType=content_type)
            types.insert(0, entry)
        else:
            etree.SubElement(types, _CONTENT_TYPE + "Override", PartName="/" + part, ContentType=content_type)
        self.replace(CONTENT_TYPES, types)

    def remove(self, part: str) -> None:
        """Drop a part with its own relationships and its content type; relationships to it are the caller's."""
        for name in filter(None, (self._find(part), self._find(rels_name(part)))):
            self._changes.pop(name, None)
            if name in self._archive.names:
                self._removed.add(name)
            else:
                del self._names[part_key(name)]
            self._forget(name)
        types = self.tree(CONTENT_TYPES)
        for entry in types.findall(_CONTENT_TYPE + "Override"):
            if part_key(entry.get("PartName", "")) == part_key(part):
                types.remove(entry)
                self.replace(CONTENT_TYPES, types)

    def content_type(self, part: str) -> str:
        """The declared content type of a part, empty where none is."""
        default = ""
        extension = part.rpartition(".")[2].lower()
        for entry in self.tree(CONTENT_TYPES):
            if entry.tag == _CONTENT_TYPE + "Override" and part_key(entry.get("PartName", "")) == part_key(part):
                return entry.get("ContentType", "")
            if entry.tag == _CONTENT_TYPE + "Default" and entry.get("Extension", "").lower() == extension:
                default = entry.get("ContentType", "")
        return default

    def relationships(self, part: str) -> tuple[Relationship, ...]:
        """The relationships of a part; of the package itself for an empty name."""
        name = rels_name(part)
        if not self.has(name):
            return ()
        return tuple(
            Relationship(
                id=entry.get("Id", ""),
                type=entry.get("Type", ""),
                target=entry.get("Target", "") if external else self._resolve(part, entry.get("Target", "")),
                external=external,
            )
            for entry in self.tree(name).iter(qn("rel:Relationship"))
            for external in (entry.get("TargetMode") == "External",)
        )

    def free_names(self, parts: Iterable[str]) -> dict[str, str]:
        """A name for each of ``parts``, its own or one with another number, that the package has no trace of."""
        types = self.tree(CONTENT_TYPES).iterchildren(_CONTENT_TYPE + "Override")
        taken = {*self._names, *(part_key(entry.get("PartName", "")) for entry in types)}
        found = {}
        for part in parts:
            stem, extension = posixpath.splitext(part)
            numbered = (f"{stem.rstrip('0123456789')}{number}{extension}" for number in itertools.count(1))
            for name in itertools.chain((part,), numbered):
                if not taken & {part_key(name), part_key(rels_name(name))}:
                    break
            taken.add(part_key(name))
            found[part] = name
        return found

    def add_relationship(self, part: str, kind: str, target: str) -> str:
        """Relate ``part`` to the part ``target``; the new relationship's id."""
        name = rels_name(part)
        empty = f'<Relationships xmlns="{PACKAGE_RELATIONSHIP}"/>'.encode()
        tree = self.tree(name) if self.has(name) else etree.fromstring(empty)
        taken = {r.id for r in self.relationships(part)}
        number = next(f"rId{n}" for n in range(1, len(taken) + 2) if f"rId{n}" not in taken)
        entry = etree.SubElement(tree, qn("rel:Relationship"))
        for key, value in (("Id", number), ("Type", kind), ("Target", "/" + target)):
            entry.set(key, value)
        if self.has(name):
            self.replace(name, tree)
        else:
            self.add(name, tree, RELATIONSHIPS_TYPE, "rels")
        return number

    def save(self, path: Path, *, backup: datetime | None = None, new: bool = False) -> Path | None:
        """Put the package at ``path`` in one step, or leave what is there as it was; it then stands for that file.

        Returns the backup, where there was a file to keep and one was wanted: named for the moment ``backup``.
        FileInUse where the file that was read has been saved by another program since; FileExists where the file is to
        be ``new`` and is there.
        """
        return save_all([(self, path)], backup=backup, new=new)[0]

    def _prepared(self, path: Path, backup: datetime | None, new: bool) -> _Prepared | None:
        """What saving would put in place, written and checked; None where it is there already."""
        target = files.real(path)
        on_disk = None if new else _there(target)
        if on_disk == self._archive.data:
            on_disk = self._archive.data  # once is enough
        if not self.changed and on_disk == self._archive.data:
            return None
        if self.changed and any(r.type == _SIGNATURE for r in self.relationships("")):
            raise SignedWorkbook(path=self._path.name)
        files.ensure_free(target)
        if target == self._source and on_disk != self._archive.data and not new:
            raise files.SavedMeanwhile(path.name)
        data = self.data
        if not verify.is_readable(data):
            raise TooLargeToKeep(path=path.name, limit=verify.most_xml(data) // 1_000_000)
        was = None if on_disk is None else files.digest_of(on_disk)
        draft = files.prepare(target, data, was, self._verify)
        try:
            kept = files.keep(target, on_disk, backup) if backup and on_disk is not None else None
        except BaseException:
            draft.clear()
            raise
        return _Prepared(draft, data, kept)

    def _verify(self, written: bytes) -> None:
        archive = Archive(written)
        if set(archive.names) != {*self._archive.names, *self._changes} - self._removed:
            raise self._failed(phrase(N_("the new file lacks a part")))
        for name, data in self._changes.items():
            is_whole = archive.raw(name)[1] == data.data if isinstance(data, Packed) else archive.read(name) == data
            if not is_whole:
                raise self._failed(phrase(N_("the part {part} was not written whole"), part=name))
            if name == CONTENT_TYPES or self.content_type(name).endswith(("xml", "vmlDrawing")):
                parser = expat.ParserCreate(namespace_separator=" ")
                try:
                    for piece in archive.pieces(name):
                        parser.Parse(piece, False)
                    parser.Parse(b"", True)
                except expat.ExpatError as error:
                    raise self._failed(phrase(N_("the part {part} is not well-formed XML"), part=name)) from error

    def _forget(self, name: str | None) -> None:
        """Told of each part that changes, and of none when all are new: what was derived from it is stale."""

    def _load(self, data: bytes, path: Path, source: Path | None) -> None:
        if data.startswith(_OLE):
            encrypted = "EncryptedPackage".encode("utf-16-le") in data
            if encrypted:
                raise PasswordProtected(path=path.name)
            is_old = any(name.encode("utf-16-le") in data for name in ("Workbook", "Book"))
            raise OtherWorkbook(path=path.name) if is_old else NotAWorkbook(path=path.name)
        self._path, self._source = path, source
        self._changes: dict[str, bytes | Packed] = {}
        self._removed: set[str] = set()
        self._reaches = {}
        try:
            with self._reading():
                self._archive: Archive = Archive(data)
        except zipfile.BadZipFile as error:
            if not data or data.startswith(b"PK"):
                raise self.damaged(phrase(N_("the file is cut short") if data else N_("the file is empty"))) from error
            raise NotAWorkbook(path=path.name) from error
        self._names = {part_key(name): name for name in self._archive.names}
        self._forget(None)

    def _original(self, name: str) -> bytes:
        with self._reading():
            return self._archive.read(name)

    def _holds(self, name: str, data: bytes | Packed) -> bool:
        with self._reading():
            return self._archive.holds(name, data)

    @contextmanager
    def _reading(self) -> Iterator[None]:
        try:
            yield
        except Unsound as error:
            raise self.damaged(error.detail) from error

    def _put(self, name: str, data: bytes | Packed) -> None:
        if name in self._archive.names and self._holds(name, data):
            self._changes.pop(name, None)
        else:
            self._changes[name] = data
        self._removed.discard(name)
        self._names[part_key(name)] = name
        self._forget(name)

    def _find(self, part: str) -> str | None:
        name = self._names.get(part_key(part)) or self._names.get(part_key(unquote(part)))
        return None if name in self._removed else name

    def _resolve(self, part: str, target: str) -> str:
        joined = posixpath.normpath(
            posixpath.join("/", posixpath.dirname(part.replace("\\", "/")), target.replace("\\", "/"))
        )
        return self._find(joined.partition("#")[0]) or joined.lstrip("/")

    def related(self, part: str, kind: str) -> list[str]:
        """The parts that ``part`` has a relationship of that kind to."""
        return [r.target for r in self.relationships(part) if r.type == kind and self.has(r.target)]

    def damaged(self, detail: Message) -> DamagedWorkbook:
        """What to say of a file that is not whole: what is wrong, and which of its backups is whole."""
        copy = files.newest_sound(self._source) if self._source else None
        if copy is None:
            return DamagedWorkbook(path=self._path.name, detail=detail)
        return DamagedWithBackup(path=self._path.name, detail=detail, number=copy.number, made=copy.made)

    def _failed(self, detail: Message) -> NotWritten:
        return NotWritten(path=self._path.name, detail=detail)


def save_all(
    targets: Sequence[tuple[Parts, Path]],
    *,
    backup: datetime | None = None,
    new: bool = False,
    pages: Mapping[Path, bytes] | None = None,
) -> list[Path | None]:
    """Save several packages, and write ``pages`` over what is there, all of them or none; the backups, in the order of
    ``targets``. With ``new``, none of the packages may be there."""
    pages = pages or {}
    prepared: list[_Prepared | None] = []
    drafts: list[files.Draft] = []
    with files.locked(*(path for _, path in targets), *pages):
        try:
            for package, path in targets:
                prepared.append(package._prepared(path, backup, new))
            drafts += [one.draft for one in prepared if one]
            for path, data in pages.items():
                drafts.append(_page(files.real(path), data))
            files.put_all(drafts)
        except files.WrittenInPart:
            raise
        except BaseException:
            _take_back(filter(None, prepared))
            for draft in drafts:
                draft.clear()
            raise
        for kept in (one.kept for one in prepared if one and one.kept):
            kept.confirm()
    for (package, path), one in zip(targets, prepared, strict=True):
        if one:
            package._load(one.data, path, one.draft.target)
    return [one.kept.copy.path if one and one.kept else None for one in prepared]


@dataclass
class _Prepared:
    """A package written beside its place, and the copy of what is there."""

    draft: files.Draft
    data: bytes
    kept: files.KeptBackup | None


def _take_back(prepared: Iterable[_Prepared]) -> None:
    for one in prepared:
        if not one.draft.placed:
            one.draft.clear()
            if one.kept:
                one.kept.take_back()


def _there(path: Path) -> bytes | None:
    try:
        return files.whole(path) if path.is_file() else None
    except OSError as error:
        raise files.unreadable(path, error) from error


def _page(path: Path, data: bytes) -> files.Draft:
    there = _there(path)
    return files.prepare(path, data, None if there is None else files.digest_of(there))


def _held(pieces: Iterator[bytes]) -> bytes | Packed:
    """Content that comes in pieces, packed where it is much."""
    first, size = [], 0
    for piece in pieces:
        first.append(piece)
        size += len(piece)
        if size >= _MUCH:
            return Packed.of(itertools.chain(first, pieces), quickly=True)
    return b"".join(first)


def _packed(new: bytes | Packed) -> Packed:
    return new if isinstance(new, Packed) else Packed.of((new,))


def to_bytes(root: Element) -> bytes:
    """A part's bytes as Excel begins them."""
    return _DECLARATION + etree.tostring(root.getroottree(), encoding="UTF-8", xml_declaration=False)


def rels_name(part: str) -> str:
    """The part that holds the relationships of ``part``."""
    folder, name = posixpath.split(part.replace("\\", "/"))
    return posixpath.join(folder, "_rels", name + ".rels")
