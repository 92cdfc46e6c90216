"""The checks of the exercise `key-value-cache`; collected through test_variants.py."""

from __future__ import annotations

import pytest
import torch

from autograder.assignments.variants import oracle
from autograder.assignments.variants.probes import HELPERS, build_model, draw_rows, unchanged, weights_for
from autograder.checks import Draw, Remote, Student, close, fail, shaped


def cuts_of(draw: Draw, T: int, most: int = 4) -> list[int]:
    """T as a sum of several numbers, one of them above 1."""
    cuts = [2]
    while sum(cuts) < T:
        cuts.append(min(int(draw.integers(1, most, ())), T - sum(cuts)))
    return cuts


def parts_of(whole: torch.Tensor, cuts: list[int]) -> list[torch.Tensor]:
    """(B, T, d) cut along T."""
    return [whole[:, sum(cuts[:i]) : sum(cuts[: i + 1])] for i in range(len(cuts))]


def build_attention(student: Student, draw: Draw, d: int, heads: int) -> tuple[Remote, dict[str, torch.Tensor]]:
    """A SelfAttention of the notebook with drawn weights, and those weights."""
    student.define(HELPERS)
    module = student.create("_fresh_attention", d, heads)
    shapes: oracle.Shapes = {f"{W}.weight": (d, d) for W in ("W_q", "W_k", "W_v", "W_o")}
    weights = weights_for(draw, shapes | {f"{W}.bias": (d,) for W in ("W_q", "W_k", "W_v", "W_o")})
    module.load(weights)
    return module, weights


@pytest.mark.exercise("key-value-cache", needs=("causal-lm",))
class TestKeyValueCache:
    @pytest.mark.check(weight=2, core=True)
    def test_attention(self, student: Student, draw: Draw) -> None:
        """Attention with a cache finds what causal attention finds, token by token."""
        B, T, H = draw.sizes(3, low=2, high=5)
        module, weights = build_attention(student, draw, 4 * H, H)
        x = draw.normal(B, T + 3, 4 * H)
        parts, _ = student.call("_attend_in_parts", module, x, [1] * (T + 3))
        words = "for each new token what nn.MultiheadAttention with a causal mask finds for it in the whole text"
        whole = oracle.attention(weights, H, x)
        for i, part in enumerate(parts):
            close(part, whole[:, i : i + 1], words, rtol=1e-3, atol=1e-4)

    @pytest.mark.check(weight=2)
    def test_several_at_once(self, student: Student, draw: Draw) -> None:
        """Several new tokens at once see the past, and each other up to themselves."""
        B, T, H = draw.sizes(3, low=3, high=6)
        module, weights = build_attention(student, draw, 4 * H, H)
        x, cuts = draw.normal(B, T + 4, 4 * H), cuts_of(draw, T + 4)
        parts, _ = student.call("_attend_in_parts", module, x, cuts[::-1])
        expected = parts_of(oracle.attention(weights, H, x), cuts[::-1])
        words = "new token i sees t + i + 1 keys: a mask (n, t + n) whose triangle stands at the right-hand end"
        for part, wanted in zip(parts, expected, strict=True):
            close(part, wanted, words, rtol=1e-3, atol=1e-4)

    @pytest.mark.check
    def test_what_is_kept(self, student: Student, draw: Draw) -> None:
        """Keeps keys and values (B, H, t + n, d/H), for each layer."""
        B, H, layers = draw.sizes(3, low=2, high=5)
        model, _ = build_model(student, draw, "CausalLM", 11, 4 * H, H, layers)
        _, kept = student.call("_logits_in_parts", model, draw.integers(3, 11, (B, 6)), [3, 1, 2])
        expected = [[[[B, H, t, 4]] * 2] * layers for t in (3, 4, 6)]
        if kept != expected:
            fail("The cache has another form", "a pair of (B, H, t + n, d/H) for each layer, longer by n in each call")

    @pytest.mark.check(weight=3, core=True)
    def test_logits(self, student: Student, draw: Draw) -> None:
        """Word by word, the model says what it says without a cache."""
        B, T, H, layers = draw.sizes(4, low=2, high=5)
        model, weights = build_model(student, draw, "CausalLM", 11, 4 * H, H, layers)
        ids = draw_rows(draw, B, T + 4, 11)
        parts, _ = student.call("_logits_in_parts", model, ids, [1] * (T + 4))
        whole = oracle.causal_logits(weights, H, ids)
        for i, part in enumerate(parts):
            words = f"the logits of the model without a cache at place {i}; the new token stands where the cache ends"
            close(part, whole[:, i : i + 1], words, rtol=1e-3, atol=1e-3)

    @pytest.mark.check
    def test_prompt(self, student: Student, draw: Draw) -> None:
        """A prompt at once, then more: the same logits at all places."""
        B, T, H = draw.sizes(3, low=3, high=6)
        model, weights = build_model(student, draw, "CausalLM", 11, 4 * H, H, 2)
        ids, cuts = draw.integers(3, 11, (B, T + 5)), [T, *cuts_of(draw, 5)]
        parts, _ = student.call("_logits_in_parts", model, ids, cuts)
        for part, wanted in zip(parts, parts_of(oracle.causal_logits(weights, H, ids), cuts), strict=True):
            close(part, wanted, f"what the model says without a cache, cut into calls of {cuts}", rtol=1e-3, atol=1e-3)

    @pytest.mark.check
    def test_old_cache(self, student: Student, draw: Draw) -> None:
        """The old cache stays as it is: two continuations of one beginning."""
        H = 2
        model, weights = build_model(student, draw, "CausalLM", 11, 4 * H, H, 3)
        ids, first, second = (draw.integers(3, 11, (4, n)) for n in (5, 2, 3))
        actual = student.call("_two_ways_on", model, ids, first, second)
        expected = oracle.causal_logits(weights, H, torch.cat([ids, second], dim=1))[:, 5:]
        close(actual, expected, "the second continuation knows nothing of the first", rtol=1e-3, atol=1e-3)

    @pytest.mark.check
    def test_work(self, student: Student, draw: Draw) -> None:
        """Only new tokens are worked on."""
        model, _ = build_model(student, draw, "CausalLM", 11, 8, 2, 2)
        cuts = [4, 1, 2, 1]
        counted = student.call("_tokens_thought_about", model, draw.integers(3, 11, (3, 8)), cuts)
        if counted != cuts:
            fail("Old tokens went through the layers once more", f"calls with {cuts} new tokens, and no others")

    @pytest.mark.check
    def test_unchanged(self, student: Student, draw: Draw) -> None:
        """Leaves x, keys and values as they were."""
        module, _ = build_attention(student, draw, 8, 2)
        x, key, value = draw.normal(3, 2, 8), draw.normal(3, 2, 5, 4), draw.normal(3, 2, 5, 4)
        found, _ = student.call("attend_with_cache", module, x, (key, value))
        shaped(found, x.shape, "what is found, (B, n, d)")
        unchanged(student, "attend_with_cache", module, x, (key, value))
