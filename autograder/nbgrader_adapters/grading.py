"""Grades a class into nbgrader's gradebook, each submission as `nbgrader autograde` would.

::

    submitted/*/<assignment> ─► Entrance ─► Sender ─► workers ─► Recorder ─► gradebook.db
                                              │                          ─► autograded/
                                              └► .autograder/results/    ─► .autograder/reports/

What goes wrong with one submission is told and stops nothing. Whatever ends a run (Ctrl-C, kill -9, a full disk),
each submission is recorded or it is not, and the next run grades those that are not.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from sqlalchemy.exc import SQLAlchemyError

from autograder import intake
from autograder.course import Assignment, Course
from autograder.errors import CourseError, UsageError
from autograder.executors import Pool
from autograder.executors.local import LocalPool
from autograder.flow import Flow, Steps
from autograder.nbgrader_adapters import interrupts, lock
from autograder.nbgrader_adapters.entries import Entrance, Entry, Item
from autograder.nbgrader_adapters.failures import explain, is_disk_full
from autograder.nbgrader_adapters.feedback import FeedbackOutcome, generate_feedback, write_report
from autograder.nbgrader_adapters.gradebook import course_directory, load_config, recorded_students
from autograder.nbgrader_adapters.outcomes import ClassOutcome, Event, Status, SubmissionOutcome
from autograder.nbgrader_adapters.recorder import Recorder
from autograder.nbgrader_adapters.sending import Asked, Sender
from autograder.nbgrader_adapters.workspace import Workspace
from autograder.store import Store
from autograder.work import Done

__all__ = [
    "ClassOutcome",
    "Event",
    "FeedbackOutcome",
    "Status",
    "SubmissionOutcome",
    "generate_feedback",
    "grade_class",
    "write_report",
]

_STOPPED = "Stopped by Ctrl-C with {left} of {total} submissions left; the same command goes on from here."


def grade_class(
    course: Course,
    assignments: Sequence[Assignment],
    student: str | None = None,
    force: bool = False,
    device: str = "auto",
    limits: Mapping[str, float] | None = None,
    unsafe: bool = False,
    on_event: Callable[[Event], None] = lambda event: None,
    pool: Callable[[], Pool] | None = None,
    prune: bool = False,
) -> ClassOutcome:
    """Grade what lies in `submitted/`.

    Args:
        student: grade this one only; default everybody.
        force: also what an earlier run graded and nobody changed since.
        limits: those that differ from the course's configuration, by name.
        unsafe: without a lock around student code.
        on_event: told when each submission is given to a worker, and when it is over.
        pool: makes the workers; default one for each processor of this machine.
        prune: delete stored results at the end.

    Raises:
        BusyError: another run holds the course.
        UsageError, CourseError: there is nothing of that name, the course is broken, or its gradebook cannot be opened.
        LockRefused: this machine cannot lock student code in.
    """
    with lock.hold(course), _in_a_sentence():
        items = _submissions(course, assignments, student)
        with (pool or LocalPool)() as workers:
            asked = Asked(device, dict(limits or {}), unsafe=unsafe, force=force)
            outcome = _Run(course, workers, asked, on_event, len(items)).grade(items)
        store = Store(course)
        store.clear() if prune else store.trim()
    return outcome


@contextmanager
def _in_a_sentence() -> Iterator[None]:
    """What the gradebook refuses before anything is graded; what it refuses later is told of each submission."""
    try:
        yield
    except SQLAlchemyError as error:
        raise CourseError(explain(error)) from error


def _submissions(course: Course, assignments: Sequence[Assignment], student: str | None) -> list[Item]:
    submitted = course.root / "submitted"
    roster = intake.find_students(submitted)
    names = sorted([*roster.students, *(name for name, _ in roster.refused)]) if student is None else [student]
    found = [(each, name) for each in assignments for name in names if _is_there(submitted, name, each.name)]
    if student is not None and not found:
        raise UsageError(f"{student!r} has handed in nothing for {', '.join(each.name for each in assignments)}.")
    return found


def _is_there(submitted: Path, student: str, assignment: str) -> bool:
    """Whether a student has something in the place of a submission; what it is, intake says."""
    if student in ("", ".", "..") or "/" in student or "\0" in student:
        return False
    return os.path.lexists(submitted / student / assignment)


class _Run:
    """One run over a class of so many submissions."""

    def __init__(self, course: Course, pool: Pool, asked: Asked, on_event: Callable[[Event], None], total: int) -> None:
        config = load_config(course)
        self._pool, self._on_event, self._total = pool, on_event, total
        self._workspace = Workspace(course)
        self._recorder = Recorder(self._workspace, config)
        self._sender = Sender(course, pool, asked.within(config), total)
        entrance = Entrance(
            course,
            self._recorder.sanitisers,
            force=asked.force,
            recorded=recorded_students(course_directory(course, "*")),
            gpu=self._sender.has_gpu,
        )
        steps = Steps(entrance.take_in, self._sender.send, self._recorder.record, self._failed)
        self._flow: Flow[Item, Entry, Done, SubmissionOutcome] = Flow(steps, lambda: pool.slots, self._tell)
        self._done = 0
        self._why_stopped = ""

    def grade(self, items: list[Item]) -> ClassOutcome:
        """Grades them all, or as many as can be until something stops the run."""
        try:
            with interrupts.gracefully(self._interrupted):
                outcomes = self._flow.run(items)
        except BaseException:
            self._pool.stop()
            raise
        finally:
            self._recorder.close()
            self._workspace.close()
        return ClassOutcome(tuple(outcomes), self._stopped(), tuple(self._pool.notices))

    def _stopped(self) -> str:
        """Why the run ended before its end; a Ctrl-C that left nobody out has not stopped anything."""
        left = self._flow.dropped
        if self._flow.lost:
            return f"{self._flow.lost} {left} of {self._total} submissions are left."
        if self._why_stopped == _STOPPED and not left:
            return ""
        return self._why_stopped.format(left=left, total=self._total)

    def _interrupted(self) -> None:
        if self._sender.preparing and not self._flow.under_way:
            raise KeyboardInterrupt  # nothing runs that would have to be finished
        self._why_stopped = self._why_stopped or _STOPPED
        self._flow.stop(lambda: self._on_event(self._event(stopping=True)))

    def _failed(self, item: Item, error: BaseException) -> SubmissionOutcome:
        """The outcome where a step ended with an error; on a full disk nothing more is begun."""
        sentence = explain(error)
        if is_disk_full(error):
            self._why_stopped = self._why_stopped or sentence
            self._flow.stop()
        return SubmissionOutcome(item[0].name, item[1], Status.FAILED, sentences=(sentence,))

    def _tell(self, item: Item, outcome: SubmissionOutcome | None) -> None:
        self._done += outcome is not None
        self._on_event(replace(self._event(), assignment=item[0].name, student=item[1], outcome=outcome))

    def _event(self, *, stopping: bool = False) -> Event:
        running = min(self._flow.under_way, self._pool.slots)
        return Event("", "", self._done, self._total, running, stopping=stopping)
