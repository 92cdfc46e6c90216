"""The course `chain` in a temporary folder, and submissions to it: what the tests of grading grade."""

from __future__ import annotations

import shutil
from pathlib import Path

from nbformat import NotebookNode

from autograder.course import Assignment
from autograder.grade import Graded, grade_notebook
from autograder.intake import accept
from autograder.sandbox.limits import Limits
from autograder.tests.notebooks import answered, as_bytes, free, given, graded, make_course, notebook, region, released
from autograder.tests.notebooks import solution as solution_cell

COURSE = Path(__file__).parent / "courses" / "chain"

SOFTMAX = """def softmax(x, dim=-1):
    powers = torch.exp(x - x.amax(dim, keepdim=True))
    return powers / powers.sum(dim, keepdim=True)"""
MIX = """def mix(scores, values):
    weights = softmax(scores)
    return weights @ values, weights"""

#: Generous enough for a busy machine, on which `import torch` alone takes seconds.
QUICK = Limits(
    cell_seconds=6,
    call_seconds=3,
    exercise_seconds=9,
    submission_seconds=40,
    gpu_call_seconds=3,
    gpu_exercise_seconds=9,
)


def instructor() -> NotebookNode:
    """The instructor's notebook of the course."""
    softmax = region(
        *[line.strip() and line[4:] for line in SOFTMAX.splitlines()[1:]], before="def softmax(x, dim=-1):"
    )
    mix = region(*[line[4:] for line in MIX.splitlines()[1:]], before="def mix(scores, values):")
    return notebook(
        given("setup", "import torch"),
        free("pass", "playground"),
        solution_cell("softmax-code", softmax),
        graded("softmax", points=4),
        free("pass", "between"),
        solution_cell("mix-code", mix),
        graded("mix", points=2),
        given("plot", "raise RuntimeError('not to be run')", skip=True),
    )


def make_chain(root: Path) -> Assignment:
    """The course below `root`, released."""
    course = make_course(root, {"chain": instructor()}, release=True)
    shutil.copytree(COURSE / "autograder", root / "autograder")
    return course.assignment("chain")


def submission(**sources: str) -> NotebookNode:
    """A right submission in which cells have other sources: `softmax_code="…"`, `playground="…"`."""
    return answered(released(instructor()), **({"softmax_code": SOFTMAX, "mix_code": MIX} | sources))


def grade(assignment: Assignment, notebook: NotebookNode, limits: Limits = QUICK) -> Graded:
    """Takes a submission in and grades it."""
    clean = accept(as_bytes(notebook), assignment)
    return grade_notebook(clean.notebook, assignment, limits=limits, notices=clean.notices)
