"""Writes rules in VBA: a function whose variables are the rules, one after the other.

Its values are Variants: Doubles, texts, truths, Empty for a blank, and errors. The module around it has the functions
that calculate with them as Excel does; none of them fails, so that what is not chosen may be computed as well.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

from kpixl.formula.calls import FUNCTIONS
from kpixl.formula.nodes import (
    And,
    Binary,
    Blank,
    Call,
    Compare,
    If,
    IsNumber,
    Name,
    Near,
    Negate,
    Node,
    Not,
    NotAvailable,
    Number,
    Or,
    Otherwise,
    Text,
    Truth,
    Wording,
)
from kpixl.formula.reduced import in_order

_LINE = 160
"""Characters from which a part gets a variable of its own: a line of VBA is short of 1,023."""
_CASES = 20
"""Ids in one line."""
_NOT_AVAILABLE = 2042
"""What CVErr makes #N/A of."""


def vba_function(
    head: str, rules: Mapping[str, Mapping[str, Node]], bind: Mapping[str, str], literal: Callable[[str], str]
) -> str:
    """The text of a private function with that ``head``, of which ``id`` is a parameter: by its value the last of the
    ``rules``, each of which comes after those that it names. ``bind`` has what stands for other names, if
    anything, and ``literal`` writes a text."""
    name = head.partition("(")[0]
    order = in_order(rules.values())
    writer = _Writer({**bind, **{id_: f"its_{id_}" for id_ in order}}, literal)
    for id_ in order:
        writer.variable = writer.names[id_] if id_ != order[-1] else name
        writer.rule(_alike((key, found.get(id_, Blank())) for key, found in rules.items()))
    declared = [
        f"    Dim {variable} As Variant" for variable in (*writer.parts, *(writer.names[id_] for id_ in order[:-1]))
    ]
    return "\n".join([f"Private Function {head} As Variant", *declared, *writer.lines, "End Function"])


def _alike(pairs: Iterable[tuple[str, Node]]) -> dict[Node, list[str]]:
    """Each rule with the ids whose it is."""
    found: dict[Node, list[str]] = {}
    for key, node in pairs:
        found.setdefault(node, []).append(key)
    return found


class _Writer:
    def __init__(self, names: Mapping[str, str], literal: Callable[[str], str]) -> None:
        self.names, self.literal = names, literal
        self.variable = ""
        self.lines: list[str] = []
        self.parts: dict[str, None] = {}
        self.indent = "    "
        self.number = 0

    def rule(self, found: Mapping[Node, Sequence[str]]) -> None:
        """A rule, or whose it is of several."""
        if len(found) == 1:
            self.assign(self.variable, self.text(*found))
            return
        self.lines.append("    Select Case id")
        for node, keys in found.items():
            for at in range(0, len(keys), _CASES):
                self.lines.append(f"        Case {', '.join(map(self.literal, keys[at : at + _CASES]))}")
                self.indent = " " * 12
                self.assign(self.variable, self.text(node))
        self.lines.append("    End Select")
        self.indent = "    "

    def assign(self, variable: str, text: str) -> None:
        self.lines.append(f"{self.indent}{variable} = {text}")
        self.number = 0

    def write(self, node: Node) -> str:
        """The text of a part; of a long one the variable that it was given."""
        text = self.text(node)
        if len(text) < _LINE:
            return text
        self.number += 1
        variable = f"part_{self.number}"
        self.parts[variable] = None
        self.lines.append(f"{self.indent}{variable} = {text}")
        return variable

    def text(self, node: Node) -> str:
        match node:
            case Number(value):
                return repr(float(value)).upper()
            case Text(value) | Wording(value):
                return self.literal(value)
            case Truth(value):
                return str(value)
            case Blank():
                return "Empty"
            case NotAvailable():
                return f"CVErr({_NOT_AVAILABLE})"
            case Name(id_):
                return self.names.get(id_, id_)
            case Negate(operand):
                return f'Calc(0.0, "-", {self.write(operand)})'
            case Binary(sign, left, right):
                return f'Calc({self.write(left)}, "{sign}", {self.write(right)})'
            case Compare(sign, left, right):
                return f'Compared({self.write(left)}, "{sign}", {self.write(right)})'
            case Near(sign, left, right):
                return f'Near({self.write(left)}, "{sign}", {self.write(right)})'
            case And(parts) | Or(parts):
                return f"Joint({isinstance(node, And)}, {self._array(parts)})"
            case Not(operand):
                return f"Chosen({self.write(operand)}, False, True)"
            case If(test, then, otherwise):
                return f"Chosen({self.write(test)}, {self.write(then)}, {self.write(otherwise)})"
            case IsNumber(operand):
                return f"Known({self.write(operand)})"
            case Otherwise(operand, instead):
                return f"Instead({self.write(operand)}, {self.write(instead)})"
            case Call("count", arguments):
                return f"Counted({self._array(arguments)})"
            case Call("choose", (index, *choices)):
                return f"Pick({self.write(index)}, {self._array(choices)})"
            case Call(function, arguments) if FUNCTIONS[function].takes == "numbers":
                return f'Called("{function}", {self._array(arguments)})'
            case _:
                raise TypeError(f"not in VBA: {node!r}")

    def _array(self, parts: Sequence[Node]) -> str:
        return f"Array({', '.join(map(self.write, parts))})"
