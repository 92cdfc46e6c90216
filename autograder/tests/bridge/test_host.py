"""The trusted side against a peer that lies, stalls or vanishes: every call ends in time, as one of two errors."""

from __future__ import annotations

import select
import socket
import threading
import time
from pathlib import Path

import pytest
import torch

from autograder.bridge.host import ForkControl, LocalConnection, SocketConnection, connect
from autograder.bridge.messages import (
    CHECK,
    MAX_FRAME,
    Call,
    ListValue,
    MalformedMessage,
    Raised,
    Request,
    Returned,
    TensorValue,
    Value,
)
from autograder.bridge.values import pack
from autograder.bridge.worker import Worker
from autograder.checks.student import Student
from autograder.errors import BridgeError, CallCrashed, CallTimeout
from autograder.tests.bridge import peers
from autograder.tests.bridge.peers import ASK, Script, Serve, hold, reply, request_of

SECONDS = 0.4


@pytest.mark.parametrize(
    ("script", "error"),
    [
        (peers.silent, CallTimeout),
        (peers.one_byte_at_a_time, CallTimeout),
        (peers.a_length_that_is_never_filled, CallTimeout),
        (peers.half_a_head, CallTimeout),
        (peers.a_message_cut_short, CallCrashed),
        (peers.a_length_too_short, CallCrashed),
        (peers.a_giant_length, CallCrashed),
        (peers.a_length_just_too_large, CallCrashed),
        (peers.an_empty_message, CallCrashed),
        (peers.nothing_and_goodbye, CallCrashed),
        (peers.goodbye_at_once, CallCrashed),
        (peers.a_request_for_an_answer, CallCrashed),
        (peers.an_answer_to_nothing, CallCrashed),
        (peers.an_answer_twice, CallCrashed),
        (peers.an_answer_and_a_byte, CallCrashed),
    ],
)
def test_a_bad_answer_ends_in_time(serve: Serve, script: Script, error: type[BridgeError]) -> None:
    started = time.monotonic()
    line = SocketConnection(serve(script), SECONDS)
    with pytest.raises(error):
        line.ask(ASK)
    line.close()
    assert time.monotonic() - started < SECONDS + 2


@pytest.mark.parametrize("script", [hold, peers.one_byte_read_at_a_time])
def test_a_peer_that_does_not_read_ends_in_time(serve: Serve, script: Script) -> None:
    line = SocketConnection(serve(script), SECONDS)
    started = time.monotonic()
    with pytest.raises(CallTimeout):
        line.ask(Call("f", [pack(torch.zeros(2**22))], {}))
    assert time.monotonic() - started < SECONDS + 2
    line.close()


@pytest.mark.parametrize("script", [peers.an_early_answer, peers.an_early_byte])
def test_an_answer_from_before_the_question_is_none(serve: Serve, script: Script) -> None:
    line = SocketConnection(serve(script), SECONDS)
    assert select.select([line._socket], [], [], 5)[0]
    with pytest.raises(CallCrashed, match="answered before it was asked"):
        line.ask(ASK)
    line.close()


def test_a_peer_that_is_gone_before_the_question_says_so(serve: Serve) -> None:
    line = SocketConnection(serve(peers.goodbye_at_once), SECONDS)
    assert select.select([line._socket], [], [], 5)[0]
    with pytest.raises(CallCrashed, match="ended before it was asked"):
        line.ask(ASK)
    line.close()


def test_a_second_answer_is_none_to_the_next_question(serve: Serve) -> None:
    def answered_again_later(line: socket.socket) -> None:
        nonce = request_of(line)
        line.sendall(reply(nonce, "first"))
        request_of(line)
        line.sendall(reply(nonce, "second"))
        hold(line)

    line = SocketConnection(serve(answered_again_later), SECONDS)
    assert line.ask(ASK) == Returned("first")
    with pytest.raises(CallCrashed, match="not asked"):
        line.ask(ASK)
    line.close()


def test_a_late_answer_is_none_to_the_next_question(serve: Serve) -> None:
    late = threading.Event()

    def too_late(line: socket.socket) -> None:
        nonce = request_of(line)
        late.wait(5)
        line.sendall(reply(nonce, "late"))
        hold(line)

    line = SocketConnection(serve(too_late), SECONDS)
    with pytest.raises(CallTimeout):
        line.ask(ASK)
    late.set()
    with pytest.raises(CallCrashed):
        line.ask(ASK)
    line.close()


def test_no_nonce_is_used_twice(serve: Serve) -> None:
    nonces: list[bytes] = []

    def remember(line: socket.socket) -> None:
        for _ in range(20):
            nonces.append(request_of(line))
            line.sendall(reply(nonces[-1], "ok"))

    line = SocketConnection(serve(remember), 10.0)
    for _ in range(20):
        line.ask(ASK)
    line.close()
    assert len(set(nonces)) == 20


def test_all_replies_together_are_capped(serve: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    def generous(line: socket.socket) -> None:
        while True:
            line.sendall(reply(request_of(line), "x" * 1000))

    monkeypatch.setattr("autograder.bridge.host.MAX_REPLIES", 3500)
    line = SocketConnection(serve(generous), 10.0)
    for _ in range(3):
        line.ask(ASK)
    with pytest.raises(CallCrashed, match="larger"):
        line.ask(ASK)
    line.close()


def test_the_deadline_of_all_calls_cuts_a_call_short(serve: Serve) -> None:
    started = time.monotonic()
    line = SocketConnection(serve(peers.silent), 30.0, until=started + 0.2)
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
            for byte in reply(request_of(line), "ok"):
                line.sendall(bytes([byte]))

    line = SocketConnection(serve(in_pieces), 10.0)
    assert [line.ask(ASK), line.ask(ASK)] == [Returned("ok"), Returned("ok")]
    line.close()


def test_nobody_listens(tmp_path: Path) -> None:
    with pytest.raises(CallCrashed, match="does not answer"):
        connect(tmp_path / "nobody", CHECK)
    (tmp_path / "file").touch()
    with pytest.raises(CallCrashed):
        connect(tmp_path / "file", CHECK)
    with pytest.raises(CallCrashed):
        connect(tmp_path / ("x" * 200), CHECK)


def test_a_request_too_large_is_the_graders_fault(serve: Serve) -> None:
    line = SocketConnection(serve(hold), SECONDS)
    request = Call("f", [TensorValue(memoryview(bytes(MAX_FRAME + 1)))], {})
    with pytest.raises(MalformedMessage):
        line.ask(request)
    with pytest.raises(MalformedMessage):
        Student(line)._ask("f()", request)
    line.close()


def test_killing_workers_of_a_server_that_is_gone(serve: Serve) -> None:
    control = ForkControl(serve(peers.goodbye_at_once))
    assert select.select([control._socket], [], [], 5)[0]
    with pytest.raises(CallCrashed, match="fork server is gone"):
        control.kill_workers()
    control.close()


def test_a_server_that_accepts_no_more_costs_no_more_than_the_time_left(tmp_path: Path) -> None:
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as listener:
        listener.bind(str(tmp_path / "full"))
        listener.listen(0)
        with connect(tmp_path / "full", CHECK):  # the one that may wait
            started = time.monotonic()
            for left in (0.2, -1.0):
                with pytest.raises(CallCrashed, match="does not answer"):
                    SocketConnection(tmp_path / "full", SECONDS, until=time.monotonic() + left)
            assert time.monotonic() - started < 2


DEEP: Value = 1
for _ in range(12):
    DEEP = ListValue([DEEP])


@pytest.mark.parametrize("value", [TensorValue(memoryview(b"")), TensorValue(memoryview(b"\xff" * 8)), DEEP])
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
