"""The watchdog strikes for what all processes of a kernel use together, and spares snapshots as long as it can."""

from __future__ import annotations

import ctypes
import fcntl
import socket
import termios
import time
from collections.abc import Collection
from contextlib import suppress

import psutil
import pytest

from autograder.sandbox import process, system, watchdog
from autograder.sandbox.limits import Limits
from autograder.sandbox.warm import WarmLauncher
from autograder.sandbox.watchdog import Watchdog
from autograder.tests.sandbox.inside import inside, until
from autograder.tests.sandbox.trees import HUNGRY, SLEEP, Start, Tree

CHILDREN = f"""\
import subprocess
for _ in range(4): subprocess.Popen(['sleep', '60'], start_new_session=True)
{SLEEP}"""
MANY_SMALL = f"""\
import os
for _ in range(2):
    if os.fork() == 0: break
x = bytearray(b'x') * 50_000_000
{SLEEP}"""
#: Three processes that look large, and hold the same pages.
COPIES = f"""\
x = bytearray(b'x') * 100_000_000
import os
for _ in range(2):
    if os.fork() == 0: break
{SLEEP}"""
SHARED = f"""\
import mmap
x = mmap.mmap(-1, 150_000_000)
x.write(b'x' * 150_000_000)
{SLEEP}"""


@pytest.fixture(autouse=True)
def often(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watchdog, "_PERIOD", 0.02)


def strike(tree: process.Process, limits: Limits, seconds: float, spared: Collection[int] = ()) -> str:
    """What a watchdog says within that time, or until it strikes."""
    with Watchdog(tree, limits, lambda: spared) as watching:
        until(lambda: watching.struck, seconds)
        return watching.take()


@pytest.mark.parametrize(
    ("code", "limits", "reason"),
    [
        (HUNGRY, Limits(memory_bytes=100_000_000), "memory"),
        (MANY_SMALL, Limits(memory_bytes=110_000_000), "memory"),
        (SHARED, Limits(memory_bytes=100_000_000), "memory"),
        (CHILDREN, Limits(processes=4), "processes"),
    ],
    ids=["one large", "three small", "shared memory", "too many"],
)
def test_it_strikes_and_everything_is_gone(start: Start, code: str, limits: Limits, reason: str) -> None:
    tree = start(code)
    assert strike(tree, limits, 20.0) == reason
    assert until(lambda: not tree.family())


@pytest.mark.parametrize(
    ("code", "limits"),
    [
        (CHILDREN, Limits(processes=5)),
        (CHILDREN, Limits(memory_bytes=200_000_000)),
        (COPIES, Limits(memory_bytes=150_000_000)),
    ],
    ids=["few", "small", "three that share their pages"],
)
def test_it_leaves_alone_what_is_within_limits(start: Start, code: str, limits: Limits) -> None:
    tree = start(code)
    assert strike(tree, limits, 0.7) == ""
    assert tree.family()


def test_what_was_inherited_is_not_counted(start: Start, monkeypatch: pytest.MonkeyPatch) -> None:
    looked: list[psutil.Process] = []
    monkeypatch.setattr(watchdog, "_proportional", looked.append)
    tree = start(HUNGRY)
    tree.inherited = 200_000_000
    assert strike(tree, Limits(memory_bytes=100_000_000), 0.7) == ""
    assert looked == []  # not even each page was counted


def test_a_snapshot_is_spared_when_others_are_to_blame(start: Start) -> None:
    tree = start(MANY_SMALL)
    assert until(lambda: len(tree.family()) == 3)
    snapshot = tree.family()[1]
    with Watchdog(tree, Limits(memory_bytes=110_000_000), lambda: {snapshot.pid}) as watching:
        assert until(lambda: watching.struck, 20)
        assert until(lambda: [each.pid for each in _running(snapshot)] == [snapshot.pid])
        time.sleep(0.1)
        assert _running(snapshot)
    snapshot.kill()


@pytest.mark.parametrize("is_spared", [False, True])
def test_where_nothing_helps_the_kernel_is_ended(
    start: Start, monkeypatch: pytest.MonkeyPatch, is_spared: bool
) -> None:
    tree, end_all = start(HUNGRY), process.end_family
    monkeypatch.setattr(tree, "end", lambda: end_all(tree, ()))
    for name in ("end_offenders", "end_family"):
        monkeypatch.setattr(process, name, lambda *_: False)
    assert strike(tree, Limits(memory_bytes=100_000_000), 20.0, (tree.pid,) if is_spared else ()) == "memory"
    assert until(lambda: not tree.family())


def test_what_a_strike_cannot_end_is_ended_with_all_the_rest(start: Start, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(process, "end_offenders", lambda *_: True)  # whoever offends is never there at a look
    tree = start(HUNGRY)
    with Watchdog(tree, Limits(memory_bytes=100_000_000), lambda: ()):
        assert until(lambda: not tree.family(), 20)


def _running(one: psutil.Process) -> list[psutil.Process]:
    return [one] if process.is_running(one) else []


def test_a_snapshot_goes_when_it_alone_is_too_large(start: Start) -> None:
    tree = start(HUNGRY)
    assert strike(tree, Limits(memory_bytes=100_000_000), 20.0, spared=(tree.pid,)) == "memory"
    assert until(lambda: not tree.family())


def test_a_strike_is_told_once(start: Start) -> None:
    tree = start(CHILDREN)
    with Watchdog(tree, Limits(processes=4), tuple) as watching:
        assert until(lambda: watching.struck)
        assert until(lambda: not tree.family())
        assert watching.take() == "processes"
        assert watching.take() == ""


def test_what_the_system_itself_ended_for_want_of_memory_is_told(start: Start) -> None:
    tree = start(SLEEP)
    tree.starved = True
    assert strike(tree, Limits(), 0.1) == "memory"


def test_a_process_that_is_gone_is_no_reason() -> None:
    assert strike(Tree(2**22 - 1), Limits(), 0.2) == ""
    assert watchdog._proportional(psutil.Process()) > 2**20


def test_in_the_lock_it_sees_all_processes_and_not_what_they_have_from_the_zygote(lean: WarmLauncher) -> None:
    with inside(lean) as it:
        it.do("import os, time\nfor _ in range(3):\n    if os.fork() == 0: time.sleep(60)")
        assert until(lambda: len(it.process.family()) == 4)
        assert it.process.inherited > 2**20
        assert strike(it.process, Limits(processes=4, memory_bytes=2**26), 0.3) == ""
        assert strike(it.process, Limits(processes=3), 5.0) == "processes"
        assert until(lambda: not it.process.family())


def test_what_was_sent_and_never_read_counts_as_memory(lean: WarmLauncher) -> None:
    with inside(lean) as it:
        assert strike(it.process, Limits(memory_bytes=2**26), 0.3) == ""
        before = it.process.sockets()
        it.do(
            "import ctypes, socket\n"
            "kept = [socket.socketpair() for _ in range(60)]\n"
            "found = ctypes.CDLL(None).prctl(4, 0, 0, 0, 0)"  # nobody may look into it
        )
        assert it.process.sockets() - before == 120
        assert 120 * watchdog.socket_bytes() > 2**26
        assert strike(it.process, Limits(memory_bytes=2**26), 5.0) == "memory"
    assert it.process.sockets() == 0


def test_no_socket_holds_more_than_is_counted() -> None:
    for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM, socket.SOCK_SEQPACKET):
        for size in (1, 4096, 65536, 100_000, 200_000):
            one, other = socket.socketpair(socket.AF_UNIX, kind)
            with one, other:
                assert 0 < _held_when_full(one, size) <= watchdog.socket_bytes(), (kind, size)


def _held_when_full(line: socket.socket, size: int) -> int:
    """Bytes that the system charges a sender for, when it takes in no more messages of that size."""
    line.setblocking(False)
    with suppress(BlockingIOError):
        while True:
            line.send(b"x" * size)
    charged = ctypes.c_int()
    assert fcntl.ioctl(line, termios.TIOCOUTQ, charged) == 0
    return charged.value


#: The first thread ends, another lives on: the system shows a zombie, and none of its memory.
LEADERLESS = f"""\
import ctypes, os, threading
if os.fork() == 0:
    threading.Thread(target=lambda: __import__('time').sleep(60)).start()
    ctypes.CDLL(None).syscall({60 if system.MACHINE == "x86_64" else 93}, 0)
{SLEEP}"""


def test_a_process_that_hides_behind_its_ended_first_thread_is_killed(start: Start) -> None:
    tree = start(LEADERLESS)
    assert until(lambda: any(process.hides(each) for each in psutil.Process(tree.pid).children()))
    assert len(tree.family()) == 2
    with Watchdog(tree, Limits(), set):
        assert until(lambda: len(tree.family()) == 1)


def test_a_name_that_is_no_text_blinds_nobody(start: Start) -> None:
    name = r"import ctypes; ctypes.CDLL(None).prctl(15, b'\xff\xfe', 0, 0, 0)"
    assert strike(start(f"{name}\n{HUNGRY}"), Limits(memory_bytes=100_000_000), 20.0) == "memory"


def test_a_watchdog_that_fails_ends_the_kernel(start: Start, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> str:
        raise RuntimeError

    monkeypatch.setattr(Watchdog, "_excess", fail)
    tree = start(SLEEP)
    with Watchdog(tree, Limits(), set):
        assert until(lambda: not tree.family())


def test_a_grader_that_grows_ends_the_kernel(start: Start, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watchdog, "_MOST_GROWTH", -1)
    assert strike(start(SLEEP), Limits(), 20.0) == "memory"
