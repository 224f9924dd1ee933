"""The sample workbooks: one of every business, without a problem, replaced all or none."""

from __future__ import annotations

import re
from functools import partial
from pathlib import Path

import pytest

import builds
from clock import NOW
from kpixl import catalog
from kpixl.errors import FileExists, KpixlError
from kpixl.verbs import demo


def test_there_is_a_sample_of_every_business() -> None:
    assert {chosen[0] for chosen in demo.samples()} == {business.id for business in catalog.businesses()}


def test_no_sample_has_a_problem(tmp_path: Path) -> None:
    outcomes = builds.samples(tmp_path)
    assert [outcome.path.name for outcome in outcomes] == [
        demo.sample_path(tmp_path, business, code).name for business, code, _ in demo.samples()
    ]
    # Of the translators' clients, some answer how content they are and not whether they would recommend.
    found = {outcome.path.name: [one.code for one in outcome.problems] for outcome in outcomes if outcome.problems}
    assert found == {"LinguaAssist Pro 2026-10 fr.xlsx": ["half_answered"]}
    assert all(outcome.written for outcome in outcomes)


def test_the_samples_are_replaced_all_or_none_and_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = builds.samples(tmp_path)[-2:]
    monkeypatch.setattr("kpixl.verbs.demo.samples", partial(tuple, demo.samples()[-2:]))
    before = {outcome.path: outcome.path.read_bytes() for outcome in first}
    lock = first[-1].path.with_name(f"~${first[-1].path.name}")
    lock.touch()
    with pytest.raises(KpixlError, match=re.escape(lock.name)):
        demo.demo(tmp_path, now=NOW)
    assert {path: path.read_bytes() for path in before} == before
    lock.unlink()
    again = demo.demo(tmp_path, now=NOW)
    assert all(outcome.backup and outcome.backup.read_bytes() == before[outcome.path] for outcome in again)


def test_demo_leaves_a_page_of_the_owners_alone(tmp_path: Path) -> None:
    page = demo.sample_path(tmp_path, *demo.samples()[0][:2]).with_suffix(".html")
    page.write_text("mine")
    with pytest.raises(FileExists):
        demo.demo(tmp_path, now=NOW)
    assert [path.name for path in tmp_path.iterdir()] == [page.name]
