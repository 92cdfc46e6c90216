"""What crosses the bridge: a closed union of plain values, requests and replies (msgpack by msgspec).

::

    frame    length of the body (4 bytes, big-endian) ── nonce (16 bytes) ── body
    line     begins with one byte that says what it is for; then frames
    request  carries a nonce that was never used before
    reply    carries the nonce of the request that it answers

How much a body holds is known before it is parsed: a walk over its headers, which makes nothing, counts its
values and its bytes other than tensors. Python's own values become messages' values in `autograder.bridge.values`.
"""

from __future__ import annotations

import struct
from typing import Annotated, Any

import msgspec

MAX_FRAME = 64 * 2**20  #: bytes in one body
MAX_PLAIN = 4 * 2**20  #: bytes of a body that are no tensor's: text takes up to four times its bytes in memory
MAX_VALUES = 200_000  #: values in a body, names of fields counted: each takes far more memory than the byte it may be
MAX_DEPTH = 8  #: containers inside containers
MAX_TEXT = 2_000  #: characters of a text that student code wrote (messages of exceptions, reprs)
MAX_NAME = 100  #: characters of a name that student code gave (types, functions)
MAX_AXES = 64  #: of a tensor; torch computes with no more

CONTROL, CHECK = b"c", b"w"  #: a line's first byte: what it is for
NONCE = 16  #: bytes
HEAD = struct.Struct(f">I{NONCE}s")

Name = Annotated[str, msgspec.Meta(max_length=MAX_NAME)]
Text = Annotated[str, msgspec.Meta(max_length=MAX_TEXT)]
Axes = Annotated[tuple[int, ...], msgspec.Meta(max_length=MAX_AXES)]


class MalformedMessage(ValueError):
    """Bytes that are no message; what they hold is not looked at any further."""


class _Part(msgspec.Struct, forbid_unknown_fields=True):
    """Whatever a message is made of."""


class TensorValue(_Part, tag="tensor"):
    """A tensor as safetensors; `order` permutes its axes on arrival, which makes it non-contiguous.

    `data` is a window on the message's own bytes: a large tensor is not held twice.
    """

    data: memoryview
    order: Axes = ()


class HandleValue(_Part, tag="handle"):
    """An object that stays in the student's process; `kind` is the name of its type."""

    id: int
    kind: Name = ""


class ListValue(_Part, tag="list"):
    """A list."""

    items: list[Value]


class TupleValue(_Part, tag="tuple"):
    """A tuple (a named one loses its names)."""

    items: list[Value]


class DictValue(_Part, tag="dict"):
    """A dict with text keys."""

    items: dict[str, Value]


Value = None | bool | int | float | str | TensorValue | HandleValue | ListValue | TupleValue | DictValue


class Call(_Part, tag="call"):
    """Call a global name, or an object (or its method).

    `keep` asks for a handle whatever comes back; `inputs` asks for the positional arguments afterwards.
    """

    target: str | HandleValue
    args: list[Value]
    kwargs: dict[str, Value]
    method: str = ""
    keep: bool = False
    inputs: bool = False


class Gradients(_Part, tag="gradients"):
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


class DeviceSafe(_Part, tag="device"):
    """Run on meta tensors under a fake mode; comes back: "safe", "mismatch" or "unknown"."""

    target: str | HandleValue
    args: list[Value]
    kwargs: dict[str, Value]


class On(_Part, tag="on"):
    """From here on everything happens on that device: see `autograder.bridge.device`."""

    device: Name


class Step(_Part, tag="step"):
    """Call it once to warm up and once more as a measured step on the device.

    `autocast` names a dtype for mixed precision, `backward` has gradients computed for the tensor arguments and
    parameters, and `compiled` takes the call as one compiled graph. Comes back: a dict of "result", "strays"
    (tensors in it that are not on the device), and a `Meter`'s "launches", "syncs" and "peak".
    """

    target: str | HandleValue
    args: list[Value]
    kwargs: dict[str, Value]
    autocast: Name = ""
    backward: bool = False
    compiled: bool = False


class Load(_Part, tag="load"):
    """Load weights by name; comes back: a dict of the lists "missing", "unexpected" and "misshapen"."""

    target: HandleValue
    weights: dict[str, Value]


class State(_Part, tag="state"):
    """Comes back: the object's state dict."""

    target: HandleValue


class Mode(_Part, tag="mode"):
    """Put a module into training or evaluation mode, and into a dtype when one is named."""

    target: HandleValue
    training: bool | None = None
    dtype: str = ""


class Define(_Part, tag="define"):
    """Run trusted source text in the student's namespace (stand-ins; never an expected value)."""

    source: str


class Script(_Part, tag="script"):
    """Put a scripted callable under a global name: it returns these values in turn."""

    name: str
    returns: list[Value]


class Calls(_Part, tag="calls"):
    """Comes back: what the scripted callable was called with, as a list of (args, kwargs)."""

    name: str


class Next(_Part, tag="next"):
    """The next check comes: put everything back. Comes back: whether all that can be seen is as it was at first."""


Request = Call | Gradients | DeviceSafe | On | Step | Load | State | Mode | Define | Script | Calls | Next


class Returned(_Part, tag="returned"):
    """The value that came back."""

    value: Value


class Raised(_Part, tag="raised"):
    """Student code raised; the texts are capped and are the student's own."""

    kind: Name
    message: Text
    function: Name = ""
    line: int = 0
    text: Text = ""


Reply = Returned | Raised

_encoder = msgspec.msgpack.Encoder()
_request_decoder = msgspec.msgpack.Decoder(Request)
_reply_decoder = msgspec.msgpack.Decoder(Reply)


def frame(nonce: bytes, body: bytes) -> bytes:
    """A body on its way, behind its length and the nonce of its request."""
    return HEAD.pack(len(body), nonce) + body


def encode(message: Request | Reply) -> bytes:
    """A message as a frame's body; raises MalformedMessage when it is too large."""
    try:
        data = _encoder.encode(message)
    except (OverflowError, RecursionError, TypeError, UnicodeError, msgspec.MsgspecError) as error:
        raise MalformedMessage(f"this cannot be sent: {error!r}"[:200]) from None
    if len(data) > MAX_FRAME:
        raise MalformedMessage(f"the message has {len(data):,} bytes; {MAX_FRAME:,} are allowed")
    return data


def decode_request(data: bytes | bytearray) -> Request:
    """The request in a frame's body; raises MalformedMessage."""
    request: Request = _decode(_request_decoder, data)
    return request


def decode_reply(data: bytes | bytearray) -> Reply:
    """The reply in a frame's body; raises MalformedMessage."""
    reply: Reply = _decode(_reply_decoder, data)
    return reply


def _decode(decoder: msgspec.msgpack.Decoder[Any], data: bytes | bytearray) -> Any:
    _measure(data)
    try:
        return decoder.decode(data)
    except (msgspec.MsgspecError, RecursionError, ValueError):
        raise MalformedMessage("what came is no message") from None  # the parser's words would repeat what came


#: Msgpack's headers by their first byte, from its specification: bytes of those that have none behind them
#: (the others, but for short texts, are one byte), and the width of the length in those that say how many follow.
_BARE = dict(zip(range(0xCA, 0xD4), (5, 9, 2, 3, 5, 9, 2, 3, 5, 9), strict=True))  # numbers
_BARE |= dict(zip(range(0xDC, 0xE0), (3, 5, 3, 5), strict=True))  # lists and maps: what they hold has its own headers
_TEXT, _BINARY = {0xD9: 1, 0xDA: 2, 0xDB: 4}, {0xC4: 1, 0xC5: 2, 0xC6: 4}


def _measure(data: bytes | bytearray) -> None:
    """Refuses what would take far more memory than its bytes, by a walk from header to header."""
    at = values = binary = 0
    while at < len(data):
        length = _length(data, at)
        binary += length if data[at] in _BINARY else 0
        at, values = at + length, values + 1
        if values > MAX_VALUES:
            raise MalformedMessage(f"a message holds more than {MAX_VALUES:,} values")
        if at - binary > MAX_PLAIN:
            raise MalformedMessage(f"a message holds more than {MAX_PLAIN:,} bytes of text and numbers")


def _length(data: bytes | bytearray, at: int) -> int:
    """Bytes from one header to the next (an extension type, which no message of ours holds, is left to the parser)."""
    first = data[at]
    if 0xA0 <= first <= 0xBF:
        return 1 + (first & 0x1F)
    width = _TEXT.get(first) or _BINARY.get(first)
    if width is None:
        return _BARE.get(first, 1)
    return 1 + width + int.from_bytes(data[at + 1 : at + 1 + width], "big")
