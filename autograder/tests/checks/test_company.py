"""Several checks in one worker: quicker, and no verdict depends on it."""

from __future__ import annotations

import time
from typing import Any

import pytest

from autograder.bridge.host import SocketConnection
from autograder.checks.company import MOST_IN_VAIN, Company
from autograder.checks.job import Suspect
from autograder.model import CheckResult, Verdict
from autograder.tests.checks.jobs import REFERENCE, VALUES, Bench
from autograder.tests.checks.test_plugin import key_for

NAMES = tuple(f"test_{letter}" for letter in "abcdef")
CHECKS = "".join(VALUES.replace("test_values", name) for name in NAMES)
KEY = key_for(*NAMES[:3])
#: What student code can hide where nobody looks: in a module that is not its own.
COUNTED = """
import sys, time, os, signal
def double(x):
    sys.seen = getattr(sys, "seen", 0) + 1
    {body}
    return 2 * x
"""


class Count:
    """How often something happens."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, kind: type, name: str) -> None:
        self.times, plain = 0, getattr(kind, name)

        def counted(*args: Any, **kwargs: Any) -> Any:
            self.times += 1
            return plain(*args, **kwargs)

        monkeypatch.setattr(kind, name, counted)


@pytest.fixture
def workers(monkeypatch: pytest.MonkeyPatch) -> Count:
    """How many workers were started."""
    return Count(monkeypatch, SocketConnection, "__init__")


@pytest.fixture
def vain(monkeypatch: pytest.MonkeyPatch) -> Count:
    """How many tries were in vain."""
    return Count(monkeypatch, Company, "gave_nothing")


def verdicts(results: tuple[CheckResult, ...]) -> set[Verdict]:
    assert [result.name for result in results] == list(NAMES)
    return {result.verdict for result in results}


def test_right_work_is_answered_by_one_worker(bench: Bench, workers: Count, vain: Count) -> None:
    assert verdicts(bench.run(CHECKS)) == {Verdict.PASSED}
    assert (workers.times, vain.times) == (1, 0)


@pytest.mark.parametrize(
    "source",
    [
        "import torch\ndef double(x):\n    torch.set_default_dtype(torch.float64)\n    return 2 * x",
        "cache = {}\ndef double(x):\n    cache[len(cache)] = x\n    return 2 * x",
    ],
)
def test_what_lasts_is_not_met_by_the_next_check(bench: Bench, source: str, workers: Count, vain: Count) -> None:
    assert verdicts(bench.run(CHECKS, source)) == {Verdict.PASSED}
    assert (workers.times, vain.times) == (len(NAMES), 0)


HONEST = {
    "a cache": "import functools\n@functools.cache\ndef two(): return 2\ndef double(x): return two() * x",
    "a registry": "known = {}\nclass A:\n    def __init_subclass__(cls): known[cls.__name__] = cls\n"
    "def double(x):\n    class B(A):\n        factor = 2\n    return known['B'].factor * x",
    "a counter": "n = 0\ndef double(x):\n    global n\n    n += 1\n    return 2 * x",
    "a lazy table": "table = None\ndef double(x):\n    global table\n    if table is None: table = torch.tensor(2.0)\n"
    "    return table * x",
    "a hidden table": "import types\nkept = types.ModuleType('kept')\ndef double(x):\n"
    "    kept.two = getattr(kept, 'two', 2)\n    return kept.two * x",
    "a dataclass": "import dataclasses\n@dataclasses.dataclass\nclass A:\n    factor: int = 2\na = A()\n"
    "def double(x): return a.factor * x",
    "a seed": "def double(x):\n    torch.manual_seed(1)\n    noise = torch.rand(3)\n    return 2 * x + noise - noise",
    "a buffer": "out = torch.empty(3)\ndef double(x):\n    out.data[:] = 2 * x\n    return out",
    "a generator": "twos = (2 for _ in range(1))\ndef double(x): return next(twos) * x",
    "dropout": "drop = torch.nn.Dropout(0.5).eval()\ndef double(x): return drop(2 * x)",
}


@pytest.mark.parametrize("source", HONEST.values(), ids=HONEST)
def test_right_work_that_keeps_something_passes_in_company_as_alone(bench: Bench, source: str) -> None:
    assert verdicts(bench.run(CHECKS, source)) == {Verdict.PASSED}


@pytest.mark.parametrize(
    "body",
    [
        "if sys.seen > 1: return 3 * x",
        "if sys.seen > 1: raise ValueError",
        "if sys.seen > 2: os._exit(1)",
        "if sys.seen > 2: os.kill(os.getpid(), signal.SIGKILL)",
        "if sys.seen > 1: return object()",
        "torch.set_default_dtype(torch.float64 if sys.seen > 1 else torch.float32); x = torch.tensor(x.tolist())",
    ],
)
def test_what_goes_wrong_in_company_only_is_no_failure(bench: Bench, body: str, vain: Count) -> None:
    assert verdicts(bench.run(CHECKS, COUNTED.format(body=body))) == {Verdict.PASSED}
    assert vain.times > 1


def test_after_a_failure_no_check_has_company(bench: Bench, workers: Count, vain: Count) -> None:
    wrong = "def double(x):\n    return 3 * x"
    told = [result.message for result in bench.run(CHECKS, wrong)]
    assert vain.times == 0  # the first fails, and so none has company
    assert workers.times == len(NAMES)
    assert all("3 of 3 values are off" in message for message in told)


ONE_FAILS = CHECKS + VALUES.replace("test_values", "test_g").replace("draw.normal(3)", "draw.normal(4)")


def test_a_failure_in_company_is_recognised_as_one_alone(bench: Bench, vain: Count) -> None:
    wrong = "def double(x):\n    return (3 if x.numel() == 4 else 2) * x"
    suspect = Suspect("triple", "Thrice.", frozenset({"test_g"}), "def double(x):\n    return 3 * x")
    results = bench.run(ONE_FAILS, wrong, suspects=(suspect,), key=key_for("test_a", "test_g"))
    assert [result.verdict for result in results] == [Verdict.PASSED] * 6 + [Verdict.FAILED]
    assert results[-1].misconception == "triple"
    assert vain.times == 1


@pytest.mark.parametrize(
    ("end", "verdict"), [("os._exit(1)", Verdict.CRASHED), ("time.sleep(9)", Verdict.TIMEOUT), ("1/0", Verdict.FAILED)]
)
def test_a_check_that_ends_its_worker_costs_no_other_anything(bench: Bench, end: str, verdict: Verdict) -> None:
    source = f"import os, time\ndef double(x):\n    if x.numel() == 4: {end}\n    return 2 * x"
    results = bench.run(ONE_FAILS, source, call_seconds=0.4, key=key_for("test_a", "test_g"))
    assert [result.verdict for result in results] == [Verdict.PASSED] * 6 + [verdict]


def test_time_lost_in_company_is_not_the_students_and_is_bounded(bench: Bench, vain: Count) -> None:
    hangs = COUNTED.format(body="if sys.seen > 1: time.sleep(60)")
    started = time.monotonic()
    assert verdicts(bench.run(CHECKS, hangs, call_seconds=0.6, exercise_seconds=1.2)) == {Verdict.PASSED}
    assert vain.times == int(MOST_IN_VAIN / 0.6) + 1  # then each is asked alone
    assert time.monotonic() - started < 6


def test_a_check_in_company_has_no_more_time_than_a_call(bench: Bench, vain: Count) -> None:
    """So that tries in vain are bounded, whatever an exercise may take."""
    slow = COUNTED.format(body="if sys.seen > 1: time.sleep(0.4)")
    many = "def test_g(self, student):\n    for _ in range(4): student.call('double', torch.ones(2))\n"
    checks = VALUES.replace("test_values", "test_a") + many
    results = bench.run(checks, slow, key=key_for("test_a", "test_g"), call_seconds=0.5)
    assert [result.verdict for result in results] == [Verdict.PASSED, Verdict.PASSED]
    assert vain.times == 1


HANGS_BETWEEN = """
import gc, time
def hang(phase, info):
    time.sleep(60)
def double(x):
    gc.disable()
    gc.callbacks.append(hang)
    return 2 * x
"""


def test_a_worker_that_hangs_between_checks_is_left_and_that_time_is_not_the_students(bench: Bench) -> None:
    started = time.monotonic()
    assert verdicts(bench.run(CHECKS, HANGS_BETWEEN, call_seconds=0.6, exercise_seconds=1.0)) == {Verdict.PASSED}
    assert time.monotonic() - started < 6


#: Has the worker say that all is as it was, whatever happened.
LIES = """
import gc
answers = []
def double(x):
    for each in gc.get_objects():
        if type(each).__name__ == "Start":
            type(each).is_back = lambda self: True
    answers.append(2 * x)
    return {}
"""


@pytest.mark.parametrize(
    ("answer", "verdict"),
    [("answers[0]", Verdict.PASSED), ("answers[-1] if len(answers) > 1 else x", Verdict.FAILED)],
    ids=["right alone", "right in company"],
)
def test_a_worker_that_lies_about_its_state_changes_no_verdict(bench: Bench, answer: str, verdict: Verdict) -> None:
    assert verdicts(bench.run(CHECKS, LIES.format(answer))) == {verdict}


def test_a_skipped_check_is_asked_again_alone(bench: Bench, vain: Count) -> None:
    loose = "def double(x):\n    return x * (2.0 if x.sum().item() else 2)"
    device = "def test_g(self, student):\n    student.device_safe('double', torch.ones(2))\n"
    results = bench.run(VALUES.replace("test_values", "test_a") + device, loose, key=key_for("test_a", "test_g"))
    assert [result.verdict for result in results] == [Verdict.PASSED, Verdict.SKIPPED]
    assert vain.times == 1


def test_stand_ins_are_there_for_each_check(bench: Bench, workers: Count) -> None:
    student = "def twice(x):\n    return x\ndef double(x):\n    return twice(x)"
    results = bench.run(CHECKS, student, stand_ins=("def twice(x):\n    return 2 * x",))
    assert verdicts(results) == {Verdict.PASSED}
    assert workers.times == 1


def test_a_broken_check_in_company_is_the_graders_error(bench: Bench, vain: Count) -> None:
    broken = "def test_g(self, student, draw):\n    student.call('double', draw.normal(2))\n    1 / 0\n"
    results = bench.run(VALUES.replace("test_values", "test_a") + broken, REFERENCE, key=key_for("test_a", "test_g"))
    assert [result.verdict for result in results] == [Verdict.PASSED, Verdict.ERROR]
    assert vain.times == 1
