"""Finds the texts of the catalogue's YAML for Babel, when translations are updated; never used at run time."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import IO, Any

import yaml

TEXTS = {
    "abbreviation", "absent", "benefits", "beside", "cautions", "definition", "example", "heading", "help", "label",
    "limits", "name", "note", "published", "reading", "source", "suggested", "text", "tips", "title", "unnamed",
}  # fmt: skip
"""Keys whose values an owner reads."""

Extracted = tuple[int, str | None, str, list[str]]


def extract(
    file: IO[bytes], keywords: Mapping[str, Any], comment_tags: Collection[str], options: Mapping[str, Any]
) -> Iterator[Extracted]:
    """Babel's extraction method: line, function, message, comments of every text in a YAML file."""
    yield from _texts(yaml.compose(file, Loader=yaml.SafeLoader))


def _texts(node: yaml.Node | None, *, shown: bool = False, words: bool = False) -> Iterator[Extracted]:
    if isinstance(node, yaml.MappingNode) and words:
        for _, value in node.value:
            yield from _texts(value, shown=True)
    elif isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            words = key.value == "choices"
            yield from _texts(value, shown=key.value in TEXTS and not isinstance(value, yaml.MappingNode), words=words)
    elif isinstance(node, yaml.SequenceNode):
        for item in node.value:
            yield from _texts(item, shown=shown)
    elif isinstance(node, yaml.ScalarNode) and shown and node.value:
        yield node.start_mark.line + 1, None, node.value, []
