"""Rows from the exports of other programs: what they say, as the rows of an entry table. Never changes a file."""

from kpixl.source.cells import (
    BAD_DATE,
    BAD_HOURS,
    BAD_NUMBER,
    BLANK,
    CONTROL,
    EARLY_DATE,
    EITHER_DATE,
    EITHER_NUMBER,
    FAILED,
    NO_CHOICE,
    OTHER_CURRENCY,
    TOO_LONG,
    TWICE,
    Value,
)
from kpixl.source.choices import Choices
from kpixl.source.errors import (
    AmbiguousColumn,
    BadConstant,
    MappedAndSet,
    NoSheets,
    UnknownSheet,
    UnknownZone,
    UnreadableTable,
)
from kpixl.source.file import Raw, Source, read_source
from kpixl.source.known import Spellings, spelling, text_key
from kpixl.source.matching import HOW_WORDS, Filling, How, Match, match
from kpixl.source.names import name_key
from kpixl.source.notes import Note
from kpixl.source.outcome import Accepted, Completion, Difference, Rejected
from kpixl.source.profiles import Product, products
from kpixl.source.rows import rows_for

__all__ = [
    "BAD_DATE",
    "BAD_HOURS",
    "BAD_NUMBER",
    "BLANK",
    "CONTROL",
    "EARLY_DATE",
    "EITHER_DATE",
    "EITHER_NUMBER",
    "FAILED",
    "HOW_WORDS",
    "NO_CHOICE",
    "OTHER_CURRENCY",
    "TOO_LONG",
    "TWICE",
    "Accepted",
    "AmbiguousColumn",
    "BadConstant",
    "Choices",
    "Completion",
    "Difference",
    "Filling",
    "How",
    "MappedAndSet",
    "Match",
    "NoSheets",
    "Note",
    "Product",
    "Raw",
    "Rejected",
    "Source",
    "Spellings",
    "UnknownSheet",
    "UnknownZone",
    "UnreadableTable",
    "Value",
    "match",
    "name_key",
    "products",
    "read_source",
    "rows_for",
    "spelling",
    "text_key",
]
