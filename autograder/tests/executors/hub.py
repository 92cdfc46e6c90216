"""A real scheduler and real workers, each a process of its own, for the tests of the cluster."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from types import TracebackType
from typing import Self

import psutil

from autograder.executors.cluster import ClusterPool

SECONDS = 60.0  #: that any of them is given to do what is waited for
WORKER = [sys.executable, "-c", "from autograder.worker_command import worker; worker()"]
#: A lost worker is noticed within seconds, and not minutes; Dask takes no less than 11 s for the first of them.
QUICK = {"DASK_DISTRIBUTED__COMM__TIMEOUTS__TCP": "12s", "DASK_DISTRIBUTED__SCHEDULER__WORKER_TTL": "12s"}


class Started:
    """A process of ours, and what it says; a context manager that ends it."""

    def __init__(self, command: Sequence[str], log: Path, environment: Mapping[str, str] | None = None) -> None:
        self._log = log
        with log.open("wb") as output:
            self.process = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                cwd=log.parent,
                env={**os.environ, **(environment or {})},
                start_new_session=True,
            )

    @property
    def said(self) -> str:
        """What it has said so far."""
        return self._log.read_text()

    def wait_for(self, words: str) -> None:
        """Waits until it has said so."""
        until(lambda: words in self.said or self.process.poll() is not None)
        assert words in self.said, self.said

    def slots(self) -> list[psutil.Process]:
        """The processes of its slots."""
        return [
            each for each in psutil.Process(self.process.pid).children() if "autograder.executors" in each.cmdline()
        ]

    def end(self, number: signal.Signals = signal.SIGTERM) -> int:
        """Ends it; gives its exit code."""
        with suppress(ProcessLookupError):
            self.process.send_signal(number)
        return self.process.wait(SECONDS)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            self.end()
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        if error is not None:
            sys.stderr.write(f"--- {self._log.name}\n{self.said}\n")


def until(condition: Callable[[], object], seconds: float = SECONDS) -> None:
    """Waits until a condition holds."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it did not come to that"
        time.sleep(0.05)


@contextmanager
def scheduler(
    folder: Path, *options: str, host: str = "127.0.0.1", environment: Mapping[str, str] | None = None
) -> Iterator[str]:
    """A scheduler; gives its address."""
    file = folder / "scheduler.json"
    fixed = ["--host", host, "--port", "0", "--no-dashboard", "--scheduler-file", str(file)]
    command = [sys.executable, "-m", "distributed.cli.dask_scheduler", *fixed, *options]
    with Started(command, folder / "scheduler.log", environment) as running:
        until(lambda: (file.exists() and file.read_text()) or running.process.poll() is not None)
        assert running.process.poll() is None, running.said
        yield str(json.loads(file.read_text())["address"])


def worker(
    folder: Path,
    address: str,
    *options: str,
    name: str = "one",
    command: Sequence[str] = WORKER,
    environment: Mapping[str, str] | None = None,
) -> Started:
    """`autograder worker`, in a folder of its own that is no course."""
    home = folder / name
    home.mkdir(exist_ok=True)
    return Started([*command, address, "--name", name, *options], home / "log", environment)


def wait_for_slots(pool: ClusterPool, slots: int) -> None:
    """Waits until the pool knows of so many."""
    until(lambda: pool.slots == slots)
