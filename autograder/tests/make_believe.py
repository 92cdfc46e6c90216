"""The command `autograder` whose workers make believe to grade: `python -m autograder.tests.make_believe grade tiny`.

All else is as ever: processes, store, gradebook, lock. Nothing is executed and torch is not imported, so that a run
takes seconds. Full marks for the right answer and none for any other, after $MAKE_BELIEVE seconds; what the playground
says beside that: `die` ends the worker as the system does when it runs out of memory, `hang` has it work for ever.
"""

from __future__ import annotations

import os
import signal
import sys
import time
from types import ModuleType, SimpleNamespace
from typing import TYPE_CHECKING, Any

from autograder import work
from autograder.bundle import unpack
from autograder.model import CheckResult, ExerciseResult, Report, Verdict

if TYPE_CHECKING:
    from nbformat import NotebookNode

    from autograder.course import Assignment


def _grade_notebook(notebook: NotebookNode, assignment: Assignment, **_: object) -> Any:
    cells = {cell.id: cell for cell in notebook.cells}
    _misbehave(cells["playground"].source)
    right = "2 * x" in cells["double-code"].source
    exercises = tuple(_result(cell.metadata.nbgrader, right) for cell in notebook.cells if _is_checked(cell))
    return SimpleNamespace(
        report=Report(assignment.name, assignment.version, "off", "cpu", exercises), notebook=notebook
    )


def _misbehave(how: str) -> None:
    time.sleep(float(os.environ.get("MAKE_BELIEVE", "0.2")))
    word = how.partition("#")[0].strip()  # the rest keeps two submissions from being copies
    if word == "die":
        os.kill(os.getpid(), signal.SIGKILL)
    while word == "hang":
        pass


def _is_checked(cell: NotebookNode) -> bool:
    return cell.cell_type == "code" and bool(cell.metadata.get("nbgrader", {}).get("grade"))


def _result(settings: Any, right: bool) -> ExerciseResult:
    check = CheckResult("test_it", "It is right", Verdict.PASSED if right else Verdict.FAILED, core=True)
    return ExerciseResult(settings.grade_id, float(settings.points), (check,))


def _pretend() -> None:
    """Puts the make-believe in its place."""
    fake = ModuleType("autograder.grade")
    vars(fake).update(grade_notebook=_grade_notebook, resolve_device=lambda device: "cpu")
    sys.modules[fake.__name__] = fake
    vars(work)["make_ready"] = lambda parcel, order: (None, unpack(parcel, order.assignment, order.version))


if __name__ in ("__main__", "__mp_main__"):  # the latter in workers, which import this module before they begin
    _pretend()

if __name__ == "__main__":
    from autograder.cli import main

    main()
