"""Reads the reports that grading left behind.

::

    <root>/.autograder/reports/<assignment>/<student>.json     one Report each, written by the grader
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from autograder.course import Course
from autograder.model import Report

_LARGEST = 20 * 2**20


@dataclass(frozen=True)
class Reading:
    """What was found on one student: a report, or why there is none."""

    student: str
    report: Report | None
    problem: str = ""


def read_reports(course: Course, assignment: str) -> list[Reading]:
    """All reports on an assignment, by student; a file that is no report is a reading with a problem."""
    folder = course.state / "reports" / assignment
    return [_read(path) for path in sorted(folder.glob("*.json"))]


def _read(path: Path) -> Reading:
    try:
        if path.stat().st_size > _LARGEST:
            return Reading(path.stem, None, "it is too large")
        return Reading(path.stem, Report.from_json(json.loads(path.read_text(encoding="utf-8"))))
    except (OSError, ValueError, KeyError, TypeError) as error:
        return Reading(path.stem, None, type(error).__name__)
