"""Counts over a class: how hard each check was, and which misconceptions were met."""

from __future__ import annotations

import statistics
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from autograder.model import CheckResult, Report, Verdict

_NOT_PASSED = {Verdict.FAILED, Verdict.TIMEOUT, Verdict.CRASHED}
_BINS = 10


@dataclass(frozen=True)
class CheckRate:
    """How a class did at one check.

    Attributes:
        passed, failed: students for whom it counted.
        uncounted: students for whom it was skipped, is pending, or the grader failed.
    """

    exercise: str
    name: str
    title: str
    passed: int
    failed: int
    uncounted: int

    @property
    def counted(self) -> int:
        """For how many students it decided anything."""
        return self.passed + self.failed

    @property
    def rate(self) -> float | None:
        """The share that passed; None when it counted for nobody."""
        return self.passed / self.counted if self.counted else None


@dataclass(frozen=True)
class Met:
    """A misconception that was recognised in a class."""

    slug: str
    exercise: str
    explanation: str
    students: tuple[str, ...]


@dataclass(frozen=True)
class Bin:
    """Students whose share of the points lies from `low` up to `high` per cent (the last bin holds 100 too)."""

    low: int
    high: int
    count: int


def check_rates(reports: Iterable[Report]) -> list[CheckRate]:
    """Every check of a class, hardest first; checks that decided nothing come last."""
    results: dict[tuple[str, str], list[CheckResult]] = {}
    for report in reports:
        for exercise in report.exercises:
            for check in exercise.checks:
                results.setdefault((exercise.grade_id, check.name), []).append(check)
    rates = [_rate(exercise, name, found) for (exercise, name), found in results.items()]
    return sorted(rates, key=lambda rate: 2.0 if rate.rate is None else rate.rate)


def _rate(exercise: str, name: str, found: Sequence[CheckResult]) -> CheckRate:
    passed = sum(check.verdict is Verdict.PASSED for check in found)
    failed = sum(check.verdict in _NOT_PASSED for check in found)
    return CheckRate(exercise, name, found[0].title, passed, failed, len(found) - passed - failed)


def misconceptions_met(reports: Mapping[str, Report]) -> list[Met]:
    """The misconceptions recognised in a class, most frequent first; a student counts once for each."""
    met: dict[tuple[str, str], Met] = {}
    for student, report in reports.items():
        for exercise in report.exercises:
            for check in exercise.checks:
                if check.misconception is not None:
                    _meet(met, student, exercise.grade_id, check.misconception, check.explanation)
    return sorted(met.values(), key=lambda one: (-len(one.students), one.exercise, one.slug))


def _meet(met: dict[tuple[str, str], Met], student: str, exercise: str, slug: str, explanation: str) -> None:
    known = met.get((exercise, slug), Met(slug, exercise, explanation, ()))
    if student not in known.students:
        met[exercise, slug] = Met(slug, exercise, known.explanation or explanation, (*known.students, student))


def distribution(shares: Iterable[float]) -> list[Bin]:
    """Ten bins of ten per cent; `shares` are between 0 and 1."""
    counts = [0] * _BINS
    for share in shares:
        counts[min(_BINS - 1, max(0, int(share * _BINS)))] += 1
    return [Bin(100 // _BINS * i, 100 // _BINS * (i + 1), count) for i, count in enumerate(counts)]


def middle(scores: Sequence[float]) -> tuple[float, float] | None:
    """Median and mean; None of nobody."""
    return (statistics.median(scores), statistics.fmean(scores)) if scores else None
