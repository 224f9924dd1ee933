"""The promised ratios of imports, each against its peer in turn: ``python -m benchmarks.imports [ROWS [PAIRS]]``.

Of 100,000 rows into an empty table and into one that holds as many: processor time by that of pandas reading the same
CSV with its dates and openpyxl writing it row by row; memory by that of calamine reading target and source. Seconds are
those of the work alone, without imports; memory is the peak of the process.
"""

from __future__ import annotations

import shutil
import statistics
import sys
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.one_workbook import NEW, OURS, PEERS, Effort, effort, requests

PEER = PEERS["pandas reads the CSV, openpyxl writes it"]
BOTH = """
import sys
from python_calamine import load_workbook
kept = []
for path in sys.argv[1:]:
    book = load_workbook(path)
    kept += [book.get_sheet_by_name(name).to_python() for name in book.sheet_names]
"""
"""What reads all sheets of two workbooks, and holds them."""


@dataclass
class Ratios:
    """What was measured, pair by pair."""

    empty: list[float] = field(default_factory=list)
    full: list[float] = field(default_factory=list)
    memory: list[float] = field(default_factory=list)


def pair(folder: Path, rows: int, found: Ratios) -> None:
    """One import of each kind, each with its peer."""
    book, source, more = folder / "book.xlsx", folder / "requests.csv", folder / "more.csv"
    written, before = folder / "written.xlsx", folder / "before.xlsx"
    requests(source, rows, 0)
    requests(more, rows, rows)
    python = sys.executable
    book.unlink(missing_ok=True)
    effort([python, "-c", NEW, str(book), str(source)])
    for export, ratios, work in (
        (source, found.empty, "import into an empty table"),
        (more, found.full, "import into a full table"),
    ):
        shutil.copy(book, before)
        ours = effort([python, "-c", OURS[work], str(book), str(export)])
        peer = effort([python, "-c", PEER, str(written), str(export)])
        ratios.append(ours.seconds / peer.seconds)
        print(f"{work}: {_told(ours)}; its peer: {_told(peer)}", file=sys.stderr)
    both = effort([python, "-c", BOTH, str(before), str(written)])
    found.memory.append(ours.megabytes / both.megabytes)
    print(f"calamine reads target and source: {both.megabytes:.0f} MB", file=sys.stderr)


def _told(one: Effort) -> str:
    return f"{one.seconds:.2f} s, {one.megabytes:.0f} MB"


def main() -> int:
    """Print the ratios, the middle one of all pairs; 1 where one is not reached."""
    rows, pairs = ([int(one) for one in sys.argv[1:]] + [100_000, 3][len(sys.argv) - 1 :])[:2]
    found = Ratios()
    with tempfile.TemporaryDirectory() as folder:
        for _ in range(pairs):
            pair(Path(folder), rows, found)
    bounds = (
        ("into an empty table, processor time by the peer's", found.empty, 0.7),
        ("into a full table, processor time by the peer's", found.full, 1.2),
        ("into a full table, memory by calamine's", found.memory, 1.5),
    )
    for name, ratios, bound in bounds:
        middle = statistics.median(ratios)
        spread = f"{min(ratios):.2f} to {max(ratios):.2f}"
        print(f"{name:52} {middle:5.2f} ({spread})  ≤ {bound}{'' if middle <= bound else '  NOT REACHED'}")
    return 0 if all(statistics.median(ratios) <= bound for _, ratios, bound in bounds) else 1


if __name__ == "__main__":
    sys.exit(main())
