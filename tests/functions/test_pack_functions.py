"""The functions of packs: in VBA as LibreOffice runs it, and as LAMBDA names in IronCalc."""

from __future__ import annotations

from pathlib import Path

import hosts
import pytest
import vba_host
from cases import Case

from clock import NOW
from engines import same
from kpixl.catalog import Business, business_of
from kpixl.catalog.model import Level
from kpixl.entries import Setup
from kpixl.period import Period
from kpixl.verbs.new import new
from kpixl.workbook.macros.functions_vba import modules

EXAMPLES = sorted((Path(__file__).parent.parent.parent / "examples" / "packs").glob("*.yaml"))


def counted_by_hand(owner: Business) -> list[Case]:
    """What the pack itself says that its formulas give, and the levels that its source gives."""
    cases = []
    for kpi in owner.kpis:
        for case in kpi.cases:
            cases.append(Case(f"KPI_{kpi.id.upper()}", case.arguments, case.value, owner.id))
            if case.level is not None:
                level = Level[case.level.upper()].value
                cases.append(Case("KPI_LEVEL", (kpi.id, case.value), level, owner.id))
    return cases


@pytest.mark.libreoffice
def test_the_functions_of_a_pack_in_vba() -> None:
    owner = business_of(EXAMPLES[-1].read_text(encoding="utf-8"))
    cases = counted_by_hand(owner)
    assert len(cases) >= 11
    for case, shown in zip(cases, vba_host.computed(cases, modules("en", owner)), strict=True):
        assert same(shown, case.expected), (str(case), shown)


@pytest.mark.parametrize("pack", EXAMPLES, ids=lambda path: path.stem)
def test_the_functions_of_a_pack_as_names(pack: Path, tmp_path: Path) -> None:
    text = pack.read_text(encoding="utf-8")
    owner, path = business_of(text), tmp_path / "pack.xlsx"
    new(Setup(owner.id, "en", Period.parse("2026-10"), "Nova", "USD", pack=text), path, now=NOW)
    cases = counted_by_hand(owner)
    for case, shown in zip(cases, hosts._computed(path, cases), strict=True):
        assert same(shown, case.expected), (str(case), shown)
