"""The golden workbooks, and a comparer that takes two packages apart and says where they first differ."""

from __future__ import annotations

import math
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from lxml import etree
from lxml.etree import _Element as Element

from catalogues import catalogue_in, copied, keep
from engines import parts
from kpixl.catalog import business, catalogue
from kpixl.ooxml.package import Package
from workbooks import AGENCY, ROWS, Filled, day, make, opened, placed

FOLDER = Path(__file__).parent / "golden"
LANGUAGES = ("en", "es")


@contextmanager
def its_catalogue(path: Path) -> Iterator[None]:
    """The catalogue without the KPIs that a workbook was made before: they are no change of the workbook."""
    names = Package.open(path).defined_names
    known = [id_ for id_ in catalogue().kpis if f"KPI_{id_.upper()}" in names]
    kpis = [kpi.id for kpi in business(AGENCY).kpis if f"{kpi.name_prefix}_value" in names]
    if len(known) == len(catalogue().kpis) and len(kpis) == len(business(AGENCY).kpis):
        yield
        return
    with tempfile.TemporaryDirectory() as folder:
        there = copied(Path(folder, "catalogue"))
        keep(there, AGENCY, kpis, known)
        with catalogue_in(there):
            yield


_MOMENTS = ("created", "modified", "AppVersion", "Application")
"""Elements of docProps that tell when and with what the file was written."""

_NUMBER = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}v"


@dataclass(frozen=True)
class Difference:
    """The first difference within a part."""

    part: str
    element: str
    what: str

    def __str__(self) -> str:
        return f"{self.part}: {self.element}: {self.what}"


def path_of(language: str) -> Path:
    """Where the golden workbook of a language is kept."""
    return FOLDER / f"{language}.xlsx"


def build(path: Path, language: str) -> Path:
    """The workbook as kpixl makes it today: rows, a typed total, a target, a threshold and two closed months."""
    filled = Filled(
        language=language,
        rows=ROWS,
        typed={"leads": 8},
        targets={"css": 0.9},
        thresholds={("art", "above_average"): 2.99},
        past=[(day("2026-08-01"), "va_css", 0.75), (day("2026-09-01"), "va_css", 0.5), (day("2026-09-01"), "leads", 6)],
    )
    return make(path, filled)


def compare(one: Path, other: Path) -> list[Difference]:
    """The first difference of every part in which two workbooks differ, but for when they were written."""
    first, second = parts(one), parts(other)
    found = [Difference(part, "the part", "is only in the one") for part in first if part not in second]
    found += [Difference(part, "the part", "is only in the other") for part in second if part not in first]
    skipped = {*of_the_moment(one), *of_the_moment(other)}
    for part in first:
        if part in second and first[part] != second[part]:
            found.extend(_compare(part, first[part], second[part], skipped))
    return found


FOLLOW_THE_DAY = ("due_until", "tomorrow", "final_before", "outcomes_open", "finals")
"""Days and counts that go by the day on which a workbook is refreshed, whatever its period."""


def of_the_moment(path: Path) -> Iterator[tuple[str, str]]:
    """Part and cell of what is of the moment of the last refresh: its words, what follows the day, and which kpixl it
    was."""
    book = opened(path)
    for row in ("line_1", "line_2"):
        if "log" in book.placements:
            yield book.sheets["log"].part, placed(book, "log", row, "version")[1]
    yield book.sheets["dashboard"].part, placed(book, "dashboard", "verdict", "level")[1]
    yield book.sheets["behind"].part, placed(book, "behind", "help", "row")[1]
    # One that an earlier state has made may lack some.
    for row in book.placements["dates"].row_numbers.keys() & {*FOLLOW_THE_DAY}:
        yield book.sheets["hidden"].part, placed(book, "dates", row, "value")[1]


def _compare(part: str, one: bytes, other: bytes, skipped: set[tuple[str, str]]) -> list[Difference]:
    if not part.endswith((".xml", ".rels", ".vml")):
        return [Difference(part, "the part", "differs in its bytes")]
    trees = etree.fromstring(one), etree.fromstring(other)
    if part.endswith(".rels"):
        for tree in trees:
            tree[:] = sorted(tree, key=lambda entry: entry.attrib["Id"])
    return list(_differences(part, *trees, "", skipped))[:1]


def _differences(
    part: str, one: Element, other: Element, path: str, skipped: set[tuple[str, str]]
) -> Iterator[Difference]:
    name = etree.QName(one).localname
    where = f"{path}/{name}" + (f"[{one.get('r')}]" if one.get("r") else "")
    if name in _MOMENTS or (part, one.get("r")) in skipped:
        return
    if one.tag != other.tag:
        yield Difference(part, where, f"{etree.QName(other).localname} in its place")
        return
    for key in sorted({*map(str, one.attrib), *map(str, other.attrib)}):
        if one.get(key) != other.get(key):
            yield Difference(part, where, f"{key} is {one.get(key)!r}, and {other.get(key)!r} in the other")
    if not _same_text(one, other):
        yield Difference(part, where, f"holds {one.text!r}, and {other.text!r} in the other")
    children, others = list(one), list(other)
    for number, (child, its) in enumerate(zip(children, others, strict=False), 1):
        yield from _differences(part, child, its, f"{where}" if child.get("r") else f"{where}#{number}", skipped)
    if len(children) != len(others):
        longer = (children if len(children) > len(others) else others)[min(len(children), len(others))]
        yield Difference(part, where, f"{etree.QName(longer).localname} is only in one of them")


def _same_text(one: Element, other: Element) -> bool:
    mine, its = (one.text or "").strip(), (other.text or "").strip()
    if mine == its:
        return True
    try:
        return one.tag == _NUMBER and math.isclose(float(mine), float(its), rel_tol=1e-12)
    except ValueError:
        return False
