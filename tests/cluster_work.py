"""Work for the workers of a cluster: an answer as ever, but one workbook is slow, and one kills its worker once."""

from __future__ import annotations

import os
import time
from pathlib import Path

from kpixl.cli.several import Job, Reply, answered


def answered_with_trouble(job: Job) -> Reply:
    """The answer for a workbook; its name says what happens before."""
    path = Path(job.found.place)
    if "slow" in path.name:
        time.sleep(1)
    killed = Path(job.cache).with_name("killed")
    if "kills" in path.name and not killed.exists():
        killed.touch()
        os._exit(9)
    return answered(job)
