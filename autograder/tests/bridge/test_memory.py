"""What a hostile reply takes of the grader's memory, measured by the system."""

from __future__ import annotations

import contextlib
import socket
import struct
from collections.abc import Callable
from pathlib import Path

import pytest
import torch

from autograder.bridge.host import SocketConnection
from autograder.bridge.messages import HEAD, MAX_FRAME, ListValue, Returned, encode
from autograder.bridge.values import pack
from autograder.checks.student import Student
from autograder.errors import CallCrashed
from autograder.tests.bridge.peers import Serve, hold, request_of


def memory(field: str) -> int:
    """A figure of this process from the system, in bytes: `VmRSS`, or `VmHWM` (the most since it was last reset)."""
    status = Path("/proc/self/status").read_text()
    return int(status.split(f"{field}:")[1].split()[0]) * 1024


def large() -> bytes:
    """The largest tensor that may come."""
    return encode(Returned(pack(torch.zeros(MAX_FRAME - 1000, dtype=torch.int8))))


def nulls() -> bytes:
    """As many values as a message of fair length could hold, were it believed."""
    many = MAX_FRAME - 100
    return encode(Returned(ListValue([])))[:-1] + b"\xdd" + struct.pack(">I", many) + b"\xc0" * many


@pytest.mark.skipif(not Path("/proc/self/clear_refs").exists(), reason="the system does not tell the most memory used")
@pytest.mark.parametrize(("reply", "times"), [(large, 2), (nulls, 1)])
def test_a_large_reply_is_not_held_several_times(serve: Serve, reply: Callable[[], bytes], times: int) -> None:
    """Once as it came, and a tensor once more in memory of its own."""
    body = reply()

    def send(line: socket.socket) -> None:
        line.sendall(HEAD.pack(len(body), request_of(line)))
        line.sendall(body)
        hold(line)

    line = SocketConnection(serve(send), 20.0)
    before = memory("VmRSS")
    Path("/proc/self/clear_refs").write_text("5")
    with contextlib.suppress(CallCrashed):
        Student(line).call("f")
    line.close()
    assert memory("VmHWM") - before < times * MAX_FRAME + 24 * 2**20
