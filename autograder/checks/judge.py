"""The judge: a trusted process that holds the expected values, and in which pytest runs.

::

    grader ──(Job)──→ judge ── bridge ──→ fork of the student's kernel
           ←(results)─

It is no ancestor of any student process (the grader starts both), so nothing in its memory can be
inherited. It stays warm from submission to submission; should it die, that exercise gets no verdict
(an error to look at) and the next one a new judge.
"""

from __future__ import annotations

import logging
import multiprocessing
import os
import signal
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import replace
from pathlib import Path

import pytest

from autograder.bridge.host import ForkControl
from autograder.checks import sentences
from autograder.checks.catalogue import PYTEST_ARGUMENTS, ExerciseChecks, catalogue
from autograder.checks.job import Job
from autograder.checks.plugin import GradingPlugin
from autograder.errors import CallCrashed
from autograder.model import CheckResult, Verdict

_log = logging.getLogger(__name__)


class Judge:
    """Runs jobs in a process of its own, started with the first of them."""

    def __init__(self) -> None:
        self._pool: ProcessPoolExecutor | None = None

    def check(self, job: Job) -> tuple[CheckResult, ...]:
        """The verdicts on one exercise; empty when the judge died, which stands for a grader's error."""
        try:
            return self._process().submit(run_job, job).result()
        except BrokenProcessPool:
            _log.exception("the judge died while it checked %s", job.grade_id)
            self.close()
            return ()

    def catalogue(self, tests: Path) -> dict[str, ExerciseChecks]:
        """What the file checks, by graded cell; raises CourseError when it cannot be collected."""
        return self._process().submit(catalogue, tests).result()

    def _process(self) -> ProcessPoolExecutor:
        if self._pool is None:
            context = multiprocessing.get_context("spawn")
            self._pool = ProcessPoolExecutor(1, mp_context=context, initializer=_prepare)
        return self._pool

    def close(self) -> None:
        """Ends the process."""
        if self._pool is not None:
            self._pool.shutdown(wait=True, cancel_futures=True)
            self._pool = None


def _prepare() -> None:
    """First act of the process: Ctrl-C is the grader's affair, and one core is enough."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
    import torch

    torch.set_num_threads(1)


def run_job(job: Job) -> tuple[CheckResult, ...]:
    """Runs the checks of one job in this process."""
    try:
        control = ForkControl(job.socket)
    except CallCrashed as error:
        return _never_started(job, str(error))
    plugin = GradingPlugin(job, control)
    try:
        pytest.main(
            [*PYTEST_ARGUMENTS, f"--hypothesis-seed={int.from_bytes(job.key[:4])}", str(job.tests)], plugins=[plugin]
        )
    finally:
        control.close()
    return plugin.results


def _never_started(job: Job, reason: str) -> tuple[CheckResult, ...]:
    message = sentences.NEVER_STARTED.format(reason=reason)
    spec = catalogue(job.tests).get(job.grade_id)
    return tuple(replace(check, verdict=Verdict.CRASHED, message=message) for check in spec.checks) if spec else ()
