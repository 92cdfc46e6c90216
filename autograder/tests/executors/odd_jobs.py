"""What a slot's process is asked to do in the tests of the local pool: light work in the place of grading."""

from __future__ import annotations

import os
import signal
import tempfile
import time
from pathlib import Path

import psutil


def process() -> int:
    """Which process does it."""
    return os.getpid()


def after(path: str) -> int:
    """Which process does it, once there is a file of that name."""
    while not Path(path).exists():
        time.sleep(0.01)
    return os.getpid()


def for_ever(path: str) -> None:
    """Says in a file which process does it, with a child that sleeps, and does not come back."""
    child = psutil.Popen(["sleep", "1000"])
    Path(path).write_text(f"{os.getpid()} {child.pid}")
    while True:
        pass


def leave_a_folder(path: str, endless: bool) -> None:
    """Makes a temporary folder, says where in a file, and never removes it; `endless`: and does not come back."""
    Path(path).write_text(tempfile.mkdtemp())
    while endless:
        time.sleep(1)


def killed(path: str, times: int) -> int:
    """Is killed as by the system, so many times; then says how often it was tried."""
    with Path(path).open("a") as file:
        file.write("x")
    if len(Path(path).read_text()) <= times:
        os.kill(os.getpid(), signal.SIGKILL)
    return len(Path(path).read_text())


def fail() -> None:
    """Raises what no error of ours is."""
    raise ZeroDivisionError("oops")
