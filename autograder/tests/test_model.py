"""Scores and states follow from verdicts, and a report survives its journey as JSON."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from autograder.model import CheckResult, ExerciseResult, ManualCell, Report, Verdict

PASSED, FAILED, SKIPPED, PENDING = Verdict.PASSED, Verdict.FAILED, Verdict.SKIPPED, Verdict.PENDING


def check(verdict: Verdict, weight: float = 1.0, core: bool = False) -> CheckResult:
    return CheckResult("test", "Title", verdict, weight=weight, core=core)


def exercise(*checks: CheckResult, points: float = 4.0) -> ExerciseResult:
    return ExerciseResult("softmax", points, checks)


CORE = check(PASSED, core=True)


@pytest.mark.parametrize(
    ("checks", "score", "state"),
    [
        ([CORE, check(PASSED)], 4.0, PASSED),
        ([CORE, check(FAILED)], 2.0, FAILED),
        ([CORE, check(FAILED, weight=3)], 1.0, FAILED),
        ([CORE, check(Verdict.TIMEOUT)], 2.0, FAILED),
        ([CORE, check(Verdict.CRASHED)], 2.0, FAILED),
        ([CORE, check(SKIPPED, weight=3)], 4.0, PASSED),
        ([CORE, check(SKIPPED), check(FAILED)], 2.0, FAILED),
        ([check(FAILED, core=True), check(PASSED, weight=9)], 0.0, FAILED),  # returning the input earns nothing
        ([check(FAILED, core=True), CORE], 2.0, FAILED),
        ([check(PASSED)], 0.0, FAILED),
        ([check(SKIPPED, core=True), check(PASSED)], 0.0, FAILED),
        ([check(SKIPPED, core=True)], 0.0, FAILED),
        ([CORE, check(PENDING)], None, PENDING),
        ([check(FAILED, core=True), check(PENDING)], None, PENDING),
        ([CORE, check(Verdict.ERROR)], None, Verdict.ERROR),
        ([check(PENDING), check(Verdict.ERROR)], None, Verdict.ERROR),
        ([], None, Verdict.ERROR),
        ([check(PASSED, weight=0.0, core=True)], 0.0, FAILED),
    ],
)
def test_scores_and_states(checks: list[CheckResult], score: float | None, state: Verdict) -> None:
    result = exercise(*checks)
    assert (result.score, result.state) == (score, state)


def test_full_marks_are_full_whatever_the_points_are() -> None:
    assert exercise(CORE, points=1 / 3).state is PASSED
    assert exercise(CORE, check(PASSED), points=0.0).state is PASSED
    assert exercise(check(FAILED, core=True), points=0.0).state is FAILED


checks = st.builds(
    CheckResult,
    name=st.text(max_size=5),
    title=st.text(max_size=5),
    verdict=st.sampled_from(Verdict),
    message=st.text(max_size=9),
    misconception=st.none() | st.text(max_size=5),
    weight=st.floats(0, 10),
    core=st.booleans(),
)
exercises = st.builds(
    ExerciseResult, st.text(max_size=5), st.floats(0, 20), st.lists(checks, max_size=5).map(tuple), st.booleans()
)


@settings(max_examples=40)
@given(exercises)
def test_a_score_lies_between_nothing_and_the_points(result: ExerciseResult) -> None:
    if result.score is not None:
        assert 0 <= result.score <= result.max_score + 1e-4
    assert (result.score is None) == (result.state in (PENDING, Verdict.ERROR))


@settings(max_examples=40)
@given(exercises, st.integers(0, 4))
def test_failing_one_check_more_never_helps(result: ExerciseResult, index: int) -> None:
    if result.score is None or index >= len(result.checks) or result.checks[index].verdict is SKIPPED:
        return
    worse = list(result.checks)
    worse[index] = replace(worse[index], verdict=FAILED)
    assert (replace(result, checks=tuple(worse)).score or 0.0) <= result.score


def report(*results: ExerciseResult) -> Report:
    return Report("chain", "0123456789ab", "off", "cpu", results, ("A notice.",), (ManualCell("why", 3.0, False),), 1.5)


def test_a_report_adds_up_what_has_a_score() -> None:
    mixed = report(exercise(CORE), exercise(CORE, check(PENDING)), exercise(check(Verdict.ERROR), points=0.5))
    assert (mixed.score, mixed.max_score, mixed.needs_person) == (4.0, 8.5, True)
    assert not report(exercise(CORE, check(PENDING))).needs_person
    assert report(exercise()).needs_person


@settings(max_examples=40)
@given(st.lists(exercises, max_size=3))
def test_a_report_survives_json(results: list[ExerciseResult]) -> None:
    whole = report(*results)
    assert Report.from_json(json.loads(json.dumps(whole.to_json()))) == whole


def test_the_json_is_what_the_command_promises() -> None:
    record = json.loads(json.dumps(report(exercise(CORE, check(FAILED))).to_json()))
    assert {"assignment", "score", "max_score", "sandbox", "device", "exercises"} <= set(record)
    assert (record["score"], record["max_score"]) == (2.0, 4.0)
    (found,) = record["exercises"]
    assert (found["grade_id"], found["score"], found["max_score"]) == ("softmax", 2.0, 4.0)
    assert {"name", "title", "verdict", "message", "misconception"} <= set(found["checks"][1])
    assert (found["checks"][1]["verdict"], found["checks"][1]["misconception"]) == ("failed", None)


@pytest.mark.parametrize("spoil", ["exercises", "checks", "verdict", "extra", "manual"])
def test_what_is_no_report_is_refused(spoil: str) -> None:
    record: dict[str, Any] = json.loads(json.dumps(report(exercise(CORE)).to_json()))
    first = record["exercises"][0]
    changed: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
        "exercises": (record, {"exercises": 7}),
        "checks": (first, {"checks": None}),
        "verdict": (first["checks"][0], {"verdict": "great"}),
        "extra": (first["checks"][0], {"points": 1000}),
        "manual": (record, {"manual": [{"grade_id": "why"}]}),
    }
    target, change = changed[spoil]
    target.update(change)
    with pytest.raises((KeyError, TypeError, ValueError)):
        Report.from_json(record)


def test_bonus_points_come_on_top_and_are_missed_by_nobody() -> None:
    passed = CheckResult("a", "A", Verdict.PASSED, core=True)
    own = ExerciseResult("own", 3.0, (passed,))
    extra = ExerciseResult("extra", 1.0, (passed,), bonus=True)
    report = Report("a", "v", "off", "cpu", (own, extra))
    assert (report.score, report.max_score) == (4.0, 3.0)
    assert Report.from_json(report.to_json()) == report
