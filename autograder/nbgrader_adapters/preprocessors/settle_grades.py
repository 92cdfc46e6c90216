"""Corrects in the gradebook what nbgrader cannot read from a number."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from nbformat.notebooknode import NotebookNode
from nbgrader import utils
from nbgrader.api import Grade
from nbgrader.preprocessors import NbGraderPreprocessor

from autograder.model import ExerciseResult, Report, Verdict
from autograder.nbgrader_adapters.book import gradebook_at
from autograder.nbgrader_adapters.preprocessors.write_verdicts import (
    bonus_points,
    is_verdict_cell,
    result_for,
    score_of,
)
from autograder.nbgrader_adapters.reports import load_report
from autograder.nbgrader_adapters.task import report_in, task_in

_WAITS = (
    "“{cell}” (points: {points:g}) waits for a machine with a GPU; its points are neither given nor taken. "
    "To whoever marks this: grade once more where there is a GPU, or give the points by hand."
)
_FAILED = (
    "The grader itself failed at “{cell}” (points: {points:g}), through no fault in this notebook. "
    "To whoever marks this: grade once more, or give the points by hand."
)


class SettleGrades(NbGraderPreprocessor):
    """After SaveAutoGrades: what has no verdict gets no score and waits for a person; bonus points become extra credit.

    What a person entered stays: a manual score and a manual comment are never touched, and extra credit only where
    it is what the last run gave.
    """

    def preprocess(self, nb: NotebookNode, resources: dict[str, Any]) -> tuple[NotebookNode, dict[str, Any]]:
        """Settle all graded cells in one transaction."""
        report, task = report_in(resources), task_in(resources)
        saved = load_report(task.assignment, task.student)
        place = [resources["nbgrader"][key] for key in ("notebook", "assignment", "student")]
        with gradebook_at(resources["nbgrader"]["db_url"]) as gradebook:
            for cell, answer in _with_answers(nb):
                exercise = result_for(cell, report)
                grade = gradebook.find_grade(cell.metadata.nbgrader.grade_id, *place)
                _settle_score(grade, exercise)
                _settle_bonus(grade, cell, exercise, saved.report if saved else None)
                if answer and score_of(exercise) is None:
                    _explain(gradebook.find_comment(answer, *place), exercise)
            gradebook.db.commit()
        return nb, resources


def _with_answers(nb: NotebookNode) -> Iterator[tuple[NotebookNode, str]]:
    """Each graded cell, and the grade id of the solution cell before it (nbgrader keeps comments there)."""
    answer = ""
    for cell in nb.cells:
        if utils.is_solution(cell) and cell.cell_type == "code":
            answer = cell.metadata.nbgrader.grade_id
        if is_verdict_cell(cell):
            yield cell, answer


def _settle_score(grade: Grade, exercise: ExerciseResult) -> None:
    if score_of(exercise) is None and not (exercise.bonus and exercise.state is Verdict.PENDING):
        grade.auto_score = None
        grade.needs_manual_grade = True


def _settle_bonus(grade: Grade, cell: NotebookNode, exercise: ExerciseResult, before: Report | None) -> None:
    now = bonus_points(cell, exercise)
    given = bonus_points(cell, result_for(cell, before)) if before else 0.0
    untouched = grade.extra_credit in (None, given)  # None also in a gradebook that was begun anew
    if exercise.state is not Verdict.ERROR and untouched:
        grade.extra_credit = now or None


def _explain(comment: Any, exercise: ExerciseResult) -> None:
    """Say what to do; where a person left a comment, nbgrader shows theirs instead."""
    template = _WAITS if exercise.state is Verdict.PENDING else _FAILED
    sentence = template.format(cell=exercise.grade_id, points=exercise.max_score)
    comment.auto_comment = " ".join(filter(None, (comment.auto_comment, sentence)))
