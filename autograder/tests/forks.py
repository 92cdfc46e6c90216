"""A kernel without Jupyter: a process that runs source text and forks at it, as a graded cell does.

::

    test ── one line of JSON (path, source, whether in place) ─→ this process ── child.take_snapshot ─→ fork server
         ←─ "ok" ───────────────────────────────────────────── or: child.answer_in_place

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
import time
from collections.abc import Iterator
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
        self._order(path, source, in_place=False)
        self._hear_ok()
        return path

    @contextlib.contextmanager
    def in_place(self, path: Path, source: str = "") -> Iterator[Path]:
        """Runs the source likewise; then the process itself answers at `path`, and has gone on when this ends."""
        self._order(path, source, in_place=True)
        until = time.monotonic() + 20
        while not path.exists() and time.monotonic() < until:
            time.sleep(0.01)
        yield path
        self._hear_ok()

    def _order(self, path: Path, source: str, *, in_place: bool) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps([str(path), source, in_place]) + "\n")
        self._process.stdin.flush()

    def _hear_ok(self) -> None:
        assert self._process.stdout is not None
        assert self._process.stdout.readline() == "ok\n"

    def close(self) -> None:
        """Ends the process, and workers that some test cut loose from their fork server."""
        self._process.communicate(timeout=10)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)


def main() -> None:
    """Serves lines until there are none."""
    import torch

    from autograder.bridge.child import answer_in_place, take_snapshot, warm_up
    from autograder.sandbox.process import socket_pair

    torch.set_num_threads(1)
    warm_up()
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # as PID 1 buries what a kernel leaves behind
    os.dup2(sys.stdin.fileno(), 200)  # a file of the kernel's that no fork may keep
    for line in sys.stdin:
        path, source, in_place = json.loads(line)
        namespace: dict[str, Any] = {"torch": torch}
        exec(source, namespace)
        ours, theirs = socket_pair()
        with socket.socket(socket.AF_UNIX) as listener, ours, theirs:
            listener.bind(f"{path}.new")
            listener.listen(8)
            os.rename(f"{path}.new", path)  # noqa: PTH104 - who finds it can connect to it
            report, reported = os.pipe()
            socket.send_fds(ours, [b"s"], [listener.fileno(), reported])
            os.close(reported)
            (answer_in_place if in_place else take_snapshot)(theirs, namespace)
        assert int(os.read(report, 20)) > 0
        os.close(report)
        sys.stdout.write("ok\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
