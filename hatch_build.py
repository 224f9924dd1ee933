"""Build hook: compiles the gettext catalogues, so that the wheel (and an editable install) carries .mo files."""

from pathlib import Path
from typing import Any

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from hatchling.builders.hooks.plugin.interface import BuildHookInterface


def compile_catalogues(root: Path) -> list[Path]:
    """Compile every kpixl.po below ``root`` beside itself; returns the files written."""
    written = []
    for po in sorted(root.glob("*/LC_MESSAGES/kpixl.po")):
        with po.open("rb") as source:
            catalogue = read_po(source, locale=po.parent.parent.name)
        mo = po.with_suffix(".mo")
        with mo.open("wb") as target:
            write_mo(target, catalogue)
        written.append(mo)
    return written


class CatalogueHook(BuildHookInterface):  # type: ignore[misc]
    """Runs before every wheel or editable build."""

    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Compile the catalogues in the source tree."""
        compile_catalogues(Path(self.root) / "kpixl" / "locale")
