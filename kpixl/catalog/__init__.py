"""The KPI knowledge as data: entry tables, measures, KPIs and businesses. Knows nothing of files or workbooks."""

from kpixl.catalog.load import business, businesses, catalogue
from kpixl.catalog.model import (
    Aggregate,
    Argument,
    Business,
    BusinessKpi,
    Catalogue,
    CautionRule,
    Kpi,
    Level,
    Made,
    Mean,
    Measure,
    Standing,
    Threshold,
)
from kpixl.catalog.packs import business_of, catalogue_of, known_to, pack_of, whole
from kpixl.catalog.tables import Calculated, Condition, Elapsed, Field, InOrder, Lookup, Months, Once, Table
from kpixl.period import Window

__all__ = [
    "Aggregate",
    "Argument",
    "Business",
    "BusinessKpi",
    "Calculated",
    "Catalogue",
    "CautionRule",
    "Condition",
    "Elapsed",
    "Field",
    "InOrder",
    "Kpi",
    "Level",
    "Lookup",
    "Made",
    "Mean",
    "Measure",
    "Months",
    "Once",
    "Standing",
    "Table",
    "Threshold",
    "Window",
    "business",
    "business_of",
    "businesses",
    "catalogue",
    "catalogue_of",
    "known_to",
    "pack_of",
    "whole",
]
