"""Rows as an entry table: what is blank, what is odd, and what is calculated."""

from __future__ import annotations

import numpy as np
import pytest

from kpixl.catalog import business
from kpixl.entries import entry_table

AGENCY = business("remote-va-agency")


def test_entry_table_tells_blank_from_odd() -> None:
    table = AGENCY.table("requests")
    made = entry_table(
        table,
        {
            "client": ["A", "", None, "D"],
            "opened": [46000.5, 46000.5, 46000.5, "yesterday"],
            "resolved": [46001.25, None, 46000.25, 46001.0],
        },
    )
    assert len(made) == 4
    assert np.isnan(made.numbers["opened"]).tolist() == [False, False, False, True]
    assert made.blank("client").tolist() == [False, True, True, False]
    assert made.blank("opened").tolist() == [False] * 4
    assert made.blank("resolved").tolist() == [False, True, False, False]
    assert made.blank("kind").all()
    assert made.odd == {"opened": {3: "yesterday"}}
    assert made.cell("client", 3) == "B5"


def test_an_empty_entry_table() -> None:
    table = AGENCY.table("tasks")
    assert len(entry_table(table, {})) == 0
    # What is calculated is no part of the rows.
    assert entry_table(table, {}).has("assigned")
    assert not entry_table(table, {}).has("days")
    with pytest.raises(ValueError, match="equally long"):
        entry_table(table, {"id": ["1"], "assigned": []})
