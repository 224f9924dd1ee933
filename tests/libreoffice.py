"""LibreOffice as a second spreadsheet program for the tests: recalculation and printing, without a window."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

# Without it LibreOffice keeps the cached values of a file, and a comparison would compare the file with itself.
_ALWAYS_RECALCULATE = """<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry" xmlns:xs="http://www.w3.org/2001/XMLSchema"
 xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">
<item oor:path="/org.openoffice.Office.Calc/Formula/Load"><prop oor:name="OOXMLRecalcMode" oor:op="fuse">
<value>0</value></prop></item>
</oor:items>
"""
_FIRST_START = 81
_TIMEOUT = 180


def available() -> bool:
    """Whether LibreOffice is installed."""
    return shutil.which("soffice") is not None


def recalculate(paths: Sequence[Path], outdir: Path) -> list[Path]:
    """Copies of the workbooks in ``outdir`` with every formula computed anew; one start for all of them."""
    return _convert(paths, outdir, "xlsx")


def listed(sheets: Mapping[Path, Sequence[str]], outdir: Path) -> list[dict[str, str]]:
    """The sheets of workbooks as CSV, by the names that are given, with every formula computed anew: texts in quotes,
    numbers without. One start for all of them, and LibreOffice writes it in a third of the time of a workbook."""
    files = {path: {name: f"{path.stem}-{name}.csv" for name in names} for path, names in sheets.items()}
    _convert(list(sheets), outdir, _EVERY_SHEET, [name for names in files.values() for name in names.values()])
    return [
        {sheet: (outdir / name).read_text(encoding="utf-8") for sheet, name in names.items()}
        for names in files.values()
    ]


def to_pdf(path: Path, outdir: Path) -> Path:
    """The workbook as it would be printed."""
    return _convert([path], outdir, "pdf")[0]


# Separated by commas, quoted, UTF-8, from the first row on, in English, every text quoted, values rather than what the
# cells show, numbers without quotes, all sheets.
_EVERY_SHEET = "csv:Text - txt - csv (StarCalc):44,34,76,1,,1033,true,true,false,false,false,-1"


def _convert(paths: Sequence[Path], outdir: Path, kind: str, names: Sequence[str] | None = None) -> list[Path]:
    """What LibreOffice makes of files; what it makes has their names, or ``names``."""
    results = [outdir / name for name in names or [f"{path.stem}.{kind}" for path in paths]]
    if len(set(results)) < len(results) or set(results) & set(paths):
        raise ValueError("the results would overwrite one another or their sources")
    outdir.mkdir(parents=True, exist_ok=True)
    for result in results:
        result.unlink(missing_ok=True)
    with tempfile.TemporaryDirectory(prefix="kpixl-soffice-", ignore_cleanup_errors=True) as profile:
        user = Path(profile, "user")
        user.mkdir()
        (user / "registrymodifications.xcu").write_text(_ALWAYS_RECALCULATE, encoding="utf-8")
        command = ["soffice", f"-env:UserInstallation={Path(profile).as_uri()}", "--headless", "--norestore"]
        command += ["--convert-to", kind, "--outdir", str(outdir), *map(str, paths)]
        done = subprocess.run(command, capture_output=True, text=True, timeout=_TIMEOUT, check=False)
        if done.returncode == _FIRST_START:
            done = subprocess.run(command, capture_output=True, text=True, timeout=_TIMEOUT, check=False)
    missing = [str(result) for result in results if not result.exists()]
    if done.returncode or missing:
        raise RuntimeError(f"soffice exit {done.returncode}, no {missing}: {done.stdout} {done.stderr}")
    return results
