"""What a kernel that has a GPU finds in its place: the GPU's files and name, and room for addresses."""

from __future__ import annotations

from typing import Any

import pytest

from autograder.sandbox import lock
from autograder.sandbox.gpu import Gpu
from autograder.sandbox.limits import Limits
from autograder.sandbox.plain import PlainLauncher
from autograder.sandbox.process import Launcher, Order, socket_pair
from autograder.sandbox.slot import Slot
from autograder.sandbox.warm import LockRefused, WarmLauncher
from autograder.tests.sandbox.conftest import NO_LOCK
from autograder.tests.sandbox.fake_nvml import GIB, paper_gpu
from autograder.tests.sandbox.inside import ENTRY, Inside

needs_lock = pytest.mark.skipif(not lock.REQUIRED, reason=NO_LOCK)


class Lent(Gpu):
    """A GPU that stands for any device file."""

    files: tuple[str, ...] = ()

    @property
    def devices(self) -> tuple[str, ...]:
        return self.files


def lent(*files: str) -> Lent:
    made = Lent("GPU-a", "Card of Paper", 0, 80 * GIB)
    object.__setattr__(made, "files", files)
    return made


def do(launcher: Launcher, source: str, lent_gpu: Gpu | None) -> Any:
    """What a process in the lock finds, with that GPU lent to it."""
    ours, theirs = socket_pair()
    with Slot(Limits(), lent_gpu) as slot, ours:
        with theirs:
            process = launcher.launch(Order(ENTRY, [theirs.fileno()]), slot)
        try:
            return Inside(process, ours).do(source)
        finally:
            process.end()


LOOK = "import os, stat; found = [stat.S_ISCHR(os.stat('/dev/tty').st_mode), sorted(os.listdir('/dev'))]"


def test_addresses_are_bounded_but_with_a_gpu() -> None:
    with Slot(Limits()) as without, Slot(Limits(), paper_gpu()) as with_one:
        assert set(without.rlimits) - set(with_one.rlimits) == {"RLIMIT_AS"}
        assert without.environment == {}
        assert with_one.environment["CUDA_VISIBLE_DEVICES"] == "GPU-a"


@needs_lock
def test_the_lock_shows_a_gpus_files_and_no_others(lean: WarmLauncher) -> None:
    without = do(lean, "import os; found = os.listdir('/dev')", None)
    is_device, names = do(lean, LOOK, lent("tty"))
    assert is_device is True
    assert set(names) - set(without) == {"tty"}


@needs_lock
def test_the_environment_names_the_gpu_or_none(lean: WarmLauncher) -> None:
    look = (
        "import os, resource\nfound = [os.environ['CUDA_VISIBLE_DEVICES'], resource.getrlimit(resource.RLIMIT_AS)[0]]"
    )
    assert do(lean, look, None) == ["", Limits().address_bytes]
    assert do(lean, look, lent("tty")) == ["GPU-a", -1]


@needs_lock
def test_a_missing_device_file_is_named(lean: WarmLauncher) -> None:
    with Slot(Limits(), lent("nvidia99")) as slot, pytest.raises(LockRefused, match="/dev/nvidia99") as caught:
        lean.launch(Order(ENTRY), slot)
    assert caught.value.layer == "mounts"
    assert do(lean, "found = 1", None) == 1


def test_without_a_lock_the_environment_is_the_same() -> None:
    assert do(PlainLauncher(), "import os; found = os.environ['CUDA_VISIBLE_DEVICES']", lent("tty")) == "GPU-a"
