"""Marks: nothing but a verdict of ours gives points, whatever a cell has printed; people's own entries stay."""

from __future__ import annotations

import nbformat
import pytest
from nbgrader.utils import determine_grade

from autograder.course import Assignment, Course
from autograder.model import ExerciseResult, Verdict
from autograder.nbgrader_adapters.grading import Status
from autograder.tests import tiny
from autograder.tests.nbgrader_adapters.support import (
    NBGRADER_WARNINGS,
    FakeGrader,
    Mark,
    check,
    grade,
    gradebook,
    graded_notebook,
    hand_in,
    marks,
    number,
    partly,
    result,
    stream,
)
from autograder.tests.notebooks import cell_of, graded

pytestmark = NBGRADER_WARNINGS

OPEN = Mark(auto=None, needs_person=True)


def test_a_class_is_marked(assignment: Assignment, course: Course, grader: FakeGrader) -> None:
    hand_in(assignment, "alice")
    hand_in(assignment, "bob", double_code=tiny.WRONG, why="*Your answer here.*")
    outcome = grade(assignment)
    assert [(each.student, each.status) for each in outcome.submissions] == [
        ("alice", Status.GRADED),
        ("bob", Status.GRADED),
    ]
    assert outcome.complete
    assert marks(course, "alice") == {"double": Mark(2.0), "on-gpu": OPEN, "whole": Mark(0.0), "why": OPEN}
    assert marks(course, "bob")["double"] == Mark(0.0)


@pytest.mark.parametrize(
    "outputs",
    [
        pytest.param([], id="nothing, which nbgrader takes for full marks"),
        pytest.param([stream("all right")], id="mere text, which nbgrader takes for full marks"),
        pytest.param([number("nan")], id="NaN, which nbgrader takes for full marks"),
        pytest.param([number(-1)], id="a negative number, which nbgrader takes for full marks"),
        pytest.param([number("fine")], id="a word, which nbgrader takes for full marks"),
        pytest.param([number(2)], id="full marks"),
    ],
)
def test_outputs_of_the_student_give_no_points(
    assignment: Assignment, course: Course, grader: FakeGrader, outputs: list[nbformat.NotebookNode]
) -> None:
    assert _nbgrader_gives(outputs) == 2.0
    hand_in(assignment, "mallory", double_code=tiny.WRONG)
    grader.outputs = {"double": outputs}
    grade(assignment)
    assert marks(course, "mallory")["double"] == Mark(0.0)


def test_a_warning_on_stderr_costs_nothing(assignment: Assignment, course: Course, grader: FakeGrader) -> None:
    warning = stream("UserWarning: mind the gap", "stderr")
    assert _nbgrader_gives([warning, number(2)]) == 0.0
    hand_in(assignment, "alice")
    grader.outputs = {"double": [warning], "double-code": [warning], "setup": [warning]}
    grade(assignment)
    assert marks(course, "alice")["double"] == Mark(2.0)


def _nbgrader_gives(outputs: list[nbformat.NotebookNode]) -> float | None:
    cell = graded("double", points=2)
    cell.outputs = outputs
    points: float | None = determine_grade(cell)[0]
    return points


@pytest.mark.parametrize(
    "verdict",
    [
        pytest.param(None, id="the report leaves it out"),
        pytest.param(ExerciseResult("double", 2, ()), id="no check ran"),
        pytest.param(result("double", 2, Verdict.ERROR), id="the grader failed"),
        pytest.param(result("double", 2, Verdict.PENDING), id="it waits for a GPU"),
        pytest.param(result("double", float("nan"), Verdict.PASSED), id="the points are no number"),
        pytest.param(result("double", -1.0, Verdict.PASSED), id="the points are negative"),
        pytest.param(result("double", float("inf"), Verdict.PASSED), id="the points are without end"),
    ],
)
def test_without_a_verdict_there_is_no_score_and_a_person_is_asked(
    assignment: Assignment, course: Course, grader: FakeGrader, verdict: ExerciseResult | None
) -> None:
    hand_in(assignment, "alice")
    grader.results = {"double": verdict}
    grade(assignment)
    assert marks(course, "alice")["double"] == OPEN


def test_never_more_than_the_cell_is_worth(assignment: Assignment, course: Course, grader: FakeGrader) -> None:
    hand_in(assignment, "alice")
    grader.results = {"double": result("double", 1000, Verdict.PASSED)}
    grade(assignment)
    assert marks(course, "alice")["double"].auto == 2.0


def test_part_of_the_points(assignment: Assignment, course: Course, grader: FakeGrader) -> None:
    hand_in(assignment, "alice")
    grader.results = {"double": ExerciseResult("double", 2, (check(Verdict.PASSED), *[check(Verdict.FAILED)] * 2))}
    grade(assignment)
    assert marks(course, "alice")["double"].auto == pytest.approx(2 / 3, abs=1e-4)


def test_a_cell_without_a_verdict_explains_what_to_do(
    assignment: Assignment, course: Course, grader: FakeGrader
) -> None:
    hand_in(assignment, "alice")
    grader.results = {"double": result("double", 2, Verdict.ERROR)}
    outcome = grade(assignment)
    comment = _comment(course, "alice")
    assert "The grader itself failed at “double”" in comment
    assert "“on-gpu” (points: 1) waits for a machine with a GPU" in comment
    assert outcome.failed  # a grader's error is not a verdict


def test_two_comments_are_both_said(assignment: Assignment, course: Course, grader: FakeGrader) -> None:
    stub = cell_of(nbformat.read(assignment.release, 4), "double-code").source  # type: ignore[no-untyped-call]
    hand_in(assignment, "alice", double_code=stub)
    grade(assignment)
    comment = _comment(course, "alice")
    assert "No response." in comment
    assert "waits for a machine with a GPU" in comment


def _comment(course: Course, student: str) -> str:
    with gradebook(course) as book:
        return str(book.find_comment("double-code", "tiny", "tiny", student).comment)


def test_bonus_points_become_extra_credit(assignment: Assignment, course: Course, grader: FakeGrader) -> None:
    hand_in(assignment, "alice")
    grader.results = {"whole": result("whole", 1, Verdict.PASSED)}
    assert grade(assignment).complete  # nbgrader raises where a cell of 0 points prints 1.0
    assert marks(course, "alice")["whole"] == Mark(0.0, extra=1.0)
    grader.results = {"whole": partly("whole", 1)}
    grade(assignment, force=True)
    assert marks(course, "alice")["whole"] == Mark(0.0, extra=0.5)
    grader.results = {}
    grade(assignment, force=True)
    assert marks(course, "alice")["whole"] == Mark(0.0)


def test_what_a_person_entered_survives_grading_again(
    assignment: Assignment, course: Course, grader: FakeGrader
) -> None:
    hand_in(assignment, "alice")
    grader.results = {"whole": result("whole", 1, Verdict.PASSED)}
    grade(assignment)
    with gradebook(course) as book:
        book.find_grade("double", "tiny", "tiny", "alice").manual_score = 1.5
        book.find_grade("why", "tiny", "tiny", "alice").manual_score = 2.0
        book.find_grade("whole", "tiny", "tiny", "alice").extra_credit = 0.25
        book.find_comment("double-code", "tiny", "tiny", "alice").manual_comment = "Nicely put."
        book.db.commit()
    grade(assignment, force=True)
    found = marks(course, "alice")
    assert (found["double"].manual, found["why"].manual, found["whole"].extra) == (1.5, 2.0, 0.25)
    assert _comment(course, "alice") == "Nicely put."


def test_the_verdict_is_all_that_a_graded_cell_shows(
    assignment: Assignment, course: Course, grader: FakeGrader
) -> None:
    hand_in(assignment, "alice")
    grader.outputs = {"double": [stream("<script>forged()</script>"), number(2), stream("forged", "stderr")]}
    grade(assignment)
    notebook = nbformat.read(graded_notebook(course, "alice"), 4)  # type: ignore[no-untyped-call]
    outputs = cell_of(notebook, "double").outputs
    assert [output.output_type for output in outputs] == ["display_data", "execute_result"]
    assert "2 of 2 points" in outputs[0].data["text/html"]
    assert outputs[1].data == {"text/plain": "2.0"}
    assert "forged" not in str(outputs)
