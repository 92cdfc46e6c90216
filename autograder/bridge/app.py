"""The Jupyter kernel that student code runs in: ipykernel on sockets that were bound outside and handed over.

No port is opened, no file is written for others to find: four channels, no heartbeat, and forked
children of the student's print through a socket in the kernel's own temporary folder.
"""

from __future__ import annotations

import importlib
import logging
import os
import secrets
import select
import socket
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import ipykernel.iostream
import ipykernel.kernelapp
import zmq
from ipykernel.iostream import PIPE_BUFFER_SIZE, IOPubThread, OutStream
from ipykernel.ipkernel import IPythonKernel
from ipykernel.kernelapp import IPKernelApp
from ipykernel.zmqshell import ZMQInteractiveShell
from traitlets.config import Config
from zmq.eventloop.zmqstream import ZMQStream

from autograder.bridge import child, rehearsal

#: What ipykernel and IPython import only when a kernel starts or runs its first cell.
_LATE = (
    *("ipykernel.debugger", "IPython.core.completerlib", "IPython.core.debugger", "IPython.core.oinspect"),
    *("IPython.core.logger", "IPython.extensions.storemagic", "tornado.platform.asyncio", "faulthandler"),
)
_SETTINGS = {
    "IPythonKernel": {"_execute_sleep": 0.0},  # for clients that do not wait for the end of a cell's outputs
    "IPKernelApp": {"quiet": True},
    "Application": {"log_level": "CRITICAL"},
    "HistoryManager": {"enabled": False},
    "BaseIPythonApplication": {"ignore_cwd": True},
}
_DRY_LOOKS, _DRY_PAUSE = 20, 0.0005  # how often, and for how many seconds, a flush waits for what is in a pipe


class _PipedThread(IOPubThread):
    """Carries what forked children print over a unix socket, where ipykernel would open a port.

    What is to be sent is handed to the thread's own event loop, where ipykernel would wake it by a message.
    """

    def schedule(self, f: Callable[[], Any]) -> None:
        if not self.thread.is_alive():  # in a forked child
            f()
            return
        self._events.append(f)
        self.io_loop.asyncio_loop.call_soon_threadsafe(self._handle_event, None)  # type: ignore[attr-defined]

    def _setup_pipe_in(self) -> None:
        self._pipe_uuid = os.urandom(16)
        self._pipe_path = f"ipc://{os.environ['TMPDIR']}/.print-{secrets.token_hex(4)}"
        pipe_in = self.socket.context.socket(zmq.PULL)
        pipe_in.linger = 0
        pipe_in.bind(self._pipe_path)
        self._pipe_in = ZMQStream(pipe_in, self.io_loop)
        self._pipe_in.on_recv(self._handle_pipe_msg)

    def _setup_pipe_out(self) -> tuple[Any, Any]:
        context = zmq.Context()
        pipe_out = context.socket(zmq.PUSH)
        pipe_out.linger = 3000
        pipe_out.connect(self._pipe_path)
        return context, pipe_out


class _Stream(OutStream):
    """Is flushed where there is something to flush: ipykernel flushes four times a cell, and waits for it each time.

    What is written past Python (by a subprocess, or in C) comes through a pipe that a thread reads. A flush takes in
    what is there, so that it stands below the cell that wrote it.
    """

    def __init__(self, *args: Any, **settings: Any) -> None:
        self._taking = threading.Lock()  # held from the moment when bytes leave the pipe until they are in the buffer
        super().__init__(*args, **settings)  # type: ignore[no-untyped-call]

    def flush(self) -> None:
        if self._fid is not None and os.getpid() == self._master_pid:  # in a fork, nobody reads the pipe
            self._take_in(self._fid)
        if self._flush_pending or self._buffers:
            super().flush()  # type: ignore[no-untyped-call]

    def _take_in(self, pipe: int) -> None:
        for _ in range(_DRY_LOOKS):
            with self._taking:
                if not _is_readable(pipe, 0):
                    return
            time.sleep(_DRY_PAUSE)

    def _watch_pipe_fd(self) -> None:
        pipe: int = self._fid  # type: ignore[assignment] # it was just made
        with suppress(Exception):  # student code closed a descriptor
            while self._should_watch and _is_readable(pipe, None):
                with self._taking:
                    taken = os.read(pipe, PIPE_BUFFER_SIZE)
                    self.write(taken.decode(errors="replace"))
                os.write(self._original_stdstream_copy, taken)


def _is_readable(pipe: int, milliseconds: int | None) -> bool:
    """Whether there is something in a pipe, or comes in time."""
    looks = select.poll()
    looks.register(pipe, select.POLLIN)
    return any(event & select.POLLIN for _, event in looks.poll(milliseconds))


def _as_shown(shell: ZMQInteractiveShell, exception: BaseException, *_: Any, **__: Any) -> dict[str, Any]:
    """An exception for IPython's history, in the words that were just shown: it would look for them once more."""
    return {"ename": type(exception).__name__, "evalue": str(exception), "traceback": shell._last_traceback or []}


class _NoSubshells:
    """In place of a thread that reads the shell channel for subshells: here messages are read where cells run."""

    def __init__(self, *_: Any, **__: Any) -> None:
        self.parent_thread = threading.current_thread()

    def __bool__(self) -> bool:
        return False


class _Kernel(IPythonKernel):
    """Forks a snapshot of itself where the grader asks for one, or lets itself be checked in place."""

    requests: socket.socket
    _supports_kernel_subshells = False

    def _publish_status(self, status: str, channel: str, parent: Any = None) -> None:
        if status != "busy":  # nobody waits for that
            super()._publish_status(status, channel, parent)  # type: ignore[no-untyped-call]

    async def do_execute(self, code: str, *args: Any, **kwargs: Any) -> dict[str, Any]:
        if code not in (child.SNAPSHOT, child.IN_PLACE):
            reply: dict[str, Any] = await super().do_execute(code, *args, **kwargs)  # type: ignore[no-untyped-call]
            return reply
        serve = child.take_snapshot if code == child.SNAPSHOT else child.answer_in_place
        serve(self.requests, self.shell.user_ns if self.shell else {})
        return {"status": "ok", "execution_count": 0, "payload": [], "user_expressions": {}}


class _App(IPKernelApp):
    """ipykernel's application, started from what was handed over instead of a connection file."""

    def __init__(self, channels: list[int], **settings: Any) -> None:
        super().__init__(**settings)  # type: ignore[no-untyped-call]
        self._channels = dict(zip(("shell", "iopub", "stdin", "control"), channels, strict=True))

    def _bind_socket(self, s: Any, port: int) -> int:
        """Takes the next channel's listening socket over; the path is for libzmq's books only."""
        name = next(name for name in self._channels if getattr(self, f"{name}_socket", None) is s)
        s.setsockopt(zmq.USE_FD, self._channels[name])
        s.bind(f"ipc://{name}")
        return 0

    def init_control(self, context: Any) -> None:
        super().init_control(context)  # type: ignore[no-untyped-call]
        # A debugger's way to the shell channel: that path is not in this world, and there is no debugger.
        self.debug_shell_socket.disconnect(self.shell_socket.getsockopt(zmq.LAST_ENDPOINT))

    def parse_command_line(self, argv: Any = None) -> None:
        """There is none; to read it would take each kernel 10 ms."""

    def init_connection_file(self) -> None:
        """There is none."""

    def write_connection_file(self, **_: Any) -> None:
        """There is none."""

    def init_heartbeat(self) -> None:
        """The grader sees the process itself."""

    def init_crash_handler(self) -> None:
        """Nobody reads this process's stderr."""


def warm_up() -> None:
    """Imports, once for all kernels, what ipykernel would import in each of them, and leaves its debugger out."""
    sys.modules["debugpy"] = None  # type: ignore[assignment] # as if it were not installed: it takes 100 ms
    for name in _LATE:
        importlib.import_module(name)
    del sys.modules["debugpy"]
    child.warm_up()
    rehearsal.rehearse()


def run(order: dict[str, Any], descriptors: list[int]) -> None:
    """Runs a kernel until it is ended.

    Args:
        order: `key`, with which messages are signed (student code can read it: it proves nothing).
        descriptors: listening sockets of shell, iopub, stdin and control, and the line that snapshots are asked on.
    """
    child.hide_grader()
    # There are no settings for these.
    vars(ipykernel.kernelapp).update(IOPubThread=_PipedThread, ShellChannelThread=_NoSubshells)
    vars(ipykernel.iostream)["OutStream"] = _Stream
    setattr(ZMQInteractiveShell, "_format_exception_for_storage", _as_shown)  # noqa: B010 - of another type
    _Kernel.requests = socket.socket(fileno=descriptors[4])
    settings = {**_SETTINGS, "Session": {"key": order["key"].encode()}}
    app = _App.instance(
        descriptors[:4], kernel_class=_Kernel, transport="ipc", ip="handed-over", config=Config(settings)
    )
    app.initialize([])  # type: ignore[no-untyped-call]
    app.log.setLevel(logging.CRITICAL)  # its handlers drop what is less, but only when it has been put together
    app.start()  # type: ignore[no-untyped-call]
