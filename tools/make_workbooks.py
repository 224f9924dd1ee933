"""Makes the finished samples that the repository keeps in ``workbooks``, one a business: ``make workbooks``."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from kpixl.verbs.demo import sample_workbook, samples

FOLDER = Path(__file__).parent.parent / "workbooks"
KEPT = tuple({chosen[0]: chosen for chosen in samples()}.values())
"""One a business: its last one, so that each language is there once."""


def main() -> None:
    """Make them anew."""
    now = datetime.now()
    for chosen in KEPT:
        package, path, _, _ = sample_workbook(FOLDER, *chosen, now)
        package.save(path)


if __name__ == "__main__":
    main()
