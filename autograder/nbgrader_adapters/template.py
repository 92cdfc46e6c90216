"""What stands in `release/` beside the assignments: the layout of a student's repository, written by hand.

::

    release/README.md                      generated: frontpage.py
            <assignment>/                  generated: release.py
            practice/<quiz>.ipynb          generated: quiz/build.py
            check.py Makefile requirements.txt .gitignore .github/workflows/check.yml

All of `release/` is published, so a file that nobody expects there is no small matter.
"""

from __future__ import annotations

from pathlib import Path

from nbformat.v4 import new_code_cell, new_notebook

from autograder.course import Assignment, Course
from autograder.errors import CourseError
from autograder.nbgrader_adapters.leakgate import Leak, find_leaks, read_source, refuse

BY_HAND = ("check.py", "Makefile", "requirements.txt", ".gitignore", ".github/workflows/check.yml")
#: Made by Jupyter or Python where somebody works in `release/`; git ignores them, and what is committed is published.
_JUNK = {".ipynb_checkpoints", "__pycache__", ".venv"}


def check_strays(course: Course) -> None:
    """Make sure that `release/` holds what belongs there, and nothing else; nor a solution in what is written by hand.

    What lies in an assignment's folder is `check_release`'s to judge.

    Raises:
        CourseError: there is a file that nobody expects.
        LeakError: a file that is written by hand gives something away.
    """
    release = course.root / "release"
    names = {assignment.name for assignment in course.assignments}
    expected = {"README.md", *BY_HAND, *(f"practice/{path.stem}.ipynb" for path in course.root.glob("quizzes/*.toml"))}
    strays = [str(path) for path in _files(release) if path.parts[0] not in names and str(path) not in expected]
    if strays:
        raise CourseError(f"Nobody expects these in release/, which is published whole: {', '.join(strays)}.")
    by_hand = [release / name for name in BY_HAND if (release / name).is_file()]
    refuse(leak for assignment in course.assignments for path in by_hand for leak in _leaks(assignment, path))


def _leaks(assignment: Assignment, path: Path) -> list[Leak]:
    """What a text gives away of an assignment: it is looked at as if it stood in a notebook's cell."""
    text = path.read_text(encoding="utf-8", errors="replace")
    cell = new_code_cell(text, id=path.stem.lstrip("."))  # type: ignore[no-untyped-call]
    whole = new_notebook(cells=[cell])  # type: ignore[no-untyped-call]
    return find_leaks(read_source(assignment.source), whole, f"release/{path.name}")


def _files(folder: Path) -> list[Path]:
    found = (path.relative_to(folder) for path in sorted(folder.rglob("*")) if path.is_symlink() or not path.is_dir())
    return [path for path in found if _JUNK.isdisjoint(path.parts)]
