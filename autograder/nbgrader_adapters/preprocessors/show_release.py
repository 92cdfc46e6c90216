"""Shows in locked cells what students were given, whatever the gradebook holds."""

from __future__ import annotations

from typing import Any

from nbformat.notebooknode import NotebookNode
from nbgrader import utils
from nbgrader.preprocessors import NbGraderPreprocessor

from autograder import intake
from autograder.nbgrader_adapters.task import task_in


class ShowRelease(NbGraderPreprocessor):
    """Gives locked cells the text of the release.

    nbgrader's OverwriteCells puts hidden tests back into graded cells, to be executed. We execute none of them,
    and the feedback would show them.
    """

    def preprocess(self, nb: NotebookNode, resources: dict[str, Any]) -> tuple[NotebookNode, dict[str, Any]]:
        """Restore every locked cell."""
        released = intake.released_notebook(task_in(resources).assignment)
        texts = {cell.metadata.nbgrader.grade_id: cell.source for cell in released.cells if utils.is_locked(cell)}
        for cell in nb.cells:
            if utils.is_locked(cell):
                cell.source = texts.get(cell.metadata.nbgrader.grade_id, cell.source)
        return nb, resources
