"""Launchers that all tests of this room share: a zygote starts once, not once a test."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from autograder.launchers import WARM_UP
from autograder.sandbox import lock
from autograder.sandbox.warm import WarmLauncher
from autograder.tests.sandbox.inside import ENTRY, lean_launcher

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
