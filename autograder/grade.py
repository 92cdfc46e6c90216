"""Grading one notebook, as the story goes.

::

    read and sanitise ─→ start a kernel ─→ for each cell, top to bottom
                              ↑               ├── a cell of the student's: execute it
                              │               ├── locked and tagged skip-execution: pass it by
                              │               └── graded: take a snapshot
                              │          ─→ the kernel ends, its outputs are final
                              │          ─→ the judge checks every snapshot, with open inputs
                              │          ─→ every word is settled; what passed is checked with secret inputs
                              │          ─→ what failed is checked with stand-ins for earlier exercises
                              └── once more without the cell that ended the kernel
    ─→ a report, and the notebook with its outputs

Secret inputs enter the sandbox only after the last word that a student will read has left it. Nothing here
knows nbgrader; whoever wants marks in a gradebook takes the report there.
"""

from __future__ import annotations

import asyncio
import copy
import time
from collections.abc import Callable, Coroutine, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, TypeVar

from nbformat import NotebookNode

from autograder.bridge.child import SNAPSHOT
from autograder.checks import sentences
from autograder.course import Assignment
from autograder.errors import KernelError, UsageError
from autograder.exercises import Checker, is_answered, is_graded, is_manual, is_skipped
from autograder.intake import accept
from autograder.intake.files import read_notebook_file
from autograder.launchers import KERNEL, launcher_for
from autograder.model import ExerciseResult, ManualCell, Report, Verdict
from autograder.on_gpu import check_on_gpu, differences
from autograder.quiz.grading import grade_quiz
from autograder.sandbox import gpu
from autograder.sandbox import limits as limit_sentences
from autograder.sandbox.cells import KernelGone
from autograder.sandbox.kernel import Kernel
from autograder.sandbox.limits import Limits
from autograder.sandbox.process import Launcher
from autograder.sandbox.slot import Slot
from autograder.sandbox.snapshot import Snapshot

Result = TypeVar("Result")
Progress = Callable[[str], None]


@dataclass(frozen=True)
class Graded:
    """A report, and the notebook as executed (graded cells have no output yet)."""

    report: Report
    notebook: NotebookNode


def check_file(
    path: Path,
    assignment: Assignment,
    *,
    device: str = "auto",
    limits: Limits | None = None,
    unsafe: bool = False,
    student: str = "",
) -> Graded:
    """Grades one notebook file, without a gradebook.

    Args:
        student: whose it is, for a quiz with numbers of each student's own; default what the notebook says.

    Raises:
        RejectedSubmission: the file is no notebook of this assignment.
        CourseError, KernelError: nothing is wrong with the submission.
    """
    if not assignment.is_quiz:
        launcher_for(assignment.course, unsafe=unsafe)  # a machine that cannot grade says so before anything else
    clean = accept(read_notebook_file(path), assignment)
    return grade_notebook(
        clean.notebook,
        assignment,
        device=device,
        limits=limits,
        unsafe=unsafe,
        notices=clean.notices,
        student=student,
    )


def grade_notebook(
    notebook: NotebookNode,
    assignment: Assignment,
    *,
    device: str = "auto",
    limits: Limits | None = None,
    unsafe: bool = False,
    notices: Sequence[str] = (),
    on_progress: Progress | None = None,
    student: str = "",
    earlier: Report | None = None,
    key: bytes | None = None,
    launcher: Launcher | None = None,
) -> Graded:
    """Grades a sanitised notebook; may be called where an event loop runs already. A quiz is read, and not run.

    Args:
        device: "auto", "cpu" or "cuda"; or "impostor", a make-believe GPU, for tests of what happens on one.
        unsafe: without a lock around student code.
        notices: what intake and sanitising had to say.
        on_progress: called with a few words at each graded cell.
        student: whose it is, where that is known.
        earlier: on a GPU: a report on this very notebook, of which only what waits for a GPU is graded now.
        key: what secret inputs are drawn with; the course's own unless said otherwise.
        launcher: what starts kernels; the course's own unless said otherwise.
    """
    if assignment.is_quiz:
        return Graded(grade_quiz(notebook, assignment, student, notices), notebook)
    launcher = launcher or launcher_for(assignment.course, unsafe=unsafe)
    device, limits = resolve_device(device), limits or Limits()
    checker = Checker(assignment, "cpu", limits, key=key)
    grading = _Grading(notebook, checker, launcher, on_progress or (lambda _: None))
    on_gpu = Checker(assignment, device, limits, in_place=True, key=key) if device != "cpu" else None
    report = run_blocking(grading.run(on_gpu, earlier))
    return Graded(replace(report, notices=(*notices, *report.notices)), notebook)


def resolve_device(device: str) -> str:
    """The device that is graded on; raises UsageError for one that is not to be had."""
    if device in ("cpu", "impostor"):
        return device
    why = gpu.missing()
    if why and device == "cuda":
        raise UsageError(f"There is no GPU to grade on: {why} With --device cpu, checks that need one stay pending.")
    return "cpu" if why else "cuda"


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

    def __init__(self, notebook: NotebookNode, checker: Checker, launcher: Launcher, on_progress: Progress) -> None:
        self._notebook, self._checker, self._launcher, self._say = notebook, checker, launcher, on_progress
        self._results: dict[str, ExerciseResult] = {}
        self._left_out: set[int] = set()
        self._gave_up = False
        self._used = 0.0
        self._notices: list[str] = []

    async def run(self, on_gpu: Checker | None = None, earlier: Report | None = None) -> Report:
        """Checks everything on the processor, or takes over what stands in `earlier`; then what needs a GPU on one."""
        started = time.monotonic()
        self._results = settled_in(earlier)
        anew = not self._results
        if anew:
            await self._check_in_snapshots()
        if on_gpu is not None:
            await self._check_on_gpu(on_gpu, anew=anew)
        return Report(
            assignment=self._checker.assignment.name,
            version=self._checker.assignment.version,
            sandbox=self._launcher.level,
            device=on_gpu.device if on_gpu else self._checker.device,
            exercises=tuple(self._result_of(cell) for cell in self._notebook.cells if is_graded(cell)),
            notices=tuple(self._notices),
            manual=tuple(self._manual_cell(cell) for cell in self._notebook.cells if is_manual(cell)),
            seconds=round(time.monotonic() - started, 2),
        )

    async def _check_in_snapshots(self) -> None:
        for _ in range(self._checker.limits.restarts + 1):
            if await self._run_again():
                break

    async def _check_on_gpu(self, checker: Checker, *, anew: bool) -> None:
        """What needs a GPU gets its verdict there; what is right on the processor and not on the GPU is told."""
        settled = {name for name, each in self._results.items() if each.score is not None}
        waiting = frozenset(name for name, each in checker.material.catalogue.items() if each.gpu) - settled
        others = frozenset(filter(self._is_right, settled)) if anew else frozenset()
        notebook = copy.deepcopy(self._notebook) if anew else self._notebook
        found, notices = await check_on_gpu(notebook, checker, self._launcher, KERNEL, waiting, others)
        notices += differences({name: found[name] for name in self._results if name in others})
        self._results |= {name: found[name] for name in waiting}
        self._notices += [notice for notice in notices if notice not in self._notices]

    def _is_right(self, exercise: str) -> bool:
        """Whether it has all points by the student's own work."""
        result = self._results[exercise]
        return result.state is Verdict.PASSED and not result.with_stand_ins

    async def _run_again(self) -> bool:
        """A run, where a kernel that will not start again after a cell has ended one is no reason to lose the rest."""
        try:
            return await self._run_through()
        except KernelError:
            if not self._left_out:
                raise
            self._gave_up = True
            return True

    async def _run_through(self) -> bool:
        """Runs the notebook once; False when a cell ended the kernel and is to be left out."""
        with Slot(self._checker.limits) as slot:
            kernel = Kernel(self._notebook, slot, self._launcher, KERNEL, SNAPSHOT, self._used)
            try:
                await kernel.start()
                taken, came_through = await self._visit_all(kernel)
                await kernel.finish()
                await self._check(taken, kernel)
            finally:
                self._notices += [notice for notice in kernel.notices if notice not in self._notices]
                self._used = kernel.used
                await kernel.end()
        return came_through

    async def _visit_all(self, kernel: Kernel) -> tuple[dict[str, Snapshot], bool]:
        """Snapshots by graded cell, and whether the last cell was reached."""
        taken: dict[str, Snapshot] = {}
        for index, cell in enumerate(self._notebook.cells):
            try:
                if is_graded(cell) and cell.metadata.nbgrader.grade_id not in self._results:
                    taken[cell.metadata.nbgrader.grade_id] = await kernel.snapshot()
                elif cell.cell_type == "code" and not is_graded(cell) and self._is_to_run(index, cell):
                    await kernel.execute(index)
            except KernelGone as gone:
                self._left_out.add(index)
                self._notices.append(gone.sentence)
                return taken, False
        return taken, True

    def _is_to_run(self, index: int, cell: NotebookNode) -> bool:
        return index not in self._left_out and not is_skipped(cell)

    async def _check(self, taken: dict[str, Snapshot], kernel: Kernel) -> None:
        """Checks the snapshots that stand, in three rounds; each is over for all of them before the next begins.

        A snapshot that a later cell ended is taken again in the next run.
        """
        cells = {cell.metadata.nbgrader.grade_id: cell for cell in self._notebook.cells if is_graded(cell)}
        standing = {name: each for name, each in taken.items() if not (self._left_out and each.has_fallen)}
        explored = {name: await self._explore(kernel, each, cells[name]) for name, each in standing.items()}
        for name, snapshot in standing.items():
            explored[name] = await self._checker.confirm(snapshot, explored[name])
        for name, snapshot in standing.items():
            self._results[name] = await self._checker.help_out(snapshot, explored[name])

    async def _explore(self, kernel: Kernel, snapshot: Snapshot, cell: NotebookNode) -> ExerciseResult:
        grade_id = cell.metadata.nbgrader.grade_id
        self._say(grade_id)
        explored = await self._checker.explore(snapshot, cell)
        kernel.take_strike(limit_sentences.STRUCK_IN_CHECKS, exercise=grade_id)
        return explored

    def _result_of(self, cell: NotebookNode) -> ExerciseResult:
        """The cell's result; checks that were never reached have crashed, so that nothing is given unseen."""
        grade_id = cell.metadata.nbgrader.grade_id
        if grade_id in self._results:
            return self._results[grade_id]
        reason = sentences.NEVER_STARTED.format(reason="too many cells ended the kernel")
        verdict, message = (Verdict.CRASHED, reason) if not self._gave_up else (Verdict.ERROR, sentences.GRADER_FAILED)
        checks = tuple(
            replace(c, verdict=verdict, message=message) for c in self._checker.material.catalogue[grade_id].checks
        )
        return self._checker.result_of(cell, checks)

    def _manual_cell(self, cell: NotebookNode) -> ManualCell:
        answered = is_answered(cell, self._notebook, self._checker.material.released)
        return ManualCell(cell.metadata.nbgrader.grade_id, float(cell.metadata.nbgrader.points), answered=answered)


def settled_in(earlier: Report | None) -> dict[str, ExerciseResult]:
    """What an earlier report has a verdict on, by exercise; nothing where the grader failed in it."""
    if earlier is None or earlier.needs_person:
        return {}
    return {each.grade_id: each for each in earlier.exercises if each.score is not None}
