"""The lossless edit of an Open XML package: owned parts are replaced, every other part is copied byte for byte.

Never guesses a part by its name, never recompresses a part that nobody replaced, never touches the file before the
new one has been checked.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    pass
