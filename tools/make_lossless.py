"""Writes docs/lossless.md: what becomes of the parts of real workbooks. ``python tools/make_lossless.py CORPUS``.

CORPUS is a folder of workbooks with a README.md in which a table says of each where it is from and what is in it.
"""

from __future__ import annotations

import re
import sys
import tempfile
import warnings
import zipfile
from collections import Counter
from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

import openpyxl
from lxml import etree

from kpixl.entries import Setup
from kpixl.errors import KpixlError
from kpixl.period import Period
from kpixl.verbs import refresh
from kpixl.verbs.adopt import adopt
from kpixl.verbs.import_plan import ImportRequest
from kpixl.verbs.import_rows import import_rows
from kpixl.verbs.roll import roll

PAGE = Path(__file__).parent.parent / "docs" / "lossless.md"
NOW = datetime(2026, 11, 2)
INTRODUCTION = """# What becomes of the parts of a workbook

An .xlsx file is a package of parts: sheets, pictures, charts, pivots, macros. For each of these workbooks, most of \
them saved by Excel and kept by other projects for their own tests, the table says how many of its parts were still \
there to the byte, were there but changed, or were gone, after kpixl had gone through one month in it (adopt, import, \
refresh, roll, refresh), and after openpyxl, a common library for Excel files, had loaded and saved it.

"""
LEGEND = """
The parts that kpixl changes only grow: {grown}. {gone}
"""
GROWN = {
    "[Content_Types].xml": "the list of parts",
    "_rels/.rels": "the list of what the package holds",
    "docProps/custom.xml": "the document properties",
    "xl/workbook.xml": "the list of sheets and names",
    "xl/_rels/workbook.xml.rels": "the list of the workbook's parts",
    "xl/styles.xml": "the table of formats",
}
CHAIN = "xl/calcChain.xml"
ROWS = "id,client,opened,resolved\nR1,Ana,2026-10-01 09:00,2026-10-01 11:00\nR2,Ana,2026-10-05 09:00,\n"
FIELDS = {field: field for field in ROWS.partition("\n")[0].split(",")}
_ENTRY = re.compile(r"^\| `([^`]+)` \| (\S+?)@\w+ (.+?) \| (.+?) \|$", re.M)


class Fate(NamedTuple):
    """The parts of a package by what became of them."""

    same: frozenset[str]
    changed: frozenset[str]
    lost: frozenset[str]


def fate(before: Mapping[str, bytes], after: Mapping[str, bytes]) -> Fate:
    """What became of the parts of one package in another. A part under another name counts as changed, not as lost, as
    long as there are new parts of its content type."""
    same = frozenset(name for name in before if before[name] == after.get(name))
    types = _types(after)
    new = Counter(types(name) for name in after.keys() - before.keys())
    kinds, lost = _types(before), set()
    for name in sorted(before.keys() - after.keys()):
        new[kinds(name)] -= 1
        if new[kinds(name)] < 0:
            lost.add(name)
    return Fate(same, frozenset(before.keys() - lost - same), frozenset(lost))


def _types(package: Mapping[str, bytes]) -> Callable[[str], str]:
    """The content type of a part, by its name."""
    root = etree.fromstring(package["[Content_Types].xml"])
    found = {str(e.get("PartName") or e.get("Extension")).lower(): str(e.get("ContentType")) for e in root}

    def of(name: str) -> str:
        return found.get(f"/{name}".lower()) or found.get(name.rpartition(".")[2].lower(), "")

    return of


def parts(path: Path) -> dict[str, bytes]:
    """The parts of a package by name."""
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist() if not name.endswith("/")}


def through_kpixl(path: Path, scratch: Path) -> Path:
    """The workbook after a month with kpixl."""
    work, rows = scratch / "Work 2026-10.xlsx", scratch / "requests.csv"
    work.write_bytes(path.read_bytes())
    rows.write_text(ROWS, encoding="utf-8")
    october = Period.parse("2026-10")
    adopt(work, Setup("remote-va-agency", "en", october, "Acme", "EUR"), now=NOW)
    refresh.refresh(work, now=NOW)
    import_rows(work, ImportRequest("requests", rows, FIELDS), now=NOW)
    rolled = roll(work, now=NOW, anyway=True)
    refresh.refresh(rolled.path, now=NOW)
    return rolled.path


def through_openpyxl(path: Path, scratch: Path) -> Path | None:
    """The workbook loaded and saved; None where it sees no sheet in it."""
    target = scratch / "openpyxl.xlsx"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        book = openpyxl.load_workbook(path)
        if not book.sheetnames:
            return None
        book.save(target)
    return target


def line(path: Path, source: str, content: str) -> str:
    """The row of the table for one workbook."""
    before = parts(path)
    with tempfile.TemporaryDirectory() as folder:
        try:
            done = fate(before, parts(through_kpixl(path, Path(folder))))
        except KpixlError as error:
            ours = f"refused, and left as it was: `{error.code}` | | "
        else:
            unknown = done.changed - GROWN.keys() | done.lost - {CHAIN}
            if unknown:
                raise SystemExit(f"{path.name}: {sorted(unknown)} changed or went")
            ours = f"{len(done.same)} | {len(done.changed)} | {len(done.lost)}"
        saved = through_openpyxl(path, Path(folder))
        counts = " | ".join(str(len(names)) for names in fate(before, parts(saved))) if saved else "found empty | | "
    return f"| {source} | {content} | {len(before)} | {ours} | {counts} |"


def entries(corpus: Path) -> list[tuple[Path, str, str]]:
    """The workbooks of a corpus: file, project with path, and what is in it."""
    found = _ENTRY.findall((corpus / "README.md").read_text(encoding="utf-8"))
    return [(corpus / name, f"{project} {path}", content) for name, project, path, content in found]


def page(corpus: Path) -> str:
    """The whole page."""
    head = "| workbook | what is in it | parts | kpixl: same | grown | gone | openpyxl: same | changed | gone |\n"
    head += "|---|---|--:|--:|--:|--:|--:|--:|--:|\n"
    table = "".join(f"{line(*entry)}\n" for entry in entries(corpus))
    grown = ", ".join(f"{said} (`{part}`)" for part, said in GROWN.items())
    gone = f"The part that goes is the order of calculation (`{CHAIN}`), which Excel makes anew when it is not there."
    return INTRODUCTION + head + table + LEGEND.format(grown=grown, gone=gone)


def main() -> None:
    """Write the page."""
    (corpus,) = map(Path, sys.argv[1:])
    PAGE.write_text(page(corpus), encoding="utf-8")


if __name__ == "__main__":
    main()
