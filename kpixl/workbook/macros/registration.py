"""The VBA by which Excel's Insert Function is told what the functions and their arguments are.

Excel forgets the help of arguments when it closes, so that it is told at every start.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from kpixl.ooxml.vba.project import literal

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kpixl.functions.describe import Description

_PIECE = 60
"""Characters of a literal in one line of VBA, which may have 1,023: a letter can become ``ChrW(…)``."""


def told(described: Sequence[Description], suffix: str = "", *, with_example: bool = False) -> str:
    """A procedure for each function that calls ``KpixlDescribe`` with its name, its help, the array of its arguments'
    texts and, if asked for, how it is written and an example."""
    lines = []
    for one in described:
        lines += [
            "",
            f"Private Sub {_procedure(one, suffix)}()",
            f"    Dim a({len(one.arguments) - 1}) As Variant, h As String",
        ]
        lines += assigned("h", one.help)
        for place, (_, text) in enumerate(one.arguments):
            lines += assigned(f"a({place})", text)
        usage = f"{one.name}({', '.join(name for name, _ in one.arguments)})"
        further = f", {literal(usage)}, {literal(one.example)}" if with_example else ""
        lines += [f'    KpixlDescribe "{one.name}", h, a{further}', "End Sub"]
    return "".join(f"{line}\n" for line in lines)


def calls(described: Sequence[Description], suffix: str = "") -> list[str]:
    """The lines that call these procedures."""
    return [f"    {_procedure(one, suffix)}" for one in described]


def assigned(variable: str, text: str) -> list[str]:
    """Lines that put a text of any letters into a variable."""
    pieces = [text[start : start + _PIECE] for start in range(0, len(text), _PIECE)] or [""]
    return [
        f"    {variable} = {f'{variable} & ' if number else ''}{literal(piece)}" for number, piece in enumerate(pieces)
    ]


def _procedure(one: Description, suffix: str) -> str:
    return f"Kpixl_{one.name}{suffix}"
