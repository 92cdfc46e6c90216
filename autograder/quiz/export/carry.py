"""The four forms behind one call."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from autograder.quiz.draw import practised
from autograder.quiz.export.moodle import moodle
from autograder.quiz.export.page import page
from autograder.quiz.export.paper import paper
from autograder.quiz.export.qti import qti
from autograder.quiz.records import AnyQuestion, Quiz

Questions = tuple[AnyQuestion, ...]


@dataclass(frozen=True, slots=True)
class Exported:
    """What came of an export.

    Attributes:
        file: what the file is called.
        notes: what is carried in another form, one sentence each.
        beside: what has to lie beside the file, by its path from there.
    """

    file: str
    data: bytes
    notes: tuple[str, ...] = ()
    beside: Mapping[str, bytes] = field(default_factory=dict)


def _page(quiz: Quiz, questions: Questions, folder: Path) -> tuple[bytes, list[str]]:
    return page(quiz, questions, folder).encode(), []


def _paper(quiz: Quiz, questions: Questions, folder: Path) -> tuple[bytes, list[str]]:
    text, notes = paper(quiz, questions)
    return text.encode(), notes


#: For each form how a file ends, and what makes its content.
FORMS: dict[str, tuple[str, Callable[[Quiz, Questions, Path], tuple[bytes, list[str]]]]] = {
    "html": (".html", _page),
    "markdown": (".md", _paper),
    "moodle": (".moodle.xml", moodle),
    "qti": (".qti.zip", qti),
}


def export(quiz: Quiz, form: str, folder: Path, *, everything: bool = False) -> Exported:
    """A quiz in one of the FORMS.

    Args:
        folder: where the quizzes are, for pictures.
        everything: also the questions that are asked for marks; every export holds the key of what is in it.

    Raises:
        CourseError: a question cannot be held at all; the sentence names it.
    """
    ending, make = FORMS[form]
    questions = quiz.questions if everything else practised(quiz)
    data, notes = make(quiz, questions, folder)
    pictures = {f"figures/{one.picture}" for one in questions if one.picture} if form == "markdown" else set()
    beside = {name: (folder / name).read_bytes() for name in sorted(pictures)}  # the other forms hold theirs
    return Exported(quiz.name + ending, data, tuple(notes), beside)
