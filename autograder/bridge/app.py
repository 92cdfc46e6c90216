"""The Jupyter kernel that student code runs in: ipykernel on sockets that were bound outside and handed over.

No port is opened, no file is written for others to find: four channels, no heartbeat, and forked
children of the student's print through a socket in the kernel's own temporary folder.
"""

from __future__ import annotations

import importlib
import os
import secrets
import socket
import sys
from typing import Any

import ipykernel.kernelapp
import zmq
from ipykernel.iostream import IOPubThread
from ipykernel.ipkernel import IPythonKernel
from ipykernel.kernelapp import IPKernelApp
from traitlets.config import Config
from zmq.eventloop.zmqstream import ZMQStream

from autograder.bridge import child

#: What ipykernel and IPython import only when a kernel starts or runs its first cell.
_LATE = (
    *("ipykernel.debugger", "IPython.core.completerlib", "IPython.core.debugger", "IPython.core.oinspect"),
    *("IPython.core.logger", "IPython.extensions.storemagic", "tornado.platform.asyncio", "faulthandler"),
)
_SETTINGS = {
    "IPKernelApp": {"quiet": True},
    "Application": {"log_level": "CRITICAL"},
    "HistoryManager": {"enabled": False},
    "BaseIPythonApplication": {"ignore_cwd": True},
}


class _PipedThread(IOPubThread):
    """Carries what forked children print over a unix socket, where ipykernel would open a port."""

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


class _Kernel(IPythonKernel):
    """Forks a snapshot of itself where the grader asks for one, or lets itself be checked in place."""

    requests: socket.socket

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


def run(order: dict[str, Any], descriptors: list[int]) -> None:
    """Runs a kernel until it is ended.

    Args:
        order: `key`, with which messages are signed (student code can read it: it proves nothing).
        descriptors: listening sockets of shell, iopub, stdin and control, and the line that snapshots are asked on.
    """
    child.hide_grader()
    vars(ipykernel.kernelapp)["IOPubThread"] = _PipedThread  # there is no setting for it
    _Kernel.requests = socket.socket(fileno=descriptors[4])
    settings = {**_SETTINGS, "Session": {"key": order["key"].encode()}}
    app = _App.instance(
        descriptors[:4], kernel_class=_Kernel, transport="ipc", ip="handed-over", config=Config(settings)
    )
    app.initialize([])  # type: ignore[no-untyped-call]
    app.start()  # type: ignore[no-untyped-call]
