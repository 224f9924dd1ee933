"""What went wrong as an error of kpixl's, and as machines read it."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kpixl.errors import KpixlError, Unexpected

if TYPE_CHECKING:
    from kpixl.message import Translate


def as_ours(error: Exception) -> KpixlError:
    """What an error of any kind means to whoever called: one of kpixl's is it already."""
    if isinstance(error, KpixlError):
        return error
    if isinstance(error, OSError):
        from kpixl.files import unwritable

        return unwritable(Path(str(error.filename or "")), error)
    from kpixl.ooxml.odd import of_the_file

    detail = cause(error)
    return of_the_file(error) or Unexpected(detail=detail)


def cause(error: Exception) -> str:
    """An error in one line; where it happened is printed as well, for those who ask for it."""
    if os.environ.get("KPIXL_DEBUG") == "1":
        import traceback

        traceback.print_exception(error)
    return " ".join(f"{type(error).__name__}: {error}".split()).rstrip(":")


def error_json(error: KpixlError, t: Translate) -> dict[str, Any]:
    """Why nothing was done."""
    return {"error": {"code": error.code, "message": error.text(t), "sheet": error.sheet, "cell": error.cell}}
