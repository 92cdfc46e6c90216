"""What this machine offers to grading, and what to do about each gap."""

from __future__ import annotations

import importlib.metadata
import os
import shutil
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from autograder.errors import KernelError
from autograder.launchers import GPU_MODULES
from autograder.on_gpu import try_out
from autograder.sandbox import cgroup, gpu, landlock, lock, privileges
from autograder.sandbox.choose import choose
from autograder.sandbox.proof import Attempt, prove
from autograder.sandbox.warm import WarmLauncher

_PACKAGES = ("torch", "ipykernel", "nbgrader", "jupyterlab")
_LEAST_DISK = 2 * 2**30
_WITHOUT_GPU = "Checks that need a GPU stay pending; all others run on the CPU."


@dataclass(frozen=True)
class Finding:
    """One line of the table; `remedy` is empty when nothing is to be done."""

    what: str
    found: str
    fine: bool
    remedy: str = ""


def examine() -> list[Finding]:
    """All findings on this machine."""
    probes: list[Callable[[], Finding]] = [_python, _sandbox, _user, _landlock, _memory_limit, _gpu, _disk]
    return [probe() for probe in probes] + [_package(name) for name in _PACKAGES]


def _python() -> Finding:
    found = ".".join(str(part) for part in sys.version_info[:3])
    fine = sys.version_info >= (3, 11)
    return Finding("Python", found, fine, "" if fine else "Use Python 3.11 or newer.")


def attempts() -> tuple[Attempt, ...]:
    """Attempts to break out of the lock, made just now; none where there can be no lock."""
    launcher = WarmLauncher()
    try:
        return prove(launcher, ()) if lock.REQUIRED else ()
    except KernelError:
        return ()
    finally:
        launcher.close()


def _sandbox() -> Finding:
    """Closes the lock and tries to break out of it."""
    try:
        level = choose(unsafe=False, modules=(), hidden=())
    except KernelError as error:
        return Finding("lock around student code", "off", False, str(error))
    level.close()
    return Finding("lock around student code", level.level, True)


def _user() -> Finding:
    own = lock.REQUIRED and privileges.may_change_user()
    remedy = "" if own else "Namespaces part students from each other; run as root to give each of them a user as well."
    return Finding("a user of its own for each kernel", "yes" if own else "no", own, remedy)


def _landlock() -> Finding:
    version = landlock.abi() if lock.REQUIRED else 0
    remedy = "" if version else "The lock holds without it; with it there is one layer more: boot with lsm=…,landlock."
    return Finding("Landlock", f"ABI {version}" if version else "none", bool(version), remedy)


def _memory_limit() -> Finding:
    group = cgroup.parent_group() if lock.REQUIRED else None
    remedy = (
        "A watchdog counts memory instead; to have the system do it, start the grader by "
        "systemd-run --user --scope -p Delegate=yes."
    )
    found = f"cgroup v2, {group}" if group else "watchdog"
    return Finding("limit on memory", found, group is not None, "" if group else remedy)


def _gpu() -> Finding:
    why = gpu.missing()
    found = "none" if why else ", ".join(each.name for each in gpu.find())
    return Finding("GPU", found, not why, f"{_capital(why)} {_WITHOUT_GPU}" if why else "")


def examine_gpus() -> list[Finding]:
    """What grading on a GPU needs, line by line; the lines after the first that is missing would say nothing new."""
    why = gpu.missing()
    if why:
        return [Finding("GPU", "none", False, f"{_capital(why)} {_WITHOUT_GPU}")]
    driver = Finding("driver", gpu.driver(), True)
    return [driver, _compiler(), *(finding for each in gpu.find() for finding in _one_gpu(each))]


def _one_gpu(each: gpu.Gpu) -> list[Finding]:
    state = ", ".join(f"{name} {value}" for name, value in gpu.in_state(each).items())
    absent = [name for name in each.devices if not Path("/dev", name).exists()]
    remedy = f"No {', '.join(absent)} below /dev: load the module (nvidia-modprobe -u -c 0)." if absent else ""
    split = "MIG on" in state
    whole = "A GPU that is split up (MIG) cannot be graded on: nvidia-smi -mig 0." if split else ""
    found = [Finding(each.name, state, not split, whole)]
    found.append(Finding("device files", ", ".join(each.devices), not absent, remedy))
    return [*found, _computes(each)]


def _computes(each: gpu.Gpu) -> Finding:
    """Has a process in the lock compute on it."""
    launcher = WarmLauncher(GPU_MODULES)
    try:
        seconds = try_out(each, launcher)
    except KernelError as error:
        return Finding("a locked process computes on it", "no", False, str(error))
    finally:
        launcher.close()
    return Finding("a locked process computes on it", f"yes, after {seconds:.1f} s", True)


def _compiler() -> Finding:
    found = shutil.which("gcc") or shutil.which("cc") or ""
    remedy = "" if found else "torch.compile needs a C compiler on a GPU: install gcc."
    return Finding("C compiler", found or "none", bool(found), remedy)


def _capital(sentence: str) -> str:
    return sentence[:1].upper() + sentence[1:]


def _disk() -> Finding:
    free = shutil.disk_usage(os.environ.get("TMPDIR", "/tmp")).free  # noqa: S108 - where kernels work, not a name of ours
    fine = free > _LEAST_DISK
    return Finding(
        "room for kernels' files", f"{free / 2**30:.1f} GB", fine, "" if fine else "Free some, or set TMPDIR."
    )


def _package(name: str) -> Finding:
    try:
        return Finding(name, importlib.metadata.version(name), True)
    except importlib.metadata.PackageNotFoundError:
        return Finding(name, "not installed", False, "pip install 'autograder[course]'")
