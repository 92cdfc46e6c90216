"""Grading one notebook, as the story goes.

::

    read and sanitise ─→ start a kernel ─→ for each cell, top to bottom
                              ↑               ├── a cell of the student's: execute it
                              │               ├── locked and tagged skip-execution: pass it by
                              │               └── graded: fork; the judge checks the fork
                              └── once more without the cell that ended the kernel
    ─→ a report, and the notebook with its outputs

Nothing here knows nbgrader; whoever wants marks in a gradebook takes the report there.
"""

from __future__ import annotations

import asyncio
import sys
import time
from collections.abc import Callable, Coroutine, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, TypeVar

from nbformat import NotebookNode

from autograder.checks import sentences
from autograder.course import Assignment
from autograder.errors import KernelError, UsageError
from autograder.exercises import Checker, is_graded, is_manual, is_skipped, judge
from autograder.intake import accept
from autograder.intake.files import read_notebook_file
from autograder.model import ExerciseResult, ManualCell, Report, Verdict
from autograder.sandbox import LEVEL
from autograder.sandbox.kernel import Kernel, KernelGone
from autograder.sandbox.limits import Limits
from autograder.sandbox.slot import Slot

Result = TypeVar("Result")
Progress = Callable[[str], None]

KERNEL_COMMAND = (sys.executable, "-P", "-m", "autograder.bridge.child", "-f", "{connection_file}")


@dataclass(frozen=True)
class Graded:
    """A report, and the notebook as executed (graded cells have no output yet)."""

    report: Report
    notebook: NotebookNode


def close() -> None:
    """Ends the judge; it starts again with the next submission."""
    judge.close()


def check_file(path: Path, assignment: Assignment, *, device: str = "auto", limits: Limits | None = None) -> Graded:
    """Grades one notebook file, without a gradebook.

    Raises:
        RejectedSubmission: the file is no notebook of this assignment.
        CourseError, KernelError: nothing is wrong with the submission.
    """
    clean = accept(read_notebook_file(path), assignment)
    return grade_notebook(clean.notebook, assignment, device=device, limits=limits, notices=clean.notices)


def grade_notebook(
    notebook: NotebookNode,
    assignment: Assignment,
    *,
    device: str = "auto",
    limits: Limits | None = None,
    notices: Sequence[str] = (),
    on_progress: Progress | None = None,
) -> Graded:
    """Grades a sanitised notebook; may be called where an event loop runs already.

    Args:
        notices: what intake and sanitising had to say.
        on_progress: called with a few words at each graded cell.
    """
    grading = _Grading(
        notebook, assignment, resolve_device(device), limits or Limits(), on_progress or (lambda _: None)
    )
    report = run_blocking(grading.run())
    return Graded(replace(report, notices=(*notices, *report.notices)), notebook)


def resolve_device(device: str) -> str:
    """The device that is graded on; raises UsageError for one that is not to be had."""
    if device in ("auto", "cpu"):
        return "cpu"
    raise UsageError(
        f"Device {device!r} cannot be graded on yet: checks that need a GPU stay pending; use --device cpu."
    )


def run_blocking(work: Coroutine[Any, Any, Result]) -> Result:
    """Runs a coroutine to its end in a thread of its own; Ctrl-C cancels it and lets it clean up."""
    loop = asyncio.new_event_loop()
    task = loop.create_task(work)
    with ThreadPoolExecutor(1) as thread:
        future = thread.submit(loop.run_until_complete, task)
        try:
            return future.result()
        except KeyboardInterrupt:
            loop.call_soon_threadsafe(task.cancel)
            raise
        finally:
            thread.submit(loop.close)


class _Grading:
    """One notebook on its way to a report."""

    def __init__(
        self, notebook: NotebookNode, assignment: Assignment, device: str, limits: Limits, on_progress: Progress
    ) -> None:
        self._notebook, self._device, self._limits = notebook, device, limits
        self._say = on_progress
        self._checker = Checker(assignment, device, limits)
        self._results: dict[str, ExerciseResult] = {}
        self._left_out: set[int] = set()
        self._notices: list[str] = []

    async def run(self) -> Report:
        started = time.monotonic()
        for _ in range(self._limits.restarts + 1):
            if await self._run_again():
                break
        return Report(
            assignment=self._checker.assignment.name,
            version=self._checker.assignment.version,
            sandbox=LEVEL,
            device=self._device,
            exercises=tuple(self._result_of(cell) for cell in self._notebook.cells if is_graded(cell)),
            notices=tuple(self._notices),
            manual=tuple(
                _manual_cell(cell, self._checker.material.released) for cell in self._notebook.cells if is_manual(cell)
            ),
            seconds=round(time.monotonic() - started, 2),
        )

    async def _run_again(self) -> bool:
        """A run, where a kernel that will not start again after a cell has ended one is no reason to lose the rest."""
        try:
            return await self._run_through()
        except KernelError:
            if not self._left_out:
                raise
            return True

    async def _run_through(self) -> bool:
        """Runs the notebook once; False when a cell ended the kernel and is to be left out."""
        with Slot(self._limits) as slot:
            kernel = Kernel(self._notebook, slot, KERNEL_COMMAND, self._device)
            try:
                await kernel.start()
                for index, cell in enumerate(self._notebook.cells):
                    await self._visit(kernel, slot, index, cell)
            except KernelGone as gone:
                self._left_out.add(index)
                self._notices.append(gone.sentence)
                return False
            finally:
                self._notices += [notice for notice in kernel.notices if notice not in self._notices]
                await kernel.end()
        return True

    async def _visit(self, kernel: Kernel, slot: Slot, index: int, cell: NotebookNode) -> None:
        if is_graded(cell):
            grade_id = cell.metadata.nbgrader.grade_id
            if grade_id not in self._results:
                self._say(grade_id)
                self._results[grade_id] = await self._checker.check(kernel, slot, cell)
        elif cell.cell_type == "code" and index not in self._left_out and not is_skipped(cell):
            await kernel.execute(index)

    def _result_of(self, cell: NotebookNode) -> ExerciseResult:
        """The cell's result; checks that were never reached have crashed, so that nothing is given unseen."""
        grade_id = cell.metadata.nbgrader.grade_id
        if grade_id in self._results:
            return self._results[grade_id]
        reason = sentences.NEVER_STARTED.format(reason="too many cells ended the kernel")
        checks = tuple(
            replace(c, verdict=Verdict.CRASHED, message=reason)
            for c in self._checker.material.catalogue[grade_id].checks
        )
        return self._checker.result_of(cell, checks)


def _manual_cell(cell: NotebookNode, released: NotebookNode) -> ManualCell:
    grade_id = cell.metadata.nbgrader.grade_id
    stub = next((c.source for c in released.cells if c.metadata.get("nbgrader", {}).get("grade_id") == grade_id), "")
    return ManualCell(grade_id, float(cell.metadata.nbgrader.points), answered=cell.source.strip() != stub.strip())
