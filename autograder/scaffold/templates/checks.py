"""The checks of the lesson `@name@`.

Sizes all differ within a check, so that a swapped axis shows. `words` complete the sentence "Expected: …".
"""

from __future__ import annotations

import pytest
import torch.nn.functional as F

from autograder.checks import Draw, Student, close, same


@pytest.mark.exercise("cosine", needs=())
class TestCosine:
    @pytest.mark.check(weight=2, core=True)
    def test_values(self, student: Student, draw: Draw) -> None:
        """Gives the cosine of the angle between each pair of vectors."""
        a, b = draw.normal(2, 3, 5), draw.normal(2, 3, 5)
        words = "the dot product, divided by both lengths"
        close(student.call("cosine", a, b), F.cosine_similarity(a, b, dim=-1), words)

    @pytest.mark.check(weight=1, core=True)
    def test_length(self, student: Student, draw: Draw) -> None:
        """A longer vector in the same direction changes nothing."""
        a, b = draw.normal(4, 3), draw.normal(4, 3)
        words = "the same cosine, however long the vectors are"
        close(student.call("cosine", 7.0 * a, b), F.cosine_similarity(a, b, dim=-1), words)

    @pytest.mark.check
    def test_unchanged(self, student: Student, draw: Draw) -> None:
        """Leaves the vectors it is given as they are."""
        a, b = draw.normal(2, 6), draw.normal(2, 6)
        after = student.inputs_after("cosine", a, b)
        for before, now in zip((a, b), after, strict=True):
            same(now, before, "the vectors that were passed in, unchanged")
