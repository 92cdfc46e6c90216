"""Random and damaged bytes: a message, or refused in our own way, and never more memory than the caps allow."""

from __future__ import annotations

import contextlib
import json
import socket
import struct
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest
import torch
from hypothesis import strategies as st

from autograder.bridge.host import SocketConnection
from autograder.bridge.messages import (
    HEAD,
    MAX_VALUES,
    Call,
    Calls,
    Define,
    DictValue,
    Gradients,
    HandleValue,
    ListValue,
    Load,
    MalformedMessage,
    Mode,
    Raised,
    Request,
    Returned,
    TensorValue,
    decode_reply,
    decode_request,
    encode,
    frame,
)
from autograder.bridge.values import pack, pack_tensor, unpack, unpack_tensor
from autograder.checks import CheckFailed
from autograder.checks.student import Student
from autograder.errors import BridgeError
from autograder.tests.bridge.peers import ASK, request_of
from autograder.tests.laws import Law, holds, most_memory

REQUESTS: list[Request] = [
    ASK,
    Call(HandleValue(3, "Layer"), [1, 2.5, None, True, "x", pack((torch.ones(2), [1]))], {"mask": None}, "f", True),
    Gradients("f", [pack(torch.ones(2))], {}, [0], pack_tensor(torch.ones(2)), 1, True),
    Load(HandleValue(0), {"W.weight": pack(torch.randn(2, 3).T)}),
    Mode(HandleValue(0), True, "float64"),
    Define("def g(x):\n    return x"),
    Calls("g"),
]
REPLIES: list[Returned | Raised] = [
    Returned(None),
    Returned(pack([torch.ones(3, 2).T, {"a": (1, None, -(2**40))}, "text", 1.5], None)),
    Returned(ListValue([HandleValue(1, "Layer"), DictValue({"b": True})])),
    Raised("ValueError", "words", "f", 3, "raise ValueError('words')"),
]
BODIES = [encode(request) for request in REQUESTS] + [encode(reply) for reply in REPLIES]
TENSORS = [bytes(pack_tensor(torch.zeros(shape)).data) for shape in ((), (2, 3), (0, 4))]

ODD_NUMBERS = st.one_of(st.integers(-(2**63), 2**64 - 1), st.sampled_from([-1, 0, 1, 2, 9, 2**31, 2**62, 2**63]))
ODD = st.one_of(st.none(), st.booleans(), ODD_NUMBERS, st.floats(), st.text(max_size=8), st.binary(max_size=40))
OUR_WORDS = [
    *("type", "value", "items", "data", "order", "id", "kind", "message", "function", "line", "text", "t"),
    *("returned", "raised", "tensor", "handle", "list", "tuple", "dict", "call", "target", "args", "kwargs", "wrt"),
]


def cut_up(wholes: list[bytes]) -> st.SearchStrategy[bytes]:
    """Bytes of ours in which some have been taken out, put in or doubled."""

    @st.composite
    def damaged(draw: Callable[[st.SearchStrategy[Any]], Any]) -> bytes:
        data: bytes = draw(st.sampled_from(wholes))
        for _ in range(draw(st.integers(1, 4))):
            start = draw(st.integers(0, len(data)))
            end = min(len(data), start + draw(st.integers(0, 6)))
            data = data[:start] + draw(st.one_of(st.binary(max_size=6), st.just(data[start:end] * 2))) + data[end:]
        return data

    return damaged()


def well_formed(leaves: st.SearchStrategy[Any]) -> st.SearchStrategy[bytes]:
    """Msgpack of any form, made of words that mean something to us."""
    words = st.one_of(st.sampled_from(OUR_WORDS), st.text(max_size=3))
    tree = st.recursive(
        st.one_of(leaves, words, st.sampled_from(TENSORS)),
        lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(words, inner, max_size=4)),
        max_leaves=12,
    )
    tagged = st.builds(
        lambda tag, fields: {"type": tag} | fields, st.sampled_from(OUR_WORDS), st.dictionaries(words, tree, max_size=4)
    )
    return st.one_of(tree, tagged, st.builds(lambda value: {"type": "returned", "value": value}, tagged)).map(
        msgspec.msgpack.encode
    )


BYTES = st.one_of(st.binary(max_size=300), cut_up(BODIES), well_formed(ODD))


def a_body_is_a_message_or_refused(data: bytes) -> None:
    with most_memory(200 * len(data) + 100_000):
        read(data)
        with contextlib.suppress(MalformedMessage):
            decode_request(data)


def read(body: bytes) -> None:
    """Decodes a reply and unpacks what came back, where neither is refused."""
    with contextlib.suppress(MalformedMessage):
        reply = decode_reply(body)
        if isinstance(reply, Returned):
            unpack(reply.value, lambda handle: handle)


@st.composite
def headers(draw: Callable[[st.SearchStrategy[Any]], Any]) -> TensorValue:
    """A tensor whose header is JSON of about the right form, with a shape and offsets that may lie."""
    dtypes = st.sampled_from(["F64", "F32", "BF16", "I64", "U8", "BOOL", "F8_E4M3", "F4", "C64", "F31", "", 7, None])
    sizes = st.one_of(st.integers(0, 4), ODD_NUMBERS, st.sampled_from([1.5, "2", None, True, 10**40]))
    data = draw(st.binary(max_size=64))
    end = st.one_of(st.just(len(data)), sizes)
    entry = {
        "dtype": draw(dtypes),
        "shape": draw(st.one_of(st.lists(sizes, max_size=4), st.lists(st.just(1), max_size=70), sizes)),
        "data_offsets": [draw(st.one_of(st.just(0), sizes)), draw(end)],
    }
    text = json.dumps({draw(st.sampled_from(["t", "t", "t", "u", "__metadata__"])): entry}).encode()
    length = draw(st.one_of(st.just(len(text)), st.integers(0, 2**64 - 1)))
    order = draw(st.one_of(st.just(()), st.lists(sizes.filter(lambda n: isinstance(n, int)), max_size=4).map(tuple)))
    return TensorValue(memoryview(struct.pack("<Q", length) + text + data), order)


def a_tensor_is_one_or_refused(value: TensorValue) -> None:
    try:
        with most_memory(100_000):
            tensor = unpack_tensor(value)
    except MalformedMessage:
        return
    assert tensor.numel() * tensor.itemsize <= len(value.data)
    assert tensor.dtype is not torch.bool or int(tensor.sum()) <= tensor.numel()


DAMAGED_TENSORS = cut_up(TENSORS).map(lambda data: TensorValue(memoryview(data)))


@st.composite
def repeated(draw: Callable[[st.SearchStrategy[Any]], Any]) -> tuple[bytes, int]:
    """A reply that holds one small value very often."""
    value = draw(st.one_of(st.sampled_from(REPLIES).map(value_bytes), ODD.map(msgspec.msgpack.encode)))
    count = draw(st.integers(1, 10 * MAX_VALUES))
    return value, count


def value_bytes(reply: Returned | Raised) -> bytes:
    """A reply's value as it stands in the reply."""
    return encode(reply)[len(encode(Returned(None))) - 1 :]


def a_body_never_takes_more_than_its_cap(case: tuple[bytes, int]) -> None:
    value, count = case
    count = min(count, 2**23 // len(value))
    body = encode(Returned(ListValue([])))[:-1] + b"\xdd" + struct.pack(">I", count) + value * count
    with most_memory(len(body) + 20 * 2**20):
        read(body)


class Peer:
    """A process that answers whatever it is asked with these bytes, and goes."""

    def __init__(self, answer: Callable[[bytes], bytes]) -> None:
        self.ours, self._theirs = socket.socketpair()
        self._answer = answer
        self._thread = threading.Thread(target=self._run)
        self._thread.start()

    def _run(self) -> None:
        with self._theirs:
            self._theirs.sendall(self._answer(request_of(self._theirs)))

    def close(self) -> None:
        self.ours.close()
        self._thread.join()


def asked(answer: Callable[[bytes], bytes]) -> None:
    """Asks such a peer: a value comes back, or an error of ours."""
    peer = Peer(answer)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("autograder.bridge.host.connect", lambda *_: peer.ours)
        student = Student(SocketConnection(Path("nowhere"), 10.0))
    with contextlib.suppress(BridgeError, CheckFailed):
        student.call("f")
    peer.close()


def a_line_gives_a_value_or_an_error_of_ours(data: bytes) -> None:
    asked(lambda nonce: frame(nonce, data))
    asked(lambda nonce: HEAD.pack(len(data) + 1, nonce) + data)
    asked(lambda _: data)


LAWS = [
    Law(a_body_is_a_message_or_refused, BYTES, 400),
    Law(a_tensor_is_one_or_refused, st.one_of(headers(), DAMAGED_TENSORS), 400),
    Law(a_body_never_takes_more_than_its_cap, repeated(), 12, large=True),
    Law(a_line_gives_a_value_or_an_error_of_ours, BYTES, 150),
]


@pytest.mark.parametrize("law", LAWS, ids=str)
def test_the_law_holds(law: Law) -> None:
    holds(law)


@pytest.mark.slow
@pytest.mark.timeout(600)
@pytest.mark.parametrize("law", LAWS, ids=str)
def test_the_law_holds_at_length(law: Law) -> None:
    holds(law, times=6)
