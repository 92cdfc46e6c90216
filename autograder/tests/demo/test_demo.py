"""The demo's parts; `test_whole_demo.py` runs the whole of it."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from autograder.course import Assignment, Course
from autograder.demo.cast import CAST
from autograder.demo.desk import Desk, as_written, find
from autograder.demo.stage import hand_in, set_stage
from autograder.errors import CourseError, RejectedSubmission, UsageError
from autograder.intake import accept
from autograder.misconceptions import alternatives_of, misconceptions_of
from autograder.nbgrader_adapters.release import build_release

ROOT = Course.find(Path(__file__))


@pytest.fixture(scope="module")
def staged(tmp_path_factory: pytest.TempPathFactory) -> Assignment:
    """The demo's course, released and handed in, in a folder of its own."""
    assignment = set_stage(ROOT, tmp_path_factory.mktemp("somewhere") / "demo", "attention")
    build_release(assignment.course, assignment)
    hand_in(assignment, Desk(assignment))
    return assignment


def submission(assignment: Assignment, student: str) -> bytes:
    return (assignment.course.root / "submitted" / student / "attention" / "attention.ipynb").read_bytes()


def test_the_class_is_about_fifteen_and_nobody_is_there_twice() -> None:
    assert 14 <= len({member.student for member in CAST}) == len(CAST) <= 18


def test_all_but_two_broken_files_are_notebooks_of_the_assignment(staged: Assignment) -> None:
    refused = []
    for member in CAST:
        try:
            accept(submission(staged, member.student), staged)
        except RejectedSubmission:
            refused.append(member.student)
    assert refused == ["student-14-empty-file", "student-15-broken-json"]


def test_the_untouched_notebook_is_the_release(staged: Assignment) -> None:
    handed_in = accept(submission(staged, "student-09-untouched"), staged)
    assert handed_in.notices == ()
    assert Desk(staged).untouched() == handed_in.notebook


def test_the_deletion_and_the_forgery_are_noticed(staged: Assignment) -> None:
    for student in ("student-13-deleted-cell", "student-16-forger"):
        assert accept(submission(staged, student), staged).notices


def test_no_hint_of_its_file_is_left_in_a_variant() -> None:
    assignment = ROOT.assignment("attention")
    for variant in [*misconceptions_of(assignment), *alternatives_of(assignment)]:
        written = as_written(variant)
        assert ast.parse(written).body
        assert "must_fail" not in written
        assert "stand_in" not in written


def test_an_unknown_misconception_is_named(staged: Assignment) -> None:
    with pytest.raises(CourseError, match="no_such_slip"):
        Desk(staged).mistaken("attention_no_scale", "no_such_slip")


def test_an_unknown_cell_is_named(staged: Assignment) -> None:
    with pytest.raises(CourseError, match="'no-such-cell'"):
        find(Desk(staged).untouched(), "no-such-cell")


def test_a_folder_that_is_no_demo_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").touch()
    with pytest.raises(UsageError, match="was not made by"):
        set_stage(ROOT, tmp_path, "attention")
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.txt"]


def test_a_link_to_a_demo_is_left_alone(tmp_path: Path) -> None:
    set_stage(ROOT, tmp_path / "demo", "attention")
    (tmp_path / "link").symlink_to(tmp_path / "demo")
    with pytest.raises(UsageError):
        set_stage(ROOT, tmp_path / "link", "attention")


def test_an_earlier_demo_is_replaced_read_only_folders_and_all(tmp_path: Path) -> None:
    set_stage(ROOT, tmp_path / "demo", "attention")
    old = tmp_path / "demo" / "feedback" / "someone"
    old.mkdir(parents=True)
    old.chmod(0o500)
    set_stage(ROOT, tmp_path / "demo", "attention")
    assert not old.exists()


def test_nothing_is_made_for_an_assignment_that_does_not_exist(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no assignment 'rnn'"):
        set_stage(ROOT, tmp_path / "demo", "rnn")
    assert not (tmp_path / "demo").exists()
