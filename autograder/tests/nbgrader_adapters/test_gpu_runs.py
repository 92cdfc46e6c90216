"""A class graded without a GPU first, and with one later: the gradebook is right at every moment in between."""

from __future__ import annotations

from dataclasses import replace

import pytest

from autograder import grade as grading
from autograder.course import Assignment, Course
from autograder.errors import KernelError
from autograder.model import ExerciseResult, Report, Verdict
from autograder.nbgrader_adapters.grading import Status
from autograder.nbgrader_adapters.reports import load_report
from autograder.report import class_report
from autograder.tests.nbgrader_adapters.support import (
    NBGRADER_WARNINGS,
    FakeGrader,
    Mark,
    check,
    grade,
    gradebook,
    hand_in,
    marks,
    result,
)

pytestmark = NBGRADER_WARNINGS

WAITS = Mark(auto=None, needs_person=True)


@pytest.fixture(autouse=True)
def a_gpu_when_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(grading, "resolve_device", lambda device: "cuda" if device == "cuda" else "cpu")


def extra(verdict: Verdict) -> ExerciseResult:
    """The bonus cell, as something that needs a GPU."""
    return ExerciseResult("whole", 1.0, (check(verdict),), bonus=True)


def saved(assignment: Assignment, student: str) -> Report:
    found = load_report(assignment, student)
    assert found is not None
    return found.report


def test_a_gpu_run_is_given_what_stands_and_fills_in_the_rest(
    assignment: Assignment, course: Course, grader: FakeGrader
) -> None:
    hand_in(assignment, "alice")
    grade(assignment)
    first = saved(assignment, "alice")
    assert marks(course, "alice")["on-gpu"] == WAITS
    assert grade(assignment).submissions[0].status is Status.SKIPPED  # without a GPU there is nothing new to find
    grader.results = {"on-gpu": result("on-gpu", 1, Verdict.PASSED)}
    assert grade(assignment, device="cuda").submissions[0].status is Status.GRADED
    assert [asked["earlier"] for asked in grader.asked] == [None, first]
    assert marks(course, "alice") == {"double": Mark(2.0), "on-gpu": Mark(1.0), "whole": Mark(0.0), "why": WAITS}
    assert grade(assignment, device="cuda").submissions[0].status is Status.SKIPPED


@pytest.mark.parametrize("reason", ["force", "resubmitted", "checks changed"])
def test_what_is_another_submission_or_another_check_is_graded_anew(
    assignment: Assignment, course: Course, grader: FakeGrader, reason: str
) -> None:
    hand_in(assignment, "alice")
    grade(assignment)
    if reason == "resubmitted":
        hand_in(assignment, "alice", playground="another = 1")
    elif reason == "checks changed":
        assignment.tests.write_text(assignment.tests.read_text() + "\n# stricter\n")
    grade(course.assignment("tiny"), device="cuda", force=reason == "force")
    assert grader.asked[-1]["earlier"] is None


def test_points_given_by_hand_meanwhile_stay(assignment: Assignment, course: Course, grader: FakeGrader) -> None:
    hand_in(assignment, "alice")
    grade(assignment)
    with gradebook(course) as book:
        book.find_grade("on-gpu", "tiny", "tiny", "alice").manual_score = 0.5
        book.db.commit()
    grader.results = {"on-gpu": result("on-gpu", 1, Verdict.PASSED)}
    grade(assignment, device="cuda")
    assert marks(course, "alice")["on-gpu"] == Mark(1.0, manual=0.5, needs_person=True)  # who gave them looks once more


def test_a_gpu_that_is_lost_leaves_the_marks_as_they_were(
    assignment: Assignment, course: Course, grader: FakeGrader, monkeypatch: pytest.MonkeyPatch
) -> None:
    hand_in(assignment, "alice")
    grade(assignment)
    before = marks(course, "alice")

    def lose(_: object) -> None:
        raise KernelError("The GPU is not well.")

    monkeypatch.setattr(grader, "before", lose)
    outcome = grade(assignment, device="cuda")
    assert (outcome.submissions[0].status, outcome.complete) == (Status.FAILED, False)
    assert "The GPU is not well." in str(outcome)
    assert marks(course, "alice") == before


def test_extra_credit_that_waits_for_a_gpu_keeps_nobody_waiting(
    assignment: Assignment, course: Course, grader: FakeGrader
) -> None:
    hand_in(assignment, "alice")
    grader.results = {"whole": extra(Verdict.PENDING), "on-gpu": result("on-gpu", 1, Verdict.PASSED)}
    grade(assignment)
    assert marks(course, "alice")["whole"] == Mark(0.0)
    row = class_report(course, "tiny").rows[0]
    assert row.settled
    assert row.problems == ()
    grader.results["whole"] = extra(Verdict.PASSED)
    grade(assignment, device="cuda")
    assert marks(course, "alice")["whole"] == Mark(0.0, extra=1.0)


def test_extra_credit_of_an_earlier_submission_does_not_stay_while_the_new_one_waits(
    assignment: Assignment, course: Course, grader: FakeGrader
) -> None:
    hand_in(assignment, "alice")
    grader.results = {"whole": extra(Verdict.PASSED)}
    grade(assignment, device="cuda")
    hand_in(assignment, "alice", playground="another = 1")
    grader.results = {"whole": extra(Verdict.PENDING)}
    grade(assignment)
    assert marks(course, "alice")["whole"] == Mark(0.0)


@pytest.mark.parametrize("verdict", [Verdict.PENDING, Verdict.ERROR])
def test_a_report_is_taken_over_only_where_the_grader_did_not_fail_in_it(verdict: Verdict) -> None:
    exercises = (result("double", 2, Verdict.PASSED), result("on-gpu", 1, verdict))
    report = Report("tiny", "v", "namespaces", "cpu", exercises)
    expected = {"double"} if verdict is Verdict.PENDING else set()
    assert grading.settled_in(report).keys() == expected
    assert grading.settled_in(None) == {}
    assert grading.settled_in(replace(report, exercises=())) == {}
