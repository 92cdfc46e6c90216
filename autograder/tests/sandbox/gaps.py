"""Holes in the lock, made on purpose: each function, called in a zygote, leaves one layer out.

With them the tests see every attempt to escape succeed once, so that none of them fails for a reason of its own.
A zygote calls them because they stand among its modules: `lean_launcher(*map(gap, ["seccomp"]))`.

Two layers are never left out alone, because then the lock would be laid upon the machine itself: the mount
namespace, and the one of host names.
"""

from __future__ import annotations

import errno
import importlib
import os
import site
import sys
import time
from typing import Any

from autograder.sandbox import landlock, lock, mounts, privileges, seccomp, system


def gap(layer: str) -> str:
    """How a zygote is told to leave a layer out."""
    return f"{__name__}:without_{layer}"


def _nothing(*_: object) -> None:
    """In place of a step."""


def without_mounts() -> None:
    """The machine's own file system, in a mount namespace of its own."""
    vars(mounts).update(build=_nothing, HOME="/")
    importlib.import_module("encodings.idna")  # its file may lie in root's home folder, where the kernel may not go
    vars(lock).update(WRITABLE=("/",))  # Landlock would want folders that are not there


def without_limits() -> None:
    """No resource limits."""
    vars(privileges).update(set_limits=_nothing)


def without_user() -> None:
    """The user and the capabilities that it came with."""
    vars(privileges).update(become=_nothing)


def without_landlock() -> None:
    """No Landlock."""
    vars(landlock).update(restrict=_nothing)


def without_seccomp() -> None:
    """No filter of system calls."""
    vars(seccomp).update(restrict=_nothing)


def without_network() -> None:
    """The machine's network."""
    vars(privileges).update(_NAMESPACES=privileges._NAMESPACES & ~system.CLONE_NEWNET)


def without_ipc() -> None:
    """The machine's shared memory and queues."""
    vars(privileges).update(_NAMESPACES=privileges._NAMESPACES & ~system.CLONE_NEWIPC)


def without_processes() -> None:
    """The machine's processes."""
    vars(privileges).update(_NAMESPACES=privileges._NAMESPACES & ~system.CLONE_NEWPID)


def without_closing() -> None:
    """Every file that the zygote has open."""
    vars(sys.modules["__main__"]).update(_close_all_but=_nothing)


def without_haste() -> None:
    """A keeper that takes its time to report, so that PID 1 reports first."""
    zygote = sys.modules["__main__"]
    tell = vars(zygote)["_tell"]

    def dawdle(state: int, **facts: Any) -> None:
        time.sleep(0.2 if "init" in facts else 0.0)
        tell(state, **facts)

    vars(zygote).update(_tell=dawdle)


def without_secrecy() -> None:
    """A PID 1 that others may look into."""
    close = lock.close

    def close_and_open(*args: Any) -> None:
        close(*args)
        system.prctl(system.PR_SET_DUMPABLE, 1)

    vars(lock).update(close=close_and_open)


def without_packages_here() -> None:
    """Packages of a user's in the folder that the variable HERE names, as if Python looked for them there."""
    here = os.environ["HERE"]
    sys.path.append(here)
    vars(site).update(getusersitepackages=lambda: here)


def without_permission() -> None:
    """One system call, whose name the variable REFUSED holds, is not permitted."""
    refused = os.environ["REFUSED"]

    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(errno.EPERM, f"{refused}: {os.strerror(errno.EPERM)}")

    call = system.call
    vars(system)["call"] = lambda name, *args: refuse() if name == refused else call(name, *args)
    if hasattr(system, refused):
        vars(system)[refused] = refuse
