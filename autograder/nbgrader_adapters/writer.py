"""Writes a graded notebook, and puts the finished folder and the report in their places."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

from nbconvert.writers.files import FilesWriter

from autograder.model import Report
from autograder.nbgrader_adapters import interrupts, lock
from autograder.nbgrader_adapters.admission import graded_folder
from autograder.nbgrader_adapters.reports import save_report
from autograder.nbgrader_adapters.task import REPORT, TASK, Task
from autograder.nbgrader_adapters.workspace import Workspace


class CommittingWriter(FilesWriter):
    """nbgrader's writer, which after a submission's second pass makes its results final.

    The gradebook is written by then, so the order is gradebook, folder, report: a run that is killed anywhere
    before the report is saved grades this submission again.

    Args:
        workspace: where nbgrader works.
        on_failure: told when a submission's results could not be written.

    Attributes:
        reports: the reports of what was graded, by student.
    """

    def __init__(
        self, workspace: Workspace, on_failure: Callable[[Task, BaseException], None], **settings: Any
    ) -> None:
        super().__init__(**settings)  # type: ignore[no-untyped-call]
        self.reports: dict[str, Report] = {}
        self._workspace = workspace
        self._converter: Any = self.parent
        self._on_failure = on_failure
        self._holding = False

    def begin(self) -> None:
        """Take the course for one submission.

        Raises:
            BusyError: another run holds it.
        """
        if not self._holding:
            lock.acquire(self._workspace.course)
            self._holding = True

    def end(self) -> None:
        """Give the course back, and obey a Ctrl-C that waited."""
        if self._holding:
            self._holding = False
            lock.release(self._workspace.course)
        interrupts.release()

    def write(self, output: str, resources: dict[str, Any], notebook_name: str | None = None, **kw: Any) -> str:
        """Write a pass's notebook; returns its path."""
        try:
            path = super().write(output, resources, notebook_name=notebook_name, **kw)  # type: ignore[no-untyped-call]
            if REPORT in resources:
                self._commit(resources[TASK], resources[REPORT])
        except BaseException as error:
            self._on_failure(resources[TASK], error)
            raise
        if REPORT in resources:
            self.end()
        return str(path)

    def _commit(self, task: Task, report: Report) -> None:
        self._converter.set_permissions(task.assignment.name, task.student)
        final = graded_folder(task)
        self._workspace.commit(task.student, task.assignment.name, final)
        if self._converter.coursedir.groupshared:
            share_parents(final)
        save_report(task, report)
        self.reports[task.student] = report


def share_parents(final: Path) -> None:
    """Let a course's other instructors write into the folders that a graded one lies in, as nbgrader does."""
    for folder in (final.parent, final.parent.parent):
        with suppress(PermissionError):  # another instructor's folder, who has shared it already
            folder.chmod(folder.stat().st_mode | 0o2770)
