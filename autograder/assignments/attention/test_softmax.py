"""The checks of the exercise `softmax`; collected through test_attention.py."""

from __future__ import annotations

import pytest
import torch
from hypothesis import strategies as st

from autograder.assignments.attention import oracle
from autograder.assignments.attention.probes import Pool, draw_mask, for_many, unchanged
from autograder.checks import Draw, Student, close


@pytest.mark.exercise("softmax")
class TestSoftmax:
    @pytest.mark.check(weight=2, core=True)
    def test_values(self, student: Student, draw: Draw) -> None:
        """Turns scores into probabilities along the last dimension."""
        x = draw.normal(*draw.sizes(3))
        words = "exp(score), divided by the sum of exp(score) along the last dimension"
        close(student.call("softmax", x), torch.softmax(x, dim=-1), words)

    @pytest.mark.check(weight=2, core=True)
    def test_any_dim(self, student: Student, draw: Draw) -> None:
        """Works along any dimension of a tensor of any shape, counted from either end."""
        pool = Pool(draw)
        shapes = st.lists(st.integers(1, 5), min_size=1, max_size=4)
        cases = shapes.flatmap(lambda shape: st.tuples(st.just(shape), st.integers(-len(shape), len(shape) - 1)))

        def holds(case: tuple[list[int], int]) -> None:
            shape, dim = case
            x = pool.cut(*shape)
            words = f"probabilities that sum to 1 along dim={dim}, and the shape of x"
            close(student.call("softmax", x, dim=dim), torch.softmax(x, dim=dim), words)

        for_many(cases, holds)

    @pytest.mark.check(weight=2, core=True)
    def test_large_scores(self, student: Student, draw: Draw) -> None:
        """Stays right for scores so large, or so low, that their exponential cannot be stored."""
        # Whole numbers: what rounding does to a difference of large scores is then the same for everyone.
        words = "probabilities: only differences between the scores of a slice count, however large the scores are"
        for scale, shift in ((300, 0), (1, 200), (1, -200)):
            x = draw.normal(4, 6, scale=scale).round() + shift
            close(student.call("softmax", x), torch.softmax(x, dim=-1), words, rtol=1e-3)

    @pytest.mark.check(weight=1, core=True)
    def test_each_slice_by_itself(self, student: Student, draw: Draw) -> None:
        """A slice of low scores stays right beside a slice of high ones."""
        x = draw.normal(3, 5) + torch.tensor([[300.0], [0.0], [-300.0]])
        words = "probabilities in every row, also in a row whose scores all lie far below those of another row"
        close(student.call("softmax", x), torch.softmax(x, dim=-1), words, rtol=1e-3)

    @pytest.mark.check
    def test_minus_infinity(self, student: Student, draw: Draw) -> None:
        """A score of minus infinity gets probability 0, and its neighbours share the rest."""
        x = draw.normal(4, 6).masked_fill(~draw_mask(draw, 4, 6), float("-inf"))
        words = "0 where the score is minus infinity, and rows that sum to 1"
        close(student.call("softmax", x), torch.softmax(x, dim=-1), words)

    @pytest.mark.check
    def test_gradients(self, student: Student, draw: Draw) -> None:
        """Lets gradients flow back to the scores."""
        x, upstream = (draw.normal(3, 5, 4, scale=s) for s in (2.0, 1.0))
        expected = oracle.gradients(lambda scores: torch.softmax(scores, dim=1), [x], upstream)
        (gradient,) = student.gradients("softmax", x, dim=1, wrt=(0,), upstream=upstream)
        close(gradient, expected[0], "the gradient of the softmax")

    @pytest.mark.check
    def test_dtype(self, student: Student, draw: Draw) -> None:
        """Keeps the dtype: half precision stays half, double stays double."""
        for dtype in (torch.float16, torch.bfloat16, torch.float64):
            x = draw.normal(3, 7, dtype=dtype)
            close(student.call("softmax", x), torch.softmax(x, dim=-1), f"probabilities of the dtype of x, {dtype}")

    @pytest.mark.check
    def test_non_contiguous(self, student: Student, draw: Draw) -> None:
        """Works on a transposed tensor, whose numbers do not lie in order in memory."""
        x = draw.normal(*draw.sizes(3)).transpose(0, 2)
        words = "the same as for any other tensor with these values"
        close(student.call("softmax", x), torch.softmax(x, dim=-1), words)

    @pytest.mark.check
    def test_input_unchanged(self, student: Student, draw: Draw) -> None:
        """Leaves the scores as they were."""
        unchanged(student, "softmax", draw.normal(3, 5), names=["x"])

    @pytest.mark.check
    def test_device(self, student: Student, draw: Draw) -> None:
        """Would also run on a GPU: no tensor is made on the CPU by mistake."""
        student.device_safe("softmax", draw.normal(3, 5), dim=0)
