"""Runs the student's notebook and the checks, in place of nbgrader's preprocessor of the same name."""

from __future__ import annotations

from typing import Any

from nbformat.notebooknode import NotebookNode
from nbgrader.preprocessors import NbGraderPreprocessor
from traitlets import Bool, Dict, Enum

from autograder.nbgrader_adapters.task import REPORT, task_in
from autograder.sandbox.limits import Limits


class Execute(NbGraderPreprocessor):
    """Grades in the sandbox; the verdicts are left in the resources.

    It bears nbgrader's name so that `--no-execute` switches it off: then nothing is graded, and that is said.
    """

    device = Enum(("auto", "cpu", "cuda"), default_value="auto", help="Where checks that need a GPU run.").tag(
        config=True
    )
    limits = Dict(help="Limits that differ from the defaults, by name: {'cell_seconds': 60}.").tag(config=True)
    unsafe = Bool(False, help="Run student code without the lock; every result says so.").tag(config=True)

    def preprocess(self, nb: NotebookNode, resources: dict[str, Any]) -> tuple[NotebookNode, dict[str, Any]]:
        """Execute and check a sanitised notebook.

        Raises:
            AutograderError: it could not be graded at all, for a reason that is not the student's.
        """
        from autograder import grade  # brings torch, which would slow every start of JupyterLab down

        task = task_in(resources)
        graded = grade.grade_notebook(
            nb,
            task.assignment,
            device=self.device,
            limits=Limits().changed(self.limits),
            unsafe=self.unsafe,
            notices=task.notices,
            student=task.student,
            earlier=task.earlier,
        )
        resources[REPORT] = graded.report
        return graded.notebook, resources
