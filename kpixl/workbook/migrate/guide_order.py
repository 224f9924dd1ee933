"""The Guide of an older workbook in today's order: its rows change places with one another, whatever they hold."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kpixl.ooxml.defined_names import add_names
from kpixl.ooxml.sheet import SheetEditor
from kpixl.workbook.blocks import Blocks
from kpixl.workbook.file_view import FileView
from kpixl.workbook.grid import quoted
from kpixl.workbook.read import fixed_in
from kpixl.workbook.sheets import guide
from kpixl.workbook.sheets.grading import GUIDE

if TYPE_CHECKING:
    from kpixl.ooxml.package import Package

PLAIN_HEIGHT = 15.0


def arrange(package: Package) -> None:
    """Let the rows that are there follow one another as in a new workbook; what that lacks stays last."""
    blocks = Blocks(FileView(package))
    places, sheets = blocks.places("guide")
    place = places.get("guide")
    if place is None:
        return
    order = {row: number for number, row in enumerate(guide.rows(fixed_in(blocks).business))}
    wanted = sorted(place.row_numbers, key=lambda row: (order.get(row, len(order)), place.row_numbers[row]))
    sheet = sheets[place.sheet]
    editor = SheetEditor(package, sheet)
    columns = (place.left, *place.column_numbers.values())
    held = {}
    for row, number in place.row_numbers.items():
        height, hidden = editor.row_look(number)
        cells = [
            (at, editor.content(number, at), editor.formula(number, at), editor.style(number, at)) for at in columns
        ]
        held[row] = cells, height or PLAIN_HEIGHT, hidden
    names = {}
    for row, number in zip(wanted, sorted(place.row_numbers.values()), strict=True):
        if place.row_numbers[row] != number:
            cells, height, hidden = held[row]
            for at, content, formula, style in cells:
                editor.clear(number, at)
                if content is not None or formula is not None:
                    editor.set(number, at, content, formula)
                editor.set_style(number, at, style)
            editor.set_row_height(number, height)
            editor.set_row_hidden(number, hidden)
        if row.endswith("_name"):
            names[f"{GUIDE}{row.removesuffix('_name')}"] = f"{quoted(sheet.name)}!$B${number}"
    editor.commit()
    add_names(package, {name: where for name, where in names.items() if name in package.defined_names})
