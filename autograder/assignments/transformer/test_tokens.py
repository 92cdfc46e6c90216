"""The checks of the exercises `layer-norm` and `feed-forward`; collected through test_transformer.py."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor

from autograder.assignments.transformer import oracle
from autograder.assignments.transformer.probes import (
    all_learn,
    unchanged,
    unmoved,
    weights_for,
)
from autograder.checks import Draw, Remote, Student, close


def build_norm(student: Student, draw: Draw, d: int) -> tuple[Remote, dict[str, Tensor]]:
    """The student's LayerNorm with drawn gamma and beta."""
    module = student.create("LayerNorm", d)
    weights = weights_for(draw, {"gamma": (d,), "beta": (d,)})
    module.load(weights)
    return module, weights


@pytest.mark.exercise("layer-norm")
class TestLayerNorm:
    @pytest.mark.check(weight=2, core=True)
    def test_values(self, student: Student, draw: Draw) -> None:
        """Norms the numbers of each token."""
        B, T, d = draw.sizes(3, low=3)
        x = 2 + 3 * draw.normal(B, T, d)
        words = "what nn.LayerNorm computes: mean 0 and variance 1 (divided by d) for each token"
        close(student.call(student.create("LayerNorm", d), x), oracle.norm(x, torch.ones(d), torch.zeros(d)), words)

    @pytest.mark.check(weight=2, core=True)
    def test_gamma_and_beta(self, student: Student, draw: Draw) -> None:
        """Multiplies by gamma, then adds beta, place by place."""
        B, T, d = draw.sizes(3, low=3)
        module, weights = build_norm(student, draw, d)
        x = draw.normal(B, T, d)
        close(module(x), oracle.norm(x, weights["gamma"], weights["beta"]), "gamma times the normed token, plus beta")

    @pytest.mark.check
    def test_few_numbers(self, student: Student, draw: Draw) -> None:
        """Divides the variance by d, not by d - 1."""
        x = 3 * draw.normal(5, 4, 2)
        words = "tokens of two numbers become -1 and 1, nearly: their variance is divided by 2"
        close(student.call(student.create("LayerNorm", 2), x), oracle.norm(x, torch.ones(2), torch.zeros(2)), words)

    @pytest.mark.check
    def test_eps(self, student: Student, draw: Draw) -> None:
        """Adds eps to the variance, under the root."""
        T, d = draw.sizes(2, low=3)
        x = 1e-3 * draw.normal(2, T, d)
        for eps in (1e-5, 1e-3):
            words = f"the deviation divided by the root of (variance + {eps})"
            expected = oracle.norm(x, torch.ones(d), torch.zeros(d), eps)
            close(student.call(student.create("LayerNorm", d, eps=eps), x), expected, words)

    @pytest.mark.check
    def test_constant_token(self, student: Student, draw: Draw) -> None:
        """A token whose numbers are all alike becomes beta, and no NaN."""
        T, d = draw.sizes(2)
        module, weights = build_norm(student, draw, d)
        x = draw.normal(2, T, 1).round().expand(2, T, d)
        close(module(x), weights["beta"].expand(2, T, d), "beta, because nothing deviates from the mean", atol=1e-4)

    @pytest.mark.check
    def test_leading_axes(self, student: Student, draw: Draw) -> None:
        """Works with any number of axes before the last."""
        A, B, T, d = draw.sizes(4, low=3)
        module, weights = build_norm(student, draw, d)
        for shape in ((d,), (T, d), (A, B, T, d)):
            x = draw.normal(*shape)
            words = f"each token normed alone in a tensor of shape {shape}"
            close(module(x), oracle.norm(x, weights["gamma"], weights["beta"]), words)

    @pytest.mark.check
    def test_others(self, student: Student, draw: Draw) -> None:
        """Other tokens and other sentences have no influence on a token."""
        B, T, d = draw.sizes(3, low=3)
        module, _ = build_norm(student, draw, d)
        x, other = draw.normal(B, T, d), 5 * draw.normal(B, T, d)
        other[0, 0] = x[0, 0]
        unmoved(module(x)[0, 0], module(other)[0, 0], "the same answer for a token, whatever stands around it")

    @pytest.mark.check
    def test_gradients(self, student: Student, draw: Draw) -> None:
        """Lets gradients flow back to the token, through its mean and variance, and to gamma and beta."""
        B, T, d = draw.sizes(3, low=3)
        module, weights = build_norm(student, draw, d)
        x, upstream = draw.normal(B, T, d), draw.normal(B, T, d)
        leaf = x.clone().requires_grad_()
        oracle.norm(leaf, weights["gamma"], weights["beta"]).backward(upstream)  # type: ignore[no-untyped-call]
        (gradient,) = student.gradients(module, x, wrt=(0,), upstream=upstream)
        assert leaf.grad is not None
        close(gradient, leaf.grad, "the gradient of nn.LayerNorm", rtol=1e-3, atol=1e-4)
        words = "a gradient for each, since each has a part in the result"
        all_learn(student.parameter_gradients(module, x, upstream=upstream), {"gamma": (d,), "beta": (d,)}, words)

    @pytest.mark.check
    def test_input_unchanged(self, student: Student, draw: Draw) -> None:
        """Leaves x as it was."""
        T, d = draw.sizes(2, low=3)
        unchanged(student, student.create("LayerNorm", d), "x", draw.normal(2, T, d))


@pytest.mark.exercise("feed-forward")
class TestFeedForward:
    @pytest.mark.check(weight=2, core=True)
    def test_values(self, student: Student, draw: Draw) -> None:
        """W_1, ReLU, W_2, with their biases."""
        B, T, d, d_ff = draw.sizes(4, low=3)
        module, weights = self.build(student, draw, d, d_ff)
        x = draw.normal(B, T, d)
        hidden = torch.relu(x @ weights["W_1.weight"].T + weights["W_1.bias"])
        close(module(x), hidden @ weights["W_2.weight"].T + weights["W_2.bias"], "W_2(relu(W_1(x)))")

    @pytest.mark.check
    def test_negative(self, student: Student, draw: Draw) -> None:
        """May give negative numbers: the ReLU stands between the maps."""
        T, d, d_ff = draw.sizes(3, low=3)
        module, weights = self.build(student, draw, d, d_ff)
        module.load(weights | {"W_2.weight": torch.zeros(d, d_ff), "W_2.bias": -torch.ones(d)})
        close(module(draw.normal(2, T, d)), -torch.ones(2, T, d), "the bias of W_2, -1, where W_2 is set to zeros")

    @pytest.mark.check
    def test_bend(self, student: Student, draw: Draw) -> None:
        """What is negative behind W_1 has no influence."""
        T, d, d_ff = draw.sizes(3, low=3)
        module, weights = self.build(student, draw, d, d_ff)
        module.load(weights | {"W_1.bias": torch.full((d_ff,), -100.0)})
        words = "the bias of W_2 alone, where all that W_1 gives is below zero"
        close(module(draw.normal(2, T, d)), weights["W_2.bias"].expand(2, T, d), words)

    @pytest.mark.check
    def test_leading_axes(self, student: Student, draw: Draw) -> None:
        """Treats every token alike and alone, with any number of axes before the last."""
        A, T, d, d_ff = draw.sizes(4, low=3)
        module, _ = self.build(student, draw, d, d_ff)
        x = draw.normal(A, T, d)
        whole = module(x)
        unmoved(whole[0, 0], module(x[0, 0]), "for a token alone what it gets among others")
        unmoved(whole[None], module(x[None]), "the same with one more axis in front")

    @pytest.mark.check
    def test_gradients(self, student: Student, draw: Draw) -> None:
        """Both maps and the input get a gradient."""
        T, d, d_ff = draw.sizes(3, low=4)
        module, weights = self.build(student, draw, d, d_ff)
        x = draw.normal(2, T, d)
        all_learn(student.parameter_gradients(module, x), dict.fromkeys(weights, ()), "a gradient for both maps")
        (gradient,) = student.gradients(module, x, wrt=(0,))
        all_learn({"the input": gradient}, {"the input": ()}, "a gradient for x, or earlier layers never learn")

    @staticmethod
    def build(student: Student, draw: Draw, d: int, d_ff: int) -> tuple[Remote, dict[str, Tensor]]:
        """The student's FeedForward with drawn weights."""
        module = student.create("FeedForward", d, d_ff)
        shapes: oracle.Shapes = {
            "W_1.weight": (d_ff, d),
            "W_1.bias": (d_ff,),
            "W_2.weight": (d, d_ff),
            "W_2.bias": (d,),
        }
        weights = weights_for(draw, shapes)
        module.load(weights)
        return module, weights
