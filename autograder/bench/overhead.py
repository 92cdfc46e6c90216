"""What grading costs beyond the student's own code, stage by stage: wall-clock and processor time of a submission.

Submissions go through the very steps of a run, in one process, one after another. Processor time is what all
processors of the machine did meanwhile, whoever had them do it, less what they did while nobody graded: forks that
nobody waits for are counted in no process. So the machine should be quiet; how quiet it was is said below the table.

The student's own code is run once more, in a warm IPython without a kernel, a client or a lock.
"""

from __future__ import annotations

import json
import logging
import subprocess
import sys
import tempfile
import time
import warnings
from collections import defaultdict
from collections.abc import Awaitable, Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from functools import wraps
from pathlib import Path
from typing import Any
from unittest import mock

import psutil
from rich.console import Console
from rich.progress import track

from autograder import launchers
from autograder.bench import classes
from autograder.bench.results import median, report
from autograder.course import Assignment
from autograder.exercises import Checker
from autograder.grade import grade_notebook
from autograder.nbgrader_adapters.entries import Entrance, Entry
from autograder.nbgrader_adapters.gradebook import ensure_assignment, load_config
from autograder.nbgrader_adapters.recorder import Recorder
from autograder.nbgrader_adapters.workspace import Workspace
from autograder.sandbox.kernel import Kernel
from autograder.work import Done, as_json

_STAGES: dict[str, tuple[type, tuple[str, ...]]] = {
    "fork a kernel": (Kernel, ("start", "end")),
    "cells": (Kernel, ("execute", "finish")),
    "snapshots": (Kernel, ("snapshot",)),
    "checks, open inputs": (Checker, ("explore",)),
    "checks, secret inputs": (Checker, ("confirm",)),
    "checks, with stand-ins": (Checker, ("help_out",)),
}
_INTAKE, _SAVE, _REST, _ALL, _ALONE = "intake and sanitise", "save", "the rest", "all", "student code alone"
_QUIET = 0.1  # of one processor's work
_WARM_UP = 2  # submissions before the clock runs


class Meter:
    """Seconds by stage: on the clock, and of all processors together."""

    def __init__(self) -> None:
        self.wall: defaultdict[str, float] = defaultdict(float)
        self.busy: defaultdict[str, float] = defaultdict(float)

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """Counts the block."""
        wall, busy = time.perf_counter(), _busy()
        try:
            yield
        finally:
            self.wall[name] += time.perf_counter() - wall
            self.busy[name] += _busy() - busy

    def watched(self, name: str, step: Callable[..., Awaitable[Any]]) -> Callable[..., Awaitable[Any]]:
        """The same step, counted."""

        @wraps(step)
        async def counted(*args: Any, **kwargs: Any) -> Any:
            with self.stage(name):
                return await step(*args, **kwargs)

        return counted


def run(count: int, name: str = "attention") -> Path:
    """Measures `count` submissions; the reference, other right ways and misconceptions in turn."""
    warnings.simplefilter("ignore")
    logging.disable(logging.WARNING)  # what migrations of the gradebook have to say
    with tempfile.TemporaryDirectory() as scratch:
        assignment = classes.course_with(name, Path(scratch) / "course")
        classes.hand_in(assignment, count + _WARM_UP)
        meter = _graded(assignment, count)
        meter.wall[_ALONE], meter.busy[_ALONE] = _alone(assignment)
        meter.busy[_ALONE] *= count
        meter.wall[_ALONE] *= count
    idle = _idle()
    note = f"All processors together did {idle:.1%} of one processor's work while nobody graded; it is taken off."
    note += " That is too much for these figures to mean anything." if idle > _QUIET else ""
    return report("overhead", f"One submission of {name} (means of {count})", _rows(meter, count, idle), [note])


def _rows(meter: Meter, count: int, idle: float) -> list[dict[str, Any]]:
    names = [_INTAKE, *_STAGES, _SAVE]
    for found in (meter.wall, meter.busy):
        found[_REST] = found[_ALL] - sum(found[name] for name in names)
    return [
        {
            "stage": name,
            "wall, ms": round(1000 * meter.wall[name] / count, 1),
            "processors, ms": round(1000 * (meter.busy[name] - idle * meter.wall[name] * (name != _ALONE)) / count, 1),
        }
        for name in (*names, _REST, _ALL, _ALONE)
    ]


def _graded(assignment: Assignment, count: int) -> Meter:
    """Grades all that was handed in; the first ones are not counted."""
    course, meter = assignment.course, Meter()
    ensure_assignment(course, assignment)
    with ExitStack() as stack:
        stack.callback(launchers.close)
        workspace = stack.enter_context(closing(Workspace(course)))
        recorder = stack.enter_context(closing(Recorder(workspace, load_config(course))))
        entrance = Entrance(course, recorder.sanitisers, force=True, recorded=(), gpu=lambda: False)
        students = sorted(path.name for path in (course.root / "submitted").iterdir())
        for student in students[:_WARM_UP]:
            _grade(Meter(), entrance, recorder, assignment, student)
        for name, (owner, steps) in _STAGES.items():
            for step in steps:
                stack.enter_context(mock.patch.object(owner, step, meter.watched(name, getattr(owner, step))))
        for student in track(students[_WARM_UP:], "grading", console=Console(stderr=True)):
            _grade(meter, entrance, recorder, assignment, student)
    return meter


def _grade(meter: Meter, entrance: Entrance, recorder: Recorder, assignment: Assignment, student: str) -> None:
    with meter.stage(_ALL):
        with meter.stage(_INTAKE):
            entry = entrance.take_in((assignment, student))
        if not isinstance(entry, Entry):
            raise SystemExit(f"{student}'s notebook was not taken in: {entry.outcome.sentences}")
        graded = grade_notebook(entry.notebook, assignment, device="cpu")
        done = Done(graded.report.to_json(), as_json(graded.notebook))
        with meter.stage(_SAVE):
            recorder.record(entry, done)


def _alone(assignment: Assignment) -> tuple[float, float]:
    """Seconds of the reference's cells by themselves: on the clock, and of processors."""
    path = next(classes.submissions(assignment))
    done = subprocess.run(
        [sys.executable, "-m", "autograder.bench.alone", path], capture_output=True, text=True, check=True
    )
    found = [json.loads(line) for line in done.stdout.splitlines()]
    return median([each["wall"] for each in found]), median([each["busy"] for each in found])


def _busy() -> float:
    """Seconds that all processors have worked since the machine was started."""
    times = psutil.cpu_times()
    # A guest's time is its user's as well; what the host of a virtual machine took away, nobody worked in.
    others = ("idle", "iowait", "guest", "guest_nice", "steal")
    return float(sum(times) - sum(getattr(times, name, 0.0) for name in others))


def _idle(seconds: float = 3.0) -> float:
    """How busy the machine is while nobody grades: processors."""
    time.sleep(1.0)  # what was just ended is cleared away
    before = _busy()
    time.sleep(seconds)
    return (_busy() - before) / seconds
