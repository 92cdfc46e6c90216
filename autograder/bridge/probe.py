"""Computes something on the GPU, in a kernel's place and in its lock: whether it can, and whether it came out right."""

from __future__ import annotations

import os
from typing import Any

import torch

_LONGEST = 2000  # bytes of a reason


def run(order: dict[str, Any], descriptors: list[int]) -> None:
    """Ends with status 0 when the GPU computed what the processor did; with 1 when not, and says why on the line."""
    reason = why_not()
    os.write(descriptors[0], reason.encode("utf-8", "replace")[:_LONGEST])
    os._exit(1 if reason else 0)


def why_not() -> str:
    """Why nothing can be checked on the GPU, in words; empty where it can.

    `torch.compile` belongs to it: where a compiler is missing here, that is no student's fault.
    """
    try:
        if not computes(product):
            return "a product of two small matrices came out otherwise than on the processor"
        if not computes(torch.compile(product, fullgraph=True)):
            return "a compiled product came out otherwise than on the processor"
    except Exception as error:  # noqa: BLE001 - of whatever kind: that is the reason
        return f"{type(error).__name__}: {error}"
    return ""


def product(left: torch.Tensor, right: torch.Tensor) -> torch.Tensor:
    """What is computed."""
    return left @ right + 1


def computes(function: Any) -> bool:
    """Whether it comes out alike on both, with small whole numbers that no rounding disturbs."""
    numbers = torch.arange(64.0).reshape(8, 8)
    return bool(torch.equal(function(numbers.cuda(), numbers.cuda()).cpu(), product(numbers, numbers)))
