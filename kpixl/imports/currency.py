"""In which currency each row of a file is, where a column or a heading says it: compared with the workbook's. Converts
nothing."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from kpixl.currencies import code_of
from kpixl.errors import N_
from kpixl.folding import name_key
from kpixl.imports.choice_words import plain_text
from kpixl.imports.export_words import headings_of, money_headings
from kpixl.imports.named_currency import headed, is_code, words_of
from kpixl.imports.numbers import amount, signs_in
from kpixl.imports.outcome import Refusal
from kpixl.imports.remarks import Note
from kpixl.imports.source import is_filled

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from kpixl.imports.body import Body
    from kpixl.imports.matching import Match
    from kpixl.imports.source import Raw

ELSEWHERE = N_("is in another currency than the workbook, which is in {own}")


def compared(match: Match, of: Body, own: str, chosen: Collection[int]) -> tuple[dict[int, Refusal], list[Note]]:
    """The rows whose amounts are in another currency than ``own``, by their places, and what is to be said of them.
    Where the owner has ``chosen`` rows by the currency, they are taken as they are."""
    money = next(
        (field.id for field in match.table.fields if field.unit == "money" and field.id in match.fillings), None
    )
    if money is None or not own or not of.rows:
        return {}, []
    amount = match.column(money)
    place = _place(match, of, match.fillings[money].places, own)
    if place is None:
        code = headed(amount, own)
        if code and code != own and {*match.fillings[money].places} & {*chosen}:
            return {}, [Note("currency_chosen", {"column": amount, "values": code, "own": own})]
        return _refused(of, [code] * len(of.rows), amount, own, match, money) if code else ({}, [])
    heading = match.columns[place]
    names = {text: _named(text, own) for text in {plain_text(row[place]) for row in of.rows}}
    codes = [names[plain_text(row[place])] for row in of.rows]
    if place in chosen:
        others = {code for code in codes if code and code != own}
        told = {"column": heading, "values": ", ".join(sorted(others)), "own": own}
        return {}, [Note("currency_chosen", told)] if others else []
    return _refused(of, codes, heading, own, match, money)


def _named(text: str, own: str) -> str:
    """The code of what a cell of a column of currencies says: by all of it, or by the one code in it (*USD - US
    Dollar*)."""
    codes = {word for word in words_of(text) if is_code(word)}
    return code_of(text, own) or (next(iter(codes)) if len(codes) == 1 else "") or text.upper()


def _refused(
    of: Body, codes: Sequence[str], heading: str, own: str, match: Match, money: str
) -> tuple[dict[int, Refusal], list[Note]]:
    others = {place: code for place, code in enumerate(codes) if code and code != own}
    if not others:
        return {}, []
    refused = {place: Refusal(heading, code, ELSEWHERE, {"own": own}) for place, code in others.items()}
    found, amounts = Counter(others.values()), match.fillings[money].places
    sums = {code: _sum([of.rows[place][amounts[0]] for place, one in others.items() if one == code]) for code in found}
    shown = "; ".join(f"{code}: {count} ({sums[code]})" for code, count in found.most_common())
    told = {"column": heading, "own": own, "count": len(others), "values": shown}
    # A heading speaks for every row.
    value = "" if len(others) == len(of.rows) else found.most_common(1)[0][0]
    note = Note("other_currency", {**told, "command": f'--only "{heading}={value}"', "pair": match.pair(money)})
    return refused, [note]


def _sum(cells: Sequence[Raw]) -> str:
    """What some amounts come to, as far as they can be read."""
    texts = [cell.strip() for cell in cells if isinstance(cell, str)]
    signs = signs_in(texts)
    sign = next(iter(signs)) if len(signs) == 1 else "."
    total = sum(cell for cell in cells if isinstance(cell, float))
    for found in map(amount, texts):
        total += (found.value(sign) or 0) if found else 0
    return f"{total:,.2f}"


def _place(match: Match, of: Body, amounts: Sequence[int], own: str) -> int | None:
    """The column that says in which currency the amounts are: of several the one whose heading goes with that of the
    amounts, such as *Converted Currency* with *Converted Amount*."""
    filling = {place for one in match.fillings.values() for place in one.places}
    known = headings_of("currency")
    found = []
    for place, heading in enumerate(match.columns):
        key = name_key(heading)
        words = _without(key, known)
        cells = [row[place] for row in of.rows if is_filled(row[place])]
        if not heading or place in filling or not cells:
            continue
        if words is not None or all(is_code(plain_text(cell)) for cell in cells):
            found.append((place, words if words is not None else key))
    if not found:
        return None
    goes_with = _without(name_key(match.columns[amounts[0]]), money_headings())
    exact = [place for place, words in found if words == (goes_with or "")]
    return exact[0] if exact else min(found, key=lambda one: (len(one[1]), one[0]))[0]


def _without(key: str, words: Collection[str]) -> str | None:
    """A heading without one of some words before or behind it; None where it has none of them."""
    for word in sorted(words, key=len, reverse=True):
        if key == word:
            return ""
        if key.startswith(f"{word} ") or key.endswith(f" {word}"):
            return key.removeprefix(f"{word} ").removesuffix(f" {word}").strip()
    return None
