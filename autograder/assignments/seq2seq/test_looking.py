"""The checks of `additive-attention`, `attentive-decoder` and `alignment-matrix`; collected through test_seq2seq.py."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor

from autograder.assignments.seq2seq import oracle
from autograder.assignments.seq2seq.oracle import EOS, PAD
from autograder.assignments.seq2seq.probes import build, draw_mask, same_gradients, tensors, unchanged, unmoved
from autograder.checks import Draw, Remote, Student, close, same

LOOKED = "context, weights"
STEPPED = "logits, state, weights"
LOOKER_SIZES = (5, 6, 4)  # S, M, A
STEPPER_SIZES = (11, 4, 5, 6, 3)  # V, E, S, M, A


def draw_looker(student: Student, draw: Draw) -> tuple[Remote, oracle.Looker]:
    """The student's attention and the oracle's, with the same weights."""
    return build(student, draw, "AdditiveAttention", oracle.Looker(*LOOKER_SIZES), *LOOKER_SIZES)


def draw_stepper(student: Student, draw: Draw) -> tuple[Remote, oracle.LookingWriter]:
    """The student's attentive decoder and the oracle's, with the same weights."""
    return build(student, draw, "AttentiveDecoder", oracle.LookingWriter(*STEPPER_SIZES), *STEPPER_SIZES)


def draw_question(draw: Draw, B: int, T: int) -> tuple[Tensor, Tensor]:
    """A state (B, S) and a memory (B, T, M)."""
    return draw.normal(B, 5), draw.normal(B, T, 6)


def draw_step(draw: Draw, B: int, T: int) -> tuple[Tensor, Tensor, Tensor]:
    """Tokens (B,), a state (B, S) and a memory (B, T, M)."""
    return draw.integers(0, 11, (B,)), *draw_question(draw, B, T)


@pytest.mark.exercise("additive-attention")
class TestAdditiveAttention:
    @pytest.mark.check(weight=2, core=True)
    def test_weights(self, student: Student, draw: Draw) -> None:
        """The weights are the softmax of v · tanh(W s + U h), over the letters."""
        module, twin = draw_looker(student, draw)
        asked = draw_question(draw, 3, 7)
        words = "weights (B, T_in): the softmax over the letters of each sentence of v · tanh(W s + U h)"
        close(tensors(student, 2, LOOKED, module, *asked)[1], twin(*asked)[1].detach(), words)

    @pytest.mark.check(weight=2, core=True)
    def test_context(self, student: Student, draw: Draw) -> None:
        """The context is the sum of the memory's places, each times its weight."""
        module, twin = draw_looker(student, draw)
        asked = draw_question(draw, 3, 7)
        words = "context (B, M): the weighted sum of each sentence's memory over its letters"
        close(tensors(student, 2, LOOKED, module, *asked)[0], twin(*asked)[0].detach(), words)

    @pytest.mark.check(weight=1, core=True)
    def test_as_many_letters_as_sentences(self, student: Student, draw: Draw) -> None:
        """Each sentence's state asks its own memory, also where there are as many letters as sentences."""
        module, twin = draw_looker(student, draw)
        asked = draw_question(draw, 4, 4)
        words = "W s added to every place of its OWN sentence: it needs a dimension of 1 for the letters, (B, 1, A)"
        close(tensors(student, 2, LOOKED, module, *asked)[1], twin(*asked)[1].detach(), words)

    @pytest.mark.check(weight=2, core=True)
    def test_mask(self, student: Student, draw: Draw) -> None:
        """Looks only where the mask says True, and shares all the weight there."""
        module, twin = draw_looker(student, draw)
        for B, T in ((3, 7), (5, 5)):
            asked, mask = draw_question(draw, B, T), draw_mask(draw, B, T)
            context, weights = tensors(student, 2, LOOKED, module, *asked, mask)
            expected = twin(*asked, mask)
            close(weights, expected[1].detach(), "weights that are 0 where the mask is False, in rows that sum to 1")
            close(context, expected[0].detach(), "the places that may be seen, mixed by these weights")

    @pytest.mark.check
    def test_all_seen(self, student: Student, draw: Draw) -> None:
        """A mask that hides nothing changes nothing."""
        module, _ = draw_looker(student, draw)
        asked = draw_question(draw, 3, 6)
        before = tensors(student, 2, LOOKED, module, *asked)
        after = tensors(student, 2, LOOKED, module, *asked, torch.ones(3, 6, dtype=torch.bool))
        for one, other in zip(before, after, strict=True):
            unmoved(one, other, "the same answer with a mask of True everywhere as with none")

    @pytest.mark.check
    def test_hidden(self, student: Student, draw: Draw) -> None:
        """What the mask hides has no influence, however large it is."""
        module, _ = draw_looker(student, draw)
        (state, memory), mask = draw_question(draw, 3, 7), draw_mask(draw, 3, 7)
        before = tensors(student, 2, LOOKED, module, state, memory, mask)
        noise = ~mask.unsqueeze(-1) * draw.normal(3, 7, 6, scale=100.0)
        after = tensors(student, 2, LOOKED, module, state, memory + noise, mask)
        for one, other in zip(before, after, strict=True):
            unmoved(one, other, "the same answer, whatever the memory holds where the mask is False")

    @pytest.mark.check
    def test_one_letter(self, student: Student, draw: Draw) -> None:
        """With a single letter there is nothing to choose."""
        module, _ = draw_looker(student, draw)
        state, memory = draw_question(draw, 1, 1)
        context, weights = tensors(student, 2, LOOKED, module, state, memory)
        close(weights, torch.ones(1, 1), "a weight of 1, (1, 1)")
        close(context, memory[:, 0], "the only place of the memory, (1, M)")

    @pytest.mark.check
    def test_large_scores(self, student: Student, draw: Draw) -> None:
        """Stays right when the scores are large."""
        module, twin = draw_looker(student, draw)
        twin.v.weight.data = torch.full((1, 4), 200.0)
        module.load(twin.state_dict())
        asked, mask = draw_question(draw, 3, 6), draw_mask(draw, 3, 6)
        for actual, expected in zip(tensors(student, 2, LOOKED, module, *asked, mask), twin(*asked, mask), strict=True):
            close(actual, expected.detach(), "nearly all weight on the best place, and no NaN", atol=2e-3)

    @pytest.mark.check
    def test_gradients(self, student: Student, draw: Draw) -> None:
        """Lets gradients flow to v, W and U."""
        module, twin = draw_looker(student, draw)
        asked, mask = draw_question(draw, 3, 6), draw_mask(draw, 3, 6)
        same_gradients(student, draw, module, twin, *asked, mask, outputs=(0, 1))

    @pytest.mark.check
    def test_inputs_unchanged(self, student: Student, draw: Draw) -> None:
        """Leaves state, memory and mask as they were."""
        module, _ = draw_looker(student, draw)
        asked, mask = draw_question(draw, 3, 6), draw_mask(draw, 3, 6)
        unchanged(student, module, *asked, mask, names=["state", "memory", "mask"])


@pytest.mark.exercise("attentive-decoder", needs=("additive-attention",))
class TestAttentiveDecoder:
    @pytest.mark.check(weight=2, core=True)
    def test_weights(self, student: Student, draw: Draw) -> None:
        """The state before the step asks."""
        module, twin = draw_stepper(student, draw)
        step, mask = draw_step(draw, 3, 7), draw_mask(draw, 3, 7)
        words = "weights (B, T_in): what attention answers to the OLD state, s at t-1"
        close(tensors(student, 3, STEPPED, module, *step, mask)[2], twin(*step, mask)[2].detach(), words)

    @pytest.mark.check(weight=2, core=True)
    def test_state(self, student: Student, draw: Draw) -> None:
        """The new state is made of the word, the context and the old state."""
        module, twin = draw_stepper(student, draw)
        step, mask = draw_step(draw, 3, 7), draw_mask(draw, 3, 7)
        words = "the new state (B, S): self.cell of [embedded tokens ; context] and the old state"
        close(tensors(student, 3, STEPPED, module, *step, mask)[1], twin(*step, mask)[1].detach(), words)

    @pytest.mark.check(weight=2, core=True)
    def test_logits(self, student: Student, draw: Draw) -> None:
        """The logits are made of the new state and the context."""
        module, twin = draw_stepper(student, draw)
        step, mask = draw_step(draw, 3, 7), draw_mask(draw, 3, 7)
        words = "logits (B, V): self.output of [NEW state ; context], with no softmax"
        close(tensors(student, 3, STEPPED, module, *step, mask)[0], twin(*step, mask)[0].detach(), words)

    @pytest.mark.check
    def test_no_mask(self, student: Student, draw: Draw) -> None:
        """Without a mask it looks everywhere."""
        module, twin = draw_stepper(student, draw)
        step = draw_step(draw, 3, 7)
        for actual, expected in zip(tensors(student, 3, STEPPED, module, *step), twin(*step), strict=True):
            close(actual, expected.detach(), "the mask may be left out; then everything may be looked at")

    @pytest.mark.check
    def test_hidden(self, student: Student, draw: Draw) -> None:
        """What the mask hides has no influence on any of the results."""
        module, _ = draw_stepper(student, draw)
        (tokens, state, memory), mask = draw_step(draw, 3, 7), draw_mask(draw, 3, 7)
        before = tensors(student, 3, STEPPED, module, tokens, state, memory, mask)
        other = memory + ~mask.unsqueeze(-1) * draw.normal(3, 7, 6, scale=50.0)
        after = tensors(student, 3, STEPPED, module, tokens, state, other, mask)
        for one, two in zip(before, after, strict=True):
            unmoved(one, two, "the same answer, whatever the memory holds where the mask is False")

    @pytest.mark.check
    def test_one_letter(self, student: Student, draw: Draw) -> None:
        """Takes a step for one sentence of one letter."""
        module, twin = draw_stepper(student, draw)
        step = draw_step(draw, 1, 1)
        for actual, expected in zip(tensors(student, 3, STEPPED, module, *step), twin(*step), strict=True):
            close(actual, expected.detach(), "logits (1, V), the state (1, S) and a weight of 1")

    @pytest.mark.check
    def test_steps(self, student: Student, draw: Draw) -> None:
        """Each step depends on what it is given alone, whatever was asked before."""
        module, _ = draw_stepper(student, draw)
        step = draw_step(draw, 2, 6)
        before = tensors(student, 3, STEPPED, module, *step)
        tensors(student, 3, STEPPED, module, *draw_step(draw, 2, 6))
        for one, other in zip(before, tensors(student, 3, STEPPED, module, *step), strict=True):
            unmoved(one, other, "the same answer to the same question: nothing is kept in the module")

    @pytest.mark.check
    def test_gradients(self, student: Student, draw: Draw) -> None:
        """Lets gradients flow from logits and state to all parameters, those of the attention included."""
        module, twin = draw_stepper(student, draw)
        same_gradients(student, draw, module, twin, *draw_step(draw, 3, 6), draw_mask(draw, 3, 6), outputs=(0, 1))

    @pytest.mark.check
    def test_inputs_unchanged(self, student: Student, draw: Draw) -> None:
        """Leaves tokens, state, memory and mask as they were."""
        module, _ = draw_stepper(student, draw)
        step, mask = draw_step(draw, 3, 6), draw_mask(draw, 3, 6)
        unchanged(student, module, *step, mask, names=["tokens", "state", "memory", "mask"])


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
