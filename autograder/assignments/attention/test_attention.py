"""The checks of the lesson `attention`; collected from here, they stand in five files.

Sizes all differ within a check, so that a swapped axis shows. `words` complete the sentence "Expected: …".
"""

from __future__ import annotations

import pytest
import torch
from hypothesis import strategies as st
from torch import Tensor

from autograder.assignments.attention import oracle
from autograder.assignments.attention.probes import (
    ATTENTION,
    Pool,
    attend,
    draw_mask,
    draw_qkv,
    finite,
    for_many,
    moved,
    unchanged,
    unmoved,
    zero_at,
)
from autograder.assignments.attention.test_frugal import TestFrugalAttention
from autograder.assignments.attention.test_masks_and_heads import TestHeads, TestMasks
from autograder.assignments.attention.test_multi_head_attention import TestMultiHeadAttention
from autograder.assignments.attention.test_softmax import TestSoftmax
from autograder.checks import Draw, Student, close

__all__ = [
    "TestFrugalAttention",
    "TestHeads",
    "TestMasks",
    "TestMultiHeadAttention",
    "TestScaledDotProductAttention",
    "TestSoftmax",
]


@pytest.mark.exercise("scaled-dot-product-attention", needs=("softmax",))
class TestScaledDotProductAttention:
    @pytest.mark.check(weight=2, core=True)
    def test_weights(self, student: Student, draw: Draw) -> None:
        """Returns the weights: one row of probabilities for each query."""
        query, key, value = draw_qkv(draw)
        _, weights = attend(student, query, key, value)
        words = "weights (..., Tq, Tk): the softmax over the keys of the scaled scores"
        close(weights, oracle.attention(query, key, value)[1], words)

    @pytest.mark.check(weight=2, core=True)
    def test_output(self, student: Student, draw: Draw) -> None:
        """Returns for each query the average of the values, by its weights."""
        query, key, value = draw_qkv(draw)
        output, _ = attend(student, query, key, value)
        words = "output (..., Tq, d_v): the average of the values, by the weights"
        close(output, oracle.attention(query, key, value)[0], words)

    @pytest.mark.check(weight=1, core=True)
    def test_scale(self, student: Student, draw: Draw) -> None:
        """Divides the scores by the square root of d_k, whatever d_k is."""
        for d_k in (1, 16, 64):
            query, key, value = draw.normal(3, d_k), draw.normal(6, d_k), draw.normal(6, 2)
            _, weights = attend(student, query, key, value)
            words = f"scores that were divided by √{d_k}, for keys of size {d_k}"
            close(weights, oracle.attention(query, key, value)[1], words)

    @pytest.mark.check(weight=1)
    def test_single_key(self, student: Student, draw: Draw) -> None:
        """With one key only, every query gets all of its value."""
        query, key, value = draw.normal(2, 5, 3), draw.normal(2, 1, 3), draw.normal(2, 1, 4)
        output, weights = attend(student, query, key, value)
        close(weights, torch.ones(2, 5, 1), "weights of 1: there is nothing else to look at")
        close(output, value.expand(2, 5, 4), "the only value, once for each query")

    @pytest.mark.check(weight=2, core=True)
    def test_leading_dims(self, student: Student, draw: Draw) -> None:
        """Works for no, one, two or more leading dimensions."""
        pool, size = Pool(draw), st.integers(1, 4)
        cases = st.tuples(st.lists(size, max_size=3), st.tuples(size, size, size, size))

        def holds(case: tuple[list[int], tuple[int, int, int, int]]) -> None:
            lead, (Tq, Tk, d_k, d_v) = case
            inputs = [pool.cut(*lead, *shape, start=i) for i, shape in enumerate([(Tq, d_k), (Tk, d_k), (Tk, d_v)])]
            for actual, expected in zip(attend(student, *inputs), oracle.attention(*inputs), strict=True):
                close(actual, expected, f"attention within each of the leading positions {tuple(lead)}")

        for_many(cases, holds)

    @pytest.mark.check
    def test_large_scores(self, student: Student, draw: Draw) -> None:
        """Stays right when the scores are large."""
        # Whole numbers and d_k = 16: every way to scale is then exact, so that rounding cannot decide between two keys.
        inputs = [draw.normal(T, 16, scale=30).round() for T in (7, 8)] + [draw.normal(8, 3)]
        for actual, expected in zip(attend(student, *inputs), oracle.attention(*inputs), strict=True):
            close(actual, expected, "nearly all weight on the best key, and no NaN", atol=1e-4)

    @pytest.mark.check(weight=2, core=True)
    def test_mask(self, student: Student, draw: Draw) -> None:
        """Looks only where the mask says True, and shares all the weight there."""
        for Tq, Tk in ((5, 5), (4, 7), (8, 5)):  # of equal lengths first: there a transposed mask raises no error
            query, key, value = draw.normal(2, Tq, 3), draw.normal(2, Tk, 3), draw.normal(2, Tk, 6)
            mask = draw_mask(draw, 2, Tq, Tk)
            output, weights = attend(student, query, key, value, mask=mask)
            expected = oracle.attention(query, key, value, mask)
            close(weights, expected[1], "weights that are 0 where the mask is False, in rows that sum to 1")
            close(output, expected[0], "the average of those values that may be seen")

    @pytest.mark.check
    def test_mask_broadcast(self, student: Student, draw: Draw) -> None:
        """Takes a mask of any shape that broadcasts to the scores."""
        query, key, value = draw_qkv(draw, leading=2)
        B, H, Tq, Tk = *query.shape[:-1], key.shape[-2]
        for shape in ((Tq, Tk), (1, Tk), (B, 1, 1, Tk), (H, 1, Tk), (B, 1, Tq, Tk), (B, H, Tq, Tk)):
            mask = draw_mask(draw, *shape)
            _, weights = attend(student, query, key, value, mask=mask)
            words = f"a mask of shape {shape} used for scores of shape {(B, H, Tq, Tk)}"
            close(weights, oracle.attention(query, key, value, mask)[1], words)

    @pytest.mark.check
    def test_unseen(self, student: Student, draw: Draw) -> None:
        """What a query may not see has no influence on it."""
        query, key, value = draw_qkv(draw)
        mask = draw_mask(draw, key.shape[0], 1, key.shape[1])
        hidden = ~mask.transpose(1, 2)  # (B, Tk, 1)
        before, _ = attend(student, query, key, value, mask=mask)
        noise = [hidden * draw.normal(*x.shape, scale=10) for x in (key, value)]
        after, _ = attend(student, query, key + noise[0], value + noise[1], mask=mask)
        unmoved(before, after, "the same output, whatever stands at the places that the mask hides")
        key_gradient, value_gradient = student.gradients(ATTENTION, query, key, value, mask, wrt=(1, 2), output=0)
        for gradient in (key_gradient, value_gradient):
            zero_at(gradient, hidden[..., 0], "no gradient for keys and values that the mask hides")

    @pytest.mark.check
    def test_seen(self, student: Student, draw: Draw) -> None:
        """What a query may see does have an influence on it."""
        query, key, value = draw_qkv(draw)
        mask = draw_mask(draw, key.shape[0], 1, key.shape[1])
        before, _ = attend(student, query, key, value, mask=mask)
        after, _ = attend(student, query, key, value + 10.0 * mask.transpose(1, 2), mask=mask)
        moved(before, after, "another output when the values change that the mask shows")

    @pytest.mark.check(weight=2)
    def test_nothing_to_see(self, student: Student, draw: Draw) -> None:
        """A query that may look at nothing gets weights and an output of zeros."""
        query, key, value = draw_qkv(draw)
        mask = draw_mask(draw, query.shape[1], key.shape[1])
        mask[0] = False
        for actual in attend(student, query, key, value, mask=mask):
            expected = actual.nan_to_num()
            expected[:, 0] = 0.0
            close(actual, expected, "zeros in row 0, whose query may look at nothing, and no NaN anywhere")

    @pytest.mark.check
    def test_nothing_to_see_gradients(self, student: Student, draw: Draw) -> None:
        """A query that may look at nothing does not spoil the gradients of the others."""
        query, key, value = draw_qkv(draw)
        mask = draw_mask(draw, query.shape[1], key.shape[1])
        mask[0] = False
        gradients = student.gradients(ATTENTION, query, key, value, mask, wrt=(0, 1, 2), output=0)
        words = "ordinary numbers: one NaN here, and the whole model is NaN after the next training step"
        finite("a gradient", gradients, words)

    @pytest.mark.check
    def test_gradients(self, student: Student, draw: Draw) -> None:
        """Lets gradients flow back to queries, keys and values."""
        inputs = draw_qkv(draw)
        upstream = draw.normal(*inputs[0].shape[:-1], inputs[2].shape[-1])
        expected = oracle.gradients(lambda *qkv: oracle.attention(*qkv)[0], inputs, upstream)
        actual = student.gradients(ATTENTION, *inputs, wrt=(0, 1, 2), upstream=upstream, output=0)
        for name, ours, theirs in zip(("query", "key", "value"), expected, actual, strict=True):
            close(theirs, ours, f"the gradient that torch's own attention gives for {name}", rtol=1e-3)

    @pytest.mark.check
    def test_dtype(self, student: Student, draw: Draw) -> None:
        """Works in half precision, and returns half precision."""
        query, key, value = draw_qkv(draw)
        mask = draw_mask(draw, query.shape[1], key.shape[1])
        single, _ = attend(student, query, key, value, mask=mask)
        half, _ = attend(student, query.bfloat16(), key.bfloat16(), value.bfloat16(), mask=mask)
        unmoved(single.bfloat16(), half, "an output in bfloat16, about the same as in float32", atol=0.2)

    @pytest.mark.check
    def test_non_contiguous(self, student: Student, draw: Draw) -> None:
        """Works on transposed tensors, whose numbers do not lie in order in memory."""
        inputs = draw_qkv(draw, leading=2)
        before, _ = attend(student, *inputs)
        scattered: list[Tensor] = [x.transpose(1, 2).contiguous().transpose(1, 2) for x in inputs]
        after, _ = attend(student, *scattered)
        unmoved(before, after, "the same output for the same values, however they lie in memory")

    @pytest.mark.check
    def test_inputs_unchanged(self, student: Student, draw: Draw) -> None:
        """Leaves queries, keys, values and mask as they were."""
        query, key, value = draw_qkv(draw)
        mask = draw_mask(draw, query.shape[1], key.shape[1])
        unchanged(student, ATTENTION, query, key, value, mask, names=["query", "key", "value", "mask"])

    @pytest.mark.check
    def test_batch(self, student: Student, draw: Draw) -> None:
        """The sentences of a batch do not look at each other."""
        query, key, value = draw_qkv(draw)
        before, _ = attend(student, query, key, value)
        other_key, other_value = (torch.cat([draw.normal(1, *x.shape[1:]), x[1:]]) for x in (key, value))
        after, _ = attend(student, query, other_key, other_value)
        unmoved(before[1:], after[1:], "the same output for a sentence when another sentence of its batch changes")

    @pytest.mark.check
    def test_device(self, student: Student, draw: Draw) -> None:
        """Would also run on a GPU: no tensor is made on the CPU by mistake."""
        query, key, value = draw_qkv(draw)
        student.device_safe(ATTENTION, query, key, value)
        student.device_safe(ATTENTION, query, key, value, draw_mask(draw, query.shape[1], key.shape[1]))
