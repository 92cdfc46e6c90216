"""The pytest plugin that connects pytest's items with the job that they are run for.

::

    collected items ── `Hearing` ─→ those of one exercise ─→ fixtures `student`, `draw` ─→ test ─→ `Trial.note`
                                                                   ↑ a fork of the student's process
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from typing import Literal, cast

import pytest

from autograder.checks.draw import Draw
from autograder.checks.student import Student
from autograder.checks.trial import Trial

_log = logging.getLogger(__name__)
MARKERS = (
    "exercise(grade_id, needs, bonus): whose checks a class holds, what it builds on, points of a bonus cell",
    "check(weight, core): a check's share of the points, and whether it checks values",
    "gpu: needs a GPU",
)


class GradingPlugin:
    """What checks get from us, and what becomes of their ends.

    Attributes:
        trial: the job that is at hand while a check runs.
    """

    trial: Trial

    def pytest_configure(self, config: pytest.Config) -> None:
        """Makes our markers known."""
        for line in MARKERS:
            config.addinivalue_line("markers", line)

    @pytest.fixture
    def draw(self, request: pytest.FixtureRequest) -> Draw:
        """Secret randomness of this check."""
        return self.trial.draw(request.node)

    @pytest.fixture
    def student(self, request: pytest.FixtureRequest) -> Iterator[Student]:
        """The student's code, in a fork."""
        with self.trial.student(request.node) as student:
            yield student

    @pytest.fixture
    def reference(self) -> Student:
        """The reference solution, in this process; on a device where the student's is on one."""
        return self.trial.reference()

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_makereport(self, item: pytest.Item, call: pytest.CallInfo[None]) -> pytest.TestReport:
        """Hands on how a check ended. The report is a bare one: pytest's own takes longer than many a check."""
        error = call.excinfo.value if call.excinfo else None
        if call.when == "call" or (call.when == "setup" and error is not None):
            self.trial.note(item, error)
        elif error is not None:
            _log.error("%s failed while it was cleaned up: %s", item.name, error)
        outcome: Literal["passed", "failed"] = "failed" if error else "passed"
        when = cast("Literal['setup', 'call', 'teardown']", call.when)
        return pytest.TestReport(item.nodeid, item.location, {}, outcome, None, when)
