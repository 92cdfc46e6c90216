"""Killed at some moments of a run; `python -m autograder.tests.kills 50` takes more of them."""

from __future__ import annotations

from pathlib import Path

import pytest

from autograder.tests.kills import Trial


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_a_grader_that_is_killed_at_any_moment_loses_and_doubles_nothing(tmp_path: Path) -> None:
    trial = Trial(tmp_path)
    assert trial.kill(0.0).recorded == 0
    recorded = [trial.kill(part).recorded for part in trial.moments(6)]
    assert any(recorded)
