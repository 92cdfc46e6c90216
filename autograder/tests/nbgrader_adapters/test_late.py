"""The rule for late work: a share of what was earned, never more than all of it, and never less for being later."""

from __future__ import annotations

from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograder.course import Assignment, Course
from autograder.nbgrader_adapters.late import GRACE_MINUTES, MAX_SHARE, SHARE_PER_DAY, penalty
from autograder.tests.nbgrader_adapters.support import NBGRADER_WARNINGS, FakeGrader, grade, gradebook, hand_in

pytestmark = NBGRADER_WARNINGS

DAY = 24 * 60 * 60
scores = st.floats(0, 1000)
seconds = st.floats(0, 400 * DAY)


@given(scores, seconds, seconds)
def test_later_is_never_cheaper(score: float, one: float, other: float) -> None:
    assert penalty(score, min(one, other)) <= penalty(score, max(one, other))


@given(st.floats(-1000, 1000), seconds)
def test_it_is_a_share_of_what_was_earned(score: float, late: float) -> None:
    assert 0 <= penalty(score, late) <= max(0.0, score) * MAX_SHARE


@pytest.mark.parametrize(
    ("late", "share"),
    [
        (0, 0),
        (GRACE_MINUTES * 60, 0),
        (GRACE_MINUTES * 60 + 1, SHARE_PER_DAY),
        (DAY, SHARE_PER_DAY),
        (DAY + 1, 2 * SHARE_PER_DAY),
        (100 * DAY, MAX_SHARE),
    ],
)
def test_each_day_begun_costs_a_share(late: float, share: float) -> None:
    assert penalty(20, late) == pytest.approx(20 * share)


def test_late_work_loses_its_share_in_the_gradebook(assignment: Assignment, course: Course, grader: FakeGrader) -> None:
    with gradebook(course) as book:
        book.update_or_create_assignment("tiny", duedate=datetime(2026, 3, 1, 12))  # UTC, as nbgrader has it
    for student, date in {"early": "2026-03-01 11:00:00 UTC", "late": "2026-03-02 13:00:00 CET"}.items():
        (hand_in(assignment, student).parent / "timestamp.txt").write_text(date)
    hand_in(assignment, "undated")
    grade(assignment)
    assert _penalties(course) == {"early": None, "late": pytest.approx(0.2), "undated": None}
    (course.root / "submitted" / "late" / "tiny" / "timestamp.txt").write_text("2026-02-28 12:00:00 UTC")
    grade(assignment)  # an extension, or a mistake that was mended
    assert _penalties(course)["late"] is None


def _penalties(course: Course) -> dict[str, float | None]:
    with gradebook(course) as book:
        found = book.notebook_submissions("tiny", "tiny")
        return {each.student.id: each.late_submission_penalty for each in found}
