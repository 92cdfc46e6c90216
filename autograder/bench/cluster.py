"""How much of a worker's time a cluster makes use of: one and two workers on this machine, ten and a hundred estimated.

Beside each other in every round: the slots of one machine, and a real scheduler on 127.0.0.1 with real workers, one
process each. What counts is the rate after the first quarter of the class; efficiency is that rate, of as many times
the rate of one. Processor time is that of the grader's main process (intake, sending, gradebook) and that of the
scheduler, for one submission: all that cannot be spread.

The estimate: so many workers do so many times what the one did that was measured, until main process or scheduler,
whichever takes longer for one submission, has no time left. It takes for granted that each worker has a processor to
itself, and that network and disk keep up; so it is the most that is to be hoped for. On this machine grader, scheduler
and workers share the processors, which is why two workers may well fall short of it.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil
from rich.console import Console

from autograder.bench import classes
from autograder.bench.command import grade_anew
from autograder.bench.results import median, report
from autograder.course import Assignment

_MEASURED, _ESTIMATED = (1, 2), (10, 100)
_STARTING = 60.0  # seconds for a scheduler to say where it is
_PYTHON = [sys.executable, "-P", "-m"]
_HERE, _DASK = "this machine, {count} at a time", "Dask, {count} worker{s}"


@dataclass(frozen=True)
class Cost:
    """Seconds for one submission.

    Attributes:
        wall: on the clock.
        main: of the main process's processor time; scheduler: of the scheduler's, 0 where there is none.
    """

    wall: float
    main: float
    scheduler: float = 0.0

    @property
    def serial(self) -> float:
        """Of what cannot be spread, the part that takes longest."""
        return max(self.main, self.scheduler)


def run(name: str, count: int, rounds: int) -> Path:
    """Measures `count` submissions of an assignment of ours, or of the light one, each way in every round."""
    found: defaultdict[tuple[str, int], list[Cost]] = defaultdict(list)
    with tempfile.TemporaryDirectory() as scratch:
        assignment = classes.course_with(name, Path(scratch) / "course")
        classes.hand_in(assignment, count)
        for number in range(rounds):
            for workers in _MEASURED:
                Console(stderr=True).print(f"{name}: round {number + 1} of {rounds}: {workers} at a time")
                found[_HERE, workers].append(_graded(assignment, ["--workers", str(workers)]))
                found[_DASK, workers].append(_by_a_cluster(assignment, workers, Path(scratch)))
    costs = {way: _middle(each) for way, each in found.items()}
    title = f"Submissions of {name} a minute, going (medians of {rounds} rounds; a class of {count})"
    return report(f"cluster-{name}", title, _rows(costs), [_limit(costs[_DASK, 1])])


def _rows(costs: dict[tuple[str, int], Cost]) -> list[dict[str, Any]]:
    one = costs[_DASK, 1]
    rows = [_row(way, count, "measured", cost, costs[way, 1]) for (way, count), cost in _in_order(costs)]
    for count in _ESTIMATED:
        expected = Cost(max(one.wall / count, one.serial), one.main, one.scheduler)
        rows.append(_row(_DASK, count, "estimate", expected, one))
    return rows


def _in_order(costs: dict[tuple[str, int], Cost]) -> list[tuple[tuple[str, int], Cost]]:
    return sorted(costs.items(), key=lambda each: (each[0][0] == _DASK, each[0][1]))


def _row(way: str, count: int, how: str, cost: Cost, one: Cost) -> dict[str, Any]:
    return {
        "what": way.format(count=count, s="s" * (count > 1)),
        "how": how,
        "a minute": round(60 / cost.wall, 1),
        "efficiency, %": round(100 * one.wall / (count * cost.wall)),
        "main process, ms each": round(1000 * cost.main, 1),
        "scheduler, ms each": round(1000 * cost.scheduler, 1),
    }


def _limit(one: Cost) -> str:
    return (
        f"Estimate: one grader is busy with {one.wall / one.serial:.0f} such workers, at {60 / one.serial:.0f}"
        " submissions a minute; more of them would wait for it."
    )


def _middle(costs: Sequence[Cost]) -> Cost:
    return Cost(*(median([getattr(each, name) for each in costs]) for name in ("wall", "main", "scheduler")))


def _by_a_cluster(assignment: Assignment, workers: int, scratch: Path) -> Cost:
    with ExitStack() as stack:
        scheduler, address = stack.enter_context(_scheduler(scratch))
        for number in range(workers):
            stack.enter_context(_worker(address, f"worker{number + 1}", scratch))
        return _graded(assignment, ["--scheduler", address], scheduler)


def _graded(assignment: Assignment, options: list[str], scheduler: psutil.Process | None = None) -> Cost:
    """Grades the class; what one submission cost after the first quarter of it."""
    done = grade_anew(assignment.course, *options, beside=scheduler)
    return Cost(done.going(), done.grown(done.main), done.grown(done.beside))


@contextmanager
def _scheduler(folder: Path) -> Iterator[tuple[psutil.Process, str]]:
    """A scheduler, and its address."""
    file = folder / "scheduler.json"
    file.unlink(missing_ok=True)
    options = ["--host", "127.0.0.1", "--port", "0", "--no-dashboard", "--scheduler-file", str(file)]
    with _running([*_PYTHON, "distributed.cli.dask_scheduler", *options], folder, stderr=subprocess.DEVNULL) as process:
        end = time.monotonic() + _STARTING
        while not (file.exists() and file.read_text()):
            if process.poll() is not None or time.monotonic() > end:
                raise SystemExit("No scheduler could be started.")
            time.sleep(0.1)
        yield psutil.Process(process.pid), json.loads(file.read_text())["address"]


@contextmanager
def _worker(address: str, name: str, folder: Path) -> Iterator[None]:
    """A worker that has joined."""
    command = [*_PYTHON, "autograder", "worker", address, "--slots", "1", "--name", name]
    with _running(command, folder, stdout=subprocess.PIPE, text=True) as process:
        if not any("1 of 1 slots grade" in line for line in process.stdout or ()):
            raise SystemExit(f"{name} could not join {address}.")
        yield


@contextmanager
def _running(command: list[str], folder: Path, **options: Any) -> Iterator[subprocess.Popen[Any]]:
    with subprocess.Popen(command, cwd=folder, **options) as process:
        try:
            yield process
        finally:
            process.terminate()
