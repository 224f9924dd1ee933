"""The figures that kpixl promises, as ratios against a peer in the same run: ``python -m benchmarks``.

Every command runs as a process of its own, in turn with its peer, so that both see the same machine.
"""

from __future__ import annotations

import csv
import os
import random
import statistics
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from time import perf_counter

ROWS = 100_000
BIG = "big.xlsx"
FIELDS = ("id", "client", "opened", "resolved", "assistant", "language", "kind")

TIMED = "import sys; from pathlib import Path; from time import perf_counter; {imports}; path = Path(sys.argv[1]); \
start = perf_counter(); {work}; print(perf_counter() - start)"
"""Prints the seconds of the work alone; the memory is that of the whole process."""
REFRESH = TIMED.format(
    imports="import datetime; from kpixl.verbs.refresh import refresh",
    work="refresh(path, now=datetime.datetime.now())",
)
OPENPYXL = TIMED.format(imports="import openpyxl", work="openpyxl.load_workbook(path).save(path)")
ROLL = TIMED.format(
    imports="import datetime; from kpixl.verbs.roll import roll",
    work="new = roll(path, now=datetime.datetime(2026, 11, 2), anyway=True).path; new.unlink()",
)
NEW = TIMED.replace(
    "{imports}",
    "import datetime; from kpixl.entries import Setup; from kpixl.verbs.new import new; "
    "from kpixl.period import Period",
).replace(
    "{work}",
    "path.unlink(missing_ok=True); new(Setup('remote-va-agency', 'en', Period.parse('2026-10'), 'New', "
    "'USD'), path, now=datetime.datetime.now(), macros={macros})",
)
CALLS = """
import numpy as np
from statistics import median
from time import perf_counter
import kpixl.functions as functions
ends = np.arange(100_000, dtype=float)
def seconds(work):
    taken = []
    for _ in range(15):
        start = perf_counter()
        work()
        taken.append(perf_counter() - start)
    return median(taken)
"""
CALL = f"{CALLS}print(seconds(lambda: functions.crr(ends, 0, 100_000)))"
LOOP = f"{CALLS}print(seconds(lambda: [(end - 0) / 100_000 for end in ends.tolist()]))"
SAMPLE = TIMED.format(
    imports="from kpixl.catalog import business; from kpixl.period import Period; from kpixl.samples import sample",
    work="sample(business('remote-va-agency'), Period.parse('2026-10'), 'es')",
)
MAKE = "import sys, pathlib, benchmarks.__main__ as b; b.big_workbook(pathlib.Path(sys.argv[1]))"

BOOKS = 10_000
MEASURES = f"""
from time import perf_counter
import numpy as np
from kpixl.catalog import business
from kpixl.kpi.grade import evaluated, thresholds_published
from kpixl.kpi.many import scorecards
agency = business("remote-va-agency")
draw = np.random.default_rng(1)
names = {{argument.measure.name for kpi in agency.kpis for argument in kpi.arguments}}
columns = {{name: draw.integers(0, 500, {BOOKS}).astype(float) for name in names}}
RULES = ("value", "level", "standing", "position", "amount", "interval_low", "interval_high")
"""
"""The measures of 10,000 workbooks."""
MANY = f"""{MEASURES}
def work():
    for found in scorecards(agency, columns).values():
        for rule in RULES:
            found[rule].numbers()
work()
start = perf_counter()
work()
print(f"{{perf_counter() - start:.6f}}")
"""
ALONE = f"""{MEASURES}
def work(place):
    for kpi in agency.kpis:
        arguments = {{a.name: float(columns[a.measure.name][place]) for a in kpi.arguments}}
        found = evaluated(kpi, arguments, thresholds_published(kpi))
        for rule in RULES:
            found.number(rule)
work(0)
start = perf_counter()
for place in range(500):
    work(place)
print(f"{{(perf_counter() - start) * {BOOKS} / 500:.6f}}")
"""
"""One by one, of every twentieth, told for all."""

CELLS = 10_000
COLUMNS = f"""
import statistics
from time import perf_counter
def column(start, every):
    return tuple((None if every and row % every == 0 else float(start + row % 500),) for row in range({CELLS}))
ends, news, starts = column(600, 97), column(20, 0), column(0, 0)
def median(work):
    work()
    seconds = []
    for _ in range(30):
        start = perf_counter()
        work()
        seconds.append(perf_counter() - start)
    return statistics.median(seconds)
"""
"""What Excel hands over for three ranges, with blanks and zeros among the cells."""
UDF = f"""{COLUMNS}
from kpixl.functions import udf
print(median(lambda: udf.shown(udf.KPI_CRR(*map(udf.given, (ends, news, starts))))))
"""
PANDAS = f"""{COLUMNS}
import pandas as pd
def retention():
    end, new, start = (pd.Series([row[0] for row in rows], dtype=float) for rows in (ends, news, starts))
    return [["#VALUE!" if cell != cell else cell] for cell in ((end - new) / start).tolist()]
print(median(retention))
"""


@dataclass(frozen=True)
class Cost:
    """Seconds that a process says its work took, else those of the whole process; and its peak memory (MB)."""

    seconds: float
    megabytes: float


@dataclass(frozen=True)
class Figure:
    """A ratio and the bound that it must keep."""

    name: str
    ours: str
    peer: str
    ratio: float
    bound: str
    kept: bool


def run(*command: str) -> Cost:
    """Run a command and measure the whole process."""
    start = perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    assert process.stdout is not None
    printed = process.stdout.read().decode(errors="replace").strip()
    _, status, usage = os.wait4(process.pid, 0)
    seconds = perf_counter() - start
    process.stdout.close()
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"{command} ended with {process.returncode}")
    timed = printed.replace(".", "", 1).isdigit()
    return Cost(float(printed) if timed else seconds, usage.ru_maxrss / 1024)


def in_turn(ours: tuple[str, ...], peer: tuple[str, ...], runs: int) -> tuple[list[Cost], list[Cost]]:
    """Run the two commands in turn, after one run of each that is not counted where they are short."""
    if runs > 3:
        run(*ours), run(*peer)
    pairs = [(run(*ours), run(*peer)) for _ in range(runs)]
    return [pair[0] for pair in pairs], [pair[1] for pair in pairs]


def median(costs: list[Cost], what: str) -> float:
    """The median of one figure."""
    return float(statistics.median(getattr(cost, what) for cost in costs))


def big_workbook(folder: Path) -> None:
    """A workbook with many requests, made the way an owner would: new, then import."""
    from kpixl.entries import Setup
    from kpixl.period import Period
    from kpixl.verbs import new
    from kpixl.verbs.import_plan import ImportRequest
    from kpixl.verbs.import_rows import import_rows

    path, source = folder / BIG, folder / "requests.csv"
    draw, first = random.Random(1), datetime(2026, 10, 1)
    with source.open("w", newline="", encoding="utf-8") as file:
        rows = csv.writer(file)
        rows.writerow(FIELDS)
        for number in range(ROWS):
            opened = first + timedelta(minutes=draw.randrange(31 * 1440 - 600))
            resolved = opened + timedelta(minutes=draw.randrange(1, 400)) if draw.random() < 0.95 else ""
            client, assistant = f"Client {draw.randrange(400)}", f"Assistant {draw.randrange(20)}"
            rows.writerow((f"R{number:06}", client, opened, resolved, assistant, "English", "Question"))
    period = Period.parse("2026-10")
    new.new(Setup("remote-va-agency", "en", period, "Big", "USD"), path, now=datetime.now())
    import_rows(
        path, ImportRequest("requests", source, {field: field for field in FIELDS}, add_new=True), now=datetime.now()
    )


def refresh_figures(folder: Path) -> list[Figure]:
    """Refresh of 100,000 rows against openpyxl loading and saving the same file."""
    # In a process of its own: a child's peak memory begins with what its parent holds.
    subprocess.run([sys.executable, "-c", MAKE, str(folder)], check=True)
    path = folder / BIG
    copy = folder / "copy.xlsx"
    copy.write_bytes(path.read_bytes())
    python = sys.executable
    ours, peer = in_turn((python, "-c", REFRESH, str(path)), (python, "-c", OPENPYXL, str(copy)), runs=3)
    seconds = median(ours, "seconds"), median(peer, "seconds")
    memory = median(ours, "megabytes"), median(peer, "megabytes")
    faster, lighter = seconds[1] / seconds[0], memory[0] / memory[1]
    name = f"refresh of {ROWS:,} rows against openpyxl load and save"
    return [
        Figure(name, f"{seconds[0]:.2f} s", f"{seconds[1]:.1f} s", faster, "≥ 15 times faster", faster >= 15),
        Figure("the same, peak memory", f"{memory[0]:.0f} MB", f"{memory[1]:.0f} MB", lighter, "≤ 0.5", lighter <= 0.5),
    ]


def help_figure() -> Figure:
    """The start of the command line against the start of Python."""
    python = sys.executable
    ours, peer = in_turn((python, "-m", "kpixl", "--help"), (python, "-c", "pass"), runs=15)
    seconds = median(ours, "seconds"), median(peer, "seconds")
    ratio = seconds[0] / seconds[1]
    texts = (f"{seconds[0] * 1000:.0f} ms", f"{seconds[1] * 1000:.0f} ms")
    return Figure("kpixl --help against python -c pass", *texts, ratio, "< 5", ratio < 5)


def many_figure() -> Figure:
    """Scorecards of 10,000 workbooks in one call against one by one."""
    ours, peer = in_turn((sys.executable, "-c", MANY), (sys.executable, "-c", ALONE), runs=3)
    seconds = median(ours, "seconds"), median(peer, "seconds")
    name = f"scorecards of {BOOKS:,} workbooks in one call against one by one"
    ratio = seconds[1] / seconds[0]
    return Figure(name, f"{seconds[0]:.3f} s", f"{seconds[1]:.1f} s", ratio, "≥ 50 times faster", ratio >= 50)


def udf_figure() -> Figure:
    """A function in cells over 10,000 rows, from what Excel hands over to what it takes back."""
    ours, peer = in_turn((sys.executable, "-c", UDF), (sys.executable, "-c", PANDAS), runs=5)
    seconds = median(ours, "seconds"), median(peer, "seconds")
    ratio = seconds[0] / seconds[1]
    texts = (f"{seconds[0] * 1000:.1f} ms", f"{seconds[1] * 1000:.1f} ms")
    return Figure(f"KPI_CRR over {CELLS:,} rows against pandas alone", *texts, ratio, "≤ 3", ratio <= 3)


def column_figure() -> Figure:
    """One of Python's functions over a long column, against a plain loop over the same numbers."""
    ours, peer = in_turn((sys.executable, "-c", CALL), (sys.executable, "-c", LOOP), runs=5)
    seconds = median(ours, "seconds"), median(peer, "seconds")
    ratio = seconds[0] / seconds[1]
    texts = (f"{seconds[0] * 1000:.1f} ms", f"{seconds[1] * 1000:.1f} ms")
    return Figure("crr() over 100,000 rows against a plain loop", *texts, ratio, "≤ 6", ratio <= 6)


def sample_figure(folder: Path) -> Figure:
    """The rows of a year of the sample agency, against the new workbook that takes them."""
    path = str(folder / "sample.xlsx")
    ours, peer = in_turn(
        (sys.executable, "-c", SAMPLE, path), (sys.executable, "-c", NEW.format(macros="None"), path), runs=5
    )
    seconds = median(ours, "seconds"), median(peer, "seconds")
    ratio = seconds[0] / seconds[1]
    texts = (f"{seconds[0]:.2f} s", f"{seconds[1]:.2f} s")
    return Figure("rows of a sample against a new workbook", *texts, ratio, "≤ 1.5", ratio <= 1.5)


def with_past(folder: Path, months: int) -> Path:
    """The sample agency's workbook with so many closed months in Past periods."""
    from dataclasses import replace

    from kpixl.period import Period
    from kpixl.samples import sample
    from kpixl.verbs.demo import SAMPLE_PERIOD, sample_workbook, samples
    from kpixl.workbook.past import put_past
    from kpixl.workbook.read import read

    package, path, scorecard, _ = sample_workbook(folder, *samples()[-1], datetime(2026, 11, 1))
    book, period = read(package), Period.parse(SAMPLE_PERIOD)
    lines = sample(scorecard.entries.business, period, "en").past[-40:]
    put_past(
        package,
        book,
        [replace(line, start=period.shift(-back).start) for back in range(months, 11, -1) for line in lines],
    )
    path = path.with_name(f"after {months} months.xlsx")
    package.save(path)
    return path


def macros_figure(folder: Path) -> Figure:
    """A new workbook with buttons and functions against one without."""
    ours, peer = in_turn(
        (sys.executable, "-c", NEW.format(macros='"udf"'), str(folder / "new.xlsm")),
        (sys.executable, "-c", NEW.format(macros="None"), str(folder / "new.xlsx")),
        runs=5,
    )
    seconds = median(ours, "seconds"), median(peer, "seconds")
    ratio = seconds[0] / seconds[1]
    texts = (f"{seconds[0]:.2f} s", f"{seconds[1]:.2f} s")
    return Figure("a new .xlsm against a new .xlsx", *texts, ratio, "< 1 s", seconds[0] < 1)


def roll_figure(folder: Path) -> Figure:
    """Closing a month after five years against closing one after a year."""
    late, early = with_past(folder, 60), with_past(folder, 12)
    ours, peer = in_turn((sys.executable, "-c", ROLL, str(late)), (sys.executable, "-c", ROLL, str(early)), runs=5)
    seconds = median(ours, "seconds"), median(peer, "seconds")
    ratio = seconds[0] / seconds[1]
    name = "closing a month after 60 months against after 12"
    return Figure(name, f"{seconds[0]:.2f} s", f"{seconds[1]:.2f} s", ratio, "≤ 1.6", ratio <= 1.6)


def main() -> int:
    """Print the table; 1 where a figure is not reached."""
    with tempfile.TemporaryDirectory() as folder:
        figures = [help_figure(), many_figure(), udf_figure(), column_figure(), sample_figure(Path(folder))]
        figures += [macros_figure(Path(folder)), roll_figure(Path(folder)), *refresh_figures(Path(folder))]
    print(f"{'figure':62} {'kpixl':>9} {'peer':>9} {'ratio':>7}  bound")
    for figure in figures:
        verdict = "" if figure.kept else "  NOT REACHED"
        print(f"{figure.name:62} {figure.ours:>9} {figure.peer:>9} {figure.ratio:7.2f}  {figure.bound}{verdict}")
    return 0 if all(figure.kept for figure in figures) else 1


if __name__ == "__main__":
    sys.exit(main())
