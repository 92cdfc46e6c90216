"""The checks of the exercises `temperature`, `top-k` and `top-p`; collected through test_variants.py."""

from __future__ import annotations

import math
from collections.abc import Callable

import pytest
import torch
from torch import Tensor

from autograder.assignments.variants import oracle
from autograder.assignments.variants.probes import unchanged
from autograder.checks import Draw, Student, close, fail, shaped

Rule = Callable[[list[float]], list[bool]]


def compare(student: Student, name: str, logits: Tensor, how: float, rule: Rule, words: str) -> None:
    """Fails unless each row of logits is filtered as the rule says, and what is kept gives the same shares."""
    rows = logits.reshape(-1, logits.shape[-1])
    expected = torch.stack([oracle.filtered(row, rule(row.tolist())) for row in rows]).view(logits.shape)
    actual = shaped(student.call(name, logits, how), logits.shape, f"logits of the shape {tuple(logits.shape)}")
    if not torch.equal(actual == -math.inf, expected == -math.inf):
        fail("Other tokens are ruled out (-inf)", words, actual)
    close(actual.softmax(-1), expected.softmax(-1), "what is kept keeps its logit: the shares after softmax", atol=1e-5)


@pytest.mark.exercise("temperature")
class TestTemperature:
    @pytest.mark.check(weight=2, core=True)
    def test_shares(self, student: Student, draw: Draw) -> None:
        """Softmax of the result is softmax of the logits over the temperature."""
        B, V = draw.sizes(2, low=3)
        logits = draw.normal(B, V, scale=2.0)
        for temperature in (0.3, 0.8, 1.7, 4.0):
            actual = shaped(student.call("with_temperature", logits, temperature), (B, V), f"({B}, {V}) logits")
            close(actual.softmax(-1), (logits / temperature).softmax(-1), f"softmax(z / {temperature})")

    @pytest.mark.check
    def test_any_shape(self, student: Student, draw: Draw) -> None:
        """Takes logits with any number of axes, each row for itself."""
        sizes = draw.sizes(3)
        for shape in (sizes[:1], sizes):
            logits = draw.normal(*shape, scale=2.0)
            actual = shaped(student.call("with_temperature", logits, 0.5), shape, f"logits of the shape {tuple(shape)}")
            close(actual.softmax(-1), (2 * logits).softmax(-1), "the same along the last axis")

    @pytest.mark.check
    def test_unchanged(self, student: Student, draw: Draw) -> None:
        """Leaves the logits as they were."""
        unchanged(student, "with_temperature", draw.normal(3, 5), 0.5)


@pytest.mark.exercise("top-k")
class TestTopK:
    @pytest.mark.check(weight=2, core=True)
    def test_kept(self, student: Student, draw: Draw) -> None:
        """Keeps the k most likely tokens of each row; -inf for all others."""
        B, V = draw.sizes(2, low=5)
        logits = draw.normal(B, V)
        for k in (1, 2, V - 1):
            compare(student, "top_k", logits, k, by_k(k), f"the {k} most likely tokens of each row are kept")

    @pytest.mark.check
    def test_ties(self, student: Student, draw: Draw) -> None:
        """Keeps what is as likely as the k-th."""
        for _ in range(3):
            logits = draw.integers(0, 4, (5, 9)).float()
            for k in (2, 4):
                compare(student, "top_k", logits, k, by_k(k), "tokens as likely as the k-th are kept, too")

    @pytest.mark.check
    def test_all(self, student: Student, draw: Draw) -> None:
        """Keeps everything where k is V or more."""
        B, V = draw.sizes(2, low=3)
        logits = draw.normal(B, V)
        for k in (V, V + 7):
            compare(student, "top_k", logits, k, by_k(k), f"all {V} tokens are kept with k = {k}")

    @pytest.mark.check
    def test_any_shape(self, student: Student, draw: Draw) -> None:
        """Takes logits with any number of axes, each row for itself."""
        a, b, V = draw.sizes(3, low=3)
        for shape in ((V,), (a, b, V)):
            logits = draw.normal(*shape) + 3.0 * draw.normal(*shape[:-1], 1)
            compare(student, "top_k", logits, 2, by_k(2), "each row along the last axis keeps its own two")

    @pytest.mark.check
    def test_unchanged(self, student: Student, draw: Draw) -> None:
        """Leaves the logits as they were."""
        unchanged(student, "top_k", draw.normal(3, 7), 2)


def by_k(k: int) -> Rule:
    """The rule of top-k."""
    return lambda row: oracle.kept_by_top_k(row, k)


def by_p(p: float) -> Rule:
    """The rule of top-p."""
    return lambda row: oracle.kept_by_top_p(row, p)


def safe_p(draw: Draw, logits: Tensor) -> float:
    """A p that no sum of shares comes near, so that rounding decides nothing."""
    sums = logits.double().sort(-1, descending=True).values.softmax(-1).cumsum(-1).flatten()
    while True:
        p = 0.1 + 0.85 * float(draw.uniform(1))
        if (sums - p).abs().min() > 1e-3:
            return p


@pytest.mark.exercise("top-p")
class TestTopP:
    @pytest.mark.check(weight=3, core=True)
    def test_kept(self, student: Student, draw: Draw) -> None:
        """Keeps the smallest set of most likely tokens whose shares reach p."""
        B, V = draw.sizes(2, low=4)
        for _ in range(5):
            logits = draw.normal(B, V, scale=1.5)
            p = safe_p(draw, logits)
            words = f"the most likely tokens up to the one at which the sum reaches p = {p:.2f}, that one too"
            compare(student, "top_p", logits, p, by_p(p), words)

    @pytest.mark.check
    def test_first(self, student: Student, draw: Draw) -> None:
        """The most likely token is always kept."""
        B, V = draw.sizes(2, low=4)
        logits = draw.normal(B, V)
        compare(student, "top_p", logits, 0.01, by_p(0.01), "one token in each row, where it alone reaches p")

    @pytest.mark.check
    def test_ties(self, student: Student, draw: Draw) -> None:
        """Keeps what is as likely as the least likely token kept."""
        for _ in range(4):
            logits = draw.integers(0, 3, (4, 9)).float()
            p = safe_p(draw, logits)
            compare(student, "top_p", logits, p, by_p(p), "tokens as likely as the last one kept are kept, too")

    @pytest.mark.check
    def test_all(self, student: Student, draw: Draw) -> None:
        """Keeps everything where p is 1."""
        B, V = draw.sizes(2, low=3)
        logits = draw.normal(B, V)
        compare(student, "top_p", logits, 1.0, by_p(2.0), "all tokens: their shares sum to 1")

    @pytest.mark.check
    def test_after_top_k(self, student: Student, draw: Draw) -> None:
        """Takes logits of -inf, and what is ruled out stays out."""
        B, V = draw.sizes(2, low=6)
        logits = draw.normal(B, V)
        logits = logits.masked_fill(logits < logits.topk(4).values[:, -1:], -math.inf)
        p = safe_p(draw, logits)
        compare(student, "top_p", logits, p, by_p(p), "-inf has no share, and stays -inf")

    @pytest.mark.check
    def test_any_shape(self, student: Student, draw: Draw) -> None:
        """Takes logits with any number of axes, each row for itself."""
        a, b, V = draw.sizes(3, low=4)
        for shape in ((V,), (a, b, V)):
            logits = draw.normal(*shape, scale=1.5) + 3.0 * draw.normal(*shape[:-1], 1)
            p = safe_p(draw, logits)
            compare(student, "top_p", logits, p, by_p(p), "each row along the last axis for itself")

    @pytest.mark.check
    def test_unchanged(self, student: Student, draw: Draw) -> None:
        """Leaves the logits as they were."""
        unchanged(student, "top_p", draw.normal(3, 7), 0.6)
