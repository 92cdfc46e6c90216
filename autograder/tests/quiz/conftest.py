"""A course with the small quiz, built and released, for each test that changes it."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from autograder.course import Assignment, Course
from autograder.nbgrader_adapters.release import build_release
from autograder.quiz import faults
from autograder.quiz.build import build
from autograder.tests.quiz.support import ROOT, SMALL


@pytest.fixture
def small_will_do(monkeypatch: pytest.MonkeyPatch) -> None:
    """Lets a bank be small; its size has a test of its own."""
    monkeypatch.setattr(faults, "PRACTICE", 0)
    monkeypatch.setattr(faults, "ASKED", 1)


@pytest.fixture
def course(tmp_path: Path, small_will_do: None) -> Course:
    """A course that holds the small quiz, built and released."""
    root = tmp_path / "course"
    (root / "quizzes").mkdir(parents=True)
    (root / "quizzes" / "small-post.toml").write_text(SMALL, encoding="utf-8")
    shutil.copy(ROOT / "nbgrader_config.py", root)
    made = Course(root)
    build(made, "small-post")
    build_release(made, made.assignment("small-post"))
    return made


@pytest.fixture
def assignment(course: Course) -> Assignment:
    """The small quiz as an assignment."""
    return course.assignment("small-post")
