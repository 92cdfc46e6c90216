"""The last step of a run, and the only one that writes: gradebook, then folder, then report.

What nbgrader's Autograde does in its second pass is done here with its own preprocessors and its own gradebook, but
for what it does anew for each submission: they are made once, the gradebook is open, and a submission is one
transaction. A run that is killed anywhere before the report is saved grades the submission again.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from dataclasses import replace
from functools import cache, cached_property
from pathlib import Path
from typing import Any

import nbformat
from nbformat.notebooknode import NotebookNode
from nbgrader import utils
from nbgrader.converters import Autograde
from nbgrader.preprocessors import CheckCellMetadata
from traitlets.config import Config

from autograder.course import Assignment, write_whole
from autograder.model import Report
from autograder.nbgrader_adapters.admission import graded_folder
from autograder.nbgrader_adapters.book import RunBook
from autograder.nbgrader_adapters.entries import Entry, resources_of
from autograder.nbgrader_adapters.failures import require_space
from autograder.nbgrader_adapters.gradebook import course_directory
from autograder.nbgrader_adapters.outcomes import SubmissionOutcome, graded
from autograder.nbgrader_adapters.preprocessors import Execute
from autograder.nbgrader_adapters.reports import save_report
from autograder.nbgrader_adapters.task import REPORT, TASK
from autograder.nbgrader_adapters.workspace import Workspace
from autograder.nbgrader_adapters.writer import share_parents
from autograder.work import Done

#: Execute has been done, by a worker; CheckCellMetadata looks at settings that are the release's, which it has passed.
_NOTHING_LEFT = (Execute, CheckCellMetadata)


class Recorder:
    """Makes results final, one after another, in one thread.

    Args:
        workspace: where folders are made before they are moved to their places.
        config: the course's.
    """

    def __init__(self, workspace: Workspace, config: Config) -> None:
        self._workspace = workspace
        self._converter = Autograde(course_directory(workspace.course, "*"), config=config)
        self._steps = [
            each(parent=self._converter, config=config)
            for each in self._converter.autograde_preprocessors
            if each not in _NOTHING_LEFT
        ]

    @property
    def sanitisers(self) -> list[Any]:
        """The course's list of what puts a submission into shape."""
        return list(self._converter.sanitize_preprocessors)

    @cached_property
    def _book(self) -> RunBook:
        """The gradebook; a run in which nothing is graded does not touch it."""
        coursedir = self._converter.coursedir
        return RunBook(coursedir.db_url, coursedir.course_id)

    def close(self) -> None:
        """Lets go of the gradebook."""
        if "_book" in vars(self):
            self._book.close()

    def record(self, entry: Entry, done: Done) -> SubmissionOutcome:
        """Writes all that is kept of a graded submission.

        Raises:
            OSError, SQLAlchemyError, AutograderError: it could not be written; an earlier grade stands.
        """
        require_space(self._workspace.course.root)
        report = Report.from_json(done.report)
        report = replace(report, notices=(*entry.task.notices, *report.notices))
        notebook: NotebookNode = nbformat.from_dict(json.loads(done.notebook))  # type: ignore[no-untyped-call]
        with self._book.transaction():
            self._enrol(entry)
            self._lay_out(entry, self._process(entry, report, notebook))
        self._workspace.commit(entry.task.student, entry.task.assignment.name, graded_folder(entry.task))
        if self._converter.coursedir.groupshared:
            share_parents(graded_folder(entry.task))
        save_report(entry.task, report)
        return graded(entry.task, report, seconds=done.seconds)

    def _enrol(self, entry: Entry) -> None:
        """The student, and the submission with its date, in the gradebook."""
        task, date = entry.task, entry.raw.timestamp
        if self._converter.create_student:
            self._book.update_or_create_student(task.student)
        self._book.db.flush()  # or nobody of that name is found below
        dated = {"timestamp": date} if date else {}
        with self._book.db.no_autoflush:  # nbgrader puts a submission together before it adds it
            self._book.update_or_create_submission(task.assignment.name, task.student, **dated)

    def _process(self, entry: Entry, report: Report, notebook: NotebookNode) -> NotebookNode:
        resources = resources_of(entry.task, self._book.db_url) | {TASK: entry.task, REPORT: report}
        for step in self._steps:
            notebook, resources = step(notebook, resources)
        return notebook

    def _lay_out(self, entry: Entry, notebook: NotebookNode) -> None:
        """The graded folder: the notebook, what came with it, and the lesson's pictures."""
        name = entry.task.assignment.name
        folder = self._workspace.folder / "autograded" / entry.task.student / name
        shutil.rmtree(folder, ignore_errors=True)  # of a try that failed half-way
        folder.mkdir(parents=True)
        write_whole(folder / f"{name}.ipynb", f"{nbformat.writes(notebook)}\n".encode())  # type: ignore[no-untyped-call]
        for relative, data in self._beside(entry):
            path = folder / relative
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)
        self._set_permissions(folder)

    def _set_permissions(self, folder: Path) -> None:
        """As nbgrader sets them: files as configured, folders open to other instructors where the course is shared."""
        permissions = int(str(self._converter.permissions), 8)
        for path in (folder, *folder.rglob("*")):
            if not path.is_dir():
                path.chmod(permissions)
            elif self._converter.coursedir.groupshared:
                path.chmod(path.stat().st_mode | 0o2770)

    def _beside(self, entry: Entry) -> Iterator[tuple[str, bytes]]:
        if entry.raw.timestamp is not None:
            yield "timestamp.txt", f"{entry.raw.timestamp.isoformat(' ')} UTC".encode()
        if entry.receipt is not None:
            yield "submission_secret.txt", entry.receipt
        yield from _files_of_lesson(self._converter, entry.task.assignment)


@cache
def _files_of_lesson(converter: Any, assignment: Assignment) -> tuple[tuple[str, bytes], ...]:
    """What nbgrader copies beside a graded notebook: the other files of the lesson, such as pictures."""
    folder = assignment.source.parent
    left_out = {str(folder / each) for each in converter.exclude_overwriting.get(assignment.name, [])}
    found = set(utils.find_all_files(str(folder), [*converter.coursedir.ignore, "*.ipynb"])) - left_out
    return tuple((Path(path).relative_to(folder).as_posix(), Path(path).read_bytes()) for path in sorted(found))
