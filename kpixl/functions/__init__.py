"""The KPIs as functions: on Python's numbers (``kpixl.functions.crr(650, 200, 500)``), and as in cells (``call``).

Everything comes from the catalogue and is made when it is first asked for. Never raises for a value: a number that
cannot be had is NaN, a text None; ``call`` gives the error that Excel would show.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from kpixl.cellvalue import ExcelError as ExcelError
    from kpixl.functions.describe import descriptions as descriptions
    from kpixl.functions.dispatch import call as call


def __getattr__(name: str) -> Any:
    from kpixl.functions.python import public

    if name == "__all__":
        return sorted(public())
    try:
        return public()[name]
    except KeyError:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}") from None


def __dir__() -> list[str]:
    return list(__getattr__("__all__"))
