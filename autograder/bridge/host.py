"""The trusted side of the bridge: asks, waits no longer than allowed, believes nothing.

`Connection` has one method that matters, `ask`; `SocketConnection` reaches a student's process and
`LocalConnection` a worker in this one (for reference solutions and for tests). Both send real messages.
"""

from __future__ import annotations

import math
import secrets
import socket
import time
from pathlib import Path
from typing import Protocol

from autograder.bridge import messages
from autograder.bridge.messages import MalformedMessage, Reply, Request
from autograder.bridge.worker import Worker
from autograder.errors import CallCrashed, CallTimeout

MAX_REPLIES = 256 * 2**20  #: bytes in all replies to one check, which it may hold all at once
_CONNECT_SECONDS = 5.0


class Connection(Protocol):
    """A line to student code."""

    def ask(self, request: Request) -> Reply:
        """The reply to a request.

        Raises:
            CallTimeout: none came in time.
            CallCrashed: the other side is gone, or what came is no reply.
            MalformedMessage: the request itself cannot be sent, which is the grader's fault.
        """

    def close(self) -> None:
        """Ends the line; the process behind it ends too."""


class LocalConnection:
    """A line to a worker in this very process, through the same encoded messages."""

    def __init__(self, worker: Worker) -> None:
        self._worker = worker

    def ask(self, request: Request) -> Reply:
        """The worker's reply; see `Connection.ask`."""
        received = messages.decode_request(messages.encode(request))
        try:
            return messages.decode_reply(messages.encode(self._worker.answer(received)))
        except MalformedMessage as error:
            raise CallCrashed(str(error)) from None

    def close(self) -> None:
        """Nothing to end."""


class SocketConnection:
    """A line to a fork of the student's kernel, for one check and then for others; see `renew`.

    Args:
        path: the fork server's socket.
        seconds: time for one call, from the request's first byte to the reply's last.
        until: when all calls together have to be over, on the monotonic clock.
    """

    def __init__(self, path: Path, seconds: float, until: float = math.inf) -> None:
        self._seconds, self._until = seconds, until
        self._bytes_left = MAX_REPLIES
        self._socket = connect(path, messages.CHECK, until - time.monotonic())

    def ask(self, request: Request) -> Reply:
        """The student's reply; see `Connection.ask`."""
        body = messages.encode(request)  # what fails here is the grader's own fault
        nonce, started = secrets.token_bytes(messages.NONCE), time.monotonic()
        deadline = min(started + self._seconds, self._until)
        try:
            self._refuse_unasked()
            self._send(messages.frame(nonce, body), deadline)
            reply = messages.decode_reply(self._answer(nonce, deadline))
            self._refuse_second()
        except TimeoutError:
            raise CallTimeout(round(max(deadline - started, 0.0), 1)) from None
        except (OSError, MalformedMessage) as error:
            raise CallCrashed(str(error)) from None
        return reply

    def renew(self, until: float) -> bool:
        """Has the other side made ready for another check; whether that one finds what the first one found.

        Args:
            until: when all calls of that check together have to be over.

        Raises:
            CallTimeout, CallCrashed: see `Connection.ask`.
        """
        self._until, self._bytes_left = until, MAX_REPLIES
        reply = self.ask(messages.Next())
        return isinstance(reply, messages.Returned) and reply.value is True

    def _refuse_unasked(self) -> None:
        """What is there before a question is no answer to it."""
        waiting = self._waiting()
        if waiting is not None:
            raise CallCrashed("it answered before it was asked" if waiting else "it ended before it was asked")

    def _refuse_second(self) -> None:
        """One question, one answer; what comes later than this meets the next question."""
        if self._waiting():
            raise CallCrashed("more came back than one answer")

    def _waiting(self) -> bytes | None:
        """A byte that has arrived (it stays there), none at all from a peer that is gone, or None."""
        self._socket.settimeout(0)
        try:
            return self._socket.recv(1, socket.MSG_PEEK)
        except BlockingIOError:
            return None

    def _send(self, data: bytes, deadline: float) -> None:
        view = memoryview(data)
        while view:
            self._wait(deadline)
            view = view[self._socket.send(view) :]

    def _answer(self, nonce: bytes, deadline: float) -> bytearray:
        """The body of the reply to that request; nothing is set aside for it before its length is known to be fair."""
        size, echoed = messages.HEAD.unpack(self._receive(messages.HEAD.size, deadline))
        if echoed != nonce:
            raise CallCrashed("it answered something that was not asked")
        if size > min(messages.MAX_FRAME, self._bytes_left):
            raise CallCrashed("the reply is larger than any reply may be")
        self._bytes_left -= size
        return self._receive(size, deadline)

    def _receive(self, size: int, deadline: float) -> bytearray:
        data = bytearray(size)
        view = memoryview(data)
        while view:
            self._wait(deadline)
            count = self._socket.recv_into(view)
            if not count:
                raise CallCrashed("the process ended before it answered")
            view = view[count:]
        return data

    def _wait(self, deadline: float) -> None:
        left = deadline - time.monotonic()
        if left <= 0:
            raise TimeoutError
        self._socket.settimeout(left)

    def close(self) -> None:
        """Closes the socket; the worker then ends by itself."""
        self._socket.close()


class ForkControl:
    """The control line to a fork server; closing it ends the server and all its workers."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._socket = connect(path, messages.CONTROL)

    def connect(self, seconds: float, until: float = math.inf) -> SocketConnection:
        """A line to a new fork; see `SocketConnection`."""
        return SocketConnection(self._path, seconds, until)

    def kill_workers(self) -> None:
        """Ends whatever still runs: a call did not return in time."""
        try:
            self._socket.send(b"k")
        except OSError as error:
            raise CallCrashed(f"the fork server is gone ({error.strerror})") from None

    def close(self) -> None:
        """Ends the server."""
        self._socket.close()


def connect(path: Path, purpose: bytes, seconds: float = _CONNECT_SECONDS) -> socket.socket:
    """A stream socket connected to `path` for that purpose, in a few seconds or fewer; raises CallCrashed."""
    line = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    line.settimeout(min(max(seconds, 0.0), _CONNECT_SECONDS))
    try:
        line.connect(str(path))
        line.sendall(purpose)
    except OSError as error:
        line.close()
        raise CallCrashed(f"the student's process does not answer ({error})") from None
    return line
