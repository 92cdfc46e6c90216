"""Values: whatever goes in comes out unchanged, and a tensor's header is believed in nothing."""

from __future__ import annotations

import json
import math
import struct
from typing import Any

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from safetensors.torch import save

from autograder.bridge.messages import (
    MAX_DEPTH,
    HandleValue,
    ListValue,
    MalformedMessage,
    Returned,
    TensorValue,
    decode_reply,
    encode,
)
from autograder.bridge.values import MAX_HEADER, pack, pack_tensor, unpack, unpack_tensor

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
    reply = decode_reply(encode(Returned(pack(value))))
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
@settings(max_examples=60, deadline=None)
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
@settings(max_examples=20, deadline=None)
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


def tensor_bytes(header: object, data: bytes = b"\0" * 8, length: int | None = None) -> TensorValue:
    """A safetensors file with this header."""
    text = header if isinstance(header, bytes) else json.dumps(header).encode()
    return TensorValue(memoryview(struct.pack("<Q", len(text) if length is None else length) + text + data))


ENTRY = {"dtype": "F32", "shape": [2], "data_offsets": [0, 8]}
NO_TENSORS = {
    "empty": TensorValue(memoryview(b"")),
    "seven bytes": TensorValue(memoryview(b"\0" * 7)),
    "no header": TensorValue(memoryview(b"\0" * 8)),
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
    "a pickle": TensorValue(memoryview(b"\x80\x04cos\nsystem\n(S'true'\ntR.")),
    "no permutation": TensorValue(pack_tensor(torch.ones(2, 2)).data, (0, 0)),
    "too many axes in order": TensorValue(pack_tensor(torch.ones(2, 2)).data, (0, 1, 2)),
    "axes counted from the end": TensorValue(pack_tensor(torch.ones(2, 2)).data, (-1, -2)),
    "a huge axis in order": TensorValue(pack_tensor(torch.ones(2, 2)).data, (0, 2**62)),
    "an endless order": TensorValue(pack_tensor(torch.ones(2, 2)).data, (0,) * 10**6),
    "an order of a number": TensorValue(pack_tensor(torch.tensor(1.0)).data, (0,)),
    "a shape for another dtype": tensor_bytes({"t": ENTRY | {"dtype": "F64"}}),
    "a dtype of half bytes": tensor_bytes({"t": ENTRY | {"dtype": "F4"}}),
    "a complex dtype": tensor_bytes({"t": ENTRY | {"dtype": "C64", "shape": [1]}}),
    "no bytes for a shape": tensor_bytes({"t": ENTRY | {"data_offsets": [0, 0]}}, b""),
    "bytes for no shape": tensor_bytes({"t": ENTRY | {"shape": [0]}}),
    "a huge shape without bytes": tensor_bytes({"t": ENTRY | {"shape": [0, 2**40], "data_offsets": [0, 0]}}, b""),
    "the hugest shape without bytes": tensor_bytes(
        {"t": ENTRY | {"shape": [2**62, 0, 2**62], "data_offsets": [0, 0]}}, b""
    ),
    "too many axes": tensor_bytes({"t": ENTRY | {"shape": [1] * 65 + [2]}}),
    "a shape that is no list": tensor_bytes({"t": ENTRY | {"shape": 2}}),
    "a shape of fractions": tensor_bytes({"t": ENTRY | {"shape": [2.5]}}),
    "a shape of truths": tensor_bytes({"t": ENTRY | {"shape": [True, 2]}}),
    "a number of a hundred digits": tensor_bytes({"t": ENTRY | {"shape": [10**100]}}),
    "an endless number": tensor_bytes(b'{"t":{"dtype":"F32","shape":[1e400],"data_offsets":[0,8]}}'),
    "offsets the other way round": tensor_bytes({"t": ENTRY | {"data_offsets": [8, 0]}}),
    "offsets in front": tensor_bytes({"t": ENTRY | {"data_offsets": [-8, 0]}}),
    "offsets in the middle": tensor_bytes({"t": ENTRY | {"data_offsets": [8, 16]}}, b"\0" * 16),
    "three offsets": tensor_bytes({"t": ENTRY | {"data_offsets": [0, 8, 8]}}),
    "a field more": tensor_bytes({"t": ENTRY | {"device": "cuda"}}),
    "a field less": tensor_bytes({"t": {"dtype": "F32", "shape": [2]}}),
    "metadata": tensor_bytes({"__metadata__": {"a": "b"}, "t": ENTRY}),
    "no JSON": tensor_bytes(b"\xff" * 40),
    "half a text": tensor_bytes(b'{"\\ud800": 1}'),
    "a bool of two": tensor_bytes({"t": {"dtype": "BOOL", "shape": [8], "data_offsets": [0, 8]}}, b"\0" * 7 + b"\2"),
}


@pytest.mark.parametrize("value", NO_TENSORS.values(), ids=NO_TENSORS)
def test_what_is_no_tensor_is_refused(value: TensorValue) -> None:
    with pytest.raises(MalformedMessage):
        unpack_tensor(value)


def test_a_header_of_ours_is_far_below_the_cap() -> None:
    data = pack_tensor(torch.zeros(*[1] * 12, dtype=torch.bfloat16)).data
    assert struct.unpack_from("<Q", data)[0] < MAX_HEADER / 2


def test_a_second_entry_of_the_same_name_hides_nothing() -> None:
    """The one that counts is the one that was checked against the bytes."""
    entries = (
        b'{"t":{"dtype":"F32","shape":[9],"data_offsets":[0,9]},"t":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}'
    )
    assert torch.equal(unpack_tensor(tensor_bytes(entries)), torch.zeros(2))


def test_a_tensor_does_not_keep_its_message_alive() -> None:
    body = bytearray(encode(Returned(pack([torch.zeros(100_000), torch.ones(2)]))))
    reply = decode_reply(body)
    assert isinstance(reply, Returned)
    small = unpack(reply.value, no_handle)[1]
    del reply
    body.clear()  # which a buffer that is still in use refuses
    assert torch.equal(small, torch.ones(2))


@pytest.mark.parametrize("dtype", [*DTYPES, torch.uint16, torch.uint32, torch.uint64])
@pytest.mark.parametrize("shape", [(), (0,), (3,), (2, 0, 3), (2, 3, 4)])
def test_a_tensor_travels_as_safetensors_writes_it(dtype: torch.dtype, shape: tuple[int, ...]) -> None:
    tensor = torch.ones(shape).to(dtype)
    assert bytes(pack_tensor(tensor).data) == save({"t": tensor})
