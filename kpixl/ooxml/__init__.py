"""Lossless edits of an Open XML workbook: what is not changed keeps its bytes. Knows nothing of KPIs."""
