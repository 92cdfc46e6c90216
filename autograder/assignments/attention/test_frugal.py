"""The checks of the exercise `frugal-attention`, which need a GPU; collected through test_attention.py."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import torch
from torch import Tensor

from autograder.assignments.attention import oracle
from autograder.assignments.attention.probes import draw_mask, unchanged
from autograder.checks import Draw, Student, close, fail, shaped

FRUGAL, NAMES = "frugal_attention", ("query", "key", "value", "mask")
#: (rtol, atol): the products are rounded to 11 and to 8 bits, and the scores with them.
HALF = {torch.float16: (2e-2, 1e-2), torch.bfloat16: (5e-2, 5e-2)}
#: What the lesson allows: blocks of scores and outputs at a time; launches, as a multiple of the reference's.
BLOCKS, OUTPUTS, LAUNCHES = 8, 4, 4


@pytest.mark.gpu
@pytest.mark.exercise("frugal-attention", bonus=3)
class TestFrugalAttention:
    @pytest.mark.check(weight=2, core=True)
    def test_values(self, student: Student, draw: Draw) -> None:
        """Gives what attention over all keys gives, whatever the blocks."""
        for blocks in (1, 2, 3):
            block = draw.choice([3, 4, 5])
            inputs = _inputs(draw, blocks * block)
            step = student.step(FRUGAL, *inputs, block=block)
            close(step.result, oracle.attention(*inputs)[0], f"the output of attention, in {blocks} blocks of {block}")

    @pytest.mark.check(weight=2, core=True)
    def test_masked(self, student: Student, draw: Draw) -> None:
        """Looks only where the mask says True, for masks with one row and for masks with a row for each query."""
        block = draw.choice([3, 4, 5])
        inputs = _inputs(draw, 3 * block)
        for mask in _masks(draw, *inputs[:2]):
            step = student.step(FRUGAL, *inputs, mask, block=block)
            words = f"masked attention in blocks of {block}, with a mask of shape {tuple(mask.shape)}"
            close(step.result, oracle.attention(*inputs, mask)[0], words)

    @pytest.mark.check
    def test_last_block(self, student: Student, draw: Draw) -> None:
        """Takes a last block that is shorter, and a block that is longer than the text."""
        for Tq, block in ((7, 3), (11, 5), (5, 64), (1, 2)):
            inputs = _inputs(draw, Tq)
            mask = draw_mask(draw, 1, 1, Tq, inputs[1].shape[-2])
            step = student.step(FRUGAL, *inputs, mask, block=block)
            words = f"a row of output for each of the {Tq} queries, in blocks of {block}"
            close(step.result, oracle.attention(*inputs, mask)[0], words)

    @pytest.mark.check(weight=2, core=True)
    def test_half_precision(self, student: Student, draw: Draw) -> None:
        """Hides what a mask hides under autocast, too, in float16 and in bfloat16."""
        inputs = _inputs(draw, 8)
        for dtype, (rtol, atol) in HALF.items():
            for mask in _masks(draw, *inputs[:2]):
                step = student.step(FRUGAL, *inputs, mask, block=3, autocast=dtype)
                expected = oracle.attention(*inputs, mask)[0]
                words = f"masked attention under autocast with {dtype}, up to its rounding"
                close(shaped(step.result, expected.shape, words).float(), expected, words, rtol, atol)

    @pytest.mark.check
    def test_inputs_unchanged(self, student: Student, draw: Draw) -> None:
        """Leaves queries, keys, values and mask as they were."""
        inputs = _inputs(draw, 6)
        for mask in _masks(draw, *inputs[:2]):
            unchanged(student, FRUGAL, *inputs, mask, 4, names=[*NAMES, "block"])

    @pytest.mark.check
    def test_stays_on_the_device(self, student: Student, draw: Draw) -> None:
        """Leaves nothing on the CPU."""
        inputs = _inputs(draw, 8)
        for mask in (None, *_masks(draw, *inputs[:2])):
            if student.step(FRUGAL, *inputs, mask, block=3).strays:
                fail("The inputs are on the GPU, and the result is on the CPU", "a result on the device of the query")

    @pytest.mark.check
    def test_never_waits(self, student: Student, draw: Draw) -> None:
        """Reads no value, for which it would have to wait for the GPU."""
        inputs = _inputs(draw, 8)
        for mask in (None, *_masks(draw, *inputs[:2])):
            waits = student.step(FRUGAL, *inputs, mask, block=3).syncs
            if waits:
                words = "no `if` on a tensor, no `.item()`, no copy from or to the CPU"
                fail(f"Python had to wait for the GPU {waits} times", words)

    @pytest.mark.check(weight=2)
    def test_memory(self, student: Student, draw: Draw) -> None:
        """Holds a few blocks of scores at a time, and never all of them."""
        H, T, d, block = 4, 2048, 32, 16
        query, key, value = draw.normal(3, 1, H, T, d)
        allowed = 4 * (BLOCKS * H * block * T + OUTPUTS * H * T * d)
        for mask in (None, draw_mask(draw, 1, 1, 1, T)):
            peak = student.step(FRUGAL, query, key, value, mask, block=block).peak
            if peak > allowed:
                came = f"{peak / 2**20:.1f} MiB were held at a time, for {T} queries in blocks of {block}"
                fail(came, f"no more than {BLOCKS} blocks of scores and {OUTPUTS} outputs: {allowed / 2**20:.1f} MiB")

    @pytest.mark.check
    def test_launches(self, student: Student, draw: Draw, reference: Student) -> None:
        """Asks for a few large operations, and not for many small ones."""
        B, H, d = 2, 4, 8
        for T, block in ((96, 4), (512, 512)):
            query, key, value = draw.normal(3, B, H, T, d)
            mask = draw_mask(draw, B, 1, T, T)
            launches, ours = (
                who.step(FRUGAL, query, key, value, mask, block=block).launches for who in (student, reference)
            )
            came = f"{launches} operations were launched for {T} queries in blocks of {block}"
            if launches > LAUNCHES * ours:
                fail(came, f"no more than {LAUNCHES} times the {ours} that suffice: whole blocks, all heads together")
            if launches < T / block:
                fail(came, "one for each block at least: the queries are cut by you, and not by a function of torch")

    @pytest.mark.check
    def test_compiles(self, student: Student, draw: Draw) -> None:
        """Becomes one graph under torch.compile, and still gives the right numbers."""
        inputs = _inputs(draw, 7)
        for mask in (None, draw_mask(draw, 1, 1, 7, inputs[1].shape[-2])):
            step = student.step(FRUGAL, *inputs, mask, block=3, compiled=True)
            close(step.result, oracle.attention(*inputs, mask)[0], "the same output when it is compiled", atol=1e-4)


def _inputs(draw: Draw, Tq: int) -> tuple[Tensor, Tensor, Tensor]:
    """Query (B, H, Tq, d_k), key (B, H, Tk, d_k), value (B, H, Tk, d_v); but for Tq all sizes differ."""
    B, H, Tk, d_k, d_v = [size for size in draw.sizes(6, high=10) if size != Tq][:5]
    return draw.normal(B, H, Tq, d_k), draw.normal(B, H, Tk, d_k), draw.normal(B, H, Tk, d_v)


def _masks(draw: Draw, query: Tensor, key: Tensor) -> Iterator[Tensor]:
    """Masks of each shape that the lesson names."""
    B, H, Tq, Tk = *query.shape[:-1], key.shape[-2]
    for shape in ((B, 1, 1, Tk), (1, 1, Tq, Tk), (B, 1, Tq, Tk), (1, H, 1, Tk), (B, H, Tq, Tk)):
        yield draw_mask(draw, *shape)
