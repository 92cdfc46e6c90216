"""The same class by our pool, by our flow in one process, by nbgrader's own command and by formgrader's button.

All that is recorded is the same, but for the time that it took, and formgrader shows the same; also after a person has
marked something by hand and it was graded once more. The same by a Dask cluster: `executors/test_cluster_marks.py`.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from nbgrader.apps.api import NbGraderAPI
from nbgrader.coursedir import CourseDirectory

from autograder.course import Assignment, Course
from autograder.nbgrader_adapters.gradebook import ensure_assignment, load_config
from autograder.nbgrader_adapters.grading import grade_class
from autograder.quiz.draw import marked
from autograder.quiz.source import load_quiz
from autograder.tests import tiny
from autograder.tests.nbgrader_adapters.recorded import everything
from autograder.tests.nbgrader_adapters.support import (
    NBGRADER_WARNINGS,
    InProcess,
    gradebook,
    hand_in,
    marks,
    nbgrader_command,
)
from autograder.tests.nbgrader_adapters.test_paths import CLASS, hand_in_class
from autograder.tests.notebooks import submit
from autograder.tests.quiz.support import COURSE, paper

pytestmark = [*NBGRADER_WARNINGS, pytest.mark.slow, pytest.mark.timeout(900)]

QUIZ = "attention-post"
DUE = "2026-03-01 12:00:00 UTC"


@pytest.fixture
def whole_class(assignment: Assignment, course: Course) -> Course:
    """A course with a lesson that has a picture, and a quiz; a class with copies, late work, receipts and oddities."""
    for part in ("quizzes", f"source/{QUIZ}", f"release/{QUIZ}"):
        shutil.copytree(COURSE.root / part, course.root / part)
    quiz = course.assignment(QUIZ)
    ensure_assignment(course, quiz)
    with gradebook(course) as book:
        book.update_or_create_assignment("tiny", duedate=DUE)
    hand_in_class(assignment)
    hand_in(assignment, "copy", **CLASS["right"])
    _with(hand_in(assignment, "late"), "timestamp.txt", "2026-03-03 13:00:00 UTC")
    _with(hand_in(assignment, "late-copy"), "timestamp.txt", "2026-03-02 00:00:00.250 UTC")
    _with(hand_in(assignment, "punctual"), "timestamp.txt", DUE)
    _with(hand_in(assignment, "receipt"), "submission_secret.txt", "0123456789abcdef")
    _with(hand_in(assignment, "baggage"), "disc.svg", tiny.PICTURE)
    first = marked(load_quiz(course, QUIZ))[0].id
    for student, answers in {
        "right": {},
        "late": {first: "answer_1 = None"},
        "broken": {first: "answer_1 = ("},
    }.items():
        submit(course, student, QUIZ, paper(quiz, student, **answers))
    assert course.secret  # the same for all copies of the course
    return course


def _with(notebook: Path, name: str, text: str) -> None:
    notebook.with_name(name).write_text(text)


def by_the_command(course: Course, home: Path, *regraded: str) -> None:
    """In two processes of a pool, as people do it."""
    command = [sys.executable, "-P", "-m", "autograder", "grade", "--workers", "2", *_again(regraded)]
    done = subprocess.run(command, cwd=course.root, capture_output=True, text=True, check=False, timeout=300)
    assert done.returncode == (0 if regraded else 1), done.stderr  # nobody can grade what is empty
    assert ("The notebook is an empty file." in done.stdout + done.stderr) != bool(regraded)


def in_process(course: Course, home: Path, *regraded: str) -> None:
    """One after another, in this process."""
    student, force = (regraded[0] if regraded else None), bool(regraded)
    outcome = grade_class(course, course.assignments, pool=InProcess, student=student, force=force)
    assert [each.student for each in outcome.submissions if each.score is None] == ([] if regraded else ["empty"])


def by_nbgrader(course: Course, home: Path, *regraded: str) -> None:
    """nbgrader's own command."""
    for name in ("tiny", QUIZ):
        done = nbgrader_command(course.root, "autograde", name, *_again(regraded), home=home)
        assert ("Not graded: empty." in done.stderr) == (name == "tiny" and not regraded), done.stderr


def by_formgrader(course: Course, home: Path, *regraded: str) -> None:
    """What the button beside each submission calls."""
    api = formgrader_s(course)
    for name in ("tiny", QUIZ):
        for student in regraded or sorted(path.parent.name for path in course.root.glob(f"submitted/*/{name}")):
            done = api.autograde(name, student, force=bool(regraded))
            assert done["success"] == (student != "empty"), done


def _again(regraded: tuple[str, ...]) -> list[str]:
    return ["--force", "--student", *regraded] if regraded else []


def formgrader_s(course: Course) -> NbGraderAPI:
    """What formgrader's server asks and tells."""
    config = load_config(course)
    return NbGraderAPI(CourseDirectory(config=config, root=str(course.root)), config=config)


def shown_in_formgrader(course: Course) -> list[dict[str, Any]]:
    """Each line of its tables, but for ids that are drawn by chance."""
    api = formgrader_s(course)
    lines = [line for name in ("tiny", QUIZ) for line in api.get_submissions(name)]
    return sorted(({**line, "id": ""} for line in lines), key=lambda line: (line["name"], line["student"]))


def mark_by_hand(course: Course) -> None:
    """As a person does in formgrader, beside a mark of ours and where there is none."""
    with gradebook(course) as book:
        for cell, points in (("double", 0.5), ("why", 2.0)):
            found = book.find_grade(cell, "tiny", "tiny", "right")
            found.manual_score, found.needs_manual_grade = points, False
        book.find_comment("double-code", "tiny", "tiny", "right").manual_comment = "Copied."
        book.db.commit()


@pytest.mark.usefixtures("real_grader")
def test_it_is_the_same_on_every_way(whole_class: Course, tmp_path: Path) -> None:
    found: dict[Any, list[Any]] = {}
    courses: dict[Any, Course] = {}
    for way in (by_nbgrader, by_formgrader, in_process, by_the_command):
        course = courses[way] = Course(Path(shutil.copytree(whole_class.root, tmp_path / way.__name__ / "course")))
        way(course, tmp_path / "home")
        found[way] = [*everything(course), shown_in_formgrader(course)]
    stock = found[by_nbgrader]
    assert len(stock[0]["submitted_assignment"]) == len(stock[3]) == len(CLASS) + 6 + 3
    _are_the_same(found)
    for way, course in courses.items():
        mark_by_hand(course)
        way(course, tmp_path / "home", "right")
        mark = marks(course, "right")
        assert (mark["double"].auto, mark["double"].manual, mark["why"].manual) == (2.0, 0.5, 2.0), way.__name__
        (line,) = [each for each in shown_in_formgrader(course) if (each["name"], each["student"]) == ("tiny", "right")]
        assert line["score"] == 0.5 + 2.0 + (mark["whole"].extra or 0.0), way.__name__
        found[way] = [*everything(course), shown_in_formgrader(course)]
    _are_the_same(found)


def _are_the_same(found: dict[Any, list[Any]]) -> None:
    for way, recorded in found.items():
        for ours, theirs in zip(recorded, found[by_nbgrader], strict=True):
            assert ours == theirs, way.__name__
