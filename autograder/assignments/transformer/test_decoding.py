"""The checks of the exercises `greedy-decode` and `beam-search`, with scripted models; through test_transformer.py."""

from __future__ import annotations

import math

import pytest
import torch
from torch import Tensor

from autograder.assignments.transformer import oracle
from autograder.assignments.transformer.oracle import BOS, EOS
from autograder.assignments.transformer.probes import asked, scripted
from autograder.checks import Draw, Student, fail, same


def endless(tables: Tensor) -> Tensor:
    """The same scores, but EOS is never the best."""
    return tables.index_fill(-1, torch.tensor([EOS]), -9.0)


def line(*tokens: int, rows: int = 9) -> Tensor:
    """(1, rows, 9) tables of a model that says these tokens one after the other, the last one for ever."""
    said = [*tokens, *[tokens[-1]] * rows][:rows]
    return 5.0 * torch.eye(9)[said][None]


@pytest.mark.exercise("greedy-decode")
class TestGreedyDecode:
    @pytest.mark.check(weight=2, core=True)
    def test_most_likely(self, student: Student, draw: Draw) -> None:
        """Writes the most likely next token, for each row of the batch."""
        B, V = draw.sizes(2, low=5)
        tables = draw.normal(B, V, V)
        tables[0, BOS, 3], tables[0, 3, EOS], tables[1] = 9.0, 9.0, endless(tables[1])  # one ends, one never does
        model = scripted(student, "_ByRow", tables)
        actual = student.call("greedy_decode", model, torch.full((B, 1), BOS), 8)
        same(actual, oracle.greedy(tables, 8), "BOS, then always the token with the highest score")

    @pytest.mark.check(weight=1, core=True)
    def test_last_place(self, student: Student, draw: Draw) -> None:
        """Reads the scores of the last place."""
        said = [*(3 + draw.uniform(6).argsort()[:5]).tolist(), EOS]
        model = scripted(student, "_ByPlace", line(*said)[0])
        actual = student.call("greedy_decode", model, torch.tensor([[BOS]]), 9)
        same(actual, torch.tensor([[BOS, *said]]), "the token that the scores at the LAST place speak for")

    @pytest.mark.check
    def test_finished_rows(self, student: Student, draw: Draw) -> None:
        """A row that has its EOS is filled up with PAD while others go on."""
        tables = 5.0 * torch.stack(
            [self.by_token([5, EOS, 4]), self.by_token([3, 4, 5, 6, EOS]), self.by_token([EOS, 7])]
        )
        model = scripted(student, "_ByRow", tables)
        expected = torch.tensor([[1, 5, 2, 0, 0, 0], [1, 3, 4, 5, 6, 2], [1, 2, 0, 0, 0, 0]])
        same(student.call("greedy_decode", model, torch.full((3, 1), BOS), 9), expected, "PAD after a row's EOS")

    @pytest.mark.check
    def test_stops(self, student: Student, draw: Draw) -> None:
        """Ends when every row has its EOS, and does not ask again."""
        tables = 5.0 * torch.stack([self.by_token([5, EOS]), self.by_token([3, 4, EOS])])
        model = scripted(student, "_ByRow", tables)
        actual = student.call("greedy_decode", model, torch.full((2, 1), BOS), 20)
        same(actual, torch.tensor([[1, 5, 2, 0], [1, 3, 4, 2]]), "no token after the last row's EOS")
        if len(asked(student, model)) != 3:
            fail(
                f"The model was asked {len(asked(student, model))} times",
                "3 times, once for each token of the longest row",
            )

    @pytest.mark.check
    def test_max_length(self, student: Student, draw: Draw) -> None:
        """Writes at most max_length tokens after BOS."""
        tables = endless(draw.normal(3, 7, 7))
        for most in (1, 4):
            model = scripted(student, "_ByRow", tables)
            actual = student.call("greedy_decode", model, torch.full((3, 1), BOS), most)
            same(actual, oracle.greedy(tables, most), f"{most} tokens after BOS, where no row comes to its EOS")
            if len(asked(student, model)) != most:
                fail(f"The model was asked {len(asked(student, model))} times", f"{most} times, once for each token")

    @pytest.mark.check
    def test_whole_text(self, student: Student, draw: Draw) -> None:
        """Hands the whole text so far to the model, BOS and all."""
        model = scripted(student, "_ByRow", 5.0 * self.by_token([5, 7, 3, EOS])[None])
        student.call("greedy_decode", model, torch.tensor([[BOS]]), 9)
        expected = [[[1]], [[1, 5]], [[1, 5, 7]], [[1, 5, 7, 3]]]
        same(asked(student, model), expected, "all tokens so far, in every call: a transformer has no state of its own")

    @pytest.mark.check
    def test_no_rows_mixed(self, student: Student, draw: Draw) -> None:
        """The rows of a batch do not mix."""
        tables = draw.normal(6, 8, 8)
        whole = student.call("greedy_decode", scripted(student, "_ByRow", tables), torch.full((6, 1), BOS), 7)
        same(whole, oracle.greedy(tables, 7), "each row as its own scores say")
        one = student.call("greedy_decode", scripted(student, "_ByRow", tables[2:3]), torch.full((1, 1), BOS), 7)
        same(one, oracle.greedy(tables[2:3], 7), "for a row alone what it is in a batch, without the pads")

    @pytest.mark.check
    def test_start_unchanged(self, student: Student, draw: Draw) -> None:
        """Leaves start as it was."""
        model = scripted(student, "_ByRow", draw.normal(3, 7, 7))
        start = torch.full((3, 1), BOS)
        same(student.inputs_after("greedy_decode", model, start, 5)[1], start, "start as it was")

    @staticmethod
    def by_token(said: list[int]) -> Tensor:
        """(9, 9) scores of a model that says these tokens (all different) after BOS, and 8 after all others."""
        table = torch.eye(9)[[8] * 9]
        for before, after in zip([BOS, *said], [*said, 8], strict=True):
            table[before] = torch.eye(9)[after]
        return table


def from_shares(size: int, shares: dict[int, dict[int, float]]) -> Tensor:
    """(size, size, size) scores by pair of tokens, from probabilities by the last token; not normalised, on purpose."""
    table = torch.full((size, size), 1e-9)
    for token, followers in shares.items():
        for follower, share in followers.items():
            table[token, follower] = share
    return (table.log() + 2.5)[None].expand(size, -1, -1).contiguous()


#: Greedy takes 3 and ends with 0.15; 4 leads to 0.36.
GARDEN = {
    BOS: {3: 0.5, 4: 0.4, 5: 0.1},
    3: {5: 0.3, 6: 0.25, 4: 0.25, 3: 0.2},
    4: {5: 0.9, 6: 0.1},
    5: {EOS: 1.0},
    6: {EOS: 1.0},
}
#: The empty text has 0.4, the long one 0.35.
SHORT_OR_LONG = {BOS: {EOS: 0.4, 3: 0.6}, 3: {4: 0.8, EOS: 0.2}, 4: {5: 0.8, EOS: 0.2}, 5: {EOS: 0.9, 3: 0.1}}

#: By log p, a beam of 2 throws out 3 5 (0.18) for the empty text (0.4); by the mean per token it stays.
LATE = {BOS: {EOS: 0.4, 3: 0.36, 4: 0.24}, 3: {EOS: 0.51, 5: 0.49}, 5: {6: 1.0}, 6: {EOS: 1.0}}


def search(student: Student, table: Tensor, most: int, size: int, alpha: float) -> tuple[list[int], float]:
    """The student's text and score; fails unless a pair of that kind came back."""
    answer = student.call("beam_search", scripted(student, "_ByPair", table), most, size, alpha)
    pair = isinstance(answer, tuple | list) and len(answer) == 2
    ids = answer[0].tolist() if pair and isinstance(answer[0], Tensor) else answer[0] if pair else None
    score = float(answer[1]) if pair and isinstance(answer[1], Tensor | float | int) else None
    if not isinstance(ids, tuple | list) or score is None:
        fail(f"`{student.last_called}` did not return a text and its score", "`return ids, score`")
    return list(ids), score


def compare(student: Student, table: Tensor, most: int, size: int, alpha: float, words: str) -> None:
    """Fails unless the student finds the oracle's text, with its score."""
    ids, score = search(student, table, most, size, alpha)
    expected, best = oracle.beam(table, most, size, alpha)
    same(ids, expected, words)
    if not math.isclose(score, best, rel_tol=1e-3, abs_tol=1e-4):
        fail(f"The text is right, its score is {score:.4f}", f"{best:.4f} = log p / length**{alpha}")


@pytest.mark.exercise("beam-search")
class TestBeamSearch:
    @pytest.mark.check(weight=2, core=True)
    def test_finds_better(self, student: Student, draw: Draw) -> None:
        """Finds a text that greedy decoding misses."""
        ids, _ = search(student, from_shares(7, GARDEN), 5, 3, 0.0)
        same(ids, [BOS, 4, 5, EOS], "the text of probability 0.36, behind a first token that is only second best")

    @pytest.mark.check(weight=2, core=True)
    def test_many(self, student: Student, draw: Draw) -> None:
        """Finds what the rules find, for many models, beams and alphas."""
        for size, alpha in ((2, 0.0), (3, 0.6), (4, 1.0), (5, 0.6)):
            for _ in range(3):
                table = draw.normal(6, 6, 6, scale=1.5)
                compare(student, table, 5, size, alpha, f"the best text of a beam of {size}, alpha={alpha}")

    @pytest.mark.check
    def test_beam_of_one(self, student: Student, draw: Draw) -> None:
        """A beam of one is greedy, when length does not count."""
        for _ in range(3):
            compare(student, draw.normal(6, 6, 6, scale=2.0), 6, 1, 0.0, "always the most likely next token, until EOS")

    @pytest.mark.check(weight=2, core=True)
    def test_score(self, student: Student, draw: Draw) -> None:
        """The score is log p, taken by log_softmax, divided by length**alpha."""
        table = from_shares(7, GARDEN)
        for alpha in (0.0, 0.6, 1.0):
            _, score = search(student, table, 5, 3, alpha)
            _, best = oracle.beam(table, 5, 3, alpha)
            if not math.isclose(score, best, rel_tol=1e-3, abs_tol=1e-4):
                fail(f"The score is {score:.4f}", f"{best:.4f}: log 0.36 over 3**{alpha} (EOS counts, BOS does not)")

    @pytest.mark.check
    def test_length(self, student: Student, draw: Draw) -> None:
        """With alpha, long texts get their chance; without, short ones win."""
        table = from_shares(7, SHORT_OR_LONG)
        same(search(student, table, 6, 3, 0.0)[0], [BOS, EOS], "the text of probability 0.4, which is finished first")
        same(search(student, table, 6, 3, 1.0)[0], [BOS, 3, 4, 5, EOS], "the text whose mean per token is best")
        words = "a text that stays in a beam of 2 only if every choice is by score, not the last one alone"
        same(search(student, from_shares(7, LATE), 6, 2, 1.0)[0], [BOS, 3, 5, 6, EOS], words)

    @pytest.mark.check
    def test_finished_are_left_alone(self, student: Student, draw: Draw) -> None:
        """Finished texts stop growing: the model is never asked about them."""
        for table in (from_shares(7, SHORT_OR_LONG), draw.normal(6, 6, 6)):
            model = scripted(student, "_ByPair", table)
            student.call("beam_search", model, 6, 4, 1.0)
            if any(EOS in row for question in asked(student, model) for row in question):
                fail("The model was asked what comes after EOS", "nothing: a text that ends in EOS is finished")

    @pytest.mark.check
    def test_width(self, student: Student, draw: Draw) -> None:
        """Keeps beam_size texts, no more."""
        for size in (1, 2, 4):
            model = scripted(student, "_ByPair", endless(draw.normal(8, 8, 8)))
            student.call("beam_search", model, 5, size, 0.6)
            texts = {tuple(row) for question in asked(student, model) for row in question}
            widest = max(sum(len(text) == n for text in texts) for n in range(1, 6))
            if widest > size:
                fail(f"In one step the model was asked about {widest} texts", f"at most beam_size = {size}")

    @pytest.mark.check
    def test_max_length(self, student: Student, draw: Draw) -> None:
        """Stops after max_length tokens, finished or not."""
        table = endless(draw.normal(6, 6, 6))
        for most in (1, 4):
            compare(student, table, most, 3, 0.6, f"an unfinished text of {most} tokens after BOS, and its score")

    @pytest.mark.check
    def test_stops(self, student: Student, draw: Draw) -> None:
        """Ends when all texts in the beam are finished."""
        model = scripted(student, "_ByPair", from_shares(7, {BOS: {3: 0.6, 4: 0.4}, 3: {EOS: 1.0}, 4: {EOS: 1.0}}))
        student.call("beam_search", model, 30, 2, 0.6)
        longest = max(len(row) for question in asked(student, model) for row in question)
        if longest > 2:
            fail(
                f"The model was asked about a text of {longest} tokens",
                "no more questions when both texts are finished",
            )

    @pytest.mark.check
    def test_histories(self, student: Student, draw: Draw) -> None:
        """Each text keeps its own past."""
        for _ in range(3):
            table = endless(draw.normal(7, 7, 7, scale=2.0))
            compare(student, table, 6, 4, 0.0, "a text whose tokens belong together: what was said before decides")

    @pytest.mark.check
    def test_wide_beam(self, student: Student, draw: Draw) -> None:
        """A beam that keeps everything finds the best text of all."""
        compare(student, draw.normal(5, 5, 5), 3, 200, 0.6, "the best of all texts of up to 3 tokens")
