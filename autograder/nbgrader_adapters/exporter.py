"""The seam before nbgrader touches a submission.

::

    Autograde.start()   finds submissions ─► makes its exporter (this one) ─► for each submission:
                                               clear folder, copy files      (in our workspace, on clean copies)
                                               sanitise ─► write             (first pass)
                                               execute, grade ─► write       (second pass; the writer commits)

nbgrader fixes the class `Autograde` and lets a course choose its exporter, which is made before anything is
copied. So the exporter takes over there: what may be graded, the folders to work in, and the writer.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, TextIO

from nbconvert.exporters import NotebookExporter
from nbformat.notebooknode import NotebookNode
from nbgrader.converters import Autograde
from nbgrader.converters.base import NbGraderException
from sqlalchemy.exc import SQLAlchemyError

from autograder import intake
from autograder.course import Course
from autograder.errors import AutograderError
from autograder.nbgrader_adapters import lock
from autograder.nbgrader_adapters.admission import Admission, admit, private_copy
from autograder.nbgrader_adapters.failures import Refused, explain, require_space
from autograder.nbgrader_adapters.gradebook import check_gradebook
from autograder.nbgrader_adapters.task import TASK, Task
from autograder.nbgrader_adapters.workspace import Workspace
from autograder.nbgrader_adapters.writer import CommittingWriter

#: What an export gives: the text of a notebook, and the resources it left.
Exported = tuple[Any, dict[str, Any]]


class AutogradeExporter(NotebookExporter):
    """Exports a notebook, after it has made sure that nbgrader works on what intake let through.

    Attributes:
        admission: what became of the submissions that nbgrader found.
        failures: the errors that grading ended with, by student.
    """

    def __init__(self, **settings: Any) -> None:
        super().__init__(**settings)  # type: ignore[no-untyped-call]
        self._converter: Any = self.parent
        self._workspace: Workspace | None = None
        self.admission = Admission()
        self.failures: dict[str, BaseException] = {}
        if isinstance(self._converter, Autograde):
            self._take_over(self._converter)

    def _take_over(self, converter: Autograde) -> None:
        self._course = Course(Path(converter.coursedir.root))
        try:
            lock.check_free(self._course)
            require_space(self._course.root)
            self._workspace = Workspace(self._course)
            self.admission = admit(converter, self._course, self._workspace)
            check_gradebook(converter.coursedir, {task.assignment for task in self.admission.staged.values()})
        except (AutograderError, OSError, SQLAlchemyError) as error:
            self.log.error("%s", explain(error))
            raise NbGraderException(explain(error)) from error
        self._announce()
        self._redirect(converter, self._workspace)

    def _announce(self) -> None:
        for task in self.admission.skipped:
            self.log.info("Skipping %s: graded before, and not changed since", task.student)
        for student, why in self.admission.refused.items():
            self.log.error("Not graded: %s. %s", student, " ".join(why))
        if self.admission.refused and not self.admission.staged and not self.admission.skipped:
            raise Refused(self.admission.refused)

    def _redirect(self, converter: Autograde, workspace: Workspace) -> None:
        converter.coursedir = private_copy(converter.coursedir, workspace)
        converter.writer = CommittingWriter(workspace, self._give_up, parent=converter, config=converter.config)
        staged = self.admission.staged.items()
        converter.assignments = {
            str(folder): [str(folder / f"{task.assignment.name}.ipynb")] for folder, task in staged
        }

    def close(self) -> None:
        """Remove the workspace; without this it goes with the object."""
        if self._workspace:
            self._workspace.close()

    # One submission, twice: nbgrader sanitises, writes, reads what it wrote, and grades

    def from_file(self, file_stream: TextIO, resources: dict[str, Any] | None = None, **kw: Any) -> Exported:
        """Read a notebook: what a student wrote with intake's caution, what nbgrader wrote as nbconvert does."""
        path = Path(file_stream.name)
        if path.parent not in self.admission.staged:
            return super().from_file(file_stream, resources=resources, **kw)
        return self.from_notebook_node(intake.parse(path.read_bytes()).notebook, resources=resources, **kw)

    def from_notebook_node(self, nb: NotebookNode, resources: dict[str, Any] | None = None, **kw: Any) -> Exported:
        """Run a pass's preprocessors, with the task in the resources and the course locked.

        Raises:
            Exception: whatever ended the pass; one sentence about it was logged.
        """
        resources = {} if resources is None else resources
        task = self._task(resources)
        if task is None:
            return self._export(nb, resources, **kw)
        resources[TASK] = task
        try:
            self._converter.writer.begin()
            require_space(self._course.root)
            return self._export(nb, resources, **kw)
        except BaseException as error:
            self._give_up(task, error)
            raise

    def _export(self, nb: NotebookNode, resources: dict[str, Any], **kw: Any) -> Exported:
        exported: Exported = super().from_notebook_node(nb, resources, **kw)  # type: ignore[no-untyped-call]
        return exported

    def _task(self, resources: dict[str, Any]) -> Task | None:
        place = resources.get("nbgrader", {})
        tasks = {(task.student, task.assignment.name): task for task in self.admission.staged.values()}
        return tasks.get((place.get("student"), place.get("assignment")))

    def _give_up(self, task: Task, error: BaseException) -> None:
        self.failures[task.student] = error
        self.log.error("%s could not be graded; an earlier grade stands. %s", task.student, explain(error))
        self._converter.writer.end()
