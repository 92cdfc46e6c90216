"""Who student code is: nobody who owns anything, whoever the grader is."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from autograder.sandbox import lock, privileges, system
from autograder.sandbox.warm import WarmLauncher
from autograder.tests.sandbox.conftest import NO_LOCK
from autograder.tests.sandbox.inside import inside
from autograder.tests.sandbox.ordinary import USER, run_as_ordinary_user

pytestmark = pytest.mark.skipif(not lock.REQUIRED, reason=NO_LOCK)
AS_ROOT = os.getuid() == 0
only_root = pytest.mark.skipif(not AS_ROOT, reason="only root can become somebody else")
LOOK = """
import os, pathlib
status = dict(l.split(":\\t", 1) for l in pathlib.Path("/proc/self/status").read_text().splitlines() if ":\\t" in l)
held = [int(status[name], 16) for name in ("CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb")]
found = [os.getresuid(), os.getresgid(), os.getgroups(), held, status["NoNewPrivs"], status["Seccomp"]]
"""


def test_no_capability_is_left_nor_a_way_to_one(lean: WarmLauncher) -> None:
    with inside(lean) as it:
        uids, gids, groups, held, no_new_privileges, filtered = it.do(LOOK)
    assert held == [0, 0, 0, 0, 0]
    assert (no_new_privileges, filtered) == ("1", "2")
    assert len(set(uids)) == len(set(gids)) == 1
    assert 0 not in (*uids, *gids)
    if AS_ROOT:
        assert groups == []
        assert uids[0] in range(61184, 65520)
    else:
        assert uids[0] == os.getuid()


@only_root
def test_two_kernels_of_roots_are_two_users(lean: WarmLauncher) -> None:
    with inside(lean) as one, inside(lean) as other:
        assert one.do("import os; found = os.getuid()") != other.do("import os; found = os.getuid()")


@pytest.mark.parametrize("call", ["os.setuid(0)", "os.setgid(0)", "os.setgroups([0])", "os.setresuid(0, 0, 0)"])
def test_nobody_becomes_root(lean: WarmLauncher, call: str) -> None:
    # In a user namespace of an ordinary user's there is no root at all, so that the number is invalid.
    with inside(lean) as it, pytest.raises(AssertionError, match=r"PermissionError|Invalid argument"):
        it.do(f"import os; {call}")


def test_pid_1_cannot_be_looked_into_killed_or_slowed(lean: WarmLauncher) -> None:
    attempts = (
        "open('/proc/1/environ').read(), open('/proc/1/mem'), os.listdir('/proc/1/fd'), os.readlink('/proc/1/exe')"
    )
    tries = "\n".join(
        f"try: {each.strip()}; found.append({each.strip()!r})\nexcept OSError: pass" for each in attempts.split(", ")
    )
    with inside(lean) as it:
        assert it.do(f"import os, signal\nfound = []\n{tries}") == []
        it.do("try: os.kill(1, 9)\nexcept OSError: pass\nfound = 1")
        assert it.do("found = 'alive'") == "alive"


def test_nobody_outside_can_be_killed_or_slowed(lean: WarmLauncher) -> None:
    with subprocess.Popen(["sleep", "60"]) as outsider, inside(lean) as it:
        it.do(f"import os\nfor p in ({outsider.pid}, {os.getpid()}):\n  try: os.kill(p, 9)\n  except OSError: pass")
        with pytest.raises(AssertionError, match="ProcessLookupError"):
            it.do(f"import resource; resource.prlimit({outsider.pid}, resource.RLIMIT_CPU, (1, 1))")
        it.do("import signal\ntry: os.kill(-1, 9)\nexcept OSError: pass")
        assert outsider.poll() is None
        outsider.kill()


def test_a_neighbour_is_out_of_sight(lean: WarmLauncher) -> None:
    with inside(lean) as one, inside(lean) as other:
        other.do("import socket; s = socket.socket(socket.AF_UNIX); s.bind('/tmp/s'); s.listen(1); found = 1")
        other.do("a = socket.socket(socket.AF_UNIX); a.bind('\\0neighbour'); a.listen(1); found = 1")
        for place in ("'/tmp/s'", "'\\0neighbour'"):
            with pytest.raises(AssertionError, match=r"FileNotFoundError|ConnectionRefusedError|PermissionError"):
                one.do(f"import socket; socket.socket(socket.AF_UNIX).connect({place})")


@only_root
def test_for_an_ordinary_user_the_lock_holds_as_well(tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir()
    done = run_as_ordinary_user(home, "-m", "autograder.tests.sandbox.proving", "")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == {"user": USER, "escapes": {"": []}}
    assert list(home.iterdir()) == []


CHOSEN = """
import json, os
from autograder.sandbox.choose import choose
launcher = choose(False, (), ())
print(json.dumps([os.getuid(), launcher.level]))
launcher.close()
"""


@pytest.mark.slow
@only_root
def test_for_an_ordinary_user_the_level_is_the_same(tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir()
    (home / "chosen.py").write_text(CHOSEN)
    done = run_as_ordinary_user(home, str(home / "chosen.py"))
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == [USER, "namespaces"]


def test_a_user_of_ones_own_needs_three_capabilities(monkeypatch: pytest.MonkeyPatch) -> None:
    needed = [1 << 21, 1 << 7, 1 << 6]
    for missing in needed:
        monkeypatch.setattr(system, "effective_capabilities", lambda missing=missing: sum(needed) - missing)
        assert not privileges.may_change_user()
    monkeypatch.setattr(system, "effective_capabilities", lambda: sum(needed))
    assert privileges.may_change_user()


def test_where_namespaces_are_refused_it_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(flags: int) -> None:
        raise PermissionError(1, "unshare: not here")

    monkeypatch.setattr(system, "unshare", refuse)
    with pytest.raises(lock.Refused, match=r"namespaces: .*unshare: not here") as caught:
        lock.enter()
    assert caught.value.layer == "namespaces"


@only_root
def test_what_is_given_up_does_not_come_back() -> None:
    code = (
        "import os\nfrom autograder.sandbox import privileges, system\n"
        "system.effective_capabilities()  # what this imports may lie in root's home folder\n"
        "os.setgroups([0, 7])\n"
        "privileges.become(61000, 61000)\n"
        "assert system.effective_capabilities() == 0 and os.getgroups() == []\n"
        "try: os.setuid(0)\nexcept PermissionError: print('refused')"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "refused\n"
