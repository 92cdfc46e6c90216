"""One-file assignments for the judge: checks as text in, verdicts out."""

from __future__ import annotations

import textwrap
from collections.abc import Callable
from pathlib import Path
from typing import Any

from autograder.checks.catalogue import ExerciseChecks, catalogue_of
from autograder.checks.hearing import hold
from autograder.checks.job import Job
from autograder.checks.judge import check_in
from autograder.model import CheckResult
from autograder.tests.forks import FakeKernel

HEAD = """\
import pytest
import torch
from autograder.checks import *

"""
CLASS = '@pytest.mark.exercise("double")\nclass TestDouble:\n'
REFERENCE = "import torch\ndef double(x):\n    return 2 * x"

VALUES = '''
@pytest.mark.check(core=True)
def test_values(self, student, draw):
    """Every number is doubled"""
    x = draw.normal(3)
    close(student.call("double", x), 2 * x, "twice the input")
'''


def run_job(job: Job) -> tuple[CheckResult, ...]:
    """Runs the checks of one job in this process, and reads them for it alone."""
    return hold(job.tests, lambda hearing: check_in(hearing, job))


def catalogue(tests: Path) -> dict[str, ExerciseChecks]:
    """The checks in a file, by graded cell; collected in this process."""
    return hold(tests, catalogue_of)


Run = Callable[..., tuple[CheckResult, ...]]


class Bench:
    """Runs checks against student code; both are text."""

    def __init__(self, folder: Path, kernel: FakeKernel) -> None:
        self._folder, self._kernel, self._count = folder, kernel, 0

    def job(self, checks: str, socket: Path, **options: Any) -> Job:
        """A job for these methods (or, from a line that starts with `@pytest.mark.exercise`, a whole file)."""
        self._count += 1
        whole = checks if "mark.exercise" in checks else CLASS + textwrap.indent(checks, "    ")
        tests = self._folder / f"test_double_{self._count}.py"
        tests.write_text(HEAD + whole)
        defaults: dict[str, Any] = {"reference": REFERENCE, "key": b"k" * 32, "call_seconds": 1.5}
        return Job(socket=socket, tests=tests, grade_id="double", **(defaults | {"exercise_seconds": 5.0} | options))

    def fork(self, source: str) -> Path:
        """A fork server with that code."""
        self._count += 1
        return self._kernel.fork_at(self._folder / f"f{self._count}", source)

    def run(self, checks: str, source: str = REFERENCE, **options: Any) -> tuple[CheckResult, ...]:
        """The verdicts on student code."""
        return run_job(self.job(checks, self.fork(source), **options))

    def one(self, checks: str, source: str = REFERENCE, **options: Any) -> CheckResult:
        """The verdict of the only check."""
        (result,) = self.run(checks, source, **options)
        return result
