"""Landlock by itself: what it allows, what it denies, and what is asked of kernels that know less of it."""

from __future__ import annotations

import ctypes
import json
import os
import struct
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from autograder.sandbox import landlock, lock, system
from autograder.sandbox.warm import WarmLauncher
from autograder.tests.sandbox.conftest import NO_LOCK
from autograder.tests.sandbox.inside import inside

pytestmark = pytest.mark.skipif(not lock.REQUIRED, reason=NO_LOCK)
ABI = landlock.abi() if lock.REQUIRED else 0
needs = {
    version: pytest.mark.skipif(version > ABI, reason=f"this kernel's Landlock has ABI {ABI}, not {version}")
    for version in (1, 3, 4, 6)
}

RESTRICTED = """
import json, os, signal, socket, sys
from autograder.sandbox import landlock
readable, writable, body = json.loads(sys.argv[1])
version = landlock.restrict([*readable, "/usr", "/lib", "/proc", sys.prefix, sys.base_prefix], writable)
def attempt(work):
    try: work()
    except OSError as error: return type(error).__name__
    return "done"
exec(body)
print(json.dumps(found))
"""


def restricted(body: str, readable: tuple[Path, ...] = (), writable: tuple[Path, ...] = ()) -> Any:
    """Runs code in a process of its own that Landlock binds; its `found`."""
    told = json.dumps([[str(path) for path in readable], [str(path) for path in writable], body])
    done = subprocess.run([sys.executable, "-c", RESTRICTED, told], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.fixture
def places(tmp_path: Path) -> dict[str, Path]:
    made = {name: tmp_path / name for name in ("read", "write", "closed")}
    for folder in made.values():
        folder.mkdir()
        (folder / "file").write_text("text")
    return made


@needs[1]
def test_only_what_is_named_is_read_and_written(places: dict[str, Path]) -> None:
    body = f"""
found = {{}}
for name, folder in {{ {", ".join(f"{k!r}: {str(v)!r}" for k, v in places.items())} }}.items():
    found[name] = [
        attempt(lambda: open(folder + "/file").read()), attempt(lambda: os.listdir(folder)),
        attempt(lambda: open(folder + "/file", "a").close()), attempt(lambda: open(folder + "/new", "w").close()),
        attempt(lambda: os.mkdir(folder + "/deep")), attempt(lambda: os.unlink(folder + "/file")),
        attempt(lambda: os.symlink("/", folder + "/link")),
    ]
"""
    denied = "PermissionError"
    found = restricted(body, readable=(places["read"],), writable=(places["write"],))
    assert found["read"] == ["done", "done"] + [denied] * 5
    assert found["write"] == ["done"] * 7
    assert found["closed"] == [denied] * 7


@needs[1]
def test_a_file_may_be_named_as_well(places: dict[str, Path]) -> None:
    file = places["closed"] / "file"
    body = f"""
found = [attempt(lambda: open({str(file)!r}).read()), attempt(lambda: os.listdir({str(file.parent)!r}))]
"""
    assert restricted(body, readable=(file,)) == ["done", "PermissionError"]


@needs[1]
def test_what_it_starts_is_bound_too_and_it_cannot_be_undone(places: dict[str, Path]) -> None:
    body = f"""
import subprocess
landlock.restrict(["/"], ["/"])
found = subprocess.run(["cat", {str(places["closed"] / "file")!r}], stderr=subprocess.DEVNULL).returncode
"""
    assert restricted(body, readable=(Path("/dev/null"),), writable=(Path("/dev/null"),)) == 1


@needs[1]
def test_it_comes_with_no_new_privileges() -> None:
    assert restricted("found = [l for l in open('/proc/self/status') if l.startswith('NoNewPrivs')]") == [
        "NoNewPrivs:\t1\n"
    ]


@needs[3]
def test_no_file_is_cut_short(places: dict[str, Path]) -> None:
    body = f"found = attempt(lambda: os.truncate({str(places['read'] / 'file')!r}, 0))"
    assert restricted(body, readable=(places["read"],)) == "PermissionError"


@needs[4]
def test_no_port_is_bound_or_reached() -> None:
    body = """
line, other = socket.socket(), socket.socket()
found = [attempt(lambda: line.bind(("127.0.0.1", 0))), attempt(lambda: other.connect(("127.0.0.1", 9)))]
"""
    assert restricted(body) == ["PermissionError", "PermissionError"]


@needs[6]
def test_no_outsider_gets_a_signal() -> None:
    body = """
child = os.fork()
if child == 0: os._exit(signal.pause() or 0)
found = [attempt(lambda: os.kill(os.getppid(), 0)), attempt(lambda: os.kill(child, 9))]
"""
    assert restricted(body) == ["PermissionError", "done"]


@needs[6]
def test_no_abstract_socket_of_an_outsiders_is_reached() -> None:
    name = f"\0aandacht-test-{os.getpid()}"
    import socket

    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(name)
        listener.listen(1)
        body = f"""
theirs, own = socket.socket(socket.AF_UNIX), socket.socket(socket.AF_UNIX)
own.bind({name + "-own"!r}); own.listen(1)
mine = socket.socket(socket.AF_UNIX)
found = [attempt(lambda: theirs.connect({name!r})), attempt(lambda: mine.connect({name + "-own"!r}))]
"""
        assert restricted(body) == ["PermissionError", "done"]


def test_the_lock_applies_it(lean: WarmLauncher) -> None:
    """A folder can still be made world-writable by its owner, but outside of what is writable nothing is written."""
    if not ABI:
        pytest.skip("this kernel has no Landlock")
    with inside(lean) as it:
        look = "import os\nfound = []\nfor p in ('/home/student/x', '/tmp/x', '/dev/shm/x', '/etc/x', '/x'):\n"
        look += "    try: open(p, 'w').close(); found.append(p)\n    except OSError: pass"
        assert it.do(look) == ["/home/student/x", "/tmp/x", "/dev/shm/x"]


@pytest.mark.parametrize(
    ("version", "rights", "size"),
    [(1, 13, 8), (2, 14, 8), (3, 15, 8), (4, 15, 16), (5, 16, 16), (6, 16, 24), (7, 16, 24)],
)
def test_no_kernel_is_asked_for_more_than_it_knows(
    monkeypatch: pytest.MonkeyPatch, version: int, rights: int, size: int
) -> None:
    asked: list[tuple[str, tuple[Any, ...]]] = []

    def call(name: str, *args: Any) -> int:
        asked.append((name, args))
        if args[0] is None:
            return version
        return os.open(os.devnull, os.O_RDONLY) if name == "landlock_create_ruleset" else 0

    monkeypatch.setattr(system, "call", call)
    monkeypatch.setattr(system, "prctl", lambda *_: 0)
    assert landlock.restrict(["/usr", "/dev/null"], ["/tmp"]) == version
    (_, ruleset), *rules = [(name, args) for name, args in asked if args[0] is not None]
    assert ruleset[1] == size
    handled = struct.unpack_from("<Q", ruleset[0].raw)[0]
    assert handled == (1 << rights) - 1
    assert [name for name, _ in rules] == ["landlock_add_rule"] * 3 + ["landlock_restrict_self"]
    allowed = [struct.unpack("<Qi", args[2].raw)[0] for _, args in rules[:3]]
    assert allowed[0] == 0b1101  # run, read, list
    assert allowed[1] == 0b0101  # of a file nothing can be listed
    assert allowed[2] == handled
    assert not any(each & ~handled for each in allowed)
    assert isinstance(ruleset[0], ctypes.Array)


def test_a_kernel_without_it_is_left_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    def call(name: str, *_: object) -> int:
        raise OSError(38, name)

    monkeypatch.setattr(system, "call", call)
    assert landlock.restrict(["/"], []) == 0
