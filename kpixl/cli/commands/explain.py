"""``kpixl explain``: where a figure comes from, row by row."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kpixl.cli.answer import WORKBOOK
from kpixl.cli.command import Answer, Arguments, Command, Word
from kpixl.errors import N_

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kpixl.entries import EntryTable
    from kpixl.i18n import Language
    from kpixl.kpi.behind import Behind
    from kpixl.texts.lines import Json
    from kpixl.verbs.explain import Explanation

MOST = 200
"""So many rows are listed for machines; their number tells of the others."""


def explain(arguments: Arguments) -> Answer:
    """One KPI of a workbook, from its formula to its rows."""
    from kpixl.i18n import language
    from kpixl.verbs.explain import explain as explained

    found = explained(arguments.file, arguments.kpi, today=arguments.now.date())
    t = language(arguments.lang or found.scorecard.entries.language)
    return Answer(lambda: explanation_json(found, t), lambda: explanation_text(found, t))


def explanation_json(found: Explanation, t: Language) -> Json:
    """The KPI, and what each of its measures is made of."""
    from kpixl.cli.scorecard import result_json
    from kpixl.texts.formula_words import in_words

    result = found.result
    return {
        **result_json(result, t),
        "formula": None if result.kpi.own else result.kpi.kpi.formula,
        "in_words": None if result.kpi.own else in_words(result.kpi, t),
        "behind": [_behind_json(one, t) for one in found.measures],
    }


def _behind_json(one: Behind, t: Language) -> Json:
    from kpixl.texts.behind_text import cause_text
    from kpixl.texts.words import measure_label

    value, table = one.value, one.table
    answer: Json = {
        "measure": value.measure.name,
        "label": measure_label(value.measure, t),
        "unit": value.measure.unit,
        "value": value.used,
        "source": value.source,
        "log": value.log,
        "typed": value.typed,
        "sheet": table.sheet if table else None,
    }
    if table is None:
        return answer
    left = [
        {
            "column": cause.column,
            "reason": cause_text(cause, table, t),
            "count": len(cause.rows),
            "rows": _numbers(cause.rows, table),
        }
        for cause in one.left_out
    ]
    counted = {"count": len(one.counted), "rows": _numbers(one.counted, table)}
    return answer | {"counted": counted, "left_out": left}


def _numbers(rows: Sequence[int], table: EntryTable) -> list[int]:
    return [table.first_row + row for row in rows[:MOST]]


def explanation_text(found: Explanation, t: Language) -> str:
    """The same on lines."""
    from kpixl.texts.formula_words import in_words
    from kpixl.texts.lines import block
    from kpixl.texts.words import OWN_TIP, kpi_title, reason_text, standing_word

    result, currency = found.result, found.scorecard.entries.currency
    value = t.number(result.value, result.kpi.kpi.unit, currency, result.finer)
    lines = [f"{kpi_title(result.kpi, t)}: {value}  {standing_word(result, t)}"]
    reason = reason_text(result.reason, t)
    if result.kpi.own:
        lines.append(t(OWN_TIP))
    elif len(result.kpi.arguments) > 1:
        lines.append(f"= {in_words(result.kpi, t)}")
    lines += [f"{reason}."] if reason else []
    for one in found.measures:
        lines += ["", *block(_measure_lines(one, currency, t))]
    return "\n".join(lines)


def _measure_lines(one: Behind, currency: str, t: Language) -> list[str]:
    from kpixl.texts.behind_text import ROWS_ALONE, cause_text, rows_text
    from kpixl.texts.words import SOURCES, measure_label

    value, table = one.value, one.table
    shown = t.number(value.used, value.measure.unit, currency)
    lines = [f"{measure_label(value.measure, t)}: {shown} ({t(SOURCES[value.source])})"]
    if table is None:
        return lines
    if value.typed is not None and value.log is not None:
        log = t.number(value.log, value.measure.unit, currency)
        lines.append(t(ROWS_ALONE).format(value=log))
    if one.counted:
        text = t(N_("{sheet}, rows that count: {count} ({rows})"))
        lines.append(text.format(sheet=table.sheet, count=len(one.counted), rows=rows_text(one.counted, table, t)))
    else:
        lines.append(t(N_("{sheet}: no row counts")).format(sheet=table.sheet))
    for cause in one.left_out:
        text = t(N_("{sheet}, rows left out: {count} ({rows}): {reason}"))
        reason, rows = cause_text(cause, table, t), rows_text(cause.rows, table, t)
        lines.append(text.format(sheet=table.sheet, count=len(cause.rows), rows=rows, reason=reason))
    return lines


COMMAND = Command(
    "explain",
    N_("show where the value of a KPI comes from, row by row"),
    "month",
    explain,
    words=(WORKBOOK, Word("kpi", "KPI", N_("its id, such as css, or its name"))),
    manual="""\
Where the value of a KPI comes from: its formula in words, each of its measures, the rows of the sheets that count for
it, and those left out, by their numbers and with the reason. The workbook is only read. A KPI is named by its id, by
its short name or by its name in any language of kpixl; one of your own as you call it. With `--json`: the keys of
`calc`, `formula` and `in_words`, and `behind`, for each measure its `value`, what the rows (`log`) and the owner
(`typed`) say, the `sheet`, the rows `counted` and those `left_out`, each with the `column`, the `reason`, how many
there are and up to 200 of them.""",
    after="""\
```
$ kpixl explain "TaskZenith 2026-10.xlsx" css
CSS · Client satisfaction score: 81.7%  ▼ below benchmark
= Satisfied answers ÷ Survey answers
```""",
)
