"""The public side of a question: all that a student may see before grading, and nothing of the key.

Notebooks for marks are built from these records alone. That no key gets through is tried by building them from other
keys: `scrambled` gives a quiz with the same questions and other right answers, and not a byte may differ. Points, and
how many options there are, are public; an author who lets them tell of the key is not stopped.
"""

from __future__ import annotations

import random
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
    Slip,
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


def scrambled(quiz: Quiz, seed: int) -> Quiz:
    """The same quiz with another key: other options right, another number of them, other answers and explanations."""
    chance = random.Random(seed)
    return msgspec.structs.replace(quiz, questions=tuple(_scrambled(question, chance) for question in quiz.questions))


def _scrambled(question: AnyQuestion, chance: random.Random) -> AnyQuestion:
    changes: dict[str, object] = {"why": _some(chance), "proof": "", "computed": {}}
    match question:
        case OneChoice():
            changes["options"] = _options(question.options, 1, chance)
        case SeveralChoices():
            changes["options"] = _options(question.options, chance.randrange(2, len(question.options)), chance)
        case Number():
            room = {"tolerance": chance.choice([0.0, 0.5]), "relative": chance.choice([0.0, 0.01])}
            changes |= room | {"answer": chance.choice([0, -1, 12.5, 1e9]), "slips": _slips(chance, 7.0)}
        case Text():
            forms = tuple(_some(chance) for _ in range(chance.randrange(1, 4)))
            changes |= {"accept": forms, "slips": _slips(chance, "a slip")}
        case Prints():
            changes |= {"answer": chance.choice(["0", "a\nb", _some(chance)]), "slips": _slips(chance, "a slip")}
        case Order():
            changes["items"] = tuple(chance.sample(question.items, len(question.items)))
        case Line():
            changes |= {"line": chance.randrange(len(question.code.splitlines())) + 1, "mended": _some(chance)}
    return msgspec.structs.replace(question, **changes)


def _options(options: tuple[Option, ...], right: int, chance: random.Random) -> tuple[Option, ...]:
    """The options in another order in the file, so many of them right."""
    chosen = set(chance.sample(range(len(options)), right))
    made = [Option(option.text, _some(chance), place in chosen) for place, option in enumerate(options)]
    return tuple(chance.sample(made, len(made)))


def _slips(chance: random.Random, answer: Value) -> tuple[Slip, ...]:
    return (Slip(answer, _some(chance)),) * chance.randrange(3)


def _some(chance: random.Random) -> str:
    return "words " * chance.randrange(1, 9) + str(chance.random())
