"""The finished samples that the repository keeps are those that kpixl makes today."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest

import builds
from goldens import compare
from kpixl import catalog
from kpixl.verbs.demo import sample_path

ROOT = Path(__file__).parent.parent


def _script() -> ModuleType:
    spec = importlib.util.spec_from_file_location("make_workbooks", ROOT / "tools" / "make_workbooks.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


SCRIPT = _script()


def test_there_is_one_for_every_business_and_for_every_language() -> None:
    assert sorted(business for business, _, _ in SCRIPT.KEPT) == sorted(b.id for b in catalog.businesses())
    assert sorted(code for _, code, _ in SCRIPT.KEPT) == ["en", "es", "fr", "pt", "ro"]
    named = (ROOT / "workbooks" / "README.md").read_text(encoding="utf-8")
    kept = sorted(path.name for path in (ROOT / "workbooks").glob("*.xlsx") if not path.name.startswith("~$"))
    assert len(kept) == len(SCRIPT.KEPT)
    assert all(name.replace(" ", "%20") in named for name in kept)


@pytest.fixture(scope="module")
def made_today(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    return {outcome.path.name: outcome.path for outcome in builds.samples(tmp_path_factory.mktemp("samples"))}


@pytest.mark.parametrize("name", [sample_path(Path(), *chosen[:2]).name for chosen in SCRIPT.KEPT])
def test_the_sample_is_up_to_date(name: str, made_today: dict[str, Path]) -> None:
    assert compare(ROOT / "workbooks" / name, made_today[name]) == [], "make workbooks brings the samples up to date"
