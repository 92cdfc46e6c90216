"""One run at a time: a lock on the course that dies with its holder.

A POSIX record lock rather than flock: a forked kernel does not inherit it, so that after a `kill -9` of the
grader nothing that it left behind keeps the course locked. It is counted per process, because a run holds it
for the whole class and the exporter takes it again for each submission.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from autograder.course import Course
from autograder.errors import BusyError

#: Open handle and number of holders in this process, by lock file. Closing any other handle of such a file
#: would drop the lock, so nothing else in this process opens it.
_held: dict[Path, list[int]] = {}


@contextmanager
def hold(course: Course) -> Iterator[None]:
    """Hold the course.

    Raises:
        BusyError: another process holds it.
    """
    acquire(course)
    try:
        yield
    finally:
        release(course)


def acquire(course: Course) -> None:
    """Take the course, or count one holder more in this process.

    Raises:
        BusyError: another process holds it.
    """
    path = course.state / "lock"
    if path in _held:
        _held[path][1] += 1
        return
    handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.lockf(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        holder = os.read(handle, 20).decode("ascii", "replace").strip()
        os.close(handle)
        raise BusyError(_busy(course, holder)) from None
    os.ftruncate(handle, 0)
    os.pwrite(handle, str(os.getpid()).encode(), 0)
    _held[path] = [handle, 1]


def release(course: Course) -> None:
    """Give back what `acquire` took."""
    path = course.state / "lock"
    entry = _held[path]
    entry[1] -= 1
    if not entry[1]:
        del _held[path]
        with suppress(OSError):  # the lock goes with the handle; what is written in the file is for people
            os.ftruncate(entry[0], 0)
        os.close(entry[0])


def check_free(course: Course) -> None:
    """Make sure that no other process holds the course.

    Raises:
        BusyError: one does.
    """
    with hold(course):
        pass


def _busy(course: Course, holder: str) -> str:
    process = f" (process {holder})" if holder.isdigit() else ""
    return f"Another run of the autograder is at work on {course.root}{process}; wait until it has ended."
