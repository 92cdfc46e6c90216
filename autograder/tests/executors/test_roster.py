"""Who is there, as the scheduler tells it: which workers count, and what is said of the others."""

from __future__ import annotations

from typing import Any

import pytest

from autograder.executors.member import Refusal
from autograder.executors.roster import GRACE, Roster
from autograder.executors.stamp import offered, stamp, stamp_in, wanted


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def monotonic(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr("autograder.executors.roster.time", clock)
    return clock


@pytest.fixture
def roster(clock: Clock) -> Roster:
    return Roster("tcp://host:8786")


def _worker(name: str, slots: int = 1, *, gpu: bool = False, status: str = "running") -> dict[str, Any]:
    return {"name": name, "resources": offered(slots, gpu=gpu), "status": status}


def test_slots_and_gpus_are_those_of_the_workers_that_run(roster: Roster) -> None:
    roster.update({"a": _worker("one", 2), "b": _worker("two", gpu=True), "c": _worker("three", status="paused")})
    assert (roster.slots, roster.gpus, roster.notices) == (3, 1, [])


def test_work_asks_for_what_workers_offer() -> None:
    assert wanted(gpu=False).items() <= offered(1, gpu=False).items()
    assert wanted(gpu=True).items() <= offered(1, gpu=True).items()
    assert not wanted(gpu=True).items() <= offered(1, gpu=False).items()


def test_the_stamp_holds_versions_but_no_build_of_torch() -> None:
    assert stamp_in(offered(1, gpu=True)) == stamp()
    assert stamp_in({"GPU": 1.0}) == ""
    assert "+cpu" not in stamp()
    assert "+cu" not in stamp()


def test_a_worker_that_is_gone_is_named_once(roster: Roster) -> None:
    roster.update({"a": _worker("one"), "b": _worker("two")})
    for _ in range(2):
        roster.update({"a": _worker("one")})
    assert roster.notices == ["The worker two is gone; what it was at is done by others."]


def test_a_worker_that_refused_counts_no_more_and_is_not_said_to_be_gone(roster: Roster) -> None:
    roster.update({"a": _worker("one"), "b": _worker("two")})
    for _ in range(2):
        roster.leave_out(Refusal("b", "two", "its lock leaks."))
    roster.update({"a": _worker("one"), "b": _worker("two")})
    assert roster.slots == 1
    roster.update({"a": _worker("one")})
    assert roster.notices == ["The worker two is left out: its lock leaks."]


def test_a_worker_of_another_version_is_named_with_both(roster: Roster) -> None:
    theirs = stamp().replace("Python", "Snake")
    roster.update({"a": {"name": "old", "resources": {theirs: 1.0}, "status": "running"}})
    assert roster.slots == 0
    assert roster.notices == [
        f"The worker old is left out: it has {theirs}, and the grader has {stamp()}; install the same on both."
    ]


def test_as_long_as_somebody_may_come_there_is_hope(roster: Roster, clock: Clock) -> None:
    clock.now += 599
    assert roster.hopeless(600, on_gpu=False) == ""
    clock.now += 2
    assert "No worker has joined tcp://host:8786 for 601 s" in roster.hopeless(600, on_gpu=False)


def test_that_nobody_is_there_is_told_once_until_somebody_comes(roster: Roster, clock: Clock) -> None:
    assert roster.dearth() == ""
    for _ in range(2):
        clock.now += GRACE
        assert roster.dearth().startswith("No worker has joined tcp://host:8786 for 5 s; start some")
        assert roster.dearth() == ""
        roster.update({"a": _worker("one")})
        assert roster.dearth() == ""
        roster.update({})


def test_where_all_were_left_out_others_have_little_time_to_join(roster: Roster, clock: Clock) -> None:
    roster.update({"a": _worker("one")})
    roster.leave_out(Refusal("a", "one", "its lock leaks."))
    roster.update({})
    assert roster.hopeless(600, on_gpu=False) == ""
    clock.now += GRACE
    assert roster.hopeless(600, on_gpu=False) == "The worker one is left out: its lock leaks."
    roster.update({"b": _worker("two")})
    assert roster.hopeless(600, on_gpu=False) == ""


def test_workers_that_are_not_ours_are_counted_for_who_wonders(roster: Roster, clock: Clock) -> None:
    roster.update({"a": {"name": "other", "resources": {"GPU": 1.0}, "status": "running"}})
    clock.now += 600
    assert roster.hopeless(600, on_gpu=False).startswith("1 of the scheduler's workers do not grade")


def test_a_gpu_is_missed_while_others_work(roster: Roster, clock: Clock) -> None:
    clock.now += 600
    roster.update({"a": _worker("one")})
    assert roster.hopeless(600, on_gpu=False) == ""
    assert "has had a GPU for 600 s" in roster.hopeless(600, on_gpu=True)
