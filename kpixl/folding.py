"""What makes two texts one: case, accents, spaces, and the ways in which one letter can be written.

From the finest to the coarsest: ``one_form`` joins what looks the same, ``folded`` what differs by case, ``name_key``
what names are compared by. How Excel itself compares is another rule: ``kpixl.cellvalue.match_key``.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from functools import cache, lru_cache

from kpixl.languages.load import letters

_BETWEEN = re.compile(r"[\W_]+")


def composed(text: str) -> str:
    """``text`` with each letter and its accents as one sign, where there is such a sign."""
    return text if text.isascii() else unicodedata.normalize("NFC", text)


def one_form(text: str) -> str:
    """What texts that look the same have in common: letters that stand for want of the right ones become these."""
    return text if text.isascii() else composed(text).translate(_right_letters())


@cache
def _right_letters() -> Mapping[int, str]:
    return str.maketrans(dict(letters()))


def single_spaced(text: str) -> str:
    """``text`` with one plain space where it has spaces of any kind, and none around it."""
    return " ".join(text.split())


def squeezed(text: str) -> str:
    """``text`` without any spaces, so that a missing one is found, too."""
    return "".join(text.split())


def folded(text: str) -> str:
    """``text`` without case and the spaces around it."""
    return text.strip().casefold()


def without_accents(text: str) -> str:
    """``text`` in small letters without diacritics; full-width letters and figures are plain ones."""
    plain = unicodedata.normalize("NFKD", text.casefold())
    return "".join(sign for sign in plain if not unicodedata.combining(sign))


@lru_cache(maxsize=4096)
def name_key(text: str) -> str:
    """What names are compared by: without case, accents, punctuation and surplus spaces."""
    return _BETWEEN.sub(" ", without_accents(text)).strip()
