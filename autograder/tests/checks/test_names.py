"""The names that files of checks import: assignments rely on them, so they stay."""

from __future__ import annotations

import autograder.checks


def test_the_public_names_are_these() -> None:
    assert autograder.checks.__all__ == [
        "CheckFailed",
        "Draw",
        "Remote",
        "Student",
        "StudentRaised",
        "close",
        "fail",
        "same",
        "shaped",
    ]
    assert all(hasattr(autograder.checks, name) for name in autograder.checks.__all__)


def test_a_student_can_be_asked_these() -> None:
    student = {name for name in vars(autograder.checks.Student) if not name.startswith("_")}
    assert student >= {"call", "calls", "create", "device_safe", "gradients", "inputs_after", "parameter_gradients"}
    remote = {name for name in vars(autograder.checks.Remote) if not name.startswith("_")}
    assert remote == {"eval", "load", "state", "to", "train"}
