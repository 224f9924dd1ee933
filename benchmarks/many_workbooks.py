"""Many workbooks in one command, measured: ``python -m benchmarks.many_workbooks [HOW MANY [IN THE PORTFOLIO]]``.

Small workbooks are refreshed by one worker and by two, again with nothing changed, and read into a portfolio. Every
command is a process of its own; its memory, and that of its workers, is looked at from outside while it runs.
"""

from __future__ import annotations

import os
import resource
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from time import perf_counter, sleep

import psutil

MANY = 2_000
EVERY = 0.25
"""Seconds between two looks at the memory."""
MAKE = """
import sys
from datetime import datetime
from pathlib import Path
from kpixl.entries import Setup
from kpixl.period import Period
from kpixl.verbs import new, refresh
from kpixl.verbs.import_plan import ImportRequest
from kpixl.verbs.import_rows import import_rows
path, source = Path(sys.argv[1]), Path(sys.argv[2])
now = datetime(2026, 11, 2)
new.new(Setup('remote-va-agency', 'en', Period.parse('2026-10'), 'Small', 'USD'), path, now=now)
fields = ('id', 'client', 'opened', 'resolved', 'assistant', 'language', 'kind')
import_rows(path, ImportRequest('requests', source, {one: one for one in fields}, add_new=True), now=now)
refresh.refresh(path, now=now)
"""
ROWS = 60


@dataclass
class Run:
    """One command: how long it took, and how much memory its processes had."""

    seconds: float = 0.0
    processor: float = 0.0
    """Seconds of processor time, of all its processes together."""
    megabytes: dict[int, list[float]] = field(default_factory=dict)
    """By process, the command itself first, over time."""

    @property
    def peak(self) -> float:
        """The most that one process had."""
        return max(max(one) for one in self.megabytes.values())

    @property
    def growth(self) -> float:
        """By how much the worker that grew most had more at the end of the run than after its first third."""
        workers = [one for one in list(self.megabytes.values())[1:] or self.megabytes.values() if len(one) > 8]
        ratios = [max(one[-len(one) // 3 :]) / max(one[: len(one) // 3 + 1]) for one in map(list, workers)]
        return max(ratios, default=1.0)


def run(*words: str) -> Run:
    """One command of kpixl, watched."""
    done = Run()
    start, before = perf_counter(), _processor()
    with subprocess.Popen([sys.executable, "-m", "kpixl", *words], stdout=subprocess.DEVNULL) as process:
        watched = psutil.Process(process.pid)
        while process.poll() is None:
            for one in _alive(watched):
                try:
                    done.megabytes.setdefault(one.pid, []).append(one.memory_info().rss / 1e6)
                except psutil.Error:
                    continue
            sleep(EVERY)
    done.seconds, done.processor = perf_counter() - start, _processor() - before
    if process.returncode not in (0, 1):
        raise SystemExit(f"{' '.join(words)} ended with {process.returncode}")
    return done


def _processor() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _alive(process: psutil.Process) -> list[psutil.Process]:
    try:
        return [process, *process.children(recursive=True)]
    except psutil.Error:
        return []


def small(folder: Path) -> Path:
    """A small workbook: a new one with some rows in one table."""
    source = folder / "requests.csv"
    lines = ["id,client,opened,resolved,assistant,language,kind"]
    for number in range(ROWS):
        day = f"2026-10-{number % 28 + 1:02} 0{number % 9}"
        lines.append(f"R{number},Client {number % 7},{day}:00,{day}:45,Assistant {number % 3},English,Question")
    source.write_text("\n".join(lines), encoding="utf-8")
    path = folder / "small.xlsx"
    subprocess.run([sys.executable, "-c", MAKE, str(path), str(source)], check=True)
    return path


def copies(path: Path, folder: Path, count: int) -> Path:
    """So many workbooks in a folder, in the folders of ten regions."""
    for number in range(count):
        place = folder / f"Region {number % 10}"
        place.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, place / f"Site {number:06}.xlsx")
    return folder


def main() -> int:
    """Print the table."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else MANY
    more = int(sys.argv[2]) if len(sys.argv) > 2 else 5 * count
    print(f"{datetime.now():%Y-%m-%d %H:%M}, {os.cpu_count()} cores, load before {os.getloadavg()[0]:.1f}")
    with tempfile.TemporaryDirectory(dir=os.environ.get("KPIXL_BENCH_FOLDER")) as name:
        folder = Path(name)
        path = small(folder)
        print(f"a workbook: {path.stat().st_size / 1000:.0f} kB, {ROWS} rows")
        cache = ["--cache", str(folder / "cache")]
        one = run("refresh", str(copies(path, folder / "one", count)), "--workers", "1", *cache)
        shutil.rmtree(folder / "one")
        place = str(copies(path, folder / "two", count))
        two = run("refresh", place, "--workers", "2", *cache)
        again = run("refresh", place, "--workers", "2", *cache)
        shutil.rmtree(folder / "two")
        place = str(copies(path, folder / "more", more))
        out = ["--out", str(folder / "portfolio.xlsx"), "--duckdb", str(folder / "portfolio.duckdb")]
        portfolio = run("portfolio", place, *out, "--workers", "2", *cache)
        second = run("portfolio", place, *out, "--workers", "2", *cache)
        written = (folder / "portfolio.xlsx").stat().st_size / 1e6
    spared = 2 * one.processor / two.processor
    rows = [
        (f"refresh of {count:,}, one worker", f"{count / one.processor:.2f} workbooks a second of a core", one),
        ("the same, two workers", f"{count / two.processor:.2f} workbooks a second of a core", two),
        ("speed-up, as the clock says", f"{one.seconds / two.seconds:.2f} (wanted ≥ 1.8)", None),
        ("speed-up where two cores are free", f"{spared:.2f}, by processor time", None),
        ("memory of a worker, last third by first", f"{two.growth:.2f}", None),
        ("again with nothing changed", f"{two.processor / again.processor:.0f} times less (wanted ≥ 20)", again),
        (f"portfolio of {more:,}, two workers", f"{more / portfolio.processor:.2f} a second of a core", portfolio),
        ("again with nothing changed", f"the workbook has {written:.1f} MB", second),
    ]
    print(f"{'':42} {'clock':>8}  {'processor':>9}  {'memory':>9}")
    for text, figure, done in rows:
        took = f"{done.seconds:6.1f} s  {done.processor:7.1f} s  {done.peak:6.0f} MB" if done else " " * 30
        print(f"{text:42} {took}  {figure}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
