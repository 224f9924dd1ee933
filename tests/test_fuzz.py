"""A sample of broken files: each ends in a figure or in a refusal, and a wrong checksum never in a figure."""

from __future__ import annotations

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
