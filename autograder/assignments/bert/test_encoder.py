"""The checks of the exercises `bert-embeddings`, `bert-layer` and `bert-encoder`; collected through test_bert.py."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor

from autograder.assignments.bert import oracle
from autograder.assignments.bert.probes import (
    all_learn,
    build,
    draw_batch,
    draw_mask,
    draw_sizes,
    moved,
    unchanged,
    unmoved,
)
from autograder.checks import Draw, Remote, Student, close

Built = tuple[Remote, dict[str, Tensor]]


@pytest.mark.exercise("bert-embeddings")
class TestBertEmbeddings:
    @pytest.mark.check(weight=2, core=True)
    def test_values(self, student: Student, draw: Draw) -> None:
        """Word, place and segment, added and normed."""
        sizes = draw_sizes(draw)
        module, weights = self.build(student, draw, sizes)
        ids, segments, _ = draw_batch(draw, 4, sizes)
        words = "the layer norm of the sum of three rows: of the token, of its place (from 0), of its segment"
        close(module(ids, segments), oracle.embeddings(weights, ids, segments), words, rtol=1e-3, atol=1e-4)

    @pytest.mark.check
    def test_no_segments(self, student: Student, draw: Draw) -> None:
        """Without segments all are 0, and that row is added."""
        sizes = draw_sizes(draw)
        module, weights = self.build(student, draw, sizes)
        ids, _, _ = draw_batch(draw, 3, sizes)
        close(module(ids), oracle.embeddings(weights, ids), "the same as for segments of 0", rtol=1e-3, atol=1e-4)

    @pytest.mark.check
    def test_lengths(self, student: Student, draw: Draw) -> None:
        """Works on one token, and on as many as there are places."""
        sizes = draw_sizes(draw)
        module, weights = self.build(student, draw, sizes)
        for T in (1, sizes.max_length):
            ids, segments = draw.integers(0, sizes.vocab_size, (2, T)), draw.integers(0, 2, (2, T))
            expected = oracle.embeddings(weights, ids, segments)
            close(module(ids, segments), expected, f"embeddings of texts of {T} tokens", rtol=1e-3, atol=1e-4)

    @pytest.mark.check
    def test_dropout(self, student: Student, draw: Draw) -> None:
        """Dropout acts on the result, in training alone."""
        sizes = draw_sizes(draw)
        module, weights = self.build(student, draw, sizes, dropout=1.0)
        ids, segments, _ = draw_batch(draw, 3, sizes)
        module.train()
        expected = oracle.embeddings(weights, ids, segments)
        close(module(ids, segments), torch.zeros_like(expected), "zeros, with dropout=1 in training: it comes last")
        module.eval()
        close(module(ids, segments), expected, "no dropout outside of training", rtol=1e-3, atol=1e-4)

    @pytest.mark.check
    def test_all_learn(self, student: Student, draw: Draw) -> None:
        """Every table, and the norm, gets a gradient."""
        sizes = draw_sizes(draw)
        module, weights = self.build(student, draw, sizes)
        ids, segments, _ = draw_batch(draw, 3, sizes)
        upstream = draw.normal(*ids.shape, sizes.d_model)
        names: oracle.Shapes = dict.fromkeys(weights, ())
        gradients = student.parameter_gradients(module, ids, segments, upstream=upstream)
        all_learn(gradients, names, "a gradient for every parameter")

    @pytest.mark.check
    def test_inputs_unchanged(self, student: Student, draw: Draw) -> None:
        """Leaves ids and segments as they were."""
        sizes = draw_sizes(draw)
        module, _ = self.build(student, draw, sizes)
        ids, segments, _ = draw_batch(draw, 3, sizes)
        unchanged(student, module, "ids segments", ids, segments)

    @staticmethod
    def build(student: Student, draw: Draw, sizes: oracle.Sizes, dropout: float = 0.0) -> Built:
        """The module, and its weights."""
        return build(student, draw, "BertEmbeddings", sizes, oracle.embeddings_shapes(sizes), dropout=dropout)


@pytest.mark.exercise("bert-layer")
class TestBertLayer:
    @pytest.mark.check(weight=2, core=True)
    def test_values(self, student: Student, draw: Draw) -> None:
        """Both sub-layers, each added to what was there, and the sums normed."""
        sizes = draw_sizes(draw)
        module, weights = self.build(student, draw, sizes)
        x = 1 + 2 * draw.normal(3, 7, sizes.d_model)
        words = "what nn.TransformerEncoderLayer(norm_first=False) computes with the same weights"
        close(module(x), oracle.layer(weights, sizes.num_heads, x), words, rtol=1e-3, atol=1e-3)

    @pytest.mark.check(weight=2, core=True)
    def test_mask(self, student: Student, draw: Draw) -> None:
        """Looks only where the mask says True, text by text."""
        sizes = draw_sizes(draw)
        module, weights = self.build(student, draw, sizes)
        x = draw.normal(3, 7, sizes.d_model)
        for mask in (draw_mask(draw, 3, 1, 7), draw_mask(draw, 7, 7), draw_mask(draw, 3, 7, 7)):
            words = f"a layer in which a mask of shape {tuple(mask.shape)} is handed on to the attention"
            close(module(x, mask), oracle.layer(weights, sizes.num_heads, x, mask), words, rtol=1e-3, atol=1e-3)

    @pytest.mark.check
    def test_norms_on_the_main_road(self, student: Student, draw: Draw) -> None:
        """With both sub-layers silenced, x goes through both norms."""
        sizes = draw_sizes(draw)
        module, weights = self.build(student, draw, sizes)
        for name in ("attention.W_o.weight", "attention.W_o.bias", "W_2.weight", "W_2.bias"):
            weights[name] = torch.zeros_like(weights[name])
        module.load(weights)
        x = 3 + 2 * draw.normal(3, 7, sizes.d_model)
        words = "feed_forward_norm(attention_norm(x)): the norms come after the sums"
        close(module(x), oracle.layer(weights, sizes.num_heads, x), words, rtol=1e-3, atol=1e-4)

    @pytest.mark.check
    def test_exact_gelu(self, student: Student, draw: Draw) -> None:
        """The bend is the exact GELU, with erf."""
        sizes = draw_sizes(draw)
        module, weights = self.build(student, draw, sizes)
        module.to(torch.float64)
        x = draw.normal(3, 7, sizes.d_model).double()
        words = "GELU by its formula with erf, to seven digits: the one with tanh is off in the fourth"
        close(module(x), oracle.layer(weights, sizes.num_heads, x), words, rtol=1e-5, atol=1e-6)

    @pytest.mark.check
    def test_dropout(self, student: Student, draw: Draw) -> None:
        """Dropout acts on what the sub-layers bring, in training alone."""
        sizes = draw_sizes(draw)
        module, weights = self.build(student, draw, sizes, dropout=1.0)
        x = draw.normal(3, 7, sizes.d_model)
        module.train()
        once = oracle.norm(x, weights["attention_norm.weight"], weights["attention_norm.bias"])
        left = oracle.norm(once, weights["feed_forward_norm.weight"], weights["feed_forward_norm.bias"])
        close(module(x), left, "with dropout=1 in training, x through both norms, and no more", rtol=1e-3, atol=1e-4)
        module.eval()
        words = "no dropout outside of training"
        close(module(x), oracle.layer(weights, sizes.num_heads, x), words, rtol=1e-3, atol=1e-3)

    @pytest.mark.check
    def test_both_ways(self, student: Student, draw: Draw) -> None:
        """Without a mask, every token sees those after it."""
        sizes = draw_sizes(draw)
        module, _ = self.build(student, draw, sizes)
        x = draw.normal(3, 7, sizes.d_model)
        after = module(torch.cat([x[:, :-1], 3 * draw.normal(3, 1, sizes.d_model)], dim=1))
        moved(module(x), after, "another answer for all tokens when the last one changes")

    @pytest.mark.check
    def test_all_learn(self, student: Student, draw: Draw) -> None:
        """Every parameter gets a gradient."""
        sizes = draw_sizes(draw)
        module, weights = self.build(student, draw, sizes)
        x, upstream = draw.normal(3, 7, sizes.d_model), draw.normal(3, 7, sizes.d_model)
        names: oracle.Shapes = {name: () for name in weights if not name.endswith("W_k.bias")}  # that one never matters
        all_learn(student.parameter_gradients(module, x, upstream=upstream), names, "a gradient for every parameter")

    @pytest.mark.check
    def test_inputs_unchanged(self, student: Student, draw: Draw) -> None:
        """Leaves x and the mask as they were."""
        sizes = draw_sizes(draw)
        module, _ = self.build(student, draw, sizes)
        unchanged(student, module, "x mask", draw.normal(3, 7, sizes.d_model), draw_mask(draw, 3, 1, 7))

    @staticmethod
    def build(student: Student, draw: Draw, sizes: oracle.Sizes, dropout: float = 0.0) -> Built:
        """The module, and its weights."""
        shapes = oracle.layer_shapes(sizes.d_model, sizes.d_ff)
        return build(student, draw, "BertLayer", sizes, shapes, dropout=dropout)


@pytest.mark.exercise("bert-encoder", needs=("bert-embeddings", "bert-layer"))
class TestBert:
    @pytest.mark.check(weight=2, core=True)
    def test_values(self, student: Student, draw: Draw) -> None:
        """Embeddings, then all layers, without a look at pads."""
        sizes = draw_sizes(draw, num_layers=3)
        module, weights = self.build(student, draw, sizes)
        batch = draw_batch(draw, 4, sizes)
        expected, real = oracle.bert(weights, sizes.num_heads, *batch), batch[2]
        words = "the hidden states that torch's own layers give with the same weights (at real tokens)"
        close(module(*batch)[real], expected[real], words, rtol=1e-3, atol=1e-3)

    @pytest.mark.check(weight=1, core=True)
    def test_pads(self, student: Student, draw: Draw) -> None:
        """Pads make no difference, in each text for itself."""
        sizes = draw_sizes(draw)
        module, _ = self.build(student, draw, sizes)
        ids, segments, real = draw_batch(draw, 4, sizes)
        before = module(ids, segments, real)
        other = torch.where(real, ids, draw.integers(5, sizes.vocab_size, tuple(ids.shape)))
        unmoved(
            before[real], module(other, segments, real)[real], "the same states whatever stands behind the mask", 1e-4
        )

    @pytest.mark.check
    def test_no_mask(self, student: Student, draw: Draw) -> None:
        """Without a mask everything is real, whatever its number."""
        sizes = draw_sizes(draw)
        module, weights = self.build(student, draw, sizes)
        ids, segments, _ = draw_batch(draw, 3, sizes)
        words = "states in which every token counts: no attention_mask was given"
        expected = oracle.bert(weights, sizes.num_heads, ids, segments)
        close(module(ids, segments), expected, words, rtol=1e-3, atol=1e-3)

    @pytest.mark.check
    def test_both_ways(self, student: Student, draw: Draw) -> None:
        """Every token sees those before and those after it."""
        sizes = draw_sizes(draw)
        module, _ = self.build(student, draw, sizes)
        ids = draw.integers(5, sizes.vocab_size, (3, 8))
        for at in (0, 7):
            other = ids.clone()
            other[:, at] = (ids[:, at] - 5 + 1) % (sizes.vocab_size - 5) + 5
            words = f"other states everywhere when the {'first' if at == 0 else 'last'} token changes"
            moved(module(ids), module(other), words)

    @pytest.mark.check
    def test_segments(self, student: Student, draw: Draw) -> None:
        """Segments reach the embeddings."""
        sizes = draw_sizes(draw)
        module, weights = self.build(student, draw, sizes)
        ids, segments = draw.integers(5, sizes.vocab_size, (3, 6)), draw.integers(0, 2, (3, 6))
        expected = oracle.bert(weights, sizes.num_heads, ids, segments)
        close(module(ids, segments), expected, "states in which each token's segment counts", rtol=1e-3, atol=1e-3)

    @pytest.mark.check
    def test_inputs_unchanged(self, student: Student, draw: Draw) -> None:
        """Leaves ids, segments and mask as they were."""
        sizes = draw_sizes(draw)
        module, _ = self.build(student, draw, sizes)
        unchanged(student, module, "ids segments attention_mask", *draw_batch(draw, 3, sizes))

    @staticmethod
    def build(student: Student, draw: Draw, sizes: oracle.Sizes) -> Built:
        """The module, and its weights."""
        return build(student, draw, "Bert", sizes, oracle.bert_shapes(sizes))
