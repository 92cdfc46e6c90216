"""What is wrong with a quiz that fits the schema: things that only its meaning shows."""

from __future__ import annotations

import json
import keyword
import math
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import msgspec

from autograder.errors import CourseError
from autograder.formulae import formulae_in, is_formula
from autograder.quiz.ask import PLACE, Asked, ask
from autograder.quiz.draw import variants
from autograder.quiz.mark import is_right, printed_form, text_form
from autograder.quiz.public import LARGEST, LONGEST_TEXT
from autograder.quiz.records import (
    AnyQuestion,
    Line,
    Number,
    OneChoice,
    Order,
    Prints,
    Quiz,
    SeveralChoices,
    Text,
    Value,
)

MOST_VARIANTS = 60
#: So many questions at least stay for practice, and so many at least are asked.
PRACTICE, ASKED, ASKED_OF_LECTURE = 8, 8, 12
#: What cells of the notebook for marks are called that belong to no question.
TAKEN = ("title", "setup", "student", "before-handing-in", "all-answers")


@dataclass(frozen=True, slots=True)
class Fault:
    """Something that its author has to mend.

    Attributes:
        path: where it stands, as `$.question[3].answer`.
        question: the place of the question in the file; None for the quiz as a whole.
    """

    path: str
    words: str
    question: int | None = None


def faults(quiz: Quiz, path: Path) -> list[Fault]:
    """All faults of a quiz, in the order of its file."""
    found = list(_of_quiz(quiz, path))
    for place, question in enumerate(quiz.questions):
        for field, words in _of_question(question, path.parent):
            found.append(Fault(f"$.question[{place}].{field}", words, place))
    return found


def _of_quiz(quiz: Quiz, path: Path) -> Iterator[Fault]:
    if quiz.name != path.stem:
        yield Fault("$.quiz.lesson", f"a quiz of this lesson and time is called {quiz.name}.toml")
    least = ASKED_OF_LECTURE if quiz.about.lesson == "lecture" else ASKED
    if quiz.about.ask < least:
        yield Fault("$.quiz.ask", f"at least {least} questions are asked")
    if len(quiz.questions) < quiz.about.ask + PRACTICE:
        wanted = quiz.about.ask + PRACTICE
        yield Fault(
            "$.quiz.ask",
            f"the bank holds {len(quiz.questions)} questions, and {wanted} are needed ({PRACTICE} to practise)",
        )
    cells = [question.id for question in quiz.questions]
    cells += [f"{name}-{part}" for name in cells for part in ("answer", "question", "numbers")]
    for place, question in enumerate(quiz.questions):
        if cells.count(question.id) > 1:
            yield Fault(f"$.question[{place}].id", "this id is that of another cell too", place)


def _of_question(question: AnyQuestion, folder: Path) -> Iterator[tuple[str, str]]:
    """(field, what is wrong with it)."""
    yield from _of_characters(question)
    yield from _of_kind(question)
    yield from _of_picture(question, folder)
    yield from _of_places(question)
    if math.prod(len(values) for values in question.parameters.values()) > MOST_VARIANTS:
        yield "parameters", f"they make more than {MOST_VARIANTS} variants"
        return
    keys = set()
    for values in variants(question):
        try:
            asked = ask(question, values)
            keys.add(asked.key)
            found = list(_of_asked(asked))
        except (CourseError, IndexError) as error:
            found = [("id", str(error).partition(": ")[2] or str(error))]
        yield from found
        if found:  # one variant's faults are enough to go by
            return
    if len(keys) == 1 and question.parameters and not isinstance(question, OneChoice | SeveralChoices):
        yield "parameters", "the answer is the same for all values, so neighbours can share it"


def _of_characters(question: AnyQuestion) -> Iterator[tuple[str, str]]:
    """What no page and no XML can hold, and nobody sees."""
    for char in sorted(set(json.dumps(msgspec.to_builtins(question), ensure_ascii=False))):
        if unicodedata.category(char) in ("Cc", "Cf", "Cs", "Co"):
            yield "text", f"holds the character U+{ord(char):04X}, which nobody sees"


def _of_kind(question: AnyQuestion) -> Iterator[tuple[str, str]]:
    match question:
        case OneChoice() | SeveralChoices():
            yield from _of_options(question)
        case Number() if isinstance(question.answer, int | float) and not question.proof:
            yield "answer", "a number needs a proof, or an expression in its place: it is computed, and not believed"
        case Line():
            yield from _of_line(question)
        case Prints() if not question.code:
            yield "code", "is missing"
    if not isinstance(question, OneChoice | SeveralChoices) and not question.why.strip():
        yield "why", "is missing: everybody reads it"
    if question.id in TAKEN:
        yield "id", "this id is taken by the notebook itself"
    if "```" in question.code:
        yield "code", "may not hold ```, which ends it in the notebook"


def _of_options(question: OneChoice | SeveralChoices) -> Iterator[tuple[str, str]]:
    right = sum(option.right for option in question.options)
    if isinstance(question, OneChoice) and right != 1:
        yield "option", f"one option has to be right, and {right} are"
    if isinstance(question, SeveralChoices) and not 2 <= right < len(question.options):
        yield "option", "at least two options have to be right, and at least one wrong"


def _of_line(question: Line) -> Iterator[tuple[str, str]]:
    if question.line > len(question.code.splitlines()):
        yield "line", "the code has no such line"
    if not question.proof:
        yield "proof", "is missing: it has to fail with the code as it stands, and to pass with the mended line"


def _of_picture(question: AnyQuestion, folder: Path) -> Iterator[tuple[str, str]]:
    if not question.picture:
        return
    if not (folder / "figures" / question.picture).is_file() or not question.picture.endswith(".svg"):
        yield "picture", f"there is no SVG quizzes/figures/{question.picture}"
    if not question.alt.strip():
        yield "picture", "it needs an `alt`, for those who do not see it"


def _of_places(question: AnyQuestion) -> Iterator[tuple[str, str]]:
    """A name in `<<…>>` that students cannot be shown is a fault, and so is a parameter that nobody meets."""
    shown = {"text": question.text, "code": question.code}
    if PLACE.search(question.alt):
        yield "alt", "a place in it is not filled in"
    if isinstance(question, OneChoice | SeveralChoices):
        shown |= {f"option[{i}].text": option.text for i, option in enumerate(question.options)}
    if isinstance(question, Order):
        shown["item"] = "\n".join(question.items)
    used: set[str] = set()
    for field, text in shown.items():
        names = set(PLACE.findall(text))
        used |= names
        for name in sorted(names - set(question.parameters)):
            yield field, f"<<{name}>> is no parameter"
    for name, values in question.parameters.items():
        yield from _of_parameter(name, values, used)


def _of_parameter(name: str, values: tuple[Value, ...], used: set[str]) -> Iterator[tuple[str, str]]:
    if name not in used:
        yield "parameters", f"{name} stands nowhere in what is asked"
    if keyword.iskeyword(name) or name == "question":
        yield "parameters", f"{name!r} cannot be the name of a parameter"
    if len(set(values)) < len(values):
        yield "parameters", f"{name} has a value twice"


def _of_asked(asked: Asked) -> Iterator[tuple[str, str]]:
    yield from _of_formulae(asked)
    texts = [choice.text for choice in asked.choices]
    if len(set(texts)) < len(texts):
        yield "option", f"two of them are the same for {dict(asked.values)}"
    for place, slip in enumerate(asked.slips):
        if is_right(asked, slip.answer):
            yield f"slip[{place}].answer", f"would be marked as right for {dict(asked.values)}"
    for form in asked.accepted:
        if not (text_form if isinstance(asked.question, Text) else printed_form)(form):
            yield "accept", "holds a form of which nothing is left when it is compared"
        if len(form) > LONGEST_TEXT:
            yield "answer", f"is longer than the {LONGEST_TEXT} characters that can be handed in"
    if isinstance(asked.key, float) and not abs(asked.key) <= LARGEST:
        yield "answer", f"comes to {asked.key}, which nobody can hand in"


def _of_formulae(asked: Asked) -> Iterator[tuple[str, str]]:
    texts = [("text", asked.text), ("why", asked.why)]
    texts += [("option", part) for choice in asked.choices for part in (choice.text, choice.why)]
    texts += [("slip", slip.why) for slip in asked.slips]
    for field, text in texts:
        for tex in formulae_in(text):
            if not is_formula(tex):
                yield field, f"${tex}$ cannot be set as a formula"
