"""What the gradebook must know before anything is graded: the cells of the release, and their points.

nbgrader writes them when `generate_assignment` runs. `ensure_assignment` lets nbgrader's own converter do the
same from the committed release, so that a fresh clone can grade, and so that the gradebook knows what students
were given rather than what the instructor has changed since. No grade is touched.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterable
from pathlib import Path

from nbformat.notebooknode import NotebookNode
from nbgrader import utils
from nbgrader.api import Assignment as Row
from nbgrader.api import Gradebook, MissingEntry, Notebook, SubmittedAssignment
from nbgrader.converters import GenerateAssignment
from nbgrader.converters.base import NbGraderException
from nbgrader.coursedir import CourseDirectory
from nbgrader.preprocessors import CheckCellMetadata, SaveCells
from sqlalchemy import select
from traitlets.config import Config
from traitlets.config.loader import ConfigFileNotFound, PyFileConfigLoader

from autograder.course import Assignment, Course
from autograder.errors import CourseError
from autograder.intake import released_notebook
from autograder.nbgrader_adapters.scripts import scripts_on_path

#: What decides about points, by cell: kind of cell, whether it is graded or a solution, and its points.
Cells = dict[str, tuple[str, bool, bool, float]]


def load_config(course: Course) -> Config:
    """The course's nbgrader_config.py, as the stock commands see it."""
    try:
        return PyFileConfigLoader("nbgrader_config.py", path=str(course.root)).load_config()
    except ConfigFileNotFound:
        raise CourseError(f"{course.root} has no nbgrader_config.py.") from None


def course_directory(course: Course, assignment: str, student: str = "*", **settings: str) -> CourseDirectory:
    """The course as nbgrader sees it, for one assignment."""
    ids = {"assignment_id": assignment, "student_id": student}
    return CourseDirectory(config=load_config(course), root=str(course.root), **ids, **settings)


def open_gradebook(coursedir: CourseDirectory) -> Gradebook:
    """The course's gradebook, made where there is none yet; close it, or use it in a `with`."""
    with scripts_on_path():
        return Gradebook(coursedir.db_url, coursedir.course_id)


def ensure_assignment(course: Course, assignment: Assignment) -> None:
    """Make sure that the gradebook knows the released cells of an assignment, and their points.

    Raises:
        CourseError: cells were added or removed, and there are grades already.
    """
    coursedir = course_directory(course, assignment.name)
    released = released_notebook(assignment)
    with open_gradebook(coursedir) as gradebook:
        known = _find(gradebook, assignment)
        if known is not None and recorded_cells(known) == cells_of(released) and _same_text(known, released):
            return
        if known is not None and known.submissions:
            _check_names(assignment, set(recorded_cells(known)), set(cells_of(released)))
    _record(course, assignment)


def recorded_students(coursedir: CourseDirectory) -> frozenset[tuple[str, str]]:
    """Of whom the gradebook has a submission: pairs of an assignment and a student.

    nbgrader's own commands may have removed some since they were graded, or the gradebook may have been begun anew.
    """
    question = select(Row.name, SubmittedAssignment.student_id).join(Row, SubmittedAssignment.assignment_id == Row.id)
    with open_gradebook(coursedir) as gradebook:
        return frozenset((name, student) for name, student in gradebook.db.execute(question))


def check_gradebook(coursedir: CourseDirectory, assignments: Iterable[Assignment]) -> None:
    """Make sure that the gradebook knows assignments as they were released.

    Raises:
        CourseError: it does not; the sentence says what to run.
    """
    with open_gradebook(coursedir) as gradebook:
        for assignment in assignments:
            known = _find(gradebook, assignment)
            if known is None or recorded_cells(known) != cells_of(released_notebook(assignment)):
                raise CourseError(
                    f"The gradebook does not know the release of {assignment.name} as it is now; "
                    f"run `nbgrader generate_assignment {assignment.name}` first."
                )


def cells_of(notebook: NotebookNode) -> Cells:
    """The nbgrader cells of a notebook."""
    cells = [cell for cell in notebook.cells if _is_known(cell)]
    return {cell.metadata.nbgrader.grade_id: _facts(cell) for cell in cells}


def recorded_cells(known: Notebook) -> Cells:
    """The same as the gradebook has them."""
    points = {cell.name: float(cell.max_score) for cell in known.grade_cells}
    solutions = {cell.name for cell in known.solution_cells}
    return {
        cell.name: (cell.cell_type, cell.name in points, cell.name in solutions, points.get(cell.name, 0.0))
        for cell in known.source_cells
    }


def _is_known(cell: NotebookNode) -> bool:
    return bool(utils.is_grade(cell) or utils.is_solution(cell) or utils.is_locked(cell))


def _facts(cell: NotebookNode) -> tuple[str, bool, bool, float]:
    graded = utils.is_grade(cell)
    points = float(cell.metadata.nbgrader.points) if graded else 0.0
    return (cell.cell_type, graded, utils.is_solution(cell), points)


def _same_text(known: Notebook, released: NotebookNode) -> bool:
    texts = {cell.name: (cell.source, cell.checksum) for cell in known.source_cells}
    cells = [cell for cell in released.cells if _is_known(cell)]
    return all(texts[cell.metadata.nbgrader.grade_id] == _text(cell) for cell in cells)


def _text(cell: NotebookNode) -> tuple[str, str | None]:
    return (cell.source, cell.metadata.nbgrader.get("checksum"))


def _find(gradebook: Gradebook, assignment: Assignment) -> Notebook | None:
    try:
        return gradebook.find_notebook(assignment.name, assignment.name)
    except MissingEntry:
        return None


def _check_names(assignment: Assignment, known: set[str], released: set[str]) -> None:
    if known != released:
        changed = ", ".join(sorted(known ^ released))
        raise CourseError(
            f"{assignment.name} has been graded with other cells ({changed}); nbgrader cannot add or remove cells "
            "then. Release it under a new name, or begin a new gradebook."
        )


def _record(course: Course, assignment: Assignment) -> None:
    config = Config()
    config.GenerateAssignment.preprocessors = [CheckCellMetadata, SaveCells]
    with tempfile.TemporaryDirectory() as scratch:
        folders = {"source_directory": "release", "release_directory": str(Path(scratch) / "release")}
        converter = GenerateAssignment(course_directory(course, assignment.name, **folders), config=config)
        try:
            converter.start()
        except NbGraderException as error:
            command = f"nbgrader generate_assignment {assignment.name}"
            raise CourseError(
                f"The gradebook refused the release of {assignment.name}; `{command}` says why."
            ) from error
