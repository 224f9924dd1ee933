"""Guide: what each KPI means, how it is computed, where its benchmark comes from and how to read it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kpixl.catalog.model import with_parts
from kpixl.errors import N_
from kpixl.score import GRADED
from kpixl.settings import DOLLAR
from kpixl.words import LEVELS, WINDOWS, measure_label
from kpixl.workbook import style
from kpixl.workbook.formulas import value_formula
from kpixl.workbook.grid import Cell, Cells, Context, label, static

if TYPE_CHECKING:
    from kpixl.catalog.model import Business, BusinessKpi
    from kpixl.i18n import Language

COLUMNS = {"heading": "", "text": ""}
WIDTHS = {"heading": 24, "text": 118}

PARTS = {
    "definition": N_("What it says"),
    "formula": N_("Formula"),
    "measures": N_("Measures"),
    "example": N_("Worked example"),
    "window": N_("Graded over"),
    "published": N_("Published benchmark"),
    "bands": N_("Levels"),
    "reading": N_("How we read it"),
    "source": N_("Source"),
    "benefits": N_("What it is good for"),
    "limits": N_("Limits"),
    "cautions": N_("Caution"),
    "tips": N_("Tips"),
}
NOTES = (
    N_("Levels compare your figures with published benchmarks: below benchmark, typical, above average, exceptional."),
    N_(
        "Most benchmarks come from the United States; take them as a guide, and set your own targets on the KPIs sheet."
    ),
    N_("Blank stays blank: a figure without its denominator is not shown as zero, and the sheet says why."),
    N_("Yellow cells are yours. Everything else is computed; results sheets are protected without a password."),
)


def rows(business: Business) -> tuple[str, ...]:
    """Ids of the block's rows."""
    notes = tuple(f"note_{number}" for number in range(len(NOTES)))
    parts = tuple(f"{kpi.id}_{part}" for kpi in business.kpis for part in ("name", *PARTS, "space"))
    return ("title", *notes, "space", *parts)


def cells(c: Context) -> Cells:
    """Every cell of the block."""
    found: dict[tuple[str, str], Cell] = {("title", "heading"): label(c.titles["guide"], style.TITLE)}
    for number, note in enumerate(NOTES):
        found[f"note_{number}", "heading"] = label(c.t(note), style.Style())
    for kpi in c.business.kpis:
        found[f"{kpi.id}_name", "heading"] = label(f"{c.t(kpi.abbreviation)} · {c.t(kpi.name)}", NAME)
        found[f"{kpi.id}_name", "text"] = label(None, NAME)
        for part, text in guide_texts(kpi, c.t).items():
            found[f"{kpi.id}_{part}", "heading"] = label(c.t(PARTS[part]), HEAD)
            follows = part in ("formula", "measures", "window")  # the window that the owner chose
            found[f"{kpi.id}_{part}", "text"] = static(text, BODY) if follows else label(text, BODY)
    return found


NAME = style.Style(size=13, bold=True, colour=style.ACCENT, rule=style.FAINT)
_SIGNS = {">=": "≥", ">": ">", "<=": "≤", "<": "<"}
HEAD = style.Style(bold=True, colour=style.MUTED, vertical="top")
BODY = style.Style(wrap=True, vertical="top")


def guide_texts(kpi: BusinessKpi, t: Language) -> dict[str, str]:
    """Every part of a KPI's page in the Guide; parts without text are left out."""
    unit = kpi.kpi.unit
    notes = "".join(f"\n{t(part.note)}" for a in kpi.arguments for part in with_parts(a.measure) if part.note)
    measures = "; ".join(f"{argument.measure.name}: {measure_label(argument.measure, t)}" for argument in kpi.arguments)
    example = "; ".join(
        f"{t(kpi.argument(name).label)}: {t.plain(value)}" for name, value in kpi.example.arguments.items()
    )
    example += f" → {t.number(kpi.example.value, unit, DOLLAR)}"
    bands = "; ".join(
        f"{t(LEVELS[level])} {_SIGNS[threshold.comparison]} {t.number(threshold.value, unit, DOLLAR)}"
        for level in GRADED
        if (threshold := kpi.threshold(level))
    )
    texts = {
        "definition": t(kpi.definition),
        "formula": f"={value_formula(kpi)}",
        "measures": measures + notes,
        "example": f"{example}. {t(kpi.example.note)}" if kpi.example.note else example,
        "window": t(WINDOWS[kpi.window]),
        "published": t(kpi.published),
        "bands": bands,
        "reading": t(kpi.reading),
        "source": t(kpi.source),
        "benefits": _list(kpi.benefits, t),
        "limits": _list(kpi.limits, t),
        "cautions": _list((*kpi.cautions, kpi.alert), t),
        "tips": _list(kpi.tips, t),
    }
    return {part: text for part, text in texts.items() if text}


def _list(items: tuple[str, ...], t: Language) -> str:
    return "\n".join(f"• {t(item)}" for item in items if item)
