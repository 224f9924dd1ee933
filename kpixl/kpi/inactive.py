"""The clients who have bought nothing for so long that they count as inactive: whom to call. From the rows alone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from kpixl.catalog.tables import Chained

if TYPE_CHECKING:
    from kpixl.catalog.model import Business, Measure
    from kpixl.kpi.measure import Tally

MEASURE = "clients_inactive"


@dataclass(frozen=True, slots=True)
class Inactive:
    """A client who has bought nothing for the owner's repeat interval."""

    name: str
    since: float
    """The first day as a client, a date serial."""


def counted(business: Business) -> Measure | None:
    """The measure that counts them; None in a business that does not."""
    return next((item for item in business.measures if item.name == MEASURE and item.name in business.shown), None)


def inactive(tally: Tally) -> tuple[Inactive, ...]:
    """Everyone of them once, who has been there longest first."""
    measure = counted(tally.entries.business)
    of = measure.aggregate if measure else None
    if measure is None or of is None or not tally.can_measure(measure):
        return ()
    rows = tally.entries.tables[of.table]
    assert rows is not None
    first = next((one.id for one in rows.table.calculated if isinstance(one, Chained) and one.id == "since"), "start")
    (key,) = of.distinct
    names, since, met = rows.texts[key], tally.column(of.table, first), tally.meets(measure)
    found: dict[int, Inactive] = {}
    for row, code in enumerate(tally.names(of.table, of.distinct)):
        if met[row] and (code not in found or since[row] < found[code].since):
            found[code] = Inactive(str(names[row]).strip(), float(since[row]))
    return tuple(sorted(found.values(), key=lambda one: (one.since, one.name)))
