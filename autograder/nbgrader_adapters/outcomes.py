"""What became of submissions, of a class, and of a run so far."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from autograder.model import Report, Verdict
from autograder.nbgrader_adapters.reports import read_report, report_path
from autograder.nbgrader_adapters.task import Task


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
        score: points earned; max_score: of how many. None without a verdict.
        needs_person: whether the grader itself failed at an exercise.
        pending: whether points wait for a GPU.
        by_hand: whether there are answers that a person marks.
        notices: the first thing that its author was told about the run, if any.
        sentences: why it has no verdict.
        seconds: time in a worker; 0 where none was needed.
        saved: where the whole report is kept: a run of ten thousand does not keep them in memory.
    """

    assignment: str
    student: str
    status: Status
    score: float | None = None
    max_score: float = 0.0
    needs_person: bool = False
    pending: bool = False
    by_hand: bool = False
    notices: tuple[str, ...] = ()
    sentences: tuple[str, ...] = ()
    seconds: float = 0.0
    saved: Path | None = None

    @property
    def failed(self) -> bool:
        """Whether it has no verdict, or a grader's error in it."""
        return self.score is None or self.needs_person

    @property
    def report(self) -> Report | None:
        """The verdict, also of an earlier run where nothing has changed since; None without one."""
        saved = read_report(self.saved) if self.saved else None
        return saved.report if saved else None

    def __str__(self) -> str:
        points = "" if self.score is None else f", {self.score:g} of {self.max_score:g}"
        why = f": {' '.join(self.sentences)}" if self.sentences else ""
        return f"{self.assignment}, {self.student}: {self.status}{points}{why}"


def graded(task: Task, report: Report, status: Status = Status.GRADED, seconds: float = 0.0) -> SubmissionOutcome:
    """The outcome of a submission with a verdict, which is saved."""
    return SubmissionOutcome(
        task.assignment.name,
        task.student,
        status,
        report.score,
        report.max_score,
        report.needs_person,
        waits_for_gpu(report),
        any(cell.answered for cell in report.manual),
        report.notices[:1],
        seconds=seconds,
        saved=report_path(task.assignment, task.student),
    )


def waits_for_gpu(report: Report) -> bool:
    """Whether something in it waits for a GPU."""
    return any(exercise.state is Verdict.PENDING for exercise in report.exercises)


@dataclass(frozen=True, slots=True)
class ClassOutcome:
    """What became of a class, in the order in which it was looked at.

    Attributes:
        stopped: why the run ended before its end; empty when it did not.
        notices: what a person should know about the workers that graded.
    """

    submissions: tuple[SubmissionOutcome, ...]
    stopped: str = ""
    notices: tuple[str, ...] = ()

    @property
    def failed(self) -> tuple[SubmissionOutcome, ...]:
        """Those without a verdict, or with a grader's error in it."""
        return tuple(each for each in self.submissions if each.failed)

    @property
    def complete(self) -> bool:
        """Whether every submission got a verdict."""
        return not self.failed and not self.stopped

    def __str__(self) -> str:
        return "\n".join([*map(str, self.submissions), *filter(None, [self.stopped])])


@dataclass(frozen=True, slots=True)
class Event:
    """A step of a run: a submission has been given to a worker (no outcome yet), or is over; or Ctrl-C was heard.

    Attributes:
        done: how many are over; total: of how many.
        running: how many workers have one now.
        stopping: nothing new is begun from here on; of no submission in particular.
    """

    assignment: str
    student: str
    done: int
    total: int
    running: int
    outcome: SubmissionOutcome | None = None
    stopping: bool = False

    def __str__(self) -> str:
        if self.stopping:
            return f"Stopping: {self.running} being graded will be finished and saved; Ctrl-C once more leaves them."
        what = str(self.outcome) if self.outcome else f"{self.assignment}, {self.student} …"
        return f"[{self.done}/{self.total}] {what}"
