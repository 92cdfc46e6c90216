"""The judge's process may die, hang or grow old: a student never pays for it."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest

from autograder.bridge.host import ForkControl, SocketConnection
from autograder.checks.judge import Judge, _Died, _Order, _Process
from autograder.errors import CourseError
from autograder.model import ExerciseResult, Verdict
from autograder.sandbox.environment import keras
from autograder.tests.checks.jobs import VALUES, Bench, run_job

HANGS = "def test_hangs(self):\n    import time\n    time.sleep(600)"
DIES = "def test_dies(self):\n    import os\n    os._exit(1)"
#: Dies when it is run for the first time: in the first process, with the control line open.
DIES_ONCE = """
@pytest.mark.check(core=True)
def test_values(self, student):
    import os, pathlib
    met = pathlib.Path(__file__ + ".met")
    if not met.exists():
        met.touch()
        os._exit(1)
    close(student.call("double", torch.ones(2)), 2 * torch.ones(2), "twice the input")
"""


@pytest.fixture
def judge() -> Iterator[Judge]:
    judge = Judge(own_seconds=20.0)
    yield judge
    judge.close()


def pid(judge: Judge) -> int:
    number: int = judge._tries(_Order(_own_pid, None), 20.0)
    return number


def _own_pid(_: object) -> int:
    return os.getpid()


def _fail(words: str) -> None:
    raise CourseError(words)


def _fail_oddly(_: object) -> None:
    raise type("Local", (Exception,), {})("no other process knows this kind")


def _variables(_: object) -> dict[str, str]:
    return dict(os.environ)


def children() -> set[int]:
    """Processes that this one has started."""
    return {child.pid for child in psutil.Process().children()}


def test_the_process_stays_from_job_to_job_and_ends_when_it_is_closed(judge: Judge) -> None:
    process = psutil.Process(pid(judge))
    assert pid(judge) == process.pid
    judge.close()
    assert not process.is_running()
    judge.close()


@pytest.mark.slow
def test_a_process_that_has_done_enough_is_replaced() -> None:
    judge = Judge(jobs=2)
    pids = [pid(judge) for _ in range(4)]
    judge.close()
    assert pids[0] == pids[1] != pids[2] == pids[3]


def test_keras_is_there_what_it_is_in_a_kernel(judge: Judge, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KERAS_BACKEND", "jax")
    variables = judge._tries(_Order(_variables, None), 20.0)
    assert keras().items() <= variables.items()
    assert "PATH" in variables
    assert "PYTEST_CURRENT_TEST" in os.environ
    assert not any(name.startswith("PYTEST_CURRENT") for name in variables)


def test_errors_of_ours_arrive_as_they_are_and_others_as_their_words(judge: Judge) -> None:
    with pytest.raises(CourseError, match="no such checks"):
        judge._tries(_Order(_fail, "no such checks"), 20.0)
    with pytest.raises(RuntimeError, match="no other process knows"):
        judge._tries(_Order(_fail_oddly, None), 20.0)


def test_a_process_that_hangs_is_ended_whatever_it_is_at(judge: Judge) -> None:
    before = children()
    started = time.monotonic()
    with pytest.raises(TimeoutError):
        judge._tries(_Order(time.sleep, 600.0), 0.5)
    assert time.monotonic() - started < 10
    assert children() <= before


def test_a_process_that_does_not_even_listen_is_ended() -> None:
    process = _Process()
    psutil.Process(process._process.pid).suspend()
    with pytest.raises(TimeoutError):
        process.ask(_Order(time.sleep, b"x" * 10**7), 0.5)
    process.end(0.0)


@pytest.mark.slow
def test_a_process_that_dies_each_time_is_asked_twice(judge: Judge) -> None:
    before = children()
    with pytest.raises(_Died):
        judge._tries(_Order(os._exit, 1), 20.0)
    assert children() <= before
    assert pid(judge)


@pytest.mark.slow
def test_checks_that_cannot_be_collected_are_the_courses_error(judge: Judge, tmp_path: Path) -> None:
    tests = tmp_path / "test_exit.py"
    tests.write_text("import os\nos._exit(1)")
    with pytest.raises(CourseError, match="ended or blocked"):
        judge.catalogue(tests)


@pytest.mark.slow
def test_a_check_that_ends_the_judge_is_nobodys_zero(judge: Judge, bench: Bench) -> None:
    job = bench.job(VALUES + DIES, bench.fork("def double(x):\n    return 2 * x"))
    results = judge.check(job)
    assert [result.verdict for result in results] == [Verdict.ERROR, Verdict.ERROR]
    assert "costs you nothing" in results[0].message
    assert ExerciseResult("double", 3.0, results).score is None


def test_a_judge_that_died_once_is_asked_again(judge: Judge, bench: Bench) -> None:
    (result,) = judge.check(bench.job(DIES_ONCE, bench.fork("def double(x):\n    return 2 * x")))
    assert result.verdict is Verdict.PASSED


@pytest.mark.slow
def test_a_judge_that_hangs_is_nobodys_zero(bench: Bench) -> None:
    judge = Judge(own_seconds=20.0)
    results = judge.check(bench.job(HANGS, bench.fork("def double(x):\n    return 2 * x"), exercise_seconds=0.5))
    judge.close()
    assert [result.verdict for result in results] == [Verdict.ERROR]


def closings(monkeypatch: pytest.MonkeyPatch, kind: type[ForkControl] | type[SocketConnection]) -> list[object]:
    """All lines of that kind that are closed from now on."""
    closed: list[object] = []
    close = kind.close

    def remembered(line: Any) -> None:
        closed.append(line)
        close(line)

    monkeypatch.setattr(kind, "close", remembered)
    return closed


def test_the_control_line_ends_with_the_job_however_it_ends(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """The fork server waits for that before it serves the next job."""
    closed = closings(monkeypatch, ForkControl)
    monkeypatch.setattr("autograder.checks.hearing.Trial", lambda *_: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        run_job(bench.job(VALUES, bench.fork("def double(x):\n    return 2 * x")))
    assert len(closed) == 1


def test_each_line_to_student_code_ends_with_its_job_at_the_latest(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    closed = closings(monkeypatch, SocketConnection)
    bench.run(VALUES)
    bench.run(VALUES, stand_ins=("raise ValueError",))
    assert len(closed) == 2
