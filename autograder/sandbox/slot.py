"""A slot: the folder, the environment and, at the end, the clean-up of one kernel.

::

    <tmp>/aandacht-XXXX/     0700
    ├── k-1 … k-5            the kernel's channels (unix sockets; no TCP)
    ├── kernel.json          connection file
    ├── fork-N               one socket per graded cell
    └── home/                the kernel's home, working and temporary folder
"""

from __future__ import annotations

import json
import os
import secrets
import shutil
import tempfile
import time
from pathlib import Path
from types import TracebackType

import psutil

from autograder.sandbox.limits import Limits

_MARK = "AANDACHT_SLOT"


class Slot:
    """One kernel's place; a context manager whose end kills every process that was started in it.

    Args:
        limits: what the kernel may use.
    """

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self._mark = secrets.token_hex(8)
        self._forks = 0

    def __enter__(self) -> Slot:
        self.folder = Path(tempfile.mkdtemp(prefix="aandacht-"))
        self.home = self.folder / "home"
        self.home.mkdir()
        self._lend_font_cache()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.kill_processes()
        shutil.rmtree(self.folder, ignore_errors=True)

    def fork_socket(self) -> Path:
        """A fresh path for a fork server's socket."""
        self._forks += 1
        return self.folder / f"fork-{self._forks}"

    def environment(self, device: str) -> dict[str, str]:
        """The kernel's whole environment: nothing of the grader's is inherited."""
        home = str(self.home)
        return {
            "PATH": os.defpath,
            "LANG": "C.UTF-8",
            "HOME": home,
            "TMPDIR": home,
            "IPYTHONDIR": f"{home}/.ipython",
            "MPLCONFIGDIR": f"{home}/.matplotlib",
            "OMP_NUM_THREADS": "1",
            "PYTHONDONTWRITEBYTECODE": "1",
            "PYTHONWARNINGS": "ignore",
            "PYDEVD_DISABLE_FILE_VALIDATION": "1",
            "CUDA_VISIBLE_DEVICES": os.environ.get("CUDA_VISIBLE_DEVICES", "0") if device == "cuda" else "",
            "AANDACHT_LIMITS": json.dumps(self.limits.rlimits()),
            _MARK: self._mark,
        }

    def processes(self) -> list[psutil.Process]:
        """Every process that carries this slot's mark, detached ones too, and all that they are parents of."""
        marked = [process for process in psutil.process_iter() if _mark_of(process) == self._mark]
        return list({process.pid: process for parent in marked for process in (parent, *_descendants(parent))}.values())

    def kill_processes(self) -> None:
        """Kills all of them, and those that they start meanwhile."""
        for _ in range(50):
            found = self.processes()
            for process in found:
                _kill(process)
            if not found:
                return
            time.sleep(0.02)

    def _lend_font_cache(self) -> None:
        """A copy of matplotlib's font list, which takes seconds to make anew."""
        target = self.home / ".matplotlib"
        target.mkdir()
        base = (
            os.environ.get("MPLCONFIGDIR")
            or Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "matplotlib"
        )
        for path in Path(base).glob("fontlist-*.json"):
            shutil.copy(path, target)


def _mark_of(process: psutil.Process) -> str | None:
    try:
        if process.status() == psutil.STATUS_ZOMBIE:
            return None
        mark: str | None = process.environ().get(_MARK)
        return mark
    except (psutil.Error, OSError):
        return None  # gone meanwhile, or another user's


def _descendants(process: psutil.Process) -> list[psutil.Process]:
    """Also those that were started with an empty environment."""
    try:
        found = process.children(recursive=True)
        return [child for child in found if child.status() != psutil.STATUS_ZOMBIE]
    except psutil.Error:
        return []


def _kill(process: psutil.Process) -> None:
    try:
        process.kill()
    except psutil.NoSuchProcess:
        return  # it ended by itself
