"""A family of processes is ended, all of it or those to blame."""

from __future__ import annotations

import signal
import subprocess
from contextlib import suppress

import psutil
import pytest

from autograder.sandbox import process
from autograder.tests.sandbox.inside import until
from autograder.tests.sandbox.trees import SLEEP, Start, Tree

#: A snapshot with one check that is being answered, which has a child and starts one more; and another check to come.
_CHECK = "import subprocess, sys, time; subprocess.Popen(['sleep', sys.argv[1]])"
_OFFENDER = f"import signal; signal.signal(signal.SIGUSR1, lambda *_: subprocess.Popen(['sleep', '51'])); {_CHECK}"
_SNAPSHOT = f"""\
import signal, subprocess, sys, time
def check(code, number):
    return subprocess.Popen([sys.executable, '-S', '-c', code + '\\nwhile True: time.sleep(60)', number])
def begin_next(*_): first.send_signal(signal.SIGUSR1); check({_CHECK!r}, '60')
first = check({_OFFENDER!r}, '50')
signal.signal(signal.SIGUSR1, begin_next)
while True: {SLEEP}"""
#: With a first process above it that orphans come to.
SNAPSHOT = f"""\
import ctypes, subprocess, sys
ctypes.CDLL(None).prctl(36, 1, 0, 0, 0)
subprocess.Popen([sys.executable, '-S', '-c', {_SNAPSHOT!r}])
{SLEEP}"""


class _Below(Tree):
    """What is below a first process; and, when that was looked at once, a snapshot in it begins with the next check."""

    looks = 0
    snapshot = 0

    def family(self) -> list[psutil.Process]:
        self.looks += self.snapshot != 0
        if self.looks == 2:
            psutil.Process(self.snapshot).send_signal(signal.SIGUSR1)
            assert until(lambda: {"51", "60"} <= _sleepers(super(_Below, self).family()))
        return [each for each in super().family() if each.pid != self.pid]


def _sleepers(family: list[psutil.Process]) -> set[str]:
    """How long those of them sleep that do nothing else."""
    found = set()
    for each in family:
        with suppress(psutil.Error):
            words = each.cmdline()
            found |= {words[1]} if words and words[0] == "sleep" else set()
    return found


def test_the_check_that_comes_while_an_offender_is_ended_is_let_be(start: Start) -> None:
    family = _Below(start(SNAPSHOT).pid)
    assert until(lambda: "50" in _sleepers(family.family()))
    family.snapshot = psutil.Process(family.pid).children()[0].pid
    assert process.end_offenders(family, {family.snapshot})
    assert _sleepers(family.family()) == {"60"}


def test_one_that_was_killed_and_takes_its_time_has_been_ended() -> None:
    class Slow(Tree):
        def family(self) -> list[psutil.Process]:
            return [psutil.Process(child.pid)]

    class Breeding(Tree):
        def family(self) -> list[psutil.Process]:
            children.append(subprocess.Popen(["sleep", "60"]))
            return [psutil.Process(children[-1].pid)]

    with subprocess.Popen(["sleep", "60"]) as child:
        assert process.end_family(Slow(0), ())  # a zombie for as long as nobody waits for it
    children: list[subprocess.Popen[bytes]] = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(process, "_PASSES", 5)
        assert not process.end_family(Breeding(0), ())
    assert [each.wait() for each in children] == [-signal.SIGKILL] * 5
