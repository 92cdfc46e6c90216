"""A file's checks stay collected from job to job, and are read anew when anything of it has changed."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from types import ModuleType

import psutil
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from autograder.checks.hearing import Hearing, _seed_generated_cases, hold, stamp_of
from autograder.checks.judge import Judge, check_in
from autograder.errors import CourseError
from autograder.model import Verdict
from autograder.tests.checks.jobs import CLASS, HEAD, VALUES, Bench
from autograder.tests.checks.test_plugin import SECOND

RIGHT = "def double(x):\n    return 2 * x"
#: Leaves a line wherever it is read.
NOTED = "import pathlib\npathlib.Path({log!r}).open('a').write('read\\n')\n"
LESSON = '''
from autograder.assignments.lesson import oracle
import autograder.assignments.lesson.oracle as again

@pytest.mark.exercise("double")
class TestDouble:
    @pytest.mark.check(core=True)
    def test_values(self, student, draw):
        """Every number is multiplied"""
        x = draw.normal(3)
        close(student.call("double", x), oracle.FACTOR * x, "a multiple")
        assert again is oracle
'''


@pytest.fixture(scope="module")
def judge() -> Iterator[Judge]:
    judge = Judge(jobs=10_000, own_seconds=20.0)
    yield judge
    judge.close()


def verdict(judge: Judge, bench: Bench, tests: Path, source: str = RIGHT) -> Verdict:
    """Of the only check in the file."""
    (result,) = judge.check(replace(bench.job(VALUES, bench.fork(source)), tests=tests))
    return result.verdict


def course(root: Path, factor: int) -> Path:
    """A course of which only the oracle knows what is right."""
    folder = root / "autograder" / "assignments" / "lesson"
    folder.mkdir(parents=True)
    (folder / "oracle.py").write_text(f"FACTOR = {factor}")
    (folder / "test_lesson.py").write_text(HEAD + LESSON)
    return folder / "test_lesson.py"


def test_a_file_is_read_once_for_many_jobs(judge: Judge, bench: Bench, tmp_path: Path) -> None:
    log, tests = tmp_path / "log", tmp_path / "noted" / "test_noted.py"
    tests.parent.mkdir()
    whole = HEAD + NOTED.format(log=str(log)) + CLASS + textwrap.indent(VALUES, "    ")
    tests.write_text(whole)
    judge.catalogue(tests)
    assert [verdict(judge, bench, tests) for _ in range(3)] == [Verdict.PASSED] * 3
    assert log.read_text().count("read") == 1
    tests.write_text(whole.replace("2 * x", "3 * x"))
    assert verdict(judge, bench, tests) is Verdict.FAILED
    assert log.read_text().count("read") == 2


def test_what_checks_import_from_beside_them_is_read_again(judge: Judge, bench: Bench, tmp_path: Path) -> None:
    tests = course(tmp_path / "one", 2)
    assert verdict(judge, bench, tests) is Verdict.PASSED
    (tests.parent / "oracle.py").write_text("FACTOR = 3  # another length")
    assert verdict(judge, bench, tests) is Verdict.FAILED


def test_each_course_has_its_own_oracle(judge: Judge, bench: Bench, tmp_path: Path) -> None:
    """As on a machine where an older edition of the course is installed."""
    two, three = course(tmp_path / "two", 2), course(tmp_path / "three", 3)
    for _ in range(2):
        assert verdict(judge, bench, two) is Verdict.PASSED
        assert verdict(judge, bench, three) is Verdict.FAILED
        assert verdict(judge, bench, three, "def double(x):\n    return 3 * x") is Verdict.PASSED


def test_what_was_loaded_before_is_there_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    import autograder.assignments.attention.oracle as installed

    def look(_: Hearing) -> list[str]:
        return list(sys.modules["autograder.assignments"].__path__)

    tests = course(tmp_path, 2)
    assert hold(tests, look)[0] == str(tests.parent.parent)
    import autograder.assignments.attention.oracle as again

    assert again is installed
    assert "autograder.assignments.lesson" not in sys.modules
    assert str(tmp_path) not in str(list(sys.modules["autograder.assignments"].__path__))


def test_a_file_that_breaks_is_the_courses_fault_and_the_judge_lives_on(
    judge: Judge, bench: Bench, tmp_path: Path
) -> None:
    tests = course(tmp_path, 2)
    assert verdict(judge, bench, tests) is Verdict.PASSED
    whole = tests.read_text()
    tests.write_text("def test_(:")
    with pytest.raises(CourseError, match=r"test_lesson\.py cannot be collected"):
        verdict(judge, bench, tests)
    tests.write_text(whole)
    assert verdict(judge, bench, tests) is Verdict.PASSED


def test_a_check_that_stops_pytest_leaves_the_next_job_whole(judge: Judge, bench: Bench) -> None:
    job = bench.job(VALUES + "def test_exit(self, student):\n    pytest.exit('now')\n" + SECOND, bench.fork(RIGHT))
    assert Verdict.ERROR in {result.verdict for result in judge.check(job)}
    only = replace(job, socket=bench.fork(RIGHT), only=frozenset({"test_values", "test_again"}))
    assert [result.verdict for result in judge.check(only)] == [Verdict.PASSED, Verdict.PASSED]


def test_a_hearing_is_current_until_something_changes(tmp_path: Path) -> None:
    (tmp_path / "part").mkdir()
    for path in (tmp_path / "a.py", tmp_path / "part" / "b.py", tmp_path / "notes.txt"):
        path.write_text("1")
    before = stamp_of(tmp_path)
    (tmp_path / "notes.txt").write_text("2")
    assert stamp_of(tmp_path) == before
    changed = set()
    for change in ("a.py", "part/b.py", "c.py", "part/d.py"):
        (tmp_path / change).write_text("3")
        changed.add(stamp_of(tmp_path))
    (tmp_path / "a.py").unlink()
    assert len(changed | {before, stamp_of(tmp_path)}) == 6
    assert stamp_of(tmp_path / "nowhere") == frozenset()


def generated(key: bytes) -> list[object]:
    """What hypothesis makes for that key."""
    _seed_generated_cases(key)
    found: list[object] = []
    examples = settings(max_examples=60, database=None, phases=[Phase.generate])
    examples(given(st.integers(-(10**6), 10**6))(lambda number: found.append(number)))()
    return found


def test_generated_cases_hang_on_the_key_and_on_nothing_else(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = generated(b"one!")
    module = ModuleType("local")
    module.__file__ = str(tmp_path / "local.py")
    (tmp_path / "local.py").write_text("\n".join(f"N{n} = {n}" for n in range(777_000, 777_400)))
    monkeypatch.setitem(sys.modules, "local", module)
    assert generated(b"one!") == first
    assert generated(b"two!") != first


KNOWN = '''
from hypothesis import settings
SETTINGS = settings()

@pytest.mark.exercise("double")
class TestDouble:
    @pytest.mark.check(core=True)
    def test_known(self, student):
        """Nobody knows the cases before"""
        assert not SETTINGS.derandomize
        assert not settings().derandomize
'''


def test_generated_cases_are_no_less_secret_on_a_ci_machine(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CI", "true")
    with closing(Judge()) as judge:
        (result,) = judge.check(bench.job(KNOWN, bench.fork(RIGHT)))
    assert result.verdict is Verdict.PASSED


@pytest.mark.slow
def test_five_hundred_jobs_leave_the_judge_as_small_as_fifty(judge: Judge, bench: Bench) -> None:
    job = bench.job(VALUES + SECOND + "def test_loud(self, student):\n    print('x' * 10_000)\n    1 / 0\n", Path())
    socket = bench.fork(RIGHT)
    sizes = []
    for number in range(500):
        judge.check(replace(job, socket=socket, key=number.to_bytes(32)))
        if number in (49, 499):
            assert judge._process is not None
            sizes.append(psutil.Process(judge._process._process.pid).memory_info().rss)
    assert sizes[1] - sizes[0] < 8 * 2**20


ASKS = """\
import sys, time
from pathlib import Path
from autograder.checks.judge import Judge, _Order
judge = Judge()
print(sorted(judge.catalogue(Path(sys.argv[1]))), flush=True)
print(judge._process._process.pid, flush=True)
judge._tries(_Order(time.sleep, 600.0), 700.0)
"""


@pytest.mark.slow
def test_a_script_without_a_guard_grades_and_its_judge_ends_with_it_however_that_ends(tmp_path: Path) -> None:
    script = tmp_path / "script.py"
    script.write_text(ASKS)
    grader = subprocess.Popen(
        [sys.executable, script, course(tmp_path, 2)], stdout=subprocess.PIPE, text=True, cwd=tmp_path
    )
    assert grader.stdout is not None
    assert grader.stdout.readline() == "['double']\n"
    judge = psutil.Process(int(grader.stdout.readline()))
    time.sleep(0.5)
    os.kill(grader.pid, signal.SIGKILL)
    grader.communicate()
    psutil.wait_procs([judge], timeout=10)
    assert not judge.is_running()


def test_a_hearing_serves_several_jobs_in_one_process(bench: Bench) -> None:
    job = bench.job(VALUES, Path())

    def use(hearing: Hearing) -> list[Verdict]:
        return [
            check_in(hearing, replace(job, socket=bench.fork(source)))[0].verdict
            for source in (RIGHT, "def double(x):\n    return 3 * x", RIGHT)
        ]

    assert hold(job.tests, use) == [Verdict.PASSED, Verdict.FAILED, Verdict.PASSED]
