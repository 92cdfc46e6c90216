"""The checks of the exercise `sample`, with small scripted models; collected through test_variants.py.

Chance is held to `probes.tolerance`: all its comparisons together reject a right answer less than once in a million.
"""

from __future__ import annotations

import pytest
import torch
from torch import Tensor

from autograder.assignments.variants import oracle
from autograder.assignments.variants.oracle import BOS, EOS, PAD
from autograder.assignments.variants.probes import drawn_like, rows_of, scripted
from autograder.checks import Draw, Student, fail, same

N = 20_000  #: draws for each comparison of shares
NEEDS = ("temperature", "top-k", "top-p")


def draw_table(draw: Draw, V: int) -> Tensor:
    """(V, V) scores; no row ends, pads or begins anew."""
    return draw.normal(V, V, scale=1.2).index_fill(1, torch.tensor([PAD, BOS, EOS]), -torch.inf)


def first_drawn(student: Student, table: Tensor, seed: int, **how: float) -> Tensor:
    """What the student's `sample` draws after BOS, N times."""
    start = torch.full((N, 1), BOS)
    ids = student.call("_sample", scripted(student, table), start, 1, seed, **how)
    return rows_of(ids, N, 2, start)[:, 1]


def separated(draw: Draw, V: int, p: float, temperature: float) -> Tensor:
    """Scores of which temperature before top-p keeps other tokens than top-p alone, both by a margin."""
    while True:
        table = draw_table(draw, V)
        row = table[BOS].double()
        sums = [(row / each).sort(descending=True).values.softmax(-1).cumsum(-1) for each in (1.0, temperature)]
        numbers = [int((one < p).sum()) for one in sums]
        if numbers[0] != numbers[1] and all((one - p).abs().min() > 0.01 for one in sums):
            return table


@pytest.mark.exercise("sample", needs=NEEDS)
class TestSample:
    @pytest.mark.check(weight=2, core=True)
    def test_shares(self, student: Student, draw: Draw) -> None:
        """Draws each token as often as softmax says."""
        table = draw_table(draw, 9)
        seed = int(draw.integers(0, 1000, ()))
        for temperature in (1.0, 0.5, 2.0):
            tokens = first_drawn(student, table, seed, temperature=temperature)
            expected = oracle.shares(table[BOS], temperature)
            drawn_like(tokens, expected, f"tokens drawn by the shares softmax(z / {temperature})")

    @pytest.mark.check(weight=2, core=True)
    def test_cut(self, student: Student, draw: Draw) -> None:
        """With k or p, draws from what is left."""
        table = draw_table(draw, 11)
        drawn_like(first_drawn(student, table, 3, k=3), oracle.shares(table[BOS], k=3), "the 3 likeliest tokens alone")
        table = separated(draw, 11, 0.6, 0.5)
        tokens = first_drawn(student, table, 4, p=0.6)
        drawn_like(tokens, oracle.shares(table[BOS], p=0.6), "tokens of the top-p set for p = 0.6 alone")

    @pytest.mark.check
    def test_order(self, student: Student, draw: Draw) -> None:
        """Temperature comes first, then top-k, then top-p."""
        table = separated(draw, 11, 0.7, 2.5)
        tokens = first_drawn(student, table, 5, temperature=2.5, p=0.7)
        drawn_like(tokens, oracle.shares(table[BOS], 2.5, p=0.7), "the top-p set of softmax(z / temperature)")
        k_first = torch.tensor([0.4, 0.2, 0.15, 0.1, 0.1, 0.05]).log()
        table = torch.full((9, 9), -torch.inf)
        table[:, 3:] = k_first
        expected = oracle.shares(table[BOS], k=3, p=0.7)  # of 0.53, 0.27, 0.2 two are enough; of all, three
        drawn_like(first_drawn(student, table, 6, k=3, p=0.7), expected, "top-p of what top-k has left")

    @pytest.mark.check(weight=2)
    def test_independent(self, student: Student, draw: Draw) -> None:
        """Every token is a draw of its own: other rows and earlier tokens tell nothing about it."""
        table = torch.full((5, 5), -torch.inf)
        table[:, 3:] = draw.normal(2, scale=0.3)
        start = torch.full((N, 1), BOS)
        ids = rows_of(student.call("_sample", scripted(student, table), start, 2, 7), N, 3, start)[:, 1:] - 3
        p = oracle.shares(table[BOS])[3:]
        pairs = (p[:, None] * p).flatten()
        words = "two draws after each other that know nothing of one another"
        drawn_like(2 * ids[:, 0] + ids[:, 1], pairs, words)
        drawn_like(2 * ids[::2, 0] + ids[1::2, 0], pairs, "two rows that know nothing of one another")

    @pytest.mark.check
    def test_last_place(self, student: Student, draw: Draw) -> None:
        """Reads the scores of the last place, and goes on with what it has drawn."""
        said = [*(3 + draw.uniform(6).argsort()[:5]).tolist()]
        by_place = torch.full((9, 9), -torch.inf)
        by_place[torch.arange(5), torch.tensor(said)] = 0.0
        by_place[5, EOS] = 0.0
        start = torch.tensor([[BOS], [BOS]])
        actual = student.call("_sample", scripted(student, by_place, "_ByPlace"), start, 6, 0)
        same(actual, torch.tensor([[BOS, *said, EOS]] * 2), "the tokens that the scores at the LAST place allow")
        prompt = torch.tensor([[BOS, *said[:2]]])
        actual = student.call("_sample", scripted(student, by_place, "_ByPlace"), prompt, 3, 0)
        same(actual, torch.tensor([[BOS, *said]]), "a prompt is continued behind its last token, by `length` tokens")

    @pytest.mark.check
    def test_generator(self, student: Student, draw: Draw) -> None:
        """All chance comes from the generator."""
        model = scripted(student, draw_table(draw, 13))
        start = torch.full((40, 1), BOS)
        first, second = student.call("_sample_disturbed", model, start, 5, 11)
        same(second, first, "the same text for the same seed, whatever torch's own generator does")
        first, second = student.call("_sample_twice", model, start, 5, 11)
        if torch.equal(first, second):
            fail("Two texts in a row from one generator are the same", "a generator that nobody sets back")

    @pytest.mark.check
    def test_end(self, student: Student, draw: Draw) -> None:
        """PAD after a row's EOS; ends when every row is finished, and does not ask again."""
        table = torch.full((9, 9), -torch.inf)
        for before, after in ((4, 5), (5, EOS), (6, EOS), (EOS, 7), (7, 7), (8, 4), (PAD, 7), (BOS, 7), (3, 3)):
            table[before, after] = 0.0
        model = scripted(student, table)
        actual = student.call("_sample", model, torch.tensor([[4], [6], [8]]), 9, 0)
        expected = torch.tensor([[4, 5, EOS, PAD], [6, EOS, PAD, PAD], [8, 4, 5, EOS]])
        same(actual, expected, "PAD where a row has its EOS already, and the end when all have")
        if student.call("_lengths", model) != [1, 2, 3]:
            fail("The model was asked more or fewer than 3 times", "once for each token of the longest row")
