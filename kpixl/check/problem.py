"""A problem as Check reports it: where it is, and its two sentences in the owner's language."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING

from kpixl.catalog.model import Measure
from kpixl.cellvalue import ExcelError
from kpixl.check.sentence import Sentence, Severity
from kpixl.check.sentences_inputs import OF_INPUTS
from kpixl.check.sentences_rows import OF_ROWS
from kpixl.errors import N_
from kpixl.period import Period
from kpixl.texts.lines import Json, block
from kpixl.texts.words import measure_label

if TYPE_CHECKING:
    from kpixl.catalog.model import BusinessKpi
    from kpixl.i18n import Language

_TRUTH = {True: N_("TRUE"), False: N_("FALSE")}
_LONGEST = 60
_ENORMOUS = 1e15
"""Numbers from here on are shown with an exponent: they have more digits than Excel keeps."""


class Msg(str):
    """A text of kpixl's own, translated when it is shown. An ordinary str is the owner's and stays as it is."""

    __slots__ = ()


def name_of(kpi: BusinessKpi) -> str:
    """A KPI's name; that of one that the owner made up is hers."""
    return kpi.name if kpi.own else Msg(kpi.name)


@dataclass(frozen=True, slots=True)
class Amount:
    """A number with its unit, shown as such: ``82.0%``."""

    value: float
    unit: str
    currency: str = "USD"


@dataclass(frozen=True, slots=True)
class Figure:
    """A measure with its number, and its cell where it was typed: ``Survey answers: 100, typed in C5``."""

    measure: Measure
    value: float | None
    cell: str | None = None


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong. ``details`` are what its sentences name, in the catalogue's language."""

    severity: Severity
    code: str
    sheet: str
    cell: str | None
    table: str | None
    field: str | None
    details: Mapping[str, object]

    def text(self, t: Language) -> str:
        """One sentence: what is wrong."""
        sentence = SENTENCES[self.code]
        harmless = sentence.harmless and self.severity != sentence.severity
        return self._fill(sentence.harmless if harmless else sentence.text, t)

    def mend(self, t: Language) -> str:
        """One sentence: what to do."""
        return self._fill(SENTENCES[self.code].mend, t)

    def _fill(self, template: str, t: Language) -> str:
        return t(template).format(**{name: shown(value, t) for name, value in self.details.items()})


def shown(value: object, t: Language) -> str:
    """A detail as the owner reads it."""
    match value:
        case Msg():
            return t(value)
        case str():
            line = value.replace("\r", " ").replace("\n", " ")
            return line if len(line) <= _LONGEST else line[: _LONGEST - 1] + "…"
        case bool():
            return t(_TRUTH[value])
        case int() | float():
            return _plain(float(value), t)
        case datetime():
            return t.moment(value)
        case date():
            return t.date(value)
        case tuple():
            return ", ".join(shown(item, t) for item in value)
        case Period():
            return t.period(value)
        case Measure():
            return measure_label(value, t)
        case Amount():
            enormous = abs(value.value) >= _ENORMOUS
            return _plain(value.value, t) if enormous else t.number(value.value, value.unit, value.currency)
        case Figure():
            return _figure(value, t)
        case ExcelError():
            return str(value)
        case _:
            return str(value)


def _plain(value: float, t: Language) -> str:
    """A number with all the digits that it has."""
    if abs(value) < _ENORMOUS and round(value, 3) == value:
        return t.plain(value)
    return f"{value:.15g}".replace(".", t.decimal_point)


def _figure(figure: Figure, t: Language) -> str:
    number = "–" if figure.value is None else _plain(figure.value, t)
    text = f"{measure_label(figure.measure, t)}: {number}"
    return text if figure.cell is None else t(N_("{figure}, typed in {cell}")).format(figure=text, cell=figure.cell)


SENTENCES: dict[str, Sentence] = {**OF_ROWS, **OF_INPUTS}

SEVERITIES = {"error": N_("error"), "warning": N_("warning"), "note": N_("note")}

_COUNTS = {"error": N_("errors: {count}"), "warning": N_("warnings: {count}"), "note": N_("notes: {count}")}


def problem_json(problem: Problem, t: Language) -> Json:
    """One problem of Check."""
    return {
        "severity": problem.severity,
        "code": problem.code,
        "sheet": problem.sheet,
        "cell": problem.cell,
        "table": problem.table,
        "field": problem.field,
        "message": problem.text(t),
        "mend": problem.mend(t),
    }


def problem_count(problems: Iterable[Problem]) -> dict[str, int]:
    """How many problems there are of each severity, the worst first."""
    found = Counter[str](problem.severity for problem in problems)
    return {severity: found[severity] for severity in SEVERITIES}


def problems_text(problems: Sequence[Problem], t: Language) -> str:
    """Every problem with its place and its mend, then how many there are."""
    lines = []
    for problem in problems:
        place = problem.sheet + (f"!{problem.cell}" if problem.cell else "")
        head = " · ".join(part for part in (t(SEVERITIES[problem.severity]), place) if part)
        lines += block([f"{head}: {problem.text(t)}"])
        lines += block([problem.mend(t)], indent=4)
    return "\n".join([*lines, *([""] if lines else []), *block([counts_text(problems, t)])])


def counts_text(problems: Iterable[Problem], t: Language) -> str:
    """How many problems Check has, by severity: ``Check: errors: 1, warnings: 2``."""
    counts = problem_count(problems)
    parts = [t(_COUNTS[severity]).format(count=count) for severity, count in counts.items() if count]
    if not parts:
        return t(N_("Check has found no problems."))
    return t(N_("Check has found {counts}.")).format(counts=", ".join(parts))
