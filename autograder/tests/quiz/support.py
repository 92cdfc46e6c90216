"""A small quiz of every kind, and courses with it."""

from __future__ import annotations

import copy
from pathlib import Path

import msgspec
from nbformat import NotebookNode

from autograder.course import Assignment, Course
from autograder.nbgrader_adapters.leakgate import read_source
from autograder.quiz.ask import Asked, ask
from autograder.quiz.draw import marked
from autograder.quiz.public import Answer, numbers_for
from autograder.quiz.records import AnyQuestion, Quiz
from autograder.quiz.source import load_quiz

ROOT = Path(__file__).parents[3]
COURSE = Course(ROOT)
SMALL = (Path(__file__).parent / "small.toml").read_text(encoding="utf-8")


def small() -> Quiz:
    """The quiz of small.toml, one question of every kind, whatever a real one would need beyond it."""
    return msgspec.toml.decode(SMALL, type=Quiz)


def find(quiz: Quiz, name: str) -> AnyQuestion:
    """The question of that id."""
    return next(one for one in quiz.questions if one.id == name)


def question(name: str) -> AnyQuestion:
    """A question of the small quiz."""
    return find(small(), name)


def asked(name: str, **values: int) -> Asked:
    """A question of the small quiz, with values for its parameters."""
    found = question(name)
    first = {key: choices[0] for key, choices in found.parameters.items()}
    return ask(found, first | values)


def right_answer(one: Asked) -> Answer:
    """What earns all points."""
    return one.key


def paper(assignment: Assignment, who: str, **answers: str) -> NotebookNode:
    """A student's notebook: the release with all right answers, but for those that are given as source."""
    notebook = copy.deepcopy(read_source(assignment.release))
    cells = {f"{name}-answer": source for name, source in answers.items() if name != "student"}
    cells["student"] = answers.get("student", f"student = {who!r}")
    quiz = load_quiz(assignment.course, assignment.name)
    for number, one in enumerate(marked(quiz), 1):
        key = ask(one, numbers_for(who, one.id, one.parameters)).key
        cells.setdefault(f"{one.id}-answer", f"answer_{number} = {list(key) if isinstance(key, tuple) else key!r}")
    for cell in notebook.cells:
        cell.source = cells.get(cell.id, cell.source)
    return notebook
