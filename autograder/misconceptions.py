"""Other solutions than the reference: wrong ones that teach, and right ones that must pass.

::

    assignments/<a>/misconceptions/<slug>.py    docstring = explanation; exercise, must_fail, may_fail; wrong code
    assignments/<a>/alternatives/<slug>.py      docstring; exercise, stand_in (at most one per exercise); right code

The fields are plain constants at the top of the file. They are read without running it; the whole text
is the code that replaces the exercise's solution cell.
"""

from __future__ import annotations

import ast
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nbformat
from nbformat import NotebookNode

from autograder.checks.job import Suspect
from autograder.course import Assignment, read_course_file
from autograder.errors import CourseError

_FIELDS = {"exercise", "must_fail", "may_fail", "stand_in"}


@dataclass(frozen=True)
class Variant:
    """A file of `misconceptions/` or `alternatives/`.

    Attributes:
        exercise: the graded cell whose solution it replaces.
        text: its docstring.
        stand_in: whether it may stand in for a student's own solution (right ones only).
    """

    slug: str
    exercise: str
    text: str
    source: str
    must_fail: frozenset[str] = frozenset()
    may_fail: frozenset[str] = frozenset()
    stand_in: bool = False


def misconceptions_of(assignment: Assignment) -> list[Variant]:
    """All misconceptions of an assignment, by slug; raises CourseError for a malformed file."""
    return [load_variant(path) for path in sorted((assignment.folder / "misconceptions").glob("*.py"))]


def alternatives_of(assignment: Assignment) -> list[Variant]:
    """All alternatives of an assignment, by slug; raises CourseError for a malformed file."""
    return [load_variant(path) for path in sorted((assignment.folder / "alternatives").glob("*.py"))]


def stand_ins_of(assignment: Assignment) -> dict[str, str]:
    """The stand-in's source for each exercise that has one; raises CourseError where one has two."""
    found: dict[str, str] = {}
    for variant in alternatives_of(assignment):
        if variant.stand_in and variant.exercise in found:
            raise CourseError(f"{assignment.folder / 'alternatives'} has two stand-ins for {variant.exercise}.")
        if variant.stand_in:
            found[variant.exercise] = variant.source
    return found


def load_variant(path: Path) -> Variant:
    """Reads one file; raises CourseError when a field is missing or is no constant."""
    try:
        source = read_course_file(path).decode()
        tree = ast.parse(source)
        fields = dict(_constants(tree))
        text = " ".join((ast.get_docstring(tree) or "").split())
        return Variant(
            slug=path.stem,
            exercise=_name(fields["exercise"]),
            text=text,
            source=source,
            must_fail=_names(fields.get("must_fail", [])),
            may_fail=_names(fields.get("may_fail", [])),
            stand_in=bool(fields.get("stand_in", False)),
        )
    except KeyError:
        raise CourseError(f"{path} does not say which exercise it belongs to.") from None
    except (SyntaxError, TypeError, ValueError) as error:
        raise CourseError(f"{path} cannot be read as a solution: {error}.") from None


def _name(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError(f"{value!r} is no name")
    return value


def _names(value: object) -> frozenset[str]:
    if not isinstance(value, list | tuple):
        raise TypeError(f"{value!r} is no list of names")
    return frozenset(_name(item) for item in value)


def _constants(tree: ast.Module) -> list[tuple[str, Any]]:
    assigned = [node for node in tree.body if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name)]
    named = [(ast.unparse(node.targets[0]), node.value) for node in assigned]
    return [(name, ast.literal_eval(value)) for name, value in named if name in _FIELDS]


def reference_notebook(assignment: Assignment) -> NotebookNode:
    """The instructor's notebook; raises CourseError when it is missing."""
    notebook: NotebookNode = nbformat.reads(read_course_file(assignment.source).decode(), as_version=4)  # type: ignore[no-untyped-call]
    return notebook


def suspects_for(assignment: Assignment, exercise: str) -> tuple[Suspect, ...]:
    """The exercise's misconceptions, each within the reference notebook's code."""
    notebook = reference_notebook(assignment)
    return tuple(
        Suspect(v.slug, v.text, v.must_fail | v.may_fail, code_until(notebook, exercise, {exercise: v.source}))
        for v in misconceptions_of(assignment)
        if v.exercise == exercise
    )


def reference_for(assignment: Assignment, exercise: str) -> str:
    """The reference notebook's code up to an exercise's graded cell."""
    return code_until(reference_notebook(assignment), exercise, {})


def code_until(notebook: NotebookNode, exercise: str, replaced: dict[str, str]) -> str:
    """What defines things before a graded cell: set-up cells and solutions, some of them replaced.

    Raises:
        CourseError: the notebook has no such graded cell.
    """
    solutions = {f"{name}-code": source for name, source in replaced.items()}
    parts: list[str] = []
    for cell in notebook.cells:
        grading = cell.metadata.get("nbgrader", {})
        if grading.get("grade_id") == exercise:
            return "\n\n".join(parts)
        if cell.cell_type == "code" and defines(cell):
            parts.append(solutions.get(grading["grade_id"], cell.source))
    raise CourseError(f"The source notebook has no graded cell {exercise!r}.")


def defines(cell: NotebookNode) -> bool:
    """Whether a code cell belongs to what exercises build on: a solution, or locked set-up that is run."""
    grading = cell.metadata.get("nbgrader", {})
    setup = grading.get("locked", False) and not grading.get("grade", False)
    return bool(grading.get("solution", False) or (setup and "skip-execution" not in cell.metadata.get("tags", [])))
