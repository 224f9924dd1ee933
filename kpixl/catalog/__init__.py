"""The KPI knowledge as data: entry tables, measures, KPIs and businesses. Knows nothing of files or workbooks."""

from kpixl.catalog.load import business, businesses, catalogue, known_to
from kpixl.catalog.model import (
    Argument,
    Business,
    BusinessKpi,
    Catalogue,
    CautionRule,
    Kpi,
    Level,
    Measure,
    Standing,
    Threshold,
)
from kpixl.catalog.tables import Calculated, Condition, Elapsed, Field, Lookup, Once, Table
from kpixl.period import Window

__all__ = [
    "Argument",
    "Business",
    "BusinessKpi",
    "Calculated",
    "Catalogue",
    "CautionRule",
    "Condition",
    "Elapsed",
    "Field",
    "Kpi",
    "Level",
    "Lookup",
    "Measure",
    "Once",
    "Standing",
    "Table",
    "Threshold",
    "Window",
    "business",
    "businesses",
    "catalogue",
    "known_to",
]
