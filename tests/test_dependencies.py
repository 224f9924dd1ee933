"""What an owner installs beside kpixl: free for every use, and as new as kpixl needs it. No network is asked."""

from __future__ import annotations

import ast
import re
import tomllib
from collections.abc import Iterator, Sequence
from importlib.metadata import Distribution, distribution
from pathlib import Path

import pytest
from packaging.requirements import Requirement

ROOT = Path(__file__).parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]

FREE = {"MIT", "BSD-2-Clause", "BSD-3-Clause", "0BSD", "Apache-2.0", "ISC", "PSF-2.0", "Zlib", "CC0-1.0", "Unlicense"}
"""Licences that ask for no more than to be named."""
IN_WORDS = {
    "OSI Approved :: MIT License": "MIT",
    "OSI Approved :: BSD License": "BSD-3-Clause",
    "OSI Approved :: Apache Software License": "Apache-2.0",
}
"""What older packages say in its place."""
NONCOMMERCIAL = ("xlwings.pro", "xlwings.reports", "xlwings.server")
"""What comes along with xlwings and is free for noncommercial use alone, or asks for a key."""


def installed(names: Sequence[str]) -> dict[str, Distribution]:
    """What these packages come to, with all that they need themselves."""
    found: dict[str, Distribution] = {}
    waiting = [Requirement(name) for name in names]
    while waiting:
        wanted = waiting.pop()
        if wanted.name.lower() in found or (wanted.marker and not wanted.marker.evaluate({"extra": ""})):
            continue
        found[wanted.name.lower()] = one = distribution(wanted.name)
        waiting += map(Requirement, one.requires or ())
    return found


def licences(metadata: dict[str, Sequence[str]]) -> set[str]:
    """The licences that a package names, each by its SPDX identifier; what has none as it stands."""
    expression = "".join(metadata.get("License-Expression", ()))
    if expression:
        return set(re.split(r"\s+(?:AND|OR|WITH)\s+|[()]", expression)) - {""}
    told = [one.removeprefix("License :: ") for one in metadata.get("Classifier", ()) if one.startswith("License ::")]
    if told:
        return {IN_WORDS.get(one, one) for one in told}
    return set(metadata.get("License", ())) or {"none named"}


def fields(one: Distribution) -> dict[str, Sequence[str]]:
    return {name: one.metadata.get_all(name) or () for name in one.metadata}


@pytest.mark.parametrize("name", sorted(installed(PROJECT["dependencies"])))
def test_what_is_installed_beside_kpixl_is_free_for_every_use(name: str) -> None:
    assert licences(fields(installed(PROJECT["dependencies"])[name])) <= FREE


@pytest.mark.parametrize(
    "metadata",
    [
        {"License-Expression": ["MIT AND AGPL-3.0-only"]},
        {"Classifier": ["License :: OSI Approved :: GNU Affero General Public License v3"]},
        {"License": ["PolyForm Noncommercial 1.0.0"]},
        {},
    ],
)
def test_other_licences_would_be_seen(metadata: dict[str, Sequence[str]]) -> None:
    assert not licences(metadata) <= FREE


def test_versions_are_those_that_kpixl_asks_for() -> None:
    too_old = [
        line
        for line in PROJECT["dependencies"]
        if not Requirement(line).specifier.contains(distribution(Requirement(line).name).version, prereleases=True)
    ]
    assert too_old == []


def test_nothing_is_imported_that_is_free_for_noncommercial_use_alone() -> None:
    found = [
        (path.name, name)
        for path in (ROOT / "kpixl").rglob("*.py")
        for name in imported(path)
        if name.startswith(NONCOMMERCIAL)
    ]
    assert found == []


def imported(path: Path) -> Iterator[str]:
    """The modules that a file imports, with the names that it takes from them."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield from (f"{node.module}.{alias.name}" for alias in node.names)
