"""What crosses the bridge: a closed union of plain values, requests and replies (msgpack by msgspec).

A frame is a length (4 bytes, big-endian) and that many bytes. Tensors travel as safetensors with one
entry, whose header is bounded before it is parsed: parsing a huge header is an attack by itself.
"""

from __future__ import annotations

import struct
from typing import Any

import msgspec
import torch
from safetensors.torch import load, save

MAX_FRAME = 64 * 2**20  #: bytes in one frame
MAX_DEPTH = 8  #: containers inside containers
MAX_VALUES = 100_000  #: values in one message: each costs its receiver far more than the byte it may take
MAX_TEXT = 2_000  #: characters of a text that student code wrote (messages of exceptions, reprs)
MAX_HEADER = 512  #: bytes of a safetensors header; ours has one entry and needs about 80
_HEADER = struct.Struct("<Q")
_ENTRY = "t"


class MalformedMessage(ValueError):
    """Bytes that are no message; what they hold is not looked at any further."""


class TensorValue(msgspec.Struct, tag="tensor"):
    """A tensor as safetensors; `order` permutes its axes on arrival, which makes it non-contiguous."""

    data: bytes
    order: tuple[int, ...] = ()


class HandleValue(msgspec.Struct, tag="handle"):
    """An object that stays in the student's process; `kind` is the name of its type."""

    id: int
    kind: str = ""


class ListValue(msgspec.Struct, tag="list"):
    """A list."""

    items: list[Value]


class TupleValue(msgspec.Struct, tag="tuple"):
    """A tuple (a named one loses its names)."""

    items: list[Value]


class DictValue(msgspec.Struct, tag="dict"):
    """A dict with text keys."""

    items: dict[str, Value]


Value = None | bool | int | float | str | TensorValue | HandleValue | ListValue | TupleValue | DictValue


class Call(msgspec.Struct, tag="call"):
    """Call a global name, or an object (or its method).

    `keep` asks for a handle whatever comes back; `inputs` asks for the positional arguments afterwards.
    """

    target: str | HandleValue
    args: list[Value]
    kwargs: dict[str, Value]
    method: str = ""
    keep: bool = False
    inputs: bool = False


class Gradients(msgspec.Struct, tag="gradients"):
    """Call with gradients and run backward from one output (`output` indexes a returned tuple).

    Comes back: the gradients of the positional arguments `wrt`, or of all parameters of the object.
    """

    target: str | HandleValue
    args: list[Value]
    kwargs: dict[str, Value]
    wrt: list[int]
    upstream: TensorValue | None = None
    output: int | None = None
    parameters: bool = False


class DeviceSafe(msgspec.Struct, tag="device"):
    """Run on meta tensors under a fake mode; comes back: "safe", "mismatch" or "unknown"."""

    target: str | HandleValue
    args: list[Value]
    kwargs: dict[str, Value]


class Load(msgspec.Struct, tag="load"):
    """Load weights by name; comes back: a dict of the lists "missing", "unexpected" and "misshapen"."""

    target: HandleValue
    weights: dict[str, Value]


class State(msgspec.Struct, tag="state"):
    """Comes back: the object's state dict."""

    target: HandleValue


class Mode(msgspec.Struct, tag="mode"):
    """Put a module into training or evaluation mode, and into a dtype when one is named."""

    target: HandleValue
    training: bool | None = None
    dtype: str = ""


class Define(msgspec.Struct, tag="define"):
    """Run trusted source text in the student's namespace (stand-ins; never an expected value)."""

    source: str


class Script(msgspec.Struct, tag="script"):
    """Put a scripted callable under a global name: it returns these values in turn."""

    name: str
    returns: list[Value]


class Calls(msgspec.Struct, tag="calls"):
    """Comes back: what the scripted callable was called with, as a list of (args, kwargs)."""

    name: str


Request = Call | Gradients | DeviceSafe | Load | State | Mode | Define | Script | Calls


class Returned(msgspec.Struct, tag="returned"):
    """The value that came back."""

    value: Value


class Raised(msgspec.Struct, tag="raised"):
    """Student code raised; the texts are capped and are the student's own."""

    kind: str
    message: str
    function: str = ""
    line: int = 0
    text: str = ""


Reply = Returned | Raised

_encoder = msgspec.msgpack.Encoder()
_request_decoder = msgspec.msgpack.Decoder(Request)
_reply_decoder = msgspec.msgpack.Decoder(Reply)


def encode(message: Request | Reply) -> bytes:
    """A message as a frame; raises MalformedMessage when it is too large."""
    try:
        data = _encoder.encode(message)
    except (OverflowError, RecursionError, TypeError, UnicodeError, msgspec.MsgspecError) as error:
        raise MalformedMessage(f"this cannot be sent: {error!r}"[:200]) from None
    if len(data) > MAX_FRAME:
        raise MalformedMessage(f"the message has {len(data):,} bytes; {MAX_FRAME:,} are allowed")
    return struct.pack(">I", len(data)) + data


def decode_request(data: bytes) -> Request:
    """The request in a frame's body; raises MalformedMessage."""
    request: Request = _decode(_request_decoder, data)
    return request


def decode_reply(data: bytes) -> Reply:
    """The reply in a frame's body; raises MalformedMessage."""
    reply: Reply = _decode(_reply_decoder, data)
    return reply


def _decode(decoder: msgspec.msgpack.Decoder[Any], data: bytes) -> Any:
    try:
        return decoder.decode(data)
    except (msgspec.MsgspecError, RecursionError, ValueError) as error:
        raise MalformedMessage(f"this is no message: {error}"[:200]) from None


def pack_tensor(tensor: torch.Tensor) -> TensorValue:
    """A tensor's values, whatever its storage looks like; raises on what safetensors does not know."""
    plain = tensor.detach().resolve_conj().resolve_neg().to("cpu")
    order = _layout(plain)
    moved = plain.permute(order).clone().contiguous()
    back = tuple(order.index(axis) for axis in range(plain.dim()))
    return TensorValue(save({_ENTRY: moved}), back if back != tuple(range(plain.dim())) else ())


def _layout(tensor: torch.Tensor) -> list[int]:
    """Axes from the largest stride to the smallest: the order in which the tensor lies in memory."""
    strides = tensor.stride()
    return sorted(range(tensor.dim()), key=lambda axis: -strides[axis])


def unpack_tensor(value: TensorValue) -> torch.Tensor:
    """The tensor in a message; raises MalformedMessage on anything but one well-formed entry."""
    length = _HEADER.unpack_from(value.data)[0] if len(value.data) >= _HEADER.size else MAX_HEADER + 1
    if length > MAX_HEADER:
        raise MalformedMessage("a tensor's header is too long")
    try:
        tensors = load(value.data)
        tensor = tensors.pop(_ENTRY)
        result = tensor.permute(value.order) if value.order else tensor
    except Exception as error:  # noqa: BLE001 - the parser's own errors are of many kinds; all mean the same
        raise MalformedMessage(f"this is no tensor: {error}"[:200]) from None
    if tensors:
        raise MalformedMessage("a message's tensor holds more than one entry")
    return result


def pack(value: object, keep: Any = None, depth: int = 0) -> Value:
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


def _pack_compound(value: object, keep: Any, depth: int) -> Value:
    if isinstance(value, torch.Tensor) and value.layout is torch.strided and not value.is_complex():
        return pack_tensor(value)
    if isinstance(value, tuple):
        return TupleValue([pack(item, keep, depth + 1) for item in value])
    if isinstance(value, list):
        return ListValue([pack(item, keep, depth + 1) for item in value])
    if isinstance(value, dict) and all(type(key) is str for key in value):
        return DictValue({key: pack(item, keep, depth + 1) for key, item in value.items()})
    if keep is None:
        raise MalformedMessage(f"a {type(value).__name__} cannot cross the bridge")
    handle: HandleValue = keep(value)
    return handle


def unpack(value: Value, resolve: Any, depth: int = 0) -> Any:
    """A message's value as a Python value; `resolve` turns a HandleValue into what stands for it."""
    if depth > MAX_DEPTH:
        raise MalformedMessage(f"values are nested more than {MAX_DEPTH} deep")
    if depth == 0:
        _refuse_many(value)
    if isinstance(value, TensorValue):
        return unpack_tensor(value)
    if isinstance(value, HandleValue):
        return resolve(value)
    if isinstance(value, ListValue):
        return [unpack(item, resolve, depth + 1) for item in value.items]
    if isinstance(value, TupleValue):
        return tuple(unpack(item, resolve, depth + 1) for item in value.items)
    if isinstance(value, DictValue):
        return {key: unpack(item, resolve, depth + 1) for key, item in value.items.items()}
    return value


def _refuse_many(value: Value) -> None:
    waiting, seen = [value], 0
    while waiting:
        item, seen = waiting.pop(), seen + 1
        if isinstance(item, ListValue | TupleValue):
            waiting += item.items
        elif isinstance(item, DictValue):
            waiting += item.items.values()
        if seen + len(waiting) > MAX_VALUES:
            raise MalformedMessage(f"a message holds more than {MAX_VALUES:,} values")
