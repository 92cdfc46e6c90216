"""Saved reports: what the class report reads, and how a run knows what an earlier one finished.

::

    <root>/.autograder/reports/<assignment>/<student>.json    the report, and the digest of the submission

A report is saved last, after the gradebook and the graded folder: where it stands, all of it stands. An earlier one is
unsettled before the first of them is written, so that it is not believed either where a run ends in between.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from autograder.course import Assignment, write_whole
from autograder.model import Report
from autograder.nbgrader_adapters.task import Task


@dataclass(frozen=True, slots=True)
class SavedReport:
    """A report, and the digest of the submission that it is about."""

    report: Report
    digest: str


def report_path(assignment: Assignment, student: str) -> Path:
    """Where the report on a student's submission is kept."""
    return assignment.course.state / "reports" / assignment.name / f"{student}.json"


def save_report(task: Task, report: Report) -> None:
    """Keep a report: a reader meets the old one or the new one, never half of one."""
    _write(task, report, task.digest)


def unsettle_report(task: Task) -> None:
    """Have an earlier report, if there is one, be about no submission: the next run grades the student's again."""
    saved = load_report(task.assignment, task.student)
    if saved is not None and saved.digest:
        _write(task, saved.report, "")


def _write(task: Task, report: Report, digest: str) -> None:
    record = report.to_json() | {"student": task.student, "submission": digest}
    write_whole(report_path(task.assignment, task.student), json.dumps(record).encode())


def load_report(assignment: Assignment, student: str) -> SavedReport | None:
    """The report on a student's last graded submission; None when there is none that can be read."""
    return read_report(report_path(assignment, student))


def read_report(path: Path) -> SavedReport | None:
    """The report in a file; None when there is none that can be read."""
    try:
        record = json.loads(path.read_bytes())
        return SavedReport(Report.from_json(record), str(record["submission"]))
    except (OSError, ValueError, KeyError, TypeError):
        return None
