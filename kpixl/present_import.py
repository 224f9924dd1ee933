"""What an import has to say, for people and machines. Never computes and never prints."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kpixl.catalog import catalogue
from kpixl.errors import N_
from kpixl.period import from_serial
from kpixl.present import Json, block, counts_text, problem_count
from kpixl.present_life import path_json
from kpixl.source import HOW_WORDS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kpixl.i18n import Language
    from kpixl.importing import ImportOutcome, Plan
    from kpixl.source import Difference, Value

_NAMES = 10
"""How many new names are told before the others are only counted."""


def import_json(outcome: ImportOutcome, t: Language) -> Json:
    """What an import took and what it left."""
    match, accepted = outcome.plan.match, outcome.plan.accepted
    return {
        "path": str(outcome.plan.path),
        "table": match.table.id,
        "written": outcome.written,
        "imported": len(accepted),
        "known": accepted.known,
        "completed": len(accepted.completions),
        "differing": accepted.differing,
        "earlier": accepted.earlier,
        "passed_over": accepted.passed_over,
        "mapping": {id_: {"column": match.column(id_), "how": f.how.value} for id_, f in match.fillings.items()},
        "constants": dict(match.constants),
        "unused": list(match.unused),
        "rejected": [
            {"line": row.line, "sheet": row.sheet, "column": row.column, "value": row.value, "message": row.text(t)}
            for row in accepted.rejected
        ],
        "notes": [{"code": note.code, "message": note.text(t)} for note in accepted.notes],
        "added": {table: list(keys) for table, keys in outcome.added.items()},
        "problem_count": problem_count(outcome.problems),
        "backup": path_json(outcome.backup),
    }


def plan_text(plan: Plan, t: Language) -> str:
    """Which column fills which field, how the file is read, and what would come of its rows."""
    match, accepted = plan.match, plan.accepted
    rows = [
        (t(match.table.field(id_).heading), match.column(id_), t(HOW_WORDS[filling.how]))
        for id_, filling in match.fillings.items()
    ]
    rows += [(t(match.table.field(id_).heading), f"= {value}", "") for id_, value in match.constants.items()]
    widths = [max((len(row[place]) for row in rows), default=0) for place in (0, 1)]
    lines = [
        f"  {heading.ljust(widths[0])} ← {column.ljust(widths[1])}  {how}".rstrip() for heading, column, how in rows
    ]
    if match.unused:
        lines += block([t(N_("Columns that are not used: {columns}.")).format(columns=", ".join(match.unused))])
    lines += [line for note in accepted.notes for line in block([note.text(t)])]
    counts = N_("New rows: {new}; there already: {known}, of which completed: {completed}; left out: {rejected}.")
    lines += block(
        [
            t(counts).format(
                new=len(accepted),
                known=accepted.known,
                completed=len(accepted.completions),
                rejected=len(accepted.rejected),
            )
        ]
    )
    return "\n".join(lines)


def import_text(outcome: ImportOutcome, t: Language) -> str:
    """What an import took and what it left, with the line and the reason of every rejected row."""
    accepted = outcome.plan.accepted
    lines = [plan_text(outcome.plan, t)]
    if accepted.differing:
        text = N_("Rows that are there already and hold something else: {count}. They stay as they are. For example:")
        lines += block([t(text).format(count=accepted.differing)])
        for one in accepted.differences:
            lines += block([_difference(outcome, one, t)], indent=2)
    for table, keys in outcome.added.items():
        if keys:
            title = t(catalogue().tables[table].title)
            text = N_("New in {table}, from the day of their first row: {keys}.")
            lines += block([t(text).format(table=title, keys=_names(keys, t))])
    for row in accepted.rejected:
        lines += block([row.text(t)], indent=2)
    if not outcome.written:
        return "\n".join([*lines, t(N_("Nothing was written."))])
    return "\n".join([*lines, counts_text(outcome.problems, t)])


def _names(keys: Sequence[str], t: Language) -> str:
    """Names in a row: of many the first ones, and how many more there are."""
    shown = ", ".join(keys[:_NAMES])
    if len(keys) <= _NAMES:
        return shown
    return t(N_("{names} and {count} more")).format(names=shown, count=len(keys) - _NAMES)


def _difference(outcome: ImportOutcome, one: Difference, t: Language) -> str:
    field = outcome.plan.match.table.field(one.field)

    def shown(value: Value) -> str:
        if value is None:
            return "–"
        if isinstance(value, str):
            return value
        return t.date(from_serial(value)) if field.type == "date" else t.plain(value)

    text = N_("Line {line}, {column}: “{here}” in the file, “{there}” in the workbook.")
    return t(text).format(line=one.line, column=t(field.heading), here=shown(one.here), there=shown(one.there))
