"""A slot: the grader's side of one kernel, a folder that only the grader can enter.

::

    <tmp>/aandacht-XXXX/     0700, never seen by student code
    ├── lock                 held as long as the slot is in use
    ├── kernel.json          how a client reaches the kernel; Jupyter wants it written
    ├── k-1 … k-4            the kernel's channels: unix sockets, bound here and handed over (no TCP)
    ├── fork-N               one socket per snapshot, handed over too
    └── home/                only without a lock: the kernel's home, working and temporary folder
"""

from __future__ import annotations

import os
import socket
import tempfile
from pathlib import Path
from types import TracebackType

from autograder.errors import KernelError
from autograder.sandbox.folder import temporary_folder
from autograder.sandbox.gpu import Gpu
from autograder.sandbox.limits import Limits

_LONGEST_PATH = 107 - len("/aandacht-12345678/fork-9999")  # a socket's own path has no more than 107 bytes
_TOO_LONG = "The folder for temporary files, {folder}, has too long a path for sockets; set TMPDIR to a shorter one."
CHANNELS = ("shell", "iopub", "stdin", "control")
"""The kernel's channels in the order of their numbers; the heartbeat is left out, for nobody listens to it."""


class Slot:
    """One kernel's place; a context manager.

    Args:
        limits: what the kernel may use.
        gpu: the one that it may compute on; None for none.
    """

    def __init__(self, limits: Limits, gpu: Gpu | None = None) -> None:
        self.limits, self.gpu = limits, gpu
        self._forks = 0

    def __enter__(self) -> Slot:
        """Makes the folder; raises KernelError where no socket of ours could lie in it."""
        if len(os.fsencode(tempfile.gettempdir())) > _LONGEST_PATH:
            raise KernelError(_TOO_LONG.format(folder=tempfile.gettempdir()))
        self._place = temporary_folder()
        self.folder = self._place.__enter__()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._place.__exit__(kind, error, trace)

    @property
    def rlimits(self) -> dict[str, int]:
        """The limits that the kernel sets on itself; CUDA reserves addresses for all memories at once."""
        limits = self.limits.rlimits()
        if self.gpu:
            del limits["RLIMIT_AS"]
        return limits

    @property
    def environment(self) -> dict[str, str]:
        """What the kernel's environment says of a GPU."""
        return self.gpu.environment if self.gpu else {}

    @property
    def channel_prefix(self) -> str:
        """What the sockets of the channels are called, less their numbers."""
        return str(self.folder / "k")

    def bind_channels(self) -> list[socket.socket]:
        """Listening sockets for the channels, to be handed over."""
        return [_listen(Path(f"{self.channel_prefix}-{number}")) for number in range(1, len(CHANNELS) + 1)]

    def bind_fork(self) -> tuple[Path, socket.socket]:
        """A fresh listening socket for a snapshot, and its path."""
        self._forks += 1
        path = self.folder / f"fork-{self._forks}"
        return path, _listen(path)


def _listen(path: Path) -> socket.socket:
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    listener.bind(str(path))
    listener.listen(16)
    return listener
