"""A class is graded, and the grader killed (-9) at some moment; the next run has to finish as if nothing had been.

`python -m autograder.tests.kills 50` does so fifty times, each time on a course of its own. Workers make believe to
grade (see `make_believe.py`), because all that is written is written by the grader's main process; with `--real` they
do grade. Most of the moments lie between the first submission's start and the end, where things are written.
"""

from __future__ import annotations

import json
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import warnings
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from autograder.course import Course
from autograder.nbgrader_adapters import lock
from autograder.nbgrader_adapters.gradebook import ensure_assignment
from autograder.tests import make_believe, orphans, tiny
from autograder.tests.nbgrader_adapters.recorded import everything
from autograder.tests.nbgrader_adapters.support import hand_in

REAL, FAKE = "autograder", make_believe.__name__
SECONDS = 300  # that a run is given
STARTING = 0.2  # the part of the moments at which no submission has been begun with
CLASS: dict[str, dict[str, str]] = {
    "ada": {},
    "bo": {"double_code": tiny.PARTLY},
    "cy": {"double_code": tiny.WRONG},
    "di": {},  # a copy of ada's
    "ed": {"playground": "import time\ntime.sleep(0.5)"},
    "flo": {"double_code": "def double(x:"},
}


@dataclass(frozen=True)
class Kill:
    """What came of one.

    Attributes:
        after: seconds from the start to the kill.
        recorded: how many submissions had their report by then.
    """

    after: float
    recorded: int


class Trial:
    """A class that is graded once without harm, and then again and again with it."""

    def __init__(self, folder: Path, program: str = FAKE, seed: int = 0) -> None:
        self._program = program
        self._folder, self._random, self._made = folder, random.Random(seed), 0
        self._course = handed_in(folder / "handed-in")
        course = self._fresh()
        started = time.monotonic()
        with start(course, program) as run:
            _until_begun(run)
            self.begun = time.monotonic() - started
            run.communicate(timeout=SECONDS)
        self.length = time.monotonic() - started
        self._expected = everything(course)

    def _fresh(self) -> Course:
        self._made += 1
        return Course(Path(shutil.copytree(self._course.root, self._folder / str(self._made) / "course")))

    def kill(self, part: float) -> Kill:
        """Kills a run when a part of the time has gone by that a whole one takes, and has the next one finish."""
        course = self._fresh()
        started = time.monotonic()
        with orphans.none_left():
            self._run_and_kill(course, part)
        after = time.monotonic() - started
        recorded = {path.stem for path in (course.state / "reports").rglob("*.json")}
        statuses = self.statuses_of(course)
        assert statuses == {student: "unchanged" if student in recorded else "graded" for student in CLASS}
        for found, expected in zip(everything(course), self._expected, strict=True):
            assert found == expected
        self._is_tidy(course)
        shutil.rmtree(course.root.parent)
        return Kill(after, len(recorded))

    def moments(self, count: int) -> list[float]:
        """Parts of the time, one drawn in each of so many stretches of the same length."""
        return [(number + self._random.random()) / count for number in range(count)]

    def statuses_of(self, course: Course) -> dict[str, str]:
        """Grades all there is to be graded; what became of each submission."""
        with orphans.none_left(), start(course, self._program) as run:
            output, errors = run.communicate(timeout=SECONDS)
        assert run.returncode == 0, errors
        return statuses(output)

    def _run_and_kill(self, course: Course, part: float) -> None:
        with start(course, self._program) as run:
            wait = part / STARTING * self.begun
            if part >= STARTING:
                _until_begun(run)  # on a busy machine that takes longer than it did
                wait = (part - STARTING) / (1 - STARTING) * (self.length - self.begun)
            try:
                run.wait(wait)
            except subprocess.TimeoutExpired:
                run.send_signal(signal.SIGKILL)

    def _is_tidy(self, course: Course) -> None:
        """Nothing is left of any run but what it is for."""
        assert list((course.state / "work").iterdir()) == []
        assert {path.suffix for path in (course.state / "reports").rglob("*") if path.is_file()} == {".json"}
        lock.check_free(course)
        assert (course.state / "lock").read_text() == ""
        assert [path.name for path in course.root.glob("gradebook.db*")] == ["gradebook.db"]


def start(course: Course, program: str = FAKE, *options: str, **environment: str) -> subprocess.Popen[str]:
    """The command that grades a class, with two workers, as a process."""
    command = [sys.executable, "-P", "-W", "ignore", "-m", program, "grade", "--workers", "2", "--json-lines", *options]
    everything_else = os.environ | {"PYTHONPATH": str(Path(__file__).parents[2])} | environment
    pipe = subprocess.PIPE
    return subprocess.Popen(command, cwd=course.root, env=everything_else, stdout=pipe, stderr=pipe, text=True)


def _until_begun(run: subprocess.Popen[str]) -> None:
    """Waits for the first word, which is that a submission is being graded."""
    assert run.stdout is not None
    assert run.stdout.readline(), run.communicate()[1]


def statuses(output: str) -> dict[str, str]:
    """What became of each submission, as a run has said."""
    events = [json.loads(line) for line in output.splitlines()]
    return {event["student"]: event["status"] for event in events if event["event"] == "finished"}


def handed_in(root: Path, students: Mapping[str, Mapping[str, str]] = CLASS) -> Course:
    """A course with a class that has handed in."""
    assignment = tiny.make_tiny(root)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        ensure_assignment(assignment.course, assignment)
    for student, sources in students.items():
        hand_in(assignment, student, **sources)
    assert assignment.key  # the same for all copies of the course
    return assignment.course


def main() -> None:
    """Does it as often as the arguments say."""
    program = REAL if "--real" in sys.argv else FAKE
    count = next((int(each) for each in sys.argv[1:] if each.isdigit()), 6)
    started = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        trial = Trial(Path(folder), program)
        sys.stdout.write(f"A run of {len(CLASS)} submissions takes {trial.length:.1f} s.\n")
        recorded: Counter[int] = Counter()
        for number, part in enumerate(trial.moments(count), 1):
            done = trial.kill(part)
            recorded[done.recorded] += 1
            sys.stdout.write(f"{number:3} killed after {done.after:5.2f} s, with {done.recorded} recorded: whole\n")
            sys.stdout.flush()
    sys.stdout.write(f"{count} kills, no grade lost or doubled, in {time.monotonic() - started:.0f} s.\n")
    times = ", ".join(f"{recorded[each]} with {each}" for each in sorted(recorded))
    sys.stdout.write(f"Of {len(CLASS)} submissions recorded when the run was killed: {times}.\n")


if __name__ == "__main__":
    main()
