"""Ctrl-C waits while the gradebook is written, so that a submission is recorded whole or not at all.

`hold` is called when a verdict stands and the gradebook is about to change, `release` when the graded folder
and the report are in place. A second Ctrl-C in between is obeyed at once.
"""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any

_Handler = Callable[[int, FrameType | None], Any] | int | None


class _Hold:
    def __init__(self) -> None:
        self._before: _Handler = None
        self._active = False
        self._noted = False

    def hold(self) -> None:
        if self._active or threading.current_thread() is not threading.main_thread():
            return  # only the main thread is interrupted by Ctrl-C
        self._noted = False
        self._before = signal.signal(signal.SIGINT, self._note)
        self._active = True

    def release(self) -> None:
        if not self._active:
            return
        self._active = False
        signal.signal(signal.SIGINT, self._before or signal.SIG_DFL)
        if self._noted:
            signal.raise_signal(signal.SIGINT)

    def _note(self, _number: int, _frame: FrameType | None) -> None:
        if self._noted:
            self.release()
        self._noted = True


@contextmanager
def gracefully(stop: Callable[[], None]) -> Iterator[None]:
    """Has the first Ctrl-C in the block call `stop`; a second one is obeyed at once.

    Only the main thread hears of Ctrl-C; in another one nothing changes.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def note(_number: int, _frame: FrameType | None) -> None:
        signal.signal(signal.SIGINT, signal.default_int_handler)
        stop()

    before = signal.signal(signal.SIGINT, note)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


_the_hold = _Hold()
hold = _the_hold.hold
release = _the_hold.release
