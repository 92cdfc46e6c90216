"""The trusted side against a peer that lies, stalls or vanishes: every call ends in time, as one of two errors."""

from __future__ import annotations

import contextlib
import select
import socket
import struct
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import torch

from autograder.bridge.host import ForkControl, LocalConnection, SocketConnection, connect
from autograder.bridge.messages import (
    MAX_FRAME,
    Call,
    ListValue,
    MalformedMessage,
    Raised,
    Request,
    Returned,
    TensorValue,
    Value,
    encode,
    pack,
)
from autograder.bridge.worker import Worker
from autograder.checks.student import Student
from autograder.errors import BridgeError, CallCrashed, CallTimeout

ASK = Call("f", [], {})
SECONDS = 0.4
Script = Callable[[socket.socket], None]
Serve = Callable[..., Path]


def hold(line: socket.socket) -> None:
    """Keeps the line open until the other side closes it (or a failed test has forgotten to), and reads nothing."""
    deadline = time.monotonic() + 5
    while time.monotonic() < deadline and not _closed(line):
        time.sleep(0.02)


def _closed(line: socket.socket) -> bool:
    poll = select.poll()
    poll.register(line, select.POLLRDHUP | select.POLLHUP)
    return bool(poll.poll(0))


@pytest.fixture
def serve(tmp_path: Path) -> Iterator[Serve]:
    """Starts a peer that follows a script on each line; gives its path."""
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    path = tmp_path / "peer"
    listener.bind(str(path))
    listener.listen()
    threads: list[threading.Thread] = []

    def follow(script: Script, line: socket.socket) -> None:
        with line, contextlib.suppress(OSError):
            script(line)

    def accept(script: Script) -> None:
        with contextlib.suppress(OSError):
            while True:
                line, _ = listener.accept()
                threads.append(threading.Thread(target=follow, args=(script, line)))
                threads[-1].start()

    def start(script: Script) -> Path:
        threads.append(threading.Thread(target=accept, args=(script,)))
        threads[-1].start()
        return path

    yield start
    listener.shutdown(socket.SHUT_RDWR)
    listener.close()
    for thread in threads:
        thread.join()


def request_of(line: socket.socket) -> bytes:
    size = struct.unpack(">I", line.recv(4, socket.MSG_WAITALL))[0]
    return line.recv(size, socket.MSG_WAITALL)


def silent(line: socket.socket) -> None:
    request_of(line)
    hold(line)


def one_byte_at_a_time(line: socket.socket) -> None:
    request_of(line)
    for byte in encode(Returned("a long answer" * 50)):
        line.sendall(bytes([byte]))
        time.sleep(0.05)


def a_length_that_is_never_filled(line: socket.socket) -> None:
    request_of(line)
    line.sendall(struct.pack(">I", 1000) + b"x" * 999)
    hold(line)


def a_message_cut_short(line: socket.socket) -> None:
    request_of(line)
    line.sendall(encode(Returned("whole"))[:-1])


def a_length_too_short(line: socket.socket) -> None:
    request_of(line)
    line.sendall(struct.pack(">I", 5) + encode(Returned("whole"))[4:])


def a_giant_length(line: socket.socket) -> None:
    request_of(line)
    line.sendall(struct.pack(">I", 2**32 - 1))
    hold(line)


def a_length_just_too_large(line: socket.socket) -> None:
    request_of(line)
    line.sendall(struct.pack(">I", MAX_FRAME + 1))
    hold(line)


def an_empty_message(line: socket.socket) -> None:
    request_of(line)
    line.sendall(struct.pack(">I", 0))
    hold(line)


def nothing_and_goodbye(line: socket.socket) -> None:
    request_of(line)


def goodbye_at_once(line: socket.socket) -> None:
    line.shutdown(socket.SHUT_RDWR)


def an_early_answer(line: socket.socket) -> None:
    line.sendall(encode(Returned("early")))
    hold(line)


def a_request_for_an_answer(line: socket.socket) -> None:
    request_of(line)
    line.sendall(encode(ASK))
    hold(line)


@pytest.mark.parametrize(
    ("script", "error"),
    [
        (silent, CallTimeout),
        (one_byte_at_a_time, CallTimeout),
        (a_length_that_is_never_filled, CallTimeout),
        (a_message_cut_short, CallCrashed),
        (a_length_too_short, CallCrashed),
        (a_giant_length, CallCrashed),
        (a_length_just_too_large, CallCrashed),
        (an_empty_message, CallCrashed),
        (nothing_and_goodbye, CallCrashed),
        (goodbye_at_once, CallCrashed),
        (a_request_for_an_answer, CallCrashed),
    ],
)
def test_a_bad_answer_ends_in_time(serve: Serve, script: Script, error: type[BridgeError]) -> None:
    started = time.monotonic()
    line = SocketConnection(serve(script), SECONDS)
    with pytest.raises(error):
        line.ask(ASK)
    line.close()
    assert time.monotonic() - started < SECONDS + 2


def test_a_peer_that_never_reads_ends_in_time(serve: Serve) -> None:
    line = SocketConnection(serve(hold), SECONDS)
    started = time.monotonic()
    with pytest.raises(CallTimeout):
        line.ask(Call("f", [pack(torch.zeros(2**22))], {}))
    assert time.monotonic() - started < SECONDS + 2
    line.close()


def test_an_answer_from_before_the_question_is_none(serve: Serve) -> None:
    line = SocketConnection(serve(an_early_answer), SECONDS)
    assert select.select([line._socket], [], [], 5)[0]
    with pytest.raises(CallCrashed, match="before it was asked"):
        line.ask(ASK)
    line.close()


def test_a_second_answer_is_none_to_the_next_question(serve: Serve) -> None:
    def twice(line: socket.socket) -> None:
        request_of(line)
        line.sendall(encode(Returned("first")) + encode(Returned("second")))
        hold(line)

    line = SocketConnection(serve(twice), SECONDS)
    assert line.ask(ASK) == Returned("first")
    with pytest.raises(CallCrashed):
        line.ask(ASK)
    line.close()


def test_the_deadline_of_all_calls_cuts_a_call_short(serve: Serve) -> None:
    started = time.monotonic()
    line = SocketConnection(serve(silent), 30.0, until=started + 0.2)
    with pytest.raises(CallTimeout) as caught:
        line.ask(ASK)
    assert caught.value.seconds <= 0.2
    with pytest.raises(CallTimeout):
        line.ask(ASK)
    assert time.monotonic() - started < 2
    line.close()


def test_an_honest_answer_comes_through_however_it_is_cut(serve: Serve) -> None:
    def in_pieces(line: socket.socket) -> None:
        for _ in range(2):
            request_of(line)
            for byte in encode(Returned("ok")):
                line.sendall(bytes([byte]))

    line = SocketConnection(serve(in_pieces), 10.0)
    assert [line.ask(ASK), line.ask(ASK)] == [Returned("ok"), Returned("ok")]
    line.close()


def test_nobody_listens(tmp_path: Path) -> None:
    with pytest.raises(CallCrashed, match="does not answer"):
        connect(tmp_path / "nobody")
    (tmp_path / "file").touch()
    with pytest.raises(CallCrashed):
        connect(tmp_path / "file")
    with pytest.raises(CallCrashed):
        connect(tmp_path / ("x" * 200))


def test_a_request_too_large_is_the_graders_fault(serve: Serve) -> None:
    line = SocketConnection(serve(hold), SECONDS)
    request = Call("f", [TensorValue(b"\0" * (MAX_FRAME + 1))], {})
    with pytest.raises(MalformedMessage):
        line.ask(request)
    with pytest.raises(MalformedMessage):
        Student(line)._ask("f()", request)
    line.close()


def test_killing_workers_of_a_server_that_is_gone(serve: Serve) -> None:
    control = ForkControl(serve(goodbye_at_once))
    assert select.select([control._socket], [], [], 5)[0]
    with pytest.raises(CallCrashed, match="fork server is gone"):
        control.kill_workers()
    control.close()


DEEP: Value = 1
for _ in range(12):
    DEEP = ListValue([DEEP])


@pytest.mark.parametrize("value", [TensorValue(b""), TensorValue(struct.pack("<Q", 2**40)), DEEP])
def test_a_value_that_is_none_is_a_crash_and_the_line_is_not_used_again(value: Value) -> None:
    asked: list[Request] = []

    class Peer:
        def ask(self, request: Request) -> Returned:
            asked.append(request)
            return Returned(value)

        def close(self) -> None: ...

    student = Student(Peer())
    for _ in range(2):
        with pytest.raises(CallCrashed):
            student.call("f")
    assert len(asked) == 1


def test_a_local_connection_sends_real_messages() -> None:
    line = LocalConnection(Worker({"f": lambda x: (x, [x])}))
    assert line.ask(Call("f", [1], {})) == Returned(pack((1, [1])))
    assert isinstance(line.ask(Call("g", [], {})), Raised)
    with pytest.raises(CallCrashed):
        LocalConnection(Worker({"f": lambda: "\ud800"})).ask(Call("f", [], {}))
    line.close()
