"""Links from the files of a portfolio to its workbooks."""

from __future__ import annotations

import os
from pathlib import Path
from urllib.parse import quote

from kpixl.files.remote import is_url


def target_of(place: str, out: Path) -> str:
    """Where a link in the file ``out`` leads, to the workbook at ``place``: from folder to folder, so that both may be
    moved together."""
    if is_url(place):
        return place
    try:
        near = os.path.relpath(Path(place).absolute(), out.absolute().parent)
    except ValueError:  # another drive
        return Path(place).absolute().as_uri()
    return quote(near.replace(os.sep, "/"))
