"""Secret, reproducible randomness for checks.

The seed is HMAC(course secret, assignment version, exercise and check): a student cannot know the inputs,
and the same submission always meets the same ones.
"""

from __future__ import annotations

import hashlib
import hmac
import random
from collections.abc import Sequence
from typing import TypeVar

import torch

Item = TypeVar("Item")


def derive(key: bytes, *names: str) -> bytes:
    """A key for what the names say, from a key above it (32 bytes)."""
    return hmac.new(key, "\0".join(names).encode(), hashlib.sha256).digest()


class Draw:
    """Draws inputs for one check.

    Args:
        key: the check's own key, from `derive`.
    """

    def __init__(self, key: bytes) -> None:
        seed = int.from_bytes(key[:8], "big") >> 1
        self._random = random.Random(seed)
        self._generator = torch.Generator().manual_seed(seed)

    def normal(self, *shape: int, dtype: torch.dtype = torch.float32, scale: float = 1.0) -> torch.Tensor:
        """Standard normal values times `scale`, of the given shape."""
        return (torch.randn(shape, generator=self._generator) * scale).to(dtype)

    def uniform(self, *shape: int) -> torch.Tensor:
        """Values in [0, 1), float32."""
        return torch.rand(shape, generator=self._generator)

    def integers(self, low: int, high: int, shape: Sequence[int]) -> torch.Tensor:
        """Integers from `low` up to but without `high`, int64."""
        return torch.randint(low, high, tuple(shape), generator=self._generator)

    def boolean(self, *shape: int, p: float = 0.5) -> torch.Tensor:
        """True with probability `p`."""
        return self.uniform(*shape) < p

    def sizes(self, n: int, low: int = 2, high: int = 9) -> list[int]:
        """`n` different sizes from `low` to `high`: where all differ, a swapped axis shows."""
        return self._random.sample(range(low, high + 1), n)

    def choice(self, items: Sequence[Item]) -> Item:
        """One of the items."""
        return self._random.choice(items)
