"""KPI packs: read from a file, held against themselves, begun, and shown as a page."""

from __future__ import annotations

import errno
from dataclasses import dataclass
from typing import TYPE_CHECKING

from kpixl import files
from kpixl.catalog.pack_check import checked
from kpixl.catalog.packs import BadPack, business_of, pack_of
from kpixl.catalog.yaml_text import LARGEST, Mistake, Reading
from kpixl.errors import N_, FileMissing, UsageError, WorkbookError
from kpixl.i18n import language
from kpixl.kpi.grade import level_of, thresholds_published
from kpixl.languages import codes
from kpixl.texts.render import folder

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

    from kpixl.catalog.model import Business

ENDINGS = (".yaml", ".yml")


class NotAPack(UsageError):
    """A file that cannot be a pack."""

    code = "not_a_pack"
    template = N_("{path} is no KPI pack; a pack is a YAML file of text in UTF-8, called something.yaml.")


class NotOnePack(UsageError):
    """A folder with no pack, or several."""

    code = "not_one_pack"
    template = N_("The folder {path} has {count} files called something.yaml; name the pack itself.")


@dataclass(frozen=True)
class PackCheck:
    """What is wrong with a pack."""

    path: Path
    text: str
    mistakes: tuple[Mistake, ...]
    business: Business | None
    """None with mistakes."""


def is_pack(word: str) -> bool:
    """Whether a word on the command line names the file of a pack and not a built-in business."""
    return word.lower().endswith(ENDINGS) or "/" in word or "\\" in word


def read_pack(path: Path) -> str:
    """The text of a pack; of a folder, of the one in it. FileMissing, NotAPack or NotOnePack without one."""
    if path.is_dir():
        found = sorted(one for one in path.iterdir() if one.suffix.lower() in ENDINGS)
        if len(found) != 1:
            raise NotOnePack(path=path.name, count=len(found))
        path = found[0]
    if path.suffix.lower() not in ENDINGS:
        raise NotAPack(path=path.name)
    try:
        if path.stat().st_size > 4 * LARGEST:
            raise NotAPack(path=path.name)
        return files.whole(path).decode("utf-8-sig").replace("\r\n", "\n").replace("\r", "\n")
    except UnicodeDecodeError:
        raise NotAPack(path=path.name) from None
    except FileNotFoundError:
        raise FileMissing(path=path.name) from None
    except OSError as error:
        if error.errno in (errno.ENOTDIR, errno.ENAMETOOLONG, errno.EINVAL):
            raise FileMissing(path=path.name) from None
        raise files.unreadable(path, error) from error


def business_from(path: Path) -> Business:
    """The business of the pack at ``path``; BadPack with the first of its mistakes."""
    found = check(path)
    if found.business is None:
        first = found.mistakes[0]
        raise BadPack(path=path.name, line=first.line, mistake=first.message)
    return found.business


def check(path: Path) -> PackCheck:
    """Everything that is wrong with the pack at ``path``."""
    text = read_pack(path)
    found = checked(text)
    if found.mistakes:
        return PackCheck(path, text, found.mistakes, None)
    owner = business_of(text)
    besides = (*_clashes(owner, found.reading), *_other_levels(owner, found.reading))
    return PackCheck(path, text, besides, None if besides else owner)


def _clashes(owner: Business, reading: Reading) -> list[Mistake]:
    """Sheets of the pack that are called as one of kpixl's own in some language."""
    from kpixl.workbook.layout import RESULT_TITLES

    found = {}
    for code in codes():
        t = language(code)
        ours = {t(title).casefold() for title in RESULT_TITLES.values()}
        for table in owner.tables:
            if t(table.title).casefold() in ours:
                template = N_("“{got}” is the name of a sheet of kpixl; choose another title for “{table}”.")
                place = ("new_tables" if ("new_tables", table.id) in reading.places else "words", table.id, "title")
                found[table.id] = reading.wrong(place, template, got=t(table.title), table=table.id)
    return list(found.values())


def _other_levels(owner: Business, reading: Reading) -> list[Mistake]:
    """Cases counted by hand that the thresholds grade otherwise."""
    found = []
    for kpi in owner.kpis:
        listed = [place[3] for place in reading.places if place[:3] == ("kpis", kpi.id, "cases") and len(place) == 4]
        for number, case in zip(listed, kpi.cases[-len(listed) :] if listed else (), strict=True):
            level = level_of(kpi, case.value, thresholds_published(kpi))
            if case.level is not None and (level is None or level.id != case.level):
                template = N_("By the thresholds this case is {level}, and not {said}; correct one of them.")
                said = level.id if level is not None else "–"
                here = ("kpis", kpi.id, "cases", number, "level")
                found.append(reading.wrong(here, template, level=said, said=case.level))
    return found


def begin(out: Path) -> Path:
    """Write a commented pack to begin with; FileExists where ``out`` is there, NotAPack under another ending."""
    if out.suffix.lower() not in ENDINGS:
        raise NotAPack(path=out.name)
    files.ensure_new(out)
    data = (folder() / "pack_starter.yaml").read_bytes()
    try:
        with files.locked(out):
            files.put_all([files.prepare(out, data, None)])
    except OSError as error:
        raise files.unwritable(out, error) from error
    return out


def page(path: Path, code: str, out: Path | None, *, now: datetime) -> Path:
    """Write the KPIs of the pack at ``path`` as a page to hand to a client; beside the pack without ``out``. The errors
    are those of a report."""
    from kpixl.report.pack_page import pack_html
    from kpixl.verbs.report import ensure_ours, kind_of, write_as

    owner = business_from(path)
    pack = pack_of(owner)
    assert pack is not None
    target = out or path.with_suffix(".html")
    kind = kind_of(target)
    ensure_ours(target)
    write_as(target, kind, pack_html(owner, pack, language(code), now=now))
    return target


class OtherPack(WorkbookError):
    """A pack of another business than that of the workbook."""

    code = "other_pack"
    template = N_("{path} is made from the pack “{id}”, and not from “{other}”; choose a pack of that id.")
