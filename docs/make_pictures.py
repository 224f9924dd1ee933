"""Makes the pictures of the README from real files: ``make pictures``. Needs LibreOffice and pdftoppm.

The helpdesk's picture needs the export that the README speaks of, as an argument.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

from kpixl import verbs
from kpixl.importing import import_rows
from kpixl.period import Period

DOCS = Path(__file__).parent
COLUMNS = {"id": "Ticket", "client": "Department", "opened": "Logged", "resolved": "Closed", "assistant": "Assignee"}
PAGE = ("-x", "30", "-y", "40", "-W", "1170", "-H", "745")
"""The dashboard on the page, in pixels at 105 dots an inch."""


def picture(workbook: Path, target: Path, scratch: Path) -> None:
    """The first printed page of ``workbook``, its dashboard, as a PNG."""
    profile = f"-env:UserInstallation={(scratch / 'profile').as_uri()}"
    convert = ["soffice", profile, "--headless", "--convert-to", "pdf", "--outdir", str(scratch), str(workbook)]
    subprocess.run(convert, check=True, stdout=subprocess.DEVNULL)
    pdf = scratch / f"{workbook.stem}.pdf"
    draw = ["pdftoppm", "-r", "105", "-f", "1", "-l", "1", "-singlefile", *PAGE, "-png"]
    subprocess.run([*draw, str(pdf), str(target.with_suffix(""))], check=True)


def main() -> None:
    """Draw what can be drawn."""
    with tempfile.TemporaryDirectory() as folder:
        scratch = Path(folder)
        english = next(o.path for o in verbs.demo(scratch) if o.scorecard.entries.language == "en")
        picture(english, DOCS / "dashboard.png", scratch)
        for export in map(Path, sys.argv[1:]):
            workbook = scratch / "helpdesk.xlsx"
            january = Period.parse("2020-01")
            verbs.new(
                "remote-va-agency", language="en", period=january, company="Helpdesk", currency="USD", out=workbook
            )
            import_rows(workbook, "requests", export, COLUMNS, add_new=True)
            picture(workbook, DOCS / "helpdesk.png", scratch)


if __name__ == "__main__":
    main()
