"""What is wrong with a quiz that fits the schema: things that only its meaning shows."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from autograder.errors import CourseError
from autograder.formulae import formulae_in, is_formula
from autograder.quiz.ask import PLACE, Asked, ask
from autograder.quiz.draw import variants
from autograder.quiz.mark import is_right
from autograder.quiz.public import LONGEST_TEXT
from autograder.quiz.records import AnyQuestion, Line, Number, OneChoice, Order, Prints, Quiz, SeveralChoices

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
    seen: set[str] = set()
    for place, question in enumerate(quiz.questions):
        if question.id in seen:
            yield Fault(f"$.question[{place}].id", "this id is used before", place)
        seen.add(question.id)


def _of_question(question: AnyQuestion, folder: Path) -> Iterator[tuple[str, str]]:
    """(field, what is wrong with it)."""
    yield from _of_kind(question)
    yield from _of_picture(question, folder)
    yield from _of_places(question)
    if math.prod(len(values) for values in question.parameters.values()) > MOST_VARIANTS:
        yield "parameters", f"they make more than {MOST_VARIANTS} variants"
        return
    for values in variants(question):
        try:
            found = list(_of_asked(ask(question, values)))
        except (CourseError, IndexError) as error:
            found = [("id", str(error).partition(": ")[2] or str(error))]
        yield from found
        if found:  # one variant's faults are enough to go by
            return


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
    for name in sorted(set(question.parameters) - used):
        yield "parameters", f"{name} stands nowhere in what is asked"


def _of_asked(asked: Asked) -> Iterator[tuple[str, str]]:
    yield from _of_formulae(asked)
    texts = [choice.text for choice in asked.choices]
    if len(set(texts)) < len(texts):
        yield "option", f"two of them are the same for {dict(asked.values)}"
    for place, slip in enumerate(asked.slips):
        if is_right(asked, slip.answer):
            yield f"slip[{place}].answer", f"would be marked as right for {dict(asked.values)}"
    for form in (*asked.accepted, str(asked.key)):
        if len(form) > LONGEST_TEXT:
            yield "answer", f"is longer than the {LONGEST_TEXT} characters that can be handed in"


def _of_formulae(asked: Asked) -> Iterator[tuple[str, str]]:
    texts = [("text", asked.text), ("why", asked.why)]
    texts += [("option", part) for choice in asked.choices for part in (choice.text, choice.why)]
    texts += [("slip", slip.why) for slip in asked.slips]
    for field, text in texts:
        for tex in formulae_in(text):
            if not is_formula(tex):
                yield field, f"${tex}$ cannot be set as a formula"
