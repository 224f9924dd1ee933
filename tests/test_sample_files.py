"""The finished samples that the repository keeps are those that kpixl makes today."""

from __future__ import annotations

import importlib.util
from datetime import datetime
from pathlib import Path
from types import ModuleType

import pytest

from goldens import compare
from kpixl import catalog
from kpixl.verbs.demo import sample_workbook

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


@pytest.mark.parametrize("chosen", SCRIPT.KEPT, ids=lambda chosen: chosen[0])
def test_the_sample_is_up_to_date(chosen: tuple[str, str, str], tmp_path: Path) -> None:
    package, path, _, _ = sample_workbook(tmp_path, *chosen, datetime(2026, 11, 2, 9))
    package.save(path)
    assert compare(ROOT / "workbooks" / path.name, path) == [], "make workbooks brings the samples up to date"
