"""NVML in a few lines: several GPUs whose memory, users and health a test sets as it likes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

from autograder.sandbox.gpu import Gpu

GIB = 2**30


class NVMLError(Exception):
    """What NVML raises."""


@dataclass
class Card:
    """One GPU, as the driver sees it."""

    uuid: str
    minor: int = 0
    used: int = GIB
    users: list[int] = field(default_factory=list)
    error: Exception | None = None


class FakeNvml:
    """In place of the module `pynvml`."""

    NVMLError = NVMLError

    def __init__(self, cards: Sequence[Card]) -> None:
        self.cards = list(cards)
        self.error: Exception | None = None  # of the driver itself

    def nvmlInit(self) -> None:
        if self.error:
            raise self.error

    def nvmlDeviceGetCount(self) -> int:
        return len(self.cards)

    def nvmlDeviceGetHandleByIndex(self, index: int) -> Card:
        return self.cards[index]

    def nvmlDeviceGetHandleByUUID(self, uuid: str) -> Card:
        return next(card for card in self.cards if card.uuid == uuid)

    def nvmlDeviceGetUUID(self, card: Card) -> str:
        return card.uuid

    def nvmlDeviceGetName(self, card: Card) -> bytes:
        return b"Card of Paper"

    def nvmlDeviceGetMinorNumber(self, card: Card) -> int:
        return card.minor

    def nvmlDeviceGetMemoryInfo(self, card: Card) -> Any:
        if card.error:
            raise card.error
        return SimpleNamespace(total=80 * GIB, used=card.used)

    def nvmlDeviceGetComputeRunningProcesses(self, card: Card) -> list[Any]:
        return [SimpleNamespace(pid=pid) for pid in card.users]

    def nvmlDeviceGetMigMode(self, card: Card) -> list[int]:
        raise NVMLError("Not Supported")

    def nvmlDeviceGetPersistenceMode(self, card: Card) -> int:
        return 1

    def nvmlSystemGetDriverVersion(self) -> str:
        return "999.1"


def paper_gpu(uuid: str = "GPU-a", minor: int = 0) -> Gpu:
    """What `find` says of a card."""
    return Gpu(uuid, "Card of Paper", minor, 80 * GIB)
