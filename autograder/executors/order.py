"""What `autograder worker` tells the process of a slot, and what that says by the way it ends."""

from __future__ import annotations

import json
import os
from contextlib import suppress
from dataclasses import asdict, dataclass
from typing import Any

TOLD, REFUSED, LOST = 0, 3, 4  #: exit codes: told to leave; must not be used; no scheduler, or not any more


@dataclass(frozen=True)
class Order:
    """What a slot is told, in one argument.

    Attributes:
        address: the scheduler's.
        name: the worker's, in the cluster.
        slot: its number on this machine.
        gpu: whether it offers one.
        tls: the files of authority, certificate and key; empty names without TLS.
        line: the descriptor that it tells facts by, one JSON object in a line.
        log: the least level of messages to be logged.
    """

    address: str
    name: str
    slot: int
    gpu: bool
    tls: tuple[str, ...]
    line: int
    log: int

    def to_argument(self) -> str:
        """As it stands on a command line."""
        return json.dumps(asdict(self))

    @classmethod
    def from_argument(cls, argument: str) -> Order:
        """The order that stands on a command line."""
        return cls(**json.loads(argument))

    def tell(self, **facts: Any) -> None:
        """Tells a fact, which nobody may be there to hear."""
        with suppress(OSError):
            os.write(self.line, json.dumps({"slot": self.slot, **facts}).encode() + b"\n")
