"""kpixl: monthly KPI workbooks for owners of small service businesses who work in Excel."""

__version__ = "0.1.0"
