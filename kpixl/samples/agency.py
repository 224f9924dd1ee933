"""A year in the life of a remote virtual-assistant agency that is doing well, month by month.

Counts and rates are laid down; days, people and the rest are drawn, from a random stream of its own.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

from kpixl.period import add_months, from_serial, serial
from kpixl.samples.people import Names, owner
from kpixl.samples.plan import (
    ASSISTANTS_SINCE,
    CAME_BACK,
    FIRST_MONTH,
    JOINED,
    LEFT,
    OLD_CLIENTS,
    OLD_CLIENTS_SINCE,
    PLAN,
    SERVICE_ENDED,
    SERVICES_SINCE,
    Month,
)

if TYPE_CHECKING:
    from kpixl.catalog.model import Business
    from kpixl.period import Period
    from kpixl.rows import Value

Row = dict[str, "Value"]

_DAY_MINUTES = 24 * 60
_OPENS, _CLOSES = 8 * 60 + 30, 18 * 60 + 30
"""Office hours in minutes of the day."""
_LEFT_OVERNIGHT = 0.015
_OPEN_AT_THE_END = 6
_LANGUAGE_WEIGHTS = (0.55, 0.25, 0.1, 0.1)
_SOURCE_WEIGHTS = (0.26, 0.24, 0.2, 0.12, 0.08, 0.1)
_REFERRAL = 0
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class _Stay:
    """A client from its first to its last day. ``language`` and ``service`` are places in the owner's lists."""

    client: str
    start: date
    end: date | None
    language: int
    service: int
    source: int
    referred_by: str | None
    weight: float
    lead: date | None
    """The day of the first contact; None where there was none, or too long ago."""

    def holds(self, first: date, last: date) -> bool:
        return self.start <= first and (self.end is None or last <= self.end)


class Agency:
    """All rows of one agency for the last twelve months; nothing later than the period is known."""

    def __init__(self, business: Business, period: Period, language: str) -> None:
        seed = f"{business.id} {period}"
        self.business = business
        self.period = period
        self.random = random.Random(seed)
        self.words = owner(language)
        self.names = Names(f"{seed} names", self.words.client_languages)
        self.services = self._services()
        self.assistants = [(self.names.person(0), self._workday_of(since)) for since in ASSISTANTS_SINCE]
        self.stays = self._stays()
        self._active: dict[date, list[_Stay]] = {}
        self._carried = 0

    def rows(self) -> dict[str, dict[str, list[Value]]]:
        """The rows of every table: clients, assistants and services since ever, logs of twelve months."""
        made: dict[str, list[Row]] = {"clients": self._clients()}
        made["assistants"] = [{"assistant": name, "start": float(serial(start))} for name, start in self.assistants]
        made["services"] = [
            {"service": name, "start": float(serial(start)), "end": _known(end)} for name, start, end in self.services
        ]
        for table in ("requests", "tasks", "hours", "surveys", "leads"):
            made[table] = []
        for month, plan in enumerate(PLAN, start=FIRST_MONTH):
            first = self._first(month)
            days = _workdays(first, self._first(month + 1))
            made["requests"] += self._requests(plan, days)
            made["tasks"] += self._tasks(plan, days)
            made["hours"] += self._hours(plan, days)
            made["surveys"] += self._surveys(plan, days)
            made["leads"] += self._leads(plan, days)
        return {
            table.id: {field.id: [row.get(field.id) for row in made[table.id]] for field in table.fields}
            for table in self.business.tables
        }

    # Who is there, and since when

    def _first(self, month: int) -> date:
        return add_months(self.period.start, month)

    def _workday_of(self, month: int) -> date:
        return self.random.choice(_workdays(self._first(month), self._first(month + 1)))

    def _services(self) -> list[tuple[str, date, date | None]]:
        place, ended = SERVICE_ENDED
        ends = {place: self._first(ended + 1) - _DAY}
        return [
            (name, self._first(since), ends.get(i))
            for i, (name, since) in enumerate(zip(self.words.services, SERVICES_SINCE, strict=True))
        ]

    def _stays(self) -> list[_Stay]:
        """Every stay by its first day, each client recommended by one who was there before."""
        stays: list[_Stay] = []
        for start, end, before in sorted(self._spans(), key=lambda span: span[:1]):
            if before is not None:
                earlier = next(stay for stay in stays if stay.end == before)
                stays.append(_Stay(earlier.client, start, end, earlier.language, earlier.service, earlier.source,
                                   earlier.referred_by, earlier.weight, None))  # fmt: skip
                continue
            language = self._language()
            source = self._source()
            there = [stay.client for stay in stays if stay.holds(start, start)]
            contact = _workday_before(start, self.random.randint(3, 25))
            stays.append(
                _Stay(
                    client=self.names.client(language),
                    start=start,
                    end=end,
                    language=language,
                    service=self.random.choice([i for i, s in enumerate(self.services) if s[1] <= start and not s[2]]),
                    source=source if there else 1,
                    referred_by=self.random.choice(there) if there and source == _REFERRAL else None,
                    weight=self.random.uniform(0.4, 2),
                    lead=contact if contact >= self._first(FIRST_MONTH) else None,
                )
            )
        return stays

    def _spans(self) -> list[tuple[date, date | None, date | None]]:
        """First and last day of every stay; for one who came back, the last day of the stay before, too."""
        joined = [self.random.randint(*OLD_CLIENTS_SINCE) for _ in range(OLD_CLIENTS)]
        joined += [month for month, count in JOINED.items() for _ in range(count)]
        left: dict[int, int] = {}
        for cohort, month in LEFT:
            among = range(*OLD_CLIENTS_SINCE) if cohort is None else (cohort,)
            fits = [i for i, since in enumerate(joined) if i not in left and since in among and since < month - 1]
            left[self.random.choice(fits)] = month
        ends = {i: self._workday_of(month) for i, month in left.items()}
        gone, back = CAME_BACK
        before = {joined.index(back): next(ends[i] for i, month in left.items() if month == gone)}
        return [(self._workday_of(month), ends.get(i), before.get(i)) for i, month in enumerate(joined)]

    def _clients(self) -> list[Row]:
        return [
            {
                "client": stay.client,
                "start": float(serial(stay.start)),
                "end": _known(stay.end),
                "language": self.words.languages[stay.language],
                "service": self.words.services[stay.service],
                "source": self.words.sources[stay.source],
                "referred_by": stay.referred_by,
            }
            for stay in self.stays
        ]

    # What happened in a month

    def _requests(self, plan: Month, days: Sequence[date]) -> list[Row]:
        """Requests opened in the month. Those left open at its end, and overnight, take long; the others take what is
        left of the month's planned hours."""
        carried, slow = [], []
        for _ in range(_OPEN_AT_THE_END):
            start = self._minute(days[-1], _CLOSES - 240, _CLOSES - 60)
            carried.append((start, self._minute(_workday_after(days[-1], 1), _OPENS, _OPENS + 90)))
        for _ in range(round(plan.requests * _LEFT_OVERNIGHT)):
            day = self.random.choice(days[:-1])
            start = self._minute(day, _CLOSES - 180, _CLOSES - 30)
            slow.append((start, self._minute(_workday_after(day, 1), _OPENS, _OPENS + 90)))
        left = 60 * plan.requests * self._noisy(plan.hours_to_resolve, 0.1) - self._carried - _length(slow)
        self._carried = _length(carried)
        quick = []
        count = plan.requests - len(carried) - len(slow)
        mean = max(20.0, left / count)
        for _ in range(count):
            minutes = max(4, round(min(self.random.expovariate(1 / mean), 4 * mean, _CLOSES - _OPENS)))
            start = self._minute(self.random.choice(days), _OPENS, _CLOSES - max(30, minutes))
            quick.append((start, start + minutes))
        rows: list[Row] = []
        for number, (start, end) in enumerate(sorted(carried + slow + quick), start=1):
            day = _day(start)
            stay = self._client(day, _day(end))
            rows.append(
                {
                    "id": f"{self.words.request}{day:%y%m}-{number:03}",
                    "client": stay.client,
                    "opened": start / _DAY_MINUTES,
                    "resolved": self._so_far(end / _DAY_MINUTES),
                    "assistant": self._assistant(day),
                    "language": self._language_with(stay),
                    "kind": self.random.choice(self.words.kinds),
                }
            )
        return rows

    def _tasks(self, plan: Month, days: Sequence[date]) -> list[Row]:
        """Tasks assigned in the month, exactly the planned share of them completed by its end."""
        assigned = sorted(self.random.randrange(len(days)) for _ in range(plan.tasks))
        hurry = [place + self.random.uniform(0, 2.5 * len(days)) for place in assigned]
        completed = round(plan.tasks * self._noisy(plan.completed, 0.01))
        finished = set(sorted(range(plan.tasks), key=hurry.__getitem__)[:completed])
        rows: list[Row] = []
        for number, place in enumerate(assigned):
            day = days[place]
            if number in finished:
                done = days[min(place + self._few(), len(days) - 1)]
            else:
                done = _workday_after(days[-1], self.random.randint(1, 8))
            stay = self._client(day, done)
            offered = [i for i, (_, start, end) in enumerate(self.services) if start <= day and not (end and end < day)]
            service = stay.service if self.random.random() < 0.6 else self.random.choice(offered)
            rows.append(
                {
                    "id": f"{self.words.task}{day:%y%m}-{number + 1:03}",
                    "assigned": float(serial(day)),
                    "due": float(serial(_workday_after(day, self.random.randint(1, 5)))),
                    "completed": self._so_far(serial(done)),
                    "assistant": self._assistant(day),
                    "client": stay.client,
                    "service": self.words.services[service],
                    "language": self._language_with(stay),
                }
            )
        return rows

    def _hours(self, plan: Month, days: Sequence[date]) -> list[Row]:
        """A row for each assistant and working day. The second one works part-time."""
        rows: list[Row] = []
        for day in days:
            for place, (name, since) in enumerate(self.assistants):
                if since > day:
                    continue
                available = 4.0 if self.random.random() < 0.04 else 6.0 if place == 1 else 8.0
                share = self._noisy(plan.utilised, 0.12)
                productive = min(available, round(available * share * 4) / 4)
                rows.append(
                    {
                        "date": float(serial(day)),
                        "assistant": name,
                        "available": available,
                        "productive": productive,
                        "language": self.words.languages[0],
                    }
                )
        return rows

    def _surveys(self, plan: Month, days: Sequence[date]) -> list[Row]:
        """Answers, exactly the planned share of them satisfied; nobody answers more than three times."""
        satisfied = round(plan.surveys * self._noisy(plan.satisfied, 0.01))
        scores = self.random.choices((5, 4), (6, 4), k=satisfied)
        scores += self.random.choices((3, 2, 1), (6, 3, 1), k=plan.surveys - satisfied)
        self.random.shuffle(scores)
        answers: dict[str, int] = {}
        rows: list[Row] = []
        for day, score in zip(sorted(self.random.choices(days, k=plan.surveys)), scores, strict=True):
            stay = self.random.choice([s for s in self._clients_on(day) if answers.get(s.client, 0) < 3])
            answers[stay.client] = answers.get(stay.client, 0) + 1
            recommend = min(10, max(0, 2 * score - self.random.randint(0, 2)))
            rows.append(
                {
                    "date": float(serial(day)),
                    "client": stay.client,
                    "score": float(score),
                    "recommend": float(recommend) if self.random.random() < 0.9 else None,
                    "language": self.words.languages[stay.language],
                }
            )
        return rows

    def _leads(self, plan: Month, days: Sequence[date]) -> list[Row]:
        """Those who became clients, now or in a later month, and as many others as planned."""
        yes, no = self.words.qualified
        rows: list[Row] = []
        for stay in self.stays:
            if stay.lead is not None and days[0] <= stay.lead <= days[-1]:
                talk = self._so_far(serial(_workday_before(stay.start, (stay.start - stay.lead).days // 2)))
                rows.append(
                    {
                        "date": float(serial(stay.lead)),
                        "lead": stay.client,
                        "source": self.words.sources[stay.source],
                        "referred_by": stay.referred_by,
                        "qualified": yes,
                        "consultation": talk if self.random.random() < 0.7 else None,
                        "converted": self._so_far(serial(stay.start)),
                    }
                )
        for _ in range(plan.leads - len(rows)):
            day = self.random.choice(days)
            source = self._source()
            qualified = self.random.choices((yes, no, None), (45, 35, 20))[0]
            talk = self._so_far(serial(_workday_after(day, self.random.randint(1, 8))))
            rows.append(
                {
                    "date": float(serial(day)),
                    "lead": self.names.client(self._language()),
                    "source": self.words.sources[source],
                    "referred_by": self._client(day, day).client if source == _REFERRAL else None,
                    "qualified": qualified,
                    "consultation": talk if qualified == yes and self.random.random() < 0.5 else None,
                }
            )
        return sorted(rows, key=lambda row: row["date"] or 0)

    # Draws

    def _language(self) -> int:
        return self.random.choices(range(len(self.words.languages)), _LANGUAGE_WEIGHTS)[0]

    def _language_with(self, stay: _Stay) -> str:
        return self.words.languages[stay.language if self.random.random() < 0.92 else 0]

    def _source(self) -> int:
        return self.random.choices(range(len(self.words.sources)), _SOURCE_WEIGHTS)[0]

    def _assistant(self, day: date) -> str:
        return self.random.choice([name for name, since in self.assistants if since <= day])

    def _clients_on(self, day: date) -> list[_Stay]:
        if day not in self._active:
            self._active[day] = [stay for stay in self.stays if stay.holds(day, day)]
        return self._active[day]

    def _client(self, first: date, last: date) -> _Stay:
        """A client who is there from the first to the last day; those with more work come up more often."""
        there = [stay for stay in self._clients_on(first) if stay.end is None or last <= stay.end]
        return self.random.choices(there, [stay.weight for stay in there])[0]

    def _minute(self, day: date, first: int, last: int) -> int:
        """A minute of ``day`` from ``first`` to ``last``, counted like Excel's days."""
        return serial(day) * _DAY_MINUTES + self.random.randint(first, last)

    def _few(self) -> int:
        return self.random.choices((0, 1, 2, 3, 4), (40, 30, 16, 9, 5))[0]

    def _noisy(self, value: float, spread: float) -> float:
        return value + self.random.uniform(-spread, spread)

    def _so_far(self, moment: float) -> float | None:
        """``moment``, unless it is later than the period."""
        return None if moment >= serial(self.period.after) else float(moment)


def _known(day: date | None) -> float | None:
    return None if day is None else float(serial(day))


def _day(minute: int) -> date:
    return from_serial(minute // _DAY_MINUTES)


def _length(spans: Sequence[tuple[int, int]]) -> int:
    return sum(end - start for start, end in spans)


def _workdays(first: date, after: date) -> list[date]:
    days = (first + timedelta(days=i) for i in range((after - first).days))
    return [day for day in days if day.weekday() < 5]


def _workday_after(day: date, count: int) -> date:
    for _ in range(count):
        day += _DAY * (3 if day.weekday() == 4 else 1)
    return day


def _workday_before(day: date, days: int) -> date:
    day -= timedelta(days=days)
    return day - _DAY * max(0, day.weekday() - 4)
