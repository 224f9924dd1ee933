"""Which language somebody speaks, told from what was asked for and from the system. Loads nothing else."""

from __future__ import annotations

import os
import re
import sys
from pathlib import Path

from kpixl.errors import N_, Phrase, UnknownChoice

FOLDER = Path(__file__).parent.with_name("locale")
"""Where the translations lie."""

_CURRENCIES = {"en": "USD", "pt": "BRL", "ro": "RON"}


def currency_of(asked: str | None, code: str) -> str:
    """The currency asked for; without one, the one that fits the language. UnknownChoice for none."""
    from babel.numbers import is_currency

    asked = asked or _CURRENCIES.get(code, "EUR")
    if not is_currency(asked.upper()):
        raise UnknownChoice(got=asked, what=Phrase(N_("currency")), allowed="EUR, USD, GBP, RON, BRL, MXN, …")
    return asked.upper()


def default_language(asked: str | None) -> str:
    """The language asked for, else that of KPIXL_LANG or the system where kpixl speaks it, else English."""
    if asked:
        return asked
    spoken = (code for code in (_code_of(os.environ.get("KPIXL_LANG")), _system_language()) if _speaks(code))
    return next(spoken, "en")


def _system_language() -> str:
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        if os.environ.get(name):
            return _code_of(os.environ[name])
    if sys.platform == "win32":
        import ctypes
        import locale

        return _code_of(locale.windows_locale.get(ctypes.windll.kernel32.GetUserDefaultUILanguage()))
    return ""


def _code_of(name: str | None) -> str:
    """``es`` of ``es_MX.UTF-8``."""
    return re.split(r"[_.@-]", name or "")[0].lower()


def _speaks(code: str) -> bool:
    return code == "en" or (code.isalpha() and (FOLDER / code / "LC_MESSAGES" / "kpixl.mo").is_file())
