"""A class takes a quiz: the same marks by our command and by nbgrader's own, whatever else is handed in."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from autograder.course import Assignment, Course
from autograder.nbgrader_adapters.grading import generate_feedback, grade_class, write_report
from autograder.quiz.draw import marked
from autograder.quiz.source import load_quiz
from autograder.tests.nbgrader_adapters.support import NBGRADER_WARNINGS, marks, nbgrader_command
from autograder.tests.notebooks import submit
from autograder.tests.quiz.support import COURSE, paper

pytestmark = [*NBGRADER_WARNINGS, pytest.mark.slow]
NAME = "attention-post"
HTML = "<img src=x onerror=alert(1)><script>alert(1)</script>"
FORMULA = '=HYPERLINK("http://example.org","x")'


@pytest.fixture
def assignment(tmp_path: Path) -> Assignment:
    """The real quiz, in a course of this test's own."""
    root = tmp_path / "course"
    for part in ("quizzes", f"source/{NAME}", f"release/{NAME}"):
        shutil.copytree(COURSE.root / part, root / part)
    shutil.copy(COURSE.root / "nbgrader_config.py", root)
    return Course(root).assignment(NAME)


def places(assignment: Assignment) -> list[str]:
    """The questions that are asked for marks."""
    return [question.id for question in marked(load_quiz(assignment.course, NAME))]


def hand_in(assignment: Assignment, student: str, **answers: str) -> None:
    submit(assignment.course, student, NAME, paper(assignment, student, **answers))


def class_of_four(assignment: Assignment) -> None:
    """One who knows, one who hands in what a page might run, one far too much, and one nothing that can be read."""
    last = len(places(assignment))
    hand_in(assignment, "ada")
    hand_in(
        assignment,
        "mallory",
        **{name: f"answer_{n} = {(HTML, FORMULA)[n % 2]!r}" for n, name in enumerate(places(assignment), 1)},
    )
    hand_in(assignment, "big", **{places(assignment)[-1]: f"answer_{last} = {'=' * 10**7!r}"})
    hand_in(assignment, "odd", **{places(assignment)[0]: "answer_1 = ("})


def test_a_class_with_a_hostile_submission_in_it(assignment: Assignment) -> None:
    class_of_four(assignment)
    outcome = grade_class(assignment.course, [assignment])
    reports = {one.student: one.report for one in outcome.submissions}
    assert reports["ada"] is not None
    assert reports["ada"].score == reports["ada"].max_score
    assert reports["big"] is None or reports["big"].needs_person
    assert reports["odd"] is not None
    assert reports["odd"].needs_person
    generate_feedback(assignment.course, assignment)
    page, data = write_report(assignment)
    pages = [page, *(assignment.course.root / "feedback").rglob("*.html")]
    assert len(pages) >= 4
    for one in pages:
        text = one.read_text(encoding="utf-8")
        assert "<script>alert" not in text
        assert "<img src=x" not in text
        assert len(text) < 3_000_000
    assert data.stat().st_size < 200_000
    told = json.loads(data.read_bytes())
    assert "ada" in [row["student"] for row in told["students"]]
    assert FORMULA in [wrong["answer"] for one in told["quiz"]["questions"] for wrong in one["wrong"]]
    exported = nbgrader_command(assignment.course.root, "export", home=assignment.course.root / "home")
    assert exported.returncode == 0, exported.stderr
    (table,) = assignment.course.root.glob("*.csv")  # what a spreadsheet opens
    assert "mallory" in table.read_text()
    assert "HYPERLINK" not in table.read_text()


def test_by_nbgraders_own_command_the_marks_are_the_same(assignment: Assignment, tmp_path: Path) -> None:
    first = places(assignment)[0]
    hand_in(assignment, "ada")
    hand_in(assignment, "bo", **{first: "answer_1 = None"})
    hand_in(assignment, "cy", **{first: "answer_1 = ("})
    other = Course(shutil.copytree(assignment.course.root, tmp_path / "other"))
    grade_class(assignment.course, [assignment])
    made = nbgrader_command(other.root, "generate_assignment", NAME, "--force", home=tmp_path / "home")
    assert made.returncode == 0, made.stderr
    assert (other.root / "release" / NAME / f"{NAME}.ipynb").read_bytes() == assignment.release.read_bytes()
    done = nbgrader_command(other.root, "autograde", NAME, home=tmp_path / "home")
    assert done.returncode == 0, done.stderr
    for student in ("ada", "bo", "cy"):
        ours = marks(assignment.course, student, NAME)
        assert ours == marks(other, student, NAME)
        assert ours[first].needs_person == (student == "cy")
