"""Makes the finished samples that the repository keeps in ``workbooks``, one a business: ``make workbooks``."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from kpixl.verbs.demo import SAMPLES, sample_workbook

FOLDER = Path(__file__).parent.parent / "workbooks"
KEPT = tuple(chosen for chosen in SAMPLES if chosen[:2] != ("remote-va-agency", "es"))
"""One a business, and each language once."""


def main() -> None:
    """Make them anew."""
    now = datetime.now()
    for chosen in KEPT:
        package, path, _, _ = sample_workbook(FOLDER, *chosen, now)
        package.save(path)


if __name__ == "__main__":
    main()
