"""A year of a facility-service company whose customers recommend it more and more, so that it wins them ever cheaper.

Counts, revenue and costs are laid down by month; days, names and prices are drawn, from a random stream of its own.
The years before are there for the clients alone, whose list is kept.
"""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from kpixl.samples.days import cell, workday_after, workday_before
from kpixl.samples.phrases import REFERRAL, Client, Drawn, Row

if TYPE_CHECKING:
    from kpixl.catalog.model import Business
    from kpixl.entries import Value
    from kpixl.period import Period


@dataclass(frozen=True, slots=True)
class _Month:
    """What is laid down for a month."""

    leads: int
    qualified: int
    converted: int
    """Of the qualified leads, those that became clients in the same month."""
    later: int
    """Those that became clients in the following month."""
    referred: int
    """Leads from existing clients; the invited who became clients are among them."""
    invitations: int
    invited: int
    """Of the invited, those that became clients."""
    left: int
    complaints: int
    escalated: int
    revenue: int
    acquisition: int
    """What a new client costs in sales and marketing."""


_PLAN = (
    _Month(24, 14, 3, 1, 3, 8, 1, 1, 17, 3, 19840, 128),
    _Month(22, 14, 3, 0, 3, 9, 2, 2, 16, 2, 20310, 121),
    _Month(27, 17, 4, 1, 2, 9, 1, 1, 18, 4, 20120, 124),
    _Month(23, 14, 3, 0, 4, 10, 2, 1, 15, 2, 21230, 112),
    _Month(25, 16, 4, 1, 3, 11, 2, 1, 16, 3, 21890, 116),
    _Month(28, 17, 4, 0, 4, 12, 2, 1, 14, 2, 21700, 105),
    _Month(29, 19, 5, 1, 4, 13, 3, 2, 15, 3, 22840, 108),
    _Month(31, 19, 5, 1, 5, 14, 3, 0, 13, 1, 23560, 99),
    _Month(30, 20, 5, 0, 5, 15, 3, 1, 14, 2, 23310, 101),
    _Month(33, 22, 6, 1, 5, 17, 4, 1, 15, 3, 24720, 93),
    _Month(34, 22, 6, 1, 6, 18, 4, 1, 13, 2, 25580, 89),
    _Month(36, 24, 7, 0, 6, 20, 5, 1, 12, 2, 26430, 85),
)
"""The last month is the period itself, and who will still become a client after it is not known."""

TARGETS = {
    "cac": 80.0,
    "churn": 0.08,
    "conversion": 0.28,
    "revenue": 26000.0,
    "kept": 0.92,
    "complaints": 10.0,
    "netcash": 1500.0,
}

TYPED = {"operating_cash_flow": 4360.0, "working_capital_increase": 640.0}
"""The totals of the sample's month that no table holds and an owner has from the bookkeeper."""

_CASH = ((3310, -220), (3420, 180), (3290, 410), (3640, -150), (3710, 260), (3690, 90), (3830, 520), (3970, -340),
         (3880, 210), (4060, 470), (4230, -180))  # fmt: skip
PAST_TYPED: Mapping[int, Mapping[str, float]] = {
    back: {"operating_cash_flow": float(flow), "working_capital_increase": float(increase)}
    for back, (flow, increase) in zip(range(len(_CASH), 0, -1), _CASH, strict=True)
}
"""The same for the closed months, by how many months before the period they lie."""

# Months are counted back from the period, which is month 0.
_FIRST = 1 - len(_PLAN)
_YEARS_BEFORE = ((30, 2), (34, 9), (38, 14), (42, 18), (46, 15))
"""How many clients joined and left in the years before, spread over their months."""
_BEGAN = _FIRST - 12 * len(_YEARS_BEFORE)
_EMPLOYEES_SINCE = (-71, -71, -66, -58, -52, -47, -41, -36, -29, -24, -18, -13, -7, -2)
_EMPLOYEES_LEFT = {3: -19, 8: -5}
"""Place of an employee who left, and when."""
_SERVICES_SINCE = (-71, -71, -60, -48, -22, -71, -40, -65)

_CONTRACT_WEIGHTS = (46, 28, 13, 13)
_ON_REQUEST = 3
"""The place of the contract under which a client orders single jobs, and pays nothing by the month."""
_MONTHLY = (70.0, 90.0, 110.0, 130.0, 160.0, 210.0)
_MONTHLY_WEIGHTS = (22, 26, 22, 15, 10, 5)
_JOBS = (60.0, 75.0, 90.0, 120.0, 150.0)
_SERVICE_WEIGHTS = (30, 34, 14, 14, 8)
"""Of the services that are done under contract."""
_SINGLE_JOBS = (5, 6, 7)
_EXTRAS = (("service_fees", 48), ("additional", 37), ("other", 15))
_OVERDUE = ((3, "interest", 4, 19), (5, "late_fees", 10, 30))
"""How often clients pay for paying late: rows at most, kind of revenue, least and largest amount."""
_WENT_QUIET = (-15, -13, -12, -10, -9, -8, -6, -5, -4)
"""When a client who orders single jobs stopped ordering without leaving."""

_LANGUAGE_WEIGHTS = (0.66, 0.16, 0.1, 0.08)
_SOURCE_WEIGHTS = (0, 30, 27, 16, 8, 19)
"""Of clients whom nobody recommended."""
_REFERRED = 0.3
_REASON_WEIGHTS = (14, 22, 9, 8, 7, 8, 10, 9, 5, 8)
_RESOLUTION_WEIGHTS = (34, 22, 14, 8, 6, 6, 10)

_SCORE_WEIGHTS = (3, 5, 12, 34, 46)
_RECOMMENDS = {1: (0, 3), 2: (2, 6), 3: (5, 8), 4: (7, 10), 5: (8, 10)}
"""What those who give a score answer when they are asked whether they would recommend the company."""

_MARKETING_WEIGHTS = (40, 10, 14, 20, 6, 10)
_CHANNELS = (2, 3, 1, None, 4, 0)
"""The source that each marketing expense is to bring customers from."""
_TALKERS = 2
"""So many of the employees who have been there longest talk with leads."""
_OPERATING = 0.805
"""Of the revenue; what is not laid down here is spent on wages."""
_BILLS = ((1, 0.052, 0.008), (2, 0.041, 0.006), (3, 0.03, 0.0), (4, 0.004, 0.0005), (5, 0.011, 0.0), (6, 0.012, 0.005),
          (7, 0.005, 0.003))  # fmt: skip
"""Place of an operating expense, its share of the revenue, and how far that goes up and down."""
_INVESTMENTS = {-10: ((1, 640),), -7: ((2, 7900),), -4: ((3, 780),), -2: ((5, 1150),), 0: ((0, 1740), (1, 210))}
_OTHERS = ((0, 18, 26), (1, 140, 170))
_NOW_AND_THEN = {-9: (3, 45), -5: (2, 200), -1: (3, 60), 0: (2, 150)}


@dataclass(slots=True, kw_only=True)
class _Customer(Client):
    """A client with what it ordered. ``service`` and ``contract`` are places in lists."""

    service: int
    contract: int
    monthly: float
    quiet: int | None = None
    """The month from which on a client of single jobs orders nothing any more."""


class Service(Drawn):
    """All rows of the company: of the last twelve months, and of its clients, employees and services since ever."""

    def __init__(self, business: Business, period: Period, language: str) -> None:
        super().__init__(business, period, language)
        self.employees = [
            (self.names.person(0), self.days(since)[0], self.days(gone)[-1] if gone is not None else None)
            for since, gone in ((since, _EMPLOYEES_LEFT.get(i)) for i, since in enumerate(_EMPLOYEES_SINCE))
        ]
        self.customers: list[_Customer] = []
        self.logs: dict[str, list[Row]] = {
            "leads": [],
            "invitations": [],
            "sales": [],
            "expenses": [],
            "complaints": [],
            "surveys": [],
        }
        self._answers = random.Random(f"{business.id} {period} surveys")
        self._coming: list[tuple[str, int, date, int]] = []
        for month in range(_BEGAN, 1):
            self._live(month)

    def rows(self) -> dict[str, dict[str, list[Value]]]:
        """The rows of every table by field, dates as serials."""
        services = zip(self.phrases.services, _SERVICES_SINCE, strict=True)
        return self.columns(
            {
                **self.logs,
                "clients": [
                    self._client_row(place, customer)
                    for place, customer in enumerate(sorted(self.customers, key=lambda c: c.start))
                ],
                "assistants": [
                    {"assistant": n, "start": cell(since), "end": cell(gone)} for n, since, gone in self.employees
                ],
                "services": [{"service": name, "start": cell(self.first(since))} for name, since in services],
            }
        )

    def _live(self, month: int) -> None:
        """One month: who leaves, who comes, who goes quiet; and what is written down about it."""
        days = self.days(month)
        if month < _FIRST:
            year, place = divmod(month - _BEGAN, 12)
            joined, left = (n * (place + 1) // 12 - n * place // 12 for n in _YEARS_BEFORE[year])
            self._leave(days, left)
            for _ in range(joined):
                self._join(*self._name(), self.random.choice(days), self._origin())
        else:
            plan = _PLAN[month - _FIRST]
            self._leave(days, plan.left)
            self._leads(plan, days)
        if month in _WENT_QUIET:
            self._fall_quiet(month)
        if month >= _FIRST:
            self._sales(plan, month, days)
            self._expenses(plan, month, days)
            self._complaints(plan, days)
            self._surveys(days)

    # Clients

    def _join(self, name: str, language: int, start: date, source: int) -> None:
        contract = self.place(_CONTRACT_WEIGHTS)
        regular = self.place(_SERVICE_WEIGHTS)
        offered = [i for i in (regular, 0, 1) if self.first(_SERVICES_SINCE[i]) <= start]
        single = self.random.choice([i for i in _SINGLE_JOBS if self.first(_SERVICES_SINCE[i]) <= start])
        monthly = self.random.choices(_MONTHLY, _MONTHLY_WEIGHTS)[0]
        self.customers.append(
            _Customer(
                name=name,
                start=start,
                language=language,
                source=source,
                service=single if contract == _ON_REQUEST else offered[0],
                contract=contract,
                monthly=0.0 if contract == _ON_REQUEST else monthly,
            )
        )

    def _leave(self, days: Sequence[date], count: int) -> None:
        """``count`` of the clients under contract leave: nobody in the first half year, few before a year is over."""
        since = {c.name: (days[0] - c.start).days for c in self.customers if c.monthly and c.there(days[0])}
        among = [c for c in self.customers if since.get(c.name, 0) > 180]
        for customer in self.pick(among, [(0.1 if since[c.name] < 365 else 1.0) for c in among], count):
            customer.end = self.random.choice(days)

    def _fall_quiet(self, month: int) -> None:
        """A client who orders single jobs will order no more."""
        first = self.first(month - 6)
        among = [c for c in self.customers if not c.monthly and c.quiet is None and c.start < first]
        self.random.choice(among).quiet = month

    def _client_row(self, place: int, customer: _Customer) -> Row:
        there = self._there(customer.start)
        return {
            "client": customer.name,
            "start": cell(customer.start),
            "end": self.known(customer.end),
            "language": self.owner.languages[customer.language],
            "service": self.phrases.services[customer.service],
            "source": self.phrases.sources[customer.source],
            "assistant": there[place % len(there)] if there else None,
            "site": self.phrases.sites[place * place % len(self.phrases.sites)],
        }

    def _there(self, day: date) -> list[str]:
        """The employees of a day."""
        return [name for name, since, gone in self.employees if since <= day and (not gone or gone > day)]

    # What happened in a month

    def _leads(self, plan: _Month, days: Sequence[date]) -> None:
        """Leads and invitations, and the clients that came of them. The invited who became clients are leads, too."""
        for coming in self._coming:
            self._join(*coming)
        self._coming = []
        leads: list[Row] = []
        invitations: list[Row] = []
        hosts = [customer.name for customer in self.customers if customer.there(days[0]) and customer.there(days[-1])]
        for place in range(plan.leads):
            wins, later = place < plan.converted, plan.converted <= place < plan.converted + plan.later
            # Not all that come by recommendation are won, but all of the invited that are.
            recommended = place < plan.invited or plan.leads - place <= plan.referred - plan.invited
            at = self.random.randrange(1, len(days) - (8 if wins else 0))
            visit = at + self.random.randint(1, 3)
            name, language = self._name()
            source = REFERRAL if recommended else self.place(_SOURCE_WEIGHTS)
            host = self.random.choice(hosts) if recommended else None
            start: date | None = None
            if wins:
                start = days[min(visit + self.random.randint(1, 6), len(days) - 1)]
                self._join(name, language, start, source)
            elif later:
                start = workday_after(days[-1], self.random.randint(2, 9))
                self._coming.append((name, language, start, source))
            fits = place < plan.qualified - (plan.referred - plan.invited) or recommended
            visited = fits and (wins or later or self.random.random() < 0.5) and visit < len(days)
            undecided = not fits and self.random.random() < 0.3
            leads.append(
                {
                    "date": cell(days[at]),
                    "lead": name,
                    "source": self.phrases.sources[source],
                    "referred_by": host,
                    "qualified": self.word("leads", "qualified", None if undecided else "yes" if fits else "no"),
                    "consultation": cell(days[visit]) if visited else None,
                    "converted": self.known(start),
                    "salesperson": self._there(days[at])[:_TALKERS][place % 3 // 2],
                }
            )
            if place < plan.invited:
                before = max(days[0], workday_before(days[at], self.random.randint(0, 9)))
                row: Row = {"date": cell(before), "client": host, "invited": name, "converted": self.known(start)}
                invitations.append(row)
        for _ in range(plan.invitations - plan.invited):
            day, name = self.random.choice(days), self.names.person(self.place(_LANGUAGE_WEIGHTS))
            invitations.append({"date": cell(day), "client": self.random.choice(hosts), "invited": name})
        self.logs["leads"] += sorted(leads, key=lambda row: row["date"] or 0)
        self.logs["invitations"] += sorted(invitations, key=lambda row: row["date"] or 0)

    def _sales(self, plan: _Month, month: int, days: Sequence[date]) -> None:
        """What is paid by the month and at every job, and as much on top as the plan has it."""
        served = [c for c in self.customers if c.start <= days[-1] and (c.end is None or c.end >= days[0])]
        sold: list[tuple[date, _Customer, str, int, float]] = []
        for customer in served:
            came = max(customer.start, days[0])
            if customer.start >= days[0]:
                sold.append((came, customer, "new_sales", 7, self.random.choice(_JOBS)))
            if customer.monthly:
                sold.append((came, customer, "subscriptions", customer.service, customer.monthly))
            elif customer.quiet is None or month < customer.quiet:
                day = self.random.choice([day for day in days if day >= came])
                sold.append((day, customer, "repeat_sales", customer.service, self.random.choice(_JOBS)))
        regular = [c for c in served if c.monthly and c.there(days[-1])]
        for rows, kind, least, most in _OVERDUE:
            for late in self.pick(regular, [1.0] * len(regular), self.random.randint(2, rows)):
                amount = self.random.randint(100 * least, 100 * most) / 100
                sold.append((self._day_of(late, days), late, kind, late.service, amount))
        left = plan.revenue - sum(sale[-1] for sale in sold)
        while left >= min(_JOBS):
            buyer = self.random.choice(regular)
            kind = self.random.choices([kind for kind, _ in _EXTRAS], [weight for _, weight in _EXTRAS])[0]
            price = self.random.choice([price for price in _JOBS if price <= left])
            job = (self._day_of(buyer, days), buyer, kind, self.random.choice(_SINGLE_JOBS), price)
            if job not in sold:  # nobody buys the same twice on a day
                sold.append(job)
                left -= price
        self.logs["sales"] += [
            {
                "date": cell(day),
                "client": customer.name,
                "kind": self.word("sales", "kind", kind),
                "service": self.phrases.services[service],
                "amount": amount,
            }
            for day, customer, kind, service, amount in sorted(sold, key=lambda sale: sale[0])
        ]

    def _expenses(self, plan: _Month, month: int, days: Sequence[date]) -> None:
        """Marketing at the planned cost of a new client, and operating costs that come to their share of revenue."""
        new = sum(days[0] <= customer.start <= days[-1] for customer in self.customers)
        spend = plan.acquisition * new
        spent: list[tuple[date, str, int, float]] = []
        places = self.pick(range(len(_MARKETING_WEIGHTS)), _MARKETING_WEIGHTS, self.random.randint(3, 4))
        for place in places[1:]:
            share = _MARKETING_WEIGHTS[place] / sum(_MARKETING_WEIGHTS) * self.random.uniform(0.8, 1.2)
            spent.append((self.random.choice(days), "sales_marketing", place, float(round(spend * share))))
        spent.append((days[-1], "sales_marketing", places[0], spend - sum(row[-1] for row in spent)))
        wages = _OPERATING * plan.revenue
        for place, share, more in _BILLS:
            bill = round(plan.revenue * self.random.uniform(share - more, share + more), 2)
            spent.append((self.random.choice(days), "operating", place, bill))
            wages -= bill
        spent.append((days[-2], "operating", 0, float(round(wages))))
        spent += [(self.random.choice(days), "investment", *bought) for bought in _INVESTMENTS.get(month, ())]
        for place, least, most in _OTHERS:
            spent.append((self.random.choice(days), "other", place, float(self.random.randint(least, most))))
        if month in _NOW_AND_THEN:
            spent.append((self.random.choice(days), "other", *_NOW_AND_THEN[month]))
        self.logs["expenses"] += [
            {
                "date": cell(day),
                "kind": self.word("expenses", "kind", kind),
                "description": getattr(self.phrases, kind)[place],
                "amount": float(amount),
                "source": self._channel(place) if kind == "sales_marketing" else None,
            }
            for day, kind, place, amount in sorted(spent, key=lambda row: row[0])
        ]

    def _channel(self, place: int) -> str | None:
        source = _CHANNELS[place]
        return None if source is None else self.phrases.sources[source]

    def _complaints(self, plan: _Month, days: Sequence[date]) -> None:
        """Complaints: those of the last days of a month are settled in the next one, and escalated ones take longer."""
        rows: list[Row] = []
        last_days = self.random.randint(1, 3)
        for place in range(plan.complaints):
            escalated, late = place < plan.escalated, plan.escalated <= place < plan.escalated + last_days
            received = self.random.choice(days[-4:] if late else days[: -12 if escalated else -4])
            wait = self.random.randint(6, 10) if escalated or late else min(6, int(self.random.expovariate(0.4)))
            settled = self.known(workday_after(received, wait))
            there = [c for c in self.customers if c.there(received) and c.there(days[-1]) and c.quiet is None]
            customer = self.random.choice(there)
            status = "escalated" if escalated else "resolved" if settled is not None else "open"
            reason, resolution = self.place(_REASON_WEIGHTS), self.place(_RESOLUTION_WEIGHTS)
            rows.append(
                {
                    "received": cell(received),
                    "client": customer.name,
                    "service": self.phrases.services[customer.service],
                    "contract": self.phrases.contracts[customer.contract],
                    "assistant": self.random.choice(self._there(received)),
                    "reason": self.phrases.reasons[reason],
                    "status": self.word("complaints", "status", status),
                    "resolved": settled,
                    "resolution": self.phrases.resolutions[resolution] if settled is not None else None,
                    "contact": self.phrases.contacts[(place * place + resolution) % len(self.phrases.contacts)],
                }
            )
        self.logs["complaints"] += sorted(rows, key=lambda row: row["received"] or 0)

    def _surveys(self, days: Sequence[date]) -> None:
        """Answers to the survey: by a tenth or so of the customers, each once a month."""
        there = [customer for customer in self.customers if customer.there(days[0]) and customer.there(days[-1])]
        draw, rows = self._answers, []
        for customer in draw.sample(there, draw.randint(14, 20)):
            score = draw.choices(range(1, 6), _SCORE_WEIGHTS)[0]
            rows.append(
                {
                    "date": cell(draw.choice(days)),
                    "client": customer.name,
                    "score": float(score),
                    "recommend": float(draw.randint(*_RECOMMENDS[score])),
                    "language": self.owner.languages[customer.language],
                }
            )
        self.logs["surveys"] += sorted(rows, key=lambda row: row["date"] or 0)

    # Draws

    def _name(self) -> tuple[str, int]:
        """A new client, and the place of its language."""
        language = self.place(_LANGUAGE_WEIGHTS)
        return self.names.client(language), language

    def _origin(self) -> int:
        """Where a client of earlier years came from."""
        return REFERRAL if self.random.random() < _REFERRED else self.place(_SOURCE_WEIGHTS)

    def _day_of(self, customer: _Customer, days: Sequence[date]) -> date:
        """A day of the month on which the client is one."""
        return self.random.choice([day for day in days if customer.there(day)])


MAKER = Service
