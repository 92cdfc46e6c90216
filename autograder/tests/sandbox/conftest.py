"""What tests of this room share: launchers, whose zygotes start once and not once a test, processes, paper GPUs."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from autograder.launchers import WARM_UP
from autograder.sandbox import gpu, lock
from autograder.sandbox.warm import WarmLauncher
from autograder.tests.sandbox.fake_nvml import Card, FakeNvml
from autograder.tests.sandbox.inside import ENTRY, lean_launcher
from autograder.tests.sandbox.trees import Start, Tree

NO_LOCK = "a lock needs Linux on x86-64 or aarch64"


@pytest.fixture(scope="session")
def lean() -> Iterator[WarmLauncher]:
    """Starts processes in the lock, as `autograder.tests.sandbox.inside` wants them."""
    if not lock.REQUIRED:
        pytest.skip(NO_LOCK)
    with lean_launcher() as launcher:
        yield launcher


@pytest.fixture(scope="session")
def warm() -> Iterator[WarmLauncher]:
    """Starts real kernels in the lock."""
    if not lock.REQUIRED:
        pytest.skip(NO_LOCK)
    launcher = WarmLauncher([WARM_UP, ENTRY.partition(":")[0]])
    yield launcher
    launcher.close()


@pytest.fixture
def start() -> Iterator[Start]:
    """Starts Python code in a process of its own; it ends with the test, with all that it has started."""
    started: list[subprocess.Popen[bytes]] = []

    def run(code: str) -> Tree:
        started.append(subprocess.Popen([sys.executable, "-S", "-c", code], start_new_session=True))
        return Tree(started[-1].pid)

    yield run
    for each in started:
        Tree(each.pid).end()
        each.wait()


@pytest.fixture
def nvml(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[FakeNvml]:
    """Two cards; locks lie in a folder of the test's own, and nobody waits long."""
    made = FakeNvml([Card("GPU-a", 0), Card("GPU-b", 3)])
    monkeypatch.setitem(sys.modules, "pynvml", made)
    monkeypatch.setattr(gpu, "_LOCKS", tmp_path)
    monkeypatch.setattr(gpu, "_unwell", set())
    monkeypatch.setattr(gpu, "_PAUSE", 0.02)
    monkeypatch.setattr(gpu, "_RELEASE_SECONDS", 0.3)
    gpu._nvml.cache_clear()
    yield made
    gpu._nvml.cache_clear()
