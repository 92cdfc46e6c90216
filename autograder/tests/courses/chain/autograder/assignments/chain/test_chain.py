"""Checks of a course in miniature: two exercises, of which the second builds on the first."""

import pytest
import torch

from autograder.checks import Draw, Student, close, same


@pytest.mark.exercise("softmax")
class TestSoftmax:
    @pytest.mark.check(weight=2, core=True)
    def test_values(self, student: Student, draw: Draw) -> None:
        """Probabilities along the asked dimension"""
        x = draw.normal(2, 3, 5)
        close(student.call("softmax", x, dim=1), torch.softmax(x, dim=1), "probabilities along dim=1")

    @pytest.mark.check(weight=1)
    def test_large(self, student: Student, draw: Draw) -> None:
        """Large scores do not overflow"""
        x = draw.normal(3, 4, scale=1000.0)
        close(student.call("softmax", x, dim=-1), torch.softmax(x, dim=-1), "finite probabilities")

    @pytest.mark.check(weight=1)
    def test_unchanged(self, student: Student, draw: Draw) -> None:
        """The input stays as it was"""
        x = draw.normal(3, 4)
        same(student.inputs_after("softmax", x)[0], x, "the input as it was")


@pytest.mark.exercise("mix", needs=("softmax",))
class TestMix:
    @pytest.mark.check(weight=1, core=True)
    def test_values(self, student: Student, draw: Draw) -> None:
        """The weighted mean of the values, and the weights"""
        scores, values = draw.normal(4), draw.normal(4, 3)
        output, weights = student.call("mix", scores, values)
        close(weights, torch.softmax(scores, -1), "weights that sum to 1")
        close(output, torch.softmax(scores, -1) @ values, "the weighted mean of the values")
