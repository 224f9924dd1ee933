"""Evaluates rules that name one another over what is given. Knows no rule itself."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from kpixl.formula.states import Array, State, Values, values
from kpixl.formula.to_arrays import evaluate_all
from kpixl.formula.to_python import evaluate_single

if TYPE_CHECKING:
    from kpixl.formula.nodes import Node
    from kpixl.formula.states import Item


class Evaluation:
    """Rules over what is given of one workbook. Computes each rule once, and only when it is asked for."""

    def __init__(self, rules: Mapping[str, Node], given: Mapping[str, Item]) -> None:
        self._rules = rules
        self._found: dict[str, Any] = dict(given)

    def __getitem__(self, id_: str) -> Any:
        """What was given by that name, or what the rule gives: a float, a text, a truth, None for a blank, or a
        ``State`` for an error. KeyError where there is neither."""
        if id_ not in self._found:
            self._found[id_] = evaluate_single(self._rules[id_], self.__getitem__)
        return self._found[id_]

    def number(self, id_: str) -> float | None:
        """A number, in the unit of the KPI or measure that it is about; None where there is none."""
        found = self[id_]
        return None if found is None or type(found) is State else float(found)

    def text(self, id_: str) -> str | None:
        """A word; None where there is none."""
        found = self[id_]
        return found if isinstance(found, str) and found else None

    def holds(self, id_: str) -> bool:
        """Whether something is true; an error is not."""
        return self[id_] is True


class Evaluations:
    """The same of as many workbooks as the given arrays are long: an array has one value a workbook, NaN for none; that
    of a series a row a workbook."""

    def __init__(self, rules: Mapping[str, Node], given: Mapping[str, Item | Array]) -> None:
        self._rules = rules
        self._found = {id_: values(value) for id_, value in given.items()}

    def __getitem__(self, id_: str) -> Values:
        """What was given by that name, or what the rule gives, with the state of each place."""
        found = self._found.get(id_)
        if found is None:
            found = self._found[id_] = evaluate_all(self._rules[id_], self.__getitem__)
        return found
