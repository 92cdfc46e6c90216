"""Watches what rlimits do not: the memory and the number of all processes of a kernel together."""

from __future__ import annotations

import logging
import re
import signal
import threading
from collections.abc import Callable, Collection
from contextlib import suppress
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

_log = logging.getLogger(__name__)


class Watchdog:
    """A thread that relieves a kernel of its processes when together they grow too large.

    Args:
        spared: snapshots, which go only when everything else has gone and it was not enough.
    """

    def __init__(self, watched: Process, limits: Limits, spared: Callable[[], Collection[int]]) -> None:
        self._watched, self._limits, self._spared = watched, limits, spared
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
        if reason:
            self.struck = reason
            self._relieve(family)

    def _excess(self, family: list[psutil.Process]) -> str:
        if len(family) > self._limits.processes:
            return "processes"
        if self._grader_suffers():
            return "memory"
        # First what is cheap to count, less what all of them have from the zygote; only then each page once.
        system = sum(map(_page_tables, family)) + _buffers(family)
        own = sum(max(process.resident(each) - self._watched.inherited, 0) for each in family)
        if system + own <= self._limits.memory_bytes:
            return ""
        return "memory" if system + sum(map(_proportional, family)) > self._limits.memory_bytes else ""

    def _grader_suffers(self) -> bool:
        """Whether messages without an end grow in the grader itself, or the machine has hardly any memory left."""
        grown = process.resident(psutil.Process()) - self._at_first
        return grown > _MOST_GROWTH or psutil.virtual_memory().available < _LEAST_LEFT

    def _relieve(self, family: list[psutil.Process]) -> None:
        spared = self._spared()
        only_spared = all(each.pid in spared for each in family)
        process.end_offenders(self._watched, () if only_spared else spared)


def _page_tables(watched: psutil.Process) -> int:
    """Bytes that the system keeps to find a process's pages: reading a byte here and there makes nothing but these."""
    try:
        lines = Path(f"/proc/{watched.pid}/status").read_text(errors="replace").splitlines()
    except OSError:
        return 0
    return sum(int(line.split()[1]) * 1024 for line in lines if line.startswith("VmPTE"))


def _buffers(family: list[psutil.Process]) -> int:
    """Bytes that the system may hold for what was sent and never read: so many for each socket in their own network.

    Counted by the socket, wherever its number is kept: what stands in a buffer is told nowhere. No process can make
    that of a unix socket larger (`seccomp.py`). Without a lock there is no network of their own, and nothing to count.
    """
    for each in family:
        with suppress(OSError):
            place = Path(f"/proc/{each.pid}")
            if (place / "ns/net").readlink() == Path("/proc/self/ns/net").readlink():
                return 0
            sockets = re.match(r"sockets: used (\d+)", (place / "net/sockstat").read_text())
            return int(sockets[1]) * _buffer_bytes() if sockets else 0
    return 0


@cache
def _buffer_bytes() -> int:
    try:
        return int(Path("/proc/sys/net/core/wmem_default").read_text())
    except OSError:
        return 212_992  # as Linux sets it; a container may not be told


def _proportional(watched: psutil.Process) -> int:
    """Bytes of a process, each shared page divided among those who share it; shared memory is counted."""
    try:
        lines = Path(f"/proc/{watched.pid}/smaps_rollup").read_text(errors="replace").splitlines()
    except OSError:
        return process.resident(watched)
    return sum(int(line.split()[1]) * 1024 for line in lines if line.startswith("Pss:"))
