"""Processes and their descendants, as a launcher would give them, without a lock."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import psutil

from autograder.sandbox import process

SLEEP = "import time; time.sleep(60)"
HUNGRY = f"x = bytearray(b'x') * 150_000_000\n{SLEEP}"


@dataclass
class Tree:
    """A process and its descendants, as a launcher would give them."""

    pid: int
    inherited: int = 0
    starved: bool = False

    def poll(self) -> int | None:
        return None if psutil.pid_exists(self.pid) else 0

    def interrupt(self) -> None:
        """Not needed here."""

    def family(self) -> list[psutil.Process]:
        try:
            root = psutil.Process(self.pid)
        except psutil.NoSuchProcess:
            return []
        return [each for each in (root, *process.descendants(root)) if process.is_running(each)]

    def sockets(self) -> int:
        return 0

    def was_starved(self) -> bool:
        starved, self.starved = self.starved, False
        return starved

    def end(self) -> None:
        process.end_family(self, ())


Start = Callable[[str], Tree]
