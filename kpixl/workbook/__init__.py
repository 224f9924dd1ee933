"""The workbook: its layout, building, reading, and the lossless edit of what kpixl owns."""
