"""What many tests need alike, made once in a run of the tests, by whichever worker is the first to need it.

Nothing here outlives the run: what is made is what the code of today makes of the same request.
"""

from __future__ import annotations

import hashlib
import pickle
import shutil
import tempfile
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import msgspec
import pytest

from clock import NOW
from kpixl.i18n import Language
from kpixl.message import Worded
from kpixl.verbs import demo
from kpixl.verbs.results import Outcome
from kpixl.workbook import blank, build
from kpixl.workbook.grid import Context

_shelves: list[Path] = []


def keep_in(folder: Path) -> None:
    """Where the workers of this run keep what they have made."""
    folder.mkdir(exist_ok=True)
    _shelves.append(folder)


def once(request: str, make: Callable[[Path], None]) -> Path:
    """The folder into which ``make`` has put what was requested, not to be written to. It appears there whole: of two
    workers that make the same at the same time, the second throws its own away."""
    place = _place(request)
    if not place.exists():
        with tempfile.TemporaryDirectory(dir=place.parent) as folder:
            made = Path(folder, "made")
            made.mkdir()
            make(made)
            with suppress(OSError):
                made.rename(place)
    return place


def made(request: str) -> bool:
    """Whether that has been made."""
    return _place(request).exists()


def _place(request: str) -> Path:
    return _shelves[-1] / hashlib.sha256(request.encode()).hexdigest()


def once_bytes(request: str, make: Callable[[], bytes]) -> bytes:
    """The bytes that ``make`` gives for a request."""
    return (once(request, lambda folder: _put(folder, make())) / "bytes").read_bytes()


def _put(folder: Path, data: bytes) -> None:
    (folder / "bytes").write_bytes(data)


def samples(folder: Path) -> tuple[Outcome, ...]:
    """All that ``kpixl demo`` makes, in a folder of the test's own."""

    place = _samples()
    shutil.copytree(place, folder, dirs_exist_ok=True, ignore=shutil.ignore_patterns("outcomes", "asked"))
    outcomes: tuple[Outcome, ...] = pickle.loads((place / "outcomes").read_bytes())
    return tuple(
        replace(one, path=folder / one.path.name, report=one.report and folder / one.report.name) for one in outcomes
    )


def asked_for_samples() -> set[str]:
    """Every text whose translation was asked for when the samples were made."""
    asked: set[str] = pickle.loads((_samples() / "asked").read_bytes())
    return asked


def _samples() -> Path:
    def make(shelf: Path) -> None:
        with pytest.MonkeyPatch.context() as patch:
            anew(patch)
            asked = ask(patch)
            outcomes = demo.demo(shelf, now=NOW)
        (shelf / "outcomes").write_bytes(pickle.dumps(outcomes))
        (shelf / "asked").write_bytes(pickle.dumps(asked))

    return once("the samples", make)


def ask(patch: pytest.MonkeyPatch) -> set[str]:
    """The texts whose translation is asked for from now on."""
    asked: set[str] = set()
    translate = Language.__call__

    def written_down(self: Language, text: str) -> str:
        asked.add(text)
        return translate(self, text)

    patch.setattr(Language, "__call__", written_down)
    return asked


def skeletons_once(patch: pytest.MonkeyPatch, variety: str = "") -> None:
    """New workbooks of one kind share their skeleton, which openpyxl builds for most of a second: the same bytes, since
    it is built from nothing but what the request names, and a kpixl of the given variety."""
    patch.setattr(blank, "skeleton", lambda c: once_bytes(variety + _skeleton(c), lambda: build.skeleton(c)))


def anew(patch: pytest.MonkeyPatch) -> None:
    """Every workbook from the ground up again, for a test that watches or changes how it is built."""
    patch.setattr(blank, "skeleton", build.skeleton)
    patch.setitem(_now, "shared", False)


def shared() -> bool:
    """Whether what is made now may be given to other tests as well."""
    return _now["shared"]


_now = {"shared": True}


def _languages(text: object) -> Mapping[str, str]:
    """A text in several languages, as data."""
    assert isinstance(text, Worded)
    return text.languages


def _skeleton(c: Context) -> str:
    entries = c.scorecard.entries
    names = (entries.company, entries.language, entries.currency, entries.period, c.scorecard.clock, c.trend_kpi)
    # In full, since some tests have a business of their own under the id of another.
    business = msgspec.json.encode(c.business, order="deterministic", enc_hook=_languages).decode()
    return f"skeleton {business} {names} {c.days} {list(c.titles.items())} {sorted(c.aliases.names.items())}"
