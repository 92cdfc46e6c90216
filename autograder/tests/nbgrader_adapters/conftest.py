"""A released course for each test of the nbgrader adapters, and graders of two kinds: a fake and the real one."""

from __future__ import annotations

import shutil
import warnings
from collections.abc import Iterator
from pathlib import Path

import pytest

from autograder import launchers
from autograder.course import Assignment, Course
from autograder.nbgrader_adapters.gradebook import ensure_assignment
from autograder.tests import tiny
from autograder.tests.nbgrader_adapters.support import FakeGrader, stand_in


@pytest.fixture(scope="session")
def released_tiny(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The course `tiny`, released and with a gradebook that knows it (making one takes seconds), for all tests."""
    assignment = tiny.make_tiny(tmp_path_factory.mktemp("released") / "course")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        ensure_assignment(assignment.course, assignment)
    return assignment.course.root


@pytest.fixture
def assignment(released_tiny: Path, tmp_path: Path) -> Assignment:
    """The assignment `tiny` in a course of this test's own."""
    root = tmp_path / "course"
    shutil.copytree(released_tiny, root)
    return Course(root).assignment("tiny")


@pytest.fixture
def course(assignment: Assignment) -> Course:
    """The course that `assignment` belongs to."""
    return assignment.course


@pytest.fixture
def grader(monkeypatch: pytest.MonkeyPatch) -> FakeGrader:
    """Puts the fake in the place of the real grader."""
    fake = FakeGrader()
    stand_in(fake, monkeypatch)
    return fake


@pytest.fixture(scope="session")
def real_grader() -> Iterator[None]:
    """Ends the real grader's judge after the tests that need it."""
    yield
    launchers.close()
