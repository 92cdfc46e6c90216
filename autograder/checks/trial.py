"""One job's checks on their way to verdicts.

A failure that is neither a failed comparison nor the student's exception is looked at twice: if the same
check passes with the reference solution, then what the student's code returned was unusable (their
failure); if not, the check itself is broken (ours, and nobody's zero).
"""

from __future__ import annotations

import inspect
import logging
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from autograder.bridge.host import ForkControl
from autograder.checks import sentences
from autograder.checks.company import Company
from autograder.checks.compare import CheckFailed, describe
from autograder.checks.draw import Draw, derive
from autograder.checks.job import Job, Suspect
from autograder.checks.student import Student
from autograder.checks.suspects import Lineup
from autograder.errors import CallCrashed, CallTimeout
from autograder.model import CheckResult, Verdict

_log = logging.getLogger(__name__)


class Trial:
    """The checks of one job; `results` holds their verdicts, in the order of the file.

    A check that was collected and never came to a verdict stands there as ERROR: what is missing gives no points.

    Args:
        job: what to check.
        control: the line to the student's fork server.
        items: all checks that were collected from the job's file.
    """

    def __init__(self, job: Job, control: ForkControl, items: list[pytest.Item]) -> None:
        self._job, self._company, self._lineup = job, Company(job, control), Lineup(job)
        wanted = [item for item in items if grade_id_of(item) == job.grade_id and job.wants(item.name)]
        self._results = {item.nodeid: result_of(item, Verdict.ERROR, sentences.GRADER_FAILED) for item in wanted}
        #: In which order they run is as secret as their inputs.
        self.items = sorted(wanted, key=lambda item: derive(job.key, "order", item.name))
        self._ended = self._is_in_vain = False
        self._student: Student | None = None  #: of the check at hand

    @property
    def results(self) -> tuple[CheckResult, ...]:
        """One verdict for each check of the exercise; none for those that came after the end of a job in place."""
        return tuple(self._results.values())

    def run(self, item: pytest.Item, protocol: Callable[[], object]) -> None:
        """Has a check run by pytest, and once more, alone, where it went wrong in company."""
        for _ in range(2):
            self._is_in_vain, self._student = False, None
            self._company.begin()
            protocol()
            if not self._is_in_vain:
                return
            self._company.gave_nothing()

    def close(self) -> None:
        """Ends the last worker."""
        self._company.part()

    def draw(self, item: pytest.Item) -> Draw:
        """Secret randomness of a check."""
        return Draw(derive(self._job.key, self._job.grade_id, item.name))

    def reference(self) -> Student:
        """The reference solution, in this process; on a device where the student's is on one."""
        return self._lineup.reference()

    @contextmanager
    def student(self, item: pytest.Item) -> Iterator[Student]:
        """The student's code as a check finds it.

        Raises:
            CallTimeout, CallCrashed: there is no time left for it, or nobody answers.
        """
        if item.get_closest_marker("gpu") and self._job.device == "cpu":
            raise _NeedsGpu
        if self._ended:
            raise _OutOfReach
        student = self._student = Student(self._company.worker())
        try:
            if self._job.device != "cpu":
                student.on(self._job.device)
            for source in self._job.stand_ins:
                student.define(source)
            student.transcript.clear()
            yield student
        finally:
            student.close()
            if self._results[item.nodeid].verdict is not Verdict.PASSED:
                self._company.part()

    def note(self, item: pytest.Item, error: BaseException | None) -> None:
        """Takes the end of a check into account; the time that takes is not the student's."""
        started = time.monotonic()
        try:
            self._note(item, error)
        except Exception:  # noqa: BLE001 - of whatever kind: it is the grader's own fault, and a verdict
            _log.exception("%s: no verdict could be reached on %s", self._job.tests, item.nodeid)
            self._results[item.nodeid] = result_of(item, Verdict.ERROR, sentences.GRADER_FAILED)
        finally:
            self._company.deadline += time.monotonic() - started

    def _note(self, item: pytest.Item, error: BaseException | None) -> None:
        if isinstance(error, _OutOfReach):
            del self._results[item.nodeid]
        elif error is not None and not self._company.is_alone:
            self._is_in_vain = True
            if isinstance(error, CallTimeout):
                self._company.stop()
        else:
            self._results[item.nodeid] = self._result(item, error)

    def _result(self, item: pytest.Item, error: BaseException | None) -> CheckResult:
        student = self._student
        verdict, message = self._judge(item, student, error)
        self._ended |= self._job.in_place and verdict in (Verdict.TIMEOUT, Verdict.CRASHED)
        suspect = None
        if verdict is Verdict.FAILED and student is not None:
            suspect = self._lineup.identify(item.name, student, lambda other: self._rerun(item, other))
        return result_of(item, verdict, message, suspect)

    def _judge(self, item: pytest.Item, student: Student | None, error: BaseException | None) -> tuple[Verdict, str]:
        called = student.last_called if student else self._job.grade_id
        if error is None:
            return Verdict.PASSED, ""
        if isinstance(error, pytest.skip.Exception):
            return Verdict.SKIPPED, str(error)
        if isinstance(error, _NeedsGpu):
            return Verdict.PENDING, sentences.NEEDS_GPU
        if isinstance(error, CallTimeout):
            return self._ran_out_of_time(student, called, error)
        if isinstance(error, CallCrashed):
            template = sentences.CRASHED if student and student.last_called else sentences.NEVER_STARTED
            reason = error if sentences.may_quote() else sentences.NOT_REPEATED
            return Verdict.CRASHED, template.format(called=called, reason=reason)
        if isinstance(error, CheckFailed):
            return Verdict.FAILED, _sentence(error, student)
        return self._look_twice(item, student, error)

    def _ran_out_of_time(self, student: Student | None, called: str, error: CallTimeout) -> tuple[Verdict, str]:
        if student is None:
            return Verdict.TIMEOUT, sentences.NO_TIME_LEFT.format(seconds=f"{error.seconds:g}")
        self._company.stop()
        return Verdict.TIMEOUT, sentences.NO_TIME.format(called=called, seconds=f"{error.seconds:g}")

    def _look_twice(self, item: pytest.Item, student: Student | None, error: BaseException) -> tuple[Verdict, str]:
        if student is None or not student.transcript or not self._passes_with_reference(item):
            _log.error("%s: the check %s is broken", self._job.tests, item.nodeid, exc_info=error)
            return Verdict.ERROR, sentences.GRADER_FAILED
        if isinstance(error, AssertionError) and _words_of(error):
            return Verdict.FAILED, _words_of(error)
        last = student.transcript[-1]
        text = sentences.UNUSABLE.format(
            called=last.called, came_back=describe(last.outcome), reason=type(error).__name__
        )
        return Verdict.FAILED, text

    def _passes_with_reference(self, item: pytest.Item) -> bool:
        try:
            self._rerun(item, self._lineup.reference())
        except BaseException:  # noqa: BLE001 - of whatever kind: the check does not pass
            return False
        return True

    def _rerun(self, item: pytest.Item, student: Student) -> None:
        """Runs the check's function once more, with another student and the same randomness."""
        function: Callable[..., Any] = item.obj  # type: ignore[attr-defined]
        fixtures = {"student": student, "draw": self.draw(item), "reference": self._lineup.reference()}
        wanted = inspect.signature(function).parameters
        function(**{name: value for name, value in fixtures.items() if name in wanted})


class _NeedsGpu(Exception):
    """A check that needs a GPU met a machine without one."""


class _OutOfReach(Exception):
    """A check came after the one that ended the process in which the checks are answered in place."""


def grade_id_of(item: pytest.Item) -> str | None:
    """The graded cell that a check belongs to."""
    marker = item.get_closest_marker("exercise")
    return marker.args[0] if marker else None


def result_of(item: pytest.Item, verdict: Verdict, message: str = "", suspect: Suspect | None = None) -> CheckResult:
    """A check's verdict, with what its markers and docstring say about it."""
    marker = item.get_closest_marker("check")
    options = marker.kwargs if marker else {}
    return CheckResult(
        name=item.name,
        title=title_of(item),
        verdict=verdict,
        message=sentences.shown(message),
        misconception=suspect.slug if suspect else None,
        explanation=suspect.explanation if suspect else "",
        weight=float(options.get("weight", 1.0)),
        core=bool(options.get("core", False)),
    )


def title_of(item: pytest.Item) -> str:
    """A check's title: the first line of its docstring."""
    doc = inspect.getdoc(item.obj) or item.name  # type: ignore[attr-defined]
    return doc.splitlines()[0].rstrip(".")


def _words_of(error: AssertionError) -> str:
    """An assertion's own words; none when pytest would only repeat the asserted expression, values and all."""
    first = (str(error).splitlines() or [""])[0]
    return "" if first.startswith("assert ") else first


def _sentence(error: CheckFailed, student: Student | None) -> str:
    called = student.origin(error.subject) if student else ""
    return error.template.format(called=called, came_back=error.came_back, expected=error.expected)
