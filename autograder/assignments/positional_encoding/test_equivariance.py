"""The checks of the exercise `equivariance`; collected through test_positional_encoding.py."""

from __future__ import annotations

import pytest
import torch

from autograder.assignments.positional_encoding.probes import cycle, gap, layer, shuffled_gap, unchanged
from autograder.checks import Draw, Student, close


@pytest.mark.exercise("equivariance")
class TestPermutationGap:
    @pytest.mark.check(weight=2, core=True)
    def test_equivariant(self, student: Student, draw: Draw) -> None:
        """A layer whose rows move along with the words has a gap of 0."""
        B, T, d = draw.sizes(3, low=3)
        found = gap(student, layer(student, "ProbeAttention"), draw.normal(B, T, d), cycle(draw, T))
        close(found, torch.tensor(0.0), "a gap of 0, up to rounding: self-attention is equivariant", atol=1e-4)

    @pytest.mark.check(weight=2, core=True)
    def test_knows_order(self, student: Student, draw: Draw) -> None:
        """A layer that sums up from the left has the gap that it has."""
        B, T, d = draw.sizes(3, low=3)
        x, order = draw.normal(B, T, d), cycle(draw, T)
        found = gap(student, layer(student, "ProbeCumulative"), x, order)
        expected = shuffled_gap(x.cumsum(1), x[:, order].cumsum(1), order)
        close(found, expected, "the largest absolute difference between the two ways round")

    @pytest.mark.check(weight=2, core=True)
    def test_invariant(self, student: Student, draw: Draw) -> None:
        """A layer whose output does not move at all is not equivariant: its gap is not 0."""
        B, T, d = draw.sizes(3, low=3)
        x, order = draw.normal(B, T, d), cycle(draw, T)
        ordered = x.sort(dim=1).values
        found = gap(student, layer(student, "ProbeSorted"), x, order)
        close(found, shuffled_gap(ordered, ordered, order), "layer(x), shuffled, compared with the sorted words")

    @pytest.mark.check(core=True)
    def test_places(self, student: Student, draw: Draw) -> None:
        """A layer that adds a code of the place is found out, whatever its width."""
        B, T, d = draw.sizes(3, low=4)
        x, places, order = draw.normal(B, T, d), draw.normal(T, 3), cycle(draw, T)
        found = gap(student, layer(student, "ProbePlaces", places), x, order)
        expected = (places - places[order]).abs().amax()
        close(found, expected, "the largest difference between the code of a place and that of the word's old place")

    @pytest.mark.check
    def test_recurrent(self, student: Student, draw: Draw) -> None:
        """A recurrent network knows the order."""
        B, T, d, d_out = draw.sizes(4, low=3)
        gru = torch.nn.GRU(d, d_out, batch_first=True).requires_grad_(False)
        gru.load_state_dict({name: draw.normal(*weight.shape) for name, weight in gru.state_dict().items()})
        x, order = draw.normal(B, T, d), cycle(draw, T)
        remote = layer(student, "ProbeGRU", d, d_out, 1, True, True)
        remote.load(gru.state_dict())
        expected = shuffled_gap(gru(x)[0], gru(x[:, order])[0], order)
        close(gap(student, remote, x, order), expected, "the gap of a GRU with these weights", rtol=1e-3)

    @pytest.mark.check
    def test_sign(self, student: Student, draw: Draw) -> None:
        """Differences count by their size, whatever their sign."""
        for high in (0.0, 1.0):
            places = torch.tensor([[high], [1 - high], [1 - high], [1 - high]]) * torch.tensor([3.0, 4.0, 5.0])
            places = places + torch.tensor([[0.0], [0.0], [0.5], [1.0]])
            order = torch.tensor([1, 2, 3, 0])
            found = gap(student, layer(student, "ProbePlaces", places), draw.normal(3, 4, 2), order)
            close(found, (places - places[order]).abs().amax(), "the largest ABSOLUTE difference")

    @pytest.mark.check
    def test_whole_batch(self, student: Student, draw: Draw) -> None:
        """Looks at every sentence, every place and every number."""
        B, T, d = draw.sizes(3, low=3)
        order = cycle(draw, T)
        for place in ((0, 0, 0), (B - 1, T - 1, d - 1), (B - 1, 0, d - 1)):
            x = draw.normal(B, T, d, scale=0.01)
            x[place] += 10.0
            found = gap(student, layer(student, "ProbeCumulative"), x, order)
            expected = shuffled_gap(x.cumsum(1), x[:, order].cumsum(1), order)
            close(found, expected, "the largest difference, wherever it stands")

    @pytest.mark.check
    def test_square(self, student: Student, draw: Draw) -> None:
        """Shuffles the words, with as many sentences as words and numbers, too."""
        (T,) = draw.sizes(1, low=4)
        x, order = draw.normal(T, T, T), cycle(draw, T)
        found = gap(student, layer(student, "ProbeCumulative"), x, order)
        close(found, shuffled_gap(x.cumsum(1), x[:, order].cumsum(1), order), "the words shuffled: axis 1")

    @pytest.mark.check
    def test_given_order(self, student: Student, draw: Draw) -> None:
        """Uses the order that it is given: where nothing moves, there is no gap."""
        B, T, d = draw.sizes(3, low=4)
        found = gap(student, layer(student, "ProbeCumulative"), draw.normal(B, T, d), torch.arange(T))
        close(found, torch.tensor(0.0), "a gap of 0 for the order 0, 1, 2, …", atol=1e-4)
        lone = gap(student, layer(student, "ProbeCumulative"), draw.normal(B, 1, d), torch.tensor([0]))
        close(lone, torch.tensor(0.0), "a gap of 0 for a sentence of one word", atol=1e-4)

    @pytest.mark.check
    def test_inputs_unchanged(self, student: Student, draw: Draw) -> None:
        """Leaves the words and the order as they were."""
        B, T, d = draw.sizes(3, low=3)
        remote = layer(student, "ProbeCumulative")
        unchanged(
            student, "permutation_gap", remote, draw.normal(B, T, d), cycle(draw, T), names=["layer", "x", "order"]
        )
