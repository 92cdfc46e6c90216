"""The notebooks of a quiz.

::

    quizzes/<quiz>.toml ─┬─ what is asked for marks ─→ source/<quiz>/            (assignment.py)
                         └─ the rest of the bank ────→ release/practice/<quiz>.ipynb   (practice.py)
"""

from __future__ import annotations

from pathlib import Path

from autograder.course import Course, write_whole
from autograder.quiz.assignment import build_assignment, notebook_text, quiz_files
from autograder.quiz.files import differing
from autograder.quiz.practice import practice_notebook
from autograder.quiz.source import load_quiz


def practice_path(course: Course, name: str) -> Path:
    """The notebook to practise with."""
    return course.root / "release" / "practice" / f"{name}.ipynb"


def build(course: Course, name: str) -> list[Path]:
    """Makes both notebooks; gives the files that changed.

    Raises:
        UsageError: there is no such quiz.
        CourseError: it has faults.
        LeakError: what is asked for marks would tell of its key.
    """
    quiz = load_quiz(course, name)
    changed = build_assignment(course, quiz)
    path, data = practice_path(course, name), _practice(course, name)
    if not path.is_file() or path.read_bytes() != data:
        write_whole(path, data)
        path.chmod(0o644)
        changed.append(path)
    return changed


def stale(course: Course, name: str) -> list[Path]:
    """The files that are not what the quiz gives; raises as `build` does."""
    files = quiz_files(course, load_quiz(course, name))
    path = practice_path(course, name)
    found = differing(files, course.assignment_folder(name))
    return found if path.is_file() and path.read_bytes() == _practice(course, name) else [*found, path]


def _practice(course: Course, name: str) -> bytes:
    return notebook_text(practice_notebook(load_quiz(course, name), course.root / "quizzes")).encode()
