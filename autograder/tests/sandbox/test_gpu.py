"""GPUs from outside, with a driver of paper: which there are, who has one, and what happens when one is not well."""

from __future__ import annotations

import os
import signal
import stat
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest
import torch

from autograder.errors import KernelError
from autograder.sandbox import gpu
from autograder.sandbox.gpu import Gpu, GpuLost
from autograder.tests.sandbox.fake_nvml import GIB, FakeNvml, NVMLError, paper_gpu

# Which there are


def test_all_of_them_are_found(nvml: FakeNvml) -> None:
    assert gpu.find() == [paper_gpu("GPU-a", 0), paper_gpu("GPU-b", 3)]
    assert gpu.driver() == "999.1"


def test_a_kernel_sees_one_gpu_and_its_files(nvml: FakeNvml) -> None:
    _, second = gpu.find()
    assert second.devices == ("nvidia3", "nvidiactl", "nvidia-uvm")
    assert second.environment["CUDA_VISIBLE_DEVICES"] == "GPU-b"


def test_what_is_used_is_asked_each_time(nvml: FakeNvml) -> None:
    first, second = gpu.find()
    nvml.cards[0].used, nvml.cards[0].users = 5 * GIB, [7, 8]
    assert (first.used(), second.used()) == (5 * GIB, GIB)
    assert (first.processes(), second.processes()) == ({7, 8}, set())


def test_what_the_driver_does_not_know_is_left_out(nvml: FakeNvml) -> None:
    assert gpu.in_state(paper_gpu()) == {"memory": "80 GB, 1024 MB in use", "persistence": "on"}


@pytest.fixture
def cuda_build(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.version, "cuda", "12.9")


def test_nothing_is_missing_where_there_is_a_gpu(nvml: FakeNvml, cuda_build: None) -> None:
    assert gpu.missing() == ""


def test_a_build_without_cuda_is_said(nvml: FakeNvml, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.version, "cuda", None)
    assert "is built without CUDA" in gpu.missing()


def test_a_missing_library_is_said(nvml: FakeNvml, cuda_build: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pynvml", None)
    assert "pip install 'autograder[gpu]'" in gpu.missing()


def test_a_driver_that_does_not_answer_is_said(nvml: FakeNvml, cuda_build: None) -> None:
    nvml.error = NVMLError("Driver Not Loaded")
    assert "does not answer (Driver Not Loaded)" in gpu.missing()
    nvml.error = None
    assert gpu.missing() == ""  # asked anew: a failure is not remembered


def test_a_machine_without_any_is_said(nvml: FakeNvml, cuda_build: None) -> None:
    nvml.cards.clear()
    assert "knows of no GPU" in gpu.missing()


# Who has one


def test_each_holder_has_a_gpu_to_itself(nvml: FakeNvml) -> None:
    with gpu.hold() as one, gpu.hold() as other:
        assert {one.uuid, other.uuid} == {"GPU-a", "GPU-b"}
    with gpu.hold() as again:
        assert again == one


def test_who_comes_third_waits_for_the_first_to_leave(nvml: FakeNvml) -> None:
    got: list[Gpu] = []

    def third() -> None:
        with gpu.hold() as held:
            got.append(held)

    with gpu.hold() as first:
        with gpu.hold():
            thread = threading.Thread(target=third)
            thread.start()
            time.sleep(0.1)
            assert got == []
            waits = thread.is_alive()
        thread.join(5)
    assert waits
    assert got
    assert got != [first]


def test_nobody_waits_for_ever(nvml: FakeNvml, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gpu, "PATIENCE", 0.1)
    with (
        gpu.hold(),
        gpu.hold(),
        pytest.raises(KernelError, match="All GPUs have been in use") as caught,
        gpu.hold(),
    ):
        pass
    assert not isinstance(caught.value, GpuLost)  # nothing is wrong with them


def test_a_gpu_is_given_back_when_something_went_wrong(nvml: FakeNvml) -> None:
    with pytest.raises(ZeroDivisionError), gpu.hold() as first:
        raise ZeroDivisionError
    with gpu.hold() as again:
        assert again == first


def _in_a_process(work: Callable[[int], None]) -> tuple[int, int]:
    """Runs it in a fork, with a pipe to write to; the process, and where to read."""
    reading, writing = os.pipe()
    pid = os.fork()
    if pid == 0:
        try:
            work(writing)
            time.sleep(60)
        finally:
            os._exit(0)
    os.close(writing)
    return pid, reading


def test_processes_share_them_too_and_one_that_was_killed_holds_nothing(nvml: FakeNvml) -> None:
    def hold(writing: int) -> None:
        with gpu.hold() as held:
            os.write(writing, held.uuid.encode())
            time.sleep(60)

    pid, reading = _in_a_process(hold)
    try:
        theirs = os.read(reading, 20).decode()
        with gpu.hold() as ours:
            assert {ours.uuid, theirs} == {"GPU-a", "GPU-b"}
            assert gpu._lock(paper_gpu(theirs)) is None
    finally:
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
        os.close(reading)
    with gpu.hold() as one, gpu.hold() as other:
        assert {one.uuid, other.uuid} == {"GPU-a", "GPU-b"}


def test_graders_with_temporary_folders_of_their_own_share_locks(
    nvml: FakeNvml, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    held = []
    for name in ("one", "other"):
        (tmp_path / name).mkdir()
        monkeypatch.setattr("tempfile.tempdir", str(tmp_path / name))
        held.append(gpu._lock(paper_gpu()))
    assert held[0] is not None
    assert held[1] is None
    os.close(held[0])


def test_no_kernel_inherits_a_lock(nvml: FakeNvml) -> None:
    descriptor = gpu._lock(paper_gpu())
    assert descriptor is not None
    assert not os.get_inheritable(descriptor)
    os.close(descriptor)


def test_a_link_in_the_locks_place_is_not_followed(nvml: FakeNvml, tmp_path: Path) -> None:
    (tmp_path / "aandacht-GPU-a.lock").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(KernelError, match=r"aandacht-GPU-a.lock, cannot be opened .*: remove it"), gpu.hold():
        pass
    assert not (tmp_path / "elsewhere").exists()


def test_a_lock_may_be_taken_by_other_users_whatever_the_umask(nvml: FakeNvml, tmp_path: Path) -> None:
    before = os.umask(0o077)
    try:
        with gpu.hold():
            assert stat.S_IMODE((tmp_path / "aandacht-GPU-a.lock").stat().st_mode) == 0o644
    finally:
        os.umask(before)


def test_a_lock_that_another_user_made_is_as_good(nvml: FakeNvml, tmp_path: Path) -> None:
    place = tmp_path / "aandacht-GPU-a.lock"
    place.touch(mode=0o444)
    with gpu.hold() as held:
        assert held.uuid == "GPU-a"
    assert place.read_bytes() == b""


def test_what_is_not_well_is_left_alone(nvml: FakeNvml) -> None:
    gpu.retire(paper_gpu("GPU-a"))
    with gpu.hold() as held:
        assert held.uuid == "GPU-b"
    gpu.retire(paper_gpu("GPU-b"))
    with pytest.raises(GpuLost, match="None of this machine's GPUs is well"), gpu.hold():
        pass


# Whether it comes back


def test_a_gpu_is_free_when_the_memory_is_back(nvml: FakeNvml, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gpu, "_RELEASE_SECONDS", 5.0)
    nvml.cards[0].used = 5 * GIB
    threading.Timer(0.1, lambda: setattr(nvml.cards[0], "used", GIB + 2**20)).start()
    gpu.wait_until_free(paper_gpu(), GIB)
    assert nvml.cards[0].used == GIB + 2**20


@pytest.mark.parametrize(("users", "named"), [([41, 7], "by 7, 41"), ([], "by nobody that the driver names")])
def test_memory_that_stays_in_use_is_a_gpu_lost(nvml: FakeNvml, users: list[int], named: str) -> None:
    nvml.cards[0].used, nvml.cards[0].users = 2 * GIB, users
    with pytest.raises(GpuLost, match="1024 MB stay in use after a submission ended") as caught:
        gpu.wait_until_free(paper_gpu(), GIB)
    assert named in str(caught.value)
    assert "Card of Paper (GPU-a)" in str(caught.value)


def test_a_gpu_that_does_not_answer_is_lost(nvml: FakeNvml) -> None:
    nvml.cards[0].error = NVMLError("GPU is lost")
    with pytest.raises(GpuLost, match="GPU is lost"):
        gpu.wait_until_free(paper_gpu(), GIB)
