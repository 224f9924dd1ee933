"""Texts on lines of modest width, and what several answers for machines share."""

from __future__ import annotations

from collections.abc import Iterable
from textwrap import wrap
from typing import TYPE_CHECKING, Any

from kpixl.message import one_line

if TYPE_CHECKING:
    from pathlib import Path

Json = dict[str, Any]

WIDTH = 100
"""No line of text is wider than this, but for single words that are."""

GAP = "  "


def block(texts: Iterable[str], indent: int = 0) -> list[str]:
    """Texts on lines of their own, folded where they are too wide."""
    space = " " * indent
    return [
        line
        for text in texts
        for line in wrap(
            one_line(text),
            WIDTH,
            initial_indent=space,
            subsequent_indent=space + GAP,
            break_long_words=False,
            break_on_hyphens=False,
        )
    ]


def path_json(path: Path | None) -> str | None:
    """A file's name for machines."""
    return None if path is None else str(path)
