"""The public side of a question: all that a student may see before grading, and nothing of the key.

Notebooks for marks are built from these records alone. That no key gets through is proved by building them from
another key: `scrambled` gives a quiz with the same questions and other right answers, and not a byte may differ.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import msgspec

from autograder.quiz.ask import filled
from autograder.quiz.draw import LETTERS, marked, shown_order
from autograder.quiz.records import (
    AnyQuestion,
    Line,
    Number,
    OneChoice,
    Option,
    Order,
    Prints,
    Quiz,
    SeveralChoices,
    Text,
    Value,
)


@dataclass(frozen=True, slots=True)
class Shown:
    """A question as everybody may see it; parameters stand in it by their names.

    Attributes:
        number: its place in the quiz, from 1.
        kind: the word of `public.EXPECTS`.
        choices: options or items, in the order in which they are shown, lettered from A.
    """

    number: int
    id: str
    kind: str
    points: float
    text: str
    code: str
    picture: str
    alt: str
    choices: tuple[str, ...]
    parameters: Mapping[str, tuple[Value, ...]] = field(default_factory=dict)

    @property
    def letters(self) -> str:
        """The letters that there are to choose from."""
        return LETTERS[: len(self.choices)]


@dataclass(frozen=True, slots=True)
class ShownQuiz:
    """A quiz as everybody may see it."""

    name: str
    title: str
    introduction: str
    lesson: str
    when: str
    taking_part: bool
    questions: tuple[Shown, ...]


def kind_of(question: AnyQuestion) -> str:
    """The word for the question's kind."""
    return str(question.__struct_config__.tag)


def shown_quiz(quiz: Quiz) -> ShownQuiz:
    """What everybody may see of the questions that are asked for marks."""
    about = quiz.about
    questions = tuple(shown_question(question, number) for number, question in enumerate(marked(quiz), 1))
    return ShownQuiz(
        quiz.name, about.title, about.introduction, about.lesson, about.when, about.credit == "taking-part", questions
    )


def shown_question(question: AnyQuestion, number: int) -> Shown:
    """What everybody may see of a question."""
    names = {name: name for name in question.parameters}
    texts = [option.text for option in question.options] if isinstance(question, OneChoice | SeveralChoices) else []
    texts = list(question.items) if isinstance(question, Order) else texts
    return Shown(
        number=number,
        id=question.id,
        kind=kind_of(question),
        points=question.points,
        text=filled(question, question.text, names).strip(),
        code=filled(question, question.code, names).strip("\n"),
        picture=question.picture,
        alt=question.alt,
        choices=tuple(filled(question, texts[place], names).strip() for place in shown_order(question)),
        parameters=question.parameters,
    )


def scrambled(quiz: Quiz) -> Quiz:
    """The same quiz with another key: other options right, other answers, other explanations."""
    return msgspec.structs.replace(quiz, questions=tuple(_scrambled(question) for question in quiz.questions))


def _scrambled(question: AnyQuestion) -> AnyQuestion:
    changes: dict[str, object] = {"why": "Another reason.", "proof": "", "computed": {}}
    match question:
        case OneChoice() | SeveralChoices():
            changes["options"] = _turned(question.options)
        case Number():
            changes |= {"answer": 12345.678, "tolerance": 0.5, "relative": 0.01, "slips": ()}
        case Text():
            changes |= {"accept": ("another answer",), "slips": ()}
        case Prints():
            changes |= {"answer": "another answer", "slips": ()}
        case Order():
            changes["items"] = question.items[::-1]
        case Line():
            changes |= {"line": question.line % len(question.code.splitlines()) + 1, "mended": "pass"}
    return msgspec.structs.replace(question, **changes)


def _turned(options: tuple[Option, ...]) -> tuple[Option, ...]:
    """The options, each with the verdict of the next, in another order."""
    right = [option.right for option in options]
    turned = [Option(option.text, "Another reason.", right[i - 1]) for i, option in enumerate(options)]
    return tuple(reversed(turned))
