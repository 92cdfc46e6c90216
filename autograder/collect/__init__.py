"""Puts submissions from elsewhere into `submitted/`: one notebook for each student, whatever else there is.

::

    folder.py     below the course: <student>/<assignment>/<assignment>.ipynb           ─┐
    archive.py    a zip file: <student>/<assignment>.ipynb, or <student>.zip             ├─► Handed ─► store
    classroom.py  an organisation on GitHub: repositories <assignment>-<student>        ─┘              │
                  (github.py: the two questions that are put to its API)    submitted/<student>/<assignment>/

Nothing that a student wrote is run, and of a repository nothing but the notebook is asked for: no hooks, no
submodules, no links. Names are checked before they become part of a path. What is written here of a student goes to
the log, which is kept beside the submissions and is not shown.
"""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from autograder.course import Assignment, write_whole
from autograder.errors import RejectedSubmission
from autograder.intake.files import MAX_NOTEBOOK, check_student_id, printable

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Handed:
    """What one student handed in.

    Attributes:
        student: a name as it was found; nobody has checked it.
        notebook: the bytes of the notebook; None when there is none.
        timestamp: when it was handed in, as `timestamp.txt` says it; empty when nobody says.
        fault: why it cannot be taken; empty when it can.
    """

    student: str
    notebook: bytes | None
    timestamp: str = ""
    fault: str = ""


@dataclass(frozen=True, slots=True)
class Collected:
    """How many were taken, how many had nothing to take, and how many were refused."""

    taken: int
    missing: int
    refused: int

    def __str__(self) -> str:
        return f"{self.taken} taken, {self.missing} without a notebook, {self.refused} refused"


def store(assignment: Assignment, found: Iterable[Handed]) -> Collected:
    """Write what was found into `submitted/`, one after another; what stood there of the same students is replaced.

    Ids that differ only in case are left to grading, which takes neither.

    Args:
        assignment: what was handed in.
        found: one for each student.
    """
    counts = Counter(_take(assignment, handed) for handed in found)
    return Collected(counts["taken"], counts["missing"], counts["refused"])


def _take(assignment: Assignment, handed: Handed) -> str:
    """Writes what one student handed in, if it may be; says what came of it."""
    if fault := _fault(handed):
        _log.warning("%s: %s", printable(handed.student), fault)
        return "refused"
    if handed.notebook is None:
        _log.warning("%s: no notebook.", printable(handed.student))
        return "missing"
    try:
        _write(assignment, handed)
    except (FileExistsError, NotADirectoryError, IsADirectoryError) as error:
        _log.warning("%s: something else is in the place (%s).", printable(handed.student), error)
        return "refused"
    return "taken"


def _fault(handed: Handed) -> str:
    try:
        check_student_id(handed.student)
    except RejectedSubmission as error:
        return str(error)
    too_large = handed.notebook is not None and len(handed.notebook) > MAX_NOTEBOOK
    return handed.fault or ("The notebook is too large." if too_large else "")


def _write(assignment: Assignment, handed: Handed) -> None:
    folder = assignment.course.root / "submitted" / handed.student / assignment.name
    write_whole(folder / f"{assignment.name}.ipynb", handed.notebook or b"")
    if handed.timestamp:
        write_whole(folder / "timestamp.txt", handed.timestamp.encode() + b"\n")
    else:
        (folder / "timestamp.txt").unlink(missing_ok=True)  # that of an earlier notebook


def faulty(student: str, error: RejectedSubmission) -> Handed:
    """What is told of a student whose work could not be read."""
    return Handed(student, None, fault=str(error))
