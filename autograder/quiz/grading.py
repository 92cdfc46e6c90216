"""Grades a quiz for marks: reads the answer cells, and runs nothing of them.

::

    sanitised notebook ─→ <id>-answer cells ─ public.read_answer ─→ mark ─→ Report
    the student        ─→ values of parameters ─ ask ─→ key ────────┘

What cannot be read costs nobody points by itself: it has no verdict, and a person looks at it.
"""

from __future__ import annotations

import re
import time
from collections.abc import Sequence
from dataclasses import dataclass

from nbformat import NotebookNode

from autograder.course import Assignment
from autograder.model import NOT_RUN, CheckResult, ExerciseResult, Report, Verdict
from autograder.quiz import sentences
from autograder.quiz.ask import Asked, ask, plain_value
from autograder.quiz.draw import marked
from autograder.quiz.mark import Mark, mark
from autograder.quiz.public import Answer, WrongFormat, gives, numbers_for, read_answer, read_text, shown
from autograder.quiz.records import AnyQuestion
from autograder.quiz.shown import kind_of
from autograder.quiz.source import load_quiz


def grade_quiz(notebook: NotebookNode, assignment: Assignment, student: str, notices: Sequence[str] = ()) -> Report:
    """The verdict on a sanitised notebook of a quiz.

    Args:
        student: whose it is; empty where only the notebook can say.

    Raises:
        CourseError: the quiz has a fault.
    """
    started = time.monotonic()
    quiz = load_quiz(assignment.course, assignment.name)
    paper = _Paper(notebook, student, quiz.about.credit == "taking-part")
    results = tuple(paper.result(question, number) for number, question in enumerate(marked(quiz), 1))
    return Report(
        assignment=assignment.name,
        version=assignment.version,
        sandbox=NOT_RUN,
        device="cpu",
        exercises=results,
        notices=(*notices, *paper.notices(any(question.parameters for question in marked(quiz)))),
        seconds=round(time.monotonic() - started, 2),
    )


@dataclass
class _Paper:
    """One student's notebook."""

    notebook: NotebookNode
    student: str
    taking_part: bool

    def __post_init__(self) -> None:
        cells = [cell for cell in self.notebook.cells if cell.cell_type == "code"]
        named = [(cell.metadata.get("nbgrader", {}).get("grade_id"), cell.source) for cell in cells]
        self.cells = {name: source for name, source in named if name}
        self.own = [source for name, source in named if not name]
        try:
            self.said = read_text(self.cells.get("student", ""), "student")
        except WrongFormat:
            self.said = ""

    def notices(self, has_numbers: bool) -> list[str]:
        """What is to be said of whose notebook it is."""
        if not has_numbers or not (self.student or self.said):
            return []
        if not self.student:
            return [sentences.OWN_WORD.format(said=_name(self.said))]
        return [sentences.OTHER_STUDENT.format(said=_name(self.said), student=self.student)] * self._other_id

    @property
    def _other_id(self) -> bool:
        return bool(self.student) and self.said.casefold() != self.student.strip().casefold()

    def result(self, question: AnyQuestion, number: int) -> ExerciseResult:
        """The verdict on one question; a fault of ours costs one verdict, and no more."""
        try:
            return self._result(question, number)
        except WrongFormat as fault:
            return _without(question, "", sentences.UNREADABLE.format(number=number, fault=fault))
        except Exception as error:  # noqa: BLE001 # whatever an answer provokes, the others are graded
            return _without(question, "", sentences.FAULT.format(number=number, error=type(error).__name__))

    def _result(self, question: AnyQuestion, number: int) -> ExerciseResult:
        who = self.student or self.said
        if question.parameters and not who:
            return _without(question, "", sentences.WHOSE)
        asked, name = self._asked(question, who), f"answer_{number}"
        letters = "".join(choice.letter for choice in asked.choices)
        answer = read_answer(self.cells.get(f"{question.id}-answer", ""), name, kind_of(question), letters)
        if answer is None and any(gives(source, name) for source in self.own):
            return _without(question, "", sentences.ELSEWHERE.format(number=number))
        if answer is not None and self._right_for_another(asked, answer):
            words = sentences.OTHER_NUMBERS.format(said=_name(self.said), student=self.student)
            return _without(question, shown(answer), words)
        return self._settled(asked, answer)

    def _asked(self, question: AnyQuestion, who: str) -> Asked:
        return ask(question, numbers_for(who, question.id, question.parameters))

    def _right_for_another(self, asked: Asked, answer: Answer) -> bool:
        """Whether the answer is wrong, but right for the id that the notebook names: a slip of the pen, or a copy."""
        if not (self._other_id and self.said and asked.question.parameters) or mark(asked, answer).right:
            return False
        return mark(self._asked(asked.question, self.said), answer).right

    def _settled(self, asked: Asked, answer: Answer | None) -> ExerciseResult:
        found = mark(asked, answer)
        earned = found.share if not self.taking_part else float(answer is not None)
        message = "\n\n".join([*_numbers(asked), *found.why])
        title = _title(found, answer, self.taking_part)
        checks = [CheckResult("answer", title, Verdict.PASSED, message, weight=earned, core=True)] if earned else []
        if earned < 1:
            rest = title if not earned else sentences.REST
            told = message if not earned else ""
            checks.append(
                CheckResult("rest" if earned else "answer", rest, Verdict.FAILED, told, weight=1 - earned, core=True)
            )
        text = "" if answer is None else shown(answer)
        return ExerciseResult(asked.question.id, asked.question.points, tuple(checks), answer=text, right=found.share)


def _numbers(asked: Asked) -> list[str]:
    if not asked.values:
        return []
    values = ", ".join(f"{name} = {plain_value(value)}" for name, value in asked.values.items())
    return [sentences.NUMBERS.format(values=values)]


def _title(found: Mark, answer: Answer | None, taking_part: bool) -> str:
    if answer is None:
        return sentences.NOT_ANSWERED
    state = "right" if found.right else "partly" if found.share else "wrong"
    return (sentences.TAKEN if taking_part else sentences.TITLES)[state].format(answer=shown(answer))


def _name(said: str) -> str:
    """A student id as a notebook has it, if it can be one: a notebook may hold anything in its place."""
    if not said:
        return sentences.NOBODY
    return f"“{said}”" if re.fullmatch(r"[\w.@+ -]{1,40}", said) else sentences.SOMEBODY


def _without(question: AnyQuestion, answer: str, why: str) -> ExerciseResult:
    """No verdict: a person looks at it."""
    check = CheckResult("answer", sentences.NO_VERDICT, Verdict.ERROR, why, core=True)
    return ExerciseResult(question.id, question.points, (check,), answer=answer)
