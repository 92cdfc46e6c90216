"""How much memory the grader itself comes to use: what a submission sends must not become the grader's own burden."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

import psutil

_MOST = 2**30  #: bytes that the grader and its judge may grow by, each, in one case


def forget_peaks() -> dict[int, int]:
    """Has the system take note of peaks from now on; what each of our processes uses now, in bytes."""
    now: dict[int, int] = {}
    for pid in _ours():
        with suppress(OSError):
            Path(f"/proc/{pid}/clear_refs").write_text("5")
            now[pid] = _peak(pid)
    return now


def grown(before: dict[int, int]) -> list[str]:
    """Which of our processes have needed too much since then, one line each."""
    found = []
    for pid, was in before.items():
        with suppress(OSError):
            more = _peak(pid) - was
            if more > _MOST:
                found.append(f"the grader's process {pid} needed {more / 2**20:.0f} MB more")
    return found


def _ours() -> list[int]:
    """This process and those that it started itself: the judge among them, and no student's."""
    return [os.getpid(), *(child.pid for child in psutil.Process().children())]


def _peak(pid: int) -> int:
    """The most that a process has used; raises ProcessLookupError for one that has ended and that nobody waited for."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) * 1024
    raise ProcessLookupError(pid)
