"""Checks on a device: steps that are measured, the reference beside them, and checks that share one process."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch

from autograder.bridge.messages import DictValue, ListValue, Returned
from autograder.bridge.values import pack
from autograder.checks import Student
from autograder.checks.local import local_student
from autograder.errors import CallCrashed, CourseError
from autograder.model import CheckResult, Verdict
from autograder.tests.checks.jobs import HEAD, REFERENCE, VALUES, Bench, catalogue, run_job
from autograder.tests.checks.test_plugin import SECOND, key_for
from autograder.tests.checks.test_student import Peer
from autograder.tests.forks import FakeKernel

STEP = '''
@pytest.mark.gpu
@pytest.mark.check(core=True)
def test_values(self, student, draw):
    """Every number is doubled, and stays where it was."""
    x = draw.normal(3)
    step = student.step("double", x)
    close(step.result, 2 * x, "twice the input")
    if step.strays:
        fail("It is on the CPU", "a result where the input is")
'''
WITH_REFERENCE = '''
@pytest.mark.gpu
def test_launches(self, student, draw, reference):
    """No more operations than the reference needs."""
    x = draw.normal(3)
    launches, ours = (who.step("double", x).launches for who in (student, reference))
    if launches > ours:
        fail(f"{launches} operations", f"{ours} operations")
'''
TWICE = "import torch\ndef double(x):\n    return 1.5 * x + 0.5 * x"
BACK = "import torch\ndef double(x):\n    return 2 * x.cpu()"
ON_CPU = "import torch\ndef double(x):\n    return x + x * torch.ones(3)"

COUNTS: dict[str, Any] = {"strays": 1, "launches": 2, "syncs": 3, "peak": 4}


def test_a_step_is_what_came_back_and_what_it_cost() -> None:
    result = pack(torch.ones(2))
    asked = Student(Peer(Returned(DictValue(COUNTS | {"result": result}))))
    step = asked.step("f", torch.zeros(2))
    assert torch.equal(step.result, torch.ones(2))
    assert (step.strays, step.launches, step.syncs, step.peak) == (1, 2, 3, 4)
    assert asked.origin(step.result) == "f(float32 (2,))"


@pytest.mark.parametrize(
    "answer",
    [
        3,
        ListValue([]),
        DictValue({}),
        *[DictValue({key: value for key, value in COUNTS.items() if key != left_out}) for left_out in COUNTS],
        DictValue(COUNTS | {"peak": "much"}),
        DictValue(COUNTS | {"peak": 0.5}),
        DictValue(COUNTS | {"launches": True}),
        DictValue(COUNTS | {"syncs": None}),
    ],
)
def test_a_step_that_was_not_measured_is_no_answer(answer: Any) -> None:
    with pytest.raises(CallCrashed, match="no measured step"):
        Student(Peer(Returned(answer))).step("f")


def test_a_step_may_come_to_nothing() -> None:
    assert Student(Peer(Returned(DictValue(COUNTS)))).step("f").result is None


@pytest.mark.parametrize("device", ["cpu", "cuda", "impostor"])
def test_the_judge_touches_no_gpu_itself(device: str) -> None:
    where = local_student({"torch": torch, "where": lambda x: str(x.device)}, device).call("where", torch.ones(1))
    assert (where == "cpu") is (device == "cpu")


def test_what_needs_a_gpu_waits_for_one(bench: Bench) -> None:
    assert bench.one(STEP).verdict is Verdict.PENDING
    assert bench.one(STEP, "def double(x): raise ValueError").verdict is Verdict.PENDING


@pytest.mark.parametrize(
    ("source", "verdict", "message"),
    [
        (REFERENCE, Verdict.PASSED, ""),
        (BACK, Verdict.FAILED, "It is on the CPU"),
        (ON_CPU, Verdict.FAILED, "found at least two devices"),
        ("def double(x):\n    return 3 * x", Verdict.FAILED, "3 of 3 values are off"),
        ("def double(x):\n    return 7", Verdict.FAILED, "returned 7"),
    ],
)
def test_on_a_device_it_gets_its_verdict(bench: Bench, source: str, verdict: Verdict, message: str) -> None:
    result = bench.one(STEP, source, device="impostor")
    assert result.verdict is verdict
    assert message in result.message


def test_checks_that_need_none_run_there_as_well(bench: Bench) -> None:
    assert bench.one(VALUES, REFERENCE, device="impostor").verdict is Verdict.PASSED
    assert "two devices" in bench.one(VALUES, ON_CPU, device="impostor").message
    assert bench.one(VALUES, ON_CPU).verdict is Verdict.PASSED


def test_a_stand_in_is_there_on_a_device_too(bench: Bench) -> None:
    wrong = "def half(x):\n    return x\ndef double(x):\n    return 4 * half(x)"
    stand_in = ("def half(x):\n    return x / 2",)
    assert bench.one(STEP, wrong, device="impostor").verdict is Verdict.FAILED
    assert bench.one(STEP, wrong, device="impostor", stand_ins=stand_in).verdict is Verdict.PASSED


@pytest.mark.skipif(torch.cuda.is_available(), reason="there is a GPU here")
def test_a_device_that_is_not_to_be_had_is_nobodys_zero(bench: Bench) -> None:
    (result,) = bench.run(STEP, device="cuda")
    assert result.verdict is Verdict.ERROR
    assert "costs you nothing" in result.message


@pytest.mark.parametrize(("source", "verdict"), [(REFERENCE, Verdict.PASSED), (TWICE, Verdict.FAILED)])
def test_the_reference_is_asked_the_same(bench: Bench, source: str, verdict: Verdict) -> None:
    result = bench.one(WITH_REFERENCE, source, device="impostor")
    assert result.verdict is verdict
    assert ("3 operations" in result.message) is (verdict is Verdict.FAILED)


MIXED = """
@pytest.mark.exercise("double")
class TestDouble:
    def test_here(self, student): pass

    @pytest.mark.gpu
    def test_there(self, student): pass
"""


def test_an_exercise_needs_a_gpu_as_a_whole_or_not_at_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    tests = tmp_path / "test_mixed.py"
    tests.write_text(HEAD + MIXED)
    with pytest.raises(CourseError, match="double has checks with and without a GPU"):
        catalogue(tests)
    tests.write_text(HEAD + MIXED.replace("    @pytest.mark.gpu\n", ""))
    assert not catalogue(tests)["double"].gpu
    whole = MIXED.replace("    @pytest.mark.gpu\n", "").replace(
        "@pytest.mark.exercise", "@pytest.mark.gpu\n@pytest.mark.exercise"
    )
    tests.write_text(HEAD + whole)
    assert catalogue(tests)["double"].gpu


# In one process

SLOW = "import time\ndef double(x):\n    if x.numel() == 4: time.sleep(1)\n    return 2 * x"
NAMES = ("test_values", "test_again", "test_third")


class Place:
    """Runs checks in the fake kernel's own process."""

    def __init__(self, bench: Bench, kernel: FakeKernel, folder: Path) -> None:
        self._bench, self._kernel, self._path = bench, kernel, folder / "place"

    def run(self, checks: str, source: str, **options: Any) -> tuple[CheckResult, ...]:
        with self._kernel.in_place(self._path, source) as path:
            return run_job(self._bench.job(checks, path, device="impostor", in_place=True, **options))


@pytest.fixture
def place(bench: Bench, fake_kernel: FakeKernel, tmp_path: Path) -> Place:
    return Place(bench, fake_kernel, tmp_path)


def test_checks_in_place_all_get_their_verdicts(place: Place) -> None:
    results = place.run(VALUES + SECOND + SECOND.replace("again", "third"), REFERENCE)
    assert [(each.name, each.verdict) for each in results] == [(name, Verdict.PASSED) for name in NAMES]


def test_what_comes_after_the_end_of_the_process_has_no_result(place: Place) -> None:
    checks = VALUES + SECOND + VALUES.replace("test_values", "test_third")
    results = place.run(checks, SLOW, key=key_for(*NAMES), call_seconds=0.3)
    assert [(each.name, each.verdict) for each in results] == [
        ("test_values", Verdict.PASSED),
        ("test_again", Verdict.TIMEOUT),
    ]


def test_a_failure_keeps_nothing_out_of_reach(place: Place) -> None:
    raises = "def double(x):\n    if x.numel() == 4: raise SystemExit\n    return 2 * x"
    results = place.run(VALUES + SECOND, raises, key=key_for("test_again", "test_values"))
    assert [each.verdict for each in results] == [Verdict.PASSED, Verdict.FAILED]


def test_what_was_asked_for_alone_is_run_alone(place: Place) -> None:
    (result,) = place.run(VALUES + SECOND, REFERENCE, only=frozenset({"test_again"}))
    assert result.name == "test_again"
