"""Texts made from the templates that lie beside the code. Knows nothing of what they say."""

from __future__ import annotations

from functools import cache
from importlib import resources
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

_MARKUP = (".xml.j2", ".html.j2")


def rendered(template: str, **values: object) -> str:
    """The text of a template. What is put into XML or HTML is escaped; plain text and source text are not."""
    return _environment().get_template(template).render(**values)


@cache
def _environment() -> Environment:
    return Environment(
        loader=FileSystemLoader(folder()),
        undefined=StrictUndefined,
        autoescape=lambda name: name is not None and name.endswith(_MARKUP),
        trim_blocks=True,
        lstrip_blocks=True,
    )


def folder() -> Path:
    """The folder of the templates: inside the package once installed, beside it in a checkout."""
    inside = Path(str(resources.files("kpixl") / "templates"))
    return inside if inside.is_dir() else Path(__file__).resolve().parents[2] / "templates"
