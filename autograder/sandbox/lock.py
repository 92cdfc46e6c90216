"""The lock: everything that is closed between a fork and the first line of student code, in order.

::

    fork of the zygote ── enter: namespaces ── fork ─→ init (PID 1 of its own world)
                                                        close: mounts, limits, uid, capabilities,
                                                               Landlock, no_new_privs, seccomp
                                                        └── fork ─→ the kernel

Every step raises OSError where the machine refuses it; a lock that lacks a step is no lock, and nothing
runs in it. Landlock alone is on top: where the kernel has none, the rest holds without it.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass

from autograder.sandbox import landlock, mounts, privileges, seccomp, system

REQUIRED = sys.platform == "linux" and system.MACHINE in ("x86_64", "aarch64")
"""Whether this kind of machine can have a lock at all."""

WRITABLE = (mounts.HOME, "/tmp", "/dev", "/proc")  # noqa: S108 - the sandbox's own


class Refused(Exception):
    """The machine refuses a layer; `layer` is its name, the text the reason."""

    def __init__(self, layer: str, reason: str) -> None:
        super().__init__(f"{layer}: {reason}")
        self.layer = layer


@dataclass(frozen=True)
class Lock:
    """What is told to the lock about one slot; `devices` are a GPU's device files, below /dev."""

    sizes: mounts.Sizes
    rlimits: dict[str, int]
    devices: Sequence[str] = ()


def enter() -> tuple[int, int]:
    """The first half: new namespaces; the next fork is PID 1 in them. Gives the uid and gid to become."""
    try:
        return privileges.enter_namespaces()
    except OSError as error:
        raise Refused("namespaces", str(error)) from None


def close(lock: Lock, uid: int, gid: int) -> None:
    """The second half, in PID 1: afterwards this process can reach nothing that is not its own."""
    steps = {
        "host name": lambda: system.set_hostname(mounts.NAME),
        "mounts": lambda: mounts.build(lock.sizes, uid, gid, lock.devices),
        "limits": lambda: privileges.set_limits(lock.rlimits),
        "user": lambda: privileges.become(uid, gid),
        "Landlock": lambda: landlock.restrict(["/"], WRITABLE),
        "seccomp": seccomp.restrict,
    }
    for layer, step in steps.items():
        try:
            step()
        except OSError as error:
            raise Refused(layer, str(error)) from None
    os.chdir(mounts.HOME)
    system.prctl(system.PR_SET_DUMPABLE, 0)  # PID 1 is nobody's to look into
