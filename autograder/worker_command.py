"""`autograder worker`: this machine as a worker of a cluster, with one process for each slot.

::

    worker ─┬─ slot 1 ── joins the scheduler, grades one submission after another (`executors/slot.py`)
            ├─ slot 2      its input is a pipe that nobody else holds: when it ends, so does the slot
            └─ …       a slot that dies is started again, after a pause that grows

The lock is tried before anything is told to the scheduler.
"""

from __future__ import annotations

import json
import logging
import os
import select
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import FrameType

import click

from autograder.executors.local import PROCESSORS
from autograder.executors.order import LOST, REFUSED, TOLD, Order
from autograder.executors.tls import security, tls_options
from autograder.speech import speaks_plainly

_LOOK = 0.2  # seconds between two looks at the slots
_PAUSES = (1.0, 30.0)  # seconds before a slot is started again: after it worked, and at most
_ENDING = 20.0  # seconds for the slots to leave by themselves
_SOON = 10.0  # seconds in which a slot that finds the scheduler has joined
PATIENCE = 600.0  #: seconds that are spent on trying to join
_LONGEST = 65536

_READY = "{name}: {slots} of {slots} slots grade for {address}; {gpus} with a GPU. Ctrl-C ends it."
_AGAIN = "{name}: slot {slot} ended ({why}) and is started again."
_LEFT_OUT = "{name}: slot {slot} found that it must not be used, and stays out; run autograder doctor."
_ALL_GONE = "{name}: no slot is left."
_ALONE = "No slot could join {address} for {seconds:.0f} s; is the scheduler there?"
_NOT_YET = "{name}: no slot has joined {address} yet; they go on trying for {minutes:.0f} min."
_NOT_JOINED = "{name}: slot {slot} could not join {address}: {why}"

Say = Callable[[str], None]


@dataclass(frozen=True)
class Site:
    """What the slots of this machine have in common.

    Attributes:
        address: the scheduler's.
        name: of this worker, in the cluster and in messages.
        tls: the files of authority, certificate and key; empty names without TLS.
    """

    address: str
    name: str
    tls: tuple[str, ...] = ("", "", "")


class Slot:
    """One process, begun again when it dies."""

    def __init__(self, site: Site, number: int, *, gpu: bool, line: int) -> None:
        self._site, self.number, self._gpu, self._line = site, number, gpu, line
        self._starts, self._pause, self._next = 0, _PAUSES[0], 0.0
        self.process: subprocess.Popen[bytes] | None = None
        self.is_over = False

    def look(self) -> int | None:
        """Starts it when it is time to; gives the exit code when it has just ended."""
        if self.process is None:
            if not self.is_over and time.monotonic() >= self._next:
                self._start()
            return None
        status = self.process.poll()
        if status is not None:
            self._bury(status)
        return status

    def worked(self) -> None:
        """It has joined: the next pause is a short one again."""
        self._pause = _PAUSES[0]

    def leave(self) -> None:
        """Tells it to leave."""
        if self.process and self.process.stdin:
            self.process.stdin.close()

    def end(self, until: float) -> None:
        """Ends it by force where it has not left by then."""
        if self.process:
            try:
                self.process.wait(max(until - time.monotonic(), 0.0))
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()

    def _start(self) -> None:
        """In a session of its own: a Ctrl-C at the terminal is for us alone. No thread of torch's beside the slot's."""
        self._starts += 1
        order = Order(
            address=self._site.address,
            name=f"{self._site.name}-{self.number}.{self._starts}",
            slot=self.number,
            gpu=self._gpu,
            tls=self._site.tls,
            line=self._line,
            log=logging.getLogger().getEffectiveLevel(),
        )
        self.process = subprocess.Popen(
            [sys.executable, "-m", "autograder.executors", order.to_argument()],
            stdin=subprocess.PIPE,
            pass_fds=[self._line],
            start_new_session=True,
            env={**os.environ, "OMP_NUM_THREADS": "1"},
        )

    def _bury(self, status: int) -> None:
        self.leave()
        self.process = None
        self.is_over = status in (TOLD, REFUSED)
        self._next = time.monotonic() + self._pause
        self._pause = min(2 * self._pause, _PAUSES[1])


class Keeper:
    """Keeps the slots of this machine at work.

    Args:
        slots: how many; the first `gpus` of them say that they have a GPU.
        say: takes sentences for a person.
    """

    def __init__(self, site: Site, slots: int, gpus: int, say: Say) -> None:
        self._site, self._gpus, self._say = site, min(gpus, slots), say
        self._lines, theirs = os.pipe()
        self._ends = [self._lines, theirs]
        self._slots = {number: Slot(site, number, gpu=number <= gpus, line=theirs) for number in range(1, slots + 1)}
        self._joined: set[int] = set()
        self._alone_since = time.monotonic()
        self._is_told = self._was_ready = self._has_failed = self._said_not_yet = False

    def work(self) -> int:
        """Works until a signal comes, or no slot is left; gives the exit code."""
        with self._hearing_signals():
            try:
                while not self._is_told:
                    self._read_lines()
                    self._look_at_all()
                    if sentence := self._why_end():
                        self._say(sentence)
                        return int(self._has_failed)
            finally:
                self._end()
        return 0

    def _look_at_all(self) -> None:
        for number, slot in self._slots.items():
            status = slot.look()
            if status is None:
                continue
            had_joined = number in self._joined
            self._joined.discard(number)
            if status == REFUSED:
                self._has_failed = True
                self._say(_LEFT_OUT.format(name=self._site.name, slot=number))
            elif not slot.is_over and (had_joined or status != LOST):  # else it has said so itself
                self._say(_AGAIN.format(name=self._site.name, slot=number, why=_how(status)))
        if self._joined:
            self._alone_since = time.monotonic()

    def _why_end(self) -> str:
        """Why it is over, in a sentence; empty as long as it goes on."""
        if all(slot.is_over for slot in self._slots.values()):
            return _ALL_GONE.format(name=self._site.name)
        seconds = time.monotonic() - self._alone_since
        if seconds < PATIENCE:
            self._say_not_yet(seconds)
            return ""
        self._has_failed = True
        return _ALONE.format(address=self._site.address, seconds=seconds)

    def _say_not_yet(self, seconds: float) -> None:
        """Once for each time that all are out: it may be for a slip in the address, which nobody wants to wait for."""
        if seconds >= _SOON and not self._said_not_yet:
            minutes = PATIENCE / 60
            self._say(_NOT_YET.format(name=self._site.name, address=self._site.address, minutes=minutes))
        self._said_not_yet = seconds >= _SOON

    def _read_lines(self) -> None:
        """What the slots have to say; this is also where time is spent between two looks."""
        if not select.select([self._lines], [], [], _LOOK)[0]:
            return
        for line in os.read(self._lines, _LONGEST).splitlines():  # each was written at once, and is not torn
            told = json.loads(line)
            self._hear(told["slot"], told.get("failed", ""))

    def _hear(self, number: int, failed: str) -> None:
        if failed:
            words = {"name": self._site.name, "slot": number, "address": self._site.address, "why": failed.rstrip(".")}
            self._say(_NOT_JOINED.format(**words))
            return
        self._slots[number].worked()
        self._joined.add(number)
        if len(self._joined) == len(self._slots) and not self._was_ready:
            self._was_ready = True
            site = self._site
            self._say(_READY.format(name=site.name, slots=len(self._slots), address=site.address, gpus=self._gpus))

    def _end(self) -> None:
        """All slots leave at the same time."""
        for slot in self._slots.values():
            slot.leave()
        until = time.monotonic() + _ENDING
        for slot in self._slots.values():
            slot.end(until)
        for end in self._ends:
            os.close(end)

    @contextmanager
    def _hearing_signals(self) -> Iterator[None]:
        """Ctrl-C and TERM end the loop, and not what it is at."""
        before = {number: signal.signal(number, self._hear_signal) for number in (signal.SIGINT, signal.SIGTERM)}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)

    def _hear_signal(self, number: int, frame: FrameType | None) -> None:
        self._is_told = True


def _how(status: int) -> str:
    """How a process ended."""
    if status == LOST:
        return "the scheduler is out of reach, or took it for dead"
    return f"exit code {status}" if status >= 0 else signal.Signals(-status).name


def _files(*paths: Path | None) -> tuple[str, ...]:
    return tuple(str(path.resolve()) if path else "" for path in paths)


@click.command()
@click.argument("address", envvar="DASK_SCHEDULER_ADDRESS")
@click.option("--slots", type=click.IntRange(1), help="Submissions at a time; default one for each processor.")
@click.option("--name", help="What it is called in messages; default the machine's name.")
@tls_options
@click.option("--unsafe", is_flag=True, help="Join without trying the lock, for runs that say --unsafe themselves.")
@speaks_plainly
def worker(
    address: str,
    slots: int | None,
    name: str | None,
    tls_ca: Path | None,
    tls_cert: Path | None,
    tls_key: Path | None,
    unsafe: bool,
) -> None:
    """Grade submissions for whoever asks the Dask scheduler at ADDRESS (tcp://host:8786), until Ctrl-C.

    Needs neither a course nor a shared disk. The lock around student code is tried before joining.
    """
    from autograder.executors.fitness import find_gpus, make_sure_of_the_lock  # they bring torch along

    security(address, tls_ca, tls_cert, tls_key)
    if not unsafe:
        make_sure_of_the_lock()
    site = Site(address, name or f"{socket.gethostname()}-{os.getpid()}", _files(tls_ca, tls_cert, tls_key))
    sys.exit(Keeper(site, slots or PROCESSORS, find_gpus(), click.echo).work())
