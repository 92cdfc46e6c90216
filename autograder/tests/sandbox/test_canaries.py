"""Every attempt to escape fails in the lock, and succeeds where the layer that stops it is left out.

So none of them fails for a reason of its own, and no layer of the lock is there for show.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from autograder.sandbox import landlock, lock
from autograder.sandbox.canaries import ATTEMPTS
from autograder.tests.sandbox.conftest import NO_LOCK
from autograder.tests.sandbox.ordinary import run_as_ordinary_user
from autograder.tests.sandbox.proving import escapes

pytestmark = pytest.mark.skipif(not lock.REQUIRED, reason=NO_LOCK)

SEES = {
    "mounts: a file of this machine",
    "mounts: the course and the home folder",
    "mounts: more disk than allowed",
    "namespaces: other processes",
    "namespaces: a unix socket of the grader's",
}
WRITES = {"mounts: writing to the Python installation", "mounts: writing to the root"}
CALLS = {
    "seccomp: sockets",
    "seccomp: tracing",
    "seccomp: memory that no limit counts",
    "seccomp: new namespaces",
    "user: privileges",  # which says whether there is a filter
}
#: What the lock is without, and what gets out of it whoever the grader is.
HOLES = {
    "": set(),
    "mounts": SEES,
    "mounts,user": {*SEES, "user: privileges"},
    "limits": {"limits: resource limits"},
    "user": {"user: privileges"},
    "landlock": set(),  # it is on top: whatever it stops is stopped by another layer too
    "seccomp": CALLS,
    "seccomp,landlock": {*CALLS, "seccomp: mounting"},  # both of them stop a mount
    "seccomp,user": CALLS,
    "network": {"namespaces: one of the grader's"},
    "network,landlock": {"namespaces: one of the grader's", "namespaces: a unix socket of the grader's"},
    "network,seccomp": {*CALLS, "namespaces: one of the grader's"},
    "network,seccomp,landlock": {
        *CALLS,
        "seccomp: mounting",
        "namespaces: one of the grader's",
        "namespaces: a unix socket of the grader's",
        "namespaces: a port of this machine",
    },
    "ipc": {"namespaces: one of the grader's"},
    "processes": {"namespaces: one of the grader's", "namespaces: other processes"},
    "closing": {"environment: open files"},
    "secrecy": {"namespaces: memory of PID 1"},
    "all": {
        *(SEES | CALLS),
        "seccomp: mounting",
        "limits: resource limits",
        "namespaces: one of the grader's",
        "namespaces: a port of this machine",
    },
}
#: What root gets besides.
OF_ROOT = {
    "mounts,user": WRITES,
    "user": {"namespaces: memory of PID 1"},  # which root started, and may look into
    "seccomp,user": {"namespaces: memory of PID 1", "seccomp: the clock"},
    "all": {*WRITES, "seccomp: the clock"},
}
#: These cannot succeed without a lock: the plain launcher closes files and clears the environment as well, and
#: PID 1 is then the machine's own, which not even root can look into everywhere.
NEVER_WITHOUT_A_LOCK = {"environment: open files", "environment: variables", "namespaces: memory of PID 1"}


def expected(layers: str, user: int) -> set[str]:
    """What gets out on this machine."""
    if layers == "processes" and user:
        return {"refused: mounts"}  # a user's own /proc can only be that of a PID namespace of the user's own
    found = HOLES[layers] | (OF_ROOT.get(layers, set()) if user == 0 else set())
    if landlock.abi() < 6 and "network" in layers:
        found |= {"namespaces: a unix socket of the grader's"}
    if landlock.abi() == 0 and "seccomp" in layers:
        found |= {"seccomp: mounting"}
    return found


@pytest.mark.parametrize("layers", [name for name in HOLES if name != "all"])
def test_a_layer_that_is_left_out_lets_its_attempts_through(layers: str) -> None:
    assert escapes(layers) == expected(layers, os.getuid())


def test_without_a_lock_nearly_every_attempt_succeeds() -> None:
    found = escapes("all") - NEVER_WITHOUT_A_LOCK
    assert found == expected("all", os.getuid())


@pytest.mark.slow
@pytest.mark.skipif(os.getuid() != 0, reason="these tests run as an ordinary user already")
def test_for_an_ordinary_user_it_is_the_same(tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir()
    done = run_as_ordinary_user(home, "-m", "autograder.tests.sandbox.proving", *HOLES)
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert told["user"] != 0
    seen = {layers: set(found) for layers, found in told["escapes"].items()}
    seen["all"] -= NEVER_WITHOUT_A_LOCK
    assert seen == {layers: expected(layers, told["user"]) for layers in HOLES}


def test_every_attempt_succeeds_somewhere_in_this_table_or_in_the_next_test() -> None:
    succeeding = {name for layers in HOLES for name in expected(layers, 0)}
    assert set(ATTEMPTS) - succeeding == {"environment: variables"}


def test_a_variable_of_the_graders_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("autograder.sandbox.warm._zygote_environment", lambda: dict(os.environ))
    assert escapes("") == {"environment: variables"}


CLEAN = """
import json, os, pathlib, sys
from autograder.tests.sandbox.proving import escapes
def state():
    places = ("/", sys.prefix, os.environ["HOME"])
    segments = pathlib.Path("/proc/sysvipc/shm").read_text().splitlines()[1:]
    owned = [line for line in segments if line.split()[7] == str(os.getuid())]
    mounts = pathlib.Path("/proc/self/mounts").read_text()
    return [[sorted(os.listdir(place)) for place in places], owned, mounts, os.listdir("/proc/self/fd")]
before = state()
escapes("all")
print(json.dumps(before == state()))
"""


def test_attempts_that_succeed_are_undone(tmp_path: Path) -> None:
    """Nothing stays at the root, in Python, in shared memory, among the mounts, even when all of it was possible."""
    environment = {**os.environ, "HOME": str(tmp_path), "TMPDIR": str(tmp_path)}
    command = [sys.executable, "-c", CLEAN]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    assert json.loads(done.stdout) is True
    assert list(tmp_path.iterdir()) == []
