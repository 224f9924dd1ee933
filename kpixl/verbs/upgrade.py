"""Brings a workbook that an earlier kpixl has made to today's layout."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from kpixl.check.problem import counts_text
from kpixl.errors import N_
from kpixl.files import ensure_free, locked
from kpixl.ooxml.package import Package
from kpixl.texts.lines import block
from kpixl.verbs.refresh import refresh_package
from kpixl.verbs.results import no_collection, scored
from kpixl.workbook.migrate import migrate
from kpixl.workbook.read import read
from kpixl.workbook.trace import Done

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

    from kpixl.check import Problem
    from kpixl.i18n import Language
    from kpixl.kpi.score import Scorecard

LEFT_OUT = N_(
    "The sheet {sheet} has no column “{column}”, since something stands to the right of its table; move that and run "
    "“kpixl upgrade” again."
)


@dataclass(frozen=True)
class Upgraded:
    """A workbook of today's layout."""

    path: Path
    scorecard: Scorecard
    problems: tuple[Problem, ...]
    backup: Path | None = None
    """Of the workbook as it was; None where it was up to date."""
    changed: bool = False
    left_out: tuple[tuple[str, str], ...] = ()
    """Sheets and headings of columns for which there was no room."""


def upgrade(path: Path, *, now: datetime) -> Upgraded:
    """Bring the workbook at ``path`` up to date as of ``now``, and refresh it; the file as it was is kept as a backup.
    One that lacks nothing is left alone."""
    with locked(path):
        package = Package.open(path)
        ensure_free(path)
        with no_collection():
            migrated = migrate(package, now=now)
            if migrated is None or not migrated.changed:
                scorecard, problems = scored(read(package, now.date()), now.date())
                return Upgraded(path, scorecard, problems, left_out=migrated.left_out if migrated else ())
            scorecard, problems = refresh_package(package, now=now, rows_changed=True, done=Done("upgrade"))
        backup = package.save(path, backup=now)
    return Upgraded(path, scorecard, problems, backup, True, migrated.left_out)


def upgraded_text(upgraded: Upgraded, t: Language) -> str:
    """Whether the workbook has been brought up to date."""
    done = N_("{path} has been brought up to date; everything of yours is still there.")
    same = N_("{path} is up to date; nothing was written.")
    lines = [t(done if upgraded.changed else same).format(path=upgraded.path)]
    lines += block([t(LEFT_OUT).format(sheet=sheet, column=column) for sheet, column in upgraded.left_out])
    if not upgraded.changed:
        return "\n".join(lines)
    if upgraded.backup:
        lines.append(t(N_("As it was before: {path}.")).format(path=upgraded.backup))
    return "\n".join([*lines, counts_text(upgraded.problems, t)])
