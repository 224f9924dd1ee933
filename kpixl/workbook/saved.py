"""A workbook that openpyxl has built, as a file in memory."""

from __future__ import annotations

from io import BytesIO
from typing import TYPE_CHECKING
from zipfile import ZIP_DEFLATED, ZipFile

from openpyxl.writer.excel import ExcelWriter

if TYPE_CHECKING:
    from openpyxl import Workbook


def saved(book: Workbook) -> bytes:
    """The file. Where a sheet cannot be written (openpyxl puts each into a temporary file first), its archive is closed
    as well: one that is left to Python complains beside the sentence that the owner gets."""
    out = BytesIO()
    with ZipFile(out, "w", ZIP_DEFLATED) as archive:
        ExcelWriter(book, archive).save()
    return out.getvalue()
