"""Proves an assignment's checks: every wrong solution is caught, every right one passes.

The reference notebook runs once in a real kernel, with a snapshot at each graded cell. Every misconception and
every alternative of that exercise is put into forks of it and checked over the real bridge.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass

from nbformat import NotebookNode

from autograder.bridge.child import SNAPSHOT
from autograder.course import Assignment
from autograder.exercises import Checker, is_graded, is_skipped
from autograder.grade import KERNEL, launcher_for, run_blocking
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
    checker, proofs = Checker(assignment, "cpu", Limits()), list[Proof]()
    with Slot(Limits(submission_seconds=3600)) as slot:
        kernel = Kernel(notebook, slot, launcher, KERNEL, SNAPSHOT)
        try:
            await kernel.start()
            for bench in await _benches(checker, kernel, notebook):
                async for proof in bench.proofs():
                    proofs.append(proof)
                    on_proof(proof)
        finally:
            await kernel.end()
    return proofs + _strays(assignment, set(checker.material.catalogue))


async def _benches(checker: Checker, kernel: Kernel, notebook: NotebookNode) -> list[_Bench]:
    """Runs the reference to its end; one bench for each graded cell."""
    benches = []
    for index, cell in enumerate(notebook.cells):
        if is_graded(cell):
            benches.append(_Bench(checker, await kernel.snapshot(), cell.metadata.nbgrader.grade_id))
        elif cell.cell_type == "code" and not is_skipped(cell):
            await kernel.execute(index)
    await kernel.finish()
    return benches


class _Bench:
    """Tries solutions of one exercise in a snapshot of the reference's kernel."""

    def __init__(self, checker: Checker, snapshot: Snapshot, exercise: str) -> None:
        self._checker, self._snapshot, self._exercise = checker, snapshot, exercise

    async def proofs(self) -> AsyncIterator[Proof]:
        """Proofs for the reference, the alternatives, the misconceptions and the checks themselves."""
        yield _should_pass("reference", self._exercise, "reference", await self._try(()))
        for variant in alternatives_of(self._checker.assignment):
            if variant.exercise in (self._exercise, *self._checker.material.catalogue[self._exercise].needs):
                yield _should_pass("alternative", self._exercise, variant.slug, await self._try((variant.source,)))
        caught: set[str] = set()
        for variant in misconceptions_of(self._checker.assignment):
            if variant.exercise == self._exercise:
                results = await self._try((variant.source,))
                caught |= _failed(results)
                yield _should_fail(variant, results)
        for proof in _uncaught(self._exercise, self._checker.material.catalogue[self._exercise].checks, caught):
            yield proof

    async def _try(self, definitions: tuple[str, ...]) -> tuple[CheckResult, ...]:
        return await self._checker.prove(self._snapshot, self._exercise, definitions, 120.0)


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
