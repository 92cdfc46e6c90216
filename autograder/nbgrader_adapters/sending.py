"""The second step of a run: a submission goes to a worker, unless what comes of it is known."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from concurrent.futures import Future
from dataclasses import dataclass, field, replace
from functools import cached_property, partial
from typing import Any

from traitlets.config import Config

from autograder.bundle import pack
from autograder.course import Assignment, Course
from autograder.executors import NoGpu, Pool
from autograder.imports import imports_of
from autograder.model import Report
from autograder.nbgrader_adapters.entries import Entry
from autograder.nbgrader_adapters.gradebook import ensure_assignment
from autograder.nbgrader_adapters.outcomes import waits_for_gpu
from autograder.quiz.grading import grade_quiz
from autograder.sandbox.limits import Limits
from autograder.store import Store
from autograder.work import Done, Work, as_json, do, prepare


@dataclass(frozen=True)
class Asked:
    """What a run was asked for.

    Attributes:
        device: "auto", "cpu" or "cuda".
        limits: those that differ from the defaults, by name.
        unsafe: without a lock; force: have all graded anew.
    """

    device: str = "auto"
    limits: Mapping[str, float] = field(default_factory=dict)
    unsafe: bool = False
    force: bool = False

    def within(self, config: Config) -> Asked:
        """The same, with what the course's configuration says of `Execute` where nothing else was asked for."""
        settings = config.Execute
        limits = {**settings.get("limits", {}), **self.limits}
        return replace(self, limits=limits, unsafe=self.unsafe or bool(settings.get("unsafe", False)))


class Sender:
    """Has submissions graded, by the workers of a pool.

    Args:
        submissions: how many there are at most.

    Attributes:
        preparing: whether the first worker is being made ready, for which `send` waits.
    """

    def __init__(self, course: Course, pool: Pool, asked: Asked, submissions: int) -> None:
        self._course, self._pool, self._asked, self._submissions = course, pool, asked, submissions
        self._store = Store(course)
        self.preparing = False
        self._limits = Limits().changed(asked.limits)
        self._modules = tuple(sorted(imports_of(course)))
        self._hidden = tuple(map(str, course.private))
        self._parcels: dict[Assignment, Any] = {}
        self._prepared: set[Assignment] = set()
        self._under_way: dict[str, Future[Done]] = {}
        self._fresh: set[str] = set()  # what this run has done itself

    @cached_property
    def _device(self) -> str:
        return self._pool.first_device(self._asked.device)

    def has_gpu(self) -> bool:
        """Whether what waits for a GPU can be graded; raises UsageError where one was asked for and is not there."""
        return self._device == "cuda" or (self._pool.has_gpu and self._asked.device != "cpu")

    def send(self, entry: Entry) -> Future[Done]:
        """What will come of a submission.

        Raises:
            LockRefused, UsageError, CourseError: nothing of that assignment can be graded here; nothing was touched.
        """
        assignment = entry.task.assignment
        self._prepare(assignment)
        if assignment.is_quiz:
            return _read_quiz(entry)
        earlier = entry.task.earlier.to_json() if entry.task.earlier else None
        work = replace(self._work(assignment, as_json(entry.notebook)), earlier=earlier)
        if copied := self._under_way.get(work.content):  # of one that is being graded
            return copied
        may_be_known = not self._asked.force or work.content in self._fresh
        kept = self._store.load(work) if may_be_known else None
        return _known(kept) if kept else self._have_done(work, assignment)

    def _prepare(self, assignment: Assignment) -> None:
        """What stands in the way of an assignment is met with its first submission, before anything is written."""
        if assignment in self._prepared:
            return
        if not assignment.is_quiz:
            self.preparing = True
            self._make_ready(assignment)
            self.preparing = False
        ensure_assignment(self._course, assignment)
        self._prepared.add(assignment)

    def _make_ready(self, assignment: Assignment) -> None:
        """Has as many workers as will be needed make ready at the same time, and waits for the first."""
        parcel, work = self._parcel(assignment), self._work(assignment, b"")
        wanted = max(1, min(self._pool.slots, self._submissions))
        ready = [self._pool.submit(prepare, parcel, work) for _ in range(wanted)]
        ready[0].result()

    def _have_done(self, work: Work, assignment: Assignment) -> Future[Done]:
        future = self._pool.submit(do, self._parcel(assignment), work)
        if self._device == "cpu" and self.has_gpu():
            future = _Chained(future, partial(self._go_on_with_gpu, work, assignment))
        self._under_way[work.content] = future
        future.add_done_callback(partial(self._keep, work))
        return future

    def _go_on_with_gpu(self, work: Work, assignment: Assignment, done: Done) -> Future[Done] | None:
        """What waits for a GPU goes to a worker that has one, if any has."""
        if not waits_for_gpu(Report.from_json(done.report)):
            return None
        more = replace(work, device="cuda", earlier=done.report, notebook=done.notebook)
        return self._pool.submit(do, self._parcel(assignment), more)

    def _keep(self, work: Work, future: Future[Done]) -> None:
        """Stores what came of it, unless a person has to look at it."""
        if not future.cancelled() and future.exception() is None:
            done = future.result()
            if not Report.from_json(done.report).needs_person:
                self._store.save(work, done)
                self._fresh.add(work.content)
        del self._under_way[work.content]

    def _work(self, assignment: Assignment, notebook: bytes) -> Work:
        return Work(
            assignment.name,
            assignment.version,
            assignment.key,
            notebook,
            device=self._device,
            limits=self._limits,
            unsafe=self._asked.unsafe,
            modules=self._modules,
            hidden=self._hidden,
        )

    def _parcel(self, assignment: Assignment) -> Any:
        if assignment not in self._parcels:
            self._parcels[assignment] = self._pool.share(pack(assignment))
        return self._parcels[assignment]


def _read_quiz(entry: Entry) -> Future[Done]:
    future: Future[Done] = Future()
    try:
        report = grade_quiz(entry.notebook, entry.task.assignment, entry.task.student)
        future.set_result(Done(report.to_json(), as_json(entry.notebook)))
    except Exception as error:  # noqa: BLE001 # it is this submission's affair, not that of the run
        future.set_exception(error)
    return future


def _known(done: Done) -> Future[Done]:
    """What is known takes no time now, however long it took then."""
    future: Future[Done] = Future()
    future.set_result(replace(done, seconds=0.0))
    return future


class _Chained(Future[Done]):
    """Over when a first future is, or when that which follows from its result is, if anything does.

    Whoever cancels it cancels the part that is at hand, if nobody has begun with that; one that is being worked on is
    finished.
    """

    def __init__(self, first: Future[Done], then: Callable[[Done], Future[Done] | None]) -> None:
        super().__init__()
        self._part = self._first = first
        self._then = then
        first.add_done_callback(self._go_on)

    def cancel(self) -> bool:
        """Whether nothing will come of it."""
        return self._part.cancel()

    def _go_on(self, first: Future[Done]) -> None:
        more = None
        try:
            if not first.cancelled() and first.exception() is None:
                more = self._then(first.result())
        except Exception as error:  # noqa: BLE001 # nobody else would hear of it, and wait for ever
            self.set_exception(error)
            return
        self._part = more or first
        self._part.add_done_callback(self._settle)

    def _settle(self, last: Future[Done]) -> None:
        if last.cancelled():
            super().cancel()
            self.set_running_or_notify_cancel()
        elif isinstance(error := last.exception(), NoGpu):
            self.set_result(self._first.result())  # what waited for a GPU goes on waiting
        elif error:
            self.set_exception(error)
        else:
            self.set_result(last.result())
