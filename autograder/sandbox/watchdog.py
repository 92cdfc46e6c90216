"""Watches what rlimits do not: the memory and the number of all processes of a kernel together."""

from __future__ import annotations

import threading
from collections.abc import Callable
from types import TracebackType

import psutil

from autograder.sandbox.limits import Limits

_PERIOD = 0.25  # seconds between two looks


class Watchdog:
    """A thread that ends a kernel when its process tree grows too large.

    Args:
        pid: the kernel.
        strike: called once, with "memory" or "processes".
    """

    def __init__(self, pid: int, limits: Limits, strike: Callable[[str], None]) -> None:
        self._pid, self._limits, self._strike = pid, limits, strike
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

    def _watch(self) -> None:
        while not self._stop.wait(_PERIOD):
            reason = self._excess()
            if reason:
                self._strike(reason)
                return

    def _excess(self) -> str:
        tree = _tree(self._pid)
        if sum(_runs(process) for process in tree) > self._limits.processes:
            return "processes"
        return "memory" if sum(_resident(process) for process in tree) > self._limits.memory_bytes else ""


def _tree(pid: int) -> list[psutil.Process]:
    try:
        root = psutil.Process(pid)
        return [root, *root.children(recursive=True)]
    except psutil.NoSuchProcess:
        return []


def _runs(process: psutil.Process) -> bool:
    try:
        return bool(process.status() != psutil.STATUS_ZOMBIE)
    except psutil.Error:
        return False


def _resident(process: psutil.Process) -> int:
    try:
        return int(process.memory_info().rss)
    except psutil.Error:
        return 0
