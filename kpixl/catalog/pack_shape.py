"""Holds the data of a pack against its records: what is missing, unknown, of another kind or too much, all at once.

Gives the same data with one text in place of each text in several languages, and which those are.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, field
from difflib import get_close_matches
from functools import cache
from typing import Any

from msgspec import NODEFAULT, inspect

from kpixl.catalog.pack import Pack
from kpixl.catalog.yaml_text import Mistake, Path, Reading
from kpixl.errors import N_
from kpixl.message import Worded, phrase

MARK = "\ue000"
"""Begins and ends the number that stands in for a text in several languages; nobody types it."""
_TEXT, _NUMBER, _WHOLE = N_("a text"), N_("a number"), N_("a whole number")
_TRUTH, _LIST, _KEYS = N_("true or false"), N_("a list"), N_("keys with values")
_WORDED = (inspect.StrType, inspect.DictType)


@dataclass
class Shaped:
    """What came of the data."""

    data: Any = None
    worded: dict[str, Worded] = field(default_factory=dict)
    """The texts in several languages, by what stands in for each."""
    texts: list[tuple[Path, str | Worded]] = field(default_factory=list)
    """Every text that an owner reads, and where it is."""
    mistakes: list[Mistake] = field(default_factory=list)
    wrong: set[Path] = field(default_factory=set)
    """Where the mistakes are."""


def shaped(reading: Reading) -> Shaped:
    """The data of a pack, as far as it has the shape of one."""
    shaper = _Shaper(reading)
    shaper.found.data = shaper.value(reading.data, _records(), ())
    return shaper.found


@cache
def _records() -> inspect.Type:
    """The records of a pack, looked up once."""
    return inspect.type_info(Pack)


class _Shaper:
    def __init__(self, reading: Reading) -> None:
        self.reading = reading
        self.found = Shaped()

    def wrong(self, path: Path, template: str, /, **values: object) -> None:
        self.found.mistakes.append(self.reading.wrong(path, template, **values))
        self.found.wrong.add(path)

    def kind(self, path: Path, what: str) -> None:
        where = str(path[-1]) if path else "pack"
        self.wrong(path, N_("“{key}” has to be {what}."), key=where, what=phrase(what))

    def value(self, value: Any, type_: inspect.Type, path: Path) -> Any:
        """The value, as far as it is of that type; whatever is not is told, and left as it is."""
        match type_:
            case inspect.Metadata(type=inner):
                return self.value(value, inner, path)
            case inspect.UnionType(types=types):
                return self.one_of(value, types, path)
            case inspect.StructType():
                return self.record(value, type_, path)
            case inspect.DictType():
                return self.mapping(value, type_, path)
            case inspect.VarTupleType(item_type=item) | inspect.ListType(item_type=item):
                return self.items(value, item, type_, path)
            case inspect.TupleType(item_types=items):
                if not isinstance(value, list) or len(value) != len(items):
                    self.wrong(path, N_("A list of {count} stands here: [a, b]."), count=len(items))
                    return value
                return [
                    self.value(one, item, (*path, n)) for n, (one, item) in enumerate(zip(value, items, strict=True))
                ]
            case _:
                return self.single(value, type_, path)

    def one_of(self, value: Any, types: tuple[inspect.Type, ...], path: Path) -> Any:
        """The value by whichever of the types is of its kind."""
        bare = [t for t in map(_bare, types) if not isinstance(t, inspect.NoneType)]
        if value is None and len(bare) < len(types):
            return None
        if tuple(map(type, bare)) == _WORDED:
            return self.text(value, bare, path)
        return self.value(value, bare[0], path)

    def text(self, value: Any, types: list[inspect.Type], path: Path) -> Any:
        """A text that an owner reads, in one language or several."""
        if not isinstance(value, dict):
            if isinstance(value, int | float) and not isinstance(value, bool):
                value = str(value)
            before = len(self.found.mistakes)
            self.value(value, types[0], path)
            if len(self.found.mistakes) == before:
                self.found.texts.append((path, value))
            return value
        before = len(self.found.mistakes)
        self.value(value, types[1], path)
        if len(self.found.mistakes) > before:
            return ""
        text = Worded(value)
        self.found.texts.append((path, text))
        marked = f"{MARK}{len(self.found.worded)}{MARK}"
        self.found.worded[marked] = text
        return marked

    def record(self, value: Any, type_: inspect.StructType, path: Path) -> Any:
        if not isinstance(value, dict):
            self.kind(path, _KEYS)
            return value
        fields = {one.name: one for one in type_.fields}
        made = {}
        for key, one in value.items():
            if key not in fields:
                near = get_close_matches(key, fields, 1)
                if near:
                    self.wrong((*path, key), N_("There is no key “{key}”; is “{near}” meant?"), key=key, near=near[0])
                else:
                    self.wrong((*path, key), N_("There is no key “{key}” here; remove it."), key=key)
                continue
            made[key] = self.value(one, fields[key].type, (*path, key))
        for name, one in fields.items():
            if one.default is NODEFAULT and one.default_factory is NODEFAULT and name not in value:
                self.wrong((*path, name), N_("“{key}” is missing here; write “{key}: …”."), key=name)
            elif made.get(name, ...) is None:
                # An empty key says what leaving it out says.
                del made[name]
        return made

    def mapping(self, value: Any, type_: inspect.DictType, path: Path) -> Any:
        if not isinstance(value, dict):
            self.kind(path, _KEYS)
            return value
        self.size(value, type_, path)
        for key in value:
            self.single(key, _bare(type_.key_type), (*path, key))
        return {key: self.value(one, type_.value_type, (*path, key)) for key, one in value.items()}

    def items(self, value: Any, item: inspect.Type, type_: Any, path: Path) -> Any:
        if not isinstance(value, list):
            self.kind(path, _LIST)
            return value
        self.size(value, type_, path)
        return [self.value(one, item, (*path, place)) for place, one in enumerate(value)]

    def size(self, value: Any, type_: Any, path: Path) -> None:
        if type_.max_length is not None and len(value) > type_.max_length:
            self.wrong(
                path, N_("At most {most} stand here; these are {count}."), most=type_.max_length, count=len(value)
            )
        if type_.min_length is not None and len(value) < type_.min_length:
            self.wrong(path, N_("At least {least} has to stand here."), least=type_.min_length)

    def single(self, value: Any, type_: inspect.Type, path: Path) -> Any:
        """A value that has no parts."""
        number = isinstance(value, int | float) and not isinstance(value, bool)
        match type_:
            case inspect.BoolType():
                if not isinstance(value, bool):
                    self.kind(path, _TRUTH)
            case inspect.IntType() | inspect.FloatType():
                whole = isinstance(type_, inspect.IntType)
                if not number or not math.isfinite(value) or (whole and value != int(value)):
                    self.kind(path, _WHOLE if whole else _NUMBER)
                elif (type_.ge is not None and value < type_.ge) or (type_.le is not None and value > type_.le):
                    template = N_("“{got}” is out of range; it goes from {low} to {high}.")
                    self.wrong(path, template, got=value, low=type_.ge, high=type_.le)
                return int(value) if whole and number and math.isfinite(value) else value
            case inspect.LiteralType() | inspect.EnumType():
                words = type_.values if isinstance(type_, inspect.LiteralType) else [one.value for one in type_.cls]
                if value not in words:
                    template = N_("“{got}” is not known here; write one of: {allowed}.")
                    self.wrong(path, template, got=str(value), allowed=", ".join(map(str, words)))
            case inspect.StrType():
                return self.string(value, type_, path)
        return value

    def string(self, value: Any, type_: inspect.StrType, path: Path) -> Any:
        if isinstance(value, int | float) and not isinstance(value, bool) and path and path[-1] == "dated":
            value = f"{value:g}"
        if isinstance(value, bool):
            template = N_(
                "“{key}” is true or false to YAML, which takes yes, no, on and off for that; write it in quotes."
            )
            self.wrong(path, template, key=path[-1])
        elif not isinstance(value, str):
            self.kind(path, _TEXT)
        elif MARK in value:
            self.wrong(path, N_("A sign stands here that cannot be shown; type the line anew."))
        elif type_.max_length is not None and len(value) > type_.max_length:
            self.wrong(
                path,
                N_("This text has {count} signs; at most {most} stand here."),
                count=len(value),
                most=type_.max_length,
            )
        elif type_.min_length is not None and not value.strip():
            self.wrong(path, N_("This text is empty; write it, or remove its key."))
        elif type_.pattern is not None and not re.search(type_.pattern, value):
            self.wrong(path, _SAID.get(type_.pattern, N_("“{got}” is not written as it has to be here.")), got=value)
        return value


def _bare(type_: inspect.Type) -> inspect.Type:
    return type_.type if isinstance(type_, inspect.Metadata) else type_


_SAID = {
    r"^[a-z][a-z0-9_]{0,39}$": N_("“{got}” is no id; write small letters, digits and _, such as jobs_done."),
    r"^[a-z]{2}$": N_("“{got}” is no language; write two letters, such as en or es."),
    r"^(>=|<=|>|<)\s*[\d.]+$": N_("“{got}” is no threshold; write it like “>= 0.9”."),
    r"^((>=|<=|>|<)\s*[\d.]+|better|worse|any)$": N_("“{got}” is none of: >= 0.9, better, worse, any."),
    r"^\d{4}(-\d{2}(-\d{2})?)?$": N_("“{got}” is no date; write 2024, 2024-09 or 2024-09-15."),
    r"^[a-z][a-z0-9-]{1,39}$": N_("“{got}” is no id; write small letters, digits and -, such as my-business."),
    r"^[a-z]{2,4}$": N_("“{got}” is no code; write two to four small letters."),
}
"""What is said of a text that does not have its pattern."""
