"""Brings a workbook to a newer version of its pack: KPIs come in, change and go out of use; what is past stays.

A KPI that the new version lacks is kept, switched off, so that its history and its rows are still there; where a later
version has it again, it is switched on. A sheet that is in no version any more stays as it is, and is read no longer.
"""

from __future__ import annotations

import re
from copy import deepcopy
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import yaml

from kpixl.catalog import catalogue
from kpixl.catalog.packs import business_of, pack_of
from kpixl.catalog.yaml_text import read_yaml
from kpixl.entries import IN_USE_NO, IN_USE_YES, Setup
from kpixl.errors import N_, OwnedPartMissing, UsageError
from kpixl.files import ensure_free, locked
from kpixl.formula import names, parse
from kpixl.i18n import language
from kpixl.message import phrase
from kpixl.ooxml.defined_names import remove_names
from kpixl.ooxml.sheet import SheetEditor
from kpixl.period import Kind, Period
from kpixl.verbs.pack_files import OtherPack, business_from
from kpixl.verbs.refresh import refresh_package
from kpixl.verbs.results import no_collection, opened, scored
from kpixl.workbook import layout
from kpixl.workbook.blank import context_of_new
from kpixl.workbook.blocks import Blocks
from kpixl.workbook.file_view import FileView
from kpixl.workbook.finish import name_functions
from kpixl.workbook.macros.install import renew_functions
from kpixl.workbook.migrate import contents, renew
from kpixl.workbook.migrate import gone as gone_rows
from kpixl.workbook.migrate import layout_record as record
from kpixl.workbook.pack_part import PackAltered, embed, pack_in, retired_in
from kpixl.workbook.read import read
from kpixl.workbook.sheets.settings import FIXED
from kpixl.workbook.trace import Done

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from datetime import datetime
    from pathlib import Path

    from kpixl.catalog.model import Business
    from kpixl.check import Problem
    from kpixl.kpi.score import Scorecard
    from kpixl.ooxml.package import Package

_FUNCTION, _LAMBDA = "KPI_", "_xlfn.LAMBDA("


class CannotRetire(UsageError):
    """KPIs that would have to stay for their history, and cannot beside what is new."""

    code = "cannot_retire"
    template = N_(
        "The new version of the pack lacks {kpis}, which {path} keeps for their history, and they do not fit beside "
        "what has changed; leave them in the pack."
    )


@dataclass(frozen=True)
class PackUpdated:
    """A workbook with a newer version of its pack."""

    path: Path
    scorecard: Scorecard
    problems: tuple[Problem, ...]
    added: tuple[str, ...]
    """Ids of the KPIs that came in or came back, …"""
    changed: tuple[str, ...]
    """… that say or count something else now, …"""
    removed: tuple[str, ...]
    """… and that were switched off."""
    backup: Path | None
    """None where it had that version already, and nothing was written."""
    functions_left: bool = False
    """Whether it keeps the functions in VBA that it had, since its macros are not kpixl's alone."""
    sheets_left: tuple[str, ...] = ()
    """The sheets that this version reads no longer."""
    left_out: tuple[tuple[str, str], ...] = ()
    """Sheets and headings of new columns for which there was no room."""


def update(path: Path, pack: Path, *, now: datetime) -> PackUpdated:
    """Bring the workbook at ``path`` to the pack at ``pack``, as of ``now``; the file as it was is kept as a backup.
    BadPack for one with mistakes, OtherPack for one of another business."""
    wanted = business_from(pack)
    with locked(path):
        package, _ = opened(path, now)
        ensure_free(path)
        id_, code, currency, kind = _fixed(package)
        if id_ != wanted.id:
            raise OtherPack(path=path.name, id=id_, other=wanted.id)
        try:
            before = pack_in(package)
        except PackAltered:
            before = ""
        old = business_of(before, kind) if before else None
        retired = retired_in(package) if before else ()
        back = tuple(id_ for id_ in retired if id_ in {kpi.id for kpi in wanted.kpis})
        text, gone = _with_retired(wanted.pack, before, path)
        removed = tuple(id_ for id_ in gone if id_ not in retired)
        new = business_of(text, kind)
        if text == before:
            scorecard, problems = scored(read(package, now.date()), now.date())
            return PackUpdated(path, scorecard, problems, (), (), (), None)
        known = _texts_of(old, code, currency, kind, now) if old else frozenset()
        unread = read(package).entries.unread if old else ()
        embed(package, text, gone)
        with no_collection():
            left_out = renew(package, known, now=now)
            gone_rows.clear(package)
            _name_functions(package, now)
            _switch(package, IN_USE_NO, removed)
            _switch(package, IN_USE_YES, back)
            renewed = renew_functions(package, old, new, code)
            done = Done("pack", written=phrase(N_("A newer version of the pack.")))
            scorecard, problems = refresh_package(package, now=now, rows_changed=True, done=done)
        backup = package.save(path, backup=now)
    added, changed = _compared(old, new)
    return PackUpdated(
        path,
        scorecard,
        problems,
        (*added, *back),
        tuple(id_ for id_ in changed if id_ not in gone),
        removed,
        backup,
        functions_left=not renewed,
        sheets_left=tuple(sheet for sheet in scorecard.entries.unread if sheet not in unread),
        left_out=left_out,
    )


def _fixed(package: Package) -> tuple[str, str, str, Kind]:
    """Id of the business, language, currency and kind of period of a workbook."""
    blocks = Blocks(FileView(package))
    places, sheets = blocks.places("settings")
    if "settings" not in places:
        raise OwnedPartMissing(path=package.path.name, what=phrase(layout.RESULT_TITLES["settings"]))
    id_, code, currency, kind = (blocks.fixed(places["settings"], sheets, row) for row in FIXED)
    if kind not in list(Kind):
        raise OwnedPartMissing(path=package.path.name, what=phrase(N_("a fixed entry of Settings")))
    return id_, code, currency, Kind(kind)


def _compared(old: Business | None, new: Business) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The KPIs that are new, and those that are not what they were."""
    before = pack_of(old) if old else None
    after = pack_of(new)
    assert after is not None
    there = before.kpis if before else {}
    added = tuple(id_ for id_ in after.kpis if id_ not in there)
    kpis = {kpi.id: kpi for kpi in old.kpis} if old else {}
    changed = tuple(
        kpi.id
        for kpi in new.kpis
        if kpi.id in there and (after.kpis[kpi.id] != there[kpi.id] or kpi.arguments != kpis[kpi.id].arguments)
    )
    return added, changed


# What is kept


def _with_retired(new: str, old: str, path: Path) -> tuple[str, tuple[str, ...]]:
    """The text of the new pack with the KPIs of the old one that it lacks, and which those are: counted as they were,
    else from totals that would have to be typed. CannotRetire where they do not fit beside the new ones."""
    if not old:
        return new, ()
    now, was = read_yaml(new).data, read_yaml(old).data
    gone = {id_: kpi for id_, kpi in was["kpis"].items() if id_ not in now["kpis"]}
    if not gone:
        return new, ()
    for key in ("source", "dated"):
        for kpi in gone.values():
            if key in was and kpi.get(key) is None:
                kpi[key] = was[key]
    for kept in (_kept_counted, _kept_typed):
        if text := _sound(kept(_beside(now, was), was, gone)):
            return text, tuple(gone)
    raise CannotRetire(path=path.name, kpis=", ".join(gone))


def _beside(now: Mapping[str, Any], was: Mapping[str, Any]) -> dict[str, Any]:
    """The new pack, in the languages of the old one as well."""
    spoken = now.get("languages", ["en"])
    others = (code for code in was.get("languages", ["en"]) if code not in spoken)
    return deepcopy(dict(now)) | {"languages": [*spoken, *others]}


def _kept_counted(merged: dict[str, Any], was: Mapping[str, Any], gone: Mapping[str, Any]) -> dict[str, Any]:
    """A new pack with KPIs of the old one, their measures, and the tables and columns that those are counted from."""
    merged["kpis"] |= gone
    needed = {name for id_, kpi in gone.items() for name in _takes(id_, kpi)}
    measures = was.get("measures", {})
    while more := {id_ for id_ in needed if id_ in measures and id_ not in (merged.get("measures") or {})}:
        for id_ in sorted(more):
            merged.setdefault("measures", {})[id_] = measures[id_]
            needed |= _names(measures[id_].get("formula")) | _names(measures[id_].get("otherwise"))
    for table in was["tables"]:
        if table not in merged["tables"]:
            merged["tables"].append(table)
        if table in was.get("new_tables", {}):
            _keep_columns(merged.setdefault("new_tables", {}), table, was["new_tables"][table])
    return merged


def _kept_typed(merged: dict[str, Any], was: Mapping[str, Any], gone: Mapping[str, Any]) -> dict[str, Any]:
    """A new pack with KPIs of the old one, whose measures are of other names and have no rows: so they stand beside
    whatever the new pack counts."""
    measures = was.get("measures", {})
    for id_, kpi in gone.items():
        if "formula" not in kpi:
            merged["kpis"][id_] = kpi
            continue
        called = {name: f"{_EARLIER}{name}" for name in sorted(_takes(id_, kpi) - {id_})}
        merged["kpis"][id_] = _with_names(kpi, called)
        for name, own in called.items():
            usual = measures.get(name) or _words_of(name)
            typed = {key: usual[key] for key in ("label", "absent", "unit") if key in usual}
            merged.setdefault("measures", {})[own] = {**typed, "aggregate": "typed"}
    return merged


_EARLIER = "was_"
"""What the measures of a KPI that is kept without its rows are called besides."""


def _with_names(kpi: Mapping[str, Any], called: Mapping[str, str]) -> dict[str, Any]:
    """A KPI over measures that are called otherwise."""
    text = re.sub(r"[a-z_]\w*", lambda found: called.get(found[0], found[0]), kpi["formula"])
    example = kpi["example"]
    arguments = {called.get(name, name): number for name, number in example["arguments"].items()}
    ends = {key: called.get(kpi[key], kpi[key]) for key in ("lever", "cases_in") if key in kpi}
    return {**kpi, **ends, "formula": text, "example": {**example, "arguments": arguments}}


def _words_of(name: str) -> dict[str, Any]:
    """What a measure of the catalogue is called."""
    one = catalogue().measures[name]
    return {"label": one.label, "absent": one.absent, "unit": one.unit}


class _WrittenOut(yaml.SafeDumper):
    """YAML in which what stands twice is written twice: packs have no aliases."""

    def ignore_aliases(self, data: object) -> bool:
        return True


def _sound(merged: Mapping[str, Any]) -> str:
    """The text of a merged pack; empty where its parts do not fit together."""
    from kpixl.catalog.pack_check import checked

    text = yaml.dump(dict(merged), Dumper=_WrittenOut, allow_unicode=True, sort_keys=False, width=120)
    return "" if checked(text).mistakes else text


def _keep_columns(tables: dict[str, Any], id_: str, was: Mapping[str, Any]) -> None:
    """The columns that a table has had, behind those that it has now."""
    if id_ not in tables:
        tables[id_] = was
        return
    for part in ("fields", "calculated", "orders"):
        missing = {key: one for key, one in was.get(part, {}).items() if key not in tables[id_].get(part, {})}
        if missing:
            tables[id_][part] = {**tables[id_].get(part, {}), **missing}


def _takes(id_: str, kpi: Mapping[str, Any]) -> set[str]:
    return _names(kpi.get("formula")) | {*kpi.get("bind", {}).values(), str(kpi.get("cases_in", id_))}


def _names(formula: str | None) -> set[str]:
    return set(names(parse(formula))) if formula else set()


# What is written


def _texts_of(owner: Business, code: str, currency: str, kind: Kind, now: datetime) -> frozenset[bytes]:
    """What stood in the cells of a workbook made with the older version, so that the owner's own texts are told from
    it."""
    period = Period.containing(kind, now.date())
    setup = Setup(owner.id, code, period, language(code)(owner.name), currency, pack=owner.pack)
    return frozenset(record.marks_of(context_of_new(setup, now=now, business=owner)))


def _name_functions(package: Package, now: datetime) -> None:
    """The functions as names, those of new KPIs as well; a macro workbook has them in VBA."""
    ours = [name for name, text in package.defined_names.items() if text.startswith(_LAMBDA) and _FUNCTION in name]
    if not ours:
        return
    remove_names(package, ours)
    name_functions(package, contents.current(read(package, now.date()), now))


def _switch(package: Package, word: str, kpis: Collection[str]) -> None:
    """Type “no” beside the KPIs that are not in the new version, and “yes” beside those that are there again."""
    book = read(package)
    place = book.placements.get("in_use")
    if place is None or not kpis:
        return
    editor = SheetEditor(package, book.sheets[place.sheet])
    for id_ in kpis:
        if id_ in place.row_numbers:
            editor.set(*place.position(id_, "value"), book.entries.words[word])
    editor.commit()
