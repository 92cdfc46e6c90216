"""A kernel in a slot: cells are executed, snapshots are taken at graded cells, and then it is over.

::

    start ─→ execute … snapshot … execute … ─→ finish: outputs are final, only the snapshots live
                                                       ─→ (they are checked) ─→ end: nothing lives
"""

from __future__ import annotations

import asyncio
import signal
import socket
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, closing
from functools import partial
from typing import Any, cast

import zmq
from nbformat import NotebookNode

from autograder.errors import KernelError
from autograder.sandbox import limits as sentences
from autograder.sandbox import process
from autograder.sandbox.cells import CellRunner, KernelDied, KernelGone, limit_behind
from autograder.sandbox.channels import Line, Message
from autograder.sandbox.manager import SlotKernelManager
from autograder.sandbox.process import Launcher
from autograder.sandbox.provisioner import LockProvisioner
from autograder.sandbox.slot import Slot
from autograder.sandbox.snapshot import Snapshot
from autograder.sandbox.watchdog import Watchdog

_STARTUP_SECONDS = 60.0
_RESPONSE_SECONDS = 3.0
_SNAPSHOT_SECONDS = 10.0
_ROOM = 2**20  # bytes of a message beyond what it shows
_MOST_WAITING = 100  # messages that wait to be read
_LOOK_SECONDS = 0.5  # how soon it is seen that a kernel has ended


class Kernel:
    """A running kernel; cells are executed one by one.

    Args:
        notebook: its cells get the outputs.
        entry: "module:function" of what runs in its process.
        ask: the code that makes the kernel take a snapshot, or answer in place.
        used: seconds of the submission's time that an earlier run took.
    """

    def __init__(
        self, notebook: NotebookNode, slot: Slot, launcher: Launcher, entry: str, ask: str, used: float = 0.0
    ) -> None:
        self._notebook, self._slot, self._ask = notebook, slot, ask
        self.used = used
        self._snapshots: list[Snapshot] = []
        self._manager = SlotKernelManager(connection_file=str(slot.folder / "kernel.json"))
        self._manager.slot, self._manager.launcher, self._manager.entry = slot, launcher, entry
        self.notices: list[str] = []

    async def start(self) -> None:
        """Starts the process and waits until it answers.

        Raises:
            KernelError: it does not.
        """
        try:
            await self._manager.start_kernel()
        except KernelError:
            raise
        except Exception as error:
            reason = str(error).rstrip(".")
            raise KernelError(
                f"No kernel could be started for the submission: {reason}; is it installed whole (`make setup`)?"
            ) from error
        self._watchdog = Watchdog(self.process, self._slot.limits, lambda: {each.pid for each in self._snapshots})
        self._watchdog.__enter__()
        self._line = self._connected()
        self._runner = CellRunner(self._notebook, self._slot.limits, self._line, self.process)
        asked = partial(self._line.send, "kernel_info_request")
        if not (await self._welcomed(_STARTUP_SECONDS) and await self._ask_for(asked, _STARTUP_SECONDS)):
            raise KernelError("A kernel was started for the submission, but it does not answer; run autograder doctor.")

    def _connected(self) -> Line:
        """A message is read whole before anybody looks at it: larger ones than any may be end the line instead."""
        return Line(
            self._slot.channel_prefix,
            self._provisioner.key,
            most_bytes=self._slot.limits.output_bytes + _ROOM,
            most_waiting=_MOST_WAITING,
            seconds=_RESPONSE_SECONDS,
        )

    async def _listen_again(self) -> None:
        """A new line for outputs, where the old one broke."""
        self._line.listen_again()
        await self._welcomed(_RESPONSE_SECONDS)

    async def _welcomed(self, seconds: float) -> bool:
        """Waits for the kernel to say that it heard of our subscription: nothing it puts out is lost from here on."""
        return await self._comes(lambda message: message.kind == "iopub_welcome", seconds)

    @property
    def _provisioner(self) -> LockProvisioner:
        return cast("LockProvisioner", self._manager.provisioner)

    @property
    def process(self) -> process.Process:
        """The kernel's process."""
        return cast("process.Process", self._provisioner.process)

    async def execute(self, index: int) -> None:
        """Executes a cell; an exception in it is an output like any other.

        Raises:
            KernelGone: the kernel died in this cell, or a snapshot did, or it did not come back from it.
        """
        cell = self._notebook.cells[index]
        if self._left() <= 0:
            self._say(sentences.NOT_REACHED, cell, seconds=self._slot.limits.submission_seconds)
            return
        started = time.monotonic()
        seconds = self._seconds_left(cell)
        try:
            await self._runner.execute(index, seconds)
        except KernelDied:
            raise KernelGone(self._why_gone(cell)) from None
        except Exception as error:
            raise KernelGone(sentences.DISTURBED.format(cell=cell.id)) from error
        finally:
            self.used += time.monotonic() - started
        self._say_what_struck(cell, index)
        if index in self._runner.timed_out:
            sentence = self._say(sentences.OUT_OF_TIME, cell, seconds=seconds)
            if not await self._responds():
                raise KernelGone(sentence)
        if not self._runner.saw_the_end_of(index):
            self._say(sentences.LOST_OUTPUT, cell, megabytes=self._slot.limits.output_bytes / 2**20)
            await self._listen_again()
        if any(snapshot.has_fallen for snapshot in self._snapshots):
            raise KernelGone(self._why_gone(cell, sentences.PROCESSES_ENDED))

    async def snapshot(self) -> Snapshot:
        """Has the kernel fork; where it does not, nobody will answer at the snapshot's socket."""
        path, listener = self._slot.bind_fork()
        snapshot = Snapshot(path)
        self._snapshots.append(snapshot)
        with listener:
            self._hand_over(listener, snapshot)
        reply = await self._ask_for(partial(self._line.execute, self._ask, silent=True))
        await asyncio.to_thread(snapshot.wait, _RESPONSE_SECONDS if reply else 0.0)
        return snapshot

    @asynccontextmanager
    async def in_place(self) -> AsyncIterator[Snapshot]:
        """Lets the kernel itself answer checks, for as long as this lasts; it was made to be asked so.

        Raises:
            KernelGone: it did not come back from them.
        """
        path, listener = self._slot.bind_fork()
        place = Snapshot(path)
        with listener, closing(place):
            self._hand_over(listener, place)
            try:
                sent = self._line.execute(self._ask, silent=True)
            except zmq.ZMQError:
                raise KernelGone(sentences.GONE_IN_CHECKS) from None
            await asyncio.to_thread(place.wait, _SNAPSHOT_SECONDS)
            yield place
        if not await self._replies_to(sent, _RESPONSE_SECONDS):
            raise KernelGone(sentences.GONE_IN_CHECKS)

    def _hand_over(self, listener: socket.socket, snapshot: Snapshot) -> None:
        line = self._provisioner.snapshots
        line.setblocking(False)
        try:
            socket.send_fds(line, [b"s"], [listener.fileno(), snapshot.theirs.fileno()])
        except OSError:
            return  # student code closed the other end, or never reads it: no snapshot, and no answers

    async def finish(self) -> None:
        """Makes the outputs final: the kernel ends, and all that it started but the snapshots."""
        if hasattr(self, "_runner"):
            self._runner.outputs.drop_odd()
            await asyncio.to_thread(self._end_all_but_snapshots)

    def _end_all_but_snapshots(self) -> None:
        if not process.end_family(self.process, {snapshot.pid for snapshot in self._snapshots}):
            self.process.end()  # something breeds faster than it can be killed: then nothing is checked

    async def end(self) -> None:
        """Ends everything; `finish` comes first where outputs matter."""
        if hasattr(self, "_watchdog"):
            await asyncio.to_thread(self._watchdog.__exit__, None, None, None)
        for snapshot in self._snapshots:
            snapshot.close()
        if self._manager.provisioner is not None and self._manager.has_kernel:
            await self._manager.shutdown_kernel(now=True)
        if hasattr(self, "_line"):
            self._line.close()

    def take_strike(self, template: str, **fields: Any) -> None:
        """Notes that the watchdog had to strike since it was last asked, if it had."""
        reason = self._watchdog.take()
        if reason:
            self.notices.append(template.format(reason=self._in_words(reason), **fields))

    def _left(self) -> float:
        """Seconds left for cells; what checks take is not the notebook's."""
        return self._slot.limits.submission_seconds - self.used

    def _seconds_left(self, cell: NotebookNode) -> float:
        return max(min(self._slot.limits.cell_seconds, self._left()), 0.1)

    def _why_gone(self, cell: NotebookNode, otherwise: str = sentences.KERNEL_ENDED) -> str:
        reason = self._watchdog.take()
        if reason:
            return sentences.STRUCK.format(cell=cell.id, reason=self._in_words(reason))
        if self.process.poll() == -signal.SIGXCPU:
            seconds = self._slot.limits.processor_seconds
            return sentences.OUT_OF_PROCESSOR_TIME.format(cell=cell.id, seconds=seconds)
        return otherwise.format(cell=cell.id)

    def _in_words(self, reason: str) -> str:
        limits = self._slot.limits
        if reason == "memory":
            return sentences.TOO_MUCH_MEMORY.format(gigabytes=limits.memory_bytes / 2**30)
        return sentences.TOO_MANY_PROCESSES.format(processes=limits.processes)

    def _say_what_struck(self, cell: NotebookNode, index: int) -> None:
        limits = self._slot.limits
        if index in self._runner.outputs.overflowed:
            template = sentences.ALL_OUTPUT if self._runner.outputs.has_said_all else sentences.TOO_MUCH_OUTPUT
            largest = limits.all_output_bytes if self._runner.outputs.has_said_all else limits.output_bytes
            self._say(template, cell, megabytes=largest / 2**20)
        if template := limit_behind(cell):
            self._say(template, cell, **limits.in_words())
        if reason := self._watchdog.take():
            self._say(sentences.STRUCK, cell, reason=self._in_words(reason))

    def _say(self, template: str, cell: NotebookNode, **fields: Any) -> str:
        sentence = template.format(cell=cell.id, **fields)
        self.notices.append(sentence)
        return sentence

    async def _responds(self) -> bool:
        return await self._ask_for(partial(self._line.send, "kernel_info_request"), _RESPONSE_SECONDS)

    async def _ask_for(self, request: Callable[[], str], seconds: float = _SNAPSHOT_SECONDS) -> bool:
        """Whether a request that is sent now is replied to: not where it cannot be sent, or nothing comes back."""
        try:
            sent = request()
        except zmq.ZMQError:
            return False
        return await self._replies_to(sent, seconds)

    async def _replies_to(self, request: str, seconds: float) -> bool:
        """Whether a request is replied to in time; what the kernel puts out meanwhile is nobody's."""
        return await self._comes(lambda message: (message.channel, message.parent) == ("shell", request), seconds)

    async def _comes(self, is_it: Callable[[Message], bool], seconds: float) -> bool:
        """Whether such a message comes in time, and before the kernel ends."""
        until = time.monotonic() + seconds
        while (left := until - time.monotonic()) > 0:
            message = await self._line.receive(min(left, _LOOK_SECONDS))
            if message is None and self.process.poll() is not None:
                return False
            if message is not None and is_it(message):
                return True
        return False
