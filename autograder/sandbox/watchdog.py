"""Watches what rlimits do not: the memory and the number of all processes of a kernel together."""

from __future__ import annotations

import logging
import signal
import socket
import threading
from collections.abc import Callable, Collection
from functools import cache
from pathlib import Path
from types import TracebackType

import psutil

from autograder.sandbox import process
from autograder.sandbox.limits import Limits
from autograder.sandbox.process import Process

_PERIOD = 0.1  # seconds between two looks
_MOST_GROWTH = 2**30  # bytes that the grader itself may grow by, while a kernel runs
_LEAST_LEFT = 2**29  # bytes of the machine's memory
_FULL = 3  # times its size that a socket's buffer may hold; 2.5 were seen, with messages of 200 kB
_MOST_STRIKES = 10  # one after another, before everything goes

_log = logging.getLogger(__name__)


class Watchdog:
    """A thread that relieves a kernel of its processes when together they grow too large.

    Args:
        spared: snapshots, which go only when everything else has gone and it was not enough.
    """

    def __init__(self, watched: Process, limits: Limits, spared: Callable[[], Collection[int]]) -> None:
        self._watched, self._limits, self._spared = watched, limits, spared
        self._strikes = 0  # without a look between that found everything within limits
        self.struck = ""  #: "memory" or "processes", once it had to strike; whoever reports it takes it back
        self._at_first = process.resident(psutil.Process())
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="watchdog", daemon=True)

    def __enter__(self) -> Watchdog:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stop.set()
        self._thread.join()

    def take(self) -> str:
        """What it struck for since it was last asked; empty when it did not."""
        struck, self.struck = self.struck, ""
        return struck or ("memory" if self._watched.was_starved() else "")

    def _watch(self) -> None:
        while not self._stop.wait(_PERIOD):
            try:
                self._look()
            except Exception:  # noqa: BLE001 - of whatever kind: what cannot be watched may not run
                _log.exception("the watchdog failed, so the kernel is ended")
                self.struck = "memory"
                self._watched.end()
                return

    def _look(self) -> None:
        family = self._watched.family()
        for each in family:
            if process.hides(each):
                process.send(each.pid, signal.SIGKILL)
        reason = self._excess(family)
        self._strikes = self._strikes + 1 if reason else 0
        if reason:
            self.struck = reason
            self._relieve(family)

    def _excess(self, family: list[psutil.Process]) -> str:
        if len(family) > self._limits.processes:
            return "processes"
        if self._grader_suffers():
            return "memory"
        # First what is cheap to count, less what all of them have from the zygote; only then each page once.
        system = sum(map(_page_tables, family)) + self._watched.sockets() * socket_bytes()
        own = sum(max(process.resident(each) - self._watched.inherited, 0) for each in family)
        if system + own <= self._limits.memory_bytes:
            return ""
        return "memory" if system + sum(map(_proportional, family)) > self._limits.memory_bytes else ""

    def _grader_suffers(self) -> bool:
        """Whether messages without an end grow in the grader itself, or the machine has hardly any memory left."""
        grown = process.resident(psutil.Process()) - self._at_first
        return grown > _MOST_GROWTH or psutil.virtual_memory().available < _LEAST_LEFT

    def _relieve(self, family: list[psutil.Process]) -> None:
        """Ends what is to blame; snapshots, too, where nobody else is or where again and again that was not enough."""
        spared = self._spared()
        only_spared = all(each.pid in spared for each in family)
        if only_spared or self._strikes > _MOST_STRIKES:
            ended = process.end_family(self._watched, ())
        else:
            ended = process.end_offenders(self._watched, spared)
        if not ended:
            self._watched.end()


def _page_tables(watched: psutil.Process) -> int:
    """Bytes that the system keeps to find a process's pages: reading a byte here and there makes nothing but these."""
    try:
        lines = Path(f"/proc/{watched.pid}/status").read_text(errors="replace").splitlines()
    except OSError:
        return 0
    return sum(int(line.split()[1]) * 1024 for line in lines if line.startswith("VmPTE"))


@cache
def socket_bytes() -> int:
    """Bytes that the system holds at most for what was sent into a socket and never read; what is there, nobody tells.

    A message is taken in while there is any room, and may itself be as large as that. No process can make more room, or
    have whole pages kept for a few of their bytes (`seccomp.py`).
    """
    with socket.socket(socket.AF_UNIX) as one:
        return _FULL * one.getsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF)


def _proportional(watched: psutil.Process) -> int:
    """Bytes of a process, each shared page divided among those who share it; shared memory is counted."""
    try:
        lines = Path(f"/proc/{watched.pid}/smaps_rollup").read_text(errors="replace").splitlines()
    except OSError:
        return process.resident(watched)
    return sum(int(line.split()[1]) * 1024 for line in lines if line.startswith("Pss:"))
