"""The GPUs of this machine, from outside: NVML says which there are, what is used on them, and whether they are well.

No CUDA here: a process that has used it cannot fork, and the grader forks. A submission has a GPU to itself, by a lock
on a file that all graders of this machine share, so that several of them use several GPUs side by side.
"""

from __future__ import annotations

import fcntl
import importlib
import logging
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from autograder.errors import KernelError

_log = logging.getLogger(__name__)
PATIENCE, _PAUSE = 1800.0, 0.5  # seconds that a free GPU is waited for, and between two looks
_RELEASE_SECONDS = 10.0  # for a driver to take back what an ended process held
_SLACK = 64 * 2**20  # bytes that come and go with the driver itself
_SHARED_DEVICES = ("nvidiactl", "nvidia-uvm")
_LOCKS = Path("/tmp")  # noqa: S108 - of all graders, wherever each has its own temporary files

_LOST = (
    "The GPU {name} ({uuid}) is not well: {why}. Look at it with nvidia-smi, run autograder doctor --device cuda, and "
    "grade again."
)
_ALL_LOST = "None of this machine's GPUs is well any more; run autograder doctor --device cuda."
_NO_LOCK = "The lock of a GPU, {path}, cannot be opened ({why}): remove it, or see that its folder may be written to."
_ALL_BUSY = "All GPUs have been in use for {minutes:g} minutes; who holds them is in `nvidia-smi`."


class GpuLost(KernelError):
    """A GPU does not do what it should, through no fault of a submission that can be told."""


class AllBusy(KernelError):
    """All GPUs are held by others."""


@dataclass(frozen=True)
class Gpu:
    """One GPU.

    Attributes:
        minor: the number in its device file's name.
        memory: bytes.
    """

    uuid: str
    name: str
    minor: int
    memory: int

    @property
    def devices(self) -> tuple[str, ...]:
        """The device files that CUDA opens, below /dev: this GPU's own, the driver's, and its unified memory's."""
        return (f"nvidia{self.minor}", *_SHARED_DEVICES)

    @property
    def environment(self) -> dict[str, str]:
        """What a kernel finds in its environment: this GPU and no other; code is loaded when it is first called."""
        return {"CUDA_VISIBLE_DEVICES": self.uuid, "CUDA_MODULE_LOADING": "LAZY"}

    def used(self) -> int:
        """Bytes in use on it, whoever uses them and however they were asked for."""
        return int(_nvml().nvmlDeviceGetMemoryInfo(self._handle()).used)

    def processes(self) -> set[int]:
        """The processes that compute on it, by their numbers out here."""
        return {int(each.pid) for each in _nvml().nvmlDeviceGetComputeRunningProcesses(self._handle())}

    def _handle(self) -> Any:
        return _nvml().nvmlDeviceGetHandleByUUID(self.uuid)

    def lost(self, why: object) -> GpuLost:
        """What is to be raised when it is not well."""
        return GpuLost(_LOST.format(name=self.name, uuid=self.uuid, why=str(why).rstrip(".")))


def missing() -> str:
    """Why nothing can be graded on a GPU here, in a sentence; empty when something can."""
    import torch

    if torch.version.cuda is None:
        return f"torch {torch.__version__} is built without CUDA; install a CUDA build (pytorch.org/get-started)."
    try:
        found = find()
    except ImportError:
        return "nvidia-ml-py, which watches the GPU, is not installed: pip install 'autograder[gpu]'."
    except Exception as error:  # noqa: BLE001 - NVML's own tree of errors, or an operating system's
        return f"the NVIDIA driver does not answer ({error}); does nvidia-smi?"
    return "" if found else "the NVIDIA driver knows of no GPU; does nvidia-smi?"


@cache
def _nvml() -> Any:
    """NVML, which needs no more than the driver; ready to be asked."""
    nvml = importlib.import_module("pynvml")
    nvml.nvmlInit()
    return nvml


def find() -> list[Gpu]:
    """The GPUs of this machine that answer; raises what NVML raises where none does, or ImportError without it."""
    nvml = _nvml()
    found, errors = list[Gpu](), list[Exception]()
    for index in range(nvml.nvmlDeviceGetCount()):
        try:
            found.append(_at(index))
        except nvml.NVMLError as error:  # it is lost; its neighbours are not
            _log.warning("GPU %d of this machine is left alone: %s", index, error)
            errors.append(error)
    if errors and not found:
        raise errors[0]
    return found


def _at(index: int) -> Gpu:
    nvml = _nvml()
    handle = nvml.nvmlDeviceGetHandleByIndex(index)
    return Gpu(
        _text(nvml.nvmlDeviceGetUUID(handle)),
        _text(nvml.nvmlDeviceGetName(handle)),
        int(nvml.nvmlDeviceGetMinorNumber(handle)),
        int(nvml.nvmlDeviceGetMemoryInfo(handle).total),
    )


def driver() -> str:
    """The driver's version."""
    return _text(_nvml().nvmlSystemGetDriverVersion())


def _text(value: str | bytes) -> str:
    return value.decode() if isinstance(value, bytes) else value


_unwell: set[str] = set()  # GPUs that this process leaves alone


def retire(gpu: Gpu) -> None:
    """Leaves a GPU alone for the rest of this process's life."""
    _unwell.add(gpu.uuid)


@contextmanager
def hold(patience: float | None = None) -> Iterator[Gpu]:
    """A GPU that nobody else grades on; the next one in line when all are held.

    Args:
        patience: seconds that one is waited for; None for as long as anybody should wait.

    Raises:
        GpuLost: all have been retired. AllBusy: all are held, for longer than that.
    """
    well = [each for each in find() if each.uuid not in _unwell]
    if not well:
        raise GpuLost(_ALL_LOST)
    until = time.monotonic() + (PATIENCE if patience is None else patience)
    while True:
        for gpu in well:
            lock = _lock(gpu)
            if lock is not None:
                try:
                    yield gpu
                finally:
                    os.close(lock)
                return
        if time.monotonic() >= until:
            raise AllBusy(_ALL_BUSY.format(minutes=PATIENCE / 60))
        time.sleep(_PAUSE)


def _lock(gpu: Gpu) -> int | None:
    """A descriptor that holds the GPU's lock; None where another one does."""
    path = _LOCKS / f"aandacht-{gpu.uuid}.lock"
    try:
        descriptor = _opened(path)
    except OSError as error:
        raise KernelError(_NO_LOCK.format(path=path, why=error.strerror)) from error
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(descriptor)
        return None
    return descriptor


def _opened(path: Path) -> int:
    flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC
    try:
        return os.open(path, flags)  # another user's is as good
    except FileNotFoundError:
        descriptor = os.open(path, flags | os.O_CREAT, 0o644)
    with suppress(PermissionError):  # another user made it just now
        os.fchmod(descriptor, 0o644)  # whatever the umask is
    return descriptor


def in_use(gpu: Gpu) -> int:
    """Bytes in use on it.

    Raises:
        GpuLost: it does not answer.
    """
    try:
        return gpu.used()
    except Exception as error:
        raise gpu.lost(error) from error


def wait_until_free(gpu: Gpu, before: int) -> None:
    """Waits until a GPU holds no more than before a submission came.

    Raises:
        GpuLost: it does not answer, or something stays on it.
    """
    until = time.monotonic() + _RELEASE_SECONDS
    try:
        while (used := gpu.used()) > before + _SLACK:
            if time.monotonic() > until:
                others = ", ".join(map(str, sorted(gpu.processes()))) or "nobody that the driver names"
                raise gpu.lost(f"{(used - before) / 2**20:.0f} MB stay in use after a submission ended, by {others}")
            time.sleep(_PAUSE / 5)
    except GpuLost:
        raise
    except Exception as error:
        raise gpu.lost(error) from error


def in_state(gpu: Gpu) -> dict[str, str]:
    """What the driver says of a GPU that matters to grading, by name; what it does not know is left out."""
    nvml, handle = _nvml(), gpu._handle()
    found = {"memory": f"{gpu.memory / 2**30:.0f} GB, {gpu.used() / 2**20:.0f} MB in use"}
    with suppress(nvml.NVMLError):
        found["MIG"] = "on" if nvml.nvmlDeviceGetMigMode(handle)[0] else "off"
    with suppress(nvml.NVMLError):
        found["persistence"] = "on" if nvml.nvmlDeviceGetPersistenceMode(handle) else "off"
    return found
