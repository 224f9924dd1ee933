"""Names that are called otherwise in one workbook, because its owner had something of that name before kpixl came.

Excel keeps tables and names in one space, without case. What gives way is ours: its name gets a prefix, by which it is
found again. Never touches what the owner named.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property

PREFIX = "kpixl_"

_TOKEN = re.compile(
    r'"(?:[^"]|"")*"'  # a text
    r"|'(?:[^']|'')*'!"  # the name of a sheet
    r"|\[(?:[^\[\]']|'.|\[(?:[^\[\]']|'.)*\])*\]"  # the inside of a structured reference
    r"|(?P<name>[A-Za-z_\\][\w.\\]*)(?P<call>\s*\(|!)?"
)


@dataclass(frozen=True)
class Aliases:
    """Our name -> what the workbook calls it, for those that differ."""

    names: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def found_in(cls, names: Mapping[str, str]) -> Aliases:
        """Those that the defined names of a workbook tell of."""
        return cls({name.removeprefix(PREFIX): name for name in names if name.startswith(PREFIX)})

    @classmethod
    def avoiding(cls, ours: set[str], taken: set[str]) -> Aliases:
        """A free name for each of ours that is among the ``taken`` ones (in small letters)."""
        return cls({name: PREFIX + name for name in ours if name.lower() in taken})

    def name(self, name: str) -> str:
        """What the workbook calls ``name``."""
        return self.names.get(name, name)

    def there(self, formula: str) -> str:
        """A formula of ours as it has to stand in the workbook."""
        return _renamed(formula, self._there) if self.names else formula

    def ours(self, formula: str) -> str:
        """A formula of the workbook in our names. A name that the owner had first is none of ours."""
        return _renamed(formula, self._ours) if self.names else formula

    @cached_property
    def _there(self) -> Mapping[str, str]:
        return {ours.lower(): name for ours, name in self.names.items()}

    @cached_property
    def _ours(self) -> Mapping[str, str]:
        hidden = {ours.lower(): f"_{ours}" for ours in self.names}
        return hidden | {name.lower(): ours for ours, name in self.names.items()}


def _renamed(formula: str, names: Mapping[str, str]) -> str:
    return _TOKEN.sub(_replacing(names), formula)


def _replacing(names: Mapping[str, str]) -> Callable[[re.Match[str]], str]:
    def replaced(match: re.Match[str]) -> str:
        name = match["name"]
        if name is None or match["call"]:
            return match[0]
        return names.get(name.lower(), name)

    return replaced


AS_USUAL = Aliases()
"""Every name is called as kpixl calls it."""
