"""nbgrader as it comes: its converter in this process, and its own sanitisers over one notebook."""

from __future__ import annotations

import logging
from typing import Any

from nbformat.notebooknode import NotebookNode
from nbgrader.converters import Autograde, GenerateAssignment
from nbgrader.coursedir import CourseDirectory

from autograder.course import Course
from autograder.nbgrader_adapters.release import release_config
from autograder.nbgrader_adapters.scripts import scripts_on_path


def generate_assignment(course: Course, name: str = "little") -> None:
    """What `nbgrader generate_assignment` does in a course that merges `release_config`: release and gradebook."""
    config = release_config()
    config.CourseDirectory.root = str(course.root)
    config.CourseDirectory.assignment_id = name
    with scripts_on_path():
        GenerateAssignment(coursedir=CourseDirectory(config=config), config=config).start()


def nbgraders_list() -> list[Any]:
    """nbgrader's own list of sanitisers."""
    return list(Autograde.sanitize_preprocessors.default_args[0])


def nbgraders_sanitisers(course: Course, notebook: NotebookNode, name: str = "little") -> list[str]:
    """Let nbgrader's own sanitisers change a notebook; what they logged as a warning or worse.

    Args:
        course: with a gradebook that knows the assignment.
        notebook: it is changed in place.
        name: the assignment.
    """
    said: list[str] = []
    log = logging.Logger("stock")
    handler = logging.Handler(logging.WARNING)
    handler.emit = lambda record: said.append(record.getMessage())  # type: ignore[method-assign]
    log.addHandler(handler)
    url = f"sqlite:///{course.root / 'gradebook.db'}"
    resources: dict[str, Any] = {"nbgrader": {"assignment": name, "notebook": name, "student": "ada", "db_url": url}}
    for preprocessor in nbgraders_list():
        made, _ = preprocessor(log=log, parent=None).preprocess(notebook, resources)
        notebook.update(made)  # type: ignore[no-untyped-call]
    return said
