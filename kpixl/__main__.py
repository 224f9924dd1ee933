"""The entry point of ``kpixl`` and ``python -m kpixl``."""

from __future__ import annotations

import gc
import sys
from collections.abc import Sequence

_INTERRUPTED = 130
_MANY = 100_000
"""So many new objects before the garbage collector looks for cycles, of which a command makes few."""


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line; Ctrl+C while it is loaded ends it as any other time does."""
    gc.set_threshold(_MANY)
    try:
        from kpixl.cli.main import main as run

        return run(argv)
    except KeyboardInterrupt:
        return _INTERRUPTED
    finally:
        # The end of the process lets go of everything: Python would look through all of it for cycles first.
        gc.freeze()


if __name__ == "__main__":
    sys.exit(main())
