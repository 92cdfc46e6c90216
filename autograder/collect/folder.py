"""Submissions in a folder of the repository, laid out as nbgrader does, and where such a folder or file may be."""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from autograder.collect import Handed, faulty
from autograder.course import Assignment, Course
from autograder.errors import RejectedSubmission, UsageError
from autograder.intake.files import Roster, find_students, read_submission


def below(course: Course, where: str) -> Path:
    """The path of that name below the course.

    Raises:
        UsageError: it leads elsewhere, or to nothing; the sentence does not repeat it.
    """
    path = (course.root / where).resolve() if "\0" not in where else course.root
    if path == course.root or not path.is_relative_to(course.root) or not path.exists():
        raise UsageError("WHERE has to name a folder or a zip file in this repository.")
    return path


def from_folder(assignment: Assignment, folder: Path) -> Iterator[Handed]:
    """What lies in a folder for an assignment.

    Raises:
        UsageError: it is no folder, or it is `submitted/` itself.
    """
    if not folder.is_dir() or folder == assignment.course.root / "submitted":
        raise UsageError("WHERE has to name a folder other than submitted/.")
    roster = find_students(folder)
    for student in [*roster.students, *(name for name, _ in roster.refused)]:
        if os.path.lexists(folder / student / assignment.name):
            yield _read(assignment, folder, student, roster)


def _read(assignment: Assignment, folder: Path, student: str, roster: Roster) -> Handed:
    try:
        raw = read_submission(folder, student, assignment.name, roster=roster)
    except RejectedSubmission as error:
        return faulty(student, error)
    return Handed(student, raw.notebook, said(raw.timestamp))


def said(moment: datetime | None) -> str:
    """A moment in UTC as `timestamp.txt` has it."""
    return f"{moment:%Y-%m-%d %H:%M:%S} UTC" if moment else ""
