"""Peers that lie, stall or vanish: what a hostile process may do with its end of the line."""

from __future__ import annotations

import contextlib
import select
import socket
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from autograder.bridge.messages import HEAD, MAX_FRAME, NONCE, Call, Returned, encode, frame

ASK = Call("f", [], {})
Script = Callable[[socket.socket], None]
Serve = Callable[[Script], Path]


@contextlib.contextmanager
def listening(path: Path) -> Iterator[Serve]:
    """Starts peers at `path`, which follow a script on each line; gives the path."""
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    listener.bind(str(path))
    listener.listen()
    threads: list[threading.Thread] = []

    def follow(script: Script, line: socket.socket) -> None:
        with line, contextlib.suppress(OSError):
            line.recv(1)  # what the line is for
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


def hold(line: socket.socket) -> None:
    """Keeps the line open until the other side closes it (or a failed test has forgotten to), and reads nothing."""
    deadline = time.monotonic() + 5
    while time.monotonic() < deadline and not _closed(line):
        time.sleep(0.02)


def _closed(line: socket.socket) -> bool:
    poll = select.poll()
    poll.register(line, select.POLLRDHUP | select.POLLHUP)
    return bool(poll.poll(0))


def request_of(line: socket.socket) -> bytes:
    """Reads a request, as an honest peer would; gives its nonce."""
    size, nonce = HEAD.unpack(line.recv(HEAD.size, socket.MSG_WAITALL))
    line.recv(size, socket.MSG_WAITALL)
    assert isinstance(nonce, bytes)
    return nonce


def reply(nonce: bytes, text: str) -> bytes:
    """An honest reply's bytes."""
    return frame(nonce, encode(Returned(text)))


def silent(line: socket.socket) -> None:
    request_of(line)
    hold(line)


def one_byte_at_a_time(line: socket.socket) -> None:
    for byte in reply(request_of(line), "a long answer" * 50):
        line.sendall(bytes([byte]))
        time.sleep(0.05)


def a_length_that_is_never_filled(line: socket.socket) -> None:
    line.sendall(HEAD.pack(1000, request_of(line)) + b"x" * 999)
    hold(line)


def half_a_head(line: socket.socket) -> None:
    line.sendall(HEAD.pack(1000, request_of(line))[:-1])
    hold(line)


def a_message_cut_short(line: socket.socket) -> None:
    line.sendall(reply(request_of(line), "whole")[:-1])


def a_length_too_short(line: socket.socket) -> None:
    line.sendall(HEAD.pack(5, request_of(line)) + encode(Returned("whole")))


def a_giant_length(line: socket.socket) -> None:
    line.sendall(HEAD.pack(2**32 - 1, request_of(line)))
    hold(line)


def a_length_just_too_large(line: socket.socket) -> None:
    line.sendall(HEAD.pack(MAX_FRAME + 1, request_of(line)))
    hold(line)


def an_empty_message(line: socket.socket) -> None:
    line.sendall(HEAD.pack(0, request_of(line)))
    hold(line)


def nothing_and_goodbye(line: socket.socket) -> None:
    request_of(line)


def goodbye_at_once(line: socket.socket) -> None:
    line.shutdown(socket.SHUT_RDWR)


def an_early_answer(line: socket.socket) -> None:
    line.sendall(reply(b"n" * NONCE, "early"))
    hold(line)


def an_early_byte(line: socket.socket) -> None:
    line.sendall(b"\0")
    hold(line)


def a_request_for_an_answer(line: socket.socket) -> None:
    line.sendall(frame(request_of(line), encode(ASK)))
    hold(line)


def an_answer_to_nothing(line: socket.socket) -> None:
    request_of(line)
    line.sendall(reply(b"n" * NONCE, "unasked"))
    hold(line)


def an_answer_twice(line: socket.socket) -> None:
    line.sendall(reply(request_of(line), "once") * 2)
    hold(line)


def an_answer_and_a_byte(line: socket.socket) -> None:
    line.sendall(reply(request_of(line), "once") + b"\0")
    hold(line)


def one_byte_read_at_a_time(line: socket.socket) -> None:
    while not _closed(line):
        line.recv(1)
        time.sleep(0.05)
