"""The checks of the two layers; collected through test_keras.py."""

from __future__ import annotations

import pytest
import torch

from autograder.assignments.keras import oracle
from autograder.assignments.keras.probes import (
    all_learn,
    build_block,
    build_embedding,
    draw_real,
    load_block,
    unmoved,
)
from autograder.checks import Draw, Student, close


@pytest.mark.exercise("token-and-position-embedding")
class TestTokenAndPositionEmbedding:
    @pytest.mark.check(weight=2, core=True)
    def test_values(self, student: Student, draw: Draw) -> None:
        """The token's row plus the place's row, for each token of each text."""
        B, T, d = draw.sizes(3)
        layer, weights = build_embedding(student, draw, 11, 12, d)
        ids = draw.integers(0, 11, (B, T))
        words = "for each token its row of `tokens` plus row t of `places`, counted from 0 in every text"
        close(layer(ids), oracle.embedding(weights, ids), words)

    @pytest.mark.check
    def test_lengths(self, student: Student, draw: Draw) -> None:
        """Batches of several widths, up to the longest there may be."""
        B, T, d = draw.sizes(3, low=3)
        layer, weights = build_embedding(student, draw, 7, T, d)
        for width in (T, 1, T - 1):
            ids = draw.integers(0, 7, (B, width))
            words = f"as many places as the batch has columns, here {width} of at most {T}"
            close(layer(ids), oracle.embedding(weights, ids), words)

    @pytest.mark.check
    def test_same_token_elsewhere(self, student: Student, draw: Draw) -> None:
        """A token at two places differs by the difference of the places; in two texts it is the same."""
        B, T, d = draw.sizes(3, low=3)
        layer, weights = build_embedding(student, draw, 5, T + 2, d)
        x = layer(torch.full((B, T), 4))
        places = weights["places.embeddings"]
        close(x[:, 0], x[:1, 0].expand(B, -1), "the same numbers in each text: a place is counted within its text")
        close(x[0, 1:] - x[0, :-1], places[1:T] - places[: T - 1], "neighbours that differ as their places do")

    @pytest.mark.check
    def test_both_learn(self, student: Student, draw: Draw) -> None:
        """Both tables get a gradient."""
        B, T, d = draw.sizes(3)
        layer, _ = build_embedding(student, draw, 7, 12, d)
        all_learn(student, layer, draw.normal(B, T, d), draw.integers(0, 7, (B, T)))


def silent(weights: dict[str, torch.Tensor], *names: str) -> dict[str, torch.Tensor]:
    """The weights, with these maps giving zeros."""
    off = {f"{name}.{part}": torch.zeros_like(weights[f"{name}.{part}"]) for name in names for part in _LINEAR}
    return weights | off


_LINEAR = ("kernel", "bias")


@pytest.mark.exercise("transformer-block")
class TestTransformerBlock:
    @pytest.mark.check(weight=2, core=True)
    def test_values(self, student: Student, draw: Draw) -> None:
        """Both sub-layers, each on a normed copy and added to what was there."""
        B, T, H, d_ff = draw.sizes(4)
        epsilon = 10.0 ** -int(draw.integers(1, 5, (1,)))
        layer, weights = build_block(student, draw, 3 * H, H, d_ff, epsilon)
        x, real = 1 + 2 * draw.normal(B, T, 3 * H), torch.ones(B, T, dtype=torch.bool)
        words = "what nn.TransformerEncoderLayer(norm_first=True) computes with the same weights and epsilon"
        close(layer(x, real), oracle.block(weights, H, x, real, epsilon), words, rtol=1e-3, atol=1e-4)

    @pytest.mark.check(weight=2, core=True)
    def test_mask(self, student: Student, draw: Draw) -> None:
        """No token looks at a pad, in each text its own."""
        B, T, H, d_ff = draw.sizes(4, low=3)
        layer, weights = build_block(student, draw, 4 * H, H, d_ff)
        x, real = draw.normal(B, T, 4 * H), draw_real(draw, B, T)
        expected = oracle.block(weights, H, x, real)
        words = "at real tokens, a block whose attention cannot see the keys where `real` is False"
        close(layer(x, real)[real], expected[real], words, rtol=1e-3, atol=1e-4)

    @pytest.mark.check
    def test_pads_do_nothing(self, student: Student, draw: Draw) -> None:
        """What stands at a pad makes no difference to the real tokens."""
        B, T, H, d_ff = draw.sizes(4, low=3)
        layer, _ = build_block(student, draw, 4 * H, H, d_ff)
        x, real = draw.normal(B, T, 4 * H), draw_real(draw, B, T)
        other = torch.where(real[..., None], x, 3 * draw.normal(B, T, 4 * H))
        unmoved(layer(x, real)[real], layer(other, real)[real], "the same at real tokens, whatever stands at the pads")

    @pytest.mark.check
    def test_residual(self, student: Student, draw: Draw) -> None:
        """With both sub-layers silenced, x comes through untouched."""
        B, T, H, d_ff = draw.sizes(4, low=3)
        layer, weights = build_block(student, draw, 4 * H, H, d_ff)
        load_block(student, layer, silent(weights, "attention.output", "narrow"))
        x = 3 + 2 * draw.normal(B, T, 4 * H)
        real = torch.ones(B, T, dtype=torch.bool)
        close(layer(x, real), x, "x itself: nothing but sums stands on the residual line")

    @pytest.mark.check
    def test_only_feed_forward(self, student: Student, draw: Draw) -> None:
        """With the attention silenced, x + narrow(widen(norm(x))) is left."""
        B, T, H, d_ff = draw.sizes(4, low=3)
        layer, weights = build_block(student, draw, 4 * H, H, d_ff)
        weights = silent(weights, "attention.output")
        load_block(student, layer, weights)
        x, real = 3 + 2 * draw.normal(B, T, 4 * H), torch.ones(B, T, dtype=torch.bool)
        words = "x plus what `widen` and `narrow` make of feed_forward_norm(x)"
        close(layer(x, real), oracle.block(weights, H, x, real), words, rtol=1e-3, atol=1e-4)

    @pytest.mark.check
    def test_both_ways(self, student: Student, draw: Draw) -> None:
        """A token sees those after it, as well as those before."""
        B, T, H, d_ff = draw.sizes(4, low=3)
        layer, weights = build_block(student, draw, 4 * H, H, d_ff)
        x, real = draw.normal(B, T, 4 * H), torch.ones(B, T, dtype=torch.bool)
        x[:, -1] = 3 * draw.normal(B, 4 * H)
        words = "a first token that has looked at all others"
        close(layer(x, real)[:, 0], oracle.block(weights, H, x, real)[:, 0], words, rtol=1e-3, atol=1e-4)

    @pytest.mark.check
    def test_single_token(self, student: Student, draw: Draw) -> None:
        """Works on a single text of a single token."""
        H, d_ff = draw.sizes(2)
        layer, weights = build_block(student, draw, 2 * H, H, d_ff)
        x, real = draw.normal(1, 1, 2 * H), torch.ones(1, 1, dtype=torch.bool)
        words = "the block's answer for one token"
        close(layer(x, real), oracle.block(weights, H, x, real), words, rtol=1e-3, atol=1e-4)

    @pytest.mark.check
    def test_all_learn(self, student: Student, draw: Draw) -> None:
        """Every weight gets a gradient."""
        B, T, H, d_ff = draw.sizes(4, low=3)
        layer, _ = build_block(student, draw, 4 * H, H, d_ff)
        x, real = 2 * draw.normal(B + 3, T, 4 * H), torch.ones(B + 3, T, dtype=torch.bool)
        all_learn(student, layer, draw.normal(B + 3, T, 4 * H), x, real)
