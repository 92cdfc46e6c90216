"""Messages: whatever goes in comes out unchanged, and what is no message is refused in one way."""

from __future__ import annotations

import json
import math
import struct
from typing import Any

import msgspec
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from autograder.bridge import messages
from autograder.bridge.messages import (
    MAX_DEPTH,
    MAX_FRAME,
    MAX_HEADER,
    MAX_VALUES,
    Call,
    DictValue,
    HandleValue,
    ListValue,
    MalformedMessage,
    Raised,
    Returned,
    TensorValue,
    TupleValue,
    decode_reply,
    decode_request,
    encode,
    pack,
    pack_tensor,
    unpack,
    unpack_tensor,
)

DTYPES = [
    torch.float64,
    torch.float32,
    torch.float16,
    torch.bfloat16,
    torch.int64,
    torch.int32,
    torch.int16,
    torch.int8,
    torch.uint8,
    torch.bool,
]

plain = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(2**63), 2**63 - 1),
    st.floats(allow_nan=False),
    st.text(max_size=20),
)
values = st.recursive(
    plain,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.lists(inner, max_size=3).map(tuple),
        st.dictionaries(st.text(max_size=5), inner, max_size=3),
    ),
    max_leaves=8,
)


def no_handle(handle: HandleValue) -> object:
    raise AssertionError(handle)


def across(value: object) -> Any:
    """The value after a whole journey as a reply."""
    reply = decode_reply(encode(Returned(pack(value)))[4:])
    assert isinstance(reply, Returned)
    return unpack(reply.value, no_handle)


def same_type(a: object, b: object) -> bool:
    """Equal, and of equal types all the way down (1 is not True, and a tuple is no list)."""
    if type(a) is not type(b):
        return False
    if isinstance(a, list | tuple):
        assert isinstance(b, list | tuple)
        return len(a) == len(b) and all(map(same_type, a, b))
    if isinstance(a, dict):
        assert isinstance(b, dict)
        return list(a) == list(b) and all(same_type(a[key], b[key]) for key in a)
    return a == b


@given(values)
@settings(max_examples=60)
def test_plain_values_survive(value: object) -> None:
    assert same_type(across(value), value)


@pytest.mark.parametrize("number", [math.nan, math.inf, -math.inf, -0.0])
def test_odd_floats_survive(number: float) -> None:
    assert struct.pack("d", across(number)) == struct.pack("d", number)


@pytest.mark.parametrize("dtype", DTYPES, ids=str)
@pytest.mark.parametrize("shape", [(), (0,), (0, 3), (3, 0, 2), (1,), (2, 3), (2, 1, 4)], ids=str)
def test_tensors_of_every_dtype_and_shape_survive(dtype: torch.dtype, shape: tuple[int, ...]) -> None:
    tensor = (torch.randn(shape) * 5).to(dtype)
    received = across(tensor)
    assert (received.dtype, received.shape) == (dtype, tensor.shape)
    assert torch.equal(received, tensor)


VIEWS = {
    "transposed": lambda t: t.transpose(0, 2),
    "permuted": lambda t: t.permute(1, 2, 0),
    "expanded": lambda t: t[:, :1].expand(2, 5, 4),
    "strided": lambda t: t[:, ::2, 1:],
    "flipped": lambda t: t.flip(1),
    "negated": lambda t: torch._neg_view(t),
    "imaginary": lambda t: torch.complex(t, t).conj().imag,
    "shared": lambda t: t[0],
    "requires-grad": lambda t: t.clone().requires_grad_(),
    "parameter": lambda t: torch.nn.Parameter(t),
}


@pytest.mark.parametrize("view", VIEWS.values(), ids=VIEWS)
def test_views_keep_their_values(view: Any) -> None:
    tensor = view(torch.arange(24.0).reshape(2, 3, 4))
    received = across(tensor)
    assert torch.equal(received, tensor.detach())
    assert not received.requires_grad


def test_a_transposed_tensor_arrives_as_one() -> None:
    received = across(torch.arange(6.0).reshape(2, 3).T)
    assert not received.is_contiguous()
    with pytest.raises(RuntimeError):
        received.view(6)


@given(st.permutations([2, 3, 4]), st.permutations([0, 1, 2]))
@settings(max_examples=20)
def test_any_order_of_axes_survives(shape: list[int], order: list[int]) -> None:
    tensor = torch.randn(shape).permute(order)
    received = across(tensor)
    assert torch.equal(received, tensor)
    assert received.stride() == tensor.stride()


def test_what_cannot_cross_stays_behind_a_handle() -> None:
    odd = [object(), 2**63, {1: 2}, torch.ones(2).to_sparse(), torch.ones(2, dtype=torch.complex64), {1}, b"", 1j]
    kept: list[object] = []

    def keep(value: object) -> HandleValue:
        kept.append(value)
        return HandleValue(len(kept))

    packed = pack(odd, keep)
    assert isinstance(packed, ListValue)
    assert [type(item) for item in packed.items] == [HandleValue] * len(odd)
    for value in odd:
        with pytest.raises(MalformedMessage, match="cannot cross"):
            pack(value)


@pytest.mark.parametrize("plain_type", [int, float, str])
def test_subclasses_of_plain_types_are_no_plain_values(plain_type: type) -> None:
    always_equal = type("Equal", (plain_type,), {"__eq__": lambda *_: True, "__hash__": None})
    assert isinstance(pack(always_equal("3"), lambda _: HandleValue(0)), HandleValue)


def test_the_depth_is_capped_on_both_sides() -> None:
    value: object = 1
    for _ in range(MAX_DEPTH):
        value = [value]
    assert same_type(across(value), value)
    with pytest.raises(MalformedMessage, match="deep"):
        pack([value])
    with pytest.raises(MalformedMessage, match="deep"):
        unpack(ListValue([pack(value)]), no_handle)


def test_a_cyclic_list_is_too_deep() -> None:
    cycle: list[object] = []
    cycle += [cycle, cycle]
    with pytest.raises(MalformedMessage, match="deep"):
        pack(cycle)


def test_the_frame_is_capped() -> None:
    with pytest.raises(MalformedMessage, match="bytes"):
        encode(Returned(pack(torch.zeros(MAX_FRAME + 1, dtype=torch.int8))))


def test_the_number_of_values_is_capped() -> None:
    assert len(unpack(ListValue([None] * (MAX_VALUES - 1)), no_handle)) == MAX_VALUES - 1
    wide = ListValue([TupleValue([DictValue({"a": None, "b": None})] * 1000)] * 100)
    with pytest.raises(MalformedMessage, match="values"):
        unpack(wide, no_handle)


@pytest.mark.parametrize("text", ["\ud800", "a\udfff"])
def test_text_that_utf8_cannot_hold_is_refused(text: str) -> None:
    with pytest.raises(MalformedMessage):
        encode(Returned(text))
    with pytest.raises(MalformedMessage):
        encode(Raised("ValueError", text))


def tensor_bytes(header: object, data: bytes = b"\0" * 8, length: int | None = None) -> TensorValue:
    """A safetensors file with this header."""
    text = header if isinstance(header, bytes) else json.dumps(header).encode()
    return TensorValue(struct.pack("<Q", len(text) if length is None else length) + text + data)


ENTRY = {"dtype": "F32", "shape": [2], "data_offsets": [0, 8]}
NO_TENSORS = {
    "empty": TensorValue(b""),
    "seven bytes": TensorValue(b"\0" * 7),
    "no header": TensorValue(b"\0" * 8),
    "a giant length": tensor_bytes({"t": ENTRY}, length=2**63),
    "a length beyond the end": tensor_bytes({"t": ENTRY}, length=400),
    "100,000 entries": tensor_bytes({f"t{i or ''}": ENTRY for i in range(100_000)}),
    "a long header": tensor_bytes(json.dumps({"t": ENTRY}).encode().ljust(MAX_HEADER + 8)),
    "two entries": tensor_bytes({"t": ENTRY, "u": ENTRY | {"data_offsets": [8, 16]}}, b"\0" * 16),
    "another name": tensor_bytes({"u": ENTRY}),
    "a lying shape": tensor_bytes({"t": ENTRY | {"shape": [2**40]}}),
    "an overflowing shape": tensor_bytes({"t": ENTRY | {"shape": [2**33, 2**33]}}),
    "a negative shape": tensor_bytes({"t": ENTRY | {"shape": [-2]}}),
    "offsets beyond the end": tensor_bytes({"t": ENTRY | {"shape": [200], "data_offsets": [0, 800]}}),
    "an unknown dtype": tensor_bytes({"t": ENTRY | {"dtype": "F31"}}),
    "truncated data": tensor_bytes({"t": ENTRY}, b"\0" * 7),
    "trailing data": tensor_bytes({"t": ENTRY}, b"\0" * 9),
    "nesting": tensor_bytes(b"[" * 400),
    "a pickle": TensorValue(b"\x80\x04cos\nsystem\n(S'true'\ntR."),
    "no permutation": TensorValue(pack_tensor(torch.ones(2, 2)).data, (0, 0)),
    "too many axes": TensorValue(pack_tensor(torch.ones(2, 2)).data, (0, 1, 2)),
}


@pytest.mark.parametrize("value", NO_TENSORS.values(), ids=NO_TENSORS)
def test_what_is_no_tensor_is_refused(value: TensorValue) -> None:
    with pytest.raises(MalformedMessage):
        unpack_tensor(value)


def test_a_header_of_ours_is_far_below_the_cap() -> None:
    data = pack_tensor(torch.zeros(*[1] * 12, dtype=torch.bfloat16)).data
    assert struct.unpack_from("<Q", data)[0] < MAX_HEADER / 2


@given(st.binary(max_size=200))
@settings(max_examples=100)
def test_garbage_is_refused_in_one_way(data: bytes) -> None:
    for decode in (decode_reply, decode_request):
        with pytest.raises(MalformedMessage):
            decode(data)


@given(st.data())
@settings(max_examples=100)
def test_a_damaged_frame_is_a_message_or_refused(data: st.DataObject) -> None:
    whole = encode(Returned(pack([torch.ones(3), {"a": (1, None)}])))[4:]
    at = data.draw(st.integers(0, len(whole) - 1))
    damaged = whole[:at] + data.draw(st.binary(max_size=3)) + whole[at + data.draw(st.integers(0, 3)) :]
    try:
        reply = decode_reply(damaged)
        if isinstance(reply, Returned):
            unpack(reply.value, lambda handle: handle)
    except MalformedMessage:
        pass  # the only way in which damage may end


def test_a_frame_nested_without_end_is_refused() -> None:
    head = msgspec.msgpack.encode({"type": "returned", "value": None})[:-1]
    item = msgspec.msgpack.encode({"type": "list", "items": [None]})[:-1]
    with pytest.raises(MalformedMessage):
        decode_reply(head + item * 100_000 + b"\xc0")


def test_a_reply_is_no_request_and_the_other_way_round() -> None:
    with pytest.raises(MalformedMessage):
        decode_request(encode(Returned(1))[4:])
    with pytest.raises(MalformedMessage):
        decode_reply(encode(Call("f", [], {}))[4:])


def test_a_frame_begins_with_its_length() -> None:
    frame = encode(Returned(1))
    assert struct.unpack(">I", frame[:4])[0] == len(frame) - 4


def test_requests_survive() -> None:
    request = messages.Gradients(
        HandleValue(3, "MHA"), [pack(torch.ones(2))], {"mask": None}, [0], pack_tensor(torch.ones(2)), 1, True
    )
    assert decode_request(encode(request)[4:]) == request
