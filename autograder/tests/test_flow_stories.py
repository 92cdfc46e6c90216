"""A run that is stopped at odd moments, with errors here and there: nobody is lost, and nothing hangs."""

from __future__ import annotations

import threading
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field

import pytest
from hypothesis import strategies

from autograder.flow import Flow, Over, Steps
from autograder.tests.laws import Law, holds
from autograder.tests.test_flow import Outcome, Run, at_once


@dataclass
class Story:
    """A run with errors at some steps, which is stopped when some step has been taken so many times."""

    fates: list[str]
    stop_in: str
    stop_at: int
    workers: int
    times: int = 0
    kept: list[int] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def at(self, step: str) -> None:
        """Whoever stops the run does so in the thread of that step."""
        if step != self.stop_in:
            return
        with self.lock:
            self.times += 1
            now = self.times == self.stop_at
        if now:
            self.flow.stop()

    def go(self, step: str, item: int) -> None:
        self.at(step)
        if self.fates[item] == step:
            raise ValueError(step)

    def take_in(self, item: int) -> int | Over[Outcome]:
        self.go("take_in", item)
        return Over(("unchanged", item)) if self.fates[item] == "over" else item

    def work(self, item: int) -> int:
        self.go("work", item)
        return item

    def send(self, item: int) -> Future[object]:
        self.at("send")
        return at_once(item) if self.fates[item] == "known" else self.pool.submit(self.work, item)

    def record(self, item: int, result: object) -> Outcome:
        self.go("record", item)
        assert result == item
        self.kept.append(item)
        return "recorded", item

    def tell(self, item: int, outcome: Outcome | None) -> None:
        self.at("told" if outcome else "tell")

    def play(self) -> list[Outcome]:
        with ThreadPoolExecutor(self.workers) as self.pool:
            steps = Steps(self.take_in, self.send, self.record, lambda item, error: ("failed", item))
            self.flow: Flow[int, int, object, Outcome] = Flow(steps, lambda: self.workers, self.tell)
            return Run(self.flow, range(len(self.fates))).outcomes()


STORIES = strategies.builds(
    Story,
    fates=strategies.lists(
        strategies.sampled_from(["well", "well", "known", "over", "take_in", "work", "record"]), max_size=40
    ),
    stop_in=strategies.sampled_from(["take_in", "send", "tell", "work", "record", "told", "never"]),
    stop_at=strategies.integers(1, 40),
    workers=strategies.integers(1, 3),
)


def everybody_is_accounted_for(story: Story) -> None:
    """Each submission has one outcome, which is true of it, or was left alone because the run was stopped."""
    outcomes = story.play()
    items = [item for _, item in outcomes]
    assert items == sorted(set(items))  # type: ignore[type-var]
    assert len(items) + story.flow.dropped == len(story.fates)
    assert sorted(story.kept) == [item for kind, item in outcomes if kind == "recorded"]
    kinds = {"well": "recorded", "known": "recorded", "over": "unchanged"}
    for kind, item in outcomes:
        assert isinstance(item, int)
        assert kind == kinds.get(story.fates[item], "failed")
    if story.times < story.stop_at:
        assert story.flow.dropped == 0
    assert story.flow.under_way == 0


EVERYBODY = Law(everybody_is_accounted_for, STORIES, 150)


def test_nobody_is_lost_and_nothing_hangs_when_it_is_stopped_at_odd_moments() -> None:
    holds(EVERYBODY)


@pytest.mark.slow
def test_nobody_is_lost_and_nothing_hangs_in_many_more_stories() -> None:
    holds(EVERYBODY, times=20)
