"""A course whose points need a GPU, with a hostile student and honest ones before and behind: the gpu rows.

What the hostile student hands in is right on the processor and attacks on the GPU alone, so that the attack meets
the checks that run there. A machine with one GPU has them all use that one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from unittest import mock

from autograder.course import Assignment
from autograder.nbgrader_adapters.grading import ClassOutcome, Event, Status, SubmissionOutcome, grade_class
from autograder.sandbox.gpu import Gpu
from autograder.tests import tiny
from autograder.tests.hostile.case import LIMITS
from autograder.tests.hostile.theatre import Scene
from autograder.tests.nbgrader_adapters.support import hand_in

HOSTILE, HONEST = "eve", ("anna", "zoe")  # in the order of their names: one before, one behind
_LIMITS: Mapping[str, float] = {
    **LIMITS,
    "cell_seconds": 20,
    "submission_seconds": 60,
    "gpu_bytes": 2 * 2**30,
    "gpu_call_seconds": 20,
}
_FULL = {"double": 2.0, "on-gpu": 1.0, "whole": 1.0}


def attack_on_gpu(source: str) -> str:
    """A solution that is right, and attacks when it is given a tensor on a GPU."""
    lines = "\n".join(f"        {line}" for line in source.splitlines())
    return f"def double(x):\n    if getattr(x, 'is_cuda', False):\n{lines}\n    return 2 * x"


def attacked(scene: Scene, source: str) -> tuple[str, list[str]]:
    """What came of the attack, and what is not as it must be."""
    outcome = _grade(scene, source)
    eve = _of(outcome, HOSTILE)
    faults = [*_honest(outcome), *_lost_there_alone(eve)]
    return str(eve), faults


def lost(scene: Scene) -> tuple[str, list[str]]:
    """The same where the GPU is gone from the moment that the hostile submission's turn comes."""
    real, turns = Gpu.used, list[str]()

    def used(gpu: Gpu) -> int:
        if HOSTILE in turns:
            raise OSError("GPU is lost")
        return real(gpu)

    with mock.patch.object(Gpu, "used", used):
        outcome = _grade(scene, "pass", lambda event: turns.append(event.student))
    graded = {each.student for each in outcome.submissions if each.status is Status.GRADED}
    faults = [] if graded == {HONEST[0]} else [f"graded with the GPU gone: {sorted(graded)}"]
    return "; ".join(map(str, outcome.submissions)), faults


def _grade(scene: Scene, source: str, on_event: Callable[[Event], None] = lambda _: None) -> ClassOutcome:
    assignment: Assignment = tiny.make_tiny(scene.root / "gpu")
    hand_in(assignment, HOSTILE, double_code=attack_on_gpu(source))
    for student in HONEST:
        hand_in(assignment, student)
    return grade_class(assignment.course, [assignment], device="cuda", limits=_LIMITS, on_event=on_event)


def _of(outcome: ClassOutcome, student: str) -> SubmissionOutcome:
    return next(each for each in outcome.submissions if each.student == student)


def _points(each: SubmissionOutcome) -> dict[str, float | None]:
    return {exercise.grade_id: exercise.score for exercise in each.report.exercises} if each.report else {}


def _honest(outcome: ClassOutcome) -> Iterator[str]:
    for student in HONEST:
        each = _of(outcome, student)
        if _points(each) != _FULL:
            yield f"honest {student}: {each}, {_points(each)}"


def _lost_there_alone(eve: SubmissionOutcome) -> Iterator[str]:
    if _points(eve) != _FULL | {"on-gpu": 0.0}:
        yield f"the hostile submission has {_points(eve)}"
