"""nbgrader's task cells, all the way: released, sanitised, told as answered or not, marked by a person."""

from __future__ import annotations

from pathlib import Path

import nbformat
import pytest
from nbformat import NotebookNode

from autograder.course import Assignment
from autograder.exercises import is_answered, is_graded, is_manual
from autograder.intake import accept, released_notebook
from autograder.tests import tiny
from autograder.tests.nbgrader_adapters.support import (
    NBGRADER_WARNINGS,
    FakeGrader,
    Mark,
    formgrader_page,
    grade,
    gradebook,
    graded_notebook,
    marks,
    stand_in,
)
from autograder.tests.notebooks import as_bytes, cell_of, free, settings, submit

pytestmark = NBGRADER_WARNINGS
TEXT = "Take a model, and report.\n\n### BEGIN MARK SCHEME\nA point for honesty.\n### END MARK SCHEME"


def with_task() -> NotebookNode:
    """The course's notebook with a task behind its question, and a cell to play with behind that."""
    notebook = INSTRUCTOR()
    task = free(TEXT, "project", kind="markdown")
    task.metadata["nbgrader"] = settings("project", locked=True) | {"task": True, "points": 4}
    notebook.cells[-1:-1] = [task]
    return notebook


INSTRUCTOR = tiny.instructor


@pytest.fixture
def assignment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Assignment:
    """The course with a task, released."""
    monkeypatch.setattr(tiny, "instructor", with_task)
    return tiny.make_tiny(tmp_path)


def submitted(assignment: Assignment, *own: NotebookNode, **sources: str) -> NotebookNode:
    """A submission with cells of the student's own behind the task."""
    notebook = tiny.submission(released_notebook(assignment), **sources)
    place = notebook.cells.index(cell_of(notebook, "project")) + 1
    notebook.cells[place:place] = own
    return notebook


REPORT = free("I took a model, and it was worse.", "my-report", kind="markdown")


def answered(assignment: Assignment, notebook: NotebookNode, grade_id: str = "project") -> bool:
    """Whether a sanitised submission's cell counts as answered."""
    released = released_notebook(assignment)
    clean = accept(as_bytes(notebook), assignment).notebook
    return is_answered(cell_of(clean, grade_id), clean, released)


def test_a_task_is_released_without_its_mark_scheme(assignment: Assignment) -> None:
    task = cell_of(nbformat.read(assignment.release, 4), "project")  # type: ignore[no-untyped-call]
    assert task.source.strip() == "Take a model, and report."
    assert (task.metadata.nbgrader.task, task.metadata.nbgrader.points) == (True, 4)
    assert is_manual(task)
    assert not is_graded(task)


def test_cells_behind_a_task_answer_it(assignment: Assignment) -> None:
    assert answered(assignment, submitted(assignment, REPORT))
    assert answered(assignment, submitted(assignment, free("x = double(3)", "mine")))


def test_nothing_of_the_release_answers_a_task(assignment: Assignment) -> None:
    assert not answered(assignment, submitted(assignment))
    assert not answered(assignment, submitted(assignment, free("  \n", "empty")))
    played = submitted(assignment)
    cell_of(played, "playground").source = "double(7)"
    assert not answered(assignment, played)
    without_ids = submitted(assignment)
    cell_of(without_ids, "playground").id = "drawn-anew"
    assert not answered(assignment, without_ids)


def test_what_stands_elsewhere_does_not_answer_a_task(assignment: Assignment) -> None:
    notebook = submitted(assignment)
    notebook.cells.insert(1, REPORT)
    assert not answered(assignment, notebook)


def test_an_answer_in_the_task_itself_is_taken_out_again(assignment: Assignment) -> None:
    notebook = submitted(assignment)
    cell_of(notebook, "project").source = "My report."
    assert not answered(assignment, notebook)
    released = released_notebook(assignment)
    clean = accept(as_bytes(notebook), assignment).notebook
    assert cell_of(clean, "project").source == cell_of(released, "project").source


def test_questions_are_answered_in_their_own_text(assignment: Assignment) -> None:
    stub = cell_of(released_notebook(assignment), "why").source
    assert answered(assignment, submitted(assignment), "why")
    assert not answered(assignment, submitted(assignment, why=f"{stub}\n\n"), "why")
    assert not answered(assignment, submitted(assignment, REPORT, why=stub), "why")


def test_a_task_waits_for_a_person_and_keeps_its_marks(assignment: Assignment, monkeypatch: pytest.MonkeyPatch) -> None:
    stand_in(FakeGrader(), monkeypatch)
    for student, own in {"alice": [REPORT], "bob": []}.items():
        submit(assignment.course, student, "tiny", submitted(assignment, *own))
    assert grade(assignment).complete
    assert marks(assignment.course, "alice")["project"] == Mark(None, needs_person=True)
    assert marks(assignment.course, "bob")["project"].auto in (None, 0.0)
    with gradebook(assignment.course) as book:
        book.find_grade("project", "tiny", "tiny", "alice").manual_score = 3.0
        book.db.commit()
    grade(assignment, force=True)
    assert marks(assignment.course, "alice")["project"].manual == 3.0
    text = graded_notebook(assignment.course, "alice").read_text()
    assert "it was worse" in text
    assert "it was worse" in formgrader_page(assignment.course, "alice")
