"""Puts a submission into the shape of its release."""

from __future__ import annotations

from typing import Any

from nbformat.notebooknode import NotebookNode
from nbgrader.preprocessors import NbGraderPreprocessor

from autograder import intake
from autograder.nbgrader_adapters.task import task_in


class Sanitise(NbGraderPreprocessor):
    """Locked and graded cells, tags and metadata become the release's; answers stay the student's.

    It stands first, so that nbgrader's own sanitisers find nothing to change: they raise where a graded cell was
    turned into another kind, and give the points that a student wrote into the metadata.
    """

    def preprocess(self, nb: NotebookNode, resources: dict[str, Any]) -> tuple[NotebookNode, dict[str, Any]]:
        """Sanitise a notebook as intake parsed it."""
        released = intake.released_notebook(task_in(resources).assignment)
        return intake.sanitise(nb, released).notebook, resources
