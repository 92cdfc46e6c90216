"""A process that answers checks itself, one after another: names are put back, and nothing else ends with a check."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest

from autograder.bridge.host import ForkControl, SocketConnection
from autograder.bridge.messages import NONCE, Call, Calls, Define, On, Raised, Reply, Request, Returned, Script, frame
from autograder.bridge.values import unpack
from autograder.errors import CallCrashed, CallTimeout
from autograder.tests.forks import FakeKernel

STEPS = """\
import os, sys
n, kept = 0, []
def step():
    global n, fresh
    n += 1
    fresh = n
    kept.append(n)
    return n
def helper(): return "the student's own"
def ask(): return helper()
def forget():
    global helper
    del helper
def forget_all(): globals().clear()
def names(): return sorted(name for name in globals() if not name.startswith("_"))
def pid(): return os.getpid()
def held(): return len(kept)
def slow():
    import time
    time.sleep(0.5)
def loud():
    print("at once", flush=True)
    print("x" * 100_000)
    print("aside", file=sys.stderr)
    return 1
def odd(): return "\\ud800"
def big(): return "x" * 10**6
"""


class Session:
    """The judge's side of one session."""

    def __init__(self, path: Path) -> None:
        self.control = ForkControl(path)

    @contextmanager
    def check(self, seconds: float = 20.0) -> Iterator[SocketConnection]:
        """One check's line."""
        with closing(self.control.connect(seconds)) as line:
            yield line

    def ask(self, *requests: Request | str) -> list[Any]:
        """What one check gets to hear."""
        with self.check() as line:
            return [value_of(line.ask(Call(each, [], {}) if isinstance(each, str) else each)) for each in requests]


def value_of(reply: Reply) -> Any:
    assert isinstance(reply, Returned), reply
    return unpack(reply.value, lambda handle: handle)


@pytest.fixture
def session(fake_kernel: FakeKernel, tmp_path: Path) -> Iterator[Session]:
    with fake_kernel.in_place(tmp_path / "place", STEPS) as path:
        made = Session(path)
        yield made
        made.control.close()


def test_checks_come_one_after_another_into_the_same_process(session: Session, fake_kernel: FakeKernel) -> None:
    assert [session.ask("pid") for _ in range(3)] == [[fake_kernel.pid]] * 3


def test_names_are_put_back_after_each_check(session: Session) -> None:
    before = session.ask("names")
    assert session.ask("step", "step", "held") == [1, 2, 2]
    assert session.ask("step") == [1]
    assert session.ask("names") == before
    assert session.ask("held") == [3]  # the process is the same: what a name stands for may have changed


@pytest.mark.parametrize(
    ("change", "found"),
    [
        ([Script("helper", ["scripted"])], "scripted"),
        ([Define("def helper():\n    return 'a stand-in'")], "a stand-in"),
        ([Define("helper = lambda: 'a stand-in'"), Script("helper", ["scripted"])], "scripted"),
    ],
)
def test_what_stood_in_for_a_function_is_gone_with_its_check(
    session: Session, change: list[Request], found: str
) -> None:
    assert session.ask(*change, "ask")[-1] == found
    assert session.ask("ask") == ["the student's own"]


@pytest.mark.parametrize("forget", ["forget", "forget_all"])
def test_what_a_check_has_deleted_comes_back(session: Session, forget: str) -> None:
    with session.check() as line:
        line.ask(Call(forget, [], {}))
        assert isinstance(line.ask(Call("helper", [], {})), Raised)
    assert session.ask("ask", "helper") == ["the student's own"] * 2


def test_objects_and_scripts_are_each_checks_own(session: Session) -> None:
    assert session.ask(Script("helper", [1]), "ask", Calls("helper")) == [None, 1, [((), {})]]
    with session.check() as line:
        assert isinstance(line.ask(Calls("helper")), Raised)


def test_a_device_is_each_checks_own(session: Session) -> None:
    where = Define("def where():\n    return str(torch.zeros(1).to(torch.device('meta')).sum().item())")
    assert session.ask(where, On("impostor"), "where")[-1] == "0.0"
    with session.check() as line:
        line.ask(where)
        assert isinstance(line.ask(Call("where", [], {})), Raised)


def test_what_is_printed_is_lost(session: Session) -> None:
    assert session.ask("loud") == [1]  # a printed line would be heard in place of the process's "ok"


@pytest.mark.parametrize("garbage", [frame(b"n" * NONCE, b"abc"), b"", b"\xff" * 3])
def test_garbage_ends_its_check_and_nothing_else(session: Session, garbage: bytes) -> None:
    with session.check() as line:
        line._socket.sendall(garbage)
        line._socket.shutdown(1)
        with pytest.raises(CallCrashed):
            line._receive(1, time.monotonic() + 20)
    assert session.ask("step") == [1]


def test_a_value_that_cannot_be_sent_is_an_answer(session: Session) -> None:
    with session.check() as line:
        assert isinstance(line.ask(Call("odd", [], {})), Raised)
        assert value_of(line.ask(Call("step", [], {}))) == 1


@pytest.mark.parametrize("call", ["slow", "big"])
def test_a_check_that_has_given_up_leaves_the_next_one_a_place(session: Session, call: str) -> None:
    with session.check(0.2) as line:
        line._socket.sendall(frame(b"n" * NONCE, b""))
    with session.check(0.1) as line:
        try:
            line.ask(Call(call, [], {}))
        except CallTimeout:
            session.control.kill_workers()  # nobody to be killed: it is heard, and passed over
    assert session.ask("step", "pid")[0] == 1


def test_the_kernel_goes_on_after_a_session_and_can_have_another(fake_kernel: FakeKernel, tmp_path: Path) -> None:
    pids = []
    for number in range(2):
        with fake_kernel.in_place(tmp_path / f"place-{number}", STEPS) as path:
            session = Session(path)
            pids += session.ask("pid")
            session.control.close()
    server = ForkControl(fake_kernel.fork_at(tmp_path / "fork", STEPS))
    with closing(server.connect(20.0)) as line:
        pids.append(value_of(line.ask(Call("pid", [], {}))))
    server.close()
    assert pids[0] == pids[1] == fake_kernel.pid != pids[2]


def test_a_session_without_any_check_ends_as_well(fake_kernel: FakeKernel, tmp_path: Path) -> None:
    with fake_kernel.in_place(tmp_path / "place", STEPS) as path:
        ForkControl(path).close()
