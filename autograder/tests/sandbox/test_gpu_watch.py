"""A submission's GPU is watched from outside, with a driver of paper."""

from __future__ import annotations

import threading
import time
from dataclasses import replace

import pytest

from autograder.sandbox import gpu_watch
from autograder.sandbox.gpu_watch import GpuWatch
from autograder.sandbox.limits import Limits
from autograder.tests.sandbox.fake_nvml import GIB, FakeNvml, NVMLError, paper_gpu


class Watched:
    """A kernel that notes its end."""

    def __init__(self) -> None:
        self.ended = threading.Event()

    def end(self) -> None:
        self.ended.set()


@pytest.fixture
def watched(monkeypatch: pytest.MonkeyPatch) -> Watched:
    monkeypatch.setattr(gpu_watch, "_PERIOD", 0.01)
    return Watched()


def watch(watched: Watched, gpu_bytes: int = GIB) -> GpuWatch:
    return GpuWatch(paper_gpu(), watched, replace(Limits(), gpu_bytes=gpu_bytes), before=GIB)  # type: ignore[arg-type]


def test_who_keeps_to_the_limit_is_left_alone(nvml: FakeNvml, watched: Watched) -> None:
    nvml.cards[0].used = 2 * GIB  # one before, and one that is allowed
    nvml.cards[1].used = 70 * GIB  # not this one's affair
    with watch(watched) as it:
        time.sleep(0.1)
    assert not it.struck
    assert it.lost is None
    assert not watched.ended.is_set()


def test_who_takes_more_is_ended(nvml: FakeNvml, watched: Watched) -> None:
    with watch(watched) as it:
        nvml.cards[0].used = 2 * GIB + 1
        assert watched.ended.wait(5)
        nvml.cards[0].used = GIB  # which must not be taken for innocence
        time.sleep(0.05)
    assert it.struck
    assert it.lost is None


def test_what_cannot_be_watched_may_not_run(nvml: FakeNvml, watched: Watched) -> None:
    with watch(watched) as it:
        nvml.cards[0].error = NVMLError("GPU is lost")
        assert watched.ended.wait(5)
    assert str(it.lost) == "GPU is lost"
    assert not it.struck


def test_a_watch_ends_with_its_block(nvml: FakeNvml, watched: Watched) -> None:
    with watch(watched) as it:
        assert it._thread.is_alive()
    assert not it._thread.is_alive()
