"""What the grader hands to a judge: one exercise of one submission. Trusted data, pickled between our own processes."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Suspect:
    """A misconception that may explain a failure.

    Attributes:
        checks: names of the checks that it may fail.
        source: the reference notebook's code with the wrong solution in it.
    """

    slug: str
    explanation: str
    checks: frozenset[str]
    source: str


@dataclass(frozen=True)
class Job:
    """The checks of one graded cell, against one fork server.

    Attributes:
        socket: where the fork server listens.
        tests: the file with the checks.
        key: secret from which the inputs are drawn (already bound to the assignment's version).
        reference: the reference notebook's code up to this exercise.
        stand_ins: source texts that replace the student's earlier exercises.
        suspects: the exercise's misconceptions.
        only: names of the checks to run; None for all of them.
        device: where the student's code computes; see `autograder.bridge.device`.
        in_place: no fork stands between the checks: the first that ends the process ends the job, and those after it
            have no result.
    """

    socket: Path
    tests: Path
    grade_id: str
    key: bytes
    reference: str
    stand_ins: tuple[str, ...] = ()
    suspects: tuple[Suspect, ...] = ()
    only: frozenset[str] | None = None
    device: str = "cpu"
    in_place: bool = False
    call_seconds: float = 10.0
    exercise_seconds: float = 30.0

    def wants(self, check: str) -> bool:
        """Whether a check is to be run."""
        return self.only is None or check in self.only
