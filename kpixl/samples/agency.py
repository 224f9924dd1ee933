"""A year in the life of a remote virtual-assistant agency that is doing well, month by month."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import ClassVar

from kpixl.catalog.tables import word_key
from kpixl.period import serial
from kpixl.samples.company import Company, Row
from kpixl.samples.days import cell, workday_after, workday_before
from kpixl.samples.plan import COURSE, FIRST_MONTH, PLAN, TARGETS, PlanMonth

__all__ = ["TARGETS", "Agency"]


class Agency(Company):
    """All rows of one agency for the last twelve months."""

    course: ClassVar = COURSE

    def log(self, month: int, days: Sequence[date]) -> Mapping[str, Sequence[Row]]:
        """Requests, tasks, hours, surveys and leads of a month."""
        plan = PLAN[month - FIRST_MONTH]
        return {
            "requests": self.requests(plan.requests, plan.hours_to_resolve, days),
            "tasks": self.tasks(plan.tasks, plan.completed, days),
            "hours": self._hours(plan, days),
            "surveys": self.surveys(plan.surveys, plan.satisfied, days),
            "leads": self._leads(plan, days),
        }

    def _hours(self, plan: PlanMonth, days: Sequence[date]) -> list[Row]:
        """A row for each assistant and working day. The second one works part-time."""
        rows: list[Row] = []
        for day in days:
            for place, assistant in enumerate(self.assistants):
                if not assistant.there(day):
                    continue
                available = 4.0 if self.random.random() < 0.04 else 6.0 if place == 1 else 8.0
                share = self.noisy(plan.utilised, 0.12)
                productive = min(available, round(available * share * 4) / 4)
                rows.append(
                    {
                        "date": cell(day),
                        "assistant": assistant.name,
                        "available": available,
                        "productive": productive,
                        "language": self.languages[0],
                    }
                )
        return rows

    def _leads(self, plan: PlanMonth, days: Sequence[date]) -> list[Row]:
        """Those who became clients, now or in a later month, and as many others as planned."""
        yes, no = (self.choices[word_key("leads", "qualified", choice)] for choice in ("yes", "no"))
        rows: list[Row] = []
        for stay in self.stays:
            if stay.lead is not None and days[0] <= stay.lead <= days[-1]:
                talk = self.so_far(serial(workday_before(stay.start, (stay.start - stay.lead).days // 2)))
                rows.append(
                    {
                        "date": cell(stay.lead),
                        "lead": stay.client,
                        "source": self.words.sources[stay.source],
                        "qualified": yes,
                        "consultation": talk if self.random.random() < 0.7 else None,
                        "converted": self.so_far(serial(stay.start)),
                    }
                )
        for _ in range(plan.leads - len(rows)):
            day = self.random.choice(days)
            qualified = self.random.choices((yes, no, None), (45, 35, 20))[0]
            talk = self.so_far(serial(workday_after(day, self.random.randint(1, 8))))
            rows.append(
                {
                    "date": cell(day),
                    "lead": self.names.client(self.language()),
                    "source": self.words.sources[self.source()],
                    "qualified": qualified,
                    "consultation": talk if qualified == yes and self.random.random() < 0.5 else None,
                }
            )
        return sorted(rows, key=lambda row: row["date"] or 0)


MAKER = Agency
