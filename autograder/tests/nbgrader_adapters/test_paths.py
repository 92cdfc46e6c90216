"""The same marks on every path: ours, the stock command's, and the call that formgrader makes."""

from __future__ import annotations

import asyncio
import csv
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from nbgrader.apps.api import NbGraderAPI
from nbgrader.coursedir import CourseDirectory

from autograder.course import Assignment, Course
from autograder.nbgrader_adapters.gradebook import load_config
from autograder.nbgrader_adapters.grading import Status, generate_feedback
from autograder.tests import tiny
from autograder.tests.nbgrader_adapters.support import (
    NBGRADER_WARNINGS,
    FakeGrader,
    Mark,
    feedback_page,
    grade,
    gradebook,
    graded_notebook,
    hand_in,
    marks,
    nbgrader_command,
)
from autograder.tests.notebooks import submit

pytestmark = NBGRADER_WARNINGS

CLASS = {
    "right": {},
    "partly": {"double_code": tiny.PARTLY},
    "broken": {"double_code": "def double(x:"},
    "dead": {"playground": "import os\nos._exit(1)"},
    "forging": {"double": "print(2.0)", "double_code": f"{tiny.WRONG}\n2.0"},
}


def hand_in_class(assignment: Assignment) -> None:
    """One of each kind."""
    for student, sources in CLASS.items():
        hand_in(assignment, student, **sources)
    submit(assignment.course, "empty", "tiny", b"")


def all_marks(course: Course) -> dict[str, dict[str, Mark]]:
    """The marks of the whole class."""
    return {student: marks(course, student) for student in (*CLASS, "empty")}


@pytest.mark.usefixtures("real_grader")
def test_a_submission_from_hand_in_to_feedback(assignment: Assignment, course: Course) -> None:
    hand_in(assignment, "partly", double_code=tiny.PARTLY)
    outcome = grade(assignment)
    assert outcome.complete, str(outcome)
    assert marks(course, "partly") == {
        "double": Mark(1.5),
        "on-gpu": Mark(None, needs_person=True),
        "whole": Mark(0.0, extra=1.0),
        "why": Mark(None, needs_person=True),
    }
    generate_feedback(course, assignment)
    page = feedback_page(course, "partly").read_text()
    assert "1.5 of 2 points" in page
    assert "The input stays as it was" in page


@pytest.mark.slow
@pytest.mark.timeout(400)
@pytest.mark.usefixtures("real_grader")
def test_three_paths_give_the_same_marks(assignment: Assignment, course: Course, tmp_path: Path) -> None:
    hand_in_class(assignment)
    outcome = grade(assignment)
    assert [each.student for each in outcome.submissions if each.report is None] == ["empty"]
    ours = all_marks(course)
    assert ours["right"]["double"].auto == ours["dead"]["double"].auto == 2.0
    assert [ours[student]["double"].auto for student in ("partly", "broken", "forging")] == [1.5, 0.0, 0.0]
    assert ours["empty"] == {}

    _forget(course)
    stock = nbgrader_command(course.root, "autograde", "tiny", "--force", home=tmp_path)
    assert "Not graded: empty. The notebook is an empty file." in stock.stderr
    assert all_marks(course) == ours, stock.stderr

    _forget(course)
    results = asyncio.run(_as_formgrader(course, [*CLASS, "empty"]))
    assert {student for student, result in results.items() if not result["success"]} == {"empty"}
    assert "The notebook is an empty file." in results["empty"]["error"]
    assert all_marks(course) == ours


def _forget(course: Course) -> None:
    with gradebook(course) as book:
        for submission in list(book.assignment_submissions("tiny")):
            book.remove_submission("tiny", submission.student.id)


async def _as_formgrader(course: Course, students: list[str]) -> dict[str, dict[str, Any]]:
    """What its handlers call, inside the server's event loop."""
    config = load_config(course)
    coursedir = CourseDirectory(config=config, root=str(course.root))
    api = NbGraderAPI(coursedir, config=config)
    return {student: api.autograde("tiny", student) for student in students}


def test_no_execute_grades_nothing(assignment: Assignment, course: Course, grader: FakeGrader) -> None:
    """With nbgrader alone it gives full marks to whoever has printed nothing."""
    from nbgrader.converters import Autograde
    from nbgrader.converters.base import NbGraderException

    hand_in(assignment, "alice", double_code=tiny.WRONG)
    grade(assignment)
    before = (marks(course, "alice"), graded_notebook(course, "alice").read_bytes())
    config = load_config(course)
    config.Execute.enabled = config.ClearOutput.enabled = False
    coursedir = CourseDirectory(config=config, root=str(course.root), assignment_id="tiny")
    converter = Autograde(coursedir, config=config)
    converter.force = True
    with pytest.raises(NbGraderException):
        converter.start()
    assert (marks(course, "alice"), graded_notebook(course, "alice").read_bytes()) == before


@pytest.mark.slow
def test_export(assignment: Assignment, course: Course, grader: FakeGrader, tmp_path: Path) -> None:
    hand_in(assignment, "alice")
    hand_in(assignment, "bob", double_code=tiny.WRONG)
    grade(assignment)
    done = nbgrader_command(course.root, "export", home=tmp_path)
    assert done.returncode == 0, done.stderr
    with (course.root / "grades.csv").open() as file:
        rows = {row["student_id"]: (row["score"], row["max_score"]) for row in csv.DictReader(file)}
    assert rows == {"alice": ("2.0", "5.0"), "bob": ("0.0", "5.0")}


@pytest.mark.slow
def test_the_stock_command_says_what_is_missing(assignment: Assignment, course: Course, tmp_path: Path) -> None:
    (course.root / "gradebook.db").unlink()
    hand_in(assignment, "alice")
    done = nbgrader_command(course.root, "autograde", "tiny", home=tmp_path)
    assert done.returncode == 1
    assert "run `nbgrader generate_assignment tiny` first" in done.stderr
    assert "Traceback" not in done.stderr


_KILLED = """
import os, signal, sys, warnings
from pathlib import Path
warnings.simplefilter("ignore")
from autograder import grade
from autograder.course import Course
from autograder.nbgrader_adapters import grading, recorder, workspace
from autograder.nbgrader_adapters.preprocessors import SettleGrades
from autograder.tests.nbgrader_adapters.support import FakeGrader, InProcess

def die(*_, **__):
    os.kill(os.getpid(), signal.SIGKILL)

def then_die(function):
    def dying(*args, **kwargs):
        function(*args, **kwargs)
        die()
    return dying

grade.grade_notebook = FakeGrader()
place = sys.argv[2]
if place == "executing":
    grade.grade_notebook.before = die
elif place == "gradebook":
    SettleGrades.preprocess = die
elif place == "moving":
    workspace.shutil.move = then_die(workspace.shutil.move)
elif place == "report":
    recorder.save_report = die
elif place == "after":
    recorder.save_report = then_die(recorder.save_report)
course = Course(Path(sys.argv[1]))
grading.grade_class(course, course.assignments, pool=InProcess)
"""


@pytest.mark.slow
@pytest.mark.parametrize("place", ["executing", "gradebook", "moving", "report", "after"])
def test_killed_and_started_again(assignment: Assignment, course: Course, grader: FakeGrader, place: str) -> None:
    hand_in(assignment, "alice", double_code=tiny.WRONG)
    hand_in(assignment, "bob")
    grade(assignment, student="alice")
    hand_in(assignment, "alice")
    command = [sys.executable, "-c", _KILLED, str(course.root), place]
    killed = subprocess.run(command, check=False, env=os.environ | {"PYTHONPATH": str(Path(tiny.__file__).parents[2])})
    assert killed.returncode == -signal.SIGKILL
    outcome = grade(assignment)
    first = Status.SKIPPED if place == "after" else Status.GRADED
    assert [each.status for each in outcome.submissions] == [first, Status.GRADED]
    for student in ("alice", "bob"):
        assert marks(course, student)["double"] == Mark(2.0)
        assert graded_notebook(course, student).exists()
    assert list((course.state / "work").iterdir()) == []
