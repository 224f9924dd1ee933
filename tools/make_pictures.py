"""Draws dashboards from real files: ``make pictures`` for the README. Needs LibreOffice and pdftoppm.

The helpdesk's picture needs the export that the README speaks of, as an argument. With ``--out FOLDER``, every sample
workbook is drawn there and the README's pictures stay as they are.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import tempfile
from datetime import datetime
from pathlib import Path

from kpixl.entries import Setup
from kpixl.period import Period
from kpixl.verbs import new
from kpixl.verbs.import_rows import ImportRequest, import_rows

DOCS = Path(__file__).parent.parent / "docs"
WORKBOOKS = DOCS.parent / "workbooks"
COLUMNS = {"id": "Ticket", "client": "Department", "opened": "Logged", "resolved": "Closed", "assistant": "Assignee"}
PAGE = ("-x", "30", "-y", "40", "-W", "1170", "-H", "770")
"""The dashboard on the page, in pixels at 105 dots an inch."""
FIRST_PAGE = json.dumps({"PageRange": {"type": "string", "value": "1"}})


def picture(workbook: Path, target: Path, scratch: Path) -> None:
    """The first printed page of ``workbook``, its dashboard, as a PNG."""
    profile = f"-env:UserInstallation={(scratch / 'profile').as_uri()}"
    convert = ["soffice", profile, "--headless", "--convert-to", f"pdf:calc_pdf_Export:{FIRST_PAGE}"]
    subprocess.run([*convert, "--outdir", str(scratch), str(workbook)], check=True, stdout=subprocess.DEVNULL)
    pdf = scratch / f"{workbook.stem}.pdf"
    draw = ["pdftoppm", "-r", "105", "-f", "1", "-l", "1", "-singlefile", *PAGE, "-png"]
    subprocess.run([*draw, str(pdf), str(target.with_suffix(""))], check=True)


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
    with tempfile.TemporaryDirectory() as folder:
        scratch = Path(folder)
        for workbook in samples:
            name = workbook.stem.partition(" 20")[0].replace(" ", "-").lower()
            target = (given.out or DOCS / "pictures") / f"{name}.png"
            target.parent.mkdir(parents=True, exist_ok=True)
            picture(workbook, target, scratch)
        if given.export is not None:
            picture(helpdesk(given.export, scratch), DOCS / "pictures" / "helpdesk.png", scratch)


if __name__ == "__main__":
    main()
