"""The first step of a run: a submission is read, understood, put into the release's shape, or left aside."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from typing import Any

from nbformat.notebooknode import NotebookNode

from autograder import intake
from autograder.course import Assignment, Course
from autograder.errors import RejectedSubmission
from autograder.flow import Over
from autograder.intake.files import RawSubmission
from autograder.nbgrader_adapters.admission import earlier_report, has_settled
from autograder.nbgrader_adapters.config import SANITISE
from autograder.nbgrader_adapters.outcomes import Status, SubmissionOutcome, graded, waits_for_gpu
from autograder.nbgrader_adapters.task import Task, digest_of
from autograder.nbgrader_adapters.workspace import read_receipt

Item = tuple[Assignment, str]


@dataclass(frozen=True)
class Entry:
    """A submission that is to be graded.

    Attributes:
        raw: as it was handed in; notebook: as it is to be executed.
        receipt: by which nbgrader's exchange returns feedback.
    """

    task: Task
    raw: RawSubmission
    notebook: NotebookNode
    receipt: bytes | None


class Entrance:
    """Takes submissions in.

    Args:
        force: also those that an earlier run graded and nobody changed since.
        recorded: of whom the gradebook has a submission; no other report is believed.
        gpu: tells whether there is a GPU; asked only where something waits for one.
        sanitisers: those of the course's configuration; nbgrader's own find nothing to change behind ours, so that
            only what a course has added is run.
    """

    def __init__(
        self,
        course: Course,
        sanitisers: list[Any],
        *,
        force: bool,
        recorded: Collection[tuple[str, str]],
        gpu: Callable[[], bool],
    ) -> None:
        self._submitted, self._force, self._recorded, self._gpu = course.root / "submitted", force, recorded, gpu
        self._roster = intake.find_students(self._submitted)
        self._added = [each for each in sanitisers if each not in SANITISE]

    def take_in(self, item: Item) -> Entry | Over[SubmissionOutcome]:
        """What is to be graded, or the outcome where nothing is."""
        assignment, student = item
        try:
            raw = intake.read_submission(self._submitted, student, assignment.name, roster=self._roster)
            clean = intake.accept(raw.notebook, assignment)
        except RejectedSubmission as error:
            return Over(SubmissionOutcome(assignment.name, student, Status.REJECTED, sentences=error.faults))
        task = Task(assignment, student, digest_of(raw), raw.notices + clean.notices)
        known = not self._force and (assignment.name, student) in self._recorded
        report = earlier_report(task) if known else None
        gpu = report is not None and waits_for_gpu(report) and self._gpu()
        if report and has_settled(task, report, gpu=gpu):
            return Over(graded(task, report, Status.SKIPPED))
        task = replace(task, earlier=report if gpu else None)
        receipt = read_receipt(self._submitted / student / assignment.name)
        return Entry(task, raw, self._sanitise(task, clean.notebook), receipt)

    def _sanitise(self, task: Task, notebook: NotebookNode) -> NotebookNode:
        for preprocessor in self._added:
            notebook, _ = preprocessor(notebook, resources_of(task))
        return notebook


def resources_of(task: Task, db_url: str = "") -> dict[str, Any]:
    """What nbgrader's converter would tell its preprocessors of a submission."""
    name = task.assignment.name
    place = {"student": task.student, "assignment": name, "notebook": name, "db_url": db_url}
    return {"unique_key": name, "output_files_dir": f"{name}_files", "nbgrader": place}
