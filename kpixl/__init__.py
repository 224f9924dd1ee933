"""kpixl: monthly KPI workbooks for owners of small service businesses who work in Excel.

Numbers are in the unit of their KPI or measure: a percentage is a fraction (0.9 is 90 %), a duration hours or months,
NPS runs from −100 to 100, money is in the workbook's currency. Dates in cells are Excel's serial numbers.

>>> import kpixl
>>> result = kpixl.calc("css", {"satisfied": 45, "surveyed": 50})
>>> result.value, result.level.name
(0.9, 'ABOVE_AVERAGE')

With a workbook: ``new`` makes one by its ``Setup``, ``import_rows`` takes rows into it, ``refresh`` computes it,
``results`` only reads. ``roll`` goes on to the next period, ``restate`` corrects a closed one, ``adopt`` adds kpixl's
sheets to a workbook that is there, ``upgrade`` brings one of an earlier kpixl up to date, ``write_report`` writes a
page to send. The day is always an argument. What cannot be done is a ``KpixlError``, and leaves every file as it was.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from kpixl.version import __version__

if TYPE_CHECKING:
    from kpixl import functions as functions
    from kpixl.catalog import Business as Business
    from kpixl.catalog import BusinessKpi as BusinessKpi
    from kpixl.catalog import Level as Level
    from kpixl.catalog import Measure as Measure
    from kpixl.catalog import Standing as Standing
    from kpixl.catalog import business as business
    from kpixl.catalog import businesses as businesses
    from kpixl.catalog import catalogue as catalogue
    from kpixl.check import Problem as Problem
    from kpixl.entries import Setup as Setup
    from kpixl.errors import KpixlError as KpixlError
    from kpixl.kpi.calc import calc as calc
    from kpixl.kpi.grade import Grade as Grade
    from kpixl.kpi.result import Certainty as Certainty
    from kpixl.kpi.result import Comparison as Comparison
    from kpixl.kpi.result import Result as Result
    from kpixl.kpi.result import YearToDate as YearToDate
    from kpixl.kpi.score import Scorecard as Scorecard
    from kpixl.period import Period as Period
    from kpixl.verbs.adopt import Adopted as Adopted
    from kpixl.verbs.adopt import adopt as adopt
    from kpixl.verbs.import_plan import ImportRequest as ImportRequest
    from kpixl.verbs.import_rows import ImportOutcome as ImportOutcome
    from kpixl.verbs.import_rows import import_rows as import_rows
    from kpixl.verbs.new import new as new
    from kpixl.verbs.refresh import refresh as refresh
    from kpixl.verbs.report import Report as Report
    from kpixl.verbs.report import report as write_report
    from kpixl.verbs.restate import Restated as Restated
    from kpixl.verbs.restate import restate as restate
    from kpixl.verbs.results import Outcome as Outcome
    from kpixl.verbs.results import results as results
    from kpixl.verbs.roll import Rolled as Rolled
    from kpixl.verbs.roll import roll as roll
    from kpixl.verbs.upgrade import Upgraded as Upgraded
    from kpixl.verbs.upgrade import upgrade as upgrade

__all__ = [
    "Adopted",
    "Business",
    "BusinessKpi",
    "Certainty",
    "Comparison",
    "Grade",
    "ImportOutcome",
    "ImportRequest",
    "KpixlError",
    "Level",
    "Measure",
    "Outcome",
    "Period",
    "Problem",
    "Report",
    "Restated",
    "Result",
    "Rolled",
    "Scorecard",
    "Setup",
    "Standing",
    "Upgraded",
    "YearToDate",
    "__version__",
    "adopt",
    "business",
    "businesses",
    "calc",
    "catalogue",
    "functions",
    "import_rows",
    "new",
    "refresh",
    "restate",
    "results",
    "roll",
    "upgrade",
    "write_report",
]

_HOMES = {
    "kpixl.catalog": (
        "Business", "BusinessKpi", "Level", "Measure", "Standing", "business", "businesses", "catalogue"
    ),
    "kpixl.check": ("Problem",),
    "kpixl.entries": ("Setup",),
    "kpixl.errors": ("KpixlError",),
    "kpixl.kpi.calc": ("calc",),
    "kpixl.kpi.grade": ("Grade",),
    "kpixl.kpi.result": ("Certainty", "Comparison", "Result", "YearToDate"),
    "kpixl.kpi.score": ("Scorecard",),
    "kpixl.period": ("Period",),
    "kpixl.verbs.adopt": ("Adopted", "adopt"),
    "kpixl.verbs.import_plan": ("ImportRequest",),
    "kpixl.verbs.import_rows": ("ImportOutcome", "import_rows"),
    "kpixl.verbs.new": ("new",),
    "kpixl.verbs.refresh": ("refresh",),
    "kpixl.verbs.report": ("Report", "report"),
    "kpixl.verbs.restate": ("Restated", "restate"),
    "kpixl.verbs.results": ("Outcome", "results"),
    "kpixl.verbs.roll": ("Rolled", "roll"),
    "kpixl.verbs.upgrade": ("Upgraded", "upgrade"),
}  # fmt: skip
"""Where each name is defined; its module is imported when the name is first asked for, and no sooner."""
_CALLED = {"write_report": "report"}
"""Names that their modules call otherwise: ``kpixl.report`` is a package."""


def __getattr__(name: str) -> Any:
    if name == "functions":
        return import_module("kpixl.functions")
    if name in __all__:
        own = _CALLED.get(name, name)
        return next(getattr(import_module(home), own) for home, names in _HOMES.items() if own in names)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return __all__
