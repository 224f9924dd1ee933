"""Where the templates are: inside the package once installed, beside it in a checkout."""

from __future__ import annotations

from importlib import resources
from pathlib import Path


def folder() -> Path:
    """The folder of the templates."""
    inside = Path(str(resources.files("kpixl") / "templates"))
    return inside if inside.is_dir() else Path(__file__).resolve().parent.parent / "templates"
