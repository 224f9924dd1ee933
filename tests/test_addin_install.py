"""The add-in where Excel opens it: installed, brought up to date and taken away, in homes of Windows and of a Mac."""

from __future__ import annotations

import zipfile
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import pytest
import xlwings

from kpixl.cli.commands import addin as command
from kpixl.cli.main import main
from kpixl.languages import codes
from kpixl.verbs import addin, doctor, machine
from kpixl.verbs.addin import AddInInUse, AnotherAddIn, NoStartFolder, NotXlam
from kpixl.verbs.machine import ThisMachine
from kpixl.version import __version__
from kpixl.workbook.macros.xlam import version_in

WINDOWS = "AppData/Roaming/Microsoft/Excel/XLSTART"
MAC = "Library/Group Containers/UBF8T346G9.Office/User Content.localized/Startup.localized/Excel"
SCRIPT = f"Library/Application Scripts/com.microsoft.Excel/xlwings-{xlwings.__version__}.applescript"


@dataclass
class Home(ThisMachine):
    """This computer, with another system and another home."""

    folder: Path
    kind: str
    set_variables: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        super().__init__()
        self.platform, self.home, self.variables = self.kind, self.folder, self.set_variables


@pytest.fixture(params=["win32", "darwin"])
def home(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Home:
    made = Home(tmp_path, request.param)
    for module in (addin, doctor):
        monkeypatch.setattr(module, "ThisMachine", lambda: made)
    return made


def place(home: Home) -> Path:
    return home.folder / (WINDOWS if home.platform == "win32" else MAC) / "kpixl.xlam"


@cache
def older_content() -> bytes:
    """The add-in of an earlier kpixl."""
    from kpixl.workbook.macros import xlam as made

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(made, "__version__", "0.0.9")
        package = made.package(Path("kpixl.xlam"), "en", python=True)
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "kpixl.xlam")
        package.save(path, new=True)
        return path.read_bytes()


def older(home: Home) -> Path:
    path = place(home)
    path.parent.mkdir(parents=True)
    path.write_bytes(older_content())
    return path


def test_it_is_put_where_excel_opens_it_and_taken_away(home: Home, capsys: pytest.CaptureFixture[str]) -> None:
    path = place(home)
    assert main(["addin", "status", "--lang", "en"]) == 1
    assert str(path) in capsys.readouterr().out
    assert main(["addin", "install", "--lang", "en"]) == 0
    assert str(path) in capsys.readouterr().out
    assert version_in(path.read_bytes()) == (__version__, True, "")
    assert [one.name for one in path.parent.iterdir()] == ["kpixl.xlam"]
    assert (home.folder / SCRIPT).is_file() == (home.platform == "darwin")
    assert main(["addin", "status", "--lang", "en"]) == 0
    assert capsys.readouterr().out.strip() == f"kpixl’s add-in {__version__} is in {path}."
    assert main(["addin", "install", "--lang", "en"]) == 0
    assert main(["addin", "uninstall", "--lang", "en"]) == 0
    assert not path.exists()
    assert main(["addin", "uninstall", "--lang", "en"]) == 0


def test_the_folder_of_windows_may_be_elsewhere(tmp_path: Path) -> None:
    home = Home(tmp_path, "win32", {"APPDATA": str(tmp_path / "Roaming")})
    # A path of Windows on another system is no path here: what counts is where it leads.
    assert "Roaming" in str(machine.start_folder(home))
    assert str(machine.start_folder(home)).endswith(r"Microsoft\Excel\XLSTART")


def test_the_script_for_the_mac_is_that_of_xlwings(tmp_path: Path) -> None:
    home = Home(tmp_path, "darwin")
    (tmp_path / SCRIPT).parent.mkdir(parents=True)
    (tmp_path / SCRIPT).write_text("an older one", encoding="utf-8")
    assert addin.install(home, code="en").script == tmp_path / SCRIPT
    source = Path(xlwings.__file__).with_name(f"xlwings-{xlwings.__version__}.applescript")
    assert (tmp_path / SCRIPT).read_bytes() == source.read_bytes()


def test_an_older_one_is_told_and_brought_up_to_date(home: Home, capsys: pytest.CaptureFixture[str]) -> None:
    path = older(home)
    assert addin.status().older
    assert main(["addin", "status", "--lang", "en"]) == 1
    assert "0.0.9" in capsys.readouterr().out
    (told,) = (one for one in doctor.examine(machine=home) if one.code == "own_add_in")
    assert told.level == "look"
    assert "0.0.9" in told.says.text()
    assert addin.renew(code="en") is not None
    assert version_in(path.read_bytes()) == (__version__, True, "")
    assert addin.renew(code="en") is None
    (told,) = (one for one in doctor.examine(machine=home) if one.code == "own_add_in")
    assert told.level == "ok"


def test_a_newer_one_stays(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    older(home)
    monkeypatch.setattr(addin, "__version__", "0.0.8")
    assert not addin.status().older
    assert addin.renew(code="en") is None


def test_what_excel_has_open_stays(home: Home, capsys: pytest.CaptureFixture[str]) -> None:
    path = older(home)
    path.with_name("~$kpixl.xlam").touch()
    for code in codes():
        assert main(["addin", "install", "--lang", code]) == 2
        told = capsys.readouterr().err.strip()
        assert "kpixl.xlam" in told
        assert told.count("\n") == 0
    for verb in (lambda: addin.install(code="en"), addin.uninstall):
        with pytest.raises(AddInInUse):
            verb()
    assert addin.renew(code="en") is None
    assert version_in(path.read_bytes()) == ("0.0.9", True, "")


def test_one_that_was_made_for_a_pack_keeps_its_functions(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    path = place(home)
    path.parent.mkdir(parents=True)
    pack = Path(__file__).parent.parent / "examples" / "packs" / "physiotherapy-practice.yaml"
    with monkeypatch.context() as patched:
        patched.setattr("kpixl.workbook.macros.xlam.__version__", "0.0.9")
        addin.build(path, python=True, code="en", pack=pack)
    assert (addin.status().older, addin.status().pack) == (True, "physiotherapy-practice")
    assert addin.renew(code="en") is None
    with pytest.raises(addin.OfAPack, match=r"“kpixl addin install --pack MYPACK\.yaml”"):
        addin.install(code="en")
    assert version_in(path.read_bytes()) == ("0.0.9", True, "physiotherapy-practice")
    assert main(["addin", "install", "--pack", str(pack), "--lang", "en"]) == 0
    assert version_in(path.read_bytes()) == (__version__, True, "physiotherapy-practice")


def test_another_file_of_that_name_is_left_alone(home: Home) -> None:
    path = place(home)
    path.parent.mkdir(parents=True)
    path.write_bytes(b"the owner's")
    for verb in (lambda: addin.install(code="en"), addin.uninstall):
        with pytest.raises(AnotherAddIn):
            verb()
    assert path.read_bytes() == b"the owner's"
    assert addin.status().foreign
    assert addin.renew(code="en") is None


def test_without_excel_there_is_nowhere_to_put_it(tmp_path: Path) -> None:
    with pytest.raises(NoStartFolder):
        addin.install(Home(tmp_path, "linux"), code="en")


@pytest.mark.parametrize("python", [True, False])
def test_it_is_built_for_others(python: bool, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "kpixl.xlam"
    words = ["addin", "build", "--out", str(out), "--lang", "es", *([] if python else ["--without-python"])]
    assert main(words) == 0
    assert str(out) in capsys.readouterr().out
    assert version_in(out.read_bytes()) == (__version__, python, "")
    with zipfile.ZipFile(out) as archive:
        assert archive.testzip() is None
    assert main(words) == 2
    with pytest.raises(NotXlam):
        addin.build(tmp_path / "kpixl.xlsm", python=python, code="es")


def test_the_command_has_what_its_family_needs() -> None:
    assert [one.name for one in command.COMMAND.family] == ["install", "status", "uninstall", "build"]
