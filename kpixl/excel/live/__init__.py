"""The workbook that is open in Excel: read, and refreshed in place."""
