"""What the demo's table says of a submission."""

from __future__ import annotations

from autograder.demo.show import _told
from autograder.model import CheckResult, ExerciseResult, Report, Verdict


def exercise(name: str, verdict: Verdict) -> ExerciseResult:
    return ExerciseResult(name, 2.0, (CheckResult("a", "A check", verdict, core=True),))


def test_what_waits_for_a_gpu_is_not_called_lost() -> None:
    verdicts = {"right": "passed", "wrong": "failed", "waits": "pending", "broken": "error"}
    exercises = tuple(exercise(name, Verdict(verdict)) for name, verdict in verdicts.items())
    report = Report("attention", "v", "namespaces", "cpu", exercises)
    assert list(_told(report)) == ["points lost in: wrong", "no verdict yet on: broken"]
