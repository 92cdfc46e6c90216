"""The checks of the exercises `encoder-layer` and `decoder-layer`; collected through test_transformer.py."""

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
)
from autograder.checks import Draw, Student, close


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
