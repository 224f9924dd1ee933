"""``kpixl kpis``: the KPIs with their formulas and benchmarks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kpixl.cli.command import Answer, Arguments, Command, Word
from kpixl.errors import N_
from kpixl.languages import default_language

if TYPE_CHECKING:
    from kpixl.catalog import Business
    from kpixl.i18n import Language
    from kpixl.texts.lines import Json


def kpis(arguments: Arguments) -> Answer:
    """The catalogue."""
    from kpixl.catalog import businesses
    from kpixl.i18n import language
    from kpixl.verbs.new import owner_called

    chosen = (owner_called(arguments.business),) if arguments.business else businesses()
    t = language(default_language(arguments.lang))
    return Answer(
        lambda: {"businesses": [kpis_json(one, t) for one in chosen]},
        lambda: "\n\n".join(kpis_text(one, t) for one in chosen),
    )


def kpis_json(business: Business, t: Language) -> Json:
    """The catalogue of one business."""
    from kpixl.cli.scorecard import thresholds_json
    from kpixl.kpi.grade import thresholds_published

    return {
        "business": business.id,
        "name": t(business.name),
        "source": t(business.source),
        "kpis": [
            {
                "id": kpi.id,
                "abbreviation": t(kpi.abbreviation),
                "name": t(kpi.name),
                "formula": kpi.kpi.formula,
                "measures": {argument.name: argument.measure.name for argument in kpi.arguments},
                "unit": kpi.kpi.unit,
                "direction": kpi.kpi.direction,
                "window": kpi.window.value,
                "thresholds": thresholds_json(kpi, thresholds_published(kpi)),
                "example": {"arguments": kpi.example.arguments, "value": kpi.example.value},
                "published": t(kpi.texts.published),
                "reading": t(kpi.texts.reading),
                "source": t(kpi.texts.source),
                "definition": t(kpi.texts.definition),
            }
            for kpi in business.kpis
        ],
    }


def kpis_text(business: Business, t: Language) -> str:
    """The catalogue of one business."""
    from kpixl.texts.lines import GAP, block

    lines = [f"{t(business.name)} ({business.id})"]
    for kpi in business.kpis:
        lines += ["", f"{t(kpi.abbreviation)}{GAP}{t(kpi.name)}"]
        lines += block([f"{kpi.id} = {kpi.kpi.formula}", t(kpi.texts.definition), t(kpi.texts.published)], indent=4)
    return "\n".join(lines)


COMMAND = Command(
    "kpis",
    N_("list the KPIs, with their formulas and benchmarks"),
    "know",
    kpis,
    words=(Word("business", "BUSINESS", N_("only those of this business, or of a pack: MYPACK.yaml"), required=False),),
    manual="""\
The KPIs of one business, or of all: definition, formula and published benchmark. With `--json`: `businesses`, each
with `business`, `name`, `source` and `kpis`; a KPI has `id`, `abbreviation`, `name`, `formula`, `measures`
(argument → measure in the workbook), `unit`, `direction`, `window`, `thresholds`, `example`, `published`,
`reading`, `source` and `definition`.

```
$ kpixl kpis remote-va-agency
Remote virtual-assistant agency (remote-va-agency)

CSS  Client satisfaction score
    css = satisfied / surveyed
    The share of survey answers from satisfied clients. A score of 4 or 5 out of 5 counts as
      satisfied; you can move that cut in Settings.
…
```""",
)
