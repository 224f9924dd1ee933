"""What every sample business has: clients who come and go, assistants, services, and the logs that most of them keep.

Counts and rates are laid down by each business; days, people and the rest are drawn, from a random stream of its own.
"""

from __future__ import annotations

import random
from abc import ABC, abstractmethod
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, ClassVar

from kpixl.i18n import language as language_of
from kpixl.period import add_months, serial
from kpixl.samples.days import DAY_MINUTES, cell, day_of, workday_after, workday_before, workdays
from kpixl.samples.people import PeopleNames, owner
from kpixl.samples.plan import FIRST_MONTH
from kpixl.texts.words import entry_words

if TYPE_CHECKING:
    from kpixl.catalog.model import Business
    from kpixl.entries import Value
    from kpixl.period import Period
    from kpixl.samples.plan import Course

Row = dict[str, "Value"]

_OPENS, _CLOSES = 8 * 60 + 30, 18 * 60 + 30
"""Office hours in minutes of the day."""
_LEFT_OVERNIGHT = 0.015
_SOURCE_WEIGHTS = (0.26, 0.24, 0.2, 0.12, 0.08, 0.1)
REFERRAL = 0
"""The place of a recommendation among the owner's sources."""


@dataclass(frozen=True, slots=True)
class Stay:
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
        """Whether the client was there on both days."""
        return self.start <= first and (self.end is None or last <= self.end)


@dataclass(frozen=True, slots=True)
class Assistant:
    """An assistant from the first to the last day."""

    name: str
    start: date
    end: date | None

    def there(self, day: date) -> bool:
        """Whether the assistant was there on a day."""
        return self.start <= day and (self.end is None or day <= self.end)


class Company(ABC):
    """All rows of one business for the last twelve months; nothing later than the period is known."""

    course: ClassVar[Course]
    language_weights: ClassVar[tuple[float, ...]] = (0.55, 0.25, 0.1, 0.1)
    open_at_the_end: ClassVar[int] = 6
    """Requests of each month that are resolved on the first working day of the next one."""

    def __init__(self, business: Business, period: Period, language: str) -> None:
        seed = f"{business.id} {period}"
        self.business = business
        self.period = period
        self.random = random.Random(seed)
        self.words = owner(language)
        self.choices = entry_words(business, language_of(language))
        self.trade = self.words.trades[business.id]
        self.languages = self.language_names()
        self.names = PeopleNames(f"{seed} names", self.client_languages())
        self.services = self._services()
        self.assistants = self._assistants()
        self.stays = self._stays()
        self._active: dict[date, list[Stay]] = {}
        self._carried = 0

    def rows(self) -> dict[str, dict[str, list[Value]]]:
        """The rows of every table: what is kept since ever, logs of twelve months."""
        made = self.kept()
        for month in range(FIRST_MONTH, 1):
            for table, rows in self.log(month, workdays(self.first(month), self.first(month + 1))).items():
                made.setdefault(table, []).extend(rows)
        return {
            table.id: {field.id: [row.get(field.id) for row in made[table.id]] for field in table.fields}
            for table in self.business.tables
        }

    @abstractmethod
    def log(self, month: int, days: Sequence[date]) -> Mapping[str, Sequence[Row]]:
        """What was logged in a month, by table."""

    def kept(self) -> dict[str, list[Row]]:
        """Clients, assistants and services since ever."""
        return {
            "clients": self._clients(),
            "assistants": [{"assistant": a.name, "start": cell(a.start), "end": cell(a.end)} for a in self.assistants],
            "services": [
                {"service": name, "start": cell(start), "end": cell(end)} for name, start, end in self.services
            ],
        }

    # What one business may have otherwise than another

    def language_names(self) -> tuple[str, ...]:
        """How the owner calls the languages of clients; the first one is what most work is done in."""
        return self.words.languages

    def client_languages(self) -> tuple[str, ...]:
        """The codes of the languages that names of clients come from, in the same order."""
        return self.words.client_languages

    def client_name(self, language: int) -> str:
        """A new client's name."""
        return self.names.client(language)

    def assistant_name(self, place: int) -> str:
        """The name of the assistant at a place in the course."""
        return self.names.person(0)

    def source_of(self, start: date, earlier: Sequence[Stay]) -> int:
        """Where a client came from who begins on ``start``, after all the ``earlier`` ones."""
        return self.source()

    def who(self, day: date, stay: Stay) -> tuple[str, str]:
        """An assistant who does something for a client on a day, and the language of it."""
        return self.assistant(day), self.language_with(stay)

    # Who is there, and since when

    def first(self, month: int) -> date:
        """The first day of a month, counted from the period."""
        return add_months(self.period.start, month)

    def _workday_of(self, month: int) -> date:
        return self.random.choice(workdays(self.first(month), self.first(month + 1)))

    def _services(self) -> list[tuple[str, date, date | None]]:
        place, ended = self.course.service_ended
        ends = {place: self.first(ended + 1) - timedelta(days=1)}
        return [
            (name, self.first(since), ends.get(i))
            for i, (name, since) in enumerate(zip(self.trade.services, self.course.services_since, strict=True))
        ]

    def _assistants(self) -> list[Assistant]:
        left = self.course.assistants_left
        return [
            Assistant(self.assistant_name(i), self._workday_of(since), self._workday_of(left[i]) if i in left else None)
            for i, since in enumerate(self.course.assistants_since)
        ]

    def _stays(self) -> list[Stay]:
        """Every stay by its first day, each client recommended by one who was there before."""
        stays: list[Stay] = []
        for start, end, before in sorted(self._spans(), key=lambda span: span[:1]):
            if before is not None:
                earlier = next(stay for stay in stays if stay.end == before)
                stays.append(Stay(earlier.client, start, end, earlier.language, earlier.service, earlier.source,
                                  earlier.referred_by, earlier.weight, None))  # fmt: skip
                continue
            language = self.language()
            source = self.source_of(start, stays)
            there = [stay.client for stay in stays if stay.holds(start, start)]
            contact = workday_before(start, self.random.randint(3, 25))
            stays.append(
                Stay(
                    client=self.client_name(language),
                    start=start,
                    end=end,
                    language=language,
                    service=self.random.choice([i for i, s in enumerate(self.services) if s[1] <= start and not s[2]]),
                    source=source if there else 1,
                    referred_by=self.random.choice(there) if there and source == REFERRAL else None,
                    weight=self.random.uniform(0.4, 2),
                    lead=contact if contact >= self.first(FIRST_MONTH) else None,
                )
            )
        return stays

    def _spans(self) -> list[tuple[date, date | None, date | None]]:
        """First and last day of every stay; for one who came back, the last day of the stay before, too."""
        course = self.course
        joined = [self.random.randint(*course.old_clients_since) for _ in range(course.old_clients)]
        joined += [month for month, count in course.joined.items() for _ in range(count)]
        left: dict[int, int] = {}
        for cohort, month in course.left:
            among = range(*course.old_clients_since) if cohort is None else (cohort,)
            fits = [i for i, since in enumerate(joined) if i not in left and since in among and since < month - 1]
            left[self.random.choice(fits)] = month
        ends = {i: self._workday_of(month) for i, month in left.items()}
        before: dict[int, date] = {}
        if course.came_back:
            gone, back = course.came_back
            before[joined.index(back)] = next(ends[i] for i, month in left.items() if month == gone)
        return [(self._workday_of(month), ends.get(i), before.get(i)) for i, month in enumerate(joined)]

    def _clients(self) -> list[Row]:
        return [
            {
                "client": stay.client,
                "start": cell(stay.start),
                "end": cell(stay.end),
                "language": self.languages[stay.language],
                "service": self.trade.services[stay.service],
                "source": self.words.sources[stay.source],
                "referred_by": stay.referred_by,
            }
            for stay in self.stays
        ]

    # What happened in a month

    def requests(self, total: int, hours_to_resolve: float, days: Sequence[date]) -> list[Row]:
        """Requests opened in the month. Those left open at its end, and overnight, take long; the others take what is
        left of the month's planned hours."""
        carried, slow = [], []
        for _ in range(self.open_at_the_end):
            start = self._minute(days[-1], _CLOSES - 240, _CLOSES - 60)
            carried.append((start, self._minute(workday_after(days[-1], 1), _OPENS, _OPENS + 90)))
        for _ in range(round(total * _LEFT_OVERNIGHT)):
            day = self.random.choice(days[:-1])
            start = self._minute(day, _CLOSES - 180, _CLOSES - 30)
            slow.append((start, self._minute(workday_after(day, 1), _OPENS, _OPENS + 90)))
        left = 60 * total * self.noisy(hours_to_resolve, 0.1) - self._carried - _length(slow)
        self._carried = _length(carried)
        quick = []
        count = total - len(carried) - len(slow)
        mean = max(20.0, left / count)
        for _ in range(count):
            minutes = max(4, round(min(self.random.expovariate(1 / mean), 4 * mean, _CLOSES - _OPENS)))
            start = self._minute(self.random.choice(days), _OPENS, _CLOSES - max(30, minutes))
            quick.append((start, start + minutes))
        rows: list[Row] = []
        for number, (start, end) in enumerate(sorted(carried + slow + quick), start=1):
            day = day_of(start)
            stay = self.client(day, day_of(end))
            assistant, language = self.who(day, stay)
            rows.append(
                {
                    "id": f"{self.words.request}{day:%y%m}-{number:03}",
                    "client": stay.client,
                    "opened": start / DAY_MINUTES,
                    "resolved": self.so_far(end / DAY_MINUTES),
                    "assistant": assistant,
                    "language": language,
                    "kind": self.random.choice(self.trade.kinds),
                }
            )
        return rows

    def tasks(self, total: int, share_completed: float, days: Sequence[date]) -> list[Row]:
        """Tasks assigned in the month, exactly the planned share of them done in time."""
        assigned = sorted(self.random.randrange(len(days)) for _ in range(total))
        hurry = [place + self.random.uniform(0, 2.5 * len(days)) for place in assigned]
        completed = round(total * self.noisy(share_completed, 0.01))
        finished = set(sorted(range(total), key=hurry.__getitem__)[:completed])
        rows: list[Row] = []
        for number, place in enumerate(assigned):
            day = days[place]
            if number in finished:
                done = days[min(place + self._few(), len(days) - 1)]
            else:
                done = workday_after(days[-1], self.random.randint(1, 8))
            stay = self.client(day, done)
            offered = [i for i, (_, start, end) in enumerate(self.services) if start <= day and not (end and end < day)]
            service = stay.service if self.random.random() < 0.6 else self.random.choice(offered)
            due = workday_after(day, self.random.randint(1, 5))
            # What is finished is in time, and all of it was due in the month.
            due = min(max(due, done) if number in finished else due, days[-1])
            assistant, language = self.who(day, stay)
            rows.append(
                {
                    "id": f"{self.words.task}{day:%y%m}-{number + 1:03}",
                    "assigned": cell(day),
                    "due": cell(due),
                    "completed": self.so_far(serial(done)),
                    "assistant": assistant,
                    "client": stay.client,
                    "service": self.trade.services[service],
                    "language": language,
                }
            )
        return rows

    def surveys(self, total: int, share_satisfied: float, days: Sequence[date]) -> list[Row]:
        """Answers, exactly the planned share of them satisfied; nobody answers twice a day or more than three times."""
        satisfied = round(total * self.noisy(share_satisfied, 0.01))
        scores = self.scores(satisfied, total - satisfied)
        answers: dict[str, list[date]] = defaultdict(list)
        rows: list[Row] = []
        for day, score in zip(sorted(self.random.choices(days, k=total)), scores, strict=True):
            open_ = [s for s in self.clients_on(day) if len(answers[s.client]) < 3 and day not in answers[s.client]]
            stay = self.random.choice(open_)
            answers[stay.client].append(day)
            rows.append(
                {
                    "date": cell(day),
                    "client": stay.client,
                    "score": float(score),
                    "language": self.languages[stay.language],
                }
            )
        return rows

    # Draws

    def scores(self, satisfied: int, others: int) -> list[int]:
        """Scores of so many satisfied and other answers, in any order."""
        scores = self.random.choices((5, 4), (6, 4), k=satisfied)
        scores += self.random.choices((3, 2, 1), (6, 3, 1), k=others)
        self.random.shuffle(scores)
        return scores

    def language(self) -> int:
        """A client's language."""
        return self.random.choices(range(len(self.languages)), self.language_weights)[0]

    def language_with(self, stay: Stay) -> str:
        """The language of something done for a client: its own, or now and then the first."""
        return self.languages[stay.language if self.random.random() < 0.92 else 0]

    def source(self) -> int:
        """Where somebody came from."""
        return self.random.choices(range(len(self.words.sources)), _SOURCE_WEIGHTS)[0]

    def assistant(self, day: date) -> str:
        """An assistant who was there on a day."""
        return self.random.choice([assistant.name for assistant in self.assistants if assistant.there(day)])

    def clients_on(self, day: date) -> list[Stay]:
        """Who was a client on a day."""
        if day not in self._active:
            self._active[day] = [stay for stay in self.stays if stay.holds(day, day)]
        return self._active[day]

    def client(self, first: date, last: date) -> Stay:
        """A client who is there from the first to the last day; those with more work come up more often."""
        there = [stay for stay in self.clients_on(first) if stay.end is None or last <= stay.end]
        return self.random.choices(there, [stay.weight for stay in there])[0]

    def noisy(self, value: float, spread: float) -> float:
        """``value``, give or take ``spread``."""
        return value + self.random.uniform(-spread, spread)

    def so_far(self, moment: float) -> float | None:
        """``moment``, unless it is later than the period."""
        return None if moment >= serial(self.period.after) else float(moment)

    def _minute(self, day: date, first: int, last: int) -> int:
        """A minute of ``day`` from ``first`` to ``last``, counted like Excel's days."""
        return serial(day) * DAY_MINUTES + self.random.randint(first, last)

    def _few(self) -> int:
        return self.random.choices((0, 1, 2, 3, 4), (40, 30, 16, 9, 5))[0]


def _length(spans: Sequence[tuple[int, int]]) -> int:
    return sum(end - start for start, end in spans)
