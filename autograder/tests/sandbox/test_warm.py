"""The zygote and its kernels: nothing is shared, nothing is left, and a zygote is replaced when it is time."""

from __future__ import annotations

import gc
import json
import logging
import shutil
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from importlib.util import find_spec
from pathlib import Path

import psutil
import pytest

from autograder.errors import KernelError
from autograder.sandbox import lock, process, warm
from autograder.sandbox.limits import Limits
from autograder.sandbox.process import Order
from autograder.sandbox.slot import Slot
from autograder.sandbox.warm import LockedProcess, WarmLauncher, Zygote
from autograder.tests.sandbox.conftest import NO_LOCK
from autograder.tests.sandbox.gaps import gap
from autograder.tests.sandbox.inside import ENTRY, gone, inside, lean_launcher, own_files, until

pytestmark = pytest.mark.skipif(not lock.REQUIRED, reason=NO_LOCK)


def zygotes(launcher: WarmLauncher) -> list[Zygote]:
    return launcher._zygotes


def leaves_nobody(launcher: WarmLauncher) -> bool:
    """Whether the zygotes have no descendants any more; a keeper takes a moment to end."""
    return gone([each.pid for zygote in zygotes(launcher) for each in process.descendants(psutil.Process(zygote.pid))])


def test_a_zygote_has_one_thread_and_only_imports(warm: WarmLauncher) -> None:
    with inside(warm) as it:
        assert it.do("import sys; found = 'torch' in sys.modules") is True
    assert zygotes(warm)[-1].facts == {"ready": True, "missing": [], "threads": 1}


def test_two_kernels_share_nothing(lean: WarmLauncher) -> None:
    leave = "import builtins, os, json; builtins.left = json.left = 1; open('/tmp/left', 'w').write('x')"
    leave += "; open('left', 'w').write('x'); open('/dev/shm/left', 'w').write('x'); os.environ['LEFT'] = 'x'"
    look = "import builtins, os, json\nfound = [hasattr(builtins, 'left'), hasattr(json, 'left'), 'LEFT' in os.environ]"
    look += "\nfound += ['left' in os.listdir(place) for place in ('/tmp', '.', '/dev/shm')]"
    with inside(lean) as first:
        first.do(leave)
        with inside(lean) as second:
            assert second.do(look) == [False] * 6
    with inside(lean) as third:
        assert third.do(look) == [False] * 6


def test_random_numbers_are_each_kernels_own(warm: WarmLauncher) -> None:
    draw = "import os, random, secrets, tempfile, uuid, numpy, torch\n"
    draw += "found = [random.random(), numpy.random.rand(), torch.rand(1).item(), uuid.uuid4().hex]"
    draws = []
    for _ in range(2):
        with inside(warm) as it:
            draws.append(it.do(draw))
    same = [name for name, a, b in zip(("random", "numpy", "torch", "uuid"), *draws, strict=True) if a == b]
    assert same == ["torch"]  # as in a cold Python: torch starts from the same seed everywhere


def test_a_zygote_is_replaced_after_some_forks_and_its_kernels_go_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(warm, "_MOST_FORKS", 2)
    with lean_launcher() as launcher, inside(launcher) as first:
        with inside(launcher), inside(launcher):
            old, new = zygotes(launcher)
            assert old.pid != new.pid
            assert first.do("found = 'alive'") == "alive"
        first.process.end()
        with inside(launcher):
            assert zygotes(launcher) == [new]
        assert gone([old.pid])


def test_a_zygote_is_replaced_after_a_change_on_disk(monkeypatch: pytest.MonkeyPatch) -> None:
    with lean_launcher() as launcher, inside(launcher) as first:
        (old,) = zygotes(launcher)
        monkeypatch.setattr(warm, "_stamp", lambda: (0,))
        with inside(launcher):
            assert zygotes(launcher)[-1].pid != old.pid
            assert first.do("found = 'alive'") == "alive"


def test_a_change_is_an_installation_or_an_edit_of_ours(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sysconfig.get_path", lambda _: str(tmp_path))
    before = warm._stamp()
    assert warm._stamp() == before
    (tmp_path / "new-package").mkdir()
    assert warm._stamp() != before
    ours = tmp_path / "ours" / "sandbox"
    ours.mkdir(parents=True)
    monkeypatch.setattr(warm, "__file__", str(ours / "warm.py"))
    before = warm._stamp()
    (ours / "lock.py").touch()
    assert warm._stamp() != before


def test_a_zygote_that_was_killed_is_replaced(lean: WarmLauncher) -> None:
    with lean_launcher() as launcher, inside(launcher) as first:
        (old,) = zygotes(launcher)
        psutil.Process(old.pid).kill()
        assert gone([first.process.pid])  # whatever it is the origin of goes with it
        with inside(launcher) as second:
            assert second.do("found = 1") == 1


def test_everything_ends_when_the_grader_is_killed() -> None:
    grader = subprocess.Popen(
        [sys.executable, "-m", "autograder.tests.sandbox.doomed"], stdout=subprocess.PIPE, text=True
    )
    with grader:
        assert grader.stdout is not None
        pids = json.loads(grader.stdout.readline())
        assert len(pids) >= 6  # zygote, keeper, PID 1, kernel, the child and its daemon
        grader.kill()
        assert gone(pids)


def test_a_daemon_ends_with_its_kernel(lean: WarmLauncher) -> None:
    detach = "import os, time\nif os.fork() == 0:\n    os.setsid()\n    if os.fork(): os._exit(0)\n    time.sleep(3600)"
    with inside(lean) as it:
        it.do(detach)
        assert until(lambda: len(it.process.family()) == 2)
        family = [each.pid for each in it.process.family()]
    assert gone(family, 0.5)
    assert leaves_nobody(lean)


def test_a_daemon_ends_with_a_kernel_that_ended_itself(lean: WarmLauncher) -> None:
    with inside(lean) as it:
        it.do("import os, time\nif os.fork() == 0:\n    os.setsid()\n    time.sleep(3600)")
        process.send(it.process.pid, signal.SIGKILL)
        assert until(lambda: it.process.poll() == -signal.SIGKILL)
    assert leaves_nobody(lean)


def test_no_file_of_the_graders_stays_open(lean: WarmLauncher) -> None:
    with inside(lean):
        pass
    before = own_files()
    for _ in range(5):
        with inside(lean) as it:
            it.do("found = 1")
    assert own_files() == before


def test_a_launcher_closes_all_that_it_opened() -> None:
    gc.collect()
    before, children = own_files(), len(psutil.Process().children())
    with lean_launcher() as launcher, inside(launcher):
        pass
    assert (own_files(), len(psutil.Process().children())) == (before, children)


@pytest.mark.parametrize("fault", ["_START_SECONDS", "executable"])
def test_a_zygote_that_does_not_start_is_an_error_and_leaves_nothing(
    monkeypatch: pytest.MonkeyPatch, fault: str
) -> None:
    gc.collect()  # what other tests let go of
    before, children = own_files(), len(psutil.Process().children())
    if fault == "executable":
        monkeypatch.setattr(sys, "executable", shutil.which("false"))
    else:
        monkeypatch.setattr(warm, "_START_SECONDS", 0.0)
    with lean_launcher() as launcher, Slot(Limits()) as slot:
        with pytest.raises(KernelError, match="could not be started"):
            launcher.launch(Order(ENTRY), slot)
        assert zygotes(launcher) == []
    gc.collect()
    assert (own_files(), len(psutil.Process().children())) == (before, children)


def test_what_starts_threads_is_not_kept_warm(caplog: pytest.LogCaptureFixture) -> None:
    name = "autograder.tests.sandbox.loud"
    with lean_launcher(name) as launcher, caplog.at_level(logging.WARNING), inside(launcher) as it:
        assert zygotes(launcher)[-1].facts["threads"] == 1
        assert it.do(f"import sys; found = {name!r} in sys.modules") is False
    assert "starts threads" in caplog.text


def test_keras_is_kept_warm_with_all_that_it_brings_along() -> None:
    if not find_spec("keras"):
        pytest.skip("Keras is not installed: that it starts no thread is not tested")
    with lean_launcher("keras") as launcher, inside(launcher) as it:
        assert zygotes(launcher)[-1].facts == {"ready": True, "missing": [], "threads": 1}
        assert it.do("import sys; found = [name in sys.modules for name in ('keras', 'pyarrow')]") == [True, True]
        layer = "keras.layers.Dense(1, kernel_initializer='ones')"
        assert it.do(f"import keras, torch; found = {layer}(torch.ones(1, 2)).tolist()") == [[2.0]]


def test_what_is_not_installed_is_no_reason_to_stop() -> None:
    with lean_launcher("no_such_module") as launcher, inside(launcher):
        assert zygotes(launcher)[-1].facts["missing"] == ["no_such_module"]


def test_a_kernel_whose_entry_fails_has_ended(lean: WarmLauncher) -> None:
    with Slot(Limits()) as slot:
        started = lean.launch(Order("autograder.tests.sandbox.inside:no_such_entry"), slot)
        assert until(lambda: started.poll() == 1)
        started.end()
        started.end()  # a second time does nothing
    assert leaves_nobody(lean)


def test_a_kernel_that_ended_before_anybody_looked_has_ended(
    lean: WarmLauncher, monkeypatch: pytest.MonkeyPatch
) -> None:
    wait_for = LockedProcess._wait_for

    def dawdle(self: LockedProcess, fact: str, until: float) -> None:
        wait_for(self, fact, until)
        time.sleep(0.1)

    monkeypatch.setattr(LockedProcess, "_wait_for", dawdle)
    with Slot(Limits()) as slot:
        started = lean.launch(Order("autograder.tests.sandbox.inside:no_such_entry"), slot)
        assert started.poll() == 1
        assert started.family() == []
        started.interrupt()
        started.end()
    assert leaves_nobody(lean)


def test_it_does_not_matter_who_reports_first() -> None:
    """The keeper tells PID 1's number, PID 1 that the kernel has started: two processes, and no order."""
    with lean_launcher(gap("haste")) as launcher, inside(launcher) as it:
        assert it.do("found = 1") == 1


def test_many_threads_can_ask_for_kernels_while_zygotes_retire(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(warm, "_MOST_FORKS", 2)

    def ask(_: int) -> int:
        with inside(launcher) as it:
            return int(it.do("found = 1"))

    with lean_launcher() as launcher, ThreadPoolExecutor(4) as threads:
        assert sum(threads.map(ask, range(12))) == 12


def test_an_order_that_cannot_be_read_is_an_error_and_not_a_wait(lean: WarmLauncher) -> None:
    with Slot(Limits()) as slot, pytest.raises(KernelError):
        lean.launch(Order(ENTRY, (), {"sizes": {}}), slot)
    with inside(lean) as it:
        assert it.do("found = 1") == 1
