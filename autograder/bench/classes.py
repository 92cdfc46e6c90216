"""Classes to measure on: a course of its own, and submissions that differ."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from functools import partial
from itertools import cycle, islice
from pathlib import Path

from nbformat import NotebookNode

from autograder.course import Assignment, Course
from autograder.demo.desk import Desk, insert_before
from autograder.demo.stage import put, set_stage
from autograder.misconceptions import misconceptions_of
from autograder.nbgrader_adapters.release import build_release
from autograder.scaffold import new_assignment
from autograder.work import as_json

LIGHT = "light"  #: the small assignment's name


def course_with(name: str, folder: Path) -> Assignment:
    """A course with one assignment, released: one of ours, or the small one that `autograder new` lays out."""
    here = Course.find(Path.cwd())
    if name != LIGHT:
        assignment = set_stage(here, folder, name)
    else:
        folder.mkdir(parents=True)
        shutil.copy(here.root / "nbgrader_config.py", folder)
        new_assignment(Course(folder), LIGHT)
        assignment = Course(folder).assignment(LIGHT)
    build_release(assignment.course, assignment)
    return assignment


def hand_in(assignment: Assignment, count: int) -> None:
    """So many submissions: the reference, other right ways and misconceptions in turn, no two of them the same."""
    kinds = islice(cycle(kinds_of(assignment)), count)
    for number, make in enumerate(kinds):
        notebook = make()
        insert_before(notebook, first_answer(notebook), f"student = {number}")
        put(assignment, f"student-{number:05}", as_json(notebook))


def kinds_of(assignment: Assignment) -> list[Callable[[], NotebookNode]]:
    """What is handed in: of every five the reference twice, other ways once, and two misconceptions.

    Of the light assignment the reference alone, so that a submission costs no more at the end of a class than before.
    """
    desk = Desk(assignment)
    if assignment.name == LIGHT:
        return [desk.solved]
    mistakes = [partial(desk.mistaken, each.slug) for each in misconceptions_of(assignment)]
    kinds: list[Callable[[], NotebookNode]] = []
    for one, other in zip(mistakes[::2], mistakes[1::2], strict=False):
        kinds += [desk.solved, one, desk.another_way, other, desk.solved]
    return kinds


def first_answer(notebook: NotebookNode) -> str:
    """The first cell that a student fills in."""
    return next(str(cell.id) for cell in notebook.cells if cell.metadata.get("nbgrader", {}).get("solution"))


def submissions(assignment: Assignment) -> Iterator[Path]:
    """The notebooks that were handed in."""
    return iter(sorted((assignment.course.root / "submitted").glob(f"*/{assignment.name}/{assignment.name}.ipynb")))
