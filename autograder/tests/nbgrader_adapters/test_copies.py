"""What was executed once is not executed again: copies in a class, and results that an earlier run has kept."""

from __future__ import annotations

import shutil
import threading
from pathlib import Path
from typing import NoReturn

import pytest
from nbformat import NotebookNode
from sqlalchemy.exc import OperationalError

from autograder.course import Assignment, Course
from autograder.model import Verdict
from autograder.nbgrader_adapters.grading import Status
from autograder.nbgrader_adapters.preprocessors import SettleGrades
from autograder.nbgrader_adapters.reports import load_report
from autograder.nbgrader_adapters.sending import Sender
from autograder.tests import tiny
from autograder.tests.nbgrader_adapters.support import (
    NBGRADER_WARNINGS,
    FakeGrader,
    answer,
    grade,
    gradebook,
    graded_notebook,
    hand_in,
    marks,
    result,
)
from autograder.tests.notebooks import submit

pytestmark = NBGRADER_WARNINGS


def kept(course: Course) -> list[Path]:
    """What the store holds."""
    return [path for path in (course.state / "results").rglob("*") if path.is_file()]


def dated(notebook: Path, date: str) -> None:
    notebook.with_name("timestamp.txt").write_text(date)


def test_copies_are_executed_once_and_everyone_has_what_is_their_own(
    assignment: Assignment, course: Course, grader: FakeGrader
) -> None:
    with gradebook(course) as book:
        book.update_or_create_assignment("tiny", duedate="2026-03-01 12:00:00 UTC")
    dated(hand_in(assignment, "alice"), "2026-03-01 10:00:00 UTC")
    dated(hand_in(assignment, "bob"), "2026-03-02 10:00:00 UTC")
    mended = answer(assignment)
    mended.cells = [cell for cell in mended.cells if cell.id != "whole"]
    submit(course, "carol", "tiny", mended)
    assert grade(assignment).complete
    assert len(grader.graded) == 1
    assert [marks(course, student)["double"].auto for student in ("alice", "bob", "carol")] == [2.0] * 3
    with gradebook(course) as book:
        found = {each.student.id: each for each in book.notebook_submissions("tiny", "tiny")}
        assert [found[student].late_submission_penalty for student in ("alice", "bob", "carol")] == [None, 0.2, None]
        dates = {each.student.id: str(each.timestamp) for each in book.assignment_submissions("tiny")}
    assert dates == {"alice": "2026-03-01 10:00:00", "bob": "2026-03-02 10:00:00", "carol": "None"}
    assert graded_notebook(course, "bob").with_name("timestamp.txt").read_text().startswith("2026-03-02")
    assert not graded_notebook(course, "carol").with_name("timestamp.txt").exists()
    notices = {student: _notices(assignment, student) for student in ("alice", "bob", "carol")}
    assert notices["alice"] == notices["bob"] == ()
    assert notices["carol"] != ()


def _notices(assignment: Assignment, student: str) -> tuple[str, ...]:
    saved = load_report(assignment, student)
    assert saved is not None
    return saved.report.notices


@pytest.mark.parametrize("force", [False, True])
@pytest.mark.parametrize("first", ["is being graded", "is done"])
def test_a_copy_costs_nothing_whenever_it_comes(
    assignment: Assignment, grader: FakeGrader, monkeypatch: pytest.MonkeyPatch, first: str, force: bool
) -> None:
    for student in ("alice", "bob"):
        hand_in(assignment, student)
    sent: list[str] = []
    bob = threading.Event()
    send = Sender.send

    def watched(sender: Sender, entry: object) -> object:
        future = send(sender, entry)  # type: ignore[arg-type]
        sent.append("sent")
        if len(sent) == 2:
            bob.set()
        elif first == "is done":
            future.result(30)
            while sender._under_way:
                pass
        return future

    monkeypatch.setattr(Sender, "send", watched)
    grader.before = lambda notebook: bob.wait(30) if first == "is being graded" else None
    assert grade(assignment, force=force).complete
    assert len(sent) == 2
    assert len(grader.graded) == 1


def test_force_executes_anew_what_is_kept(assignment: Assignment, course: Course, grader: FakeGrader) -> None:
    hand_in(assignment, "alice")
    grade(assignment)
    grader.results = {"double": result("double", 2, Verdict.FAILED)}
    grade(assignment, force=True)
    assert len(grader.graded) == 2
    assert marks(course, "alice")["double"].auto == 0.0
    hand_in(assignment, "bob")
    grade(assignment)
    assert len(grader.graded) == 2
    assert marks(course, "bob")["double"].auto == 0.0  # the newer of the two results


def test_a_copy_that_comes_later_is_found(assignment: Assignment, course: Course, grader: FakeGrader) -> None:
    hand_in(assignment, "alice")
    grade(assignment)
    hand_in(assignment, "bob")
    outcome = grade(assignment)
    assert [each.status for each in outcome.submissions] == [Status.SKIPPED, Status.GRADED]
    assert len(grader.graded) == 1
    assert marks(course, "bob") == marks(course, "alice")
    assert graded_notebook(course, "bob").read_bytes() == graded_notebook(course, "alice").read_bytes()


def test_a_result_with_a_grader_s_error_is_not_kept(assignment: Assignment, course: Course, grader: FakeGrader) -> None:
    hand_in(assignment, "alice")
    grader.results = {"double": result("double", 2, Verdict.ERROR)}
    assert not grade(assignment).complete
    assert kept(course) == []
    grader.results = {}
    assert grade(assignment).complete
    assert len(grader.graded) == 2
    assert len(kept(course)) == 1


def test_what_a_run_could_not_record_the_next_one_need_not_execute(
    assignment: Assignment, course: Course, grader: FakeGrader, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As after a kill: the result is kept before anything is recorded."""
    hand_in(assignment, "alice")
    hand_in(assignment, "bob", double_code=tiny.WRONG)

    def fail(*_: object) -> NoReturn:
        raise OperationalError("", {}, Exception("database is locked"))

    with monkeypatch.context() as broken:
        broken.setattr(SettleGrades, "preprocess", fail)
        outcome = grade(assignment)
    assert [each.status for each in outcome.submissions] == [Status.FAILED] * 2
    assert marks(course, "alice") == {}
    assert grade(assignment).complete
    assert len(grader.graded) == 2
    assert [marks(course, student)["double"].auto for student in ("alice", "bob")] == [2.0, 0.0]


def test_other_limits_are_another_piece_of_work(assignment: Assignment, grader: FakeGrader) -> None:
    hand_in(assignment, "alice")
    grade(assignment)
    hand_in(assignment, "bob")
    grade(assignment, limits={"cell_seconds": 7.0})
    assert len(grader.graded) == 2


@pytest.mark.parametrize("how", ["pruned", "deleted", "damaged"])
def test_without_the_store_all_is_as_ever(assignment: Assignment, course: Course, grader: FakeGrader, how: str) -> None:
    hand_in(assignment, "alice")
    grade(assignment, prune=how == "pruned")
    if how == "deleted":
        shutil.rmtree(course.state / "results")
    for path in kept(course) if how == "damaged" else ():
        path.write_bytes(path.read_bytes()[:-1])
    assert how != "pruned" or kept(course) == []
    hand_in(assignment, "bob")
    assert [each.status for each in grade(assignment).submissions] == [Status.SKIPPED, Status.GRADED]
    assert len(grader.graded) == 2
    assert marks(course, "bob") == marks(course, "alice")


def test_the_author_is_no_part_of_what_is_executed(assignment: Assignment, grader: FakeGrader) -> None:
    """Else no two submissions would ever be the same."""
    names: list[str] = []

    def look(notebook: NotebookNode) -> None:
        names.extend(name for name in ("alice", "submitted") if name in str(notebook))

    grader.before = look
    hand_in(assignment, "alice")
    grade(assignment)
    assert names == []
    assert not grader.asked[0].get("student")
