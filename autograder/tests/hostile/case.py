"""What a case is: a submission, and what must come of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from nbformat import NotebookNode

if TYPE_CHECKING:
    from autograder.tests.hostile.theatre import Scene

#: Zero on the checks concerned; denied, and graded as normal; rejected; a grader's error.
Must = Literal["Z", "N", "R", "E"]
#: Points of an exercise: exactly, or from … up to … where both ends are fair.
Points = float | tuple[float, float]

FULL: Mapping[str, Points] = {"softmax": 4.0, "mix": 2.0}
LOST: Mapping[str, Points] = {"softmax": 0.0, "mix": 2.0}  #: the exercise concerned earns nothing, the other all
NOTHING: Mapping[str, Points] = {"softmax": 0.0, "mix": 0.0}
ANY: Mapping[str, Points] = {"softmax": (0.0, 4.0), "mix": (0.0, 2.0)}  #: who harms only themselves may lose

#: Short, so that a case that runs into them costs seconds.
LIMITS: Mapping[str, float] = {
    "cell_seconds": 4,
    "call_seconds": 3,
    "exercise_seconds": 8,
    "submission_seconds": 40,
    "memory_bytes": 2 * 2**30,
    "processes": 64,
}


@dataclass(frozen=True, kw_only=True)
class Case:
    """A submission, and what must come of it.

    The texts of cells may hold the placeholders of `Scene.fill` (`@ROOT@` is the course's folder).

    Attributes:
        does: what the submission does, in one line.
        cells: texts of cells that differ from the right solution, by cell id.
        more: cells of the student's own: behind which cell, and their text.
        edit: changes the notebook otherwise.
        write: writes into the submission's folder, after the notebook is there.
        scores: points by exercise; empty when the submission is to be rejected.
        says: what must stand in outputs, notices or messages.
        never: what must stand in no notice, no message and nowhere in the feedback page.
        held: how many attempts the code makes; each of them must have failed.
        neighbour: texts of cells of the honest neighbour, who may look for what was left for them.
        limits: those that differ from LIMITS.
        seconds: what the case may take; five more are allowed.
        needs_lock: it would harm a machine on which student code is not locked in.
        play: a procedure of its own in place of all that: returns what it saw and the faults it found.
    """

    id: str
    does: str
    must: Must
    cells: Mapping[str, str] = field(default_factory=dict)
    more: tuple[tuple[str, str], ...] = ()
    edit: Callable[[NotebookNode], None] | None = None
    write: Callable[[Scene], None] | None = None
    scores: Mapping[str, Points] = field(default_factory=lambda: FULL)
    says: tuple[str, ...] = ()
    never: tuple[str, ...] = ()
    held: int = 0
    neighbour: Mapping[str, str] = field(default_factory=dict)
    limits: Mapping[str, float] = field(default_factory=dict)
    seconds: float = 15.0
    needs_lock: bool = False
    needs_gpu: bool = False
    play: Callable[[Scene], tuple[str, list[str]]] | None = None
