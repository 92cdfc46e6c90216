"""Between two checks in one process: what is put back, and what is told because it cannot be."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from autograder.bridge.host import ForkControl, SocketConnection
from autograder.bridge.messages import Call, Calls, Define, HandleValue, Raised, Reply, Returned, Script
from autograder.bridge.values import unpack
from autograder.errors import CallCrashed
from autograder.tests.forks import FakeKernel

Line = Callable[[str], SocketConnection]


@pytest.fixture
def line(fake_kernel: FakeKernel, tmp_path: Path) -> Iterator[Line]:
    """A line to a worker with that code."""
    controls: list[ForkControl] = []

    def start(source: str) -> SocketConnection:
        path = fake_kernel.fork_at(tmp_path / f"f{len(controls)}", source)
        controls.append(ForkControl(path))
        return controls[-1].connect(20.0)

    yield start
    for control in controls:
        control.close()


def value_of(reply: Reply) -> Any:
    assert isinstance(reply, Returned), reply
    return unpack(reply.value, lambda handle: handle)


def ask(connection: SocketConnection, name: str = "f") -> Any:
    return value_of(connection.ask(Call(name, [], {})))


def renew(connection: SocketConnection) -> bool:
    return connection.renew(time.monotonic() + 20)


HARMLESS = {
    "a function of its inputs": "def f(): return 1",
    "a name": "n = 0\ndef f():\n    global n, m\n    n = m = n + 1\n    return n",
    "a name that is deleted": "n = 1\ndef f():\n    global n\n    value = n\n    del n\n    return value",
    "torch's numbers": "def f(): return float(torch.rand(()))",
    "random's numbers": "import random\ndef f(): return random.random()",
    "numpy's numbers": "import numpy\ndef f(): return float(numpy.random.rand())",
    "an object that is let go": "class A:\n    pass\ndef f():\n    a = A()\n    a.self = a\n    return 1",
    "layers that are let go": "def f(): return torch.nn.Linear(2, 2)(torch.ones(2)).tolist()",
    "dropout": "drop = torch.nn.Dropout(0.5)\ndef f(): return drop(torch.ones(50)).tolist()",
    "modes that are left": "def f():\n    with torch.no_grad(): return 1",
    "a large list": "many = [[n] for n in range(5000)]\ndef f(): return len(many)",
    "a bound method": "class A:\n    def g(self): return [1]\nf = A().g",
    "an object with slots": "class A:\n    __slots__ = ('x',)\na = A()\na.x = [1]\ndef f(): return a.x",
    "a dataclass": "import dataclasses\n@dataclasses.dataclass\nclass A:\n    n: int\na = A(1)\ndef f(): return A(2).n",
    "a model": "m = torch.nn.Sequential(torch.nn.Linear(4, 4))\ndef f(): return m(torch.ones(4)).tolist()",
    "views of a table": "t = torch.zeros(99, 9)\nrows = list(t)\ndef f(): return rows[1].tolist()",
    "an array": "import numpy\nt = numpy.arange(3)\ndef f(): return t.tolist()",
    "a list that never ends": "class A(list):\n    def __iter__(self): return iter(int, 1)\na = A()\ndef f(): return 1",
    "a table that computes": "class A(dict):\n    def values(self): 1 / 0\n    __len__ = 0\na = A()\ndef f(): return 1",
    "an object that knows all": "class A:\n    def __getattr__(self, name): return self\na = A()\ndef f(): return 1",
    "an object that lies": "class A:\n    __class__ = list\na = A()\ndef f(): return 1",
    "an empty cell": "def make():\n    def g(): return a\n    return g\n    a = 1\ng = make()\ndef f(): return 1",
}


@pytest.mark.parametrize("source", HARMLESS.values(), ids=HARMLESS)
def test_the_next_check_finds_what_the_first_one_found(line: Line, source: str) -> None:
    with closing(line(source)) as connection:
        first = ask(connection)
        for _ in range(2):
            assert renew(connection)
            assert ask(connection) == first


LASTING = {
    "a list": "seen = []\ndef f(): seen.append(1)",
    "a dict": "seen = {}\ndef f(): seen['x'] = 1",
    "a dict's value": "seen = {'x': None}\ndef f(): seen['x'] = 1",
    "a list in a list": "seen = [[]]\ndef f(): seen[0].append(1)",
    "a large list": "seen = [0] * 5000\ndef f(): seen.append(1)",
    "a default argument": "def f(seen=[]): seen.append(1)",
    "a named default argument": "def f(*, seen={}): seen['x'] = 1",
    "a function's attribute": "def f(): f.seen = 1",
    "a closure": "def make():\n    n = []\n    def f(): n.append(1)\n    return f\nf = make()",
    "a counter": "def make():\n    n = 0\n    def f():\n        nonlocal n\n        n += 999\n    return f\nf = make()",
    "a cache": "import functools\n@functools.cache\ndef g(x): return x\ndef f(): return g(1)",
    "a class": "class A:\n    seen = []\ndef f(): A.seen.append(1)",
    "a class's attribute": "class A:\n    n = 0\ndef f(): A.n += 1000",
    "an object": "class A:\n    pass\na = A()\ndef f(): a.seen = 1",
    "a method's default": "class A:\n    def g(self, seen=[]): seen.append(1)\ndef f(): A().g()",
    "a tensor": "t = torch.zeros(2)\ndef f(): t.add_(1)",
    "a tensor's gradient": "t = torch.zeros(2, requires_grad=True)\ndef f(): t.sum().backward()",
    "a module": "m = torch.nn.Linear(2, 2)\ndef f(): m.weight.data = torch.zeros(2, 2)",
    "a tensor's data": "t = torch.zeros(2)\ndef f(): t.data.add_(1)",
    "a tensor's memory": "t = torch.zeros(2)\ndef f(): t.numpy()[0] = 1",
    "a weight's data": "m = torch.nn.Linear(2, 2)\ndef f(): m.weight.data.fill_(0)",
    "an array": "import numpy\nt = numpy.zeros(2)\ndef f(): t[0] = 1",
    "an array's numbers": "import numpy\nr = numpy.random.default_rng(1)\ndef f(): r.random()",
    "a bound method's object": "class A:\n    n = 0\n    def g(self): self.n += 1000\nf = A().g",
    "a partial": "import functools\ndef g(seen): seen.append(1)\nf = functools.partial(g, [])",
    "a static method": "class A:\n    @staticmethod\n    def g(seen=[]): seen.append(1)\ndef f(): A.g()",
    "slots": "class A:\n    __slots__ = ('x',)\na = A()\na.x = []\ndef f(): a.x.append(1)",
    "a full cache": "import functools\n@functools.lru_cache(1)\ndef g(x): return x\ng(1)\ndef f(): return g(2)",
    "a namespace": "import types\na = types.SimpleNamespace(x=1)\ndef f(): a.x = 2",
    "a module's mode": "m = torch.nn.Linear(2, 2)\ndef f(): m.eval()",
    "a module's buffer": "m = torch.nn.BatchNorm1d(2)\ndef f(): m(torch.randn(3, 2))",
    "a generator": "g = torch.Generator()\ndef f(): torch.rand(1, generator=g)",
    "random numbers of its own": "import random\nr = random.Random(1)\ndef f(): r.random()",
    "torch's dtype": "def f(): torch.set_default_dtype(torch.float64)",
    "torch's device": "def f(): torch.set_default_device('meta')",
    "torch's gradients": "def f(): torch.set_grad_enabled(False)",
    "torch's exactness": "def f(): torch.use_deterministic_algorithms(True)",
    "torch's functions": "def f(): torch.nn.functional.softmax = None",
    "a thread": "import threading, time\ndef f(): threading.Thread(target=time.sleep, args=(9,), daemon=True).start()",
    "a folder": "import os\ndef f(): os.chdir('/')",
    "a trap": "class A:\n    @property\n    def __dict__(self): 1 / 0\nx = {}\ndef f(): x['a'] = A()",
}


@pytest.mark.parametrize("source", LASTING.values(), ids=LASTING)
def test_what_would_last_is_told(line: Line, source: str) -> None:
    with closing(line(f"__name__ = '__main__'\n{source}")) as connection:
        connection.ask(Call("f", [], {}))
        assert not renew(connection)


def test_a_namespace_that_cannot_be_looked_at_is_never_the_same(line: Line) -> None:
    trap = "class A(torch.Tensor):\n    def untyped_storage(self): 1 / 0\na = torch.ones(1).as_subclass(A)"
    with closing(line(f"{trap}\ndef f(): return 1")) as connection:
        assert ask(connection) == 1
        assert not renew(connection)


def test_where_there_is_too_much_to_see_each_check_gets_a_fresh_fork_and_soon(line: Line) -> None:
    source = "many = [[[n] for n in range(900)] for _ in range(900)]\ndef f(): return 1"
    with closing(line(source)) as connection:
        started = time.monotonic()
        assert ask(connection) == 1
        assert not renew(connection)
        assert time.monotonic() - started < 2  # it takes some hundredths; to look at all of it took many times that


@pytest.mark.slow
@pytest.mark.parametrize(
    "source",
    [
        "import os, tempfile\nfolder = tempfile.mkdtemp()\nos.chdir(folder)\nos.rmdir(folder)",
        "import sys\nsys.modules['numpy'] = None",
    ],
    ids=["a folder that is gone", "no numpy"],
)
def test_a_world_that_cannot_be_looked_at_is_no_reason_to_reject_right_work(tmp_path: Path, source: str) -> None:
    kernel = FakeKernel()  # of its own, which the source spoils
    try:
        control = ForkControl(kernel.fork_at(tmp_path / "f", f"{source}\ndef f(): return 1"))
        with closing(control), closing(control.connect(20.0)) as connection:
            assert ask(connection) == 1
    finally:
        kernel.close()


def test_objects_scripts_and_definitions_are_each_checks_own(line: Line) -> None:
    source = "def helper(): return 'own'\ndef f(): return helper()\ndef make(): return object()"
    with closing(line(source)) as connection:
        handle = value_of(connection.ask(Call("make", [], {}, keep=True)))
        assert isinstance(handle, HandleValue)
        connection.ask(Define("def f(): return 'a stand-in'"))
        connection.ask(Script("helper", ["scripted"]))
        assert ask(connection) == "a stand-in"
        assert renew(connection)
        assert ask(connection) == "own"
        assert isinstance(connection.ask(Calls("helper")), Raised)
        assert isinstance(connection.ask(Call(handle, [], {})), Raised)


def test_each_check_may_get_as_many_bytes_as_one(line: Line, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("autograder.bridge.host.MAX_REPLIES", 1500)
    with closing(line("def f(): return 'x' * 1000")) as connection:
        for _ in range(3):
            ask(connection)
            assert renew(connection)
        ask(connection)
        with pytest.raises(CallCrashed, match="larger"):
            ask(connection)


def test_a_worker_that_is_gone_is_not_ready(line: Line) -> None:
    with closing(line("import os\ndef f(): os._exit(0)")) as connection:
        with pytest.raises(CallCrashed):
            connection.ask(Call("f", [], {}))
        with pytest.raises(CallCrashed):
            renew(connection)
