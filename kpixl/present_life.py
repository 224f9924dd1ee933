"""What closing, adopting, importing and undoing have to say, for people and machines; nothing is computed here."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kpixl.catalog import catalogue
from kpixl.errors import N_
from kpixl.present import Json, block, counts_text, problem_count

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from kpixl.adopt import Adopted
    from kpixl.i18n import Language
    from kpixl.roll import Restated, Rolled


def path_json(path: Path | None) -> str | None:
    """A file's name for machines."""
    return None if path is None else str(path)


def rolled_json(rolled: Rolled) -> Json:
    """A closed period and the workbook of the next one."""
    return {
        "path": str(rolled.path),
        "source": str(rolled.source),
        "closed": str(rolled.closed),
        "period": str(rolled.scorecard.entries.period),
        "stayed": dict(rolled.stayed),
        "left": dict(rolled.left),
        "problem_count": problem_count(rolled.problems),
    }


def rolled_text(rolled: Rolled, t: Language) -> str:
    """The new workbook, what is still in it, and what went with the closed period."""
    entries = rolled.scorecard.entries
    lines = [
        t(N_("{closed} is closed; {path} is the workbook of {period}.")).format(
            closed=t.period(rolled.closed), path=rolled.path, period=t.period(entries.period)
        ),
        t(N_("{source} stays as it is.")).format(source=rolled.source),
    ]
    lines += _counted(t(N_("Rows of the closed period that left:")), rolled.left, t)
    lines += _counted(t(N_("Rows that are still needed and stayed:")), rolled.stayed, t)
    return "\n".join([*lines, counts_text(rolled.problems, t)])


def _counted(heading: str, rows: Mapping[str, int], t: Language) -> list[str]:
    parts = [f"{t(catalogue().tables[table].title)} {count}" for table, count in rows.items() if count]
    return block([f"{heading} {', '.join(parts)}"]) if parts else []


def restated_json(restated: Restated) -> Json:
    """A closed period computed anew."""
    return {
        "restated": str(restated.scorecard.entries.period),
        "taken_over": [{"path": str(path), "backup": path_json(backup)} for path, backup in restated.taken_over],
    }


def restated_text(restated: Restated, t: Language) -> str:
    """Which workbooks have the new figures, and what to do where none has."""
    period = t.period(restated.scorecard.entries.period)
    if not restated.taken_over:
        missing = N_(
            "{period} is computed anew in this file alone; “--into FILE” takes it over into the current workbook."
        )
        return t(missing).format(period=period)
    lines = []
    for path, backup in restated.taken_over:
        lines.append(t(N_("{path} has the new figures of {period}.")).format(path=path, period=period))
        if backup:
            lines.append(t(N_("As it was before: {path}.")).format(path=backup))
    return "\n".join(lines)


def adopted_json(adopted: Adopted) -> Json:
    """A workbook of the owner's with kpixl's sheets."""
    return {
        "path": str(adopted.path),
        "backup": path_json(adopted.backup),
        "sheets": list(adopted.sheets),
        "renamed": dict(adopted.renamed),
    }


def adopted_text(adopted: Adopted, t: Language) -> str:
    """The sheets that came, and the names that had to give way."""
    lines = [t(N_("{path} now has these sheets of kpixl, behind yours:")).format(path=adopted.path)]
    lines += block([", ".join(adopted.sheets)], indent=2)
    if adopted.renamed:
        pairs = ", ".join(f"{ours} → {name}" for ours, name in adopted.renamed.items())
        text = t(N_("You use these names already, so kpixl’s are called otherwise in formulas: {pairs}."))
        lines += block([text.format(pairs=pairs)])
    if adopted.backup:
        lines.append(t(N_("As it was before: {path}.")).format(path=adopted.backup))
    return "\n".join(lines)
