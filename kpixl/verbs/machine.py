"""The computer as the doctor asks about it: system, programs, Python. Changes nothing on it, and reaches no network.

Another Python is looked at from outside, and never started: a workbook may name any program as its own.
"""

from __future__ import annotations

import importlib
import importlib.metadata
import os
import platform
import shutil
import sys
import tempfile
from pathlib import Path, PurePath, PurePosixPath, PureWindowsPath
from typing import TYPE_CHECKING, Protocol

from kpixl.files import unwritable

if TYPE_CHECKING:
    from collections.abc import Mapping

_FOLDERS = r"SOFTWARE\Microsoft\Windows\CurrentVersion\Explorer\User Shell Folders"
_APP_PATHS = r"SOFTWARE\Microsoft\Windows\CurrentVersion\App Paths"


class Machine(Protocol):
    """A computer with a Python in which kpixl is installed."""

    platform: str
    """As ``sys.platform`` has it: win32, darwin, linux."""
    system: str
    """The system in words, such as Windows-11-10.0.22631."""
    python: PurePath
    python_version: str
    home: PurePath
    variables: Mapping[str, str]
    documents: PurePath
    """Where the owner keeps her documents."""

    def exists(self, path: PurePath) -> bool:
        """Whether there is such a file or folder."""

    def read(self, path: PurePath) -> bytes | None:
        """A file, or a named stream of one (``path:stream``); None where it cannot be read."""

    def which(self, program: str) -> PurePath | None:
        """A program on the path."""

    def registered(self, program: str) -> PurePath | None:
        """A program as Windows has it in its list of applications."""

    def failure(self, module: str) -> str | None:
        """Why a module cannot be imported; None where it can."""

    def version(self, package: str, python: PurePath | None = None) -> str | None:
        """The version of a package, of this Python or of another one; None where it is not installed there."""

    def can_write(self, folder: PurePath) -> bool:
        """Whether a file can be made in a folder."""


def pure(machine: Machine, path: str) -> PurePath:
    """A path as that computer writes them."""
    return PureWindowsPath(path) if machine.platform == "win32" else PurePosixPath(path)


def start_folder(machine: Machine) -> PurePath | None:
    """From where Excel loads add-ins when it starts; None where there is no Excel for the system."""
    if machine.platform == "win32":
        roaming = machine.variables.get("APPDATA")
        base = pure(machine, roaming) if roaming else machine.home / "AppData" / "Roaming"
        return base / "Microsoft" / "Excel" / "XLSTART"
    if machine.platform == "darwin":
        office = machine.home / "Library" / "Group Containers" / "UBF8T346G9.Office"
        return office / "User Content.localized" / "Startup.localized" / "Excel"
    return None


def own_folder(machine: Machine | None = None) -> Path:
    """The folder *kpixl* in the owner's documents; it is made where there is none."""
    folder = Path((machine or ThisMachine()).documents) / "kpixl"
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise unwritable(folder, error) from error
    return folder


class ThisMachine:
    """The computer that kpixl runs on."""

    def __init__(self) -> None:
        self.platform: str = sys.platform
        self.system = platform.platform()
        self.python: PurePath = PurePath(sys.executable or "python")
        self.python_version = platform.python_version()
        self.home: PurePath = Path(os.path.expanduser("~"))  # noqa: PTH111  (which never fails)
        self.variables: Mapping[str, str] = os.environ
        self.documents: PurePath = _documents(self.home)

    def exists(self, path: PurePath) -> bool:
        """Whether there is such a file or folder."""
        try:
            return Path(path).exists()
        except OSError:
            return False

    def read(self, path: PurePath) -> bytes | None:
        """A file, or a named stream of one (``path:stream``); None where it cannot be read."""
        try:
            return Path(path).read_bytes()
        except OSError:
            return None

    def which(self, program: str) -> PurePath | None:
        """A program on the path."""
        found = shutil.which(program)
        return PurePath(found) if found else None

    def registered(self, program: str) -> PurePath | None:
        """A program as Windows has it in its list of applications."""
        if sys.platform == "win32":
            import winreg

            for root in (winreg.HKEY_CURRENT_USER, winreg.HKEY_LOCAL_MACHINE):
                try:
                    return PurePath(winreg.QueryValue(root, rf"{_APP_PATHS}\{program}").strip('"'))
                except OSError:
                    continue
        return None

    def failure(self, module: str) -> str | None:
        """Why a module cannot be imported; None where it can."""
        try:
            importlib.import_module(module)
        except Exception as error:
            return f"{type(error).__name__}: {error}"
        return None

    def version(self, package: str, python: PurePath | None = None) -> str | None:
        """The version of a package, of this Python or of another one; None where it is not installed there."""
        folders = sys.path if python is None or self._is_this(python) else _site_packages(Path(python))
        found = importlib.metadata.distributions(name=package, path=folders)
        return next((one.version for one in found), None)

    def can_write(self, folder: PurePath) -> bool:
        """Whether a file can be made in a folder."""
        try:
            with tempfile.TemporaryFile(dir=folder):
                return True
        except OSError:
            return False

    def _is_this(self, python: PurePath) -> bool:
        """Whether it is the Python that runs now, or the one without a console beside it."""
        return python.parent == self.python.parent and python.stem.lower() in ("python", "pythonw", self.python.stem)


def _documents(home: PurePath) -> PurePath:
    if sys.platform == "win32":
        import winreg

        try:  # OneDrive may have moved it
            with winreg.OpenKey(winreg.HKEY_CURRENT_USER, _FOLDERS) as key:
                return PurePath(os.path.expandvars(winreg.QueryValueEx(key, "Personal")[0]))
        except OSError:
            pass
    return home / "Documents"


def _site_packages(python: Path) -> list[str]:
    """Where a Python keeps its packages, seen from its program."""
    homes = (python.parent, python.parent.parent)
    patterns = ("Lib/site-packages", "lib/python3*/site-packages")
    return [str(folder) for home in homes for pattern in patterns for folder in home.glob(pattern)]
