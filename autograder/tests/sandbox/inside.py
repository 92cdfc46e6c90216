"""A process in the lock that does what a test tells it to, without Jupyter.

::

    test ── source text ─→ `autograder.tests.sandbox.entry`, in the place of a kernel
         ←─ JSON ─────────

`with inside(launcher) as it: assert it.do("found = 1 + 1") == 2`
"""

from __future__ import annotations

import json
import select
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psutil
import pytest

from autograder.sandbox import warm
from autograder.sandbox.limits import Limits
from autograder.sandbox.process import Launcher, Order, Process, is_running, socket_pair
from autograder.sandbox.slot import Slot
from autograder.sandbox.warm import WarmLauncher

ENTRY = "autograder.tests.sandbox.entry:run"
#: What a zygote imports that is to start at once: neither torch nor ipykernel.
LEAN = ("autograder.sandbox.canaries", "autograder.tests.sandbox.entry")
_SECONDS = 30.0
_LONGEST = 65536


class Inside:
    """The test's side of such a process."""

    def __init__(self, process: Process, line: socket.socket) -> None:
        self.process, self._line = process, line

    def do(self, source: str) -> Any:
        """Runs Python code there; what it called `found`. An exception of its own fails the test."""
        self._line.send(source.encode())
        assert select.select([self._line], [], [], _SECONDS)[0], "the process inside does not answer"
        answer = json.loads(self._line.recv(_LONGEST) or b'{"error": "the process inside is gone"}')
        assert "error" not in answer, answer["error"]
        return answer["found"]


@contextmanager
def inside(launcher: Launcher, limits: Limits | None = None) -> Iterator[Inside]:
    """A process that `launcher` started; it ends with the block."""
    ours, theirs = socket_pair()
    with Slot(limits or Limits()) as slot, ours:
        with theirs:
            process = launcher.launch(Order(ENTRY, [theirs.fileno()]), slot)
        try:
            yield Inside(process, ours)
        finally:
            process.end()


@contextmanager
def lean_launcher(*modules: str) -> Iterator[WarmLauncher]:
    """A launcher whose zygote leaves torch and ipykernel out, so that it starts at once."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(warm, "_ALWAYS", LEAN)
        launcher = WarmLauncher(modules)
        try:
            yield launcher
        finally:
            launcher.close()


def own_files() -> int:
    """How many files this process has open."""
    return len(list(Path("/proc/self/fd").iterdir()))


def until(holds: Callable[[], object], seconds: float = 5.0) -> bool:
    """Waits for something to come true; whether it did in time."""
    deadline = time.monotonic() + seconds
    while not holds():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.01)
    return True


def gone(pids: list[int], seconds: float = 5.0) -> bool:
    """Whether all of these processes end in time."""
    return until(lambda: not any(map(_runs, pids)), seconds)


def _runs(pid: int) -> bool:
    try:
        return is_running(psutil.Process(pid))
    except psutil.NoSuchProcess:
        return False
