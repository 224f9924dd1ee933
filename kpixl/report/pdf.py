"""The report as PDF: printed by a browser that the computer has, without a window and without a network; else by
WeasyPrint. Leaves nothing behind but the PDF."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from kpixl.errors import N_, KpixlError

if TYPE_CHECKING:
    from collections.abc import Iterator

_SECONDS = 90
_COMMANDS = ("google-chrome", "google-chrome-stable", "chromium", "chromium-browser", "microsoft-edge", "brave-browser")
_APPLICATIONS = ("Google Chrome", "Microsoft Edge", "Chromium", "Brave Browser")
_PROGRAMS = (r"Google\Chrome\Application\chrome.exe", r"Microsoft\Edge\Application\msedge.exe")
_FOLDERS = ("PROGRAMFILES", "PROGRAMFILES(X86)", "LOCALAPPDATA")

_OPTIONS = (
    "--headless",
    "--disable-gpu",
    "--disable-extensions",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--no-default-browser-check",
    "--proxy-server=127.0.0.1:9",  # nobody listens there: no request leaves the computer
    "--no-pdf-header-footer",
    "--print-to-pdf-no-header",  # the same, as older browsers call it
)


class NothingPrints(KpixlError):
    """Neither a browser nor WeasyPrint made a PDF."""

    code = "nothing_prints"
    template = N_(
        "A PDF needs Edge, Chrome or Chromium, and none here could make one; install one of them, or make "
        "something.html and print it."
    )


def pdf_of(html: str) -> bytes:
    """The pages that ``html`` prints as, the bytes of a PDF; NothingPrints where no program here makes any."""
    for program in browsers():
        pages = _printed(program, html)
        if pages is not None:
            return pages
    pages = _drawn(html)
    if pages is None:
        raise NothingPrints
    return pages


def browsers() -> list[Path]:
    """The programs of this computer that can print a page, best first."""
    if sys.platform == "win32":
        roots = [Path(os.environ[name]) for name in _FOLDERS if name in os.environ]
        candidates = [root / program for program in _PROGRAMS for root in roots]
    elif sys.platform == "darwin":
        roots = [Path("/Applications"), Path.home() / "Applications"]
        candidates = [root / f"{name}.app/Contents/MacOS/{name}" for name in _APPLICATIONS for root in roots]
    else:
        candidates = [Path(found) for name in _COMMANDS if (found := shutil.which(name))]
    return [path for path in dict.fromkeys(candidates) if path.is_file()]


def _printed(program: Path, html: str) -> bytes | None:
    """The PDF that a browser makes; None where it makes none."""
    with tempfile.TemporaryDirectory(prefix="kpixl-report-", ignore_cleanup_errors=True) as folder:
        page, pages, profile = (Path(folder, name) for name in ("report.html", "report.pdf", "profile"))
        page.write_text(html, encoding="utf-8")
        command = [str(program), *_OPTIONS, *_as_root(), f"--user-data-dir={profile}", f"--print-to-pdf={pages}"]
        try:
            subprocess.run(
                [*command, page.as_uri()],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                timeout=_SECONDS,
                check=False,
            )
            made = pages.read_bytes()
        except (OSError, subprocess.TimeoutExpired):
            return None
    return made if made.startswith(b"%PDF-") else None


def _as_root() -> Iterator[str]:
    """For the administrator a browser starts only without its sandbox; the page has no script to hold in."""
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        yield "--no-sandbox"


def _drawn(html: str) -> bytes | None:
    """The PDF that WeasyPrint makes; None where it, or a library that it needs, is not installed."""
    try:
        import weasyprint
    except (ImportError, OSError):
        return None
    made: bytes = weasyprint.HTML(string=html).write_pdf()  # the page names nothing that could be fetched
    return made
