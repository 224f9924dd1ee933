"""Names of columns: how they compare, and which ones the catalogue has for a table. Knows nothing of files."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import TYPE_CHECKING

from kpixl.i18n import LOCALES, language

if TYPE_CHECKING:
    from collections.abc import Mapping

    from kpixl.catalog.tables import Table

_BETWEEN = re.compile(r"[\W_]+")
_CEDILLAS = str.maketrans("şţŞŢ", "șțȘȚ")
"""Older programs write Romanian with a cedilla for want of the comma below."""


def with_commas(text: str) -> str:
    """Romanian ``text`` with commas below where it has cedillas."""
    return text.translate(_CEDILLAS)


def one_form(text: str) -> str:
    """What texts that look the same have in common."""
    return with_commas(text if text.isascii() else unicodedata.normalize("NFC", text))


def without_accents(text: str) -> str:
    """``text`` in small letters without diacritics."""
    plain = unicodedata.normalize("NFKD", text.casefold())
    return "".join(sign for sign in plain if not unicodedata.combining(sign))


@lru_cache(maxsize=4096)
def name_key(text: str) -> str:
    """What names are compared by: without case, accents, punctuation and surplus spaces."""
    return _BETWEEN.sub(" ", without_accents(text)).strip()


def headings_in(table: Table) -> Mapping[str, Mapping[str, str]]:
    """The headings of a table by language and field, as they compare."""
    return {code: {field.id: name_key(language(code)(field.heading)) for field in table.fields} for code in LOCALES}
