"""What a file of checks holds, found out by collecting it: nothing is run, nothing is listed twice."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import pytest

from autograder.checks.hearing import Hearing
from autograder.checks.trial import grade_id_of, result_of
from autograder.errors import CourseError
from autograder.model import CheckResult, Verdict


@dataclass
class ExerciseChecks:
    """The checks of one graded cell (as if passed).

    Attributes:
        needs: the earlier exercises that it builds on.
        bonus: points of a bonus cell.
        gpu: whether they need a GPU; all of them do, or none.
    """

    needs: tuple[str, ...] = ()
    bonus: float = 0.0
    gpu: bool = False
    checks: list[CheckResult] = field(default_factory=list)


def catalogue_of(hearing: Hearing) -> dict[str, ExerciseChecks]:
    """The checks in a file, by graded cell.

    Raises:
        CourseError: it holds a check that belongs nowhere, or an exercise of which only some checks need a GPU.
    """
    found: dict[str, ExerciseChecks] = {}
    mixed, strays = set(), []
    for item in hearing.items:
        grade_id = grade_id_of(item)
        if grade_id is None:
            strays.append(item.name)
            continue
        entry = found.setdefault(grade_id, _empty(item))
        mixed |= {grade_id} if entry.gpu is not _needs_gpu(item) else set()
        entry.checks.append(result_of(item, Verdict.PASSED))
    _refuse(hearing.tests, sorted(mixed), strays)
    return found


def _empty(item: pytest.Item) -> ExerciseChecks:
    """What the marker says of the exercise that a check belongs to."""
    marker = item.get_closest_marker("exercise")
    options = marker.kwargs if marker else {}
    return ExerciseChecks(tuple(options.get("needs", ())), float(options.get("bonus", 0.0)), _needs_gpu(item))


def _needs_gpu(item: pytest.Item) -> bool:
    return item.get_closest_marker("gpu") is not None


def _refuse(tests: Path, mixed: list[str], strays: list[str]) -> None:
    if strays:
        raise CourseError(
            f"{tests}: {', '.join(strays)} belongs to no exercise; mark its class with pytest.mark.exercise."
        )
    if mixed:
        raise CourseError(
            f"{tests}: {', '.join(mixed)} has checks with and without a GPU; mark the whole class "
            "with pytest.mark.gpu, or give those that need one a graded cell of their own."
        )
