"""Runs that end before all is graded, for a reason that is no submission's: at once, and with one sentence."""

from __future__ import annotations

import sqlite3
import threading

import pytest
from sqlalchemy.exc import OperationalError

from autograder.course import Assignment, Course
from autograder.errors import CourseError
from autograder.executors import PoolLost
from autograder.nbgrader_adapters import grading, sending
from autograder.tests.nbgrader_adapters.support import NBGRADER_WARNINGS, FakeGrader, InProcess, grade, hand_in, marks
from autograder.tests.nbgrader_adapters.test_book import LOCKED
from autograder.tests.nbgrader_adapters.test_runs import press_ctrl_c

pytestmark = NBGRADER_WARNINGS


def test_ctrl_c_while_the_first_worker_is_made_ready_waits_for_nothing(
    assignment: Assignment, course: Course, grader: FakeGrader, monkeypatch: pytest.MonkeyPatch
) -> None:
    hand_in(assignment, "alice")
    ended = threading.Event()
    monkeypatch.setattr(InProcess, "stop", lambda pool: ended.set())
    monkeypatch.setattr(sending, "prepare", lambda parcel, work: press_ctrl_c(ended))
    with pytest.raises(KeyboardInterrupt):
        grade(assignment)
    assert marks(course, "alice") == {}
    monkeypatch.undo()


@pytest.mark.parametrize("place", [(grading, "recorded_students"), (sending, "ensure_assignment")])
def test_who_holds_the_gradebook_when_a_run_begins_is_told_of_in_the_same_sentence(
    assignment: Assignment, grader: FakeGrader, monkeypatch: pytest.MonkeyPatch, place: tuple[object, str]
) -> None:
    """SQLite itself has waited for some seconds then."""

    def locked(*_: object) -> None:
        raise OperationalError("select", {}, sqlite3.OperationalError("database is locked"))

    hand_in(assignment, "alice")
    monkeypatch.setattr(*place, locked)
    with pytest.raises(CourseError, match=LOCKED):
        grade(assignment)


def test_when_the_pool_is_gone_nobody_has_failed_and_one_sentence_says_who_is_left(
    assignment: Assignment, course: Course, grader: FakeGrader, monkeypatch: pytest.MonkeyPatch
) -> None:
    def gone(notebook: object) -> None:
        if len(grader.graded) == 1:
            raise PoolLost("The connection is lost.")

    for student in ("alice", "bob", "carol"):
        hand_in(assignment, student, why=student)
    grader.before = gone
    outcome = grade(assignment)
    assert outcome.stopped == "The connection is lost. 2 of 3 submissions are left."
    assert not outcome.complete
    assert [each.student for each in outcome.submissions] == ["alice"]
    grader.before = lambda notebook: None
    assert grade(assignment).complete
