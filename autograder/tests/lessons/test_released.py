"""The released notebooks as students get them: untouched they run and earn nothing, with right answers all points."""

from __future__ import annotations

from pathlib import Path

import nbformat
import pytest
from nbformat import NotebookNode

from autograder.course import Course
from autograder.grade import check_file
from autograder.intake import accept
from autograder.model import Report, Verdict
from autograder.nbgrader_adapters.release import CODE_STUB
from autograder.quiz.grading import grade_quiz
from autograder.tests.lessons.run import ROOT, execute, printed_by, read_lesson
from autograder.tests.notebooks import as_bytes
from autograder.tests.quiz.support import paper

COURSE = Course(ROOT)
LESSONS = [lesson.name for lesson in COURSE.lessons]
QUIZZES = [assignment.name for assignment in COURSE.assignments if assignment.is_quiz]
every_lesson = pytest.mark.parametrize("name", LESSONS)
every_quiz = pytest.mark.parametrize("name", QUIZZES)


def run_untouched(name: str) -> NotebookNode:
    """The release, executed."""
    notebook = read_lesson("release", name)
    execute(notebook, ROOT / "release" / name)
    return notebook


def broken_cells(notebook: NotebookNode) -> list[str]:
    """The cells that put out an error (also where a tag lets them) or a warning."""
    codes = [cell for cell in notebook.cells if cell.cell_type == "code"]
    return [cell.id for cell in codes if any(map(_is_trouble, cell.outputs))]


def _is_trouble(output: NotebookNode) -> bool:
    return output.output_type == "error" or output.get("name") == "stderr"


@pytest.mark.slow
@pytest.mark.timeout(600)
@every_lesson
def test_an_untouched_lesson_runs_and_says_what_it_waits_for(name: str) -> None:
    notebook = run_untouched(name)
    assert broken_cells(notebook) == []
    stubs = {cell.id.removesuffix("-code") for cell in notebook.cells if CODE_STUB.splitlines()[1] in cell.source}
    silent = [cell.id for cell in notebook.cells if cell.id in stubs and "Not yet" not in printed_by(cell)]
    assert stubs
    assert silent == []


@pytest.mark.slow
@every_quiz
def test_an_untouched_quiz_runs_and_says_that_nothing_is_answered(name: str) -> None:
    notebook = run_untouched(name)
    assert broken_cells(notebook) == []
    questions = [cell for cell in notebook.cells if cell.metadata.get("nbgrader", {}).get("grade")]
    assert questions
    assert [cell.id for cell in questions if "not answered yet" not in printed_by(cell)] == []


def handed_in(name: str, folder: Path, *, solved: bool) -> Path:
    """A lesson's release as a file, untouched or with the reference's solutions in it."""
    notebook, cells = read_lesson("release", name), read_lesson("source", name).cells
    solutions = {cell.id: cell.source for cell in cells if cell.metadata.get("nbgrader", {}).get("solution")}
    for cell in notebook.cells:
        if solved and cell.id in solutions:
            cell.source = solutions[cell.id]
    path = folder / f"{name}.ipynb"
    nbformat.write(notebook, path)  # type: ignore[no-untyped-call]
    return path


@pytest.mark.slow
@every_lesson
def test_the_solution_gets_all_points_bonus_included(name: str, tmp_path: Path) -> None:
    report = check_file(handed_in(name, tmp_path, solved=True), COURSE.assignment(name)).report
    judged = [one for one in report.exercises if one.state is not Verdict.PENDING]  # the others need a GPU
    assert {one.grade_id: one.score for one in judged} == {one.grade_id: one.max_score for one in judged}
    assert judged
    assert not any(exercise.with_stand_ins for exercise in report.exercises)


@pytest.mark.slow
@every_lesson
def test_an_untouched_lesson_gets_no_points_and_is_told_so_kindly(name: str, tmp_path: Path) -> None:
    report = check_file(handed_in(name, tmp_path, solved=False), COURSE.assignment(name)).report
    assert {one.score for one in report.exercises if one.state is not Verdict.PENDING} == {0.0}
    messages = {check.message for exercise in report.exercises for check in exercise.checks}
    assert messages
    assert not any("Traceback" in message or "Error" in message for message in messages)


def marked_quiz(name: str, notebook: NotebookNode) -> Report:
    """The report on a quiz that was handed in."""
    assignment = COURSE.assignment(name)
    return grade_quiz(accept(as_bytes(notebook), assignment).notebook, assignment, "ada")


@every_quiz
def test_right_answers_to_a_quiz_earn_all_points(name: str) -> None:
    report = marked_quiz(name, paper(COURSE.assignment(name), "ada"))
    assert report.max_score > 0
    assert report.score == report.max_score


@every_quiz
def test_an_untouched_quiz_earns_nothing_and_needs_nobody(name: str) -> None:
    report = marked_quiz(name, read_lesson("release", name))
    assert report.score == 0
    assert not report.needs_person
