"""Control groups, version 2: a limit on memory that counts everything, where this user may set one.

::

    <our own group>/            one that was delegated to us (systemd-run --scope -p Delegate=yes …)
    ├── grader                  we ourselves: a group that has children may hold no processes
    └── kernel-XXXX             memory.max, pids.max; ended whole by cgroup.kill

A group that nobody gave us is left alone. Where there is none, rlimits and the watchdog stand.
Source: Linux, Documentation/admin-guide/cgroup-v2.rst; systemd, CGROUP_DELEGATION.
"""

from __future__ import annotations

import os
import secrets
import time
from contextlib import suppress
from pathlib import Path

from autograder.sandbox.limits import Limits

_MOUNTS = (Path("/sys/fs/cgroup"), Path("/sys/fs/cgroup/unified"))
_OWN = Path("/proc/self/cgroup")
_WANTED = frozenset({"memory", "pids"})
_OURS = "grader"


def parent_group(mounts: tuple[Path, ...] = _MOUNTS, own: Path = _OWN) -> Path | None:
    """The group in which this process may make groups with a limit on memory; None where it may not."""
    lines = own.read_text().splitlines() if own.exists() else []
    places = [line.removeprefix("0::/") for line in lines if line.startswith("0::/")]
    for group in (mount / place for mount in mounts for place in places):
        candidate = group.parent if group.name == _OURS else group
        if _lists(candidate / "cgroup.controllers") and os.access(candidate, os.W_OK) and _hands_down(candidate):
            return candidate
    return None


def _lists(file: Path) -> bool:
    """Whether a file of a group's names the controllers that we want."""
    try:
        return set(file.read_text().split()) >= _WANTED
    except OSError:
        return False


def _hands_down(group: Path) -> bool:
    """Whether groups below have the controllers; in a group that was delegated to us we see to it."""
    if _lists(group / "cgroup.subtree_control"):
        return True
    if not _was_delegated(group):
        return False
    try:
        (group / _OURS).mkdir(exist_ok=True)
        for pid in (group / "cgroup.procs").read_text().split():
            (group / _OURS / "cgroup.procs").write_text(pid)
        (group / "cgroup.subtree_control").write_text(" ".join(f"+{name}" for name in sorted(_WANTED)))
    except OSError:
        return False
    return True


def _was_delegated(group: Path) -> bool:
    """Whether systemd marked the group as given away."""
    for mark in ("user.delegate", "trusted.delegate"):
        with suppress(OSError):
            if os.getxattr(group, mark) == b"1":
                return True
    return False


class Group:
    """One kernel's group.

    Args:
        parent: what `parent_group` gave.
    """

    def __init__(self, parent: Path, limits: Limits) -> None:
        self.path = parent / f"kernel-{secrets.token_hex(8)}"
        self.path.mkdir()
        (self.path / "memory.max").write_text(str(limits.memory_bytes))
        (self.path / "pids.max").write_text(str(limits.tasks))
        for name, value in {"memory.swap.max": "0", "memory.oom.group": "0"}.items():
            with suppress(OSError):  # not every kernel has them, and the limit holds without
                (self.path / name).write_text(value)

    @property
    def kills(self) -> int:
        """How many processes the system has ended here for want of memory."""
        try:
            events = dict(line.split() for line in (self.path / "memory.events").read_text().splitlines())
        except OSError:
            return 0
        return int(events.get("oom_kill", 0))

    def remove(self) -> None:
        """Ends what is left in it, and takes it away."""
        for _ in range(100):
            with suppress(OSError):
                (self.path / "cgroup.kill").write_text("1")
            try:
                self.path.rmdir()
            except FileNotFoundError:
                return
            except OSError:
                time.sleep(0.01)
            else:
                return
