"""Draws dashboards from real files: ``make pictures`` for the README. Needs LibreOffice and pdftoppm.

The helpdesk's picture needs the export that the README speaks of, as an argument. With ``--out FOLDER``, every sample
workbook is drawn there, and of each state that a workbook can be in the sheets that show something in it; the README's
pictures stay as they are.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import tempfile
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

from states import STATES, make

from kpixl.entries import Setup
from kpixl.period import Period
from kpixl.verbs import new
from kpixl.verbs.import_plan import ImportRequest
from kpixl.verbs.import_rows import import_rows

DOCS = Path(__file__).parent.parent / "docs"
WORKBOOKS = DOCS.parent / "workbooks"
COLUMNS = {"id": "Ticket", "client": "Department", "opened": "Logged", "resolved": "Closed", "assistant": "Assignee"}
PAGE = ("-x", "30", "-y", "40", "-W", "1170", "-H", "770")
"""The dashboard on the page, in pixels at 105 dots an inch."""
FIRST_PAGE = json.dumps({"PageRange": {"type": "string", "value": "1"}})


def draw(workbooks: Mapping[Path, Path], scratch: Path) -> None:
    """The first printed page of each workbook, its dashboard, as a PNG at the place that stands behind it."""
    _print(list(workbooks), f"pdf:calc_pdf_Export:{FIRST_PAGE}", scratch)
    for workbook, target in workbooks.items():
        target.parent.mkdir(parents=True, exist_ok=True)
        pdf = scratch / f"{workbook.stem}.pdf"
        paint = ["pdftoppm", "-r", "105", "-f", "1", "-l", "1", "-singlefile", *PAGE, "-png"]
        subprocess.run([*paint, str(pdf), str(target.with_suffix(""))], check=True)


def draw_all(workbooks: Mapping[Path, Path], scratch: Path) -> None:
    """All printed pages of each workbook, as a PNG each in the folder that stands behind it."""
    _print(list(workbooks), "pdf", scratch)
    for workbook, target in workbooks.items():
        target.mkdir(parents=True, exist_ok=True)
        subprocess.run(["pdftoppm", "-r", "80", "-png", str(scratch / f"{workbook.stem}.pdf"), str(target)], check=True)
        for page in target.parent.glob(f"{target.name}-*.png"):
            page.rename(target / page.name.removeprefix(f"{target.name}-"))


def _print(workbooks: list[Path], to: str, scratch: Path) -> None:
    """Workbooks as PDF files beside one another, by one start of LibreOffice."""
    profile = f"-env:UserInstallation={(scratch / 'profile').as_uri()}"
    convert = ["soffice", profile, "--headless", "--convert-to", to, "--outdir", str(scratch)]
    subprocess.run([*convert, *map(str, workbooks)], check=True, stdout=subprocess.DEVNULL)


def helpdesk(export: Path, folder: Path) -> Path:
    """A workbook made from the export of a helpdesk."""
    workbook, now = folder / "helpdesk.xlsx", datetime.now()
    january = Period.parse("2020-01")
    new.new(Setup("remote-va-agency", "en", january, "Helpdesk", "USD"), workbook, now=now)
    import_rows(workbook, ImportRequest("requests", export, COLUMNS, add_new=True), now=now)
    return workbook


def main() -> None:
    """Draw what can be drawn."""
    options = argparse.ArgumentParser(description=main.__doc__)
    options.add_argument("export", nargs="?", type=Path)
    options.add_argument("--out", type=Path)
    given = options.parse_args()
    samples = sorted(path for path in WORKBOOKS.glob("*.xlsx") if not path.name.startswith("~$"))
    with tempfile.TemporaryDirectory() as temporary:
        scratch = Path(temporary)
        folder = given.out or DOCS / "pictures"
        wanted = {
            workbook: folder / f"{workbook.stem.partition(' 20')[0].replace(' ', '-').lower()}.png"
            for workbook in samples
        }
        if given.out is not None:
            now = datetime.now()
            draw_all({make(state, scratch, now): folder / "states" / state.name for state in STATES}, scratch)
        if given.export is not None:
            wanted[helpdesk(given.export, scratch)] = DOCS / "pictures" / "helpdesk.png"
        draw(wanted, scratch)


if __name__ == "__main__":
    main()
