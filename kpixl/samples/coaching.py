"""A year of a remote career-coaching practice that grows faster than it keeps its clients.

Counts and rates are laid down by month; days, people and prices are drawn, from a random stream of its own. The past
before that year is there for the clients alone, whose list is kept.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

from kpixl.period import MONTH_DAYS, serial
from kpixl.samples.days import cell, workday_after
from kpixl.samples.phrases import Client, Drawn, Row

if TYPE_CHECKING:
    from kpixl.catalog.model import Business
    from kpixl.entries import Value
    from kpixl.period import Period


@dataclass(frozen=True, slots=True)
class _Month:
    """What is laid down for a month."""

    sessions: int
    """In five working days."""
    completed: float
    surveys: int
    satisfied: int
    leads: int
    consultations: int
    converted: int
    """Of the consultations, those that became clients in the same month."""
    later: int
    """Those that became clients in the following month."""
    left: int
    placed: float
    """The share of the clients coached in twelve months who have found a job by the end of the month."""
    milestones: int
    months: float
    """How long the milestones took on average."""
    revenue: float
    """For each client served."""


_PLAN = (
    _Month(20, 0.76, 18, 14, 33, 22, 7, 1, 3, 0.54, 3, 7.3, 148),
    _Month(22, 0.78, 20, 16, 31, 21, 7, 1, 2, 0.55, 3, 7.6, 151),
    _Month(24, 0.77, 19, 15, 36, 25, 8, 1, 3, 0.53, 4, 6.9, 147),
    _Month(25, 0.81, 24, 20, 35, 24, 8, 1, 4, 0.55, 3, 7.0, 153),
    _Month(27, 0.84, 26, 21, 38, 26, 9, 2, 4, 0.56, 4, 6.4, 155),
    _Month(29, 0.83, 29, 24, 36, 25, 10, 1, 5, 0.58, 5, 6.6, 152),
    _Month(31, 0.87, 31, 27, 40, 27, 10, 1, 5, 0.57, 4, 6.1, 158),
    _Month(33, 0.91, 34, 29, 42, 29, 10, 2, 6, 0.59, 5, 5.9, 157),
    _Month(36, 0.88, 37, 32, 43, 30, 12, 1, 7, 0.59, 6, 4.9, 161),
    _Month(39, 0.89, 41, 36, 46, 32, 12, 2, 8, 0.60, 6, 5.8, 163),
    _Month(42, 0.85, 45, 38, 47, 33, 14, 2, 7, 0.59, 7, 5.2, 162),
    _Month(45, 0.82, 50, 42, 49, 35, 16, 0, 8, 0.58, 8, 5.4, 165),
)
"""The last month is the period itself, and who will still become a client after it is not known."""

# Months are counted back from the period, which is month 0.
_FIRST = 1 - len(_PLAN)
_BEGAN = -35
_JOINED_BEFORE = (3, 2, 2, 3, 3, 2, 4, 3, 3, 4, 3, 4, 3, 2, 3, 4, 3, 3, 4, 3, 4, 4, 5, 5)
_LEFT_BEFORE = (0, 0, 0, 0, 1, 0, 1, 1, 0, 1, 2, 1, 2, 1, 2, 2, 1, 2, 2, 1, 2, 2, 3, 2)
_PLACED_BEFORE = 0.5
_MILESTONES_BEFORE = (1, 5.5)

_COACHES_SINCE = (-35, -26, -15, -8, -3)
_SERVICES_SINCE = (-35, -35, -35, -35, -35, -22, -14, -6)
_PROGRAMMES = ((0, 99.0), (1, 129.0), (2, 189.0))
"""Place of the service that a client subscribes to, and its price a month."""
_PROGRAMME_WEIGHTS = (45, 38, 17)
_EXTRAS = (
    (3, "service_fees", 79.0),
    (4, "service_fees", 95.0),
    (5, "service_fees", 120.0),
    (6, "additional", 45.0),
    (7, "additional", 65.0),
    (3, "new_sales", 59.0),
)
"""What is sold on top: place of the service, kind of revenue, price."""
_LANGUAGE_WEIGHTS = (0.45, 0.27, 0.14, 0.14)
_SOURCE_WEIGHTS = (0.24, 0.16, 0.28, 0.14, 0.12, 0.06)
_HOURS = range(8, 20)
_SHORTEST = timedelta(days=45)
"""Neither a job nor a milestone comes sooner after the coaching began."""
_SETTLED = timedelta(days=90)

TARGETS = {"css": 0.85, "scr": 0.85, "crr": 0.8, "arpu": 170.0, "crfcpc": 0.4, "atacm": 5.0}


@dataclass(slots=True, kw_only=True)
class _Coached(Client):
    """A client with what the coaching led to. ``programme`` is a place in the list."""

    coaching: date
    programme: int
    weight: float
    placed: date | None = None
    milestone: date | None = None

    def coached(self, day: date) -> bool:
        return self.coaching <= day and self.there(day)


class Coaching(Drawn):
    """All rows of the practice: of the last twelve months, and of its clients, coaches and services since ever."""

    def __init__(self, business: Business, period: Period, language: str) -> None:
        super().__init__(business, period, language)
        self.coaches = [(self.names.person(0), self.days(since)[0]) for since in _COACHES_SINCE]
        self.clients: list[_Coached] = []
        self.logs: dict[str, list[Row]] = {"sessions": [], "surveys": [], "leads": [], "sales": []}
        self._coming: list[tuple[str, int, date, int]] = []
        for month in range(_BEGAN, 1):
            self._live(month)

    def rows(self) -> dict[str, dict[str, list[Value]]]:
        """The rows of every table by field, dates as serials."""
        clients = sorted(self.clients, key=lambda client: client.start)
        services = zip(self.phrases.services, _SERVICES_SINCE, strict=True)
        return self.columns(
            {
                **self.logs,
                "clients": [self._client_row(client) for client in clients],
                "assistants": [{"assistant": name, "start": cell(since)} for name, since in self.coaches],
                "services": [{"service": name, "start": cell(self.first(since))} for name, since in services],
            }
        )

    def _live(self, month: int) -> None:
        """One month: who leaves, who comes, who gets where; and what is written down about it."""
        days = self.days(month)
        if month < _FIRST:
            before = month - _BEGAN
            self._leave(days, _LEFT_BEFORE[before])
            for _ in range(_JOINED_BEFORE[before]):
                source = self.place(_SOURCE_WEIGHTS)
                start = self.random.choice(days)
                self._join(*self._name(), start, source)
            self._place(month, days, _PLACED_BEFORE)
            self._reach(days, *_MILESTONES_BEFORE)
            return
        plan = _PLAN[month - _FIRST]
        self._leave(days, plan.left)
        self._leads(plan, days)
        self._place(month, days, plan.placed)
        self._reach(days, plan.milestones, plan.months)
        self._sessions(plan, days)
        self._surveys(plan, days)
        self._sales(plan, days)

    # Clients

    def _join(self, name: str, language: int, start: date, source: int) -> None:
        self.clients.append(
            _Coached(
                name=name,
                start=start,
                language=language,
                source=source,
                coaching=workday_after(start, self.random.randint(0, 6)),
                programme=self.place(_PROGRAMME_WEIGHTS),
                weight=self.random.uniform(0.5, 1.5),
            )
        )

    def _leave(self, days: Sequence[date], count: int) -> None:
        """``count`` of the clients leave: rather those who have found a job, and few in their first three months."""
        among = [client for client in self.clients if client.there(days[0]) and client.start < days[0]]
        for client in self.pick(
            among,
            [(3.0 if c.placed else 1.0) * (1.0 if c.start <= days[0] - _SETTLED else 0.03) for c in among],
            count,
        ):
            client.end = self.random.choice(days)

    def _place(self, month: int, days: Sequence[date], share: float) -> None:
        """Clients find a job, as many as it takes to reach the share of those coached in the last twelve months."""
        since = self.first(month - 11)
        coached = [c for c in self.clients if c.coaching <= days[-1] and (c.end is None or c.end >= since)]
        count = round(share * len(coached)) - sum(client.placed is not None for client in coached)
        among = [c for c in coached if c.placed is None and self._days_ready(c, days)]
        for client in self.pick(among, [(days[-1] - c.coaching).days ** 0.5 for c in among], count):
            client.placed = self.random.choice(self._days_ready(client, days))

    def _reach(self, days: Sequence[date], count: int, months: float) -> None:
        """Clients reach their milestone: of many ways to draw them, the one that comes closest to the time planned."""
        among = [c for c in self.clients if c.milestone is None and self._days_ready(c, days)]
        ways = []
        for _ in range(150):
            patience = self.random.uniform(-1, 3)
            chosen = self.pick(among, [(days[-1] - c.coaching).days ** patience for c in among], count)
            reached = [(client, self.random.choice(self._days_ready(client, days))) for client in chosen]
            took = sum((day - client.coaching).days for client, day in reached) / MONTH_DAYS / max(1, len(reached))
            ways.append((abs(took - months), reached))
        for client, day in min(ways, key=lambda way: way[0])[1]:
            client.milestone = day

    def _days_ready(self, client: _Coached, days: Sequence[date]) -> list[date]:
        """The days on which a client may get somewhere."""
        return [day for day in days if client.coached(day) and day >= client.coaching + _SHORTEST]

    def _client_row(self, client: _Coached) -> Row:
        return {
            "client": client.name,
            "start": cell(client.start),
            "end": self.known(client.end),
            "language": self.owner.languages[client.language],
            "service": self.phrases.services[_PROGRAMMES[client.programme][0]],
            "source": self.phrases.sources[client.source],
            "coaching_start": self.known(client.coaching),
            "placed": self.known(client.placed),
            "milestone": self.known(client.milestone),
        }

    # What happened in a month

    def _leads(self, plan: _Month, days: Sequence[date]) -> None:
        """Leads, each with its consultation in the same month or none, and the clients that came of them."""
        for coming in self._coming:
            self._join(*coming)
        self._coming = []
        rows: list[Row] = []
        for place in range(plan.leads):
            wins, later = place < plan.converted, plan.converted <= place < plan.converted + plan.later
            consulted = place < plan.consultations
            at = self.random.randrange(len(days) - (9 if wins else 4 if consulted else 0))
            talk = at + self.random.randint(1, 3)
            source = self.place(_SOURCE_WEIGHTS)
            name, language = self._name()
            start: date | None = None
            if wins:
                start = days[min(talk + self.random.randint(0, 6), len(days) - 1)]
                self._join(name, language, start, source)
            elif later:
                start = workday_after(days[-1], self.random.randint(1, 7))
                self._coming.append((name, language, start, source))
            fits = self.random.choices(("yes", "no", None), (60, 25, 15) if consulted else (20, 50, 30))[0]
            rows.append(
                {
                    "date": cell(days[at]),
                    "lead": name,
                    "source": self.phrases.sources[source],
                    "qualified": self.word("leads", "qualified", "yes" if wins or later else fits),
                    "consultation": cell(days[talk]) if consulted else None,
                    "converted": self.known(start),
                }
            )
        self.logs["leads"] += sorted(rows, key=lambda row: row["date"] or 0)

    def _sessions(self, plan: _Month, days: Sequence[date]) -> None:
        """Sessions on the hour: no coach has two at a time, and no client two on a day."""
        count = round(plan.sessions * len(days) / 5)
        took_place = {*self.random.sample(range(count), round(plan.completed * count))}
        taken: set[tuple[object, ...]] = set()
        booked: list[tuple[float, _Coached, str]] = []
        while len(booked) < count:
            day, hour = self.random.choice(days), self.random.choice(_HOURS)
            coach = self.random.choice([name for name, since in self.coaches if since <= day])
            there = [client for client in self.clients if client.coached(day)]
            client = self.random.choices(there, [c.weight for c in there])[0]
            slots: set[tuple[object, ...]] = {(day, hour, coach), (day, client.name)}
            if not slots & taken:
                taken |= slots
                booked.append((serial(day) + hour / 24, client, coach))
        booked.sort(key=lambda session: session[0])
        self.logs["sessions"] += [
            {
                "client": client.name,
                "scheduled": moment,
                "completed": self.word("sessions", "completed", "yes" if place in took_place else "no"),
                "assistant": coach,
            }
            for place, (moment, client, coach) in enumerate(booked)
        ]

    def _surveys(self, plan: _Month, days: Sequence[date]) -> None:
        """Answers, exactly the planned number of them satisfied; nobody answers twice in a month."""
        scores = self.random.choices((5, 4), (5, 4), k=plan.satisfied)
        scores += self.random.choices((3, 2, 1), (6, 3, 1), k=plan.surveys - plan.satisfied)
        self.random.shuffle(scores)
        answered: set[str] = set()
        for day, score in zip(sorted(self.random.choices(days, k=plan.surveys)), scores, strict=True):
            client = self.random.choice([c for c in self.clients if c.there(day) and c.name not in answered])
            answered.add(client.name)
            self.logs["surveys"].append(
                {
                    "date": cell(day),
                    "client": client.name,
                    "score": float(score),
                    "language": self.owner.languages[client.language],
                }
            )

    def _sales(self, plan: _Month, days: Sequence[date]) -> None:
        """A subscription for everyone served, and as much on top as the plan has it."""
        served = [c for c in self.clients if c.start <= days[-1] and (c.end is None or c.end >= days[0])]
        sold: list[tuple[date, _Coached, int, str, float]] = []
        for client in served:
            service, price = _PROGRAMMES[client.programme]
            day = max(client.start, days[0])
            sold.append((day, client, service, "subscriptions", price))
        left = plan.revenue * len(served) - sum(sale[-1] for sale in sold)
        while left >= min(price for *_, price in _EXTRAS):
            offered = [e for e in _EXTRAS if e[2] <= left and self.first(_SERVICES_SINCE[e[0]]) <= days[0]]
            service, kind, price = self.random.choice(offered)
            day = self.random.choice(days)
            extra = (day, self.random.choice([one for one in served if one.there(day)]), service, kind, price)
            if extra not in sold:  # nobody buys the same twice on a day
                sold.append(extra)
                left -= price
        self.logs["sales"] += [
            {
                "date": cell(day),
                "client": client.name,
                "kind": self.word("sales", "kind", kind),
                "service": self.phrases.services[service],
                "amount": amount,
            }
            for day, client, service, kind, amount in sorted(sold, key=lambda sale: sale[0])
        ]

    # Draws

    def _name(self) -> tuple[str, int]:
        """A new person, and the place of the language that the person speaks."""
        language = self.place(_LANGUAGE_WEIGHTS)
        return self.names.person(language), language


MAKER = Coaching
