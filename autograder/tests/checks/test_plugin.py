"""Checks against student code through the plugin, in real forks: every way in which a check can end."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from autograder.checks.draw import derive
from autograder.model import ExerciseResult, Verdict
from autograder.tests.checks.jobs import REFERENCE, VALUES, Bench, run_job

SECOND = '''
def test_again(self, student, draw):
    """Negative numbers too"""
    x = -draw.uniform(4)
    close(student.call("double", x), 2 * x, "twice the input")
'''
STUCK = "def double(x):\n    while x.numel() == 4: pass\n    return 2 * x"


def verdicts(results: object) -> list[Verdict]:
    return [result.verdict for result in results]  # type: ignore[attr-defined]


def test_right_work_passes(bench: Bench) -> None:
    result = bench.one(VALUES)
    assert (result.verdict, result.message, result.core, result.weight) == (Verdict.PASSED, "", True, 1.0)
    assert result.title == "Every number is doubled"


def test_wrong_work_fails_with_a_sentence(bench: Bench) -> None:
    result = bench.one(VALUES, "def double(x):\n    return 3 * x")
    assert result.verdict is Verdict.FAILED
    assert result.message.startswith("`double(float32 (3,))` returned float32 (3,) in which 3 of 3 values are off")
    assert result.message.endswith("Expected: twice the input.")


def test_a_check_for_a_gpu_is_pending_without_one(bench: Bench) -> None:
    result = bench.one("@pytest.mark.gpu" + VALUES)
    assert result.verdict is Verdict.PENDING
    assert "needs a GPU" in result.message


def test_a_broken_check_is_the_graders_error(bench: Bench) -> None:
    result = bench.one("def test_broken(self, student, draw):\n    student.call('double', draw.normal(2))\n    1 / 0")
    assert result.verdict is Verdict.ERROR
    assert "costs you nothing" in result.message


def test_a_check_that_never_asks_cannot_blame_the_student(bench: Bench) -> None:
    assert bench.one("def test_broken(self, student):\n    raise ValueError").verdict is Verdict.ERROR


def test_expected_values_with_nan_are_the_graders_error(bench: Bench) -> None:
    check = (
        "def test_nan(self, student):\n    close(student.call('double', torch.ones(2)), torch.ones(2) * torch.nan, '')"
    )
    assert bench.one(check).verdict is Verdict.ERROR


def test_an_unusable_value_is_the_students_failure(bench: Bench) -> None:
    check = "def test_pair(self, student):\n    a, b = student.call('double', torch.ones(2))"
    result = bench.one(check, "def double(x):\n    return 7")
    assert result.verdict is Verdict.FAILED
    assert "returned 7, and that cannot be used" in result.message


def test_an_assertion_with_words_is_a_failure_in_those_words(bench: Bench) -> None:
    check = "def test_sum(self, student):\n    assert student.call('double', torch.ones(2)).sum() == 4, 'Wrong sum.'"
    assert bench.one(check, "def double(x):\n    return x").message == "Wrong sum."


def test_an_assertion_without_words_shows_no_values(bench: Bench) -> None:
    check = (
        "def test_list(self, student):\n    x = torch.tensor([12.5, 3.5])\n"
        "    assert student.call('double', x).tolist() == (2 * x).tolist()"
    )
    result = bench.one(check, "def double(x):\n    return x")
    assert result.verdict is Verdict.FAILED
    assert "25.0" not in result.message
    assert "12.5" not in result.message
    assert "`double(float32 (2,))`" in result.message


def test_device_safety_that_cannot_be_told_is_skipped(bench: Bench) -> None:
    check = "def test_device(self, student):\n    student.device_safe('double', torch.ones(2))"
    loose = "def double(x):\n    return x * x.sum().item()"
    result = bench.one(check, loose, call_seconds=20.0, exercise_seconds=20.0)
    assert result.verdict is Verdict.SKIPPED
    assert "does not count" in result.message


def test_a_loop_times_out_and_what_follows_has_no_time_left(bench: Bench) -> None:
    started = time.monotonic()
    results = bench.run(VALUES + SECOND + SECOND.replace("again", "third"), STUCK, exercise_seconds=0.5)
    said = [result.message for result in results if result.verdict is Verdict.TIMEOUT]
    assert sum("did not come back" in message for message in said) == 1  # the order in which they run is secret
    assert sum("used up by earlier checks" in message for message in said) == len(said) - 1 >= 1
    assert time.monotonic() - started < 5


NOTE = """\
def test_{name}(self, student):
    with open({file!r}, "a") as file:
        file.write("{name}")
"""


def test_the_order_of_checks_hangs_on_the_key(bench: Bench, tmp_path: Path) -> None:
    orders = []
    for number, key in enumerate((b"one", b"one", b"two", b"three")):
        file = tmp_path / f"order-{number}"
        results = bench.run("".join(NOTE.format(name=name, file=str(file)) for name in "abcdef"), key=key)
        assert "".join(result.name[-1] for result in results) == "abcdef"
        orders.append(file.read_text())
    assert orders[0] == orders[1]
    assert len(set(orders)) == 3
    assert {"".join(sorted(order)) for order in orders} == {"abcdef"}


def test_many_slow_calls_in_one_check_end_with_the_exercises_time(bench: Bench) -> None:
    slow = "import time\ndef double(x):\n    time.sleep(0.4)\n    return 2 * x"
    check = "def test_many(self, student):\n    for _ in range(20): student.call('double', torch.ones(2))"
    started = time.monotonic()
    assert bench.one(check, slow, exercise_seconds=1.0).verdict is Verdict.TIMEOUT
    assert time.monotonic() - started < 6  # and not the 8 s of twenty calls


def test_nobody_listens(bench: Bench, tmp_path: Path) -> None:
    results = run_job(bench.job(VALUES + SECOND, tmp_path / "nobody"))
    assert verdicts(results) == [Verdict.CRASHED, Verdict.CRASHED]
    assert "did not take part" in results[0].message


KILLER = """
import ctypes, os, time
def double(x):
    end = time.monotonic() + 10  # nobody is left to end this process, once its server is gone
    while x.numel() == 4 and time.monotonic() < end: pass
    return 2 * x
def parent(survive):
    if survive: ctypes.CDLL(None).prctl(1, 0)
    return os.getppid()
"""
KILLED = """
def test_again(self, student):
    import os
    os.kill(student.call("parent", {survive}), 9)
    student.call("double", torch.ones(4))
"""


@pytest.mark.parametrize("survive", [False, True])
def test_the_death_of_the_fork_server_leaves_no_check_without_a_verdict(bench: Bench, survive: bool) -> None:
    checks = VALUES + KILLED.format(survive=survive) + SECOND.replace("again", "third")
    results = bench.run(checks, KILLER, key=key_for("test_values", "test_again", "test_third"))
    assert verdicts(results) == [Verdict.PASSED, Verdict.CRASHED, Verdict.CRASHED]
    assert ExerciseResult("double", 3.0, results).score == 1.0


def key_for(*names: str) -> bytes:
    """A key with which checks run in this order."""
    keys = (bytes([number]) for number in range(256))
    return next(key for key in keys if sorted(names, key=lambda name: derive(key, "order", name)) == list(names))


def test_a_check_cannot_end_the_process_of_the_next_one(bench: Bench) -> None:
    result = bench.one(VALUES, "import os\ndef double(x):\n    os.kill(os.getppid(), 9)")
    assert "PermissionError" in result.message


@pytest.mark.parametrize(
    "body",
    ["raise ValueError('my words')", "return 'my words'", "return type('my words', (), {})()", "return ['my words']"],
)
def test_while_stand_ins_are_there_no_words_of_student_code_are_repeated(bench: Bench, body: str) -> None:
    source = f"def double(x):\n    {body}"
    assert "my words" in bench.one(VALUES, source).message
    helped = bench.one(VALUES, source, stand_ins=("def helper(x): return x",))
    assert helped.verdict is Verdict.FAILED
    assert "my words" not in helped.message
    assert "double(float32 (3,))" in helped.message


def test_a_failure_while_judging_leaves_no_check_without_a_verdict(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("autograder.checks.trial.Lineup.identify", lambda *_: 1 / 0)
    results = bench.run(VALUES + SECOND, "def double(x):\n    return 2 * x.abs()")
    assert ExerciseResult("double", 3.0, results).score is None
    assert Verdict.ERROR in verdicts(results)
    assert len(results) == 2


def test_a_run_that_ends_early_leaves_no_check_without_a_verdict(bench: Bench) -> None:
    results = bench.run(VALUES + "def test_exit(self, student):\n    pytest.exit('now')\n" + SECOND)
    assert verdicts(results) == [Verdict.PASSED, Verdict.ERROR, Verdict.ERROR]


def test_time_spent_on_recognising_mistakes_is_not_the_students(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("autograder.checks.trial.Lineup.identify", lambda *_: time.sleep(0.8))
    results = bench.run(VALUES + SECOND, "def double(x):\n    return 2 * x.abs()", exercise_seconds=0.7)
    assert verdicts(results) == [Verdict.FAILED, Verdict.FAILED]


def test_a_message_is_short_and_plain_whatever_the_student_wrote(bench: Bench) -> None:
    loud = "def double(x):\n    raise type('E' * 5000, (Exception,), {})('\\x1b[2J\\u202e' + 'x' * 10**6)"
    result = bench.one(VALUES, loud)
    assert result.verdict is Verdict.FAILED
    assert len(result.message) <= 2000
    assert "\x1b" not in result.message
    assert "\u202e" not in result.message


def test_a_value_of_very_many_parts_is_no_answer(bench: Bench) -> None:
    wide = "v = None\nfor _ in range(6): v = [v] * 7\ndef double(x):\n    return v"
    result = bench.one(VALUES, wide, call_seconds=20.0, exercise_seconds=20.0)
    assert result.verdict is Verdict.CRASHED
    assert "more than 200,000 values" in result.message


def test_a_stand_in_replaces_an_earlier_function(bench: Bench) -> None:
    student = "def twice(x):\n    return x\ndef double(x):\n    return twice(x)"
    assert bench.one(VALUES, student).verdict is Verdict.FAILED
    assert bench.one(VALUES, student, stand_ins=("def twice(x):\n    return 2 * x",)).verdict is Verdict.PASSED


def test_each_check_sees_the_same_start(bench: Bench) -> None:
    counting = f"{REFERENCE.replace('return', 'seen.append(1); return len(seen) *')}\nseen = []"
    assert verdicts(bench.run(VALUES + SECOND, counting)) == [Verdict.PASSED, Verdict.PASSED]


def test_the_same_job_draws_the_same(bench: Bench) -> None:
    first, second = (bench.one(VALUES, "def double(x):\n    return 3 * x") for _ in range(2))
    assert first == second


@pytest.mark.parametrize("peer", ["handle", "list", "text"])
def test_remote_values_of_any_kind_never_break_the_judge(bench: Bench, peer: str) -> None:
    values = {"handle": "object()", "list": "[float('nan'), (1, {'a': x})]", "text": "'{called}{0}%s'"}
    result = bench.one(VALUES, f"def double(x):\n    return {values[peer]}")
    assert result.verdict is Verdict.FAILED
    assert "where a tensor was expected" in result.message
