"""The checks of the lesson `positional-encoding`; collected from here, they stand in four files.

Sizes all differ within a check, so that a swapped axis shows. `words` complete the sentence "Expected: …".
"""

from __future__ import annotations

from autograder.assignments.positional_encoding.test_embeddings import TestFixedPositions, TestTokenAndPositionEmbedding
from autograder.assignments.positional_encoding.test_equivariance import TestPermutationGap
from autograder.assignments.positional_encoding.test_mixing import TestMixing
from autograder.assignments.positional_encoding.test_sinusoids import TestRotary, TestShiftMatrix, TestSinusoids

__all__ = [
    "TestFixedPositions",
    "TestMixing",
    "TestPermutationGap",
    "TestRotary",
    "TestShiftMatrix",
    "TestSinusoids",
    "TestTokenAndPositionEmbedding",
]
