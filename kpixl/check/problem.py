"""A problem as Check reports it: where it is, and its two sentences in the owner's language."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from kpixl.catalog.model import Measure
from kpixl.cellvalue import ExcelError
from kpixl.check.sentences import SENTENCES, Severity
from kpixl.errors import N_
from kpixl.message import Message, Shown, ToType, Translate, Verbatim, phrase, shortened
from kpixl.texts.lines import Json, block
from kpixl.texts.words import measure_name

if TYPE_CHECKING:
    from kpixl.catalog.model import BusinessKpi
    from kpixl.i18n import Language

_ENORMOUS = 1e15
"""Numbers from here on are shown with an exponent: they have more digits than Excel keeps."""


def name_of(kpi: BusinessKpi) -> str | Message:
    """A KPI's name; that of one that the owner made up is hers."""
    return kpi.name if kpi.own else phrase(kpi.name)


def amount(value: float, unit: str, currency: str) -> Shown:
    """A number with its unit: 0.82 as ``82.0%``."""
    return Shown(value) if abs(value) >= _ENORMOUS else Shown(value, unit, currency)


def figure(measure: Measure, value: float | None, cell: str | None = None) -> Message:
    """A measure with its number, and its cell where it was typed: ``Survey answers: 100, typed in C5``."""
    number = Verbatim("–") if value is None else Shown(value)
    found = phrase(Verbatim("{measure}: {number}"), measure=measure_name(measure), number=number)
    return found if cell is None else phrase(N_("{figure}, typed in {cell}"), figure=found, cell=cell)


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong. ``details`` are what its sentences name, in the catalogue's language."""

    severity: Severity
    code: str
    sheet: str
    """Blank where it is of no sheet."""
    cell: str | None
    """An address such as ``D12``."""
    table: str | None
    """The id of the entry table."""
    field: str | None
    """The id of its column; of a single cell, that of the setting, measure or KPI."""
    details: Mapping[str, object]
    rows: int = 1
    """How many rows have it, where one line tells of them all: the cell and the details are those of the first."""

    @property
    def place(self) -> str:
        """Where it is: ``Requests!D12``, or its sheet where it is in no cell of it."""
        return f"{self.sheet}!{self.cell}" if self.cell else self.sheet

    @property
    def message(self) -> Message:
        """What is wrong."""
        sentence = SENTENCES[self.code]
        harmless = sentence.harmless and self.severity != sentence.severity
        message = self._message(sentence.harmless if harmless else sentence.text)
        if self.rows == 1:
            return message
        many = {"count": Shown(self.rows), "problem": _WithoutStop(message), "cell": self.cell}
        return Message(self.code, N_("{count} rows: {problem} (first: {cell})."), many)

    @property
    def remedy(self) -> Message:
        """What to do."""
        details = {name: _to_type(value) for name, value in self.details.items()}
        return Message(self.code, SENTENCES[self.code].mend, details)

    def text(self, t: Language) -> str:
        """One sentence: what is wrong."""
        return self.message.text(t)

    def mend(self, t: Language) -> str:
        """One sentence: what to do."""
        return self.remedy.text(t)

    def _message(self, template: str) -> Message:
        return Message(self.code, template, {name: _told(value) for name, value in self.details.items()})


@dataclass(frozen=True, slots=True)
class _WithoutStop:
    """A sentence within another."""

    message: Message

    def text(self, t: Translate = str, /) -> str:
        """Its words without the full stop."""
        return self.message.text(t).removesuffix(".")


def _to_type(value: object) -> object:
    """A detail as what is to be done names it: numbers are there to be typed."""
    match value:
        case tuple():
            return tuple(map(_to_type, value))
        case Shown(value=int() | float() as number, unit=unit) if not isinstance(number, bool):
            return ToType(_short(float(number)), unit)
        case int() | float() if not isinstance(value, bool):
            return ToType(_short(float(value)))
        case _:
            return _told(value)


def _short(number: float) -> float:
    """A number with as many digits as somebody reads: those of a computation say nothing."""
    if not math.isfinite(number) or abs(number) >= _ENORMOUS:
        return number
    near = round(number, 4)
    return near if near not in (0.0, round(number)) or near == number else float(f"{number:.6g}")


def _told(value: object) -> object:
    """A detail as a sentence takes it: texts are the owner's and cut short, other values in his language."""
    match value:
        case str():
            return shortened(value.replace("\r", " ").replace("\n", " "))
        case tuple():
            return tuple(map(_told, value))
        case Measure():
            return measure_name(value)
        case Message() | Shown() | ExcelError():
            return value
        case float():
            return Shown(_short(value))
        case _:
            return Shown(value)


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
        "rows": problem.rows,
    }


def problem_count(problems: Iterable[Problem]) -> dict[str, int]:
    """How many problems there are of each severity, the worst first."""
    found = Counter[str](problem.severity for problem in problems)
    return {severity: found[severity] for severity in SEVERITIES}


def problems_text(problems: Sequence[Problem], t: Language) -> str:
    """Every problem with its place and its mend, then how many there are."""
    lines = []
    for problem in problems:
        head = " · ".join(part for part in (t(SEVERITIES[problem.severity]), problem.place) if part)
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
