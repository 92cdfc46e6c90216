r"""The side of the bridge that lives with student code: nothing here is trusted by the other side.

::

    kernel (main thread)   do_execute("\0fork <path>")   binds <path>, forks
    └── fork server        one thread, torch on one thread; one connection = one check = one more fork
        └── worker         answers requests on the student's namespace, then exits

A check thus sees the namespace as it was when the kernel reached its graded cell, and nothing that it
does is seen by the next check. The first connection is the control line: when it closes, all ends.

This module is started as the kernel (`python -m autograder.bridge.child -f <connection file>`), and it
imports nothing of ours but the messages and the worker.
"""

from __future__ import annotations

import ctypes
import io
import json
import os
import resource
import select
import signal
import socket
import sys
from importlib.abc import MetaPathFinder
from typing import Any

from autograder.bridge import messages
from autograder.bridge.messages import MalformedMessage, Raised
from autograder.bridge.worker import Worker

FORK_PREFIX = "\0fork "  #: what the grader sends in place of a graded cell's code; no notebook can hold a NUL

_PR_SET_PDEATHSIG, _PR_SET_CHILD_SUBREAPER = 1, 36  # <linux/prctl.h>
_servers: list[int] = []  # this kernel's fork servers


def serve(connection: socket.socket, worker: Worker) -> None:
    """Answers requests until the other side closes, or sends what is no request."""
    stream = connection.makefile("rwb")
    while head := stream.read(messages.HEAD.size):
        size, nonce = messages.HEAD.unpack(head)
        request = messages.decode_request(stream.read(size))
        try:
            body = messages.encode(worker.answer(request))
        except MalformedMessage as error:
            body = messages.encode(Raised("ValueError", f"what came back cannot be sent: {error}"))
        stream.write(messages.frame(nonce, body))
        stream.flush()


def fork_server(listener: socket.socket, namespace: dict[str, Any]) -> None:
    """Runs in a fork of the kernel: one more fork for each connection, until the control line closes."""
    _calm_down(listener.fileno())
    control, _ = listener.accept()
    workers: list[int] = []
    while True:
        ready, _, _ = select.select([listener, control], [], [])
        if control in ready and control.recv(1) == b"":
            break
        if control in ready:  # any byte: a check ran out of time, so whatever still runs is to end
            _kill(workers)
        if listener in ready:
            workers.append(_fork_worker(listener, control, namespace))
    _kill(workers)


def _fork_worker(listener: socket.socket, control: socket.socket, namespace: dict[str, Any]) -> int:
    connection, _ = listener.accept()
    server, pid = os.getpid(), os.fork()
    if pid:
        connection.close()
        return pid
    try:
        _die_with_parent(server)
        listener.close()
        control.close()
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        serve(connection, Worker(namespace))
    finally:
        os._exit(0)


def _calm_down(keep: int) -> None:
    """Makes a fork of a many-threaded kernel safe: torch on one thread, no inherited files, no output."""
    if "torch" in sys.modules:
        sys.modules["torch"].set_num_threads(1)  # first of all: without it a fork can hang in its first operation
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    os.closerange(3, keep)
    os.closerange(keep + 1, 65536)
    nowhere = os.open(os.devnull, os.O_RDWR)
    for standard in (0, 1, 2):
        os.dup2(nowhere, standard)
    sys.stdout, sys.stderr = io.StringIO(), io.StringIO()


def _die_with_parent(parent: int) -> None:
    """Asks Linux to kill this process when the one that forked it ends, however it ends."""
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:  # it ended before it could be asked
        os._exit(0)


def _kill(workers: list[int]) -> None:
    for pid in workers:
        try:
            os.kill(pid, signal.SIGKILL)
        except ProcessLookupError:
            continue  # it ended by itself
    workers.clear()


def start_fork(path: str, namespace: dict[str, Any]) -> None:
    """Binds a socket at `path` and forks the server that listens there; returns in the kernel only."""
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    listener.bind(path)
    listener.listen(8)
    _reap(_servers)
    kernel, server = os.getpid(), os.fork()
    if server == 0:
        try:
            _die_with_parent(kernel)
            fork_server(listener, namespace)
        finally:
            os._exit(0)
    _servers.append(server)
    listener.close()


def warm_up() -> None:
    """Loads, once per kernel, what a device check would otherwise load anew in every fork (seconds each time)."""
    import torch
    from torch._subclasses.fake_tensor import FakeTensorMode

    with FakeTensorMode(allow_non_fake_inputs=True):
        scores = torch.nn.Linear(2, 2, device="meta")(torch.empty(2, 2, device="meta"))
        (scores @ scores.mT).masked_fill(scores > 0, 0.0).softmax(-1)


def _reap(servers: list[int]) -> None:
    """Takes note of the fork servers that have ended, so that they do not stay behind as zombies."""
    for server in list(servers):
        try:
            ended, _ = os.waitpid(server, os.WNOHANG)
        except ChildProcessError:
            ended = server  # student code waited for it
        if ended:
            servers.remove(server)


def set_limits(limits: dict[str, int]) -> None:
    """Sets resource limits by name (`RLIMIT_DATA` …), soft and hard alike."""
    for name, value in limits.items():
        resource.setrlimit(getattr(resource, name), (value, value))


class _Hidden(MetaPathFinder):
    """Finds nothing of the grader's, so that its checks cannot be imported beside student code."""

    def find_spec(self, fullname: str, *_: object) -> None:
        if fullname.partition(".")[0] == "autograder":
            raise ModuleNotFoundError(f"No module named {fullname!r}", name=fullname)


def hide_grader() -> None:
    """Takes the grader out of what can be imported here; what is loaded of it goes on working."""
    for name in [name for name in sys.modules if name.partition(".")[0] == "autograder"]:
        del sys.modules[name]
    sys.meta_path.insert(0, _Hidden())


def main() -> None:
    """Starts an ipykernel whose graded cells fork instead of running."""
    set_limits(json.loads(os.environ.pop("AANDACHT_LIMITS", "{}")))
    from ipykernel.ipkernel import IPythonKernel
    from ipykernel.kernelapp import IPKernelApp

    class GradedKernel(IPythonKernel):
        async def do_execute(self, code: str, *args: Any, **kwargs: Any) -> dict[str, Any]:
            if not code.startswith(FORK_PREFIX):
                reply: dict[str, Any] = await super().do_execute(code, *args, **kwargs)  # type: ignore[no-untyped-call]
                return reply
            start_fork(code.removeprefix(FORK_PREFIX), self.shell.user_ns if self.shell else {})
            return {"status": "ok", "execution_count": 0, "payload": [], "user_expressions": {}}

    ctypes.CDLL(None).prctl(_PR_SET_CHILD_SUBREAPER, 1)  # daemons stay this kernel's, so that they end with it
    warm_up()
    hide_grader()
    IPKernelApp.launch_instance(kernel_class=GradedKernel)


if __name__ == "__main__":
    main()
