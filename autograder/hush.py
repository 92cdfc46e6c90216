"""Keeps what is said of students out of a log that others read."""

from __future__ import annotations

import ctypes
import os
import sys
import traceback
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, redirect_stderr, redirect_stdout
from pathlib import Path
from typing import TextIO

from autograder.errors import AutograderError, CourseError


@contextmanager
def hushed(log: Path) -> Iterator[None]:
    """Sends all that this process, and any process it starts, prints into a file.

    An error of ours comes out as it is (those that concern one student stay inside a run of a class); of any other,
    which may hold a name or a line of a student's, no more than that it happened.

    Raises:
        CourseError: something unforeseen happened; the file says what.
    """
    log.parent.mkdir(parents=True, exist_ok=True)
    with ExitStack() as stack:
        file = stack.enter_context(log.open("a", encoding="utf-8", errors="backslashreplace"))
        for number in (1, 2):
            stack.enter_context(_sent(number, file.fileno()))
        stack.enter_context(redirect_stdout(file))
        stack.enter_context(redirect_stderr(file))
        try:
            yield
        except AutograderError:
            raise
        except Exception:  # noqa: BLE001 # whatever it is, it may hold a name
            traceback.print_exc()
            raise CourseError(f"It ended early; {log.name} says why.") from None


@contextmanager
def _sent(number: int, elsewhere: int) -> Iterator[None]:
    """Makes a descriptor that processes inherit mean another file."""
    streams = (sys.stdout, sys.stderr)
    _flush(*streams)
    kept = os.dup(number)
    os.dup2(elsewhere, number)
    try:
        yield
    finally:
        _flush(*streams)  # what somebody who had them before wrote, and a library in C, is still held back
        os.dup2(kept, number)
        os.close(kept)


def _flush(*streams: TextIO) -> None:
    for stream in streams:
        stream.flush()
    ctypes.CDLL(None).fflush(None)
