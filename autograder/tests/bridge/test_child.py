"""The fork server in real forks: each check has its own, and none outlives its end of the line."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest

from autograder.bridge.host import ForkControl, SocketConnection
from autograder.bridge.messages import NONCE, Call, Raised, Reply, Returned, frame
from autograder.bridge.values import unpack
from autograder.errors import CallCrashed, CallTimeout
from autograder.tests.forks import FakeKernel


def value_of(reply: Reply) -> Any:
    assert isinstance(reply, Returned), reply
    return unpack(reply.value, lambda handle: handle)


def call(name: str) -> Call:
    return Call(name, [], {})


class Server:
    """A fork server, its control line and the lines to its workers; all end with the test."""

    def __init__(self, path: Path, kernel: FakeKernel) -> None:
        self.path, self.control = path, ForkControl(path)
        self.process = max(psutil.Process(kernel.pid).children(), key=lambda child: (child.create_time(), child.pid))
        self.lines: list[SocketConnection] = []

    def line(self, seconds: float = 20.0) -> SocketConnection:
        self.lines.append(self.control.connect(seconds))
        return self.lines[-1]

    def ask(self, name: str) -> Any:
        """What a fresh worker answers."""
        return value_of(self.line().ask(call(name)))

    def close(self) -> None:
        for line in self.lines:
            line.close()
        self.control.close()
        self.process.kill()


Serve = Callable[[str], Server]

STEPS = """\
import os
n = 0
def step():
    global n
    n += 1
    return n
def loop():
    while True: pass
def leave(): os._exit(0)
def pid(): return os.getpid()
def files():
    links = (f"/proc/self/fd/{n}" for n in os.listdir("/proc/self/fd"))
    return [os.readlink(link) for link in links if os.path.exists(link)]
"""


@pytest.fixture
def serve(fake_kernel: FakeKernel, tmp_path: Path) -> Iterator[Serve]:
    servers: list[Server] = []

    def start(source: str) -> Server:
        servers.append(Server(fake_kernel.fork_at(tmp_path / f"f{len(servers)}", source), fake_kernel))
        return servers[-1]

    yield start
    for server in servers:
        server.close()


def gone(process: psutil.Process, seconds: float = 5.0) -> bool:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if not process.is_running() or process.status() == psutil.STATUS_ZOMBIE:
            return True
        time.sleep(0.01)
    return False


def test_each_connection_is_a_fork_of_its_own(serve: Serve) -> None:
    server = serve(STEPS)
    first, second = server.line(), server.line()
    assert [value_of(line.ask(call("step"))) for line in (first, first, second)] == [1, 2, 1]


def test_closing_the_control_line_ends_the_workers_and_the_next_one_begins_anew(serve: Serve) -> None:
    server = serve(STEPS)
    idle = psutil.Process(server.ask("pid"))
    with pytest.raises(CallTimeout):
        server.line(0.3).ask(call("loop"))
    workers = server.process.children()
    assert idle in workers
    assert len(workers) == 2
    server.control.close()
    assert all(gone(process) for process in workers)
    server.control = ForkControl(server.path)
    assert server.ask("step") == 1


def test_a_session_that_begins_before_the_end_of_the_last_was_seen(serve: Serve) -> None:
    """As on a busy machine: the server is late, and finds all of it at once."""
    server = serve(STEPS)
    with pytest.raises(CallTimeout):
        server.line(0.3).ask(call("loop"))
    server.process.suspend()
    server.control.kill_workers()
    server.lines.pop().close()
    server.control.close()
    server.control = ForkControl(server.path)
    line = server.line()
    server.process.resume()
    assert value_of(line.ask(call("step"))) == 1


def test_an_end_that_is_seen_before_the_next_check(serve: Serve) -> None:
    server = serve(STEPS)
    with pytest.raises(CallTimeout):
        server.line(0.3).ask(call("loop"))
    server.process.suspend()
    server.control.kill_workers()
    line = server.line()
    server.process.resume()
    assert value_of(line.ask(call("step"))) == 1


def test_a_worker_that_dies_leaves_the_rest(serve: Serve) -> None:
    server = serve(STEPS)
    other = server.line()
    with pytest.raises(CallCrashed):
        server.line().ask(call("leave"))
    assert value_of(other.ask(call("step"))) == 1
    assert server.ask("step") == 1


def test_killed_workers_leave_the_server(serve: Serve) -> None:
    server = serve(STEPS)
    with pytest.raises(CallTimeout):
        server.line(0.3).ask(call("loop"))
    (busy,) = server.process.children()
    server.control.kill_workers()
    assert gone(busy)
    assert server.ask("step") == 1


def test_a_worker_ends_with_its_line(serve: Serve) -> None:
    server = serve(STEPS)
    process = psutil.Process(server.ask("pid"))
    server.lines[0].close()
    assert gone(process)


def test_a_worker_holds_no_file_but_its_line(serve: Serve) -> None:
    files = serve(STEPS).ask("files")
    assert [name for name in files if name != "/dev/null" and not name.startswith("socket:")] == []
    assert len([name for name in files if name.startswith("socket:")]) == 1


def test_garbage_ends_the_worker_and_nothing_else(serve: Serve) -> None:
    server = serve(STEPS)
    line = server.line()
    line._socket.sendall(frame(b"n" * NONCE, b"abc"))
    with pytest.raises(CallCrashed):
        line._receive(1, time.monotonic() + 20)
    assert server.ask("step") == 1


@pytest.mark.parametrize("value", ["'\\ud800'", "torch.empty(2, device='meta')", "[v := [], v.append(v), v]"])
def test_a_value_that_cannot_be_sent_is_an_answer(serve: Serve, value: str) -> None:
    line = serve(f"def f(): return {value}\ndef g(): return 1").line()
    assert isinstance(line.ask(call("f")), Raised)
    assert value_of(line.ask(call("g"))) == 1


def test_torch_computes_in_a_fork_of_a_process_that_used_many_threads(serve: Serve) -> None:
    source = """
torch.set_num_threads(2)
big = torch.ones(600, 600) @ torch.ones(600, 600)
def f():
    x = torch.ones(600, 600, requires_grad=True)
    (x @ x).sum().backward()
    return float(x.grad[0, 0])
"""
    assert serve(source).ask("f") == 1200.0


def test_the_kernel_goes_on_after_a_fork(serve: Serve) -> None:
    servers = [serve(f"def f(): return {number}") for number in range(2)]
    assert [server.ask("f") for server in servers] == [0, 1]


def test_a_function_may_print_as_much_as_it_likes(serve: Serve) -> None:
    source = """
import os, sys
def f():
    print("at once", flush=True)
    print("x" * 100_000)
    sys.stderr.write("aside")
    sys.stderr.flush()
    os.system("echo from below")
    return 1
"""
    assert serve(source).ask("f") == 1
