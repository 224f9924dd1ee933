"""Files that are broken on purpose, by a seed each: bytes, entries of the archive, tags, attributes, names, ranges.

``python tests/fuzzing.py 5000`` tries so many seeds, in processes that may use little memory and time, prints what it
found, and keeps the files that were not dealt with in ``build/fuzz``. Dealt with is what ends in a figure or in a
refusal; a wrong checksum never ends in a figure.
"""

from __future__ import annotations

import io
import os
import random
import re
import struct
import sys
import tempfile
import zipfile
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from lxml import etree

import builds
import packs
import workbooks
from kpixl.catalog.packs import fingerprint
from kpixl.errors import DamagedWorkbook, KpixlError, Unexpected
from kpixl.imports.source_file import read_source
from kpixl.ooxml.odd import of_the_file
from kpixl.ooxml.package import Package
from kpixl.ooxml.plain_sheet import add_plain_sheet
from kpixl.verbs.fix import fix
from kpixl.verbs.folders import Meant
from kpixl.verbs.import_plan import ImportRequest
from kpixl.verbs.link import link
from kpixl.verbs.pack_update import update
from kpixl.verbs.portfolio import Asked, told
from kpixl.verbs.refresh import refresh
from kpixl.verbs.report import report
from kpixl.verbs.results import results
from kpixl.verbs.roll import roll
from kpixl.verbs.setup import setup
from kpixl.workbook.macros import xlam
from test_addin_install import Home
from test_addin_install import place as place_of_addin

NOW = datetime(2026, 11, 22, 9, 30)
MEMORY, SECONDS = 4_000_000_000, 40
"""Bytes of address space and seconds of processor time of a process that tries one file."""
BATCH = 25
KEPT = Path(__file__).parent.parent / "build" / "fuzz"

_ODD = (
    "", "0", "-1", "1", "2147483648", "99999999999999999999", "1e308", "NaN", "A1", "A0", "XFD1048576", "ZZZZ9",
    "A1:A1", "B2:A1", "A:A", "1:1", "#REF!", "true", "&#1;", "&#x202E;", "&amp;", "x" * 300, "../../../etc/passwd",
    "rId1", "'", "[1]", "Sheet1!A1", "_kpixl.block.settings", "é", "=1+1",
)  # fmt: skip


@dataclass(frozen=True)
class Case:
    """A broken file: what was done to it, and whether its archive is wrong since."""

    what: str
    data: bytes
    is_torn: bool


def case(seed: int, data: bytes, *, pack: bool = False) -> Case:
    """The file that a seed makes of ``data``, a workbook of a ``pack`` or another."""
    draw = random.Random(seed)
    kind, change = draw.choice(_KINDS + _OF_PACKS if pack else _KINDS)
    what, changed = change(draw, data)
    return Case(f"{kind}: {what}", changed, kind in ("byte", "cut", "entry"))


def kind_of(seed: int) -> str:
    """What kind of fault the file of a seed has."""
    return random.Random(seed).choice(_KINDS + _OF_PACKS if verb_of(seed) in OF_PACKS else _KINDS)[0]


def sample(folder: Path) -> bytes:
    """A workbook with rows, as today's kpixl makes it."""
    path = folder / "sample.xlsx"
    workbooks.make(path, workbooks.Filled(rows=workbooks.ROWS))
    return path.read_bytes()


def samples(folder: Path) -> Mapping[str, bytes]:
    """For every verb a file as today's kpixl makes it: a workbook, one of a pack, the add-in."""
    of_a_pack = packs.blank(packs.daily(), folder / "pack.xlsx").read_bytes()
    addin = xlam.package(folder / "kpixl.xlam", "en", python=True).data
    others = {**dict.fromkeys(OF_PACKS, of_a_pack), "setup": addin, "refresh of links": linked(folder)}
    return dict.fromkeys(_VERBS, sample(folder)) | others


def linked(folder: Path) -> bytes:
    """A workbook in which a sheet of the owner's fills one of kpixl's."""
    path = folder / "linked.xlsx"
    workbooks.make(path, workbooks.Filled(rows=workbooks.ROWS))
    package = Package.open(path)
    rows = [("ID", "Client", "Opened", "Resolved"), *(_ticket(number) for number in range(1, 6))]
    add_plain_sheet(package, "Tickets", rows)
    package.save(path)
    link(path, ImportRequest("requests", path, {}, sheet="Tickets"), now=NOW)
    return path.read_bytes()


def _ticket(number: int) -> tuple[str, ...]:
    return f"T{number}", "Ana", f"2026-10-0{number} 09:00", f"2026-10-0{number} 1{number}:00"


OF_PACKS = ("pack update", "results of a pack")
"""The verbs that are tried on a workbook of a pack."""


def faults(broken: Case, folder: Path, *, verb: str) -> str:
    """What is not dealt with in a file; empty where it is."""
    path = folder / "book.xlsx"
    path.write_bytes(broken.data)
    try:
        _VERBS[verb](path)
    except DamagedWorkbook:
        return ""
    except KpixlError as error:
        return f"{verb}: {error.text()}" if error.code == "internal" else ""
    except BaseException as error:
        if isinstance(error, KeyboardInterrupt):
            raise
        if isinstance(error, Exception) and of_the_file(error):
            return ""
        return f"{verb}: {type(error).__name__}: {error}"
    # The first minute puts a whole add-in in the place of a torn one, and has to say nothing.
    if verb != "setup" and broken.is_torn and broken.data and not _is_whole(broken.data):
        return f"{verb}: done, though the archive is wrong"
    return ""


def _is_whole(data: bytes) -> bool:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            return archive.testzip() is None
    except Exception:
        return False


_VERBS: dict[str, Callable[[Path], object]] = {
    "results": lambda path: results(path, today=NOW.date()),
    "refresh": lambda path: refresh(path, now=NOW),
    "roll": lambda path: roll(path, now=NOW, anyway=True),
    "import": read_source,
    "open": Package.open,
    "results of a pack": lambda path: results(path, today=NOW.date()),
    "pack update": lambda path: _updated(path),
    "setup": lambda path: _set_up(path),
    "refresh of links": lambda path: refresh(path, now=NOW),
    "year": lambda path: report(path, out=path.with_suffix(".html"), year=2026, now=NOW),
    "portfolio": lambda path: _gathered(path),
    "fix": lambda path: fix(path, now=NOW),
}


def _gathered(path: Path) -> None:
    """One workbook of many: what is wrong with it is told of it, and stops no other."""
    answer = told(Asked(Meant(str(path), named=True), NOW, str(path.parent / "cache")))
    if answer.get("error", {}).get("code") == "internal":
        raise Unexpected(detail=answer["error"]["message"])
    if "error" in answer:
        raise DamagedWorkbook(path=path, detail=answer["error"]["message"])


def _updated(path: Path) -> None:
    pack = path.with_name("newer.yaml")
    pack.write_text(packs.newer(packs.daily()), encoding="utf-8")
    update(path, pack, now=NOW)


def _set_up(path: Path) -> None:
    """The first minute where something else stands in the place of the add-in, and of the sample."""
    home = Home(path.parent, "win32")
    home.documents = path.parent
    there = [place_of_addin(home), path.parent / "kpixl" / "TaskZenith 2026-10 en.xlsx"]
    for one in there:
        one.parent.mkdir(parents=True)
        one.write_bytes(path.read_bytes())
    found = setup(home, code="en", now=NOW)
    assert not found.made
    assert there[1].read_bytes() == path.read_bytes()
    if found.hindrance is not None:
        raise found.hindrance
    assert xlam.version_in(there[0].read_bytes())


# What is done to a file


def _byte(draw: random.Random, data: bytes) -> tuple[str, bytes]:
    changed = bytearray(data)
    places = [draw.randrange(len(data)) for _ in range(draw.choice((1, 1, 1, 4)))]
    for place in places:
        changed[place] ^= 1 << draw.randrange(8)
    return f"bits at {places}", bytes(changed)


def _cut(draw: random.Random, data: bytes) -> tuple[str, bytes]:
    place, length = draw.randrange(len(data)), draw.choice((1, 10, 1000, len(data)))
    return f"{length} bytes from {place} gone", data[:place] + data[place + length :]


def _entry(draw: random.Random, data: bytes) -> tuple[str, bytes]:
    """A field of an entry of the directory has another value."""
    place = struct.unpack_from("<L", data, data.rindex(b"PK\5\6") + 16)[0]
    for _ in range(draw.randrange(20)):
        following = place + 46 + sum(struct.unpack_from("<3H", data, place + 28))
        if data[following : following + 4] != b"PK\1\2":
            break
        place = following
    field, form = draw.choice(((8, "<H"), (10, "<H"), (16, "<L"), (20, "<L"), (24, "<L"), (28, "<H"), (42, "<L")))
    changed = bytearray(data)
    struct.pack_into(form, changed, place + field, draw.choice((0, 1, 8, 255, 65535, draw.randrange(65536))))
    return f"field {field} of the entry at {place}", bytes(changed)


def _in_part(change: Callable[[random.Random, str], str]) -> Callable[[random.Random, bytes], tuple[str, bytes]]:
    def changed(draw: random.Random, data: bytes) -> tuple[str, bytes]:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            parts = {name: archive.read(name) for name in archive.namelist()}
        # Parts that say where all else is come up as often as the many others.
        core = [name for name in parts if not re.search(r"drawings|charts|theme|docProps", name)]
        name = draw.choice(core if draw.random() < 0.8 else list(parts))
        text = parts[name].decode("utf-8", "replace")
        new = change(draw, text)
        parts[name] = new.encode("utf-8", "replace")
        return f"{name}: {_difference(text, new)}", packed(parts)

    return changed


def _difference(old: str, new: str) -> str:
    place = next((n for n, (a, b) in enumerate(zip(old, new, strict=False)) if a != b), 0)
    return f"{old[max(place - 40, 0) : place + 20]!r} -> {new[max(place - 10, 0) : place + 40]!r}"


def packed(parts: dict[str, bytes]) -> bytes:
    """A package of these parts."""
    whole = io.BytesIO()
    with zipfile.ZipFile(whole, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in parts.items():
            archive.writestr(zipfile.ZipInfo(name), data, zipfile.ZIP_DEFLATED, 1)
    return whole.getvalue()


def _one(draw: random.Random, pattern: str, text: str) -> re.Match[str] | None:
    found = list(re.finditer(pattern, text))
    return draw.choice(found) if found else None


def _attribute(draw: random.Random, text: str) -> str:
    found = _one(draw, r'(?<=[\s:])(\w+)="([^"<>]*)"', text)
    return text[: found.start(2)] + draw.choice(_ODD).replace('"', "") + text[found.end(2) :] if found else text


def _no_attribute(draw: random.Random, text: str) -> str:
    found = _one(draw, r' [\w:]+="[^"<>]*"', text)
    return text[: found.start()] + text[found.end() :] if found else text


def _content(draw: random.Random, text: str) -> str:
    found = _one(draw, r">([^<>]+)<", text)
    return text[: found.start(1)] + draw.choice(_ODD) + text[found.end(1) :] if found else text


def _element(draw: random.Random, text: str) -> str:
    """An element gone, there twice, or somewhere else."""
    found = _one(draw, r"<([\w:]+)(?: [^<>]*)?(?:/>|>[^<>]*</\1>)", text)
    if not found:
        return text
    rest = text[: found.start()] + text[found.end() :]
    kind = draw.choice(("gone", "twice", "elsewhere"))
    if kind == "gone":
        return rest
    if kind == "twice":
        return text[: found.end()] + found[0] + text[found.end() :]
    other = _one(draw, r">(?=<[^/?])", rest)
    return rest[: other.end()] + found[0] + rest[other.end() :] if other else rest


def _subtree(draw: random.Random, text: str) -> str:
    found = _one(draw, r"<([a-zA-Z]+)\b[^<>]*(?<!/)>", text)
    end = text.find(f"</{found[1]}>", found.end()) if found else -1
    return text[: found.start()] + text[end + len(found[1]) + 3 :] if found and end > 0 else text


def _tag(draw: random.Random, text: str) -> str:
    found = _one(draw, r"</?([\w:]+)", text)
    return text[: found.start(1)] + draw.choice(("x", "row", "c", "v", "")) + text[found.end(1) :] if found else text


def _parts(draw: random.Random, data: bytes) -> tuple[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    name = draw.choice(list(parts))
    kind = draw.choice(("gone", "empty", "another's", "renamed"))
    content = parts.pop(name)
    if kind == "empty":
        parts[name] = b""
    elif kind == "another's":
        parts[name] = draw.choice(list(parts.values()))
    elif kind == "renamed":
        parts[draw.choice((name.upper(), "/" + name, "x" + name, name.replace("/", "\\")))] = content
    return f"{name} is {kind}", packed(parts)


def _pack(draw: random.Random, data: bytes) -> tuple[str, bytes]:
    """Lines of the pack that it carries are others, as a stranger would write them: with their fingerprint."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    name = next(name for name in parts if re.fullmatch(r"customXml/item\d+\.xml", name))
    root = etree.fromstring(parts[name])
    lines = (root.text or "").split("\n")
    at = draw.randrange(len(lines))
    odd = draw.choice([one for one in _ODD if "&" not in one])
    match draw.choice(("gone", "twice", "moved", "value", "key")):
        case "gone":
            del lines[at]
        case "twice":
            lines.insert(at, lines[at])
        case "moved":
            lines.insert(draw.randrange(len(lines)), lines[at])
        case "value":
            lines[at] = re.sub(r": .*|- .*", f": {odd}", lines[at], count=1)
        case "key":
            lines[at] = re.sub(r"\w+(?=:)", odd, lines[at], count=1)
    root.text = "\n".join(lines)
    root.set("fingerprint", fingerprint(root.text))
    parts[name] = etree.tostring(root)
    return f"line {at + 1} of the pack: {lines[at] if at < len(lines) else ''!r}", packed(parts)


_KINDS: tuple[tuple[str, Callable[[random.Random, bytes], tuple[str, bytes]]], ...] = (
    ("byte", _byte),
    ("cut", _cut),
    ("entry", _entry),
    ("attribute", _in_part(_attribute)),
    ("attribute", _in_part(_attribute)),
    ("attribute", _in_part(_attribute)),
    ("no attribute", _in_part(_no_attribute)),
    ("content", _in_part(_content)),
    ("content", _in_part(_content)),
    ("element", _in_part(_element)),
    ("subtree", _in_part(_subtree)),
    ("tag", _in_part(_tag)),
    ("parts", _parts),
)
_OF_PACKS = (("pack", _pack),) * 6


# Many of them


def verb_of(seed: int) -> str:
    """Which verb is tried on the file of a seed."""
    usual = (
        "results",
        "refresh",
        "import",
        "results",
        "refresh",
        "roll",
        "refresh of links",
        "year",
        "portfolio",
        "fix",
    )
    return (*usual, *OF_PACKS, "setup")[seed % 13]


def _broken(seed: int, files: Mapping[str, bytes]) -> Case:
    verb = verb_of(seed)
    return case(seed, files[verb], pack=verb in OF_PACKS)


def _try(seeds: range, files: Mapping[str, bytes], report: int) -> None:
    """In a process of its own: write a line for each seed."""
    import resource

    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS * len(seeds), SECONDS * len(seeds) + 5))
    with tempfile.TemporaryDirectory() as name:
        for seed in seeds:
            folder = Path(name, str(seed))
            folder.mkdir()
            os.write(report, f"{seed}\t{faults(_broken(seed, files), folder, verb=verb_of(seed))!r}\n".encode())


def run(first: int, count: int, files: Mapping[str, bytes]) -> dict[int, str]:
    """The seeds whose files were not dealt with, and how."""
    found: dict[int, str] = {}
    seed = first
    while seed < first + count:
        seeds = range(seed, min(seed + BATCH, first + count))
        read, write = os.pipe()
        child = os.fork()
        if child == 0:
            os.close(read)
            devnull = os.open(os.devnull, os.O_WRONLY)
            os.dup2(devnull, 2)
            _try(seeds, files, write)
            os._exit(0)
        os.close(write)
        with os.fdopen(read) as lines:
            answers = dict(line.rstrip("\n").split("\t", 1) for line in lines)
        _, status = os.waitpid(child, 0)
        found |= {int(number): fault for number, fault in answers.items() if fault != "''"}
        seed += len(answers)
        if len(answers) < len(seeds):
            found[seed] = f"'{verb_of(seed)}: the process ended with {status}'"
            seed += 1
    return found


def main() -> int:
    """Try many seeds, and say what was found."""
    count, first = (
        (int(word) for word in [*sys.argv[1:], "1000", "0"][:2]) if len(sys.argv) < 3 else map(int, sys.argv[1:3])
    )
    with tempfile.TemporaryDirectory() as folder:
        builds.keep_in(Path(folder, "made"))
        files = samples(Path(folder))
    found = run(first, count, files)
    KEPT.mkdir(parents=True, exist_ok=True)
    for seed, fault in found.items():
        broken = _broken(seed, files)
        print(f"{seed}: {fault}: {broken.what}")
        (KEPT / f"{seed}.xlsx").write_bytes(broken.data)
    failed = Counter(map(kind_of, found))
    for kind, tried in sorted(Counter(map(kind_of, range(first, first + count))).items()):
        print(f"{kind}: {tried} files, {failed[kind]} not dealt with")
    print(f"{count} files from seed {first}: {len(found)} not dealt with")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
