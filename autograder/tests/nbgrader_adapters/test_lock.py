"""One run at a time, and no lock that outlives its run."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from autograder.course import Assignment, Course
from autograder.errors import BusyError
from autograder.nbgrader_adapters import interrupts, lock
from autograder.nbgrader_adapters.grading import Status, generate_feedback
from autograder.nbgrader_adapters.workspace import Workspace
from autograder.tests.nbgrader_adapters.support import NBGRADER_WARNINGS, FakeGrader, grade, hand_in, marks

pytestmark = NBGRADER_WARNINGS

_HOLDER = """
import os, sys, time
from pathlib import Path
from autograder.course import Course
from autograder.nbgrader_adapters import lock
with lock.hold(Course(Path(sys.argv[1]))):
    if not os.fork():
        time.sleep(30)  # a child that outlives its parent, as a kernel may
    print(os.getpid(), flush=True)
    time.sleep(30)
"""


@contextmanager
def another_run(course: Course) -> Iterator[subprocess.Popen[str]]:
    """A process that holds the course, and has a child."""
    command = [sys.executable, "-c", _HOLDER, str(course.root)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, start_new_session=True) as process:
        assert process.stdout is not None
        process.stdout.readline()
        try:
            yield process
        finally:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)


def test_a_second_run_is_refused_in_one_sentence(assignment: Assignment, course: Course, grader: FakeGrader) -> None:
    hand_in(assignment, "alice")
    with another_run(course) as other:
        for run in (lambda: grade(assignment), lambda: generate_feedback(course, assignment)):
            with pytest.raises(BusyError, match=rf"Another run .* \(process {other.pid}\); wait until it has ended"):
                run()
        assert marks(course, "alice") == {}
        other.kill()  # kill -9
        other.wait()
        assert grade(assignment).complete


def test_formgrader_and_the_stock_command_wait_for_their_turn(
    assignment: Assignment, course: Course, grader: FakeGrader
) -> None:
    from nbgrader.converters import Autograde
    from nbgrader.converters.base import NbGraderException

    from autograder.nbgrader_adapters.gradebook import course_directory, load_config

    hand_in(assignment, "alice")
    converter = Autograde(course_directory(course, "tiny"), config=load_config(course))
    with another_run(course), pytest.raises(NbGraderException, match="Another run"):
        converter.start()
    assert marks(course, "alice") == {}


def test_the_lock_is_free_after_each_way_to_end(assignment: Assignment, course: Course, grader: FakeGrader) -> None:
    hand_in(assignment, "alice")
    grade(assignment)
    grader.before = lambda notebook: 1 / 0
    assert grade(assignment, force=True).submissions[0].status is Status.FAILED
    with another_run(course):
        pass


def test_it_is_counted_within_a_process(course: Course) -> None:
    with lock.hold(course):
        lock.check_free(course)
        with lock.hold(course):
            pass
        assert (course.state / "lock").read_text()
    assert (course.state / "lock").read_text() == ""


def test_what_a_killed_run_left_is_swept_up(course: Course) -> None:
    live = Workspace(course)
    dead = Workspace(course)
    earlier = dead.folder / "earlier" / "alice" / "tiny"
    earlier.mkdir(parents=True)
    (earlier / "tiny.ipynb").write_text("graded")
    dead.close.detach()
    os.close(dead._lock)
    with_third = Workspace(course)
    assert (course.root / "autograded" / "alice" / "tiny" / "tiny.ipynb").read_text() == "graded"
    assert sorted((course.state / "work").iterdir()) == sorted([live.folder, with_third.folder])
    live.close()
    with_third.close()
    assert list((course.state / "work").iterdir()) == []


def test_a_second_ctrl_c_is_obeyed_at_once() -> None:
    interrupts.hold()
    signal.raise_signal(signal.SIGINT)
    with pytest.raises(KeyboardInterrupt):
        signal.raise_signal(signal.SIGINT)
    interrupts.release()
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_a_ctrl_c_that_waited_is_not_lost() -> None:
    interrupts.hold()
    interrupts.hold()
    signal.raise_signal(signal.SIGINT)
    with pytest.raises(KeyboardInterrupt):
        interrupts.release()
    interrupts.release()


@pytest.fixture(autouse=True)
def _handler_restored() -> Iterator[None]:
    before = signal.getsignal(signal.SIGINT)
    yield
    signal.signal(signal.SIGINT, before)


def test_a_report_that_is_half_written_is_no_report(course: Course, assignment: Assignment) -> None:
    from autograder.nbgrader_adapters.reports import load_report, report_path

    path: Path = report_path(assignment, "alice")
    path.parent.mkdir(parents=True)
    path.write_text('{"assignment": "tiny"')
    assert load_report(assignment, "alice") is None
