"""A course whose gradebook, release or settings have changed since it was graded."""

from __future__ import annotations

from collections.abc import Callable

import nbformat
import pytest
from nbformat import NotebookNode

from autograder.course import Assignment, Course
from autograder.errors import CourseError
from autograder.nbgrader_adapters.release import build_release
from autograder.tests import tiny
from autograder.tests.nbgrader_adapters.support import (
    NBGRADER_WARNINGS,
    FakeGrader,
    grade,
    graded_notebook,
    hand_in,
    marks,
    state,
)
from autograder.tests.notebooks import cell_of

pytestmark = NBGRADER_WARNINGS


@pytest.mark.slow  # nbgrader starts a program to make one
def test_a_course_without_a_gradebook_can_be_graded(assignment: Assignment, course: Course, grader: FakeGrader) -> None:
    (course.root / "gradebook.db").unlink()
    hand_in(assignment, "alice")
    assert grade(assignment).complete
    assert marks(course, "alice")["double"].auto == 2.0


def test_changed_points_reach_the_gradebook_and_no_grade_is_lost(
    assignment: Assignment, course: Course, grader: FakeGrader
) -> None:
    hand_in(assignment, "alice")
    hand_in(assignment, "bob", double_code=tiny.WRONG)
    grade(assignment)
    _edit(assignment, lambda nb: cell_of(nb, "double").metadata.nbgrader.update(points=5))
    submitted = course.root / "submitted" / "bob"
    submitted.rename(course.root / "bob")
    assert grade(course.assignment("tiny")).complete
    assert marks(course, "alice")["double"].auto == 5.0
    assert marks(course, "bob")["double"].auto == 0.0


def test_cells_cannot_be_added_once_there_are_grades(
    assignment: Assignment, course: Course, grader: FakeGrader
) -> None:
    hand_in(assignment, "alice")
    grade(assignment)
    before = state(assignment, "alice")
    _edit(assignment, lambda nb: cell_of(nb, "whole").metadata.nbgrader.update(grade_id="wholly"))
    with pytest.raises(CourseError, match=r"graded with other cells \(whole, wholly\)"):
        grade(course.assignment("tiny"))
    assert state(assignment, "alice") == before


def _edit(assignment: Assignment, edit: Callable[[NotebookNode], object]) -> None:
    """Change the instructor's notebook, and release it again."""
    notebook = nbformat.read(assignment.source, 4)  # type: ignore[no-untyped-call]
    edit(notebook)
    assignment.source.write_text(nbformat.writes(notebook))  # type: ignore[no-untyped-call]
    build_release(assignment.course, assignment)


def test_a_shared_course_stays_shared(assignment: Assignment, course: Course, grader: FakeGrader) -> None:
    config = course.root / "nbgrader_config.py"
    config.write_text(config.read_text() + "c.CourseDirectory.groupshared = True\n")
    hand_in(assignment, "alice")
    assert grade(assignment).complete
    folder = graded_notebook(course, "alice").parent
    for each in (folder, folder.parent, folder.parent.parent):
        assert each.stat().st_mode & 0o2770 == 0o2770
