"""What a run grades again, and what it leaves alone."""

from __future__ import annotations

import shutil
import time
from collections.abc import Iterable
from typing import NoReturn

import pytest

from autograder.course import Assignment, Course
from autograder.errors import UsageError
from autograder.intake import files
from autograder.intake.files import sort_students
from autograder.model import Verdict
from autograder.nbgrader_adapters import recorder
from autograder.nbgrader_adapters.admission import earlier_report, has_settled
from autograder.nbgrader_adapters.grading import Event, Status
from autograder.nbgrader_adapters.reports import load_report
from autograder.nbgrader_adapters.task import Task
from autograder.nbgrader_adapters.workspace import Workspace
from autograder.tests import tiny
from autograder.tests.nbgrader_adapters.support import (
    NBGRADER_WARNINGS,
    FakeGrader,
    grade,
    gradebook,
    graded_notebook,
    hand_in,
    marks,
    result,
)

pytestmark = NBGRADER_WARNINGS


def test_what_is_graded_and_unchanged_is_left_alone(assignment: Assignment, grader: FakeGrader) -> None:
    hand_in(assignment, "alice")
    grade(assignment)
    outcome = grade(assignment)
    assert [each.status for each in outcome.submissions] == [Status.SKIPPED]
    assert outcome.submissions[0].report is not None
    assert outcome.complete
    assert len(grader.graded) == 1


def test_force_grades_again(assignment: Assignment, grader: FakeGrader) -> None:
    hand_in(assignment, "alice")
    grade(assignment)
    assert grade(assignment, force=True).submissions[0].status is Status.GRADED
    assert len(grader.graded) == 2


@pytest.mark.parametrize("change", ["content", "date", "checks", "folder", "half a folder", "report", "grader's error"])
def test_what_has_changed_is_graded_again(
    assignment: Assignment, course: Course, grader: FakeGrader, change: str
) -> None:
    hand_in(assignment, "alice", double_code=tiny.WRONG)
    if change == "grader's error":
        grader.results = {"double": result("double", 2, Verdict.ERROR)}
    grade(assignment)
    grader.results = {}
    hand_in(assignment, "alice")
    _change(course, change)
    if change not in ("content", "grader's error"):
        hand_in(assignment, "alice", double_code=tiny.WRONG)
    fresh = course.assignment("tiny")
    assert grade(fresh).submissions[0].status is Status.GRADED
    assert graded_notebook(course, "alice").exists()
    assert marks(course, "alice")["double"].auto == (2.0 if change in ("content", "grader's error") else 0.0)


def _change(course: Course, change: str) -> None:
    folder = graded_notebook(course, "alice").parent
    if change == "date":
        (course.root / "submitted" / "alice" / "tiny" / "timestamp.txt").write_text("2026-03-01 12:00:00 UTC")
    elif change == "checks":
        tests = course.assignment("tiny").tests
        tests.write_text(tests.read_text() + "\n# stricter\n")
    elif change == "folder":
        shutil.rmtree(folder)
    elif change == "half a folder":  # as stock nbgrader leaves it when it is killed
        graded_notebook(course, "alice").unlink()
    elif change == "report":
        (course.state / "reports" / "tiny" / "alice.json").unlink()


def test_what_waits_for_a_gpu_is_graded_again_where_there_is_one(assignment: Assignment, grader: FakeGrader) -> None:
    hand_in(assignment, "alice")
    grade(assignment)
    saved = load_report(assignment, "alice")
    assert saved is not None
    task = Task(assignment, "alice", saved.digest)
    report = earlier_report(task)
    assert has_settled(task, report, gpu=False)
    assert not has_settled(task, report, gpu=True)


def test_one_student_only(assignment: Assignment, course: Course, grader: FakeGrader) -> None:
    hand_in(assignment, "alice")
    hand_in(assignment, "bob")
    events: list[Event] = []
    outcome = grade(assignment, student="bob", on_event=events.append)
    assert [each.student for each in outcome.submissions] == ["bob"]
    assert [str(event) for event in events] == ["[0/1] tiny, bob …", "[1/1] tiny, bob: graded, 2 of 3"]
    assert marks(course, "alice") == {}


@pytest.mark.parametrize("student", ["carol", "../alice", "", "a\0b"])
def test_a_student_who_handed_in_nothing(assignment: Assignment, grader: FakeGrader, student: str) -> None:
    hand_in(assignment, "alice")
    with pytest.raises(UsageError, match="has handed in nothing for tiny"):
        grade(assignment, student=student)


def test_an_empty_class(assignment: Assignment, grader: FakeGrader) -> None:
    assert grade(assignment).submissions == ()


@pytest.mark.parametrize("how", ["it was begun anew", "the student was removed", "the submission was removed"])
def test_what_the_gradebook_no_longer_knows_is_recorded_again(
    assignment: Assignment, course: Course, grader: FakeGrader, how: str
) -> None:
    """Whatever nbgrader's own commands have done to it meanwhile; nothing is executed a second time."""
    for student in ("alice", "bob"):
        hand_in(assignment, student, why=student)
    grade(assignment)
    before = marks(course, "bob")
    if how == "it was begun anew":
        (course.root / "gradebook.db").unlink()
    with gradebook(course) as book:
        if how == "the student was removed":
            book.remove_student("bob")
        elif how == "the submission was removed":
            book.remove_submission("tiny", "bob")
    others = Status.GRADED if how == "it was begun anew" else Status.SKIPPED
    assert [each.status for each in grade(assignment).submissions] == [others, Status.GRADED]
    assert marks(course, "bob") == before
    assert len(grader.graded) == 2


def test_what_is_recorded_from_the_store_took_no_time(assignment: Assignment, grader: FakeGrader) -> None:
    hand_in(assignment, "alice")
    grader.before = lambda notebook: time.sleep(0.01)
    assert grade(assignment).submissions[0].seconds > 0
    hand_in(assignment, "bob")
    assert [each.seconds for each in grade(assignment).submissions] == [0.0, 0.0]


@pytest.mark.parametrize("place", ["moving", "report"])
def test_a_run_that_ends_after_the_gradebook_was_written_leaves_no_report_that_is_believed(
    assignment: Assignment, course: Course, grader: FakeGrader, monkeypatch: pytest.MonkeyPatch, place: str
) -> None:
    """Also where the very same submission had been graded before, with another result."""
    hand_in(assignment, "alice")
    grade(assignment)
    grader.results = {"double": result("double", 2, Verdict.FAILED)}

    def fail(*_: object) -> NoReturn:
        raise ZeroDivisionError

    with monkeypatch.context() as broken:
        broken.setattr(Workspace, "commit", fail) if place == "moving" else broken.setattr(
            recorder, "save_report", fail
        )
        assert grade(assignment, force=True).submissions[0].status is Status.FAILED
    assert marks(course, "alice")["double"].auto == 0.0
    outcome = grade(assignment).submissions[0]
    assert (outcome.status, outcome.score) == (Status.GRADED, 0.0)
    assert "0.0" in graded_notebook(course, "alice").read_text()
    assert grade(assignment).submissions[0].status is Status.SKIPPED


def test_looking_through_a_class_is_done_once(
    assignment: Assignment, grader: FakeGrader, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Or a class of ten thousand would be looked through ten thousand times."""
    for number in range(12):
        hand_in(assignment, f"student{number}")
    looked: list[list[str]] = []

    def look(names: Iterable[str]) -> files.Roster:
        looked.append(list(names))
        return sort_students(looked[-1])

    monkeypatch.setattr(files, "sort_students", look)
    assert len(grade(assignment).submissions) == 12
    assert len(looked) <= 3
