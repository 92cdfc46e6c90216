"""A make-believe device: computes on the processor, and refuses all that a GPU would refuse.

Its tensors say that they live elsewhere (under the name of torch's `meta` device, which computes nothing itself and
so is in nobody's way). An operation that mixes them with tensors of the processor raises, as on a GPU; reading a
value counts as waiting for the device; the bytes that live on it are counted. So a check that needs a GPU can be
shown to fail for what it is there to catch, and to pass for what is right, on a machine without one.

What it cannot show: a real GPU's own kernels, their rounding, speed and memory beyond tensors; and which operations
CUDA's autocast keeps in float32 (softmax is one), for its mixed precision is the processor's. One thread only.
"""

from __future__ import annotations

import weakref
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import torch
from torch.overrides import TorchFunctionMode
from torch.utils._mode_utils import no_dispatch
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_iter, tree_map_only

from autograder.bridge.device import Device, Meter, starts_work
from autograder.bridge.far import NAME, FarTensor

_CPU = torch.device("cpu")
_MOVES = {torch.ops.aten._to_copy.default, torch.ops.aten.copy_.default}
#: Whose second argument may be the processor's on CUDA, too: indices, and the lengths of packed sequences.
_MIXED_BY_RIGHT = {
    torch.ops.aten.index.Tensor,
    torch.ops.aten.index_put.default,
    torch.ops.aten.index_put_.default,
    torch.ops.aten._pack_padded_sequence.default,
}
_INDEXED = _MIXED_BY_RIGHT - {torch.ops.aten._pack_padded_sequence.default}
_STAYS_NEAR = {torch.ops.aten._pack_padded_sequence.default: (1,)}  #: which results are the processor's, as on CUDA
_READS = {
    torch.ops.aten._local_scalar_dense.default,
    torch.ops.aten.equal.default,
    torch.ops.aten.nonzero.default,  # this one and those below have to know how large their result is
    torch.ops.aten.masked_select.default,
    torch.ops.aten._unique2.default,
    torch.ops.aten.bincount.default,
    torch.ops.aten.repeat_interleave.Tensor,
}
_MAKE = (torch.tensor, torch.as_tensor, torch.asarray)
_MIXED = "Expected all tensors to be on the same device, but found at least two devices, {} and cpu!"
_LENGTHS = "'lengths' argument should be a 1D CPU int64 tensor, but got 1D {} Long tensor"
_TO_NUMPY = "can't convert a tensor of this device to numpy. Use Tensor.cpu() to copy the tensor to host memory first."


class Impostor(Device):
    """The device; see the module."""

    name = "impostor"

    def __init__(self) -> None:
        self._dispatch = _Dispatch()

    @contextmanager
    def active(self) -> Iterator[None]:
        """See `Device.active`."""
        before = torch.__future__.get_overwrite_module_params_on_conversion()
        torch.__future__.set_overwrite_module_params_on_conversion(True)
        try:
            with _Functions(self._dispatch), self._dispatch:
                yield
        finally:
            torch.__future__.set_overwrite_module_params_on_conversion(before)

    def place(self, value: Any) -> Any:
        """See `Device.place`."""
        if isinstance(value, torch.nn.Module):
            _place_module(value)
            return value
        return value.to(NAME) if isinstance(value, torch.Tensor) else value

    def holds(self, tensor: torch.Tensor) -> bool:
        """See `Device.holds`."""
        return isinstance(tensor, FarTensor)

    @contextmanager
    def metered(self) -> Iterator[Meter]:
        """See `Device.metered`."""
        before = self._dispatch.meter
        self._dispatch.meter, held = Meter(), self._dispatch.held
        self._dispatch.height = held
        try:
            yield self._dispatch.meter
        finally:
            self._dispatch.meter.peak = self._dispatch.height - held
            self._dispatch.meter = before

    def compiled(self, function: Any) -> Any:
        """See `Device.compiled`: the graph is taken with the tensors' values on the processor."""

        def near(*args: Any, **kwargs: Any) -> Any:
            moved = function.to("cpu") if isinstance(function, torch.nn.Module) else function
            args, kwargs = tree_map_only(FarTensor, lambda tensor: tensor.cpu(), (args, kwargs))
            with torch.utils._python_dispatch._disable_current_modes(), torch._C.DisableTorchFunction():
                result = torch.compile(moved, fullgraph=True, backend="eager")(*args, **kwargs)
            return tree_map_only(torch.Tensor, self.place, result)

        return near


def _place_module(module: torch.nn.Module) -> None:
    """Moves a module's tensors as `Module.to` does on a GPU: what two names share, they go on sharing."""
    moved: dict[int, Any] = {}
    for part in module.modules():
        places: tuple[dict[str, Any], ...] = (part._parameters, part._buffers)
        for named in places:
            for name, tensor in named.items():
                if tensor is not None and not isinstance(tensor, FarTensor):
                    named[name] = moved[id(tensor)] if id(tensor) in moved else _moved(tensor, moved)


def _moved(tensor: torch.Tensor, moved: dict[int, Any]) -> torch.Tensor:
    far: Any = tensor.detach().to(NAME)
    if isinstance(tensor, torch.nn.Parameter):
        far = torch.nn.Parameter(far, tensor.requires_grad)
    moved[id(tensor)] = far
    return far  # type: ignore[no-any-return]


class _Functions(TorchFunctionMode):
    """Above autograd: moves between the devices, and what torch would not send on to an operation."""

    def __init__(self, dispatch: _Dispatch) -> None:
        super().__init__()
        self._dispatch = dispatch

    def __torch_function__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        kwargs = dict(kwargs or {})
        if func in _MAKE and _is_far(kwargs.get("device")):
            del kwargs["device"]
            return _Move.apply(func(*args, **kwargs), True)  # type: ignore[no-untyped-call]
        if args and isinstance(args[0], torch.Tensor) and (found := self._of_tensor(func, args, kwargs)) is not None:
            return found
        if func == torch.Tensor.data.__set__ and isinstance(args[0], FarTensor):  # type: ignore[attr-defined]
            args[0].near = args[1].near
        if func is torch._VF._pad_packed_sequence:
            padded, lengths = func(self._move(args[0], False), *args[1:], **kwargs)
            return self._move(padded, isinstance(args[0], FarTensor)), lengths  # these stay the processor's on CUDA too
        with self._dispatch.within(func, args, kwargs):
            return func(*args, **kwargs)

    def _of_tensor(self, func: Any, args: Any, kwargs: Any) -> Any:
        """What a move, or a look at values, gives; None for all else."""
        tensor, name = args[0], getattr(func, "__name__", "")
        far = isinstance(tensor, FarTensor)
        if far and name in ("tolist", "numpy", "__array__"):
            if name != "tolist":
                raise TypeError(_TO_NUMPY)
            self._dispatch.meter.syncs += 1
            return tensor.near.tolist()
        if far and name == "new_tensor":
            return self._move(tensor.near.new_tensor(*args[1:], **kwargs), True)
        if name == "cpu":
            return self._move(tensor, False)
        if name == "to":
            return self._to(tensor, far, args[1:], kwargs)
        return None

    def _to(self, tensor: torch.Tensor, far: bool, args: Any, kwargs: Any) -> Any:
        """`tensor.to(…)`: the move first, then the dtype."""
        parsed: Any = torch._C._nn._parse_to(*args, **kwargs)
        device, dtype = parsed[:2]
        if args and isinstance(args[0], torch.Tensor):
            device, dtype = args[0].device, args[0].dtype
        moved = tensor if device is None else self._move(tensor, _is_far(device))
        return moved if dtype is None else moved.type(dtype) if moved.dtype != dtype else moved

    def _move(self, tensor: torch.Tensor, far: bool) -> Any:
        if isinstance(tensor, FarTensor) == far:
            return tensor
        return _Move.apply(tensor, far)  # type: ignore[no-untyped-call]


class _Move(torch.autograd.Function):
    """A copy on the other device; its gradient comes back to where the tensor was."""

    @staticmethod
    def forward(ctx: Any, tensor: torch.Tensor, far: bool) -> torch.Tensor:
        """The copy."""
        ctx.far = far
        if far:
            return torch.ops.aten._to_copy.default(tensor.detach(), device=NAME)  # type: ignore[no-any-return]
        return torch.empty_like(tensor.near).copy_(tensor.detach())  # type: ignore[attr-defined]

    @staticmethod
    def backward(ctx: Any, *gradients: Any) -> Any:
        """The gradient, moved."""
        (gradient,) = gradients
        return _Move.apply(gradient, not ctx.far), None  # type: ignore[no-untyped-call]


class _Dispatch(TorchDispatchMode):  # type: ignore[no-untyped-call]
    """Below autograd: every operation, its devices, and what it costs."""

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.meter = Meter()
        self.held = self.height = 0
        self._known: set[int] = set()
        self._is_within = False

    @contextmanager
    def within(self, func: Any, args: Any, kwargs: Any) -> Iterator[None]:
        """Inside a function of torch's that was given tensors of the device: what it makes for itself lives there.

        (What torch's own code asks for "where my input is" comes here as the processor's, which is what lies below.)
        """
        before = self._is_within
        if "device" not in kwargs:
            self._is_within = any(isinstance(each, FarTensor) for each in tree_iter((args, kwargs)))
        try:
            yield
        finally:
            self._is_within = before

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        kwargs = dict(kwargs or {})
        tensors = [each for each in tree_iter((args, kwargs)) if isinstance(each, torch.Tensor)]
        far = any(isinstance(each, FarTensor) for each in tensors)
        if _is_mixed(func, args, tensors):
            raise RuntimeError(_MIXED.format(NAME))
        if func in _STAYS_NEAR and isinstance(args[1], FarTensor):
            raise RuntimeError(_LENGTHS.format(NAME))
        was_far = isinstance(tensors[-1], FarTensor) if tensors else False
        if kwargs.get("device") is not None:
            # The gradient of a cast names a device, too: the processor, which is what lies below. It stays where it is.
            stays = (far and "dtype" in kwargs) if func in _MOVES else self._is_within
            far, kwargs["device"] = _is_far(kwargs["device"]) or stays, _CPU
        elif func is torch.ops.aten.copy_.default:
            far = isinstance(args[0], FarTensor)
        near_args, near_kwargs = tree_map_only(FarTensor, lambda tensor: tensor.near, (args, kwargs))
        result = func(*near_args, **near_kwargs)
        self.meter.syncs += func in _MOVES and far is not was_far
        if not far:
            return result
        self.meter.launches += starts_work(func)
        self.meter.syncs += func in _READS or _has_to_look(func, args)
        same = {id(tensor.near): tensor for tensor in tensors if isinstance(tensor, FarTensor)}
        far_result = tree_map_only(torch.Tensor, lambda t: same[id(t)] if id(t) in same else self._wrapped(t), result)
        if torch.Tag.inplace_view in func.tags:
            with no_dispatch():
                func(*args, **kwargs)  # what the tensor says of itself changes as well
        if func in _STAYS_NEAR:
            return tuple(result[i] if i in _STAYS_NEAR[func] else each for i, each in enumerate(far_result))
        return far_result

    def _wrapped(self, tensor: torch.Tensor) -> FarTensor:
        if tensor.is_conj():  # what is conjugated only when it is next looked at would go unseen from here on
            tensor = torch.conj_physical(tensor.conj())
        storage = tensor.untyped_storage()
        key, size = storage._cdata, storage.nbytes()
        wrapped = FarTensor(tensor)
        if key not in self._known:
            self._known.add(key)
            self.held += size
            self.height = max(self.height, self.held)
            weakref.finalize(storage, self._let_go, key, size)
        return wrapped

    def _let_go(self, key: int, size: int) -> None:
        self._known.discard(key)
        self.held -= size


def _is_mixed(func: Any, args: Any, tensors: list[torch.Tensor]) -> bool:
    """Whether CUDA would refuse these tensors for where they live; a single number may live anywhere."""
    aside = {id(each) for each in tree_iter(args[1])} if func in _MIXED_BY_RIGHT else set()
    near = any(not isinstance(each, FarTensor) and each.dim() and id(each) not in aside for each in tensors)
    return near and func not in _MOVES and any(isinstance(each, FarTensor) for each in tensors)


def _has_to_look(func: Any, args: Any) -> bool:
    """Whether indices make CUDA wait: the processor's do, and masks do but where one number is put."""
    if func not in _INDEXED:
        return False
    indices = [each for each in args[1] if each is not None]
    fills = len(args) > 2 and args[2].numel() == 1
    return any(not isinstance(i, FarTensor) or (i.dtype == torch.bool and not fills) for i in indices)


def _is_far(device: Any) -> bool:
    return device is not None and torch.device(device).type == NAME.type
