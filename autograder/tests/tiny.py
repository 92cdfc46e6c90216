"""The course `tiny` in a temporary folder, and submissions to it: what the tests of the nbgrader adapters grade.

double   2 points, checked                    double-code   the solution cell
on-gpu   1 point, pending without a GPU
whole    0 points, a bonus
why      2 points, marked by hand
"""

from __future__ import annotations

import shutil
from pathlib import Path

from nbformat import NotebookNode

from autograder.course import Assignment
from autograder.nbgrader_adapters.release import build_release
from autograder.tests.notebooks import answered, free, given, graded, make_course, notebook, region, written
from autograder.tests.notebooks import solution as solution_cell

COURSE = Path(__file__).parent / "courses" / "tiny"
CONFIG = Path(__file__).parents[2] / "nbgrader_config.py"

RIGHT = "def double(x):\n    return 2 * x"
WRONG = "def double(x):\n    return x * x"
#: Fails one of the two smaller checks: 1.5 of 2 points.
PARTLY = "def double(x):\n    x += x\n    return x"
PICTURE = '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><circle cx="4" cy="4" r="4"/></svg>\n'


def instructor() -> NotebookNode:
    """The instructor's notebook of the course."""
    answer = "Why does it work?\n\n### BEGIN SOLUTION\nBecause both halves are the same.\n### END SOLUTION"
    return notebook(
        free("# Twice\n\n![a disc](figures/disc.svg)", "welcome", kind="markdown"),
        given("setup", "import torch"),
        solution_cell("double-code", region("return x + x  # both halves of the double", before="def double(x):")),
        graded("double", "assert double(2) == 4", points=2),
        graded("on-gpu", "if torch.cuda.is_available():\n    assert double(torch.ones(1).cuda()).is_cuda", points=1),
        graded("whole", "assert double(1) == 2", points=0),
        given("plot", "raise RuntimeError('not to be run')", skip=True),
        written("why", answer, points=2),
        free("pass", "playground"),
    )


def make_tiny(root: Path) -> Assignment:
    """The course below `root`, released."""
    course = make_course(root, {"tiny": instructor()})
    shutil.copytree(COURSE / "autograder", root / "autograder")
    shutil.copyfile(CONFIG, root / "nbgrader_config.py")
    picture = root / "source" / "tiny" / "figures" / "disc.svg"
    picture.parent.mkdir()
    picture.write_text(PICTURE)
    assignment = course.assignment("tiny")
    build_release(course, assignment)
    return assignment


def submission(released: NotebookNode, **sources: str) -> NotebookNode:
    """A right submission in which cells have other sources: `double_code="…"`, `why="…"`."""
    return answered(released, **({"double_code": RIGHT, "why": "Because."} | sources))
