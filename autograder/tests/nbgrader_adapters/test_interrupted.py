"""Runs as people start them: interrupted at the terminal, two at a time, and killed."""

from __future__ import annotations

import json
import signal
import sqlite3
import subprocess
from collections import Counter
from contextlib import closing
from pathlib import Path

import pytest

from autograder.course import Course
from autograder.tests import orphans
from autograder.tests.kills import handed_in, start, statuses
from autograder.tests.nbgrader_adapters.support import NBGRADER_WARNINGS, marks

pytestmark = [*NBGRADER_WARNINGS, pytest.mark.slow, pytest.mark.timeout(400)]

STUDENTS = [f"student{number}" for number in range(8)]


@pytest.fixture
def course(tmp_path: Path) -> Course:
    """A class of eight, no two of whom have handed in the same."""
    return handed_in(tmp_path / "course", {student: {"why": student} for student in STUDENTS})


def until_recorded(run: subprocess.Popen[str], count: int) -> list[str]:
    """What a run says until so many submissions are recorded."""
    assert run.stdout is not None
    said: list[str] = []
    while sum('"finished"' in line for line in said) < count:
        line = run.stdout.readline()
        assert line, "the run ended too soon"
        said.append(line)
    return said


def run_to_the_end(course: Course) -> dict[str, str]:
    """The next run; what became of each submission."""
    with orphans.none_left(), start(course) as run:
        output, errors = run.communicate(timeout=200)
    assert run.returncode == 0, errors
    return statuses(output)


def all_are_graded_once(course: Course) -> None:
    with closing(sqlite3.connect(course.root / "gradebook.db")) as database:
        counts = database.execute("select count(*) from grade group by notebook_id, cell_id").fetchall()
    assert counts == [(1,)] * 4 * len(STUDENTS)
    assert [marks(course, student)["double"].auto for student in STUDENTS] == [2.0] * len(STUDENTS)
    assert list((course.state / "work").iterdir()) == []


def test_after_one_ctrl_c_what_runs_is_recorded_and_it_is_said_how_to_go_on(course: Course) -> None:
    with orphans.none_left(), start(course, MAKE_BELIEVE="1") as run:
        said = until_recorded(run, 1)
        run.send_signal(signal.SIGINT)
        output, errors = run.communicate(timeout=100)
    assert run.returncode == 1, errors
    last = json.loads(output.splitlines()[-1])
    left = len(STUDENTS) - last["submissions"]
    assert left > 0
    assert (
        last["stopped"] == f"Stopped by Ctrl-C with {left} of 8 submissions left; the same command goes on from here."
    )
    assert "Traceback" not in errors
    done = statuses("".join(said) + output)
    assert set(done.values()) == {"graded"}
    assert len(done) == last["submissions"]
    again = run_to_the_end(course)
    assert again == {student: "unchanged" if student in done else "graded" for student in STUDENTS}
    all_are_graded_once(course)


def test_after_two_it_ends_at_once_and_the_next_run_goes_on(course: Course) -> None:
    with orphans.none_left(), start(course, MAKE_BELIEVE="100") as run:
        assert run.stdout is not None
        assert '"started"' in run.stdout.readline()
        run.send_signal(signal.SIGINT)
        with pytest.raises(subprocess.TimeoutExpired):
            run.wait(1)  # it waits for what runs
        run.send_signal(signal.SIGINT)
        _, errors = run.communicate(timeout=60)  # and no longer does
    assert run.returncode == 130
    assert errors.splitlines()[-1] == (
        "autograder: stopped; what was graded is kept. The same command goes on from here."
    )
    assert "Traceback" not in errors
    assert run_to_the_end(course) == dict.fromkeys(STUDENTS, "graded")
    all_are_graded_once(course)


def test_a_second_run_is_refused_until_the_first_has_ended_even_by_a_kill(course: Course) -> None:
    with orphans.none_left():
        with start(course, MAKE_BELIEVE="100") as first:
            assert first.stdout is not None
            assert '"started"' in first.stdout.readline()
            with start(course) as second:
                output, errors = second.communicate(timeout=100)
            assert second.returncode == 1
            assert statuses(output) == {}
            assert f"Another run of the autograder is at work on {course.root} (process {first.pid})" in errors
            assert first.poll() is None
            first.kill()
        assert Counter(run_to_the_end(course).values()) == {"graded": len(STUDENTS)}
    all_are_graded_once(course)
