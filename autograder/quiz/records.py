"""What a quiz is made of, and what its file may say: msgspec checks every type, name and bound.

::

    Quiz ─┬─ About                 title, how many questions are asked, what gives points
          └─ Question (by kind)    what is asked, and its key
               ├─ OneChoice, SeveralChoices    Option (text, right, why)
               ├─ Number, Text, Prints         an answer, and slips that are expected (answer, why)
               ├─ Order                        items, in the right order
               └─ Line                         the line of the code that is wrong

A question may have parameters: `<<d_k>>` in its text stands for the value that a student draws (draw.py). `computed`
are arithmetic over them, for the key alone.
"""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta, Struct, field

Slug = Annotated[str, Meta(pattern=r"\A[a-z][a-z0-9]*(-[a-z0-9]+)*\Z", max_length=48)]
Name = Annotated[str, Meta(pattern=r"\A[A-Za-z][A-Za-z0-9_]*\Z", max_length=24)]
Words = Annotated[str, Meta(pattern=r"\S", max_length=4_000)]
Value = int | float | str


class Option(Struct, frozen=True, forbid_unknown_fields=True):
    """One thing to choose, and why it is right or wrong."""

    text: Words
    why: Words
    right: bool = False


class Slip(Struct, frozen=True, forbid_unknown_fields=True):
    """A wrong answer that is expected, and what led to it."""

    answer: Value
    why: Words


class Question(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, tag_field="kind"):
    """What every kind has.

    Attributes:
        id: stable; the graded cell is called by it.
        concept: what it is about; questions before and after a lesson are compared by it.
        difficulty: 1 (most should know it) to 3 (takes thought).
        text: Markdown, with formulae between dollars.
        why: the explanation that everybody gets.
        code: Python that belongs to the question.
        picture, alt: an SVG below `quizzes/figures/`, and what it shows in words.
        parameters: for each name the values that are drawn from.
        computed: for each name an expression over the parameters; the key may use it, what students see may not.
        proof: Python that `autograder quiz check` runs with parameters, computed values and `answer`; it may not raise.
    """

    id: Slug
    concept: Slug
    difficulty: Literal[1, 2, 3]
    points: Annotated[float, Meta(gt=0, le=10)]
    text: Words
    why: str = ""
    code: str = ""
    picture: str = ""
    alt: str = ""
    parameters: dict[Name, Annotated[tuple[Value, ...], Meta(min_length=2)]] = field(default_factory=dict)
    computed: dict[Name, Words] = field(default_factory=dict)
    proof: str = ""


class OneChoice(Question, frozen=True, kw_only=True, tag="one"):
    """Exactly one option is right."""

    options: Annotated[tuple[Option, ...], Meta(min_length=3, max_length=8)] = field(name="option")


class SeveralChoices(Question, frozen=True, kw_only=True, tag="several"):
    """At least two options are right, and at least one is not."""

    options: Annotated[tuple[Option, ...], Meta(min_length=3, max_length=8)] = field(name="option")


class Number(Question, frozen=True, kw_only=True, tag="number"):
    """A number; right within `tolerance` + `relative` · |answer|. An answer in quotes is an expression."""

    answer: int | float | str
    tolerance: Annotated[float, Meta(ge=0, le=1e6)] = 0.0
    relative: Annotated[float, Meta(ge=0, le=0.1)] = 0.0
    slips: tuple[Slip, ...] = field(name="slip", default=())


class Text(Question, frozen=True, kw_only=True, tag="text"):
    """A word or two; the first accepted form is the one that is shown."""

    accept: Annotated[tuple[Words, ...], Meta(min_length=1)]
    slips: tuple[Slip, ...] = field(name="slip", default=())


class Prints(Question, frozen=True, kw_only=True, tag="prints"):
    """What the code prints."""

    answer: Words
    slips: tuple[Slip, ...] = field(name="slip", default=())


class Order(Question, frozen=True, kw_only=True, tag="order"):
    """Items to be put into an order; here they stand in the right one."""

    items: Annotated[tuple[Words, ...], Meta(min_length=3, max_length=6)] = field(name="item")


class Line(Question, frozen=True, kw_only=True, tag="line"):
    """Which line of the code is wrong (counted from 1), and how it should read."""

    line: Annotated[int, Meta(ge=1)]
    mended: Words


AnyQuestion = OneChoice | SeveralChoices | Number | Text | Prints | Order | Line


class About(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What is said of a quiz as a whole.

    Attributes:
        lesson: the assignment that it belongs to, or "lecture" for all of them.
        when: before or after.
        ask: how many questions are asked for marks; the rest of the bank is for practice.
        credit: what gives points, right answers or taking part (any answer).
        edition: another word here draws other questions for marks.
    """

    title: Words
    lesson: Slug
    when: Literal["pre", "post"]
    ask: Annotated[int, Meta(ge=1, le=40)]
    credit: Literal["answers", "taking-part"]
    edition: Words
    introduction: str = ""


class Quiz(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A quiz: what its file holds."""

    about: About = field(name="quiz")
    questions: Annotated[tuple[AnyQuestion, ...], Meta(min_length=1)] = field(name="question")

    @property
    def name(self) -> str:
        """What its file and its assignment are called."""
        return f"{self.about.lesson}-{self.about.when}"
