"""The grader's ends of a kernel's channels: Jupyter's messages, over unix sockets that student code can write to.

Every message is signed with a key that student code can read, so that a signature proves nothing and is not looked at.
What is wrong in form must not stop the grader; what is right in form is believed no further than for outputs to show.

A client of Jupyter's own would do the same, at several times the price for each message: it reads every date in it,
checks signatures, keeps a task for each channel and wakes an event loop for each step.
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
import secrets
import time
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import zmq

_DELIMITER = b"<IDS|MSG>"
_VERSION = "5.3"  # of the protocol
_PARTS = 5  # signature, header, parent's header, metadata, content; buffers follow
#: What reading bytes that are no message may raise; errors of the socket itself are not among them.
NO_MESSAGE = (ValueError, TypeError, KeyError, IndexError, AttributeError, RecursionError)


@dataclass(frozen=True)
class Message:
    """One that a kernel sent.

    Attributes:
        channel: "shell" or "iopub".
        kind: what Jupyter calls its msg_type.
        parent: the number of the request that it belongs to; empty for none.
        size: bytes of its content and buffers.
    """

    channel: str
    kind: str
    parent: str
    content: dict[str, Any]
    size: int


class Line:
    """Sends requests to a kernel, and takes in what it has to say.

    Args:
        prefix: what the channels' sockets are called, less their numbers: 1 for shell, 2 for iopub.
        key: what requests are signed with.
        most_bytes: a longer message ends the channel that it comes on.
        most_waiting: messages that may wait to be read.
        seconds: how long a request waits for room in a channel that nobody reads any more.
    """

    def __init__(self, prefix: str, key: bytes, *, most_bytes: int, most_waiting: int, seconds: float) -> None:
        self._prefix, self._key, self._session = prefix, key, secrets.token_hex(8)
        self._context = zmq.Context()
        self._context.setsockopt(zmq.LINGER, 0)
        self._context.setsockopt(zmq.MAXMSGSIZE, most_bytes)
        self._context.setsockopt(zmq.RCVHWM, most_waiting)
        self._context.setsockopt(zmq.SNDTIMEO, int(1000 * seconds))
        self._shell = self._context.socket(zmq.DEALER)
        self._shell.connect(f"ipc://{prefix}-1")
        self._iopub = self._subscribed()

    def _subscribed(self) -> zmq.Socket[bytes]:
        iopub = self._context.socket(zmq.SUB)
        iopub.setsockopt(zmq.SUBSCRIBE, b"")
        iopub.connect(f"ipc://{self._prefix}-2")
        return iopub

    def listen_again(self) -> None:
        """A new channel for outputs, where the old one broke."""
        self._iopub.close()
        self._iopub = self._subscribed()

    def close(self) -> None:
        """Lets go of the channels; what was not delivered is not."""
        self._context.destroy(linger=0)

    def send(self, kind: str, **content: Any) -> str:
        """A request; gives its number.

        Raises:
            zmq.ZMQError: it cannot be sent.
        """
        number = secrets.token_hex(16)
        header = {
            "msg_id": number,
            "msg_type": kind,
            "username": "",
            "session": self._session,
            "date": datetime.now(UTC).isoformat(),
            "version": _VERSION,
        }
        parts = [json.dumps(part).encode() for part in (header, {}, {}, content)]
        signature = hmac.new(self._key, b"".join(parts), hashlib.sha256).hexdigest().encode()
        self._shell.send_multipart([_DELIMITER, signature, *parts])
        return number

    def execute(self, code: str, *, silent: bool = False) -> str:
        """A request to run code, without an answer for `input()` and without an end to what comes after it."""
        return self.send(
            "execute_request",
            code=code,
            silent=silent,
            store_history=not silent,
            user_expressions={},
            allow_stdin=False,
            stop_on_error=False,
        )

    async def receive(self, seconds: float) -> Message | None:
        """The next message, outputs before replies; None when none came in time."""
        until = time.monotonic() + seconds
        while True:
            await asyncio.sleep(0)  # where one follows the other, others have their turn between them
            arrived = self._take()
            if arrived:
                with suppress(*NO_MESSAGE):  # what is none passes by, however many there are, until the time is over
                    return _read(*arrived)
            if (left := until - time.monotonic()) <= 0:
                return None
            if not arrived:
                await self._woken(left)

    def _take(self) -> tuple[str, list[bytes]] | None:
        """What is there, and where it came."""
        for channel, line in (("iopub", self._iopub), ("shell", self._shell)):
            if parts := _parts(line):
                return channel, parts
        return None

    async def _woken(self, seconds: float) -> None:
        """Waits until a channel may have something to say, or the time is over."""
        loop = asyncio.get_running_loop()
        woken = loop.create_future()

        def wake() -> None:
            if not woken.done():
                woken.set_result(None)

        timer = loop.call_later(seconds, wake)
        watched = [int(line.getsockopt(zmq.FD)) for line in (self._iopub, self._shell)]
        for descriptor in watched:
            loop.add_reader(descriptor, wake)
        try:
            await woken
        finally:
            timer.cancel()
            for descriptor in watched:
                loop.remove_reader(descriptor)


def _parts(line: zmq.Socket[bytes]) -> list[bytes]:
    try:
        return line.recv_multipart(zmq.NOBLOCK)
    except zmq.Again:
        return []


def _read(channel: str, parts: list[bytes]) -> Message:
    """What bytes say; raises one of NO_MESSAGE where they are no message."""
    start = parts.index(_DELIMITER) + 1
    _, header, parent, _, content = parts[start : start + _PARTS]
    kind, of, said = json.loads(header)["msg_type"], json.loads(parent).get("msg_id", ""), json.loads(content)
    if not (isinstance(kind, str) and isinstance(of, str) and isinstance(said, dict)):
        raise TypeError(kind)
    return Message(channel, kind, of, said, sum(map(len, parts[start + _PARTS - 1 :])))
