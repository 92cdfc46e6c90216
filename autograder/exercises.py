"""Checks the exercises of one assignment, each in a snapshot of the kernel that ran a submission.

::

    Material (per assignment)            ─┐
    snapshot, taken at a graded cell ─────┴→ Checker ─→ judge ─→ ExerciseResult
"""

from __future__ import annotations

import asyncio
import itertools
from dataclasses import dataclass, replace
from functools import lru_cache

from nbformat import NotebookNode

from autograder.checks import sentences
from autograder.checks.catalogue import ExerciseChecks
from autograder.checks.draw import derive
from autograder.checks.job import Job, Suspect
from autograder.checks.judge import Judge
from autograder.course import Assignment
from autograder.errors import CourseError
from autograder.intake.release import released_notebook
from autograder.misconceptions import reference_for, stand_ins_of, suspects_for
from autograder.model import CheckResult, ExerciseResult, Verdict
from autograder.sandbox.limits import Limits
from autograder.sandbox.snapshot import Snapshot

_OPEN = b"inputs that anyone may see"
judge = Judge()  #: one trusted process for all submissions of this run


@dataclass(frozen=True)
class Material:
    """What an assignment brings to the checking of any submission.

    Attributes:
        references: the reference notebook's code up to each exercise.
        suspects: each exercise's misconceptions.
    """

    released: NotebookNode
    catalogue: dict[str, ExerciseChecks]
    stand_ins: dict[str, str]
    references: dict[str, str]
    suspects: dict[str, tuple[Suspect, ...]]


@lru_cache(maxsize=8)
def material_of(assignment: Assignment, version: str) -> Material:
    """The material of that version; read once for a whole class.

    Raises:
        CourseError: release, checks and stand-ins do not fit together.
    """
    released, catalogue = released_notebook(assignment), judge.catalogue(assignment.tests)
    graded = {cell.metadata.nbgrader.grade_id for cell in released.cells if is_graded(cell)}
    stand_ins = stand_ins_of(assignment)
    _fit_together(assignment, graded, catalogue, stand_ins)
    return Material(
        released,
        catalogue,
        stand_ins,
        {grade_id: reference_for(assignment, grade_id) for grade_id in graded},
        {grade_id: suspects_for(assignment, grade_id) for grade_id in graded},
    )


def _fit_together(
    assignment: Assignment, graded: set[str], catalogue: dict[str, ExerciseChecks], stand_ins: dict[str, str]
) -> None:
    if graded != set(catalogue):
        odd = ", ".join(sorted(graded ^ set(catalogue)))
        raise CourseError(
            f"{assignment.release} and {assignment.tests} do not fit together; only one of them knows: {odd}."
        )
    without = {name for entry in catalogue.values() for name in entry.needs} - set(stand_ins)
    if without:
        folder = assignment.folder / "alternatives"
        raise CourseError(f"{folder} has no file with stand_in = True for {', '.join(sorted(without))}.")


class Checker:
    """Checks graded cells of one assignment in snapshots of a kernel, in rounds; each for all cells before the next.

    - `explore`: the student's own chain, with inputs that anyone may see. What a check has to say is said now.
    - `confirm`: what passed has to pass again with secret inputs, and says nothing of its own.
    - `help_out`: with trusted functions in place of the student's earlier ones; nothing that student code says is
      repeated. It comes last, because these functions are right solutions.

    So a student's process learns secrets only when every word that it could put them into is settled.

    Args:
        device: where student code computes; see `autograder.bridge.device`.
        by: the trusted process that checks; the one of this run unless said otherwise.
        in_place: whether no fork stands between the checks of an exercise; see `Job`.
        key: what secret inputs are drawn with; the one of this version of the assignment unless said otherwise.
    """

    def __init__(
        self,
        assignment: Assignment,
        device: str,
        limits: Limits,
        by: Judge = judge,
        *,
        in_place: bool = False,
        key: bytes | None = None,
    ) -> None:
        self.assignment, self.device, self.limits, self._judge = assignment, device, limits, by
        self._in_place = in_place
        self.material = material_of(assignment, assignment.version)
        self._open = derive(_OPEN, assignment.version)
        self._secret = key or assignment.key

    async def explore(self, snapshot: Snapshot, cell: NotebookNode) -> ExerciseResult:
        """The verdicts on the student's own chain, with open inputs."""
        return self.result_of(cell, await self.openly(snapshot, cell.metadata.nbgrader.grade_id))

    async def confirm(self, snapshot: Snapshot, explored: ExerciseResult) -> ExerciseResult:
        """The same with secret inputs, for the checks that passed; what fails only now says no more than that."""
        passed = passed_by(explored)
        return confirmed(explored, await self.secretly(snapshot, explored.grade_id, passed) if passed else ())

    async def help_out(self, snapshot: Snapshot, own: ExerciseResult) -> ExerciseResult:
        """The better of the student's own chain and one with stand-ins for earlier exercises: an error costs once."""
        if not self.may_help(own):
            return own
        return better(own, await self.with_stand_ins(snapshot, own.grade_id))

    async def openly(
        self, snapshot: Snapshot, grade_id: str, only: frozenset[str] | None = None
    ) -> tuple[CheckResult, ...]:
        """The first round of checks, or of some of them."""
        return await self._run(snapshot, grade_id, self._open, only=only)

    async def secretly(
        self, snapshot: Snapshot, grade_id: str, only: frozenset[str] | None = None
    ) -> tuple[CheckResult, ...]:
        """The second round."""
        return await self._run(snapshot, grade_id, self._secret, only=only)

    async def with_stand_ins(
        self, snapshot: Snapshot, grade_id: str, only: frozenset[str] | None = None
    ) -> tuple[CheckResult, ...]:
        """The third round."""
        return await self._run(snapshot, grade_id, self._secret, definitions=self._stand_ins_for(grade_id), only=only)

    def may_help(self, own: ExerciseResult) -> bool:
        """Whether points are missing that trusted functions for earlier exercises might bring."""
        return own.state is Verdict.FAILED and bool(self._stand_ins_for(own.grade_id))

    def _stand_ins_for(self, grade_id: str) -> tuple[str, ...]:
        return tuple(self.material.stand_ins[name] for name in self.material.catalogue[grade_id].needs)

    def result_of(self, cell: NotebookNode, checks: tuple[CheckResult, ...]) -> ExerciseResult:
        """The result of a graded cell with these verdicts; a cell of 0 points is worth its checks' bonus."""
        grade_id, points = cell.metadata.nbgrader.grade_id, float(cell.metadata.nbgrader.points)
        bonus = 0.0 if points else self.material.catalogue[grade_id].bonus
        return ExerciseResult(grade_id, points or bonus, checks, bonus=not points)

    async def prove(
        self, snapshot: Snapshot, grade_id: str, definitions: tuple[str, ...], seconds: float
    ) -> tuple[CheckResult, ...]:
        """The verdicts after trusted definitions have been put into each of its workers.

        With inputs that are open and always the same, so that a proof comes out alike on every machine, and changes
        with what it proves alone.
        """
        return await self._run(snapshot, grade_id, derive(_OPEN), definitions=definitions, seconds=seconds)

    async def _run(
        self,
        snapshot: Snapshot,
        grade_id: str,
        key: bytes,
        *,
        definitions: tuple[str, ...] = (),
        only: frozenset[str] | None = None,
        seconds: float = 0.0,
    ) -> tuple[CheckResult, ...]:
        limits = self.limits
        call = limits.gpu_call_seconds if self._in_place else limits.call_seconds
        exercise = limits.gpu_exercise_seconds if self._in_place else limits.exercise_seconds
        job = Job(
            socket=snapshot.path,
            tests=self.assignment.tests,
            grade_id=grade_id,
            key=key,
            reference=self.material.references[grade_id],
            stand_ins=definitions,
            suspects=self.material.suspects[grade_id],
            only=only,
            device=self.device,
            in_place=self._in_place,
            call_seconds=call,
            exercise_seconds=seconds or exercise,
        )
        return await asyncio.to_thread(self._judge.check, job)


def passed_by(explored: ExerciseResult) -> frozenset[str]:
    """The checks that passed."""
    return frozenset(check.name for check in explored.checks if check.verdict is Verdict.PASSED)


def confirmed(explored: ExerciseResult, found: tuple[CheckResult, ...]) -> ExerciseResult:
    """The result after the second round; what passed in the first and has no verdict now is an error of ours."""
    passed, again = passed_by(explored), {check.name: check.verdict for check in found}
    return replace(explored, checks=tuple(_confirmed(c, again) if c.name in passed else c for c in explored.checks))


def better(own: ExerciseResult, checks: tuple[CheckResult, ...]) -> ExerciseResult:
    """The better of a result and the one with stand-ins."""
    helped = replace(own, checks=checks, with_stand_ins=True)
    return helped if (helped.score or 0.0) > (own.score or 0.0) else own


def _confirmed(explored: CheckResult, again: dict[str, Verdict]) -> CheckResult:
    """A check that passed with open inputs, after the round with secret ones: passed or failed, and no more."""
    verdict = again.get(explored.name, Verdict.ERROR)
    if verdict is Verdict.ERROR:
        return replace(explored, verdict=verdict, message=sentences.GRADER_FAILED)
    if verdict in (Verdict.PASSED, Verdict.SKIPPED):
        return explored
    return replace(explored, verdict=Verdict.FAILED, message=sentences.OTHER_INPUTS)


def is_graded(cell: NotebookNode) -> bool:
    """Whether checks decide on the cell's points."""
    return cell.cell_type == "code" and _flag(cell, "grade") and not _flag(cell, "solution")


def is_manual(cell: NotebookNode) -> bool:
    """Whether a person decides on the cell's points."""
    return _flag(cell, "task") or (_flag(cell, "grade") and not is_graded(cell))


def is_answered(cell: NotebookNode, notebook: NotebookNode, released: NotebookNode) -> bool:
    """Whether there is something for a person to read: another text than the release's, or cells behind a task.

    A task's own text is locked. Its answer is what the student wrote into cells of their own behind it, before the next
    cell that nbgrader knows; cells that the release has there to play with are no answer, whatever became of them.
    """
    if not _flag(cell, "task"):
        return all(cell.source.strip() != each.source.strip() for each in released.cells if _same(each, cell))
    place = next(i for i, each in enumerate(notebook.cells) if each is cell)
    behind = itertools.takewhile(lambda each: "nbgrader" not in each.metadata, notebook.cells[place + 1 :])
    ids, texts = {each.id for each in released.cells}, {each.source.strip() for each in released.cells}
    return any(each.id not in ids and each.source.strip() not in texts | {""} for each in behind)


def _same(one: NotebookNode, other: NotebookNode) -> bool:
    return bool(one.metadata.get("nbgrader", {}).get("grade_id") == other.metadata.nbgrader.grade_id)


def is_skipped(cell: NotebookNode) -> bool:
    """Whether the instructor locked the cell and said that grading need not run it."""
    return _flag(cell, "locked") and "skip-execution" in cell.metadata.get("tags", [])


def _flag(cell: NotebookNode, name: str) -> bool:
    return bool(cell.metadata.get("nbgrader", {}).get(name, False))
