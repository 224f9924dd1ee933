"""The KPI knowledge as data: entry tables, measures, KPIs and businesses. Knows nothing of files or workbooks."""

from kpixl.catalog.load import business, businesses, catalogue
from kpixl.catalog.model import (
    Argument,
    Business,
    BusinessKpi,
    Calculated,
    Catalogue,
    Condition,
    Field,
    Kpi,
    Level,
    Measure,
    Table,
    Threshold,
    Window,
)

__all__ = [
    "Argument",
    "Business",
    "BusinessKpi",
    "Calculated",
    "Catalogue",
    "Condition",
    "Field",
    "Kpi",
    "Level",
    "Measure",
    "Table",
    "Threshold",
    "Window",
    "business",
    "businesses",
    "catalogue",
]
