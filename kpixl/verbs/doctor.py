"""Whether Excel, xlwings, Python and a workbook fit together, and what to do where they do not.

Never raises, changes nothing, and starts nothing: what a workbook names is only looked at.
"""

from __future__ import annotations

import io
import re
import zipfile
from dataclasses import dataclass
from pathlib import Path, PurePath
from typing import TYPE_CHECKING, Literal

from kpixl.errors import N_, KpixlError
from kpixl.languages import ENGLISH, TRANSLATIONS, codes
from kpixl.message import Message, phrase
from kpixl.ooxml.vba.reader import module_texts
from kpixl.verbs.machine import Machine, ThisMachine, pure, start_folder
from kpixl.version import __version__

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from kpixl.ooxml.package import Package

CONF_SHEET = "xlwings.conf"
_ADD_IN = "xlwings.xlam"
_MACROS = "http://schemas.microsoft.com/office/2006/relationships/vbaProject"
_BRIDGE = re.compile(r"xlwings(?:32|64)-(\d[\w.]*?)\.dll", re.IGNORECASE)
_VARIABLE = re.compile(r"%(\w+)%")
_FROM_ELSEWHERE = re.compile(rb"ZoneId=[34]")
_NEEDED = {"win32": "xlwings.udfs", "darwin": "appscript"}


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at: in order, to be looked at, or missing; and what to do."""

    level: Literal["ok", "look", "missing"]
    code: str
    """Stable, for machines."""
    says: Message
    remedy: Message | None = None


def examine(path: Path | None = None, machine: Machine | None = None) -> tuple[Finding, ...]:
    """What there is to say of this computer and, with ``path``, of a workbook on it."""
    here = machine or ThisMachine()
    probes: list[tuple[str, Callable[[], Iterable[Finding]]]] = [
        ("python", lambda: _python(here)),
        ("xlwings", lambda: _xlwings(here)),
        ("excel", lambda: excel_here(here)),
        ("own_add_in", lambda: _own_add_in(here)),
        ("add_in", lambda: _add_in(here)),
        ("libreoffice", lambda: _libreoffice(here)),
        ("languages", lambda: _languages(here)),
        ("folder", lambda: _folder(here, path.resolve().parent if path else Path.cwd())),
    ]
    if path is not None:
        probes.append(("workbook", lambda: _workbook(here, path)))
    found: list[Finding] = []
    for code, probe in probes:
        try:
            found += probe()
        except KpixlError as error:
            found.append(Finding("missing", error.code, error.message))
        except Exception as error:
            detail = f"{type(error).__name__}: {error}"
            unknown = N_("“{what}” could not be looked into ({detail}).")
            found.append(Finding("look", code, phrase(unknown, what=code, detail=detail), _REPORT))
    return tuple(found)


_REPORT = phrase(N_("Please report it."))


# Python


def _python(m: Machine) -> Iterator[Finding]:
    yield Finding("ok", "system", phrase(N_("The system is {system}."), system=m.system))
    says = phrase(N_("Python {version} is in {path}."), version=m.python_version, path=m.python)
    yield Finding("ok", "python", says)
    folder = Path(__file__).parents[1]
    says = phrase(N_("kpixl {version} is in {path}."), version=__version__, path=folder)
    yield Finding("ok", "kpixl", says)


def _xlwings(m: Machine) -> Iterator[Finding]:
    version = m.version("xlwings")
    again = phrase(N_("Run: {command}"), command=f'"{m.python}" -m pip install --force-reinstall xlwings')
    if version is None:
        yield Finding("missing", "xlwings", phrase(N_("xlwings, which talks to Excel, is not installed.")), again)
        return
    failure = m.failure(_NEEDED.get(m.platform, "xlwings.main"))
    if failure is not None:
        broken = N_("xlwings {version} is installed, but cannot be loaded ({detail}).")
        yield Finding("missing", "xlwings", phrase(broken, version=version, detail=failure), again)
        return
    yield Finding("ok", "xlwings", phrase(N_("xlwings {version} is installed."), version=version))
    if m.platform == "win32":
        library = f"xlwings64-{version}.dll"
        if not any(m.exists(folder / library) for folder in (m.python.parent, m.python.parent.parent)):
            lost = N_("{file}, which Excel needs in order to call Python, is not beside Python.")
            yield Finding("missing", "xlwings_library", phrase(lost, file=library), again)
    if m.platform == "darwin":
        script = f"xlwings-{version}.applescript"
        if not m.exists(m.home / "Library/Application Scripts/com.microsoft.Excel" / script):
            lost = N_("{file}, which Excel needs in order to call Python, is not where Excel looks.")
            command = f'"{m.python.parent / "xlwings"}" runpython install'
            remedy = phrase(N_("Run: {command}"), command=command)
            yield Finding("missing", "xlwings_library", phrase(lost, file=script), remedy)


# Programs


def excel_here(m: Machine) -> Iterator[Finding]:
    """Whether Excel is on the computer; one finding."""
    if m.platform not in ("win32", "darwin"):
        none = N_("There is no Excel for this system; kpixl works on the files all the same.")
        yield Finding("ok", "excel", phrase(none))
        return
    mac = pure(m, "/Applications/Microsoft Excel.app")
    found = m.registered("excel.exe") if m.platform == "win32" else mac
    if found and m.exists(found):
        yield Finding("ok", "excel", phrase(N_("Excel is in {path}."), path=found))
    else:
        remedy = N_("Install it to work in the workbooks; the web version cannot run macros.")
        yield Finding("missing", "excel", phrase(N_("Excel was not found on this computer.")), phrase(remedy))


def _own_add_in(m: Machine) -> Iterator[Finding]:
    if start_folder(m) is None:
        return
    from kpixl.verbs.addin import Status

    found = Status.on(m)
    remedy = phrase(N_("Quit Excel and run: {command}"), command=found.command)
    if found.foreign:
        says = phrase(N_("{path} is not kpixl’s add-in, though it is called so."), path=found.path)
        yield Finding("look", "own_add_in", says, phrase(N_("Rename or move it.")))
    elif found.version is None:
        none = N_("kpixl’s add-in is not installed in Excel; it brings the tab kpixl into every workbook.")
        yield Finding("ok", "own_add_in", phrase(none))
    elif found.older:
        older = N_("kpixl’s add-in in Excel is of version {version}, and kpixl is of version {installed}.")
        yield Finding("look", "own_add_in", phrase(older, version=found.version, installed=__version__), remedy)
    else:
        there = N_("kpixl’s add-in {version} is installed in Excel.")
        yield Finding("ok", "own_add_in", phrase(there, version=found.version))


def _add_in(m: Machine) -> Iterator[Finding]:
    path = start_folder(m)
    content = m.read(path / _ADD_IN) if path else None
    if path is None:
        return
    if content is None:
        none = N_("xlwings' add-in is not installed in Excel; kpixl's workbooks do without it.")
        yield Finding("ok", "add_in", phrase(none))
        return
    version, installed = bridge_version(_project_of(content)), m.version("xlwings")
    if version == installed:
        yield Finding("ok", "add_in", phrase(N_("xlwings' add-in {version} is installed in Excel."), version=version))
    else:
        differs = N_("xlwings' add-in in Excel is of version {version}, and xlwings is of version {installed}.")
        says = phrase(differs, version=version or "?", installed=installed or "–")
        remedy = phrase(N_("Close Excel and run: {command}"), command="xlwings addin install")
        yield Finding("look", "add_in", says, remedy)


def _project_of(workbook: bytes) -> bytes:
    with zipfile.ZipFile(io.BytesIO(workbook)) as archive:
        return next((archive.read(name) for name in archive.namelist() if name.endswith("vbaProject.bin")), b"")


def _libreoffice(m: Machine) -> Iterator[Finding]:
    places = {
        "win32": m.registered("soffice.exe") or pure(m, "C:/Program Files/LibreOffice/program/soffice.exe"),
        "darwin": pure(m, "/Applications/LibreOffice.app"),
    }
    found = m.which("soffice") or places.get(m.platform)
    if found and m.exists(found):
        yield Finding("ok", "libreoffice", phrase(N_("LibreOffice is in {path}."), path=found))
    else:
        none = N_("LibreOffice was not found; kpixl does without it.")
        yield Finding("ok", "libreoffice", phrase(none))


# kpixl itself


def _languages(m: Machine) -> Iterator[Finding]:
    lacking = [
        code for code in codes() if code != ENGLISH and not m.exists(TRANSLATIONS / code / "LC_MESSAGES" / "kpixl.mo")
    ]
    if lacking:
        says = phrase(N_("kpixl's texts are missing in: {codes}."), codes=", ".join(lacking))
        command = f'"{m.python}" -m pip install --force-reinstall kpixl=={__version__}'
        yield Finding("missing", "languages", says, phrase(N_("Run: {command}"), command=command))
    else:
        yield Finding("ok", "languages", phrase(N_("kpixl speaks: {codes}."), codes=", ".join(codes())))


def _folder(m: Machine, folder: Path) -> Iterator[Finding]:
    if m.can_write(folder):
        yield Finding("ok", "folder", phrase(N_("The folder {path} can be written to."), path=folder))
    else:
        says = phrase(N_("The folder {path} cannot be written to."), path=folder)
        remedy = N_("Move the workbooks to a folder of yours, such as Documents.")
        yield Finding("missing", "folder", says, phrase(remedy))


# A workbook


def _workbook(m: Machine, path: Path) -> Iterator[Finding]:
    from kpixl.ooxml.package import Package

    package = Package.open(path)
    projects = [related.target for related in package.relationships(package.workbook_part) if related.type == _MACROS]
    if not projects:
        yield Finding("ok", "macros", phrase(N_("{file} has no macros, so nothing stands in its way."), file=path.name))
        return
    yield from _blocked(m, path)
    version = bridge_version(package.read(projects[0]))
    if version is None:
        alone = N_("The macros of {file} need Excel alone, and no Python.")
        yield Finding("ok", "macros", phrase(alone, file=path.name))
        return
    if m.platform not in ("win32", "darwin"):
        elsewhere = N_("The macros of {file} call Python through xlwings {version}, from Excel for Windows or Mac.")
        yield Finding("ok", "macros", phrase(elsewhere, file=path.name, version=version))
        return
    yield from _interpreter(m, path, version, _conf(m, path, package))


def _blocked(m: Machine, path: Path) -> Iterator[Finding]:
    mark = m.read(PurePath(f"{path}:Zone.Identifier")) if m.platform == "win32" else None
    if mark and _FROM_ELSEWHERE.search(mark):
        says = phrase(
            N_("Windows blocks the macros of {file}, because it came by mail or from the web."), file=path.name
        )
        remedy = N_("Close it, right-click the file, choose Properties, tick Unblock, and press OK.")
        yield Finding("look", "blocked", says, phrase(remedy))


def _interpreter(m: Machine, path: Path, version: str, conf: Mapping[str, str]) -> Iterator[Finding]:
    key = "INTERPRETER_WIN" if m.platform == "win32" else "INTERPRETER_MAC"
    default = "pythonw" if m.platform == "win32" else "python"
    named = _expanded(m, conf.get(key) or conf.get("INTERPRETER") or default)
    python: PurePath | None = pure(m, named)
    if python and python.parent == pure(m, "."):
        python = m.which(named)
    if python is None or not m.exists(python):
        says = phrase(N_("{file} looks for Python as “{name}”, which is not there."), file=path.name, name=named)
        mend = N_("Unhide the sheet {sheet} in Excel and write beside {key}: {python}")
        yield Finding("missing", "interpreter", says, phrase(mend, sheet=CONF_SHEET, key=key.title(), python=m.python))
        return
    ok = True
    for package, wanted in (("kpixl", __version__), ("xlwings", version)):
        there = m.version(package, python)
        if there != wanted:
            ok = False
            differs = N_("{file} needs {package} {wanted}, and its Python ({python}) has {there}.")
            none = N_("{file} needs {package} {wanted}, and its Python ({python}) does not have it.")
            says = phrase(
                differs if there else none, file=path.name, package=package, wanted=wanted, python=python, there=there
            )
            command = f'"{python}" -m pip install {package}=={wanted}'
            level: Literal["look", "missing"] = "look" if there and package == "kpixl" else "missing"
            yield Finding(level, f"workbook_{package}", says, phrase(N_("Run: {command}"), command=command))
    if ok:
        fits = N_("{file} finds its Python ({python}), with the kpixl and the xlwings that it needs.")
        yield Finding("ok", "interpreter", phrase(fits, file=path.name, python=python))


def _expanded(m: Machine, text: str) -> str:
    return _VARIABLE.sub(lambda found: m.variables.get(found[1], found[0]), text.strip().strip('"'))


def _conf(m: Machine, path: Path, package: Package) -> dict[str, str]:
    """xlwings' settings for a workbook, names in capitals: those of its sheet before those of the files."""
    home = "Library/Containers/com.microsoft.Excel/Data" if m.platform == "darwin" else ".xlwings"
    found: dict[str, str] = {}
    for file in (m.home / home / "xlwings.conf", path.resolve().parent / "xlwings.conf"):
        for line in (m.read(file) or b"").decode("utf-8", "replace").splitlines():
            name, comma, value = line.partition(",")
            if comma:
                found[name.strip().strip('"').upper()] = value.strip().strip('"')
    return found | _conf_sheet(package)


def _conf_sheet(package: Package) -> dict[str, str]:
    from kpixl.ooxml.cell_values import SheetValues

    sheets = [sheet for sheet in package.sheets if sheet.name.lower() == CONF_SHEET and package.is_worksheet(sheet)]
    if not sheets:
        return {}
    rows = SheetValues(package).grid(sheets[0])
    return {str(row[0]).strip().upper(): str(row[1]).strip() for row in rows if len(row) > 1 and row[0] and row[1]}


def bridge_version(project: bytes) -> str | None:
    """The xlwings whose library the macros of a project call; None where they call none. ValueError for no project."""
    return next((found[1] for text in module_texts(project).values() if (found := _BRIDGE.search(text))), None)
