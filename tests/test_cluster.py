"""A real Dask cluster: a scheduler and two workers, each a process of its own on this machine."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from clock import NOW
from cluster_work import answered_with_trouble
from kpixl.cli.commands.results import VERB
from kpixl.cli.several import Job, Reply, answered
from kpixl.verbs.folders import workbooks
from kpixl.verbs.spread import SchedulerSilent, Spread, spread
from workbooks import Filled, make

ROOT = Path(__file__).parent.parent
SECONDS = 30


@pytest.fixture
def scheduler(tmp_path: Path) -> Iterator[str]:
    """The address of a scheduler that has two workers."""
    paths = os.pathsep.join(map(str, (ROOT, ROOT / "tests")))
    place = {"env": os.environ | {"PYTHONPATH": paths, "TMPDIR": str(tmp_path)}, "cwd": tmp_path}
    told = tmp_path / "scheduler.json"
    here = ["--host", "127.0.0.1", "--no-dashboard", "--scheduler-file", str(told)]
    dask = [sys.executable, "-m", "dask"]
    with ExitStack() as stack:

        def start(*words: str) -> None:
            with (tmp_path / f"{words[0]}.log").open("ab") as log:
                process = subprocess.Popen([*dask, *words, *here], stdout=log, stderr=log, **place)  # type: ignore[call-overload]
            stack.callback(process.wait)
            stack.callback(process.kill)

        start("scheduler", "--port", "0")
        for _ in range(2):
            start("worker", "--nthreads", "1", "--no-nanny")
        began = time.monotonic()
        while "tcp://" not in (text := told.read_text() if told.exists() else ""):
            assert time.monotonic() - began < SECONDS, (tmp_path / "scheduler.log").read_text()
            time.sleep(0.05)
        yield text.partition('"address": "')[2].partition('"')[0]


def _told(reply: Reply | None) -> object:
    return None if reply is None else (reply.code, {**reply.data, "unchanged": None})


def test_a_cluster_that_loses_a_worker_answers_as_one_process_does(scheduler: str, tmp_path: Path) -> None:
    folder = tmp_path / "clients"
    folder.mkdir()
    for name in ("a", "c kills", "d slow", "e", "f"):
        make(folder / f"{name}.xlsx", Filled(typed={"satisfied": 19, "surveyed": 20}))
    (folder / "bad.xlsx").write_bytes(b"PK poisoned")
    found = workbooks([str(folder)]).found

    def jobs(cache: str) -> list[Job]:
        return [Job(VERB, one, NOW, {"lang": "en"}, str(tmp_path / cache)) for one in found]

    alone = list(spread(answered, jobs("one"), Spread()))
    shared = list(spread(answered_with_trouble, jobs("two"), Spread(scheduler=scheduler)))
    assert (tmp_path / "killed").exists()
    assert [str(one.thing) for one in shared] == [one.place for one in found]
    # What a worker had done before it was lost is kept, so that the next one finds it unchanged.
    assert [_told(one.answer) for one in shared] == [_told(one.answer) for one in alone]
    codes = {Path(str(one.thing)).name: one.answer.code for one in shared if one.answer}
    assert codes == {one: 2 if one == "bad.xlsx" else 0 for one in codes}
    assert len(codes) == 6


def test_no_scheduler_is_told_before_anything_is_done(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("kpixl.verbs.spread._SECONDS", "200ms")
    with pytest.raises(SchedulerSilent):
        list(spread(answered, [], Spread(scheduler="tcp://127.0.0.1:9")))
