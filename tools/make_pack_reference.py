"""Writes docs/pack-keys.md from the records of a pack: ``make reference``."""

from __future__ import annotations

import textwrap
from pathlib import Path
from typing import Any

from kpixl.catalog.pack import OF_BUILT_IN, schema

PAGE = Path(__file__).parent.parent / "docs" / "pack-keys.md"
WIDTH = 118
HEAD = """\
# Every key of a pack

What a pack can say, key by key. [packs.md](packs.md) leads through it; this page is made from the records that a pack
is read by (`make reference`), and `kpixl pack schema` prints the same for text editors.

A **label** is a word or two, a **text** a sentence or more; both can be written in several languages, as
`{en: Visits, es: Visitas}`. An **id** is small letters, digits and `_`. A key without “needed” may be left out.
"""
ORDER = (
    "Pack", "PackTable", "PackField", "PackElapsed", "PackOrder", "PackMeasure", "PackKpi", "PackExample", "PackCase",
    "PackWords", "PackFieldWords", "PackDimension", "PackCaution", "PackPareto", "PackRows", "PackHint", "Agrees",
    "Past",
)  # fmt: skip
_LABEL, _TEXT = 80, 1200


def page() -> str:
    """The whole reference."""
    records: Any = schema()["$defs"]
    missing = {name for name in records if name not in (*ORDER, "Window")}
    assert not missing, missing
    parts = [HEAD, *(_section(name, records[name]) for name in ORDER)]
    return "\n".join(parts).rstrip("\n") + "\n"


def _section(name: str, record: dict[str, Any]) -> str:
    lines = [f"## {_title(name)}", "", *textwrap.wrap(" ".join(record.get("description", "").split()), WIDTH), ""]
    needed = record.get("required", [])
    for key, value in record["properties"].items():
        assert key not in OF_BUILT_IN
        kind = _kind(value)
        marks = ", ".join([kind, *(["needed"] if key in needed else [])])
        said = f": {value['description']}" if "description" in value else ""
        text = f"- `{key}` ({marks}){said}"
        lines += textwrap.wrap(text, WIDTH, subsequent_indent="  ", break_long_words=False, break_on_hyphens=False)
    return "\n".join([*lines, ""])


def _title(name: str) -> str:
    if name == "Pack":
        return "The pack"
    words = "".join(f" {sign.lower()}" if sign.isupper() else sign for sign in name.removeprefix("Pack")).strip()
    return {"words": "words of a table", "rows": "rows of a demo"}.get(words, words).capitalize()


def _kind(value: dict[str, Any]) -> str:
    """What may stand behind a key, in words."""
    if "anyOf" in value:
        parts = [one for one in value["anyOf"] if one.get("type") != "null"]
        if len(parts) == 2 and {one.get("type") for one in parts} == {"string", "object"}:
            return "label" if parts[0].get("maxLength", _TEXT) <= _LABEL else "text"
        return _kind(parts[0])
    if "$ref" in value:
        name = value["$ref"].rpartition("/")[2]
        return "`period`, `3m` or `12m`" if name == "Window" else f"keys of {_title(name).lower()}"
    if "enum" in value:
        return " or ".join(f"`{one}`" for one in value["enum"] if one is not None)
    match value.get("type"):
        case "object":
            return f"by id: {_kind(value.get('additionalProperties', {}))}"
        case "array":
            items = value.get("items") or {}
            return f"list: {_kind(items)}" if items else "list of pairs of ids"
        case "boolean":
            return "true or false"
        case "number" | "integer":
            return "number"
    return "id" if "a-z0-9_" in value.get("pattern", "") else "words"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
