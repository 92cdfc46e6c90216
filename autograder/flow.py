"""A class on its way through the grader, so that nothing waits that need not.

::

    intake (a thread) ──→ pool (many) ──→ record (a thread, one at a time)
        reads, mends       executes, checks     gradebook, folder, report
            └── no further ahead than there is room ──┘

The thread that calls `run` only passes things on, hears of Ctrl-C and tells how it goes. Whatever ends a step is
told as the outcome of its submission and stops nobody else's.
"""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import CancelledError, Future, ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from typing import Any, Generic, NoReturn, TypeVar

from autograder.executors import PoolLost

Item = TypeVar("Item")
Entry = TypeVar("Entry")
Result = TypeVar("Result")
Outcome = TypeVar("Outcome")

AHEAD = 16  #: submissions that may be between intake and gradebook, besides four for each slot


@dataclass(frozen=True)
class Steps(Generic[Item, Entry, Result, Outcome]):
    """What is done with each submission.

    Attributes:
        take_in: reads it; gives what is to be graded, or its outcome where nothing is. In a thread of its own.
        send: has it graded by a pool, or knows what comes of it. In the thread that called `run`; what it raises ends
            the run, for it is nothing that one submission has to answer for.
        record: makes a result final. In a thread of its own, one after another.
        failed: the outcome of a submission that a step ended with an error for. In any thread.
    """

    take_in: Callable[[Item], Entry | Over[Outcome]]
    send: Callable[[Entry], Future[Result]]
    record: Callable[[Entry, Result], Outcome]
    failed: Callable[[Item, BaseException], Outcome]


@dataclass(frozen=True)
class Over(Generic[Outcome]):
    """A submission that needs no grading."""

    outcome: Outcome


class Flow(Generic[Item, Entry, Result, Outcome]):
    """One run of a class.

    Args:
        steps: what is done with each submission.
        slots: how many are graded at a time, as things stand.
        tell: called in the thread of `run` when a submission was sent (no outcome), and when it is over.
    """

    def __init__(
        self,
        steps: Steps[Item, Entry, Result, Outcome],
        slots: Callable[[], int],
        tell: Callable[[Item, Outcome | None], None],
    ) -> None:
        self._steps, self._slots, self._tell = steps, slots, tell
        self._inbox: queue.SimpleQueue[Callable[[], None]] = queue.SimpleQueue()
        self._room = threading.Condition()
        self._between = 0
        self._sent: dict[int, Future[Result]] = {}
        self._outcomes: dict[int, Outcome] = {}
        self._dropped: set[int] = set()
        self._taken_in = 0
        self._intake_over = self._stopping = False
        self.lost: PoolLost | None = None  #: why nobody could go on with the run

    def stop(self, then: Callable[[], None] = lambda: None) -> None:
        """Lets nothing new begin; what is being graded is finished and recorded. May be called from any thread.

        Args:
            then: called in the thread of `run` when what nobody has begun with was taken back.
        """
        with self._room:
            self._stopping = True
            self._room.notify_all()
        self._inbox.put(self._cancel_waiting)
        self._inbox.put(then)

    @property
    def under_way(self) -> int:
        """How many submissions have been sent and are not back."""
        return len(self._sent)

    @property
    def dropped(self) -> int:
        """How many submissions were left alone because of `stop`."""
        return len(self._dropped)

    def run(self, items: Sequence[Item]) -> list[Outcome]:
        """The outcomes, in the order of the items; without those that were left alone because of `stop`."""
        intake = threading.Thread(target=self._take_all_in, args=(items,), daemon=True, name="intake")
        with ThreadPoolExecutor(1, thread_name_prefix="writer") as self._writer:
            intake.start()
            try:
                while not self._is_over:
                    self._inbox.get()()
            finally:
                with self._room:
                    self._stopping = True
                    self._room.notify_all()
                self._writer.shutdown(cancel_futures=True)
        self._dropped |= set(range(len(items))) - self._outcomes.keys()
        return [outcome for _, outcome in sorted(self._outcomes.items())]

    @property
    def _is_over(self) -> bool:
        return self._intake_over and len(self._outcomes) + len(self._dropped) == self._taken_in

    # In the intake's thread

    def _take_all_in(self, items: Sequence[Item]) -> None:
        try:
            for number, item in enumerate(items):
                if not self._wait_for_room():
                    break
                self._inbox.put(partial(self._took_in, number, item, self._take_in(item)))
            self._inbox.put(self._took_all_in)
        except BaseException as error:  # noqa: BLE001 # what ends this thread ends the run, which would wait for it
            self._inbox.put(partial(_end_with, error))

    def _wait_for_room(self) -> bool:
        with self._room:
            self._room.wait_for(lambda: self._stopping or self._between < AHEAD + 4 * self._slots())
            self._between += 1
            return not self._stopping

    def _take_in(self, item: Item) -> Entry | Over[Outcome]:
        try:
            return self._steps.take_in(item)
        except Exception as error:  # noqa: BLE001 # whatever it is, the next submission may be graded
            return Over(self._steps.failed(item, error))

    # In the thread of `run`

    def _took_in(self, number: int, item: Item, entry: Entry | Over[Outcome]) -> None:
        self._taken_in += 1
        if isinstance(entry, Over):
            self._end(number, item, entry.outcome)
        elif self._stopping:
            self._dropped.add(number)
        else:
            self._send(number, item, entry)

    def _took_all_in(self) -> None:
        self._intake_over = True

    def _send(self, number: int, item: Item, entry: Entry) -> None:
        future = self._sent[number] = self._steps.send(entry)
        self._tell(item, None)
        future.add_done_callback(lambda _: self._inbox.put(partial(self._graded, number, item, entry)))

    def _graded(self, number: int, item: Item, entry: Entry) -> None:
        future = self._sent.pop(number)
        error = CancelledError() if future.cancelled() else future.exception()
        if isinstance(error, PoolLost) and not self.lost:
            self.lost = error
            self.stop()
        if isinstance(error, CancelledError | PoolLost):
            self._dropped.add(number)
            self._make_room()
            return
        recorded = self._writer.submit(self._record, item, entry, future)
        recorded.add_done_callback(lambda done: self._inbox.put(lambda: self._end(number, item, done.result())))

    def _end(self, number: int, item: Item, outcome: Outcome) -> None:
        self._outcomes[number] = outcome
        self._make_room()
        self._tell(item, outcome)

    def _make_room(self) -> None:
        with self._room:
            self._between -= 1
            self._room.notify_all()

    def _cancel_waiting(self) -> None:
        for future in list(self._sent.values()):
            future.cancel()

    # In the writer's thread

    def _record(self, item: Item, entry: Entry, future: Future[Any]) -> Outcome:
        try:
            return self._steps.record(entry, future.result())
        except Exception as error:  # noqa: BLE001 # as above
            return self._steps.failed(item, error)


def _end_with(error: BaseException) -> NoReturn:
    raise error
