"""Messages: whatever goes in comes out unchanged, and what is no message is refused in one way."""

from __future__ import annotations

import contextlib
import struct
import tracemalloc
from collections.abc import Iterator

import msgspec
import pytest
import torch

from autograder.bridge import messages
from autograder.bridge.messages import (
    HEAD,
    MAX_FRAME,
    MAX_NAME,
    MAX_PLAIN,
    MAX_TEXT,
    MAX_VALUES,
    NONCE,
    Call,
    HandleValue,
    ListValue,
    MalformedMessage,
    Raised,
    Returned,
    TensorValue,
    Value,
    decode_reply,
    decode_request,
    encode,
)
from autograder.bridge.values import pack, pack_tensor


def test_the_frame_is_capped() -> None:
    with pytest.raises(MalformedMessage, match="bytes"):
        encode(Returned(pack(torch.zeros(MAX_FRAME + 1, dtype=torch.int8))))


@pytest.mark.parametrize("text", ["\ud800", "a\udfff"])
def test_text_that_utf8_cannot_hold_is_refused(text: str) -> None:
    with pytest.raises(MalformedMessage):
        encode(Returned(text))
    with pytest.raises(MalformedMessage):
        encode(Raised("ValueError", text))


def test_a_frame_nested_without_end_is_refused() -> None:
    head = msgspec.msgpack.encode({"type": "returned", "value": None})[:-1]
    item = msgspec.msgpack.encode({"type": "list", "items": [None]})[:-1]
    with pytest.raises(MalformedMessage):
        decode_reply(head + item * 100_000 + b"\xc0")


def test_a_reply_is_no_request_and_the_other_way_round() -> None:
    with pytest.raises(MalformedMessage):
        decode_request(encode(Returned(1)))
    with pytest.raises(MalformedMessage):
        decode_reply(encode(Call("f", [], {})))


def test_requests_survive() -> None:
    request = messages.Gradients(
        HandleValue(3, "MHA"), [pack(torch.ones(2))], {"mask": None}, [0], pack_tensor(torch.ones(2)), 1, True
    )
    assert decode_request(encode(request)) == request


def test_a_frame_begins_with_the_length_of_its_body_and_the_nonce() -> None:
    body, nonce = encode(Returned(1)), b"n" * NONCE
    assert messages.frame(nonce, body) == struct.pack(">I", len(body)) + nonce + body
    assert HEAD.size == 4 + NONCE


def value_bytes(value: Value) -> bytes:
    """A value as it stands in a reply."""
    return encode(Returned(value))[len(encode(Returned(None))) - 1 :]


@contextlib.contextmanager
def little_memory(most: int) -> Iterator[None]:
    """Fails when Python takes more than so many bytes at once."""
    tracemalloc.start()
    try:
        yield
    finally:
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        assert peak < most


def many(value: bytes, count: int) -> bytes:
    """A reply with a list of `count` times this value, written by nobody's encoder."""
    head = encode(Returned(ListValue([])))[:-1]
    return head + b"\xdd" + struct.pack(">I", count) + value * count


@pytest.mark.parametrize(
    "value",
    [b"\xc0", b"\x05", b"\xcb" + b"\0" * 8, b"\xa0", value_bytes(ListValue([])), value_bytes(HandleValue(1))],
    ids=["nothing", "numbers", "floats", "texts", "lists", "handles"],
)
def test_the_number_of_values_is_capped_before_any_is_made(value: bytes) -> None:
    assert isinstance(decode_reply(many(value, 1000)), Returned)
    too_many = many(value, MAX_VALUES)
    with pytest.raises(MalformedMessage, match="200,000 values"), little_memory(2**20):
        decode_reply(too_many)


def test_the_bytes_that_are_no_tensor_are_capped_before_any_text_is_made() -> None:
    assert decode_reply(encode(Returned("x" * (MAX_PLAIN - 100)))) == Returned("x" * (MAX_PLAIN - 100))
    whole = encode(Returned("\N{GRINNING FACE}" + "x" * MAX_PLAIN))
    with pytest.raises(MalformedMessage, match="bytes of text"), little_memory(2**20):
        decode_reply(whole)


def test_a_large_tensor_is_no_text() -> None:
    reply = decode_reply(encode(Returned(pack(torch.zeros(MAX_PLAIN)))))
    assert isinstance(reply, Returned)


@pytest.mark.parametrize("length", [b"\xdb\xff\xff\xff\xff", b"\xc6\xff\xff\xff\xff", b"\xdd\xff\xff\xff\xff", b"\xd9"])
def test_a_length_that_lies_is_refused(length: bytes) -> None:
    with pytest.raises(MalformedMessage), little_memory(2**20):
        decode_reply(encode(Returned(None))[:-1] + length)


@pytest.mark.parametrize(
    "message",
    [
        Raised("K" * (MAX_NAME + 1), ""),
        Raised("K", "m" * (MAX_TEXT + 1)),
        Raised("K", "m", "f" * (MAX_NAME + 1)),
        Raised("K", "m", "f", 1, "t" * (MAX_TEXT + 1)),
        Returned(HandleValue(1, "k" * (MAX_NAME + 1))),
        Returned(TensorValue(memoryview(b""), (0,) * 65)),
    ],
)
def test_texts_and_axes_beyond_their_cap_are_refused(message: Raised | Returned) -> None:
    with pytest.raises(MalformedMessage):
        decode_reply(encode(message))


def test_a_field_more_is_refused() -> None:
    with pytest.raises(MalformedMessage):
        decode_reply(msgspec.msgpack.encode({"type": "returned", "value": 1, "points": 10}))


def test_what_is_refused_is_not_repeated() -> None:
    with pytest.raises(MalformedMessage) as caught:
        decode_reply(msgspec.msgpack.encode({"type": "\x1b[2Jfull marks"}))
    assert str(caught.value) == "what came is no message"
