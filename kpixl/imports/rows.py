"""From a file whose columns are known to the rows of a table: reads every value, and tells of the file as a whole.
Changes neither the file nor the workbook."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from kpixl.errors import N_, MissingMapping
from kpixl.folding import name_key
from kpixl.imports.body import Body, body, cells_for, meets
from kpixl.imports.columns import OWN_DAY, Columns, Manners, forget_texts
from kpixl.imports.currency import compared
from kpixl.imports.dates import zone_called
from kpixl.imports.deriving import apply, derived, outcomes
from kpixl.imports.filters import counted, filtered, place_of
from kpixl.imports.glimpse import listed
from kpixl.imports.known import Kept, Spellings, spelled
from kpixl.imports.lower import without_lower
from kpixl.imports.matching import Filling, How
from kpixl.imports.near_names import as_known, looks
from kpixl.imports.numbered import numbered
from kpixl.imports.outcome import Accepted
from kpixl.imports.profiles import Rule
from kpixl.imports.refusals import AmbiguousColumn, BadConstant
from kpixl.imports.remarks import Note
from kpixl.imports.said import Said
from kpixl.imports.scales import weighed
from kpixl.imports.sorting import ReadRows, Sorter
from kpixl.imports.source import Source, is_filled
from kpixl.imports.telling import is_out, told, turned
from kpixl.imports.times import over_a_change, reckoned, without_times
from kpixl.imports.total_lines import numbers_in, without_totals
from kpixl.imports.values import BLANK, Read, Unfit, Value
from kpixl.message import Verbatim, phrase

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kpixl.imports.choice_words import Choices
    from kpixl.imports.matching import Match
    from kpixl.message import Message


def rows_for(
    match: Match,
    choices: Choices,
    manners: Manners,
    kept: Kept,
    said: Said = Said(),  # noqa: B008  (frozen)
) -> Accepted:
    """The rows of a file as rows of its table; ``choices`` are the words of the workbook.

    MissingMapping or AmbiguousColumn where a field that every row needs has no column; BadConstant for a constant that
    does not fit; UnknownZone.
    """
    match, known_by = derived(match)
    _check_needed(match, choices)
    zone_called(manners.zone)
    constants, notes = _constants(match, choices, manners, kept.spellings)
    chosen = {place for one in said.filters if (place := place_of(match, one.column)) is not None}
    whole = body(match, chosen)
    of, about_lower = without_lower(match, whole)
    of, about_totals = without_totals(match, of)
    of, about_rows = filtered(match, of, said)
    refused, in_others = compared(match, of, manners.currency, chosen)
    outside, untold = told(match, of, chosen | _decided(match) | ({*known_by.places} if known_by else set()))
    columns = _columns(match, of, choices, manners, said)
    spellings = kept.spellings
    read = {id_: [spelled(cell, spellings.get(id_, {})) for cell in cells] for id_, cells in columns.read().items()}
    _apply_rules(match, of, read)
    notes += _settle(match, of, columns, read, kept)
    notes += turned(match, of, _decided(match), read)
    if known_by:
        notes += apply(match, known_by, of, read, choices.get(known_by.field, {}))
    notes += outcomes(match, read, constants)
    lasting, about_ends = reckoned(match, columns, read)
    untimed, about_times = without_times(match, read, lasting)
    notes += [*about_ends, *about_times]
    notes += [] if lasting else over_a_change(match, columns, read, manners.zone)
    numbers = numbered(match, of, kept.numbers)
    forget_texts()
    sorter = Sorter(match, of, columns, ReadRows(read, constants, {**outside, **refused}, untimed, numbers))
    notes = [
        *_about(match, said),
        *_unanswered(match, said),
        *notes,
        *columns.notes,
        *about_lower,
        *about_totals,
        *about_rows,
        *in_others,
        *untold,
        *_about_rows(match, whole),
    ]
    return sorter.sorted(kept, notes)


def _check_needed(match: Match, choices: Choices) -> None:
    for id_ in match.missing:
        if id_ in match.ambiguous:
            allowed = listed(match, match.ambiguous[id_])
            raise AmbiguousColumn(
                path=match.source.path.name, field=match.called(id_), pair=match.pair(id_), allowed=allowed
            )
    if match.missing:
        raise MissingMapping(
            table=match.title,
            fields=_in_a_row(", ", [match.called(id_) for id_ in match.missing], _NAMED),
            pairs=_in_a_row(" ", [match.pair(id_) for id_ in match.missing]),
            allowed=listed(match, dict.fromkeys(filter(None, match.columns))),
            same=_in_a_row(" ", [match.pair(id_, _words_of(id_, choices)) for id_ in match.missing]),
        )


def _words_of(id_: str, choices: Choices) -> str | Message:
    """What a field may be in every row, for the owner to choose from."""
    return "|".join(dict.fromkeys(choices.get(id_, {}).values())) or phrase(_VALUE)


_NAMED = N_("“{word}”")
_VALUE = N_("VALUE")


def _in_a_row(between: str, parts: Sequence[Message], form: str = Verbatim("{word}")) -> Message:
    names = {f"part{number}": phrase(form, word=part) for number, part in enumerate(parts)}
    return phrase(Verbatim(between.join(f"{{{name}}}" for name in names)), **names)


def _settle(match: Match, of: Body, columns: Columns, read: dict[str, list[Read]], kept: Kept) -> list[Note]:
    """What can be told of values only by all of their row, or of their column: the row's own day, the scale of answers,
    names that look like others."""
    notes = []
    day = next((field.id for field in match.table.fields if field.type == "date" and field.required), None)
    for field in match.table.fields:
        cells = read.get(field.id)
        if cells is None:
            continue
        if field.type == "date" and OWN_DAY in cells:
            days = read.get(day or "", [None] * len(cells))
            read[field.id] = [own if cell == OWN_DAY else cell for cell, own in zip(cells, days, strict=True)]
        elif field.maximum is not None:
            read[field.id], told_ = weighed(field, columns.called(field.id), cells)
            notes += told_
        elif field.refers_to or (field.key and match.table.stays):
            read[field.id], changed = as_known(cells, looks(kept.spellings.get(field.id, {}).values()))
            names = ", ".join(f"{theirs} → {ours}" for theirs, ours in list(changed.items())[:5])
            notes += [Note("respelled", {"field": match.called(field.id), "names": names})] if changed else []
    return notes


def _unanswered(match: Match, said: Said) -> list[Note]:
    """Rows of a table of answers to which no column of the file brings any: nothing can be counted of them."""
    answers = [field for field in match.table.fields if field.maximum is not None]
    filled = {*match.fillings, *match.constants, *said.left_out}
    if not answers or any(field.id in filled for field in answers):
        return []
    there = [field.id for field in answers if field.id in match.headings] or [field.id for field in answers]
    return [
        Note(
            "unanswered", {"fields": _in_a_row(", ", [*map(match.called, there)], _NAMED), "pair": match.pair(there[0])}
        )
    ]


def _decided(match: Match) -> frozenset[int]:
    """The columns that a product's profile knows: who wrote it has weighed them."""
    return frozenset(match.product.aliases.values()) if match.product else frozenset()


def _columns(match: Match, of: Body, choices: Choices, manners: Manners, said: Said) -> Columns:
    fillings = dict(match.fillings)
    if match.group and match.group not in fillings:
        fillings[match.group] = Filling(match.group, (), How.PRODUCT)
    order = [field.id for field in match.table.fields if field.id in fillings]
    return Columns(
        table=match.table,
        source=match.source,
        choices=choices,
        manners=manners,
        cells={id_: cells_for(fillings[id_], of, group=match.group == id_) for id_ in order},
        headings={id_: " + ".join(match.columns[place] for place in fillings[id_].places) for id_ in order},
        rules={id_: fillings[id_].rule for id_ in order},
        owners=match.called,
        said=said,
    )


def _constants(
    match: Match, choices: Choices, manners: Manners, spellings: Spellings
) -> tuple[dict[str, Value], list[Note]]:
    """The values that every row gets, and how they were read."""
    ids = list(match.constants)
    alone = Columns(
        table=match.table,
        source=Source(match.source.path, "text", [], []),
        choices=choices,
        manners=manners,
        cells={id_: [match.constants[id_]] for id_ in ids},
        headings=dict.fromkeys(ids, ""),
        rules=dict.fromkeys(ids, Rule()),
        owners=match.called,
    )
    found: dict[str, Value] = {}
    for id_, values in alone.read().items():
        value = spelled(values[0], spellings.get(id_, {}))
        if value is None and match.table.field(id_).required:
            value = Unfit(BLANK)
        if isinstance(value, Unfit):
            raise BadConstant(
                field=match.called(id_), got=match.constants[id_], reason=phrase(value.reason, **value.values)
            )
        found[id_] = value
    return found, alone.notes


def _apply_rules(match: Match, of: Body, read: dict[str, list[Read]]) -> None:
    """Count 0 where a profile counts other rows alone, and give amounts the sign that it tells of."""
    if match.product is None:
        return
    for id_, filling in match.fillings.items():
        if filling.rule.where:
            counts = meets(filling.rule.where, match.product, of)
            read[id_] = [
                0.0 if isinstance(one, float) and not count else one
                for one, count in zip(read[id_], counts, strict=True)
            ]
        if filling.rule.filled:
            place = match.product.aliases[filling.rule.filled]
            read[id_] = [one if is_filled(row[place]) else None for one, row in zip(read[id_], of.rows, strict=True)]
        if filling.rule.less in match.product.aliases:
            off = numbers_in([row[match.product.aliases[filling.rule.less or ""]] for row in of.rows])
            read[id_] = [
                one - (less or 0) if isinstance(one, float) else one for one, less in zip(read[id_], off, strict=True)
            ]
        if filling.rule.negative:
            negative = meets(filling.rule.negative, match.product, of)
            read[id_] = [
                (-abs(one) if minus else abs(one)) if isinstance(one, float) else one
                for one, minus in zip(read[id_], negative, strict=True)
            ]


def _about(match: Match, said: Said) -> list[Note]:
    """What there is to say of the file as a whole."""
    notes = []
    if match.product:
        product, report = match.product.product, match.product.report
        notes.append(Note("product", {"product": product.name, "report": report.name}))
        lacking = [alias for alias in report.wanted if alias not in match.product.aliases]
        notes += [Note("lacking", {"column": product.columns[one][0], "product": product.name}) for one in lacking]
    if match.source.sheet is not None:
        notes.append(Note("sheet", {"sheet": match.source.sheet}))
    if match.source.others:
        notes.append(Note("other_sheets", {"sheets": ", ".join(f"“{name}”" for name in match.source.others)}))
    if match.source.encoding not in (None, "UTF-8"):
        notes.append(Note("encoding", {"encoding": match.source.encoding}))
    if match.source.delimiter not in (None, ","):
        shown = "Tab" if match.source.delimiter == "\t" else match.source.delimiter
        notes.append(Note("delimiter", {"delimiter": shown}))
    if match.heading:
        notes.append(Note("headings", {"line": match.source.lines[match.heading]}))
    notes += [Note("left_out", {"field": match.called(id_)}) for id_ in sorted(said.left_out)]
    for id_, columns in match.ambiguous.items():
        values = {"field": match.called(id_), "columns": ", ".join(columns), "pair": match.pair(id_)}
        notes.append(Note("ambiguous", values))
    return notes


def _about_rows(match: Match, of: Body) -> list[Note]:
    """How many rows were none of the table's, and by what: values that the product's profile does not know are told, so
    that somebody looks."""
    notes = [Note("passed_over", {"count": of.passed_over})] if of.passed_over else []
    hidden = sum(line in match.source.hidden for line in of.lines) if match.source.hidden else 0
    notes += [Note("hidden_rows", {"count": hidden})] if hidden else []
    known = {name_key(text) for text in match.product.report.others} if match.product else set()
    for place, found in of.left.items():
        strange = {v: n for v, n in found.items() if v and name_key(v) not in known and not is_out(match.table.id, v)}
        if strange and match.table.id in ("sales", "expenses"):
            heading, first = match.columns[place], next(iter(strange))
            told_ = {"column": heading, "values": counted(Counter(strange)), "command": f'--only "{heading}={first}"'}
            notes.append(Note("other_kinds", told_))
    return notes
