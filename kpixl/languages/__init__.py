"""Which languages kpixl speaks, and which of them somebody speaks, told from what was asked for and from the system.

A language is a file ``xx.yaml`` in this folder and its translations; ``load`` reads the files. Loads nothing else.
"""

from __future__ import annotations

import os
import re
import sys
from functools import cache
from pathlib import Path

FOLDER = Path(__file__).parent
"""Where the languages lie, a file each."""
TRANSLATIONS = FOLDER.with_name("locale")
"""Where their translations lie."""
ENGLISH = "en"
"""The language of the texts in the code, which needs no translations."""


def codes() -> tuple[str, ...]:
    """The languages that kpixl speaks by their codes, as the names of the files tell them: English, then the others."""
    return _codes_in(FOLDER)


@cache
def _codes_in(folder: Path) -> tuple[str, ...]:
    return (ENGLISH, *sorted({path.stem for path in folder.glob("*.yaml")} - {ENGLISH}))


def default_language(asked: str | None) -> str:
    """The language asked for, else that of KPIXL_LANG or the system where kpixl speaks it, else English."""
    if asked:
        return asked
    spoken = (code for code in (_code_of(os.environ.get("KPIXL_LANG")), _system_language()) if _speaks(code))
    return next(spoken, ENGLISH)


def is_translated(code: str) -> bool:
    """Whether the texts of a language are there."""
    return code == ENGLISH or (TRANSLATIONS / code / "LC_MESSAGES" / "kpixl.mo").is_file()


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
    return code in codes() and is_translated(code)
