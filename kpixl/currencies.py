"""Currencies by their codes, signs and names in the languages of kpixl, beside amounts and in number formats. Knows
nothing of files."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache

from babel.numbers import get_currency_name, is_currency, list_currencies

from kpixl.folding import name_key
from kpixl.languages.load import every

_CODE = re.compile(r"[A-Z]{3}", re.IGNORECASE)
SIGNS = {
    "€": "EUR", "£": "GBP", "R$": "BRL", "US$": "USD", "MX$": "MXN", "CA$": "CAD", "C$": "CAD", "AU$": "AUD",
    "A$": "AUD", "S/": "PEN", "S/.": "PEN", "¥": "JPY", "₹": "INR", "lei": "RON", "leu": "RON",
}  # fmt: skip
"""Signs that stand for one currency."""
DOLLARS = frozenset({"USD", "MXN", "CAD", "AUD", "ARS", "CLP", "COP", "NZD", "SGD", "HKD", "UYU", "DOP"})
"""Currencies that a mere $ may stand for."""


def code_of(text: str, own: str) -> str:
    """The code of the currency that a text names by its code, sign or name; empty where it names none. ``own`` is the
    workbook's, which a sign may stand for that several have."""
    plain = text.strip()
    if _CODE.fullmatch(plain) and is_currency(plain.upper()):
        return plain.upper()
    if plain == "$":
        return own if own in DOLLARS else "USD"
    return SIGNS.get(plain, "") or SIGNS.get(plain.lower(), "") or _names().get(name_key(plain), "")


@cache
def _names() -> Mapping[str, str]:
    found: dict[str, set[str]] = {}
    for code in list_currencies():
        for locale in (one.locale for one in every()):
            for count in (None, 1, 2):
                found.setdefault(name_key(get_currency_name(code, count=count, locale=locale)), set()).add(code)
    return {name: next(iter(codes)) for name, codes in found.items() if len(codes) == 1}


_AMOUNT = re.compile(r"[-+−]?\s*\d[\d.,'’\s\u00a0\u202f]*|[-+−]")
_SECTION = re.compile(r"""(?:"[^"]*"|\[[^\]]*\]|\\.|[^;"\[\\])*""")
_IN_FORMAT = re.compile(r"""\[\$(?P<sign>[^\]-]+)(?:-[^\]]*)?\]|"(?P<quoted>[^"]*)"|(?P<bare>[$€£¥₹])""")


def beside_amount(text: str, own: str) -> str:
    """The code of the currency beside the digits of an amount, such as ``€ 200``; empty where none is named."""
    if not any(sign.isdigit() for sign in text):
        return ""
    rest = " ".join(_AMOUNT.sub(" ", text).split())
    return code_of(rest, own) if rest else ""


def in_format(text: str, own: str) -> str:
    """The code of the currency that a number format shows, such as ``#,##0.00 [$€-407]``; empty where it shows none,
    and for one with a plus: it says how much something has changed, and is on no amount that anyone enters."""
    if text.startswith("+"):
        return ""
    section = _SECTION.match(text)
    for found in _IN_FORMAT.finditer(section[0] if section else ""):
        sign = (found["sign"] or found["quoted"] or found["bare"] or "").strip()
        # What ends in a colon says what is counted: of our own formats, such as that of cases, on every sheet.
        code = code_of(sign, own) if sign and not sign.endswith(":") else ""
        if code:
            return code
    return ""
