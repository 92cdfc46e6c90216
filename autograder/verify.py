"""Proves an assignment's checks: every wrong solution is caught, every right one passes.

The reference notebook runs once in a real kernel, with a snapshot at each graded cell. Every misconception and
every alternative of that exercise is put into forks of it and checked over the real bridge; exercises are proved side
by side, as many as there are processors. What needs a GPU is proved on a make-believe one (`bridge/impostor.py`), so
that no machine is needed to show that those checks can fail.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from nbformat import NotebookNode

from autograder.bridge.child import SNAPSHOT
from autograder.checks.judge import Judge
from autograder.course import Assignment
from autograder.executors.local import PROCESSORS
from autograder.exercises import Checker, is_graded, is_skipped, judge, material_of
from autograder.grade import run_blocking
from autograder.launchers import KERNEL, launcher_for
from autograder.misconceptions import Variant, alternatives_of, misconceptions_of, reference_notebook
from autograder.model import CheckResult, ExerciseResult, Verdict
from autograder.sandbox.kernel import Kernel
from autograder.sandbox.limits import Limits
from autograder.sandbox.process import Launcher
from autograder.sandbox.slot import Slot
from autograder.sandbox.snapshot import Snapshot

_FINE = {Verdict.PASSED, Verdict.SKIPPED, Verdict.PENDING}


@dataclass(frozen=True)
class Proof:
    """One line of the table.

    Attributes:
        kind: "reference", "alternative", "misconception" or "check".
        subject: the slug, or the check's name.
        faults: what is wrong, one sentence each; empty when it is proved.
        recognised: whether feedback would name this misconception in at least one check.
    """

    kind: str
    exercise: str
    subject: str
    failed: tuple[str, ...]
    faults: tuple[str, ...]
    recognised: bool = False


def verify(
    assignment: Assignment, on_proof: Callable[[Proof], None] = lambda _: None, *, unsafe: bool = False
) -> list[Proof]:
    """All proofs of an assignment, in the order of its exercises; `unsafe`: without the lock."""
    return run_blocking(_verify(assignment, on_proof, launcher_for(assignment.course, unsafe=unsafe)))


async def _verify(assignment: Assignment, on_proof: Callable[[Proof], None], launcher: Launcher) -> list[Proof]:
    notebook = reference_notebook(assignment)
    with Slot(Limits(submission_seconds=3600)) as slot, _judges() as judges:
        kernel = Kernel(notebook, slot, launcher, KERNEL, SNAPSHOT)
        try:
            await kernel.start()
            benches = await _benches(assignment, kernel, notebook)
            proofs = await _side_by_side(benches, judges, on_proof)
        finally:
            await kernel.end()
    return proofs + _strays(assignment, {bench.exercise for bench in benches})


async def _side_by_side(
    benches: list[_Bench], judges: asyncio.Queue[Judge], on_proof: Callable[[Proof], None]
) -> list[Proof]:
    """All benches' proofs in the benches' order; the longest begins first, so that none is waited for alone."""
    tasks = {}
    try:
        async with asyncio.TaskGroup() as group:
            for bench in sorted(benches, key=lambda bench: -bench.size):
                tasks[bench] = group.create_task(bench.run(judges, on_proof))
    except BaseExceptionGroup as several:
        raise several.exceptions[0] from None
    return [proof for bench in benches for proof in tasks[bench].result()]


@contextmanager
def _judges() -> Iterator[asyncio.Queue[Judge]]:
    """One for each processor that this process may use; whoever takes one puts it back."""
    more = [Judge() for _ in range(PROCESSORS - 1)]
    free: asyncio.Queue[Judge] = asyncio.Queue()
    for each in (judge, *more):
        free.put_nowait(each)
    try:
        yield free
    finally:
        for each in more:
            each.close()


async def _benches(assignment: Assignment, kernel: Kernel, notebook: NotebookNode) -> list[_Bench]:
    """Runs the reference to its end; one bench for each graded cell."""
    benches = []
    for index, cell in enumerate(notebook.cells):
        if is_graded(cell):
            benches.append(_Bench(assignment, await kernel.snapshot(), cell.metadata.nbgrader.grade_id))
        elif cell.cell_type == "code" and not is_skipped(cell):
            await kernel.execute(index)
    await kernel.finish()
    return benches


class _Bench:
    """Tries solutions of one exercise in a snapshot of the reference's kernel, one after another."""

    def __init__(self, assignment: Assignment, snapshot: Snapshot, exercise: str) -> None:
        material = material_of(assignment, assignment.version)
        self.exercise = exercise
        self._assignment, self._snapshot = assignment, snapshot
        self._checks = material.catalogue[exercise].checks
        self._device = "impostor" if material.catalogue[exercise].gpu else "cpu"
        built_on = (exercise, *material.catalogue[exercise].needs)
        self._right = [variant for variant in alternatives_of(assignment) if variant.exercise in built_on]
        self._wrong = [variant for variant in misconceptions_of(assignment) if variant.exercise == exercise]

    @property
    def size(self) -> int:
        """How many checks there are to run."""
        return len(self._checks) * (1 + len(self._right) + len(self._wrong))

    async def run(self, judges: asyncio.Queue[Judge], on_proof: Callable[[Proof], None]) -> list[Proof]:
        """All proofs, as soon as a judge is free."""
        by = await judges.get()
        proofs = []
        try:
            async for proof in self._proofs(Checker(self._assignment, self._device, Limits(), by)):
                proofs.append(proof)
                on_proof(proof)
        finally:
            judges.put_nowait(by)
        return proofs

    async def _proofs(self, checker: Checker) -> AsyncIterator[Proof]:
        """Proofs for the reference, the alternatives, the misconceptions and the checks themselves."""
        yield _should_pass("reference", self.exercise, "reference", await self._try(checker))
        for variant in self._right:
            yield _should_pass("alternative", self.exercise, variant.slug, await self._try(checker, variant.source))
        caught: set[str] = set()
        for variant in self._wrong:
            results = await self._try(checker, variant.source)
            caught |= _failed(results)
            yield _should_fail(variant, results)
        for proof in _uncaught(self.exercise, self._checks, caught):
            yield proof

    async def _try(self, checker: Checker, *definitions: str) -> tuple[CheckResult, ...]:
        return await checker.prove(self._snapshot, self.exercise, definitions, 120.0)


def _strays(assignment: Assignment, exercises: set[str]) -> list[Proof]:
    """Files that nothing would ever try, because the exercise they name does not exist."""
    kinds = {"misconception": misconceptions_of(assignment), "alternative": alternatives_of(assignment)}
    return [
        Proof(kind, variant.exercise, variant.slug, (), ("names an exercise that this assignment does not have",))
        for kind, variants in kinds.items()
        for variant in variants
        if variant.exercise not in exercises
    ]


def _failed(results: tuple[CheckResult, ...]) -> set[str]:
    return {result.name for result in results if result.verdict not in _FINE}


def _should_pass(kind: str, exercise: str, subject: str, results: tuple[CheckResult, ...]) -> Proof:
    faults = [f"{r.name} {r.verdict}: {r.message}" for r in results if r.verdict not in _FINE]
    if not faults and ExerciseResult(exercise, 1.0, results).score not in (1.0, None):
        faults.append("does not get full marks: none of the checks of values counts")
    if not results:
        faults.append("no check was run")
    return Proof(kind, exercise, subject, tuple(sorted(_failed(results))), tuple(faults))


def _should_fail(variant: Variant, results: tuple[CheckResult, ...]) -> Proof:
    failed = _failed(results)
    faults = [f"does not fail {name}, which it must" for name in sorted(variant.must_fail - failed)]
    faults += [
        f"fails {name}, which it does not declare" for name in sorted(failed - variant.must_fail - variant.may_fail)
    ]
    faults += [f"{r.name} ended as {r.verdict}: {r.message}" for r in results if r.verdict is Verdict.ERROR]
    if all(result.verdict is Verdict.CRASHED for result in results):
        faults.append("no check could be run at all, which proves nothing")
    if not variant.must_fail:
        faults.append("declares no check that it must fail")
    if not variant.text:
        faults.append("has no explanation")
    recognised = any(result.misconception == variant.slug for result in results)
    return Proof("misconception", variant.exercise, variant.slug, tuple(sorted(failed)), tuple(faults), recognised)


def _uncaught(exercise: str, checks: list[CheckResult], caught: set[str]) -> Iterator[Proof]:
    for check in checks:
        faults = () if check.name in caught else ("no misconception fails it: can it fail at all?",)
        yield Proof("check", exercise, check.name, (), faults)
