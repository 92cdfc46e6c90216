"""What `Cuda` measures, with the processor in the place of the GPU: torch's warnings, and steps that are compiled."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any

import pytest
import torch
from torch import nn

from autograder.bridge.device import Cuda, Meter

PROTOTYPE = "Synchronization debug mode is a prototype feature and does not yet detect all synchronizing operations"
WAITED = "called a synchronizing CUDA operation"


@pytest.fixture
def cuda(monkeypatch: pytest.MonkeyPatch) -> Cuda:
    """The device, on the processor; the mode's own warning is given once."""
    own = iter([PROTOTYPE])

    def set_mode(_: str) -> None:
        for words in own:
            warnings.warn(words, stacklevel=1)

    monkeypatch.setattr(torch.cuda, "set_sync_debug_mode", set_mode)
    for name in ("synchronize", "reset_peak_memory_stats", "memory_allocated", "max_memory_allocated"):
        monkeypatch.setattr(torch.cuda, name, lambda: 0)
    return Cuda.__new__(Cuda)


def measured(device: Cuda, step: Callable[[], Any]) -> Meter:
    with device.metered() as meter:
        step()
    return meter


def test_each_time_that_it_waits_counts_and_nothing_else_does(cuda: Cuda) -> None:
    def twice() -> None:
        for words in (WAITED, "of no matter", WAITED):
            warnings.warn(words, stacklevel=1)

    assert measured(cuda, lambda: None).syncs == 0  # the warning about the mode itself
    assert measured(cuda, twice).syncs == 2


@pytest.mark.slow
def test_a_step_that_is_compiled_can_be_measured(cuda: Cuda, monkeypatch: pytest.MonkeyPatch) -> None:
    real = torch.compile
    monkeypatch.setattr(torch, "compile", lambda step, **how: real(step, backend="eager", **how))
    linear, x = nn.Linear(2, 2), torch.ones(3, 2)
    compiled = cuda.compiled(linear)
    with torch.no_grad():
        assert torch.equal(compiled(x), linear(x))
        assert measured(cuda, lambda: compiled(x)).launches == 0
        assert measured(cuda, lambda: linear(x)).launches > 0
