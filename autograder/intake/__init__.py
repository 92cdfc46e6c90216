"""Takes a submission in: read safely, understood, and put into the shape of the release.

::

    files.py     submitted/<student>/<assignment>/ → bytes and a date
    release.py   what students were given
    notebook.py  bytes → a small, valid notebook that is known to belong to the assignment
    sanitise.py  that notebook → the release's skeleton with the student's answers in it

What cannot be graded raises `RejectedSubmission` with a sentence for each fault; what could be repaired is
told in notices. Nothing in here knows nbgrader or a gradebook.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from nbformat.notebooknode import NotebookNode

from autograder.course import Assignment, Course
from autograder.intake.files import (
    Roster,
    check_student_id,
    find_students,
    read_notebook_file,
    read_submission,
    sort_students,
)
from autograder.intake.notebook import identify, parse
from autograder.intake.release import released_notebook, shared_release
from autograder.intake.sanitise import Sanitised, sanitise

__all__ = [
    "Roster",
    "Sanitised",
    "Submission",
    "accept",
    "check_student_id",
    "find_students",
    "identify",
    "parse",
    "read_notebook_file",
    "read_submission",
    "released_notebook",
    "sanitise",
    "sort_students",
    "take_in",
]


@dataclass(frozen=True, slots=True)
class Submission:
    """A submission that can be graded.

    Attributes:
        notebook: sanitised: the release's skeleton with the student's answers.
        timestamp: when it was handed in (UTC, without a zone), None when nobody says.
        notices: what was repaired or left aside, one sentence each.
    """

    student: str
    assignment: str
    notebook: NotebookNode
    timestamp: datetime | None
    notices: tuple[str, ...]


def accept(data: bytes, assignment: Assignment) -> Sanitised:
    """Understand and sanitise the bytes of a submitted notebook.

    Raises:
        RejectedSubmission: it cannot be graded, for the reasons given.
        CourseError: the assignment has no release.
    """
    parsed = parse(data)
    notices = identify(parsed.notebook, assignment.name, _releases(assignment))
    sanitised = sanitise(parsed.notebook, shared_release(assignment))
    return Sanitised(sanitised.notebook, parsed.notices + notices + sanitised.notices)


def take_in(assignment: Assignment, student: str, submitted: Path | None = None) -> Submission:
    """Read, understand and sanitise one submission of a course.

    Args:
        assignment: what was handed in.
        student: the id of who handed it in.
        submitted: the folder with the submissions; the course's own by default.

    Raises:
        RejectedSubmission: it cannot be graded, for the reasons given.
        CourseError: the assignment has no release.
    """
    raw = read_submission(submitted or assignment.course.root / "submitted", student, assignment.name)
    sanitised = accept(raw.notebook, assignment)
    return Submission(student, assignment.name, sanitised.notebook, raw.timestamp, raw.notices + sanitised.notices)


def _releases(assignment: Assignment) -> dict[str, NotebookNode]:
    """All released notebooks of the course; the assignment's own must exist, the others may not be released yet."""
    course: Course = assignment.course
    others = [other for other in course.assignments if other.name != assignment.name and other.release.is_file()]
    return {each.name: shared_release(each) for each in [assignment, *others]}
