"""The line to a kernel: what is asked is Jupyter's, what is no message passes by, what never comes is not awaited."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Coroutine, Iterator
from pathlib import Path
from typing import Any, TypeVar

import pytest
import zmq
from jupyter_client.session import Session

from autograder.sandbox import channels
from autograder.sandbox.channels import Line, Message

Result = TypeVar("Result")
KEY = b"known to both"


class Peer:
    """The kernel's ends of the channels."""

    def __init__(self, prefix: str) -> None:
        self.context = zmq.Context()
        self.shell, self.iopub = self.context.socket(zmq.ROUTER), self.context.socket(zmq.XPUB)
        self.prefix, self.session = prefix, Session(key=KEY)
        self.shell.bind(f"ipc://{prefix}-1")
        self.iopub.bind(f"ipc://{prefix}-2")
        for each in (self.shell, self.iopub):
            each.setsockopt(zmq.RCVTIMEO, 5000)

    def hears(self) -> tuple[list[bytes], dict[str, Any]]:
        """Who asked, and what, as Jupyter reads it; a signature that does not fit raises."""
        who, parts = self.session.feed_identities(self.shell.recv_multipart())
        return who, self.session.deserialize(parts)

    def says(self, kind: str, content: Any, parent: Any = None) -> None:
        self.session.send(self.iopub, kind, content, parent)


@pytest.fixture
def peer(tmp_path: Path) -> Iterator[Peer]:
    peer = Peer(str(tmp_path / "k"))
    yield peer
    peer.context.destroy(linger=0)


@pytest.fixture
def line(peer: Peer) -> Iterator[Line]:
    line = Line(peer.prefix, KEY, most_bytes=10_000, most_waiting=100, seconds=0.2)
    assert peer.iopub.recv() == b"\x01"  # it listens
    yield line
    line.close()


def now(work: Coroutine[Any, Any, Result]) -> Result:
    return asyncio.run(work)


def heard(line: Line, seconds: float = 5.0) -> Message | None:
    return now(line.receive(seconds))


def test_a_request_is_one_that_jupyter_reads(peer: Peer, line: Line) -> None:
    number = line.execute("print('één')")
    _, request = peer.hears()
    assert (request["header"]["msg_id"], request["msg_type"]) == (number, "execute_request")
    assert request["content"]["code"] == "print('één')"
    assert request["content"]["allow_stdin"] is False
    assert request["content"]["stop_on_error"] is False


def test_a_request_of_the_graders_own_leaves_no_history(peer: Peer, line: Line) -> None:
    line.execute("ask", silent=True)
    _, request = peer.hears()
    assert (request["content"]["silent"], request["content"]["store_history"]) == (True, False)


def test_requests_have_numbers_of_their_own(peer: Peer, line: Line) -> None:
    sent = [line.send("kernel_info_request") for _ in range(2)]
    assert sent == [peer.hears()[1]["header"]["msg_id"] for _ in range(2)]
    assert len(set(sent)) == 2


def test_a_reply_says_what_it_replies_to(peer: Peer, line: Line) -> None:
    number = line.send("kernel_info_request")
    who, request = peer.hears()
    peer.session.send(peer.shell, "kernel_info_reply", {"status": "ok"}, request, ident=who)
    reply = heard(line)
    assert reply is not None
    assert (reply.channel, reply.kind, reply.parent) == ("shell", "kernel_info_reply", number)
    assert reply.content == {"status": "ok"}
    assert heard(line, 0.01) is None


def test_the_size_of_a_message_is_that_of_what_it_carries(peer: Peer, line: Line) -> None:
    peer.session.send(peer.iopub, "display_data", {"x": "1234567890"}, buffers=[b"x" * 100])
    message = heard(line)
    assert message is not None
    assert message.size == len(json.dumps({"x": "1234567890"})) + 100


def test_outputs_come_before_the_reply(peer: Peer, line: Line) -> None:
    line.send("execute_request")
    who, request = peer.hears()

    async def story() -> list[str]:
        peer.session.send(peer.shell, "execute_reply", {}, request, ident=who)
        peer.says("stream", {}, request)
        await asyncio.sleep(0.2)  # both are there
        return [message.channel for _ in range(2) if (message := await line.receive(5.0))]

    assert now(story()) == ["iopub", "shell"]


def signed(*parts: bytes) -> list[bytes]:
    return [b"<IDS|MSG>", Session(key=KEY).sign(list(parts)), *parts]


GARBAGE = {
    "nothing": [b"nothing"],
    "too little": [b"<IDS|MSG>", b"", b"{}"],
    "no kind": signed(b"{}", b"{}", b"{}", b"{}"),
    "an odd kind": signed(b'{"msg_type": 3}', b"{}", b"{}", b"{}"),
    "no JSON": signed(b'{"msg_type": "stream"}', b"{}", b"{}", b"{"),
    "no text": signed(b'{"msg_type": "stream"}', b"{}", b"{}", b'"\xff"'),
    "a list": signed(b'{"msg_type": "stream"}', b"{}", b"{}", b"[1]"),
    "an odd parent": signed(b'{"msg_type": "stream"}', b"[1]", b"{}", b"{}"),
    "a parent with an odd number": signed(b'{"msg_type": "stream"}', b'{"msg_id": [1]}', b"{}", b"{}"),
    "a depth without end": signed(b'{"msg_type": "stream"}', b"{}", b"{}", b"[" * 9_000),
    "a number without end": signed(b'{"msg_type": "stream"}', b"{}", b"{}", b'{"x": ' + b"1" * 9_000 + b"}"),
}


@pytest.mark.parametrize("garbage", GARBAGE.values(), ids=GARBAGE)
def test_what_is_no_message_passes_by(peer: Peer, line: Line, garbage: list[bytes]) -> None:
    peer.iopub.send_multipart(garbage)
    peer.says("stream", {"text": "after"})
    message = heard(line)
    assert message is not None
    assert message.content == {"text": "after"}


def test_a_flood_of_what_is_no_message_does_not_hold_up_the_end_of_a_wait(
    peer: Peer, line: Line, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It takes longer to see that it is none than to send it: there is always one more."""

    def endless(_: object) -> list[bytes]:
        time.sleep(0.01)
        return GARBAGE["no JSON"] if time.monotonic() < started + 5 else []

    started = time.monotonic()
    monkeypatch.setattr(channels, "_parts", endless)
    assert heard(line, 0.1) is None
    assert time.monotonic() - started < 2


def test_where_nothing_comes_the_wait_is_over_in_time(line: Line) -> None:
    assert heard(line, 0.05) is None


def test_a_wait_can_be_broken_off_and_nothing_is_lost(peer: Peer, line: Line) -> None:
    async def story() -> Message | None:
        with pytest.raises(asyncio.TimeoutError):
            await asyncio.wait_for(line.receive(60.0), 0.05)
        peer.says("stream", {"text": "later"})
        return await line.receive(5.0)

    message = now(story())
    assert message is not None
    assert message.content == {"text": "later"}


def test_a_message_that_is_too_long_ends_its_channel_and_another_one_can_be_had(peer: Peer, line: Line) -> None:
    peer.says("stream", {"text": "x" * 20_000})
    assert heard(line, 0.2) is None
    line.listen_again()
    for _ in range(50):  # until the kernel has heard of it
        peer.says("stream", {"text": "after"})
        if message := heard(line, 0.1):
            break
    assert message is not None
    assert message.content == {"text": "after"}


def test_a_line_that_is_closed_leaves_nothing_open(peer: Peer) -> None:
    before = len(list(Path("/proc/self/fd").iterdir()))
    line = Line(peer.prefix, KEY, most_bytes=100, most_waiting=1, seconds=0.1)
    line.send("execute_request")
    heard(line, 0.01)
    line.close()
    assert len(list(Path("/proc/self/fd").iterdir())) <= before
