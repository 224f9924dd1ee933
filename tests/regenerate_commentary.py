"""Writes anew what is said of the sample data: ``python -m tests.regenerate_commentary``, after a change of a text, a
translation or the sample data.

It prints every text that has changed. Read them all, in every language, before they are committed: a sentence that
nobody has read proves nothing.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent))

from commentary_snapshot import PATH, store, stored, texts
from conftest import pytest_configure


def main() -> None:
    """Replace the stored texts by those of today."""
    pytest_configure()  # compiles the translations
    old = dict(_lines(stored())) if PATH.exists() else {}
    made = texts()
    for place, text in _lines(made):
        if old.get(place) != text:
            print(f"{place}: {text}")
    store(made)


def _lines(found: Any, place: str = "") -> Iterator[tuple[str, str]]:
    """Every text with the way to it: ``remote-va-agency/es/comments/css``."""
    if isinstance(found, str):
        yield place, found
        return
    for key, below in found.items() if isinstance(found, dict) else enumerate(found):
        yield from _lines(below, f"{place}/{key}".lstrip("/"))


if __name__ == "__main__":
    main()
