"""Rows from the exports of other programs: what they say, as the rows of an entry table. Never changes a file."""

from kpixl.folding import name_key
from kpixl.imports.choice_words import Choices, plain_text
from kpixl.imports.columns import Manners
from kpixl.imports.from_workbook import read_sheet
from kpixl.imports.glimpse import glimpsed
from kpixl.imports.known import Kept, Spellings, has_namesakes, is_simple, spelling, text_key
from kpixl.imports.matching import HOW_WORDS, Filling, Hints, How, Match, match
from kpixl.imports.naming import field_called, table_called
from kpixl.imports.near_names import near
from kpixl.imports.outcome import Accepted, Completion, Difference, Rejected
from kpixl.imports.profiles import Product, products
from kpixl.imports.refusals import (
    AmbiguousColumn,
    BadConstant,
    MappedAndSet,
    NoSheets,
    UnknownSheet,
    UnknownZone,
    UnreadableTable,
)
from kpixl.imports.remarks import Note
from kpixl.imports.rows import rows_for
from kpixl.imports.said import DateOrder, Filter, Said, constants_in, lines_of, remembered, together
from kpixl.imports.source import Raw, Source, Weigh
from kpixl.imports.source_file import read_source
from kpixl.imports.values import (
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
    Marks,
    Value,
)

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
    "DateOrder",
    "Difference",
    "Filling",
    "Filter",
    "Hints",
    "How",
    "Kept",
    "Manners",
    "MappedAndSet",
    "Marks",
    "Match",
    "NoSheets",
    "Note",
    "Product",
    "Raw",
    "Rejected",
    "Said",
    "Source",
    "Spellings",
    "UnknownSheet",
    "UnknownZone",
    "UnreadableTable",
    "Value",
    "Weigh",
    "constants_in",
    "field_called",
    "glimpsed",
    "has_namesakes",
    "is_simple",
    "lines_of",
    "match",
    "name_key",
    "near",
    "plain_text",
    "products",
    "read_sheet",
    "read_source",
    "remembered",
    "rows_for",
    "spelling",
    "table_called",
    "text_key",
    "together",
]
