"""Businesses that are not built in: made of the text of their pack. Executes nothing of it, and reads nothing else."""

from __future__ import annotations

import hashlib
from collections import ChainMap
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import msgspec
from msgspec.structs import replace

from kpixl.catalog.load import business, catalogue, catalogue_with
from kpixl.catalog.model import Business, Catalogue
from kpixl.catalog.needs import Place, narrowed, own_tables
from kpixl.catalog.pack import Pack
from kpixl.errors import N_, KpixlError
from kpixl.message import Worded
from kpixl.period import Kind

if TYPE_CHECKING:
    from kpixl.catalog.yaml_text import Mistake


class BadPack(KpixlError):
    """A pack that cannot be used."""

    code = "bad_pack"
    template = N_("{path}, line {line}: {mistake} “kpixl pack check” tells of all such mistakes.")


@dataclass(frozen=True)
class _Made:
    """What comes of the text of a pack."""

    pack: Pack
    catalogue: Catalogue


def fingerprint(text: str) -> str:
    """What tells a pack from a changed one."""
    return hashlib.sha256(text.encode()).hexdigest()


def business_of(text: str, kind: Kind = Kind.MONTH, name: str = "pack") -> Business:
    """The business of a pack, as workbooks of that ``kind`` of period have it; BadPack, which calls the pack ``name``,
    with the first of its mistakes."""
    from kpixl.catalog.pack_check import checked  # which most commands never need

    found = checked(text)
    if found.mistakes:
        first: Mistake = found.mistakes[0]
        raise BadPack(path=name, line=first.line, mistake=first.message)
    made = _made(text).catalogue
    return (made.long if kind.months > 1 else made.businesses)[found.id]


def pack_of(owner: Business) -> Pack | None:
    """The pack that a business is made of, with its texts in their first language; None for a built-in one."""
    return _made(owner.pack).pack if owner.pack else None


def catalogue_of(owner: Business) -> Catalogue:
    """The catalogue that a business is of: with the tables, measures and dimensions of its pack."""
    return _made(owner.pack).catalogue if owner.pack else catalogue()


def whole(owner: Business, kind: Kind = Kind.MONTH) -> Business:
    """The business with all that its pack, or the catalogue, has now."""
    return business_of(owner.pack, kind) if owner.pack else business(owner.id, kind)


def known_to(owner: Business, kpis: Collection[str], measures: Collection[str], columns: Collection[Place]) -> Business:
    """``owner`` as a workbook made before the catalogue grew has it: with those of its KPIs (ids), measures (names) and
    columns of tables that are given; ``owner`` itself where none is missing."""
    return narrowed(owner, own_tables(catalogue_of(owner).tables, owner.words, owner.without), kpis, measures, columns)


@lru_cache(maxsize=8)
def _made(text: str) -> _Made:
    """From a text without mistakes."""
    from kpixl.catalog.pack_check import checked

    found = checked(text)
    made = _worded(catalogue_with(found.data), found.worded)
    this = {kind: {found.id: replace(getattr(made, kind)[found.id], pack=text)} for kind in ("businesses", "long")}
    made = replace(
        made, businesses=ChainMap(this["businesses"], made.businesses), long=ChainMap(this["long"], made.long)
    )
    pack = _worded(msgspec.convert(found.data, Pack), found.worded)
    return _Made(pack, made)


def _worded(value: Any, texts: Mapping[str, Worded]) -> Any:
    """The same with each text in several languages in its place."""
    if not texts:
        return value
    if isinstance(value, str) and not isinstance(value, Worded):
        return texts.get(value, value)
    if isinstance(value, msgspec.Struct):
        changed = {}
        for name in value.__struct_fields__:
            old = getattr(value, name)
            new = _worded(old, texts)
            if new is not old:
                changed[name] = new
        return replace(value, **changed) if changed else value
    if isinstance(value, tuple):
        items = [_worded(one, texts) for one in value]
        return value if all(new is old for new, old in zip(items, value, strict=True)) else tuple(items)
    if isinstance(value, ChainMap):
        # The pack's own, before those of the catalogue, in which no text is the pack's.
        return ChainMap(_worded(value.maps[0], texts), *value.maps[1:])
    if isinstance(value, dict):
        found = {key: _worded(one, texts) for key, one in value.items()}
        return value if all(found[key] is one for key, one in value.items()) else found
    return value
