"""Workbooks held from reading to writing, so that one kpixl at a time changes them."""

from __future__ import annotations

import threading
from contextlib import ExitStack, contextmanager, suppress
from typing import TYPE_CHECKING

from kpixl.files import swap
from kpixl.files.lock import PATIENCE, ChangedByAnother, Taken, held
from kpixl.files.names import BACKUP_FOLDER, around, real

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_mine: set[tuple[int, Path]] = set()
"""What the threads of this process hold: whoever holds a file may ask for it again."""


@contextmanager
def locked(*paths: Path, patience: float = PATIENCE) -> Iterator[None]:
    """Hold workbooks against every other kpixl on this computer, and on others that share their folders. What an
    earlier run left half done there is completed, and its leavings are removed. ChangedByAnother where another one
    does not end within ``patience`` seconds.

    Where a folder knows no locks nobody is held off: that nothing of another program's is written over does not hang
    on this, but on what is compared when a file is put in place.
    """
    with ExitStack() as stack:
        for path in sorted({real(path) for path in paths}):
            if path.parent.is_dir() and (threading.get_ident(), path) not in _mine:
                stack.enter_context(_one(path, patience))
        yield


@contextmanager
def _one(path: Path, patience: float) -> Iterator[None]:
    with ExitStack() as stack:
        key = threading.get_ident(), path
        lock = path.with_name(around(path.name, ".~kpixl.", ".lock"))
        alone = False
        try:
            with suppress(OSError):
                stack.enter_context(held(lock, patience=patience))
                alone = True
        except Taken as taken:
            raise ChangedByAnother(path.name, taken.holder) from None
        _mine.add(key)
        stack.callback(_mine.discard, key)
        if alone:
            _tidy(path, patience)
        yield


def _tidy(path: Path, patience: float) -> None:
    """Finish what a run that ended before its time has left."""
    others = swap.left_with(path)
    if others:
        with locked(*others, patience=patience):
            swap.recover(path)
    copies = path.parent / BACKUP_FOLDER
    swap.sweep(path, (path.parent,) if copies.is_symlink() else (path.parent, copies))
