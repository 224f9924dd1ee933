"""What is said of the sample data, in every language: made the same way by the test and by whoever writes it anew."""

from __future__ import annotations

from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from msgspec.structs import replace

from kpixl.catalog import business
from kpixl.entries import Entries, InputCell, entry_table
from kpixl.i18n import language
from kpixl.kpi.cautions import cautions
from kpixl.kpi.measure import measure
from kpixl.kpi.score import Scorecard, score
from kpixl.languages import codes
from kpixl.period import Period
from kpixl.samples import Sample, sample
from kpixl.texts.caution_text import caution_line
from kpixl.texts.commentary import comment, headline
from kpixl.texts.words import entry_words
from kpixl.verbs.demo import SAMPLE_PERIOD, samples

PATH = Path(__file__).parent / "snapshots" / "commentary.yaml"
OVER, RUNNING = date(2026, 11, 2), date(2026, 10, 20)
CURRENCIES = {id_: currency for id_, code, currency in samples() if code != "en"}


@cache
def _sample(business_id: str, code: str) -> Sample:
    return sample(business(business_id), Period.parse(SAMPLE_PERIOD), code, CURRENCIES[business_id])


def sampled(business_id: str, code: str, today: date, kpis: frozenset[str] | None = None) -> Scorecard:
    """The scorecard of a sample in a language, as of ``today``, with some KPIs or all."""
    owner, period, currency = business(business_id), Period.parse(SAMPLE_PERIOD), CURRENCIES[business_id]
    if kpis is not None:
        told = tuple(caution for caution in owner.cautions if {*caution.kpis} <= kpis)
        owner = replace(owner, kpis=tuple(kpi for kpi in owner.kpis if kpi.id in kpis), cautions=told)
    made = _sample(business_id, code)

    def cells(numbers: Any) -> dict[str, InputCell]:
        return {id_: InputCell(number, "", "A1") for id_, number in numbers.items()}

    entries = Entries(
        business=owner,
        company=owner.sample_name,
        language=code,
        currency=currency,
        period=period,
        tables={table.id: entry_table(table, made.rows[table.id]) for table in owner.tables},
        settings=cells(made.settings),
        typed=cells(made.typed),
        targets=cells(made.targets),
        thresholds={},
        past=made.past,
        words=entry_words(owner, language(code)),
    )
    return score(entries, measure(entries), today)


def texts() -> dict[str, Any]:
    """By sample and language: the headline, every comment and the cautions of a closed month; the headline, and the
    comments on what still builds up, in the middle of it."""
    return {business_id: {code: texts_of(business_id, code) for code in codes()} for business_id in CURRENCIES}


@cache
def texts_of(business_id: str, code: str, kpis: frozenset[str] | None = None) -> dict[str, Any]:
    """Those of one sample in one language, of some KPIs or of all."""
    t = language(code)
    over, running = (sampled(business_id, code, today, kpis) for today in (OVER, RUNNING))
    building = [result for result in running.results if result.pace]
    return {
        "headline": headline(over, t),
        "comments": {result.kpi.id: comment(result, over, t) for result in over.results},
        "cautions": [caution_line(caution, t) for caution in cautions(over)],
        "running": {
            "headline": headline(running, t),
            "comments": {result.kpi.id: comment(result, running, t) for result in building},
        },
    }


def stored() -> dict[str, Any]:
    """What was read and agreed to."""
    found: dict[str, Any] = yaml.safe_load(PATH.read_text(encoding="utf-8"))
    return found


def store(found: dict[str, Any]) -> None:
    """Put ``found`` in its place."""
    PATH.parent.mkdir(exist_ok=True)
    PATH.write_text(yaml.safe_dump(found, allow_unicode=True, sort_keys=False, width=110), encoding="utf-8")
