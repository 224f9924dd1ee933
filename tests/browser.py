"""Chromium without a window for the tests: pictures of a page, what it complains of, and how accessible it is."""

from __future__ import annotations

import importlib.util
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kpixl.report.pdf import browsers

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

PICTURES = "KPIXL_PICTURES"
"""The variable that names a folder to keep the pictures in."""
HEIGHT = 900


def available() -> bool:
    """Whether a browser and what drives it are installed."""
    return bool(browsers()) and importlib.util.find_spec("axe_playwright_python") is not None


@contextmanager
def started() -> Iterator[Browser]:
    """A browser that ends with the block."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=browsers()[0], chromium_sandbox=False)
        try:
            yield browser
        finally:
            browser.close()


@contextmanager
def opened(browser: Browser, path: Path, width: int) -> Iterator[tuple[Page, list[str]]]:
    """A page at a width in pixels, and a growing list of its complaints and of what it asks for beside itself."""
    context = browser.new_context(viewport={"width": width, "height": HEIGHT})
    noticed: list[str] = []
    page = context.new_page()
    page.on("console", lambda message: noticed.append(message.text))
    page.on("pageerror", lambda error: noticed.append(str(error)))
    page.on("request", lambda request: noticed.append(request.url) if request.url != path.as_uri() else None)
    try:
        page.goto(path.as_uri())
        yield page, noticed
    finally:
        context.close()


def violations(page: Page) -> list[str]:
    """What axe-core finds wrong: the rule and the first element that breaks it."""
    from axe_playwright_python.sync_playwright import Axe

    found: list[dict[str, Any]] = Axe().run(page).response["violations"]
    return [f"{one['id']} ({one['impact']}): {one['nodes'][0]['html']}" for one in found]


def picture(page: Page, name: str, otherwise: Path) -> Path:
    """A picture of the whole page, kept where ``KPIXL_PICTURES`` says, else in ``otherwise``."""
    folder = Path(os.environ.get(PICTURES) or otherwise)
    folder.mkdir(parents=True, exist_ok=True)
    target = folder / f"{name}.png"
    page.screenshot(path=target, full_page=True)
    return target
