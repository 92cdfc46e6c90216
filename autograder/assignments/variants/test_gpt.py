"""The checks of the exercises `causal-lm` and `perplexity`; collected through test_variants.py."""

from __future__ import annotations

import math

import pytest
import torch
from torch import Tensor

from autograder.assignments.variants import oracle
from autograder.assignments.variants.oracle import EOS, PAD
from autograder.assignments.variants.probes import build_model, draw_rows, unchanged
from autograder.checks import Draw, Student, close, fail


@pytest.mark.exercise("causal-lm")
class TestCausalLM:
    @pytest.mark.check(weight=3, core=True)
    def test_logits(self, student: Student, draw: Draw) -> None:
        """The encoder with a causal mask, then its scores."""
        B, T, H, layers = draw.sizes(4, low=2, high=5)
        model, weights = build_model(student, draw, "CausalLM", 11, 4 * H, H, layers)
        ids = draw_rows(draw, B, T + 4, 11)
        real = ids != PAD
        words = "the logits (B, T, V) of torch's own layers with these weights and a causal mask (at real tokens)"
        actual = model(ids)
        close(actual[real], oracle.causal_logits(weights, H, ids)[real], words, rtol=1e-3, atol=1e-3)

    @pytest.mark.check
    def test_future(self, student: Student, draw: Draw) -> None:
        """No token has an influence on what is said before it; every one has on what is said at its place and later."""
        B, T, H = draw.sizes(3, low=3, high=6)
        model, _ = build_model(student, draw, "CausalLM", 11, 4 * H, H, 2)
        ids = draw.integers(4, 7, (B, T + 2))
        at = T // 2
        other = ids.clone()
        other[:, at] += 4
        change = (model(other) - model(ids)).abs().amax(-1)
        if not (change[:, :at] < 1e-4).all():
            fail("What is said before a token changes with it", f"a token at place {at} is seen from place {at} on")
        if not (change[:, at:] > 1e-5).all():
            fail("What is said at a token's place, or after it, does not change with it", "places that see it")

    @pytest.mark.check(weight=2, core=True)
    def test_loss(self, student: Student, draw: Draw) -> None:
        """The mean of -log p over all next tokens that are not PAD."""
        B, T, V = draw.sizes(3, low=5)
        logits, ids = draw.normal(B, T, V, scale=2.0), draw_rows(draw, B, T, V)
        words = "place i compared with token i + 1, the mean over all targets that are not PAD"
        close(student.call("causal_loss", logits, ids), oracle.causal_loss(logits, ids), words)

    @pytest.mark.check
    def test_pads(self, student: Student, draw: Draw) -> None:
        """Columns of pads more make no difference to the loss."""
        B, T, V = draw.sizes(3, low=5)
        logits, ids = draw.normal(B, T + 3, V), torch.nn.functional.pad(draw_rows(draw, B, T, V), (0, 3))
        expected = oracle.causal_loss(logits[:, :T], ids[:, :T])
        close(student.call("causal_loss", logits, ids), expected, "the loss without the three columns of pads")

    @pytest.mark.check
    def test_end(self, student: Student, draw: Draw) -> None:
        """EOS is a target."""
        B, V = draw.sizes(2, low=6)
        ids = torch.tensor([[1, 4, EOS, PAD]]).repeat(B, 1)
        ids[:, 1] = draw.integers(4, V, (B,))
        logits = draw.normal(B, 4, V)
        logits[:, 1, EOS] -= 6.0
        words = "a high loss where EOS is not expected: the end has to be learnt as well"
        close(student.call("causal_loss", logits, ids), oracle.causal_loss(logits, ids), words)

    @pytest.mark.check
    def test_gradient(self, student: Student, draw: Draw) -> None:
        """The gradient reaches the logits that were asked, and no others."""
        B, T, V = draw.sizes(3, low=5)
        logits, ids = draw.normal(B, T, V), draw_rows(draw, B, T, V)
        wanted = logits.double().requires_grad_()
        oracle.causal_loss(wanted, ids).backward()  # type: ignore[no-untyped-call]
        (gradient,) = student.gradients("causal_loss", logits, ids)
        assert wanted.grad is not None
        close(gradient, wanted.grad.float(), "the gradient of that loss: nothing at the last place, nor before a PAD")

    @pytest.mark.check
    def test_unchanged(self, student: Student, draw: Draw) -> None:
        """Leaves logits and ids as they were."""
        unchanged(student, "causal_loss", draw.normal(3, 6, 8), draw_rows(draw, 3, 6, 8))


def draw_batches(draw: Draw, *shapes: tuple[int, int]) -> list[tuple[Tensor, Tensor]]:
    """Log-probabilities and where they count; each batch at a level of its own, and wild numbers at pads."""
    batches = []
    for number, (B, T) in enumerate(shapes):
        lengths = torch.tensor([T, *draw.integers(1, T, (B - 1,)).tolist()])
        real = torch.arange(T) < lengths[:, None]
        log_p = -(0.2 + draw.uniform(B, T)) * (1 + number)
        batches.append((torch.where(real, log_p, -9.0 * draw.uniform(B, T)), real))
    return batches


def same_perplexity(student: Student, batches: list[tuple[Tensor, Tensor]], words: str) -> None:
    """Fails unless a float, or a tensor of one number, near the right one comes back."""
    actual, expected = student.call("perplexity", batches), oracle.perplexity(batches)
    if isinstance(actual, Tensor) and actual.dim() == 0:
        actual = float(actual)
    if not isinstance(actual, float) or not math.isclose(actual, expected, rel_tol=1e-4):
        fail("The perplexity is another one", words)


@pytest.mark.exercise("perplexity")
class TestPerplexity:
    @pytest.mark.check(weight=2, core=True)
    def test_one_batch(self, student: Student, draw: Draw) -> None:
        """It is exp of minus the mean log-probability."""
        B, T = draw.sizes(2)
        log_p = -3.0 * draw.uniform(B, T) - 0.1
        words = "exp(-mean of log p), where all places are real"
        same_perplexity(student, [(log_p, torch.ones(B, T, dtype=torch.bool))], words)

    @pytest.mark.check(weight=2)
    def test_pads(self, student: Student, draw: Draw) -> None:
        """Only real tokens count, in the sum and in the number."""
        B, T = draw.sizes(2, low=4)
        same_perplexity(student, draw_batches(draw, (B, T)), "the mean over places where `real` is True")

    @pytest.mark.check(weight=2, core=True)
    def test_batches(self, student: Student, draw: Draw) -> None:
        """All tokens of all batches count alike."""
        a, b, c, d = draw.sizes(4, low=3)
        batches = draw_batches(draw, (a, b), (c, d), (b, a + 4))
        same_perplexity(student, batches, "one mean over all real tokens of all batches, and exp of it last")
