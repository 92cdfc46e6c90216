"""Laws that hold for any input: tried on few examples in the quick tests, on many more in the slow ones."""

from __future__ import annotations

import tracemalloc
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from hypothesis import HealthCheck, Phase, Verbosity, given, settings
from hypothesis.strategies import SearchStrategy


@dataclass(frozen=True)
class Law:
    """What holds for every input that the strategy draws.

    Attributes:
        examples: how many the quick tests try; always the same ones.
        large: whether inputs are so large that one which breaks the law is neither made smaller nor shown.
    """

    check: Callable[[Any], None]
    inputs: SearchStrategy[Any]
    examples: int
    large: bool = False

    def __str__(self) -> str:
        return self.check.__name__


def holds(law: Law, times: int = 1) -> None:
    """Tries the law on its examples; when more are asked for, on `times` as many that differ from run to run."""
    how = settings(
        max_examples=law.examples * times,
        derandomize=times == 1,
        deadline=None,
        database=None,
        verbosity=Verbosity.quiet if law.large else Verbosity.normal,
        phases=[Phase.generate] if law.large else [Phase.generate, Phase.shrink],
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
    )
    how(given(law.inputs)(law.check))()


@contextmanager
def most_memory(limit: int) -> Iterator[None]:
    """Fails when Python has held more than so many bytes more at once than before."""
    tracemalloc.start()
    try:
        yield
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak <= limit, f"{peak:,} bytes where {limit:,} are allowed"
