"""A real browser for the tests of pages: headless Chromium, which is let read one page and fetch nothing.

It lives in a thread of its own: playwright keeps an event loop running, which tests of kernels would trip over.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

_SWITCHES = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
#: Time for what a page would do after it was loaded, in milliseconds.
_AFTERWARDS = 400


@dataclass
class Visit:
    """What came of opening a page.

    Attributes:
        asked: addresses that it, or a click, tried to reach; none was.
        said: errors and warnings on the console; what the policy stops is among them.
        done: dialogs, windows, downloads, and other pages that it went to.
        seen: what the look at it gave.
    """

    asked: list[str] = field(default_factory=list)
    said: list[str] = field(default_factory=list)
    done: list[str] = field(default_factory=list)
    seen: Any = None


class Browser:
    """Chromium with a profile of its own."""

    def __init__(self, program: str, profile: Path) -> None:
        self._thread = ThreadPoolExecutor(1)
        self._thread.submit(self._start, program, profile).result()

    def visit(self, path: Path, look: Callable[[Any], Any] = lambda page: None) -> Visit:
        """Open the page at `path` and look at it, with playwright's page in hand."""
        return self._thread.submit(self._visit, path, look).result()

    def close(self) -> None:
        """End the browser."""
        self._thread.submit(self._stop).result()
        self._thread.shutdown()

    def _start(self, program: str, profile: Path) -> None:
        from playwright.sync_api import sync_playwright

        self._playwright = sync_playwright().start()
        self._context = self._playwright.chromium.launch_persistent_context(
            profile, executable_path=program, headless=True, args=_SWITCHES, viewport={"width": 1000, "height": 800}
        )

    def _stop(self) -> None:
        self._context.close()
        self._playwright.stop()

    def _visit(self, path: Path, look: Callable[[Any], Any]) -> Visit:
        visit, page = Visit(), self._context.new_page()
        _listen(page, visit, path.as_uri())
        page.goto(path.as_uri())
        page.wait_for_timeout(_AFTERWARDS)
        visit.seen = look(page)
        page.close()
        return visit


def _listen(page: Any, visit: Visit, address: str) -> None:
    def answer(route: Any) -> None:
        if route.request.url == address:
            route.continue_()
            return
        if not route.request.url.startswith("data:image/"):
            visit.asked.append(route.request.url)
        route.fulfill(status=204)  # a click then leaves the page where it is

    def note(what: str, *closing: Callable[[], Any]) -> None:
        visit.done.append(what)
        for close in closing:
            close()

    page.route("**/*", answer)
    page.on("console", lambda said: visit.said.append(said.text) if said.type in ("error", "warning") else None)
    page.on("pageerror", lambda error: visit.said.append(str(error)))
    page.on("dialog", lambda dialog: note(f"dialog: {dialog.message}", dialog.dismiss))
    page.on("popup", lambda other: note(f"window: {other.url}", other.close))
    page.on("download", lambda download: note(f"download: {download.url}", download.cancel))
    page.on("framenavigated", lambda frame: None if frame.url.split("#")[0] == address else note(frame.url))


@pytest.fixture(scope="session")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    """Debian's Chromium."""
    program = shutil.which("chromium")
    if program is None:
        pytest.skip("Chromium is not installed (Debian: apt install chromium)")
    if find_spec("playwright") is None:
        pytest.skip("playwright is not installed (pip install playwright)")
    made = Browser(program, tmp_path_factory.mktemp("profile"))
    yield made
    made.close()
