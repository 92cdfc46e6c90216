"""One submission after another on GPUs of paper: when one is tried out, when it is left alone, and who is told."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest
import torch
from click.testing import CliRunner

from autograder import on_gpu
from autograder.checks import sentences
from autograder.cli import main
from autograder.course import Assignment
from autograder.errors import KernelError, UsageError
from autograder.exercises import Checker
from autograder.grade import resolve_device
from autograder.model import CheckResult, ExerciseResult, Verdict
from autograder.on_gpu import check_on_gpu, differences, try_out
from autograder.sandbox import gpu
from autograder.sandbox.gpu import Gpu, GpuLost
from autograder.sandbox.process import Launcher
from autograder.tests.chain import submission
from autograder.tests.notebooks import write_notebook
from autograder.tests.sandbox.fake_nvml import paper_gpu

SOFTMAX = frozenset({"softmax"})
STRUCK = "Your notebook used more than 8 GB of the GPU's memory, and was stopped there."
RESULTS = {"softmax": ExerciseResult("softmax", 4.0, ())}


@dataclass
class Story:
    """What happens to GPUs while submissions are graded."""

    events: list[str] = field(default_factory=list)
    notices: list[str] = field(default_factory=list)
    error: Exception | None = None  # while a submission is checked
    stays: Exception | None = None  # when it is over

    def grade(self, device: str = "cuda", exercises: frozenset[str] = SOFTMAX) -> on_gpu.Found:
        checker = cast("Checker", SimpleNamespace(device=device))
        work = check_on_gpu(cast("Any", None), checker, cast("Launcher", None), "", exercises, frozenset())
        return asyncio.run(work)


@pytest.fixture
def story(monkeypatch: pytest.MonkeyPatch) -> Story:
    """Two GPUs, and a launcher, a notebook and a driver that are never looked at."""
    told, unwell = Story(), set[str]()
    gpus = [paper_gpu("GPU-a"), paper_gpu("GPU-b", 1)]

    @contextmanager
    def hold(patience: float | None = None) -> Iterator[Gpu]:
        well = [each for each in gpus if each.uuid not in unwell]
        if not well:
            raise GpuLost("none is well")
        told.events.append(f"hold {well[0].uuid}")
        yield well[0]
        told.events.append("let go")

    class InPlace:
        def __init__(self, *arguments: Any) -> None:
            self._gpu = arguments[4]
            self.notices, self.troubled = told.notices, bool(told.notices)

        async def check(self, exercises: frozenset[str], others: frozenset[str]) -> dict[str, ExerciseResult]:
            told.events.append(f"check on {self._gpu.uuid if self._gpu else 'nothing'}")
            if told.error:
                raise told.error
            return RESULTS

    def wait_until_free(held: Gpu, before: int) -> None:
        told.events.append(f"free with {before}")
        if told.stays:
            raise told.stays

    monkeypatch.setattr(gpu, "hold", hold)
    monkeypatch.setattr(gpu, "retire", lambda each: unwell.add(each.uuid))
    monkeypatch.setattr(gpu, "wait_until_free", wait_until_free)
    monkeypatch.setattr(Gpu, "used", lambda _: 5)
    monkeypatch.setattr(on_gpu, "InPlace", InPlace)
    monkeypatch.setattr(on_gpu, "try_out", lambda held, _: told.events.append(f"try {held.uuid}"))
    monkeypatch.setattr(on_gpu, "_known_well", set())
    return told


def test_a_gpu_is_tried_out_once(story: Story) -> None:
    assert story.grade() == (RESULTS, [])
    assert story.events == ["hold GPU-a", "try GPU-a", "check on GPU-a", "free with 5", "let go"]
    story.grade()
    assert story.events[5:] == ["hold GPU-a", "check on GPU-a", "free with 5", "let go"]


def test_it_is_tried_out_again_after_something_went_wrong(story: Story) -> None:
    story.grade()
    story.notices = [STRUCK]
    assert story.grade()[1] == [STRUCK]
    assert story.events.count("try GPU-a") == 1
    story.notices = []
    for _ in range(2):
        story.grade()
    assert story.events.count("try GPU-a") == 2


def test_a_gpu_that_is_lost_is_left_alone_and_the_next_one_taken(story: Story) -> None:
    story.error = GpuLost("gone")
    with pytest.raises(GpuLost, match="gone"):
        story.grade()
    story.error = None
    assert story.grade() == (RESULTS, [])
    assert story.events[-4:] == ["try GPU-b", "check on GPU-b", "free with 5", "let go"]


def test_a_gpu_on_which_something_stays_is_lost_and_its_submission_has_no_verdict(story: Story) -> None:
    story.stays = GpuLost("2 GB stay in use")
    with pytest.raises(GpuLost, match="stay in use"):
        story.grade()
    story.stays = None
    story.grade()
    assert "check on GPU-b" in story.events


def test_a_gpu_that_fails_when_it_is_tried_out_checks_nothing(story: Story, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(held: Gpu, _: Launcher) -> float:
        raise held.lost("it cannot count")

    monkeypatch.setattr(on_gpu, "try_out", fail)
    for uuid in ("GPU-a", "GPU-b"):
        with pytest.raises(GpuLost, match=f"{uuid}.*it cannot count"):
            story.grade()
    with pytest.raises(GpuLost, match="none is well"):
        story.grade()
    assert not any(event.startswith("check") for event in story.events)


def test_an_error_of_the_graders_own_is_no_fault_of_the_gpu(story: Story) -> None:
    story.error = KernelError("no kernel")
    with pytest.raises(KernelError, match="no kernel"):
        story.grade()
    story.error = None
    story.grade()
    assert story.events.count("check on GPU-a") == 2


def test_nobody_waits_for_a_make_believe_gpu_or_without_a_question(story: Story) -> None:
    assert story.grade("impostor") == (RESULTS, [])
    assert story.events == ["check on nothing"]
    assert story.grade("cuda", frozenset()) == ({}, [])
    assert story.events == ["check on nothing"]


def test_what_differs_on_the_gpu_is_told_once_for_each_exercise() -> None:
    def check(name: str, verdict: Verdict) -> CheckResult:
        return CheckResult(name, f"title of {name}", verdict, f"message of {name}")

    results = {
        "fine": ExerciseResult("fine", 1.0, (check("a", Verdict.PASSED), check("b", Verdict.SKIPPED))),
        "odd": ExerciseResult("odd", 1.0, tuple(check(name, Verdict.FAILED) for name in "cd")),
    }
    words = sentences.NOT_ON_GPU.format(exercise="odd", title="title of c", message="message of c")
    assert differences(results) == [words]
    assert differences({}) == []


# Trying one out


class Probe:
    """A process that ends with a status, or never."""

    def __init__(self, status: int | None) -> None:
        self._status, self.ended = status, False

    def poll(self) -> int | None:
        return self._status

    def end(self) -> None:
        self.ended = True


@pytest.mark.parametrize(
    ("status", "why"), [(0, ""), (1, "no gcc here"), (-9, "the process ended with -9"), (None, "was not done")]
)
def test_a_gpu_is_tried_out_by_a_process_in_the_lock(
    status: int | None, why: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(on_gpu, "_PROBE_SECONDS", 0.1)
    probe, lent = Probe(status), []

    def launch(order: Any, slot: Any) -> Probe:
        lent.append((order.entry, slot.gpu.uuid))
        os.write(order.descriptors[0], b"no gcc here" if status == 1 else b"")
        return probe

    launcher = cast("Launcher", SimpleNamespace(launch=launch))
    if why:
        with pytest.raises(GpuLost, match=why):
            try_out(paper_gpu(), launcher)
    else:
        assert try_out(paper_gpu(), launcher) < 60
    assert probe.ended
    assert lent == [("autograder.bridge.probe:run", "GPU-a")]


# Whether there is one at all


@pytest.mark.parametrize(
    ("asked", "missing", "device"),
    [
        ("cpu", "none", "cpu"),
        ("cpu", "", "cpu"),
        ("impostor", "none", "impostor"),
        ("auto", "none", "cpu"),
        ("auto", "", "cuda"),
        ("cuda", "", "cuda"),
    ],
)
def test_the_device_is_the_one_that_is_to_be_had(
    asked: str, missing: str, device: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gpu, "missing", lambda: missing)
    assert resolve_device(asked) == device


def test_a_gpu_that_was_asked_for_and_is_missing_is_said_with_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gpu, "missing", lambda: "the driver is asleep.")
    with pytest.raises(UsageError, match=r"the driver is asleep\. With --device cpu, .* stay pending"):
        resolve_device("cuda")


@pytest.mark.skipif(torch.version.cuda is not None, reason="this torch knows CUDA")
def test_a_check_on_a_machine_without_a_gpu_is_refused_kindly(
    chain: Assignment, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(chain.course.root)
    notebook = write_notebook(tmp_path / "chain.ipynb", submission())
    result = CliRunner().invoke(main, ["check", str(notebook), "--assignment", "chain", "--device", "cuda"])
    assert result.exit_code == 2, result.output
    assert "There is no GPU to grade on" in result.output
    assert "--device cpu" in result.output
    assert isinstance(result.exception, SystemExit)  # and no traceback
