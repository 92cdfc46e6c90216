"""In a real kernel, the notebook shows each answer as grading reads it: one reader, one text, one result."""

from __future__ import annotations

import re

import pytest

from autograder.course import Assignment
from autograder.intake import accept
from autograder.model import ExerciseResult, Verdict
from autograder.quiz.grading import grade_quiz
from autograder.tests.lessons.run import execute, printed_by
from autograder.tests.notebooks import as_bytes
from autograder.tests.quiz.support import paper

pytestmark = pytest.mark.slow
#: What may stand in the cell for the fourth answer.
CELLS = {
    "plain": 'answer_4 = "keys"',
    "with a comment": '# I think\nanswer_4 = "keys"  # or key?',
    "with a type": 'answer_4: str = "Key"',
    "twice": 'answer_4 = "values"\nanswer_4 = "keys"',
    "two at once": 'x = answer_4 = "keys"',
    "after another": 'x = 1; answer_4 = "keys"',
    "over two lines": 'answer_4 = \\\n    "keys"',
    "with a magic": '%matplotlib inline\nanswer_4 = "keys"',
    "with a shell command": '!ls\nanswer_4 = "keys"',
    "in a condition": 'if True:\n    answer_4 = "keys"',
    "computed": 'answer_4 = "ke" + "ys"',
    "a number": "answer_4 = 3",
    "invisible": 'answer_4 = "ke\u200bys"',
    "curly quotes": "answer_4 = “keys”",
    "nothing": "answer_4 = None",
}


@pytest.mark.parametrize("name", CELLS)
def test_what_is_shown_is_what_is_graded(assignment: Assignment, name: str) -> None:
    notebook = paper(assignment, "ada", word=CELLS[name])
    clean = accept(as_bytes(notebook), assignment)
    report = grade_quiz(clean.notebook, assignment, "ada")
    result = next(one for one in report.exercises if one.grade_id == "word")
    for cell in notebook.cells:
        cell.metadata.setdefault("tags", []).append("raises-exception")
    execute(notebook, assignment.release.parent)
    shown = printed_by(next(cell for cell in notebook.cells if cell.id == "word")).strip()
    assert agrees(shown, result), f"the notebook says {shown!r}, and grading {result}"
    assert shown in printed_by(next(cell for cell in notebook.cells if cell.id == "all-answers"))


def agrees(shown: str, result: ExerciseResult) -> bool:
    """Whether a sentence of the notebook says what grading read."""
    if result.state is Verdict.ERROR:
        return re.search(r"expects|cannot be read|has lost its line|run the cell", shown) is not None
    return shown == f"Question 4: {result.answer or 'not answered yet'}"
