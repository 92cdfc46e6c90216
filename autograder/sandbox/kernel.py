"""A kernel in a slot: started by a command of ours, spoken to over unix sockets."""

from __future__ import annotations

import asyncio
import os
import signal
import time
from typing import Any, cast

from jupyter_client.asynchronous.client import AsyncKernelClient
from jupyter_client.kernelspec import KernelSpec
from jupyter_client.manager import AsyncKernelManager
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionComplete, DeadKernelError
from nbformat import NotebookNode

from autograder.errors import KernelError
from autograder.sandbox import limits as sentences
from autograder.sandbox.channels import Client, drop_odd_outputs
from autograder.sandbox.slot import Slot
from autograder.sandbox.watchdog import Watchdog

_STARTUP_SECONDS = 60
_RESPONSE_SECONDS = 3.0
_FORK_SECONDS = 10.0


class KernelGone(Exception):
    """The kernel ended, or had to be ended, while a cell ran. `sentence` says why, for the student."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


class _CommandKernelManager(AsyncKernelManager):
    """A kernel manager that starts a given command and looks at no installed kernelspec."""

    command: tuple[str, ...] = ()

    @property
    def kernel_spec(self) -> KernelSpec:
        return KernelSpec(argv=list(self.command), display_name="Aandacht", language="python")


class _CellRunner(NotebookClient):
    """nbclient's cell execution with a cap on outputs.

    Args:
        output_bytes: what one cell may put out.
    """

    def __init__(self, notebook: NotebookNode, output_bytes: int, **options: Any) -> None:
        super().__init__(notebook, **options)
        self._output_bytes = output_bytes
        self._used: dict[int, int] = {}
        self.overflowed: set[int] = set()

    def process_message(self, msg: dict[str, Any], cell: NotebookNode, cell_index: int) -> NotebookNode | None:
        """Lets a message through as long as the cell's budget lasts; the kernel's state always passes."""
        try:
            if msg["msg_type"] != "status" and self._overflows(len(repr(msg["content"])), cell_index):
                return None
            result: NotebookNode | None = super().process_message(msg, cell, cell_index)
        except CellExecutionComplete:
            raise
        except Exception:  # noqa: BLE001 - student code can send anything; what is no output is not shown
            return None
        return result

    def _overflows(self, size: int, cell_index: int) -> bool:
        self._used[cell_index] = self._used.get(cell_index, 0) + size
        if self._used[cell_index] > self._output_bytes:
            self.overflowed.add(cell_index)
        return cell_index in self.overflowed


class Kernel:
    """A running kernel; cells are executed one by one.

    Args:
        notebook: its cells get the outputs.
        command: argv of the kernel, with "{connection_file}" in it.
    """

    def __init__(self, notebook: NotebookNode, slot: Slot, command: tuple[str, ...], device: str = "cpu") -> None:
        self._notebook, self._slot, self._command, self._device = notebook, slot, command, device
        self._struck = ""
        self._used = 0.0
        self._runner = _CellRunner(
            notebook,
            slot.limits.output_bytes,
            allow_errors=True,
            interrupt_on_timeout=True,
            timeout_func=self._seconds_left,
            error_on_timeout={"ename": "CellTimeoutError", "evalue": "", "traceback": []},
        )
        self.notices: list[str] = []

    async def start(self) -> None:
        """Starts the process and waits until it answers.

        Raises:
            KernelError: it does not.
        """
        manager = self._manager = _CommandKernelManager(
            client_factory=Client, transport="ipc", ip=str(self._slot.folder / "k")
        )
        manager.command = self._command
        manager.connection_file = str(self._slot.folder / "kernel.json")
        await manager.start_kernel(env=self._slot.environment(self._device), cwd=str(self._slot.home))
        self._runner.km, self._runner.kc = manager, manager.client()
        self._client.start_channels(stdin=False)  # input() has nobody to ask
        try:
            await self._client.wait_for_ready(timeout=_STARTUP_SECONDS)
        except RuntimeError as error:
            raise KernelError(f"No kernel could be started for the submission: {error}") from None
        self._watchdog = Watchdog(self.pid, self._slot.limits, self._strike)
        self._watchdog.__enter__()

    @property
    def pid(self) -> int:
        """The kernel's process."""
        provisioner: Any = self._manager.provisioner
        return int(provisioner.pid)

    @property
    def _client(self) -> AsyncKernelClient:
        client: Any = self._runner.kc
        return cast("AsyncKernelClient", client)

    async def execute(self, index: int) -> None:
        """Executes a cell; an exception in it is an output like any other.

        Raises:
            KernelGone: the kernel died in this cell, or did not come back from it.
        """
        cell = self._notebook.cells[index]
        if self._left() <= 0:
            self._say(sentences.NOT_REACHED, cell, seconds=self._slot.limits.submission_seconds)
            return
        started = time.monotonic()
        seconds = self._seconds_left(cell)
        try:
            await self._runner.async_execute_cell(cell, index, store_history=True)
        except DeadKernelError:
            raise KernelGone(self._why_gone(cell)) from None
        except Exception as error:
            raise KernelGone(sentences.DISTURBED.format(cell=cell.id)) from error
        finally:
            self._used += time.monotonic() - started
        if index in self._runner.overflowed:
            self._say(sentences.TOO_MUCH_OUTPUT, cell, megabytes=self._slot.limits.output_bytes / 2**20)
        if time.monotonic() - started >= seconds:
            sentence = self._say(sentences.OUT_OF_TIME, cell, seconds=seconds)
            if not await self._responds():
                raise KernelGone(sentence)

    async def send(self, code: str) -> bool:
        """Sends code that is no cell of the notebook; whether the kernel said that it ran it."""
        reply = await self._reply_to(self._client.execute(code, silent=True, store_history=False), _FORK_SECONDS)
        return reply is not None and reply["content"].get("status") == "ok"

    async def end(self) -> None:
        """Ends the kernel and everything that it started."""
        drop_odd_outputs(self._notebook)
        if self._runner.kc is None:
            return
        self._client.stop_channels()
        if hasattr(self, "_watchdog"):
            await asyncio.to_thread(self._watchdog.__exit__, None, None, None)
        self._slot.kill_processes()
        await self._manager.shutdown_kernel(now=True)

    def _left(self) -> float:
        """Seconds left for cells; what checks take between them is not the notebook's."""
        return self._slot.limits.submission_seconds - self._used

    def _seconds_left(self, cell: NotebookNode) -> float:
        return max(min(self._slot.limits.cell_seconds, self._left()), 0.1)

    def _strike(self, reason: str) -> None:
        self._struck = reason
        os.killpg(self.pid, signal.SIGKILL)

    def _why_gone(self, cell: NotebookNode) -> str:
        limits = self._slot.limits
        if self._struck == "memory":
            return sentences.OUT_OF_MEMORY.format(cell=cell.id, gigabytes=limits.memory_bytes / 2**30)
        if self._struck == "processes":
            return sentences.TOO_MANY_PROCESSES.format(cell=cell.id, processes=limits.processes)
        return sentences.KERNEL_ENDED.format(cell=cell.id)

    def _say(self, template: str, cell: NotebookNode, **fields: Any) -> str:
        sentence = template.format(cell=cell.id, **fields)
        self.notices.append(sentence)
        return sentence

    async def _responds(self) -> bool:
        return await self._reply_to(self._client.kernel_info(), _RESPONSE_SECONDS) is not None

    async def _reply_to(self, message_id: str, seconds: float) -> dict[str, Any] | None:
        deadline = time.monotonic() + seconds
        while (left := deadline - time.monotonic()) > 0:
            try:
                message: dict[str, Any] = await self._client.get_shell_msg(timeout=left)
            except Exception:  # noqa: BLE001 - queue.Empty, or a message that is none: both are no reply
                return None
            if message["parent_header"].get("msg_id") == message_id:
                return message
        return None
