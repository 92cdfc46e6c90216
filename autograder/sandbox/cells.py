"""Executes cells: a request, what comes of it, and what ends it where it does not end by itself."""

from __future__ import annotations

import time

from nbformat import NotebookNode

from autograder.sandbox import limits as sentences
from autograder.sandbox.channels import Line, Message
from autograder.sandbox.limits import Limits
from autograder.sandbox.outputs import Outputs
from autograder.sandbox.process import Process

_LOOK_SECONDS = 0.25  # how soon it is seen that a kernel has ended
_LAST_SECONDS = 4.0  # for outputs that come behind the reply, or for a cell that was interrupted

#: Words in an exception, and the limit that they speak of.
_SIGNS = {
    "[Errno 28]": sentences.OUT_OF_DISK,
    "[Errno 122]": sentences.OUT_OF_DISK,
    "[Errno 27]": sentences.FILE_TOO_LARGE,
    "MemoryError": sentences.REFUSED_MEMORY,
    "not enough memory": sentences.REFUSED_MEMORY,
    "can't allocate memory": sentences.REFUSED_MEMORY,  # torch
    "[Errno 12]": sentences.REFUSED_MEMORY,
    "[Errno 11]": sentences.REFUSED_PROCESS,
    "can't start new thread": sentences.REFUSED_PROCESS,
    "[Errno 24]": sentences.REFUSED_FILES,
    "items of ancdata": sentences.REFUSED_FILES,
}


class KernelGone(Exception):
    """The kernel ended, or had to be ended, while a cell ran. `sentence` says why, for the student."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


class KernelDied(Exception):
    """The kernel ended while a cell ran."""


class CellRunner:
    """Executes cells of a notebook in a kernel, and keeps what they put out.

    ::

        request ─→ outputs … reply, idle      the cell ran: "idle" comes behind its last output
                   outputs … time is up       an interrupt; then the kernel has some seconds to become idle
                   nothing, the process ended KernelDied

    Args:
        limits: what each cell, and all of them, may put out.
    """

    def __init__(self, notebook: NotebookNode, limits: Limits, line: Line, process: Process) -> None:
        self._notebook, self._line, self._process = notebook, line, process
        self.outputs = Outputs(notebook, limits)
        self.timed_out: set[int] = set()
        self._ended: set[int] = set()

    async def execute(self, index: int, seconds: float) -> None:
        """Runs a cell, which then has its outputs; a blank one is not run.

        Raises:
            KernelDied: the kernel is gone.
            zmq.ZMQError: it cannot be asked.
        """
        if not self._notebook.cells[index].source.strip():
            return
        self.outputs.begin(index)
        sent = self._line.execute(self._notebook.cells[index].source)
        replied = await self._follow(sent, index, time.monotonic() + seconds, until_reply=True)
        if not replied:
            self.timed_out.add(index)
            self._process.interrupt()
        if index not in self._ended:
            await self._follow(sent, index, time.monotonic() + _LAST_SECONDS, until_reply=False)

    async def _follow(self, sent: str, index: int, until: float, *, until_reply: bool) -> bool:
        """Takes in what a cell puts out until the kernel has replied, or is idle again; whether that came in time."""
        while (left := until - time.monotonic()) > 0:
            message = await self._line.receive(min(left, _LOOK_SECONDS))
            if message is None and self._process.poll() is not None:
                raise KernelDied
            if message is None or message.parent != sent:
                continue
            if message.channel == "shell":
                if until_reply:
                    return True
            elif self._ends(message, index) and not until_reply:
                return True
        return False

    def _ends(self, message: Message, index: int) -> bool:
        """Takes in one message; whether the kernel says that the cell has come to its end."""
        self.outputs.take(message, index)
        if message.kind == "status" and message.content.get("execution_state") == "idle":
            self._ended.add(index)
        return index in self._ended

    def saw_the_end_of(self, index: int) -> bool:
        """Whether the kernel said, behind a cell's last output, that it was idle again (a blank cell is not run)."""
        return index in self._ended or not self._notebook.cells[index].source.strip()


def limit_behind(cell: NotebookNode) -> str:
    """The sentence of the limit that an exception in a cell's outputs speaks of; empty when it is none."""
    errors = [output for output in cell.outputs if output.get("output_type") == "error"]
    for error in errors:
        words = f"{error.get('ename')}: {error.get('evalue')}"
        for sign, sentence in _SIGNS.items():
            if sign in words:
                return sentence
    return ""
