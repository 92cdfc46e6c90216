"""What students hand in: repaired, refused with every fault said, and never copied but for what is allowed."""

from __future__ import annotations

import logging
import os
from pathlib import Path

import nbformat
import pytest
from nbgrader.coursedir import CourseDirectory

from autograder.course import Assignment, Course
from autograder.intake import released_notebook
from autograder.nbgrader_adapters.grading import Status, generate_feedback
from autograder.nbgrader_adapters.workspace import read_receipt
from autograder.tests import tiny
from autograder.tests.nbgrader_adapters.support import (
    NBGRADER_WARNINGS,
    FakeGrader,
    answer,
    feedback_page,
    grade,
    graded_notebook,
    hand_in,
    marks,
)
from autograder.tests.notebooks import cell_of, submit

pytestmark = NBGRADER_WARNINGS


def test_extra_files_and_links_are_neither_copied_nor_returned(
    assignment: Assignment, course: Course, grader: FakeGrader
) -> None:
    folder = hand_in(assignment, "mallory").parent
    secret = course.root / "secret.txt"
    secret.write_text("hidden inputs")
    (folder / "notes.txt").symlink_to(secret)
    (folder / "source").symlink_to(course.root / "source")
    (folder / "submission_secret.txt").symlink_to(secret)
    (folder / "virus.html").write_text("<script>alert(1)</script>")
    (folder / "figures").mkdir()
    (folder / "figures" / "disc.svg").write_text("mine")
    (folder / "timestamp.txt").write_text("2026-03-01 12:00:00 UTC")
    grade(assignment)
    generate_feedback(course, assignment)
    assert _files(graded_notebook(course, "mallory").parent) == {"tiny.ipynb", "figures/disc.svg", "timestamp.txt"}
    assert _files(feedback_page(course, "mallory").parent) == {"tiny.html", "figures/disc.svg", "timestamp.txt"}
    assert (graded_notebook(course, "mallory").parent / "figures" / "disc.svg").read_text() == tiny.PICTURE
    assert marks(course, "mallory")["double"].auto == 2.0
    assert secret.read_text() == "hidden inputs"


def _files(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if not path.is_dir()}


def test_the_exchange_s_receipt_comes_along(assignment: Assignment, course: Course, grader: FakeGrader) -> None:
    folder = hand_in(assignment, "alice").parent
    (folder / "submission_secret.txt").write_text("0123456789abcdef" * 8)
    grade(assignment)
    receipt = graded_notebook(course, "alice").with_name("submission_secret.txt")
    assert receipt.read_text() == "0123456789abcdef" * 8


@pytest.mark.parametrize("kind", ["a link", "other words", "endless"])
def test_what_poses_as_a_receipt_does_not(course: Course, tmp_path: Path, kind: str) -> None:
    receipt = tmp_path / "submission_secret.txt"
    if kind == "a link":
        (tmp_path / "another's").write_text("0123456789abcdef" * 8)
        receipt.symlink_to(tmp_path / "another's")
    else:
        receipt.write_text("the answers" if kind == "other words" else "0" * 1000)
    assert read_receipt(tmp_path) is None


@pytest.mark.parametrize(
    ("damage", "sentence"),
    [
        pytest.param(b"", "The notebook is an empty file.", id="empty"),
        pytest.param(b"{", "not valid JSON", id="broken JSON"),
        pytest.param(b"{}", "not a notebook", id="no notebook"),
    ],
)
def test_what_is_no_notebook_is_refused_and_nothing_else_is_touched(
    assignment: Assignment, course: Course, grader: FakeGrader, damage: bytes, sentence: str
) -> None:
    hand_in(assignment, "alice")
    hand_in(assignment, "bob")
    grade(assignment)
    before = (graded_notebook(course, "bob").read_bytes(), marks(course, "bob"))
    submit(course, "bob", "tiny", damage)
    outcome = grade(assignment, force=True)
    assert [(each.student, each.status) for each in outcome.submissions] == [
        ("alice", Status.GRADED),
        ("bob", Status.REJECTED),
    ]
    assert sentence in " ".join(outcome.submissions[1].sentences)
    assert not outcome.complete
    assert (graded_notebook(course, "bob").read_bytes(), marks(course, "bob")) == before


def test_a_linked_notebook_is_refused(assignment: Assignment, course: Course, grader: FakeGrader) -> None:
    path = hand_in(assignment, "mallory")
    path.unlink()
    path.symlink_to(assignment.source)
    outcome = grade(assignment)
    assert outcome.submissions[0].status is Status.REJECTED
    assert "is a link" in outcome.submissions[0].sentences[0]
    assert marks(course, "mallory") == {}
    assert not graded_notebook(course, "mallory").exists()


def test_a_linked_folder_is_refused(assignment: Assignment, course: Course, grader: FakeGrader) -> None:
    hand_in(assignment, "alice")
    (course.root / "submitted" / "mallory").symlink_to("alice")
    outcome = grade(assignment)
    assert [each.status for each in outcome.submissions] == [Status.GRADED, Status.REJECTED]
    assert "mallory is a link" in outcome.submissions[1].sentences[0]


def test_odd_student_ids_are_refused(assignment: Assignment, course: Course, grader: FakeGrader) -> None:
    for student in ("alice", "Alice", "b c", ".hidden", "bob"):
        hand_in(assignment, student)
    outcome = grade(assignment)
    graded = {each.student for each in outcome.submissions if each.status is Status.GRADED}
    assert graded == {"bob"}
    sentences = {each.student: " ".join(each.sentences) for each in outcome.submissions}
    assert "differ only in case" in sentences["alice"]
    assert "is not a student id" in sentences["b c"]


def test_two_faults_are_both_said(assignment: Assignment, grader: FakeGrader) -> None:
    path = hand_in(assignment, "mallory")
    path.unlink()
    path.symlink_to(assignment.source)
    (path.parent / "timestamp.txt").write_text("yesterday")
    said = grade(assignment).submissions[0].sentences
    assert len(said) == 2
    assert "is a link" in said[0]
    assert "holds no date" in said[1]


def test_a_submission_without_the_notebook_is_refused(assignment: Assignment, grader: FakeGrader) -> None:
    path = hand_in(assignment, "alice")
    path.rename(path.with_name("Tiny (1).ipynb"))
    assert grade(assignment).submissions[0].sentences == (
        "The notebook must be called tiny.ipynb; this submission holds Tiny (1).ipynb instead.",
    )


def test_another_assignment_s_notebook_is_refused(assignment: Assignment, grader: FakeGrader) -> None:
    notebook = answer(assignment)
    notebook.cells = [cell for cell in notebook.cells if "nbgrader" not in cell.metadata]
    notebook.metadata["aandacht"] = {"assignment": "bert", "release": "0"}
    submit(assignment.course, "alice", "tiny", notebook)
    assert "notebook of the assignment “bert”" in grade(assignment).submissions[0].sentences[0]


def test_edited_cells_tags_and_points_are_the_release_s(
    assignment: Assignment, course: Course, grader: FakeGrader
) -> None:
    notebook = answer(assignment, double="print(2.0)", setup="double = None")
    for grade_id in ("setup", "double"):
        cell_of(notebook, grade_id).metadata["tags"] = ["skip-execution"]
    cell_of(notebook, "double").metadata.nbgrader["points"] = 1000
    submit(course, "mallory", "tiny", notebook)
    grade(assignment)
    (seen,) = grader.graded
    released = released_notebook(assignment)
    for grade_id in ("setup", "double"):
        assert cell_of(seen, grade_id).source == cell_of(released, grade_id).source
        assert "tags" not in cell_of(seen, grade_id).metadata
    assert marks(course, "mallory")["double"].auto == 2.0


def test_deleted_and_doubled_graded_cells_are_mended(
    assignment: Assignment, course: Course, grader: FakeGrader
) -> None:
    notebook = answer(assignment)
    notebook.cells = [cell for cell in notebook.cells if cell.id != "double"]
    submit(course, "alice", "tiny", notebook)
    doubled = answer(assignment)
    doubled.cells.append(nbformat.from_dict(cell_of(doubled, "double") | {"id": "again"}))  # type: ignore[no-untyped-call]
    submit(course, "bob", "tiny", doubled)
    turned = answer(assignment)  # nbgrader alone raises RuntimeError on this one
    cell_of(turned, "double").metadata.nbgrader["grade"] = False
    submit(course, "carol", "tiny", turned)
    assert grade(assignment).complete
    for student in ("alice", "bob", "carol"):
        assert marks(course, student)["double"].auto == 2.0


def test_nbgrader_s_sanitisers_find_nothing_to_change(
    assignment: Assignment, grader: FakeGrader, caplog: pytest.LogCaptureFixture
) -> None:
    notebook = answer(assignment, double="print(2.0)", plot="1 / 0")
    notebook.cells = [cell for cell in notebook.cells if cell.id not in ("whole", "setup")]
    cell_of(notebook, "double").metadata.nbgrader["points"] = 7
    cell_of(notebook, "why")["cell_type"] = "raw"
    submit(assignment.course, "mallory", "tiny", notebook)
    with caplog.at_level(logging.WARNING, logger="traitlets"):
        grade(assignment)
    assert [record.getMessage() for record in caplog.records] == []


def test_nbgrader_s_view_of_the_course_is_only_borrowed(assignment: Assignment, grader: FakeGrader) -> None:
    """Formgrader has one such object for all that it does."""
    from nbgrader.converters import Autograde

    from autograder.nbgrader_adapters.gradebook import load_config

    hand_in(assignment, "alice")
    coursedir = CourseDirectory(root=str(assignment.course.root), assignment_id="tiny")
    before = coursedir.trait_values()
    Autograde(coursedir, config=load_config(assignment.course)).start()
    assert coursedir.trait_values() == before


def test_nothing_is_left_in_the_workspace(assignment: Assignment, course: Course, grader: FakeGrader) -> None:
    hand_in(assignment, "alice")
    submit(course, "bob", "tiny", b"")
    grade(assignment)
    assert os.listdir(course.state / "work") == []  # noqa: PTH208
