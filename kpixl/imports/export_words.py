"""What exports say, by language: one YAML file each, read into lists by which columns and words are known.

Names compare without case, accents and punctuation.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib import resources
from typing import Literal, TypeAlias

import msgspec
import yaml

from kpixl.folding import name_key

Kind: TypeAlias = Literal[
    "status", "type", "billable", "canceled", "currency", "survey", "elapsed", "void", "paid", "number"
]
"""What a column tells of its rows."""
Question: TypeAlias = Literal["recommend", "score", "other", "between"]
"""What is asked: whether somebody would recommend, how content somebody is, why; and what joins the ends of a scale."""
Unit: TypeAlias = Literal["hours", "minutes", "seconds"]


class Vocabulary(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What exports in one language say."""

    headings: dict[Kind, tuple[str, ...]]
    """Columns that tell which rows count."""
    fields: dict[str, tuple[str, ...]]
    """``table.field`` -> what columns for it are called, beside its heading."""
    questions: dict[Question, tuple[str, ...]]
    """How words begin by which a question of a survey is known."""
    money: tuple[str, ...]
    """What columns of amounts are called."""
    totals: tuple[str, ...]
    """How a line begins that adds others up."""
    units: dict[Unit, tuple[str, ...]]
    """In what a column of durations counts, as its heading says."""
    out: dict[str, tuple[str, ...]]
    """Table id -> words that say of a row that it is none of the table's."""
    back: tuple[str, ...]
    """Words that say of a row that its amount went back, or comes off what others say."""
    fine: tuple[str, ...]
    """Words that say of a row that it counts."""
    choices: dict[str, dict[str, tuple[str, ...]]]
    """``table.field`` -> choice id -> words for it."""
    scores: dict[str, tuple[str, ...]]
    """A score from 1 to 5, as a text -> words for it."""


@cache
def vocabularies() -> tuple[Vocabulary, ...]:
    """Those of all languages, by the names of their files."""
    folder = resources.files("kpixl.imports") / "words"
    files = sorted((file for file in folder.iterdir() if file.name.endswith(".yaml")), key=lambda file: str(file.name))
    return tuple(
        msgspec.convert(yaml.load(file.read_text(encoding="utf-8"), Loader=yaml.CBaseLoader), Vocabulary, strict=False)
        for file in files
    )


@cache
def headings_of(kind: Kind) -> frozenset[str]:
    """What columns of a kind are called in any language, as names compare."""
    return frozenset(name_key(text) for one in vocabularies() for text in one.headings.get(kind, ()))


@cache
def names_of(table: str, field: str) -> tuple[str, ...]:
    """What columns for a field are called in any language, beside its heading, as names compare."""
    texts = (text for one in vocabularies() for text in one.fields.get(f"{table}.{field}", ()))
    return tuple(dict.fromkeys(map(name_key, texts)))


@cache
def question_words(kind: Question) -> tuple[str, ...]:
    """How words begin by which a question is known in any language, as names compare."""
    return tuple(dict.fromkeys(name_key(text) for one in vocabularies() for text in one.questions[kind]))


@cache
def money_headings() -> frozenset[str]:
    """What columns of amounts are called, as names compare."""
    return frozenset(name_key(text) for one in vocabularies() for text in one.money)


@cache
def total_words() -> frozenset[str]:
    """How lines begin that add others up, as names compare."""
    return frozenset(name_key(text) for one in vocabularies() for text in one.totals)


@cache
def units() -> Mapping[str, Unit]:
    """The unit of durations by its name, as names compare."""
    return {name_key(text): unit for one in vocabularies() for unit, texts in one.units.items() for text in texts}


@cache
def out_words(table: str) -> frozenset[str]:
    """Words that say of a row that it is none of a table's, as names compare."""
    return frozenset(name_key(text) for one in vocabularies() for text in one.out.get(table, ()))


@cache
def back_words() -> frozenset[str]:
    """Words that say of a row that its amount went back, as names compare."""
    return frozenset(name_key(text) for one in vocabularies() for text in one.back)


@cache
def fine_words() -> frozenset[str]:
    """Words that say of a row that it counts, as names compare."""
    return frozenset(name_key(text) for one in vocabularies() for text in one.fine)


@cache
def choices_of(table: str, field: str) -> Mapping[str, str]:
    """The id of a choice by what exports say for it, as names compare; no word that stands for two."""
    found: dict[str, set[str]] = {}
    for one in vocabularies():
        for choice, texts in one.choices.get(f"{table}.{field}", {}).items():
            for text in texts:
                found.setdefault(name_key(text), set()).add(choice)
    return {key: next(iter(ids)) for key, ids in found.items() if len(ids) == 1}


@cache
def scores() -> Mapping[str, float]:
    """A score from 1 to 5 by the word for it, as names compare."""
    words = [(score, text) for one in vocabularies() for score, texts in one.scores.items() for text in texts]
    return {name_key(text): float(score) for score, text in words}
