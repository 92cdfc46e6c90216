"""What the lesson `variants` carries over from earlier ones is right, its masks are BERT's, and chance is bounded."""

from __future__ import annotations

import math
import random
from functools import cache
from typing import Any

import pytest
import torch

from autograder.assignments.variants.oracle import PAD
from autograder.assignments.variants.probes import COMPARED, ONCE_IN, drawn_like, tolerance
from autograder.checks import CheckFailed
from autograder.tests.lessons.run import read_lesson
from autograder.tests.lessons.test_transformer import defined_by


@cache
def lesson() -> dict[str, Any]:
    """What the given cells define."""
    cells = {cell.id: cell.source for cell in read_lesson("source", "variants").cells}
    defined: dict[str, Any] = {}
    exec("import math, random, torch, torch.nn as nn, torch.nn.functional as F", defined)
    for name in ("little-language", "vocabulary", "rows", "encoder-parts", "gpt-tools", "teacher-parts"):
        exec(cells[name], defined)
    return defined


def test_the_carried_attention_is_that_of_the_earlier_lessons() -> None:
    torch.manual_seed(0)
    ours = lesson()["SelfAttention"](12, 3).double()
    theirs = defined_by("transformer", "attention-parts")["MultiHeadAttention"](12, 3).double()
    theirs.load_state_dict(ours.state_dict())
    x = torch.randn(4, 5, 12).double()
    for mask in (None, torch.ones(5, 5).tril().bool(), (torch.arange(5) < torch.tensor([[5], [1], [3], [2]]))[:, None]):
        torch.testing.assert_close(ours(x, mask), theirs(x, x, x, mask)[0])


def test_pads_change_nothing_for_a_masked_language_model() -> None:
    torch.manual_seed(0)
    model = lesson()["MaskedLM"](11, d_model=12, num_heads=3, d_ff=20, num_layers=2, longest=9)
    ids = torch.randint(3, 11, (4, 5))
    scores, states = model(ids)
    padded, padded_states = model(torch.nn.functional.pad(ids, (0, 3), value=PAD))
    torch.testing.assert_close(padded[:, :5], scores)
    torch.testing.assert_close(padded_states[:, :5], states)


def test_words_are_masked_as_bert_masks_them() -> None:
    """15 % of the words and no others; of them 80 % masked, 10 % another word, 10 % as they are (bounds of 5 sigma)."""
    given = lesson()
    ids = given["batch_of"](given["texts"](3000, 0))
    before = ids.clone()
    shown, labels = given["hide_some"](ids, random.Random(0))
    assert torch.equal(ids, before)
    asked, word = labels != -100, ids > 2
    assert not (asked & ~word).any()
    assert torch.equal(labels[asked], ids[asked])
    assert torch.equal(shown[~asked], ids[~asked])
    assert near(asked.sum(), 0.15, word.sum())
    hidden = shown[asked] == given["MASK"]
    assert near(hidden.sum(), 0.8 + 0.1 / len(given["words"]), asked.sum())
    kept = shown[asked] == ids[asked]
    assert near(kept.sum(), 0.1 + 0.1 / len(given["words"]), asked.sum())
    assert shown[asked].min() > 2


def near(count: torch.Tensor, share: float, of: torch.Tensor) -> bool:
    """Whether a count is within five standard deviations of its share."""
    n = int(of)
    return abs(int(count) - share * n) < 5 * math.sqrt(n * share * (1 - share))


def test_bigrams_are_counted_by_hand() -> None:
    given = lesson()
    a, b = given["WORD_FORMS"][:2]
    V = len(given["words"])
    # BOS a, a a, a EOS are seen once each; BOS a, a b, b EOS are asked.
    wanted = [(1.1, 1 + V / 10), (0.1, 2 + V / 10), (0.1, V / 10)]
    expected = -sum(math.log2(count / total) for count, total in wanted) / 3
    assert math.isclose(given["bigram_bits"]([[a, a]], [[a, b]]), expected, rel_tol=1e-5)


def test_the_grammar_knows_its_own_texts() -> None:
    given = lesson()
    assert all(math.isfinite(given["surprise"](text)) for text in given["texts"](200, 3))
    assert given["surprise"](["the", "the", "."]) == math.inf


def test_the_bound_on_chance_is_one_in_a_million() -> None:
    for n in (1000, 20_000):
        assert math.isclose(2 * COMPARED * math.exp(-2 * n * tolerance(n) ** 2), 1 / ONCE_IN)


def test_what_is_drawn_rightly_passes_and_what_is_not_fails() -> None:
    shares = torch.tensor([0.0, 0.5, 0.3, 0.2]).double()
    torch.manual_seed(0)
    drawn_like(torch.multinomial(shares, 20_000, replacement=True), shares, "")
    for others in ([0.0, 0.45, 0.35, 0.2], [0.001, 0.499, 0.3, 0.2]):
        with pytest.raises(CheckFailed):
            drawn_like(torch.multinomial(torch.tensor(others), 20_000, replacement=True), shares, "")
