"""Reading VBA: what kpixl wrote, and what Excel saved, as another program reads both."""

from __future__ import annotations

import random
import warnings
import zipfile
from pathlib import Path

import pytest
import xlwings

from kpixl.ooxml.vba.project import Module, vba_project
from kpixl.ooxml.vba.reader import module_texts

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # of the libraries behind it
    from oletools.olevba import VBA_Parser

PACKAGE = Path(xlwings.__file__).parent
SAVED_BY_EXCEL = (
    "quickstart.xlsm", "quickstart_standalone.xlsm", "quickstart_addin.xlam", "quickstart_addin_ribbon.xlam",
    "addin/xlwings.xlam",
)  # fmt: skip


def project(path: Path) -> bytes:
    with zipfile.ZipFile(path) as archive:
        return archive.read("xl/vbaProject.bin")


def as_olevba_reads(data: bytes) -> dict[str, str]:
    parser = VBA_Parser("vbaProject.bin", data=data)
    try:
        return {name.rpartition(".")[0]: code for _, _, name, code in parser.extract_macros()}
    finally:
        parser.close()


@pytest.mark.parametrize("name", SAVED_BY_EXCEL)
def test_what_excel_saved(name: str) -> None:
    data = project(PACKAGE / name)
    found = module_texts(data)
    assert len(found) >= 2
    assert found == as_olevba_reads(data)


def test_what_kpixl_wrote() -> None:
    noise = random.Random(7)
    text = "".join(f"' {noise.random()} é\n" for _ in range(9000))
    modules = (Module("Short", "Sub a()\nEnd Sub\n"), Module("Long", text), Module("Thing", "' x\n", is_class=True))
    data = vba_project(modules, sheets=["Sheet1"])
    found = module_texts(data)
    assert found == as_olevba_reads(data)
    assert found["Long"].endswith(text.replace("\n", "\r\n"))


@pytest.mark.parametrize("damage", ["empty", "text", "cut", "noise", "loop"])
def test_what_is_no_project(damage: str) -> None:
    data = vba_project((Module("A", "' a\n"),), sheets=["Sheet1"])
    damaged = {
        "empty": b"",
        "text": b"Sub a()",
        "cut": data[:700],
        "noise": data[:512] + random.Random(7).randbytes(len(data) - 512),
        # Every sector of the allocation table follows on itself.
        "loop": data[:-512] + b"".join(number.to_bytes(4, "little") for number in range(128)),
    }[damage]
    with pytest.raises(ValueError, match=r"."):
        module_texts(damaged)
