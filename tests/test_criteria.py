"""Conditions of measures as COUNTIFS has them: what a formula counts is what one counts by hand, row by row."""

from __future__ import annotations

import ironcalc
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kpixl.catalog import business
from kpixl.catalog.tables import Condition, Where, word_key
from kpixl.workbook.formulas import WILD, FormulaNames, rows_formula

SALES = business("service-business").table("sales")
KINDS = tuple(next(field for field in SALES.fields if field.id == "kind").choices)
WORDS = ["Sale", "Paid?", "Re*", *(f"Kind {number}" for number in range(len(KINDS)))][: len(KINDS)]
"""Two of them a criterion would take for more than themselves. (A tilde IronCalc takes for two, where it is alone.)"""
WORD = dict(zip(KINDS, WORDS, strict=True))
TEXTS = {word_key("sales", "kind", id_): text for id_, text in WORD.items()}
ROWS = 6
LETTERS = {"kind": "A", "amount": "B"}


def column(_table: str, id_: str) -> str:
    return f"Sheet1!${LETTERS[id_]}$1:${LETTERS[id_]}${ROWS}"


def word(id_: str) -> str:
    return f'"{TEXTS[id_]}"'


NAMES = FormulaNames(column, column, word, wild=frozenset(id_ for id_, text in TEXTS.items() if WILD.search(text)))


def text(comparison: str, kind: str = KINDS[0]) -> Condition:
    return Condition("kind", comparison, kind, "choice", text=True, choices=KINDS)  # type: ignore[arg-type]


def number(comparison: str, edge: float, *, or_blank: bool = False) -> Condition:
    return Condition("amount", comparison, edge, or_blank=or_blank)  # type: ignore[arg-type]


def meets(kind: str | None, amount: float | str | None, one: Condition) -> bool:
    """As an owner would say of a row."""
    value = kind if one.column == "kind" else amount
    if one.comparison in {"blank", "filled"}:
        return (value is None) is (one.comparison == "blank")
    if one.column == "kind":
        known = [WORD[choice].casefold() for choice in one.choices]
        if value is None:
            return False
        if one.comparison == "odd":
            return str(value).casefold() not in known
        return (str(value).casefold() == WORD[str(one.operand)].casefold()) is (one.comparison == "=")
    if value is None or isinstance(value, str):
        return value is None and one.or_blank
    edge = float(one.operand)
    return {">": value > edge, ">=": value >= edge, "<": value < edge, "<=": value <= edge, "=": value == edge}[
        one.comparison
    ]


CONDITIONS = st.one_of(
    st.builds(text, st.sampled_from(["=", "<>"]), st.sampled_from(KINDS)),
    st.builds(text, st.sampled_from(["filled", "blank", "odd"])),
    st.builds(number, st.sampled_from([">", ">=", "<", "="]), st.sampled_from([0.0, 5.0]), or_blank=st.booleans()),
)
CELLS = st.lists(
    st.tuples(
        st.sampled_from([*WORDS, WORDS[0].upper(), "Paid!", "Refund of old", "Remains", "Re", None]),
        st.sampled_from([0.0, 5.0, 7.25, -1.0, "n/a", None]),
    ),
    min_size=ROWS,
    max_size=ROWS,
)


def counted(rows: list[tuple[str | None, float | str | None]], where: Where) -> float:
    model = ironcalc.create("rows", "en", "UTC", "en")
    for at, (kind, amount) in enumerate(rows, 1):
        if kind is not None:
            model.update_cell_with_text(0, at, 1, kind)
        if isinstance(amount, str):
            model.update_cell_with_text(0, at, 2, amount)
        elif amount is not None:
            model.update_cell_with_number(0, at, 2, amount)
    model.update_cell_with_formula(0, 1, 4, "=" + rows_formula(SALES, where, NAMES))
    model.evaluate()
    found = model.get_cell_value(0, 1, 4)
    assert isinstance(found, float)
    return found


@settings(max_examples=150, suppress_health_check=[HealthCheck.too_slow])
@given(CELLS, st.lists(CONDITIONS, min_size=1, max_size=4))
def test_rows_are_counted_as_by_hand(rows: list[tuple[str | None, float | str | None]], found: list[Condition]) -> None:
    by_hand = sum(all(meets(kind, amount, one) for one in found) for kind, amount in rows)
    assert counted(rows, tuple(((one,),) for one in found)) == by_hand


@pytest.mark.parametrize(
    ("kinds", "terms"),
    [(KINDS[:1], 3), (KINDS[:2], 4), (KINDS[:3], 5)],  # all, without those that are blank, and without each kind
)
def test_what_no_row_can_be_is_not_counted(kinds: tuple[str, ...], terms: int) -> None:
    formula = rows_formula(SALES, tuple(((text("<>", kind),),) for kind in kinds), NAMES)
    assert formula.count("COUNTIFS(") + formula.count("ROWS(") == terms


def test_only_words_with_wildcards_are_taken_literally() -> None:
    plain, wild = (rows_formula(SALES, (((text("=", kind),),),), NAMES) for kind in KINDS[:2])
    assert ("SUBSTITUTE" in plain, "SUBSTITUTE" in wild) == (False, True)
