"""Workbooks for several cases, computed by one engine at once: starting LibreOffice takes longer than computing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import pytest

import engines
from engines import Place, Value
from workbooks import Filled, make, opened, placed

ENGINES = [pytest.param("ironcalc"), pytest.param("libreoffice", marks=pytest.mark.libreoffice)]
"""For a fixture's ``params``."""


@dataclass(frozen=True)
class Computed:
    """What an engine makes of the workbook of every case."""

    paths: Mapping[str, Path]
    values: Mapping[str, Mapping[Place, Value]]

    @classmethod
    def by(cls, engine: str, cases: Mapping[str, Filled], folder: Path) -> Self:
        """Make the workbooks and have ``engine`` compute them."""
        paths = {case: make(folder / f"{number}.xlsx", filled) for number, (case, filled) in enumerate(cases.items())}
        if engine == "libreoffice":
            found = engines.libreoffice_values([*paths.values()])
        else:
            found = [engines.ironcalc_values(path) for path in paths.values()]
        return cls(paths, dict(zip(paths, found, strict=True)))

    def cell(self, case: str, block: str, row: str, column: str) -> Value:
        """What the engine shows in an owned cell."""
        return self.values[case].get(placed(opened(self.paths[case]), block, row, column), "")

    def differences(self, case: str) -> list[str]:
        """Where the engine does not show what Python wrote."""
        return engines.differences(self.paths[case], self.values[case])
