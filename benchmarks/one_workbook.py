"""One workbook of ever more rows, measured: ``python -m benchmarks.one_workbook [ROWS …]``.

Every piece of work is a process of its own, kpixl's and its peers' in turn over the same files. What counts is the
processor time of the work alone, without imports (other work on the machine makes the clock worth little), and the peak
memory of the process.
"""

from __future__ import annotations

import csv
import math
import os
import random
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.__main__ import FIELDS

if TYPE_CHECKING:
    from collections.abc import Iterator

SIZES = (1_000, 10_000, 100_000, 500_000)
SLOW = 100_000
"""Rows up to which what builds a tree of a sheet is asked to."""

_TIMED = """
import sys
from datetime import datetime
from pathlib import Path
from time import process_time
path, source = Path(sys.argv[1]), Path(sys.argv[2])
now = datetime(2026, 11, 2, 9)
{imports}
start = process_time()
{work}
print(process_time() - start)
"""
_IMPORT = """
from kpixl.verbs.import_plan import ImportRequest
from kpixl.verbs.import_rows import import_rows
fields = ('id', 'client', 'opened', 'resolved', 'assistant', 'language', 'kind')
request = ImportRequest('requests', source, {one: one for one in fields}, add_new=True)
"""
_INTO = "import_rows(path, request, now=now)"
_READ = """book = load_workbook(str(path), load_tables=True)
for name in book.table_names:
    book.get_table_by_name(name).to_python()"""
_NEW = """
from kpixl.entries import Setup
from kpixl.period import Period
from kpixl.verbs.new import new
"""
_MADE = "new(Setup('remote-va-agency', 'en', Period.parse('2026-10'), 'Big', 'USD'), path, now=now)"
_ROWS = "frame.astype(object).where(frame.notna(), None).itertuples(index=False)"


def _timed(imports: str, work: str) -> str:
    return _TIMED.format(imports=imports, work=work)


NEW = _timed(_NEW, _MADE)
OURS = {
    "import into an empty table": _timed(_IMPORT, _INTO),
    "import into a full table": _timed(_IMPORT, _INTO),
    "refresh": _timed("from kpixl.verbs.refresh import refresh", "refresh(path, now=now)"),
    "results": _timed("from kpixl.verbs.results import results", "results(path, today=now.date())"),
    "roll": _timed("from kpixl.verbs.roll import roll", "roll(path, now=now, anyway=True)"),
}
"""What kpixl does, in this order: the first makes the workbook for the others, which have copies."""
PEERS = {
    "calamine reads": _timed("from python_calamine import load_workbook", _READ),
    "pandas reads the CSV, openpyxl writes it": _timed(
        "import openpyxl, pandas as pd",
        "frame = pd.read_csv(source, parse_dates=['opened', 'resolved'])\nbook = openpyxl.Workbook(write_only=True)\n"
        f"sheet = book.create_sheet()\nfor row in {_ROWS}: sheet.append(row)\nbook.save(path)",
    ),
}
SLOW_PEERS = {
    "openpyxl loads and saves": _timed("import openpyxl", "openpyxl.load_workbook(path).save(path)"),
    "pandas reads all sheets (openpyxl)": _timed("import pandas as pd", "pd.read_excel(path, sheet_name=None)"),
}
OFFICE = "LibreOffice opens and saves"


@dataclass(frozen=True)
class Effort:
    """Seconds of processor time, and peak memory (MB)."""

    seconds: float
    megabytes: float


def effort(command: list[str]) -> Effort:
    """What a process says that its work took, else what all of it took; and its peak memory."""
    # What a library compiles of itself it keeps, unless a variable of this machine says that nothing be kept.
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, env=environment)
    assert process.stdout is not None
    printed = process.stdout.read().strip()
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    process.stdout.close()
    if process.returncode:
        raise SystemExit(f"{command[:3]} ended with {process.returncode}")
    own = printed.replace(".", "", 1).replace("e-", "").isdigit()
    return Effort(float(printed) if own else usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024)


def requests(source: Path, count: int, first_id: int) -> None:
    """An export of so many requests of October."""
    draw, first = random.Random(count + first_id), datetime(2026, 10, 1)
    with source.open("w", newline="", encoding="utf-8") as file:
        rows = csv.writer(file)
        rows.writerow(FIELDS)
        for number in range(first_id, first_id + count):
            opened = first + timedelta(minutes=draw.randrange(31 * 1440 - 600))
            resolved = opened + timedelta(minutes=draw.randrange(1, 400)) if draw.random() < 0.95 else ""
            client, assistant = f"Client {draw.randrange(400)}", f"Assistant {draw.randrange(20)}"
            rows.writerow((f"R{number:07}", client, opened, resolved, assistant, "English", "Question"))


def measured(folder: Path, count: int) -> Iterator[tuple[str, Effort]]:
    """Every piece of work on a workbook of so many rows."""
    book, source, more = folder / "book.xlsx", folder / "requests.csv", folder / "more.csv"
    requests(source, count, 0)
    requests(more, count, count)
    python = sys.executable
    effort([python, "-c", NEW, str(book), str(source)])
    work = {**OURS, **PEERS, **(SLOW_PEERS if count <= SLOW else {})}
    for name, code in work.items():
        path = book if name == "import into an empty table" else folder / "copy.xlsx"
        if path != book:
            shutil.copy(book, path)
        yield name, effort([python, "-c", code, str(path), str(more if "full" in name else source)])
    office = shutil.which("soffice")
    if office and count <= SLOW:
        profile = f"-env:UserInstallation=file://{folder / 'profile'}"
        options = ["--headless", "--convert-to", "xlsx", "--outdir", str(folder / "office"), str(book)]
        yield OFFICE, effort([office, profile, *options])


def exponent(efforts: dict[int, Effort], what: str) -> float | None:
    """With which power of the rows it grows, from ten thousand rows on, where the start no longer counts for much: the
    slope of the line through the logarithms."""
    points = [(math.log(n), math.log(getattr(one, what))) for n, one in efforts.items() if n >= 10_000]
    if len(points) < 2:
        return None
    mean_x, mean_y = (sum(values) / len(points) for values in zip(*points, strict=True))
    return float(sum((x - mean_x) * (y - mean_y) for x, y in points) / sum((x - mean_x) ** 2 for x, _ in points))


def main() -> None:
    """Print the table: seconds and MB by rows, and how they grow."""
    sizes = [int(one) for one in sys.argv[1:]] or list(SIZES)
    by_work: dict[str, dict[int, Effort]] = {}
    for count in sizes:
        with tempfile.TemporaryDirectory() as folder:
            for name, one in measured(Path(folder), count):
                by_work.setdefault(name, {})[count] = one
                print(f"{count:,} rows: {name}: {one.seconds:.2f} s, {one.megabytes:.0f} MB", file=sys.stderr)
    print("| | " + " | ".join(f"{count:,} rows" for count in sizes) + " | grows with the power |")
    print("| --- " * (len(sizes) + 2) + "|")
    for name, efforts in by_work.items():
        cells = [f"{e.seconds:.2f} s, {e.megabytes:.0f} MB" if (e := efforts.get(n)) else "–" for n in sizes]
        powers = [exponent(efforts, what) for what in ("seconds", "megabytes")]
        grows = ", ".join("–" if power is None else f"{power:.2f}" for power in powers)
        print(f"| {name} | {' | '.join(cells)} | {grows} |")


if __name__ == "__main__":
    main()
