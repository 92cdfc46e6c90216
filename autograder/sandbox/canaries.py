"""Attempts to escape, made from inside the lock: the lock is believed when every one of them fails.

The grader sets out bait (`autograder.sandbox.proof`), has this run where student code would, and reads what
came back. Nothing is concluded from versions or settings: each attempt does what an attacker would do.
"""

from __future__ import annotations

import contextlib
import ctypes
import json
import os
import resource
import socket
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from autograder.sandbox import system

Bait = dict[str, Any]
_FAMILIES = {"AF_INET": 2, "AF_INET6": 10, "AF_NETLINK": 16, "AF_PACKET": 17, "AF_ALG": 38, "AF_VSOCK": 40}


def run(order: Bait, descriptors: list[int]) -> None:
    """Tries everything and writes, as JSON, which attempts succeeded.

    Args:
        order: the bait.
        descriptors: where the result goes.
    """
    found = {name: _try(lambda: attempt(order)) for name, attempt in ATTEMPTS.items()}  # noqa: B023 - called at once
    os.write(descriptors[0], json.dumps(found).encode())


def _try(attempt: Callable[[], str]) -> str:
    try:
        return attempt()
    except OSError:
        return ""


def _read_a_file(bait: Bait) -> str:
    return f"read {bait['file']}" if Path(bait["file"]).read_bytes() else ""


def _see_the_course(bait: Bait) -> str:
    return next((f"saw {path}" for path in bait["hidden"] if os.path.lexists(path)), "")


def _write_to_python(bait: Bait) -> str:
    place = Path(sys.prefix, f".{bait['token']}")
    place.touch()
    place.unlink()
    return f"wrote to {sys.prefix}"


def _write_to_the_root(bait: Bait) -> str:
    place = Path("/", bait["token"])
    place.touch()
    place.unlink()
    return "wrote to /"


def _see_processes(bait: Bait) -> str:
    seen = [path for path in Path("/proc").iterdir() if path.name.isdigit()]
    return f"saw {len(seen)} processes" if len(seen) > 2 or os.getpid() > 8 else ""


def _look_into_init(bait: Bait) -> str:
    with contextlib.suppress(OSError):
        Path("/proc/1/environ").read_bytes()
        return "read the environment of PID 1"
    with open("/proc/1/mem", "rb"):  # noqa: PTH123 - opening it is the attempt
        return "opened the memory of PID 1"


def _open_a_socket(bait: Bait) -> str:
    for name, family in _FAMILIES.items():
        with contextlib.suppress(OSError), socket.socket(family, socket.SOCK_DGRAM):
            return f"opened a socket of {name}"
    return ""


def _share_a_namespace(bait: Bait) -> str:
    theirs = {name: str(Path("/proc/self/ns", name).readlink()) for name in bait["namespaces"]}
    return next((f"shares {name} with the grader" for name in theirs if theirs[name] == bait["namespaces"][name]), "")


def _reach_a_port(bait: Bait) -> str:
    with socket.create_connection(("127.0.0.1", bait["port"]), 0.2):
        return "reached a port of this machine"


def _reach_a_unix_socket(bait: Bait) -> str:
    for name in (bait["socket"], "\0" + bait["token"]):
        with contextlib.suppress(OSError), socket.socket(socket.AF_UNIX) as line:
            line.connect(name)
            return "reached a unix socket of the grader's"
    return ""


def _see_open_files(bait: Bait) -> str:
    count = len(list(Path("/proc/self/fd").iterdir())) - 1  # one of them lists the folder
    return f"had {count} open files" if count > 4 else ""


def _see_the_environment(bait: Bait) -> str:
    text = Path("/proc/self/environ").read_bytes() + repr(dict(os.environ)).encode()
    return "read a variable of the grader's" if bait["variable"].encode() in text else ""


def _enter_namespaces(bait: Bait) -> str:
    system.unshare(system.CLONE_NEWUSER | system.CLONE_NEWNS)  # with it anybody may try to mount
    return "made a user namespace"


def _mount(bait: Bait) -> str:
    place = Path(bait["token"])
    place.mkdir()
    try:
        system.mount("none", str(place), "tmpfs")
        system.unmount(str(place))
    finally:
        place.rmdir()
    return "mounted a file system"


def _trace(bait: Bait) -> str:
    return "called ptrace" if ctypes.CDLL(None).ptrace(0, 0, 0, 0) == 0 else ""


def _become_root(bait: Bait) -> str:
    with contextlib.suppress(OSError):
        os.setuid(0)
        return "became root"
    fields = dict(line.split(":\t", 1) for line in Path("/proc/self/status").read_text().splitlines() if ":\t" in line)
    held = int(fields["CapEff"], 16) | int(fields["CapPrm"], 16) | int(fields["CapBnd"], 16)
    if held or fields["NoNewPrivs"] != "1":
        return "may gain privileges"
    return "" if fields["Seccomp"] == "2" else "calls the system without a filter"


def _set_the_clock(bait: Bait) -> str:
    time.clock_settime(time.CLOCK_REALTIME, time.time())
    return "set the clock"


def _share_memory(bait: Bait) -> str:
    libc = ctypes.CDLL(None)
    segment = libc.shmget(0, 4096, 0o1600)
    if segment < 0:
        return ""
    libc.shmctl(segment, 0, None)  # IPC_RMID
    return "got memory that nobody counts"


def _outgrow_limits(bait: Bait) -> str:
    for name, value in bait["rlimits"].items():
        if resource.getrlimit(getattr(resource, name))[0] > value:
            return f"{name} is not set"
    return ""


def _fill_the_disk(bait: Bait) -> str:
    for place, size in {"/tmp": "temporary", "/dev/shm": "shared", str(Path.home()): "work"}.items():  # noqa: S108
        room = os.statvfs(place)
        if room.f_blocks * room.f_frsize > bait["sizes"][size] + 4096 or room.f_files > bait["sizes"]["files"]:
            return f"{place} has no limit"
    return ""


#: What is tried, and what each attempt is called in the table; the layer that should have stopped it comes first.
ATTEMPTS: dict[str, Callable[[Bait], str]] = {
    "mounts: a file of this machine": _read_a_file,
    "mounts: the course and the home folder": _see_the_course,
    "mounts: writing to the Python installation": _write_to_python,
    "mounts: writing to the root": _write_to_the_root,
    "mounts: more disk than allowed": _fill_the_disk,
    "namespaces: other processes": _see_processes,
    "namespaces: memory of PID 1": _look_into_init,
    "namespaces: one of the grader's": _share_a_namespace,
    "namespaces: a port of this machine": _reach_a_port,
    "namespaces: a unix socket of the grader's": _reach_a_unix_socket,
    "environment: variables": _see_the_environment,
    "environment: open files": _see_open_files,
    "user: privileges": _become_root,
    "seccomp: sockets": _open_a_socket,
    "seccomp: tracing": _trace,
    "seccomp: the clock": _set_the_clock,
    "seccomp: memory that no limit counts": _share_memory,
    "limits: resource limits": _outgrow_limits,
    # Last, because in a new user namespace nothing of the machine's may be changed any more.
    "seccomp: new namespaces": _enter_namespaces,
    "seccomp: mounting": _mount,
}
