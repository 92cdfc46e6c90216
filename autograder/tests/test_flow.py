"""A class on its way: in order, never too far ahead, never stuck, whatever ends a step or the run."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import CancelledError, Future, ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import pytest

from autograder.executors import PoolLost
from autograder.flow import AHEAD, Flow, Over, Steps

PATIENCE = 30.0  # seconds; only a failing test waits so long

Outcome = tuple[str, object]


def failed(item: int, error: BaseException) -> Outcome:
    return "failed", f"{item}: {error}"


def recorded(item: int, result: object) -> Outcome:
    return "recorded", result


def ignore(*_: object) -> None:
    """Hears of nothing."""


def at_once(item: int) -> Future[object]:
    """A pool that has answered before anybody asks."""
    future: Future[object] = Future()
    future.set_result(item)
    return future


STEPS: Steps[int, int, object, Outcome] = Steps(lambda item: item, at_once, recorded, failed)


def flow_of(
    slots: int = 1, tell: Callable[[int, Outcome | None], None] = ignore, **steps: Any
) -> Flow[int, int, object, Outcome]:
    return Flow(replace(STEPS, **steps), lambda: slots, tell)


class Run(threading.Thread):
    """A run in a thread of its own, so that one that hangs fails its test."""

    def __init__(self, flow: Flow[int, int, object, Outcome], items: Sequence[int]) -> None:
        super().__init__(daemon=True)
        self._flow, self._items = flow, items
        self._outcomes: list[Outcome] = []
        self._error: BaseException | None = None
        self.start()

    def run(self) -> None:
        try:
            self._outcomes = self._flow.run(self._items)
        except BaseException as error:  # noqa: BLE001 # told in `outcomes`
            self._error = error

    def outcomes(self) -> list[Outcome]:
        self.join(PATIENCE)
        assert not self.is_alive(), "the run hangs"
        if self._error:
            raise self._error
        return self._outcomes


def wait_for(condition: Callable[[], bool]) -> None:
    """Waits for what other threads do."""
    for _ in range(int(PATIENCE * 200)):
        if condition():
            return
        threading.Event().wait(0.005)
    pytest.fail("it never came to that")


def no_thread_left() -> bool:
    names = {thread.name.partition("_")[0] for thread in threading.enumerate()}
    return not names & {"intake", "writer"}


# In order, and bounded


def test_outcomes_have_the_order_of_the_items_whoever_is_done_first() -> None:
    sent: dict[int, Future[object]] = {}
    run = Run(flow_of(send=lambda item: sent.setdefault(item, Future())), range(5))
    wait_for(lambda: len(sent) == 5)
    for item in (3, 0, 4, 2, 1):
        sent[item].set_result(item)
    assert run.outcomes() == [("recorded", item) for item in range(5)]


@pytest.mark.parametrize("slots", [0, 1, 3])
def test_intake_goes_no_further_ahead_than_there_is_room(slots: int) -> None:
    taken: list[int] = []
    room = AHEAD + 4 * slots

    def take_in(item: int) -> int:
        taken.append(item)
        return item

    sent: list[Future[object]] = []

    def send(item: int) -> Future[object]:
        sent.append(Future())
        return sent[-1]

    flow = flow_of(slots, take_in=take_in, send=send)
    run = Run(flow, range(10 * room))
    wait_for(lambda: len(sent) == room)
    assert flow.under_way == len(taken) == room
    for _ in range(3):
        sent.pop(0).set_result("done")
    wait_for(lambda: len(sent) == room)  # three more
    assert len(taken) == room + 3
    flow.stop()
    assert len(run.outcomes()) == 3
    assert flow.dropped == 10 * room - 3


def test_what_needs_no_grading_takes_no_room() -> None:
    flow = flow_of(take_in=lambda item: Over(("unchanged", item)), send=lambda item: pytest.fail("it was sent"))
    assert Run(flow, range(200)).outcomes() == [("unchanged", item) for item in range(200)]


def test_a_slow_writer_keeps_nobody_from_being_graded() -> None:
    sent: list[int] = []
    everybody = threading.Event()

    def send(item: int) -> Future[object]:
        sent.append(item)
        if len(sent) == AHEAD:
            everybody.set()
        return at_once(item)

    def record(item: int, result: object) -> Outcome:
        assert everybody.wait(PATIENCE)
        return recorded(item, result)

    assert len(Run(flow_of(send=send, record=record), range(AHEAD)).outcomes()) == AHEAD


def test_one_at_a_time_is_recorded_and_never_in_the_thread_that_sends() -> None:
    within: list[int] = []
    senders: set[int] = set()
    writers: set[int] = set()

    def send(item: int) -> Future[object]:
        senders.add(threading.get_ident())
        return pool.submit(lambda: item)

    def record(item: int, result: object) -> Outcome:
        within.append(item)
        writers.add(threading.get_ident())
        assert within == [item]
        within.remove(item)
        return recorded(item, result)

    with ThreadPoolExecutor(4) as pool:
        outcomes = Run(flow_of(send=send, record=record), range(50)).outcomes()
    assert [kind for kind, _ in outcomes] == ["recorded"] * 50
    assert len(senders) == len(writers) == 1
    assert not senders & writers


def test_it_is_told_when_one_is_sent_and_when_it_is_over() -> None:
    told: list[tuple[int, Outcome | None]] = []
    flow = flow_of(
        tell=lambda item, outcome: told.append((item, outcome)),
        take_in=lambda item: item if item else Over(("unchanged", 0)),
    )
    Run(flow, range(2)).outcomes()
    assert [each for each in told if each[0] == 0] == [(0, ("unchanged", 0))]
    assert [each for each in told if each[0] == 1] == [(1, None), (1, ("recorded", 1))]


# What goes wrong


def broken(item: int) -> Future[object]:
    future: Future[object] = Future()
    future.set_exception(ValueError("broken")) if item == 1 else future.set_result(item)
    return future


def raising(item: int, *recording: object) -> Any:
    if item == 1:
        raise ValueError("broken")
    return ("recorded", item) if recording else item


@pytest.mark.parametrize(("step", "fails"), [("take_in", raising), ("send", broken), ("record", raising)])
def test_an_error_in_a_step_is_the_outcome_of_that_submission(step: str, fails: Callable[..., Any]) -> None:
    flow = flow_of(**{step: fails})  # type: ignore[arg-type]
    outcomes = Run(flow, range(3)).outcomes()
    assert outcomes[1] == ("failed", "1: broken")
    assert [outcome for outcome in outcomes if outcome[0] == "failed"] == [outcomes[1]]
    assert len(outcomes) == 3


@pytest.mark.parametrize("where", ["send", "tell", "slots", "take_in"])
def test_what_no_submission_has_to_answer_for_ends_the_run(where: str) -> None:
    class Unheard(BaseException):
        """As SystemExit: no Exception."""

    def fail(*_: object) -> Any:
        raise Unheard

    flow = Flow(STEPS, fail, ignore) if where == "slots" else flow_of(**{where: fail})  # type: ignore[arg-type]
    with pytest.raises(Unheard):
        Run(flow, range(100)).outcomes()
    wait_for(no_thread_left)


# What is stopped


def test_stop_finishes_what_runs_and_drops_the_rest() -> None:
    sent: dict[int, Future[object]] = {}
    flow = flow_of(send=lambda item: sent.setdefault(item, Future()))
    run = Run(flow, range(100))
    wait_for(lambda: len(sent) == AHEAD + 4)
    for item in (0, 1):
        assert sent[item].set_running_or_notify_cancel()  # a worker has begun
    flow.stop()
    wait_for(lambda: all(sent[item].cancelled() for item in range(2, AHEAD + 4)))
    assert run.is_alive()
    sent[1].set_result("one")
    sent[0].set_exception(ValueError("nought"))
    assert run.outcomes() == [("failed", "0: nought"), ("recorded", "one")]
    assert (flow.dropped, flow.under_way) == (98, 0)


def test_what_a_pool_gave_up_because_it_was_stopped_is_dropped_and_no_failure() -> None:
    future: Future[object] = Future()
    future.set_exception(CancelledError())
    flow = flow_of(send=lambda item: future)
    assert Run(flow, [0]).outcomes() == []
    assert flow.dropped == 1


def test_a_run_that_was_stopped_before_it_began_does_nothing() -> None:
    flow = flow_of(take_in=lambda item: pytest.fail("it was taken in"))
    flow.stop()
    assert Run(flow, range(5)).outcomes() == []
    assert flow.dropped == 5


def test_a_pool_that_nobody_is_left_of_ends_the_run_with_one_reason_and_fails_nobody() -> None:
    def lost_after_two(item: int) -> Future[object]:
        if item < 2:
            return at_once(item)
        future: Future[object] = Future()
        future.set_exception(PoolLost(f"Nobody is there for {item}."))
        return future

    flow = flow_of(send=lost_after_two)
    assert Run(flow, range(100)).outcomes() == [("recorded", 0), ("recorded", 1)]
    assert flow.dropped == 98
    assert str(flow.lost) == "Nobody is there for 2."
