"""Whether a call would run on another device, found out without one: on tensors that have shapes and no values.

torch's fake tensors tell it exactly, and take tens of milliseconds for a call of ten lines: each operation is looked at
in Python. So the call is made on plain tensors without values first. Where no operation met a tensor that lives
anywhere else, nothing can have been mixed; only where one did, or where the call failed, fake tensors are asked.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import torch
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_iter

_META = torch.device("meta")


class _Watch(TorchDispatchMode):  # type: ignore[no-untyped-call]
    """Sees whether any operation takes or makes a tensor of another device."""

    has_met_others = False

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        result = func(*args, **(kwargs or {}))
        tensors = (each for each in tree_iter((args, kwargs, result)) if isinstance(each, torch.Tensor))
        self.has_met_others |= any(each.device != _META for each in tensors)
        return result


def verdict(target: Any, args: list[Any], kwargs: dict[str, Any]) -> str:
    """What is known of the call: "safe", "mismatch" or "unknown"."""
    if _runs_alone(target, args, kwargs):
        return "safe"
    from torch._subclasses.fake_tensor import FakeTensorDeviceMismatchError, FakeTensorMode

    try:
        with FakeTensorMode(allow_non_fake_inputs=True):
            result = _on_meta(target, args, kwargs)()
    except FakeTensorDeviceMismatchError:
        return "mismatch"
    except Exception:  # noqa: BLE001 - data-dependent control flow and the like: right work may do that
        return "unknown"
    return "mismatch" if any(part.device == torch.device("cpu") for part in _tensors_of(result)) else "safe"


def _runs_alone(target: Any, args: list[Any], kwargs: dict[str, Any]) -> bool:
    """Whether the call comes through with no tensor that lives elsewhere."""
    try:
        run = _on_meta(target, args, kwargs)
        with _Watch() as watch:  # type: ignore[no-untyped-call]
            result = run()
    except Exception:  # noqa: BLE001 - for whatever reason: fake tensors tell
        return False
    return not watch.has_met_others and all(part.device == _META for part in _tensors_of(result))


def _tensors_of(result: object) -> list[torch.Tensor]:
    parts = result if isinstance(result, tuple | list) else [result]
    return [part for part in parts if isinstance(part, torch.Tensor)]


def _on_meta(target: Any, args: list[Any], kwargs: dict[str, Any]) -> Callable[[], object]:
    """The call, with everything that it is given in shape alone."""
    args = [_shape_of(value) for value in args]
    kwargs = {key: _shape_of(value) for key, value in kwargs.items()}
    if not isinstance(target, torch.nn.Module):
        return partial(target, *args, **kwargs)
    state = {**dict(target.named_parameters()), **dict(target.named_buffers())}
    shapes = {key: _shape_of(value) for key, value in state.items()}
    return partial(torch.func.functional_call, target, shapes, tuple(args), kwargs)


def _shape_of(value: Any) -> Any:
    return torch.empty_like(value, device=_META) if isinstance(value, torch.Tensor) else value
