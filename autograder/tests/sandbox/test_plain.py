"""Without a lock, the processes of a kernel are found by descent and by a mark, and end with it."""

from __future__ import annotations

import os
import signal

import psutil
import pytest

from autograder.sandbox.limits import Limits
from autograder.sandbox.plain import PlainLauncher
from autograder.tests.sandbox.inside import Inside, gone, inside, own_files, until

DAEMON = """\
import subprocess
found = subprocess.Popen(['sleep', '600']{options}, stdout=subprocess.DEVNULL).pid
"""
DAEMONS = {
    "a child": "",
    "in a session of its own": ", start_new_session=True",
    "elsewhere": ", start_new_session=True, cwd='/'",
    "without the mark": ", env={}, start_new_session=True",
}
ORPHAN = """\
import os, time
if os.fork() == 0:
    os.setsid()
    if os.fork(): os._exit(0)
    time.sleep(600)
"""


def pids(it: Inside) -> set[int]:
    return {each.pid for each in it.process.family()}


@pytest.mark.parametrize("options", DAEMONS.values(), ids=DAEMONS)
def test_daemons_are_found_and_end(options: str) -> None:
    with inside(PlainLauncher()) as it:
        pid = it.do(DAEMON.replace("{options}", options))
        assert pid in pids(it)
        it.process.end()
        assert gone([pid, it.process.pid])
        assert it.process.family() == []


def test_a_kernel_that_threw_its_mark_away_ends_as_well() -> None:
    with inside(PlainLauncher()) as it:
        assert pids(it) == {it.process.pid}
        with pytest.raises(AssertionError, match="gone"):
            it.do("import os; os.closerange(3, 99); os.execve('/bin/sleep', ['sleep', '600'], {})")
        assert until(lambda: psutil.Process(it.process.pid).environ() == {})
        assert pids(it) == {it.process.pid}
    assert gone([it.process.pid], 0.0)
    assert it.process.poll() == -signal.SIGKILL


def test_an_orphan_is_found_by_its_mark() -> None:
    with inside(PlainLauncher()) as it:
        it.do(ORPHAN)
        assert until(lambda: len(pids(it)) == 2)
        family = pids(it)
    assert gone(list(family))


def test_other_kernels_and_processes_are_left_alone() -> None:
    with inside(PlainLauncher()) as neighbour, inside(PlainLauncher()) as it:
        theirs = neighbour.do(DAEMON.replace("{options}", ", start_new_session=True"))
        it.process.end()
        assert not gone([theirs], 0.0)
        assert neighbour.do("found = 1") == 1
        assert psutil.pid_exists(os.getpid())
    assert gone([theirs])


def test_limits_are_set_but_for_what_would_count_the_users_other_processes() -> None:
    names = ("RLIMIT_DATA", "RLIMIT_FSIZE", "RLIMIT_CORE", "RLIMIT_NPROC")
    with inside(PlainLauncher(), Limits(memory_bytes=2**30, file_bytes=2**20, tasks=77)) as it:
        found = it.do(f"import resource; found = [resource.getrlimit(getattr(resource, n))[0] for n in {names}]")
    assert found[:3] == [2**30, 2**20, Limits().rlimits()["RLIMIT_CORE"]]
    assert found[3] != 77


def test_nothing_stays_open_and_the_level_is_off() -> None:
    launcher = PlainLauncher()
    before = own_files()
    with inside(launcher) as it:
        assert it.do("found = 1") == 1
    launcher.close()
    assert own_files() == before
    assert launcher.level == "off"
