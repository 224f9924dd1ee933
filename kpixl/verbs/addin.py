"""The add-in as a file: made for others, put where Excel opens it by itself at every start, and taken away again.

Never touches a file of that name that is not kpixl's.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from kpixl.errors import N_, FileInUse, NoPermission, UsageError, WorkbookError
from kpixl.files import ensure_free, ensure_new, prepare, put_all, unwritable
from kpixl.verbs.machine import Machine, ThisMachine, start_folder
from kpixl.version import __version__
from kpixl.workbook.macros.xlam import FILE, package, version_in

if TYPE_CHECKING:
    from typing import Self

_ENDING = ".xlam"
_SCRIPTS = "Library/Application Scripts/com.microsoft.Excel"
"""Where Excel for the Mac looks for scripts that macros may call, below the home folder."""


class NotXlam(UsageError):
    """The add-in under another ending."""

    code = "not_xlam"
    template = N_("An add-in must be called something.xlam; {path} is not.")


class NoStartFolder(WorkbookError):
    """A system for which there is no Excel."""

    code = "no_start_folder"
    template = N_(
        "There is no Excel for this system that could open an add-in; “kpixl addin build” makes the file for another "
        "computer."
    )


class AddInInUse(WorkbookError):
    """Excel has the add-in open, as it has from its start."""

    code = "add_in_in_use"
    template = N_("Excel is running and has {path} open; quit Excel and try again.")


class AnotherAddIn(WorkbookError):
    """A file in the add-in's place that kpixl has not made."""

    code = "another_add_in"
    template = N_("{path} is not kpixl’s and was left alone; rename or move it and try again.")


class OfAPack(WorkbookError):
    """An add-in whose functions one without a pack would lack."""

    code = "of_a_pack"
    template = N_(
        "{path} has the functions of the pack “{id}”; run “{command}”, or first “kpixl addin uninstall” to go without "
        "them."
    )


@dataclass(frozen=True)
class Status:
    """What is where Excel opens add-ins at its start."""

    path: Path
    """Where the add-in belongs."""
    version: str | None
    """Of the one that is there; None where there is none, or another program's."""
    python: bool = False
    """Whether it calls Python."""
    pack: str = ""
    """The id of the pack whose functions it has, if it was made for one."""
    foreign: bool = False
    """Whether a file of that name is another program's."""

    @property
    def older(self) -> bool:
        """Whether it is of an earlier kpixl than this one."""
        return self.version is not None and _numbers(self.version) < _numbers(__version__)

    @property
    def renewable(self) -> bool:
        """Whether this kpixl's can take its place by itself: it calls Python, and has no functions of a pack."""
        return self.older and self.python and not self.pack

    @property
    def command(self) -> str:
        """What puts this kpixl's in its place."""
        return f"kpixl addin install{' --pack MYPACK.yaml' if self.pack else ''}"

    @classmethod
    def on(cls, machine: Machine) -> Self:
        """As it is on a computer; NoStartFolder."""
        folder = start_folder(machine)
        if folder is None:
            raise NoStartFolder
        place = folder / FILE
        content = machine.read(place)
        found = version_in(content) if content is not None else None
        if found is None:
            return cls(Path(place), None, foreign=content is not None)
        return cls(Path(place), found.version, found.python, found.pack)


@dataclass(frozen=True)
class AddedIn:
    """The add-in in its place."""

    path: Path
    before: str | None
    """The version that was there before."""
    script: Path | None
    """xlwings' script, which Excel for the Mac calls Python by."""


def build(out: Path, *, python: bool, code: str, pack: Path | None = None) -> Path:
    """Make the add-in at ``out``; NotXlam, or FileExists where it is there already. Without ``python`` it needs no
    other program. ``code`` is the language of the functions' help until Excel has started with it once. With a
    ``pack`` it has the functions of that pack's KPIs as well; BadPack for one with mistakes."""
    from kpixl.verbs.pack_files import business_from

    if out.suffix.lower() != _ENDING:
        raise NotXlam(path=out.name)
    ensure_new(out)
    owner = business_from(pack) if pack is not None else None
    package(out, code, python=python, owner=owner).save(out, new=True)
    return out


def install(machine: Machine | None = None, *, code: str, pack: Path | None = None) -> AddedIn:
    """Put the add-in of this kpixl where Excel opens it, in place of an earlier one; what Excel for the Mac needs for
    it beside it. With a ``pack`` it has the functions of that pack's KPIs as well. NoStartFolder, AddInInUse or
    AnotherAddIn; BadPack; OfAPack where one without a pack would take the place of one with."""
    from kpixl.verbs.pack_files import business_from

    here = machine or ThisMachine()
    owner = business_from(pack) if pack is not None else None
    found = status(here)
    _ensure_ours(found)
    if found.pack and owner is None:
        raise OfAPack(path=found.path, id=found.pack, command=found.command)
    try:
        found.path.parent.mkdir(parents=True, exist_ok=True)
        ensure_free(found.path)
        package(found.path, code, python=True, here=True, owner=owner).save(found.path)
    except (FileInUse, NoPermission) as error:
        raise _in_use(found, error) from error
    except OSError as error:
        raise unwritable(found.path, error) from error
    return AddedIn(found.path, found.version, _script(here) if here.platform == "darwin" else None)


def status(machine: Machine | None = None) -> Status:
    """What is in the place of the add-in; NoStartFolder."""
    return Status.on(machine or ThisMachine())


def renew(machine: Machine | None = None, *, code: str) -> AddedIn | None:
    """Put this kpixl's add-in in the place of an earlier one that is renewable; None where there is none, or Excel
    holds it."""
    try:
        found = status(machine)
        return install(machine, code=code) if found.renewable else None
    except WorkbookError:
        return None


def uninstall(machine: Machine | None = None) -> Status:
    """Take the add-in away; what there was. AddInInUse or AnotherAddIn where it stays."""
    found = status(machine)
    _ensure_ours(found)
    if found.version is not None:
        try:
            ensure_free(found.path)
            found.path.unlink()
        except (FileInUse, NoPermission) as error:
            raise _in_use(found, error) from error
        except OSError as error:
            raise _in_use(found, unwritable(found.path, error)) from error
    return found


def _ensure_ours(found: Status) -> None:
    if found.foreign:
        raise AnotherAddIn(path=found.path)


def _in_use(found: Status, error: WorkbookError) -> WorkbookError:
    return AddInInUse(path=found.path.name) if isinstance(error, FileInUse) else error


def _script(machine: Machine) -> Path:
    """xlwings' script for the Mac, where Excel looks for it; as ``xlwings runpython install`` has it."""
    import xlwings

    source = Path(xlwings.__file__).with_name(f"xlwings-{xlwings.__version__}.applescript")
    target = Path(machine.home) / _SCRIPTS / source.name
    content = source.read_bytes()
    if machine.read(target) == content:
        return target
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        target.unlink(missing_ok=True)
        put_all([prepare(target, content, None)])
    except OSError as error:
        raise unwritable(target, error) from error
    return target


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split(".") if part.isdigit())
