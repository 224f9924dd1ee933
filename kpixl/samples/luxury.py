"""A year of a concierge for the wealthy. In the last month a party for clients has brought in friends of theirs, and
answers are faster and better liked than ever; but more old clients have left, and discretion has slipped a little."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import ClassVar

from kpixl.catalog.tables import word_key
from kpixl.samples.company import REFERRAL, Company, Row, Stay
from kpixl.samples.days import cell, workdays
from kpixl.samples.plan import FIRST_MONTH, Course


@dataclass(frozen=True, slots=True)
class LuxuryMonth:
    """What is laid down for a month: how many rows, and the KPIs they come to (but for a little noise)."""

    requests: int
    tasks: int
    surveys: int
    satisfied: float
    hours_to_resolve: float
    completed: float
    revenue_per_client: int
    upsold: float
    """The share of the clients who bought an additional service in the month; it is always some of the same."""
    referred: int
    incidents: int
    """Those in which something private became known."""
    mishaps: int


PLAN = (
    LuxuryMonth(206, 290, 31, 0.81, 2.6, 0.91, 4350, 0.09, 0, 4, 5),
    LuxuryMonth(214, 296, 33, 0.85, 2.4, 0.92, 4510, 0.10, 1, 5, 3),
    LuxuryMonth(211, 301, 32, 0.84, 2.5, 0.92, 4390, 0.11, 0, 3, 4),
    LuxuryMonth(228, 322, 36, 0.86, 2.1, 0.93, 4720, 0.10, 0, 3, 2),
    LuxuryMonth(234, 330, 37, 0.89, 2.2, 0.94, 4860, 0.12, 1, 1, 3),
    LuxuryMonth(241, 337, 36, 0.86, 1.9, 0.93, 4640, 0.11, 0, 2, 4),
    LuxuryMonth(246, 348, 39, 0.87, 2.0, 0.94, 4980, 0.12, 0, 3, 2),
    LuxuryMonth(239, 341, 38, 0.84, 2.3, 0.93, 5430, 0.14, 0, 2, 5),
    LuxuryMonth(252, 356, 41, 0.88, 1.8, 0.94, 5150, 0.13, 0, 1, 3),
    LuxuryMonth(263, 367, 42, 0.90, 1.9, 0.95, 4890, 0.12, 1, 3, 2),
    LuxuryMonth(270, 372, 43, 0.885, 1.75, 0.94, 5020, 0.13, 0, 2, 4),
    LuxuryMonth(288, 381, 46, 0.913, 1.6, 0.95, 5210, 0.11, 4, 3, 3),
)
"""The last month is the period itself."""

_JOINED = {-24: 2, -23: 2, -22: 2, -21: 1, -20: 2, -19: 2, -18: 3, -17: 1, -16: 2, -15: 2, -14: 2, -13: 2, -12: 2,
           -11: 2, -10: 2, -9: 3, -8: 2, -7: 3, -6: 2, -5: 3, -4: 1, -3: 2, -2: 4, -1: 3, 0: 8}  # fmt: skip
_LEFT = ((None, -24), (None, -23), (None, -22), (None, -22), (None, -21), (None, -20), (None, -19), (None, -18),
         (None, -18), (None, -17), (-23, -17), (None, -16), (None, -15), (-21, -15), (None, -14), (None, -14),
         (-20, -13), (None, -13), (-18, -13), (None, -15), (None, -12),
         (None, -11), (-19, -10), (None, -9), (-18, -8), (None, -7), (None, -6), (-16, -6), (None, -5),
         (None, -4), (-15, -3), (None, -2), (-14, -2), (None, -1), (-13, 0), (None, 0),
         (-11, -8), (-10, -6), (-9, -5), (-8, -4), (-9, -3), (-7, -2), (-6, -1), (-5, -1), (-5, 0))  # fmt: skip
COURSE = Course(
    old_clients=46,
    old_clients_since=(-70, -26),
    joined=_JOINED,
    left=_LEFT,
    assistants_since=(-64, -51, -38, -30, -17, -10, -6, -2),
    assistants_left={3: -4},
    services_since=(-74, -74, -74, -66, -60, -47, -41, -28, -18, -8),
    service_ended=(7, -6),
)

TARGETS = {"crr": 0.75, "art": 1.75, "css": 0.9, "discretion": 0.005, "referral": 0.15}

_RETAINERS = (2400, 3100, 3900, 5600)
"""What clients pay a month, by the work that they bring."""
_LATE_FEE = 75
_ASKS_FOR_MORE = 1.45
"""Who brings so much work buys additional services now and then; the others never do."""


class Luxury(Company):
    """All rows of one concierge for the last twelve months."""

    course: ClassVar = COURSE
    open_at_the_end: ClassVar = 3

    def client_name(self, language: int) -> str:
        """Clients are people."""
        return self.names.person(language)

    def source_of(self, start: date, earlier: Sequence[Stay]) -> int:
        """A recommendation for as many of each month's new clients as planned."""
        month = (start.year - self.period.start.year) * 12 + start.month - self.period.start.month
        if month < FIRST_MONTH:
            return self.source()
        first = start.replace(day=1)
        referred = sum(stay.start >= first and stay.source == REFERRAL for stay in earlier)
        if referred < PLAN[month - FIRST_MONTH].referred:
            return REFERRAL
        return self.random.randrange(REFERRAL + 1, len(self.words.sources))

    def kept(self) -> dict[str, list[Row]]:
        """Clients, assistants and services since ever; and what was bought besides in the year before."""
        months = range(2 * FIRST_MONTH, FIRST_MONTH)
        return {**super().kept(), "sales": [row for month in months for row in self._besides(month)]}

    def _besides(self, month: int) -> list[Row]:
        days = workdays(self.first(month), self.first(month + 1))
        bought = self._buyers(self._served(days), PLAN[0].upsold)
        return [self._sale(self._day_with(one, days), one, "additional", one.service, 1500.0) for one in bought]

    def _served(self, days: Sequence[date]) -> list[Stay]:
        return [stay for stay in self.stays if stay.start <= days[-1] and (stay.end is None or stay.end >= days[0])]

    def _buyers(self, served: Sequence[Stay], share: float) -> list[Stay]:
        """The share of the clients who buy an additional service in a month."""
        fond = [stay for stay in served if stay.weight > _ASKS_FOR_MORE]
        return self.random.sample(fond, min(len(fond), round(share * len(served))))

    def log(self, month: int, days: Sequence[date]) -> Mapping[str, Sequence[Row]]:
        """Requests, tasks, surveys, sales and incidents of a month."""
        plan = PLAN[month - FIRST_MONTH]
        return {
            "requests": self.requests(plan.requests, plan.hours_to_resolve, days),
            "tasks": self.tasks(plan.tasks, plan.completed, days),
            "surveys": self.surveys(plan.surveys, plan.satisfied, days),
            "sales": self._sales(plan, days),
            "incidents": self._incidents(plan, days),
        }

    def _sales(self, plan: LuxuryMonth, days: Sequence[date]) -> list[Row]:
        """A retainer for each client, fees for bookings, and additional services for the planned share of clients.

        The additional services bring in what is left of the planned revenue.
        """
        served = self._served(days)
        rows = []
        for stay in served:
            new = stay.start >= days[0]
            day = stay.start if new else min(self.random.choice(days[:5]), stay.end or days[-1])
            retainer = _RETAINERS[int((stay.weight - 0.4) / 1.6 * len(_RETAINERS))]
            rows.append(self._sale(day, stay, "new_sales" if new else "subscriptions", stay.service, retainer))
        for stay in self.random.choices(served, k=len(served) // 3):
            fee = 10 * self.random.randint(9, 60)
            rows.append(self._sale(self._day_with(stay, days), stay, "service_fees", 1, fee))
        late = self.random.sample(served, self.random.randint(0, 2))
        rows += [self._sale(self._day_with(stay, days), stay, "late_fees", stay.service, _LATE_FEE) for stay in late]
        bought = self._buyers(served, plan.upsold)
        bought += self.random.sample(bought, len(bought) // 4)
        left = plan.revenue_per_client * len(served) - sum(float(row["amount"] or 0) for row in rows)
        shares = [self.random.uniform(0.3, 2) for _ in bought]
        for stay, share in zip(bought, shares, strict=True):
            amount = 10 * max(15, round(left * share / sum(shares) / 10))
            rows.append(self._sale(self._day_with(stay, days), stay, "additional", self._offered(days[0]), amount))
        return sorted(rows, key=lambda row: row["date"] or 0)

    def _sale(self, day: date, stay: Stay, kind: str, service: int, amount: float) -> Row:
        return {
            "date": cell(day),
            "client": stay.client,
            "kind": self.choices[word_key("sales", "kind", kind)],
            "service": self.trade.services[service],
            "amount": float(amount),
        }

    def _incidents(self, plan: LuxuryMonth, days: Sequence[date]) -> list[Row]:
        kinds = [("yes", self.trade.incidents)] * plan.incidents + [("no", self.trade.mishaps)] * plan.mishaps
        rows: list[Row] = []
        for discretion, descriptions in kinds:
            day = self.random.choice(days)
            rows.append(
                {
                    "date": cell(day),
                    "client": self.client(day, day).client,
                    "assistant": self.assistant(day),
                    "discretion": self.choices[word_key("incidents", "discretion", discretion)],
                    "description": self.random.choice(descriptions),
                }
            )
        return sorted(rows, key=lambda row: row["date"] or 0)

    def _day_with(self, stay: Stay, days: Sequence[date]) -> date:
        """A day of the month on which the client was there."""
        return self.random.choice([day for day in days if stay.holds(day, day)])

    def _offered(self, day: date) -> int:
        """A service that was offered on a day."""
        return self.random.choice([i for i, (_, start, end) in enumerate(self.services)
                                   if start <= day and not (end and end < day)])  # fmt: skip


MAKER = Luxury
