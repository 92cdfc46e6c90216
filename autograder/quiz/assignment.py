"""A quiz for marks, as an assignment: the instructor's notebook in `source/`, made from the public side alone.

::

    quizzes/<quiz>.toml ─ marked questions ─ Shown ─→ source/<quiz>/<quiz>.ipynb ─ autograder release ─→ release/<quiz>/
    quizzes/figures/*.svg ────────────────────────────→ source/<quiz>/figures/

    setup     the text of public.py: draws numbers, reads answers      locked, folded away
    title     what it is, and what to do
    student   student = None                                           the student's
    for each question
      <id>-question   what is asked                                    locked
      <id>-numbers    your_numbers(…), where it has parameters         locked
      <id>-answer     answer_3 = None                                  the student's
      <id>            read_back(3, …): shows how it will be read       locked, graded
    all-answers       all of them, read back                           locked
"""

from __future__ import annotations

import inspect
import json
from pathlib import Path
from typing import Any

import nbformat
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from autograder.course import NOTEBOOK_METADATA, Assignment, Course
from autograder.errors import CourseError, LeakError
from autograder.quiz import public
from autograder.quiz.files import differing, put
from autograder.quiz.records import Quiz
from autograder.quiz.shown import Shown, ShownQuiz, scrambled, shown_quiz
from autograder.quiz.source import load_quiz

_TITLE = """\
# {title}

{introduction}

{rule} {count} questions, {points:g} points.

1. Write your student id into the cell `student = None`, then run all cells (*Run → Run All Cells*). Some questions have
   numbers of your own, which follow from your id.
2. Answer. Each question has a cell for your answer, and below it one that shows how it will be read: run both, in this
   order.
3. At the end all answers are read back once more. Save, and hand in. (Is nothing shown? Run all cells once more.)

Nothing here tells whether an answer is right: that, and why, you read in the feedback."""
_RULES = {
    True: "This quiz is for finding out what you know already: every answer earns its points, right or wrong.",
    False: "Right answers earn points.",
}
_STUDENT = "# Your student id, as your instructor knows it.\nstudent = None"
_ANSWER = "# {what}, such as {example}\nanswer_{number} = None"
#: What is said of the rules by which a kind is marked.
_RULE_OF = {
    "several": "*Several are right. The right ones share the points; the wrong ones, all together, take them away.*",
    "text": "*Capitals, articles and full stops do not count; a hyphen counts as a space.*",
    "prints": "*How many spaces there are does not count.*",
}
#: Keys that a notebook is built from, to see that it is the same.
OTHER_KEYS = 12
#: The line that is left of the tools.
_FOLDED = "# The tools of this quiz, folded away\n"
_HIDDEN = {"jupyter": {"source_hidden": True}}


def quiz_notebook(quiz: ShownQuiz) -> NotebookNode:
    """The notebook of a quiz for marks; the release is made from it without a change."""
    cells = [new_markdown_cell(_title(quiz), id="title"), _locked("setup", _setup()), _answered("student", _STUDENT)]  # type: ignore[no-untyped-call]
    for question in quiz.questions:
        cells += _cells(question)
    rows = "".join(f'    {one.number}: ("{one.kind}", "{one.letters}"),\n' for one in quiz.questions)
    cells.append(new_markdown_cell("## All your answers\n\nAs they will be read:", id="before-handing-in"))  # type: ignore[no-untyped-call]
    cells.append(_locked("all-answers", "read_back_all({\n" + rows + "})"))
    return new_notebook(cells=cells, metadata=NOTEBOOK_METADATA | {"quiz": quiz.name})  # type: ignore[no-any-return,no-untyped-call]


def notebook_text(notebook: NotebookNode) -> str:
    """A notebook as it is kept on disk."""
    return json.dumps(notebook, indent=1, sort_keys=True, ensure_ascii=False) + "\n"


def quiz_files(course: Course, quiz: Quiz) -> dict[Path, bytes]:
    """All files of a quiz's assignment in `source/`, with their content.

    Raises:
        LeakError: what is shown would depend on what is right.
    """
    shown = shown_quiz(quiz)
    text = notebook_text(quiz_notebook(shown))
    others = {notebook_text(quiz_notebook(shown_quiz(scrambled(quiz, seed)))) for seed in range(OTHER_KEYS)}
    if others != {text}:
        raise LeakError(
            f"quizzes/{quiz.name}.toml: the notebook for marks would differ with another key, so it tells of it."
        )
    folder = course.assignment_folder(quiz.name)
    files = {folder / f"{quiz.name}.ipynb": text.encode()}
    for picture in sorted({question.picture for question in shown.questions if question.picture}):
        files[folder / "figures" / picture] = (course.root / "quizzes" / "figures" / picture).read_bytes()
    return files


def build_assignment(course: Course, quiz: Quiz) -> list[Path]:
    """Writes the assignment of a quiz; gives the files that changed."""
    return put(quiz_files(course, quiz), course.assignment_folder(quiz.name))


def check_assignment(assignment: Assignment) -> None:
    """Make sure that a quiz's notebook in `source/` is what its file gives, and tells nothing of the key.

    Raises:
        CourseError: it is not, or there is no such quiz.
        LeakError: it would tell.
    """
    if not assignment.is_quiz:
        raise CourseError(
            f"{assignment.source} says that it is a quiz, and there is no quizzes/{assignment.name}.toml."
        )
    quiz = load_quiz(assignment.course, assignment.name)
    files = quiz_files(assignment.course, quiz)
    if found := differing(files, assignment.source.parent):
        names = ", ".join(str(path.relative_to(assignment.course.root)) for path in found)
        raise CourseError(
            f"{names}: not what quizzes/{quiz.name}.toml gives; change that, then: autograder quiz build {quiz.name}."
        )


def _title(quiz: ShownQuiz) -> str:
    return _TITLE.format(
        title=quiz.title,
        introduction=quiz.introduction.strip(),
        rule=_RULES[quiz.taking_part],
        count=len(quiz.questions),
        points=sum(question.points for question in quiz.questions),
    )


def _setup() -> str:
    return _FOLDED + inspect.getsource(public).strip()


def _cells(question: Shown) -> list[NotebookNode]:
    what, example = public.EXPECTS[question.kind]
    cells = [_locked(f"{question.id}-question", _asked(question), kind="markdown")]
    if question.parameters:
        values = ", ".join(f"{name}={list(choices)!r}" for name, choices in question.parameters.items())
        cells.append(_locked(f"{question.id}-numbers", f'your_numbers("{question.id}", {values})'))
    answer = _ANSWER.format(what=what[0].upper() + what[1:], example=example, number=question.number)
    cells.append(_answered(f"{question.id}-answer", answer))
    check = f'read_back({question.number}, "{question.kind}"' + (
        f', "{question.letters}")' if question.letters else ")"
    )
    cells.append(_locked(question.id, check, grade=True, points=question.points))
    return cells


def _asked(question: Shown) -> str:
    worth = "1 point" if question.points == 1 else f"{question.points:g} points"
    parts = [f"## Question {question.number}\n\n*{worth}*", question.text]
    if question.code:
        parts.append(f"```python\n{_numbered(question) if question.kind == 'line' else question.code}\n```")
    if question.picture:
        parts.append(f"![{question.alt}](figures/{question.picture})")
    if question.kind in _RULE_OF:
        parts.append(_RULE_OF[question.kind])
    parts += [f"**{letter}.** {text}" for letter, text in zip(question.letters, question.choices, strict=True)]
    return "\n\n".join(parts)


def _numbered(question: Shown) -> str:
    lines = question.code.splitlines()
    width = max(len(line) for line in lines) + 2
    return "\n".join(f"{line:<{width}}# line {number}" for number, line in enumerate(lines, 1))


def _locked(cell_id: str, source: str, kind: str = "code", **settings: Any) -> NotebookNode:
    cell = _graded_cell(cell_id, source, kind, locked=True, **settings)
    if cell_id == "setup":
        cell.metadata |= _HIDDEN
    return cell


def _answered(cell_id: str, source: str) -> NotebookNode:
    return _graded_cell(cell_id, source, "code", solution=True)


def _graded_cell(cell_id: str, source: str, kind: str, **settings: Any) -> NotebookNode:
    settings = {"grade": False, "solution": False, "locked": False, "task": False} | settings
    nbgrader = {"schema_version": 3, "grade_id": cell_id} | settings
    new_cell = new_code_cell if kind == "code" else new_markdown_cell
    return nbformat.from_dict(new_cell(source, id=cell_id, metadata={"nbgrader": nbgrader}))  # type: ignore[no-any-return,no-untyped-call]
