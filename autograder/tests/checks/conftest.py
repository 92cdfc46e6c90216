"""A bench on which checks meet student code."""

from __future__ import annotations

from pathlib import Path

import pytest

from autograder.tests.checks.jobs import Bench
from autograder.tests.forks import FakeKernel


@pytest.fixture
def bench(tmp_path: Path, fake_kernel: FakeKernel, monkeypatch: pytest.MonkeyPatch) -> Bench:
    """Runs checks in this process, as the judge does in its own."""
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    monkeypatch.setattr("autograder.checks.suspects._transcripts", {})
    return Bench(tmp_path, fake_kernel)
