"""Processes that a killed one leaves behind: they become children of this process, where they can be seen."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import psutil

from autograder.sandbox import system

_PR_SET_CHILD_SUBREAPER = 36  # <linux/prctl.h>
_PATIENCE = 30.0  # seconds that what ends by itself may take on a busy machine


@contextmanager
def none_left() -> Iterator[None]:
    """Fails when processes that were started in the block, or those that they have started, live on after it.

    Whoever starts one in the block also waits for its end there.
    """
    before = set(psutil.Process().children(recursive=True))
    system.prctl(_PR_SET_CHILD_SUBREAPER, 1)
    try:
        yield
        left = _wait_until_gone(before)
        assert not left, [_words(each) for each in left]
    finally:
        for each in _living(before):
            with suppress(psutil.Error):
                each.kill()
        _wait_until_gone(before)
        system.prctl(_PR_SET_CHILD_SUBREAPER, 0)


def _wait_until_gone(before: set[psutil.Process]) -> list[psutil.Process]:
    """What is still there when there has been time enough to end."""
    deadline = time.monotonic() + _PATIENCE
    while (left := _living(before)) and time.monotonic() < deadline:
        time.sleep(0.05)
    return left


def _living(before: set[psutil.Process]) -> list[psutil.Process]:
    """The descendants that there were not before; those that have ended are buried."""
    return [each for each in psutil.Process().children(recursive=True) if each not in before and not _is_over(each)]


def _is_over(process: psutil.Process) -> bool:
    try:
        if process.status() != psutil.STATUS_ZOMBIE:
            return False
        if process.ppid() == os.getpid():
            os.waitpid(process.pid, os.WNOHANG)
    except (psutil.Error, ChildProcessError):
        pass  # it is gone
    return True


def _words(process: psutil.Process) -> str:
    try:
        return f"{process.pid} {process.status()} {' '.join(process.cmdline())}"
    except psutil.Error:
        return f"{process.pid}"
