"""What cautions say: their shapes, their urgency in a word, their sentences with the owner's figures."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kpixl.errors import N_
from kpixl.message import Message, Shown

if TYPE_CHECKING:
    from kpixl.i18n import Language
    from kpixl.kpi.cautions import Caution, Severity
    from kpixl.kpi.result import Result

SIGNS: dict[Severity, str] = {"act_now": "✖", "warning": "!", "good": "★"}
"""The shape that stands before the text of a caution."""
URGENCY: dict[Severity, str] = {"act_now": N_("act now"), "warning": N_("warning"), "good": N_("good news")}
"""How urgent one is, for those who do not see the shape."""


def caution_text(caution: Caution, t: Language) -> str:
    """What a caution says, with the values as the owner reads them."""
    values = {one.kpi.id: Shown(one.value, one.kpi.kpi.unit, caution.currency) for one in caution.results}
    return Message(caution.id, caution.rule.text, values).text(t)


def caution_beside(caution: Caution, t: Language) -> str:
    """What it says on a sheet, where the values stand in cells beside."""
    return t(caution.rule.beside) if caution.rule.beside else caution_text(caution, t)


def caution_line(caution: Caution, t: Language) -> str:
    """The same behind its shape."""
    return f"{SIGNS[caution.severity]} {caution_text(caution, t)}"


def caution_line_beside(caution: Caution, t: Language) -> str:
    """The same on a sheet."""
    return f"{SIGNS[caution.severity]} {caution_beside(caution, t)}"


def alert_text(result: Result, t: Language) -> str:
    """What a KPI's own value calls for; empty where that is nothing."""
    return t(result.alert.text) if result.alert else ""
