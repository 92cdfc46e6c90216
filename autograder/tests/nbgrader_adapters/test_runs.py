"""Runs that end early, and runs that come after: each submission is recorded whole or not at all, and graded once."""

from __future__ import annotations

import errno
import os
import shutil
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any, NoReturn

import nbformat
import pytest
from nbformat import NotebookNode
from sqlalchemy.exc import OperationalError

from autograder.course import Assignment, Course
from autograder.errors import CourseError, KernelError, UsageError
from autograder.model import Verdict
from autograder.nbgrader_adapters import failures, workspace, writer
from autograder.nbgrader_adapters.admission import is_graded
from autograder.nbgrader_adapters.grading import Event, Status
from autograder.nbgrader_adapters.preprocessors import SettleGrades
from autograder.nbgrader_adapters.release import build_release
from autograder.nbgrader_adapters.reports import load_report
from autograder.nbgrader_adapters.task import Task
from autograder.tests import tiny
from autograder.tests.nbgrader_adapters.support import (
    NBGRADER_WARNINGS,
    FakeGrader,
    Mark,
    grade,
    graded_notebook,
    hand_in,
    marks,
    result,
)
from autograder.tests.notebooks import cell_of

pytestmark = NBGRADER_WARNINGS

State = tuple[bytes | None, dict[str, Mark], object]


def state(assignment: Assignment, student: str) -> State:
    """All that is recorded of a student."""
    path = graded_notebook(assignment.course, student)
    folder = path.read_bytes() if path.exists() else None
    return folder, marks(assignment.course, student), load_report(assignment, student)


def raising(error: BaseException) -> Callable[..., NoReturn]:
    """A function that raises."""

    def fail(*_: Any, **__: Any) -> NoReturn:
        raise error

    return fail


def graded(notebook: NotebookNode) -> bool:
    """Whether it is alice's."""
    return bool(cell_of(notebook, "why").source == "alice")


# What is graded again, and what is not


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
    assert is_graded(task)
    assert not is_graded(task, gpu=True)


def test_one_student_only(assignment: Assignment, course: Course, grader: FakeGrader) -> None:
    hand_in(assignment, "alice")
    hand_in(assignment, "bob")
    events: list[Event] = []
    outcome = grade(assignment, student="bob", on_event=events.append)
    assert [each.student for each in outcome.submissions] == ["bob"]
    assert [str(event) for event in events] == ["[1/1] tiny, bob …", "[1/1] tiny, bob: graded, 2 of 3"]
    assert marks(course, "alice") == {}


@pytest.mark.parametrize("student", ["carol", "../alice", "", "a\0b"])
def test_a_student_who_handed_in_nothing(assignment: Assignment, grader: FakeGrader, student: str) -> None:
    hand_in(assignment, "alice")
    with pytest.raises(UsageError, match="has handed in nothing for tiny"):
        grade(assignment, student=student)


def test_an_empty_class(assignment: Assignment, grader: FakeGrader) -> None:
    assert grade(assignment).submissions == ()


# What fails


def test_a_kernel_that_cannot_start_leaves_the_earlier_grade_and_folder(
    assignment: Assignment, grader: FakeGrader
) -> None:
    """nbgrader alone removes the student's graded folder."""
    hand_in(assignment, "alice", why="alice")
    hand_in(assignment, "bob")
    grade(assignment)
    before = state(assignment, "alice")
    grader.before = lambda notebook: raising(KernelError("No kernel."))() if graded(notebook) else None
    outcome = grade(assignment, force=True)
    assert [(each.status, each.sentences) for each in outcome.submissions] == [
        (Status.FAILED, ("No kernel.",)),
        (Status.GRADED, ()),
    ]
    assert not outcome.complete
    assert state(assignment, "alice") == before


def test_a_bug_of_the_grader_s_stops_nothing(assignment: Assignment, course: Course, grader: FakeGrader) -> None:
    hand_in(assignment, "alice", why="alice")
    hand_in(assignment, "bob")
    grader.before = lambda notebook: raising(ZeroDivisionError("oops"))() if graded(notebook) else None
    outcome = grade(assignment)
    assert outcome.submissions[0].sentences == ("The grader failed (ZeroDivisionError: oops).",)
    assert marks(course, "bob")["double"].auto == 2.0
    assert not graded_notebook(course, "alice").exists()
    assert [path.name for path in (course.root / "autograded").iterdir()] == ["bob"]


def test_a_full_disk_stops_the_run_before_it_harms(
    assignment: Assignment, course: Course, grader: FakeGrader, monkeypatch: pytest.MonkeyPatch
) -> None:
    hand_in(assignment, "alice", double_code=tiny.WRONG)
    grade(assignment)
    before = state(assignment, "alice")
    hand_in(assignment, "alice")
    hand_in(assignment, "bob")
    monkeypatch.setattr(failures, "MIN_FREE_BYTES", 2**70)
    outcome = grade(assignment)
    assert outcome.stopped == "The disk is full: free some space and run again; all that was graded before stands."
    assert [each.student for each in outcome.submissions] == ["alice"]
    assert state(assignment, "alice") == before
    monkeypatch.undo()
    monkeypatch.setattr("autograder.grade.grade_notebook", grader)
    assert grade(assignment).complete
    assert marks(course, "alice")["double"].auto == marks(course, "bob")["double"].auto == 2.0


FULL = OSError(errno.ENOSPC, "No space left on device")


@pytest.mark.parametrize(
    ("place", "name", "error"),
    [
        pytest.param(workspace.Workspace, "commit", FULL, id="moving the folder"),
        pytest.param(writer, "save_report", FULL, id="saving the report"),
        pytest.param(
            SettleGrades, "preprocess", OperationalError("", {}, Exception("disk is full")), id="the gradebook"
        ),
    ],
)
def test_a_disk_that_fills_while_results_are_written(
    assignment: Assignment,
    course: Course,
    grader: FakeGrader,
    monkeypatch: pytest.MonkeyPatch,
    place: object,
    name: str,
    error: Exception,
) -> None:
    hand_in(assignment, "alice", double_code=tiny.WRONG)
    grade(assignment)
    hand_in(assignment, "alice")
    with monkeypatch.context() as full:
        full.setattr(place, name, raising(error))
        outcome = grade(assignment)
    assert outcome.stopped.startswith("The disk is full")
    assert grade(assignment).submissions[0].status is Status.GRADED  # nothing took it for done
    assert marks(course, "alice")["double"].auto == 2.0
    assert tiny.RIGHT.splitlines()[1] in graded_notebook(course, "alice").read_text()


def test_a_folder_that_cannot_be_replaced_stays(
    assignment: Assignment, course: Course, grader: FakeGrader, monkeypatch: pytest.MonkeyPatch
) -> None:
    hand_in(assignment, "alice", double_code=tiny.WRONG)
    grade(assignment)
    before = graded_notebook(course, "alice").read_bytes()
    hand_in(assignment, "alice")
    moves: list[str] = []

    def move(source: Path, target: Path) -> None:
        moves.append(str(source))
        if len(moves) == 2:
            raise FULL
        os.rename(source, target)  # noqa: PTH104

    monkeypatch.setattr(shutil, "move", move)
    assert grade(assignment).stopped
    assert graded_notebook(course, "alice").read_bytes() == before


# What is interrupted


def test_ctrl_c_while_grading_records_nothing_and_the_next_run_goes_on(
    assignment: Assignment, course: Course, grader: FakeGrader
) -> None:
    for student in ("alice", "bob", "carol"):
        hand_in(assignment, student, why=student)
    grader.before = lambda notebook: (
        raising(KeyboardInterrupt())() if cell_of(notebook, "why").source == "bob" else None
    )
    with pytest.raises(KeyboardInterrupt):
        grade(assignment)
    assert marks(course, "alice")["double"].auto == 2.0
    assert marks(course, "bob").get("double", Mark(None)).auto is None
    assert not graded_notebook(course, "bob").exists()
    grader.before = lambda notebook: None
    outcome = grade(assignment)
    assert [each.status for each in outcome.submissions] == [Status.SKIPPED, Status.GRADED, Status.GRADED]


def test_ctrl_c_while_the_gradebook_is_written_waits_for_the_submission(
    assignment: Assignment, course: Course, grader: FakeGrader, monkeypatch: pytest.MonkeyPatch
) -> None:
    hand_in(assignment, "alice")
    hand_in(assignment, "bob")
    settle = SettleGrades.preprocess

    def interrupted(self: SettleGrades, nb: NotebookNode, resources: dict[str, Any]) -> Any:
        signal.raise_signal(signal.SIGINT)
        return settle(self, nb, resources)

    monkeypatch.setattr(SettleGrades, "preprocess", interrupted)
    with pytest.raises(KeyboardInterrupt):
        grade(assignment)
    assert marks(course, "alice")["double"].auto == 2.0
    assert graded_notebook(course, "alice").exists()
    assert load_report(assignment, "alice") is not None
    assert marks(course, "bob") == {}
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_a_resubmission_while_grading_is_the_old_or_the_new(
    assignment: Assignment, course: Course, grader: FakeGrader
) -> None:
    hand_in(assignment, "alice", double_code=tiny.WRONG)
    date = course.root / "submitted" / "alice" / "tiny" / "timestamp.txt"
    date.write_text("2026-03-01 12:00:00 UTC")

    def resubmit(_: NotebookNode) -> None:
        hand_in(assignment, "alice")
        date.write_text("2026-04-01 12:00:00 UTC")

    grader.before = resubmit
    grade(assignment)
    assert marks(course, "alice")["double"].auto == 0.0
    assert graded_notebook(course, "alice").with_name("timestamp.txt").read_text().startswith("2026-03-01")
    grader.before = lambda notebook: None
    assert grade(assignment).submissions[0].status is Status.GRADED
    assert marks(course, "alice")["double"].auto == 2.0


# The gradebook and the release


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
