"""What a failure in reading or editing parts says of the file: it holds something that Excel would not write there.

Values in attributes, ranges and formulas are not compared with the format's schema beforehand, which would take longer
than all else; where one of them makes no sense, the code that meets it fails, and the file is as it was.
"""

from __future__ import annotations

from pathlib import Path

from lxml import etree

from kpixl.errors import N_, DamagedWorkbook

_HERE = str(Path(__file__).parent)
_OURS = str(Path(__file__).parent.parent)
_KINDS = (ValueError, KeyError, IndexError, TypeError, AttributeError, OverflowError, LookupError, etree.LxmlError)


class OddWorkbook(DamagedWorkbook):
    """Something in a part that the format does not know."""

    template = N_(
        "The workbook holds something that Excel would not write ({detail}); open it in Excel, save it there and try "
        "again, or restore it from a backup."
    )


def of_the_file(error: Exception) -> OddWorkbook | None:
    """The refusal for an error that code about parts has stumbled into; None for any other."""
    innermost, trace = "", error.__traceback__
    while trace is not None:
        place = trace.tb_frame.f_code.co_filename
        if place.startswith(_OURS):
            innermost = place
        trace = trace.tb_next
    if not innermost.startswith(_HERE) or not isinstance(error, _KINDS):
        return None
    return OddWorkbook(detail=" ".join(str(error).split())[:200] or type(error).__name__)
