"""Checks where no fork may follow: a process that uses CUDA cannot be forked, so its own kernel answers.

::

    round 1, open inputs      a kernel runs the notebook; at each graded cell it answers that exercise's checks
    round 2, secret inputs    a fresh kernel does the same, for what passed; nothing it says is kept
    round 3, with stand-ins   a fresh kernel, for what still lacks points

Within a round the checks share a process. One that ends it, or hangs, ends the kernel: the checks that it had not
come to are asked in another one, which runs the notebook once more. So an illegal access on the GPU, after which
nothing works in its process, costs the check that made it and no other.
"""

from __future__ import annotations

import copy
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace

from nbformat import NotebookNode

from autograder.bridge.child import IN_PLACE
from autograder.checks import sentences
from autograder.exercises import (
    Checker,
    better,
    confirmed,
    is_graded,
    is_skipped,
    passed_by,
)
from autograder.model import CheckResult, ExerciseResult, Verdict
from autograder.sandbox import limits as limit_sentences
from autograder.sandbox.cells import KernelGone
from autograder.sandbox.gpu import Gpu
from autograder.sandbox.gpu_watch import GpuWatch
from autograder.sandbox.kernel import Kernel
from autograder.sandbox.process import Launcher
from autograder.sandbox.slot import Slot
from autograder.sandbox.snapshot import Snapshot

Wanted = Mapping[str, frozenset[str]]  #: the checks to run, by exercise
Ask = Callable[[Snapshot, str, frozenset[str]], Awaitable[tuple[CheckResult, ...]]]
_ENDS = {Verdict.TIMEOUT, Verdict.CRASHED}


@dataclass
class _Round:
    """What one round has come to so far."""

    wanted: Wanted
    ask: Ask
    notebook: NotebookNode
    whole: bool = False  #: whether the notebook is to be run to its end, for its outputs
    found: dict[str, dict[str, CheckResult]] = field(default_factory=dict)
    left_out: set[int] = field(default_factory=set)

    def missing(self, exercise: str) -> frozenset[str]:
        """Checks of an exercise that have not been come to."""
        return frozenset(self.wanted.get(exercise, ()) - self.found.get(exercise, {}).keys())

    def note(self, exercise: str, results: tuple[CheckResult, ...]) -> bool:
        """Takes results in; whether the kernel is still good for more."""
        self.found.setdefault(exercise, {}).update({each.name: each for each in results})
        return not any(each.verdict in _ENDS for each in results)

    @property
    def is_over(self) -> bool:
        """Whether all checks have been come to."""
        return not any(map(self.missing, self.wanted))


class InPlace:
    """Checks one notebook on a GPU that nobody else uses meanwhile.

    Args:
        notebook: its cells get the outputs, those of the first round.
        entry: "module:function" of what runs in a kernel's process.
        before: bytes in use on the GPU when the submission came.
    """

    def __init__(
        self,
        notebook: NotebookNode,
        checker: Checker,
        launcher: Launcher,
        entry: str,
        gpu: Gpu | None,
        before: int = 0,
    ) -> None:
        self._notebook, self._checker, self._launcher, self._entry = notebook, checker, launcher, entry
        self._gpu, self._before = gpu, before
        self._until = time.monotonic() + checker.limits.gpu_submission_seconds
        self._cells = {cell.metadata.nbgrader.grade_id: cell for cell in notebook.cells if is_graded(cell)}
        self.notices: list[str] = []  #: of the first round
        self.troubled = False  #: whether in any round something went wrong that the GPU may suffer from

    async def check(self, exercises: frozenset[str], others: frozenset[str]) -> dict[str, ExerciseResult]:
        """The results of these exercises; of the others what a first round says, which is for comparison alone.

        Raises:
            KernelError, GpuLost: nothing is wrong with the submission.
        """
        checker, names = self._checker, {each: self._checks_of(each) for each in exercises}
        explored = await self._explore(names, self._notebook, whole=True)
        passed = {each: passed_by(result) for each, result in explored.items() if passed_by(result)}
        again = await self._run(passed, checker.secretly, copy.deepcopy(self._notebook))
        own = {each: confirmed(result, again.get(each, ())) for each, result in explored.items()}
        poor = {each: names[each] for each, result in own.items() if checker.may_help(result)}
        helped = await self._run(poor, checker.with_stand_ins, copy.deepcopy(self._notebook))
        best = {each: better(result, helped[each]) if each in helped else result for each, result in own.items()}
        compared = {each: self._checks_of(each) for each in others}
        return best | await self._explore(compared, copy.deepcopy(self._notebook))

    async def _explore(
        self, names: Wanted, notebook: NotebookNode, *, whole: bool = False
    ) -> dict[str, ExerciseResult]:
        found = await self._run(names, self._checker.openly, notebook, whole=whole)
        return {each: self._checker.result_of(self._cells[each], results) for each, results in found.items()}

    def _checks_of(self, exercise: str) -> frozenset[str]:
        return frozenset(check.name for check in self._checker.material.catalogue[exercise].checks)

    async def _run(
        self, wanted: Wanted, ask: Ask, notebook: NotebookNode, *, whole: bool = False
    ) -> dict[str, tuple[CheckResult, ...]]:
        """One round: kernels one after another, until every check was come to or too many have ended."""
        this = _Round(wanted, ask, notebook, whole)
        for _ in range(self._checker.limits.restarts + 1 if wanted else 0):
            if await self._run_through(this) or (this.is_over and not whole) or self._is_late:
                break
        return {exercise: self._in_order(exercise, this) for exercise in wanted}

    @property
    def _is_late(self) -> bool:
        """Whether the submission has had the GPU for as long as it may."""
        return time.monotonic() > self._until

    def _in_order(self, exercise: str, this: _Round) -> tuple[CheckResult, ...]:
        """The results in the order of the file; what was never come to has crashed, so that nothing is given unseen."""
        reason = sentences.NEVER_STARTED.format(reason=limit_sentences.TOO_OFTEN)
        return tuple(
            this.found.get(exercise, {}).get(check.name) or replace(check, verdict=Verdict.CRASHED, message=reason)
            for check in self._checker.material.catalogue[exercise].checks
            if check.name in this.wanted[exercise]
        )

    async def _run_through(self, this: _Round) -> bool:
        """Runs the notebook in one kernel; whether it came to the end of the notebook."""
        with Slot(self._checker.limits, self._gpu) as slot:
            kernel = Kernel(this.notebook, slot, self._launcher, self._entry, IN_PLACE)
            try:
                await kernel.start()
                async with self._watched(kernel, this):
                    came_through = await self._visit_all(kernel, this)
                await kernel.finish()
            finally:
                self._note(this, kernel.notices)
                await kernel.end()
        self.troubled |= not came_through
        return came_through

    @asynccontextmanager
    async def _watched(self, kernel: Kernel, this: _Round) -> AsyncIterator[None]:
        """Has the GPU's memory watched; says what it had to strike for."""
        if self._gpu is None:
            yield
            return
        with GpuWatch(self._gpu, kernel.process, self._checker.limits, self._before) as watch:
            yield
        if watch.lost:
            raise self._gpu.lost(watch.lost)
        if watch.struck:
            gigabytes = self._checker.limits.gpu_bytes / 2**30
            self._note(this, [limit_sentences.STRUCK_ON_GPU.format(gigabytes=gigabytes)])

    async def _visit_all(self, kernel: Kernel, this: _Round) -> bool:
        for index, cell in enumerate(this.notebook.cells):
            if this.is_over and not this.whole:
                return True
            try:
                if is_graded(cell):
                    if not await self._ask(kernel, cell, this):
                        return False
                elif cell.cell_type == "code" and index not in this.left_out and not is_skipped(cell):
                    await kernel.execute(index)
            except KernelGone as gone:
                if not is_graded(cell):
                    this.left_out.add(index)
                    self._note(this, [gone.sentence])
                return False
        return True

    async def _ask(self, kernel: Kernel, cell: NotebookNode, this: _Round) -> bool:
        """Asks for what is missing at a graded cell; whether the kernel is still good for more."""
        exercise = cell.metadata.nbgrader.grade_id
        if not (only := this.missing(exercise)) or self._is_late:
            return True
        async with kernel.in_place() as place:
            return this.note(exercise, await this.ask(place, exercise, only))

    def _note(self, this: _Round, said: list[str]) -> None:
        """Tells of it; of a round with secrets it is not told even which cell went wrong, for code can choose that."""
        self.troubled |= bool(said)
        if this.whole:
            self.notices += [each for each in said if each not in self.notices]
