"""Runs what a quiz says of itself: every computed answer is computed, and every code is run.

::

    prints        the code prints the answer
    line          `proof` fails after the code as it stands, and passes after the mended one
    any other     `proof` passes, with the parameters, the computed values and `answer` as names

For each variant of a question. What runs here is the course's own; a student's answer never comes near.
"""

from __future__ import annotations

import contextlib
import io
import random
from collections.abc import Iterator, Mapping
from typing import Any

from autograder.errors import CourseError
from autograder.quiz.ask import Asked, ask, computed, filled
from autograder.quiz.draw import variants
from autograder.quiz.mark import printed_form
from autograder.quiz.records import Line, Prints, Quiz


def disproved(quiz: Quiz) -> Iterator[str]:
    """A sentence for each question that says something else than its code does."""
    for question in quiz.questions:
        for values in variants(question):
            if fault := _fault(ask(question, values)):
                yield f"question {question.id}: {fault}" + (f" (for {values})" if values else "")
                break


def _fault(asked: Asked) -> str:
    question = asked.question
    if isinstance(question, Prints):
        printed, error = _run(asked.code, {})
        if error or printed_form(printed) != printed_form(str(asked.key)):
            return f"its code prints {error or printed.strip()!r}, and not {asked.key!r}"
    if isinstance(question, Line):
        return _fault_of_line(asked, question)
    names = _names(asked)
    _, error = _run(question.proof, names)
    return f"its proof fails: {error}" if error else ""


def _fault_of_line(asked: Asked, question: Line) -> str:
    proof = filled(question, question.proof, asked.values)
    lines = asked.code.splitlines()
    mended = [*lines[: question.line - 1], filled(question, question.mended, asked.values), *lines[question.line :]]
    if not _run(asked.code + "\n" + proof, {})[1]:
        return "its proof passes with the code as it stands, so nothing is wrong with it"
    _, error = _run("\n".join(mended) + "\n" + proof, {})
    return f"with the mended line its proof still fails: {error}" if error else ""


def _names(asked: Asked) -> dict[str, Any]:
    """Parameters, computed values, and `answer`: a number, a text, the texts of what is right, or of all in order."""
    names: dict[str, Any] = dict(asked.values)
    for name, expression in asked.question.computed.items():
        names[name] = computed(asked.question, expression, names)
    texts = {choice.letter: choice.text for choice in asked.choices}
    key = asked.key
    if isinstance(key, tuple):
        return names | {"answer": [texts[letter] for letter in key]}
    return names | {"answer": texts[str(key)] if texts else key}


def _run(code: str, names: Mapping[str, Any]) -> tuple[str, str]:
    """What a piece of code printed, and the error that it ended with (empty without one)."""
    printed = io.StringIO()
    random.seed(0)
    if "torch" in code:
        import torch

        torch.manual_seed(0)
    try:
        with contextlib.redirect_stdout(printed):
            exec(code, dict(names) | {"__name__": "quiz"})  # noqa: S102 # the course's own file
    except (Exception, SystemExit) as error:  # noqa: BLE001 # any code may raise anything
        return printed.getvalue(), f"{type(error).__name__}: {error}".strip(": ")
    return printed.getvalue(), ""


def prove(quiz: Quiz, name: str) -> None:
    """Runs all of it; raises CourseError with a line for each question that is disproved."""
    if found := list(disproved(quiz)):
        raise CourseError("\n".join(f"quizzes/{name}.toml: {fault}." for fault in found))
