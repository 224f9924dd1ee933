"""What the exports of well-known products look like: one small YAML file a product. Reads nothing of the owner's."""

from __future__ import annotations

from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any, Literal

import msgspec
import yaml

from kpixl.catalog.tables import Record
from kpixl.folding import name_key
from kpixl.languages.load import yes_no


class Where(Record, frozen=True):
    """A row counts where ``column`` holds one of ``values``, or a word for yes in any language where it ``says`` so."""

    column: str
    values: tuple[str, ...] = ()
    says: Literal["yes"] | None = None

    @property
    def keys(self) -> frozenset[str]:
        """What the column may hold, as names compare."""
        words = yes_no()[self.says] if self.says else ()
        return frozenset(map(name_key, (*self.values, *words))) - {""}


class Rule(Record, frozen=True):
    """How a field is filled: from the first of some columns that is filled, or from several joined by a space.

    Columns go by their aliases. ``translate`` gives the value of the field for each text of the export; ``default``
    stands where there is no column, or a text that says nothing of it. ``where`` counts 0 in other rows. ``negative``
    makes amounts positive, and those of the rows it names negative.
    """

    first: tuple[str, ...] = ()
    join: tuple[str, ...] = ()
    translate: dict[str, tuple[str, ...]] = msgspec.field(default_factory=dict)
    default: str | None = None
    where: Where | None = None
    negative: Where | None = None
    less: str | None = None
    """A column that is taken off an amount, where it is there."""
    filled: str | None = None
    """A column without which a row says nothing of the field."""

    @property
    def needs(self) -> tuple[str, ...]:
        """The aliases that all have to be there, besides one of ``first``."""
        filled = (self.filled,) if self.filled else ()
        return (*self.join, *filled, *(rule.column for rule in (self.where, self.negative) if rule))


class ProductReport(Record, frozen=True):
    """One export of a product, for one table. It is recognised by its ``marks``: aliases that all have to be there, and
    ``lacks``: aliases that must not.

    ``only`` names the rows that belong to the table; rows whose first filled cell begins with one of ``totals`` do not,
    nor do those with one filled cell alone where ``lone`` is set: such a row names the ``group`` of those below it.
    """

    name: str
    table: str
    marks: tuple[str, ...]
    fields: dict[str, tuple[Rule, ...]]
    lacks: tuple[str, ...] = ()
    only: Where | None = None
    also: tuple[Where, ...] = ()
    """Further conditions, each of which holds only where its column is there."""
    wanted: tuple[str, ...] = ()
    """Columns without which other rows count, or with other amounts: where one is lacking, that is told."""
    others: tuple[str, ...] = ()
    """What the columns of conditions hold in rows that are known to be none of the table's."""
    filled: str | None = None
    """A column without which a row is none: a second line of headings."""
    totals: tuple[str, ...] = ()
    lone: bool = False
    group: str | None = None


class Product(Record, frozen=True):
    """A product: how its columns are called (aliases), and its reports. ``blanks`` are texts that mean nothing."""

    id: str
    name: str
    columns: dict[str, tuple[str, ...]]
    reports: tuple[ProductReport, ...]
    blanks: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        for report in self.reports:
            rules = [rule for alternatives in report.fields.values() for rule in alternatives]
            used = {
                *report.marks,
                *report.lacks,
                *report.wanted,
                *(alias for rule in rules for alias in (*rule.first, *rule.needs)),
            }
            used |= {where.column for where in (report.only, *report.also) if where}
            used |= {alias for alias in (report.filled, *(rule.less for rule in rules)) if alias}
            if not used <= {*self.columns}:
                raise ValueError(f"{self.id}, {report.name}: no such columns: {sorted(used - {*self.columns})}")


def products(folder: Path | None = None) -> tuple[Product, ...]:
    """Every product of ``folder``, by file name; those that kpixl comes with where none is given."""
    return _shipped() if folder is None else _read(folder)


@cache
def _shipped() -> tuple[Product, ...]:
    return _read(resources.files("kpixl.imports") / "products")


def _read(folder: Any) -> tuple[Product, ...]:
    files = sorted((file for file in folder.iterdir() if file.name.endswith(".yaml")), key=lambda file: str(file.name))
    return tuple(_product(file.name.removesuffix(".yaml"), file.read_text(encoding="utf-8")) for file in files)


def _product(id_: str, text: str) -> Product:
    raw = yaml.load(text, Loader=yaml.CSafeLoader)
    for report in raw["reports"]:
        report["fields"] = {
            field: [_rule(rule) for rule in (rules if isinstance(rules, list) else [rules])]
            for field, rules in report["fields"].items()
        }
    return msgspec.convert({"id": id_, **raw}, Product, strict=False)


def _rule(raw: Any) -> Any:
    """A rule as its record has it; a mere alias is the one column of a rule."""
    return {"first": [raw]} if isinstance(raw, str) else raw
