"""What a validator of the published schema says of a workbook."""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path

from openxml_audit import OpenXmlValidator, ValidationError

_found: dict[bytes, tuple[ValidationError, ...]] = {}
"""By what is in the file: to read a workbook against the schema takes seconds, and many tests ask about the same."""


def schema_errors(path: Path) -> tuple[ValidationError, ...]:
    """Where a file departs from the schema."""
    digest = hashlib.sha256(path.read_bytes()).digest() + path.suffix.encode()
    if digest not in _found:
        _found[digest] = tuple(_validator().validate(str(path)).errors)
    return _found[digest]


@cache
def _validator() -> OpenXmlValidator:
    return OpenXmlValidator()
