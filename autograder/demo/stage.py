"""Builds the demo's folder: a course of its own beside the real one.

::

    <folder>/.autograder-demo      says that the folder is ours to replace
             nbgrader_config.py, source/, autograder/assignments/    copies
             submitted/            the class
             release/, autograded/, feedback/, gradebook.db, …       made by the demo
"""

from __future__ import annotations

import shutil
from pathlib import Path

from autograder.course import Assignment, Course
from autograder.demo.cast import CAST
from autograder.demo.desk import Desk
from autograder.errors import UsageError

_MARK = ".autograder-demo"
_COPIED = ("source/{name}", "autograder/assignments/{name}")


def set_stage(course: Course, folder: Path, name: str) -> Assignment:
    """A fresh course in `folder`, with copies of one assignment's source and checks.

    Raises:
        UsageError: the folder exists and is no demo, or the course has no such assignment.
    """
    original = course.assignment(name)
    _clear(folder)
    folder.mkdir(parents=True)
    (folder / _MARK).write_text("Made by `autograder demo`, which replaces this folder without asking.\n")
    shutil.copy(original.course.root / "nbgrader_config.py", folder)
    for place in _COPIED:
        part = place.format(name=name)
        shutil.copytree(course.root / part, folder / part, ignore=shutil.ignore_patterns("__pycache__", ".*"))
    return Course(folder.resolve()).assignment(name)


def _clear(folder: Path) -> None:
    if folder.is_symlink() or (folder.exists() and not (folder / _MARK).is_file()):
        raise UsageError(f"{folder} exists and was not made by `autograder demo`: name another folder.")
    if folder.exists():
        # nbgrader leaves read-only folders behind, and nothing in those can be removed.
        for path in [folder, *(path for path in folder.rglob("*") if path.is_dir() and not path.is_symlink())]:
            path.chmod(0o700)
        shutil.rmtree(folder)


def hand_in(assignment: Assignment, desk: Desk) -> None:
    """Puts what each student wrote where the grader looks for it."""
    for member in CAST:
        put(assignment, member.student, member.write(desk))


def put(assignment: Assignment, student: str, notebook: bytes) -> None:
    """Puts one student's notebook there."""
    place = assignment.course.root / "submitted" / student / assignment.name
    place.mkdir(parents=True)
    (place / f"{assignment.name}.ipynb").write_bytes(notebook)
