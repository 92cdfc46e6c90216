"""Who student code runs as: nobody that owns anything, with no way to become somebody else."""

from __future__ import annotations

import os
import resource
from pathlib import Path

from autograder.sandbox import system

_CAP_SYS_ADMIN, _CAP_SETUID, _CAP_SETGID = 21, 7, 6
#: Numbers that systems give to nobody in particular: the range of transient service users.
_FIRST_UID, _UIDS = 61184, 4336

_NAMESPACES = (
    system.CLONE_NEWNS | system.CLONE_NEWPID | system.CLONE_NEWNET | system.CLONE_NEWIPC
    | system.CLONE_NEWUTS | system.CLONE_NEWCGROUP
)  # fmt: skip


def may_change_user() -> bool:
    """Whether this process can take a uid of its own for each slot, and needs no user namespace."""
    capabilities = system.effective_capabilities()
    return all(capabilities >> wanted & 1 for wanted in (_CAP_SYS_ADMIN, _CAP_SETUID, _CAP_SETGID))


def enter_namespaces() -> tuple[int, int]:
    """New namespaces of every kind; with a user namespace where there is no other way.

    Returns:
        The uid and gid that student code will have.

    Raises:
        OSError: the machine refuses them.
    """
    if may_change_user():
        system.unshare(_NAMESPACES)
        own = _FIRST_UID + os.getpid() % _UIDS
        return own, own
    uid, gid = os.getuid(), os.getgid()
    system.unshare(_NAMESPACES | system.CLONE_NEWUSER)
    Path("/proc/self/setgroups").write_text("deny")
    Path("/proc/self/uid_map").write_text(f"{uid} {uid} 1")
    Path("/proc/self/gid_map").write_text(f"{gid} {gid} 1")
    return uid, gid


def become(uid: int, gid: int) -> None:
    """Takes on the uid, and gives up every capability and every way to new ones."""
    if uid != os.getuid():
        os.setgroups([])
        system.drop_bounding_set()  # afterwards this user may not
        os.setresgid(gid, gid, gid)
        os.setresuid(uid, uid, uid)
    system.drop_capabilities()
    system.prctl(system.PR_SET_NO_NEW_PRIVS, 1)


def set_limits(limits: dict[str, int]) -> None:
    """Sets resource limits by name (`RLIMIT_DATA` …), soft and hard alike.

    Of processor time the hard limit stands a little higher: the soft one ends a process by a signal that says why.
    """
    for name, value in limits.items():
        number = getattr(resource, name, None)
        if number is None:
            continue  # macOS has fewer of them
        ceiling = resource.getrlimit(number)[1]
        value = value if ceiling == resource.RLIM_INFINITY else min(value, ceiling)
        hard = value + 5 if name == "RLIMIT_CPU" and ceiling == resource.RLIM_INFINITY else value
        resource.setrlimit(number, (value, hard))
