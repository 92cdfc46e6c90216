"""The checks of the exercises `additive-attention` and `attentive-decoder`; collected through test_seq2seq.py."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor

from autograder.assignments.seq2seq import oracle
from autograder.assignments.seq2seq.probes import build, draw_mask, same_gradients, tensors, unchanged, unmoved
from autograder.checks import Draw, Remote, Student, close, fail, shaped

LOOKED = "context, weights"
STEPPED = "logits, state, weights"
LOOKER_SIZES = (5, 6, 4)  # S, M, A
STEPPER_SIZES = (11, 4, 5, 6, 3)  # V, E, S, M, A

LEARN = "fit_one_batch"
_LEARN = f"""
def {LEARN}(words, memory, seed):
    torch.manual_seed(seed)
    decoder = AttentiveDecoder(8, 5, 12, 6, 7).to(memory.device)
    optimiser = torch.optim.Adam(decoder.parameters(), lr=0.03)
    for _ in range(50):
        state, losses = torch.zeros(words.shape[0], 12, device=memory.device), []
        for given, expected in zip(words.T[:-1], words.T[1:]):
            logits, state, _ = decoder(given, state, memory)
            losses.append(F.cross_entropy(logits, expected))
        loss = sum(losses) / len(losses)
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
    return loss.detach()
"""
#: what the loss of 50 steps must come below; see test_learns for what right solutions reach
LEARNT = 0.15


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
        for output in (0, 1):
            module, twin = draw_looker(student, draw)
            asked, mask = draw_question(draw, 3, 6), draw_mask(draw, 3, 6)
            same_gradients(student, draw, module, twin, *asked, mask, output=output)

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
        module, twin = draw_stepper(student, draw)
        tensors(student, 3, STEPPED, module, *draw_step(draw, 2, 6))
        step = draw_step(draw, 2, 6)
        for actual, expected in zip(tensors(student, 3, STEPPED, module, *step), twin(*step), strict=True):
            close(actual, expected.detach(), "an answer to this question: nothing of an earlier one is kept")

    @pytest.mark.check
    def test_gradients(self, student: Student, draw: Draw) -> None:
        """Lets gradients flow from logits and state to all parameters, those of the attention included."""
        for output in (0, 1):
            module, twin = draw_stepper(student, draw)
            same_gradients(student, draw, module, twin, *draw_step(draw, 3, 6), draw_mask(draw, 3, 6), output=output)

    @pytest.mark.check
    def test_inputs_unchanged(self, student: Student, draw: Draw) -> None:
        """Leaves tokens, state, memory and mask as they were."""
        module, _ = draw_stepper(student, draw)
        step, mask = draw_step(draw, 3, 6), draw_mask(draw, 3, 6)
        unchanged(student, module, *step, mask, names=["tokens", "state", "memory", "mask"])

    @pytest.mark.check
    def test_learns(self, student: Student, draw: Draw) -> None:
        """Learns one small batch by heart within fifty steps."""
        # Over 20 seeds the reference and all alternatives end between 0.002 and 0.014: ten times below the bound.
        words = draw.integers(3, 8, (4, 5))  # (B, T_out)
        student.define(_LEARN)
        loss = student.call(LEARN, words, draw.normal(4, 6, 6), draw.choice(range(1000)))
        if not float(shaped(loss, (), "a loss")) < LEARNT:  # NaN is not below, either
            fail(f"After 50 steps on the same batch the loss is {float(loss):.2f}", f"a loss below {LEARNT}")
