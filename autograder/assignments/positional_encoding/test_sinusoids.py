"""The checks of `sinusoidal-encoding`, `shift-matrix` and `rotary`; collected through test_positional_encoding.py."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor

from autograder.assignments.positional_encoding import oracle
from autograder.assignments.positional_encoding.probes import unchanged
from autograder.checks import Draw, Student, close, fail, shaped

CODE, SHIFT, ROTARY = "sinusoidal_encoding", "shift_matrix", "rotary"
#: Powers and logarithms in float32 leave the angle of place 100 uncertain by some 1e-4.
LOOSE = 1e-3


@pytest.mark.exercise("sinusoidal-encoding")
class TestSinusoids:
    @pytest.mark.check(weight=3, core=True)
    def test_values(self, student: Student, draw: Draw) -> None:
        """Gives the code of the paper, a row for each place."""
        T, half = draw.sizes(2, low=4)
        words = "row t: sin(t / 10000^(2i/d)) in column 2i and the cosine of the same angle in column 2i + 1"
        close(student.call(CODE, T, 2 * half), oracle.code(T, 2 * half), words, atol=LOOSE)

    @pytest.mark.check(weight=2, core=True)
    def test_first_pair(self, student: Student, draw: Draw) -> None:
        """The first two columns are sine and cosine of the place itself."""
        T, half = draw.sizes(2, low=4)
        code = shaped(student.call(CODE, T, 2 * half), (T, 2 * half), "a code of shape (T, d)")
        close(code[:, :2], oracle.code(T, 2), "sin(t) and cos(t) in columns 0 and 1, places counted from 0", atol=LOOSE)

    @pytest.mark.check(weight=2, core=True)
    def test_slowest_pair(self, student: Student, draw: Draw) -> None:
        """The last two columns share the slowest speed, 10000^((2-d)/d)."""
        for d in (4, 6, 10):
            code = shaped(student.call(CODE, 90, d), (90, d), "a code of shape (T, d)")
            words = f"the speed 10000^(-{d - 2}/{d}) in the last two columns, for d = {d}"
            close(code[:, -2:], oracle.code(90, d)[:, -2:], words, atol=LOOSE)

    @pytest.mark.check(weight=1, core=True)
    def test_sizes(self, student: Student) -> None:
        """Works for one place, for one pair, for many of both."""
        for T, d in ((1, 2), (1, 8), (7, 2), (3, 64), (100, 18)):
            close(student.call(CODE, T, d), oracle.code(T, d), f"the code for T = {T} and d = {d}", atol=LOOSE)

    @pytest.mark.check
    def test_first_place(self, student: Student, draw: Draw) -> None:
        """Place 0 is 0, 1, 0, 1, …"""
        T, half = draw.sizes(2, low=3)
        code = shaped(student.call(CODE, T, 2 * half), (T, 2 * half), "a code of shape (T, d)")
        close(code[0], torch.tensor([0.0, 1.0]).repeat(half), "sin 0 = 0 and cos 0 = 1 in turn")

    @pytest.mark.check
    def test_pairs(self, student: Student, draw: Draw) -> None:
        """Neighbouring columns are sine and cosine of one angle: their squares sum to 1."""
        T, half = draw.sizes(2, low=4)
        code = shaped(student.call(CODE, T, 2 * half), (T, 2 * half), "a code of shape (T, d)")
        squares = code.float().square().reshape(T, half, 2).sum(-1)
        close(squares, torch.ones(T, half), "sin² + cos² = 1 in each pair of neighbouring columns")

    @pytest.mark.check
    def test_same_place(self, student: Student, draw: Draw) -> None:
        """The code of a place does not depend on how many places there are."""
        T, more, half = draw.sizes(3, low=3)
        short = student.call(CODE, T, 2 * half)
        long = shaped(student.call(CODE, T + more, 2 * half), (T + more, 2 * half), "a code of shape (T, d)")
        close(short, long[:T].float(), "the same first rows for a longer code")

    @pytest.mark.check
    def test_distance(self, student: Student, draw: Draw) -> None:
        """The dot product of two places depends on their distance alone."""
        half, step = draw.sizes(2, low=3)
        code = shaped(student.call(CODE, 40, 2 * half), (40, 2 * half), "a code of shape (T, d)").float()
        products = (code[:-step] * code[step:]).sum(-1)
        expected = oracle.hands(torch.tensor([step]), 2 * half).real.sum().float().expand(40 - step)
        close(products, expected, f"the sum of the cosines of {step} ω_i, for all places", atol=LOOSE)


@pytest.mark.exercise("shift-matrix", needs=("sinusoidal-encoding",))
class TestShiftMatrix:
    @pytest.mark.check(weight=3, core=True)
    def test_values(self, student: Student, draw: Draw) -> None:
        """Gives a rotation for each pair, on the diagonal."""
        k, half = draw.sizes(2, low=3)
        words = "2x2 rotations by k times the pair's speed on the diagonal"
        close(student.call(SHIFT, k, 2 * half), oracle.shift(k, 2 * half), words, atol=1e-4)

    @pytest.mark.check(weight=2, core=True)
    def test_property(self, student: Student, draw: Draw) -> None:
        """Moves the code of every place on by k."""
        k, half, first = draw.sizes(3, low=3)
        R = shaped(student.call(SHIFT, k, 2 * half), (2 * half, 2 * half), "a matrix (d, d)").float()
        moved = oracle.code(30, 2 * half, first) @ R.T
        close(moved, oracle.code(30, 2 * half, first + k), "PE(t + k) = R @ PE(t) for all t", atol=1e-4)

    @pytest.mark.check(core=True)
    def test_back(self, student: Student, draw: Draw) -> None:
        """A negative k moves back."""
        k, half = draw.sizes(2, low=3)
        close(student.call(SHIFT, -k, 2 * half), oracle.shift(-k, 2 * half), "the way back for a negative k", atol=1e-4)

    @pytest.mark.check
    def test_nothing(self, student: Student, draw: Draw) -> None:
        """A shift by 0 places changes nothing."""
        for half in draw.sizes(2):
            close(student.call(SHIFT, 0, 2 * half), torch.eye(2 * half), "the unit matrix for k = 0")

    @pytest.mark.check
    def test_steps(self, student: Student, draw: Draw) -> None:
        """Two shifts after each other are one shift by the sum."""
        a, b, half = draw.sizes(3, low=3)
        first, second, both = (
            shaped(student.call(SHIFT, k, 2 * half), (2 * half, 2 * half), "a matrix (d, d)") for k in (a, b, a + b)
        )
        close(both, (first.float() @ second.float()), "R_(a+b) = R_a R_b", atol=1e-4)
        close(both @ both.T, torch.eye(2 * half), "a rotation, which changes no lengths: R Rᵀ = 1", atol=1e-4)

    @pytest.mark.check
    def test_blocks(self, student: Student, draw: Draw) -> None:
        """Every hand turns by itself: outside the blocks all is 0."""
        k, half = draw.sizes(2, low=3)
        R = shaped(student.call(SHIFT, k, 2 * half), (2 * half, 2 * half), "a matrix (d, d)").float()
        outside = 1 - torch.eye(half).repeat_interleave(2, 0).repeat_interleave(2, 1)
        close(R * outside, torch.zeros_like(R), "zeros outside the 2x2 blocks on the diagonal")

    @pytest.mark.check
    def test_sizes(self, student: Student) -> None:
        """Works for a single pair, for many pairs, for long shifts."""
        for k, d in ((1, 2), (2, 32), (60, 4), (-45, 10)):
            words = f"the matrix for k = {k} and d = {d}"
            close(student.call(SHIFT, k, d), oracle.shift(k, d), words, atol=LOOSE)


@pytest.mark.exercise("rotary", bonus=3)
class TestRotary:
    @pytest.mark.check(weight=3, core=True)
    def test_values(self, student: Student, draw: Draw) -> None:
        """Turns neighbouring pairs by the place times their speed."""
        B, T, half = draw.sizes(3, low=3)
        x = draw.normal(B, T, 2 * half)
        words = "(a, b) of each neighbouring pair turned to (a cos - b sin, a sin + b cos)"
        close(student.call(ROTARY, x), oracle.rotary(x), words, atol=1e-4)

    @pytest.mark.check(weight=2, core=True)
    def test_distance(self, student: Student, draw: Draw) -> None:
        """The dot product of a query and a key depends on their distance alone."""
        T, half, far = draw.sizes(3, low=4)
        query, key = draw.normal(1, 2 * half).expand(T, -1), draw.normal(1, 2 * half).expand(T, -1)
        products = self._scores(student, query, key, 0), self._scores(student, query, key, far)
        close(products[1], products[0], "the same dot products when query and key both move on", atol=1e-3)
        if (products[0] - (query[0] * key[0]).sum()).abs().amax() < 1e-2:
            fail("The dot products are the same at all distances", "dot products that change with the distance")

    @staticmethod
    def _scores(student: Student, query: Tensor, key: Tensor, start: int) -> Tensor:
        turned = [
            shaped(student.call(ROTARY, x.clone(), start=start), x.shape, "the shape of x").float()
            for x in (query, key)
        ]
        return turned[0] @ turned[1].T

    @pytest.mark.check(core=True)
    def test_start(self, student: Student, draw: Draw) -> None:
        """Counts the places from `start` on."""
        B, T, half, start = draw.sizes(4, low=3)
        x = draw.normal(B, T, 2 * half)
        words = f"row j turned as at place {start} + j"
        close(student.call(ROTARY, x, start=start), oracle.rotary(x, start), words, atol=1e-4)

    @pytest.mark.check
    def test_lengths(self, student: Student, draw: Draw) -> None:
        """Turning changes no lengths, and nothing at place 0."""
        B, T, half = draw.sizes(3, low=3)
        x = draw.normal(B, T, 2 * half)
        y = shaped(student.call(ROTARY, x), x.shape, "the shape of x").float()
        close(y.norm(dim=-1), x.norm(dim=-1), "rows as long as before", atol=1e-4)
        close(y[:, 0], x[:, 0], "the row at place 0 as it was")

    @pytest.mark.check
    def test_leading_dims(self, student: Student, draw: Draw) -> None:
        """Takes no, one or more dimensions in front."""
        B, H, T, half = draw.sizes(4, low=3)
        for lead in ((), (B,), (B, H), (B, H, 2)):
            x = draw.normal(*lead, T, 2 * half)
            close(
                student.call(ROTARY, x), oracle.rotary(x), f"places on axis -2, for the shape {(*x.shape,)}", atol=1e-4
            )

    @pytest.mark.check
    def test_sizes(self, student: Student, draw: Draw) -> None:
        """Works for one place, for one pair, for as many places as numbers."""
        for T, d in ((1, 6), (5, 2), (6, 6)):
            x = draw.normal(3, T, d)
            close(student.call(ROTARY, x), oracle.rotary(x), f"pairs turned as ever for T = {T} and d = {d}", atol=1e-4)

    @pytest.mark.check
    def test_gradients(self, student: Student, draw: Draw) -> None:
        """Lets gradients flow back, turned the other way."""
        B, T, half = draw.sizes(3, low=3)
        x, upstream = draw.normal(B, T, 2 * half), draw.normal(B, T, 2 * half)
        leaf = x.clone().requires_grad_()
        (expected,) = torch.autograd.grad(oracle.rotary(leaf), leaf, upstream)
        (actual,) = student.gradients(ROTARY, x, upstream=upstream)
        close(actual, expected, "the gradient of a rotation", atol=1e-4)

    @pytest.mark.check
    def test_dtype(self, student: Student, draw: Draw) -> None:
        """Returns the dtype that it was given."""
        B, T, half = draw.sizes(3, low=3)
        for dtype, atol in ((torch.float64, 1e-4), (torch.bfloat16, 0.1)):
            x = draw.normal(B, T, 2 * half, dtype=dtype)
            close(student.call(ROTARY, x), oracle.rotary(x), "the same numbers in the dtype of x", atol=atol)

    @pytest.mark.check
    def test_inputs_unchanged(self, student: Student, draw: Draw) -> None:
        """Leaves x as it was."""
        B, T, half = draw.sizes(3, low=3)
        unchanged(student, ROTARY, draw.normal(B, T, 2 * half), names=["x"])

    @pytest.mark.check
    def test_device(self, student: Student, draw: Draw) -> None:
        """Would also run on a GPU: no tensor is made on the CPU by mistake."""
        B, T, half = draw.sizes(3, low=3)
        student.device_safe(ROTARY, draw.normal(B, T, 2 * half))
