"""The checks of the exercises from `decoder` to `greedy-decode`; collected through test_seq2seq.py."""

from __future__ import annotations

from typing import Any

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor

from autograder.assignments.seq2seq import oracle
from autograder.assignments.seq2seq.oracle import BOS, EOS, PAD
from autograder.assignments.seq2seq.probes import build, same_gradients, tensors, unchanged, unmoved
from autograder.checks import Draw, Remote, Student, close, fail, same

WRITTEN = "logits, state"
FORCED = "inputs, expected"
WRITER_SIZES = (11, 4, 6)  # V, E, S
DECODE = "greedy_decode_scripted"
_WRAPPER = f"def {DECODE}(state, max_length):\n    return greedy_decode(scripted_step, state, max_length)"


def draw_writer(student: Student, draw: Draw) -> tuple[Remote, oracle.Writer]:
    """The student's decoder and the oracle's, with the same weights."""
    return build(student, draw, "Decoder", oracle.Writer(*WRITER_SIZES), *WRITER_SIZES)


@pytest.mark.exercise("decoder")
class TestDecoder:
    @pytest.mark.check(weight=2, core=True)
    def test_state(self, student: Student, draw: Draw) -> None:
        """Makes the new state from the words and the old state."""
        module, twin = draw_writer(student, draw)
        tokens, state = draw.integers(0, 11, (3,)), draw.normal(3, 6)
        words = "the new state (B, S): self.cell(embedded tokens, old state)"
        close(tensors(student, 2, WRITTEN, module, tokens, state)[1], twin(tokens, state)[1].detach(), words)

    @pytest.mark.check(weight=2, core=True)
    def test_logits(self, student: Student, draw: Draw) -> None:
        """Scores every word, from the new state."""
        module, twin = draw_writer(student, draw)
        tokens, state = draw.integers(0, 11, (3,)), draw.normal(3, 6)
        words = "logits (B, V): self.output of the NEW state, with no softmax"
        close(tensors(student, 2, WRITTEN, module, tokens, state)[0], twin(tokens, state)[0].detach(), words)

    @pytest.mark.check
    def test_one_sentence(self, student: Student, draw: Draw) -> None:
        """Keeps both dimensions for a batch of one sentence."""
        module, twin = draw_writer(student, draw)
        tokens, state = torch.tensor([BOS]), draw.normal(1, 6)
        for actual, expected in zip(
            tensors(student, 2, WRITTEN, module, tokens, state), twin(tokens, state), strict=True
        ):
            close(actual, expected.detach(), "logits (1, V) and the state (1, S)")

    @pytest.mark.check
    def test_steps(self, student: Student, draw: Draw) -> None:
        """Each step depends on what it is given alone, whatever was asked before."""
        module, _ = draw_writer(student, draw)
        tokens, state = draw.integers(0, 11, (2,)), draw.normal(2, 6)
        before = tensors(student, 2, WRITTEN, module, tokens, state)
        tensors(student, 2, WRITTEN, module, draw.integers(0, 11, (2,)), draw.normal(2, 6))
        for one, other in zip(before, tensors(student, 2, WRITTEN, module, tokens, state), strict=True):
            unmoved(one, other, "the same answer to the same question: the state is handed in, not kept in the module")

    @pytest.mark.check
    def test_gradients(self, student: Student, draw: Draw) -> None:
        """Lets gradients flow from both results to all parameters."""
        for output in (0, 1):
            module, twin = draw_writer(student, draw)
            same_gradients(student, draw, module, twin, draw.integers(0, 11, (3,)), draw.normal(3, 6), output=output)

    @pytest.mark.check
    def test_inputs_unchanged(self, student: Student, draw: Draw) -> None:
        """Leaves tokens and state as they were."""
        module, _ = draw_writer(student, draw)
        unchanged(student, module, draw.integers(0, 11, (3,)), draw.normal(3, 6), names=["tokens", "state"])


def draw_targets(draw: Draw, *lengths: int) -> list[list[int]]:
    """Sentences without BOS and EOS."""
    return [draw.integers(3, 30, (length,)).tolist() for length in lengths]


@pytest.mark.exercise("teacher-forcing", needs=("make-batch",))
class TestTeacherForcing:
    @pytest.mark.check(weight=2, core=True)
    def test_inputs(self, student: Student, draw: Draw) -> None:
        """The decoder is given BOS and then the words."""
        targets = draw_targets(draw, 3, 1, 5, 2)
        words = "inputs (B, L + 1) long: BOS, the words, then PAD; no EOS, which nothing follows"
        expected = oracle.padded([[BOS, *target] for target in targets])
        same(tensors(student, 2, FORCED, "teacher_forcing", targets)[0], expected, words)

    @pytest.mark.check(weight=2, core=True)
    def test_expected(self, student: Student, draw: Draw) -> None:
        """It is expected to say the words and then EOS."""
        targets = draw_targets(draw, 3, 1, 5, 2)
        words = "expected (B, L + 1) long: the words, EOS right after the last of them, then PAD; no BOS"
        expected = oracle.padded([[*target, EOS] for target in targets])
        same(tensors(student, 2, FORCED, "teacher_forcing", targets)[1], expected, words)

    @pytest.mark.check
    def test_shift(self, student: Student, draw: Draw) -> None:
        """Where it says a word, it has been given the words before it and not the word itself."""
        inputs, expected = tensors(student, 2, FORCED, "teacher_forcing", draw_targets(draw, 4, 4))
        words = "inputs one place behind expected: what is said at place t is given at place t + 1"
        same(inputs[:, 1:], expected[:, :-1], words)

    @pytest.mark.check
    def test_one_word(self, student: Student, draw: Draw) -> None:
        """A sentence of one word makes two places."""
        targets = draw_targets(draw, 1)
        inputs, expected = tensors(student, 2, FORCED, "teacher_forcing", targets)
        same(inputs, torch.tensor([[BOS, targets[0][0]]]), "BOS and the word, (1, 2)")
        same(expected, torch.tensor([[targets[0][0], EOS]]), "the word and EOS, (1, 2)")

    @pytest.mark.check
    def test_inputs_unchanged(self, student: Student, draw: Draw) -> None:
        """Leaves the lists as they were."""
        unchanged(student, "teacher_forcing", draw_targets(draw, 3, 1, 4), names=["targets"])


def draw_expected(draw: Draw, lengths: list[int], vocabulary_size: int) -> Tensor:
    """Words up to each length, EOS as the last of them, then PAD."""
    return oracle.padded([[*draw.integers(3, vocabulary_size, (n - 1,)).tolist(), EOS] for n in lengths])


def reference_loss(logits: Tensor, expected: Tensor) -> Tensor:
    """Cross-entropy as torch has it, over the places that are not PAD."""
    real = expected != PAD
    return F.cross_entropy(logits[real], expected[real])


@pytest.mark.exercise("sequence-loss")
class TestSequenceLoss:
    @pytest.mark.check(weight=2, core=True)
    def test_value(self, student: Student, draw: Draw) -> None:
        """Without pads: the mean cross-entropy of all places."""
        logits, expected = draw.normal(3, 4, 7, scale=2.0), draw_expected(draw, [4, 4, 4], 7)
        words = "the mean of -log p(expected word) over all places, as a single number"
        close(student.call("sequence_loss", logits, expected), reference_loss(logits, expected), words)

    @pytest.mark.check(weight=2, core=True)
    def test_pads(self, student: Student, draw: Draw) -> None:
        """With pads: the mean over the real places only."""
        logits, expected = draw.normal(3, 6, 7, scale=2.0), draw_expected(draw, [2, 6, 3], 7)
        words = "the sum over the real places, divided by the number of REAL places"
        close(student.call("sequence_loss", logits, expected), reference_loss(logits, expected), words)

    @pytest.mark.check
    def test_every_place_counts_the_same(self, student: Student, draw: Draw) -> None:
        """A place counts the same in a short sentence as in a long one."""
        logits, expected = torch.zeros(2, 9, 5), draw_expected(draw, [1, 9], 5)
        logits[0, 0, EOS] = 8.0
        words = "one mean over all real places of the batch, not a mean of the sentences' means"
        close(student.call("sequence_loss", logits, expected), reference_loss(logits, expected), words)

    @pytest.mark.check
    def test_end_counts(self, student: Student, draw: Draw) -> None:
        """EOS counts as a word."""
        logits, expected = draw.normal(2, 3, 6), draw_expected(draw, [1, 3], 6)
        logits[:, :, EOS] -= 6.0
        words = "a high loss: the model never says EOS, and that is expected of it"
        close(student.call("sequence_loss", logits, expected), reference_loss(logits, expected), words)

    @pytest.mark.check
    def test_pads_have_no_influence(self, student: Student, draw: Draw) -> None:
        """What is said at a pad changes nothing."""
        logits, expected = draw.normal(3, 6, 7), draw_expected(draw, [2, 6, 3], 7)
        noise = (expected == PAD).unsqueeze(-1) * draw.normal(3, 6, 7, scale=5.0)
        before, after = (student.call("sequence_loss", x, expected) for x in (logits, logits + noise))
        unmoved(before, after, "the same loss, whatever the logits are where expected is PAD")

    @pytest.mark.check
    def test_large_logits(self, student: Student, draw: Draw) -> None:
        """Stays right for logits so large that their exponential cannot be stored."""
        logits, expected = draw.normal(2, 4, 6, scale=300.0).round(), draw_expected(draw, [4, 2], 6)
        words = "a finite loss: use the logarithm of the softmax (F.cross_entropy, log_softmax), not log(softmax)"
        close(student.call("sequence_loss", logits, expected), reference_loss(logits, expected), words)

    @pytest.mark.check
    def test_gradients(self, student: Student, draw: Draw) -> None:
        """Lets gradients flow back to the logits of the real places."""
        logits, expected = draw.normal(3, 5, 7), draw_expected(draw, [2, 5, 1], 7)
        leaf = logits.clone().requires_grad_()
        (right,) = torch.autograd.grad(reference_loss(leaf, expected), leaf)
        (gradient,) = student.gradients("sequence_loss", logits, expected, wrt=(0,))
        close(gradient, right, "the gradient of the cross-entropy; 0 at pads")

    @pytest.mark.check
    def test_inputs_unchanged(self, student: Student, draw: Draw) -> None:
        """Leaves logits and expected words as they were."""
        logits, expected = draw.normal(2, 4, 6), draw_expected(draw, [2, 4], 6)
        unchanged(student, "sequence_loss", logits, expected, names=["logits", "expected"])


def play(
    student: Student, draw: Draw, script: list[list[int]], max_length: int
) -> tuple[Any, list[Tensor], list[bool]]:
    """What greedy_decode writes when step says the script (a row per sentence), the tokens that step was given each
    time, and whether its state was the one handed on.
    """
    said = torch.tensor(script)  # (B, steps)
    states = [draw.normal(len(script), 3) for _ in range(said.shape[1] + 1)]
    logits = [draw.uniform(len(script), 9) + F.one_hot(column, 9) for column in said.T]
    student.script("scripted_step", list(zip(logits, states[1:], strict=True)))
    student.define(_WRAPPER)
    written = student.call(DECODE, states[0], max_length)
    given = [[*args, *kwargs.values()] for args, kwargs in student.calls("scripted_step")]
    followed = [torch.equal(state, own) for (_, state), own in zip(given, states, strict=False)]
    return written, [tokens for tokens, _ in given], followed


#: two sentences, of which one ends sooner; what is scripted behind an EOS must never be seen
SCRIPT = [[4, 7, EOS, 5, 6, 6], [3, 8, 6, 5, EOS, 7]]
WRITTEN_SCRIPT = [[4, 7, EOS, PAD, PAD], [3, 8, 6, 5, EOS]]


@pytest.mark.exercise("greedy-decode")
class TestGreedyDecode:
    @pytest.mark.check(weight=2, core=True)
    def test_words(self, student: Student, draw: Draw) -> None:
        """Writes at each step the word with the highest logit."""
        script = draw.integers(3, 9, (3, 4)).tolist()
        written, _, _ = play(student, draw, script, 4)
        same(
            written, torch.tensor(script), "(B, T) long: for each sentence the word with the highest logit of each step"
        )

    @pytest.mark.check(weight=2, core=True)
    def test_ends(self, student: Student, draw: Draw) -> None:
        """A row holds EOS once, and behind it PAD."""
        written, _, _ = play(student, draw, SCRIPT, 6)
        same(
            written, torch.tensor(WRITTEN_SCRIPT), "each row: its words, EOS, then PAD up to the end of the longest row"
        )

    @pytest.mark.check
    def test_stops(self, student: Student, draw: Draw) -> None:
        """Asks for no further step when all rows have ended."""
        _, given, _ = play(student, draw, SCRIPT, 6)
        if len(given) != 5:
            fail(f"`step` was called {len(given)} times", "5 calls: after these all rows had said EOS")

    @pytest.mark.check
    def test_max_length(self, student: Student, draw: Draw) -> None:
        """Stops after max_length words, whether the rows have ended or not."""
        for most in (1, 3):
            written, given, _ = play(student, draw, SCRIPT, most)
            expected = torch.tensor(WRITTEN_SCRIPT)[:, :most]
            same(written, expected, f"{most} words a row at most: the rest is cut off")
            if len(given) != most:
                fail(f"`step` was called {len(given)} times", f"{most} calls")

    @pytest.mark.check(weight=2, core=True)
    def test_feeds_back(self, student: Student, draw: Draw) -> None:
        """Starts from BOS, and then gives step the word that it wrote last."""
        script = draw.integers(3, 9, (3, 4))
        _, given, _ = play(student, draw, script.tolist(), 4)
        same(given[0], torch.full((3,), BOS), "BOS for every row at the first step, (B,) long")
        for t, tokens in enumerate(given[1:]):
            same(tokens, script[:, t], "at each later step the words that the step before wrote, (B,) long")

    @pytest.mark.check
    def test_state(self, student: Student, draw: Draw) -> None:
        """Starts from the given state, and hands on the one that step returned."""
        _, _, followed = play(student, draw, SCRIPT, 6)
        if not all(followed):
            fail(f"Step {followed.index(False)} was given another state", "the state that the step before returned")

    @pytest.mark.check
    def test_end_at_once(self, student: Student, draw: Draw) -> None:
        """Rows that end at once hold EOS and nothing else."""
        written, _, _ = play(student, draw, [[EOS, 4], [EOS, 5], [EOS, 6]], 2)
        same(written, torch.full((3, 1), EOS), "(B, 1): EOS is written, too")

    @pytest.mark.check
    def test_one_sentence(self, student: Student, draw: Draw) -> None:
        """Works for a batch of one sentence."""
        written, _, _ = play(student, draw, [[5, 3, EOS, 4]], 4)
        same(written, torch.tensor([[5, 3, EOS]]), "(1, T): one row")

    @pytest.mark.check
    def test_inputs_unchanged(self, student: Student, draw: Draw) -> None:
        """Leaves the first state as it was."""
        play(student, draw, SCRIPT, 6)
        unchanged(student, DECODE, draw.normal(2, 3), 6, names=["state", "max_length"])
