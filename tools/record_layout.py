"""Records what workbooks of today's layout have: ``python tools/record_layout.py``, before LAYOUT_VERSION is raised.

A workbook of this layout is brought up to date by a later kpixl, which has to know what its kpixl had given it.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from kpixl import catalog
from kpixl.entries import Setup
from kpixl.languages import codes
from kpixl.period import Kind, Period
from kpixl.workbook import layout
from kpixl.workbook.blank import context_of_new
from kpixl.workbook.migrate import layout_record as record

DAY = datetime(2026, 10, 15)


def found() -> Iterator[bytes]:
    """The marks of every workbook that can be made."""
    for business in catalog.businesses():
        for code in codes():
            for kind in Kind:
                period = Period.containing(kind, DAY.date())
                for currency in ("USD", "EUR"):
                    setup = Setup(business.id, code, period, "", currency)
                    yield from record.marks_of(context_of_new(setup, now=DAY))


def main() -> None:
    """Write the file of today's layout."""
    path = Path(record.FOLDER, f"{layout.LAYOUT_VERSION}.txt")
    path.write_text(record.written(found()), encoding="ascii")
    print(f"{path}: {path.stat().st_size} bytes")


if __name__ == "__main__":
    main()
