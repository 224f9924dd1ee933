"""Writes the golden workbooks anew: ``python -m tests.regenerate_golden``, after a change that is meant to show.

It prints what differs from the ones that were there. Look at every line of it, and open the workbooks, before the new
ones are committed: a golden workbook that nobody has looked at proves nothing.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from builds import keep_in
from conftest import pytest_configure
from goldens import FOLDER, LANGUAGES, build, compare, path_of
from kpixl.errors import EarlierWorkbook, OlderWorkbook, OwnedPartMissing


def differing(old: Path, made: Path) -> list[object]:
    """What differs; of a workbook of an older layout, only that it is one."""
    try:
        return [*compare(old, made)]
    except (EarlierWorkbook, OlderWorkbook, OwnedPartMissing):  # the last one before a layout is handed out
        return ["is of an older layout"]


def main() -> None:
    """Replace the golden workbooks that differ."""
    pytest_configure()  # compiles the translations
    FOLDER.mkdir(exist_ok=True)
    for language in LANGUAGES:
        with tempfile.TemporaryDirectory() as folder:
            keep_in(Path(folder, "shelf"))
            made = build(Path(folder, f"{language}.xlsx"), language)
            old = path_of(language)
            found = differing(old, made) if old.exists() else ["is new"]
            for difference in found:
                print(f"{old.name}: {difference}")
            if found:
                old.write_bytes(made.read_bytes())


if __name__ == "__main__":
    main()
