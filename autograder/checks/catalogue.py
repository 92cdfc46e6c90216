"""What a file of checks holds, found out by collecting it: nothing is run, nothing is listed twice."""

from __future__ import annotations

import importlib
import os
import sys
from dataclasses import dataclass, field
from importlib.machinery import ModuleSpec
from pathlib import Path

import pytest

from autograder.checks.plugin import MARKERS, grade_id_of, result_of
from autograder.errors import CourseError
from autograder.model import CheckResult, Verdict

#: A run of ours is ruled by nothing but the file itself: no configuration, no conftest, no cache, no output.
#: (Two of the plugins are left out for their time: they collect garbage twice in each of our short runs.)
_LEFT_OUT = (
    *("cacheprovider", "terminal", "logging", "unraisableexception", "threadexception"),
    *("faulthandler", "doctest", "unittest", "junitxml", "pastebin"),
)
PYTEST_ARGUMENTS = [
    "--noconftest",
    "--import-mode=importlib",
    "--assert=plain",
    f"-c{os.devnull}",
    "--rootdir=/",
    *(f"-pno:{plugin}" for plugin in _LEFT_OUT),
    "-p_hypothesis_pytestplugin",
]


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


class _Collector:
    def __init__(self) -> None:
        self.found: dict[str, ExerciseChecks] = {}
        self.strays: list[str] = []
        self.mixed: set[str] = set()

    def pytest_configure(self, config: pytest.Config) -> None:
        for line in MARKERS:
            config.addinivalue_line("markers", line)

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        for item in items:
            grade_id = grade_id_of(item)
            if grade_id is None:
                self.strays.append(item.name)
                continue
            marker = item.get_closest_marker("exercise")
            options = marker.kwargs if marker else {}
            needs, bonus = tuple(options.get("needs", ())), float(options.get("bonus", 0.0))
            gpu = item.get_closest_marker("gpu") is not None
            entry = self.found.setdefault(grade_id, ExerciseChecks(needs, bonus, gpu))
            self.mixed |= {grade_id} if entry.gpu is not gpu else set()
            entry.checks.append(result_of(item, Verdict.PASSED))


def catalogue(tests: Path) -> dict[str, ExerciseChecks]:
    """The checks in a file, by graded cell.

    Raises:
        CourseError: the file is missing, cannot be collected, or holds a check that belongs nowhere, or an exercise of
            which only some checks need a GPU.
    """
    _forget_modules_in(tests.parent)
    collector = _Collector()
    code = pytest.main([*PYTEST_ARGUMENTS, "--collect-only", str(tests)], plugins=[collector])
    if code != pytest.ExitCode.OK:
        raise CourseError(f"The checks in {tests} cannot be collected ({code!r}); run pytest --collect-only on it.")
    if collector.strays:
        raise CourseError(
            f"{tests}: {', '.join(collector.strays)} belongs to no exercise; mark its class with pytest.mark.exercise."
        )
    if collector.mixed:
        raise CourseError(
            f"{tests}: {', '.join(sorted(collector.mixed))} has checks with and without a GPU; mark the whole class "
            "with pytest.mark.gpu, or give those that need one a graded cell of their own."
        )
    return collector.found


def _forget_modules_in(folder: Path) -> None:
    """Has changed checks read again: a judge may live as long as the server that it grades for."""
    for name, module in list(sys.modules.items()):
        spec = getattr(module, "__spec__", None)
        if isinstance(spec, ModuleSpec):
            places = [spec.origin, *(spec.submodule_search_locations or [])]
            if any(place and Path(place).is_relative_to(folder) for place in places):
                del sys.modules[name]
    importlib.invalidate_caches()
