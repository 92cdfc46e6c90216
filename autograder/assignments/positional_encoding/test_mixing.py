"""The checks of the exercise `mixing`; collected through test_positional_encoding.py."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor

from autograder.assignments.positional_encoding.probes import linear, mapped, weights_unchanged
from autograder.checks import Draw, Remote, Student, close, fail


@pytest.mark.exercise("mixing")
class TestMixing:
    @pytest.mark.check(weight=2, core=True)
    def test_concatenation(self, student: Student, draw: Draw) -> None:
        """A map of the concatenation does what the given one does to the sum."""
        B, T, d, d_out = draw.sizes(4)
        given, weights = linear(student, draw, d, d_out, bias=True)
        x, p = draw.normal(B, T, d), draw.normal(B, T, d)
        joint = student.create("as_concatenation", given)
        words = "joint(cat([x, p])) equal to linear(x + p)"
        close(student.call(joint, torch.cat([x, p], -1)), mapped(weights, x + p), words, atol=1e-4)

    @pytest.mark.check(weight=2, core=True)
    def test_sum(self, student: Student, draw: Draw) -> None:
        """Two maps whose sum does what the given one does to the concatenation."""
        B, T, d, d_out = draw.sizes(4)
        given, weights = linear(student, draw, 2 * d, d_out, bias=True)
        x, p = draw.normal(B, T, d), draw.normal(B, T, d)
        words = "to_x(x) + to_p(p) equal to joint(cat([x, p]))"
        close(_total(student, given, x, p), mapped(weights, torch.cat([x, p], -1)), words, atol=1e-4)

    @pytest.mark.check
    def test_concatenation_no_bias(self, student: Student, draw: Draw) -> None:
        """A map without a bias gives a concatenation that maps zeros to zeros."""
        B, T, d, d_out = draw.sizes(4)
        given, weights = linear(student, draw, d, d_out, bias=False)
        x, p = draw.normal(B, T, d), draw.normal(B, T, d)
        joint = student.create("as_concatenation", given)
        words = "joint(cat([x, p])) equal to linear(x + p), without any bias"
        close(student.call(joint, torch.cat([x, p], -1)), mapped(weights, x + p), words, atol=1e-4)
        nothing = student.call(joint, torch.zeros(B, T, 2 * d))
        close(nothing, torch.zeros(B, T, d_out), "zeros for zeros", atol=1e-6)

    @pytest.mark.check
    def test_sum_no_bias(self, student: Student, draw: Draw) -> None:
        """A joint map without a bias gives two maps that add none."""
        B, T, d, d_out = draw.sizes(4)
        given, weights = linear(student, draw, 2 * d, d_out, bias=False)
        x, p = draw.normal(B, T, d), draw.normal(B, T, d)
        words = "to_x(x) + to_p(p) equal to joint(cat([x, p])), without any bias"
        close(_total(student, given, x, p), mapped(weights, torch.cat([x, p], -1)), words, atol=1e-4)
        zeros = torch.zeros(B, T, d)
        close(_total(student, given, zeros, zeros), torch.zeros(B, T, d_out), "zeros for zeros", atol=1e-6)

    @pytest.mark.check
    def test_bias_once(self, student: Student, draw: Draw) -> None:
        """The bias is added exactly once, both ways."""
        B, T, d, d_out = draw.sizes(4)
        zeros = torch.zeros(B, T, d)
        given, weights = linear(student, draw, d, d_out, bias=True)
        expected = weights["bias"].expand(B, T, d_out).clone()
        joint = student.create("as_concatenation", given)
        close(student.call(joint, torch.zeros(B, T, 2 * d)), expected, "the bias, once, where x and p are 0")
        given, weights = linear(student, draw, 2 * d, d_out, bias=True)
        expected = weights["bias"].expand(B, T, d_out).clone()
        close(_total(student, given, zeros, zeros), expected, "the bias, once, where x and p are 0", atol=1e-5)

    @pytest.mark.check
    def test_each_alone(self, student: Student, draw: Draw) -> None:
        """Words alone and places alone each go through their own block."""
        B, T, d, d_out = draw.sizes(4)
        x, zeros = draw.normal(B, T, d), torch.zeros(B, T, d)
        given, weights = linear(student, draw, d, d_out, bias=True)
        joint = student.create("as_concatenation", given)
        for pair in ((x, zeros), (zeros, x)):
            close(student.call(joint, torch.cat(pair, -1)), mapped(weights, x), "linear(x), on either side", atol=1e-4)
        given, weights = linear(student, draw, 2 * d, d_out, bias=True)
        for pair in ((x, zeros), (zeros, x)):
            words = "what joint does to one half, where the other is 0"
            close(_total(student, given, *pair), mapped(weights, torch.cat(pair, -1)), words, atol=1e-4)

    @pytest.mark.check
    def test_weight_shapes(self, student: Student, draw: Draw) -> None:
        """The maps are nn.Linear of the sizes that were asked for."""
        d, d_out = draw.sizes(2)
        given, _ = linear(student, draw, d, d_out, bias=True)
        joint = student.create("as_concatenation", given).state()
        _shape(joint, (d_out, 2 * d), "joint, an nn.Linear(2 * d, d_out)")
        given, _ = linear(student, draw, 2 * d, d_out, bias=True)
        for part in _parts(student, given):
            _shape(part.state(), (d_out, d), "to_x and to_p, each an nn.Linear(d, d_out)")

    @pytest.mark.check
    def test_same_size(self, student: Student, draw: Draw) -> None:
        """Works where input and output have the same size, and for a single number."""
        for d in (1, *draw.sizes(1, low=3)):
            x, p = draw.normal(2, d), draw.normal(2, d)
            given, weights = linear(student, draw, d, d, bias=True)
            joint = student.create("as_concatenation", given)
            close(student.call(joint, torch.cat([x, p], -1)), mapped(weights, x + p), f"d = d_out = {d}", atol=1e-4)
            given, weights = linear(student, draw, 2 * d, d, bias=True)
            close(_total(student, given, x, p), mapped(weights, torch.cat([x, p], -1)), f"d = d_out = {d}", atol=1e-4)

    @pytest.mark.check
    def test_map_unchanged(self, student: Student, draw: Draw) -> None:
        """Leaves the map that it is given as it is."""
        d, d_out = draw.sizes(2)
        given, weights = linear(student, draw, d, d_out, bias=True)
        student.create("as_concatenation", given)
        weights_unchanged(given, weights, "the given map as it was")
        given, weights = linear(student, draw, 2 * d, d_out, bias=True)
        _parts(student, given)
        weights_unchanged(given, weights, "the given map as it was")


def _parts(student: Student, joint: Remote) -> tuple[Remote, Remote]:
    """The student's two maps; fails unless two came back."""
    parts = student.call("as_sum", joint)
    pair = isinstance(parts, tuple | list) and len(parts) == 2
    if not pair or not all(isinstance(part, Remote) for part in parts):
        fail(f"`{student.last_called}` did not return two maps", "`return to_x, to_p`")
    return parts[0], parts[1]


def _total(student: Student, joint: Remote, x: Tensor, p: Tensor) -> Tensor:
    """The sum of what the student's two maps give."""
    to_x, to_p = _parts(student, joint)
    first, second = student.call(to_x, x), student.call(to_p, p)
    if not (isinstance(first, Tensor) and isinstance(second, Tensor) and first.shape == second.shape):
        fail("The two maps do not give tensors of one shape", "to_x(x) and to_p(p), each (..., d_out)")
    return first + second


def _shape(state: dict[str, Tensor], shape: tuple[int, ...], words: str) -> None:
    weight = state.get("weight")
    if weight is None or tuple(weight.shape) != shape:
        fail("The weight is missing, or has another shape", f"{words}, whose weight is {shape}")
