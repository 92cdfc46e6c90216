"""What this machine offers to grading, and what to do about each gap."""

from __future__ import annotations

import ctypes
import importlib.metadata
import os
import shutil
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

_PACKAGES = ("torch", "ipykernel", "nbclient", "nbgrader", "jupyterlab")
_LEAST_DISK = 2 * 2**30


@dataclass(frozen=True)
class Finding:
    """One line of the table; `remedy` is empty when nothing is to be done."""

    what: str
    found: str
    fine: bool
    remedy: str = ""


def examine() -> list[Finding]:
    """All findings on this machine."""
    probes: list[Callable[[], Finding]] = [_python, _sandbox, _landlock, _namespaces, _memory_limit, _gpu, _disk]
    return [probe() for probe in probes] + [_package(name) for name in _PACKAGES]


def _python() -> Finding:
    found = ".".join(str(part) for part in sys.version_info[:3])
    fine = sys.version_info >= (3, 11)
    return Finding("Python", found, fine, "" if fine else "Use Python 3.11 or newer.")


def _sandbox() -> Finding:
    from autograder.sandbox import LEVEL

    remedy = "Student code runs with limits but is not locked in yet: grade only on a machine without secrets."
    return Finding("lock around student code", LEVEL, LEVEL != "off", remedy if LEVEL == "off" else "")


def _landlock() -> Finding:
    """Asks the kernel for its Landlock version (system call 444 with the flag for that)."""
    version = ctypes.CDLL(None).syscall(444, None, 0, 1)
    fine = version > 0
    return Finding(
        "Landlock", f"ABI {version}" if fine else "refused", fine, "" if fine else "Boot with lsm=…,landlock."
    )


def _namespaces() -> Finding:
    allowed = _read("/proc/sys/user/max_user_namespaces").strip()
    fine = allowed not in ("", "0")
    return Finding(
        "user namespaces",
        "offered" if fine else "refused",
        fine,
        "" if fine else "Set sysctl user.max_user_namespaces.",
    )


def _memory_limit() -> Finding:
    fine = Path("/sys/fs/cgroup/cgroup.controllers").exists()
    remedy = "" if fine else "Memory is watched by a thread instead; cgroup v2 would be exact."
    return Finding("cgroup v2", "mounted" if fine else "not mounted", fine, remedy)


def _gpu() -> Finding:
    import torch

    fine = torch.cuda.is_available()
    found = torch.cuda.get_device_name(0) if fine else "none"
    return Finding("GPU", found, fine, "" if fine else "Checks that need one stay pending; all others run on the CPU.")


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


def _read(path: str) -> str:
    try:
        return Path(path).read_text()
    except OSError:
        return ""
