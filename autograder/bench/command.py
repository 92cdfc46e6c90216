"""`autograder grade` as a user runs it, watched from outside."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import psutil

from autograder.course import Course

_MEGABYTE = 2**20


@dataclass
class Watched:
    """One run.

    Attributes:
        seconds: of the whole command.
        ends: when each submission was over, in seconds after the start.
        memory: megabytes of the main process at each of these moments.
        main: seconds of processor time that it had had by then; beside: the same of another process, if there was one.
    """

    seconds: float = 0.0
    ends: list[float] = field(default_factory=list)
    memory: list[float] = field(default_factory=list)
    main: list[float] = field(default_factory=list)
    beside: list[float] = field(default_factory=list)

    @property
    def each(self) -> float:
        """Seconds for one submission, start included."""
        return self.seconds / len(self.ends)

    def going(self, since: float = 0.25, until: float = 1.0) -> float:
        """Seconds for one submission between two parts of the class."""
        return self.grown(self.ends, since, until)

    def grown(self, values: Sequence[float], since: float = 0.25, until: float = 1.0) -> float:
        """By how much one of the lists grew with a submission between two parts of the class."""
        first, last = int(since * len(values)), int(until * len(values)) - 1
        return (values[last] - values[first]) / (last - first)


def grade(course: Course, *options: str, beside: psutil.Process | None = None) -> Watched:
    """Grades what lies in a course.

    Args:
        options: of the command.
        beside: another process whose processor time is wanted.

    Raises:
        SystemExit: the command failed.
    """
    command = [sys.executable, "-P", "-m", "autograder", "grade", "--json-lines", *options]
    run, started = Watched(), time.monotonic()
    with subprocess.Popen(command, cwd=course.root, stdout=subprocess.PIPE, text=True) as process:
        main = psutil.Process(process.pid)
        for line in process.stdout or ():
            if json.loads(line)["event"] == "finished":
                run.ends.append(time.monotonic() - started)
                run.memory.append(main.memory_info().rss / _MEGABYTE)
                run.main.append(_busy(main))
                run.beside.append(_busy(beside) if beside else 0.0)
    run.seconds = time.monotonic() - started
    if process.returncode:
        raise SystemExit(f"`{' '.join(command)}` ended with {process.returncode}.")
    return run


def grade_anew(course: Course, *options: str, beside: psutil.Process | None = None) -> Watched:
    """The same, where nothing is known of an earlier run."""
    for made in ("autograded", ".autograder/results", ".autograder/reports"):
        shutil.rmtree(course.root / made, ignore_errors=True)
    return grade(course, *options, beside=beside)


def _busy(process: psutil.Process) -> float:
    """Seconds of processor time that it has had so far."""
    times = process.cpu_times()
    return float(times.user + times.system)


def size_of(path: Path) -> int:
    """Bytes of a file, or of all files in a folder."""
    files: Sequence[Path] = [each for each in path.rglob("*") if each.is_file()] if path.is_dir() else [path]
    return sum(each.stat().st_size for each in files if each.exists())
