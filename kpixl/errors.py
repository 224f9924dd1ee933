"""What can go wrong, one sentence each: what is wrong, where, what to do. Each class has its code and its template.

Never raised for bad rows: those are Check's. Errors that only one module raises stand there, under one of these:

· KpixlError
  · Unexpected
  · UsageError
    · UnknownChoice
    · NoPeriod
    · UnknownMeasure
    · NotANumber
    · FileExists
    · ExtraMissing
    · NotXlsx
    · OtherEnding
  · WorkbookError
    · FileMissing
    · NotAWorkbook
      · OtherWorkbook
    · DamagedWorkbook
      · DamagedWithBackup
    · PasswordProtected
    · SignedWorkbook
    · StrictWorkbook
    · NotOurWorkbook
    · OlderWorkbook
    · EarlierWorkbook
    · NewerWorkbook
    · FolderMissing
    · FileInUse
      · FileLocked
    · NoPermission
    · NotWritten
      · NoRoom
      · DriveFailed
    · NameTooLong
    · NothingToUndo
    · KpiRowDeleted
    · OwnedPartMissing
    · BadSetting
    · ContentBelowTable
  · EntryError
    · UnknownColumn
    · UnknownField
    · UnreadableSource
    · MissingMapping
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from kpixl.message import Message, Translate


def N_(text: str) -> str:  # noqa: N802  (gettext's own name for "mark for translation")
    """Mark ``text`` for extraction without translating it here."""
    return text


class KpixlError(Exception):
    """The root of the tree; ``code`` is stable for machines, ``template`` is the sentence for the owner."""

    code: ClassVar[str] = "error"
    template: ClassVar[str] = N_("Something went wrong: {detail}.")

    def __init__(self, *, sheet: str | None = None, cell: str | None = None, **details: object) -> None:
        self.sheet = sheet
        self.cell = cell
        self.message = Message(self.code, self.template, {"sheet": sheet, "cell": cell, **details})
        super().__init__(self.text())

    @property
    def details(self) -> Mapping[str, object]:
        """What its sentence names."""
        return self.message.values

    def text(self, t: Translate = str, /) -> str:
        """The sentence in the language of ``t``; English without it."""
        return self.message.text(t)


class Unexpected(KpixlError):
    """A mistake of kpixl itself, before anything was written."""

    code = "internal"
    template = N_("Something went wrong inside kpixl ({detail}); nothing was written. Please report it.")


class UsageError(KpixlError):
    """The command or call was not one that kpixl knows."""

    code = "usage"
    template = N_("{detail}.")


class UnknownChoice(UsageError):
    """A word that is not one of the allowed ones."""

    code = "unknown_choice"
    template = N_("“{got}” is not a {what} that kpixl knows; choose one of: {allowed}.")


class NoPeriod(UsageError):
    """A word that is to say which month, quarter, week or year, and does not."""

    code = "no_period"
    template = N_(
        "“{got}” is no period; write a month like 2026-10, 10.2026 or October 2026, a quarter like 2026-Q4, a week "
        "like 2026-W43, a year like 2026."
    )


class UnknownMeasure(UsageError):
    """``calc`` was given a name that the KPI does not use."""

    code = "unknown_measure"
    template = N_("{kpi} does not use “{got}”; it takes: {allowed}.")


class NotANumber(UsageError):
    """A number was expected."""

    code = "not_a_number"
    template = N_("“{got}” for {what} is not a number; write it like 12.5.")


class FileExists(UsageError):
    """The output file is there already."""

    code = "file_exists"
    template = N_("{path} exists already and was left alone; choose another name with --out.")


class ExtraMissing(UsageError):
    """Something that needs a package which kpixl comes without."""

    code = "extra_missing"
    template = N_("{what} needs more than kpixl comes with; install it once: pip install {install}")


class WorkbookError(KpixlError):
    """The file as a whole cannot be used; it has not been changed."""

    code = "workbook"


class FileMissing(WorkbookError):
    """No such file."""

    code = "file_missing"
    template = N_("There is no file {path}; check the name and the folder.")


class NotAWorkbook(WorkbookError):
    """Not an .xlsx or .xlsm file."""

    code = "not_a_workbook"
    template = N_("{path} is not an Excel workbook (.xlsx or .xlsm); choose the workbook that kpixl made.")


class OtherWorkbook(NotAWorkbook):
    """A workbook of Excel's that is kept in another way: an old one, a template, a binary one."""

    template = N_(
        "{path} is an Excel file of another kind (.xls, .xlsb or a template); open it in Excel, save it as an Excel "
        "workbook (.xlsx) and use that."
    )


class DamagedWorkbook(WorkbookError):
    """A truncated or corrupt zip, or a part that is not XML."""

    code = "damaged_workbook"
    template = N_("{path} is damaged ({detail}); restore it from a backup and try again.")


class DamagedWithBackup(DamagedWorkbook):
    """The same, of which there is a backup that is whole."""

    template = N_(
        "{path} is damaged ({detail}); its backup {number}, made on {made}, is whole: “kpixl undo FILE --to {number}” "
        "puts that in its place, and keeps the damaged one."
    )


class PasswordProtected(WorkbookError):
    """An encrypted workbook."""

    code = "password_protected"
    template = N_(
        "{path} is protected by a password to open it; remove the password in Excel (File > Info) and try again."
    )


class SignedWorkbook(WorkbookError):
    """A digitally signed package: any change would break the signature."""

    code = "signed_workbook"
    template = N_(
        "{path} carries a digital signature that any change would break; remove the signature in Excel first."
    )


class StrictWorkbook(WorkbookError):
    """Saved as “Strict Open XML”, which the reader does not know."""

    code = "strict_workbook"
    template = N_(
        "{path} was saved as “Strict Open XML”; save it in Excel as an ordinary workbook (.xlsx) and try again."
    )


class NotOurWorkbook(WorkbookError):
    """A workbook without kpixl's names."""

    code = "not_our_workbook"
    template = N_(
        "{path} has no sheets of kpixl; add them with “kpixl adopt”, or make a new workbook with “kpixl new”."
    )


class OlderWorkbook(WorkbookError):
    """The workbook was made by a kpixl so old that its sheets cannot be brought to today's layout."""

    code = "older_workbook"
    template = N_(
        "{path} was made by an older kpixl; make a new workbook with “kpixl new”, copy your rows into it and try again."
    )


class EarlierWorkbook(WorkbookError):
    """The workbook is of an earlier layout, and nothing that is open in Excel is brought up to date."""

    code = "earlier_workbook"
    template = N_(
        "{path} was made by an earlier kpixl; save and close it in Excel, run “kpixl upgrade” on it once, and open it "
        "again."
    )


class NewerWorkbook(WorkbookError):
    """Made by a kpixl with a newer layout."""

    code = "newer_workbook"
    template = N_("{path} was made by a newer kpixl ({version}); update kpixl and try again.")


class FolderMissing(WorkbookError):
    """The folder to write into is not there."""

    code = "folder_missing"
    template = N_("There is no folder {path}; make it first, or choose another with --out.")


class NotXlsx(UsageError):
    """A new workbook under another ending."""

    code = "not_xlsx"
    template = N_("A new workbook must be called something.xlsx; {path} is not.")


class OtherEnding(UsageError):
    """A workbook made from another under another ending."""

    code = "other_ending"
    template = N_("A workbook made from {path} must end in {ending} as well; {out} does not.")


class FileInUse(WorkbookError):
    """Excel or LibreOffice holds the file."""

    code = "file_in_use"
    template = N_("{path} is open in {program}; save and close it there, then try again.")


class FileLocked(FileInUse):
    """A lock file of Excel or LibreOffice stands beside the file."""

    template = N_(
        "{path} is open in {program}; save and close it there, then try again. "
        "If it is open nowhere, delete the left-over file {lock} beside it."
    )


class NoPermission(WorkbookError):
    """The file or its folder cannot be written."""

    code = "no_permission"
    template = N_("{path} cannot be written ({detail}); check that the file and its folder are not read-only.")


class NotWritten(WorkbookError):
    """The new file did not come out as it should; the old one stands."""

    code = "not_written"
    template = N_("{path} could not be written whole ({detail}) and stays as it was; try again.")


class NoRoom(NotWritten):
    """The disk is full, or what its owner may put on it is used up."""

    code = "no_room"
    template = N_("{path} stays as it was, for there is no room on its drive ({detail}); make some and try again.")


class DriveFailed(NotWritten):
    """The drive or the way to it reports a fault."""

    code = "drive_failed"
    template = N_(
        "{path} stays as it was, for its drive reports a fault ({detail}); check the drive or the connection to it, "
        "then try again."
    )


class NameTooLong(WorkbookError):
    """A name that the drive does not take."""

    code = "name_too_long"
    template = N_(
        "{path} stays as it was, for its name or folder name is too long for its drive; choose a shorter one."
    )


class NothingToUndo(WorkbookError):
    """There is no backup of the workbook."""

    code = "nothing_to_undo"
    template = N_("There is no backup of {path} in the folder “{folder}” beside it, so nothing can be undone.")


class OwnedPartMissing(WorkbookError):
    """A sheet, name or setting that kpixl needs is gone."""

    code = "part_missing"
    template = N_("{path} lacks {what}, which kpixl needs; restore it from a backup or from Excel's version history.")


class KpiRowDeleted(WorkbookError):
    """The row of a KPI is gone, which other cells count on."""

    code = "kpi_row_deleted"
    template = N_(
        "In {path} the row of “{kpi}” was deleted from {where}; bring it back (kpixl undo, or Excel's version "
        "history), and switch the KPI off in Settings instead."
    )


class BadSetting(WorkbookError):
    """A cell in Settings that nothing can be computed without."""

    code = "bad_setting"
    template = N_("{sheet}!{cell} holds “{got}”, which is not {expected}; correct that cell and try again.")


class ContentBelowTable(WorkbookError):
    """A table cannot grow over what the owner keeps below it."""

    code = "content_below_table"
    template = N_("{sheet}!{cell} stands in the way of new rows; move what is below the table and try again.")


class EntryError(KpixlError):
    """Rows offered for import that cannot be taken."""

    code = "entry"


class UnknownColumn(EntryError):
    """A mapping names a column that the source lacks."""

    code = "unknown_column"
    template = N_("{path} has no column “{got}”; its columns are: {allowed}.")


class UnknownField(EntryError):
    """A mapping names a field that the table lacks."""

    code = "unknown_field"
    template = N_("The table {table} has no field “{got}”; its fields are: {allowed}.")


class UnreadableSource(EntryError):
    """The file to import is not a CSV that can be read."""

    code = "unreadable_source"
    template = N_("{path} cannot be read as CSV ({detail}); save it as “CSV UTF-8” and try again.")


class MissingMapping(EntryError):
    """No column of the source is mapped to fields that every row needs."""

    code = "missing_mapping"
    template = N_(
        "The table {table} needs {fields}; say which columns hold that: --map {pairs}, one of: {allowed}. What is the "
        "same in every row is said with --set {same}."
    )
