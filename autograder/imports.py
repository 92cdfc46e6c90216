"""What the notebooks of a course import: kernels are forked from a process that has done so already."""

from __future__ import annotations

import re
from collections.abc import Iterable

from nbformat import NotebookNode

from autograder.course import Course
from autograder.errors import CourseError
from autograder.intake.release import shared_release

_IMPORT = re.compile(r"(?:import|from)\s+([A-Za-z_]\w*(?:\.\w+)*)")


def imports_of(course: Course) -> frozenset[str]:
    """The modules that the released lessons of a course import."""
    found: set[str] = set()
    for lesson in course.lessons:
        try:
            found |= imported_by(shared_release(lesson).cells)
        except CourseError:
            continue  # it is not released yet
    return frozenset(found)


def imported_by(cells: Iterable[NotebookNode]) -> set[str]:
    """The modules that code cells import as they begin, by their full names; not those that a function may ask for."""
    lines = (line for cell in cells if cell.cell_type == "code" for line in cell.source.splitlines())
    found = (_IMPORT.match(line) for line in lines)
    return {match.group(1) for match in found if match}
