"""The checks of the challenge: attention by streaming softmax, there and back, in memory that grows like the text."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pytest
import torch
from torch import Tensor

from autograder.assignments.variants import sparse
from autograder.checks import Draw, Student, close, fail

STREAMING, NAMES = "streaming_attention", ("query", "key", "value")
#: What the lesson allows to be held at a time: blocks of scores, and outputs.
BLOCKS, OUTPUTS = 8, 12
EVERYWHERE = torch.ones(1, dtype=torch.bool)


@dataclass(frozen=True)
class Case:
    """One way to call it.

    Attributes:
        words: what is special about it.
        options: real, causal and block.
        seen: the mask that comes to the same.
    """

    words: str
    options: tuple[Tensor | None, bool, int]
    seen: Tensor


@pytest.mark.exercise("streaming-attention", bonus=3)
class TestStreamingAttention:
    @pytest.mark.check(core=True)
    def test_values(self, student: Student, draw: Draw) -> None:
        """Gives what attention over all keys gives, whatever the blocks."""
        for blocks in (1, 2, 4):
            block = draw.choice([3, 4, 5])
            inputs = _inputs(draw, blocks * block)
            words = f"the output of attention over {blocks} blocks of {block} keys"
            close(student.call(STREAMING, *inputs, None, False, block), sparse.attention(*inputs, EVERYWHERE), words)

    @pytest.mark.check
    def test_last_block(self, student: Student, draw: Draw) -> None:
        """Takes a last block that is shorter, and a block longer than the text, on both ways."""
        for Tk, block in ((7, 3), (11, 5), (5, 64)):
            inputs = _inputs(draw, Tk)
            _alike_both_ways(
                student, draw, inputs, Case(f"{Tk} keys in blocks of {block}", (None, False, block), EVERYWHERE)
            )

    @pytest.mark.check
    def test_large_scores(self, student: Student, draw: Draw) -> None:
        """Does not overflow, wherever in the text the largest score stands."""
        rising = torch.linspace(1, 60, 12)[:, None]
        for size in (rising, rising.flip(0)):  # the largest scores come last, or first
            query, key, value = _inputs(draw, 12)
            inputs = (10 * query, size * key, value)
            words = "the output of attention, up to rounding, with scores of some thousands"
            expected = sparse.attention(*inputs, EVERYWHERE)
            close(student.call(STREAMING, *inputs, None, False, 3), expected, words, rtol=2e-2, atol=2e-2)

    @pytest.mark.check
    def test_masked(self, student: Student, draw: Draw) -> None:
        """Hides pads, and what lies ahead, from each query."""
        inputs = _inputs(draw, 10, square=True)
        for case in _masked(draw, *inputs[:2]):
            close(student.call(STREAMING, *inputs, *case.options), sparse.attention(*inputs, case.seen), case.words)

    @pytest.mark.check
    def test_nothing_to_see(self, student: Student, draw: Draw) -> None:
        """Gives zeros, and gradients of zero, to who may look at nothing."""
        inputs = _inputs(draw, 10, square=True)
        real = torch.ones(inputs[0].shape[0], 10, dtype=torch.bool)
        real[0], real[-1, :4] = False, False
        ahead = torch.ones(10, 10, dtype=torch.bool).tril()
        for words, causal in (("a text of pads alone", False), ("a text that begins with pads, causal", True)):
            seen = real[:, None, None] & (ahead if causal else EVERYWHERE)
            _alike_both_ways(student, draw, inputs, Case(words, (real, causal, 4), seen))

    @pytest.mark.check(weight=2, core=True)
    def test_gradients(self, student: Student, draw: Draw) -> None:
        """Sends back the gradients of attention for queries, keys and values."""
        for block in (4, 5, 16):
            inputs = _inputs(draw, 15)
            _alike_both_ways(student, draw, inputs, Case(f"blocks of {block}", (None, False, block), EVERYWHERE))

    @pytest.mark.check
    def test_gradients_masked(self, student: Student, draw: Draw) -> None:
        """Sends the right gradients back past pads and where nobody looks ahead."""
        inputs = _inputs(draw, 10, square=True)
        for case in _masked(draw, *inputs[:2]):
            _alike_both_ways(student, draw, inputs, case)

    @pytest.mark.check(weight=2)
    def test_memory(self, student: Student, draw: Draw) -> None:
        """Holds a few blocks of scores at a time on the way there."""
        _held(student, draw, backward=False)

    @pytest.mark.check(weight=2)
    def test_memory_of_both_ways(self, student: Student, draw: Draw) -> None:
        """Holds no more on the way back: scores are computed once more, and not kept."""
        _held(student, draw, backward=True)

    @pytest.mark.check
    def test_inputs_unchanged(self, student: Student, draw: Draw) -> None:
        """Leaves its arguments as they were."""
        inputs = _inputs(draw, 10, square=True)
        real = sparse.draw_texts(draw, inputs[0].shape[0], 10)
        sparse.unchanged(student, STREAMING, "query key value real causal block", *inputs, real, True, 3)


def _held(student: Student, draw: Draw, *, backward: bool) -> None:
    student.define(sparse.PROBES)
    H, T, d, block = 2, 2048, 8, 32
    query, key, value = draw.normal(3, 1, H, T, d)
    allowed = 4 * (BLOCKS * H * T * block + OUTPUTS * H * T * d)
    peak = student.call("_bytes_held", STREAMING, backward, query, key, value, None, False, block)
    if type(peak) is not int or peak > allowed:
        way = "on the way there and back" if backward else "on the way there"
        came = f"{peak / 2**20:.1f} MiB were held at a time {way}, for {T} tokens in blocks of {block}"
        fail(came, f"no more than {BLOCKS} blocks of scores and {OUTPUTS} outputs: {allowed / 2**20:.1f} MiB")


def _masked(draw: Draw, query: Tensor, key: Tensor) -> Iterator[Case]:
    """Pads, causal, and both."""
    B, T = key.shape[0], key.shape[2]
    real, ahead = sparse.draw_texts(draw, B, T), torch.ones(T, T, dtype=torch.bool).tril()
    yield Case("attention that hides the pads", (real, False, 3), real[:, None, None])
    yield Case("attention that does not look ahead", (None, True, 4), ahead)
    yield Case("attention that hides pads and does not look ahead", (real, True, 3), real[:, None, None] & ahead)


def _alike_both_ways(student: Student, draw: Draw, inputs: tuple[Tensor, Tensor, Tensor], case: Case) -> None:
    """Fails unless output and gradients are those of attention."""
    close(
        student.call(STREAMING, *inputs, *case.options),
        sparse.attention(*inputs, case.seen),
        f"attention: {case.words}",
    )
    upstream = draw.normal(*inputs[0].shape[:3], inputs[2].shape[3])
    found = student.gradients(STREAMING, *inputs, *case.options, wrt=(0, 1, 2), upstream=upstream)
    for name, actual, wanted in zip(NAMES, found, sparse.gradients(inputs, case.seen, upstream), strict=True):
        close(actual, wanted, f"the gradient for {name}: {case.words}", atol=1e-4)


def _inputs(draw: Draw, Tk: int, *, square: bool = False) -> tuple[Tensor, Tensor, Tensor]:
    """Query (B, H, Tq, d_k), key (B, H, Tk, d_k), value (B, H, Tk, d_v); all sizes differ; Tq = Tk if square."""
    B, H, d_k, d_v, Tq = [size for size in draw.sizes(6, high=9) if size != Tk][:5]
    Tq = Tk if square else Tq
    return draw.normal(B, H, Tq, d_k), draw.normal(B, H, Tk, d_k), draw.normal(B, H, Tk, d_v)
