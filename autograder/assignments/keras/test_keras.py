"""The checks of the lesson `keras`; collected from here, they stand in two files.

Sizes all differ within a check, so that a swapped axis shows. `words` complete the sentence "Expected: …".
"""

from __future__ import annotations

from autograder.assignments.keras.test_layers import TestTokenAndPositionEmbedding, TestTransformerBlock
from autograder.assignments.keras.test_model import TestClassifier, TestFromTorch, TestReadyToTrain

__all__ = [
    "TestClassifier",
    "TestFromTorch",
    "TestReadyToTrain",
    "TestTokenAndPositionEmbedding",
    "TestTransformerBlock",
]
