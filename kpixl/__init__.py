"""kpixl: monthly KPI workbooks for owners of small service businesses who work in Excel."""

from kpixl.version import __version__

__all__ = ["__version__"]
