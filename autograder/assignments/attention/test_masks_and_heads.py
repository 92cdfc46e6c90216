"""The checks of the exercises `masks` and `heads`; collected through test_attention.py."""

from __future__ import annotations

import pytest
import torch
from hypothesis import strategies as st

from autograder.assignments.attention import oracle
from autograder.assignments.attention.probes import Pool, for_many, unchanged
from autograder.checks import Draw, Student, close, same, shaped


@pytest.mark.exercise("masks")
class TestMasks:
    @pytest.mark.check(weight=2, core=True)
    def test_padding(self, student: Student, draw: Draw) -> None:
        """padding_mask is True at real positions and False at padding."""
        B, T = draw.sizes(2, low=3)
        lengths = draw.integers(0, T + 1, (B,))
        lengths[0] = T  # so that the longest sentence has no padding
        words = "a bool mask (B, 1, T), True at the first `length` positions"
        same(student.call("padding_mask", lengths, T), oracle.padding(lengths, T), words)

    @pytest.mark.check
    def test_padding_width(self, student: Student, draw: Draw) -> None:
        """padding_mask is T wide, also when every sentence is shorter than that."""
        T = draw.choice((8, 9))
        lengths = draw.integers(1, T - 1, (3,))
        words = "a mask with one column for each of the T positions"
        same(student.call("padding_mask", lengths, T), oracle.padding(lengths, T), words)

    @pytest.mark.check(weight=2, core=True)
    def test_causal(self, student: Student, draw: Draw) -> None:
        """causal_mask lets a position see itself and what came before."""
        for T in (*draw.sizes(2, low=3), 1):
            expected = torch.ones(T, T, dtype=torch.bool).tril()
            words = "a bool mask (T, T), True where key <= query (row = query, column = key)"
            same(student.call("causal_mask", T), expected, words)

    @pytest.mark.check
    def test_causal_itself(self, student: Student, draw: Draw) -> None:
        """With causal_mask every position sees itself."""
        (T,) = draw.sizes(1)
        mask = shaped(student.call("causal_mask", T), (T, T), "a mask (T, T)")
        same(mask, mask.clone().fill_diagonal_(1), "True all along the diagonal")

    @pytest.mark.check
    def test_causal_first(self, student: Student, draw: Draw) -> None:
        """With causal_mask the first position sees no other position."""
        (T,) = draw.sizes(1)
        mask = shaped(student.call("causal_mask", T), (T, T), "a mask (T, T)")
        expected = mask.clone()
        expected[0, 1:] = 0
        same(mask, expected, "False in the first row after its first column: what comes later is hidden")

    @pytest.mark.check(weight=2, core=True)
    def test_combine(self, student: Student, draw: Draw) -> None:
        """combine_masks shows what all of its masks show."""
        B, T = draw.sizes(2)
        padding, other = draw.boolean(B, 1, T), draw.boolean(B, T, T, p=0.8)
        causal = torch.ones(T, T, dtype=torch.bool).tril()
        words = "True only where all masks are True, in the shape that they broadcast to"
        same(student.call("combine_masks", padding, causal), padding & causal, words)
        same(student.call("combine_masks", causal, other, padding), padding & causal & other, words)

    @pytest.mark.check
    def test_combine_none(self, student: Student, draw: Draw) -> None:
        """combine_masks skips None, and returns None when nothing is left."""
        mask = draw.boolean(3, 4)
        for masks in ((mask,), (None, mask), (mask, None), (None, mask, None)):
            same(student.call("combine_masks", *masks), mask, "the one mask that is there")
        for nothing in ((), (None,), (None, None)):
            same(student.call("combine_masks", *nothing), None, "None, since no mask is left")

    @pytest.mark.check
    def test_inputs_unchanged(self, student: Student, draw: Draw) -> None:
        """combine_masks leaves the masks it is given as they were."""
        masks = [draw.boolean(5, 5, p=0.6) for _ in range(3)]
        unchanged(student, "combine_masks", *masks, names=["masks[0]", "masks[1]", "masks[2]"])

    @pytest.mark.check
    def test_device(self, student: Student, draw: Draw) -> None:
        """The masks would also work on a GPU: each is made on the device that is asked for."""
        student.device_safe("combine_masks", draw.boolean(3, 1, 4), draw.boolean(4, 4))
        student.device_safe("causal_mask", 5, device="meta")
        student.device_safe("padding_mask", draw.integers(1, 6, (3,)), 6)


@pytest.mark.exercise("heads")
class TestHeads:
    @pytest.mark.check(weight=2, core=True)
    def test_split(self, student: Student, draw: Draw) -> None:
        """split_heads gives each head its own part of every position's features."""
        B, T, H, d_head = draw.sizes(4)
        x = draw.normal(B, T, H * d_head)
        words = "(B, H, T, d_head): head h holds the features from h·d_head up to (h+1)·d_head, position by position"
        close(student.call("split_heads", x, H), oracle.split(x, H), words)

    @pytest.mark.check(weight=2, core=True)
    def test_merge(self, student: Student, draw: Draw) -> None:
        """merge_heads lays the heads of a position side by side."""
        x = draw.normal(*draw.sizes(4))
        words = "(B, T, d_model): for each position its first head, then its second, and so on"
        close(student.call("merge_heads", x), oracle.merge(x), words)

    @pytest.mark.check
    def test_single_position(self, student: Student, draw: Draw) -> None:
        """Neighbouring features of a position go to the same head."""
        B, H, d_head = draw.sizes(3)
        x = draw.normal(B, 1, H * d_head)
        words = "the first d_head features in the first head, the next d_head in the second, and so on"
        close(student.call("split_heads", x, H), oracle.split(x, H), words)

    @pytest.mark.check
    def test_round_trip(self, student: Student, draw: Draw) -> None:
        """Merging undoes splitting, for any sizes."""
        pool, size = Pool(draw), st.integers(1, 5)

        def holds(sizes: tuple[int, int, int, int]) -> None:
            B, T, H, d_head = sizes
            x = pool.cut(B, T, H * d_head)
            words = f"what was split into {H} heads, back again"
            close(student.call("merge_heads", student.call("split_heads", x, H)), x, words)

        for_many(st.tuples(size, size, size, size), holds)

    @pytest.mark.check
    def test_gradients(self, student: Student, draw: Draw) -> None:
        """Lets gradients flow back through both functions."""
        B, T, H, d_head = draw.sizes(4)
        x, heads = draw.normal(B, T, H * d_head), draw.normal(B, H, T, d_head)
        words = "1 for every number, because each comes out once"
        (gradient,) = student.gradients("split_heads", x, H, wrt=(0,))
        close(gradient, torch.ones_like(x), words)
        (gradient,) = student.gradients("merge_heads", heads, wrt=(0,))
        close(gradient, torch.ones_like(heads), words)

    @pytest.mark.check
    def test_dtype(self, student: Student, draw: Draw) -> None:
        """Keeps the dtype."""
        B, T, H, d_head = draw.sizes(4)
        words = "heads in the dtype of x"
        for dtype in (torch.bfloat16, torch.float64):
            x, heads = draw.normal(B, T, H * d_head, dtype=dtype), draw.normal(B, H, T, d_head, dtype=dtype)
            for result in (student.call("split_heads", x, H), student.call("merge_heads", heads)):
                shaped(result, getattr(result, "shape", ()), words, dtype)

    @pytest.mark.check
    def test_non_contiguous(self, student: Student, draw: Draw) -> None:
        """Works on transposed tensors, whose numbers do not lie in order in memory."""
        B, T, H, d_head = draw.sizes(4)
        x, heads = draw.normal(T, H * d_head, B).permute(2, 0, 1), draw.normal(d_head, B, T, H).permute(1, 3, 2, 0)
        words = "the same as for any other tensor with these values"
        close(student.call("split_heads", x, H), student.call("split_heads", x.contiguous(), H), words)
        close(student.call("merge_heads", heads), student.call("merge_heads", heads.contiguous()), words)

    @pytest.mark.check
    def test_inputs_unchanged(self, student: Student, draw: Draw) -> None:
        """Leaves what it is given as it was."""
        unchanged(student, "split_heads", draw.normal(2, 5, 12), 3, names=["x", "num_heads"])
        unchanged(student, "merge_heads", draw.normal(2, 3, 5, 4), names=["x"])

    @pytest.mark.check
    def test_device(self, student: Student, draw: Draw) -> None:
        """Would also run on a GPU: no tensor is made on the CPU by mistake."""
        student.device_safe("split_heads", draw.normal(2, 5, 12), 3)
        student.device_safe("merge_heads", draw.normal(2, 3, 5, 4))
