"""A kernel without Jupyter: a process that runs source text and forks at it, as a graded cell does.

::

    test ── one line of JSON (path, source) ─→ this process ── child.take_snapshot ─→ fork server ─→ workers
         ←─ "ok" ─────────────────────────────

One such process serves a whole test session, because importing torch takes longer than all the tests.
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any


class FakeKernel:
    """The test's side of the process."""

    def __init__(self) -> None:
        command = [sys.executable, "-m", "autograder.tests.forks"]
        self._process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, start_new_session=True
        )

    @property
    def pid(self) -> int:
        """The process that fork servers are children of."""
        return self._process.pid

    def fork_at(self, path: Path, source: str = "") -> Path:
        """Runs the source in a namespace of its own and forks a server that listens at `path`."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps([str(path), source]) + "\n")
        self._process.stdin.flush()
        assert self._process.stdout.readline() == "ok\n"
        return path

    def close(self) -> None:
        """Ends the process, and workers that some test cut loose from their fork server."""
        self._process.communicate(timeout=10)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)


def main() -> None:
    """Serves lines until there are none."""
    import torch

    from autograder.bridge.child import take_snapshot
    from autograder.sandbox.process import socket_pair

    torch.set_num_threads(1)
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # as PID 1 buries what a kernel leaves behind
    os.dup2(sys.stdin.fileno(), 200)  # a file of the kernel's that no fork may keep
    for line in sys.stdin:
        path, source = json.loads(line)
        namespace: dict[str, Any] = {"torch": torch}
        exec(source, namespace)
        ours, theirs = socket_pair()
        with socket.socket(socket.AF_UNIX) as listener, ours, theirs:
            listener.bind(path)
            listener.listen(8)
            report, reported = os.pipe()
            socket.send_fds(ours, [b"s"], [listener.fileno(), reported])
            os.close(reported)
            take_snapshot(theirs, namespace)
        assert int(os.read(report, 20)) > 0
        os.close(report)
        sys.stdout.write("ok\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
