"""A real JupyterLab for tests: a server on loopback with nothing of this user's settings, and a notebook in a browser.

::

    Lab ── jupyterlab, a process of its own ── folder
     └─ open(path, look) ── Chromium, in a thread of its own ── Notebook: run, type, save, read

The page is as tall as the whole notebook, so that JupyterLab keeps all cells in it.
"""

from __future__ import annotations

import os
import secrets
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

#: Seconds for a server to come up, and milliseconds for anything on the page.
_COMES_UP, _PATIENCE = 60, 60_000
_WIDE, _TALL = 1200, 9000
_SWITCHES = ("--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-background-networking")
#: No news, no looking for updates, and none of the questions about them.
_QUIET = {"@jupyterlab/apputils-extension/notification": '{"fetchNews": "false", "checkForUpdates": false}'}


@dataclass
class LabVisit:
    """What came of opening a notebook.

    Attributes:
        asked: addresses elsewhere than on the server that the page tried to reach; none was.
        seen: what the look at it gave.
    """

    asked: list[str] = field(default_factory=list)
    seen: Any = None


class Lab:
    """JupyterLab in a folder, and a browser for it."""

    def __init__(self, folder: Path, room: Path, program: str) -> None:
        """Start both.

        Args:
            folder: what the server shows.
            room: an empty folder for everything that Jupyter keeps.
            program: Chromium.
        """
        self._token = secrets.token_hex(16)
        self.address = f"http://127.0.0.1:{_free_port()}"
        self._server = _start_server(folder, room, self.address, self._token)
        self._thread = ThreadPoolExecutor(1)  # playwright keeps an event loop running
        try:
            _wait_for(self._server, f"{self.address}/api?token={self._token}", room / "log")
            self._thread.submit(self._start_browser, program).result()
        except BaseException:
            self._end_server()
            raise

    def open(self, path: str, look: Callable[[Notebook], Any]) -> LabVisit:
        """Open a notebook in a fresh workspace and look at it."""
        return self._thread.submit(self._open, path, look).result()

    def close(self) -> None:
        """End the browser and the server."""
        self._thread.submit(self._stop_browser).result()
        self._thread.shutdown()
        self._end_server()

    def _start_browser(self, program: str) -> None:
        from playwright.sync_api import sync_playwright

        self._playwright = sync_playwright().start()
        self._browser = self._playwright.chromium.launch(executable_path=program, headless=True, args=_SWITCHES)

    def _stop_browser(self) -> None:
        self._browser.close()
        self._playwright.stop()

    def _end_server(self) -> None:
        """By its own process id; the server ends its kernels."""
        self._server.terminate()
        try:
            self._server.wait(20)
        except subprocess.TimeoutExpired:
            self._server.kill()
            self._server.wait()

    def _open(self, path: str, look: Callable[[Notebook], Any]) -> LabVisit:
        visit, context = LabVisit(), self._browser.new_context(viewport={"width": _WIDE, "height": _TALL})
        try:
            context.route("**/*", self._gate(visit))
            page = context.new_page()
            page.set_default_timeout(_PATIENCE)
            with page.expect_event("websocket", _to_the_kernel):  # until then it looks idle, and runs nothing
                page.goto(f"{self.address}/lab/workspaces/{uuid.uuid4().hex}/tree/{path}?token={self._token}")
            visit.seen = look(Notebook(page))
        finally:
            context.close()
        return visit

    def _gate(self, visit: LabVisit) -> Callable[[Any], None]:
        def answer(route: Any) -> None:
            if route.request.url.startswith((self.address + "/", "data:", "blob:")):
                route.continue_()
                return
            visit.asked.append(route.request.url)
            route.abort()

        return answer


class Notebook:
    """A notebook in JupyterLab, as a person at the screen has it."""

    def __init__(self, page: Any) -> None:
        self.page = page
        self._panel = page.locator(".jp-NotebookPanel:visible")
        page.locator("#jupyterlab-splash").wait_for(state="detached")
        self._panel.locator(".jp-Cell").first.wait_for()
        self.wait_until_idle()

    @property
    def cells(self) -> Any:
        """All cells, as a locator."""
        return self._panel.locator(".jp-Cell")

    def cell(self, text: str) -> Any:
        """The code cell whose editor shows this text."""
        return self._panel.locator(".jp-CodeCell", has=self.page.locator(".cm-content", has_text=text))

    def after(self, cell: Any) -> Any:
        """The cell below."""
        return cell.locator("xpath=following-sibling::*[contains(@class, 'jp-Cell')][1]")

    def run_all(self) -> None:
        """Run → Run All Cells, and wait until all have run."""
        self.page.locator(".lm-MenuBar-itemLabel", has_text="Run").first.click()
        self.page.locator(".lm-Menu-itemLabel").get_by_text("Run All Cells", exact=True).click()
        self.wait_until_idle()

    def run_with_keys(self, times: int = 1) -> None:
        """Shift+Enter, so many times: the cell, and those below it."""
        for _ in range(times):
            self.page.keyboard.press("Shift+Enter")
        self.wait_until_idle()

    def wait_until_idle(self) -> None:
        """Wait until no cell waits or runs, and the kernel is idle."""
        self.page.wait_for_timeout(300)  # until the first star is there
        self.page.wait_for_function(_IDLE, timeout=_PATIENCE)

    def type(self, cell: Any, text: str) -> None:
        """Click into the cell's editor and type over its last line."""
        cell.locator(".cm-content").click()
        for key in ("Control+End", "Shift+Home"):
            self.page.keyboard.press(key)
        self.page.keyboard.type(text)

    def save(self) -> None:
        """Ctrl+S, and wait until it is saved."""
        with self.page.expect_response(_saves):
            self.page.keyboard.press("Control+S")
        self.page.locator(".lm-DockPanel .lm-TabBar-tab.jp-mod-dirty").wait_for(state="detached")

    def output(self, cell: Any) -> str:
        """What stands below the cell."""
        return str(cell.locator(".jp-OutputArea").inner_text()).strip()

    def source(self, cell: Any) -> str:
        """What the cell's editor shows."""
        cell.locator(".cm-line").first.wait_for()  # editors come one by one
        return "\n".join(cell.locator(".cm-line").all_inner_texts())


_IDLE = """() => {
  const prompts = [...document.querySelectorAll(".jp-CodeCell .jp-InputPrompt")].map((one) => one.textContent);
  const kernel = document.querySelector(".jp-Notebook-ExecutionIndicator");
  return !prompts.some((one) => one.includes("*")) && kernel && kernel.dataset.status === "idle";
}"""


def _to_the_kernel(socket: Any) -> bool:
    return "/api/kernels/" in socket.url


def _saves(response: Any) -> bool:
    return response.request.method == "PUT" and "/api/contents/" in response.url and bool(response.ok)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _start_server(folder: Path, room: Path, address: str, token: str) -> subprocess.Popen[bytes]:
    port = address.rpartition(":")[2]
    settings = [f"--ServerApp.root_dir={folder}", "--ServerApp.ip=127.0.0.1", f"--ServerApp.port={port}"]
    settings += ["--ServerApp.port_retries=0", f"--IdentityProvider.token={token}", "--no-browser", "--allow-root"]
    settings += ["--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate", "--LabApp.news_url=None"]
    with (room / "log").open("wb") as log:
        command = [sys.executable, "-m", "jupyterlab", *settings]
        return subprocess.Popen(command, cwd=folder, env=_environment(room), stdout=log, stderr=log)


def _environment(room: Path) -> dict[str, str]:
    """This one's, without its user's settings of Jupyter and IPython."""
    names = {
        "HOME": "home",
        "JUPYTER_CONFIG_DIR": "config",
        "JUPYTER_DATA_DIR": "data",
        "JUPYTER_RUNTIME_DIR": "runtime",
        "JUPYTERLAB_SETTINGS_DIR": "settings",
        "JUPYTERLAB_WORKSPACES_DIR": "workspaces",
        "IPYTHONDIR": "ipython",
    }
    for name in names.values():
        (room / name).mkdir(parents=True, exist_ok=True)
    for name, text in _QUIET.items():
        path = room / "settings" / f"{name}.jupyterlab-settings"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("JUPYTER", "PYTEST"))}
    return kept | {name: str(room / place) for name, place in names.items()} | {"PYTHONWARNINGS": "ignore"}


def _wait_for(server: subprocess.Popen[bytes], address: str, log: Path) -> None:
    until = time.monotonic() + _COMES_UP
    while time.monotonic() < until and server.poll() is None:
        try:
            urllib.request.urlopen(address, timeout=5).close()
        except (urllib.error.URLError, OSError):
            time.sleep(0.2)
        else:
            return
    raise AssertionError(f"JupyterLab did not come up:\n{log.read_text(errors='replace')[-3000:]}")


def start_lab(folder: Path, room: Path) -> Lab:
    """JupyterLab and Chromium; skips the test where one of them is missing."""
    program = shutil.which("chromium")
    if program is None:
        pytest.skip("Chromium is not installed (Debian: apt install chromium)")
    for module in ("playwright", "jupyterlab"):
        if find_spec(module) is None:
            pytest.skip(f"{module} is not installed (pip install {module})")
    return Lab(folder, room, program)
