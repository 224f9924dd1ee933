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
REFRESH = TIMED.format(imports="from kpixl import verbs", work="verbs.refresh(path)")
OPENPYXL = TIMED.format(imports="import openpyxl", work="openpyxl.load_workbook(path).save(path)")
MAKE = "import sys, pathlib, benchmarks.__main__ as b; b.big_workbook(pathlib.Path(sys.argv[1]))"


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
    return statistics.median(getattr(cost, what) for cost in costs)


def big_workbook(folder: Path) -> None:
    """A workbook with many requests, made the way an owner would: new, then import."""
    from kpixl import verbs
    from kpixl.period import Period

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
    verbs.new("remote-va-agency", language="en", period=period, company="Big", currency="USD", out=path)
    verbs.import_rows(path, "requests", source, {field: field for field in FIELDS}, add_new=True)


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


def main() -> int:
    """Print the table; 1 where a figure is not reached."""
    with tempfile.TemporaryDirectory() as folder:
        figures = [help_figure(), *refresh_figures(Path(folder))]
    print(f"{'figure':58} {'kpixl':>9} {'peer':>9} {'ratio':>7}  bound")
    for figure in figures:
        verdict = "" if figure.kept else "  NOT REACHED"
        print(f"{figure.name:58} {figure.ours:>9} {figure.peer:>9} {figure.ratio:7.2f}  {figure.bound}{verdict}")
    return 0 if all(figure.kept for figure in figures) else 1


if __name__ == "__main__":
    sys.exit(main())
