"""Writes the notebooks that the made-up students hand in."""

from __future__ import annotations

import ast
import copy
import re
from collections.abc import Iterable

import nbformat
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell

from autograder.course import Assignment, read_course_file
from autograder.errors import CourseError
from autograder.misconceptions import Variant, alternatives_of, misconceptions_of

_MARKER = re.compile(r"^[ \t]*### (BEGIN|END) SOLUTION[ \t]*\n?", re.MULTILINE)
_FIELDS = {"exercise", "must_fail", "may_fail", "stand_in"}


class Desk:
    """All that is needed to fill in a notebook.

    Args:
        assignment: its release must have been built.
    """

    def __init__(self, assignment: Assignment) -> None:
        self._release = _read(assignment.release.read_bytes())
        self._answers = {
            cell.id: _MARKER.sub("", cell.source)
            for cell in _read(read_course_file(assignment.source)).cells
            if cell.metadata.get("nbgrader", {}).get("solution", False)
        }
        self._misconceptions = {variant.slug: variant for variant in misconceptions_of(assignment)}
        self._alternatives = alternatives_of(assignment)

    def untouched(self) -> NotebookNode:
        """The release as it is."""
        return copy.deepcopy(self._release)

    def solved(self, *exercises: str) -> NotebookNode:
        """The release with the reference's answers, to these exercises or to all."""
        notebook = self.untouched()
        for cell in notebook.cells:
            if cell.id in self._answers and (not exercises or cell.id.removesuffix("-code") in exercises):
                cell.source = self._answers[cell.id]
        return notebook

    def mistaken(self, *slugs: str) -> NotebookNode:
        """The reference's answers, but for these misconceptions.

        Raises:
            CourseError: the assignment has no such misconception.
        """
        unknown = [slug for slug in slugs if slug not in self._misconceptions]
        if unknown:
            raise CourseError(f"The demo uses misconceptions that do not exist: {', '.join(unknown)}.")
        return self._with(self._misconceptions[slug] for slug in slugs)

    def another_way(self, stand_in: bool = False) -> NotebookNode:
        """Another right solution of each exercise: the first that is listed, or the one that serves as stand-in."""
        chosen = {each.exercise: each for each in reversed(self._alternatives) if each.stand_in is stand_in}
        return self._with(chosen.values())

    def _with(self, variants: Iterable[Variant]) -> NotebookNode:
        notebook = self.solved()
        for variant in variants:
            find(notebook, f"{variant.exercise}-code").source = as_written(variant)
        return notebook


def find(notebook: NotebookNode, cell_id: str) -> NotebookNode:
    """The cell of that id; raises CourseError when there is none."""
    cells: list[NotebookNode] = [cell for cell in notebook.cells if cell.id == cell_id]
    if not cells:
        raise CourseError(f"The notebook has no cell {cell_id!r}.")
    return cells[0]


def insert_before(notebook: NotebookNode, cell_id: str, source: str) -> None:
    """Puts a code cell of the student's own in front of another cell."""
    own = new_code_cell(source, id="my-own-cell")  # type: ignore[no-untyped-call]
    notebook.cells.insert(notebook.cells.index(find(notebook, cell_id)), own)


def as_written(variant: Variant) -> str:
    """A variant's code as a student would have written it: without its docstring and fields."""
    lines = variant.source.splitlines()
    for node in ast.parse(variant.source).body:
        if not _is_header(node):
            first = min([node.lineno, *(each.lineno for each in getattr(node, "decorator_list", []))])
            return "\n".join(lines[first - 1 :])
    return ""


def _is_header(node: ast.stmt) -> bool:
    if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
        return node.targets[0].id in _FIELDS
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)


def _read(data: bytes) -> NotebookNode:
    notebook: NotebookNode = nbformat.reads(data.decode(), as_version=4)  # type: ignore[no-untyped-call]
    return notebook
