"""What the hostile cases are measured by is itself in order."""

from __future__ import annotations

import os
import subprocess

from autograder.tests.hostile.appetite import forget_peaks, grown


def test_a_process_that_has_ended_uses_nothing() -> None:
    with subprocess.Popen(["true"]) as process:
        os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)  # ended, and not yet waited for
        assert set(forget_peaks()) >= {os.getpid()}
        assert process.pid not in forget_peaks()


def test_one_that_ends_meanwhile_is_no_news() -> None:
    with subprocess.Popen(["sleep", "60"]) as process:
        before = forget_peaks()
        assert process.pid in before
        process.kill()
        os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)
        assert grown(before) == []
