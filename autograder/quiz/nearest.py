"""The nearest forms, for systems that lack one: an order as a choice, lines of output as one line."""

from __future__ import annotations

import itertools

from autograder.quiz import sentences
from autograder.quiz.ask import Asked, Choice
from autograder.quiz.draw import LETTERS, digest

#: So many orders there are to choose from.
ORDERS = 4
_ARROW = " → "


def orders(asked: Asked) -> tuple[Choice, ...]:
    """The right order and wrong ones near it, each with a word on where it goes wrong; shown by a hash."""
    texts = {choice.letter: choice.text for choice in asked.choices}
    right = tuple(asked.key) if isinstance(asked.key, tuple) else ()
    wrong = sorted(
        (way for way in itertools.permutations(right) if way != right), key=lambda way: _nearness(way, right)
    )
    near = sorted(wrong[: 2 * ORDERS], key=lambda way: digest(asked.question.id, *way))[: ORDERS - 1]
    ways = sorted([right, *near], key=lambda way: digest(asked.question.id, "shown", *way))
    return tuple(
        Choice(letter, _ARROW.join(texts[one] for one in way), way == right, _why(asked, way, right, texts))
        for letter, way in zip(LETTERS, ways, strict=False)
    )


def one_line(text: str) -> str:
    """A text on one line, its lines a space apart."""
    return " ".join(text.split())


def one_line_hint(asked: Asked) -> str:
    """What is said to students where more than one line is printed and one can be typed."""
    return sentences.ONE_LINE if any("\n" in form.strip() for form in asked.accepted) else ""


def _nearness(way: tuple[str, ...], right: tuple[str, ...]) -> tuple[int, tuple[str, ...]]:
    return sum(one != other for one, other in zip(way, right, strict=True)), way


def _why(asked: Asked, way: tuple[str, ...], right: tuple[str, ...], texts: dict[str, str]) -> str:
    place = next((place for place, (one, other) in enumerate(zip(way, right, strict=True)) if one != other), None)
    if place is None:
        return asked.why
    before = "At the beginning" if place == 0 else f"After “{texts[right[place - 1]]}”"
    return f"{before} comes “{texts[right[place]]}”. {asked.why}"
