"""The same lesson and the same submissions for stock nbgrader, in its plain configuration.

It runs the visible tests that stand in the cells, and no hidden check. Cells that are tagged `skip-execution`, which it
does not know, are taken out.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path

import nbformat

from autograder.bench import classes
from autograder.course import Assignment

_PLAIN = 'c = get_config()\nc.CourseDirectory.course_id = "plain"\n'


class Stock:
    """A course that knows nothing of ours.

    Args:
        folder: where to make it.
        ours: the assignment, with its submissions.
    """

    def __init__(self, folder: Path, ours: Assignment) -> None:
        self._folder, self._ours = folder, ours
        place = folder / "source" / ours.name
        place.mkdir(parents=True)
        nbformat.write(without_skipped(ours.source), place / f"{ours.name}.ipynb")  # type: ignore[no-untyped-call]
        (folder / "nbgrader_config.py").write_text(_PLAIN)
        self._nbgrader("generate_assignment", ours.name)

    def autograde(self, count: int) -> float:
        """Seconds that `nbgrader autograde` takes for the first so many submissions."""
        for made in ("submitted", "autograded"):
            shutil.rmtree(self._folder / made, ignore_errors=True)
        for path in list(classes.submissions(self._ours))[:count]:
            place = self._folder / path.relative_to(self._ours.course.root)
            place.parent.mkdir(parents=True)
            nbformat.write(without_skipped(path), place)  # type: ignore[no-untyped-call]
        started = time.monotonic()
        self._nbgrader("autograde", self._ours.name, "--force")
        return time.monotonic() - started

    def _nbgrader(self, *arguments: str) -> None:
        home = self._folder / "home"
        home.mkdir(exist_ok=True)
        call([sys.executable, "-m", "nbgrader", *arguments], self._folder, home)


def without_skipped(path: Path) -> nbformat.NotebookNode:
    """A notebook without the cells that our grader does not run."""
    notebook: nbformat.NotebookNode = nbformat.read(path, 4)  # type: ignore[no-untyped-call]
    notebook.cells = [cell for cell in notebook.cells if "skip-execution" not in cell.metadata.get("tags", [])]
    return notebook


def call(command: list[str], folder: Path, home: Path, more: Mapping[str, str] | None = None) -> None:
    """Runs somebody else's program, with nothing of this user's settings.

    Raises:
        SystemExit: it failed.
    """
    path = os.pathsep.join([str(Path(command[0]).parent), os.environ.get("PATH", os.defpath)])
    environment = os.environ | {"HOME": str(home), "PATH": path, "PYTHONWARNINGS": "ignore", **(more or {})}
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"`{' '.join(command)}` failed:\n{done.stderr[-2000:]}")
