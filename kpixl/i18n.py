"""The owner's language: gettext for words, Babel for numbers and dates. Never guesses a language."""

from __future__ import annotations

import datetime
import gettext
import math
import re
from decimal import ROUND_HALF_UP, ROUND_UP, Decimal
from functools import cache

from babel import Locale
from babel.dates import format_date, format_time
from babel.numbers import format_currency, format_decimal, get_decimal_symbol

from kpixl.decimals import SHOWN
from kpixl.errors import N_, UnknownChoice
from kpixl.languages import ENGLISH, TRANSLATIONS, codes
from kpixl.languages.load import particulars
from kpixl.message import Verbatim, Worded, phrase
from kpixl.period import Period

_HUGE = 1e15
"""From here on numbers have more digits than they can mean."""

_TRUTH = {True: N_("TRUE"), False: N_("FALSE")}

NO_BREAK = "\u00a0"


def rounded(value: float, digits: int) -> Decimal:
    """Half away from zero, on the 15 digits that Excel works with: 0.8125 is 81.3 % here as in a cell."""
    return Decimal(f"{value:.15g}").quantize(Decimal(1).scaleb(-digits), ROUND_HALF_UP)


def rounded_up(value: float, digits: int) -> Decimal:
    """Away from zero, on the same 15 digits."""
    return Decimal(f"{value:.15g}").quantize(Decimal(1).scaleb(-digits), ROUND_UP)


class Language:
    """Everything that depends on the owner's language."""

    def __init__(self, code: str) -> None:
        self.code = code
        self.particulars = particulars(code)
        self.locale = Locale.parse(self.particulars.locale)
        self.catalogue = _translations(code)

    @property
    def decimal_point(self) -> str:
        """The sign between whole and fraction."""
        return str(get_decimal_symbol(self.locale))

    def __call__(self, text: str) -> str:
        """``text`` translated; the empty text and the owner's own stay as they are."""
        if isinstance(text, Worded) and self.code in text.languages:
            return text.languages[self.code]
        return self.catalogue.gettext(text) if text and not isinstance(text, Verbatim) else str(text)

    def number(self, value: float | None, unit: str = "count", currency: str = "USD", finer: int = 0) -> str:
        """``value`` as the owner reads it: ``82,0 %``, ``2,9 h``, ``1.250 €``; an en dash without a value. What is
        neither money nor a count has ``finer`` decimals more where they are asked for."""
        if value is None or not math.isfinite(value):
            return "–"
        if abs(value) >= _HUGE:
            return f"{value:.3g}"
        if unit == "money":
            return format_currency(rounded(value, SHOWN[unit]), currency, locale=self.locale)
        if unit not in SHOWN:
            return format_decimal(rounded(value, 1), locale=self.locale)
        number = self.decimal(value * 100 if unit == "fraction" else value, SHOWN[unit] + finer)
        after = {
            "fraction": f"{self._before_percent}%",
            "hours": f"{NO_BREAK}h",
            "months": f"{NO_BREAK}{self(N_('months'))}",
        }
        return number + after.get(unit, "")

    @property
    def _before_percent(self) -> str:
        """What stands between a number and the per-cent sign."""
        return "" if "0%" in self.locale.percent_formats[None].pattern else NO_BREAK

    def money_pattern(self, currency: str) -> str:
        """How an amount is written, with {} for the digits: ``{} €``, ``R$ {}``."""
        shown = format_currency(1, currency, format="¤|#", locale=self.locale).partition("|")[0]
        standard = str(self.locale.currency_formats["standard"].pattern).partition(";")[0]
        return re.sub(r"[#0.,]+", "{}", standard).replace("¤", shown)

    def decimal(self, value: float, digits: int) -> str:
        """``value`` with a fixed number of digits after the point."""
        return format_decimal(rounded(value, digits), format="#,##0." + "0" * digits, locale=self.locale)

    def plain(self, value: float) -> str:
        """A number with the digits that it has: ``0,25``, ``1.250``."""
        if abs(value) >= _HUGE:
            return f"{value:.3g}"
        return format_decimal(value, locale=self.locale)

    def exact(self, value: float) -> str:
        """A number with all the digits that Excel keeps; with an exponent where it has more."""
        if abs(value) < _HUGE and round(value, 3) == value:
            return self.plain(value)
        return f"{value:.15g}".replace(".", self.decimal_point)

    def to_type(self, value: float, unit: str = "") -> str:
        """A number as it is typed into a cell: no signs between thousands, and the sign before decimals of its own."""
        percent = "%" if unit == "fraction" else ""
        return f"{value * 100 if percent else value:.15g}{percent}".replace(".", self.decimal_point)

    def value(self, value: object) -> str:
        """A value without a unit: a truth value, a number with its digits, a date, a period."""
        match value:
            case bool():
                return self(_TRUTH[value])
            case int() | float():
                return self.exact(float(value))
            case datetime.datetime():
                return self.moment(value)
            case datetime.date():
                return self.date(value)
            case Period():
                return self.period(value)
            case _:
                return str(value)

    def date(self, day: datetime.date) -> str:
        """A date in full words: ``31 de octubre de 2026``."""
        return format_date(day, format="long", locale=self.locale)

    def moment(self, when: datetime.datetime) -> str:
        """A date with its time: ``22 de noviembre de 2026, 3:15``."""
        return f"{self.date(when.date())}, {format_time(when, format='short', locale=self.locale)}"

    def language_name(self, code: str) -> str:
        """What a language is called, by its code."""
        return str(self.locale.languages[code]).capitalize()

    def period(self, period: Period) -> str:
        """A period in words: ``octubre de 2026``, ``4.º trimestre de 2026``, a span of dates for a week."""
        match period.kind:
            case "month":
                return self._date_as("yMMMM", period.start)
            case "quarter":
                return self._date_as("yQQQQ", period.start)
            case "year":
                return str(period.start.year)
            case _:
                return f"{self.date(period.start)} – {self.date(period.end)}"

    def _date_as(self, skeleton: str, day: datetime.date) -> str:
        """The parts of a date that a CLDR skeleton names, in the order and with the words of the language."""
        return str(format_date(day, format=self.locale.datetime_skeletons[skeleton].pattern, locale=self.locale))


@cache
def language(code: str) -> Language:
    """The language called ``code``; UnknownChoice for one that kpixl does not speak."""
    if code not in codes():
        raise UnknownChoice(got=code, what=phrase(N_("language")), allowed=", ".join(codes()))
    return Language(code)


def _translations(code: str) -> gettext.NullTranslations:
    return gettext.translation("kpixl", TRANSLATIONS, languages=[code], fallback=code == ENGLISH)
