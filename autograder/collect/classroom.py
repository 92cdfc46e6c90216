"""Submissions in a GitHub Classroom organisation: one repository for each student, named `<assignment>-<student>`."""

from __future__ import annotations

from collections.abc import Iterator

from autograder.collect import Handed, faulty
from autograder.collect.github import Api, Repository
from autograder.course import Assignment
from autograder.errors import RejectedSubmission


def from_classroom(assignment: Assignment, organisation: str, api: Api) -> Iterator[Handed]:
    """The notebook of each student who has a repository for the assignment, as it is now.

    What counts as the time of handing in is when GitHub last took a push: a commit says what its author wants.

    Raises:
        FetchError: GitHub did not answer as it should; who had been read by then is not all.
    """
    for repository in api.repositories(organisation):
        student = _student(repository.name, assignment)
        if student and not repository.is_template:
            yield _read(assignment, student, api, organisation, repository)


def _student(name: str, assignment: Assignment) -> str:
    """Whose repository it is; empty when it is another assignment's (`attention-post-ada` is not of `attention`)."""
    prefix = f"{assignment.name}-"
    longer = [each.name for each in assignment.course.assignments if each.name.startswith(prefix)]
    if not name.startswith(prefix) or any(name.startswith(f"{other}-") for other in longer):
        return ""
    return name.removeprefix(prefix)


def _read(assignment: Assignment, student: str, api: Api, organisation: str, repository: Repository) -> Handed:
    try:
        notebook = _notebook(assignment, api, organisation, repository.name)
    except RejectedSubmission as error:
        return faulty(student, error)
    return Handed(student, notebook, repository.pushed_at or "")


def _notebook(assignment: Assignment, api: Api, organisation: str, repository: str) -> bytes | None:
    """From the place that the release has it in, or from the top."""
    file = f"{assignment.name}.ipynb"
    inner = api.file(organisation, repository, f"{assignment.name}/{file}")
    return api.file(organisation, repository, file) if inner is None else inner
