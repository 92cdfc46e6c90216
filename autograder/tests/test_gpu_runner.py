"""The GPU runner where something goes wrong on our side, or on a neighbouring GPU: nobody's zero, and nobody hangs."""

from __future__ import annotations

import asyncio
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest
from nbformat.v4 import new_notebook

from autograder.bridge.child import SNAPSHOT
from autograder.checks.judge import Judge
from autograder.course import Assignment
from autograder.exercises import Checker
from autograder.grade import run_blocking
from autograder.in_place import InPlace
from autograder.intake import accept
from autograder.launchers import GPU_MODULES, KERNEL, WARM_UP, launcher_for
from autograder.model import Verdict
from autograder.on_gpu import check_on_gpu
from autograder.sandbox import gpu, lock
from autograder.sandbox.gpu import GpuLost
from autograder.sandbox.kernel import Kernel
from autograder.sandbox.process import Launcher
from autograder.sandbox.slot import Slot
from autograder.sandbox.warm import WarmLauncher
from autograder.tests.chain import QUICK, submission
from autograder.tests.checks.jobs import VALUES, Bench, run_job
from autograder.tests.checks.test_judge import DIES_ONCE
from autograder.tests.forks import FakeKernel
from autograder.tests.notebooks import as_bytes
from autograder.tests.sandbox.fake_nvml import Card, FakeNvml, NVMLError, paper_gpu


@pytest.fixture
def nvml(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[FakeNvml]:
    made = FakeNvml([Card("GPU-a", 0), Card("GPU-b", 1)])
    monkeypatch.setitem(sys.modules, "pynvml", made)
    monkeypatch.setattr(gpu, "_LOCKS", tmp_path)
    monkeypatch.setattr(gpu, "_unwell", set())
    gpu._nvml.cache_clear()
    yield made
    gpu._nvml.cache_clear()


def _checked() -> Any:
    nothing = cast("Any", SimpleNamespace(device="cuda"))
    return check_on_gpu(nothing, nothing, cast("Launcher", None), "", frozenset({"a"}), frozenset())


def test_a_gpu_that_is_lost_leaves_its_neighbour_in_use(nvml: FakeNvml) -> None:
    nvml.cards[0].error = NVMLError("GPU is lost")
    assert gpu.find() == [paper_gpu("GPU-b", 1)]
    with gpu.hold() as held:
        assert held.uuid == "GPU-b"


def test_where_all_are_lost_that_is_said(nvml: FakeNvml) -> None:
    for card in nvml.cards:
        card.error = NVMLError("GPU is lost")
    with pytest.raises(NVMLError, match="lost"):
        gpu.find()


def test_a_gpu_that_is_lost_before_anything_runs_is_left_alone(nvml: FakeNvml, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gpu.Gpu, "used", lambda _: 1 / 0)
    with pytest.raises(GpuLost, match="GPU-a"):
        asyncio.run(_checked())
    assert gpu._unwell == {"GPU-a"}


def test_whoever_waits_for_a_gpu_can_be_interrupted(nvml: FakeNvml) -> None:
    async def interrupted() -> None:
        waiting = asyncio.create_task(_checked())
        await asyncio.sleep(0.1)
        waiting.cancel()
        await waiting

    started = time.monotonic()
    with gpu.hold(), gpu.hold(), pytest.raises(asyncio.CancelledError):
        asyncio.run(interrupted())
    assert time.monotonic() - started < 20  # and not until somebody lets go of one


# The grader's own fault


@pytest.fixture
def bench(tmp_path: Path, fake_kernel: FakeKernel, monkeypatch: pytest.MonkeyPatch) -> Bench:
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    return Bench(tmp_path, fake_kernel)


RIGHT = "def double(x):\n    return 2 * x"
MORE = VALUES.replace("test_values", "test_more")


@pytest.mark.slow
def test_a_judge_that_dies_in_place_is_nobodys_zero(bench: Bench) -> None:
    """Nobody would answer a second one, and that would count as the student's silence."""
    judge = Judge(own_seconds=20.0)
    results = judge.check(bench.job(DIES_ONCE, bench.fork(RIGHT), in_place=True))
    judge.close()
    assert [each.verdict for each in results] == [Verdict.ERROR]


def test_checks_that_were_not_asked_for_have_not_crashed(bench: Bench, tmp_path: Path) -> None:
    job = bench.job(VALUES + MORE, tmp_path / "nobody", only=frozenset({"test_more"}))
    assert [(each.name, each.verdict) for each in run_job(job)] == [("test_more", Verdict.CRASHED)]


# Start-up


@pytest.mark.slow
@pytest.mark.skipif(not lock.REQUIRED, reason="a lock needs Linux on x86-64 or aarch64")
def test_a_kernel_starts_where_what_notebooks_import_starts_threads() -> None:
    launcher = WarmLauncher((WARM_UP, *GPU_MODULES, "autograder.tests.sandbox.loud"))
    try:
        run_blocking(_started(launcher))
    finally:
        launcher.close()


async def _started(launcher: WarmLauncher) -> None:
    with Slot(QUICK) as slot:
        kernel = Kernel(new_notebook(), slot, launcher, KERNEL, SNAPSHOT)  # type: ignore[no-untyped-call]
        try:
            await kernel.start()
        finally:
            await kernel.end()


# Secrets


REMEMBERS = """\
seen = []
def softmax(x, dim=-1):
    seen.append(float(x.flatten()[0]))
    return torch.softmax(x, dim)"""


def _in_place(assignment: Assignment, between: str) -> tuple[InPlace, str]:
    """A notebook that was checked, and what its cell between the exercises put out."""
    clean = accept(as_bytes(submission(softmax_code=REMEMBERS, between=between)), assignment)
    checker = Checker(assignment, "impostor", QUICK, in_place=True)
    place = InPlace(clean.notebook, checker, launcher_for(assignment.course), KERNEL, None)
    run_blocking(place.check(frozenset(checker.material.catalogue), frozenset()))
    cell = next(cell for cell in clean.notebook.cells if cell.id == "between")
    return place, "".join(output.text for output in cell.outputs)


@pytest.mark.slow
def test_what_code_does_once_it_has_seen_secrets_is_not_told(chain: Assignment) -> None:
    """Which of its cells goes wrong would be a word that it chose."""
    quiet, known = _in_place(chain, "print(seen)")
    assert (quiet.notices, quiet.troubled) == ([], False)
    tells, _ = _in_place(chain, f"import os\nif set(seen) - set({known}): os._exit(0)")
    assert (tells.notices, tells.troubled) == ([], True)
