"""Names that look like another: written with other spaces, full stops or case, they are one; a letter apart, they may
be a misspelling. Adds no name."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Hashable, Iterable, Mapping
from difflib import get_close_matches

from kpixl.folding import one_form, single_spaced
from kpixl.imports.values import Read

_UNSEEN = re.compile("[\u200b\u200c\u200d\u2060\ufeff\u00ad]")
_STOPS = re.compile(r"[.,;:·•]")
_ALIKE = 0.8
"""From which likeness of two names on one may be the other misspelt, as Check has it."""
_SHORTEST = 4
"""Letters that a word has at least in which one may be wrong."""


def look_key(name: str) -> str:
    """What names have in common that differ in spaces, full stops and case alone."""
    plain = unicodedata.normalize("NFKC", _UNSEEN.sub("", one_form(name)))
    return single_spaced(_STOPS.sub(" ", plain)).replace(" ", "").casefold()


def looks(names: Iterable[str]) -> dict[Hashable, str]:
    """How some names are written, by what look-alikes have in common; the first spelling of each."""
    found: dict[Hashable, str] = {}
    for name in names:
        if look_key(name):
            found.setdefault(look_key(name), name)
    return found


def as_known(cells: list[Read], known: Mapping[Hashable, str]) -> tuple[list[Read], dict[str, str]]:
    """Some names as the workbook writes them, or as most rows do; and what was written otherwise, by its spelling."""
    counts = Counter(cell for cell in cells if isinstance(cell, str))
    own = looks(sorted(counts, key=lambda name: (-counts[name], name != single_spaced(name), name == name.casefold())))
    spellings = {name: known.get(look_key(name)) or own.get(look_key(name)) or name for name in counts}
    changed = {name: spelling for name, spelling in spellings.items() if spelling != name}
    if not changed:
        return cells, {}
    return [spellings[cell] if isinstance(cell, str) else cell for cell in cells], changed


def near(name: str, known: Iterable[str]) -> str | None:
    """The known name that another may be a misspelling of; None where figures, or words of few letters, tell them
    apart."""
    by_folded = {one.casefold(): one for one in known}
    for close in get_close_matches(name.casefold().strip(), by_folded, n=3, cutoff=_ALIKE):
        if _is_slip(name.casefold(), close):
            return by_folded[close]
    return None


def _is_slip(name: str, other: str) -> bool:
    """Whether two names differ in the letters of long words alone."""
    if re.findall(r"\d+", name) != re.findall(r"\d+", other):
        return False
    left, right = (re.split(r"[\W_]+", text.strip()) for text in (name, other))
    if len(left) != len(right):
        return True
    pairs = [pair for pair in zip(left, right, strict=True) if pair[0] != pair[1]]
    return all(min(len(one), len(two)) >= _SHORTEST for one, two in pairs)
