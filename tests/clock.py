"""The moment at which the tests run: the day is handed in everywhere, so that no clock of a machine is asked."""

from datetime import date, datetime

NOW = datetime(2026, 11, 22, 9, 30)
TODAY: date = NOW.date()
