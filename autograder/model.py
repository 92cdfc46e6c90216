"""What grading talks about: frozen records, and the closed set of verdicts.

::

    Report ─┬─ ExerciseResult ─── CheckResult (verdict, message, misconception)
            └─ ManualCell         (a person gives the marks)

A record never knows how it is shown; `Report.to_json` is the format of `autograder check --json`.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from msgspec import to_builtins


class Verdict(StrEnum):
    """How a check ended. ERROR is the grader's own fault and never costs a student points."""

    PASSED = "passed"
    FAILED = "failed"
    SKIPPED = "skipped"
    PENDING = "pending"
    TIMEOUT = "timeout"
    CRASHED = "crashed"
    ERROR = "error"


#: The level of the lock where there was nothing to lock in: a quiz is read.
NOT_RUN = "not run"

#: Verdicts whose weight counts neither for nor against the student.
_NOT_COUNTED = {Verdict.SKIPPED, Verdict.PENDING}


@dataclass(frozen=True, slots=True)
class ManualCell:
    """A cell that a person marks."""

    grade_id: str
    max_score: float
    answered: bool = True


@dataclass(frozen=True, slots=True)
class CheckResult:
    """One check of one exercise.

    Attributes:
        name: the check's method, stable.
        title: its sentence for students.
        message: what went wrong, in sentences; empty when it passed.
        misconception: slug of the misconception whose outputs were the student's, or None.
        explanation: that misconception's text; empty without one.
        weight: its share of the exercise's points, relative to its siblings.
        core: whether it checks values; without a passed core check there are no points.
    """

    name: str
    title: str
    verdict: Verdict
    message: str = ""
    misconception: str | None = None
    explanation: str = ""
    weight: float = 1.0
    core: bool = False


@dataclass(frozen=True, slots=True)
class ExerciseResult:
    """All checks of one graded cell.

    Attributes:
        max_score: the cell's points; for a bonus cell (one of 0 points) what can be earned beyond them.
        with_stand_ins: whether trusted functions stood in for the student's earlier exercises.
        bonus: whether the points are extra: earned on top, missed by nobody.
        answer: what was answered to a question of a quiz, as it was read (empty: nothing); None for an exercise.
        right: how right that answer is, from 0 to 1, whatever it earns; None where nobody can tell yet.
    """

    grade_id: str
    max_score: float
    checks: tuple[CheckResult, ...]
    with_stand_ins: bool = False
    bonus: bool = False
    answer: str | None = None
    right: float | None = None

    @property
    def state(self) -> Verdict:
        """PASSED (full marks), FAILED (less), PENDING (needs a GPU) or ERROR (needs a person)."""
        verdicts = {check.verdict for check in self.checks}
        if not self.checks or Verdict.ERROR in verdicts:
            return Verdict.ERROR
        if Verdict.PENDING in verdicts:
            return Verdict.PENDING
        return Verdict.PASSED if self._share() == 1.0 else Verdict.FAILED

    @property
    def score(self) -> float | None:
        """Points earned, or None when there is no verdict to earn them by (pending, or a grader's error)."""
        verdicts = {check.verdict for check in self.checks}
        if not self.checks or verdicts & {Verdict.ERROR, Verdict.PENDING}:
            return None
        return round(self.max_score * self._share(), 4)

    @property
    def is_open(self) -> bool:
        """Whether points have no verdict that somebody misses: extra credit may wait for a GPU and harm nobody."""
        return self.score is None and not (self.bonus and self.state is Verdict.PENDING)

    def _share(self) -> float:
        counted = [check for check in self.checks if check.verdict not in _NOT_COUNTED]
        passed = [check for check in counted if check.verdict is Verdict.PASSED]
        total = sum(check.weight for check in counted)
        if not total or not any(check.core for check in passed):
            return 0.0
        return sum(check.weight for check in passed) / total


@dataclass(frozen=True, slots=True)
class Report:
    """The verdict on one submission.

    Attributes:
        version: content hash of the assignment (release, checks) that it was graded with.
        sandbox: level of the lock that student code ran under ("namespaces" or "off"); NOT_RUN where none of it ran.
        device: "cuda" when a GPU took part, which what needs one was checked on; else "cpu".
        notices: what the student should know about the run, one sentence each.
        manual: cells that wait for a person; their points are not part of `max_score`.
    """

    assignment: str
    version: str
    sandbox: str
    device: str
    exercises: tuple[ExerciseResult, ...]
    notices: tuple[str, ...] = ()
    manual: tuple[ManualCell, ...] = ()
    seconds: float = 0.0

    @property
    def score(self) -> float:
        """Points earned so far (pending exercises and grader errors earn none yet)."""
        return round(sum(exercise.score or 0.0 for exercise in self.exercises), 4)

    @property
    def max_score(self) -> float:
        """Points that the machine can give, bonus aside."""
        return round(sum(exercise.max_score for exercise in self.exercises if not exercise.bonus), 4)

    @property
    def needs_person(self) -> bool:
        """Whether an exercise got no verdict because the grader failed."""
        return any(exercise.state is Verdict.ERROR for exercise in self.exercises)

    def to_json(self) -> dict[str, Any]:
        """The report as plain JSON values (the format of `autograder check --json`)."""
        record: dict[str, Any] = to_builtins(replace(self, exercises=()))
        exercises = [to_builtins(exercise) | {"score": exercise.score} for exercise in self.exercises]
        return record | {
            "score": self.score,
            "max_score": self.max_score,
            "exercises": exercises,
        }

    @classmethod
    def from_json(cls, record: dict[str, Any]) -> Report:
        """The inverse of `to_json`; raises KeyError, TypeError or ValueError on what is no report."""
        fields = {key: record[key] for key in ("assignment", "version", "sandbox", "device", "seconds")}
        return cls(
            **fields,
            exercises=tuple(_exercise_from_json(exercise) for exercise in record["exercises"]),
            notices=tuple(record["notices"]),
            manual=tuple(ManualCell(**cell) for cell in record["manual"]),
        )


def _exercise_from_json(record: dict[str, Any]) -> ExerciseResult:
    checks = tuple(CheckResult(**(check | {"verdict": Verdict(check["verdict"])})) for check in record["checks"])
    fields = {key: record[key] for key in ("grade_id", "max_score", "with_stand_ins", "bonus")}
    return ExerciseResult(**fields, checks=checks, answer=record.get("answer"), right=record.get("right"))
