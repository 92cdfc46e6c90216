"""Checks of a course in miniature: one exercise, one cell that needs a GPU, and one for a bonus."""

import pytest
import torch

from autograder.checks import Draw, Student, close, fail, same


@pytest.mark.exercise("double")
class TestDouble:
    @pytest.mark.check(weight=2, core=True)
    def test_values(self, student: Student, draw: Draw) -> None:
        """Twice every number"""
        x = draw.normal(2, 3)
        close(student.call("double", x), 2 * x, "twice the input")

    @pytest.mark.check(weight=1)
    def test_zero(self, student: Student) -> None:
        """Twice nothing is nothing"""
        close(student.call("double", torch.zeros(4)), torch.zeros(4), "zeros")

    @pytest.mark.check(weight=1)
    def test_unchanged(self, student: Student, draw: Draw) -> None:
        """The input stays as it was"""
        x = draw.normal(3)
        same(student.inputs_after("double", x)[0], x, "the input as it was")


@pytest.mark.exercise("on-gpu")
class TestOnGpu:
    @pytest.mark.gpu
    @pytest.mark.check(core=True)
    def test_values(self, student: Student, draw: Draw) -> None:
        """Twice every number, on a GPU"""
        x = draw.normal(2, 3)
        step = student.step("double", x)
        close(step.result, 2 * x, "twice the input")
        if step.strays:
            fail("The input is on the GPU, and the result is on the CPU", "a result where the input is")


@pytest.mark.exercise("whole", bonus=1)
class TestWhole:
    @pytest.mark.check(core=True)
    def test_integers(self, student: Student) -> None:
        """Whole numbers stay whole"""
        close(student.call("double", torch.arange(3)), 2 * torch.arange(3), "whole numbers")
