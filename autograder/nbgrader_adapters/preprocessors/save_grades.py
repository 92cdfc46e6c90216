"""nbgrader's two preprocessors that write to the gradebook, with the gradebook of the run where there is one."""

from __future__ import annotations

from typing import Any

from nbformat.notebooknode import NotebookNode
from nbgrader.preprocessors import AssignLatePenalties, NbGraderPreprocessor, SaveAutoGrades

from autograder.nbgrader_adapters.book import gradebook_at

Processed = tuple[NotebookNode, dict[str, Any]]


class SaveGrades(SaveAutoGrades):
    """nbgrader's SaveAutoGrades, which by itself opens a gradebook of its own."""

    def preprocess(self, nb: NotebookNode, resources: dict[str, Any]) -> Processed:
        """Save the scores of all cells."""
        place = resources["nbgrader"]
        self.notebook_id, self.assignment_id = place["notebook"], place["assignment"]
        self.student_id, self.db_url = place["student"], place["db_url"]
        with gradebook_at(self.db_url) as self.gradebook:
            processed: Processed = NbGraderPreprocessor.preprocess(self, nb, resources)
        return processed


class LatePenalties(AssignLatePenalties):
    """nbgrader's AssignLatePenalties, likewise; settings of `c.AssignLatePenalties` hold for it."""

    def preprocess(self, nb: NotebookNode, resources: dict[str, Any]) -> Processed:
        """Save the penalty for late work; none where it came in time."""
        place = resources["nbgrader"]
        self.init_plugin()
        with gradebook_at(place["db_url"]) as gradebook:
            gradebook.db.flush()  # or what has not been sent yet would be forgotten by the next line
            gradebook.db.expire_all()  # scores that the database adds up are asked for anew
            submission = gradebook.find_submission(place["assignment"], place["student"])
            notebook = gradebook.find_submission_notebook(place["notebook"], place["assignment"], place["student"])
            notebook.late_submission_penalty = self._penalty(submission, notebook)
            gradebook.db.commit()
        return nb, resources

    def _penalty(self, submission: Any, notebook: Any) -> float | None:
        late = submission.total_seconds_late
        if late <= 0:
            return None
        lost = self.plugin_inst.late_submission_penalty(submission.student.id, notebook.score, late)
        self.log.warning("%s is %s seconds late; penalty: %s", submission, late, lost)
        return None if lost is None else self._check_late_penalty(notebook, lost)
