"""What closing, restating, adopting and importing have to say to the owner. Computes nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kpixl.check.problem import counts_text, problems_text
from kpixl.errors import N_
from kpixl.imports.naming import to_type
from kpixl.message import one_line, phrase
from kpixl.period import from_serial
from kpixl.texts.lines import block

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from kpixl.i18n import Language
    from kpixl.imports.outcome import Difference, Rejected
    from kpixl.imports.values import Value
    from kpixl.verbs.addin import AddedIn, Status
    from kpixl.verbs.adopt import Adopted
    from kpixl.verbs.fix import FixedCells
    from kpixl.verbs.import_plan import Plan
    from kpixl.verbs.import_rows import ImportOutcome
    from kpixl.verbs.restate import Restated
    from kpixl.verbs.results import Outcome
    from kpixl.verbs.roll import Rolled
    from kpixl.verbs.setup import Ready
    from kpixl.verbs.take_in import RowsTaken, TakenIn


UPGRADED = N_("{path} was made by an earlier kpixl and has been brought up to date.")


def upgraded_line(path: Path, t: Language) -> str:
    """That a workbook was of an earlier layout."""
    return t(UPGRADED).format(path=path)


def rolled_text(rolled: Rolled, t: Language) -> str:
    """The new workbook, what is still in it, and what went with the closed period."""
    entries = rolled.scorecard.entries
    lines = [
        t(N_("{closed} is closed; {path} is the workbook of {period}.")).format(
            closed=t.period(rolled.closed), path=rolled.path, period=t.period(entries.period)
        ),
        t(N_("{source} stays as it is.")).format(source=rolled.source),
    ]
    if rolled.upgraded:
        text = N_("It was made by an earlier kpixl; {path} is up to date.")
        lines.append(t(text).format(path=rolled.path))
    titles = {table.id: t(table.title) for table in entries.business.tables}
    lines += _counted(t(N_("Rows of the closed period that left:")), rolled.left, titles)
    lines += _counted(t(N_("Rows that are still needed and stayed:")), rolled.stayed, titles)
    return "\n".join([*lines, counts_text(rolled.problems, t)])


def added_in_text(done: AddedIn, t: Language) -> str:
    """Where the add-in is now, and what the owner sees of it."""
    lines = [t(N_("kpixl’s add-in is in {path}, where Excel opens it by itself.")).format(path=done.path)]
    if done.script:
        lines.append(
            t(N_("What Excel for the Mac needs in order to call kpixl is in {path}.")).format(path=done.script)
        )
    lines.append(t(N_("Start Excel: the tab kpixl is beside Home, and the functions are in every workbook.")))
    return "\n".join(lines)


def ready_text(ready: Ready, t: Language, *, opened: bool) -> str:
    """What the first minute has brought, and what to do next."""
    lines = added_in_text(ready.added, t).splitlines() if ready.added else []
    if ready.hindrance:
        lines.append(ready.hindrance.text(t))
    if ready.excel.level != "ok":
        lines.append(ready.excel.says.text(t))
        lines += [ready.excel.remedy.text(t)] if ready.excel.remedy else []
    made = N_("A sample workbook to look at is in {path}.")
    stays = N_("The sample workbook in {path} was there already and stays as it is.")
    lines.append(t(made if ready.made else stays).format(path=ready.workbook))
    if opened:
        lines.append(t(N_("It is being opened in Excel.")))
    lines.append(
        t(N_("Your own one: New workbook in the tab kpixl, or “kpixl new” (“kpixl kpis” lists the businesses)."))
    )
    return "\n".join(lines)


def add_in_status_text(found: Status, t: Language) -> str:
    """Whether the add-in is installed, and what to do."""
    install = "kpixl addin install"
    if found.foreign:
        return t(N_("{path} is not kpixl’s; move it and run “{command}”.")).format(path=found.path, command=install)
    if found.version is None:
        text = N_("kpixl’s add-in is not installed; run “{command}” (it goes to {path}).")
        return t(text).format(command=install, path=found.path)
    if found.older:
        text = N_("kpixl’s add-in in {path} is of version {version}; quit Excel and run “{command}”.")
        return t(text).format(path=found.path, version=found.version, command=found.command)
    return t(N_("kpixl’s add-in {version} is in {path}.")).format(version=found.version, path=found.path)


def _counted(heading: str, rows: Mapping[str, int], titles: Mapping[str, str]) -> list[str]:
    parts = [f"{titles[table]} {count}" for table, count in rows.items() if count]
    return block([f"{heading} {', '.join(parts)}"]) if parts else []


def taken_in_text(taken: TakenIn, t: Language) -> str:
    """Which rows are now in their tables, and what Check says afterwards."""
    if not taken.taken:
        return "\n".join(
            [
                t(N_("No rows stand outside of a table: there is nothing to take in.")),
                problems_text(taken.outcome.problems, t),
            ]
        )
    return "\n".join([*_taken_lines(taken.taken, t, done=True), *_written_lines(taken.outcome, t)])


def fixed_text(fixed: FixedCells, t: Language) -> str:
    """Everything that was mended, or would be, and what Check says afterwards."""
    if not fixed.taken and not fixed.cells:
        nothing = t(N_("There is nothing that kpixl could fix by itself."))
        return "\n".join([nothing, problems_text(fixed.outcome.problems, t)])
    lines = _taken_lines(fixed.taken, t, done=fixed.outcome.written) if fixed.taken else []
    if fixed.cells:
        heading = N_("Cells that are fixed: {count}") if fixed.outcome.written else N_("Cells to fix: {count}")
        lines.append(t(heading).format(count=len(fixed.cells)))
        lines += [f"  {one_line(one.text(t))}" for one in fixed.cells]
    if not fixed.outcome.written:
        lines.append(t(N_("Nothing was written.")))
    return "\n".join([*lines, *_written_lines(fixed.outcome, t)])


def _taken_lines(taken: Mapping[str, RowsTaken], t: Language, *, done: bool) -> list[str]:
    parts = [f"{one.sheet} {one.count} ({', '.join(one.cells)})" for one in taken.values()]
    there = N_("Rows that are now in their tables, with where they stood: {rows}.")
    to_come = N_("Rows to take into their tables, with where they stand: {rows}.")
    return block([t(there if done else to_come).format(rows="; ".join(parts))])


def _written_lines(outcome: Outcome, t: Language) -> list[str]:
    """What became of the file, and what Check says of it."""
    lines = [upgraded_line(outcome.path, t)] if outcome.upgraded else []
    if outcome.backup:
        lines.append(t(N_("As it was before: {path}.")).format(path=outcome.backup))
    return [*lines, problems_text(outcome.problems, t)]


def restated_text(restated: Restated, t: Language) -> str:
    """Which workbooks have the new figures, and what to do where none has."""
    period = t.period(restated.scorecard.entries.period)
    lines = [upgraded_line(path, t) for path in restated.upgraded]
    if not restated.taken_over:
        missing = N_(
            "{period} is computed anew in this file alone; “--into FILE” takes it over into the current workbook."
        )
        return "\n".join([*lines, t(missing).format(period=period)])
    for path, backup in restated.taken_over:
        lines.append(t(N_("{path} has the new figures of {period}.")).format(path=path, period=period))
        if backup:
            lines.append(t(N_("As it was before: {path}.")).format(path=backup))
    return "\n".join(lines)


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
    if adopted.proposals:
        text = N_(
            "Rows of these sheets of yours would fit one of kpixl’s. Linked, a sheet fills it at each refresh; shown "
            "first, and linked without --show:"
        )
        lines += block([t(text)])
    for one in adopted.proposals:
        fixed = "".join(f" --set {pair}" for pair in one.said)
        command = f'kpixl link "{adopted.path.name}" "{one.sheet}" {to_type(one.title)}{fixed} --show'
        # To be copied, so never cut into lines.
        lines += [f"  {one.sheet} → {one.title}", f"    {command}"]
    return "\n".join(lines)


_NAMES = 10
"""How many new names are told before the others are only counted."""


def plan_text(plan: Plan, t: Language) -> str:
    """Which column fills which field and with what, what the other columns hold, how the file is read, and what would
    come of its rows."""
    from kpixl.imports.glimpse import examples  # not for every command
    from kpixl.imports.matching import HOW_WORDS

    match, accepted = plan.match, plan.accepted
    rows = [
        (
            match.called(id_).text(t),
            one_line(match.column(id_)),
            t(HOW_WORDS[filling.how]),
            one_line(", ".join(examples(match, filling.places))),
        )
        for id_, filling in match.fillings.items()
    ]
    rows += [(match.called(id_).text(t), f"= {value}", "", "") for id_, value in match.constants.items()]
    widths = [max((len(row[place]) for row in rows), default=0) for place in range(3)]
    lines = [
        f"  {heading.ljust(widths[0])} ← {column.ljust(widths[1])}  {how.ljust(widths[2])}  {values}".rstrip()
        for heading, column, how, values in rows
    ]
    lines += _unused(plan, t)
    if match.empty:
        fields = ", ".join(t(N_("“{word}”")).format(word=match.called(id_).text(t)) for id_ in match.empty)
        text = N_("Nothing fills: {fields}. A column that does is said with --map FIELD=COLUMN.")
        lines += block([t(text).format(fields=fields)])
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


def offer_text(plan: Plan, t: Language) -> str:
    """What the owner is asked to agree to: the plan, with the rows that would be left out, by cause."""
    return "\n".join([plan_text(plan, t), *rejected_lines(plan.accepted.rejected, t)])


_TOLD_OF = ("not_used", "unweighed", "held_back", "only", "except")
"""Remarks that say what a column holds which fills nothing, or that it chose rows."""
_UNUSED = 12
"""So many of those columns are told, each on its line."""


def _unused(plan: Plan, t: Language) -> list[str]:
    """The columns that fill nothing, each with what it holds; but for those that a remark tells of."""
    from kpixl.imports.glimpse import holdings  # not for every command

    told = {note.values["column"] for note in plan.accepted.notes if note.code in _TOLD_OF}
    columns = [column for column in dict.fromkeys(plan.match.unused) if column not in told]
    if not columns:
        return []
    lines = block([t(N_("Columns that are not used, and what they hold:"))])
    for column in columns[:_UNUSED]:
        lines += block([f"{column}: {holdings(plan.match, column)}"], indent=2)
    if rest := columns[_UNUSED:]:
        lines += block([", ".join(rest)], indent=2)
    return lines


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
            title = outcome.plan.sheets[table]
            text = N_("New in {table}, from the day of their first row: {keys}.")
            lines += block([t(text).format(table=title, keys=_names(keys, t))])
    for named, like in outcome.plan.held.items():
        id_, _, name = named.partition(":")
        field = outcome.plan.match.typed(id_)
        text = N_("“{name}” was not added: it comes close to “{like}”. If it is the same: {same}; if not: {other}.")
        same, other = (f'--value "{field}:{name}={ours}"' for ours in (like, name))
        lines += block([t(text).format(name=name, like=like, same=same, other=other)])
    lines += rejected_lines(accepted.rejected, t)
    lines += _past_lines(outcome, t)
    if not outcome.written:
        return "\n".join([*lines, t(N_("Nothing was written."))])
    if outcome.upgraded:
        lines.append(upgraded_line(outcome.plan.path, t))
    return "\n".join([*lines, counts_text(outcome.problems, t)])


def _past_lines(outcome: ImportOutcome, t: Language) -> list[str]:
    """What became of rows of earlier periods."""
    past = outcome.backfill
    if past is None:
        offered = t(N_("With --backfill they become figures of Past periods."))
        return block([offered], indent=2) if outcome.plan.accepted.earlier else []
    lines = []
    if past.periods:
        text = N_("From rows of earlier periods, in Past periods now: {first} to {last} ({count}).")
        told = {"first": past.periods[0], "last": past.periods[-1], "count": len(past.periods)}
        lines.append(phrase(text, **told).text(t))
    elif outcome.written:
        lines.append(t(N_("Rows of earlier periods tell nothing that Past periods lacks.")))
    if past.begun:
        text = N_("{period} was left out: the rows begin within it, and those before may be missing.")
        lines.append(phrase(text, period=past.begun).text(t))
    return block(lines)


_CELLS = 3
"""Cells of refused rows that are shown of each cause."""


def rejected_lines(rejected: Sequence[Rejected], t: Language) -> list[str]:
    """The rows that were left out, by cause: one line for a row alone, else how many they are and the first cells."""
    by_cause: dict[tuple[str, str], list[Rejected]] = {}
    for row in rejected:
        by_cause.setdefault((row.column, row.reason), []).append(row)
    lines = []
    for rows in by_cause.values():
        if len(rows) <= _CELLS:
            lines += [line for row in rows for line in block([row.text(t)], indent=2)]
            continue
        cells = ", ".join(f"“{row.value}” ({row.line})" for row in rows[:_CELLS])
        text = N_("{count} rows, {column}: the cell {reason}. The first, with their lines: {cells}.")
        told = {"count": len(rows), "column": rows[0].column, "reason": rows[0].why.text(t), "cells": cells}
        lines += block([t(text).format(**told)], indent=2)
    return lines


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
    return t(text).format(
        line=one.line, column=outcome.plan.match.called(one.field).text(t), here=shown(one.here), there=shown(one.there)
    )
