"""A workbook computed and graded, without writing: what that does to the program around it."""

from __future__ import annotations

import gc
from collections.abc import Iterator

import pytest

from kpixl.verbs.results import no_collection


@pytest.fixture(autouse=True)
def _collector_as_it_was() -> Iterator[None]:
    was_on = gc.isenabled()
    yield
    (gc.enable if was_on else gc.disable)()


def test_the_garbage_collector_is_held_and_on_again_afterwards() -> None:
    gc.enable()
    with no_collection():
        assert not gc.isenabled()
    assert gc.isenabled()


def test_the_garbage_collector_is_on_again_after_an_error() -> None:
    gc.enable()
    with pytest.raises(ZeroDivisionError), no_collection():
        raise ZeroDivisionError
    assert gc.isenabled()


def test_a_garbage_collector_that_was_off_stays_off() -> None:
    gc.disable()
    with no_collection():
        assert not gc.isenabled()
    assert not gc.isenabled()


def test_one_hold_within_another_does_not_let_the_collector_go_early() -> None:
    gc.enable()
    with no_collection():
        with no_collection():
            pass
        assert not gc.isenabled()
    assert gc.isenabled()
