"""Rows of what a business counts no more: their formulas go and the rows are out of sight, so that nothing live is left
that no refresh looks after. What the owner typed there stays."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kpixl.ooxml.defined_names import remove_names
from kpixl.ooxml.sheet import SheetEditor
from kpixl.workbook import layout
from kpixl.workbook.read import read

if TYPE_CHECKING:
    from kpixl.ooxml.package import Package


def clear(package: Package) -> None:
    """Empty and hide every row of kpixl's blocks that today's business does not have, and take away its name."""
    book = read(package)
    editors: dict[str, SheetEditor] = {}
    gone: set[str] = set()
    for id_, block in layout.blocks(book.entries.business).items():
        place = book.placements.get(id_)
        if place is None or place.sheet not in book.sheets:
            continue
        sheet = book.sheets[place.sheet]
        for row in place.row_numbers.keys() - {*block.placement.rows}:
            editor = editors.get(sheet.part) or editors.setdefault(sheet.part, SheetEditor(package, sheet))
            for column in place.column_numbers:
                if editor.has_formula(*place.position(row, column)):
                    editor.clear(*place.position(row, column))
            editor.clear(place.row_numbers[row], place.left)
            editor.set_row_hidden(place.row_numbers[row], block.hidden_rows is not None)
            gone.add(row)
    for editor in editors.values():
        editor.commit()
    measures = {measure.name for measure in book.entries.business.measures}
    remove_names(package, [name for name in package.defined_names if name in gone - measures])
