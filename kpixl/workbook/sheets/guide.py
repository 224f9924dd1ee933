"""Guide: how to read the figures; then what each KPI means, how it is computed and where its benchmark comes from."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kpixl import palette
from kpixl.catalog.model import value_formula, with_parts
from kpixl.catalog.settings import DOLLAR
from kpixl.errors import N_
from kpixl.kpi.traits import GRADED
from kpixl.texts.words import LEVELS, WINDOWS, listed, measure_label, named
from kpixl.workbook import style
from kpixl.workbook.grid import Cell, Cells, Context, label, static

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kpixl.catalog.model import Business, BusinessKpi
    from kpixl.i18n import Language

COLUMNS = {"heading": "", "text": ""}
WIDTHS = {"heading": 24, "text": 118}

PARTS = {
    "definition": N_("What it says"),
    "benefits": N_("What it is good for"),
    "bands": N_("Levels"),
    "tips": N_("Tips"),
    "cautions": N_("Caution"),
    "limits": N_("Limits"),
    "formula": N_("Formula"),
    "measures": N_("Measures"),
    "example": N_("Worked example"),
    "window": N_("Graded over"),
    "published": N_("Published benchmark"),
    "reading": N_("How we read it"),
    "source": N_("Source"),
}
"""In the order in which an owner asks: what is it, how do I stand, what do I do, how is it computed, where does the
benchmark come from."""
HOW, CHANCE = N_("How to read the figures"), N_("What is sure, what is chance, and what is to be expected")
READING = {
    "levels": (
        N_("Levels"),
        (
            N_(
                "Levels compare your figures with published benchmarks: below benchmark, typical, above average, "
                "exceptional."
            ),
            N_(
                "Most benchmarks come from the United States; take them as a guide, and set your own targets on the "
                "KPIs sheet."
            ),
            N_("A KPI without a published benchmark stands against your target, else against the previous period."),
        ),
    ),
    "sure": (
        N_("How sure"),
        (
            N_(
                "A few answers can be good or bad by chance. “Likely from … to …” is an interval of 95%: the same way "
                "of working could as well have brought any figure in it."
            ),
            N_(
                "It is taken after Wilson (1927) for shares, by the adjusted Wald method (Rocks, 2016) for the Net "
                "Promoter Score, and by Student’s t (1908) for averages; other KPIs have none."
            ),
            N_(
                "“Small sample” means that the interval reaches into another level, or to the other side of your "
                "target: wait for more cases before you act on the level."
            ),
            N_("With fewer cases than “Fewest cases to grade” in Settings, a KPI is shown but not graded."),
        ),
    ),
    "signal": (
        N_("Signal or noise"),
        (
            N_(
                "Every figure goes up and down a little from period to period. Its usual range is the mean of up to "
                "eleven closed periods, and 2.66 times the average step from one period to the next on either side of "
                "it: the XmR chart of Shewhart and Wheeler."
            ),
            N_(
                "A figure outside that range, or the eighth in a row on one side of the mean, is a signal (◆): look "
                "for what has changed. All else is normal variation and needs no explanation."
            ),
            N_(
                "No signal is shown with fewer than six closed periods, for KPIs graded over several months, whose "
                "periods overlap, or while the period still runs."
            ),
        ),
    ),
    "pace": (
        N_("Pace"),
        (
            N_(
                "Revenue, complaints and the like build up. From a third of the period on, the forecast is where they "
                "will stand at its end if it goes on as the closed ones did; it takes three of those."
            ),
            N_(
                "Where no benchmark is published, it is the forecast that stands against your target or the previous "
                "period."
            ),
            N_("“Target to date” is where it would stand today on its way to your target: on track is that or better."),
            N_("“Entered up to” in Settings says which day is the last with complete entries; blank means today."),
        ),
    ),
    "step": (
        N_("What it takes"),
        (
            N_(
                "How much more or less of one figure would reach the next level if everything else stayed as it is; "
                "the sheet “What if” lets you try more than that."
            ),
        ),
    ),
    "together": (
        N_("Cautions"),
        (
            N_(
                "Some KPIs mislead when they are read alone: faster answers are no good news while satisfaction "
                "falls. What they say only together stands at the top of the dashboard."
            ),
            N_("✖ asks you to act now, ! is a warning, ★ is good news."),
        ),
    ),
    "blank": (
        N_("Blanks and colors"),
        (
            N_("Blank stays blank: a figure without its denominator is not shown as zero, and the sheet says why."),
            N_("Yellow cells are yours. Everything else is computed; results sheets are protected without a password."),
        ),
    ),
}
"""What every figure is read by: a heading, and the lines beside it."""
LAST = ("pace", "signal", "sure")
"""What is of statistics, and comes last."""


def rows(business: Business) -> tuple[str, ...]:
    """Ids of the block's rows."""
    reading = tuple(f"how_{part}" for part in READING if part not in LAST)
    parts = tuple(f"{kpi.id}_{part}" for kpi in business.kpis for part in ("name", *PARTS, "space"))
    return ("title", "space", "how", *reading, *parts, "chance", *(f"how_{part}" for part in LAST))


def hidden_rows(c: Context) -> set[str]:
    """The pages of KPIs that are switched off, and of the others what nothing is said of."""
    off = {f"{kpi}_{part}" for kpi in c.scorecard.entries.off for part in ("name", *PARTS, "space")}
    return off.union(*({f"{kpi.id}_{part}" for part in _unsaid(kpi)} for kpi in c.business.kpis))


def _unsaid(kpi: BusinessKpi) -> Iterator[str]:
    if not kpi.thresholds:
        yield "bands"
    if not kpi.texts.cautions and not kpi.alerts:
        yield "cautions"
    yield from (part for part in ("benefits", "tips", "limits") if not any(getattr(kpi.texts, part)))


def cells(c: Context) -> Cells:
    """Every cell of the block."""
    found: dict[tuple[str, str], Cell] = {
        ("title", "heading"): label(c.titles["guide"], style.TITLE),
        ("how", "heading"): label(c.t(HOW), NAME),
        ("how", "text"): label(None, NAME),
        ("chance", "heading"): label(c.t(CHANCE), NAME),
        ("chance", "text"): label(None, NAME),
    }
    for part, (heading, sentences) in READING.items():
        found[f"how_{part}", "heading"] = label(c.t(heading), HEAD)
        found[f"how_{part}", "text"] = label("\n".join(map(c.t, sentences)), BODY)
    for kpi in c.business.kpis:
        found[f"{kpi.id}_name", "heading"] = label(f"{c.t(kpi.abbreviation)} · {c.t(kpi.name)}", NAME)
        found[f"{kpi.id}_name", "text"] = label(None, NAME)
        for part, text in guide_texts(kpi, c.t).items():
            found[f"{kpi.id}_{part}", "heading"] = label(c.t(PARTS[part]), HEAD)
            follows = part in ("formula", "measures", "window")  # the window that the owner chose
            found[f"{kpi.id}_{part}", "text"] = static(text, BODY) if follows else label(text, BODY)
    return found


NAME = style.Style(size=13, bold=True, colour=palette.ACCENT, rule=palette.FAINT)
_SIGNS = {">=": "≥", ">": ">", "<=": "≤", "<": "<"}
HEAD = style.Style(bold=True, colour=palette.MUTED, vertical="top")
BODY = style.Style(wrap=True, vertical="top")


def guide_texts(kpi: BusinessKpi, t: Language) -> dict[str, str]:
    """Every part of a KPI's page in the Guide; parts without text are left out."""
    unit, texts = kpi.kpi.unit, kpi.texts
    notes = "".join(f"\n{t(part.note)}" for a in kpi.arguments for part in with_parts(a.measure) if part.note)
    measures = listed((named(one.measure.name, measure_label(one.measure, t), t) for one in kpi.arguments), t)
    given = kpi.example.arguments.items()
    example = listed((named(t(kpi.argument(name).label), t.plain(value), t) for name, value in given), t)
    example += f" → {t.number(kpi.example.value, unit, DOLLAR)}"
    bands = listed(
        (
            f"{t(LEVELS[level])} {_SIGNS[threshold.comparison]} {t.number(threshold.value, unit, DOLLAR)}"
            for level in GRADED
            if (threshold := kpi.threshold(level))
        ),
        t,
    )
    found = {
        "definition": t(texts.definition),
        "formula": f"={value_formula(kpi)}",
        "measures": measures + notes,
        "example": f"{example}. {t(kpi.example.note)}" if kpi.example.note else example,
        "window": t(WINDOWS[kpi.window]),
        "published": t(texts.published),
        "bands": bands,
        "reading": t(texts.reading),
        "source": t(texts.source),
        "benefits": _list(texts.benefits, t),
        "limits": _list(texts.limits, t),
        "cautions": _list((*texts.cautions, *(rule.text for rule in kpi.alerts)), t),
        "tips": _list(texts.tips, t),
    }
    return {part: text for part, text in found.items() if text}


def _list(items: tuple[str, ...], t: Language) -> str:
    return "\n".join(f"• {t(item)}" for item in items if item)
