"""Files to import, written by the tests themselves, and the shortest way from a file to its rows."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from kpixl.catalog import catalogue
from kpixl.cellvalue import number
from kpixl.imports import Accepted, Hints, Kept, Manners, Match, Said, match, read_source, rows_for
from kpixl.texts.words import choice_words

TABLES = catalogue().tables
DATA = Path(__file__).resolve().parents[2] / "shared" / "data"
HINTS = ("given", "remembered", "headings", "constants")
KEPT = ("existing", "spellings", "earlier", "locked", "numbers")


def written(folder: Path, content: str | bytes, name: str = "rows.csv") -> Path:
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def matched(table: str, path: Path, *, sheet: str | None = None, **options: Any) -> Match:
    hints = Hints(**{name: options.pop(name) for name in HINTS if name in options})
    return match(TABLES[table], read_source(path, sheet=sheet), hints, **options)


def taken(table: str, path: Path, *, sheet: str | None = None, **options: Any) -> Accepted:
    """The rows of a file; ``options`` of ``match`` and of ``rows_for`` alike."""
    finding = {name: options.pop(name) for name in (*HINTS, "profiles") if name in options}
    found = matched(table, path, sheet=sheet, language=options.get("language", "en"), **finding)
    kept = Kept(**{name: options.pop(name) for name in KEPT if name in options})
    choices = options.pop("choices", None) or choice_words(found.table, {})
    told = options.pop("said", Said())
    return rows_for(found, choices, Manners(**options), kept, told)


def day(*when: int) -> float:
    """The serial number of a date or a moment."""
    serial = number(datetime(*when))  # type: ignore[arg-type]  # none of them is a time zone
    assert serial is not None
    return serial


def said(accepted: Accepted) -> list[str]:
    return [note.text() for note in accepted.notes]


def table(
    folder: Path, name: str, columns: Mapping[str, Sequence[str]], delimiter: str = "\t", **options: Any
) -> Accepted:
    """Rows of a table from columns of texts, each under the id of its field."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=delimiter, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows(zip(*columns.values(), strict=True))
    return taken(name, written(folder, text.getvalue()), **options)


def dates(folder: Path, *cells: str, **options: Any) -> Accepted:
    return table(folder, "requests", {"client": ["A"] * len(cells), "opened": cells}, **options)


def amounts(folder: Path, *cells: str, delimiter: str = "\t", **options: Any) -> Accepted:
    columns = {"date": ["2026-10-01"] * len(cells), "kind": ["other"] * len(cells), "amount": cells}
    return table(folder, "sales", columns, delimiter, **options)
