"""The workbook as a file of its owner: held against others, kept as it was, put in place whole or not at all.

Never leaves a half-written file behind, and never writes over what another program has saved.
"""

from kpixl.files.backups import (
    BACKUPS_KEPT,
    BackupHistory,
    Copy,
    KeptBackup,
    Undone,
    backup,
    folder_of,
    history,
    keep,
    newest_sound,
    nothing_to_undo,
    undo,
    would_restore,
)
from kpixl.files.guard import locked
from kpixl.files.lock import ChangedByAnother, Taken, held
from kpixl.files.names import BACKUP_FOLDER, real
from kpixl.files.place import ensure_closed, ensure_free, ensure_new, ensure_same_ending
from kpixl.files.reading import FileTooLarge, NoOrdinaryFile, ensure_ordinary, whole
from kpixl.files.refusals import unreadable, unwritable
from kpixl.files.swap import Draft, SavedMeanwhile, WrittenInPart, digest_of, prepare, put_all, written

__all__ = [
    "BACKUPS_KEPT",
    "BACKUP_FOLDER",
    "BackupHistory",
    "ChangedByAnother",
    "Copy",
    "Draft",
    "FileTooLarge",
    "KeptBackup",
    "NoOrdinaryFile",
    "SavedMeanwhile",
    "Taken",
    "Undone",
    "WrittenInPart",
    "backup",
    "digest_of",
    "ensure_closed",
    "ensure_free",
    "ensure_new",
    "ensure_ordinary",
    "ensure_same_ending",
    "folder_of",
    "held",
    "history",
    "keep",
    "locked",
    "newest_sound",
    "nothing_to_undo",
    "prepare",
    "put_all",
    "real",
    "undo",
    "unreadable",
    "unwritable",
    "whole",
    "would_restore",
    "written",
]
