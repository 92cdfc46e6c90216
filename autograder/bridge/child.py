r"""The side of the bridge that lives with student code: nothing here is trusted by the other side.

::

    kernel                 take_snapshot(): gets a listening socket, forks
    └── snapshot           one thread, torch on one thread; the namespace as it was at this graded cell
        └── worker         one per connection: answers requests on that namespace, then exits

A check thus sees what the kernel had when it reached the graded cell. A worker answers one check after another while
the judge finds nothing wrong with it: between them everything is put back, and where something has changed that cannot
be, the worker says so and is not asked again (`between.py`). A snapshot outlives the kernel: hidden inputs arrive only
when the kernel has ended and its outputs are final. When the control line closes, the workers end.
"""

from __future__ import annotations

import ctypes
import gc
import os
import select
import signal
import socket
import sys
from contextlib import ExitStack, redirect_stderr, redirect_stdout, suppress
from importlib.abc import MetaPathFinder
from typing import Any

from autograder.bridge import messages
from autograder.bridge.between import Start
from autograder.bridge.confine import confine
from autograder.bridge.messages import MalformedMessage, Next, Raised, Reply, Returned
from autograder.bridge.worker import Worker

#: What the grader sends in place of a graded cell's code; no notebook can hold a NUL.
SNAPSHOT = "\0snapshot"
IN_PLACE = "\0in place"  #: the same, where no fork may follow

_PR_SET_PDEATHSIG = 1  # <linux/prctl.h>


def serve(connection: socket.socket, namespace: dict[str, Any]) -> None:
    """Answers one check after another, until the other side closes, or sends what is no request.

    Whatever they changed in the namespace is put back after each, and after the last one.
    """
    start, worker, stream = Start(namespace), Worker(namespace), connection.makefile("rwb")
    try:
        while len(head := stream.read(messages.HEAD.size)) == messages.HEAD.size:
            size, nonce = messages.HEAD.unpack(head)
            request = messages.decode_request(stream.read(size))
            if isinstance(request, Next):
                worker.close()
                worker, body = Worker(namespace), messages.encode(Returned(start.is_back()))
            else:
                body = _body_of(worker.answer(request))
            stream.write(messages.frame(nonce, body))
            stream.flush()
    finally:
        worker.close()
        start.put_back()


def _body_of(reply: Reply) -> bytes:
    try:
        return messages.encode(reply)
    except MalformedMessage as error:
        return messages.encode(Raised("ValueError", f"what came back cannot be sent: {error}"))


def take_snapshot(requests: socket.socket, namespace: dict[str, Any]) -> None:
    """Receives a listening socket and a line to report on, and forks the server for it; returns in the kernel only."""
    _, (listener, report), _, _ = socket.recv_fds(requests, 1, 2)
    if os.fork() == 0:
        try:
            fork_server(socket.socket(fileno=listener), report, namespace)
        finally:
            os._exit(0)
    os.close(listener)
    os.close(report)


def answer_in_place(requests: socket.socket, namespace: dict[str, Any]) -> None:
    """Receives the same, and answers one session of checks in this very process: for what a fork would not survive.

    A GPU is such a thing: a process that was forked after CUDA was used cannot use it. So all checks of the session
    see one and the same process, one after another; names are put back after each. What is printed is lost.
    """
    _, (listening, report), _, _ = socket.recv_fds(requests, 1, 2)
    os.write(report, str(os.getpid()).encode())
    os.close(report)
    with ExitStack() as stack:
        nowhere = stack.enter_context(open(os.devnull, "w"))  # noqa: PTH123
        stack.enter_context(redirect_stdout(nowhere))
        stack.enter_context(redirect_stderr(nowhere))
        _session(stack.enter_context(socket.socket(fileno=listening)), namespace)


def _session(listener: socket.socket, namespace: dict[str, Any]) -> None:
    """Checks, until the control line that came first is closed."""
    control, _ = listener.accept()
    with control:
        control.recv(1)  # what it is for
        while True:
            ready, _, _ = select.select([listener, control], [], [])
            if control in ready and control.recv(1) == b"":
                return
            if listener in ready:
                connection, _ = listener.accept()
                _answer_one(connection, namespace)


def _answer_one(connection: socket.socket, namespace: dict[str, Any]) -> None:
    """One line's questions."""
    with connection, suppress(OSError, MalformedMessage):  # the check is over, or has given up
        connection.recv(1)  # what the line is for
        serve(connection, namespace)


def fork_server(listener: socket.socket, report: int, namespace: dict[str, Any]) -> None:
    """Runs in a fork of the kernel: one session of checks after another, until it is killed.

    Args:
        report: this process's number, written here, tells the grader that the snapshot is taken.
    """
    _calm_down(listener.fileno(), report)
    os.write(report, str(os.getpid()).encode())
    server = _Server(listener, namespace)
    while True:
        server.step()


class _Server:
    """One session after another: a control line, and one more fork for each further line while it is open.

    A line's first byte says which of the two it is: the order in which two of them are seen does not tell, for the
    next session may have begun before the end of the last one was seen.
    """

    def __init__(self, listener: socket.socket, namespace: dict[str, Any]) -> None:
        self._listener, self._namespace = listener, namespace
        self._control: socket.socket | None = None
        self._workers: list[int] = []

    def step(self) -> None:
        """Waits for the next that happens, and does it."""
        lines = [self._listener] + ([self._control] if self._control else [])
        ready, _, _ = select.select(lines, [], [])
        if self._control and _has_news(self._control):  # looked at anew: what it says came before the next line did
            self._kill_workers()  # whatever it says: a check ran out of time, or all are over
            if self._control.recv(1) == b"":
                self._follow(None)
        if self._listener in ready:
            self._welcome()

    def _welcome(self) -> None:
        connection, _ = self._listener.accept()
        purpose = connection.recv(1)
        if purpose == messages.CONTROL:
            self._kill_workers()
            self._follow(connection)
        elif purpose == messages.CHECK:
            self._fork_worker(connection)
        else:
            connection.close()

    def _follow(self, control: socket.socket | None) -> None:
        if self._control:
            self._control.close()
        self._control = control

    def _fork_worker(self, connection: socket.socket) -> None:
        server, pid = os.getpid(), os.fork()
        if pid:
            connection.close()
            self._workers.append(pid)
            return
        try:
            _die_with_parent(server)
            _close_all_but(connection.fileno())
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            confine()
            serve(connection, self._namespace)
        finally:
            os._exit(0)

    def _kill_workers(self) -> None:
        for pid in self._workers:
            with suppress(ProcessLookupError):  # it ended by itself
                os.kill(pid, signal.SIGKILL)
        self._workers.clear()


def _has_news(line: socket.socket) -> bool:
    return bool(select.select([line], [], [], 0)[0])


def _calm_down(*keep: int) -> None:
    """Makes a fork of a many-threaded kernel safe: torch on one thread, no inherited files, no output."""
    if "torch" in sys.modules:
        sys.modules["torch"].set_num_threads(1)  # first of all: without it a fork can hang in its first operation
    gc.freeze()  # a worker that collects garbage looks at its own, and copies no page of what was there before
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _close_all_but(*keep)
    nowhere = os.open(os.devnull, os.O_RDWR)
    for standard in (0, 1, 2):
        os.dup2(nowhere, standard)
    os.close(nowhere)
    # Not into memory, for a function may print for ever; and by a number that every worker keeps.
    sys.stdout, sys.stderr = os.fdopen(1, "w", closefd=False), os.fdopen(2, "w", closefd=False)


def _close_all_but(*keep: int) -> None:
    previous = 2
    for descriptor in sorted(keep):
        os.closerange(previous + 1, descriptor)
        previous = descriptor
    os.closerange(previous + 1, 65536)


def _die_with_parent(parent: int) -> None:
    """Asks Linux to kill this process when the one that forked it ends, however it ends."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:  # it ended before it could be asked
        os._exit(0)


def warm_up() -> None:
    """Loads, once for all kernels, what a device check would otherwise load anew in every fork (seconds each time)."""
    import torch
    from torch._subclasses.fake_tensor import FakeTensorMode

    with FakeTensorMode(allow_non_fake_inputs=True):
        scores = torch.nn.Linear(2, 2, device="meta")(torch.empty(2, 2, device="meta"))
        (scores @ scores.mT).masked_fill(scores > 0, 0.0).softmax(-1)


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
