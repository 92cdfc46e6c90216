"""The judge: a trusted process that holds the expected values, and in which pytest runs.

::

    grader ──(Job)──→ judge ── bridge ──→ fork of the student's kernel
           ←(results)─

It is no ancestor of any student process (the grader starts both), so nothing in its memory can be
inherited. It stays warm from submission to submission, and is replaced after some hundred jobs. Student code cannot
reach it: should it die or hang, that is the grader's own fault, and nobody's zero.
"""

from __future__ import annotations

import logging
import multiprocessing
import os
import signal
import threading
import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, TypeVar

import pytest

from autograder.bridge.host import ForkControl
from autograder.checks import sentences
from autograder.checks.catalogue import PYTEST_ARGUMENTS, ExerciseChecks, catalogue
from autograder.checks.job import Job
from autograder.checks.plugin import GradingPlugin
from autograder.errors import AutograderError, CallCrashed, CourseError
from autograder.model import CheckResult, Verdict

Result = TypeVar("Result")
JOBS = 500  #: after so many a fresh process takes over
OWN_SECONDS = 120.0  #: for what is not student code: starting, collecting checks, recognising mistakes
_END_SECONDS = 5.0

_log = logging.getLogger(__name__)


class _Died(Exception):
    """The judge's process ended before it answered."""


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

    def check(self, job: Job) -> tuple[CheckResult, ...]:
        """The verdicts on one exercise; of kind ERROR where the judge failed (none at all where it fails for good)."""
        try:
            # In place there is one session, and it ended with the process that held the line: nobody would answer.
            return self._tries(run_job, job, job.exercise_seconds + self._own_seconds, 1 if job.in_place else 2)
        except AutograderError:
            raise
        except Exception:  # noqa: BLE001 - of whatever kind: it is the grader's own fault, and a verdict
            _log.exception("the judge failed while it checked %s", job.grade_id)
            return self._no_verdicts(job)

    def catalogue(self, tests: Path) -> dict[str, ExerciseChecks]:
        """What the file checks, by graded cell; raises CourseError when it cannot be collected."""
        try:
            return self._tries(catalogue, tests, self._own_seconds)
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

    def _tries(self, work: Callable[[Any], Result], argument: object, seconds: float, tries: int = 2) -> Result:
        """What the work gives; a process that died is replaced and asked again while tries are left, a hung one not."""
        with self._lock:
            for _ in range(tries - 1):
                try:
                    return self._once(work, argument, seconds)
                except _Died:
                    _log.warning("the judge died, and a fresh one is asked once more")
            return self._once(work, argument, seconds)

    def _once(self, work: Callable[[Any], Result], argument: object, seconds: float) -> Result:
        try:
            result = self._ready().ask((work, argument), seconds)
        except BaseException:
            self._end(0.0)  # an answer that is still to come would be taken for that to the next question
            raise
        if isinstance(result, BaseException):
            raise result
        answer: Result = result
        return answer

    def _ready(self) -> _Process:
        """The process; a fresh one where there is none, or where it has done enough."""
        if self._done >= self._most:
            self._end(_END_SECONDS)
        if self._process is None:
            self._process, self._done = _Process(), 0
        self._done += 1
        return self._process

    def _end(self, seconds: float) -> None:
        process, self._process = self._process, None
        if process is not None:
            process.end(seconds)


class _Process:
    """The judge's process and the line to it, as the grader holds them."""

    def __init__(self) -> None:
        context = multiprocessing.get_context("spawn")
        self._line, theirs = context.Pipe()
        self._process = context.Process(target=_serve, args=(theirs,), daemon=True, name="judge")
        self._process.start()
        theirs.close()

    def ask(self, work: tuple[Callable[[Any], object], object], seconds: float) -> Any:
        """What the work gives, or the exception that it raised.

        Raises:
            _Died: the process ended. TimeoutError: it was ended, because it had not answered in time.
        """
        started, alarm = time.monotonic(), threading.Timer(seconds, self._process.kill)
        alarm.start()
        try:
            self._line.send(work)
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
        self._process.join(seconds)
        self._process.kill()
        self._process.join()
        self._process.close()


def _serve(line: Connection) -> None:
    """The judge's life: one piece of work after another, until the grader is gone."""
    _prepare()
    while True:
        try:
            work, argument = line.recv()
        except EOFError:
            return
        line.send(_result_of(work, argument))


def _result_of(work: Callable[[Any], object], argument: object) -> object:
    try:
        return work(argument)
    except AutograderError as error:
        return error
    except Exception as error:  # noqa: BLE001 - of whatever kind: the grader hears of it, and the judge lives on
        _log.exception("the judge failed")
        return RuntimeError(repr(error))  # its own kind may not survive the journey


def _prepare() -> None:
    """First act of the process: Ctrl-C is the grader's affair, and one core is enough."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    os.chdir("/")  # the grader's own folder may be a course's, and may be replaced while this process lives
    os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
    import torch

    torch.set_num_threads(1)
    logging.getLogger("torch").setLevel(logging.CRITICAL)  # what it makes of wrong code that it compiles is no news


def run_job(job: Job) -> tuple[CheckResult, ...]:
    """Runs the checks of one job in this process."""
    try:
        control = ForkControl(job.socket)
    except CallCrashed as error:
        return _never_started(job, str(error))
    # The fork server serves the next job when this line ends.
    with closing(control), sentences.unquoted(bool(job.stand_ins)):
        plugin = GradingPlugin(job, control)
        seed = f"--hypothesis-seed={int.from_bytes(job.key[:4])}"
        pytest.main([*PYTEST_ARGUMENTS, seed, str(job.tests)], plugins=[plugin])
    return plugin.results


def _never_started(job: Job, reason: str) -> tuple[CheckResult, ...]:
    message = sentences.NEVER_STARTED.format(reason=reason)
    spec = catalogue(job.tests).get(job.grade_id)
    checks = [check for check in spec.checks if job.wants(check.name)] if spec else []
    return tuple(replace(check, verdict=Verdict.CRASHED, message=message) for check in checks)
