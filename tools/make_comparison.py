"""Writes docs/comparison.md: what other libraries lose of real workbooks, and what they do with faulty ones.
``python tools/make_comparison.py CORPUS``; the corpus is that of ``make_lossless``.
"""

from __future__ import annotations

import contextlib
import multiprocessing
import re
import resource
import signal
import sys
import tempfile
import warnings
import zipfile
from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any, Literal

import openpyxl
import pandas as pd
import xlsxwriter
from make_lossless import entries, parts, through_kpixl

from kpixl.entries import Setup
from kpixl.errors import KpixlError
from kpixl.ooxml.package import Package
from kpixl.period import Period
from kpixl.verbs.import_plan import ImportRequest
from kpixl.verbs.import_rows import import_rows
from kpixl.verbs.new import new
from kpixl.verbs.refresh import refresh
from kpixl.version import __version__
from kpixl.workbook.file_view import FileView

PAGE = Path(__file__).parent.parent / "docs" / "comparison.md"
NOW = datetime(2026, 11, 2)
Counts = dict[str, int]
Through = Callable[[Path, Path], Path]

_TAGS = {
    "formulas": r"<(?:\w+:)?f[ >]",
    "rules of conditional formats": r"<(?:\w+:)?cfRule\b",
    "drop-downs and other validations": r"<(?:\w+:)?dataValidation\b",
    "sparklines": r"<x14:sparkline>",
    "merged cells": r"<(?:\w+:)?mergeCell\b",
}
_NAMES = {
    "charts": r"/charts?/?chart\w*\.xml$",
    "tables": r"/tables/[^/]+\.xml$",
    "pivot tables and their caches": r"/pivot\w+/[^/]+\.xml$",
    "controls (ActiveX and forms)": r"/(activeX|ctrlProps)/[^/]+\.xml$",
    "printer settings": r"/printerSettings/",
    "custom XML": r"^customXml/item\d+\.xml$",
    "data models": r"/model/item\.data$",
}
_ANCHOR = re.compile(rb"<(?:\w+:)?(?:twoCell|oneCell|absolute)Anchor\b")


def counted(found: Mapping[str, bytes]) -> Counts:
    """How much of each kind is in a package."""
    sheets = [
        data.decode("utf-8", "replace") for name, data in found.items() if re.search(r"/worksheets/[^/]+\.xml$", name)
    ]
    counts = {kind: sum(len(re.findall(tag, text)) for text in sheets) for kind, tag in _TAGS.items()}
    counts |= {kind: sum(bool(re.search(form, name)) for name in found) for kind, form in _NAMES.items()}
    drawings = [data for name, data in found.items() if re.search(r"/drawings/[^/]+\.xml$", name)]
    counts["pictures, shapes and charts in place"] = sum(len(_ANCHOR.findall(data)) for data in drawings)
    counts["names"] = len(re.findall(rb"<(?:\w+:)?definedName\b", found.get("xl/workbook.xml", b"")))
    return counts


def with_openpyxl(path: Path, folder: Path) -> Path:
    """One cell more, saved by openpyxl."""
    book = openpyxl.load_workbook(path, keep_vba=path.suffix == ".xlsm")
    book.worksheets[0].cell(1, 50, "x")
    book.save(folder / "openpyxl.xlsx")
    return folder / "openpyxl.xlsx"


def _with_pandas(engine: Literal["openpyxl", "xlsxwriter"]) -> Through:
    def through(path: Path, folder: Path) -> Path:
        frames = pd.read_excel(path, sheet_name=None, header=None, engine="openpyxl")
        target = folder / f"{engine}.xlsx"
        with pd.ExcelWriter(target, engine=engine) as writer:
            for name, frame in frames.items():
                frame.to_excel(writer, sheet_name=str(name), header=False, index=False)
        return target

    return through


THROUGH: dict[str, Through] = {
    "kpixl": through_kpixl,
    "openpyxl": with_openpyxl,
    "pandas": _with_pandas("openpyxl"),
    "XlsxWriter": _with_pandas("xlsxwriter"),
}


def lost(corpus: Path) -> tuple[dict[str, Counts], Counts, dict[str, int]]:
    """What each library loses, by kind; what there is of each kind; and how many workbooks each did not take."""
    total: Counts = {}
    gone: dict[str, Counts] = {name: {} for name in THROUGH}
    refused = dict.fromkeys(THROUGH, 0)
    for path, _, _ in entries(corpus):
        found = parts(path)
        before = counted(found)
        for kind, count in before.items():
            total[kind] = total.get(kind, 0) + count
        for name, through in THROUGH.items():
            with tempfile.TemporaryDirectory() as folder, warnings.catch_warnings():
                warnings.simplefilter("ignore")
                try:
                    done = parts(through(path, Path(folder)))
                except Exception:
                    refused[name] += 1
                    continue
            # kpixl's own sheets are no part of the count.
            after = counted({part: done[part] for part in done if part in found} if name == "kpixl" else done)
            for kind, count in before.items():
                gone[name][kind] = gone[name].get(kind, 0) + max(0, count - after[kind])
    return gone, total, refused


# Faults


def _sample(folder: Path) -> Path:
    path = folder / "book.xlsx"
    new(Setup("remote-va-agency", "en", Period.parse("2026-10"), "Acme", "EUR"), path, now=NOW)
    return path


def _flipped(path: Path) -> None:
    """One bit of a sheet's packed content."""
    with zipfile.ZipFile(path) as archive:
        info = max(
            (one for one in archive.infolist() if "worksheets/sheet" in one.filename), key=lambda one: one.compress_size
        )
    data = bytearray(path.read_bytes())
    data[info.header_offset + 30 + len(info.filename) + info.compress_size // 2] ^= 4
    path.write_bytes(bytes(data))


def _cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: path.stat().st_size * 6 // 10])


def _edit(name: str, path: Path) -> None:
    """A change of the workbook in place, as each library makes it."""
    if name == "kpixl":
        refresh(path, now=NOW)
    elif name == "openpyxl":
        book = openpyxl.load_workbook(path)
        book.worksheets[0].cell(1, 50, "x")
        book.save(path)
    else:
        frames = pd.read_excel(path, sheet_name=None, header=None, engine="openpyxl")
        with pd.ExcelWriter(path) as writer:
            for sheet, frame in frames.items():
                frame.to_excel(writer, sheet_name=str(sheet), header=False, index=False)


def _damaged(damage: Callable[[Path], None]) -> Callable[[str, Path], str]:
    def does(name: str, path: Path) -> str:
        damage(path)
        before = path.read_bytes()
        try:
            _edit(name, path)
        except KpixlError:
            return "refused with the part that is damaged" if path.read_bytes() == before else "refused, and changed"
        except Exception as error:
            return (
                f"{type(error).__name__}, as it was"
                if path.read_bytes() == before
                else f"{type(error).__name__}, and changed"
            )
        return "saved without a word"

    return does


def _full_disk(name: str, path: Path) -> str:
    before = path.read_bytes()
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, resource.RLIM_INFINITY))
    with contextlib.suppress(Exception):
        _edit(name, path)
    resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
    return "the old file stands" if path.read_bytes() == before else "the old file is gone, the new one cut short"


def _saved_meanwhile(name: str, path: Path) -> str:
    other = b"saved by another program"
    if name == "kpixl":
        from kpixl.verbs import refresh as module

        original = module.refresh_package

        def meanwhile(*args: Any, **kwargs: Any) -> Any:
            path.write_bytes(other)
            return original(*args, **kwargs)

        module.refresh_package = meanwhile
        with contextlib.suppress(KpixlError):
            refresh(path, now=NOW)
    elif name == "openpyxl":
        book = openpyxl.load_workbook(path)
        path.write_bytes(other)
        book.save(path)
    else:
        frames = pd.read_excel(path, sheet_name=None, header=None, engine="openpyxl")
        path.write_bytes(other)
        with pd.ExcelWriter(path) as writer:
            next(iter(frames.values())).to_excel(writer)
    return "that save stands" if path.read_bytes() == other else "that save is gone"


def _formula(name: str, path: Path) -> str:
    text = "=1+1"
    if name == "kpixl":
        source = path.with_name("answers.csv")
        source.write_text(f"date,client,score\n2026-10-05,{text},5\n")
        import_rows(path, ImportRequest("surveys", source), now=NOW)
        view = FileView(Package.open(path))
        table = view.table("tbl_surveys")
        assert table is not None
        return "a formula" if view.formulas(table, table.letter(1)).any() else "a text"
    if name == "openpyxl":
        book = openpyxl.Workbook()
        book.worksheets[0]["A1"] = text
        book.save(path)
    else:
        pd.DataFrame([[text]]).to_excel(path, header=False, index=False)
    return "a formula" if openpyxl.load_workbook(path).worksheets[0]["A1"].data_type == "f" else "a text"


FAULTS: dict[str, Callable[[str, Path], str]] = {
    "one flipped bit in a sheet": _damaged(_flipped),
    "a file cut short": _damaged(_cut),
    "no room left while it is saved": _full_disk,
    "another program saves between reading and writing": _saved_meanwhile,
    "`=1+1` in a text that is taken in": _formula,
}


def faults() -> dict[str, dict[str, str]]:
    """What comes of each fault, by library: each in a process of its own."""
    fork = multiprocessing.get_context("fork")
    found: dict[str, dict[str, str]] = {}
    for fault, does in FAULTS.items():
        for name in ("kpixl", "openpyxl", "pandas"):
            with tempfile.TemporaryDirectory() as folder:
                path, answer = _sample(Path(folder)), fork.Queue()
                child = fork.Process(target=lambda: answer.put(does(name, path)))  # noqa: B023  (waited for at once)
                child.start()
                child.join(120)
                found.setdefault(fault, {})[name] = (
                    answer.get(timeout=5) if child.exitcode == 0 else "the process ended"
                )
    return found


def page(corpus: Path) -> str:
    """The whole page."""
    gone, total, refused = lost(corpus)
    names = list(THROUGH)
    count = len(entries(corpus))
    lines = [
        "# What other libraries do",
        "",
        f"Made by `tools/make_comparison.py` with kpixl {__version__}, openpyxl {openpyxl.__version__}, "
        f"pandas {pd.__version__} and XlsxWriter {xlsxwriter.__version__}.",
        "",
        "## What is lost of real workbooks",
        "",
        f"{count} workbooks, most of them saved by Excel and kept by other projects for their own tests (those of "
        "[lossless.md](lossless.md)). kpixl goes through a month in each (adopt, refresh, import, roll, refresh); "
        "openpyxl loads it, writes one cell and saves; pandas reads every sheet and writes it again, with openpyxl or "
        "with XlsxWriter, which cannot open a workbook by itself. xlwings has Excel save, and is not in the table: it "
        "needs Excel. Counted is what there is less of afterwards.",
        "",
        "| what | there are | " + " | ".join(f"lost by {name}" for name in names) + " |",
        "|---|--:|" + "--:|" * len(names),
    ]
    for kind, number in sorted(total.items()):
        if number:
            lines.append(f"| {kind} | {number} | " + " | ".join(str(gone[name].get(kind, 0)) for name in names) + " |")
    lines.append(
        f"| workbooks not taken, and left as they were | {count} | " + " | ".join(str(refused[n]) for n in names) + " |"
    )
    lines += [
        "",
        "What a library loses is counted in the workbooks alone that it took.",
        "",
        "## What becomes of faults",
        "",
        "| fault | kpixl | openpyxl | pandas |",
        "|---|---|---|---|",
    ]
    lines += [f"| {fault} | " + " | ".join(told.values()) + " |" for fault, told in faults().items()]
    return "\n".join(
        [*lines, "", "More of them, with the test that shows what kpixl does: [SECURITY.md](../SECURITY.md).", ""]
    )


def main() -> None:
    """Write the page."""
    (corpus,) = map(Path, sys.argv[1:])
    PAGE.write_text(page(corpus), encoding="utf-8")


if __name__ == "__main__":
    main()
