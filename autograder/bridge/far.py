"""The tensors of the make-believe device (`impostor.py`)."""

from __future__ import annotations

from typing import Any

import torch

NAME = torch.device("meta")  #: where they say that they are


class FarTensor(torch.Tensor):
    """A tensor that says it lives on the device; `near` holds its values."""

    near: torch.Tensor

    @staticmethod
    def __new__(cls, near: torch.Tensor) -> FarTensor:
        """Wraps a tensor of the processor."""
        return torch.Tensor._make_wrapper_subclass(
            cls, near.shape, strides=near.stride(), storage_offset=near.storage_offset(), dtype=near.dtype
        )

    def __init__(self, near: torch.Tensor) -> None:
        self.near = near

    __torch_function__ = torch._C._disabled_torch_function_impl  # type: ignore[assignment]
    device = NAME
    is_cpu = False

    @classmethod
    def __torch_dispatch__(cls, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:  # type: ignore[override]
        raise RuntimeError("a tensor of the make-believe device was used outside of it")

    def __format__(self, spec: str) -> str:
        """As a number where it is one, as of a tensor on a GPU."""
        return object.__format__(self, spec) if self.dim() else format(self.item(), spec)

    def __deepcopy__(self, memo: dict[int, Any]) -> Any:
        """Values and all; there is no storage of its own to be copied."""
        if id(self) not in memo:
            made: Any = self.detach().clone().requires_grad_(self.requires_grad)
            is_parameter = isinstance(self, torch.nn.Parameter)
            memo[id(self)] = torch.nn.Parameter(made, self.requires_grad) if is_parameter else made
        return memo[id(self)]

    def __repr__(self, **_: Any) -> str:  # type: ignore[override]
        return f"FarTensor({self.near!r})"
