"""What an owner can have done, one module a verb. Each one does all of its work or leaves every file as it was.

Where a workbook cannot be read or written, any of them raises a WorkbookError that says why (``kpixl.errors``:
FileMissing, NotOurWorkbook, FileInUse, NoPermission…); docstrings name only what is a verb's own.
"""
