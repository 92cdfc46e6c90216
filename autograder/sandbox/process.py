"""A kernel's process, however it was started: what the grader may do with it."""

from __future__ import annotations

import os
import signal
import socket
import time
from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

import psutil

from autograder.sandbox.slot import Slot

_PASSES, _PAUSE = 300, 0.005  # seconds


@dataclass(frozen=True)
class Order:
    """What a kernel is started with.

    Attributes:
        entry: "module:function" of what runs in its process; called with the order as a dict and descriptors.
        descriptors: open files and sockets to hand over.
        arguments: plain values for the entry.
    """

    entry: str
    descriptors: Sequence[int] = ()
    arguments: Mapping[str, Any] = field(default_factory=dict)


class Process(Protocol):
    """A kernel, and all that it starts.

    Attributes:
        pid: the kernel's own process.
        inherited: bytes in memory that each of them shares with its origin.
    """

    pid: int
    inherited: int

    def poll(self) -> int | None:
        """The kernel's exit status; None while it runs."""

    def interrupt(self) -> None:
        """Sends the kernel a Ctrl-C."""

    def family(self) -> list[psutil.Process]:
        """Every process that runs in the kernel's place, the kernel included."""

    def sockets(self) -> int:
        """How many sockets there are in a network of its own; 0 where it has none."""

    def was_starved(self) -> bool:
        """Whether the system itself ended one of them for want of memory, since this was last asked."""

    def end(self) -> None:
        """Kills all of it, and returns when it is gone."""


class Launcher(Protocol):
    """Starts kernels at one level of safety."""

    level: str

    def launch(self, order: Order, slot: Slot) -> Process:
        """A new process; raises KernelError."""

    def close(self) -> None:
        """Ends what was kept warm."""


def send(pid: int, number: signal.Signals) -> None:
    """Sends a signal to a process that may be gone by now."""
    with suppress(ProcessLookupError):
        os.kill(pid, number)


def end_family(process: Process, spared: Collection[int]) -> bool:
    """Kills all but some of a kernel's processes, and those that they start meanwhile; whether that succeeded."""
    return _end(lambda: [each for each in process.family() if each.pid not in spared])


def end_offenders(process: Process, spared: Collection[int]) -> bool:
    """The same, but lets be what the spared start meanwhile: a large process takes a while to be gone.

    What a snapshot starts is the next check, with whatever that starts in turn; if it offends, too, the next look sees
    it. Code that evades this (a process can give its child another parent) is for `end_family`.
    """
    doomed: set[psutil.Process] = {each for each in process.family() if each.pid not in spared}

    def left() -> list[psutil.Process]:
        others = [each for each in process.family() if each.pid not in spared]
        doomed.update(set(others) - _begun_by(spared, [each for each in others if each not in doomed]))
        return [each for each in others if each in doomed]

    return _end(left)


def _begun_by(origins: Collection[int], candidates: list[psutil.Process]) -> set[psutil.Process]:
    """Those candidates that have one of these processes for a parent, or another one of those."""
    parents = {each: _parent(each) for each in candidates}
    found: set[psutil.Process] = set()
    while more := {each for each in parents if parents[each] in {*origins, *(one.pid for one in found)}} - found:
        found |= more
    return found


def _end(left: Callable[[], list[psutil.Process]]) -> bool:
    """Whether nobody came up any more; one that was killed does nothing, however long its memory takes to be freed."""
    killed: set[psutil.Process] = set()
    for _ in range(_PASSES):
        others = left()
        if not others:
            return True
        breeds = not killed.issuperset(others)
        for each in others:
            send(each.pid, signal.SIGKILL)
        killed.update(others)
        time.sleep(_PAUSE)
    return not breeds


def _parent(process: psutil.Process) -> int:
    try:
        return int(process.ppid())
    except psutil.Error:
        return 0


def is_running(process: psutil.Process) -> bool:
    """Whether a process still does something (a zombie does not, if it has no other thread)."""
    try:
        return bool(process.status() != psutil.STATUS_ZOMBIE) or _threads(process) > 1
    except psutil.Error:
        return False


def hides(process: psutil.Process) -> bool:
    """Whether its first thread has ended and others run on: the system then shows nothing of what it uses."""
    try:
        return process.status() == psutil.STATUS_ZOMBIE and _threads(process) > 1
    except psutil.Error:
        return False


def _threads(process: psutil.Process) -> int:
    try:
        return len(list(Path(f"/proc/{process.pid}/task").iterdir()))
    except OSError:
        return 0


def resident(process: psutil.Process) -> int:
    """Bytes of a process in memory; 0 when it is gone."""
    try:
        return int(process.memory_info().rss)
    except psutil.Error:
        return 0


def descendants(process: psutil.Process) -> list[psutil.Process]:
    """Its running children, and theirs."""
    try:
        return [child for child in process.children(recursive=True) if is_running(child)]
    except psutil.Error:
        return []


def socket_pair() -> tuple[socket.socket, socket.socket]:
    """Two ends of a line that keeps messages apart."""
    return socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
