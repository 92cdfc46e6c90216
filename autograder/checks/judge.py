"""The judge: a trusted process that holds the expected values, and in which pytest runs.

::

    grader ──(Job)──→ judge ── bridge ──→ fork of the student's kernel
           ←(results)─

It is no ancestor of any student process (the grader starts both), so nothing in its memory can be
inherited. It stays warm from submission to submission, and is replaced after some thousand jobs. Student code cannot
reach it: should it die or hang, that is the grader's own fault, and nobody's zero.

It is started as `python -P -m autograder.checks DESCRIPTOR`, so that whatever script grades is not run a second time in
it, and ends with the grader, however that ends. The checks of a file stay collected from job to job; see `hearing.py`.
"""

from __future__ import annotations

import gc
import logging
import os
import select
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, replace
from functools import partial
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, TypeVar

from autograder.bridge.host import ForkControl
from autograder.checks import sentences
from autograder.checks.catalogue import ExerciseChecks, catalogue_of
from autograder.checks.hearing import Hearing, hold
from autograder.checks.job import Job
from autograder.errors import AutograderError, CallCrashed, CourseError
from autograder.model import CheckResult, Verdict
from autograder.sandbox.environment import keras

Result = TypeVar("Result")
JOBS = 5_000  #: after so many a fresh process takes over
OWN_SECONDS = 120.0  #: for what is not student code: starting, collecting checks, recognising mistakes
_END_SECONDS = 5.0

_log = logging.getLogger(__name__)


class _Died(Exception):
    """The judge's process ended before it answered."""


@dataclass(frozen=True)
class _Order:
    """A piece of work for the judge's process.

    Attributes:
        work: called with the argument; before that with the hearing of `tests`, where there are any.
        argument: what crosses between our own processes, pickled.
        tests: the file whose checks have to be collected.
    """

    work: Callable[..., object]
    argument: object
    tests: Path | None = None


class Judge:
    """Runs jobs in a process of its own, started with the first of them; one at a time, from any thread.

    Args:
        jobs: how many the process does before a fresh one takes over, so that nothing piles up in it.
        own_seconds: time beyond that of the student's code after which the process counts as hung.
    """

    def __init__(self, jobs: int = JOBS, own_seconds: float = OWN_SECONDS) -> None:
        self._most, self._own_seconds = jobs, own_seconds
        self._lock = threading.Lock()
        self._process: _Process | None = None
        self._done = 0

    def begin(self) -> None:
        """Starts the process before there is anything to ask it; it takes seconds to load what it needs."""
        with self._lock:
            self._ready()

    def check(self, job: Job) -> tuple[CheckResult, ...]:
        """The verdicts on one exercise; of kind ERROR where the judge failed (none at all where it fails for good)."""
        try:
            # In place there is one session, and it ended with the process that held the line: nobody would answer.
            order, seconds = _Order(check_in, job, job.tests), job.exercise_seconds + self._own_seconds
            results: tuple[CheckResult, ...] = self._tries(order, seconds, 1 if job.in_place else 2)
            return results
        except AutograderError:
            raise
        except Exception:  # noqa: BLE001 - of whatever kind: it is the grader's own fault, and a verdict
            _log.exception("the judge failed while it checked %s", job.grade_id)
            return self._no_verdicts(job)

    def catalogue(self, tests: Path) -> dict[str, ExerciseChecks]:
        """What the file checks, by graded cell; raises CourseError when it cannot be collected."""
        try:
            found: dict[str, ExerciseChecks] = self._tries(_Order(_catalogue_in, None, tests), self._own_seconds)
            return found
        except (_Died, TimeoutError):
            raise CourseError(f"Collecting the checks in {tests} ended or blocked its process.") from None

    def close(self) -> None:
        """Ends the process, when it has done what it is at."""
        with self._lock:
            self._end(_END_SECONDS)

    def _no_verdicts(self, job: Job) -> tuple[CheckResult, ...]:
        try:
            checks = self.catalogue(job.tests)[job.grade_id].checks
        except Exception:  # noqa: BLE001 - then there is not even a list of what was not checked
            return ()
        failed = Verdict.ERROR, sentences.GRADER_FAILED
        return tuple(replace(each, verdict=failed[0], message=failed[1]) for each in checks if job.wants(each.name))

    def _tries(self, order: _Order, seconds: float, tries: int = 2) -> Any:
        """What the work gives; a process that died is replaced and asked again while tries are left, a hung one not."""
        with self._lock:
            for _ in range(tries - 1):
                try:
                    return self._once(order, seconds)
                except _Died:
                    _log.warning("the judge died, and a fresh one is asked once more")
            return self._once(order, seconds)

    def _once(self, order: _Order, seconds: float) -> Any:
        try:
            process = self._ready()
            self._done += 1
            result = process.ask(order, seconds)
        except BaseException:
            self._end(0.0)  # an answer that is still to come would be taken for that to the next question
            raise
        if isinstance(result, BaseException):
            raise result
        return result

    def _ready(self) -> _Process:
        """The process; a fresh one where there is none, or where it has done enough."""
        if self._done >= self._most:
            self._end(_END_SECONDS)
        if self._process is None:
            self._process, self._done = _Process(), 0
        return self._process

    def _end(self, seconds: float) -> None:
        process, self._process = self._process, None
        if process is not None:
            process.end(seconds)


class _Process:
    """The judge's process and the line to it, as the grader holds them."""

    def __init__(self) -> None:
        ours, theirs = socket.socketpair()
        self._line = Connection(ours.detach())
        with theirs:
            self._process = subprocess.Popen(
                [sys.executable, "-P", "-m", "autograder.checks", str(theirs.fileno())],
                pass_fds=[theirs.fileno()],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                env=_environment(),
                start_new_session=True,  # Ctrl-C is the grader's affair
            )

    def ask(self, order: _Order, seconds: float) -> Any:
        """What the work gives, or the exception that it raised.

        Raises:
            _Died: the process ended. TimeoutError: it was ended, because it had not answered in time.
        """
        started, alarm = time.monotonic(), threading.Timer(seconds, self._process.kill)
        alarm.start()
        try:
            self._line.send(order)
            return self._line.recv()
        except (EOFError, OSError):
            if time.monotonic() - started < seconds:
                raise _Died from None
            raise TimeoutError(f"the judge did not answer within {seconds:g} s") from None
        finally:
            alarm.cancel()
            alarm.join()  # while the process's number is still its own

    def end(self, seconds: float) -> None:
        """Leaves the process these seconds to end by itself, which it does when nobody can ask it any more."""
        self._line.close()
        try:
            self._process.wait(seconds)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()


def _environment() -> dict[str, str]:
    """The grader's own variables but for pytest's; Keras is what it is in a kernel, or a reference would not be."""
    return {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")} | keras()


def serve(line: Connection) -> None:
    """The judge's life: one order after another, until the grader is gone."""
    _prepare(line)
    order = _next_order(line)
    while order is not None:
        order = _fulfil(order, line)


def _prepare(line: Connection) -> None:
    """First act of the process: it ends with the grader, and one core is enough."""
    threading.Thread(target=_end_with, args=(line.fileno(),), daemon=True).start()
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    os.chdir("/")  # the grader's own folder may be a course's, and may be replaced while this process lives
    os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
    import torch

    torch.set_num_threads(1)
    logging.getLogger("torch").setLevel(logging.CRITICAL)  # what it makes of wrong code that it compiles is no news
    gc.collect()
    gc.freeze()  # what is here stays here: looking at it again with every check takes longer than some checks do


def _end_with(descriptor: int) -> None:
    """Ends this process, whatever it is at, when the other end of the line is closed."""
    poll = select.poll()
    poll.register(descriptor, select.POLLRDHUP)
    while not any(event & (select.POLLRDHUP | select.POLLHUP) for _, event in poll.poll()):
        pass
    os._exit(0)


def _next_order(line: Connection) -> _Order | None:
    try:
        order: _Order = line.recv()
    except EOFError:
        return None
    return order


def _fulfil(order: _Order, line: Connection) -> _Order | None:
    """Does what is ordered, and all further orders for the same checks; gives the first one that is another."""
    try:
        if order.tests is not None:
            return hold(order.tests, partial(_fulfil_in, order, line))
        line.send(_result_of(order.work, order.argument))
    except CourseError as error:
        line.send(error)
    return _next_order(line)


def _fulfil_in(order: _Order | None, line: Connection, hearing: Hearing) -> _Order | None:
    while order is not None and order.tests == hearing.tests and hearing.is_current():
        line.send(_result_of(order.work, hearing, order.argument))
        order = _next_order(line)
    return order


def _result_of(work: Callable[..., object], *arguments: object) -> object:
    try:
        return work(*arguments)
    except AutograderError as error:
        return error
    except Exception as error:  # noqa: BLE001 - of whatever kind: the grader hears of it, and the judge lives on
        _log.exception("the judge failed")
        return RuntimeError(repr(error))  # its own kind may not survive the journey


def check_in(hearing: Hearing, job: Job) -> tuple[CheckResult, ...]:
    """The verdicts on a job whose checks are collected."""
    try:
        control = ForkControl(job.socket)
    except CallCrashed as error:
        return _never_started(hearing, job, str(error))
    with closing(control):  # the fork server serves the next job when this line ends
        return hearing.hear(job, control)


def _catalogue_in(hearing: Hearing, _: object) -> dict[str, ExerciseChecks]:
    return catalogue_of(hearing)


def _never_started(hearing: Hearing, job: Job, reason: str) -> tuple[CheckResult, ...]:
    message = sentences.NEVER_STARTED.format(reason=reason)
    spec = catalogue_of(hearing).get(job.grade_id)
    checks = [check for check in spec.checks if job.wants(check.name)] if spec else []
    return tuple(replace(check, verdict=Verdict.CRASHED, message=message) for check in checks)
