"""What has been answered about a workbook, kept as long as neither it nor kpixl changes; in a folder that can be
deleted."""

from __future__ import annotations

import json
import os
import sys
from contextlib import suppress
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kpixl import files
from kpixl.version import __version__

if TYPE_CHECKING:
    from collections.abc import Mapping


def usual_folder() -> Path:
    """Where programs of this user keep what can be made anew."""
    if sys.platform == "win32":
        base = Path(os.environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local")
        return base / "kpixl" / "Cache"
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Caches" / "kpixl"
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "kpixl"


def digest(path: Path) -> str | None:
    """The content of a file as a hash; None where it cannot be read."""
    try:
        return sha256(files.whole(path)).hexdigest()
    except (OSError, files.FileTooLarge, files.NoOrdinaryFile):
        return None


@dataclass(frozen=True)
class Question:
    """What is asked of a workbook: whatever the answer depends on besides its content. ``day`` is empty where the
    answer is the same on any."""

    verb: str
    place: str
    day: str
    options: Mapping[str, str] = field(default_factory=dict)

    def key(self, content: str) -> str:
        """What the answer is kept under, for a content."""
        asked = [__version__, self.verb, self.place, self.day, sorted(self.options.items()), content]
        return sha256(json.dumps(asked).encode()).hexdigest()


@dataclass(frozen=True)
class KeptAnswers:
    """A folder of answers. Whatever is wrong with it, work is only done anew."""

    folder: Path

    def get(self, question: Question, content: str) -> Any:
        """What was answered; None where nothing was, or a file that was made with it is not there as it was."""
        try:
            kept = json.loads(self._path(question.key(content)).read_bytes())
            made = kept["files"].items()
            return kept["answer"] if all(digest(Path(path)) == was for path, was in made) else None
        except (OSError, ValueError, KeyError, TypeError, AttributeError):
            return None

    def put(self, question: Question, content: str, answer: Any, made: Mapping[str, str | None]) -> None:
        """Keep an answer, and the hashes of the files that were ``made`` with it."""
        path = self._path(question.key(content))
        draft = path.with_name(f"{path.name}.{os.getpid()}")
        with suppress(OSError):
            path.parent.mkdir(parents=True, exist_ok=True)
            draft.write_text(json.dumps({"answer": answer, "files": dict(made)}), encoding="utf-8")
            draft.replace(path)

    def _path(self, key: str) -> Path:
        return self.folder / key[:2] / f"{key}.json"
