"""The rules of a KPI as formulas: which cell or name of the workbook stands for what a rule names."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from kpixl.formula import substituted, to_excel
from kpixl.formula.expressions import equal, every, first_known, or_else
from kpixl.formula.nodes import Compare, Name, Text
from kpixl.formula.to_excel import Template
from kpixl.kpi import contradictions
from kpixl.kpi.grading import unsaid
from kpixl.kpi.rulebook import rulebook_of
from kpixl.kpi.traits import GRADED, late_measures, spent, traits_of
from kpixl.workbook.formulas import none_name, rows_formula

if TYPE_CHECKING:
    from collections.abc import Mapping

    from kpixl.catalog.model import BusinessKpi, Kpi, Measure
    from kpixl.formula.nodes import Node
    from kpixl.kpi.traits import Traits
    from kpixl.workbook.grid import Context

_NOTHING = Template(every(equal(Name("counts"), 1), or_else(Compare("<>", Name("said"), Text("")), False)))
_UNSAID = Template(unsaid())
AS_IT_IS = Template(first_known(Name("cell")))
"""The number of a ``cell``; nothing where there is none."""

CALC = (
    "held", "level", "standing", "shade", "next", "next_value", "strict", "low", "high", "position", "slope", "needed",
    "amount", "withheld", "moves",
    "wrong_lever", "wrong_sample", "unread_lever", "if_for", "if_against",
    "interval_low", "interval_high", "low_level", "high_level", "target_level", "target_next",
)  # fmt: skip
"""Rules that stand in the hidden block ``calc``, by which others name them."""
USUAL = {"usual_low": "low", "usual_high": "high", "signal_number": "state"}
"""What stands in the block ``xmr``, under the names that other rules have for it."""
KPIS = ("previous", "forecast", "steady", "pace")
"""What stands in the block ``kpis``."""


class RuleFormulas:
    """Writes the rules of one KPI as formulas of one workbook."""

    def __init__(self, kpi: BusinessKpi, c: Context, besides: Mapping[str, str] | None = None) -> None:
        self._kpi, self._c, self._traits = kpi, c, traits_of(kpi)
        self.bind = {**cells_of(kpi, c), **(besides or {})}

    def __getitem__(self, rule: str) -> str:
        return _template(self._kpi.kpi, self._traits, rule, own=self._kpi.own).filled(self.bind, self._word)

    def write(self, node: Node) -> str:
        """Any expression over the same names."""
        return to_excel(node, self.bind, self._word)

    def _word(self, id_: str) -> str:
        column, _, argument = id_.partition(".")
        if not argument:
            return self._c.word(id_)
        return self._c.at("totals", self._kpi.argument(argument).name, column)


@lru_cache(maxsize=4096)
def _template(kpi: Kpi, traits: Traits, rule: str, *, own: bool) -> Template:
    """A rule as the sheets have it; what no cell stands for is written out."""
    rules = rulebook_of(kpi, traits, own=own)
    return Template(substituted(rules[rule], {"raised": rules["raised"]}) if "raised" in rules else rules[rule])


def cells_of(kpi: BusinessKpi, c: Context) -> dict[str, str]:
    """The cell or name for each name of the rules."""
    prefix = kpi.name_prefix
    bind = {column: c.at("calc", kpi.id, column) for column in CALC} | {
        **{rule: c.at("xmr", kpi.id, column) for rule, column in USUAL.items()},
        **{column: c.at("kpis", kpi.id, column) for column in KPIS},
        **{name: f"{prefix}_{name}" for name in ("value", "change", *(level.id for level in GRADED))},
        "target": c.at("calc", kpi.id, "target"),
        "typed_target": f"{prefix}_target",
        **{f"measure.{argument.name}": argument.measure.name for argument in kpi.arguments},
    }
    if kpi.sample:
        bind["sample"] = kpi.sample.name
    if kpi.squares is not None and kpi.kpi.lever:
        typed = ",".join(c.at("totals", argument.measure.name, "counted") for argument in kpi.arguments)
        bind |= {"total": kpi.argument(kpi.kpi.lever).name, "squares": kpi.squares.name, "typed": f"COUNT({typed})"}
    bind |= outcomes_of(kpi, c)
    item = spent(kpi)
    bind["unsaid"] = "0" if item is None else _unsaid_formula(item, c)
    bind["contradicted"] = c.at("calc", kpi.id, "contradicted") if kpi.own else contradicted_formula(kpi, c)
    if traits_of(kpi).builds_up:
        bind["part"] = c.at("calc", kpi.id, "part")
    if kpi.own:
        bind["falls"] = f"IFERROR({c.at('own', kpi.id, 'direction')}={c.word('direction_down')},FALSE)"
    return bind


def contradicted_formula(kpi: BusinessKpi, c: Context, supposed: Mapping[str, str] | None = None) -> str:
    """1 where figures behind it contradict each other: those of measures by their names, or in the cells that have
    what is ``supposed`` of them."""
    wholes = contradictions.of_kpi(kpi, c.business)
    totals = {contradictions.TYPED + one.whole.name: c.at("totals", one.whole.name, "counted") for one in wholes}
    return to_excel(contradictions.contradicted(wholes), {**totals, **(supposed or {})}) if wholes else "0"


def nothing_formula(table: str, c: Context) -> str:
    """Whether the owner says that there is nothing of the period to enter in a table."""
    bind = {"counts": c.at("dates", "totals_count", "value"), "said": c.aliases.name(none_name(table))}
    return _NOTHING.filled(bind, c.word)


def _unsaid_formula(item: Measure, c: Context) -> str:
    """1 where nothing says what an amount comes to."""
    table = c.business.table(str(item.table))
    assert item.aggregate is not None
    names = c.names()
    bind = {
        "rows": rows_formula(table, item.aggregate.where, names),
        "typed": f"COUNT({c.at('totals', item.name, 'counted')})",
        "nothing": f"IF({nothing_formula(table.id, c)},1,0)" if table.waits else "0",
    }
    return _UNSAID.filled(bind, c.word)


def outcomes_of(kpi: BusinessKpi, c: Context) -> dict[str, str]:
    """The cells that say whether outcomes of the period may still come; none where they never come late."""
    late = late_measures(kpi)
    if not late:
        return {}
    typed = ",".join(c.at("totals", measure.name, "counted") for measure in late)
    return {"outcomes_open": c.at("dates", "outcomes_open", "value"), "outcomes_typed": f"COUNT({typed})"}
