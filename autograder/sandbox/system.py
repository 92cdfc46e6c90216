"""System calls that Python does not offer, as functions that raise OSError with the name of the call.

Numbers stand for x86-64 and aarch64; elsewhere there is no lock (`autograder.sandbox.lock.REQUIRED` says so).
"""

from __future__ import annotations

import ctypes
import os
import platform
import struct

MACHINE = platform.machine()

CLONE_NEWNS, CLONE_NEWCGROUP, CLONE_NEWUTS, CLONE_NEWIPC = 0x20000, 0x2000000, 0x4000000, 0x8000000
CLONE_NEWUSER, CLONE_NEWPID, CLONE_NEWNET = 0x10000000, 0x20000000, 0x40000000

MS_RDONLY, MS_NOSUID, MS_NODEV, MS_NOEXEC, MS_REMOUNT = 1, 2, 4, 8, 32
MS_BIND, MS_REC, MS_PRIVATE = 4096, 16384, 1 << 18
MNT_DETACH = 2

PR_SET_PDEATHSIG, PR_SET_DUMPABLE, PR_CAPBSET_DROP = 1, 4, 24
PR_SET_NO_NEW_PRIVS, PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL = 38, 47, 4

_NUMBERS = {
    "x86_64": {"capset": 126, "pivot_root": 155, "seccomp": 317},
    "aarch64": {"capset": 91, "pivot_root": 41, "seccomp": 277},
}
_EVERYWHERE = {
    "mount_setattr": 442,
    "landlock_create_ruleset": 444,
    "landlock_add_rule": 445,
    "landlock_restrict_self": 446,
}
_CAPABILITY_VERSION_3 = 0x20080522
_AT_RECURSIVE = 0x8000

_libc = ctypes.CDLL(None, use_errno=True)


def _checked(name: str, result: int) -> int:
    if result < 0:
        code = ctypes.get_errno()
        raise OSError(code, f"{name}: {os.strerror(code)}")
    return result


def call(name: str, *args: object) -> int:
    """A system call by name; raises OSError."""
    number = _EVERYWHERE.get(name) or _NUMBERS[MACHINE][name]
    words = [ctypes.c_long(arg) if isinstance(arg, int) else arg for arg in args]
    return _checked(name, _libc.syscall(ctypes.c_long(number), *words))


def unshare(flags: int) -> None:
    """Moves this process (for PID namespaces: its children) into new namespaces."""
    _checked("unshare", _libc.unshare(flags))


def mount(source: str, target: str, kind: str = "", flags: int = 0, data: str = "") -> None:
    """Mounts a file system, or binds a folder, or changes a mount; raises OSError."""
    result = _libc.mount(
        source.encode(), target.encode(), kind.encode() or None, ctypes.c_ulong(flags), data.encode() or None
    )
    _checked(f"mount {kind or 'bind'} on {target}", result)


def unmount(target: str) -> None:
    """Takes a mount away, at once and for all users of it."""
    _checked(f"umount {target}", _libc.umount2(target.encode(), MNT_DETACH))


def make_read_only(target: str) -> None:
    """Makes a mount and all mounts below it read-only, without devices and set-uid programs."""
    attributes = ctypes.create_string_buffer(struct.pack("<QQQQ", MS_RDONLY | MS_NOSUID | MS_NODEV, 0, 0, 0))
    call("mount_setattr", -100, ctypes.c_char_p(target.encode()), _AT_RECURSIVE, attributes, 32)


def pivot_root(new_root: str) -> None:
    """Makes a mount the root of this mount namespace, and lets go of the old one."""
    os.chdir(new_root)
    call("pivot_root", ctypes.c_char_p(b"."), ctypes.c_char_p(b"."))
    unmount(".")
    os.chdir("/")


def set_hostname(name: str) -> None:
    """The host name of this UTS namespace."""
    _checked("sethostname", _libc.sethostname(name.encode(), len(name)))


def prctl(option: int, *args: int) -> int:
    """Sets or asks something about this process; raises OSError."""
    words = [ctypes.c_ulong(arg) for arg in (*args, 0, 0, 0, 0)[:4]]
    return _checked(f"prctl {option}", _libc.prctl(option, *words))


def drop_bounding_set() -> None:
    """Takes every capability out of what a set-uid program could get back."""
    for capability in range(64):
        try:
            prctl(PR_CAPBSET_DROP, capability)
        except OSError:
            return  # past the last one that this kernel knows


def drop_capabilities() -> None:
    """Gives up every capability, for good."""
    drop_bounding_set()
    prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL)
    header = ctypes.create_string_buffer(struct.pack("<Ii", _CAPABILITY_VERSION_3, 0))
    call("capset", header, ctypes.create_string_buffer(bytes(24)))


def effective_capabilities() -> int:
    """The capabilities of this process as a bit mask."""
    with open("/proc/self/status", encoding="ascii") as status:  # noqa: PTH123 - a file of the kernel's, not a path
        line = next(line for line in status if line.startswith("CapEff"))
    return int(line.split()[1], 16)
