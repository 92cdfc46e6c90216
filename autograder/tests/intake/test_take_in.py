"""The whole way in."""

from __future__ import annotations

from pathlib import Path

import pytest

from autograder import intake
from autograder.errors import RejectedSubmission
from autograder.tests.intake.test_sanitise import ANSWER, RELEASED
from autograder.tests.notebooks import answered, cell_of, instructor, make_course, submit


def test_take_in(tmp_path: Path) -> None:
    course = make_course(tmp_path, {"little": instructor()}, release=True)
    path = submit(course, "ada", "little", answered(RELEASED, square_code=ANSWER))
    (path.parent / "timestamp.txt").write_text("2026-03-01 12:00:00 UTC")
    (path.parent / "extra.py").touch()
    taken = intake.take_in(course.assignment("little"), "ada")
    assert (taken.student, taken.assignment) == ("ada", "little")
    assert taken.timestamp is not None
    assert cell_of(taken.notebook, "square-code").source == ANSWER
    assert taken.notices == ("Only the notebook is graded; not used: extra.py.",)


def test_take_in_refuses_with_a_sentence(tmp_path: Path) -> None:
    course = make_course(tmp_path, {"little": instructor(), "later": instructor()}, release=True)
    submit(course, "ada", "little", b"")
    with pytest.raises(RejectedSubmission, match="empty file"):
        intake.take_in(course.assignment("little"), "ada")
    course.assignment("later").release.unlink()  # not released yet: no reason to fail
    submit(course, "ada", "little", RELEASED)
    assert intake.take_in(course.assignment("little"), "ada").notices == ()
