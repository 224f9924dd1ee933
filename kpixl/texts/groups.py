"""What is said of groups: the breakdown by assistant, client or service, and the few that bring most of a total."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kpixl.errors import N_
from kpixl.kpi.breakdown import GroupResult, Section
from kpixl.kpi.pareto import Part, Ranking
from kpixl.texts.words import SHAPES, level_word

if TYPE_CHECKING:
    from kpixl.catalog.model import BusinessKpi
    from kpixl.i18n import Language

ORDER = N_("Where there are levels, the worst group comes first and small groups last; elsewhere the largest.")

FEW = N_("too few cases")


def title(section: Section, t: Language) -> str:
    """What stands above a section: that it is by assistant, by client…"""
    return t(section.about.title)


def heading(section: Section, t: Language) -> str:
    """What the groups of a section are."""
    return t(section.about.heading)


def has_level(result: GroupResult, kpi: BusinessKpi) -> bool:
    """Whether something is said of the level of a group's value: what it is, that it is none, or too few cases."""
    return bool(kpi.thresholds) or result.level is not None or result.few


def level_shown(result: GroupResult, t: Language) -> str:
    """The level of a group with its shape; with too few cases, that they are."""
    return f"{SHAPES[None]} {t(FEW)}" if result.few else level_word(result.level, t)


def section_note(section: Section, t: Language) -> str | None:
    """What is to be known of a section: that it is empty, or does not show or count everything."""
    notes = []
    if not section.groups:
        notes.append(t(N_("No rows in this period.")))
    if section.left_out:
        notes.append(t(N_("{count} more with fewer cases are not shown.")).format(count=section.left_out))
    if section.typed:
        notes.append(t(N_("A typed total is in force: these rows do not add up to it.")))
    return " ".join(notes) or None


def part_name(part: Part, t: Language) -> str:
    """What a part of a total is called."""
    if part.others:
        return t(N_("other ({count})")).format(count=t.number(part.others))
    return part.name or t(N_("(blank)"))


def ranking_text(ranking: Ranking, t: Language) -> str | None:
    """The sentence above a chart: the fewest groups that bring 80 %. None where there are none."""
    if not ranking.parts:
        return None
    return t(ranking.pareto.text).format(vital=t.number(ranking.vital), groups=t.number(ranking.groups))


def ranking_note(ranking: Ranking, t: Language) -> str | None:
    """What is to be known of the shares: that there are none, or what they do not count or count as one."""
    notes = []
    if not ranking.parts and not ranking.left_out and not ranking.unnamed:
        notes.append(t(N_("No rows in this period.")))
    if ranking.left_out:
        notes.append(t(N_("Not above zero, and so without a share: {count}.")).format(count=ranking.left_out))
    if ranking.unnamed and ranking.parts:
        notes.append(t(N_("Rows without a name count as one group.")))
    elif ranking.unnamed:
        notes.append(t(N_("No row of this period has a name to group it by.")))
    if ranking.typed:
        notes.append(t(N_("A typed total is in force: these rows do not add up to it.")))
    return " ".join(notes) or None
