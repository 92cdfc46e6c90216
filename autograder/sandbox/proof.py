"""Finds out whether the lock holds on this machine: bait outside, attempts to escape inside."""

from __future__ import annotations

import json
import os
import secrets
import select
import socket
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from autograder.errors import KernelError
from autograder.sandbox import mounts
from autograder.sandbox.canaries import ATTEMPTS
from autograder.sandbox.folder import temporary_folder
from autograder.sandbox.limits import Limits
from autograder.sandbox.process import Launcher, Order, socket_pair
from autograder.sandbox.slot import Slot

_ENTRY = "autograder.sandbox.canaries:run"
_SECONDS = 10.0
_NAMESPACES = ("mnt", "pid", "net", "ipc", "uts", "cgroup")
_VARIABLE = "AANDACHT_BAIT"


@dataclass(frozen=True)
class Attempt:
    """One attempt to escape.

    Attributes:
        name: "layer: what was tried".
        escaped: what it got hold of; empty when it failed, as it should.
    """

    name: str
    escaped: str


def prove(launcher: Launcher, hidden: Sequence[Path]) -> tuple[Attempt, ...]:
    """What came of every attempt.

    Args:
        hidden: folders that student code must not even see.

    Raises:
        KernelError: nothing came back.
    """
    with ExitStack() as stack:
        bait = stack.enter_context(_bait(hidden))
        ours, theirs = socket_pair()
        stack.enter_context(ours)
        slot = stack.enter_context(Slot(Limits()))
        with theirs:
            running = launcher.launch(Order(_ENTRY, [theirs.fileno()], bait), slot)
        stack.callback(running.end)
        if not select.select([ours], [], [], _SECONDS)[0]:
            raise KernelError("The attempts to escape from the lock did not report; run autograder doctor.")
        data = ours.recv(65536)
    found = json.loads(data) if data else dict.fromkeys(ATTEMPTS, "nothing came back")
    return tuple(Attempt(name, found[name]) for name in ATTEMPTS)


@contextmanager
def _bait(hidden: Sequence[Path]) -> Iterator[dict[str, Any]]:
    """A file, two unix sockets, a port and a variable; all of them are the grader's own, and gone afterwards."""
    token = secrets.token_hex(16)
    with ExitStack() as stack:
        folder = stack.enter_context(temporary_folder())
        folder.chmod(0o755)
        file = folder / "file"
        file.write_text(token)
        sockets = [str(folder / "socket"), "\0" + token]
        for name in sockets:
            stack.enter_context(_listening(socket.AF_UNIX, name))
        Path(sockets[0]).chmod(0o777)  # nothing but the lock stands before it
        port = stack.enter_context(_listening(socket.AF_INET, ("127.0.0.1", 0))).getsockname()[1]
        os.environ[_VARIABLE] = token
        stack.callback(os.environ.pop, _VARIABLE)
        limits, places = Limits(), [str(path) for path in hidden]
        yield {
            "token": token, "file": str(file), "socket": sockets[0], "port": port, "variable": token, "hidden": places,
            "rlimits": limits.rlimits(), "sizes": asdict(_sizes(limits)),
            "namespaces": {name: str(Path("/proc/self/ns", name).readlink()) for name in _NAMESPACES},
        }  # fmt: skip


def _sizes(limits: Limits) -> mounts.Sizes:
    return mounts.Sizes(limits.disk_bytes, limits.disk_bytes, limits.shared_bytes, limits.files)


def _listening(family: int, address: Any) -> socket.socket:
    line = socket.socket(family)
    line.bind(address)
    line.listen(1)
    return line
