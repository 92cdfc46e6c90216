"""A snapshot: a fork of the kernel, taken at a graded cell, that waits to be checked."""

from __future__ import annotations

import select
import socket
import struct
from pathlib import Path

_CREDENTIALS = struct.Struct("3i")  # struct ucred: pid, uid, gid
_SENT_BY = getattr(socket, "SCM_CREDENTIALS", None)


class Snapshot:
    """The grader's view of one.

    Attributes:
        path: the socket on which it answers checks.
        pid: its process; 0 until it has reported.
    """

    def __init__(self, path: Path) -> None:
        self.path, self.pid = path, 0
        self._ours, self.theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        if hasattr(socket, "SO_PASSCRED"):
            self._ours.setsockopt(socket.SOL_SOCKET, socket.SO_PASSCRED, 1)

    def wait(self, seconds: float) -> None:
        """Waits for the report that it stands."""
        self.theirs.close()
        if select.select([self._ours], [], [], seconds)[0]:
            data, extra, _, _ = self._ours.recvmsg(20, socket.CMSG_SPACE(_CREDENTIALS.size))
            # Linux itself says which process sent it, and by the number that it has out here.
            numbers = [_CREDENTIALS.unpack(value)[0] for _, kind, value in extra if kind == _SENT_BY]
            self.pid = numbers[0] if numbers else int(data) if data.isdigit() else 0

    @property
    def has_fallen(self) -> bool:
        """Whether it stood once, and is gone, or was just sent a signal to end."""
        return self.pid > 0 and (bool(select.select([self._ours], [], [], 0)[0]) or _signals_pending(self.pid))

    def close(self) -> None:
        """Lets go of the line to it."""
        self._ours.close()
        self.theirs.close()


def _signals_pending(pid: int) -> bool:
    """Whether signals wait for a process; without a /proc nobody can tell."""
    try:
        lines = Path(f"/proc/{pid}/status").read_text(errors="replace").splitlines()
    except OSError:
        return False
    return any(int(line.split()[1], 16) for line in lines if line.startswith(("SigPnd", "ShdPnd")))
