"""Classes of 100, 1,000 and 10,000: is a submission still as cheap, and the grader as small, at the end of them?

Synthetic submissions to a small assignment (the one that `autograder new` lays out), no two of them the same.
"""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

from rich.console import Console

from autograder.bench import classes
from autograder.bench.command import grade, size_of
from autograder.bench.results import report
from autograder.course import Assignment


def run(sizes: tuple[int, ...]) -> Path:
    """Measures classes of these sizes."""
    rows = []
    for size in sizes:
        with tempfile.TemporaryDirectory() as scratch:
            rows.append(_row(classes.course_with(classes.LIGHT, Path(scratch) / "course"), size))
    return report("scale", "Classes of light submissions, all processors", rows)


def _row(assignment: Assignment, size: int) -> dict[str, Any]:
    Console(stderr=True).print(f"handing in and grading {size:,}", highlight=False)
    classes.hand_in(assignment, size)
    done = grade(assignment.course)
    kept = assignment.course.state
    return {
        "submissions": size,
        "seconds each, going": round(done.going(0.1), 4),
        "first half": round(done.going(0.1, 0.55), 4),
        "second half": round(done.going(0.55), 4),
        "main process, MB: after a tenth": round(done.memory[len(done.memory) // 10]),
        "at the end": round(done.memory[-1]),
        "gradebook, kB each": round(size_of(assignment.course.root / "gradebook.db") / 1000 / size, 2),
        "stored results, kB each": round(size_of(kept / "results") / 1000 / size, 2),
        "reports, kB each": round(size_of(kept / "reports") / 1000 / size, 2),
    }
