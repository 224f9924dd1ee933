"""``kpixl tables``: the tables of a workbook and their fields, as commands and sheets call them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kpixl.cli.answer import WORKBOOK
from kpixl.cli.command import Answer, Arguments, Command
from kpixl.errors import N_

if TYPE_CHECKING:
    from kpixl.i18n import Language
    from kpixl.texts.lines import Json
    from kpixl.verbs.table_names import TableNames


def tables(arguments: Arguments) -> Answer:
    """The tables and fields of a workbook."""
    from kpixl.i18n import language
    from kpixl.verbs.table_names import tables_of

    code, found = tables_of(arguments.file, arguments.now)
    t = language(arguments.lang or code)
    return Answer(lambda: {"tables": [table_json(one) for one in found]}, lambda: tables_text(found, t))


def table_json(one: TableNames) -> Json:
    """The names of one table and its fields."""
    fields = [
        {"id": field.id, "heading": field.heading, "required": field.required, "words": list(field.words)}
        for field in one.fields
    ]
    return {"id": one.id, "sheet": one.sheet, "fields": fields}


def tables_text(found: tuple[TableNames, ...], t: Language) -> str:
    """A line a field: its id, its heading, whether every row needs it, and the words that it takes."""
    lines = []
    for one in found:
        lines += ["", f"{one.id}  ({one.sheet})"]
        for field in one.fields:
            needed = t(N_("needed")) if field.required else ""
            parts = (f"  {field.id.ljust(14)} {field.heading}", needed, ", ".join(field.words))
            lines.append(" · ".join(part for part in parts if part))
    return "\n".join(lines[1:])


COMMAND = Command(
    "tables",
    N_("list the tables and fields of a workbook"),
    "know",
    tables,
    words=(WORKBOOK,),
    manual="""\
Lists the tables of a workbook and their fields, for `kpixl import`: the name that always works, the name on the sheet,
whether every row needs it, and the words that it takes. Names in any language of kpixl work as well.
With `--json`: `tables`, each with `id`, `sheet` and `fields` (`id`, `heading`, `required`, `words`).""",
)
