"""One submission on its way through nbgrader's converter.

`AutogradeExporter` puts a `Task` into the resources that every preprocessor is handed; `Execute` adds the
`Report`. nbconvert copies resources, so both are frozen records and nothing is handed back through them.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Any

from autograder.course import Assignment
from autograder.errors import CourseError
from autograder.intake.files import RawSubmission
from autograder.model import Report

TASK = "aandacht_task"
REPORT = "aandacht_report"


@dataclass(frozen=True, slots=True)
class Task:
    """A submission that is being graded.

    Attributes:
        digest: content hash of what was handed in (notebook and date).
        notices: what intake repaired or left aside, one sentence each.
        earlier: the report of a run without a GPU on this very submission, where only what waited is to be graded now.
    """

    assignment: Assignment
    student: str
    digest: str
    notices: tuple[str, ...] = ()
    earlier: Report | None = None


def digest_of(raw: RawSubmission) -> str:
    """Content hash of a submission: another notebook or another date is another submission."""
    digest = hashlib.sha256(raw.notebook)
    digest.update(b"\0" + str(raw.timestamp).encode())
    return digest.hexdigest()


def task_in(resources: dict[str, Any]) -> Task:
    """The task that the exporter put into the resources.

    Raises:
        CourseError: there is none, because nbgrader runs without our exporter.
    """
    task = resources.get(TASK)
    if not isinstance(task, Task):
        raise CourseError("Autograde.exporter_class must be our AutogradeExporter; look at nbgrader_config.py.")
    return task


def report_in(resources: dict[str, Any]) -> Report:
    """The report that `Execute` put into the resources.

    Raises:
        CourseError: there is none, because `Execute` was taken out of the list or switched off (--no-execute).
    """
    report = resources.get(REPORT)
    if not isinstance(report, Report):
        raise CourseError("Nothing was executed (was --no-execute given?), so there is nothing to grade.")
    return report
