"""What can be wrong with a file as a whole, or with how its columns are to be used. Never raised for single rows."""

from __future__ import annotations

from kpixl.errors import N_, EntryError, MissingMapping, UnreadableSource, UsageError


class UnreadableTable(UnreadableSource):
    """Not a text with rows, nor a workbook that can be read."""

    template = N_("{path} cannot be read as a table ({detail}); save it as .xlsx or as “CSV UTF-8” and try again.")


class UnknownSheet(EntryError):
    """The workbook to import from has no such sheet."""

    code = "unknown_sheet"
    template = N_("{path} has no sheet “{got}”; its sheets are: {allowed}.")


class NoSheets(UnknownSheet):
    """A sheet was asked for of a text, which has none."""

    template = N_("{path} is a text without sheets; leave out the sheet “{got}”.")


class AmbiguousColumn(MissingMapping):
    """More than one column suits a field that every row needs."""

    code = "ambiguous_column"
    template = N_(
        "More than one column of {path} could fill “{field}”; say which one does: --map {pair}, one of: {allowed}."
    )


class BadConstant(EntryError):
    """A value for every row that its field does not take."""

    code = "bad_constant"
    template = N_("“{got}” cannot be the “{field}” of every row: it {reason}.")


class MappedAndSet(EntryError):
    """A field that is to be filled from a column and with one value."""

    code = "mapped_and_set"
    template = N_("“{field}” is given both a column and a value for every row; leave one of them out.")


class UnknownZone(UsageError):
    """Not the name of a time zone."""

    code = "unknown_zone"
    template = N_("“{got}” is not a time zone that kpixl knows; write it like Europe/Madrid or America/Sao_Paulo.")
