"""Grades one case through the real pipeline, beside an honest neighbour, and looks over what came of it.

Four things hold whatever the case is: the neighbour gets full marks; the gradebook is otherwise unchanged; nothing
is left over; the case ends within its time and five seconds. And the grader itself needs no more memory than usual.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from autograder.nbgrader_adapters.grading import (
    ClassOutcome,
    Event,
    Status,
    SubmissionOutcome,
    generate_feedback,
    grade_class,
)
from autograder.sandbox import gpu
from autograder.tests.hostile.appetite import forget_peaks, grown
from autograder.tests.hostile.case import FULL, LIMITS, Case, Points
from autograder.tests.hostile.gradebook import marks, others, read_gradebook
from autograder.tests.hostile.leftovers import leftovers, look
from autograder.tests.hostile.pages import active_content, outputs_of, with_decoded
from autograder.tests.hostile.payload import BREACH, LEAK
from autograder.tests.hostile.theatre import BYSTANDER, HOSTILE, NEIGHBOUR, Scene, Theatre, graded
from autograder.tests.notebooks import free

_MORE_SECONDS = 5.0
PENDING, REFUSED = "pending: needs a GPU", "refused: it would harm this machine, on which student code is not locked in"


@dataclass(frozen=True)
class Result:
    """What came of a case.

    Attributes:
        faults: what is not as it must be, one line each.
        ran: whether it was tried at all; a case that needs a GPU is pending without one.
    """

    case: Case
    seen: str
    faults: tuple[str, ...] = ()
    seconds: float = 0.0
    ran: bool = True

    @property
    def fine(self) -> bool:
        """Whether all is as it must be."""
        return not self.faults


class _Clock:
    """Takes the time of each submission's turn."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}
        self._started: dict[str, float] = {}  # nobody who is refused at the door

    def __call__(self, event: Event) -> None:
        if event.outcome is None:
            self._started[event.student] = time.monotonic()
        else:
            now = time.monotonic()
            self.seconds[event.student] = now - self._started.get(event.student, now)


def run_case(theatre: Theatre, case: Case) -> Result:
    """Grades the case, unless it would do harm here or needs a GPU."""
    if case.needs_gpu and gpu.missing():
        return Result(case, PENDING, ran=False)
    if case.needs_lock and theatre.level != "namespaces":
        return Result(case, REFUSED, (REFUSED,), ran=False)
    scene, started = theatre.scene(), time.monotonic()
    if case.play:
        before = look(scene)
        seen, faults = case.play(scene)
        seconds = time.monotonic() - started
        return Result(case, seen, (*faults, *leftovers(scene, before, course=False), *_late(case, seconds)), seconds)
    return _grade(scene, case)


def _grade(scene: Scene, case: Case) -> Result:
    _hand_in(scene, case)
    book, before, clock = read_gradebook(scene.root / "gradebook.db"), look(scene), _Clock()
    memory = forget_peaks()
    limits = {**LIMITS, **case.limits}
    outcome = grade_class(scene.course, [scene.assignment], limits=limits, unsafe=scene.theatre.unsafe, on_event=clock)
    eve = next(each for each in outcome.submissions if each.student == HOSTILE)
    if graded(eve.status):
        generate_feedback(scene.course, scene.assignment, HOSTILE)
    seconds = clock.seconds[HOSTILE]
    faults = [
        *_neighbour(scene, outcome),
        *_otherwise_unchanged(scene, book),
        *leftovers(scene, before),
        *_late(case, seconds),
        *grown(memory),
        *(_verdict(scene, case, eve) if case.scores else _rejected(scene, eve)),
        *_words(scene, case, eve),
        *(f"called from inside: {line}" for line in scene.theatre.heard()),
    ]
    return Result(case, _seen(eve), tuple(faults), seconds)


def _late(case: Case, seconds: float) -> list[str]:
    return [f"took {seconds:.1f} s"] if seconds > case.seconds + _MORE_SECONDS else []


def _hand_in(scene: Scene, case: Case) -> None:
    notebook = scene.solved(case.cells)
    for number, (before, text) in reversed(list(enumerate(case.more))):
        place = next(place for place, cell in enumerate(notebook.cells) if cell.id == before)
        notebook.cells.insert(place + 1, free(scene.fill(text), f"own-{number}"))
    if case.edit:
        case.edit(notebook)
    scene.hand_in(HOSTILE, notebook)
    if case.write:
        case.write(scene)
    scene.hand_in(NEIGHBOUR, {"playground": f"pass  # {scene.theatre.canary}"} | dict(case.neighbour))


def _neighbour(scene: Scene, outcome: ClassOutcome) -> Iterator[str]:
    for student, status in ((NEIGHBOUR, Status.GRADED), (BYSTANDER, Status.SKIPPED)):
        each = next((each for each in outcome.submissions if each.student == student), None)
        if each is None or each.status is not status or each.report is None or each.report.score != 6.0:
            yield f"honest {student}: {each}"
        elif marks(scene.root / "gradebook.db", student) != FULL:
            yield f"honest {student} in the gradebook: {marks(scene.root / 'gradebook.db', student)}"
    if BREACH in outputs_of(_graded_notebook(scene, NEIGHBOUR)):
        yield "the neighbour met something of the hostile submission's"
    if outcome.stopped:
        yield f"the run stopped: {outcome.stopped}"


def _otherwise_unchanged(scene: Scene, before: dict[str, set[tuple[object, ...]]]) -> Iterator[str]:
    students = (HOSTILE, NEIGHBOUR)
    after = others(read_gradebook(scene.root / "gradebook.db"), students)
    was = others(before, students)
    for table in sorted(set(was) | set(after)):
        if was.get(table) != after.get(table):
            yield f"the gradebook's table {table} has changed"


def _verdict(scene: Scene, case: Case, eve: SubmissionOutcome) -> Iterator[str]:
    if eve.status is not Status.GRADED or eve.report is None:
        yield f"no verdict: {eve}"
        return
    found = {exercise.grade_id: exercise.score for exercise in eve.report.exercises}
    for exercise, points in case.scores.items():
        if not _within(found.get(exercise), points):
            yield f"{exercise}: {found.get(exercise)} points, not {_points(points)}"
    recorded = marks(scene.root / "gradebook.db", HOSTILE)
    if recorded != found:
        yield f"the gradebook says {recorded}, the report {found}"


def _within(found: float | None, points: Points) -> bool:
    low, high = points if isinstance(points, tuple) else (points, points)
    return found is not None and low <= found <= high


def _points(points: Points) -> str:
    return "{:g} to {:g}".format(*points) if isinstance(points, tuple) else f"{points:g}"


def _rejected(scene: Scene, eve: SubmissionOutcome) -> Iterator[str]:
    if eve.status is not Status.REJECTED or not eve.sentences:
        yield f"not rejected: {eve}"
    if marks(scene.root / "gradebook.db", HOSTILE) or _graded_notebook(scene, HOSTILE).exists():
        yield "rejected, and yet recorded"


def _words(scene: Scene, case: Case, eve: SubmissionOutcome) -> Iterator[str]:
    """What is said, and what must not be."""
    told = "\n".join(_said(eve))
    said = "\n".join([told, outputs_of(_graded_notebook(scene, HOSTILE))])
    files = {path: path.read_bytes().decode("utf-8", "replace") for path in _shown(scene)}
    pages = [text for path, text in files.items() if path.suffix == ".html"]
    yield from (f"not said: {fragment!r}" for fragment in map(scene.fill, case.says) if fragment not in said)
    if said.count("held ") < case.held:
        yield f"only {said.count('held ')} of {case.held} attempts were made"
    yield from _found("said", (BREACH, LEAK), "\n".join([said, *files.values()]))
    yield from _found("said", map(scene.fill, case.never), "\n".join([told, *pages]))
    yield from _found("shown to the student", scene.secrets(), with_decoded("\n".join([said, *files.values()])))
    for page in pages:
        yield from (f"would run in the page: {what}" for what in active_content(page, scene.theatre.mark))


def _found(verb: str, fragments: Iterable[str], text: str) -> Iterator[str]:
    """What must not stand in a text and does: how many fragments, and the first of them."""
    found = [fragment for fragment in fragments if fragment in text]
    if found:
        place = text.index(found[0])
        yield f"{verb} ({len(found)}): {text[max(place - 40, 0) : place + 120]!r}"


def _said(eve: SubmissionOutcome) -> Iterator[str]:
    yield from eve.sentences
    if eve.report:
        yield from eve.report.notices
        for exercise in eve.report.exercises:
            for check in exercise.checks:
                yield from (check.message, check.explanation)


def _shown(scene: Scene) -> list[Path]:
    """All files that the student gets back."""
    folders = [scene.root / step / HOSTILE for step in ("autograded", "feedback")]
    return [path for folder in folders for path in folder.rglob("*") if path.is_file() or path.is_symlink()]


def _graded_notebook(scene: Scene, student: str) -> Path:
    return scene.root / "autograded" / student / "chain" / "chain.ipynb"


def _seen(eve: SubmissionOutcome) -> str:
    if eve.report is None:
        return f"{eve.status}: {' '.join(eve.sentences)}"
    scores = ", ".join(f"{each.grade_id} {each.score}" for each in eve.report.exercises)
    return f"{eve.status}, {scores}"
