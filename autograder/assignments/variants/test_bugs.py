"""The checks of the bug hunt: for each bug that is planted, whether it is cured, and whether it is named.

Each is looked for in its own method, by values; whatever else that method leans on is asked of the student's own model.
So a bug that is left in costs its own points and no others.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from autograder.assignments.variants.bank import BY_NAME, SIX
from autograder.assignments.variants.bug import Bug
from autograder.assignments.variants.planted import PLANTED
from autograder.assignments.variants.sites import LOOK_AT, PROBES
from autograder.checks import Draw, Student, fail

Check = Callable[..., None]


def _cured(bug: Bug) -> Check:
    def check(self: object, student: Student, draw: Draw) -> None:
        student.define(PROBES)
        LOOK_AT[bug.site](student, draw)

    return _with_title(check, f"Cured: {bug.symptom[0].lower()}{bug.symptom[1:]}")


def _named(bug: Bug) -> Check:
    def check(self: object, student: Student) -> None:
        names = student.call("found")
        if not isinstance(names, list | tuple) or len(names) > SIX:
            fail(f"`found()` did not return a list of at most {SIX} names", "six names out of ROGUES")
        if bug.name not in names:
            fail("The list does not name the bug behind this symptom", "its name, as it stands in ROGUES")

    return _with_title(check, f"Named: what is behind it that {bug.symptom[0].lower()}{bug.symptom[1:]}")


def _with_title(check: Check, title: str) -> Check:
    check.__doc__ = title + "."
    return check


def _checks() -> dict[str, Any]:
    """A pair of checks for each bug, numbered in the order of the methods: names must not say where it is."""
    found: dict[str, Any] = {}
    for number, name in enumerate(PLANTED, 1):
        found[f"test_cured_{number}"] = pytest.mark.check(weight=2, core=True)(_cured(BY_NAME[name]))
        found[f"test_named_{number}"] = pytest.mark.check(weight=1)(_named(BY_NAME[name]))
    for name, check in found.items():
        check.__name__ = name
    return found


TestBugHunt = pytest.mark.exercise("bug-hunt")(type("TestBugHunt", (), _checks()))
