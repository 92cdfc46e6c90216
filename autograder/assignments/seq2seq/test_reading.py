"""The checks of the exercises `make-batch` and `encoder`; collected through test_seq2seq.py."""

from __future__ import annotations

import pytest
import torch

from autograder.assignments.seq2seq import oracle
from autograder.assignments.seq2seq.probes import build, draw_ids, same_gradients, tensors, unchanged, unmoved
from autograder.checks import Draw, Remote, Student, close, same

BATCH = "ids, lengths"
READ = "states, last"
READER_SIZES = (13, 4, 3)  # V, E, h


def draw_sequences(draw: Draw, lengths: list[int]) -> list[list[int]]:
    """Lists of drawn tokens of these lengths."""
    return [draw.integers(3, 50, (length,)).tolist() for length in lengths]


def draw_reader(student: Student, draw: Draw) -> tuple[Remote, oracle.Reader]:
    """The student's encoder and the oracle's, with the same weights."""
    return build(student, draw, "Encoder", oracle.Reader(*READER_SIZES), *READER_SIZES)


@pytest.mark.exercise("make-batch")
class TestMakeBatch:
    @pytest.mark.check(weight=2, core=True)
    def test_ids(self, student: Student, draw: Draw) -> None:
        """Puts each sequence into a row of its own, with PAD behind it."""
        sequences = draw_sequences(draw, [4, 2, 7, 1, 5])
        words = "ids (B, T) long: the sequences in their order, each followed by PAD up to the longest"
        same(tensors(student, 2, BATCH, "make_batch", sequences)[0], oracle.padded(sequences), words)

    @pytest.mark.check(weight=2, core=True)
    def test_lengths(self, student: Student, draw: Draw) -> None:
        """Says how many tokens of each row are real."""
        lengths = draw.sizes(4, low=1)
        words = "lengths (B,) long, one for each row, in the order of the rows"
        same(tensors(student, 2, BATCH, "make_batch", draw_sequences(draw, lengths))[1], torch.tensor(lengths), words)

    @pytest.mark.check
    def test_longest_anywhere(self, student: Student, draw: Draw) -> None:
        """The longest sequence may stand first, in the middle or last."""
        for lengths in ([6, 2, 3], [2, 6, 3], [2, 3, 6]):
            sequences = draw_sequences(draw, lengths)
            ids = tensors(student, 2, BATCH, "make_batch", sequences)[0]
            same(
                ids, oracle.padded(sequences), "as many columns as the longest sequence has tokens, wherever it stands"
            )

    @pytest.mark.check
    def test_one_sequence(self, student: Student, draw: Draw) -> None:
        """A batch of one sequence, even of one token, has no padding."""
        for length in (1, 5):
            sequences = draw_sequences(draw, [length])
            ids, lengths = tensors(student, 2, BATCH, "make_batch", sequences)
            same(ids, torch.tensor(sequences), "the sequence as a tensor (1, T)")
            same(lengths, torch.tensor([length]), "its length, as a tensor (1,)")

    @pytest.mark.check
    def test_token_zero(self, student: Student, draw: Draw) -> None:
        """A length counts what the sequence holds, whatever numbers they are."""
        sequences = [[0, 5, 0], [7], [4, 0]]
        words = "the number of tokens in each list, also where one of them has the number of PAD"
        same(tensors(student, 2, BATCH, "make_batch", sequences)[1], torch.tensor([3, 1, 2]), words)

    @pytest.mark.check
    def test_inputs_unchanged(self, student: Student, draw: Draw) -> None:
        """Leaves the lists as they were."""
        unchanged(student, "make_batch", draw_sequences(draw, [3, 1, 4]), names=["sequences"])


@pytest.mark.exercise("encoder")
class TestEncoder:
    @pytest.mark.check(weight=2, core=True)
    def test_states(self, student: Student, draw: Draw) -> None:
        """Without pads, the states are those of the GRU, from both ends."""
        module, twin = draw_reader(student, draw)
        ids, lengths = draw_ids(draw, [5, 5], 13), torch.tensor([5, 5])
        words = "states (B, T, 2h): for each letter the forward state, then the backward state"
        close(tensors(student, 2, READ, module, ids, lengths)[0], twin(ids, lengths)[0].detach(), words)

    @pytest.mark.check(weight=2, core=True)
    def test_last(self, student: Student, draw: Draw) -> None:
        """Without pads, last is the forward state at the end and the backward state at the beginning."""
        module, twin = draw_reader(student, draw)
        ids, lengths = draw_ids(draw, [5, 5], 13), torch.tensor([5, 5])
        words = "last (B, 2h): forwards at the last letter, then backwards at letter 0, where that reader has read all"
        close(tensors(student, 2, READ, module, ids, lengths)[1], twin(ids, lengths)[1].detach(), words)

    @pytest.mark.check(weight=2, core=True)
    def test_states_with_pads(self, student: Student, draw: Draw) -> None:
        """With pads, the states at real letters are what they are without, and 0 at pads."""
        module, twin = draw_reader(student, draw)
        sizes = draw.sizes(4, low=1, high=7)
        ids, lengths = draw_ids(draw, sizes, 13), torch.tensor(sizes)
        words = "states as if each sentence were read alone, without its pads, in both directions; 0 at pads"
        close(tensors(student, 2, READ, module, ids, lengths)[0], twin(ids, lengths)[0].detach(), words)

    @pytest.mark.check(weight=2, core=True)
    def test_last_with_pads(self, student: Student, draw: Draw) -> None:
        """With pads, last is what it is without."""
        module, twin = draw_reader(student, draw)
        sizes = draw.sizes(4, low=1, high=7)
        ids, lengths = draw_ids(draw, sizes, 13), torch.tensor(sizes)
        words = "the forward state at the last REAL letter of each row, then the backward state at letter 0"
        close(tensors(student, 2, READ, module, ids, lengths)[1], twin(ids, lengths)[1].detach(), words)

    @pytest.mark.check
    def test_wider_than_needed(self, student: Student, draw: Draw) -> None:
        """The rows may be wider than the longest sentence."""
        module, twin = draw_reader(student, draw)
        ids, lengths = draw_ids(draw, [3, 4], 13, width=7), torch.tensor([3, 4])
        for actual, expected in zip(tensors(student, 2, READ, module, ids, lengths), twin(ids, lengths), strict=True):
            close(actual, expected.detach(), "states as wide as ids, here (2, 7, 2h), and last as without these pads")

    @pytest.mark.check
    def test_one_letter(self, student: Student, draw: Draw) -> None:
        """Reads a batch of one sentence of one letter."""
        module, twin = draw_reader(student, draw)
        ids, lengths = draw_ids(draw, [1], 13), torch.tensor([1])
        for actual, expected in zip(tensors(student, 2, READ, module, ids, lengths), twin(ids, lengths), strict=True):
            close(actual, expected.detach(), "states (1, 1, 2h) and last (1, 2h): each reader takes one step")

    @pytest.mark.check
    def test_pads_have_no_influence(self, student: Student, draw: Draw) -> None:
        """What the embedding holds for PAD changes nothing."""
        module, twin = draw_reader(student, draw)
        ids, lengths = draw_ids(draw, [2, 6, 4], 13), torch.tensor([2, 6, 4])
        before = tensors(student, 2, READ, module, ids, lengths)
        twin.embedding.weight.data[oracle.PAD] += 5.0
        module.load(twin.state_dict())
        for one, other in zip(before, tensors(student, 2, READ, module, ids, lengths), strict=True):
            unmoved(one, other, "the same answer when only the embedding of PAD changes: pads are not read")

    @pytest.mark.check
    def test_neighbours(self, student: Student, draw: Draw) -> None:
        """A sentence is read in the same way, whatever stands beside it in the batch."""
        module, _ = draw_reader(student, draw)
        ids, lengths = draw_ids(draw, [4, 6, 3], 13), torch.tensor([4, 6, 3])
        before = tensors(student, 2, READ, module, ids, lengths)
        other = torch.cat([ids[:2], draw_ids(draw, [5], 13, width=6)])
        after = tensors(student, 2, READ, module, other, torch.tensor([4, 6, 5]))
        for one, two in zip(before, after, strict=True):
            unmoved(one[:2], two[:2], "the same answer for two sentences when the third one changes")

    @pytest.mark.check
    def test_gradients(self, student: Student, draw: Draw) -> None:
        """Lets gradients flow from both results to the embedding and to both readers."""
        for output in (0, 1):
            module, twin = draw_reader(student, draw)
            ids, lengths = draw_ids(draw, [2, 5, 3], 13), torch.tensor([2, 5, 3])
            same_gradients(student, draw, module, twin, ids, lengths, output=output)

    @pytest.mark.check
    def test_inputs_unchanged(self, student: Student, draw: Draw) -> None:
        """Leaves ids and lengths as they were."""
        module, _ = draw_reader(student, draw)
        unchanged(student, module, draw_ids(draw, [4, 2], 13), torch.tensor([4, 2]), names=["ids", "lengths"])
