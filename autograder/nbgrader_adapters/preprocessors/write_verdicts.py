"""Puts the trusted verdict where nbgrader looks for a grade: into the outputs of each graded cell."""

from __future__ import annotations

import math
from typing import Any

from nbformat.notebooknode import NotebookNode
from nbgrader import utils
from nbgrader.preprocessors import NbGraderPreprocessor

from autograder.model import ExerciseResult, Report
from autograder.nbgrader_adapters import interrupts, outputs
from autograder.nbgrader_adapters.reports import unsettle_report
from autograder.nbgrader_adapters.task import report_in, task_in
from autograder.report import verdict_html, verdict_text


class WriteVerdicts(NbGraderPreprocessor):
    """Replaces all outputs of every graded code cell: an explanation for the student, then one number.

    nbgrader reads the points of a cell from its outputs: none at all, a negative number or NaN are full marks to
    it, anything on stderr is zero, and more than the cell's points is an error. So nothing but these two outputs
    is left there, and the number is always one that nbgrader takes as it stands.
    """

    def preprocess(self, nb: NotebookNode, resources: dict[str, Any]) -> tuple[NotebookNode, dict[str, Any]]:
        """Write all verdicts.

        Raises:
            CourseError: nothing was executed, so there are none.
        """
        report = report_in(resources)
        for cell in nb.cells:
            if is_verdict_cell(cell):
                exercise = result_for(cell, report)
                cell.outputs = [_explanation(exercise, report), outputs.value(repr(auto_points(cell, exercise)))]
        interrupts.hold()  # from here on the gradebook is written: whole or not at all
        unsettle_report(task_in(resources))
        return nb, resources


def is_verdict_cell(cell: NotebookNode) -> bool:
    """Whether a cell is graded by the machine."""
    return bool(utils.is_grade(cell)) and not utils.is_solution(cell) and cell.cell_type == "code"


def result_for(cell: NotebookNode, report: Report) -> ExerciseResult:
    """The verdict on a graded cell; one without checks, which is a grader error, where the report has none."""
    settings = cell.metadata.nbgrader
    found = [exercise for exercise in report.exercises if exercise.grade_id == settings.grade_id]
    return found[0] if found else ExerciseResult(settings.grade_id, float(settings.points), ())


def score_of(exercise: ExerciseResult) -> float | None:
    """The points that an exercise earned; None when there is no verdict, or one that is no number of points."""
    score = exercise.score
    return score if score is not None and math.isfinite(score) and score >= 0 else None


def auto_points(cell: NotebookNode, exercise: ExerciseResult) -> float:
    """The points that count towards the cell's: 0 without a verdict, never more than there are."""
    return min(score_of(exercise) or 0.0, float(cell.metadata.nbgrader.points))


def bonus_points(cell: NotebookNode, exercise: ExerciseResult) -> float:
    """The points earned beyond the cell's own (a bonus cell has none of its own)."""
    return max(0.0, (score_of(exercise) or 0.0) - float(cell.metadata.nbgrader.points))


def _explanation(exercise: ExerciseResult, report: Report) -> NotebookNode:
    data = {"text/html": verdict_html(exercise, report), "text/plain": verdict_text(exercise, report)}
    return outputs.display(data)
