"""The KPIs of a pack as a page to hand to a client: what each says, how it is counted, and who says what is good."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from kpixl.errors import N_
from kpixl.report import charts
from kpixl.report.page import frame
from kpixl.texts.render import rendered
from kpixl.texts.words import LEVELS, kpi_title

if TYPE_CHECKING:
    from kpixl.catalog.model import Business, BusinessKpi
    from kpixl.catalog.pack import Pack, PackKpi
    from kpixl.i18n import Language

TITLE = N_("The KPIs and what they say")


def pack_html(owner: Business, pack: Pack, t: Language, *, now: datetime) -> str:
    """The whole page, in the language of ``t``."""
    return rendered(
        "pack.html.j2",
        **frame(t, now, ""),
        size=charts.SIZE,
        widest=0,
        company=t(owner.name),
        period=t(TITLE),
        kpis=[_shown(kpi, pack.kpis[kpi.id], pack, t) for kpi in owner.kpis],
        sheets=[{"title": t(table.title), "help": t(table.help)} for table in owner.tables],
    )


def _shown(kpi: BusinessKpi, said: PackKpi, pack: Pack, t: Language) -> dict[str, Any]:
    texts, unit = kpi.texts, kpi.kpi.unit
    measures = {argument.name: t(argument.measure.label) for argument in kpi.arguments}
    return {
        "id": kpi.id,
        "title": kpi_title(kpi, t),
        "definition": t(texts.definition),
        "formula": kpi.kpi.formula,
        "measures": list(measures.items()),
        "better": t(N_("More is better.") if kpi.kpi.direction == "up" else N_("Less is better.")),
        "levels": [
            (t(LEVELS[level]), f"{edge.comparison} {t.number(edge.value, unit)}")
            for level in LEVELS
            if (edge := kpi.threshold(level))
        ],
        "published": t(texts.published),
        "reading": t(texts.reading),
        "source": t(texts.source),
        "dated": said.dated or pack.dated or "",
        "link": said.link or "",
        "example": t.number(kpi.example.value, unit),
        "numbers": [(measures[name], t.plain(value)) for name, value in kpi.example.arguments.items()],
        "lists": [
            (t(heading), [t(one) for one in items])
            for heading, items in (
                (N_("What it is good for"), texts.benefits),
                (N_("Limits"), texts.limits),
                (N_("Tips"), texts.tips),
                (N_("Cautions"), texts.cautions),
            )
            if items
        ],
    }
