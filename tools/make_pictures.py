"""Draws dashboards from real files: ``make pictures`` for the README. Needs LibreOffice and pdftoppm.

The helpdesk's picture needs the export that the README speaks of, as an argument. With ``--out FOLDER``, every sample
workbook is drawn there, and one of each state that a workbook can be in; the README's pictures stay as they are.
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
    profile = f"-env:UserInstallation={(scratch / 'profile').as_uri()}"
    convert = ["soffice", profile, "--headless", "--convert-to", f"pdf:calc_pdf_Export:{FIRST_PAGE}"]
    subprocess.run([*convert, "--outdir", str(scratch), *map(str, workbooks)], check=True, stdout=subprocess.DEVNULL)
    for workbook, target in workbooks.items():
        target.parent.mkdir(parents=True, exist_ok=True)
        pdf = scratch / f"{workbook.stem}.pdf"
        paint = ["pdftoppm", "-r", "105", "-f", "1", "-l", "1", "-singlefile", *PAGE, "-png"]
        subprocess.run([*paint, str(pdf), str(target.with_suffix(""))], check=True)


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
            wanted |= {make(state, scratch, now): folder / "states" / f"{state.name}.png" for state in STATES}
        if given.export is not None:
            wanted[helpdesk(given.export, scratch)] = DOCS / "pictures" / "helpdesk.png"
        draw(wanted, scratch)


if __name__ == "__main__":
    main()
