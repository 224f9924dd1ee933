"""The entry point of ``kpixl`` and ``python -m kpixl``."""

import sys

from kpixl.cli.main import main

__all__ = ["main"]

if __name__ == "__main__":
    sys.exit(main())
