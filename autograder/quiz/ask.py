"""A question as one student meets it: values in their places, options in their order, and the key beside it."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass

from autograder.errors import CourseError
from autograder.quiz.draw import LETTERS, shown_order
from autograder.quiz.records import AnyQuestion, Line, Number, OneChoice, Order, Prints, SeveralChoices, Text, Value

PLACE = re.compile(r"<<\s*([A-Za-z]\w*)\s*>>")
Key = str | float | int | tuple[str, ...]

#: What an expression in a key may call.
_NAMES = {
    name: getattr(math, name) for name in ("sqrt", "exp", "log", "log2", "sin", "cos", "pi", "e", "ceil", "floor")
}
_NAMES |= {"abs": abs, "min": min, "max": max, "round": round, "sum": sum, "len": len, "int": int, "str": str}


@dataclass(frozen=True, slots=True)
class Choice:
    """An option as it is shown.

    Attributes:
        letter: what it is called.
        right: for an order, always False.
        why: empty for an order.
    """

    letter: str
    text: str
    right: bool = False
    why: str = ""


@dataclass(frozen=True, slots=True)
class Wrong:
    """A wrong answer that is expected."""

    answer: str | float
    why: str


@dataclass(frozen=True, slots=True)
class Asked:
    """A question with its values.

    Attributes:
        choices: options or items, as shown; empty for the other kinds.
        key: a letter (one), letters in alphabetical order (several), letters in the right order (order), a number,
            the number of a line, or the text that is shown as right.
        accepted: all right texts (text, prints).
    """

    question: AnyQuestion
    values: Mapping[str, Value]
    text: str
    code: str
    why: str
    choices: tuple[Choice, ...]
    key: Key
    accepted: tuple[str, ...] = ()
    slips: tuple[Wrong, ...] = ()


def ask(question: AnyQuestion, values: Mapping[str, Value]) -> Asked:
    """The question with these values for its parameters.

    Raises:
        CourseError: an expression or a place in the question cannot be filled in.
    """
    known = dict(values)
    for name, expression in question.computed.items():
        known[name] = computed(question, expression, known)
    choices = _choices(question, values, known)
    slips = question.slips if isinstance(question, Number | Text | Prints) else ()
    return Asked(
        question=question,
        values=dict(values),
        text=filled(question, question.text, values),
        code=filled(question, question.code, values),
        why=filled(question, question.why, known),
        choices=choices,
        key=_key(question, choices, known),
        accepted=_accepted(question, known),
        slips=tuple(Wrong(_answer(question, slip.answer, known), filled(question, slip.why, known)) for slip in slips),
    )


def room(question: AnyQuestion, value: float) -> float:
    """How far an answer may lie from a value."""
    return question.tolerance + question.relative * abs(value) if isinstance(question, Number) else 0.0


def filled(question: AnyQuestion, text: str, values: Mapping[str, Value]) -> str:
    """The text with values in the places of `<<name>>`; raises CourseError for a name that has none."""

    def value(match: re.Match[str]) -> str:
        name = match.group(1)
        if name not in values:
            raise CourseError(f"question {question.id}: <<{name}>> has no value here")
        return plain_value(values[name])

    return PLACE.sub(value, text)


def plain_value(value: Value) -> str:
    """A value as people write it: 0.25, 3, twenty."""
    return f"{value:.6g}" if isinstance(value, float) else str(value)


def computed(question: AnyQuestion, expression: str, values: Mapping[str, Value]) -> Value:
    """What an expression of a key comes to; raises CourseError where it comes to nothing."""
    try:
        value = eval(expression, {"__builtins__": {}, **_NAMES}, dict(values))  # noqa: S307 # the course's own file
    except Exception as error:  # noqa: BLE001 # any code may raise anything
        raise CourseError(f"question {question.id}: {expression!r} cannot be computed ({error})") from None
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        raise CourseError(f"question {question.id}: {expression!r} is neither a number nor a text")
    return value


def _choices(question: AnyQuestion, values: Mapping[str, Value], known: Mapping[str, Value]) -> tuple[Choice, ...]:
    order = shown_order(question)
    if isinstance(question, Order):
        return tuple(
            Choice(letter, filled(question, question.items[place], values))
            for letter, place in zip(LETTERS, order, strict=False)
        )
    if not isinstance(question, OneChoice | SeveralChoices):
        return ()
    shown = [question.options[place] for place in order]
    return tuple(
        Choice(letter, filled(question, one.text, values), one.right, filled(question, one.why, known))
        for letter, one in zip(LETTERS, shown, strict=False)
    )


def _key(question: AnyQuestion, choices: tuple[Choice, ...], known: Mapping[str, Value]) -> Key:
    match question:
        case OneChoice():
            return next((choice.letter for choice in choices if choice.right), "")
        case SeveralChoices():
            return tuple(choice.letter for choice in choices if choice.right)
        case Order():
            order = shown_order(question)
            return tuple(LETTERS[order.index(place)] for place in range(len(question.items)))
        case Line():
            return question.line
        case Number():
            return float(_answer(question, question.answer, known))
        case Text():
            return _accepted(question, known)[0]
        case Prints():
            return filled(question, question.answer, known)


def _answer(question: AnyQuestion, answer: Value, known: Mapping[str, Value]) -> str | float:
    """An answer of the file: a number or an expression for one, or words with places in them."""
    if not isinstance(question, Number):
        return filled(question, str(answer), known)
    value = computed(question, answer, known) if isinstance(answer, str) else answer
    if isinstance(value, str):
        raise CourseError(f"question {question.id}: {answer!r} comes to no number")
    return float(value)


def _accepted(question: AnyQuestion, known: Mapping[str, Value]) -> tuple[str, ...]:
    forms = (
        question.accept if isinstance(question, Text) else (question.answer,) if isinstance(question, Prints) else ()
    )
    return tuple(filled(question, form, known) for form in forms)
