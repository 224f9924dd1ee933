"""Reads YAML that somebody else wrote: plain data alone, of a bounded size, and where in the text each part of it is.

Never makes an object of a class, follows an alias or goes deeper than a few levels.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, TypeAlias

import yaml

from kpixl.errors import N_
from kpixl.message import Message, shortened

LARGEST = 400_000
"""Characters of a text."""
DEEPEST = 12
MOST_NODES = 20_000

Path: TypeAlias = tuple[str | int, ...]
"""The keys and places that lead to a part: ``("kpis", "crr", "tips", 0)``."""
_INT = re.compile(r"[-+]?\d{1,15}")
_FLOAT = re.compile(r"[-+]?(\d+\.\d*|\.\d+|\d+)([eE][-+]?\d{1,3})?")
_PLAIN = "tag:yaml.org,2002:"
_UNSHOWN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]")


@dataclass(frozen=True, slots=True)
class Mistake:
    """What is wrong with a text, and where: line and column count from 1."""

    line: int
    column: int
    message: Message
    path: Path = ()
    """The part that it is in, where the text can be read."""


@dataclass
class Reading:
    """What a text holds."""

    data: Any = None
    places: dict[Path, tuple[int, int]] = field(default_factory=dict)
    """Line and column of each part; of one in a mapping, of its key."""
    mistakes: list[Mistake] = field(default_factory=list)

    def at(self, path: Path) -> tuple[int, int]:
        """Where a part is, or where what it would stand in begins."""
        while path not in self.places and path:
            path = path[:-1]
        return self.places.get(path, (1, 1))

    def wrong(self, path: Path, template: str, /, **values: object) -> Mistake:
        """A mistake at that part."""
        shown = {name: shortened(value) if isinstance(value, str) else value for name, value in values.items()}
        return Mistake(*self.at(path), Message("pack_mistake", template, shown), path)


def read_yaml(text: str) -> Reading:
    """What ``text`` holds. Where there are mistakes that leave nothing to read, ``data`` is None."""
    found = Reading()
    if len(text) > LARGEST:
        found.mistakes.append(found.wrong((), N_("The file is larger than {most} characters."), most=LARGEST))
        return found
    if odd := _UNSHOWN.search(text):
        before = text[: odd.start()]
        line, column = before.count("\n") + 1, odd.start() - before.rfind("\n")
        template = N_("A sign stands here that cannot be shown; type the line anew.")
        found.mistakes.append(Mistake(line, column, Message("pack_mistake", template)))
        return found
    try:
        if refused := next(_refused(text), None):
            found.mistakes.append(refused)
            return found
        node = yaml.compose(text, Loader=yaml.CSafeLoader)
    except yaml.YAMLError as error:
        found.mistakes.append(_unreadable(error))
        return found
    except (ValueError, RecursionError):
        found.mistakes.append(found.wrong((), N_("This is no text that can be read as YAML.")))
        return found
    if isinstance(node, yaml.MappingNode):
        found.data = _value(node, (), found)
    else:
        found.mistakes.append(found.wrong((), N_("This is no pack: it has no keys such as “id:” and “kpis:”.")))
    return found


def _unreadable(error: yaml.YAMLError) -> Mistake:
    mark = getattr(error, "problem_mark", None)
    line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
    what = str(getattr(error, "problem", None) or type(error).__name__)
    template = N_("YAML cannot be read from here ({detail}); look at spaces, colons and quotes of the line above, too.")
    return Mistake(line, column, Message("pack_mistake", template, {"detail": shortened(what)}))


def _refused(text: str) -> Iterator[Mistake]:
    """What is never read, before anything is made of it."""

    def wrong(event: yaml.Event, template: str, **values: object) -> Mistake:
        mark: Any = event.start_mark
        return Mistake(mark.line + 1, mark.column + 1, Message("pack_mistake", template, values))

    depth = documents = 0
    for number, event in enumerate(yaml.parse(text, Loader=yaml.CSafeLoader)):
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
            yield wrong(event, N_("Anchors (&) and aliases (*) are not taken; write the text out."))
        tag = getattr(event, "tag", None)
        if tag and tag != "!":
            yield wrong(event, N_("Tags (!) are not taken; write plain texts and numbers."))
        depth += isinstance(event, yaml.CollectionStartEvent)
        depth -= isinstance(event, yaml.CollectionEndEvent)
        documents += isinstance(event, yaml.DocumentStartEvent)
        if depth > DEEPEST:
            yield wrong(event, N_("This is nested more than {most} levels deep."), most=DEEPEST)
        if number > MOST_NODES:
            yield wrong(event, N_("The file has more than {most} parts."), most=MOST_NODES)
        if documents > 1:
            yield wrong(event, N_("A file holds one pack; remove the line “---” and what follows."))


def _value(node: yaml.Node, path: Path, found: Reading) -> Any:
    found.places.setdefault(path, _at(node))
    if isinstance(node, yaml.MappingNode):
        made: dict[str, Any] = {}
        for key, value in node.value:
            name = str(key.value) if isinstance(key, yaml.ScalarNode) else ""
            here = _at(key)
            if not name or name in made:
                template = N_("“{key}” stands here twice; keep one.") if name else N_("Something here has no key.")
                found.mistakes.append(Mistake(*here, Message("pack_mistake", template, {"key": shortened(name)})))
                continue
            found.places[*path, name] = here
            made[name] = _value(value, (*path, name), found)
        return made
    if isinstance(node, yaml.SequenceNode):
        return [_value(one, (*path, place), found) for place, one in enumerate(node.value)]
    return _scalar(node)


def _at(node: yaml.Node) -> tuple[int, int]:
    mark: Any = node.start_mark
    return mark.line + 1, mark.column + 1


def _scalar(node: yaml.Node) -> Any:
    """A text, a number, a truth or nothing; what looks like a day stays the text that it is."""
    text, kind = str(node.value), str(node.tag).removeprefix(_PLAIN)
    if kind == "bool":
        return text.lower() in ("true", "yes", "on")
    if kind == "null":
        return None
    if kind == "int" and _INT.fullmatch(text):
        return int(text)
    if kind in ("int", "float") and _FLOAT.fullmatch(text) and math.isfinite(float(text)):
        return float(text)
    return text
