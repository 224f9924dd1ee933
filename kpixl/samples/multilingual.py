"""A year of an agency that works in six languages. Its translations have never been better and clients would recommend
it, but more of the old clients have left than should; and a new assistant with few languages has just begun."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, ClassVar

from kpixl.period import serial
from kpixl.samples.company import Assistant, Company, Row, Stay
from kpixl.samples.days import cell
from kpixl.samples.plan import FIRST_MONTH, Course

if TYPE_CHECKING:
    from kpixl.catalog.model import Business
    from kpixl.period import Period


@dataclass(frozen=True, slots=True)
class MultilingualMonth:
    """What is laid down for a month: how many rows, and the KPIs they come to (but for a little noise).

    Answers count apart: those of clients with the house language, and those of the others, to whom ``satisfied`` and
    ``nps`` apply.
    """

    requests: int
    tasks: int
    house_answers: int
    answers: int
    satisfied: float
    nps: int
    hours_to_resolve: float
    completed: float
    tasks_per_hour: float
    checks: int
    accurate: float


PLAN = (
    MultilingualMonth(182, 468, 9, 31, 0.77, 16, 4.3, 0.90, 1.62, 22, 0.934),
    MultilingualMonth(190, 480, 8, 33, 0.79, 21, 4.1, 0.91, 1.71, 24, 0.941),
    MultilingualMonth(186, 471, 10, 32, 0.75, 13, 4.2, 0.90, 1.66, 23, 0.938),
    MultilingualMonth(201, 498, 9, 36, 0.81, 22, 3.8, 0.92, 1.78, 26, 0.947),
    MultilingualMonth(212, 540, 11, 38, 0.82, 24, 3.9, 0.92, 1.84, 28, 0.951),
    MultilingualMonth(207, 552, 10, 37, 0.84, 27, 3.6, 0.93, 1.80, 29, 0.946),
    MultilingualMonth(219, 568, 12, 40, 0.83, 25, 3.4, 0.93, 1.91, 31, 0.958),
    MultilingualMonth(226, 581, 11, 41, 0.85, 31, 3.5, 0.94, 1.96, 30, 0.962),
    MultilingualMonth(233, 560, 12, 43, 0.84, 29, 3.3, 0.93, 2.02, 33, 0.960),
    MultilingualMonth(241, 574, 13, 45, 0.88, 33, 3.2, 0.94, 1.98, 34, 0.967),
    MultilingualMonth(247, 590, 12, 47, 0.85, 36, 3.9, 0.94, 2.04, 36, 0.971),
    MultilingualMonth(262, 642, 14, 50, 0.86, 34, 3.2, 0.95, 2.10, 38, 0.983),
)
"""The last month is the period itself."""

_JOINED = {-24: 1, -22: 1, -21: 1, -20: 1, -19: 1, -18: 1, -17: 1, -16: 1, -15: 1, -14: 1, -13: 1, -12: 1,
           -11: 1, -10: 1, -9: 1, -8: 1, -7: 2, -6: 1, -5: 1, -4: 1, -3: 2, -2: 1, -1: 1, 0: 2}  # fmt: skip
_LEFT = ((None, -23), (None, -20), (None, -17), (None, -15), (-22, -13),
         (None, -10), (None, -8), (-19, -6), (None, -3), (-9, -2), (-17, 0), (None, 0))  # fmt: skip
COURSE = Course(
    old_clients=31,
    old_clients_since=(-56, -25),
    joined=_JOINED,
    left=_LEFT,
    assistants_since=(-50, -41, -30, -15, -7, 0),
    assistants_left={3: -3},
    services_since=(-58, -58, -58, -52, -44, -37, -29, -20, -13, -5),
    service_ended=(5, -4),
)

TARGETS = {"css": 0.88, "art": 3.0, "kept": 0.9, "accuracy": 0.97, "tph": 2.2, "nps": 30}

HOUSE, SPANISH, FRENCH, PORTUGUESE, ROMANIAN, ITALIAN = range(6)
"""Places in the list of languages. The first one is the house language, the owner's own; English stands in the place
where an owner who speaks English has hers."""
_CODES = ("en", "es", "fr", "pt", "ro", "it")
_TEAM = (
    (SPANISH, PORTUGUESE, HOUSE),
    (FRENCH, HOUSE),
    (ROMANIAN, SPANISH),
    (ITALIAN, FRENCH),
    (FRENCH, ITALIAN, HOUSE),
    (PORTUGUESE, SPANISH),
)
"""What each assistant speaks, in the order in which they came. The first language is the mother tongue."""
_AVAILABLE = (4.0, 4.0, 4.0, 3.0, 4.0, 3.0)
"""Hours a day of each assistant."""
_HOUSE_AVAILABLE = 1.5
"""Hours of these that an assistant who works in the house language, too, keeps for it."""
_HOUSE_UTILISED = 0.85
_HOUSE_SATISFIED = 0.9
_BLANK_RECOMMENDATIONS = 0.06
_ANSWERS_A_CLIENT = 3


class Multilingual(Company):
    """All rows of one agency for the last twelve months."""

    course: ClassVar = COURSE
    language_weights: ClassVar = (0.2, 0.25, 0.21, 0.16, 0.08, 0.1)
    open_at_the_end: ClassVar = 4

    def __init__(self, business: Business, period: Period, language: str) -> None:
        super().__init__(business, period, language)
        self._tasks: list[Row] = []

    def language_names(self) -> tuple[str, ...]:
        """The house language as Settings has it, then the others."""
        return (self.choices["house_language"], *self.words.foreign)

    def client_languages(self) -> tuple[str, ...]:
        """Clients come from everywhere, whatever the owner speaks."""
        own = self.words.client_languages[0]
        swapped = {_CODES[HOUSE]: own, own: _CODES[HOUSE]}
        return tuple(swapped.get(code, code) for code in _CODES)

    def assistant_name(self, place: int) -> str:
        """A name from where the assistant comes from."""
        return self.names.person(_TEAM[place][0])

    def who(self, day: date, stay: Stay) -> tuple[str, str]:
        """An assistant who speaks the language of what is done for a client."""
        language = stay.language if self.random.random() < 0.92 else HOUSE
        assistant, _ = self.random.choice([one for one in self._team(day) if language in one[1]])
        return assistant.name, self.languages[language]

    def kept(self) -> dict[str, list[Row]]:
        """Clients and assistants since ever, and what the assistants speak."""
        spoken: list[Row] = [
            {"assistant": assistant.name, "language": self.languages[language]}
            for assistant, languages in zip(self.assistants, _TEAM, strict=True)
            for language in languages
        ]
        return {**super().kept(), "languages": spoken}

    def log(self, month: int, days: Sequence[date]) -> Mapping[str, Sequence[Row]]:
        """Requests, tasks, hours, surveys and checked translations of a month."""
        plan = PLAN[month - FIRST_MONTH]
        tasks = self.tasks(plan.tasks, plan.completed, days)
        self._tasks += tasks
        return {
            "requests": self.requests(plan.requests, plan.hours_to_resolve, days),
            "tasks": tasks,
            "hours": self._hours(plan, days),
            "surveys": self._answers(plan, days),
            "translations": self._translations(plan, days),
        }

    def _team(self, day: date) -> list[tuple[Assistant, tuple[int, ...]]]:
        """Who is there on a day, with what they speak."""
        return [one for one in zip(self.assistants, _TEAM, strict=True) if one[0].there(day)]

    def _foreign(self, languages: Sequence[int]) -> int:
        """One of ``languages`` that is not the house language, those of many clients more often."""
        others = [language for language in languages if language != HOUSE]
        return self.random.choices(others, [self.language_weights[language] for language in others])[0]

    # Hours

    def _hours(self, plan: MultilingualMonth, days: Sequence[date]) -> list[Row]:
        """For each assistant and working day a row in another language than the house language, and one in that where
        it is spoken. The tasks done in other languages come to the planned number an hour."""
        rows: list[Row] = []
        available, places = [], []
        for day in days:
            for assistant, languages in self._team(day):
                hours = _AVAILABLE[self.assistants.index(assistant)]
                if HOUSE in languages:
                    hours -= _HOUSE_AVAILABLE
                    worked = _quarters(_HOUSE_AVAILABLE * self.noisy(_HOUSE_UTILISED, 0.15)) / 4
                    rows.append(self._worked(day, assistant, HOUSE, _HOUSE_AVAILABLE, worked))
                places.append(len(rows))
                available.append(hours)
                rows.append(self._worked(day, assistant, self._foreign(languages), hours, 0.0))
        needed = self._done_in_others(days) / plan.tasks_per_hour
        for place, quarters in zip(places, self._spread(_quarters(needed), available), strict=True):
            rows[place]["worked"] = quarters / 4
        return rows

    def _worked(self, day: date, assistant: Assistant, language: int, available: float, worked: float) -> Row:
        return {
            "date": cell(day),
            "assistant": assistant.name,
            "available": available,
            "worked": worked,
            "language": self.languages[language],
        }

    def _done_in_others(self, days: Sequence[date]) -> int:
        """Tasks done in the month in another language than the house language, whenever they were assigned."""
        house, first, last = self.languages[HOUSE], serial(days[0]), serial(days[-1])
        return sum(
            isinstance(done := task["completed"], float) and first <= done <= last and task["language"] != house
            for task in self._tasks
        )

    def _spread(self, quarters: int, available: Sequence[float]) -> list[int]:
        """So many quarters of an hour in all, each part within the hours available."""
        share = quarters / 4 / sum(available)
        parts = [min(_quarters(hours), _quarters(hours * self.noisy(share, 0.1))) for hours in available]
        while (missing := quarters - sum(parts)) != 0:
            place = self.random.randrange(len(parts))
            moved = parts[place] + (1 if missing > 0 else -1)
            if 0 < moved <= _quarters(available[place]):
                parts[place] = moved
        return parts

    # Surveys

    def _answers(self, plan: MultilingualMonth, days: Sequence[date]) -> list[Row]:
        """Answers of clients with another language as planned, and some of those with the house language."""
        satisfied = round(plan.house_answers * _HOUSE_SATISFIED)
        scores = self.scores(satisfied, plan.house_answers - satisfied)
        rows = self._answered(
            [(s, min(10, max(0, 2 * s - self.random.randint(0, 2)))) for s in scores], days, house=True
        )
        rows += self._answered(self._opinions(plan), days, house=False)
        return _no_answer_twice(sorted(rows, key=lambda row: row["date"] or 0), days)

    def _opinions(self, plan: MultilingualMonth) -> list[tuple[int, int | None]]:
        """Score and recommendation of each answer. The least satisfied are detractors, the most satisfied promoters;
        some of those between leave the recommendation blank."""
        satisfied = round(plan.answers * plan.satisfied)
        scores = sorted(self.scores(satisfied, plan.answers - satisfied))
        blank = round(plan.answers * _BLANK_RECOMMENDATIONS)
        detractors = plan.answers - satisfied
        promoters = detractors + round(plan.nps * (plan.answers - blank) / 100)
        passive = plan.answers - detractors - promoters
        recommended: list[int | None] = [2 * score - self.random.randint(0, 2) for score in scores[:detractors]]
        recommended += [None] * blank
        recommended += self.random.choices((7, 8), (2, 3), k=passive - blank)
        recommended += self.random.choices((9, 10), (3, 2), k=promoters)
        opinions = list(zip(scores, recommended, strict=True))
        self.random.shuffle(opinions)
        return opinions

    def _answered(self, opinions: Sequence[tuple[int, int | None]], days: Sequence[date], *, house: bool) -> list[Row]:
        """Who gave each of the answers, and when; nobody more than three."""
        answers: dict[str, int] = {}
        rows: list[Row] = []
        for score, recommend in opinions:
            day = self.random.choice(days)
            there = [stay for stay in self.clients_on(day) if (stay.language == HOUSE) == house]
            stay = self.random.choice([stay for stay in there if answers.get(stay.client, 0) < _ANSWERS_A_CLIENT])
            answers[stay.client] = answers.get(stay.client, 0) + 1
            rows.append(
                {
                    "date": cell(day),
                    "client": stay.client,
                    "score": float(score),
                    "recommend": None if recommend is None else float(recommend),
                    "language": self.languages[stay.language],
                }
            )
        return rows

    # Translations

    def _translations(self, plan: MultilingualMonth, days: Sequence[date]) -> list[Row]:
        """Checks, the planned share of all texts in them accurate."""
        checked = [self.random.randint(8, 24) for _ in range(plan.checks)]
        wrong = [0] * plan.checks
        for place in self.random.choices(range(plan.checks), checked, k=round(sum(checked) * (1 - plan.accurate))):
            wrong[place] += 1
        rows: list[Row] = []
        for day, texts, errors in zip(sorted(self.random.choices(days, k=plan.checks)), checked, wrong, strict=True):
            assistant, languages = self.random.choice(self._team(day))
            language = self._foreign(languages)
            clients = [stay.client for stay in self.clients_on(day) if stay.language == language]
            rows.append(
                {
                    "date": cell(day),
                    "language": self.languages[language],
                    "checked": float(texts),
                    "accurate": float(max(0, texts - errors)),
                    "assistant": assistant.name,
                    "client": self.random.choice(clients) if clients else None,
                }
            )
        return rows


def _no_answer_twice(rows: list[Row], days: Sequence[date]) -> list[Row]:
    """The same answers, none of which looks as if it had been typed twice: the second one came on another day."""
    seen = set[tuple[object, ...]]()
    for row in rows:
        others = iter(days)
        while tuple(row.values()) in seen:
            row["date"] = cell(next(others))
        seen.add(tuple(row.values()))
    return sorted(rows, key=lambda row: row["date"] or 0)


def _quarters(hours: float) -> int:
    return round(hours * 4)


MAKER = Multilingual
