"""Which product a file was exported from, by its headings. Takes no report unless all of its marks are there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from kpixl.folding import name_key

if TYPE_CHECKING:
    from kpixl.catalog.tables import Table
    from kpixl.imports.profiles import Product, ProductReport, Rule


@dataclass(frozen=True)
class Recognised:
    """A report of a product, with the columns that its aliases stand for in a file (from 0)."""

    product: Product
    report: ProductReport
    aliases: Mapping[str, int]
    rules: Mapping[str, tuple[tuple[int, ...], Rule]]
    """Field id -> the columns that fill it, and how."""

    @property
    def deciding(self) -> frozenset[int]:
        """Columns that decide which rows count, and with which sign."""
        wheres = [rule.where for _, rule in self.rules.values()] + [rule.negative for _, rule in self.rules.values()]
        conditions = (self.report.only, *self.report.also, *wheres)
        more = [rule.filled for _, rule in self.rules.values()] + [rule.less for _, rule in self.rules.values()]
        columns = [where.column for where in conditions if where] + [alias for alias in more if alias]
        return frozenset(self.aliases[column] for column in columns if column in self.aliases)


def recognised(table: Table, places: Mapping[str, Sequence[int]], profiles: Sequence[Product]) -> Recognised | None:
    """The report for ``table`` that has most marks in a file, then the one that fills most fields; None where two
    products are equally likely. ``places`` are the columns of the file by name, as names compare."""
    found = []
    for product in profiles:
        aliases = _aliases(product, places)
        for report in product.reports:
            fits = {*report.marks} <= {*aliases} and not {*report.lacks} & {*aliases}
            if report.table == table.id and fits and (report.only is None or report.only.column in aliases):
                found.append(Recognised(product, report, aliases, _rules(report, aliases)))
    if not found:
        return None

    def fitness(one: Recognised) -> tuple[int, int]:
        return len(one.report.marks), len(one.rules)

    best = max(found, key=fitness)
    rivals = {one.product.id for one in found if fitness(one) == fitness(best)}
    # What is said of fields that this business does not have fills nothing, and decides nothing.
    asked = {id_: rule for id_, rule in best.rules.items() if table.has(id_)}
    return replace(best, rules=asked) if len(rivals) == 1 else None


def _aliases(product: Product, places: Mapping[str, Sequence[int]]) -> dict[str, int]:
    """The column that each alias stands for: the first of its names that one column has."""
    found = {}
    for alias, names in product.columns.items():
        there = [places[key][0] for key in map(name_key, names) if len(places.get(key, ())) == 1]
        if there:
            found[alias] = there[0]
    return found


def _rules(report: ProductReport, aliases: Mapping[str, int]) -> dict[str, tuple[tuple[int, ...], Rule]]:
    """For each field the first of its rules whose columns are there."""
    found: dict[str, tuple[tuple[int, ...], Rule]] = {}
    for id_, rules in report.fields.items():
        for rule in rules:
            first = [alias for alias in rule.first if alias in aliases]
            if not {*rule.needs} <= {*aliases} or (rule.first and not first):
                continue
            found[id_] = tuple(aliases[alias] for alias in (*first, *rule.join)), rule
            break
    return found
