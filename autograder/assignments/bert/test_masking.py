"""The checks of the exercise `mask-tokens`; collected through test_bert.py.

Shares are held to five and a half standard deviations: a right answer misses one less than once in ten million.
"""

from __future__ import annotations

import pytest
import torch
from torch import Tensor

from autograder.assignments.bert import oracle
from autograder.assignments.bert.probes import HELPERS
from autograder.checks import Draw, Student, fail, same, shaped

DEVIATIONS = 5.5
VOCABULARY = 97


@pytest.mark.exercise("mask-tokens")
class TestMaskTokens:
    @pytest.mark.check(weight=2, core=True)
    def test_how_many(self, student: Student, draw: Draw) -> None:
        """15 % of the ordinary tokens are asked for, and as many as `share` says."""
        ids = self.ids(draw)
        for share in (None, 0.15, 0.4):
            _, labels = self.ask(student, ids, draw, share)
            chosen = (labels != oracle.IGNORED)[ids > oracle.MASK]
            in_share(chosen, share or 0.15, f"labels at {share or 0.15:.0%} of the ordinary tokens")

    @pytest.mark.check(weight=2, core=True)
    def test_what_becomes_of_them(self, student: Student, draw: Draw) -> None:
        """Of the chosen ones 80 % are hidden, 10 % random, 10 % unchanged."""
        ids = self.ids(draw)
        inputs, labels = self.ask(student, ids, draw, 0.5)
        chosen = labels != oracle.IGNORED
        chance = 0.1 / (VOCABULARY - 5)  # a random token may be the true one
        in_share((inputs == oracle.MASK)[chosen], 0.8, "[MASK] at 80 % of the places asked for")
        in_share((inputs == ids)[chosen], 0.1 + chance, "the token itself at 10 % of the places asked for")
        other = ((inputs != ids) & (inputs != oracle.MASK))[chosen]
        in_share(other, 0.1 - chance, "a random token at 10 % of the places asked for")

    @pytest.mark.check(weight=2, core=True)
    def test_labels(self, student: Student, draw: Draw) -> None:
        """Labels hold the true token where one was chosen and -100 elsewhere; nothing else is changed."""
        ids = self.ids(draw)
        inputs, labels = self.ask(student, ids, draw)
        chosen = labels != oracle.IGNORED
        if not chosen.any():
            fail("No label is a token", "the true token at every place that was chosen", labels)
        same(torch.where(chosen, labels, ids), ids, "labels that are the TRUE tokens, or -100")
        same(torch.where(chosen, ids, inputs), ids, "inputs that differ from ids only where a label is")

    @pytest.mark.check
    def test_specials(self, student: Student, draw: Draw) -> None:
        """Special tokens are never chosen and never changed."""
        ids = draw.integers(0, 9, (80, 50))
        inputs, labels = self.ask(student, ids, draw, 0.9)
        special = ids <= oracle.MASK
        same(labels[special], torch.full_like(ids[special], oracle.IGNORED), "-100 at every special token")
        same(inputs[special], ids[special], "special tokens as they are")

    @pytest.mark.check
    def test_random_tokens(self, student: Student, draw: Draw) -> None:
        """Random tokens are ordinary ones, each equally likely, and another one at each place."""
        ids = torch.full((300, 60), 5)
        inputs, labels = self.ask(student, ids, draw, 1.0, vocab_size=15)
        drawn = inputs[(labels != oracle.IGNORED) & (inputs != oracle.MASK) & (inputs != 5)]
        if ((drawn <= oracle.MASK) | (drawn >= 15)).any():
            fail("A random token was special, or not in the vocabulary", "tokens from 5 to vocab_size - 1", inputs)
        for token in range(6, 15):
            in_share(drawn == token, 1 / 9, "each ordinary token equally often among the random ones")

    @pytest.mark.check
    def test_places(self, student: Student, draw: Draw) -> None:
        """Each token of each text has a lot of its own."""
        ids = draw.integers(5, VOCABULARY, (60, 50))
        inputs, labels = self.ask(student, ids, draw, 0.5)
        chosen = labels != oracle.IGNORED
        together = (chosen[1:] == chosen[:-1]).flatten()
        in_share(together, 0.5, "rows that have nothing to do with each other")
        in_share((chosen[:, 1:] == chosen[:, :-1]).flatten(), 0.5, "neighbours that have nothing to do with each other")
        hidden = (inputs == oracle.MASK)[:-1][chosen[:-1] & chosen[1:]]
        below = (inputs == oracle.MASK)[1:][chosen[:-1] & chosen[1:]]
        in_share(hidden == below, 0.68, "a lot of its own for what becomes of each chosen token")

    @pytest.mark.check
    def test_generator(self, student: Student, draw: Draw) -> None:
        """All lots come from the generator: the same seed hides the same words, and the next call hides others."""
        student.define(HELPERS)
        ids = draw.integers(5, VOCABULARY, (20, 30))
        first = student.call("_mask", ids, VOCABULARY, 3)
        for made, again in zip(first, student.call("_mask", ids, VOCABULARY, 3, elsewhere=1), strict=True):
            same(again, made, "the same inputs and labels for the same seed, whatever torch's own generator does")
        if torch.equal(first[1], student.call("_mask", ids, VOCABULARY, 4)[1]):
            fail("Another seed hides the same words", "lots that come from the generator")
        one, two = student.call("_mask_twice", ids, VOCABULARY, 5)
        if torch.equal(one[1], two[1]):
            fail("The next call hides the same words", "a generator that goes on: do not seed it anew")

    @pytest.mark.check
    def test_ids_unchanged(self, student: Student, draw: Draw) -> None:
        """Leaves ids as they were."""
        student.define(HELPERS)
        ids = self.ids(draw)
        after = student.inputs_after("_mask", ids, VOCABULARY, 3)[0]
        same(after, ids, "ids as they were: the next round hides other words of them")

    @staticmethod
    def ids(draw: Draw) -> Tensor:
        """Many texts, with special tokens at their ends."""
        ids = draw.integers(5, VOCABULARY, (150, 90))
        ids[:, 0], ids[:, -12:-9], ids[:, -9:] = oracle.CLS, oracle.SEP, oracle.PAD
        return ids

    @staticmethod
    def ask(
        student: Student, ids: Tensor, draw: Draw, share: float | None = None, vocab_size: int = VOCABULARY
    ) -> tuple[Tensor, Tensor]:
        """Inputs and labels for a drawn seed."""
        student.define(HELPERS)
        made = student.call("_mask", ids, vocab_size, int(draw.integers(0, 10**6, ())), share)
        if not (isinstance(made, tuple | list) and len(made) == 2):
            fail("Something else than two things came back", "inputs and labels", made)
        words = "inputs and labels of the shape of ids, int64"
        return shaped(made[0], ids.shape, words, torch.int64), shaped(made[1], ids.shape, words, torch.int64)


def in_share(found: Tensor, share: float, words: str) -> None:
    """Fails unless as many are True as `share` says, give or take what chance may do."""
    n = found.numel()
    if n < 100:
        fail("Too few tokens were chosen to say anything", words)
    off = abs(found.double().mean().item() - share)
    if off > DEVIATIONS * (share * (1 - share) / n) ** 0.5 + 1e-9:
        fail(f"It is {found.double().mean().item():.1%} of {n}", words)
