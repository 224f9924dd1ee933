"""The report: one page to send to a partner, as HTML or PDF. Reads the workbook and never changes it."""

from __future__ import annotations

from kpixl.report.page import Contents, report_html

__all__ = ["Contents", "report_html"]
