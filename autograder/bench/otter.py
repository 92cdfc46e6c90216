"""The same submissions for otter-grader: `otter run`, one submission after another, with the same visible tests.

Otter wants tests in files of their own, so each graded cell becomes one: a doctest that runs the cell's code. It has
to come to full points for the reference, or it was not the same work.
"""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

import nbformat

from autograder.bench import classes
from autograder.bench.stock import call, without_skipped
from autograder.course import Assignment
from autograder.exercises import is_graded

_CODE = """\
>>> import contextlib, io
>>> with contextlib.redirect_stdout(io.StringIO()):
...     exec({source!r}, globals())
"""


class Otter:
    """An assignment as otter has it.

    Args:
        program: the `otter` command, best in an environment of its own, with what the lesson imports.
        folder: where to put it.
        ours: the assignment, with its submissions.
    """

    def __init__(self, program: Path, folder: Path, ours: Assignment) -> None:
        self._program, self._folder, self._ours = program, folder, ours
        (folder / "tests").mkdir(parents=True)
        (folder / "home").mkdir()
        for cell in filter(is_graded, without_skipped(ours.release).cells):
            name = str(cell.id).replace("-", "_")
            (folder / "tests" / f"{name}.py").write_text(f"OK_FORMAT = True\ntest = {_test(name, cell)!r}\n")
        nothing_else = ("--no-config", "--no-requirements", "--no-environment")
        self._otter("generate", "-t", "tests", "-o", "autograder.zip", *nothing_else)

    def run(self, count: int) -> float:
        """Seconds that `otter run` takes for the first so many submissions."""
        notebooks = [self._hand_in(path, index) for index, path in enumerate(classes.submissions(self._ours))][:count]
        started = time.monotonic()
        for path in notebooks:
            self._otter("run", path.name, "-a", "autograder.zip", "-o", path.stem)
        seconds = time.monotonic() - started
        self._look_at(self._folder / notebooks[0].stem / "results.json")
        return seconds

    def _hand_in(self, path: Path, index: int) -> Path:
        notebook = without_skipped(path)
        notebook.cells = [cell for cell in notebook.cells if not is_graded(cell)]
        place = self._folder / f"submission{index}.ipynb"
        place.with_suffix("").mkdir(exist_ok=True)  # where results are written
        nbformat.write(notebook, place)  # type: ignore[no-untyped-call]
        return place

    def _look_at(self, results: Path) -> None:
        tests = [each for each in json.loads(results.read_text())["tests"] if each.get("max_score")]
        if not tests or any(each["score"] != each["max_score"] for each in tests):
            raise SystemExit(f"otter did not give the reference of {self._ours.name} full points: {tests}")

    def _otter(self, *arguments: str) -> None:
        call([str(self._program), *arguments], self._folder, self._folder / "home")


def _test(name: str, cell: Any) -> dict[str, Any]:
    """A graded cell in otter's own format."""
    case = {"code": _CODE.format(source=cell.source), "hidden": False, "locked": False}
    suite = {"cases": [case], "scored": True, "setup": "", "teardown": "", "type": "doctest"}
    return {"name": name, "points": cell.metadata.nbgrader.points, "suites": [suite]}
