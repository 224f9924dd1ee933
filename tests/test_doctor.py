"""What the doctor says of a computer, with made-up ones for Windows, Mac and Linux."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path, PurePath, PurePosixPath, PureWindowsPath

import openpyxl
import pytest
import xlwings

import kpixl
from clock import NOW
from kpixl.cli import main
from kpixl.entries import Setup
from kpixl.i18n import language
from kpixl.languages import codes
from kpixl.ooxml.package import Package
from kpixl.ooxml.plain_sheet import add_plain_sheet
from kpixl.ooxml.vba.project import Module, add_macros
from kpixl.period import Period
from kpixl.verbs import doctor, new
from kpixl.verbs.doctor import Finding, bridge_version, examine
from kpixl.verbs.machine import ThisMachine

VERSION = "0.37.8"
LOCALE = Path(kpixl.__file__).parent / "locale"
TRANSLATIONS = [LOCALE / code / "LC_MESSAGES" / "kpixl.mo" for code in codes() if code != "en"]
BRIDGE = 'Declare PtrSafe Function A Lib "xlwings64-{}.dll" () As Long\n'


@dataclass
class Computer:
    """A computer made up for a test, on which nothing is that is not said."""

    platform: str
    home: PurePath
    python: PurePath
    there: set[PurePath]
    content: Mapping[PurePath, bytes] = field(default_factory=dict)
    programs: Mapping[str, PurePath] = field(default_factory=dict)
    versions: dict[tuple[str, PurePath | None], str] = field(default_factory=dict)
    failures: Mapping[str, str] = field(default_factory=dict)
    variables: Mapping[str, str] = field(default_factory=dict)
    writable: bool = True
    system: str = "A system"
    python_version: str = "3.12.1"
    documents: PurePath = field(default_factory=lambda: PurePosixPath("/Documents"))

    def exists(self, path: PurePath) -> bool:
        return path in self.there

    def read(self, path: PurePath) -> bytes | None:
        return self.content.get(path)

    def which(self, program: str) -> PurePath | None:
        return self.programs.get(program)

    def registered(self, program: str) -> PurePath | None:
        return self.programs.get(program) if self.platform == "win32" else None

    def failure(self, module: str) -> str | None:
        return self.failures.get(module)

    def version(self, package: str, python: PurePath | None = None) -> str | None:
        return self.versions.get((package, python))

    def can_write(self, folder: PurePath) -> bool:
        return self.writable


def windows() -> Computer:
    python = PureWindowsPath(r"C:\Python\python.exe")
    excel = PureWindowsPath(r"C:\Program Files\Microsoft Office\root\Office16\EXCEL.EXE")
    library = PureWindowsPath(rf"C:\Python\xlwings64-{VERSION}.dll")
    return Computer(
        "win32",
        PureWindowsPath(r"C:\Users\Ana"),
        python,
        {python, excel, library, *TRANSLATIONS},
        programs={"excel.exe": excel},
        versions={
            ("xlwings", None): VERSION,
            ("xlwings", python): VERSION,
            ("kpixl", python): kpixl.__version__,
        },
        variables={"APPDATA": r"C:\Users\Ana\AppData\Roaming"},
    )


def mac() -> Computer:
    python = PurePosixPath("/usr/local/bin/python3")
    home = PurePosixPath("/Users/ana")
    script = home / f"Library/Application Scripts/com.microsoft.Excel/xlwings-{VERSION}.applescript"
    return Computer(
        "darwin",
        home,
        python,
        {python, script, PurePosixPath("/Applications/Microsoft Excel.app"), *TRANSLATIONS},
        versions={("xlwings", None): VERSION, ("xlwings", python): VERSION, ("kpixl", python): kpixl.__version__},
    )


def linux() -> Computer:
    python, office = PurePosixPath("/usr/bin/python3"), PurePosixPath("/usr/bin/soffice")
    return Computer(
        "linux",
        PurePosixPath("/home/ana"),
        python,
        {python, office, *TRANSLATIONS},
        programs={"soffice": office},
        versions={("xlwings", None): VERSION},
    )


def levels(found: Iterable[Finding]) -> dict[str, str]:
    return {one.code: one.level for one in found}


def told(found: Iterable[Finding], code: str) -> tuple[str, str, str]:
    """Level, sentence and remedy of the one finding with this code."""
    (one,) = [one for one in found if one.code == code]
    return one.level, one.says.text(), one.remedy.text() if one.remedy else ""


@pytest.mark.parametrize("computer", [windows(), mac(), linux()], ids=["windows", "mac", "linux"])
def test_all_is_well(computer: Computer) -> None:
    found = examine(machine=computer)
    assert {one.level for one in found} == {"ok"}
    assert all(one.remedy is None for one in found)
    assert {"system", "python", "kpixl", "xlwings", "excel", "libreoffice", "languages", "folder"} <= set(levels(found))


def test_python_and_kpixl_are_named() -> None:
    found = examine(machine=windows())
    assert told(found, "python")[1] == r"Python 3.12.1 is in C:\Python\python.exe."
    assert told(found, "kpixl")[1] == f"kpixl {kpixl.__version__} is in {Path(kpixl.__file__).parent}."


# xlwings


@pytest.mark.parametrize("computer", [windows(), mac(), linux()], ids=["windows", "mac", "linux"])
def test_xlwings_is_not_installed(computer: Computer) -> None:
    computer.versions = {}
    level, _, remedy = told(examine(machine=computer), "xlwings")
    assert (level, remedy) == ("missing", f'Run: "{computer.python}" -m pip install --force-reinstall xlwings')


@pytest.mark.parametrize(
    ("computer", "module"), [(windows(), "xlwings.udfs"), (mac(), "appscript"), (linux(), "xlwings.main")]
)
def test_xlwings_cannot_be_loaded(computer: Computer, module: str) -> None:
    computer.failures = {module: "ModuleNotFoundError: no such thing"}
    level, says, remedy = told(examine(machine=computer), "xlwings")
    assert level == "missing"
    assert says == f"xlwings {VERSION} is installed, but cannot be loaded (ModuleNotFoundError: no such thing)."
    assert "pip install --force-reinstall xlwings" in remedy


def test_what_excel_calls_python_with_is_missing() -> None:
    on_windows, on_mac = windows(), mac()
    on_windows.there = {path for path in on_windows.there if path.suffix != ".dll"}
    on_mac.there = {path for path in on_mac.there if path.suffix != ".applescript"}
    level, says, _ = told(examine(machine=on_windows), "xlwings_library")
    assert level == "missing"
    assert f"xlwings64-{VERSION}.dll" in says
    level, says, remedy = told(examine(machine=on_mac), "xlwings_library")
    assert level == "missing"
    assert f"xlwings-{VERSION}.applescript" in says
    assert remedy == 'Run: "/usr/local/bin/xlwings" runpython install'


def test_the_library_of_a_virtual_environment_is_found() -> None:
    computer = windows()
    computer.python = PureWindowsPath(r"C:\venv\Scripts\python.exe")
    computer.there |= {PureWindowsPath(rf"C:\venv\xlwings64-{VERSION}.dll")}
    assert "xlwings_library" not in levels(examine(machine=computer))


# Programs


def test_excel_is_missing() -> None:
    on_windows, gone, on_mac = windows(), windows(), mac()
    on_windows.programs = {}
    gone.there = {path for path in gone.there if path.suffix != ".EXE"}
    on_mac.there = {path for path in on_mac.there if path.suffix != ".app"}
    for computer in (on_windows, gone, on_mac):
        assert told(examine(machine=computer), "excel")[0] == "missing"


ADD_IN = {
    "windows": PureWindowsPath(r"C:\Users\Ana\AppData\Roaming\Microsoft\Excel\XLSTART\xlwings.xlam"),
    "mac": PurePosixPath("/Users/ana/Library/Group Containers/UBF8T346G9.Office")
    / "User Content.localized/Startup.localized/Excel/xlwings.xlam",
}


@pytest.mark.parametrize(("computer", "place"), [(windows(), ADD_IN["windows"]), (mac(), ADD_IN["mac"])])
def test_the_add_in_of_another_version(computer: Computer, place: PurePath) -> None:
    content = (Path(xlwings.__file__).parent / "addin" / "xlwings.xlam").read_bytes()
    computer.content = {place: content}
    assert xlwings.__version__ in str(bridge_version(doctor._project_of(content)))
    computer.versions[("xlwings", None)] = xlwings.__version__
    assert told(examine(machine=computer), "add_in")[0] == "ok"
    computer.versions[("xlwings", None)] = "0.1"
    level, says, remedy = told(examine(machine=computer), "add_in")
    assert level == "look"
    assert f"version {xlwings.__version__}" in says
    assert remedy == "Close Excel and run: xlwings addin install"
    computer.content = {place: b"no zip"}
    assert told(examine(machine=computer), "add_in")[0] == "look"


# kpixl itself


def test_a_language_is_missing() -> None:
    computer = linux()
    computer.there -= {TRANSLATIONS[0]}
    level, says, remedy = told(examine(machine=computer), "languages")
    assert (level, says) == ("missing", "kpixl's texts are missing in: es.")
    assert f"kpixl=={kpixl.__version__}" in remedy


def test_the_folder_is_read_only(tmp_path: Path) -> None:
    computer = linux()
    computer.writable = False
    level, says, _ = told(examine(tmp_path / "a.xlsx", computer), "folder")
    assert (level, says) == ("missing", f"The folder {tmp_path} cannot be written to.")


# A workbook


def workbook(folder: Path, *, bridge: str | None = VERSION, conf: Mapping[str, str] | None = None) -> Path:
    path = folder / "made.xlsx"
    openpyxl.Workbook().save(path)
    package = Package.open(path)
    if conf is not None:
        add_plain_sheet(package, "xlwings.conf", conf.items())
    source = BRIDGE.format(bridge) if bridge else "Sub a()\nEnd Sub\n"
    add_macros(package, [Module("Bridge", source)])
    made = path.with_suffix(".xlsm")
    package.save(made)
    return made


HERE = {"Interpreter_Win": r"C:\Python\python.exe", "INTERPRETER_MAC": "/usr/local/bin/python3"}


@pytest.mark.parametrize("computer", [windows(), mac()], ids=["windows", "mac"])
def test_a_workbook_that_fits(computer: Computer, tmp_path: Path) -> None:
    found = examine(workbook(tmp_path, conf=HERE), computer)
    assert {one.level for one in found} == {"ok"}
    assert told(found, "interpreter")[1] == (
        f"made.xlsm finds its Python ({computer.python}), with the kpixl and the xlwings that it needs."
    )


def test_a_workbook_without_macros_and_one_without_python(tmp_path: Path) -> None:
    plain = tmp_path / "plain.xlsx"
    openpyxl.Workbook().save(plain)
    assert "has no macros" in told(examine(plain, windows()), "macros")[1]
    alone = workbook(tmp_path, bridge=None)
    assert told(examine(alone, windows()), "macros")[:2] == (
        "ok", "The macros of made.xlsm need Excel alone, and no Python."
    )  # fmt: skip


def test_on_linux_its_macros_have_nowhere_to_run(tmp_path: Path) -> None:
    level, says, _ = told(examine(workbook(tmp_path), linux()), "macros")
    assert level == "ok"
    assert VERSION in says


def test_another_xlwings_and_another_kpixl(tmp_path: Path) -> None:
    computer = windows()
    examined = examine(workbook(tmp_path, bridge="0.30.1", conf=HERE), computer)
    (other,) = [one for one in examined if one.level != "ok"]
    assert other.says.text() == (
        rf"made.xlsm needs xlwings 0.30.1, and its Python (C:\Python\python.exe) has {VERSION}."
    )
    assert other.remedy is not None
    assert other.remedy.text() == r'Run: "C:\Python\python.exe" -m pip install xlwings==0.30.1'
    computer.versions[("kpixl", computer.python)] = "0.0.9"
    path = workbook(tmp_path, conf=HERE)
    found = [one for one in examine(path, computer) if one.level != "ok"]
    assert [(one.level, one.code) for one in found] == [("look", "workbook_kpixl")]
    del computer.versions[("kpixl", computer.python)]
    found = [one for one in examine(path, computer) if one.level != "ok"]
    assert [(one.level, one.code) for one in found] == [("missing", "workbook_kpixl")]
    assert found[0].says.text().endswith("does not have it.")


def test_the_python_that_it_names_is_not_there(tmp_path: Path) -> None:
    path = workbook(tmp_path, conf={"Interpreter_Win": r"D:\gone\pythonw.exe"})
    level, says, remedy = told(examine(path, windows()), "interpreter")
    assert (level, says) == ("missing", r"made.xlsm looks for Python as “D:\gone\pythonw.exe”, which is not there.")
    assert remedy == (r"Unhide the sheet xlwings.conf in Excel and write beside Interpreter_Win: C:\Python\python.exe")


def test_a_python_on_the_path_or_in_a_variable(tmp_path: Path) -> None:
    computer = windows()
    path = workbook(tmp_path, conf={"Interpreter_Win": "pythonw"})
    assert told(examine(path, computer), "interpreter")[0] == "missing"
    computer.programs = {**computer.programs, "pythonw": computer.python}
    assert told(examine(path, computer), "interpreter")[0] == "ok"
    assert told(examine(workbook(tmp_path, conf=None), computer), "interpreter")[0] == "ok"
    computer.variables = {**computer.variables, "WHERE": r"C:\Python"}
    path = workbook(tmp_path, conf={"INTERPRETER": r"%WHERE%\python.exe"})
    assert told(examine(path, computer), "interpreter")[0] == "ok"


def test_the_file_beside_the_workbook_and_that_of_the_user(tmp_path: Path) -> None:
    computer, path = windows(), workbook(tmp_path)
    gone, here = b'"INTERPRETER_WIN","D:\\gone.exe"\r\n', b'"Interpreter_Win","C:\\Python\\python.exe"\r\n'
    users, beside = computer.home / ".xlwings" / "xlwings.conf", tmp_path / "xlwings.conf"
    computer.content = {users: here}
    assert told(examine(path, computer), "interpreter")[0] == "ok"
    computer.content = {users: here, beside: gone}
    assert told(examine(path, computer), "interpreter")[0] == "missing"
    path = workbook(tmp_path, conf=HERE)
    assert told(examine(path, computer), "interpreter")[0] == "ok"


@pytest.mark.parametrize(("zone", "blocked"), [(b"3", True), (b"4", True), (b"1", False), (b"", False)])
def test_macros_that_windows_blocks(tmp_path: Path, zone: bytes, blocked: bool) -> None:
    path, computer = workbook(tmp_path, conf=HERE), windows()
    computer.content = {PurePath(f"{path}:Zone.Identifier"): b"[ZoneTransfer]\r\nZoneId=" + zone + b"\r\n"}
    found = examine(path, computer)
    assert ("blocked" in levels(found)) == blocked
    if blocked:
        level, _, remedy = told(found, "blocked")
        assert level == "look"
        assert "Unblock" in remedy


def test_a_workbook_as_kpixl_makes_it(tmp_path: Path) -> None:
    path = tmp_path / "new.xlsm"
    period = Period.parse("2026-10")
    new.new(Setup("remote-va-agency", "en", period, "A", "EUR"), path, now=NOW, macros="udf")
    computer = windows()
    python = PureWindowsPath(r"C:\Python\pythonw.exe")
    computer.there.add(python)
    computer.programs = {**computer.programs, "pythonw": python}
    computer.versions |= {("xlwings", python): xlwings.__version__, ("kpixl", python): kpixl.__version__}
    assert told(examine(path, computer), "interpreter")[0] == "ok"


@pytest.mark.parametrize("content", [None, b"", b"text", b"PK\x03\x04 cut"])
def test_what_is_no_workbook_is_said_and_not_raised(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "a.xlsm"
    if content is not None:
        path.write_bytes(content)
    found = examine(path, windows())
    assert found[-1].level == "missing"
    assert "a.xlsm" in found[-1].says.text()


def test_macros_that_cannot_be_read(tmp_path: Path) -> None:
    path = workbook(tmp_path)
    package = Package.open(path)
    package.replace("xl/vbaProject.bin", b"damaged")
    package.save(path)
    level, says, _ = told(examine(path, windows()), "workbook")
    assert level == "look"
    assert "could not be looked into" in says


def test_a_probe_that_fails_hides_no_other() -> None:
    class Odd(Computer):
        def registered(self, program: str) -> PurePath | None:
            raise OSError("no such list")

    found = examine(machine=Odd(**vars(windows())))
    assert told(found, "excel")[0] == "look"
    assert "OSError: no such list" in told(found, "excel")[1]
    assert told(found, "languages")[0] == "ok"


# This computer


def test_this_computer() -> None:
    here = ThisMachine()
    assert here.platform == sys.platform
    assert here.version("xlwings") == xlwings.__version__
    assert here.version("no-such-package") is None
    assert here.failure("json") is None
    assert "ModuleNotFoundError" in str(here.failure("no_such_module"))
    assert here.exists(PurePath(__file__))
    assert not here.exists(PurePath(__file__, "below"))
    assert here.which("no-such-program") is None
    assert here.registered("no-such-program.exe") is None


def test_reading_and_writing(tmp_path: Path) -> None:
    here = ThisMachine()
    (tmp_path / "a").write_bytes(b"x")
    assert here.read(tmp_path / "a") == b"x"
    assert here.read(tmp_path / "b") is here.read(tmp_path) is None
    assert here.can_write(tmp_path)
    assert not here.can_write(tmp_path / "nowhere")
    assert [path.name for path in tmp_path.iterdir()] == ["a"]


@pytest.mark.parametrize(
    ("program", "packages"),
    [
        ("bin/python3", "lib/python3.12/site-packages"),
        ("Scripts/python.exe", "Lib/site-packages"),
        ("python.exe", "Lib/site-packages"),
    ],
)
def test_another_python_is_read_and_not_started(tmp_path: Path, program: str, packages: str) -> None:
    python = tmp_path / program
    python.parent.mkdir(parents=True, exist_ok=True)
    trace = tmp_path / "started"
    python.write_text(f"#!/bin/sh\ntouch '{trace}'\n")
    python.chmod(0o755)
    information = tmp_path / packages / "kpixl-7.1.dist-info"
    information.mkdir(parents=True)
    (information / "METADATA").write_text("Metadata-Version: 2.1\nName: kpixl\nVersion: 7.1\n")
    here = ThisMachine()
    assert here.version("kpixl", python) == "7.1"
    assert here.version("xlwings", python) is None
    assert not trace.exists()


def test_the_python_without_a_console_is_this_one() -> None:
    here = ThisMachine()
    assert here.version("xlwings", here.python.parent / "pythonw") == xlwings.__version__


# On the command line


@pytest.fixture
def computer(monkeypatch: pytest.MonkeyPatch) -> Computer:
    made = windows()
    monkeypatch.setattr(doctor, "ThisMachine", lambda: made)
    monkeypatch.setenv("KPIXL_LANG", "en")
    return made


def test_the_verb(computer: Computer, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    assert main.main(["doctor"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert all(line.startswith("ok       ") for line in lines)
    computer.programs = {}
    assert main.main(["doctor", str(workbook(tmp_path, conf=HERE))]) == 1
    out = capsys.readouterr().out
    assert "\nmissing  Excel was not found on this computer.\n         → Install it" in out
    assert "\nok       made.xlsm finds its Python" in out


def test_the_verb_for_machines(computer: Computer, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    computer.writable = False
    assert main.main(["doctor", str(tmp_path / "none.xlsm"), "--json"]) == 1
    findings = json.loads(capsys.readouterr().out)["findings"]
    assert [one["code"] for one in findings if one["level"] == "missing"] == ["folder", "file_missing"]
    assert all(set(one) == {"level", "code", "text", "remedy"} for one in findings)


@pytest.mark.parametrize("code", list(codes()))
def test_every_language(computer: Computer, capsys: pytest.CaptureFixture[str], code: str, tmp_path: Path) -> None:
    computer.versions = {}
    assert main.main(["doctor", str(workbook(tmp_path)), "--lang", code]) == 1
    out = capsys.readouterr().out
    assert language(code)("missing") in out
    assert "{" not in out
