"""The checks of the exercise `alignment-matrix`; collected through test_seq2seq.py."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor

from autograder.assignments.seq2seq.oracle import EOS, PAD
from autograder.checks import Draw, Student, close, same


def draw_looks(draw: Draw, B: int, T_out: int, T_in: int) -> list[Tensor]:
    """The weights of each step, (B, T_in)."""
    return [torch.softmax(draw.normal(B, T_in), dim=-1) for _ in range(T_out)]


def cut(looks: list[Tensor], words: int, letters: int, row: int) -> Tensor:
    """The alignment matrix (words, letters) of one sentence."""
    return torch.stack(looks, dim=1)[row, :words, :letters]


@pytest.mark.exercise("alignment-matrix")
class TestAlignmentMatrix:
    @pytest.mark.check(weight=2, core=True)
    def test_sentence(self, student: Student, draw: Draw) -> None:
        """Holds a row for each word and a column for each letter of the sentence that is asked for."""
        looks = draw_looks(draw, 3, 4, 7)
        written = torch.tensor([[5, 6, 7, EOS]] * 3)
        words = "(words, letters): row t holds what step t looked at in this sentence"
        for row in range(3):
            actual = student.call("alignment_matrix", looks, written, torch.tensor([7, 7, 7]), row)
            close(actual, cut(looks, 3, 7, row), words)

    @pytest.mark.check(weight=2, core=True)
    def test_words_end(self, student: Student, draw: Draw) -> None:
        """Leaves out the step that wrote EOS, and those behind it."""
        looks = draw_looks(draw, 3, 5, 6)
        written = torch.tensor([[5, 6, EOS, PAD, PAD], [7, EOS, PAD, PAD, PAD], [8, 7, 6, 5, EOS]])
        for row, words in enumerate((2, 1, 4)):
            actual = student.call("alignment_matrix", looks, written, torch.tensor([6, 6, 6]), row)
            close(actual, cut(looks, words, 6, row), f"{words} rows, one for each word before EOS")

    @pytest.mark.check(weight=2, core=True)
    def test_letters_end(self, student: Student, draw: Draw) -> None:
        """Leaves out the columns of the pads."""
        looks, lengths = draw_looks(draw, 3, 3, 8), [8, 3, 5]
        written = torch.tensor([[5, 6, EOS]] * 3)
        for row, letters in enumerate(lengths):
            actual = student.call("alignment_matrix", looks, written, torch.tensor(lengths), row)
            close(actual, cut(looks, 2, letters, row), f"{letters} columns, one for each letter of this sentence")

    @pytest.mark.check
    def test_cut_off(self, student: Student, draw: Draw) -> None:
        """A sentence that was cut off has no EOS, and keeps all its words."""
        looks = draw_looks(draw, 2, 4, 6)
        written = torch.tensor([[5, 6, 7, 8], [7, EOS, PAD, PAD]])
        actual = student.call("alignment_matrix", looks, written, torch.tensor([5, 6]), 0)
        close(actual, cut(looks, 4, 5, 0), "4 rows: all four are words")

    @pytest.mark.check
    def test_one_sentence(self, student: Student, draw: Draw) -> None:
        """Works for one word and one letter."""
        looks = draw_looks(draw, 1, 2, 1)
        actual = student.call("alignment_matrix", looks, torch.tensor([[5, EOS]]), torch.tensor([1]), 0)
        same(actual, torch.ones(1, 1), "(1, 1): the only word looked at the only letter")

    @pytest.mark.check
    def test_inputs_unchanged(self, student: Student, draw: Draw) -> None:
        """Leaves what it is given as it was."""
        looks, written = draw_looks(draw, 2, 3, 5), torch.tensor([[5, 6, EOS], [7, EOS, PAD]])
        before = [look.clone() for look in looks]
        after = student.inputs_after("alignment_matrix", looks, written, torch.tensor([5, 4]), 1)
        for one, other in zip(before, after[0], strict=True):
            same(other, one, "the weights left as they were")
        same(after[1], written, "what was written left as it was")
