"""The checks of the exercises from `layer-norm` to `decoder-layer`; collected through test_transformer.py."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor

from autograder.assignments.transformer import oracle
from autograder.assignments.transformer.probes import (
    all_learn,
    build_layer,
    draw_mask,
    moved,
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
            close(module(x), oracle.norm(x, weights["gamma"], weights["beta"]), f"each token normed alone in a tensor of shape {shape}")

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


def silent(weights: dict[str, Tensor], *names: str) -> dict[str, Tensor]:
    """The weights, with these maps giving zeros."""
    off = {
        f"{name}.{part}": torch.zeros_like(weights[f"{name}.{part}"]) for name in names for part in ("weight", "bias")
    }
    return weights | off


@pytest.mark.exercise("encoder-layer", needs=("layer-norm", "feed-forward"))
class TestEncoderLayer:
    @pytest.mark.check(weight=2, core=True)
    def test_values(self, student: Student, draw: Draw) -> None:
        """Both sub-layers, each on a normed copy and added to what was there."""
        B, T, H, d_head, d_ff = draw.sizes(5)
        module, weights = build_layer(student, draw, "encoder", 2 * H * d_head, H, d_ff)
        x = 1 + 2 * draw.normal(B, T, 2 * H * d_head)
        words = "what nn.TransformerEncoderLayer(norm_first=True) computes with the same weights"
        close(module(x), oracle.encoder_layer(weights, H, x), words, rtol=1e-3, atol=1e-4)

    @pytest.mark.check(weight=2, core=True)
    def test_mask(self, student: Student, draw: Draw) -> None:
        """Looks only where the mask says True, sentence by sentence."""
        B, T, H, d_ff = draw.sizes(4, low=3)
        module, weights = build_layer(student, draw, "encoder", 4 * H, H, d_ff)
        x = draw.normal(B, T, 4 * H)
        for mask in (draw_mask(draw, B, 1, T), draw_mask(draw, T, T), draw_mask(draw, B, T, T)):
            words = f"a layer in which a mask of shape {tuple(mask.shape)} is handed on to the attention"
            close(module(x, mask), oracle.encoder_layer(weights, H, x, mask), words, rtol=1e-3, atol=1e-4)

    @pytest.mark.check
    def test_residual(self, student: Student, draw: Draw) -> None:
        """With both sub-layers silenced, x comes through untouched."""
        B, T, H, d_ff = draw.sizes(4, low=3)
        module, weights = build_layer(student, draw, "encoder", 4 * H, H, d_ff)
        module.load(silent(weights, "attention.W_o", "feed_forward.W_2"))
        x = 3 + 2 * draw.normal(B, T, 4 * H)
        close(module(x), x, "x itself: nothing but sums stands on the residual line")

    @pytest.mark.check
    def test_only_feed_forward(self, student: Student, draw: Draw) -> None:
        """With the attention silenced, x + FFN(LayerNorm(x)) is left."""
        B, T, H, d_ff = draw.sizes(4, low=3)
        module, weights = build_layer(student, draw, "encoder", 4 * H, H, d_ff)
        weights = silent(weights, "attention.W_o")
        module.load(weights)
        x = 3 + 2 * draw.normal(B, T, 4 * H)
        close(
            module(x), oracle.encoder_layer(weights, H, x), "x plus what the feed-forward makes of feed_forward_norm(x)"
        )

    @pytest.mark.check
    def test_single_token(self, student: Student, draw: Draw) -> None:
        """Works on a single sentence of a single token."""
        H, d_ff = draw.sizes(2)
        module, weights = build_layer(student, draw, "encoder", 2 * H, H, d_ff)
        x = draw.normal(1, 1, 2 * H)
        close(module(x), oracle.encoder_layer(weights, H, x), "the layer's answer for one token", rtol=1e-3, atol=1e-4)

    @pytest.mark.check
    def test_both_ways(self, student: Student, draw: Draw) -> None:
        """Without a mask, every token sees those after it."""
        B, T, H, d_ff = draw.sizes(4, low=3)
        module, _ = build_layer(student, draw, "encoder", 4 * H, H, d_ff)
        x = draw.normal(B, T, 4 * H)
        after = module(torch.cat([x[:, :-1], 3 * draw.normal(B, 1, 4 * H)], dim=1))
        moved(module(x), after, "another answer for all tokens when the last one changes")

    @pytest.mark.check
    def test_all_learn(self, student: Student, draw: Draw) -> None:
        """Every parameter gets a gradient."""
        B, T, H, d_ff = draw.sizes(4, low=3)
        module, weights = build_layer(student, draw, "encoder", 4 * H, H, d_ff)
        x, upstream = draw.normal(B, T, 4 * H), draw.normal(B, T, 4 * H)
        names: oracle.Shapes = {name: () for name in weights if not name.endswith("W_k.bias")}  # that one never matters
        all_learn(student.parameter_gradients(module, x, upstream=upstream), names, "a gradient for every parameter")

    @pytest.mark.check
    def test_inputs_unchanged(self, student: Student, draw: Draw) -> None:
        """Leaves x and the mask as they were."""
        B, T, H, d_ff = draw.sizes(4, low=3)
        module, _ = build_layer(student, draw, "encoder", 4 * H, H, d_ff)
        unchanged(student, module, "x mask", draw.normal(B, T, 4 * H), draw_mask(draw, B, 1, T))


@pytest.mark.exercise("decoder-layer", needs=("layer-norm", "feed-forward"))
class TestDecoderLayer:
    @pytest.mark.check(weight=2, core=True)
    def test_values(self, student: Student, draw: Draw) -> None:
        """All three sub-layers in their order, each on a normed copy and added."""
        B, Tt, Ts, H, d_ff = draw.sizes(5)
        module, weights = build_layer(student, draw, "decoder", 4 * H, H, d_ff)
        x, memory = 1 + 2 * draw.normal(B, Tt, 4 * H), 1 + 2 * draw.normal(B, Ts, 4 * H)
        words = "what nn.TransformerDecoderLayer(norm_first=True) computes with the same weights"
        close(module(x, memory), oracle.decoder_layer(weights, H, x, memory), words, rtol=1e-3, atol=1e-4)

    @pytest.mark.check(weight=2, core=True)
    def test_masks(self, student: Student, draw: Draw) -> None:
        """target_mask is for the look at itself, source_mask for the look at the memory."""
        B, T, H, d_ff = draw.sizes(4, low=3)
        for Tt, Ts in ((T, T), (T, T + 2)):  # of equal lengths first: there, exchanged masks raise no error
            module, weights = build_layer(student, draw, "decoder", 4 * H, H, d_ff)
            x, memory = draw.normal(B, Tt, 4 * H), draw.normal(B, Ts, 4 * H)
            masks = draw_mask(draw, B, Tt, Tt), draw_mask(draw, B, 1, Ts)
            expected = oracle.decoder_layer(weights, H, x, memory, *masks)
            words = "a layer in which each of the two attentions gets its own mask"
            close(module(x, memory, *masks), expected, words, rtol=1e-3, atol=1e-4)

    @pytest.mark.check
    def test_target_mask_alone(self, student: Student, draw: Draw) -> None:
        """With a target mask only, the whole memory is seen."""
        B, T, H, d_ff = draw.sizes(4, low=3)
        module, weights = build_layer(student, draw, "decoder", 4 * H, H, d_ff)
        x, memory = draw.normal(B, T, 4 * H), draw.normal(B, T, 4 * H)
        causal = torch.ones(T, T, dtype=torch.bool).tril()
        expected = oracle.decoder_layer(weights, H, x, memory, causal)
        close(module(x, memory, causal), expected, "no mask on the memory: all of it may be seen", rtol=1e-3, atol=1e-4)

    @pytest.mark.check
    def test_future(self, student: Student, draw: Draw) -> None:
        """With a causal mask, the last token changes nothing for those before it."""
        B, Tt, Ts, H, d_ff = draw.sizes(5, low=3)
        module, _ = build_layer(student, draw, "decoder", 4 * H, H, d_ff)
        x, memory, causal = draw.normal(B, Tt, 4 * H), draw.normal(B, Ts, 4 * H), torch.ones(Tt, Tt).tril().bool()
        changed = torch.cat([x[:, :-1], 3 * draw.normal(B, 1, 4 * H)], dim=1)
        before, after = module(x, memory, causal), module(changed, memory, causal)
        unmoved(before[:, :-1], after[:, :-1], "the same answer for all tokens but the last")
        moved(before[:, -1], after[:, -1], "another answer for the last token")

    @pytest.mark.check
    def test_residual(self, student: Student, draw: Draw) -> None:
        """With all sub-layers silenced, x comes through untouched."""
        B, Tt, Ts, H, d_ff = draw.sizes(5, low=3)
        module, weights = build_layer(student, draw, "decoder", 4 * H, H, d_ff)
        module.load(silent(weights, "self_attention.W_o", "cross_attention.W_o", "feed_forward.W_2"))
        x = 3 + 2 * draw.normal(B, Tt, 4 * H)
        close(module(x, draw.normal(B, Ts, 4 * H)), x, "x itself: nothing but sums stands on the residual line")

    @pytest.mark.check
    def test_memory_as_it_is(self, student: Student, draw: Draw) -> None:
        """The memory is looked at as it is, without another norm."""
        B, Tt, Ts, H, d_ff = draw.sizes(5, low=3)
        module, weights = build_layer(student, draw, "decoder", 4 * H, H, d_ff)
        weights = silent(weights, "self_attention.W_o", "feed_forward.W_2")
        module.load(weights)
        x, memory = draw.normal(B, Tt, 4 * H), 4 + 3 * draw.normal(B, Ts, 4 * H)
        words = "x plus what cross_attention finds in the memory, whose numbers may be of any size"
        close(module(x, memory), oracle.decoder_layer(weights, H, x, memory), words, rtol=1e-3, atol=1e-4)

    @pytest.mark.check
    def test_memory_seen(self, student: Student, draw: Draw) -> None:
        """The memory has an influence on every target token, and gets a gradient."""
        B, Tt, Ts, H, d_ff = draw.sizes(5, low=3)
        module, _ = build_layer(student, draw, "decoder", 4 * H, H, d_ff)
        x, memory = draw.normal(B, Tt, 4 * H), draw.normal(B, Ts, 4 * H)
        moved(module(x, memory), module(x, memory + 1.0), "another answer when the memory changes")
        gradients = student.gradients(module, x, memory, wrt=(1,), upstream=draw.normal(B, Tt, 4 * H))
        all_learn({"the memory": gradients[0]}, {"the memory": ()}, "a gradient, or the encoder never learns")

    @pytest.mark.check
    def test_single_token(self, student: Student, draw: Draw) -> None:
        """Works with a single target token and a single source token."""
        H, d_ff = draw.sizes(2)
        module, weights = build_layer(student, draw, "decoder", 2 * H, H, d_ff)
        x, memory = draw.normal(1, 1, 2 * H), draw.normal(1, 1, 2 * H)
        expected = oracle.decoder_layer(weights, H, x, memory)
        close(module(x, memory), expected, "the layer's answer for one token", rtol=1e-3, atol=1e-4)

    @pytest.mark.check
    def test_inputs_unchanged(self, student: Student, draw: Draw) -> None:
        """Leaves x and the memory as they were."""
        B, Tt, Ts, H, d_ff = draw.sizes(5, low=3)
        module, _ = build_layer(student, draw, "decoder", 4 * H, H, d_ff)
        unchanged(student, module, "x memory", draw.normal(B, Tt, 4 * H), draw.normal(B, Ts, 4 * H))
