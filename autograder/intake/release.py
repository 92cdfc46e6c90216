"""The notebook that students were given, read once for a class."""

from __future__ import annotations

import copy
from functools import lru_cache

import nbformat
from nbformat.notebooknode import NotebookNode

from autograder.course import Assignment, read_course_file
from autograder.errors import CourseError


def released_notebook(assignment: Assignment) -> NotebookNode:
    """The notebook that students were given.

    Raises:
        CourseError: it is missing or broken.
    """
    return copy.deepcopy(shared_release(assignment))


def shared_release(assignment: Assignment) -> NotebookNode:
    """The same, to be looked at only: a class of hundreds meets the same few releases again and again.

    Raises:
        CourseError: it is missing or broken.
    """
    data = read_course_file(assignment.release)
    try:
        return _read_release(data)
    except (ValueError, KeyError, AttributeError, nbformat.ValidationError) as error:
        raise CourseError(f"{assignment.release} is not a notebook ({error}); build the release again.") from None


@lru_cache(maxsize=64)
def _read_release(data: bytes) -> NotebookNode:
    return nbformat.reads(data.decode(), as_version=4)  # type: ignore[no-any-return,no-untyped-call]
