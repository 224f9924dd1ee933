"""The currency that a heading or a cell names. Knows nothing of tables."""

from __future__ import annotations

import re

from babel.numbers import is_currency

from kpixl.currencies import code_of

_CODE = re.compile(r"[A-Z]{3}")
_REMARK = re.compile(r"\s*[(\[][^()\[\]]*[)\]]\s*$")
_BRACKETED = re.compile(r"[(\[]([^()\[\]]*)[)\]]")
_BETWEEN = re.compile(r"[\s()\[\]/,;:_-]+")
_INTO = frozenset({"in", "en", "em"})
"""Words before a currency in a heading: *Amount in EUR*, *Montant en euros*."""
_NO_CODES = frozenset({"ALL", "TOP", "TRY", "NET"})
"""Codes that are words in headings."""


def headed(heading: str, own: str) -> str:
    """The currency that a heading names in brackets, at its end or at its beginning: *Amount (EUR)*, *Amount in EUR*,
    *€ net*. Empty where it names none. Three letters are a currency there only if they are all capitals."""
    words = words_of(heading)
    for word in [*words_of(" ".join(_BRACKETED.findall(heading))), *words[-1:], *words[:1]]:
        if word not in _NO_CODES and (is_code(word) or not word.isalpha()) and (code := code_of(word, own)):
            return code
    return ""


def without_remark(heading: str) -> str:
    """A heading without a remark in brackets behind it, and without the currency that ends or begins it."""
    words = _REMARK.sub("", heading).split()
    if len(words) > 1 and headed(words[-1], ""):
        words = words[: -2 if len(words) > 2 and words[-2].lower() in _INTO else -1]
    elif len(words) > 1 and headed(words[0], ""):
        words = words[1:]
    return " ".join(words)


def is_code(text: str) -> bool:
    """Whether a text is the code of a currency, in capitals."""
    return bool(_CODE.fullmatch(text)) and bool(is_currency(text))


def words_of(text: str) -> list[str]:
    """The words of a text, without brackets and strokes."""
    return [word for word in _BETWEEN.split(text) if word]
