"""Reads quizzes from their files, and says what is wrong with one: file, line and question.

::

    quizzes/<lesson>-pre.toml, <lesson>-post.toml, lecture-pre.toml, lecture-post.toml
    quizzes/figures/*.svg
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

import msgspec

from autograder.course import Course, read_course_file
from autograder.errors import CourseError, UsageError
from autograder.quiz.faults import Fault, faults
from autograder.quiz.lines import Where
from autograder.quiz.records import Quiz

_AT = re.compile(r"(?P<what>.*?)(?: - at (?:`key` in )?`(?P<path>\$[^`]*)`)?", re.DOTALL)
_INDEX = re.compile(r"\$\.question\[(\d+)\]")


def quiz_path(course: Course, name: str) -> Path:
    """Where a quiz of that name is, or would be."""
    return course.root / "quizzes" / f"{name}.toml"


def quiz_names(course: Course) -> list[str]:
    """All quizzes, by name."""
    return sorted(path.stem for path in course.root.glob("quizzes/*.toml"))


def chosen(course: Course, names: Sequence[str]) -> list[str]:
    """The quizzes of these names, or all; raises UsageError for a name that no quiz has."""
    known = quiz_names(course)
    for name in names:
        if name not in known:
            raise UsageError(f"There is no quiz {name!r}; there are: {', '.join(known) or 'none'}.")
    return list(names) or known


def load_quiz(course: Course, name: str) -> Quiz:
    """The quiz of that name, without a fault.

    Raises:
        UsageError: there is none.
        CourseError: it has faults; a line for each.
    """
    chosen(course, [name])
    path = quiz_path(course, name)
    return read_quiz(path, read_course_file(path))


@lru_cache(maxsize=32)
def read_quiz(path: Path, data: bytes) -> Quiz:
    """The quiz that a file holds; raises CourseError with a line for each fault."""
    text = _text(path, data)
    quiz = _decoded(path, text)
    found = faults(quiz, path)
    if found:
        where = Where(text)
        raise CourseError("\n".join(_sentence(path, where, fault, quiz) for fault in found))
    return quiz


def _text(path: Path, data: bytes) -> str:
    try:
        return data.decode()
    except UnicodeDecodeError:
        raise CourseError(f"{_short(path)} is not text in UTF-8.") from None


def _decoded(path: Path, text: str) -> Quiz:
    try:
        raw = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise CourseError(f"{_short(path)}: {error}.") from None
    try:
        return msgspec.convert(raw, Quiz)
    except msgspec.ValidationError as error:
        raise CourseError(_schema_sentence(path, text, raw, str(error))) from None


def _schema_sentence(path: Path, text: str, raw: dict[str, object], error: str) -> str:
    """Msgspec's word on what does not fit, with the line and the question that it is about."""
    match = _AT.fullmatch(error)
    what, at = (match["what"], (match["path"] or "$").replace("[...]", "")) if match else (error, "$")
    if name := re.match(r"Object contains unknown field `(\w+)`", what):
        at, what = f"{at}.{name[1]}", f"there is no field {name[1]!r} here"
    index = _INDEX.match(at)
    question = _id_of(raw, int(index[1])) if index else ""
    inner = at.removeprefix(index[0]) if index else at.removeprefix("$")
    field = inner.rpartition(".")[2]
    parts = [f"{_short(path)}, line {Where(text).line(at)}", question, field]
    return ": ".join(filter(None, [*parts, what])) + "."


def _id_of(raw: dict[str, object], index: int) -> str:
    """What the question calls itself, as far as it does."""
    questions = raw.get("question")
    one = questions[index] if isinstance(questions, list) else None
    name = one.get("id") if isinstance(one, dict) else None
    return f"question {name}" if isinstance(name, str) else f"question {index + 1}"


def _sentence(path: Path, where: Where, fault: Fault, quiz: Quiz) -> str:
    question = ""
    if fault.question is not None:
        question = f": question {quiz.questions[fault.question].id}: {fault.path.rpartition('.')[2]}"
    return f"{_short(path)}, line {where.line(fault.path)}{question}: {fault.words}."


def _short(path: Path) -> str:
    return f"{path.parent.name}/{path.name}"
