"""Python's values as messages' values, and back: plain data and tensors, of bounded depth.

A tensor travels as safetensors with one entry. Its header is bounded before it is parsed, because parsing a huge
header is an attack by itself, and it is believed in nothing: the bytes that are there decide.
"""

from __future__ import annotations

import math
import struct
from collections.abc import Callable
from typing import Annotated, Any

import msgspec
import torch

from autograder.bridge.messages import (
    MAX_AXES,
    MAX_DEPTH,
    MAX_FRAME,
    DictValue,
    HandleValue,
    ListValue,
    MalformedMessage,
    TensorValue,
    TupleValue,
    Value,
)

MAX_HEADER = 512  #: bytes of a safetensors header; ours has one entry and needs about 80
_HEADER = struct.Struct("<Q")
_DTYPES = {
    "F64": torch.float64,
    "F32": torch.float32,
    "F16": torch.float16,
    "BF16": torch.bfloat16,
    "I64": torch.int64,
    "I32": torch.int32,
    "I16": torch.int16,
    "I8": torch.int8,
    "U64": torch.uint64,
    "U32": torch.uint32,
    "U16": torch.uint16,
    "U8": torch.uint8,
    "BOOL": torch.bool,
}
_NAMES = {dtype: name for name, dtype in _DTYPES.items()}


class _Entry(msgspec.Struct, forbid_unknown_fields=True):
    """What a safetensors header says about a tensor."""

    dtype: str
    shape: Annotated[list[Annotated[int, msgspec.Meta(ge=0)]], msgspec.Meta(max_length=MAX_AXES)]
    data_offsets: tuple[int, int]


class _Header(msgspec.Struct, forbid_unknown_fields=True):
    """The header of a file that holds one tensor, under our name."""

    t: _Entry


_encoder, _decoder = msgspec.json.Encoder(), msgspec.json.Decoder(_Header)


def pack_tensor(tensor: torch.Tensor) -> TensorValue:
    """A tensor's values, whatever its storage looks like; raises on what safetensors does not know."""
    plain = tensor.detach().resolve_conj().resolve_neg().to("cpu")
    order = _layout(plain)
    moved = plain.permute(order).clone().contiguous()
    back = tuple(order.index(axis) for axis in range(plain.dim()))
    return TensorValue(memoryview(_joined(moved)), back if back != tuple(range(plain.dim())) else ())


def _joined(tensor: torch.Tensor) -> bytes:
    """The file that safetensors' own `save` writes for this one entry, of which it makes ten times the work."""
    data = tensor.reshape(-1).view(torch.uint8).numpy().tobytes()
    entry = _Entry(_NAMES[tensor.dtype], list(tensor.shape), (0, len(data)))
    header = _encoder.encode(_Header(entry))
    header += b" " * (-len(header) % _HEADER.size)
    return _HEADER.pack(len(header)) + header + data


def _layout(tensor: torch.Tensor) -> list[int]:
    """Axes from the largest stride to the smallest: the order in which the tensor lies in memory."""
    strides = tensor.stride()
    return sorted(range(tensor.dim()), key=lambda axis: -strides[axis])


def unpack_tensor(value: TensorValue) -> torch.Tensor:
    """The tensor in a message, in memory of its own; raises MalformedMessage on anything but one well-formed entry."""
    entry, data = _split(memoryview(value.data))
    dtype = _DTYPES.get(entry.dtype)
    if dtype is None:
        raise MalformedMessage("a tensor is of an unknown dtype")
    _refuse_lies(entry, dtype, len(data))
    if value.order and sorted(value.order) != list(range(len(entry.shape))):
        raise MalformedMessage("a tensor's axes are in no order")
    tensor = torch.frombuffer(bytearray(data), dtype=dtype) if data else torch.empty(0, dtype=dtype)
    if dtype is torch.bool and bool((tensor.view(torch.uint8) > 1).any()):
        raise MalformedMessage("a tensor holds what is neither true nor false")
    shaped = tensor.reshape(entry.shape)
    return shaped.permute(value.order) if value.order else shaped


def _split(data: memoryview) -> tuple[_Entry, memoryview]:
    """The header's only entry, and the bytes behind the header."""
    length = _HEADER.unpack_from(data)[0] if len(data) >= _HEADER.size else MAX_HEADER + 1
    if length > MAX_HEADER:
        raise MalformedMessage("a tensor's header is too long")
    start = _HEADER.size + length
    try:
        return _decoder.decode(data[_HEADER.size : start]).t, data[start:]
    except (msgspec.MsgspecError, RecursionError, ValueError):
        raise MalformedMessage("a tensor's header is none") from None


def _refuse_lies(entry: _Entry, dtype: torch.dtype, size: int) -> None:
    """Refuses a shape that is not that of the bytes, or that would be a huge one but for an axis of no length."""
    if entry.data_offsets != (0, size) or math.prod(entry.shape) * dtype.itemsize != size:
        raise MalformedMessage("a tensor's header does not fit its data")
    if math.prod(max(axis, 1) for axis in entry.shape) * dtype.itemsize > MAX_FRAME:
        raise MalformedMessage("a tensor's shape is larger than any message")


def pack(value: object, keep: Callable[[object], HandleValue] | None = None, depth: int = 0) -> Value:
    """A Python value as a message's value.

    Args:
        keep: called with an object that cannot cross; gives its handle. Without it such an object is
            an error, which is right on the trusted side.

    Raises:
        MalformedMessage: too deep, or nothing to send it as.
    """
    if depth > MAX_DEPTH:
        raise MalformedMessage(f"values are nested more than {MAX_DEPTH} deep")
    if value is None or type(value) in (bool, float, str):
        return value  # type: ignore[return-value]
    if type(value) is int and -(2**63) <= value < 2**63:
        return value
    if isinstance(value, HandleValue):
        return value
    return _pack_compound(value, keep, depth)


def _pack_compound(value: object, keep: Callable[[object], HandleValue] | None, depth: int) -> Value:
    if isinstance(value, torch.Tensor) and value.layout is torch.strided and value.dtype in _NAMES:
        return pack_tensor(value)
    if isinstance(value, tuple):
        return TupleValue([pack(item, keep, depth + 1) for item in value])
    if isinstance(value, list):
        return ListValue([pack(item, keep, depth + 1) for item in value])
    if isinstance(value, dict) and all(type(key) is str for key in value):
        return DictValue({key: pack(item, keep, depth + 1) for key, item in value.items()})
    if keep is None:
        raise MalformedMessage(f"a {type(value).__name__} cannot cross the bridge")
    return keep(value)


def unpack(
    value: Value, resolve: Callable[[HandleValue], Any], depth: int = 0, place: Callable[[Any], Any] = lambda it: it
) -> Any:
    """A message's value as a Python value.

    Args:
        resolve: turns a HandleValue into what stands for it.
        place: takes a tensor to where it is wanted.

    Raises:
        MalformedMessage: too deep, or a tensor that is none.
    """
    if depth > MAX_DEPTH:
        raise MalformedMessage(f"values are nested more than {MAX_DEPTH} deep")
    if isinstance(value, TensorValue):
        return place(unpack_tensor(value))
    if isinstance(value, HandleValue):
        return resolve(value)
    if isinstance(value, ListValue):
        return [unpack(item, resolve, depth + 1, place) for item in value.items]
    if isinstance(value, TupleValue):
        return tuple(unpack(item, resolve, depth + 1, place) for item in value.items)
    if isinstance(value, DictValue):
        return {key: unpack(item, resolve, depth + 1, place) for key, item in value.items.items()}
    return value
