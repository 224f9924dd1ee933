"""Many workbooks beside one another: what each of them says, what the group says, and the workbook, page and tables of
both. Reads no workbook itself."""
