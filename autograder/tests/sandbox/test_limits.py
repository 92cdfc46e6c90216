"""Limits are set by name, soft and hard, before any student code is read."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import FrozenInstanceError

import pytest

from autograder.sandbox.limits import Limits

SHOW = """
import json, resource, sys
from autograder.bridge.child import set_limits
wanted = json.loads(sys.argv[1])
set_limits(wanted)
print(json.dumps({name: resource.getrlimit(getattr(resource, name)) for name in wanted}))
"""


def test_limits_hold_soft_and_hard() -> None:
    wanted = Limits().rlimits()
    shown = subprocess.run([sys.executable, "-c", SHOW, json.dumps(wanted)], capture_output=True, check=True)
    assert json.loads(shown.stdout) == {name: [value, value] for name, value in wanted.items()}


def test_limits_cover_memory_files_time_and_dumps() -> None:
    limits = Limits(memory_bytes=2**30, file_bytes=2**20, submission_seconds=10)
    found = limits.rlimits()
    assert (found["RLIMIT_DATA"], found["RLIMIT_FSIZE"], found["RLIMIT_CORE"]) == (2**30, 2**20, 0)
    assert 10 <= found["RLIMIT_CPU"] <= 100
    assert all(isinstance(value, int) for value in found.values())


def test_limits_do_not_change() -> None:
    with pytest.raises(FrozenInstanceError):
        Limits().call_seconds = 1000.0  # type: ignore[misc]


def test_one_call_fits_into_an_exercise_and_an_exercise_into_a_submission() -> None:
    limits = Limits()
    assert limits.call_seconds < limits.exercise_seconds / 2 < limits.submission_seconds
    assert limits.cell_seconds < limits.submission_seconds
