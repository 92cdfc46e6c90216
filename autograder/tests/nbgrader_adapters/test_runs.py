"""Runs that end early, and runs that come after: each submission is recorded whole or not at all, and graded once."""

from __future__ import annotations

import errno
import os
import shutil
import signal
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any, NoReturn

import pytest
from nbformat import NotebookNode
from sqlalchemy.exc import OperationalError

from autograder.course import Assignment, Course
from autograder.errors import KernelError
from autograder.flow import Flow
from autograder.nbgrader_adapters import failures, recorder, workspace
from autograder.nbgrader_adapters.grading import Event, Status
from autograder.nbgrader_adapters.preprocessors import SettleGrades
from autograder.nbgrader_adapters.reports import load_report
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

FULL = OSError(errno.ENOSPC, "No space left on device")


def raising(error: BaseException) -> Callable[..., NoReturn]:
    """A function that raises."""

    def fail(*_: Any, **__: Any) -> NoReturn:
        raise error

    return fail


def author(notebook: NotebookNode) -> str:
    """Who wrote it, as the written answer says."""
    return str(cell_of(notebook, "why").source)


@pytest.fixture
def stopped(monkeypatch: pytest.MonkeyPatch) -> threading.Event:
    """Set when a run that is to stop has taken back all that no worker has begun."""
    event, take_back = threading.Event(), Flow._cancel_waiting

    def observed(flow: Flow[Any, Any, Any, Any]) -> None:
        take_back(flow)
        event.set()

    monkeypatch.setattr(Flow, "_cancel_waiting", observed)
    return event


def press_ctrl_c(heard: threading.Event) -> bool:
    """As a person does; comes back when the run has heard, and says so."""
    os.kill(os.getpid(), signal.SIGINT)
    return heard.wait(30)


# What fails


def test_a_kernel_that_cannot_start_leaves_the_earlier_grade_and_folder(
    assignment: Assignment, grader: FakeGrader
) -> None:
    """nbgrader alone removes the student's graded folder."""
    hand_in(assignment, "alice", why="alice")
    hand_in(assignment, "bob")
    grade(assignment)
    before = state(assignment, "alice")
    grader.before = lambda notebook: raising(KernelError("No kernel."))() if author(notebook) == "alice" else None
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
    grader.before = lambda notebook: raising(ZeroDivisionError("oops"))() if author(notebook) == "alice" else None
    outcome = grade(assignment)
    assert outcome.submissions[0].sentences == ("The grader failed (ZeroDivisionError: oops).",)
    assert marks(course, "bob")["double"].auto == 2.0
    assert not graded_notebook(course, "alice").exists()
    assert [path.name for path in (course.root / "autograded").iterdir()] == ["bob"]


def test_a_full_disk_stops_the_run_before_it_harms(
    assignment: Assignment,
    course: Course,
    grader: FakeGrader,
    stopped: threading.Event,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """What a worker had begun is told as well; what none had is not begun."""
    hand_in(assignment, "alice", double_code=tiny.WRONG)
    grade(assignment)
    before = state(assignment, "alice")
    for student in ("alice", "bob", "carol"):
        hand_in(assignment, student, why=student)
    begun, look = threading.Event(), failures.require_space

    def keep_bob(notebook: NotebookNode) -> None:
        if author(notebook) == "bob":
            begun.set()
            stopped.wait(30)

    grader.before = keep_bob
    with monkeypatch.context() as full:
        full.setattr(failures, "MIN_FREE_BYTES", 2**70)
        full.setattr(recorder, "require_space", lambda root: begun.wait(30) and look(root))  # alice's, after bob began
        outcome = grade(assignment)
    assert outcome.stopped == "The disk is full: free some space and run again; all that was graded before stands."
    assert [(each.student, each.status, each.sentences) for each in outcome.submissions] == [
        ("alice", Status.FAILED, (outcome.stopped,)),
        ("bob", Status.FAILED, (outcome.stopped,)),
    ]
    assert state(assignment, "alice") == before
    assert grade(assignment).complete
    assert [marks(course, student)["double"].auto for student in ("alice", "bob", "carol")] == [2.0] * 3


@pytest.mark.parametrize(
    ("place", "name", "error"),
    [
        pytest.param(workspace.Workspace, "commit", FULL, id="moving the folder"),
        pytest.param(recorder, "save_report", FULL, id="saving the report"),
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


def test_after_one_ctrl_c_what_runs_is_recorded_and_the_next_run_goes_on(
    assignment: Assignment, course: Course, grader: FakeGrader, stopped: threading.Event
) -> None:
    for student in ("alice", "bob", "carol", "dave"):
        hand_in(assignment, student, why=student)
    grader.before = lambda notebook: author(notebook) == "bob" and press_ctrl_c(stopped)
    outcome = grade(assignment)
    assert outcome.stopped == "Stopped by Ctrl-C with 2 of 4 submissions left; the same command goes on from here."
    assert not outcome.complete
    assert [(each.student, each.status) for each in outcome.submissions] == [
        ("alice", Status.GRADED),
        ("bob", Status.GRADED),
    ]
    assert marks(course, "bob")["double"].auto == 2.0
    assert marks(course, "carol") == {}
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
    grader.before = lambda notebook: None
    again = grade(assignment)
    assert [each.status for each in again.submissions] == [Status.SKIPPED] * 2 + [Status.GRADED] * 2
    assert [author(notebook) for notebook in grader.graded] == ["alice", "bob", "carol", "dave"]


def test_a_ctrl_c_that_leaves_nobody_out_has_stopped_nothing(
    assignment: Assignment, grader: FakeGrader, stopped: threading.Event
) -> None:
    hand_in(assignment, "alice")
    grader.before = lambda notebook: press_ctrl_c(stopped)
    events: list[Event] = []
    outcome = grade(assignment, on_event=events.append)
    assert (outcome.stopped, outcome.complete) == ("", True)
    assert [(each.student, each.stopping) for each in events] == [("alice", False), ("", True), ("alice", False)]


def test_after_two_what_runs_is_left_and_the_next_run_goes_on(
    assignment: Assignment, course: Course, grader: FakeGrader, stopped: threading.Event
) -> None:
    for student in ("alice", "bob", "carol"):
        hand_in(assignment, student, why=student)

    def press_twice(notebook: NotebookNode) -> None:
        if author(notebook) == "bob":
            assert press_ctrl_c(stopped)
            os.kill(os.getpid(), signal.SIGINT)
            raise KernelError("Ended by the second one, as a worker's kernel is.")

    grader.before = press_twice
    with pytest.raises(KeyboardInterrupt):
        grade(assignment)
    assert marks(course, "bob") == marks(course, "carol") == {}
    assert not graded_notebook(course, "bob").exists()
    assert list((course.state / "work").iterdir()) == []
    grader.before = lambda notebook: None
    assert grade(assignment).complete
    assert [marks(course, student)["double"].auto for student in ("alice", "bob", "carol")] == [2.0] * 3


@pytest.mark.parametrize("times", [1, 2])
def test_ctrl_c_while_the_gradebook_is_written_waits_for_the_submission(
    assignment: Assignment,
    course: Course,
    grader: FakeGrader,
    stopped: threading.Event,
    monkeypatch: pytest.MonkeyPatch,
    times: int,
) -> None:
    hand_in(assignment, "alice", why="alice")
    hand_in(assignment, "bob", why="bob")
    grader.before = lambda notebook: author(notebook) == "bob" and stopped.wait(30)
    settle = SettleGrades.preprocess

    def interrupted(self: SettleGrades, nb: NotebookNode, resources: dict[str, Any]) -> Any:
        if not stopped.is_set():
            assert press_ctrl_c(stopped)
            os.kill(os.getpid(), signal.SIGINT) if times == 2 else None
        return settle(self, nb, resources)

    monkeypatch.setattr(SettleGrades, "preprocess", interrupted)
    if times == 2:
        with pytest.raises(KeyboardInterrupt):
            grade(assignment)
    else:
        assert len(grade(assignment).submissions) == 2  # bob's was being graded
    assert marks(course, "alice")["double"].auto == 2.0
    assert graded_notebook(course, "alice").exists()
    assert load_report(assignment, "alice") is not None
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
