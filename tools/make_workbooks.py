"""Makes the finished samples that the repository keeps in ``workbooks``, one a business: ``make workbooks``."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from kpixl.verbs.demo import sample_workbook, samples

FOLDER = Path(__file__).parent.parent / "workbooks"
KEPT = tuple({chosen[0]: chosen for chosen in samples()}.values())
"""One a business: its last one, so that each language is there once."""
MOMENT = datetime(2026, 11, 22, 9, 30)
"""The same each time: what a month that is still open comes to goes by the day."""


def main() -> None:
    """Make them anew."""
    for chosen in KEPT:
        package, path, _, _ = sample_workbook(FOLDER, *chosen, MOMENT)
        package.save(path)


if __name__ == "__main__":
    main()
