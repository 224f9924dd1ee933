"""The entry point of ``kpixl`` and ``python -m kpixl``."""

from __future__ import annotations

import sys
from collections.abc import Sequence

_INTERRUPTED = 130


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line; Ctrl+C while it is loaded ends it as any other time does."""
    try:
        from kpixl.cli.main import main as run

        return run(argv)
    except KeyboardInterrupt:
        return _INTERRUPTED


if __name__ == "__main__":
    sys.exit(main())
