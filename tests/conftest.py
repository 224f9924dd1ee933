"""What every test needs: translations as .mo files, and a word on LibreOffice."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

import libreoffice
import pytest
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

LOCALES = Path(__file__).parent.parent / "kpixl" / "locale"
REQUIRED = "KPIXL_REQUIRE_LIBREOFFICE"


def pytest_configure() -> None:
    _compile_missing()
    if os.environ.get(REQUIRED) and not libreoffice.available():
        raise pytest.UsageError(f"LibreOffice is not installed, and {REQUIRED} is set")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    if libreoffice.available():
        return
    for item in items:
        if item.get_closest_marker("libreoffice"):
            item.add_marker(pytest.mark.skip(reason="LibreOffice is not installed"))


def _compile_missing() -> None:
    """A .mo beside each .po that has none or an older one; swapped in whole, since workers do it side by side."""
    for po in LOCALES.glob("*/LC_MESSAGES/kpixl.po"):
        mo = po.with_suffix(".mo")
        if mo.exists() and mo.stat().st_mtime_ns >= po.stat().st_mtime_ns:
            continue
        with po.open("rb") as source:
            catalogue = read_po(source, locale=po.parent.parent.name)
        with tempfile.NamedTemporaryFile(dir=mo.parent, suffix=".tmp", delete=False) as target:
            write_mo(target, catalogue)
        Path(target.name).replace(mo)
