"""Slots on this machine: a process each, in which one submission after another is graded.

Each slot has a process of its own, so that one that is killed (for want of memory, above all) takes its own submission
along and no other; that submission is tried again in a fresh process. All that slots keep in files lies in one
temporary folder of the pool's, and is gone when that is, however the processes ended.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
import tempfile
import threading
from collections.abc import Callable
from concurrent.futures import CancelledError, Executor, Future, ProcessPoolExecutor, ThreadPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import ExitStack, suppress
from multiprocessing import connection
from typing import Any

from autograder.executors import Arguments, Result, WorkerLost
from autograder.sandbox.folder import temporary_folder

TRIES = 3
PROCESSORS = len(os.sched_getaffinity(0)) if sys.platform == "linux" else os.cpu_count() or 1
MOST = 8 * PROCESSORS  #: slots; each takes memory of its own, and more would only wait for one another
_CONTEXT = multiprocessing.get_context("spawn")
_LOST = "The process that graded it was killed, {tries} times over; is there enough memory for so many at a time?"


class LocalPool(Executor):
    """Does work in processes of this machine.

    Args:
        workers: how many at a time; default one for each processor that this process may use.
    """

    has_gpu = False  # work that names a GPU takes one of this machine's while it is graded

    def __init__(self, workers: int | None = None) -> None:
        self._workers = workers or PROCESSORS
        self.notices: list[str] = []
        self._threads = ThreadPoolExecutor(self._workers, thread_name_prefix="slot")
        self._own = threading.local()
        self._processes: set[ProcessPoolExecutor] = set()
        self._stopped = False
        self._place = ExitStack()
        self._folder = self._place.enter_context(temporary_folder())

    @property
    def slots(self) -> int:
        """How many pieces of work are done at a time."""
        return self._workers

    def share(self, data: bytes) -> bytes:
        """The bytes themselves: on one machine the way is short."""
        return data

    def first_device(self, asked: str) -> str:
        """What a worker finds; asked there, because looking for a GPU takes torch."""
        from autograder.work import device_here

        return self.submit(device_here, asked).result()

    def submit(
        self, fn: Callable[Arguments, Result], /, *args: Arguments.args, **kwargs: Arguments.kwargs
    ) -> Future[Result]:
        """Has a function called in the process of the next slot that is free."""
        return self._threads.submit(self._do, fn, args, kwargs)

    def _do(self, fn: Callable[..., Result], args: tuple[Any, ...], kwargs: dict[str, Any]) -> Result:
        for _ in range(TRIES):
            try:
                process = self._process()
                future = process.submit(fn, *args, **kwargs)
                if self._stopped:  # `stop` may have come before there was a process to be ended
                    _kill(process)
                return future.result()
            except BrokenProcessPool:
                self._drop()
            if self._stopped:
                raise CancelledError
        raise WorkerLost(_LOST.format(tries=TRIES))

    def _process(self) -> ProcessPoolExecutor:
        """This slot's process, begun anew where there is none."""
        if not hasattr(self._own, "process"):
            self._own.process = ProcessPoolExecutor(1, _CONTEXT, _begin, (str(self._folder),))
            self._processes.add(self._own.process)
        process: ProcessPoolExecutor = self._own.process
        return process

    def _drop(self) -> None:
        self._processes.discard(self._own.process)
        self._own.process.shutdown(wait=False)
        del self._own.process

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """Ends the processes when they have done what they are at."""
        self._threads.shutdown(wait, cancel_futures=cancel_futures)
        if processes := list(self._processes):
            with ThreadPoolExecutor(len(processes)) as all_at_once:
                all_at_once.map(lambda process: process.shutdown(wait), processes)
        if wait:
            self._place.close()

    def stop(self) -> None:
        """Ends the processes, whatever they are at; what they have started ends with them."""
        self._stopped = True
        self._threads.shutdown(wait=False, cancel_futures=True)
        for process in list(self._processes):
            _kill(process)


def _kill(process: ProcessPoolExecutor) -> None:
    for each in list((process._processes or {}).values()):
        each.kill()


def _begin(folder: str) -> None:
    """First act of a slot's process: Ctrl-C is the grader's affair, and nothing outlives the grader."""
    tempfile.tempdir = os.environ["TMPDIR"] = folder  # the latter for what it starts: the judge
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True, name="parent").start()


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        connection.wait([parent.sentinel])
        with suppress(OSError):
            sys.stderr.flush()
        os._exit(1)
