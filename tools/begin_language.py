"""Begins a language (``make language LANG=it``): its file, as far as CLDR knows it, and translations to fill in."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import yaml
from babel import Locale, UnknownLocaleError
from babel.core import get_global
from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po, write_po
from babel.numbers import get_territory_currencies
from babel.units import format_unit

ROOT = Path(__file__).parent.parent
UNITS = {"hours": "hour", "minutes": "minute", "seconds": "second"}
STARTER = """\
# {name}. What kpixl knows of the language besides its translations; months, days, numbers and dates are CLDR's.
# The locale of CLDR whose dates and numbers it uses: the language alone, or with a country (pt_BR).
locale: {locale}
# That of a new workbook, where no other is asked for.
currency: {currency}
# What Windows calls the language, the lower ten bits of the number of one of its locales (Spanish: 10), and the
# telephone codes of the countries for which Excel speaks it (Spanish: [34]): so the add-in knows Excel's language.
windows_number: 0
countries: []
# Whether people write the month before the day: 12/31/2026.
month_first: {month_first}
# Yes and no as people type them, besides the words of the translations. Those of Spanish: [sí, s] and [no, n].
"yes": []
"no": []
# What Excel calls TRUE and FALSE in this language.
"true": ""
"false": ""
# Words within dates that say nothing. Those of Spanish, for “31 de octubre del 2026”: [de, del, el].
date_words: []
# What follows the number of a day. Those of English: [st, nd, rd, th].
ordinals: []
# What stands between a date and its time of day. Those of Spanish: [a las, a la].
before_time: []
# What follows the number of a duration.
hours: {hours}
minutes: {minutes}
seconds: {seconds}
# What stands beside amounts in place of a sign or the three letters of a currency. That of Romanian: {{lei: RON}}.
currency_words: {{}}
# Letters that older programs write for want of the right ones. Those of Romanian: {{ş: ș, ţ: ț}}.
letters: {{}}
# The code page in which Windows writes this language where it does not write Unicode.
code_page: 1252
# A pattern of letters that no language of another code page has, by which the code page of a file is told.
telling: ""
"""


def begin(code: str, package: Path) -> tuple[Path, Path]:
    """Write the file of a language and its translations, all of them empty, into the folders of ``package``, and give
    their paths. ValueError where CLDR has no such language, or kpixl has it already."""
    file, po = package / "languages" / f"{code}.yaml", package / "locale" / code / "LC_MESSAGES" / "kpixl.po"
    if not re.fullmatch("[a-z]{2,3}", code):
        raise ValueError(f"“{code}” is no code of a language; say for example: make language LANG=it")
    try:
        locale = Locale.parse(code)
    except UnknownLocaleError as error:
        raise ValueError(f"CLDR has no language “{code}”") from error
    if file.exists() or po.exists():
        raise ValueError(f"kpixl has “{code}” already")
    file.write_text(starter(locale), encoding="utf-8")
    po.parent.mkdir(parents=True)
    with (package / "locale" / "kpixl.pot").open("rb") as source, po.open("wb") as target:
        write_po(target, _untranslated(read_po(source), locale), width=120, include_lineno=False)
    return file, po


def starter(locale: Locale) -> str:
    """The file of a language, as far as CLDR knows it."""
    return STARTER.format(
        name=locale.english_name,
        locale=locale,
        currency=_currency(locale),
        month_first=str(bool(re.match("[^d]*M[^d]*d[^d]*y", locale.date_formats["short"].pattern))).lower(),
        **{key: _list(_words(unit, locale)) for key, unit in UNITS.items()},
    )


def _currency(locale: Locale) -> str:
    """That of the country in which most people speak the language."""
    territory = str(get_global("likely_subtags").get(str(locale), "")).rpartition("_")[2]
    return next(iter(get_territory_currencies(territory)), "EUR") if territory else "EUR"


def _words(unit: str, locale: Locale) -> set[str]:
    """What follows the numbers of a unit."""
    texts = (
        format_unit(number, f"duration-{unit}", length=length, locale=locale)
        for number in (1, 2, 5, 20)
        for length in ("long", "short", "narrow")
    )
    return {word for text in texts if (word := re.sub(r"^[\d\s\u00a0\u202f]+|\.$", "", text).strip().lower())}


def _list(words: set[str]) -> str:
    shown = yaml.safe_dump(sorted(words), allow_unicode=True, default_flow_style=True, width=1000)
    return str(shown).strip()


def _untranslated(texts: Catalog, locale: Locale) -> Catalog:
    found = Catalog(locale, project="kpixl", header_comment=f"# {locale.english_name} texts of kpixl.", fuzzy=False)
    for message in texts:
        if message.id:
            found[message.id] = message
    return found


if __name__ == "__main__":
    try:
        made = begin(sys.argv[1] if len(sys.argv) > 1 else "", ROOT / "kpixl")
    except ValueError as error:
        sys.exit(f"{error}.")
    print("\n".join(str(path.relative_to(ROOT)) for path in made))
    print("Fill in both, then run: make locale")
