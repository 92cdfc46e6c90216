"""Kernels without a lock: started cold, with limits, a clean environment, and an end that leaves nothing it can find.

For machines that cannot have the lock, and only where somebody said `--unsafe`.
"""

from __future__ import annotations

import json
import secrets
import signal
import subprocess
import sys
from pathlib import Path

import psutil

from autograder.sandbox import process
from autograder.sandbox.environment import environment, lend_font_list
from autograder.sandbox.process import Order
from autograder.sandbox.slot import Slot

_MARK = "AANDACHT_SLOT"
_LAST_SECONDS = 10.0  # for a process that was killed
_START = "import json, os, sys; from autograder.sandbox.plain import begin; begin(sys.argv[1])"


class PlainLauncher:
    """Starts a Python of its own for every kernel."""

    level = "off"

    def launch(self, order: Order, slot: Slot) -> PlainProcess:
        """A new process; see `Launcher`."""
        home = str(slot.folder / "home")
        lend_font_list(Path(home, ".matplotlib"))
        mark = secrets.token_hex(8)
        rlimits = slot.rlimits
        del rlimits["RLIMIT_NPROC"]  # without a user of its own it would count all that this user runs
        told = {"entry": order.entry, "descriptors": list(order.descriptors), "rlimits": rlimits}
        started = subprocess.Popen(
            [sys.executable, "-P", "-c", _START, json.dumps(told | {"arguments": dict(order.arguments)})],
            env={**environment(home, home), **slot.environment, _MARK: mark},
            cwd=home,
            pass_fds=order.descriptors,
            stdin=subprocess.DEVNULL,
            start_new_session=True,
        )
        return PlainProcess(started, mark)

    def close(self) -> None:
        """Nothing is kept warm."""


class PlainProcess:
    """A kernel whose relatives are found by descent and by a mark in their environment."""

    inherited = 0

    def __init__(self, started: subprocess.Popen[bytes], mark: str) -> None:
        self._started, self._mark = started, mark
        self.pid = started.pid

    def poll(self) -> int | None:
        """The kernel's exit status; None while it runs."""
        return self._started.poll()

    def interrupt(self) -> None:
        """Sends the kernel a Ctrl-C."""
        process.send(self.pid, signal.SIGINT)

    def family(self) -> list[psutil.Process]:
        """The kernel, every process that carries the mark, detached ones too, and all that they are parents of."""
        marked = [each for each in psutil.process_iter() if self._is_ours(each)]
        relatives = [relative for each in marked for relative in (each, *process.descendants(each))]
        return list({relative.pid: relative for relative in relatives}.values())

    def _is_ours(self, candidate: psutil.Process) -> bool:
        if candidate.pid == self.pid:  # an exec may have thrown the mark away
            return self._started.poll() is None
        return _mark_of(candidate) == self._mark

    def sockets(self) -> int:
        """Those of the machine are not told apart."""
        return 0

    def was_starved(self) -> bool:
        """Nobody counts that here."""
        return False

    def end(self) -> None:
        """Kills all of them, and those that they start meanwhile."""
        process.end_family(self, ())
        self._started.wait(_LAST_SECONDS)


def _mark_of(candidate: psutil.Process) -> str | None:
    try:
        mark: str | None = candidate.environ().get(_MARK) if process.is_running(candidate) else None
    except (psutil.Error, OSError):
        return None  # gone meanwhile, or another user's
    return mark


def begin(told: str) -> None:
    """Runs in the new process: limits first, then the entry."""
    import importlib

    from autograder.sandbox.privileges import set_limits

    order = json.loads(told)
    set_limits(order["rlimits"])
    module, _, name = order["entry"].partition(":")
    getattr(importlib.import_module(module), name)(order["arguments"], order["descriptors"])
