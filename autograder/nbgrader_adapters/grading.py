"""Grades a class into nbgrader's gradebook: one submission after another, each as `nbgrader autograde` would.

::

    submitted/*/<assignment> ─► nbgrader's Autograde with the course's configuration ─► gradebook.db
                                                                                     ─► autograded/
                                                                                     ─► .autograder/reports/

What goes wrong with one submission is told and stops nothing. Whatever ends a run (Ctrl-C, kill -9, a full disk),
each submission is recorded or it is not, and the next run grades those that are not.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from nbgrader.converters import Autograde
from traitlets.config import Config

from autograder import intake
from autograder.course import Assignment, Course
from autograder.errors import RejectedSubmission, UsageError
from autograder.model import Report
from autograder.nbgrader_adapters import lock
from autograder.nbgrader_adapters.exporter import AutogradeExporter
from autograder.nbgrader_adapters.failures import Refused, explain, is_disk_full
from autograder.nbgrader_adapters.feedback import FeedbackOutcome, generate_feedback, write_report
from autograder.nbgrader_adapters.gradebook import course_directory, ensure_assignment, load_config
from autograder.nbgrader_adapters.reports import load_report

__all__ = [
    "ClassOutcome",
    "Event",
    "FeedbackOutcome",
    "Status",
    "SubmissionOutcome",
    "generate_feedback",
    "grade_class",
    "write_report",
]


class Status(StrEnum):
    """What became of a submission."""

    GRADED = "graded"
    SKIPPED = "unchanged"
    REJECTED = "rejected"
    FAILED = "not graded"


@dataclass(frozen=True, slots=True)
class SubmissionOutcome:
    """What became of one submission.

    Attributes:
        report: the verdict, also of an earlier run where nothing has changed since; None without one.
        sentences: why it has no verdict.
    """

    assignment: str
    student: str
    status: Status
    report: Report | None = None
    sentences: tuple[str, ...] = ()

    def __str__(self) -> str:
        points = f", {self.report.score:g} of {self.report.max_score:g}" if self.report else ""
        why = f": {' '.join(self.sentences)}" if self.sentences else ""
        return f"{self.assignment}, {self.student}: {self.status}{points}{why}"


@dataclass(frozen=True, slots=True)
class ClassOutcome:
    """What became of a class.

    Attributes:
        stopped: why the run ended before its end; empty when it did not.
    """

    submissions: tuple[SubmissionOutcome, ...]
    stopped: str = ""

    @property
    def failed(self) -> tuple[SubmissionOutcome, ...]:
        """Those without a verdict, or with a grader's error in it."""
        return tuple(each for each in self.submissions if each.report is None or each.report.needs_person)

    @property
    def complete(self) -> bool:
        """Whether every submission got a verdict."""
        return not self.failed and not self.stopped

    def __str__(self) -> str:
        return "\n".join([*map(str, self.submissions), *filter(None, [self.stopped])])


@dataclass(frozen=True, slots=True)
class Event:
    """A step of a run: a submission's turn has come (no outcome yet), or is over.

    Attributes:
        number: which submission of the run it is, counted from 1.
    """

    assignment: str
    student: str
    number: int
    total: int
    outcome: SubmissionOutcome | None = None

    def __str__(self) -> str:
        what = str(self.outcome) if self.outcome else f"{self.assignment}, {self.student} …"
        return f"[{self.number}/{self.total}] {what}"


def grade_class(
    course: Course,
    assignments: Sequence[Assignment],
    student: str | None = None,
    force: bool = False,
    device: str = "auto",
    limits: Mapping[str, float] | None = None,
    unsafe: bool = False,
    on_event: Callable[[Event], None] = lambda event: None,
) -> ClassOutcome:
    """Grade what lies in `submitted/`.

    Args:
        student: grade this one only; default everybody.
        force: also what an earlier run graded and nobody changed since.
        limits: those that differ from the course's configuration, by name.
        unsafe: without a lock around student code.
        on_event: told when each submission's turn comes, and when it is over.

    Raises:
        BusyError: another run holds the course.
        UsageError, CourseError: there is nothing of that name, or the course is broken.
        LockRefused: this machine cannot lock student code in.
    """
    from autograder.grade import resolve_device  # brings torch along
    from autograder.launchers import launcher_for

    resolve_device(device)
    config = load_config(course)
    config.Execute.device = device
    config.Execute.limits = {**config.Execute.get("limits", {}), **(limits or {})}
    config.Execute.unsafe = unsafe = unsafe or bool(config.Execute.get("unsafe", False))
    if not all(assignment.is_quiz for assignment in assignments):  # a quiz is read, which any machine can
        launcher_for(course, unsafe=unsafe)  # one that cannot grade says so before anything is touched
    with lock.hold(course):
        for assignment in assignments:
            ensure_assignment(course, assignment)
        return _Run(course, config, force, on_event).grade(_submissions(course, assignments, student))


def _submissions(
    course: Course, assignments: Sequence[Assignment], student: str | None
) -> list[tuple[Assignment, str]]:
    submitted = course.root / "submitted"
    roster = intake.find_students(submitted)
    names = sorted([*roster.students, *(name for name, _ in roster.refused)]) if student is None else [student]
    found = [(each, name) for each in assignments for name in names if _is_there(submitted, name, each.name)]
    if student is not None and not found:
        raise UsageError(f"{student!r} has handed in nothing for {', '.join(each.name for each in assignments)}.")
    return found


def _is_there(submitted: Path, student: str, assignment: str) -> bool:
    """Whether a student has something in the place of a submission; what it is, intake says."""
    if student in ("", ".", "..") or "/" in student or "\0" in student:
        return False
    return os.path.lexists(submitted / student / assignment)


class _Run:
    """One submission after another."""

    def __init__(self, course: Course, config: Config, force: bool, on_event: Callable[[Event], None]) -> None:
        self._course, self._config, self._force, self._on_event = course, config, force, on_event

    def grade(self, submissions: list[tuple[Assignment, str]]) -> ClassOutcome:
        outcomes: list[SubmissionOutcome] = []
        for number, (assignment, student) in enumerate(submissions, start=1):
            event = Event(assignment.name, student, number, len(submissions))
            self._on_event(event)
            outcome, stopped = self._grade_one(assignment, student)
            outcomes.append(outcome)
            self._on_event(Event(assignment.name, student, number, len(submissions), outcome))
            if stopped:
                return ClassOutcome(tuple(outcomes), stopped)
        return ClassOutcome(tuple(outcomes))

    def _grade_one(self, assignment: Assignment, student: str) -> tuple[SubmissionOutcome, str]:
        """The outcome, and why nothing more can be graded ("" when more can)."""
        converter = self._converter(assignment, student)
        try:
            # Read here too, because of a folder without a notebook nbgrader says nothing of use.
            intake.read_submission(self._course.root / "submitted", student, assignment.name)
            converter.start()
        except RejectedSubmission as error:
            return _rejected(assignment, student, error.faults), ""
        except Refused as error:
            return _rejected(assignment, student, error.refused[student]), ""
        except Exception as error:  # noqa: BLE001 # whatever it is, the next submission may be graded
            return _failed(assignment, student, _cause(converter, student, error))
        finally:
            if exporter := _exporter(converter):
                exporter.close()
        return _graded(converter.exporter, assignment, student), ""

    def _converter(self, assignment: Assignment, student: str) -> Autograde:
        converter = Autograde(course_directory(self._course, assignment.name, student), config=self._config)
        converter.force = self._force
        return converter


def _graded(exporter: AutogradeExporter, assignment: Assignment, student: str) -> SubmissionOutcome:
    saved = load_report(assignment, student)
    status = Status.SKIPPED if exporter.admission.skipped else Status.GRADED
    return SubmissionOutcome(assignment.name, student, status, saved.report if saved else None)


def _rejected(assignment: Assignment, student: str, why: tuple[str, ...]) -> SubmissionOutcome:
    return SubmissionOutcome(assignment.name, student, Status.REJECTED, None, why)


def _failed(assignment: Assignment, student: str, error: BaseException) -> tuple[SubmissionOutcome, str]:
    sentence = explain(error)
    outcome = SubmissionOutcome(assignment.name, student, Status.FAILED, None, (sentence,))
    return outcome, sentence if is_disk_full(error) else ""


def _cause(converter: Autograde, student: str, error: Exception) -> BaseException:
    """What our exporter saw happen; nbgrader itself says no more than that there was an error."""
    exporter = _exporter(converter)
    return exporter.failures.get(student, error) if exporter else error


def _exporter(converter: Autograde) -> AutogradeExporter | None:
    """The exporter of a converter that came far enough to make one."""
    exporter = converter.exporter if converter.trait_has_value("exporter") else None
    return exporter if isinstance(exporter, AutogradeExporter) else None
