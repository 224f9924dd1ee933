"""A sample of broken files: each ends in a figure or in a refusal, and a wrong checksum never in a figure."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Mapping
from pathlib import Path

import pytest

import fuzzing


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    return fuzzing.sample(tmp_path_factory.mktemp("fuzz"))


@pytest.mark.parametrize("seed", range(20))
def test_a_broken_file_is_dealt_with(seed: int, sample: bytes, tmp_path: Path) -> None:
    broken = fuzzing.case(seed, sample)
    assert fuzzing.faults(broken, tmp_path, verb=("results", "import")[seed % 2]) == "", broken.what


@pytest.fixture(scope="module")
def others(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, bytes]:
    return fuzzing.samples(tmp_path_factory.mktemp("fuzz"))


@pytest.mark.parametrize("seed", range(12))
def test_a_broken_file_is_dealt_with_by_what_packs_and_the_first_minute_do(
    seed: int, others: Mapping[str, bytes], tmp_path: Path
) -> None:
    verb = (*fuzzing.OF_PACKS, "results of a pack", "setup")[seed % 4]
    broken = fuzzing.case(seed, others[verb], pack=verb in fuzzing.OF_PACKS)
    assert fuzzing.faults(broken, tmp_path, verb=verb) == "", broken.what


def test_the_same_seed_is_the_same_file_and_faults_are_seen(sample: bytes, tmp_path: Path) -> None:
    assert fuzzing.case(7, sample) == fuzzing.case(7, sample)
    whole = fuzzing.Case("nothing", sample, True)
    assert fuzzing.faults(whole, tmp_path, verb="results") == ""
    torn = fuzzing.Case("cut", whole.data[:-400], True)
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(fuzzing._VERBS, "results", lambda path: None)
        assert fuzzing.faults(torn, tmp_path, verb="results") == "results: done, though the archive is wrong"
        patch.setitem(fuzzing._VERBS, "results", lambda path: 1 / 0)
        assert fuzzing.faults(torn, tmp_path, verb="results") == "results: ZeroDivisionError: division by zero"


FOUND: dict[str, tuple[str, str, str, str]] = {
    # What the tool has found: the verb, a pattern of the part, what is replaced in it, and by what.
    "a number format that is no number": (
        *("results", r"xl/styles\.xml", r'(<cellXfs.*?<xf )numFmtId="\d+"', r'\1numFmtId="Z9"'),
    ),
    "a heading of what imports remember is another": (
        *("refresh", r"xl/tables/.*", r'name="Column in the file"', 'name="=1+1"'),
    ),
    "a number of headings that is a range, in one of many": (
        *("portfolio", r"xl/tables/table1\.xml", r'headerRowCount="1"', 'headerRowCount="Sheet1!A1"'),
    ),
    "a width that is no number": (
        *("pack update", r"xl/worksheets/sheet6\.xml", r'<col width="[\d.]+"', '<col width="rId1"'),
    ),
    "a name without a name, so that the guide is gone": (
        *("pack update", r"xl/workbook\.xml", r' name="_kpixl\.block\.guide"', ""),
    ),
    "a sheet that is none": ("import", r"xl/worksheets/sheet1\.xml", r"<worksheet.*", "<styleSheet/>"),
}


@pytest.mark.parametrize("name", FOUND)
def test_what_was_found_once_is_dealt_with(name: str, others: Mapping[str, bytes], tmp_path: Path) -> None:
    verb, part, old, new = FOUND[name]
    made, changed = io.BytesIO(), 0
    with zipfile.ZipFile(io.BytesIO(others[verb])) as archive, zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as copy:
        for info in archive.infolist():
            text = archive.read(info)
            if re.fullmatch(part, info.filename):
                replaced, count = re.subn(old, new, text.decode(), count=1, flags=re.DOTALL)
                text, changed = replaced.encode(), changed + count
            copy.writestr(info, text)
    assert changed == 1
    assert fuzzing.faults(fuzzing.Case(name, made.getvalue(), False), tmp_path, verb=verb) == ""
